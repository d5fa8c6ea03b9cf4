//! What one operation records, and what came of it here and at peers.

use tradepost_domain::document::DocumentEdit;
use tradepost_domain::fact::Fact;
use tradepost_domain::id::{BatchId, DocumentId, FactId, StaffId};

use crate::origin::{Hash, Origin};

/// What one operation wants to record. One draft = one entry = one transaction.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// What was done: `sale.complete`.
    pub operation: String,
    /// By whom.
    pub staff: Option<StaffId>,
    /// As part of what.
    pub batch: Option<BatchId>,
    /// What happened.
    pub facts: Vec<Fact>,
    /// What was edited. At most one edit per document.
    pub edits: Vec<DocumentEdit>,
    /// Values of this machine alone, written in the same transaction (`None` removes): the open basket, the receipt counter, the print queue.
    pub local: Vec<(String, Option<Vec<u8>>)>,
}

/// What was recorded, and what a screen has to redraw.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// By which origin, at which seq.
    pub origin: Origin,
    /// Its seq.
    pub seq: u64,
    /// The hash of its header: the journal's tip. Its first 8 hex digits are the short code on a receipt.
    pub hash: Hash,
    /// What changed.
    pub touched: Touched,
}

/// What an entry changed.
#[derive(Debug, Clone, Default)]
pub struct Touched {
    /// Documents.
    pub documents: Vec<DocumentId>,
    /// Facts.
    pub facts: Vec<FactId>,
    /// They are on disk, and their rows are not there yet: they are told again once they are.
    pub is_ahead: bool,
}

/// What became of a peer's entry.
#[derive(Debug, Clone)]
pub enum Admission {
    /// Applied, and with it this many entries that had waited for it.
    Applied {
        /// What changed.
        touched: Touched,
        /// How many had waited.
        released: usize,
    },
    /// Seen before.
    Duplicate,
    /// Waits for entries that it depends on.
    Pending,
    /// Stored, but some sections were not applied.
    Quarantined {
        /// Which.
        sections: Vec<usize>,
        /// What changed.
        touched: Touched,
    },
    /// Another entry stands at its place; both are kept.
    Fork {
        /// Whose chain.
        origin: Origin,
        /// Where.
        seq: u64,
        /// What changed, because other entries had waited for it.
        touched: Touched,
    },
    /// An unknown entry of our own origin: this replica was copied or restored. It has taken a new incarnation.
    OwnOriginContinued {
        /// It.
        new_origin: Origin,
    },
    /// Kept until its device is certified, or somebody approves it.
    AwaitingApproval,
    /// Wrong in itself; not kept.
    Refused {
        /// Why.
        reason: String,
    },
}

impl Touched {
    /// Adds what another entry changed.
    pub fn merge(&mut self, other: &Self) {
        self.documents.extend_from_slice(&other.documents);
        self.facts.extend_from_slice(&other.facts);
        self.is_ahead |= other.is_ahead;
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty() && self.facts.is_empty()
    }
}

impl Admission {
    /// What changed, if something did.
    pub fn touched(&self) -> Option<&Touched> {
        match self {
            Self::Applied { touched, .. } | Self::Quarantined { touched, .. } | Self::Fork { touched, .. } => Some(touched),
            Self::Duplicate | Self::Pending | Self::OwnOriginContinued { .. } | Self::AwaitingApproval | Self::Refused { .. } => {
                None
            }
        }
    }

    pub(super) fn changed_something(&self) -> bool {
        match self {
            Self::Applied { .. } | Self::Quarantined { .. } | Self::OwnOriginContinued { .. } => true,
            Self::Fork { touched, .. } => !touched.is_empty(),
            Self::Duplicate | Self::Pending | Self::AwaitingApproval | Self::Refused { .. } => false,
        }
    }
}

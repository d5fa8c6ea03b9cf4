//! The reference model: what the shop must hold, worked out from the raw journal alone, by the plainest rules and with no regard for cost.
//!
//! It shares no code with the replica's projections: sets of facts, maps, and sums.

use std::collections::{BTreeMap, BTreeSet};

use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{FactId, LocationId, SaleId, VariantId};
use tradepost_domain::posting::Account;
use tradepost_replica::{EntryHeader, Origin, Position, Replica, SectionKind, Vector};

/// A fact and where it stands in the journal.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The fact.
    pub fact: Fact,
    origin: Origin,
    seq: u64,
    lamport: u64,
    at_ms: i64,
    knew: BTreeMap<Origin, u64>,
}

/// Everything that happened in a shop, by the journal.
#[derive(Debug, Default)]
pub struct Reference {
    /// Facts by id.
    pub facts: BTreeMap<FactId, Placed>,
}

impl Reference {
    /// Reads a replica's whole journal.
    pub fn of(replica: &Replica) -> Self {
        let mut reference = Self::default();
        let mut read = Vector::default();
        let mut knows: BTreeMap<Origin, BTreeMap<Origin, u64>> = BTreeMap::new();
        loop {
            let entries = replica.entries_after(&read, 256, 4 << 20).expect("the journal is readable");
            if entries.is_empty() {
                return reference;
            }
            for entry in entries {
                let header = EntryHeader::decode(&entry.header).expect("a stored header");
                let tip = tradepost_replica::Hash::of(&entry.header);
                read.0.insert(header.origin, Position { seq: header.seq, tip });
                let knew = knows.entry(header.origin).or_default();
                for (origin, at) in &header.depends_on {
                    let known = knew.entry(*origin).or_default();
                    *known = (*known).max(at.seq);
                }
                let knew = knew.clone();
                reference.add(&header, &entry.sections, &knew);
            }
        }
    }

    fn add(&mut self, header: &EntryHeader, sections: &[Option<serde_bytes::ByteBuf>], knew: &BTreeMap<Origin, u64>) {
        for (section, bytes) in header.sections.iter().zip(sections) {
            let (SectionKind::Fact, Some(bytes)) = (section.kind, bytes) else { continue };
            let fact: Fact = ciborium::from_reader(bytes.as_slice()).expect("a stored fact");
            let placed = Placed {
                fact,
                origin: header.origin,
                seq: header.seq,
                lamport: header.lamport,
                at_ms: header.clock.corrected_ms(),
                knew: knew.clone(),
            };
            self.facts.entry(placed.fact.id).or_insert(placed);
        }
    }

    /// What is physically at each location, in thousandths.
    pub fn on_hand(&self) -> BTreeMap<(LocationId, VariantId), i64> {
        let counts = self.latest_counts();
        let mut on_hand: BTreeMap<_, i64> = counts.iter().map(|(place, (_, counted))| (*place, *counted)).collect();
        for placed in self.facts.values() {
            for posting in placed.fact.body.postings().expect("a stored fact has postings") {
                let Account::OnHand(location, variant) = posting.account else { continue };
                let count = counts.get(&(location, variant));
                if count.is_none_or(|(count, _)| is_later(placed, count)) {
                    *on_hand.entry((location, variant)).or_default() += posting.amount;
                }
            }
        }
        on_hand
    }

    /// Of each place the last count: by lamport time, then by origin.
    fn latest_counts(&self) -> BTreeMap<(LocationId, VariantId), (&Placed, i64)> {
        let mut latest: BTreeMap<_, (&Placed, i64)> = BTreeMap::new();
        for placed in self.facts.values() {
            let FactBody::StockCounted(count) = &placed.fact.body else { continue };
            for line in &count.lines {
                let place = (count.location, line.variant);
                let is_last =
                    latest.get(&place).is_none_or(|(last, _)| (last.lamport, last.origin) < (placed.lamport, placed.origin));
                if is_last {
                    latest.insert(place, (placed, line.quantity.thousandths));
                }
            }
        }
        latest
    }

    /// The ids of all completed sales.
    pub fn sales(&self) -> BTreeSet<SaleId> {
        self.facts
            .values()
            .filter(|placed| matches!(placed.fact.body, FactBody::SaleCompleted(_)))
            .map(|placed| placed.fact.id.into())
            .collect()
    }

    /// Sales less refunds with tax, minor units.
    pub fn takings(&self) -> i64 {
        self.facts
            .values()
            .map(|placed| match &placed.fact.body {
                FactBody::SaleCompleted(sale) => sale.gross.minor,
                FactBody::Refunded(refund) => -refund.gross.minor,
                FactBody::TillSessionOpened(_)
                | FactBody::CashMoved(_)
                | FactBody::TillSessionClosed(_)
                | FactBody::StockReceived(_)
                | FactBody::StockAdjusted(_)
                | FactBody::StockCounted(_)
                | FactBody::OrderPlaced(_)
                | FactBody::OrderPaid(_)
                | FactBody::OrderFulfilled(_)
                | FactBody::OrderCanceled(_)
                | FactBody::DeviceCertified(_)
                | FactBody::DeviceRevoked(_) => 0,
            })
            .sum()
    }
}

/// Whether a movement came after a count: it knew of it; or neither knew of the other and its clock says so.
fn is_later(movement: &Placed, count: &Placed) -> bool {
    let knew = |of: &Placed, other: &Placed| {
        of.origin == other.origin && of.seq > other.seq || of.knew.get(&other.origin).is_some_and(|seq| *seq >= other.seq)
    };
    knew(movement, count) || (!knew(count, movement) && movement.at_ms > count.at_ms)
}

//! Ahead: a sale's entry stands in the journal, durable and told, before all that follows from it. At most one entry is ever ahead.

use std::sync::Arc;

use rusqlite::Connection;
use serde::Deserialize;
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::FactId;

use super::{Journal, apply, listing};
use crate::cbor;
use crate::entry::{EntryHeader, SectionKind, TransferEntry};
use crate::error::ReplicaError;
use crate::origin::Hash;
use crate::replica::Touched;

/// An entry to be passed on as it is, without being read back: one of ours that was just put on disk, or a peer's that just came.
#[derive(Debug)]
pub struct Fresh {
    /// Its header.
    pub header: EntryHeader,
    /// The hash of its header.
    pub hash: Hash,
    /// It.
    pub entry: TransferEntry,
}

/// Called with an entry that may be passed on, in the middle of a database transaction: it must neither wait nor take the replica.
pub type FreshHook = Box<dyn Fn(&Arc<Fresh>) + Send + Sync>;

impl Journal {
    /// Puts an entry at the end of its chain, and leaves what follows from it for [`Self::apply_ahead`].
    pub(super) fn put_ahead(
        &mut self,
        tx: &Connection,
        header: EntryHeader,
        entry: TransferEntry,
    ) -> Result<Arc<Fresh>, ReplicaError> {
        let (place, hash) = self.chains.append_ahead(tx, &header, &entry)?;
        apply::put_bodies(tx, place, &entry)?;
        Ok(Arc::new(Fresh { header, hash, entry }))
    }

    /// Tells that an entry may be passed on. One of ours may once it is on disk here, and not before. A peer's may at once: it is on disk
    /// where it was made, and whoever takes it checks it anew.
    pub fn tell_fresh(&self, fresh: &Arc<Fresh>) {
        self.fresh_hooks.iter().for_each(|hook| hook(fresh));
    }

    /// The facts of a peer's entry, if it may stand ahead: nothing but what its header calls sales, and nothing here waits for it.
    pub(super) fn sales_to_put_ahead(&self, header: &EntryHeader, entry: &TransferEntry) -> Option<Vec<FactId>> {
        if self.aside.pending() > 0 || apply::reason_to_leave_out(self, header, entry).is_some() {
            return None;
        }
        let sections = header.sections.iter().zip(&entry.sections);
        let sales = sections.map(|(section, bytes)| match bytes {
            Some(bytes) if section.kind == SectionKind::Fact && section.scope == FactBody::SALE_COMPLETED => id_in(bytes),
            Some(_) | None => None,
        });
        sales.collect()
    }

    /// Applies the entry that is ahead, if there is one, and whatever follows from it: a peer may have called a sale what is none. Returns
    /// what changed.
    pub fn apply_ahead(&mut self, tx: &Connection) -> Result<Option<Touched>, ReplicaError> {
        let Some(place) = self.chains.ahead() else { return Ok(None) };
        let entry = listing::entry_at(tx, place)?.ok_or_else(|| ReplicaError::damaged("the latest entry"))?;
        let header = EntryHeader::decode(&entry.header)?;
        self.chains.settle_ahead(tx, &header)?;
        let mut applied = apply::sections(tx, self, &header, &entry, place)?;
        self.finish(tx, &mut applied, header.clock)?;
        Ok(Some(applied.touched))
    }
}

/// Whether facts may stand ahead: a sale names no devices, edits no documents, and nothing refers to it at once.
pub(super) fn is_sale(fact: &Fact) -> bool {
    matches!(fact.body, FactBody::SaleCompleted(_))
}

/// The id of a fact, without the rest of it.
fn id_in(bytes: &[u8]) -> Option<FactId> {
    #[derive(Deserialize)]
    struct Named {
        id: FactId,
    }
    cbor::from_slice::<Named>(bytes).ok().map(|fact| fact.id)
}

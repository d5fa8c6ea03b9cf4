//! Forks: when a device was copied or restored, its chain has two branches. One stays in the chain; the other is kept as evidence, and
//! the device that wrote it records its facts and edits again in a new incarnation, with the same fact ids, so that each sale is
//! booked once.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};
use tradepost_domain::document::{DocumentEdit, DocumentKind};
use tradepost_domain::fact::Fact;
use tradepost_domain::id::DocumentId;

use super::chains::{Chain, Place};
use super::pending::Shelf;
use super::{Journal, facts, listing};
use crate::cbor;
use crate::entry::{EntryHeader, SectionKind, TransferEntry};
use crate::environment::{ClockReading, Environment};
use crate::error::ReplicaError;
use crate::gate::{self, ChangeSection};
use crate::origin::{Hash, Origin};
use crate::projections;
use crate::replica::{Admission, Draft};

/// A document and the hashes of changes that no longer count.
type DeadChanges = BTreeMap<DocumentId, (DocumentKind, BTreeSet<[u8; 32]>)>;

impl Journal {
    /// A peer has an entry of our own chain that we do not know: this replica is a copy, or was restored. A new incarnation starts;
    /// where the chains part, the peer's branch stays and ours is recorded again.
    pub(super) fn meet_own_entry(
        &mut self,
        tx: &Connection,
        header: &EntryHeader,
        entry: &TransferEntry,
        env: &mut dyn Environment,
    ) -> Result<Admission, ReplicaError> {
        let disputed = self.origin();
        let parts_here = header.seq <= self.chains.seq(&disputed) && self.has_same_predecessor(tx, header)?;
        if parts_here {
            self.surrender(tx, disputed, header.seq - 1, env)?;
        } else {
            self.identity.take_new_incarnation(tx, &self.chains, true, env)?;
        }
        self.settle(tx, header, entry, env.clock())?;
        Ok(Admission::OwnOriginContinued { new_origin: self.origin() })
    }

    fn has_same_predecessor(&self, tx: &Connection, header: &EntryHeader) -> Result<bool, ReplicaError> {
        if header.seq == 1 {
            return Ok(true);
        }
        Ok(self.chains.hash_at(tx, &header.origin, header.seq - 1)? == Some(header.previous))
    }

    /// Gives up the entries of `origin` after `common_seq`: the world holds another branch. Where they are ours, a new incarnation
    /// records what they did again, and is returned.
    pub fn surrender(
        &mut self,
        tx: &Connection,
        origin: Origin,
        common_seq: u64,
        env: &mut dyn Environment,
    ) -> Result<Option<Origin>, ReplicaError> {
        let dead = self.withdraw(tx, origin, common_seq)?;
        for entry in &dead {
            self.aside.keep(tx, Shelf::Evidence, &EntryHeader::decode(&entry.header)?, entry)?;
        }
        if origin.replica != self.origin().replica {
            return Ok(None);
        }
        if origin == self.origin() {
            self.identity.take_new_incarnation(tx, &self.chains, true, env)?;
        }
        for entry in &dead {
            self.record_again(tx, entry, env.clock())?;
        }
        Ok(Some(self.origin()))
    }

    /// Records what a dead entry did: the same facts, and edits with the same effect.
    fn record_again(&mut self, tx: &Connection, entry: &TransferEntry, clock: ClockReading) -> Result<(), ReplicaError> {
        let header = EntryHeader::decode(&entry.header)?;
        let mut draft = Draft { operation: header.operation, staff: header.staff, batch: header.batch, ..Draft::default() };
        for (section, bytes) in header.sections.iter().zip(&entry.sections) {
            let Some(bytes) = bytes else { continue };
            match section.kind {
                SectionKind::Fact => draft.facts.extend(cbor::from_slice::<Fact>(bytes).ok()),
                SectionKind::DocumentChange => draft.edits.extend(edit_of(bytes)),
                SectionKind::Blob | SectionKind::Personal => {}
            }
        }
        match self.record(tx, &draft, clock) {
            Ok(_) | Err(ReplicaError::NothingToRecord) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Takes the entries of `origin` after `seq` out of the chain with all that they did, and returns them.
    pub(super) fn withdraw(&mut self, tx: &Connection, origin: Origin, seq: u64) -> Result<Vec<TransferEntry>, ReplicaError> {
        let Some(chain) = self.chains.get(&origin).copied() else { return Ok(Vec::new()) };
        if seq >= chain.seq {
            return Ok(Vec::new());
        }
        if seq < chain.floor {
            return Err(ReplicaError::Checkpoint { what: "it contains entries that were given up" });
        }
        let (mut entries, mut dead) = (Vec::new(), DeadChanges::new());
        for place in (seq + 1..=chain.seq).map(|seq| Place::of(chain.number, seq)) {
            let Some(entry) = listing::entry_at(tx, place)? else { continue };
            self.untell(tx, &entry, place, &mut dead)?;
            entries.push(entry);
        }
        self.cut(tx, origin, chain, seq)?;
        for (document, (kind, changes)) in &dead {
            gate::remove_changes(tx, *document, *kind, changes)?;
            projections::document_changed(tx, *document, *kind)?;
        }
        projections::rebuild_facts(tx)?;
        Ok(entries)
    }

    fn untell(&self, tx: &Connection, entry: &TransferEntry, place: Place, dead: &mut DeadChanges) -> Result<(), ReplicaError> {
        let header = EntryHeader::decode(&entry.header)?;
        for (index, (section, bytes)) in header.sections.iter().zip(&entry.sections).enumerate() {
            let Some(bytes) = bytes else { continue };
            match section.kind {
                SectionKind::Fact => {
                    if let Ok(fact) = cbor::from_slice::<Fact>(bytes) {
                        facts::untell(tx, &self.chains, fact.id, place.section(index))?;
                    }
                }
                SectionKind::DocumentChange => note_dead(bytes, dead),
                SectionKind::Blob | SectionKind::Personal => {}
            }
        }
        Ok(())
    }

    fn cut(&mut self, tx: &Connection, origin: Origin, chain: Chain, seq: u64) -> Result<(), ReplicaError> {
        let (tip, lamport) = match seq {
            0 => (Hash::default(), 0),
            _ => (
                self.chains.hash_at(tx, &origin, seq)?.unwrap_or_default(),
                self.chains.lamport_at(tx, &origin, seq)?.unwrap_or(0),
            ),
        };
        let (from, to) = (Place::of(chain.number, seq + 1), Place::of(chain.number, chain.seq).section(0xff));
        for table in ["entries", "bodies", "quarantine"] {
            tx.execute(&format!("delete from {table} where place >= ? and place <= ?"), params![from.0, to.0])?;
        }
        self.chains.place_at(tx, origin, Chain { seq, tip, lamport, ..chain })
    }
}

fn note_dead(bytes: &[u8], dead: &mut DeadChanges) {
    let Ok(section) = ChangeSection::decode(bytes) else { return };
    let (Some(kind), Some(hash)) = (DocumentKind::from_code(section.kind), gate::hash_of(&section.change)) else { return };
    dead.entry(section.document).or_insert_with(|| (kind, BTreeSet::new())).1.insert(hash);
}

/// The edit that has the effect of a dead change.
fn edit_of(bytes: &[u8]) -> Option<DocumentEdit> {
    let section = ChangeSection::decode(bytes).ok()?;
    let kind = DocumentKind::from_code(section.kind)?;
    let changes = gate::effect_of(&section.change)?;
    Some(DocumentEdit { id: section.document, kind, changes })
}

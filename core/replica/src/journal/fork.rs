//! Forks: when a device was copied or restored, its chain has two branches. One stays in the chain; the other is kept as evidence, and
//! who had it in the chain (the device itself, or one that had read it) records its facts and edits again, with the same fact ids, so
//! that each sale is booked once, also where the device is never seen again.
//!
//! Entries that follow the other branch name it by its hash. They are applied where that entry is at least known as evidence: so
//! evidence travels too. Edits that were built on edits of that branch are left out everywhere, and their author makes them again.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};
use tradepost_domain::document::{DocumentEdit, DocumentKind};
use tradepost_domain::fact::Fact;
use tradepost_domain::id::DocumentId;

use super::apply::{quarantine, retry_quarantined};
use super::chains::{Chain, Place};
use super::{Applying, Journal, facts, listing};
use crate::cbor;
use crate::entry::{EntryHeader, SectionKind, TransferEntry};
use crate::environment::{ClockReading, Environment};
use crate::error::ReplicaError;
use crate::gate::{self, ChangeSection, LostChange};
use crate::origin::{Hash, Origin};
use crate::projections;
use crate::replica::{Admission, Draft};

/// A document and the hashes of changes that no longer count.
type DeadChanges = BTreeMap<DocumentId, (DocumentKind, BTreeSet<[u8; 32]>)>;

/// What is put into the quarantine's reason for an edit that was built on one that was given up.
const BUILT_ON_GIVEN_UP: &str = "a document change that follows one that was given up";
/// The name of an entry that makes edits again.
const EDITED_AGAIN: &str = "journal.edit_again";

/// What was taken out of a chain.
#[derive(Debug, Default)]
pub(super) struct Withdrawn {
    /// The entries, in order.
    pub entries: Vec<TransferEntry>,
    /// Edits of entries that stay, gone because they were built on edits of these.
    lost: Vec<LostChange>,
}

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
        self.settle(tx, header, entry, Applying::AtOnce, env.clock())?;
        Ok(Admission::OwnOriginContinued { new_origin: self.origin() })
    }

    fn has_same_predecessor(&self, tx: &Connection, header: &EntryHeader) -> Result<bool, ReplicaError> {
        if header.seq == 1 {
            return Ok(true);
        }
        Ok(self.chains.hash_at(tx, &header.origin, header.seq - 1)? == Some(header.previous))
    }

    /// Gives up the entries of `origin` after `common_seq`: the world holds another branch. What they did is recorded again; where they are
    /// ours, by a new incarnation, which is returned.
    pub fn surrender(
        &mut self,
        tx: &Connection,
        origin: Origin,
        common_seq: u64,
        env: &mut dyn Environment,
    ) -> Result<Option<Origin>, ReplicaError> {
        let Withdrawn { entries, lost } = self.withdraw(tx, origin, common_seq)?;
        if origin == self.origin() {
            self.identity.take_new_incarnation(tx, &self.chains, true, env)?;
        }
        for entry in &entries {
            self.keep_evidence(tx, &EntryHeader::decode(&entry.header)?, entry, env.clock())?;
        }
        for entry in &entries {
            self.record_again(tx, entry, env.clock())?;
        }
        self.edit_again(tx, lost, env.clock())?;
        Ok((origin.replica == self.origin().replica).then(|| self.origin()))
    }

    /// Makes edits of ours again that were built on edits that are gone. Other authors make theirs again when they hear of it.
    fn edit_again(&mut self, tx: &Connection, lost: Vec<LostChange>, clock: ClockReading) -> Result<(), ReplicaError> {
        let replica = self.origin().replica;
        let ours: BTreeSet<_> =
            self.chains.iter().filter(|(origin, _)| origin.replica == replica).map(|(origin, _)| origin.actor()).collect();
        for change in lost.into_iter().filter(|change| ours.contains(&change.actor)) {
            let draft = Draft { operation: EDITED_AGAIN.to_owned(), edits: vec![change.effect], ..Draft::default() };
            self.record_unless_empty(tx, &draft, clock)?;
        }
        Ok(())
    }

    /// Records what a dead entry did: the facts that nobody else told, and edits with the same effect.
    fn record_again(&mut self, tx: &Connection, entry: &TransferEntry, clock: ClockReading) -> Result<(), ReplicaError> {
        let header = EntryHeader::decode(&entry.header)?;
        let mut draft = Draft { operation: header.operation, staff: header.staff, batch: header.batch, ..Draft::default() };
        for (section, bytes) in header.sections.iter().zip(&entry.sections) {
            let Some(bytes) = bytes else { continue };
            match section.kind {
                SectionKind::Fact => {
                    let fact = cbor::from_slice::<Fact>(bytes).ok();
                    let is_told = fact.as_ref().map(|fact| facts::is_told(tx, fact.id)).transpose()?.unwrap_or_default();
                    draft.facts.extend(fact.filter(|_| !is_told));
                }
                SectionKind::DocumentChange => draft.edits.extend(edit_of(bytes)),
                SectionKind::Blob | SectionKind::Personal => {}
            }
        }
        self.record_unless_empty(tx, &draft, clock)
    }

    fn record_unless_empty(&mut self, tx: &Connection, draft: &Draft, clock: ClockReading) -> Result<(), ReplicaError> {
        match self.record(tx, draft, clock) {
            Ok(_) | Err(ReplicaError::NothingToRecord) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Takes the entries of `origin` after `seq` out of the chain with all that they did, and returns them.
    pub(super) fn withdraw(&mut self, tx: &Connection, origin: Origin, seq: u64) -> Result<Withdrawn, ReplicaError> {
        let Some(chain) = self.chains.get(&origin).copied() else { return Ok(Withdrawn::default()) };
        if seq >= chain.seq {
            return Ok(Withdrawn::default());
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
        let mut lost = Vec::new();
        for (document, (kind, changes)) in &dead {
            lost.extend(gate::remove_changes(tx, *document, *kind, changes)?);
            projections::document_changed(tx, *document, *kind)?;
        }
        set_lost_aside(tx, &lost)?;
        while retry_quarantined(tx, self)? > 0 {}
        projections::rebuild_facts(tx)?;
        Ok(Withdrawn { entries, lost })
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
        if let Some(author) = self.chains.get(&self.origin()).map(|own| own.number) {
            self.chains.forget(tx, author, chain.number, seq)?;
        }
        self.chains.place_at(tx, origin, Chain { seq, tip, lamport, ..chain })
    }
}

/// Takes note of the sections whose edits are gone. Rare, so it may read the whole journal.
fn set_lost_aside(tx: &Connection, lost: &[LostChange]) -> Result<(), ReplicaError> {
    if lost.is_empty() {
        return Ok(());
    }
    let lost: BTreeSet<[u8; 32]> = lost.iter().map(|change| change.hash).collect();
    let mut statement = tx.prepare("select place, header from entries order by place")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (place, header) = (Place(row.get(0)?), EntryHeader::decode(&row.get::<_, Vec<u8>>(1)?)?);
        let edits = header.sections.iter().enumerate().filter(|(_, section)| section.kind == SectionKind::DocumentChange);
        for (index, _) in edits {
            let body = facts::body(tx, place.section(index))?;
            let hash =
                body.and_then(|bytes| ChangeSection::decode(&bytes).ok()).and_then(|section| gate::hash_of(&section.change));
            if hash.is_some_and(|hash| lost.contains(&hash)) {
                quarantine(tx, place.section(index), BUILT_ON_GIVEN_UP)?;
            }
        }
    }
    Ok(())
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

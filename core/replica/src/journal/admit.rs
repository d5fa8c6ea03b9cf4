//! Admitting: a peer's entry is checked at the door, finds its place in its chain, and is applied when what it depends on is here.
//!
//! Nothing is ever dropped without a word: what cannot be applied waits (`pending_entries`, `awaiting_approval`), is evidence of a
//! fork, or is refused with a reason because it is wrong in itself.

use rusqlite::Connection;
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::ReplicaId;

use super::apply::{self, Applied};
use super::pending::Shelf;
use super::{Journal, Refused};
use crate::cbor;
use crate::entry::{ENTRY_BYTES_MAX, EntryHeader, SectionKind, TransferEntry};
use crate::environment::{ClockReading, Environment};
use crate::error::ReplicaError;
use crate::identity;
use crate::origin::{Hash, Origin, Position};
use crate::projections;
use crate::replica::{Admission, Touched};

/// How far an entry's lamport time may run ahead of all that is known here: no honest replica comes near it.
const LAMPORT_LEAP_MAX: u64 = 1_000_000;

/// Where an entry that passed the door stands.
pub(crate) enum Standing {
    Duplicate,
    /// Another entry is at its place, or its predecessor is not ours.
    Fork,
    /// Waits until this origin is read up to this seq.
    Waits(Origin, u64),
    /// It is the next of its chain and all that it depends on is here.
    Next,
}

/// When what follows from an entry is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Applying {
    /// In the database transaction that stores it.
    AtOnce,
    /// After it, where the entry may stand ahead.
    Afterwards,
}

enum Door {
    Open,
    Closed(Admission),
}

impl Journal {
    /// Admits one entry of a peer, and what had waited for it.
    ///
    /// While a checkpoint is being loaded nothing is admitted: the entry is not kept, and its sender sends it again.
    pub fn admit(
        &mut self,
        tx: &Connection,
        entry: &TransferEntry,
        applying: Applying,
        env: &mut dyn Environment,
    ) -> Result<Admission, ReplicaError> {
        if self.is_loading {
            return Ok(Admission::Pending);
        }
        let header = match read_header(entry, self) {
            Ok(header) => header,
            Err(ReplicaError::Refused(refused)) => return Ok(Admission::Refused { reason: refused.to_string() }),
            Err(error) => return Err(error),
        };
        match self.pass_door(tx, &header, entry)? {
            Door::Closed(admission) => Ok(admission),
            Door::Open if header.origin == self.origin() && !self.is_known(tx, &header, entry)? => {
                self.meet_own_entry(tx, &header, entry, env)
            }
            Door::Open => self.settle(tx, &header, entry, applying, env.clock()),
        }
    }

    /// Certificate, signature, revocation.
    fn pass_door(&mut self, tx: &Connection, header: &EntryHeader, entry: &TransferEntry) -> Result<Door, ReplicaError> {
        if self.is_known(tx, header, entry)? {
            return Ok(Door::Closed(Admission::Duplicate));
        }
        let mut keys = identity::keys_of(tx, &header.origin.replica)?;
        if keys.is_empty() {
            introduce(tx, self, header, entry)?;
            keys = identity::keys_of(tx, &header.origin.replica)?;
        }
        if keys.is_empty() {
            self.aside.keep(tx, Shelf::Awaiting, header, entry)?;
            return Ok(Door::Closed(Admission::AwaitingApproval));
        }
        if !keys.iter().any(|key| identity::verify_signature(key, &entry.header, &entry.signature)) {
            return Ok(Door::Closed(Admission::Refused { reason: Refused::Signature.to_string() }));
        }
        if identity::last_valid(tx, &header.origin)?.is_some_and(|last| header.seq > last) {
            self.aside.keep(tx, Shelf::Awaiting, header, entry)?;
            return Ok(Door::Closed(Admission::AwaitingApproval));
        }
        Ok(Door::Open)
    }

    fn is_known(&self, tx: &Connection, header: &EntryHeader, entry: &TransferEntry) -> Result<bool, ReplicaError> {
        Ok(self.chains.seq(&header.origin) >= header.seq
            && self.chains.hash_at(tx, &header.origin, header.seq)? == Some(entry.hash()))
    }

    /// Finds an entry's standing and acts on it.
    pub(super) fn settle(
        &mut self,
        tx: &Connection,
        header: &EntryHeader,
        entry: &TransferEntry,
        applying: Applying,
        clock: ClockReading,
    ) -> Result<Admission, ReplicaError> {
        match self.standing(tx, header, entry.hash())? {
            Standing::Duplicate => Ok(Admission::Duplicate),
            Standing::Fork => {
                let touched = self.keep_evidence(tx, header, entry, clock)?;
                Ok(Admission::Fork { origin: header.origin, seq: header.seq, touched })
            }
            Standing::Waits(origin, seq) => {
                self.aside.wait(tx, header, entry, origin, seq)?;
                Ok(Admission::Pending)
            }
            Standing::Next if !self.has_possible_lamport(tx, header)? => {
                Ok(Admission::Refused { reason: Refused::Lamport.to_string() })
            }
            Standing::Next => match self.sales_to_put_ahead(header, entry).filter(|_| applying == Applying::Afterwards) {
                Some(facts) => {
                    let fresh = self.put_ahead(tx, header.clone(), entry.clone())?;
                    self.tell_fresh(&fresh);
                    Ok(Admission::Applied { touched: Touched { facts, is_ahead: true, ..Touched::default() }, released: 0 })
                }
                None => self.apply_and_release(tx, header, entry, clock),
            },
        }
    }

    /// Where an entry stands among those that are here.
    pub(super) fn standing(&self, tx: &Connection, header: &EntryHeader, hash: Hash) -> Result<Standing, ReplicaError> {
        let (seq, tip, floor) =
            self.chains.get(&header.origin).map_or((0, Hash::default(), 0), |chain| (chain.seq, chain.tip, chain.floor));
        if header.seq <= seq {
            let held = self.chains.hash_at(tx, &header.origin, header.seq)?;
            let is_same = held == Some(hash) || (held.is_none() && header.seq <= floor);
            return Ok(if is_same { Standing::Duplicate } else { Standing::Fork });
        }
        if header.seq > seq + 1 {
            let follows_evidence = self.aside.has_evidence(tx, &header.previous)?;
            return Ok(if follows_evidence { Standing::Fork } else { Standing::Waits(header.origin, header.seq - 1) });
        }
        if header.previous != tip {
            return Ok(Standing::Fork);
        }
        let missing = self.missing_dependency(tx, header)?;
        Ok(missing.map_or(Standing::Next, |(origin, seq)| Standing::Waits(origin, seq)))
    }

    fn missing_dependency(&self, tx: &Connection, header: &EntryHeader) -> Result<Option<(Origin, u64)>, ReplicaError> {
        if !self.guards.causal_dependencies {
            return Ok(None);
        }
        for (origin, at) in &header.depends_on {
            if !self.has_read(tx, origin, at)? && identity::last_valid(tx, origin)?.is_none_or(|last| at.seq <= last) {
                return Ok(Some((*origin, at.seq)));
            }
        }
        Ok(None)
    }

    /// Whether an entry is here: in its chain, under a checkpoint, or as evidence of a branch that does not count.
    fn has_read(&self, tx: &Connection, origin: &Origin, at: &Position) -> Result<bool, ReplicaError> {
        let in_chain =
            self.chains.seq(origin) >= at.seq && self.chains.hash_at(tx, origin, at.seq)?.is_none_or(|hash| hash == at.tip);
        Ok(in_chain || self.aside.has_evidence(tx, &at.tip)?)
    }

    fn has_possible_lamport(&self, tx: &Connection, header: &EntryHeader) -> Result<bool, ReplicaError> {
        let mut after = self.chains.get(&header.origin).map_or(0, |chain| chain.lamport);
        for (origin, at) in &header.depends_on {
            if self.chains.hash_at(tx, origin, at.seq)? == Some(at.tip) {
                after = after.max(self.chains.lamport_at(tx, origin, at.seq)?.unwrap_or(0));
            }
        }
        Ok(header.lamport > after && header.lamport <= self.chains.lamport_max().saturating_add(LAMPORT_LEAP_MAX))
    }

    /// Applies an entry and then all that had waited for it.
    fn apply_and_release(
        &mut self,
        tx: &Connection,
        header: &EntryHeader,
        entry: &TransferEntry,
        clock: ClockReading,
    ) -> Result<Admission, ReplicaError> {
        let first = self.apply(tx, header, entry)?;
        let mut total = Applied { quarantined: first.quarantined.clone(), ..Applied::default() };
        total.absorb(first);
        let released = self.release(tx, (header.origin, header.seq), &mut total)?;
        self.finish(tx, &mut total, clock)?;
        let Applied { touched, quarantined, .. } = total;
        Ok(if quarantined.is_empty() {
            Admission::Applied { touched, released }
        } else {
            Admission::Quarantined { sections: quarantined, touched }
        })
    }

    /// Applies, one after the other, what had waited for an origin up to a seq. Each waiting entry is looked at once per origin that it
    /// waits for, so any order of arrival costs linear time. Returns how many were applied.
    fn release(&mut self, tx: &Connection, here: (Origin, u64), total: &mut Applied) -> Result<usize, ReplicaError> {
        let mut released = 0usize;
        let mut advanced = vec![here];
        while let Some((origin, seq)) = advanced.pop() {
            for waiting in self.aside.take_waiting_for(tx, &origin, seq)? {
                let header = EntryHeader::decode(&waiting.header)?;
                match self.standing(tx, &header, waiting.hash())? {
                    Standing::Duplicate => {}
                    Standing::Fork => {
                        self.aside.keep(tx, Shelf::Evidence, &header, &waiting)?;
                        advanced.push((header.origin, header.seq));
                    }
                    Standing::Waits(origin, seq) => self.aside.wait(tx, &header, &waiting, origin, seq)?,
                    Standing::Next if !self.has_possible_lamport(tx, &header)? => {}
                    Standing::Next => {
                        total.absorb(self.apply(tx, &header, &waiting)?);
                        released += 1;
                        advanced.push((header.origin, header.seq));
                    }
                }
            }
        }
        Ok(released)
    }

    /// Keeps an entry of a branch that does not count, and applies what had waited for it.
    pub(super) fn keep_evidence(
        &mut self,
        tx: &Connection,
        header: &EntryHeader,
        entry: &TransferEntry,
        clock: ClockReading,
    ) -> Result<Touched, ReplicaError> {
        self.aside.keep(tx, Shelf::Evidence, header, entry)?;
        let mut total = Applied::default();
        self.release(tx, (header.origin, header.seq), &mut total)?;
        self.finish(tx, &mut total, clock)?;
        Ok(total.touched)
    }

    /// Takes what a peer keeps as evidence of forks: it is kept here too, unless it stands in its chain here, and never applied. What follows
    /// a branch that does not count can then be applied by everyone.
    pub fn admit_evidence(
        &mut self,
        tx: &Connection,
        entry: &TransferEntry,
        clock: ClockReading,
    ) -> Result<Touched, ReplicaError> {
        let header = match read_header(entry, self) {
            Ok(header) if !self.is_loading => header,
            Ok(_) | Err(ReplicaError::Refused(_)) => return Ok(Touched::default()),
            Err(error) => return Err(error),
        };
        let keys = identity::keys_of(tx, &header.origin.replica)?;
        let is_signed = keys.iter().any(|key| identity::verify_signature(key, &entry.header, &entry.signature));
        if !is_signed || self.is_known(tx, &header, entry)? || self.aside.has_evidence(tx, &entry.hash())? {
            return Ok(Touched::default());
        }
        self.keep_evidence(tx, &header, entry, clock)
    }

    fn apply(&mut self, tx: &Connection, header: &EntryHeader, entry: &TransferEntry) -> Result<Applied, ReplicaError> {
        let (place, _) = self.chains.append(tx, header, entry)?;
        apply::foreign(tx, self, header, entry, place)
    }

    /// What follows from applied entries as a whole: projections made again, entries of newly certified devices, and entries that a
    /// revocation takes back.
    pub(super) fn finish(&mut self, tx: &Connection, applied: &mut Applied, clock: ClockReading) -> Result<(), ReplicaError> {
        if std::mem::take(&mut applied.is_out_of_order) {
            projections::rebuild_facts(tx)?;
        }
        for replica in std::mem::take(&mut applied.devices) {
            self.take_back_revoked(tx, &replica)?;
            let touched = self.look_again(tx, &replica, clock)?;
            applied.touched.merge(&touched);
        }
        Ok(())
    }

    fn take_back_revoked(&mut self, tx: &Connection, replica: &ReplicaId) -> Result<(), ReplicaError> {
        let chains: Vec<(Origin, u64)> = self
            .chains
            .iter()
            .filter(|(origin, _)| origin.replica == *replica)
            .map(|(origin, chain)| (*origin, chain.seq))
            .collect();
        for (origin, seq) in chains {
            let Some(last) = identity::last_valid(tx, &origin)?.filter(|last| *last < seq) else { continue };
            for entry in self.withdraw(tx, origin, last)?.entries {
                self.aside.keep(tx, Shelf::Awaiting, &EntryHeader::decode(&entry.header)?, &entry)?;
            }
        }
        Ok(())
    }

    /// Looks again at entries of a device that waited for its certificate or for approval.
    fn look_again(&mut self, tx: &Connection, replica: &ReplicaId, clock: ClockReading) -> Result<Touched, ReplicaError> {
        let mut touched = Touched::default();
        for entry in self.aside.take_awaiting(tx, replica)? {
            let header = EntryHeader::decode(&entry.header)?;
            if let Door::Open = self.pass_door(tx, &header, &entry)?
                && let Admission::Applied { touched: more, .. } | Admission::Quarantined { touched: more, .. } =
                    self.settle(tx, &header, &entry, Applying::AtOnce, clock)?
            {
                touched.merge(&more);
            }
        }
        Ok(touched)
    }
}

impl Applied {
    fn absorb(&mut self, other: Applied) {
        let Applied { touched, quarantined: _, devices, is_out_of_order } = other;
        self.touched.merge(&touched);
        self.devices.extend(devices);
        self.is_out_of_order |= is_out_of_order;
    }
}

/// What can be said of an entry without knowing anybody: size, form, shop, and that its sections are those of its header.
fn read_header(entry: &TransferEntry, journal: &Journal) -> Result<EntryHeader, ReplicaError> {
    if entry.size() > ENTRY_BYTES_MAX {
        return Err(Refused::TooLarge.into());
    }
    let header = EntryHeader::decode(&entry.header)?;
    if header.shop != journal.shop {
        return Err(Refused::Shop.into());
    }
    if header.sections.len() != entry.sections.len() {
        return Err(Refused::Sections.into());
    }
    for (section, bytes) in header.sections.iter().zip(&entry.sections) {
        let fits = match (bytes, section.kind) {
            (Some(bytes), _) => bytes.len() == section.length as usize && Hash::of(bytes) == section.hash,
            (None, SectionKind::Blob | SectionKind::Personal) => true,
            (None, SectionKind::Fact | SectionKind::DocumentChange) => false,
        };
        if !fits {
            return Err(Refused::Sections.into());
        }
    }
    Ok(header)
}

/// A device's own entry may carry its certificate: the first entry of a shop's founder does.
fn introduce(tx: &Connection, journal: &Journal, header: &EntryHeader, entry: &TransferEntry) -> Result<(), ReplicaError> {
    for (section, bytes) in header.sections.iter().zip(&entry.sections) {
        let (SectionKind::Fact, Some(bytes)) = (section.kind, bytes) else { continue };
        let Ok(Fact { body: FactBody::DeviceCertified(certified), .. }) = cbor::from_slice::<Fact>(bytes) else { continue };
        identity::learn_device(tx, &journal.identity, &certified.certificate)?;
    }
    Ok(())
}

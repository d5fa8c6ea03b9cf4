//! The exchange: entries both ways, what each side confirmed, and whether both are in step.

use tradepost_replica::{
    Admission, EntryHeader, Environment, Fresh, Hash, Origin, Position, Replica, Touched, TransferEntry, Vector,
};

use super::{Output, Phase, Session, SessionState};
use crate::message::{BATCH_BYTES_TARGET, BATCH_ENTRIES_MAX, Message, SyncError, pack_entries, unpack_entries};

/// Batches on their way and not yet confirmed: enough to fill a line, few enough to bound memory.
const BATCHES_IN_FLIGHT_MAX: usize = 4;
/// Entries that the other side does not take (they wait for approval there, or for others) are sent again after so long, not at once.
const SEND_AGAIN_AFTER_MS: u64 = 20_000;

/// Nothing is sent to a side that took nothing of what was sent: until then, or until something is new here.
pub(super) struct HeldBack {
    pub until_ms: u64,
    ours: Hash,
}

impl Session {
    /// Passes on an entry as soon as it may be, without waiting for the replica, if it is the very next that the other side waits for. Whatever
    /// this leaves is sent by the next poll, in its order.
    pub fn pass_on(&mut self, fresh: &Fresh) -> Result<Vec<Output>, SyncError> {
        let mut out = Vec::new();
        let is_free = matches!(self.phase, Phase::Open) && !self.is_kept_from_sending() && self.held_back.is_none();
        if is_free && self.batches_in_flight < BATCHES_IN_FLIGHT_MAX && self.is_next_for_them(&fresh.header) {
            self.theirs.0.insert(fresh.header.origin, Position { seq: fresh.header.seq, tip: fresh.hash });
            self.moved_ms = self.moved_ms.max(self.heard_ms);
            self.send_entries(std::slice::from_ref(&fresh.entry), &mut out)?;
        }
        Ok(out)
    }

    fn is_kept_from_sending(&self) -> bool {
        let is_sending_checkpoint = self.sending_checkpoint.as_ref().is_some_and(|sending| !sending.is_done);
        is_sending_checkpoint || self.loading.is_some() || self.is_forked || self.peer_is_revoked
    }

    /// Whether they have, or were sent, all that this entry stands on.
    fn is_next_for_them(&self, header: &EntryHeader) -> bool {
        let theirs = |origin| self.theirs.0.get(origin);
        let follows =
            theirs(&header.origin).is_some_and(|last| last.seq.saturating_add(1) == header.seq && last.tip == header.previous);
        follows && header.depends_on.iter().all(|(origin, at)| theirs(origin).is_some_and(|read| read.seq > at.seq || read == at))
    }

    pub(super) fn take_entries(
        &mut self,
        batch: &[u8],
        replica: &mut Replica,
        env: &mut dyn Environment,
        out: &mut Vec<Output>,
    ) -> Result<(), SyncError> {
        if self.loading.is_some() {
            return Err(SyncError::OutOfTurn);
        }
        if self.is_forked {
            // Sent before the other side heard of the fork; the next session brings them again.
            return Ok(());
        }
        let entries = unpack_entries(batch)?;
        self.counts.received += entries.len() as u64;
        let admissions = replica.admit_ahead(&entries, env)?;
        let mut touched = Touched::default();
        for (entry, admission) in entries.iter().zip(&admissions) {
            note_position(&mut self.theirs, entry);
            match admission {
                Admission::Applied { touched: more, .. } => touched.merge(more),
                Admission::Quarantined { touched: more, .. } => {
                    self.counts.set_aside += 1;
                    touched.merge(more);
                }
                Admission::Fork { origin, seq, touched: more } => {
                    self.counts.set_aside += 1;
                    touched.merge(more);
                    self.report_fork(*origin, 0, seq.saturating_add(1), replica, out)?;
                }
                Admission::OwnOriginContinued { new_origin } => out.push(Output::NewIncarnation(*new_origin)),
                Admission::Duplicate | Admission::Pending | Admission::AwaitingApproval | Admission::Refused { .. } => {
                    self.counts.set_aside += 1;
                }
            }
        }
        self.tell_stored(replica, out)?;
        out.push(Output::Applied(touched));
        if replica.is_ahead() {
            out.push(Output::ApplyAhead);
        }
        Ok(())
    }

    pub(super) fn take_stored(&mut self, positions: Vec<(Origin, Position)>) {
        self.batches_in_flight = self.batches_in_flight.saturating_sub(1);
        for (origin, position) in positions {
            self.confirmed.0.insert(origin, position);
            let known = self.theirs.0.entry(origin).or_insert(position);
            if known.seq < position.seq {
                *known = position;
            }
        }
    }

    /// Tells what is stored here now; the answer to a batch, even when nothing advanced.
    fn tell_stored(&mut self, replica: &mut Replica, out: &mut Vec<Output>) -> Result<(), SyncError> {
        let ours = replica.vector()?;
        let positions: Vec<_> = ours
            .0
            .iter()
            .filter(|(origin, position)| self.told.0.get(origin) != Some(position))
            .map(|(origin, position)| (*origin, *position))
            .collect();
        self.told = ours;
        self.say(&Message::Stored { positions }, out);
        Ok(())
    }

    /// The other side lacks something of what it was sent: goes on from what it has.
    pub(super) fn take_have(
        &mut self,
        vector: Vector,
        evidence: Hash,
        replica: &mut Replica,
        env: &mut dyn Environment,
        out: &mut Vec<Output>,
    ) -> Result<(), SyncError> {
        self.batches_in_flight = 0;
        self.said_in_step = None;
        let lacks = vector_hash(&vector);
        if self.lacked_at.replace(lacks) == Some(lacks) {
            let until_ms = env.clock().monotonic_ms.saturating_add(SEND_AGAIN_AFTER_MS);
            self.held_back = Some(HeldBack { until_ms, ours: vector_hash(&replica.vector()?) });
        }
        self.learn_where_they_stand(vector, evidence, replica, out)
    }

    /// Sends what the other side lacks, as far as the line allows, and says so when nothing is left.
    pub(super) fn push(&mut self, replica: &mut Replica, out: &mut Vec<Output>) -> Result<(), SyncError> {
        if self.is_kept_from_sending() {
            return Ok(());
        }
        if let Some(held) = &self.held_back {
            if held.ours == vector_hash(&replica.vector()?) {
                return Ok(());
            }
            self.held_back = None;
        }
        if self.batches_in_flight == 0 {
            self.moved_ms = self.moved_ms.max(self.heard_ms);
        }
        while self.batches_in_flight < BATCHES_IN_FLIGHT_MAX {
            let entries = replica.entries_after(&self.theirs, BATCH_ENTRIES_MAX, BATCH_BYTES_TARGET)?;
            if entries.is_empty() {
                break;
            }
            for entry in &entries {
                note_position(&mut self.theirs, entry);
            }
            self.send_entries(&entries, out)?;
        }
        // A digest is of what was applied. While something is ahead it can wait: applying it is told, and brings the next poll.
        self.compare(replica, out)?;
        if self.batches_in_flight == 0 && !replica.is_ahead() {
            self.say_in_step(replica, out)?;
        }
        Ok(())
    }

    fn send_entries(&mut self, entries: &[TransferEntry], out: &mut Vec<Output>) -> Result<(), SyncError> {
        self.counts.sent += entries.len() as u64;
        self.batches_in_flight += 1;
        self.enter(SessionState::Exchanging, out);
        self.say(&Message::Entries { batch: pack_entries(entries)? }, out);
        Ok(())
    }

    fn say_in_step(&mut self, replica: &mut Replica, out: &mut Vec<Output>) -> Result<(), SyncError> {
        let ours = replica.vector()?;
        if ours != self.theirs {
            return Ok(());
        }
        let mark = vector_hash(&ours);
        if self.said_in_step == Some(mark) {
            return Ok(());
        }
        self.said_in_step = Some(mark);
        self.confirmed = ours;
        self.say(&Message::InStep { digest: replica.digest()?.total, vector: mark }, out);
        Ok(())
    }

    pub(super) fn take_in_step(
        &mut self,
        digest: Hash,
        vector: Hash,
        replica: &mut Replica,
        out: &mut Vec<Output>,
    ) -> Result<(), SyncError> {
        let ours = replica.vector()?;
        if vector_hash(&ours) != vector {
            // Either something is still on its way, and this is harmless, or something was lost, and this brings it again.
            if self.loading.is_none() && self.batches_in_flight == 0 {
                self.say(&Message::Have { vector: ours, evidence: replica.evidence_mark() }, out);
            }
            return Ok(());
        }
        self.confirmed = ours.clone();
        self.theirs = ours;
        self.heard_in_step = Some((digest, vector));
        self.compare(replica, out)
    }

    /// Compares the other side's digest with ours, once all is applied that it is of. If more came meanwhile, that brings another digest.
    fn compare(&mut self, replica: &mut Replica, out: &mut Vec<Output>) -> Result<(), SyncError> {
        if replica.is_ahead() {
            return Ok(());
        }
        if let Some((digest, vector)) = self.heard_in_step.take()
            && vector_hash(&replica.vector()?) == vector
        {
            let is_equal = replica.digest()?.total == digest;
            self.enter(if is_equal { SessionState::InStep } else { SessionState::Differs }, out);
        }
        Ok(())
    }
}

/// Notes that the other side has this entry.
fn note_position(vector: &mut Vector, entry: &TransferEntry) {
    let Ok(header) = EntryHeader::decode(&entry.header) else { return };
    let position = Position { seq: header.seq, tip: Hash::of(&entry.header) };
    let known = vector.0.entry(header.origin).or_insert(position);
    if known.seq < position.seq {
        *known = position;
    }
}

/// A short mark of a vector: equal marks, equal vectors.
fn vector_hash(vector: &Vector) -> Hash {
    let mut bytes = Vec::with_capacity(vector.0.len() * 60);
    for (origin, position) in &vector.0 {
        bytes.extend_from_slice(origin.replica.as_bytes());
        bytes.extend_from_slice(&origin.incarnation.to_be_bytes());
        bytes.extend_from_slice(&position.seq.to_be_bytes());
        bytes.extend_from_slice(&position.tip.0);
    }
    Hash::of(&bytes)
}

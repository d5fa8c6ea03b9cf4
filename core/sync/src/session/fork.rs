//! Where a chain has two branches: finding the entry at which they part, giving one up, and spreading the evidence.

use tradepost_domain::device::DeviceRole;
use tradepost_replica::{Environment, Hash, Origin, Replica};

use super::{Output, Session};
use crate::message::{BATCH_BYTES_TARGET, BATCH_ENTRIES_MAX, Message, SyncError, pack_entries};

/// Hashes of a fork report: where two chains of a million entries part is found in four reports.
const FORK_HASHES_MAX: u64 = 64;
/// The most batches of evidence sent at once: tens of megabytes, days of a forked till.
const EVIDENCE_BATCHES_MAX: usize = 128;

impl Session {
    pub(super) fn send_evidence(&mut self, replica: &Replica, out: &mut Vec<Output>) -> Result<(), SyncError> {
        let mut last = None;
        for _ in 0..EVIDENCE_BATCHES_MAX {
            let entries = replica.evidence_after(last, BATCH_ENTRIES_MAX, BATCH_BYTES_TARGET)?;
            let Some(entry) = entries.last() else { break };
            last = Some(entry.hash());
            self.say(&Message::Evidence { batch: pack_entries(&entries)? }, out);
        }
        Ok(())
    }

    /// Tells hashes of a chain of which the other side has another branch: it parts after `after` and has parted at `before`.
    pub(super) fn report_fork(
        &mut self,
        origin: Origin,
        after: u64,
        before: u64,
        replica: &Replica,
        out: &mut Vec<Output>,
    ) -> Result<(), SyncError> {
        self.forks_told.insert(origin);
        let before = before.min(replica.vector()?.seq(&origin).saturating_add(1));
        let mut hashes = Vec::new();
        for seq in spread_between(after, before) {
            if let Some(hash) = replica.header_hash_at(&origin, seq)? {
                hashes.push((seq, hash));
            }
        }
        let is_one_of_us =
            origin.replica == replica.replica_id() || self.peer.as_ref().is_some_and(|peer| peer.replica == origin.replica);
        self.is_forked |= is_one_of_us;
        self.say(&Message::Forked { origin, after, before, hashes }, out);
        Ok(())
    }

    /// The other side holds another branch. The device whose chain it is gives its own up, and goes on under a new origin; another device
    /// gives its up where the other side is a server, which all of them meet.
    pub(super) fn take_fork(
        &mut self,
        origin: Origin,
        (after, before): (u64, u64),
        hashes: &[(u64, Hash)],
        replica: &mut Replica,
        env: &mut dyn Environment,
        out: &mut Vec<Output>,
    ) -> Result<(), SyncError> {
        let ours = replica.vector()?.seq(&origin);
        let is_ours = origin.replica == replica.replica_id();
        let is_the_peers = self.peer.as_ref().is_some_and(|peer| peer.replica == origin.replica);
        let yields = is_ours || (!is_the_peers && self.peer.as_ref().is_some_and(|peer| peer.role == DeviceRole::Server));
        if !yields {
            // The side that yields may have noticed first; what it needs are our hashes.
            let is_told = self.forks_told.contains(&origin);
            return if is_told { Ok(()) } else { self.report_fork(origin, 0, ours.saturating_add(1), replica, out) };
        }
        let (common_seq, parted_seq) = narrow(replica, &origin, (after, before), hashes)?;
        if parted_seq > common_seq.saturating_add(1) && !hashes.is_empty() {
            if (common_seq, parted_seq) == (after, before) {
                return Err(SyncError::OutOfTurn);
            }
            self.say(&Message::WherePart { origin, after: common_seq, before: parted_seq }, out);
            return Ok(());
        }
        if !is_ours && common_seq >= ours {
            return Ok(());
        }
        if let Some(new_origin) = replica.surrender_branch(origin, common_seq, env)? {
            out.push(Output::NewIncarnation(new_origin));
        }
        // The other side must read our vector anew; a new session does exactly that.
        let reason = if is_ours {
            "this device was copied or restored; it goes on under a new number"
        } else {
            "another device was copied or restored; what it did is read again from the server"
        };
        Err(SyncError::Ended(reason.to_owned()))
    }
}

/// At most [`FORK_HASHES_MAX`] seqs between two, evenly spread, the last one among them.
fn spread_between(after: u64, before: u64) -> Vec<u64> {
    let count = before.saturating_sub(after).saturating_sub(1);
    let told = count.min(FORK_HASHES_MAX);
    (1..=told)
        .map(|number| after + u64::try_from(u128::from(count) * u128::from(number) / u128::from(told)).unwrap_or(count))
        .collect()
}

/// Where a chain of ours and the other side's part, as far as these hashes tell: after the first seq, at the second or before.
fn narrow(
    replica: &Replica,
    origin: &Origin,
    (after, before): (u64, u64),
    hashes: &[(u64, Hash)],
) -> Result<(u64, u64), SyncError> {
    let mut common = after.max(replica.floor(origin));
    let mut parted = before.min(replica.vector()?.seq(origin).saturating_add(1));
    for (seq, hash) in hashes {
        match replica.header_hash_at(origin, *seq)? {
            Some(ours) if ours == *hash => common = common.max(*seq),
            Some(_) => parted = parted.min(*seq),
            None => {}
        }
    }
    Ok((common, parted))
}

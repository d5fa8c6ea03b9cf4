//! Entries that came before what they depend on. Each waits for one origin and seq at a time.

use rusqlite::{Connection, params};
use tradepost_domain::id::ReplicaId;

use crate::cbor;
use crate::entry::{EntryHeader, TransferEntry};
use crate::error::ReplicaError;
use crate::origin::{Hash, Origin};

/// The most entries that wait. Beyond it an early entry is not kept: the vector does not count it, so its sender sends it again.
pub(crate) const PENDING_ENTRIES_MAX: i64 = 20_000;
/// The most bytes that wait.
pub(crate) const PENDING_BYTES_MAX: i64 = 128 * 1024 * 1024;
/// The most entries kept as evidence of forks.
pub(crate) const EVIDENCE_MAX: i64 = 100_000;
/// The most entries kept for approval.
pub(crate) const AWAITING_MAX: i64 = 1_000_000;

/// How much stands aside, counted in memory so that a flood costs linear time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Aside {
    pending: i64,
    pending_bytes: i64,
    evidence: i64,
    evidence_mark: Hash,
    awaiting: i64,
}

/// A table of entries that are kept without being applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shelf {
    /// Evidence of forks.
    Evidence,
    /// Entries that somebody has to approve.
    Awaiting,
}

impl Aside {
    pub fn load(connection: &Connection) -> Result<Self, ReplicaError> {
        let (pending, pending_bytes) =
            connection.query_row("select count(*), coalesce(sum(length(entry)), 0) from pending_entries", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let awaiting = connection.query_row("select count(*) from awaiting_approval", [], |row| row.get(0))?;
        let mut aside = Self { pending, pending_bytes, awaiting, ..Self::default() };
        let mut statement = connection.prepare("select hash from fork_evidence")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            aside.evidence += 1;
            aside.evidence_mark.mix(&Hash(row.get(0)?));
        }
        Ok(aside)
    }

    pub fn pending(&self) -> u64 {
        self.pending.try_into().unwrap_or(0)
    }

    pub fn evidence(&self) -> u64 {
        self.evidence.try_into().unwrap_or(0)
    }

    /// The sum of the hashes of all evidence: equal marks, equal evidence.
    pub fn evidence_mark(&self) -> Hash {
        self.evidence_mark
    }

    /// Whether an entry with this hash is kept as evidence of a fork.
    pub fn has_evidence(&self, tx: &Connection, hash: &Hash) -> Result<bool, ReplicaError> {
        if self.evidence == 0 {
            return Ok(false);
        }
        Ok(tx.prepare_cached("select 1 from fork_evidence where hash = ?")?.exists([hash.0])?)
    }

    pub fn awaiting(&self) -> u64 {
        self.awaiting.try_into().unwrap_or(0)
    }

    /// Keeps an entry until `origin` is read up to `seq`.
    pub fn wait(
        &mut self,
        tx: &Connection,
        header: &EntryHeader,
        entry: &TransferEntry,
        origin: Origin,
        seq: u64,
    ) -> Result<(), ReplicaError> {
        let bytes = cbor::to_vec(entry)?;
        let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        if self.pending >= PENDING_ENTRIES_MAX || self.pending_bytes.saturating_add(length) > PENDING_BYTES_MAX {
            return Ok(());
        }
        let kept = tx
            .prepare_cached(
                "insert into pending_entries (hash, replica, incarnation, seq, entry, waits_replica, waits_incarnation, waits_seq)
                 values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
            )?
            .execute(params![
                entry.hash().0,
                header.origin.replica.as_bytes(),
                header.origin.incarnation,
                header.seq,
                bytes,
                origin.replica.as_bytes(),
                origin.incarnation,
                seq,
            ])?;
        if kept == 1 {
            self.pending += 1;
            self.pending_bytes += length;
        }
        Ok(())
    }

    /// Takes out the entries that waited for `origin` at or before `seq`, in the order of their own seqs.
    pub fn take_waiting_for(&mut self, tx: &Connection, origin: &Origin, seq: u64) -> Result<Vec<TransferEntry>, ReplicaError> {
        if self.pending == 0 {
            return Ok(Vec::new());
        }
        let mut entries: Vec<(u64, TransferEntry)> = Vec::new();
        let mut statement = tx.prepare_cached(
            "delete from pending_entries where waits_replica = ? and waits_incarnation = ? and waits_seq <= ? returning seq, entry",
        )?;
        let mut rows = statement.query(params![origin.replica.as_bytes(), origin.incarnation, seq])?;
        while let Some(row) = rows.next()? {
            let bytes: Vec<u8> = row.get(1)?;
            self.pending -= 1;
            self.pending_bytes -= i64::try_from(bytes.len()).unwrap_or(0);
            entries.push((row.get(0)?, cbor::from_slice(&bytes)?));
        }
        entries.sort_by_key(|(seq, _)| *seq);
        Ok(entries.into_iter().map(|(_, entry)| entry).collect())
    }

    /// Keeps an entry on a shelf.
    pub fn keep(
        &mut self,
        tx: &Connection,
        shelf: Shelf,
        header: &EntryHeader,
        entry: &TransferEntry,
    ) -> Result<(), ReplicaError> {
        let (table, count, count_max) = match shelf {
            Shelf::Evidence => ("fork_evidence", &mut self.evidence, EVIDENCE_MAX),
            Shelf::Awaiting => ("awaiting_approval", &mut self.awaiting, AWAITING_MAX),
        };
        if *count >= count_max {
            return Ok(());
        }
        let sql =
            format!("insert into {table} (hash, replica, incarnation, seq, entry) values (?, ?, ?, ?, ?) on conflict do nothing");
        let (replica, incarnation) = (header.origin.replica, header.origin.incarnation);
        let kept = tx.prepare_cached(&sql)?.execute(params![
            entry.hash().0,
            replica.as_bytes(),
            incarnation,
            header.seq,
            cbor::to_vec(entry)?
        ])?;
        if kept == 1 {
            *count += 1;
            if shelf == Shelf::Evidence {
                self.evidence_mark.mix(&entry.hash());
            }
        }
        Ok(())
    }

    /// Takes the entries of a replica that wait for approval, in the order of its chains.
    pub fn take_awaiting(&mut self, tx: &Connection, replica: &ReplicaId) -> Result<Vec<TransferEntry>, ReplicaError> {
        let mut entries = Vec::new();
        let mut statement =
            tx.prepare_cached("delete from awaiting_approval where replica = ? returning incarnation, seq, entry")?;
        let mut rows = statement.query([replica.as_bytes()])?;
        while let Some(row) = rows.next()? {
            let key: (u32, u64) = (row.get(0)?, row.get(1)?);
            entries.push((key, cbor::from_slice(&row.get::<_, Vec<u8>>(2)?)?));
            self.awaiting -= 1;
        }
        entries.sort_by_key(|(key, _)| *key);
        Ok(entries.into_iter().map(|(_, entry)| entry).collect())
    }
}

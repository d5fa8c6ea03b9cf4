//! The replica, written and read. What it does with the journal's entries stands in `journal`; one call here is one database
//! transaction.

mod draft;
mod keys;
mod opening;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Mutex, MutexGuard};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};
use tradepost_domain::device::DeviceRole;
use tradepost_domain::id::{ReplicaId, ShopId, TillId};

use crate::breaker::Breaker;
use crate::digest;
use crate::durability::Durable;
use crate::entry::TransferEntry;
use crate::environment::Environment;
use crate::error::ReplicaError;
use crate::identity;
use crate::journal::{Applying, FreshHook, Guards, Journal, Place, listing, put_local};
use crate::origin::{Hash, Origin, Vector};
use crate::projections::waiting;
use crate::read::{Digest, OpenSession, Reader, sessions};
use crate::store::{self, FolderLock};

pub use draft::{Admission, Draft, Recorded, Touched};
pub use opening::{DatabaseKey, DeviceSecrets, Founded, Opened, SigningSeed};

/// Called after COMMIT with what changed.
pub type CommitHook = Box<dyn Fn(&Touched) + Send + Sync>;

/// One shop's data on one machine.
pub struct Replica {
    pub(crate) folder: PathBuf,
    pub(crate) database_key: DatabaseKey,
    pub(crate) connection: Connection,
    pub(crate) journal: Journal,
    hooks: Vec<CommitHook>,
    documents_version: AtomicU64,
    witnessed: Option<(Origin, u64)>,
    breaker: Arc<Breaker>,
    pub(crate) durability: Durable,
    _lock: FolderLock,
}

/// A replica that several threads of one program write to. Its lock is fair: a till that sells while the shop still arrives gets its
/// turn between two parts of it.
pub type SharedReplica = Arc<Mutex<Replica>>;

/// Makes a replica one that threads share.
pub fn share(replica: Replica) -> SharedReplica {
    Arc::new(Mutex::new(replica))
}

/// A replica taken for one operation.
pub type ReplicaGuard<'a> = MutexGuard<'a, Replica>;

/// Takes the replica for one operation. A thread that panicked in the middle left no half-done entry: its database transaction was
/// rolled back, so the replica is good to use.
pub fn lock(replica: &SharedReplica) -> ReplicaGuard<'_> {
    replica.lock()
}

impl Replica {
    /// Does `work` in one database transaction: all of it or nothing, and as durable as this replica is set to be.
    pub(crate) fn commit<T>(
        &mut self,
        work: impl FnOnce(&mut Journal, &Connection) -> Result<T, ReplicaError>,
    ) -> Result<T, ReplicaError> {
        self.durability.prepare(&self.connection)?;
        self.commit_as_prepared(work)
    }

    fn commit_as_prepared<T>(
        &mut self,
        work: impl FnOnce(&mut Journal, &Connection) -> Result<T, ReplicaError>,
    ) -> Result<T, ReplicaError> {
        let outcome = self.try_commit(work);
        if outcome.is_err() {
            self.journal.reload(&self.connection)?;
        }
        outcome
    }

    fn try_commit<T>(
        &mut self,
        work: impl FnOnce(&mut Journal, &Connection) -> Result<T, ReplicaError>,
    ) -> Result<T, ReplicaError> {
        let db_tx = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        let applied = apply_ahead(&mut self.journal, &self.breaker, &db_tx)?;
        let value = work(&mut self.journal, &db_tx)?;
        db_tx.commit()?;
        if let Some(fresh) = self.journal.fresh.take() {
            self.journal.tell_fresh(&fresh);
        }
        if let Some(touched) = applied {
            self.tell(&touched);
        }
        Ok(value)
    }

    /// Calls `hook`, beside those set before, with each entry that is put ahead, as soon as it may be passed on: so that passing it on waits
    /// neither for the replica nor, for a peer's, for this machine's disk.
    pub fn on_fresh(&mut self, hook: FreshHook) {
        self.journal.fresh_hooks.push(hook);
    }

    /// Calls `hook`, beside those set before, after each COMMIT of own and admitted entries.
    pub fn on_commit(&mut self, hook: CommitHook) {
        self.hooks.push(hook);
    }

    /// A number that changes whenever documents may have changed: what was read of them stays true while it stays the same.
    pub fn documents_version(&self) -> u64 {
        self.documents_version.load(Ordering::Relaxed)
    }

    pub(crate) fn tell(&self, touched: &Touched) {
        // What names nothing may have changed anything: a checkpoint, a rebuild.
        if touched.is_empty() || !touched.documents.is_empty() {
            self.documents_version.fetch_add(1, Ordering::Relaxed);
        }
        for hook in &self.hooks {
            hook(touched);
        }
    }
}

/// Applies the entry that is ahead. A crash in it counts against it: at the third start it is left out, and the shop opens.
fn apply_ahead(journal: &mut Journal, breaker: &Breaker, db_tx: &Connection) -> Result<Option<Touched>, ReplicaError> {
    let Some(hash) = journal.chains.hash_ahead() else { return Ok(None) };
    breaker.begin(hash)?;
    let applied = journal.apply_ahead(db_tx);
    breaker.done()?;
    applied
}

/// Writing.
impl Replica {
    /// Records what one operation did. When this returns, COMMIT has returned: only now may anything be printed, sent or acknowledged.
    pub fn record(&mut self, draft: Draft, env: &mut dyn Environment) -> Result<Recorded, ReplicaError> {
        let clock = env.clock();
        let recorded = self.commit(|journal, db_tx| journal.record(db_tx, &draft, clock))?;
        self.tell(&recorded.touched);
        Ok(recorded)
    }

    /// Records a sale, and leaves all that follows from it (its row, stock, totals) for [`Self::apply_ahead`]: when this returns, the entry and
    /// the local values are on disk, so it may be printed, sent and acknowledged. Whatever is recorded, admitted or checked next applies
    /// it first, and so does opening the file again. A draft of anything else is recorded whole.
    pub fn record_ahead(&mut self, draft: Draft, env: &mut dyn Environment) -> Result<Recorded, ReplicaError> {
        let clock = env.clock();
        let recorded = self.commit(|journal, db_tx| journal.record_ahead(db_tx, &draft, clock))?;
        self.tell(&recorded.touched);
        Ok(recorded)
    }

    /// Whether an entry is ahead of what follows from it.
    pub fn is_ahead(&self) -> bool {
        self.journal.chains.ahead().is_some()
    }

    /// Applies what was recorded or admitted ahead. It need not be durable by itself: it follows from an entry that is.
    pub fn apply_ahead(&mut self) -> Result<(), ReplicaError> {
        if !self.is_ahead() {
            return Ok(());
        }
        self.durability.relax(&self.connection)?;
        let applied = self.commit_as_prepared(|_, _| Ok(()));
        // Not left to the next sale, which would wait for it; where this fails, that one does it, or is not recorded.
        let prepared = self.durability.prepare(&self.connection);
        applied.and(prepared)
    }

    /// Admits a peer's entry, and what had waited for it.
    pub fn admit(&mut self, entry: &TransferEntry, env: &mut dyn Environment) -> Result<Admission, ReplicaError> {
        let admissions = self.admit_batch(std::slice::from_ref(entry), env)?;
        admissions.into_iter().next().ok_or_else(|| ReplicaError::damaged("an entry without an answer"))
    }

    /// Admits entries of a peer with one COMMIT for all.
    pub fn admit_batch(&mut self, entries: &[TransferEntry], env: &mut dyn Environment) -> Result<Vec<Admission>, ReplicaError> {
        self.admit_all(entries, Applying::AtOnce, env)
    }

    /// Admits entries of a peer with one COMMIT for all, and where it is one sale that has come in its turn, leaves all that follows from it for
    /// [`Self::apply_ahead`], as [`Self::record_ahead`] does: it is on disk, and may be confirmed and passed on.
    pub fn admit_ahead(&mut self, entries: &[TransferEntry], env: &mut dyn Environment) -> Result<Vec<Admission>, ReplicaError> {
        let applying = if entries.len() == 1 { Applying::Afterwards } else { Applying::AtOnce };
        self.admit_all(entries, applying, env)
    }

    fn admit_all(
        &mut self,
        entries: &[TransferEntry],
        applying: Applying,
        env: &mut dyn Environment,
    ) -> Result<Vec<Admission>, ReplicaError> {
        let breaker = Arc::clone(&self.breaker);
        let admissions = self.commit(|journal, db_tx| {
            let mut admissions = Vec::with_capacity(entries.len());
            for entry in entries {
                breaker.begin(entry.hash())?;
                admissions.push(journal.admit(db_tx, entry, applying, env)?);
            }
            Ok(admissions)
        });
        breaker.done()?;
        let admissions = admissions?;
        let mut touched = Touched::default();
        admissions.iter().filter_map(Admission::touched).for_each(|more| touched.merge(more));
        if admissions.iter().any(Admission::changed_something) {
            self.tell(&touched);
        }
        Ok(admissions)
    }

    /// Takes what a peer keeps as evidence of forks; nothing of it is applied. Returns what changed because other entries had waited for it.
    pub fn admit_evidence(&mut self, entries: &[TransferEntry], env: &mut dyn Environment) -> Result<Touched, ReplicaError> {
        let clock = env.clock();
        let touched = self.commit(|journal, db_tx| {
            let mut touched = Touched::default();
            for entry in entries {
                touched.merge(&journal.admit_evidence(db_tx, entry, clock)?);
            }
            Ok(touched)
        })?;
        if !touched.is_empty() {
            self.tell(&touched);
        }
        Ok(touched)
    }

    /// Keeps a value of this machine alone, outside the journal; `None` removes it.
    pub fn put_local(&mut self, key: &str, value: Option<&[u8]>) -> Result<(), ReplicaError> {
        let values = [(key.to_owned(), value.map(<[u8]>::to_vec))];
        self.commit(|_, db_tx| put_local(db_tx, &values))
    }

    /// Starts a new chain. Nothing of the old one is lost: its entries stay.
    pub fn new_incarnation(&mut self, env: &mut dyn Environment) -> Result<Origin, ReplicaError> {
        self.commit(|journal, db_tx| journal.identity.take_new_incarnation(db_tx, &journal.chains, true, env))?;
        Ok(self.origin())
    }

    /// Gives up the entries of `origin` after `common_seq`, because the world holds another branch. They stay as evidence, and their facts
    /// and edits are recorded again: so each sale stays booked, once. Where they are ours, a new incarnation does so and is returned.
    pub fn surrender_branch(
        &mut self,
        origin: Origin,
        common_seq: u64,
        env: &mut dyn Environment,
    ) -> Result<Option<Origin>, ReplicaError> {
        let new_origin = self.commit(|journal, db_tx| journal.surrender(db_tx, origin, common_seq, env))?;
        self.tell(&Touched::default());
        Ok(new_origin)
    }

    /// Writes the witness, if there is something new to witness. The driver calls it at most a second after a recording, never on a
    /// sale's path.
    pub fn write_witness(&mut self) -> Result<(), ReplicaError> {
        let now = (self.origin(), self.journal.chains.seq(&self.origin()));
        if self.witnessed != Some(now) {
            identity::write_witness(&self.connection, &self.folder, now.0, &self.journal.chains)?;
            self.witnessed = Some(now);
        }
        Ok(())
    }

    /// Puts what the latest sales left for later into its places, and folds the write-ahead log into the file as far as readers
    /// allow. The driver calls it between sales.
    pub fn checkpoint_wal(&mut self) -> Result<(), ReplicaError> {
        self.apply_ahead()?;
        self.place_waiting()?;
        self.connection.query_row("pragma wal_checkpoint(passive)", [], |_| Ok(()))?;
        Ok(())
    }

    pub(crate) fn place_waiting(&self) -> Result<(), ReplicaError> {
        if waiting::is_any(&self.connection)? {
            let db_tx = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
            waiting::place(&db_tx)?;
            db_tx.commit()?;
        }
        Ok(())
    }

    /// Lets the file grow no further than about this many pages beyond its size, as a full disk would; for tests.
    #[doc(hidden)]
    pub fn limit_pages(&mut self, more: Option<u32>) -> Result<(), ReplicaError> {
        let pages: u32 = self.connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
        let max = more.map_or(u32::MAX - 1, |more| pages.saturating_add(more));
        self.connection.query_row(&format!("pragma max_page_count = {max}"), [], |_| Ok(()))?;
        Ok(())
    }

    /// Has every COMMIT fail, as on a full disk, until this is taken back; for tests.
    #[doc(hidden)]
    pub fn fail_commits(&mut self, fails: bool) -> Result<(), ReplicaError> {
        Ok(self.connection.commit_hook(fails.then_some(|| true))?)
    }

    /// Stops the database in the middle of whatever statement it is at after so many steps of its machine, and at every one from then on, as
    /// a power cut would; for tests. Only opening the file again brings it back.
    #[doc(hidden)]
    pub fn cut_power_after(&mut self, steps: u64) -> Result<(), ReplicaError> {
        let mut left = steps;
        self.connection.progress_handler(
            1,
            Some(move || {
                left = left.saturating_sub(1);
                left == 0
            }),
        )?;
        Ok(())
    }

    /// Takes out guards, for the simulation that proves that they are needed.
    #[doc(hidden)]
    pub fn weaken(&mut self, guards: Guards) {
        self.journal.guards = guards;
    }
}

/// Reading.
impl Replica {
    /// Who writes the next entry.
    pub fn origin(&self) -> Origin {
        self.journal.origin()
    }

    /// The shop.
    pub fn shop(&self) -> ShopId {
        self.journal.shop
    }

    /// This replica.
    pub fn replica_id(&self) -> ReplicaId {
        self.origin().replica
    }

    /// What this device is certified for.
    pub fn role(&self) -> DeviceRole {
        self.journal.identity.role
    }

    /// The till that this device is, if it is one.
    pub fn till(&self) -> Option<TillId> {
        self.journal.identity.till
    }

    /// The folder that the replica is in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The guards in force.
    pub fn guards(&self) -> Guards {
        self.journal.guards
    }

    /// How far each origin is read.
    pub fn vector(&self) -> Result<Vector, ReplicaError> {
        Ok(self.journal.chains.vector())
    }

    /// Entries that a replica which has read `theirs` lacks, in an order that it can apply as they come.
    pub fn entries_after(
        &self,
        theirs: &Vector,
        entries_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<TransferEntry>, ReplicaError> {
        listing::entries_after(&self.connection, &self.journal.chains, theirs, entries_max, bytes_max)
    }

    /// The hash of an origin's header at `seq`; `None` where it is not here or a checkpoint stands for it.
    pub fn header_hash_at(&self, origin: &Origin, seq: u64) -> Result<Option<Hash>, ReplicaError> {
        self.journal.chains.hash_at(&self.connection, origin, seq)
    }

    /// The last entry of an origin that is not here because a checkpoint stands for it; 0: all are here.
    pub fn floor(&self, origin: &Origin) -> u64 {
        self.journal.chains.get(origin).map_or(0, |chain| chain.floor)
    }

    /// A value of this machine alone.
    pub fn local(&self, key: &str) -> Result<Option<Vec<u8>>, ReplicaError> {
        let mut statement = self.connection.prepare_cached("select value from local_values where key = ?")?;
        Ok(statement.query_row([key], |row| row.get(0)).optional()?)
    }

    /// The session that is open at a till; of several the one opened last. The same as a reader's, from pages that the writer has at hand.
    pub fn open_session(&self, till: TillId) -> Result<Option<OpenSession>, ReplicaError> {
        sessions::open_session(&self.connection, till)
    }

    /// A reader with a connection of its own, for another thread.
    pub fn reader(&self) -> Result<Reader, ReplicaError> {
        Reader::open(&store::database_path(&self.folder), &self.database_key)
    }

    /// The state digest: equal on replicas that have the same documents and facts.
    pub fn digest(&mut self) -> Result<Digest, ReplicaError> {
        self.apply_ahead()?;
        digest::digest(&self.connection)
    }

    /// The digest's buckets, to find where two replicas differ.
    pub fn digest_buckets(&mut self) -> Result<[Hash; digest::BUCKETS], ReplicaError> {
        self.apply_ahead()?;
        digest::buckets(&self.connection)
    }

    /// How many entries wait for others.
    pub fn pending_count(&self) -> u64 {
        self.journal.aside.pending()
    }

    /// How many entries are kept as evidence of forks.
    pub fn fork_count(&self) -> u64 {
        self.journal.aside.evidence()
    }

    /// The sum of the hashes of all evidence of forks: equal marks, equal evidence.
    pub fn evidence_mark(&self) -> Hash {
        self.journal.aside.evidence_mark()
    }

    /// Evidence of forks in the order of its hashes: after `after`, at most `entries_max` or about `bytes_max`.
    pub fn evidence_after(
        &self,
        after: Option<Hash>,
        entries_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<TransferEntry>, ReplicaError> {
        listing::evidence_after(&self.connection, after, entries_max, bytes_max)
    }

    /// How many entries wait for a certificate or for approval.
    pub fn awaiting_count(&self) -> u64 {
        self.journal.aside.awaiting()
    }

    /// Sections that were not applied: origin, seq, section, and why.
    pub fn quarantined(&self, count_max: usize) -> Result<Vec<(Origin, u64, usize, String)>, ReplicaError> {
        let mut statement = self.connection.prepare_cached("select place, reason from quarantine order by place limit ?")?;
        let rows =
            statement.query_map([i64::try_from(count_max).unwrap_or(i64::MAX)], |row| Ok((Place(row.get(0)?), row.get(1)?)))?;
        let rows = rows.collect::<Result<Vec<(Place, String)>, _>>()?;
        let named = rows.into_iter().filter_map(|(place, reason)| {
            let origin = self.journal.chains.origin_of(place.number())?;
            Some((origin, place.seq(), place.section_index(), reason))
        });
        Ok(named.collect())
    }
}

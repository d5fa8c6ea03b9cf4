//! The replica: opened, written and read. What it does with the journal's entries stands in `journal`; one call here is one database
//! transaction.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};
use tradepost_domain::device::{Certificate, CertificateBody, DeviceCertified, DeviceRole};
use tradepost_domain::document::DocumentEdit;
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{BatchId, DocumentId, FactId, ReplicaId, ShopId, StaffId, TillId};
use tradepost_domain::time::Timestamp;

use crate::breaker::{self, Breaker};
use crate::digest;
use crate::entry::TransferEntry;
use crate::environment::Environment;
use crate::error::ReplicaError;
use crate::identity::{self, Continuity, Discontinuity, Identity, Membership};
use crate::journal::{Guards, Journal, Place, listing, put_local, retry_quarantined};
use crate::origin::{Hash, Origin, Position, Vector};
use crate::projections::waiting;
use crate::read::{Digest, OpenSession, Reader, sessions};
use crate::store::{self, FolderLock, Mode};

/// The 32 bytes that encrypt the file.
#[derive(Clone)]
pub struct DatabaseKey(pub [u8; 32]);

impl DatabaseKey {
    /// As SQLCipher takes a raw key.
    pub(crate) fn as_pragma(&self) -> String {
        let hex: String = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("x'{hex}'")
    }
}

/// The secret half of a device's signing key (Ed25519 seed).
#[derive(Clone)]
pub struct SigningSeed(pub [u8; 32]);

/// What a device keeps outside the database, in the keyring or key file.
#[derive(Clone)]
pub struct DeviceSecrets {
    /// Encrypts the file.
    pub database_key: DatabaseKey,
    /// Signs entries; `None`: the keyring lost it, a new one is made with a new incarnation.
    pub signing_seed: Option<SigningSeed>,
}

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
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty() && self.facts.is_empty()
    }
}

/// A shop that was just founded. The caller keeps both seeds in the keyring.
pub struct Founded {
    /// Its first replica.
    pub replica: Replica,
    /// Signs this device's entries.
    pub signing_seed: SigningSeed,
    /// The shop's root key: certifies its devices.
    pub root_seed: SigningSeed,
}

/// A replica that was opened.
pub struct Opened {
    /// It.
    pub replica: Replica,
    /// Whether it goes on with its chain.
    pub continuity: Continuity,
    /// A new signing key, where the keyring had lost the old one: keep it, and have it certified.
    pub new_signing_seed: Option<SigningSeed>,
}

/// The program's version that wrote the file last, in `meta`.
const META_APP_VERSION: &str = "app_version";
const APP_VERSION: &str = env!("CARGO_PKG_VERSION");

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
    breaker: Breaker,
    _lock: FolderLock,
}

/// A replica that several threads of one program write to.
pub type SharedReplica = Arc<Mutex<Replica>>;

/// Takes the replica for one operation. A thread that panicked in the middle left no half-done entry: its database transaction was
/// rolled back, so the replica is good to use.
pub fn lock(replica: &SharedReplica) -> MutexGuard<'_, Replica> {
    replica.lock().unwrap_or_else(PoisonError::into_inner)
}

fn random_32(env: &mut dyn Environment) -> [u8; 32] {
    let mut bytes = [0; 32];
    env.random(&mut bytes);
    bytes
}

fn random_16(env: &mut dyn Environment) -> [u8; 16] {
    let mut bytes = [0; 16];
    env.random(&mut bytes);
    bytes
}

/// Opening and closing.
impl Replica {
    /// Whether there is a shop in this folder.
    pub fn exists(folder: &Path) -> bool {
        store::database_path(folder).exists()
    }

    /// A new shop on this machine: its root key, this device's key and first certificate. Its first entry certifies this device.
    pub fn found(
        folder: &Path,
        device_name: &str,
        role: DeviceRole,
        database_key: DatabaseKey,
        env: &mut dyn Environment,
    ) -> Result<Founded, ReplicaError> {
        let (root_seed, signing_seed) = (SigningSeed(random_32(env)), SigningSeed(random_32(env)));
        let root_public_key = identity::public_key_of(&root_seed);
        let shop = identity::shop_of(&root_public_key);
        let replica_id = ReplicaId::from_bytes(random_16(env));
        let issued_at = Timestamp::from_unix_ms(env.clock().corrected_ms());
        let body = CertificateBody {
            shop,
            replica: replica_id,
            public_key: identity::public_key_of(&signing_seed),
            role,
            name: device_name.to_owned(),
            till: None,
            issued_at,
        };
        let certificate = identity::certify_with_root(&root_seed, &body)?;
        let membership = Membership { shop, root_public_key, certificates: vec![certificate.clone()] };
        let mut replica = Self::join(folder, database_key, &signing_seed, &membership, env)?;
        let fact =
            Fact { id: FactId::from_bytes(random_16(env)), body: FactBody::DeviceCertified(DeviceCertified { certificate }) };
        identity::put_meta(&replica.connection, identity::META_FOUNDED, &true)?;
        replica.record(Draft { operation: "shop.found".to_owned(), facts: vec![fact], ..Draft::default() }, env)?;
        replica.write_witness()?;
        Ok(Founded { replica, signing_seed, root_seed })
    }

    /// A new replica of an existing shop, with its certificate chain; empty until a checkpoint or entries arrive.
    pub fn join(
        folder: &Path,
        database_key: DatabaseKey,
        signing_seed: &SigningSeed,
        membership: &Membership,
        env: &mut dyn Environment,
    ) -> Result<Self, ReplicaError> {
        membership.check()?;
        fs::create_dir_all(folder)?;
        let lock = FolderLock::take(folder)?;
        if Self::exists(folder) {
            return Err(ReplicaError::ShopExists);
        }
        let made = Self::make(folder, &database_key, signing_seed, membership, env);
        if made.is_err() {
            store::remove_database(&store::database_path(folder))?;
        }
        let (connection, journal) = made?;
        let breaker = Breaker::open(folder)?;
        let mut replica = Self {
            folder: folder.to_owned(),
            database_key,
            connection,
            journal,
            hooks: Vec::new(),
            documents_version: AtomicU64::new(0),
            witnessed: None,
            breaker,
            _lock: lock,
        };
        replica.write_witness()?;
        Ok(replica)
    }

    fn make(
        folder: &Path,
        key: &DatabaseKey,
        seed: &SigningSeed,
        membership: &Membership,
        env: &mut dyn Environment,
    ) -> Result<(Connection, Journal), ReplicaError> {
        let mut connection = store::open_connection(&store::database_path(folder), key, Mode::Create)?;
        store::migrate(&mut connection)?;
        let db_tx = Transaction::new(&mut connection, TransactionBehavior::Immediate)?;
        let identity = Identity::establish(&db_tx, membership, seed, 1)?;
        identity::renew_token(&db_tx, env)?;
        identity::put_meta(&db_tx, META_APP_VERSION, APP_VERSION)?;
        db_tx.commit()?;
        store::sync_folder_of(&store::database_path(folder))?;
        let journal = Journal::open(&connection, identity)?;
        Ok((connection, journal))
    }

    /// Opens a replica: one process at a time, with its key; migrates; proves that it goes on with its chain or starts a new one.
    pub fn open(folder: &Path, secrets: DeviceSecrets, env: &mut dyn Environment) -> Result<Opened, ReplicaError> {
        if !Self::exists(folder) {
            return Err(ReplicaError::NoShopHere);
        }
        let lock = FolderLock::take(folder)?;
        let DeviceSecrets { database_key, signing_seed } = secrets;
        let mut connection = store::open_connection(&store::database_path(folder), &database_key, Mode::Write)?;
        store::migrate(&mut connection)?;
        let new_signing_seed = if signing_seed.is_none() { Some(SigningSeed(random_32(env))) } else { None };
        let seed = signing_seed.as_ref().or(new_signing_seed.as_ref()).ok_or(ReplicaError::NotCertified)?;
        let journal = Journal::open(&connection, Identity::load(&connection, seed)?)?;
        let breaker = Breaker::open(folder)?;
        let mut replica = Self {
            folder: folder.to_owned(),
            database_key,
            connection,
            journal,
            hooks: Vec::new(),
            documents_version: AtomicU64::new(0),
            witnessed: None,
            breaker,
            _lock: lock,
        };
        replica.look_back()?;
        let continuity = replica.prove_continuity(new_signing_seed.is_some(), env)?;
        replica.write_witness()?;
        Ok(Opened { replica, continuity, new_signing_seed })
    }

    fn prove_continuity(&mut self, key_is_new: bool, env: &mut dyn Environment) -> Result<Continuity, ReplicaError> {
        let found = identity::check_witness(&self.connection, &self.folder, &self.journal.origin(), &self.journal.chains)?;
        let reason = if key_is_new { Some(Discontinuity::KeyLost) } else { found };
        self.commit(|journal, db_tx| {
            if reason.is_some() {
                let is_disputed = reason == Some(Discontinuity::WitnessOfAnother);
                journal.identity.take_new_incarnation(db_tx, &journal.chains, is_disputed, env)?;
            }
            identity::renew_token(db_tx, env)
        })?;
        Ok(reason.map_or(Continuity::Proven, |reason| Continuity::NewIncarnation { reason }))
    }

    /// What the last run left to do: a crash in the middle of a peer's entry is counted against it, and after an update of the
    /// program what the older version could not apply is looked at again.
    fn look_back(&mut self) -> Result<(), ReplicaError> {
        let crashed_on = self.breaker.crashed_on();
        self.commit(|journal, db_tx| {
            journal.suspects = breaker::count_crash(db_tx, crashed_on)?;
            let version: Option<String> = identity::meta(db_tx, META_APP_VERSION)?;
            if version.as_deref() != Some(APP_VERSION) {
                retry_quarantined(db_tx, journal)?;
                identity::put_meta(db_tx, META_APP_VERSION, APP_VERSION)?;
            }
            Ok(())
        })?;
        self.breaker.done()
    }

    /// Does `work` in one database transaction: all of it or nothing.
    pub(crate) fn commit<T>(
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
        let applied = self.journal.apply_ahead(&db_tx)?;
        let value = work(&mut self.journal, &db_tx)?;
        db_tx.commit()?;
        if let Some(touched) = applied {
            self.tell(&touched);
        }
        Ok(value)
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

    /// Applies what was recorded ahead. It need not be durable by itself: it follows from an entry that is.
    pub fn apply_ahead(&mut self) -> Result<(), ReplicaError> {
        if self.journal.chains.ahead().is_none() {
            return Ok(());
        }
        self.connection.pragma_update(None, "synchronous", "normal")?;
        let applied = self.commit(|_, _| Ok(()));
        self.connection.pragma_update(None, "synchronous", "full")?;
        applied
    }

    /// Admits a peer's entry, and what had waited for it.
    pub fn admit(&mut self, entry: &TransferEntry, env: &mut dyn Environment) -> Result<Admission, ReplicaError> {
        let admissions = self.admit_batch(std::slice::from_ref(entry), env)?;
        admissions.into_iter().next().ok_or_else(|| ReplicaError::damaged("an entry without an answer"))
    }

    /// Admits entries of a peer with one COMMIT for all.
    pub fn admit_batch(&mut self, entries: &[TransferEntry], env: &mut dyn Environment) -> Result<Vec<Admission>, ReplicaError> {
        let mut breaker = self.breaker.share()?;
        let admissions = self.commit(|journal, db_tx| {
            let mut admissions = Vec::with_capacity(entries.len());
            for entry in entries {
                breaker.begin(entry)?;
                admissions.push(journal.admit(db_tx, entry, env)?);
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

    fn changed_something(&self) -> bool {
        match self {
            Self::Applied { .. } | Self::Quarantined { .. } | Self::OwnOriginContinued { .. } => true,
            Self::Fork { touched, .. } => !touched.is_empty(),
            Self::Duplicate | Self::Pending | Self::AwaitingApproval | Self::Refused { .. } => false,
        }
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

/// Keys and certificates.
impl Replica {
    /// Signs with this device's key.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.journal.identity.sign(message)
    }

    /// This device's public key.
    pub fn public_key(&self) -> [u8; 32] {
        self.journal.identity.public_key()
    }

    /// The shop's root key.
    pub fn root_public_key(&self) -> [u8; 32] {
        self.journal.identity.root_public_key
    }

    /// This device's certificate, then its issuers'.
    pub fn certificates(&self) -> Result<Vec<Certificate>, ReplicaError> {
        self.certificate_chain(&self.replica_id())
    }

    /// What makes this device part of the shop.
    pub fn membership(&self) -> Result<Membership, ReplicaError> {
        Ok(Membership { shop: self.shop(), root_public_key: self.root_public_key(), certificates: self.certificates()? })
    }

    /// Signs a certificate as its issuer. The fact `DeviceCertified` is the caller's to record.
    pub fn certify(&self, body: &CertificateBody) -> Result<Certificate, ReplicaError> {
        self.journal.identity.certify(body)
    }

    /// A device's certificate, then its issuers' up to the root's.
    pub fn certificate_chain(&self, replica: &ReplicaId) -> Result<Vec<Certificate>, ReplicaError> {
        identity::chain_of(&self.connection, replica)
    }

    /// Verifies a chain that a peer showed, up to the shop's root key.
    ///
    /// # Errors
    /// `NotCertified`: it does not lead there. `Revoked`: its device was revoked.
    pub fn check_certificates(&self, chain: &[Certificate]) -> Result<CertificateBody, ReplicaError> {
        identity::check_certificates(&self.connection, &self.journal.identity, chain)
    }

    /// Verifies a chain that a peer showed, up to the shop's root key, whether or not its device was revoked since.
    pub fn check_chain(&self, chain: &[Certificate]) -> Result<CertificateBody, ReplicaError> {
        identity::check_chain(&self.shop(), &self.root_public_key(), chain)
    }

    /// Whether a device was taken out of the shop.
    pub fn is_revoked(&self, device: &ReplicaId) -> Result<bool, ReplicaError> {
        identity::is_revoked(&self.connection, device)
    }

    /// How far this replica has read, and of one device also what waits here for approval without a gap.
    pub fn vector_with_waiting(&self, device: &ReplicaId) -> Result<Vector, ReplicaError> {
        let mut vector = self.vector()?;
        let mut statement = self.connection.prepare_cached(include_str!("sql/awaiting_of_device.sql"))?;
        let mut rows = statement.query([device.as_bytes()])?;
        while let Some(row) = rows.next()? {
            let origin = Origin { replica: *device, incarnation: row.get(0)? };
            let position = Position { seq: row.get(1)?, tip: Hash(row.get(2)?) };
            if vector.seq(&origin).saturating_add(1) == position.seq {
                vector.0.insert(origin, position);
            }
        }
        Ok(vector)
    }
}

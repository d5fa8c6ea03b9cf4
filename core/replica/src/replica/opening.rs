//! Opening and closing: a shop founded, joined or opened again, and the proof that this machine goes on with its chain.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tradepost_domain::device::{CertificateBody, DeviceCertified, DeviceRole};
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{FactId, ReplicaId};
use tradepost_domain::time::Timestamp;

use super::{Draft, Replica};
use crate::breaker::{self, Breaker};
use crate::durability::Durable;
use crate::environment::Environment;
use crate::error::ReplicaError;
use crate::identity::{self, Continuity, Discontinuity, Identity, Membership};
use crate::journal::{Journal, retry_quarantined};
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
        let mut replica = Self::over(folder, lock, database_key, connection, journal)?;
        replica.write_witness()?;
        Ok(replica)
    }

    fn over(
        folder: &Path,
        lock: FolderLock,
        database_key: DatabaseKey,
        connection: Connection,
        journal: Journal,
    ) -> Result<Self, ReplicaError> {
        Ok(Self {
            folder: folder.to_owned(),
            database_key,
            connection,
            journal,
            hooks: Vec::new(),
            documents_version: AtomicU64::new(0),
            witnessed: None,
            breaker: Arc::new(Breaker::open(folder)?),
            durability: Durable::new(),
            _lock: lock,
        })
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
        let mut replica = Self::over(folder, lock, database_key, connection, journal)?;
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

    /// What the last run left to do: a crash in the middle of an entry is counted against it, what was left to apply is applied, and after
    /// an update of the program what the older version could not apply is looked at again.
    fn look_back(&mut self) -> Result<(), ReplicaError> {
        // By itself, before the entry that is ahead is applied: it may be the one.
        let db_tx = Transaction::new(&mut self.connection, TransactionBehavior::Immediate)?;
        self.journal.suspects = breaker::count_crash(&db_tx, self.breaker.crashed_on())?;
        db_tx.commit()?;
        self.breaker.done()?;
        self.commit(|journal, db_tx| {
            let version: Option<String> = identity::meta(db_tx, META_APP_VERSION)?;
            if version.as_deref() != Some(APP_VERSION) {
                retry_quarantined(db_tx, journal)?;
                identity::put_meta(db_tx, META_APP_VERSION, APP_VERSION)?;
            }
            Ok(())
        })
    }
}

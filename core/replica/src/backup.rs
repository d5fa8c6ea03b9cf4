//! Backups: the whole file without the identity of the device that wrote it, so that what is restored from one never goes on with a
//! chain that went on elsewhere.

use std::fs::{self, File};
use std::path::Path;

use rusqlite::{Connection, params};

use crate::environment::Environment;
use crate::error::ReplicaError;
use crate::identity::{self, Identity};
use crate::journal::Chains;
use crate::replica::{DatabaseKey, DeviceSecrets, Opened, Replica};
use crate::store::{self, FolderLock, Mode};

impl Replica {
    /// Writes a backup. The file is encrypted with this replica's key and appears whole or not at all; writes go on meanwhile in
    /// other programs' replicas, and after it here.
    pub fn backup(&mut self, file: &Path) -> Result<(), ReplicaError> {
        self.apply_ahead()?;
        let beside = file.with_extension("unfinished");
        store::remove_database(&beside)?;
        let outcome = self.write_backup(&beside).and_then(|()| Ok(fs::rename(&beside, file)?));
        if outcome.is_err() {
            store::remove_database(&beside)?;
        }
        outcome?;
        store::sync_folder_of(file)
    }

    fn write_backup(&self, beside: &Path) -> Result<(), ReplicaError> {
        let path = beside.to_str().ok_or_else(|| std::io::Error::new(std::io::ErrorKind::InvalidFilename, "the file's name"))?;
        self.connection.execute("vacuum into ?", [path])?;
        let copy = store::open_connection(beside, &self.database_key, Mode::Write)?;
        identity::forget(&copy)?;
        copy.execute("delete from local_values", [])?;
        close_as_one_file(copy)?;
        File::open(beside)?.sync_all()?;
        Ok(())
    }

    /// Makes a replica from a backup, in a folder without one. The device is the one whose certificate fits the signing key; it starts
    /// a new incarnation, and the entries that it wrote after the backup come back from its peers.
    ///
    /// # Errors
    /// `ShopExists`: there is one already. `NotCertified`: no certificate in the backup fits the key; pair the device again.
    pub fn restore(
        file: &Path,
        folder: &Path,
        secrets: DeviceSecrets,
        env: &mut dyn Environment,
    ) -> Result<Opened, ReplicaError> {
        fs::create_dir_all(folder)?;
        let lock = FolderLock::take(folder)?;
        if Self::exists(folder) {
            return Err(ReplicaError::ShopExists);
        }
        let beside = store::database_path(folder).with_extension("restoring");
        store::remove_database(&beside)?;
        let outcome = prepare(file, &beside, &secrets, env).and_then(|()| Ok(fs::rename(&beside, store::database_path(folder))?));
        if outcome.is_err() {
            store::remove_database(&beside)?;
        }
        outcome?;
        let witness = store::witness_path(folder);
        if witness.exists() {
            fs::remove_file(witness)?;
        }
        store::sync_folder_of(&beside)?;
        drop(lock);
        Self::open(folder, secrets, env)
    }
}

fn prepare(file: &Path, beside: &Path, secrets: &DeviceSecrets, env: &mut dyn Environment) -> Result<(), ReplicaError> {
    let seed = secrets.signing_seed.as_ref().ok_or(ReplicaError::NotCertified)?;
    fs::copy(file, beside)?;
    let mut copy = open_backup(beside, &secrets.database_key)?;
    let db_tx = copy.transaction()?;
    let chains = Chains::load(&db_tx)?;
    let replica = identity::replica_with_key(&db_tx, &identity::public_key_of(seed))?.ok_or(ReplicaError::NotCertified)?;
    let last = chains.iter().filter(|(origin, _)| origin.replica == replica).map(|(origin, _)| origin.incarnation).max();
    identity::put_origin(&db_tx, replica, last.unwrap_or(1))?;
    Identity::load(&db_tx, seed)?.take_new_incarnation(&db_tx, &chains, true, env)?;
    db_tx.commit()?;
    close_as_one_file(copy)?;
    File::open(beside)?.sync_all()?;
    Ok(())
}

fn open_backup(path: &Path, key: &DatabaseKey) -> Result<Connection, ReplicaError> {
    let mut copy = store::open_connection(path, key, Mode::Write)?;
    store::migrate(&mut copy)?;
    Ok(copy)
}

/// Folds the write-ahead log into the file, so that the file alone is the copy.
fn close_as_one_file(copy: Connection) -> Result<(), ReplicaError> {
    copy.query_row("pragma wal_checkpoint(truncate)", params![], |_| Ok(()))?;
    copy.query_row("pragma journal_mode = delete", params![], |_| Ok(()))?;
    copy.close().map_err(|(_, error)| error.into())
}

//! The file: its folder and lock, its encryption and pragmas, and its migrations.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::ReplicaError;
use crate::replica::DatabaseKey;

/// Pages of cache of the writing connection, in KiB: decrypting a page costs more than reading it.
const CACHE_KIB: i32 = 32 * 1024;
/// The write-ahead log is folded into the file at this many pages even when nobody asks; the driver asks earlier, off a sale's path.
const WAL_PAGES_MAX: u32 = 4_000;
/// What proves that a page is as it was written. Processors compute it several times faster than SQLCipher's own choice, SHA-512, and it
/// is as strong as the key.
const PAGE_HMAC: &str = "HMAC_SHA256";
/// How long a connection waits for another one's lock.
const BUSY_MS: u64 = 10_000;
/// Prepared statements kept.
const STATEMENTS_MAX: usize = 256;

const MIGRATIONS: &[&str] = &[
    include_str!("../../../migrations/replica/0001_journal.sql"),
    include_str!("../../../migrations/replica/0002_projections.sql"),
];

/// The newest schema that this program knows.
pub const SCHEMA_VERSION: u32 = MIGRATIONS.len() as u32;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Makes the file if there is none.
    Create,
    /// Writes an existing file.
    Write,
    /// Reads only.
    ReadOnly,
}

/// The database in a replica's folder.
pub fn database_path(folder: &Path) -> PathBuf {
    folder.join("shop.db")
}

/// The witness in a replica's folder.
pub fn witness_path(folder: &Path) -> PathBuf {
    folder.join("witness")
}

/// Holds a replica's folder for this process, until it is dropped.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the folder, or says that another process has it.
    pub fn take(folder: &Path) -> Result<Self, ReplicaError> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(ReplicaError::InUse),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

/// Opens the file with its key and pragmas; says `WrongKey` where it is no database of this key.
pub fn open_connection(path: &Path, key: &DatabaseKey, mode: Mode) -> Result<Connection, ReplicaError> {
    let access = match mode {
        Mode::Create => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        Mode::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Mode::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    prepare_library()?;
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.pragma_update(None, "cipher_log_level", "NONE").ok();
    connection.pragma_update(None, "key", key.as_pragma())?;
    connection.busy_timeout(std::time::Duration::from_millis(BUSY_MS))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.query_row("select count(*) from sqlite_schema", [], |row| row.get::<_, i64>(0))?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    // Without this, SQLite plans a prepared statement anew whenever another value is bound to it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    if mode == Mode::ReadOnly {
        connection.pragma_update(None, "query_only", true)?;
    } else {
        set_for_writing(&connection)?;
    }
    Ok(connection)
}

/// Whether the library is ready for a first file.
static IS_PREPARED: Mutex<bool> = Mutex::new(false);

/// Opens a first connection alone: the library says that it is initialized before its encryption is, so of two threads that open their
/// first file at once, one may find no encryption.
fn prepare_library() -> Result<(), ReplicaError> {
    let mut is_prepared = IS_PREPARED.lock().unwrap_or_else(PoisonError::into_inner);
    if !*is_prepared {
        let first = Connection::open_in_memory()?;
        first.pragma_update(None, "cipher_default_hmac_algorithm", PAGE_HMAC)?;
        *is_prepared = true;
    }
    Ok(())
}

fn set_for_writing(connection: &Connection) -> Result<(), ReplicaError> {
    let mode: String = connection.query_row("pragma journal_mode = wal", [], |row| row.get(0))?;
    if mode != "wal" && mode != "memory" {
        return Err(ReplicaError::ReadOnly);
    }
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.query_row(&format!("pragma wal_autocheckpoint = {WAL_PAGES_MAX}"), [], |_| Ok(()))?;
    Ok(())
}

/// Brings the schema up to date, one transaction per step. A file of a later version is refused untouched.
pub fn migrate(connection: &mut Connection) -> Result<(), ReplicaError> {
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > SCHEMA_VERSION {
        return Err(ReplicaError::NewerVersion { found, known: SCHEMA_VERSION });
    }
    for (version, sql) in (1u32..).zip(MIGRATIONS).skip(found as usize) {
        let db_tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        db_tx.execute_batch(sql)?;
        db_tx.pragma_update(None, "user_version", version)?;
        db_tx.commit()?;
    }
    Ok(())
}

/// Writes a small file so that a reader finds the old bytes or the new ones, also after a power cut.
pub fn write_file_durably(path: &Path, bytes: &[u8]) -> Result<(), ReplicaError> {
    let beside = path.with_extension("new");
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&beside, path)?;
    sync_folder_of(path)
}

/// Makes the entry of `path` in its folder durable.
pub fn sync_folder_of(path: &Path) -> Result<(), ReplicaError> {
    if let Some(folder) = path.parent().filter(|_| cfg!(unix)) {
        // A bare file name is one in the folder that the program stands in.
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Removes a database with the files beside it.
pub fn remove_database(path: &Path) -> Result<(), ReplicaError> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let path = PathBuf::from(name);
        if path.exists() {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

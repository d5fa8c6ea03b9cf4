//! Backups of a device: the shop's file, and beside it the keys without which it is of no use.

use std::fs::{self, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tradepost_replica::{Replica, ReplicaError, lock};

use crate::device::{Device, DeviceFile};
use crate::environment::SystemEnvironment;
use crate::error::ConnectionError;
use crate::keys::{self, Keys};

/// Whether the keys go beside a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupKeys {
    /// In a file of its own, readable by its owner alone: whoever has both files has the shop.
    Beside,
    /// They stay on this device: the backup can be restored here only.
    Keep,
}

#[derive(Serialize, Deserialize)]
struct BackupKeyFile {
    device: DeviceFile,
    keys: Keys,
}

impl Device {
    /// Writes a backup. Returns the file of the keys, if one was written.
    pub fn backup(&self, file: &Path, keys: BackupKeys) -> Result<Option<PathBuf>, ConnectionError> {
        lock(&self.replica()).backup(file)?;
        match keys {
            BackupKeys::Keep => Ok(None),
            BackupKeys::Beside => {
                let (device, keys) = (self.file().clone(), keys::find(self.folder(), &self.file().device_id, self.file().keys)?);
                let text = serde_json::to_string(&BackupKeyFile { device, keys }).map_err(|_| missing("memory"))?;
                let path = keys_beside(file);
                keys::keep_in_file(&path, &text)?;
                Ok(Some(path))
            }
        }
    }

    /// Makes a device from a backup. What stood in the folder is set aside, not deleted. The keys: of the file given, else of the one
    /// beside the backup, else those of the folder. The device goes on under a new incarnation, and what it wrote after the backup
    /// comes back from its peers.
    pub fn restore(folder: &Path, file: &Path, keys: Option<&Path>) -> Result<Self, ConnectionError> {
        fs::metadata(file).map_err(|error| ConnectionError::reading("the backup", &error))?;
        let beside = keys_beside(file);
        let BackupKeyFile { device, keys } = match keys {
            Some(path) => read_keys(path)?,
            None if beside.exists() => read_keys(&beside)?,
            None => of_folder(folder, &beside)?,
        };
        Self::make_private_folder(folder)?;
        let aside = set_aside(folder)?;
        let restored = Replica::restore(file, folder, keys.secrets(), &mut SystemEnvironment::new());
        let opened = match restored {
            Ok(opened) => opened,
            Err(error) => {
                put_back(folder, aside.as_deref())?;
                return Err(error.into());
            }
        };
        Self::settle(folder, device, &keys, opened.replica)
    }
}

fn keys_beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".keys");
    PathBuf::from(name)
}

fn read_keys(path: &Path) -> Result<BackupKeyFile, ConnectionError> {
    let bytes = fs::read(path).map_err(|error| ConnectionError::reading("the file of keys", &error))?;
    let text = String::from_utf8_lossy(&bytes);
    serde_json::from_str(&text).map_err(|_| ConnectionError::NotKeys { file: path.display().to_string() })
}

/// The keys of the device that stands in the folder: the backup may be its own.
fn of_folder(folder: &Path, beside: &Path) -> Result<BackupKeyFile, ConnectionError> {
    let nowhere = |_| ConnectionError::BackupKeysMissing { beside: beside.display().to_string() };
    let device = crate::device::read_device_file(folder).map_err(nowhere)?;
    let keys = keys::find(folder, &device.device_id, device.keys)?;
    Ok(BackupKeyFile { device, keys })
}

fn missing(place: &str) -> ConnectionError {
    ConnectionError::KeysMissing { place: place.to_owned() }
}

const SHOP_FILES: [&str; 4] = ["shop.db", "shop.db-wal", "shop.db-shm", "witness"];

/// Moves the shop that stands in the folder into a folder of its own, unless another program has it open.
fn set_aside(folder: &Path) -> Result<Option<PathBuf>, ConnectionError> {
    if !Replica::exists(folder) {
        return Ok(None);
    }
    let writing = |error: std::io::Error| ConnectionError::writing("the data folder", &error);
    let held = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join("lock")).map_err(writing)?;
    match held.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(ReplicaError::InUse.into()),
        Err(TryLockError::Error(error)) => return Err(writing(error)),
    }
    let free = (1..).map(|n| folder.join(format!("before-restore-{n}"))).find(|path| !path.exists());
    let Some(aside) = free else { return Ok(None) };
    fs::create_dir(&aside).map_err(writing)?;
    move_files(folder, &aside)?;
    Ok(Some(aside))
}

fn put_back(folder: &Path, aside: Option<&Path>) -> Result<(), ConnectionError> {
    let Some(aside) = aside else { return Ok(()) };
    move_files(aside, folder)?;
    fs::remove_dir(aside).map_err(|error| ConnectionError::writing("the data folder", &error))
}

fn move_files(from: &Path, to: &Path) -> Result<(), ConnectionError> {
    for name in SHOP_FILES {
        if from.join(name).exists() {
            fs::rename(from.join(name), to.join(name)).map_err(|error| ConnectionError::writing("the data folder", &error))?;
        }
    }
    Ok(())
}

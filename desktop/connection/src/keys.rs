//! The device's keys: in the operating system's keyring, or, where there is none, in a file that only its owner can read.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tradepost_replica::{DatabaseKey, DeviceSecrets, SigningSeed};

use crate::error::ConnectionError;

const SERVICE: &str = "Tradepost";
const KEY_FILE: &str = "keys.json";

/// Where the keys are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyPlace {
    /// The operating system's keyring.
    Keyring,
    /// A file beside the shop, readable by its owner alone.
    File,
}

/// Everything secret of a device.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Keys {
    database: [u8; 32],
    signing: Option<[u8; 32]>,
    /// The shop's root key, on the device that founded it.
    root: Option<[u8; 32]>,
}

impl Keys {
    pub(crate) fn new(database: &DatabaseKey, signing: &SigningSeed, root: Option<&SigningSeed>) -> Self {
        Self { database: database.0, signing: Some(signing.0), root: root.map(|seed| seed.0) }
    }

    pub(crate) fn secrets(&self) -> DeviceSecrets {
        DeviceSecrets { database_key: DatabaseKey(self.database), signing_seed: self.signing.map(SigningSeed) }
    }

    pub(crate) fn with_signing(&self, seed: &SigningSeed) -> Self {
        Self { signing: Some(seed.0), ..self.clone() }
    }
}

/// Keeps the keys, in the keyring if it works.
pub(crate) fn keep(folder: &Path, device_id: &str, keys: &Keys) -> Result<KeyPlace, ConnectionError> {
    let text = serde_json::to_string(keys).map_err(|_| ConnectionError::KeysMissing { place: "memory".to_owned() })?;
    if keep_in_keyring(device_id, &text) {
        return Ok(KeyPlace::Keyring);
    }
    keep_in_file(&folder.join(KEY_FILE), &text)?;
    Ok(KeyPlace::File)
}

/// Finds the keys where they were kept.
pub(crate) fn find(folder: &Path, device_id: &str, place: KeyPlace) -> Result<Keys, ConnectionError> {
    let (text, place) = match place {
        KeyPlace::Keyring => (read_keyring(device_id), "the keyring".to_owned()),
        KeyPlace::File => (fs::read_to_string(folder.join(KEY_FILE)).ok(), format!("the file {KEY_FILE}")),
    };
    text.and_then(|text| serde_json::from_str(&text).ok()).ok_or(ConnectionError::KeysMissing { place })
}

/// A locked or half-working keyring accepts nothing or gives nothing back: only a value that was read again counts as kept.
fn keep_in_keyring(device_id: &str, text: &str) -> bool {
    if std::env::var_os("TRADEPOST_KEY_FILE").is_some() {
        return false;
    }
    let Ok(entry) = keyring::v1::Entry::new(SERVICE, device_id) else { return false };
    entry.set_password(text).is_ok() && entry.get_password().is_ok_and(|read| read == text)
}

fn read_keyring(device_id: &str) -> Option<String> {
    keyring::v1::Entry::new(SERVICE, device_id).ok()?.get_password().ok()
}

pub(crate) fn keep_in_file(path: &PathBuf, text: &str) -> Result<(), ConnectionError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || {
        let mut file = options.open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error| ConnectionError::writing("the key file", &error))
}

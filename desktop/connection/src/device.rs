//! A device: one data folder with a replica, its keys and its line to the server.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tradepost_domain::device::{CertificateBody, DeviceRole};
use tradepost_domain::id::{ReplicaId, TillId};
use tradepost_domain::time::Timestamp;
use tradepost_replica::identity::public_key_of;
use tradepost_replica::{DatabaseKey, Environment, Membership, Replica, SharedReplica, SigningSeed, lock, share};
use tradepost_sync::pairing::{
    CertificateRequest, PairAnswer, PairCodeAnswer, PairCodeRequest, PairRequest, PublishAnswer, PublishRequest, sign_request,
};

use crate::blobs::Blobs;
use crate::client::{base_url, post};
use crate::environment::SystemEnvironment;
use crate::error::ConnectionError;
use crate::keys::{self, KeyPlace, Keys};
use crate::line::{Line, SyncHandle, Until, move_all_pictures, talk, ticks};

const DEVICE_FILE: &str = "device.json";

/// What a device knows of itself outside the shop's file. Nothing here is secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DeviceFile {
    /// Names its keys in the keyring.
    pub(crate) device_id: String,
    role: DeviceRole,
    till: Option<TillId>,
    pub(crate) keys: KeyPlace,
    server_url: Option<String>,
    /// Where buyers find the shop, as the server said when the shop was connected from here.
    #[serde(default)]
    storefront_url: Option<String>,
}

/// A data folder in use by this process.
pub struct Device {
    folder: PathBuf,
    file: DeviceFile,
    replica: SharedReplica,
    blobs: Arc<Blobs>,
    line: Arc<Line>,
}

/// A one-time code for a new device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairCode {
    /// For people: `4F7K-9Q2M`.
    pub code: String,
    /// Good until then.
    pub expires_at: Timestamp,
}

/// What one sync moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SyncReport {
    /// Entries sent.
    pub sent: u64,
    /// Entries received.
    pub received: u64,
    /// Bytes sent.
    pub bytes_out: u64,
    /// Bytes received.
    pub bytes_in: u64,
    /// Whether both sides hold the same.
    pub in_step: bool,
}

impl Device {
    /// Whether the folder holds a shop.
    pub fn exists(folder: &Path) -> bool {
        folder.join(DEVICE_FILE).exists()
    }

    /// A new shop on this machine; no network is needed. Its settings are the next thing to record.
    pub fn found(folder: &Path, device_name: &str, role: DeviceRole) -> Result<Self, ConnectionError> {
        Self::make_folder(folder)?;
        let mut env = SystemEnvironment::new();
        let database_key = DatabaseKey(random(&mut env));
        let founded = Replica::found(folder, device_name, role, database_key.clone(), &mut env)?;
        let keys = Keys::new(&database_key, &founded.signing_seed, Some(&founded.root_seed));
        let file = DeviceFile {
            device_id: device_id(&mut env),
            role,
            till: None,
            keys: KeyPlace::File,
            server_url: None,
            storefront_url: None,
        };
        Self::settle(folder, file, &keys, founded.replica)
    }

    /// Opens the shop in a folder. A second process on the same folder is refused.
    pub fn open(folder: &Path) -> Result<Self, ConnectionError> {
        let mut file = read_device_file(folder)?;
        let keys = keys::find(folder, &file.device_id, file.keys)?;
        let opened = Replica::open(folder, keys.secrets(), &mut SystemEnvironment::new())?;
        if let Some(seed) = &opened.new_signing_seed {
            file.keys = keys::keep(folder, &file.device_id, &keys.with_signing(seed))?;
            write_device_file(folder, &file)?;
        }
        Ok(Self::assemble(folder, file, opened.replica))
    }

    /// Joins a shop with a one-time code. The shop itself is loaded by the first sync; selling works while it loads.
    pub fn pair(folder: &Path, url: &str, code: &str, device_name: &str) -> Result<Self, ConnectionError> {
        let url = base_url(url)?;
        Self::make_folder(folder)?;
        let mut env = SystemEnvironment::new();
        let seed = SigningSeed(random(&mut env));
        let database_key = DatabaseKey(random(&mut env));
        let request = PairRequest {
            code: code.to_owned(),
            replica: ReplicaId::from_bytes(random(&mut env)),
            public_key: public_key_of(&seed),
            name: device_name.to_owned(),
        };
        let answer: PairAnswer = wait_for(post(&url, "/api/pair", None, &request))??;
        let own = own_certificate(&answer.membership)?;
        let replica = Replica::join(folder, database_key.clone(), &seed, &answer.membership, &mut env)?;
        let keys = Keys::new(&database_key, &seed, None);
        let file = DeviceFile {
            device_id: device_id(&mut env),
            role: own.role,
            till: own.till,
            keys: KeyPlace::File,
            server_url: Some(url),
            storefront_url: None,
        };
        Self::settle(folder, file, &keys, replica)
    }

    /// The shop's replica, shared with whoever records into it.
    pub fn replica(&self) -> SharedReplica {
        Arc::clone(&self.replica)
    }

    /// The shop's pictures on this device.
    pub fn blobs(&self) -> Arc<Blobs> {
        Arc::clone(&self.blobs)
    }

    /// What this device is for.
    pub fn role(&self) -> DeviceRole {
        self.file.role
    }

    /// The till that this device was paired as.
    pub fn till(&self) -> Option<TillId> {
        self.file.till
    }

    /// Whether the keys are in the keyring; if not they are in a file that only its owner can read, and the program says so.
    pub fn keys_are_in_keyring(&self) -> bool {
        self.file.keys == KeyPlace::Keyring
    }

    /// The server's address, if there is one.
    pub fn server_url(&self) -> Option<String> {
        self.file.server_url.clone()
    }

    /// Where buyers find the shop: as the server said, or the server itself where another device connected the shop.
    pub fn storefront_url(&self) -> Option<String> {
        self.file.storefront_url.clone().or_else(|| self.file.server_url.clone())
    }

    /// Publishes the shop to a server: its operator's admin token makes the server a replica of this shop.
    pub fn connect(&mut self, url: &str, admin_token: &str) -> Result<(), ConnectionError> {
        let url = base_url(url)?;
        let publish = self.publish_request()?;
        let answer: PublishAnswer = wait_for(post(&url, "/api/shops", Some(admin_token), &publish))??;
        let request = self.certify_server(&answer, &url)?;
        let _: serde_json::Value = wait_for(post(&url, "/api/shops/certificate", Some(admin_token), &request))??;
        self.file.server_url = Some(url.clone());
        self.file.storefront_url = Some(answer.storefront_url.clone());
        write_device_file(&self.folder, &self.file)?;
        self.line.set_server_url(&url);
        Ok(())
    }

    /// Asks the server for a one-time code for a new device.
    pub fn pair_code(&self, role: DeviceRole, name: &str, till: Option<TillId>) -> Result<PairCode, ConnectionError> {
        let url = self.file.server_url.as_deref().ok_or(ConnectionError::NotConnected)?;
        let request = PairCodeRequest { role, name: name.to_owned(), till };
        let signed = sign_request(&lock(&self.replica), &request, &mut SystemEnvironment::new())?;
        let answer: PairCodeAnswer = wait_for(post(url, "/api/pair-codes", None, &signed))??;
        Ok(PairCode { code: answer.code, expires_at: answer.expires_at })
    }

    /// Starts the line to the server in the background: it dials again whenever it breaks, and pushes at once.
    pub fn start_sync(&self) -> Result<SyncHandle, ConnectionError> {
        self.line.start()
    }

    /// Exchanges everything once, at most `timeout` long.
    pub fn sync_once(&self, timeout: Duration) -> Result<SyncReport, ConnectionError> {
        let url = self.file.server_url.as_deref().ok_or(ConnectionError::NotConnected)?;
        let exchange = async {
            let counts = talk(&self.line, url, Until::InStep, &mut ticks()).await?;
            move_all_pictures(&self.line, url).await?;
            Ok::<_, ConnectionError>(counts)
        };
        let talked = wait_for(async { tokio::time::timeout(timeout, exchange).await })?;
        lock(&self.replica).write_witness()?;
        match talked {
            Ok(counts) => {
                let counts = counts?;
                let (sent, received) = (counts.sent, counts.received);
                Ok(SyncReport { sent, received, bytes_out: counts.bytes_out, bytes_in: counts.bytes_in, in_step: true })
            }
            Err(_) => Err(ConnectionError::NotInTime { waiting: self.line.waiting() }),
        }
    }

    fn publish_request(&self) -> Result<PublishRequest, ConnectionError> {
        let replica = lock(&self.replica);
        let membership = replica.membership()?;
        let name = replica.reader()?.shop()?.name;
        Ok(PublishRequest { shop: membership.shop, name, root_public_key: membership.root_public_key })
    }

    fn certify_server(&self, answer: &PublishAnswer, url: &str) -> Result<CertificateRequest, ConnectionError> {
        let mut replica = lock(&self.replica);
        let known = replica.certificate_chain(&answer.replica)?;
        if !known.is_empty() {
            return Ok(CertificateRequest { membership: Membership { certificates: known, ..replica.membership()? } });
        }
        let request =
            PairRequest { code: String::new(), replica: answer.replica, public_key: answer.public_key, name: url.to_owned() };
        let grant = PairCodeRequest { role: DeviceRole::Server, name: url.to_owned(), till: None };
        let membership = tradepost_sync::pairing::certify_device(&mut replica, &request, &grant, &mut SystemEnvironment::new())?;
        Ok(CertificateRequest { membership })
    }

    fn make_folder(folder: &Path) -> Result<(), ConnectionError> {
        if Self::exists(folder) {
            return Err(ConnectionError::ShopHere);
        }
        Self::make_private_folder(folder)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn file(&self) -> &DeviceFile {
        &self.file
    }

    /// A folder that only its owner can read.
    pub(crate) fn make_private_folder(folder: &Path) -> Result<(), ConnectionError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(|error| ConnectionError::writing("the data folder", &error))
    }

    /// The keys are kept before the device file says that there is a shop: a crash between leaves a folder that can be used again.
    pub(crate) fn settle(folder: &Path, file: DeviceFile, keys: &Keys, replica: Replica) -> Result<Self, ConnectionError> {
        let place = keys::keep(folder, &file.device_id, keys)?;
        let file = DeviceFile { keys: place, ..file };
        write_device_file(folder, &file)?;
        Ok(Self::assemble(folder, file, replica))
    }

    fn assemble(folder: &Path, file: DeviceFile, replica: Replica) -> Self {
        let replica = share(replica);
        let blobs = Arc::new(Blobs::in_folder(folder));
        let line = Line::new(Arc::clone(&replica), Arc::clone(&blobs), file.server_url.clone());
        Self { folder: folder.to_owned(), file, replica, blobs, line }
    }
}

fn own_certificate(membership: &Membership) -> Result<CertificateBody, ConnectionError> {
    let own = membership.certificates.first().ok_or(ConnectionError::NotOurServer)?;
    ciborium::from_reader(own.body.as_slice()).map_err(|_| ConnectionError::NotOurServer)
}

/// Runs a request to its end on this thread.
fn wait_for<F: Future>(work: F) -> Result<F::Output, ConnectionError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|_| ConnectionError::NoThread)?;
    Ok(runtime.block_on(work))
}

fn random<const N: usize>(env: &mut SystemEnvironment) -> [u8; N] {
    let mut bytes = [0; N];
    env.random(&mut bytes);
    bytes
}

fn device_id(env: &mut SystemEnvironment) -> String {
    ReplicaId::from_bytes(random(env)).to_string()
}

pub(crate) fn read_device_file(folder: &Path) -> Result<DeviceFile, ConnectionError> {
    let text = match fs::read_to_string(folder.join(DEVICE_FILE)) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(ConnectionError::NoShopHere),
        Err(error) => return Err(ConnectionError::reading("the device file", &error)),
    };
    serde_json::from_str(&text).map_err(|_| ConnectionError::Folder {
        what: format!("the file {DEVICE_FILE}"),
        action: "read",
        reason: "it is damaged; restore it from a backup, the shop beside it is untouched".to_owned(),
    })
}

/// Written beside and renamed: a power cut leaves the old file or the new one.
fn write_device_file(folder: &Path, file: &DeviceFile) -> Result<(), ConnectionError> {
    let write = || {
        let fresh = folder.join("device.json.new");
        fs::write(&fresh, serde_json::to_vec_pretty(file)?)?;
        fs::File::open(&fresh)?.sync_all()?;
        fs::rename(&fresh, folder.join(DEVICE_FILE))?;
        fs::File::open(folder)?.sync_all()
    };
    write().map_err(|error| ConnectionError::writing("the device file", &error))
}

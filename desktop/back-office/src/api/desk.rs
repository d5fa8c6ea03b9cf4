//! The open shop: a pool of readers for screens, one way to write, undo, and news for the window. Knows no window.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tradepost_connection::{Blobs, Device, SyncHandle, SyncStatus, SystemEnvironment};
use tradepost_domain::device::DeviceRole;
use tradepost_domain::id::StaffId;
use tradepost_operations::read::Reader;
use tradepost_operations::{By, Environment, Shop, lock};

use super::error::{ApiError, ApiResult, ErrorCode};
use super::import::Planned;
use super::sync_status::{self, SyncView};
use super::undo::UndoList;
use super::write::Write;

/// Readers that are kept open; more are opened when more screens read at once.
const READERS_KEPT_MAX: usize = 3;
/// Under which name this machine remembers who works at it.
const STAFF_KEY: &str = "back_office/staff";

/// News for the window.
#[derive(Debug, Clone)]
pub enum News {
    /// The shop changed, here or elsewhere; the number grows.
    Changed(u64),
    /// The line to the server changed.
    Sync(SyncView),
    /// An import went on.
    Import(super::import::ImportProgressView),
}

/// Takes news. Called from other threads, and must not wait.
pub type Tell = Arc<dyn Fn(News) + Send + Sync>;

/// The back office: a data folder, and the shop in it once there is one.
pub struct BackOffice {
    folder: PathBuf,
    downloads: PathBuf,
    tell: Tell,
    open: RwLock<Option<Arc<OpenShop>>>,
}

/// A shop in use by this process.
pub struct OpenShop {
    device: Mutex<Device>,
    /// Its data folder.
    pub folder: PathBuf,
    /// Whether its keys are in the system's keyring.
    pub keys_in_keyring: bool,
    /// The shop's pictures on this device.
    pub blobs: Arc<Blobs>,
    addresses: Mutex<Addresses>,
    /// Its verbs.
    pub shop: Shop,
    sync: Mutex<Option<SyncHandle>>,
    readers: Mutex<Vec<Reader>>,
    undo: Mutex<UndoList>,
    staff: Mutex<Option<StaffId>>,
    /// The file that was read for an import and not imported yet.
    pub planned: Mutex<Option<Planned>>,
    /// Set to stop a running import.
    pub stops_import: AtomicBool,
    generation: Arc<AtomicU64>,
}

/// Where the shop is on the network, once it is.
#[derive(Clone, Default)]
struct Addresses {
    server: Option<String>,
    storefront: Option<String>,
}

impl Addresses {
    fn of(device: &Device) -> Self {
        Self { server: device.server_url(), storefront: device.storefront_url() }
    }
}

impl BackOffice {
    /// The back office of a data folder. What it writes for people goes into `downloads`.
    pub fn new(folder: PathBuf, downloads: PathBuf, tell: Tell) -> Self {
        Self { folder, downloads, tell, open: RwLock::new(None) }
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where exports and labels go.
    pub fn downloads(&self) -> &Path {
        &self.downloads
    }

    /// Sends news to the window.
    pub fn tell(&self, news: News) {
        (self.tell)(news);
    }

    /// Opens the shop if there is one. Returns whether there is.
    pub fn open_if_there(&self) -> ApiResult<bool> {
        if self.current().is_some() {
            return Ok(true);
        }
        if !Device::exists(&self.folder) {
            return Ok(false);
        }
        self.settle(Device::open(&self.folder)?)?;
        Ok(true)
    }

    /// Makes a shop's files on this machine.
    pub fn found(&self) -> ApiResult<Arc<OpenShop>> {
        match self.current() {
            Some(open) => Ok(open),
            None => self.settle(Device::found(&self.folder, "Back office", DeviceRole::BackOffice)?),
        }
    }

    /// Joins a shop with a one-time code.
    pub fn join(&self, url: &str, code: &str, device_name: &str) -> ApiResult<()> {
        let device = Device::pair(&self.folder, url.trim(), code.trim(), device_name.trim())?;
        self.settle(device).map(|_| ())
    }

    /// The open shop.
    pub fn shop(&self) -> ApiResult<Arc<OpenShop>> {
        self.current()
            .ok_or_else(|| ApiError::new(ErrorCode::NoShop, "There is no shop here yet. Create one, or join one with a code."))
    }

    /// Reads. Never waits for a write.
    pub fn read<T>(&self, work: impl FnOnce(&Reader) -> ApiResult<T>) -> ApiResult<T> {
        self.shop()?.read(work)
    }

    /// Writes, as the person who works here.
    pub fn write<T>(&self, work: impl FnOnce(&mut Write<'_, '_>) -> ApiResult<T>) -> ApiResult<T> {
        self.shop()?.write(work)
    }

    /// Starts the line to the server once there is one.
    pub fn start_sync(&self, open: &OpenShop) -> ApiResult<()> {
        open.start_sync(&self.tell)
    }

    fn current(&self) -> Option<Arc<OpenShop>> {
        self.open.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn settle(&self, device: Device) -> ApiResult<Arc<OpenShop>> {
        let open = Arc::new(OpenShop::start(device, self.folder.clone(), &self.tell)?);
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&open));
        Ok(open)
    }
}

impl OpenShop {
    fn start(device: Device, folder: PathBuf, tell: &Tell) -> ApiResult<Self> {
        let replica = device.replica();
        let generation = Arc::new(AtomicU64::new(0));
        let (counter, teller) = (Arc::clone(&generation), Arc::clone(tell));
        let changed = move || teller(News::Changed(counter.fetch_add(1, Ordering::Relaxed).saturating_add(1)));
        lock(&replica).on_commit(Box::new(move |_| changed()));
        let staff =
            lock(&replica).local(STAFF_KEY)?.and_then(|text| String::from_utf8(text).ok()).and_then(|text| text.parse().ok());
        let open = Self {
            folder,
            keys_in_keyring: device.keys_are_in_keyring(),
            blobs: device.blobs(),
            addresses: Mutex::new(Addresses::of(&device)),
            shop: Shop::new(replica)?,
            device: Mutex::new(device),
            sync: Mutex::new(None),
            readers: Mutex::default(),
            undo: Mutex::default(),
            staff: Mutex::new(staff),
            planned: Mutex::default(),
            stops_import: AtomicBool::new(false),
            generation,
        };
        open.start_sync(tell)?;
        Ok(open)
    }

    /// The server's address, if there is one.
    pub fn server_url(&self) -> Option<String> {
        held(&self.addresses).server.clone()
    }

    /// Where buyers find the shop, if it is on a server.
    pub fn storefront_url(&self) -> Option<String> {
        held(&self.addresses).storefront.clone()
    }

    /// Publishes the shop to a server.
    pub fn connect(&self, url: &str, admin_token: &str) -> ApiResult<()> {
        let mut device = self.device();
        device.connect(url, admin_token)?;
        *held(&self.addresses) = Addresses::of(&device);
        Ok(())
    }

    /// Starts the line to the server, if there is a server; its news go to the window.
    fn start_sync(&self, tell: &Tell) -> ApiResult<()> {
        let mut sync = held(&self.sync);
        if sync.is_some() || self.server_url().is_none() {
            return Ok(());
        }
        let handle = held(&self.device).start_sync()?;
        let (tell, reader) = (Arc::clone(tell), Mutex::new(self.shop.reader()?));
        handle.on_change(Box::new(move |status| tell(News::Sync(view_of(status, &held(&reader))))));
        *sync = Some(handle);
        Ok(())
    }

    /// The state of sync in words.
    pub fn sync_view(&self) -> ApiResult<SyncView> {
        let status = held(&self.sync).as_ref().map(SyncHandle::status).unwrap_or_default();
        self.read(|reader| Ok(view_of(&status, reader)))
    }

    /// The device, for pairing and connecting. These may wait for the network.
    pub fn device(&self) -> MutexGuard<'_, Device> {
        held(&self.device)
    }

    /// Changes with every commit.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    /// Remembers who works at this machine.
    pub fn work_as(&self, staff: StaffId) -> ApiResult<()> {
        lock(self.shop.replica()).put_local(STAFF_KEY, Some(staff.to_string().as_bytes()))?;
        *held(&self.staff) = Some(staff);
        Ok(())
    }

    /// Who works at this machine; `None`: its owner.
    pub fn staff(&self) -> Option<StaffId> {
        *held(&self.staff)
    }

    /// Reads with a reader of the pool.
    pub fn read<T>(&self, work: impl FnOnce(&Reader) -> ApiResult<T>) -> ApiResult<T> {
        let kept = held(&self.readers).pop();
        let reader = match kept {
            Some(reader) => reader,
            None => self.shop.reader()?,
        };
        let answer = work(&reader);
        let mut readers = held(&self.readers);
        if readers.len() < READERS_KEPT_MAX {
            readers.push(reader);
        }
        answer
    }

    /// Writes, as the person who works here.
    pub fn write<T>(&self, work: impl FnOnce(&mut Write<'_, '_>) -> ApiResult<T>) -> ApiResult<T> {
        self.read(|reader| {
            let mut env = SystemEnvironment::new();
            let by = By { env: &mut env, staff: self.staff(), at: None };
            work(&mut Write { reader, shop: &self.shop, by, undo: &self.undo })
        })
    }
}

/// Locks, also after a thread that held it has panicked: what is kept here is replaced whole, never half.
pub(super) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The wall clock, milliseconds since 1970-01-01 UTC.
pub(super) fn now_ms() -> i64 {
    SystemEnvironment::new().clock().wall_ms
}

fn view_of(status: &SyncStatus, reader: &Reader) -> SyncView {
    let offset_minutes = reader.shop().map(|shop| shop.utc_offset_minutes).unwrap_or(0);
    sync_status::view(status, offset_minutes, now_ms())
}

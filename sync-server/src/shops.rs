//! The shops that this server hosts: each a replica in a folder of its own, made by the same core as a device.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, watch};
use tradepost_domain::catalog::Collection;
use tradepost_domain::id::{LocationId, ReplicaId, ShopId};
use tradepost_domain::shop::{Location, ShippingTable, ShopSettings};
use tradepost_domain::tax::TaxTable;
use tradepost_operations::{
    Continuity, DatabaseKey, DeviceSecrets, Membership, Reader, Replica, SharedReplica, Shop, SigningSeed, lock, public_key_of,
};

use crate::environment::{self, SystemEnvironment};
use crate::error::ServerError;
use crate::signing::write_secret;
use crate::templates::Templates;

/// How long a page waits for a free reader before the visitor is asked to come again.
const READER_WAIT: Duration = Duration::from_secs(3);
/// After how long a recording is followed by its witness.
const WITNESS_AFTER: Duration = Duration::from_millis(400);
/// The secrets of a shop, in its folder.
pub const KEY_FILE: &str = "keys.json";

/// What the server keeps secret of a shop; in `keys.json`, readable by its owner alone.
#[derive(Clone, Serialize, Deserialize)]
struct Keys {
    replica: ReplicaId,
    database: [u8; 32],
    signing: [u8; 32],
}

/// A shop and all that serves it.
pub struct HostedShop {
    /// Its id.
    pub id: ShopId,
    /// Its name in addresses.
    pub slug: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Its verbs.
    pub shop: Shop,
    /// Its replica.
    pub replica: SharedReplica,
    /// Its templates.
    pub templates: Templates,
    /// Held while goods are reserved and while orders are placed: what was read of the stock stays true meanwhile.
    pub stock_gate: tokio::sync::Mutex<()>,
    revision: watch::Sender<u64>,
    readers: Readers,
    overview: Mutex<Option<(u64, Arc<Overview>)>>,
}

/// What every page of a shop needs, read once per revision.
#[derive(Debug)]
pub struct Overview {
    /// Its settings.
    pub settings: ShopSettings,
    /// Its tax table.
    pub taxes: TaxTable,
    /// Its shipping table.
    pub shipping: ShippingTable,
    /// Its locations.
    pub locations: Vec<Location>,
    /// Its collections with the number of their products.
    pub collections: Vec<(Collection, u64)>,
}

impl Overview {
    /// A location.
    pub fn location(&self, id: LocationId) -> Option<&Location> {
        self.locations.iter().find(|location| location.id == id)
    }
}

struct Readers {
    idle: Mutex<Vec<Reader>>,
    slots: Arc<Semaphore>,
}

impl HostedShop {
    fn open(id: ShopId, slug: String, folder: PathBuf, readers_max: usize) -> Result<Arc<Self>, ServerError> {
        let opened = Replica::open(&folder, secrets_in(&folder)?, &mut SystemEnvironment)?;
        match opened.continuity {
            Continuity::Proven => {}
            Continuity::NewIncarnation { reason } => {
                tracing::warn!(shop = %id, ?reason, "this shop's file was restored or copied; the server goes on under a new number");
            }
        }
        Self::around(id, slug, folder, opened.replica, readers_max)
    }

    fn around(
        id: ShopId,
        slug: String,
        folder: PathBuf,
        mut replica: Replica,
        readers_max: usize,
    ) -> Result<Arc<Self>, ServerError> {
        let (revision, _) = watch::channel(1);
        let hook = revision.clone();
        replica.on_commit(Box::new(move |_| hook.send_modify(|revision| *revision += 1)));
        let replica: SharedReplica = Arc::new(Mutex::new(replica));
        let shop = Shop::new(Arc::clone(&replica))?;
        let templates = Templates::with_theme(Some(folder.join("theme")));
        let hosted = Arc::new(Self {
            id,
            slug,
            folder,
            shop,
            replica,
            templates,
            stock_gate: tokio::sync::Mutex::new(()),
            revision,
            readers: Readers { idle: Mutex::default(), slots: Arc::new(Semaphore::new(readers_max.max(1))) },
            overview: Mutex::default(),
        });
        hosted.write_witnesses();
        Ok(hosted)
    }

    /// Counts up whenever something that a page shows may have changed.
    pub fn revision(&self) -> u64 {
        *self.revision.borrow()
    }

    /// Tells everybody who waits that something changed which is not in the replica: a reservation.
    pub fn touch(&self) {
        self.revision.send_modify(|revision| *revision += 1);
    }

    /// Wakes whoever holds it after each change. A sleeper that misses ten changes is woken once.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
    }

    /// Reads on a thread that may wait for the disk, with one of the shop's readers.
    pub async fn read<T, F>(self: &Arc<Self>, work: F) -> Result<T, ServerError>
    where
        T: Send + 'static,
        F: FnOnce(&Reader) -> Result<T, ServerError> + Send + 'static,
    {
        let slots = Arc::clone(&self.readers.slots);
        let slot = tokio::time::timeout(READER_WAIT, slots.acquire_owned()).await.map_err(|_| ServerError::Busy)?;
        let slot = slot.map_err(|_| ServerError::Busy)?;
        let shop = Arc::clone(self);
        let joined = tokio::task::spawn_blocking(move || {
            let reader = shop.take_reader()?;
            let outcome = work(&reader);
            shop.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
            drop(slot);
            outcome
        });
        joined.await.map_err(|error| ServerError::Internal(format!("a page broke off: {error}")))?
    }

    /// Works with the shop's verbs on a thread that may wait for the disk.
    pub async fn work<T, F>(self: &Arc<Self>, work: F) -> Result<T, ServerError>
    where
        T: Send + 'static,
        F: FnOnce(&Self) -> Result<T, ServerError> + Send + 'static,
    {
        let shop = Arc::clone(self);
        let joined = tokio::task::spawn_blocking(move || work(&shop));
        joined.await.map_err(|error| ServerError::Internal(format!("a shop's work broke off: {error}")))?
    }

    fn take_reader(&self) -> Result<Reader, ServerError> {
        let idle = self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle {
            Some(reader) => Ok(reader),
            None => Ok(self.shop.reader()?),
        }
    }

    /// What every page needs.
    pub async fn overview(self: &Arc<Self>) -> Result<Arc<Overview>, ServerError> {
        let revision = self.revision();
        if let Some((of, overview)) = &*self.overview.lock().unwrap_or_else(PoisonError::into_inner)
            && *of == revision
        {
            return Ok(Arc::clone(overview));
        }
        let overview = Arc::new(self.read(read_overview).await?);
        *self.overview.lock().unwrap_or_else(PoisonError::into_inner) = Some((revision, Arc::clone(&overview)));
        Ok(overview)
    }

    /// Writes the witness a moment after each recording, as long as the shop is open.
    fn write_witnesses(self: &Arc<Self>) {
        let mut changes = self.changes();
        let shop = Arc::downgrade(self);
        tokio::spawn(async move {
            while changes.changed().await.is_ok() {
                tokio::time::sleep(WITNESS_AFTER).await;
                changes.mark_unchanged();
                let Some(shop) = shop.upgrade() else { return };
                if let Err(error) = shop.work(|shop| Ok(lock(&shop.replica).write_witness()?)).await {
                    tracing::warn!(%error, "the witness could not be written; it is tried again with the next change");
                }
            }
        });
    }
}

fn read_overview(reader: &Reader) -> Result<Overview, ServerError> {
    let settings = reader.shop()?;
    if settings.name.is_empty() {
        return Err(ServerError::NotReady);
    }
    let taxes = reader.tax_table()?;
    let shipping = reader.shipping_table()?;
    Ok(Overview { settings, taxes, shipping, locations: reader.locations()?, collections: reader.collections()? })
}

/// All hosted shops.
pub struct Shops {
    folder: PathBuf,
    readers_max: usize,
    open: RwLock<Open>,
}

#[derive(Default)]
struct Open {
    by_id: HashMap<ShopId, Arc<HostedShop>>,
    by_slug: HashMap<String, Arc<HostedShop>>,
}

impl Shops {
    /// None yet.
    pub fn new(data: &Path, readers_max: usize) -> Self {
        Self { folder: data.join("shops"), readers_max, open: RwLock::default() }
    }

    /// Opens a shop that was hosted before. One that was named but never certified is not there yet.
    pub fn open(&self, id: ShopId, slug: &str) -> Result<(), ServerError> {
        let folder = self.folder_of(id);
        if !Replica::exists(&folder) {
            return Ok(());
        }
        let shop = HostedShop::open(id, slug.to_owned(), folder, self.readers_max)?;
        self.insert(shop);
        Ok(())
    }

    fn insert(&self, shop: Arc<HostedShop>) {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        open.by_slug.insert(shop.slug.clone(), Arc::clone(&shop));
        open.by_id.insert(shop.id, shop);
    }

    /// A shop's folder.
    pub fn folder_of(&self, id: ShopId) -> PathBuf {
        self.folder.join(id.to_string())
    }

    /// By id.
    pub fn find(&self, id: ShopId) -> Option<Arc<HostedShop>> {
        self.open.read().unwrap_or_else(PoisonError::into_inner).by_id.get(&id).cloned()
    }

    /// By its name in addresses.
    pub fn find_by_slug(&self, slug: &str) -> Option<Arc<HostedShop>> {
        self.open.read().unwrap_or_else(PoisonError::into_inner).by_slug.get(slug).cloned()
    }

    /// The shop, if there is exactly one.
    pub fn only_one(&self) -> Option<Arc<HostedShop>> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        if open.by_id.len() == 1 { open.by_id.values().next().cloned() } else { None }
    }

    /// All.
    pub fn all(&self) -> Vec<Arc<HostedShop>> {
        self.open.read().unwrap_or_else(PoisonError::into_inner).by_id.values().cloned().collect()
    }

    /// The key of the server's replica of a shop, made when it is first asked for.
    pub fn prepare(&self, id: ShopId) -> Result<(ReplicaId, [u8; 32]), ServerError> {
        let folder = self.folder_of(id);
        std::fs::create_dir_all(&folder).map_err(ServerError::file(format!("making {}", folder.display())))?;
        if !folder.join(KEY_FILE).exists() {
            let keys = Keys {
                replica: ReplicaId::from_bytes(environment::random_id()),
                database: environment::random_key(),
                signing: environment::random_key(),
            };
            let text = serde_json::to_vec(&keys).map_err(|error| ServerError::Internal(error.to_string()))?;
            write_secret(&folder.join(KEY_FILE), &text)?;
        }
        let keys = read_keys(&folder)?;
        Ok((keys.replica, public_key_of(&SigningSeed(keys.signing))))
    }

    /// Makes the server's replica of a shop, now that it is certified. Doing it twice is doing it once.
    pub fn join(&self, slug: &str, membership: &Membership) -> Result<Arc<HostedShop>, ServerError> {
        if let Some(shop) = self.find(membership.shop) {
            return Ok(shop);
        }
        let folder = self.folder_of(membership.shop);
        let keys = read_keys(&folder)?;
        let body = membership.check()?;
        if body.replica != keys.replica || body.public_key != public_key_of(&SigningSeed(keys.signing)) {
            return Err(ServerError::BadRequest("this certificate is for another server: connect the shop again".to_owned()));
        }
        let replica =
            Replica::join(&folder, DatabaseKey(keys.database), &SigningSeed(keys.signing), membership, &mut SystemEnvironment)?;
        let shop = HostedShop::around(membership.shop, slug.to_owned(), folder, replica, self.readers_max)?;
        self.insert(Arc::clone(&shop));
        Ok(shop)
    }

    /// Closes all shops: their last witness is written.
    pub fn close(&self) {
        for shop in self.all() {
            if let Err(error) = lock(&shop.replica).write_witness() {
                tracing::warn!(shop = %shop.id, %error, "the witness could not be written");
            }
        }
    }
}

fn read_keys(folder: &Path) -> Result<Keys, ServerError> {
    let file = folder.join(KEY_FILE);
    let text = std::fs::read(&file).map_err(ServerError::file(format!("reading {}", file.display())))?;
    serde_json::from_slice(&text)
        .map_err(|_| ServerError::Config(format!("{} is damaged: restore it from a backup", file.display())))
}

/// The secrets of the shop in a folder, as its replica takes them.
pub fn secrets_in(folder: &Path) -> Result<DeviceSecrets, ServerError> {
    let keys = read_keys(folder)?;
    Ok(DeviceSecrets { database_key: DatabaseKey(keys.database), signing_seed: Some(SigningSeed(keys.signing)) })
}

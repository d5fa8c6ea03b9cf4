//! The shops that this server hosts: each a replica in a folder of its own, made by the same core as a device.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, broadcast, watch};
use tradepost_domain::catalog::Collection;
use tradepost_domain::id::{LocationId, ReplicaId, ShopId, VariantId};
use tradepost_domain::shop::{Location, ShippingTable, ShopSettings};
use tradepost_domain::tax::TaxTable;
use tradepost_operations::{
    Continuity, DatabaseKey, DeviceSecrets, Fresh, Membership, Reader, Replica, SharedReplica, Shop, SigningSeed, lock,
    public_key_of, share,
};

use crate::changes::{Changes, Noted, look_up};
use crate::checkout::store::{Checkouts, Reserved};
use crate::environment::{self, SystemEnvironment};
use crate::error::ServerError;
use crate::signing::write_secret;
use crate::templates::Templates;

/// How long a page waits for a free reader before the visitor is asked to come again.
const READER_WAIT: Duration = Duration::from_secs(3);
/// After how long a recording is followed by its witness, and the log folded into the file.
const WRITE_BEHIND_AFTER: Duration = Duration::from_millis(400);
/// Entries to be passed on by the devices' lines. A line that falls further behind reads what it missed.
const FRESH_MAX: usize = 16;
/// Types of products that stand in for collections.
const TYPES_MAX: usize = 6;
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
    /// What changed, for the pages that are kept.
    pub changed: Arc<Changes>,
    wakes: watch::Sender<u64>,
    fresh: broadcast::Sender<Arc<Fresh>>,
    /// Held while changes are looked up: one after the other, so that none is compared with a later overview.
    settling: Mutex<()>,
    readers: Readers,
    overview: Mutex<Option<(u64, Arc<Overview>)>>,
    reserved: Mutex<ReservedNow>,
}

/// What open checkouts keep, as it was read last. The number counts up with each change, so that what was read before it is not kept
/// after it.
#[derive(Default)]
struct ReservedNow {
    number: u64,
    known: Option<Arc<Reserved>>,
}

/// What every page of a shop needs, read again when a document changed that it is made of.
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
    /// The types of most of its products with their number, by name, where it has no collections: many shops' product files have none.
    pub types: Vec<(String, u64)>,
}

impl Overview {
    /// Whether pages that do not count products look the same with this one.
    fn looks_like(&self, other: &Self) -> bool {
        let links = |overview: &Self| -> Vec<(Collection, bool)> {
            overview.collections.iter().map(|(collection, count)| (collection.clone(), *count > 0)).collect()
        };
        self.settings == other.settings
            && self.taxes == other.taxes
            && self.shipping == other.shipping
            && self.locations == other.locations
            && links(self) == links(other)
            && self.types.iter().map(|(name, _)| name).eq(other.types.iter().map(|(name, _)| name))
    }

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
        let (wakes, _) = watch::channel(0);
        let changed = Arc::new(Changes::default());
        let (hook, noting) = (wakes.clone(), Arc::clone(&changed));
        let (fresh, _) = broadcast::channel(FRESH_MAX);
        let on_fresh = fresh.clone();
        replica.on_fresh(Box::new(move |entry| {
            // Without a device on the line nobody listens.
            drop(on_fresh.send(Arc::clone(entry)));
        }));
        replica.on_commit(Box::new(move |touched| {
            // Pages are made of rows: what is ahead of its rows changes none yet.
            if !touched.is_ahead {
                noting.note(Noted::Committed(touched.clone()));
            }
            hook.send_modify(|count| *count += 1);
        }));
        let replica = share(replica);
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
            changed,
            wakes,
            fresh,
            settling: Mutex::default(),
            readers: Readers { idle: Mutex::default(), slots: Arc::new(Semaphore::new(readers_max.max(1))) },
            overview: Mutex::default(),
            reserved: Mutex::default(),
        });
        hosted.write_behind();
        Ok(hosted)
    }

    /// The revision up to which it is known what changed: pages made from now on are of it.
    pub async fn settled(self: &Arc<Self>) -> Result<u64, ServerError> {
        if let Some(revision) = self.changed.settled() {
            return Ok(revision);
        }
        let shop = Arc::clone(self);
        self.read(move |reader| shop.settle(reader)).await
    }

    fn settle(&self, reader: &Reader) -> Result<u64, ServerError> {
        let _settling = self.settling.lock().unwrap_or_else(PoisonError::into_inner);
        let (revision, noted) = self.changed.unsettled();
        let mut found = look_up(reader, &noted)?;
        if found.is_of_documents() {
            // A shop that is not ready has no page to keep.
            let now = read_overview(reader).ok().map(Arc::new);
            let mut kept = self.overview.lock().unwrap_or_else(PoisonError::into_inner);
            found.is_frame = match (&*kept, &now) {
                (Some((_, before)), Some(now)) => !before.looks_like(now),
                (None, _) | (_, None) => true,
            };
            *kept = now.map(|now| (revision, now));
        }
        self.changed.settle(revision, found);
        Ok(revision)
    }

    /// Notes that other quantities of these variants are kept by open checkouts than before.
    pub fn reservations_changed(&self, variants: Vec<VariantId>) {
        {
            let mut reserved = self.reserved.lock().unwrap_or_else(PoisonError::into_inner);
            reserved.number += 1;
            reserved.known = None;
        }
        if !variants.is_empty() {
            self.changed.note(Noted::Kept(variants));
        }
    }

    /// What open checkouts keep. For pages: whoever takes goods asks the database itself.
    pub async fn reserved(self: &Arc<Self>, checkouts: Checkouts<'_>) -> Result<Arc<Reserved>, ServerError> {
        let number = {
            let reserved = self.reserved.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = &reserved.known {
                return Ok(Arc::clone(known));
            }
            reserved.number
        };
        let read = Arc::new(checkouts.reserved(self.id, None).await?);
        let mut reserved = self.reserved.lock().unwrap_or_else(PoisonError::into_inner);
        if reserved.number == number {
            reserved.known = Some(Arc::clone(&read));
        }
        Ok(read)
    }

    /// Wakes whoever holds it after each change. A sleeper that misses ten changes is woken once.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.wakes.subscribe()
    }

    /// Tells each entry that may be passed on, for the lines to do so.
    pub fn fresh(&self) -> broadcast::Receiver<Arc<Fresh>> {
        self.fresh.subscribe()
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
        let revision = self.settled().await?;
        if let Some((of, overview)) = &*self.overview.lock().unwrap_or_else(PoisonError::into_inner)
            && *of >= self.changed.overview_revision()
        {
            return Ok(Arc::clone(overview));
        }
        let overview = Arc::new(self.read(read_overview).await?);
        *self.overview.lock().unwrap_or_else(PoisonError::into_inner) = Some((revision, Arc::clone(&overview)));
        Ok(overview)
    }

    /// Writes the witness and folds the log a moment after each recording, as long as the shop is open.
    fn write_behind(self: &Arc<Self>) {
        let mut changes = self.changes();
        let shop = Arc::downgrade(self);
        tokio::spawn(async move {
            while changes.changed().await.is_ok() {
                tokio::time::sleep(WRITE_BEHIND_AFTER).await;
                changes.mark_unchanged();
                let Some(shop) = shop.upgrade() else { return };
                let written = shop.work(|shop| {
                    let mut replica = lock(&shop.replica);
                    Ok(replica.write_witness().and_then(|()| replica.checkpoint_wal())?)
                });
                if let Err(error) = written.await {
                    tracing::warn!(%error, "the witness was not written, or the log not folded; it is tried again with the next change");
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
    let collections = reader.collections()?;
    let has_collections = collections.iter().any(|(collection, count)| *count > 0 && !collection.handle.is_empty());
    let types = if has_collections { Vec::new() } else { largest_types(reader)? };
    Ok(Overview { settings, taxes, shipping, locations: reader.locations()?, collections, types })
}

fn largest_types(reader: &Reader) -> Result<Vec<(String, u64)>, ServerError> {
    let mut types = reader.product_types()?;
    types.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    types.truncate(TYPES_MAX);
    types.sort();
    Ok(types)
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

//! The worker's desk: the open shop, the basket, who is signed in, and the model it leaves for the screen.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;

use tradepost_connection::{ConnectionError, Device, SyncHandle, SyncState, SyncStatus, SystemEnvironment};
use tradepost_domain::basket::Basket;
use tradepost_domain::catalog::ProductStatus;
use tradepost_domain::id::{CollectionId, TillSessionId};
use tradepost_domain::shop::{Location, Till};
use tradepost_operations::read::{ProductFilter, Reader, SaleFilter};
use tradepost_operations::{By, Environment, OperationError, PrintWhat, Shop, Vector, lock};

use super::pictures::PictureDesk;
use super::printing::{JournalCodes, Order, Printing};
use super::search::Searcher;
use super::sync_words::sync_facts;
use super::{Preferences, Signal, Start, rows};
use crate::ask::{Ask, News};
use crate::inbox::Inbox;
use crate::model::{AwayFacts, Category, Model, PrintLine, PrintState, SessionFacts, ShopFacts, Stage};

/// Quick keys of a group.
const QUICK_KEYS_MAX: usize = 60;
/// Fewer best sellers than this do not fill the screen.
const BEST_MIN: usize = 20;
/// Groups of quick keys.
const CATEGORIES_MAX: usize = 24;
/// Sales listed for a refund.
const RECENT_MAX: usize = 60;
/// While the shop arrives it changes many times a second; it is read again this often, and the person at the till goes first.
const READ_WHILE_LOADING_MS: u64 = 2_000;
/// An absence shorter than this is not worth a report.
const AWAY_MS_MIN: i64 = 60_000;

/// The worker's desk.
pub struct Desk {
    pub(super) start: Start,
    pub(super) preferences: Preferences,
    pub(super) model: Model,
    pub(super) open: Option<OpenShop>,
    inbox: Inbox,
    signals: SyncSender<Signal>,
    searcher: Searcher,
    pictures: PictureDesk,
    is_dirty: bool,
    problem: Option<Stage>,
}

/// A shop that is open on this till.
pub struct OpenShop {
    pub device: Device,
    pub shop: Shop,
    pub reader: Reader,
    pub env: SystemEnvironment,
    pub sync: Option<SyncHandle>,
    pub printing: Option<Printing>,
    pub codes: JournalCodes,
    pub till: Option<Till>,
    pub basket: Basket,
    pub session: Option<TillSessionId>,
    pub last_print: Option<PrintWhat>,
    pub category: Option<CollectionId>,
    /// The Z report is being looked at: the drawer is closed, but nobody signed out yet.
    pub shows_z: bool,
    has_changed: Arc<AtomicBool>,
    /// When the shop was last read again, on a clock that only goes forward.
    read_at_ms: u64,
    away_since: Option<(i64, Vector)>,
}

impl OpenShop {
    /// Replaces what `By` needs: the person signed in, this machine's clock.
    pub fn by<'a>(env: &'a mut SystemEnvironment, model: &Model) -> By<'a> {
        By { env, staff: model.signed_in.as_ref().map(|staff| staff.id), at: None }
    }
}

impl Desk {
    /// A desk at a folder; the shop is not open yet.
    pub fn new(start: Start, inbox: Inbox, signals: SyncSender<Signal>, searcher: Searcher, pictures: PictureDesk) -> Self {
        let mut preferences = Preferences::read(&start.folder);
        if let Some(printer) = &start.printer {
            preferences.printer.clone_from(printer);
        }
        Self {
            start,
            preferences,
            model: Model::default(),
            open: None,
            inbox,
            signals,
            searcher,
            pictures,
            is_dirty: true,
            problem: None,
        }
    }

    /// Opens the shop in the folder, if there is one.
    pub fn open(&mut self) {
        self.model.printer.address.clone_from(&self.preferences.printer);
        if !Device::exists(&self.start.folder) {
            self.problem = Some(Stage::NoShop);
            self.set_stage();
            return self.publish();
        }
        let opened = Device::open(&self.start.folder).map_err(|problem| problem.to_string());
        self.settle(opened);
    }

    fn settle(&mut self, device: Result<Device, String>) {
        let settled = device.and_then(|device| self.take_device(device));
        self.problem = settled.err().map(|problem| Stage::Broken(sentence(&problem)));
        self.set_stage();
        self.publish();
        self.refresh_catalog();
        self.publish();
        if self.problem.is_none() {
            // `make bench` times the start by this line.
            tracing::info!("the shop is open");
        }
    }

    fn take_device(&mut self, device: Device) -> Result<(), String> {
        let words = |problem: OperationError| problem.to_string();
        let shop = Shop::new(device.replica()).map_err(words)?;
        let reader = shop.reader().map_err(words)?;
        self.searcher.give_reader(shop.reader().map_err(words)?);
        self.pictures.give_blobs(device.blobs());
        let mut env = SystemEnvironment::new();
        let basket = shop.current_basket(&mut By::owner(&mut env)).map_err(words)?;
        let has_changed = Arc::new(AtomicBool::new(false));
        self.watch(&device, &has_changed);
        let sync = device.server_url().map(|_| device.start_sync()).transpose();
        let sync = sync.unwrap_or_else(|problem: ConnectionError| {
            tracing::warn!(%problem, "sync could not be started");
            None
        });
        if !device.keys_are_in_keyring() {
            let words =
                "This computer has no keyring, so the key to the shop's file is kept in a file that only this account can read.";
            self.model.key_warning = Some(words.to_owned());
        }
        let away_since = lock(&device.replica()).vector().ok().map(|vector| (i64::MIN, vector));
        self.open = Some(OpenShop {
            device,
            shop,
            reader,
            env,
            sync,
            printing: None,
            codes: JournalCodes::default(),
            till: None,
            basket,
            session: None,
            last_print: None,
            category: None,
            shows_z: false,
            has_changed,
            read_at_ms: 0,
            away_since,
        });
        self.refresh_shop().map_err(words)
    }

    /// Wakes the worker when something is committed that it did not do itself; many commits are one signal.
    fn watch(&self, device: &Device, has_changed: &Arc<AtomicBool>) {
        let (flag, signals) = (Arc::clone(has_changed), self.signals.clone());
        let hook = move |_: &tradepost_operations::Touched| {
            if !flag.swap(true, Ordering::AcqRel) && signals.try_send(Signal::Changed).is_err() {
                // No room: the worker is busy and looks at the flag when it is done.
                tracing::debug!("the worker is busy");
            }
        };
        lock(&device.replica()).on_commit(Box::new(hook));
    }

    /// Shop, till, staff, session: what decides what the till may do.
    pub(super) fn refresh_shop(&mut self) -> Result<(), OperationError> {
        let Some(open) = &mut self.open else { return Ok(()) };
        if !open.shop.is_set_up()? {
            return Ok(());
        }
        if open.till.is_none() {
            open.till = find_till(open)?;
        }
        let settings = open.reader.shop()?;
        let staff = open.reader.staff()?;
        self.model.staff =
            staff.iter().filter(|member| member.is_active && !member.pin_hash.is_empty()).map(rows::staff_tile).collect();
        if let Some(signed_in) = self.model.signed_in.take() {
            self.model.signed_in = staff.into_iter().find(|member| member.id == signed_in.id && member.is_active).map(Arc::new);
        }
        let Some(till) = open.till.clone() else { return Ok(()) };
        self.model.shop = Some(Arc::new(ShopFacts {
            name: settings.name.clone(),
            currency: settings.currency,
            includes_tax: settings.tax_inclusion == tradepost_domain::tax::TaxInclusion::Inclusive,
            smallest_coin_minor: settings.smallest_coin_minor,
            utc_offset_minutes: settings.utc_offset_minutes,
            till_name: till.name.clone(),
            till_code: till.code.clone(),
        }));
        let session = open.reader.open_session(till.id)?;
        open.session = session.as_ref().map(|session| session.id);
        self.model.session =
            session.map(|session| SessionFacts { business_day: session.business_day, opened_at: session.opened_at });
        self.model.parked = open.reader.parked_baskets()?.into_iter().filter(|parked| !parked.is_taken).collect();
        if open.printing.is_none() {
            let started = Printing::start(
                open.shop.clone(),
                till.name,
                &self.preferences.printer,
                open.codes.clone(),
                self.signals.clone(),
            );
            open.printing = started.map_err(|problem| tracing::warn!(%problem, "printing could not be started")).ok();
        }
        self.refresh_tax_choices(&settings)?;
        self.refresh_basket();
        self.refresh_prints();
        Ok(())
    }

    /// Quick keys and their groups; after everything that selling itself needs.
    pub(super) fn refresh_catalog(&mut self) {
        let Some(open) = &self.open else { return };
        let read = || -> Result<_, OperationError> {
            let has_sold = !open.reader.quick_keys(1)?.is_empty();
            let first = if has_sold { "Best sellers" } else { "Products" };
            let mut categories = vec![Category { collection: None, title: first.to_owned() }];
            let collections = open.reader.collections()?.into_iter().filter(|(_, count)| *count > 0).take(CATEGORIES_MAX);
            categories
                .extend(collections.map(|(collection, _)| Category { collection: Some(collection.id), title: collection.title }));
            Ok((categories, self.tiles(open)?))
        };
        match read() {
            Ok((categories, tiles)) => {
                self.model.categories = categories.into();
                self.model.quick_keys = tiles.into();
            }
            Err(problem) => tracing::warn!(%problem, "quick keys could not be read"),
        }
        self.is_dirty = true;
    }

    fn tiles(&self, open: &OpenShop) -> Result<Vec<crate::model::Tile>, OperationError> {
        if open.category.is_none() {
            let best = open.reader.quick_keys(QUICK_KEYS_MAX)?;
            let mut tiles: Vec<_> = best.iter().map(rows::tile_of_variant).collect();
            // A young shop has few best sellers: other products fill the screen.
            if tiles.len() < BEST_MIN {
                let products = open.reader.first_products(QUICK_KEYS_MAX)?;
                let others = products.iter().filter(|product| best.iter().all(|variant| variant.product != product.id));
                tiles.extend(others.map(rows::tile_of_product).take(QUICK_KEYS_MAX - tiles.len()));
            }
            return Ok(tiles);
        }
        let filter = ProductFilter { collection: open.category, status: Some(ProductStatus::Active), ..ProductFilter::default() };
        Ok(open.reader.products(&filter, None, QUICK_KEYS_MAX)?.rows.iter().map(rows::tile_of_product).collect())
    }

    /// Prices the basket and puts it on the screen.
    pub(super) fn refresh_basket(&mut self) {
        let Some(open) = &mut self.open else { return };
        let by = &mut OpenShop::by(&mut open.env, &self.model);
        self.model.priced = open.shop.price(by, &open.basket).map(Arc::new).map_err(|problem| sentence(&problem.to_string()));
        self.model.basket = Arc::new(open.basket.clone());
        self.is_dirty = true;
        self.refresh_around_basket();
    }

    /// What waits for the printer.
    pub fn refresh_prints(&mut self) {
        let Some(open) = &self.open else { return };
        let line = |job: tradepost_operations::PrintJob| PrintLine {
            title: title_of(&open.reader, job.what),
            state: if job.last_problem.is_empty() { PrintState::Waiting } else { PrintState::Failed(job.last_problem) },
            job: job.id,
        };
        match open.shop.print_queue() {
            Ok(jobs) => self.model.print_jobs = jobs.into_iter().map(line).collect(),
            Err(problem) => tracing::warn!(%problem, "the print queue could not be read"),
        }
        self.model.printer.problem = open.printing.as_ref().and_then(Printing::problem);
        self.is_dirty = true;
    }

    pub(super) fn refresh_recent(&mut self) {
        let Some(open) = &self.open else { return };
        match open.reader.sales(&SaleFilter::default(), RECENT_MAX, 0) {
            Ok(sales) => self.model.recent_sales = sales.into_iter().map(rows::recent_sale).collect(),
            Err(problem) => self.fail(&problem.to_string()),
        }
        self.is_dirty = true;
    }

    /// Something was committed, here or by what another device sent.
    pub fn shop_changed(&mut self) {
        self.read_again();
        self.look_at_sync();
    }

    /// Looks whether anything changed that nobody told of.
    pub fn look_around(&mut self) {
        let has_changed = self.open.as_ref().is_some_and(|open| open.has_changed.load(Ordering::Acquire));
        if has_changed {
            self.read_again();
        }
        self.look_at_sync();
    }

    /// Reads the shop again, but while it arrives only from time to time: the mark that it changed stays then, for the next look around.
    fn read_again(&mut self) {
        let Some(open) = &mut self.open else { return };
        let now_ms = Environment::clock(&mut open.env).monotonic_ms;
        let is_arriving = self.model.sync.loading.is_some() && self.model.shop.is_some();
        if is_arriving && now_ms.saturating_sub(open.read_at_ms) < READ_WHILE_LOADING_MS {
            return;
        }
        open.read_at_ms = now_ms;
        open.has_changed.store(false, Ordering::Release);
        if let Err(problem) = self.refresh_shop() {
            tracing::warn!(%problem, "the shop could not be read");
        }
        let shows_catalog = self.model.basket.is_empty() || self.model.categories.is_empty();
        if shows_catalog {
            self.refresh_catalog();
        }
    }

    /// The sentence about sync, and the report after a time away.
    fn look_at_sync(&mut self) {
        let Some(open) = &mut self.open else { return };
        let status = open.sync.as_ref().map_or_else(SyncStatus::default, SyncHandle::status);
        let report = away_report(open, &status);
        let offset = self.model.shop.as_ref().map_or(0, |shop| shop.utc_offset_minutes);
        let facts = sync_facts(&status, offset);
        if facts != self.model.sync || report.is_some() {
            self.model.sync = facts;
            self.model.away = report.or_else(|| self.model.away.take());
            self.is_dirty = true;
        }
    }

    pub(super) fn set_stage(&mut self) {
        let is_showing_z = self.open.as_ref().is_some_and(|open| open.shows_z);
        self.model.stage = match (&self.problem, &self.model.shop, &self.model.signed_in, self.model.session) {
            (Some(problem), _, _, _) => problem.clone(),
            (None, None, _, _) => Stage::Opening,
            (None, Some(_), None, _) => Stage::SignIn,
            (None, Some(_), Some(_), None) if !is_showing_z => Stage::NoSession,
            (None, Some(_), Some(_), _) => Stage::Selling,
        };
        self.is_dirty = true;
    }

    /// Leaves the model for the screen, if it changed.
    pub fn publish(&mut self) {
        if self.is_dirty {
            let model = self.clean_model();
            self.inbox.leave_model(model);
            (self.start.wake)();
        }
    }

    /// Tells the screen something, together with the model it is about.
    pub(super) fn tell(&mut self, news: News) {
        let model = self.clean_model();
        self.inbox.leave_news(model, news);
        (self.start.wake)();
    }

    /// The model as it is to be shown; nothing is left to publish then.
    fn clean_model(&mut self) -> Arc<Model> {
        self.set_stage();
        self.is_dirty = false;
        Arc::new(self.model.clone())
    }

    pub(super) fn fail(&mut self, problem: &str) {
        self.tell(News::Failed(sentence(problem)));
    }

    pub(super) fn mark_dirty(&mut self) {
        self.is_dirty = true;
    }

    /// Joins a shop.
    pub(super) fn pair(&mut self, url: &str, code: &str) {
        self.problem = Some(Stage::Pairing);
        self.set_stage();
        self.publish();
        let name = device_name();
        match Device::pair(&self.start.folder, url, code, &name) {
            Ok(device) => self.settle(Ok(device)),
            Err(problem) => {
                self.problem = Some(Stage::NoShop);
                self.set_stage();
                self.fail(&problem.to_string());
            }
        }
    }

    /// Opens the shop once more.
    pub(super) fn reopen(&mut self, _ask: &Ask) {
        self.problem = None;
        self.open();
    }

    pub(super) fn print(&self, order: Order) {
        if let Some(printing) = self.open.as_ref().and_then(|open| open.printing.as_ref()) {
            printing.order(order);
        }
    }

    /// Hangs up. What was done is on disk already.
    pub fn close(mut self) {
        if let Some(sync) = self.open.take().and_then(|open| open.sync) {
            sync.stop();
        }
    }
}

/// The till this device is; on a device that is none, the shop's first till, or a new one.
fn find_till(open: &mut OpenShop) -> Result<Option<Till>, OperationError> {
    if let Some(id) = open.device.till() {
        return Ok(open.reader.till(id)?);
    }
    if let Some(till) = open.reader.tills()?.into_iter().next() {
        return Ok(Some(till));
    }
    let location: Option<Location> = open.reader.locations()?.into_iter().next();
    let Some(location) = location else { return Ok(None) };
    open.shop.add_till(&mut By::owner(&mut open.env), "Till 1", location.id).map(Some)
}

fn title_of(reader: &Reader, what: PrintWhat) -> String {
    let number = match what {
        PrintWhat::Sale(id) => reader.sale(id).ok().flatten().map(|sale| format!("Receipt {}", sale.receipt_number)),
        PrintWhat::Refund(id) => reader.refund(id).ok().flatten().map(|refund| format!("Refund {}", refund.receipt_number)),
        PrintWhat::XReport(_) => Some("X report".to_owned()),
        PrintWhat::ZReport(id) => reader.z_report(id).ok().flatten().map(|closed| format!("Z report {}", closed.z_number)),
    };
    number.unwrap_or_else(|| "Receipt".to_owned())
}

/// What happened while this till was on its own, once it is in step again.
fn away_report(open: &mut OpenShop, status: &SyncStatus) -> Option<Arc<AwayFacts>> {
    match &status.state {
        SyncState::Offline { since, .. } if open.away_since.is_none() => {
            let vector = lock(&open.device.replica()).vector().ok()?;
            open.away_since = Some((since.unix_ms, vector));
            None
        }
        SyncState::InStep => {
            let (since_ms, vector) = open.away_since.take()?;
            let now_ms = Environment::clock(&mut open.env).wall_ms;
            if now_ms.saturating_sub(since_ms) < AWAY_MS_MIN {
                return None;
            }
            let report = open.shop.while_you_were_away(&vector).ok()?;
            facts_of(report)
        }
        SyncState::Offline { .. }
        | SyncState::NotConnected
        | SyncState::Connecting
        | SyncState::Loading { .. }
        | SyncState::Exchanging => None,
    }
}

fn facts_of(report: tradepost_operations::AwayReport) -> Option<Arc<AwayFacts>> {
    use tradepost_operations::AwayKind;
    if report.lines.is_empty() {
        return None;
    }
    let mut facts = AwayFacts::default();
    for line in report.lines {
        match line.kind {
            AwayKind::Happened => facts.happened.push(line.text),
            AwayKind::Decided => facts.decided.push(line.text),
            AwayKind::NeedsYou => facts.needs_person.push(line.text),
        }
    }
    Some(Arc::new(facts))
}

/// A message as a sentence: a capital first, a stop at the end.
pub fn sentence(words: &str) -> String {
    let mut letters = words.trim().chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let rest = letters.as_str();
    let stop = if rest.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{rest}{stop}")
}

/// What this computer is called, for the list of devices.
fn device_name() -> String {
    let name = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    if name.trim().is_empty() { "Till".to_owned() } else { format!("Till on {}", name.trim()) }
}

//! What the screen draws: the shop as the worker last saw it. Plain values; no screen asks a disk or a network for anything.

use std::sync::Arc;

use std::collections::{BTreeMap, BTreeSet};

use tradepost_domain::basket::{Basket, ParkedBasket, PricedBasket};
use tradepost_domain::customer::Customer;
use tradepost_domain::id::{BasketId, CollectionId, ProductId, SaleId, StaffId, VariantId};
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::refund::RefundableLine;
use tradepost_domain::sale::{Sale, TenderType};
use tradepost_domain::staff::{Permission, StaffMember};
use tradepost_domain::tax::TaxCategory;
use tradepost_domain::till_session::{SessionTotals, TillSessionClosed};
use tradepost_domain::time::{BusinessDay, Timestamp};

/// Everything the screen knows of the shop.
#[derive(Debug, Clone)]
pub struct Model {
    /// Where the till is in its day.
    pub stage: Stage,
    /// The shop.
    pub shop: Option<Arc<ShopFacts>>,
    /// Who may sign in.
    pub staff: Arc<[StaffTile]>,
    /// Who is signed in.
    pub signed_in: Option<Arc<StaffMember>>,
    /// What somebody approved for the person signed in.
    pub approval: Option<Arc<Approval>>,
    /// The open drawer.
    pub session: Option<SessionFacts>,
    /// The basket.
    pub basket: Arc<Basket>,
    /// What it costs, or why that cannot be said.
    pub priced: Result<Arc<PricedBasket>, String>,
    /// Who buys.
    pub customer: Option<Arc<Customer>>,
    /// What a search for customers found.
    pub customers: Arc<FoundCustomers>,
    /// The pictures of what is in the basket.
    pub line_pictures: Arc<BTreeMap<VariantId, String>>,
    /// What an open line may be for tax.
    pub tax_choices: Arc<[TaxChoice]>,
    /// Groups of quick keys; the first are the best sellers.
    pub categories: Arc<[Category]>,
    /// The quick keys of the chosen group.
    pub quick_keys: Arc<[Tile]>,
    /// The variants of a product that has several, to choose from.
    pub choices: Option<Arc<Choices>>,
    /// Baskets set aside.
    pub parked: Arc<[ParkedBasket]>,
    /// Sales of late, newest first.
    pub recent_sales: Arc<[RecentSale]>,
    /// The sale that is being refunded.
    pub refunding: Option<Arc<Refunding>>,
    /// The totals of the session so far.
    pub x_report: Option<Arc<SessionTotals>>,
    /// The report of the session that was closed last.
    pub z_report: Option<Arc<TillSessionClosed>>,
    /// The sale or refund that was completed last.
    pub finished: Option<Arc<Finished>>,
    /// What waits for the printer, oldest first.
    pub print_jobs: Arc<[PrintLine]>,
    /// The printer.
    pub printer: PrinterFacts,
    /// Whether this till is in step with the others.
    pub sync: SyncFacts,
    /// What happened while this till was on its own.
    pub away: Option<Arc<AwayFacts>>,
    /// What this machine keeps in its secret store, if that is worth saying.
    pub key_warning: Option<String>,
}

/// Where the till is in its day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// The shop is being opened.
    Opening,
    /// There is no shop in this folder: it has to be paired.
    NoShop,
    /// Pairing is under way.
    Pairing,
    /// The shop cannot be opened; why, and what to do.
    Broken(String),
    /// Nobody is signed in.
    SignIn,
    /// No drawer is open.
    NoSession,
    /// Ready to sell.
    Selling,
}

/// The shop, its till and how it sells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopFacts {
    /// Its name.
    pub name: String,
    /// The currency of all prices.
    pub currency: Currency,
    /// Whether prices contain tax.
    pub includes_tax: bool,
    /// The smallest coin, minor units.
    pub smallest_coin_minor: i64,
    /// Minutes ahead of UTC.
    pub utc_offset_minutes: i32,
    /// The till's name.
    pub till_name: String,
    /// The till's code.
    pub till_code: String,
}

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffTile {
    /// Who.
    pub id: StaffId,
    /// The name.
    pub name: String,
    /// The role, as people say it.
    pub role: &'static str,
    /// What this person may do.
    pub permissions: BTreeSet<Permission>,
}

/// Somebody who may has entered their PIN for one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// For this.
    pub permission: Permission,
    /// Who.
    pub staff: StaffId,
    /// What they are called.
    pub name: String,
}

/// What a search for customers found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundCustomers {
    /// For which text.
    pub text: String,
    /// By name.
    pub rows: Vec<Customer>,
}

/// What an open line may be for tax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxChoice {
    /// The category.
    pub category: TaxCategory,
    /// With its rate: "Standard, 8.25 %".
    pub words: String,
}

/// The open drawer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionFacts {
    /// The trading date.
    pub business_day: BusinessDay,
    /// Since when.
    pub opened_at: Timestamp,
}

/// A group of quick keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// The collection; `None`: the best sellers.
    pub collection: Option<CollectionId>,
    /// What it is called.
    pub title: String,
}

/// Something that can be added with one touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// What a touch adds, or opens.
    pub target: TileTarget,
    /// What it is called.
    pub title: String,
    /// Option values, SKU.
    pub subtitle: String,
    /// Its picture's address, or nothing.
    pub picture: String,
    /// "12.50", "from 9.00", or nothing where it has no price yet.
    pub price: String,
    /// How many are here, in words; empty where stock is not tracked.
    pub stock: String,
    /// Whether nothing is left. It can be sold all the same.
    pub is_out: bool,
}

/// What a touch on a tile does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TileTarget {
    /// Adds this.
    Variant(VariantId),
    /// Asks which of this product's variants.
    Product(ProductId),
}

/// The variants of a product, to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices {
    /// The product.
    pub title: String,
    /// Its variants.
    pub tiles: Vec<Tile>,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// For which text.
    pub text: String,
    /// The best first.
    pub tiles: Vec<Tile>,
}

/// A sale in the list of recent ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecentSale {
    /// Which.
    pub id: SaleId,
    /// Its receipt's number.
    pub receipt_number: String,
    /// When.
    pub sold_at: Timestamp,
    /// How many lines.
    pub line_count: u32,
    /// With tax.
    pub gross: Money,
    /// Refunded of that.
    pub refunded: Money,
}

/// A sale that is being refunded.
#[derive(Debug, Clone)]
pub struct Refunding {
    /// The sale.
    pub sale: Sale,
    /// What is left of its lines.
    pub lines: Vec<RefundableLine>,
}

/// A sale or refund that was just completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// Sale or refund.
    pub kind: FinishedKind,
    /// Its receipt's number.
    pub receipt_number: String,
    /// What was paid, or handed back.
    pub gross: Money,
    /// Change to hand back.
    pub change_due: Money,
    /// How it was paid.
    pub tenders: Vec<(TenderType, Money)>,
    /// The print job of its receipt.
    pub print_job: Option<String>,
}

/// What was completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishedKind {
    /// A sale.
    Sale,
    /// A refund.
    Refund,
}

/// Something that waits for the printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintLine {
    /// The job's key.
    pub job: String,
    /// What it is: "Receipt T01-1-000014".
    pub title: String,
    /// Where it stands.
    pub state: PrintState,
}

/// Where a print job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrintState {
    /// It waits.
    Waiting,
    /// It failed; why, and what to do.
    Failed(String),
}

/// The printer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrinterFacts {
    /// Its address; empty: none is set up.
    pub address: String,
    /// What is wrong with it, if anything is.
    pub problem: Option<String>,
}

/// Whether this till is in step, for the strip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncFacts {
    /// As a sentence.
    pub sentence: String,
    /// As a color.
    pub tone: SyncTone,
    /// The server, if the till is paired with one.
    pub server_url: Option<String>,
    /// How much of the shop has arrived, of how much, while it is loading.
    pub loading: Option<(u64, u64)>,
}

/// The color of the dot beside the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncTone {
    /// In step.
    Good,
    /// On its own for now: a normal day.
    Waiting,
    /// There is no server.
    Neutral,
}

/// What happened while this till was on its own, in plain words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AwayFacts {
    /// What happened elsewhere.
    pub happened: Vec<String>,
    /// What was decided.
    pub decided: Vec<String>,
    /// What needs a person.
    pub needs_person: Vec<String>,
}

impl Default for Model {
    fn default() -> Self {
        let basket = Basket::new(BasketId::from_bytes([0; 16]));
        Self {
            stage: Stage::Opening,
            shop: None,
            staff: Arc::from([]),
            signed_in: None,
            approval: None,
            session: None,
            basket: Arc::new(basket),
            priced: Err(String::new()),
            customer: None,
            customers: Arc::default(),
            line_pictures: Arc::default(),
            tax_choices: Arc::from([]),
            categories: Arc::from([]),
            quick_keys: Arc::from([]),
            choices: None,
            parked: Arc::from([]),
            recent_sales: Arc::from([]),
            refunding: None,
            x_report: None,
            z_report: None,
            finished: None,
            print_jobs: Arc::from([]),
            printer: PrinterFacts::default(),
            sync: SyncFacts { sentence: String::new(), tone: SyncTone::Neutral, server_url: None, loading: None },
            away: None,
            key_warning: None,
        }
    }
}

impl Model {
    /// The shop's currency.
    pub fn currency(&self) -> Currency {
        self.shop.as_ref().map_or(Currency::USD, |shop| shop.currency)
    }

    /// What the basket costs; zero while that cannot be said.
    pub fn gross(&self) -> Money {
        self.priced.as_ref().map_or(Money::zero(self.currency()), |priced| priced.gross)
    }

    /// Whether whoever is signed in may do this, or somebody who may has just approved it.
    pub fn may(&self, permission: Permission) -> bool {
        let is_approved = self.approval.as_ref().is_some_and(|approval| approval.permission == permission);
        is_approved || self.signed_in.as_ref().is_some_and(|staff| staff.may(permission))
    }

    /// Who answers for what takes this permission: whoever is signed in, else who approved it.
    pub fn who_may(&self, permission: Permission) -> Option<StaffId> {
        let signed_in = self.signed_in.as_ref();
        let approver = self.approval.as_ref().filter(|approval| approval.permission == permission).map(|approval| approval.staff);
        signed_in.filter(|staff| staff.may(permission)).map(|staff| staff.id).or(approver).or(signed_in.map(|staff| staff.id))
    }

    /// The time of day in the shop: "9:12".
    pub fn time_of_day(&self, at: Timestamp) -> String {
        let offset = self.shop.as_ref().map_or(0, |shop| shop.utc_offset_minutes);
        time_of_day(at, offset)
    }
}

/// The time of day at an offset from UTC: "9:12".
pub fn time_of_day(at: Timestamp, utc_offset_minutes: i32) -> String {
    let minutes = at.unix_ms.div_euclid(60_000).saturating_add(i64::from(utc_offset_minutes)).rem_euclid(24 * 60);
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

//! The rows that readers give. Plain values: a screen shows them, a server sends them.

use serde::{Deserialize, Serialize};
use tradepost_domain::catalog::ProductStatus;
use tradepost_domain::document::{DocumentKind, Scalar};
use tradepost_domain::id::{
    DocumentId, LocationId, OrderId, ProductId, RefundId, SaleId, StaffId, TillId, TillSessionId, VariantId,
};
use tradepost_domain::money::Money;
use tradepost_domain::order::OrderStatus;
use tradepost_domain::quantity::Quantity;
use tradepost_domain::sale::ReceiptNumber;
use tradepost_domain::stock::StockLevel;
use tradepost_domain::time::{BusinessDay, Timestamp};

use crate::origin::{Hash, Origin};

/// The most rows of one page of a list.
pub const PAGE_MAX: usize = 500;

/// A product in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductRow {
    /// Its id.
    pub id: ProductId,
    /// Its handle.
    pub handle: String,
    /// Its title.
    pub title: String,
    /// Its maker.
    pub vendor: String,
    /// Its kind.
    pub product_type: String,
    /// Whether it is offered.
    pub status: ProductStatus,
    /// The first picture's URL, or empty.
    pub image_url: String,
    /// How many variants.
    pub variant_count: u32,
    /// Lowest price of its variants.
    pub price_min: Option<Money>,
    /// Highest price of its variants.
    pub price_max: Option<Money>,
    /// On hand over all variants and locations.
    pub on_hand: Quantity,
    /// Available over all variants and locations.
    pub available: Quantity,
    /// Open conflicts in it.
    pub conflict_count: u32,
}

/// A variant as a till or a search shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariantRow {
    /// Its id.
    pub id: VariantId,
    /// Its product.
    pub product: ProductId,
    /// The product's title.
    pub product_title: String,
    /// Its options joined: "blue / M"; empty for a product's only variant.
    pub variant_title: String,
    /// Its SKU.
    pub sku: String,
    /// Its first barcode.
    pub barcode: String,
    /// Its price.
    pub list_price: Option<Money>,
    /// A former price.
    pub compare_at_price: Option<Money>,
    /// The unit it is sold in.
    pub unit: tradepost_domain::quantity::Unit,
    /// What happens when it runs out.
    pub stock_policy: tradepost_domain::catalog::StockPolicy,
    /// What it is for tax; `zero` when the variant is not taxable.
    pub tax_category: tradepost_domain::tax::TaxCategory,
    /// Its picture's URL, or the product's first, or empty.
    pub image_url: String,
    /// Grams, for shipping.
    pub weight_grams: i64,
    /// Whether it is shipped.
    pub requires_shipping: bool,
    /// Whether its product is offered.
    pub status: ProductStatus,
    /// Available over all locations.
    pub available: Quantity,
}

/// What a list of products is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductFilter {
    /// Words or parts of words in title, SKU, barcode, vendor, type, tags; empty: all.
    pub search: String,
    /// Only of this status; `None`: active and draft.
    pub status: Option<ProductStatus>,
    /// Only of this collection.
    pub collection: Option<tradepost_domain::id::CollectionId>,
    /// Only of this vendor.
    pub vendor: Option<String>,
    /// Only of this type.
    pub product_type: Option<String>,
    /// Only with this tag.
    pub tag: Option<String>,
    /// Only with a variant at this price or above, minor units.
    #[serde(default)]
    pub price_minor_min: Option<i64>,
    /// Only with a variant at this price or below, minor units.
    #[serde(default)]
    pub price_minor_max: Option<i64>,
    /// Only what can be bought: available somewhere, or sold on, or not tracked.
    #[serde(default)]
    pub is_available: bool,
    /// Order.
    pub sort: ProductSort,
}

/// What a list of products can be narrowed to further, each with how many products it leaves, the most first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facets {
    /// Vendors.
    pub vendors: Vec<(String, u64)>,
    /// Types.
    pub product_types: Vec<(String, u64)>,
    /// Tags.
    pub tags: Vec<(String, u64)>,
}

/// The order of a list of products.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each says itself")]
pub enum ProductSort {
    #[default]
    Title,
    TitleDescending,
    PriceAscending,
    PriceDescending,
    AvailableAscending,
    AvailableDescending,
    Newest,
}

/// Stock of a variant at a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockRow {
    /// The variant.
    pub variant: VariantId,
    /// Its SKU.
    pub sku: String,
    /// Product and variant title.
    pub title: String,
    /// Where.
    pub location: LocationId,
    /// How much.
    pub level: StockLevel,
}

/// One movement of a variant's stock, newest first in lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockMovementRow {
    /// When, by the clock of whoever recorded it, put right.
    pub at: Timestamp,
    /// What: `sale_completed`, `stock_received`...
    pub fact_kind: String,
    /// The fact.
    pub fact: tradepost_domain::id::FactId,
    /// By how much; for a count the counted quantity.
    pub quantity: Quantity,
    /// The reason, reference or receipt number.
    pub remark: String,
    /// Who.
    pub staff: Option<StaffId>,
    /// Where.
    pub location: LocationId,
}

/// A sale in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleRow {
    /// Its id.
    pub id: SaleId,
    /// Its receipt.
    pub receipt_number: ReceiptNumber,
    /// When.
    pub sold_at: Timestamp,
    /// The trading date.
    pub business_day: BusinessDay,
    /// Till.
    pub till: TillId,
    /// Session.
    pub session: TillSessionId,
    /// Who sold.
    pub staff: Option<StaffId>,
    /// How many lines.
    pub line_count: u32,
    /// With tax.
    pub gross: Money,
    /// Refunded of that.
    pub refunded_gross: Money,
}

/// An order in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRow {
    /// Its id.
    pub id: OrderId,
    /// Its number.
    pub number: String,
    /// The buyer's name.
    pub name: String,
    /// The buyer's email address.
    pub email: String,
    /// When.
    pub placed_at: Timestamp,
    /// With tax and delivery.
    pub gross: Money,
    /// Paid of that.
    pub paid: Money,
    /// Where it stands.
    pub status: OrderStatus,
    /// Collected or shipped.
    pub is_collection: bool,
    /// How many lines.
    pub line_count: u32,
}

/// A till session in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TillSessionRow {
    /// Its id.
    pub id: TillSessionId,
    /// Its till.
    pub till: TillId,
    /// The trading date.
    pub business_day: BusinessDay,
    /// Opened.
    pub opened_at: Timestamp,
    /// Closed, if it is.
    pub closed_at: Option<Timestamp>,
    /// The Z report's number, if it is closed.
    pub z_number: Option<u64>,
    /// Totals so far, or of the Z report.
    pub totals: tradepost_domain::till_session::SessionTotals,
    /// Counted less expected, if it is closed.
    pub cash_variance: Option<Money>,
}

/// A session that is open, as whoever sells in it needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenSession {
    /// Its id.
    pub id: TillSessionId,
    /// The trading date.
    pub business_day: BusinessDay,
    /// Opened.
    pub opened_at: Timestamp,
}

/// One value of a field that several people set at the same time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictValue {
    /// The value; `None`: removed.
    pub value: Option<Scalar>,
    /// Who: the device.
    pub origin: Origin,
    /// Who: the person.
    pub staff: Option<StaffId>,
    /// When, put right.
    pub at: Timestamp,
    /// Whether it stands for now.
    pub is_current: bool,
}

/// A field that several people set at the same time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictRow {
    /// The document.
    pub document: DocumentId,
    /// What it is.
    pub kind: DocumentKind,
    /// What people call it: the product's title.
    pub title: String,
    /// The field's path.
    pub path: String,
    /// Every value.
    pub values: Vec<ConflictValue>,
}

/// Totals of a day or range for reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalesTotals {
    /// The trading date.
    pub business_day: BusinessDay,
    /// Completed sales.
    pub sale_count: u64,
    /// Refunds.
    pub refund_count: u64,
    /// Web orders.
    pub order_count: u64,
    /// Sales less refunds without tax (over the counter).
    pub net: Money,
    /// Tax.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
    /// Web orders with tax.
    pub orders_gross: Money,
}

/// Tax of a range by rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxTotals {
    /// The rate's name.
    pub name: String,
    /// The rate.
    pub rate_millionths: tradepost_domain::tax::RateMillionths,
    /// Net.
    pub net: Money,
    /// Tax.
    pub tax: Money,
}

/// The state digest: equal on replicas that have the same documents and facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// Over all buckets.
    pub total: Hash,
    /// How many documents.
    pub document_count: u64,
    /// How many facts.
    pub fact_count: u64,
}

/// A refund in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundRow {
    /// Its id.
    pub id: RefundId,
    /// Its receipt.
    pub receipt_number: ReceiptNumber,
    /// Of this sale.
    pub sale: Option<SaleId>,
    /// When.
    pub refunded_at: Timestamp,
    /// With tax.
    pub gross: Money,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// Where it goes on; `None`: this is the last page.
    pub next: Option<super::Cursor>,
}

/// What a list of sales is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleFilter {
    /// From this trading day on.
    pub from: Option<BusinessDay>,
    /// Up to and including this trading day.
    pub to: Option<BusinessDay>,
    /// Only of this session.
    pub session: Option<TillSessionId>,
    /// Only of this till.
    pub till: Option<TillId>,
    /// The beginning of a receipt number; empty: all.
    pub search: String,
}

/// What a list of orders is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFilter {
    /// Only of this status.
    pub status: Option<OrderStatus>,
    /// A part of number, name, email address or phone number; empty: all.
    pub search: String,
}

/// A variant in a list of what sold best.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopVariantRow {
    /// The variant.
    pub variant: VariantId,
    /// Its SKU.
    pub sku: String,
    /// Its product's title.
    pub product_title: String,
    /// Its options joined.
    pub variant_title: String,
    /// Sold less refunded.
    pub quantity: Quantity,
    /// Takings with tax, sold less refunded.
    pub gross: Money,
}

/// A device of the shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRow {
    /// Its latest certificate.
    pub certificate: tradepost_domain::device::CertificateBody,
    /// What people call it: the name given to it since, or its certificate's.
    pub name: String,
    /// When it wrote the last entry that is known here, by its corrected clock.
    pub last_entry_at: Option<Timestamp>,
    /// Whether it no longer belongs to the shop.
    pub is_revoked: bool,
    /// What it did after it was revoked and waits here for approval: of each of its incarnations, the last seq.
    pub waiting: Vec<(u32, u64)>,
    /// How many entries of it wait so.
    pub waiting_count: u64,
}

/// An entry in a list of what was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalRow {
    /// The device.
    pub origin: Origin,
    /// Its place in that device's chain.
    pub seq: u64,
    /// Its place among all entries: causes before effects, equal where neither knew of the other.
    pub order: u64,
    /// The hash of its header.
    pub hash: Hash,
    /// When, put right.
    pub at: Timestamp,
    /// Who.
    pub staff: Option<StaffId>,
    /// What was done: `sale.complete`.
    pub operation: String,
    /// In a few words: a receipt's number and amount, how many products.
    pub summary: String,
}

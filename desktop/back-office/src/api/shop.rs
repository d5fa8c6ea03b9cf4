//! The shop as a whole: starting, creating, joining, what every screen knows of it, and finding anything in it.

use serde::{Deserialize, Serialize};
use tradepost_domain::money::Currency;
use tradepost_domain::tax::TaxInclusion;
use tradepost_operations::NewShop;
use tradepost_operations::read::{OrderFilter, ProductFilter, Reader, SaleFilter};
use ts_rs::TS;

use super::desk::BackOffice;
use super::error::{ApiError, ApiResult};

/// Hits of each kind in the palette.
const FOUND_MAX: usize = 6;

/// What the window shows first.
#[derive(Debug, Clone, Serialize, TS)]
pub struct StartView {
    /// Whether there is a shop.
    pub has_shop: bool,
    /// Where it is, or will be.
    pub data_folder: String,
}

/// A shop to create, as typed.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct NewShopDraft {
    /// Its name.
    pub name: String,
    /// Its country.
    pub country: String,
    /// Its currency.
    pub currency: String,
    /// Its state or province.
    pub region: String,
    /// Whether prices contain tax.
    pub prices_include_tax: bool,
    /// Minutes ahead of UTC.
    pub utc_offset_minutes: i32,
    /// The first location.
    pub location_name: String,
    /// Who owns it.
    pub owner_name: String,
    /// The owner's PIN, or empty.
    pub owner_pin: String,
}

/// Joining an existing shop.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct JoinInput {
    /// The server's address.
    pub url: String,
    /// The one-time code.
    pub code: String,
    /// What this computer is called.
    pub device_name: String,
}

/// What every screen knows of the shop.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Overview {
    /// Its name.
    pub shop_name: String,
    /// Its currency.
    pub currency: String,
    /// Its country.
    pub country: String,
    /// Its locations.
    pub locations: Vec<Named>,
    /// Web orders to pack.
    pub orders_to_pack: u64,
    /// Fields to decide.
    pub conflicts: u64,
    /// Where buyers find it, once a server hosts it.
    pub storefront_url: Option<String>,
    /// Changes with every change.
    pub generation: u64,
}

/// Something with a name.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Something the palette found.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Found {
    /// `product`, `order`, `sale`, `customer`.
    #[ts(type = "'product' | 'order' | 'sale' | 'customer'")]
    pub kind: String,
    /// Its id, as its screen takes it.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What tells it apart.
    pub detail: String,
}

/// What the window shows first.
pub fn start(office: &BackOffice) -> ApiResult<StartView> {
    let is_open = office.open_if_there()?;
    let is_set_up = is_open && office.shop()?.shop.is_set_up()?;
    // A shop that was joined is shown while it loads; one whose creation broke off is finished by creating it again.
    let is_joined = is_open && office.shop()?.server_url().is_some();
    Ok(StartView { has_shop: is_set_up || is_joined, data_folder: office.folder().display().to_string() })
}

/// Creates a shop on this machine. No network is needed.
pub fn create(office: &BackOffice, draft: NewShopDraft) -> ApiResult<()> {
    let new = new_shop(draft)?;
    let open = office.found()?;
    let set_up = open.write(|write| Ok(write.shop.set_up(&mut write.by, new)?))?;
    open.work_as(set_up.owner.id)
}

/// What every screen knows.
pub fn overview(office: &BackOffice) -> ApiResult<Overview> {
    let open = office.shop()?;
    let generation = open.generation();
    open.read(|reader| {
        let shop = reader.shop()?;
        Ok(Overview {
            shop_name: shop.name,
            currency: shop.currency.to_string(),
            country: shop.country,
            locations: reader
                .locations()?
                .into_iter()
                .map(|location| Named { id: location.id.to_string(), name: location.name })
                .collect(),
            orders_to_pack: reader.order_count(tradepost_domain::order::OrderStatus::Open)?,
            conflicts: reader.conflict_count()?,
            storefront_url: open.storefront_url(),
            generation,
        })
    })
}

/// Anything that fits what was typed.
pub fn find(reader: &Reader, text: &str) -> ApiResult<Vec<Found>> {
    let search = text.trim().to_owned();
    if search.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = products(reader, &search)?;
    found.extend(orders(reader, &search)?);
    found.extend(sales(reader, &search)?);
    found.extend(customers(reader, &search)?);
    Ok(found)
}

fn products(reader: &Reader, search: &str) -> ApiResult<Vec<Found>> {
    let filter = ProductFilter { search: search.to_owned(), ..ProductFilter::default() };
    let rows = reader.product_at(&filter, 0, FOUND_MAX)?;
    Ok(rows
        .into_iter()
        .map(|row| found("product", row.id.to_string(), row.title, format!("{} available", row.available)))
        .collect())
}

fn orders(reader: &Reader, search: &str) -> ApiResult<Vec<Found>> {
    let rows = reader.orders(&OrderFilter { status: None, search: search.to_owned() }, FOUND_MAX, 0)?;
    Ok(rows.into_iter().map(|row| found("order", format!("web:{}", row.id), format!("Order {}", row.number), row.name)).collect())
}

fn sales(reader: &Reader, search: &str) -> ApiResult<Vec<Found>> {
    let rows = reader.sales(&SaleFilter { search: search.to_uppercase(), ..SaleFilter::default() }, FOUND_MAX, 0)?;
    let receipt = |row: tradepost_operations::read::SaleRow| {
        found("sale", format!("shop:{}", row.id), format!("Receipt {}", row.receipt_number), super::amount::money_text(row.gross))
    };
    Ok(rows.into_iter().map(receipt).collect())
}

fn customers(reader: &Reader, search: &str) -> ApiResult<Vec<Found>> {
    let rows = reader.customers(search, FOUND_MAX, 0)?;
    Ok(rows.into_iter().map(|row| found("customer", row.id.to_string(), row.name, row.email)).collect())
}

fn found(kind: &str, id: String, title: String, detail: String) -> Found {
    Found { kind: kind.to_owned(), id, title, detail }
}

fn new_shop(draft: NewShopDraft) -> ApiResult<NewShop> {
    let currency: Currency = draft.currency.parse().map_err(|problem| ApiError::input(format!("Currency: {problem}.")))?;
    Ok(NewShop {
        name: draft.name.trim().to_owned(),
        currency,
        country: draft.country,
        region: draft.region.trim().to_uppercase(),
        tax_inclusion: Some(if draft.prices_include_tax { TaxInclusion::Inclusive } else { TaxInclusion::Exclusive }),
        utc_offset_minutes: draft.utc_offset_minutes,
        location_name: draft.location_name.trim().to_owned(),
        owner_name: draft.owner_name.trim().to_owned(),
        owner_pin: Some(draft.owner_pin).filter(|pin| !pin.is_empty()),
        receipt_header: String::new(),
    })
}

//! Stock: levels by location, receiving, adjusting, counting, and what moved.

use serde::{Deserialize, Serialize};
use tradepost_domain::id::{LocationId, VariantId};
use tradepost_domain::quantity::Quantity;
use tradepost_operations::read::{Reader, StockMovementRow, StockRow, VariantRow};
use ts_rs::TS;

use super::amount::{Amount, Count, Moment, parse_quantity};
use super::error::{ApiError, ApiResult};
use super::product::Window;
use super::undo::Saved;
use super::write::Write;

/// The most movements shown of one variant.
const MOVEMENTS_MAX: usize = 200;
/// The most suggestions while typing.
const FOUND_MAX: usize = 12;

/// What a list of stock is narrowed to.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct StockQuery {
    /// A location's id, or empty for all.
    pub location: String,
    /// Words, SKU or barcode.
    pub search: String,
}

/// Stock of a variant at a location.
#[derive(Debug, Clone, Serialize, TS)]
pub struct StockLine {
    /// Variant and location: unique in the list.
    pub id: String,
    /// The variant.
    pub variant: String,
    /// Product and variant.
    pub title: String,
    /// Its SKU.
    pub sku: String,
    /// The location.
    pub location: String,
    /// Its name.
    pub location_name: String,
    /// Physically here.
    pub on_hand: Count,
    /// Promised to orders.
    pub committed: Count,
    /// Not sellable.
    pub unavailable: Count,
    /// What can be sold.
    pub available: Count,
}

/// Something that moved a variant's stock.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Movement {
    /// When.
    pub at: Moment,
    /// What, in words.
    pub what: String,
    /// By how much, with its sign; for a count what was counted.
    pub quantity: String,
    /// Reason, reference or receipt.
    pub remark: String,
    /// Who.
    pub staff: String,
    /// Where.
    pub location: String,
}

/// A variant found by typing.
#[derive(Debug, Clone, Serialize, TS)]
pub struct FoundVariant {
    /// Its id.
    pub id: String,
    /// Its product.
    pub product: String,
    /// Product and variant.
    pub title: String,
    /// Its SKU.
    pub sku: String,
    /// Its barcode.
    pub barcode: String,
    /// Its price.
    pub price: Option<Amount>,
    /// What can be sold.
    pub available: Count,
}

/// A quantity of a variant, as typed.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct StockEntry {
    /// The variant.
    pub variant: String,
    /// The quantity as typed.
    pub quantity: String,
}

/// A window of stock by location.
pub fn list(reader: &Reader, query: &StockQuery, offset: usize, limit: usize) -> ApiResult<Window<StockLine>> {
    let location = if query.location.is_empty() { None } else { Some(parse_location(&query.location)?) };
    let search = query.search.trim();
    let names = location_names(reader)?;
    let rows = reader.stock_list(location, search, offset, limit)?;
    let total = reader.stock_count(location, search)?;
    Ok(Window { rows: rows.into_iter().map(|row| line_of(row, &names)).collect(), total })
}

/// What moved a variant's stock, newest first.
pub fn movements(reader: &Reader, variant: &str) -> ApiResult<Vec<Movement>> {
    let offset = reader.shop()?.utc_offset_minutes;
    let names = location_names(reader)?;
    let staff = reader.staff()?;
    let rows = reader.stock_movements(parse_variant(variant)?, MOVEMENTS_MAX)?;
    let movement = |row: StockMovementRow| Movement {
        at: Moment::at(row.at, offset),
        what: movement_text(&row.fact_kind).to_owned(),
        quantity: quantity_text(&row),
        remark: row.remark,
        staff: row
            .staff
            .and_then(|id| staff.iter().find(|member| member.id == id))
            .map(|member| member.name.clone())
            .unwrap_or_default(),
        location: name_of(&names, row.location),
    };
    Ok(rows.into_iter().map(movement).collect())
}

/// Variants that fit what is being typed or scanned: an exact code first.
pub fn find(reader: &Reader, text: &str) -> ApiResult<Vec<FoundVariant>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows = reader.variants_by_code(text)?;
    if rows.is_empty() {
        rows = reader.search_variants(text, FOUND_MAX)?;
    }
    Ok(rows.into_iter().take(FOUND_MAX).map(found_of).collect())
}

/// Goods arrived.
pub fn receive(write: &mut Write<'_, '_>, location: &str, entries: &[StockEntry], reference: &str) -> ApiResult<Saved> {
    let lines = parse_entries(entries)?;
    if lines.iter().any(|(_, quantity)| *quantity <= Quantity::ZERO) {
        return Err(ApiError::input("Quantity: goods that arrived are more than zero. Use Adjust to take some off."));
    }
    write.receive(parse_location(location)?, lines, reference.trim())
}

/// Stock changed for a reason.
pub fn adjust(write: &mut Write<'_, '_>, location: &str, entries: &[StockEntry], reason: &str) -> ApiResult<Saved> {
    if reason.trim().is_empty() {
        return Err(ApiError::input("Say why the stock changes: damaged, lost, found, gift."));
    }
    write.adjust(parse_location(location)?, parse_entries(entries)?, reason.trim())
}

/// Stock was counted.
pub fn count(write: &mut Write<'_, '_>, location: &str, entries: &[StockEntry]) -> ApiResult<Saved> {
    let lines = parse_entries(entries)?;
    if lines.iter().any(|(_, quantity)| *quantity < Quantity::ZERO) {
        return Err(ApiError::input("Quantity: what is on the shelf cannot be less than zero."));
    }
    write.count(parse_location(location)?, lines)
}

/// Reads typed lines; at least one.
pub fn parse_entries(entries: &[StockEntry]) -> ApiResult<Vec<(VariantId, Quantity)>> {
    if entries.is_empty() {
        return Err(ApiError::input("Add at least one product."));
    }
    entries.iter().map(|entry| Ok((parse_variant(&entry.variant)?, parse_quantity(&entry.quantity, "Quantity")?))).collect()
}

/// Reads a location's id.
pub fn parse_location(id: &str) -> ApiResult<LocationId> {
    id.parse().map_err(|_| ApiError::not_found("location"))
}

fn parse_variant(id: &str) -> ApiResult<VariantId> {
    id.parse().map_err(|_| ApiError::not_found("variant"))
}

type Names = Vec<(LocationId, String)>;

fn location_names(reader: &Reader) -> ApiResult<Names> {
    Ok(reader.locations()?.into_iter().map(|location| (location.id, location.name)).collect())
}

fn name_of(names: &Names, id: LocationId) -> String {
    names.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone()).unwrap_or_default()
}

fn line_of(row: StockRow, names: &Names) -> StockLine {
    StockLine {
        id: format!("{}-{}", row.variant, row.location),
        variant: row.variant.to_string(),
        title: row.title,
        sku: row.sku,
        location: row.location.to_string(),
        location_name: name_of(names, row.location),
        on_hand: row.level.on_hand.into(),
        committed: row.level.committed.into(),
        unavailable: row.level.unavailable.into(),
        available: row.level.available().into(),
    }
}

fn found_of(row: VariantRow) -> FoundVariant {
    FoundVariant {
        id: row.id.to_string(),
        product: row.product.to_string(),
        title: joined_title(row.product_title, &row.variant_title),
        sku: row.sku,
        barcode: row.barcode,
        price: row.list_price.map(Amount::from),
        available: Count::with_unit(row.available, row.unit),
    }
}

/// "T-shirt, blue / M"; the product alone where it has one variant.
pub fn joined_title(product: String, variant: &str) -> String {
    if variant.is_empty() { product } else { format!("{product}, {variant}") }
}

fn movement_text(kind: &str) -> &str {
    match kind {
        "sale_completed" => "Sold",
        "refunded" => "Came back",
        "stock_received" => "Received",
        "stock_adjusted" => "Adjusted",
        "stock_counted" => "Counted",
        "order_placed" => "Ordered",
        "order_fulfilled" => "Sent or handed over",
        "order_canceled" => "Order canceled",
        other => other,
    }
}

fn quantity_text(row: &StockMovementRow) -> String {
    let sign = if row.fact_kind != "stock_counted" && row.quantity > Quantity::ZERO { "+" } else { "" };
    format!("{sign}{}", row.quantity)
}

//! A product as it stands on a shelf: picture, price, and whether it is there.

use serde::Serialize;
use tradepost_domain::catalog::{ProductStatus, StockPolicy};
use tradepost_domain::money::Money;
use tradepost_domain::quantity::{Quantity, Unit};
use tradepost_operations::Reader;
use tradepost_operations::read::{ProductRow, VariantRow};

use super::Site;
use crate::art;
use crate::error::ServerError;
use crate::words;

/// At this many and fewer the number that is left is said.
pub const FEW: Quantity = Quantity::from_thousandths(5_000);

/// A picture.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "each says itself")]
pub struct Picture {
    pub src: String,
    pub alt: String,
}

/// A price as it is shown.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "each says itself")]
pub struct PriceText {
    pub text: String,
    /// What it was before.
    pub before: Option<String>,
    /// Whether there are dearer variants.
    pub from: bool,
}

/// A product on a shelf.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "each says itself")]
pub struct Card {
    pub handle: String,
    pub title: String,
    pub vendor: String,
    pub picture: Picture,
    pub price: Option<PriceText>,
    pub stock_note: Option<String>,
    pub is_sold_out: bool,
}

/// The picture of a product or variant; a drawing where there is none.
pub fn picture_of(base: &str, url: &str, title: &str, alt: &str) -> Picture {
    let src = match url.strip_prefix("blob:") {
        Some(hash) => format!("{base}/blobs/{hash}"),
        None if url.starts_with("https://") => url.to_owned(),
        None => format!("{base}/{}", art::path_of(title)),
    };
    Picture { src, alt: if alt.is_empty() { title.to_owned() } else { alt.to_owned() } }
}

/// A price beside what it was before.
pub fn price_text(price: Money, compare_at: Option<Money>, from: bool) -> PriceText {
    let before = compare_at.filter(|before| before.currency == price.currency && before.minor > price.minor);
    PriceText { text: words::money(price), before: before.map(words::money), from }
}

/// Whether a variant can be bought at all, and how much of it, over all locations; `None`: as much as one likes.
pub fn left_of(row: &VariantRow) -> Option<Quantity> {
    match row.stock_policy {
        StockPolicy::NotTracked | StockPolicy::SellOn => None,
        StockPolicy::StopAtZero => Some(row.available.max(Quantity::ZERO)),
    }
}

/// A product's card.
pub fn card_of(reader: &Reader, site_base: &str, row: &ProductRow) -> Result<Card, ServerError> {
    let variants = reader.variants_of(row.id)?;
    let for_sale: Vec<&VariantRow> = variants.iter().filter(|variant| variant.list_price.is_some()).collect();
    let cheapest = for_sale.iter().min_by_key(|variant| variant.list_price.map(|price| price.minor));
    let price = cheapest.and_then(|variant| {
        let is_from = row.price_max.is_some_and(|highest| Some(highest) != row.price_min);
        Some(price_text(variant.list_price?, variant.compare_at_price, is_from))
    });
    let left = total_left(&for_sale);
    let unit = for_sale.first().map_or(Unit::Each, |variant| variant.unit);
    let is_sold_out = left == Some(Quantity::ZERO);
    let stock_note = match left {
        Some(left) if is_sold_out || for_sale.is_empty() => Some(left).map(|_| "Sold out".to_owned()),
        Some(left) if left <= FEW && for_sale.len() == 1 => Some(words::only_left(left, unit)),
        Some(_) | None => None,
    };
    Ok(Card {
        handle: row.handle.clone(),
        title: row.title.clone(),
        vendor: row.vendor.clone(),
        picture: picture_of(site_base, &row.image_url, &row.title, ""),
        price,
        stock_note,
        is_sold_out,
    })
}

/// What is left of all variants together; `None`: no end of at least one.
fn total_left(variants: &[&VariantRow]) -> Option<Quantity> {
    variants.iter().try_fold(Quantity::ZERO, |sum, variant| Some(sum.checked_add(left_of(variant)?).unwrap_or(sum)))
}

/// The cards of rows that are offered.
pub fn cards_of(reader: &Reader, site: &Site, rows: &[ProductRow]) -> Result<Vec<Card>, ServerError> {
    rows.iter().filter(|row| row.status == ProductStatus::Active).map(|row| card_of(reader, &site.base, row)).collect()
}

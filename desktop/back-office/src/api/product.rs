//! Products: windows of the list, one product, edits of one and of many.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tradepost_domain::catalog::{Product, ProductStatus, StockPolicy, Variant};
use tradepost_domain::id::{CollectionId, ProductId, VariantId};
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::quantity::Unit;
use tradepost_domain::tax::{RateMillionths, TaxCategory};
use tradepost_operations::read::{ProductFilter, ProductRow, ProductSort, Reader};
use ts_rs::TS;

use super::amount::{Amount, Count, parse_money, parse_optional_money};
use super::conflict::{Conflict, conflicts_of};
use super::error::{ApiError, ApiResult};
use super::picture::{self, PictureView};
use super::undo::Saved;
use super::write::Write;

/// The most products of one bulk edit: each is an entry of its own in the shop's history.
pub const BULK_MAX: usize = 5_000;

/// What a list of products is narrowed to.
#[derive(Debug, Clone, Default, Deserialize, TS)]
pub struct ProductQuery {
    /// Words or parts of words.
    pub search: String,
    /// `active`, `draft`, `archived`; empty: active and draft.
    pub status: String,
    /// A vendor, or empty.
    pub vendor: String,
    /// A type, or empty.
    pub product_type: String,
    /// A tag, or empty.
    pub tag: String,
    /// A collection's id, or empty.
    pub collection: String,
    /// The order; empty: by title.
    pub sort: String,
}

/// A product in the list.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ProductLine {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its vendor.
    pub vendor: String,
    /// Its type.
    pub product_type: String,
    /// Its status.
    #[ts(type = "'active' | 'draft' | 'archived'")]
    pub status: ProductStatus,
    /// How many variants.
    pub variant_count: u32,
    /// `$12.00`, or `$12.00 – 18.00`.
    pub price: String,
    /// Available over all locations.
    pub available: Count,
    /// Fields with two values.
    pub conflict_count: u32,
    /// Where the window finds its first picture, or empty.
    pub picture: String,
}

/// Rows of a list, and how many there are in all.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Window<T> {
    /// The rows asked for.
    pub rows: Vec<T>,
    /// All rows of this question.
    pub total: u64,
}

impl<T> Window<T> {
    /// A window of a list whose end is not known before it is reached: one more row is promised while windows come back full.
    pub fn open_ended(rows: Vec<T>, offset: usize, limit: usize) -> Self {
        let more = usize::from(rows.len() == limit);
        Self { total: offset.saturating_add(rows.len()).saturating_add(more) as u64, rows }
    }
}

/// What lists of products can be narrowed by.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ProductFacets {
    /// Vendors.
    pub vendors: Vec<Facet>,
    /// Types.
    pub product_types: Vec<Facet>,
    /// Tags.
    pub tags: Vec<Facet>,
    /// All products that are not archived.
    pub offered: u64,
    /// Active ones.
    pub active: u64,
    /// Drafts.
    pub draft: u64,
    /// Archived ones.
    pub archived: u64,
}

/// A value that several products share.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Facet {
    /// The value.
    pub name: String,
    /// How many products.
    pub count: u64,
}

/// A product with everything a person may edit.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ProductView {
    /// Its id.
    pub id: String,
    /// Its fields.
    pub draft: ProductDraft,
    /// Names of its options in order.
    pub option_names: Vec<String>,
    /// Its variants' stock and margin, in the order of the draft's variants.
    pub variants: Vec<VariantFigures>,
    /// Its pictures in order.
    pub pictures: Vec<PictureView>,
    /// The tax categories of the shop's tax table.
    pub tax_categories: Vec<String>,
    /// Fields with two values.
    pub conflicts: Vec<Conflict>,
}

/// What is known of a variant beside its fields.
#[derive(Debug, Clone, Serialize, TS)]
pub struct VariantFigures {
    /// The variant.
    pub id: String,
    /// Its options joined, or empty.
    pub title: String,
    /// Available over all locations.
    pub available: Count,
    /// Margin in percent of the price without its decimals: `42 %`; empty where cost or price is missing.
    pub margin: String,
}

/// A product as the editor holds it: every amount as typed.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ProductDraft {
    /// Its title.
    pub title: String,
    /// Its name in addresses; empty: made from the title.
    pub handle: String,
    /// Its description.
    pub description_html: String,
    /// Its vendor.
    pub vendor: String,
    /// Its type.
    pub product_type: String,
    /// Its status.
    #[ts(type = "'active' | 'draft' | 'archived'")]
    pub status: ProductStatus,
    /// Its tags.
    pub tags: Vec<String>,
    /// What it is for tax.
    pub tax_category: String,
    /// Its variants in order.
    pub variants: Vec<VariantDraft>,
}

/// A variant as the editor holds it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct VariantDraft {
    /// Its id; empty: a new one.
    pub id: String,
    /// Its value of each option.
    pub options: Vec<String>,
    /// Its SKU.
    pub sku: String,
    /// Its barcodes, the first is printed.
    pub barcodes: Vec<String>,
    /// Its price; empty: not for sale yet.
    pub price: String,
    /// Its former price, or empty.
    pub compare_at: String,
    /// What the shop paid, or empty.
    pub cost: String,
    /// Grams, or empty.
    pub weight_grams: String,
    /// What happens when it runs out.
    #[ts(type = "'not_tracked' | 'stop_at_zero' | 'sell_on'")]
    pub stock_policy: StockPolicy,
    /// Whether it is taxed.
    pub is_taxable: bool,
    /// Whether it is shipped.
    pub requires_shipping: bool,
}

/// What many products become.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BulkChange {
    /// The price of all their variants.
    Price {
        /// `set`, `raise` or `lower`.
        #[ts(type = "'set' | 'raise' | 'lower'")]
        how: String,
        /// An amount for `set`, percent otherwise.
        value: String,
    },
    /// Their status.
    Status {
        /// The status.
        #[ts(type = "'active' | 'draft' | 'archived'")]
        status: ProductStatus,
    },
    /// A tag more.
    AddTag {
        /// The tag.
        tag: String,
    },
    /// A tag less.
    RemoveTag {
        /// The tag.
        tag: String,
    },
}

/// A window of the list.
pub fn list(reader: &Reader, query: &ProductQuery, offset: usize, limit: usize) -> ApiResult<Window<ProductLine>> {
    let filter = filter_of(query)?;
    let rows = reader.product_at(&filter, offset, limit)?;
    Ok(Window { rows: rows.into_iter().map(line_of).collect(), total: reader.product_count(&filter)? })
}

/// The ids of all products of a question, at most [`BULK_MAX`]: for "select all".
pub fn ids(reader: &Reader, query: &ProductQuery) -> ApiResult<Vec<String>> {
    let filter = filter_of(query)?;
    let mut ids = Vec::new();
    while ids.len() < BULK_MAX {
        let rows = reader.product_at(&filter, ids.len(), tradepost_operations::read::PAGE_MAX)?;
        if rows.is_empty() {
            break;
        }
        ids.extend(rows.iter().map(|row| row.id.to_string()));
    }
    ids.truncate(BULK_MAX);
    Ok(ids)
}

/// What the list can be narrowed by.
pub fn facets(reader: &Reader) -> ApiResult<ProductFacets> {
    let of = |list: Vec<(String, u64)>| {
        list.into_iter().filter(|(name, _)| !name.is_empty()).map(|(name, count)| Facet { name, count }).collect()
    };
    let count = |status| reader.product_count(&ProductFilter { status: Some(status), ..ProductFilter::default() });
    let (active, draft) = (count(ProductStatus::Active)?, count(ProductStatus::Draft)?);
    Ok(ProductFacets {
        vendors: of(reader.vendors()?),
        product_types: of(reader.product_types()?),
        tags: of(reader.tags()?),
        offered: active.saturating_add(draft),
        active,
        draft,
        archived: count(ProductStatus::Archived)?,
    })
}

/// One product.
pub fn show(reader: &Reader, id: &str) -> ApiResult<ProductView> {
    let product = find(reader, id)?;
    let rows = reader.variants_of(product.id)?;
    let available = |id: VariantId| rows.iter().find(|row| row.id == id).map(|row| Count::with_unit(row.available, row.unit));
    let variants = product.variants.iter().map(|variant| VariantFigures {
        id: variant.id.to_string(),
        title: variant.title(),
        available: available(variant.id).unwrap_or_else(|| Count::from(tradepost_domain::quantity::Quantity::ZERO)),
        margin: margin_text(variant),
    });
    Ok(ProductView {
        id: product.id.to_string(),
        variants: variants.collect(),
        draft: draft_of(&product),
        option_names: product.option_names.clone(),
        pictures: picture::views(&product.images),
        tax_categories: tax_categories(reader)?,
        conflicts: conflicts_of(reader, product.id.into())?,
    })
}

/// An empty product to fill in.
pub fn blank() -> ProductDraft {
    ProductDraft {
        title: String::new(),
        handle: String::new(),
        description_html: String::new(),
        vendor: String::new(),
        product_type: String::new(),
        status: ProductStatus::Active,
        tags: Vec::new(),
        tax_category: TaxCategory::default().0,
        variants: vec![blank_variant()],
    }
}

/// Saves a product: what differs from the stored one is recorded. An empty id makes a new one.
pub fn save(write: &mut Write<'_, '_>, id: &str, draft: &ProductDraft) -> ApiResult<Saved> {
    if draft.title.trim().is_empty() {
        return Err(ApiError::input("Give the product a title."));
    }
    let before = if id.is_empty() { None } else { Some(find(write.reader, id)?) };
    let product = product_of(write, before.as_ref(), draft)?;
    let saved = write.save_product(before.as_ref(), &product)?;
    Ok(Saved { id: product.id.to_string(), ..saved })
}

/// Changes many products. Each is recorded by itself, and all are undone together.
pub fn bulk_edit(write: &mut Write<'_, '_>, ids: &[String], change: &BulkChange) -> ApiResult<Saved> {
    if ids.len() > BULK_MAX {
        return Err(ApiError::input(format!("At most {BULK_MAX} products can be changed at once. Narrow the list first.")));
    }
    let currency = write.reader.shop()?.currency;
    let mut changes = Vec::new();
    for id in ids {
        let before = find(write.reader, id)?;
        let mut after = before.clone();
        apply(&mut after, change, currency)?;
        if after != before {
            changes.push((before, after));
        }
    }
    write.save_products(&changes)
}

fn apply(product: &mut Product, change: &BulkChange, currency: Currency) -> ApiResult<()> {
    match change {
        BulkChange::Price { how, value } => {
            for variant in &mut product.variants {
                variant.list_price = changed_price(variant.list_price, how, value, currency)?;
            }
        }
        BulkChange::Status { status } => product.status = *status,
        BulkChange::AddTag { tag } => {
            product.tags.insert(parse_tag(tag)?);
        }
        BulkChange::RemoveTag { tag } => {
            product.tags.remove(tag.trim());
        }
    }
    Ok(())
}

fn parse_tag(tag: &str) -> ApiResult<String> {
    let tag = tag.trim();
    if tag.is_empty() { Err(ApiError::input("Type a tag.")) } else { Ok(tag.to_owned()) }
}

fn changed_price(price: Option<Money>, how: &str, value: &str, currency: Currency) -> ApiResult<Option<Money>> {
    if how == "set" {
        return parse_price(value, currency).map(Some);
    }
    let Some(price) = price else { return Ok(None) };
    let rate = RateMillionths::parse_percent(value).ok_or_else(|| ApiError::input("Percent: write it like 10 or 7.5."))?;
    let part = price.at_rate(rate).map_err(|problem| ApiError::input(problem.to_string()))?;
    let changed = if how == "raise" { price.checked_add(part) } else { price.checked_sub(part) };
    let changed = changed.map_err(|problem| ApiError::input(problem.to_string()))?;
    if changed.is_negative() {
        Err(ApiError::input("A price cannot be lowered by more than 100 percent."))
    } else {
        Ok(Some(changed))
    }
}

fn parse_price(value: &str, currency: Currency) -> ApiResult<Money> {
    let price = parse_money(value, currency, "Price")?;
    if price.is_negative() { Err(ApiError::input("Price: it cannot be below zero.")) } else { Ok(price) }
}

/// The product with this id.
pub fn find(reader: &Reader, id: &str) -> ApiResult<Product> {
    let id: ProductId = id.parse().map_err(|_| ApiError::not_found("product"))?;
    reader.product(id)?.ok_or_else(|| ApiError::not_found("product"))
}

fn filter_of(query: &ProductQuery) -> ApiResult<ProductFilter> {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let collection = given(&query.collection).map(|id| id.parse::<CollectionId>().map_err(|_| ApiError::not_found("collection")));
    Ok(ProductFilter {
        search: query.search.trim().to_owned(),
        status: ProductStatus::from_word(&query.status),
        collection: collection.transpose()?,
        vendor: given(&query.vendor),
        product_type: given(&query.product_type),
        tag: given(&query.tag),
        sort: sort_of(&query.sort),
        ..ProductFilter::default()
    })
}

fn sort_of(sort: &str) -> ProductSort {
    match sort {
        "title_down" => ProductSort::TitleDescending,
        "price" => ProductSort::PriceAscending,
        "price_down" => ProductSort::PriceDescending,
        "available" => ProductSort::AvailableAscending,
        "available_down" => ProductSort::AvailableDescending,
        "newest" => ProductSort::Newest,
        _ => ProductSort::Title,
    }
}

fn line_of(row: ProductRow) -> ProductLine {
    ProductLine {
        id: row.id.to_string(),
        price: price_text(row.price_min, row.price_max),
        title: row.title,
        vendor: row.vendor,
        product_type: row.product_type,
        status: row.status,
        variant_count: row.variant_count,
        available: row.available.into(),
        conflict_count: row.conflict_count,
        picture: picture::address(&row.image_url),
    }
}

fn price_text(min: Option<Money>, max: Option<Money>) -> String {
    match (min, max) {
        (Some(min), Some(max)) if min != max => format!("{} – {}", Amount::from(min).text, Amount::from(max).text),
        (Some(price), _) | (None, Some(price)) => Amount::from(price).text,
        (None, None) => "No price".to_owned(),
    }
}

fn margin_text(variant: &Variant) -> String {
    let (Some(price), Some(cost)) = (variant.list_price, variant.unit_cost) else { return String::new() };
    if price.minor <= 0 || price.currency != cost.currency {
        return String::new();
    }
    let percent = (i128::from(price.minor) - i128::from(cost.minor)) * 100 / i128::from(price.minor);
    format!("{percent} %")
}

fn tax_categories(reader: &Reader) -> ApiResult<Vec<String>> {
    let table = reader.tax_table()?;
    let known: BTreeSet<String> = table.rates.into_iter().map(|rate| rate.category.0).collect();
    let usual = [TaxCategory::default().0, TaxCategory::reduced().0, TaxCategory::zero().0];
    let others = known.iter().filter(|category| !usual.contains(category)).cloned();
    Ok(usual.iter().cloned().chain(others).collect())
}

fn draft_of(product: &Product) -> ProductDraft {
    ProductDraft {
        title: product.title.clone(),
        handle: product.handle.clone(),
        description_html: product.description_html.clone(),
        vendor: product.vendor.clone(),
        product_type: product.product_type.clone(),
        status: product.status,
        tags: product.tags.iter().cloned().collect(),
        tax_category: product.tax_category.0.clone(),
        variants: product.variants.iter().map(variant_draft).collect(),
    }
}

fn variant_draft(variant: &Variant) -> VariantDraft {
    let decimal = |money: Option<Money>| money.map(|money| money.to_decimal()).unwrap_or_default();
    VariantDraft {
        id: variant.id.to_string(),
        options: variant.options.clone(),
        sku: variant.sku.clone(),
        barcodes: variant.barcodes.clone(),
        price: decimal(variant.list_price),
        compare_at: decimal(variant.compare_at_price),
        cost: decimal(variant.unit_cost),
        weight_grams: variant.weight_grams.map(|grams| grams.to_string()).unwrap_or_default(),
        stock_policy: variant.stock_policy,
        is_taxable: variant.is_taxable,
        requires_shipping: variant.requires_shipping,
    }
}

fn blank_variant() -> VariantDraft {
    VariantDraft {
        id: String::new(),
        options: Vec::new(),
        sku: String::new(),
        barcodes: Vec::new(),
        price: String::new(),
        compare_at: String::new(),
        cost: String::new(),
        weight_grams: String::new(),
        stock_policy: StockPolicy::default(),
        is_taxable: true,
        requires_shipping: true,
    }
}

fn product_of(write: &mut Write<'_, '_>, before: Option<&Product>, draft: &ProductDraft) -> ApiResult<Product> {
    let currency = write.reader.shop()?.currency;
    let mut product = match before {
        Some(before) => before.clone(),
        None => Product::new(ProductId::from_bytes(write.random_id()), &draft.title),
    };
    product.title = draft.title.trim().to_owned();
    product.handle = handle_of(draft);
    product.description_html = draft.description_html.clone();
    product.vendor = draft.vendor.trim().to_owned();
    product.product_type = draft.product_type.trim().to_owned();
    product.status = draft.status;
    product.tags = draft.tags.iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
    product.tax_category = TaxCategory(draft.tax_category.trim().to_owned());
    let variants = draft.variants.iter().map(|variant| variant_of(write, before, variant, currency));
    product.variants = variants.collect::<ApiResult<_>>()?;
    Ok(product)
}

fn variant_of(
    write: &mut Write<'_, '_>,
    before: Option<&Product>,
    draft: &VariantDraft,
    currency: Currency,
) -> ApiResult<Variant> {
    let known = before.zip(draft.id.parse().ok()).and_then(|(before, id)| before.find_variant(id)).cloned();
    let mut variant = match known {
        Some(variant) => variant,
        None => Variant { unit: Unit::default(), ..Variant::new(VariantId::from_bytes(write.random_id())) },
    };
    variant.options = draft.options.iter().map(|option| option.trim().to_owned()).collect();
    variant.sku = draft.sku.trim().to_owned();
    variant.barcodes = draft.barcodes.iter().map(|code| code.trim().to_owned()).filter(|code| !code.is_empty()).collect();
    variant.list_price = if draft.price.trim().is_empty() { None } else { Some(parse_price(&draft.price, currency)?) };
    variant.compare_at_price = parse_optional_money(&draft.compare_at, currency, "Compare-at price")?;
    variant.unit_cost = parse_optional_money(&draft.cost, currency, "Cost")?;
    variant.weight_grams = parse_grams(&draft.weight_grams)?;
    variant.stock_policy = draft.stock_policy;
    variant.is_taxable = draft.is_taxable;
    variant.requires_shipping = draft.requires_shipping;
    Ok(variant)
}

fn parse_grams(text: &str) -> ApiResult<Option<i64>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let grams = text.parse().ok().filter(|grams| *grams >= 0);
    grams.map(Some).ok_or_else(|| ApiError::input("Weight: write whole grams, such as 250."))
}

fn handle_of(draft: &ProductDraft) -> String {
    let text = if draft.handle.trim().is_empty() { &draft.title } else { &draft.handle };
    slug(text)
}

/// A name for addresses: lowercase letters and digits, with hyphens between words.
pub fn slug(text: &str) -> String {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_set_raised_and_lowered() {
        let price = |minor| Some(Money::from_minor(minor, Currency::USD));
        let table = [
            ("set", "9.99", price(999)),
            ("raise", "10", price(1_100)),
            ("lower", "7.5", price(925)),
            ("lower", "100", price(0)),
        ];
        for (how, value, expected) in table {
            assert_eq!(changed_price(price(1_000), how, value, Currency::USD).unwrap(), expected, "{how} {value}");
        }
        assert!(changed_price(price(1_000), "lower", "101", Currency::USD).is_err());
        assert_eq!(changed_price(None, "raise", "10", Currency::USD).unwrap(), None, "no price stays no price");
    }

    #[test]
    fn a_handle_is_made_from_the_title() {
        assert_eq!(slug("Linen shirt, Ocean Blue (M)"), "linen-shirt-ocean-blue-m");
        assert_eq!(slug("  Käse & Brot  "), "käse-brot");
    }
}

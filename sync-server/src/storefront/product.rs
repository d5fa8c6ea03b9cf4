//! A product's page: pictures, variants, price, and what is honestly there.

use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use tradepost_domain::catalog::{Product, ProductStatus, StockPolicy, Variant};
use tradepost_domain::id::{CollectionId, LocationId, ProductId, VariantId};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::tax::TaxInclusion;
use tradepost_operations::Reader;
use tradepost_operations::read::{Among, VariantRow};

use super::cards::{Card, FEW, Picture, PriceText, card_of, picture_of, price_text};
use super::links::{Crumb, absolute, collection_href, crumb_data, encoded, plain, type_href};
use super::{Frame, Shared, Site};
use crate::changes::Depends;
use crate::checkout::store::Reserved;
use crate::error::ServerError;
use crate::server::App;
use crate::shops::Overview;
use crate::words;

/// Products under "You may also like".
const RELATED_MAX: usize = 4;
/// Pictures on the page.
const PICTURES_MAX: usize = 24;

/// Which variant and picture is shown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    variant: String,
    picture: usize,
}

#[derive(Serialize)]
struct ProductPage {
    frame: Frame,
    crumbs: Vec<Crumb>,
    title: String,
    vendor: String,
    picture: Picture,
    pictures: Vec<GalleryPicture>,
    price: Option<PriceText>,
    per_unit: &'static str,
    tax_note: String,
    options: Vec<OptionView>,
    variant: String,
    can_buy: bool,
    stock: Vec<StockLine>,
    description_html: String,
    facts: Vec<FactView>,
    tags: Vec<String>,
    related: Vec<Card>,
}

#[derive(Serialize)]
struct GalleryPicture {
    src: String,
    alt: String,
    href: String,
    is_on: bool,
}

#[derive(Serialize)]
struct OptionView {
    name: String,
    chosen: String,
    choices: Vec<OptionChoice>,
}

#[derive(Serialize)]
struct OptionChoice {
    title: String,
    href: String,
    is_on: bool,
    is_sold_out: bool,
}

#[derive(Serialize)]
struct StockLine {
    kind: &'static str,
    icon: &'static str,
    text: String,
}

#[derive(Serialize)]
struct FactView {
    name: &'static str,
    value: String,
}

/// What is available of a variant at a location to buyers; `left: None`: no end.
#[derive(Debug, Clone)]
pub struct AtLocation {
    /// Where.
    pub location: LocationId,
    /// How much.
    pub left: Option<Quantity>,
}

/// What buyers can get of a variant, by location: available less what others are just about to order.
pub fn left_by_location(
    reader: &Reader,
    overview: &Overview,
    row: &VariantRow,
    reserved: &Reserved,
) -> Result<Vec<AtLocation>, ServerError> {
    let left_at = |location: LocationId| -> Result<AtLocation, ServerError> {
        let left = match row.stock_policy {
            StockPolicy::NotTracked | StockPolicy::SellOn => None,
            StockPolicy::StopAtZero => {
                let available = reader.stock_level(row.id, location)?.available();
                let free = available.thousandths.saturating_sub(reserved.of(location, row.id));
                Some(Quantity::from_thousandths(free.max(0)))
            }
        };
        Ok(AtLocation { location, left })
    };
    let web = overview.locations.iter().filter(|location| location.ships_orders || location.offers_collection);
    web.map(|location| left_at(location.id)).collect()
}

/// `/products/<handle>`
pub async fn product(
    State(app): State<App>,
    site: Site,
    Path(handle): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Result<Shared, ServerError> {
    let overview = site.shop.overview().await?;
    let reserved = site.shop.reserved(app.checkouts()).await?;
    let (reading, about) = (site.clone(), overview.clone());
    let (page, shown) = site
        .shop
        .read(move |reader| {
            let product = reader
                .product_by_handle(&handle)?
                .filter(|product| product.status == ProductStatus::Active)
                .ok_or(ServerError::NotFound)?;
            let rows = reader.variants_of(product.id)?;
            make(&Making {
                reader,
                site: &reading,
                overview: &about,
                product: &product,
                rows: &rows,
                reserved: &reserved,
                chosen: &chosen,
            })
        })
        .await?;
    let key =
        format!("{} product-{}", site.surrogate_key(), encoded(page.frame.canonical.rsplit('/').next().unwrap_or_default()));
    Ok(Shared::html(site.shop.templates.render("product.html", &page)?, key, Depends::on_products(shown)))
}

struct Making<'a> {
    reader: &'a Reader,
    site: &'a Site,
    overview: &'a Overview,
    product: &'a Product,
    rows: &'a [VariantRow],
    reserved: &'a Reserved,
    chosen: &'a Chosen,
}

/// The page, and the products that it shows.
fn make(making: &Making<'_>) -> Result<(ProductPage, Vec<ProductId>), ServerError> {
    let Making { reader, site, overview, product, rows, reserved, chosen } = *making;
    let row = chosen_row(rows, &chosen.variant);
    let variant = row.and_then(|row| product.find_variant(row.id));
    let left = match row {
        Some(row) => left_by_location(reader, overview, row, reserved)?,
        None => Vec::new(),
    };
    let can_buy =
        row.is_some_and(|row| row.list_price.is_some()) && left.iter().any(|at| at.left.is_none_or(|left| left > Quantity::ZERO));
    let path = format!("{}/products/{}", site.base, encoded(&product.handle));
    let pictures = pictures(making, variant, &path);
    let picture = pictures.iter().find(|picture| picture.is_on).map_or_else(
        || picture_of(&site.base, "", &product.title, ""),
        |on| Picture { src: on.src.clone(), alt: on.alt.clone() },
    );
    let own_collections = reader.collections_of(product.id)?;
    let crumbs = crumbs(making, &own_collections);
    let (related, mut shown) = related(making, &own_collections)?;
    shown.push(product.id);
    let price = row.and_then(|row| Some(price_text(row.list_price?, row.compare_at_price, false)));
    let description = plain(&product.description_html);
    let mut frame =
        Frame::around(site, overview, &product.title).at(site, &format!("/products/{}", encoded(&product.handle)), &description);
    frame.og_type = "product";
    frame.og_image = absolute(site, &picture.src);
    frame.structured_data = vec![product_data(making, &frame, &description), crumb_data(site, &crumbs)];
    let page = ProductPage {
        crumbs,
        title: product.title.clone(),
        vendor: product.vendor.clone(),
        picture,
        pictures,
        price,
        per_unit: row.map_or("", |row| words::per_unit(row.unit)),
        tax_note: tax_note(overview).to_owned(),
        options: options(making, row, &path),
        variant: row.map_or_else(String::new, |row| row.id.to_string()),
        can_buy,
        stock: row.map_or_else(Vec::new, |row| stock_lines(overview, row, &left)),
        description_html: clean_html(&product.description_html),
        facts: facts(product, row),
        tags: product.tags.iter().take(12).cloned().collect(),
        related,
        frame,
    };
    Ok((page, shown))
}

/// The variant that was asked for; else the first that can be bought, else the first.
fn chosen_row<'a>(rows: &'a [VariantRow], asked: &str) -> Option<&'a VariantRow> {
    let asked: Option<VariantId> = asked.parse().ok();
    let by_id = rows.iter().find(|row| Some(row.id) == asked);
    by_id.or_else(|| rows.iter().find(|row| is_for_sale(row))).or_else(|| rows.first())
}

fn is_for_sale(row: &VariantRow) -> bool {
    row.list_price.is_some() && (row.stock_policy != StockPolicy::StopAtZero || row.available > Quantity::ZERO)
}

fn pictures(making: &Making<'_>, variant: Option<&Variant>, path: &str) -> Vec<GalleryPicture> {
    let Making { site, product, chosen, .. } = *making;
    let variants_own =
        variant.and_then(|variant| variant.image).and_then(|id| product.images.iter().position(|image| image.id == id));
    let on = if chosen.picture > 0 { chosen.picture - 1 } else { variants_own.unwrap_or(0) };
    let on = on.min(product.images.len().saturating_sub(1));
    let one = |(index, image): (usize, &tradepost_domain::catalog::ProductImage)| {
        let Picture { src, alt } = picture_of(&site.base, &image.url, &product.title, &image.alt_text);
        let alt =
            if image.alt_text.is_empty() && product.images.len() > 1 { format!("{alt}, picture {}", index + 1) } else { alt };
        let variant = if chosen.variant.is_empty() { String::new() } else { format!("variant={}&", encoded(&chosen.variant)) };
        GalleryPicture { src, alt, href: format!("{path}?{variant}picture={}", index + 1), is_on: index == on }
    };
    product.images.iter().take(PICTURES_MAX).enumerate().map(one).collect()
}

/// Each option's values, each as a link to the variant that differs in it alone, or the nearest one there is.
fn options(making: &Making<'_>, row: Option<&VariantRow>, path: &str) -> Vec<OptionView> {
    let Making { product, rows, .. } = *making;
    let Some(current) = row.and_then(|row| product.find_variant(row.id)) else { return Vec::new() };
    if product.variants.len() < 2 {
        return Vec::new();
    }
    let view = |(index, name): (usize, &String)| {
        let own = current.options.get(index).cloned().unwrap_or_default();
        let mut values: Vec<&String> = Vec::new();
        for value in product.variants.iter().filter_map(|variant| variant.options.get(index)) {
            if !value.is_empty() && !values.contains(&value) {
                values.push(value);
            }
        }
        let choice = |value: &String| {
            let target = nearest(product, current, index, value)?;
            let is_sold_out = rows.iter().find(|row| row.id == target.id).is_none_or(|row| !is_for_sale(row));
            Some(OptionChoice {
                title: value.clone(),
                href: format!("{path}?variant={}", target.id),
                is_on: *value == own,
                is_sold_out,
            })
        };
        OptionView { name: name.clone(), chosen: own.clone(), choices: values.into_iter().filter_map(choice).collect() }
    };
    product.option_names.iter().enumerate().map(view).filter(|option| !option.choices.is_empty()).collect()
}

fn nearest<'a>(product: &'a Product, current: &Variant, index: usize, value: &str) -> Option<&'a Variant> {
    let having = product.variants.iter().filter(|variant| variant.options.get(index).map(String::as_str) == Some(value));
    having.max_by_key(|variant| {
        let same = variant.options.iter().zip(&current.options).filter(|(one, two)| one == two).count();
        (same, std::cmp::Reverse(product.variants.iter().position(|other| other.id == variant.id)))
    })
}

fn stock_lines(overview: &Overview, row: &VariantRow, left: &[AtLocation]) -> Vec<StockLine> {
    let mut lines = Vec::new();
    let ships = left.iter().filter(|at| overview.location(at.location).is_some_and(|location| location.ships_orders));
    if row.requires_shipping && !overview.shipping.rates.is_empty() {
        let best = ships.map(|at| at.left.map_or(i64::MAX, |left| left.thousandths)).max();
        if let Some(best) = best {
            lines.push(stock_line("truck", "Ships", best, row, "to your address"));
        }
    }
    for at in left {
        let Some(location) = overview.location(at.location).filter(|location| location.offers_collection) else { continue };
        let amount = at.left.map_or(i64::MAX, |left| left.thousandths);
        lines.push(stock_line("store", "Collect", amount, row, &format!("in {}", location.name)));
    }
    lines
}

fn stock_line(icon: &'static str, how: &str, thousandths: i64, row: &VariantRow, place: &str) -> StockLine {
    let left = Quantity::from_thousandths(thousandths);
    if thousandths <= 0 {
        let text = if how == "Ships" {
            "Sold out for shipping at the moment".to_owned()
        } else {
            format!("Sold out {place} at the moment")
        };
        return StockLine { kind: "is-out", icon, text };
    }
    if left <= FEW {
        let text = if how == "Ships" {
            words::only_left(left, row.unit) + " to be shipped"
        } else {
            format!("{} {place}, to collect", words::only_left(left, row.unit))
        };
        return StockLine { kind: "is-low", icon, text };
    }
    let text =
        if how == "Ships" { "In stock, ships to your address".to_owned() } else { format!("In stock {place}, ready to collect") };
    StockLine { kind: "is-good", icon, text }
}

/// How prices stand to tax.
pub fn tax_note(overview: &Overview) -> &'static str {
    match overview.settings.tax_inclusion {
        TaxInclusion::Inclusive => "Tax included. Delivery is shown at checkout, before you order.",
        TaxInclusion::Exclusive => "Plus tax. Tax and delivery are shown at checkout, before you order.",
    }
}

fn facts(product: &Product, row: Option<&VariantRow>) -> Vec<FactView> {
    let mut facts = Vec::new();
    let mut add = |name, value: &str| {
        if !value.is_empty() {
            facts.push(FactView { name, value: value.to_owned() });
        }
    };
    add("Type", &product.product_type);
    if let Some(row) = row {
        add("SKU", &row.sku);
        if row.weight_grams > 0 {
            add("Weight", &format!("{} kg", Quantity::from_thousandths(row.weight_grams)));
        }
    }
    facts
}

fn crumbs(making: &Making<'_>, own_collections: &[CollectionId]) -> Vec<Crumb> {
    let Making { site, overview, product, .. } = *making;
    let mut crumbs = vec![Crumb { title: "Home".to_owned(), href: Some(format!("{}/", site.base)) }];
    let collection =
        overview.collections.iter().map(|(collection, _)| collection).find(|collection| own_collections.contains(&collection.id));
    crumbs.push(match collection {
        Some(collection) => Crumb { title: collection.title.clone(), href: Some(collection_href(site, collection)) },
        None if overview.types.iter().any(|(name, _)| *name == product.product_type) => {
            Crumb { title: product.product_type.clone(), href: Some(type_href(site, &product.product_type)) }
        }
        None => Crumb { title: "All products".to_owned(), href: Some(format!("{}/products", site.base)) },
    });
    crumbs.push(Crumb { title: product.title.clone(), href: None });
    crumbs
}

/// What stands beside it in its collection, else among its type or vendor. Which ones these are may be a little behind what is in
/// stock; what is said of each is not.
fn related(making: &Making<'_>, own_collections: &[CollectionId]) -> Result<(Vec<Card>, Vec<ProductId>), ServerError> {
    let Making { reader, site, product, .. } = *making;
    let among = match own_collections.first() {
        Some(collection) => Among::Collection(*collection),
        None if !product.product_type.is_empty() => Among::ProductType(product.product_type.clone()),
        None => Among::Vendor(product.vendor.clone()),
    };
    let rows = reader.products_beside(product.id, &among, RELATED_MAX)?;
    let cards = rows.iter().map(|row| card_of(reader, &site.base, row)).collect::<Result<_, _>>()?;
    Ok((cards, rows.iter().map(|row| row.id).collect()))
}

fn product_data(making: &Making<'_>, frame: &Frame, description: &str) -> serde_json::Value {
    let Making { site, product, rows, .. } = *making;
    let images: Vec<String> = product
        .images
        .iter()
        .take(6)
        .map(|image| absolute(site, &picture_of(&site.base, &image.url, &product.title, "").src))
        .collect();
    let offers: Vec<serde_json::Value> = rows
        .iter()
        .filter_map(|row| {
            let price = row.list_price?;
            let availability = if is_for_sale(row) { "https://schema.org/InStock" } else { "https://schema.org/OutOfStock" };
            Some(serde_json::json!({
                "@type": "Offer", "price": price.to_decimal(), "priceCurrency": price.currency.to_string(), "availability": availability,
                "sku": row.sku, "url": format!("{}?variant={}", frame.canonical, row.id)
            }))
        })
        .take(100)
        .collect();
    let mut data = serde_json::json!({
        "@context": "https://schema.org", "@type": "Product", "name": product.title, "description": description, "url": frame.canonical,
        "image": if images.is_empty() { vec![frame.og_image.clone()] } else { images }, "offers": offers
    });
    if let Some(data) = data.as_object_mut() {
        if !product.vendor.is_empty() {
            data.insert("brand".to_owned(), serde_json::json!({ "@type": "Brand", "name": product.vendor }));
        }
        if let Some(sku) = rows.first().map(|row| &row.sku).filter(|sku| !sku.is_empty()) {
            data.insert("sku".to_owned(), serde_json::json!(sku));
        }
    }
    data
}

/// A seller's description as it may stand in a page: no scripts, styles, forms or frames; headings below the page's own.
pub fn clean_html(html: &str) -> String {
    use std::sync::OnceLock;
    static CLEANER: OnceLock<ammonia::Builder<'static>> = OnceLock::new();
    let cleaner = CLEANER.get_or_init(|| {
        let mut builder = ammonia::Builder::default();
        builder.rm_tags(["details", "summary", "header", "footer", "nav", "article", "aside", "map", "area"]);
        builder.url_schemes(["https", "mailto", "tel"].into_iter().collect());
        builder.link_rel(Some("noopener nofollow"));
        builder.set_tag_attribute_value("img", "loading", "lazy");
        builder
    });
    let clean = cleaner.clean(html).to_string();
    clean.replace("<h1>", "<h2>").replace("</h1>", "</h2>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_keeps_its_shape_and_loses_what_could_harm() {
        let clean = clean_html(
            "<h1>Care</h1><p onclick=x style=y>Wash <b>cold</b></p><script>alert(1)</script><iframe src=https://x></iframe><a href=\"javascript:x\">a</a>",
        );
        assert_eq!(clean, "<h2>Care</h2><p>Wash <b>cold</b></p><a rel=\"noopener nofollow\">a</a>");
    }
}

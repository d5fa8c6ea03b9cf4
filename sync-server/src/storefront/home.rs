//! The front page.

use serde::Serialize;
use tradepost_domain::catalog::ProductStatus;
use tradepost_domain::id::ProductId;
use tradepost_operations::Reader;
use tradepost_operations::read::{ProductFilter, ProductSort};

use super::cards::{Card, Picture, cards_of, picture_of};
use super::links::{absolute, collection_href, type_href};
use super::{Frame, Shared, Site};
use crate::changes::Depends;
use crate::error::ServerError;
use crate::shops::Overview;
use crate::words;

/// Products on it.
const FEATURED_MAX: usize = 12;
/// Collections on it.
const TILES_MAX: usize = 6;
/// Products of a collection among which its picture is looked for.
const TILE_PRODUCTS: usize = 24;

#[derive(Serialize)]
struct HomePage {
    frame: Frame,
    headline: String,
    places: String,
    hero: Option<Card>,
    collections_title: &'static str,
    collections: Vec<Tile>,
    featured_title: &'static str,
    featured: Vec<Card>,
}

#[derive(Serialize)]
struct Tile {
    href: String,
    title: String,
    count_text: String,
    picture: Picture,
}

/// `/`
pub async fn home(site: Site) -> Result<Shared, ServerError> {
    let overview = site.shop.overview().await?;
    let reading = site.clone();
    let shelves = shelves(&site, &overview);
    let (featured, rows, tiles) = site
        .shop
        .read(move |reader| {
            let filter =
                ProductFilter { status: Some(ProductStatus::Active), sort: ProductSort::Newest, ..ProductFilter::default() };
            let rows = reader.product_at(&filter, 0, FEATURED_MAX * 2)?;
            // What has a photograph stands first: pictures sell.
            let (with, without): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| !row.image_url.is_empty());
            let rows: Vec<_> = with.into_iter().chain(without).take(FEATURED_MAX + 1).collect();
            let cards = cards_of(reader, &reading, &rows)?;
            let products: Vec<ProductId> = rows.iter().map(|row| row.id).collect();
            Ok((cards, products, tiles(reader, &reading, &shelves)?))
        })
        .await?;
    let mut featured = featured;
    let hero = if featured.len() > 4 { Some(featured.remove(0)) } else { featured.first().cloned() };
    featured.truncate(FEATURED_MAX);
    let settings = &overview.settings;
    let headline = if settings.tagline.is_empty() { settings.name.clone() } else { settings.tagline.clone() };
    let collecting: Vec<&str> =
        overview.locations.iter().filter(|location| location.offers_collection).map(|location| location.name.as_str()).collect();
    let mut frame = Frame::around(&site, &overview, &settings.name).at(&site, "/", &settings.tagline);
    frame.og_image = hero.as_ref().map_or_else(String::new, |hero| absolute(&site, &hero.picture.src));
    frame.structured_data.push(serde_json::json!({
        "@context": "https://schema.org", "@type": "OnlineStore", "name": settings.name, "url": site.canonical("/"),
        "potentialAction": { "@type": "SearchAction", "target": format!("{}?q={{search}}", site.canonical("/search")), "query-input": "required name=search" }
    }));
    let places = collecting.into_iter().take(2).collect::<Vec<_>>().join(" or ");
    let page = HomePage {
        frame,
        headline,
        places,
        hero,
        collections_title: if overview.types.is_empty() { "Collections" } else { "What we have" },
        collections: tiles,
        featured_title: "New in the shop",
        featured,
    };
    Ok(Shared::html(site.shop.templates.render("home.html", &page)?, site.surrogate_key(), Depends::on_catalog(rows)))
}

/// A part of the shop that the front page leads to.
struct Shelf {
    href: String,
    title: String,
    count: u64,
    filter: ProductFilter,
}

/// Collections; where there are none, types of products.
fn shelves(site: &Site, overview: &Overview) -> Vec<Shelf> {
    let all = ProductFilter { status: Some(ProductStatus::Active), ..ProductFilter::default() };
    let collections = overview.collections.iter().filter(|(collection, count)| *count > 0 && !collection.handle.is_empty());
    let by_collection = collections.map(|(collection, count)| Shelf {
        href: collection_href(site, collection),
        title: collection.title.clone(),
        count: *count,
        filter: ProductFilter { collection: Some(collection.id), ..all.clone() },
    });
    let by_type = overview.types.iter().map(|(name, count)| Shelf {
        href: type_href(site, name),
        title: name.clone(),
        count: *count,
        filter: ProductFilter { product_type: Some(name.clone()), ..all.clone() },
    });
    by_collection.chain(by_type).take(TILES_MAX).collect()
}

fn tiles(reader: &Reader, site: &Site, shelves: &[Shelf]) -> Result<Vec<Tile>, ServerError> {
    let tile = |shelf: &Shelf| {
        let rows = reader.product_at(&shelf.filter, 0, TILE_PRODUCTS)?;
        let image = rows.iter().map(|row| row.image_url.as_str()).find(|url| !url.is_empty()).unwrap_or_default();
        Ok(Tile {
            href: shelf.href.clone(),
            title: shelf.title.clone(),
            count_text: words::count(shelf.count, "product", "products"),
            picture: picture_of(&site.base, image, &shelf.title, ""),
        })
    };
    shelves.iter().map(tile).collect()
}

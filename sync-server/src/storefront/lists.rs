//! Pages that list products: the front page, all products, collections, search.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, Query};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tradepost_domain::catalog::{Collection, ProductStatus};
use tradepost_domain::id::ShopId;
use tradepost_domain::money::{Currency, Money};
use tradepost_operations::Reader;
use tradepost_operations::read::{PAGE_MAX, ProductFilter, ProductSort};

use super::cards::{Card, Picture, card_of, cards_of, picture_of};
use super::product::clean_html;
use super::spelling::Vocabulary;
use super::{Frame, Shared, Site};
use crate::error::ServerError;
use crate::words;

/// Products on a page.
const PAGE_PRODUCTS: usize = 24;
/// Pages that can be turned to: beyond them filters help more.
const PAGES_MAX: usize = 400;
/// Choices of one facet.
const FACET_MAX: usize = 12;
/// Suggestions under the search field.
const SUGGESTIONS_MAX: usize = 6;
/// Products on the front page.
const FEATURED_MAX: usize = 12;
/// Collections on the front page.
const TILES_MAX: usize = 6;
/// Letters of a search.
const SEARCH_CHARS_MAX: usize = 100;

/// What a list is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    q: String,
    sort: String,
    vendor: String,
    #[serde(rename = "type")]
    product_type: String,
    tag: String,
    min: String,
    max: String,
    stock: String,
    page: usize,
}

const SORTS: &[(&str, &str, ProductSort)] = &[
    ("", "Name, A to Z", ProductSort::Title),
    ("name-down", "Name, Z to A", ProductSort::TitleDescending),
    ("price", "Price, low to high", ProductSort::PriceAscending),
    ("price-down", "Price, high to low", ProductSort::PriceDescending),
    ("newest", "Newest", ProductSort::Newest),
];

impl ListQuery {
    fn pairs(&self) -> [(&'static str, &str); 8] {
        [
            ("q", &self.q),
            ("sort", &self.sort),
            ("vendor", &self.vendor),
            ("type", &self.product_type),
            ("tag", &self.tag),
            ("min", &self.min),
            ("max", &self.max),
            ("stock", &self.stock),
        ]
    }

    /// The list's address with one value changed; the page starts over.
    fn with(&self, path: &str, name: &str, value: &str) -> String {
        let pairs = self.pairs().into_iter().map(|(own, old)| (own, if own == name { value } else { old }));
        address(path, pairs.filter(|(_, value)| !value.is_empty()))
    }

    fn page_at(&self, path: &str, page: usize) -> String {
        let number = page.to_string();
        let page = (page > 1).then_some(("page", number.as_str()));
        address(path, self.pairs().into_iter().filter(|(_, value)| !value.is_empty()).chain(page))
    }

    fn is_narrowed(&self) -> bool {
        self.pairs().iter().any(|(_, value)| !value.is_empty())
    }

    fn filter(&self, collection: Option<&Collection>, currency: Currency) -> ProductFilter {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let price = |text: &str| Money::parse(text, currency).ok().map(|price| price.minor);
        let sort = SORTS.iter().find(|(word, ..)| *word == self.sort).map_or(ProductSort::Title, |(_, _, sort)| *sort);
        ProductFilter {
            search: self.q.trim().chars().take(SEARCH_CHARS_MAX).collect(),
            status: Some(ProductStatus::Active),
            collection: collection.map(|collection| collection.id),
            vendor: given(&self.vendor),
            product_type: given(&self.product_type),
            tag: given(&self.tag),
            price_minor_min: price(&self.min),
            price_minor_max: price(&self.max),
            is_available: self.stock == "in",
            sort,
        }
    }
}

fn address<'a>(path: &str, pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let query: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// A text as it stands in an address.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[derive(Serialize)]
struct HomePage {
    frame: Frame,
    headline: String,
    lead: String,
    places: String,
    hero: Option<Card>,
    collections: Vec<Tile>,
    featured_title: &'static str,
    featured: Vec<Card>,
}

#[derive(Serialize)]
struct Tile {
    handle: String,
    title: String,
    count_text: String,
    picture: Picture,
}

/// `/`
pub async fn home(site: Site) -> Result<Shared, ServerError> {
    let overview = site.shop.overview().await?;
    let reading = site.clone();
    let collections: Vec<(Collection, u64)> = overview
        .collections
        .iter()
        .filter(|(collection, count)| *count > 0 && !collection.handle.is_empty())
        .take(TILES_MAX)
        .cloned()
        .collect();
    let (featured, tiles) = site
        .shop
        .read(move |reader| {
            let filter =
                ProductFilter { status: Some(ProductStatus::Active), sort: ProductSort::Newest, ..ProductFilter::default() };
            let rows = reader.product_at(&filter, 0, FEATURED_MAX * 2)?;
            // What has a photograph stands first: pictures sell.
            let (with, without): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| !row.image_url.is_empty());
            let rows: Vec<_> = with.into_iter().chain(without).take(FEATURED_MAX + 1).collect();
            Ok((cards_of(reader, &reading, &rows)?, tiles(reader, &reading, &collections)?))
        })
        .await?;
    let mut featured = featured;
    let hero = if featured.len() > 4 { Some(featured.remove(0)) } else { featured.first().cloned() };
    featured.truncate(FEATURED_MAX);
    let settings = &overview.settings;
    let (headline, lead) = if settings.tagline.is_empty() {
        (settings.name.clone(), String::new())
    } else {
        (settings.tagline.clone(), String::new())
    };
    let collecting: Vec<&str> =
        overview.locations.iter().filter(|location| location.offers_collection).map(|location| location.name.as_str()).collect();
    let mut frame = Frame::around(&site, &overview, &settings.name).at(&site, "/", &settings.tagline);
    frame.og_image = hero.as_ref().map_or_else(String::new, |hero| absolute(&site, &hero.picture.src));
    frame.structured_data.push(serde_json::json!({
        "@context": "https://schema.org", "@type": "OnlineStore", "name": settings.name, "url": site.canonical("/"),
        "potentialAction": { "@type": "SearchAction", "target": format!("{}?q={{search}}", site.canonical("/search")), "query-input": "required name=search" }
    }));
    let places = collecting.into_iter().take(2).collect::<Vec<_>>().join(" or ");
    let page = HomePage { frame, headline, lead, places, hero, collections: tiles, featured_title: "New in the shop", featured };
    Ok(Shared::html(site.shop.templates.render("home.html", &page)?, site.surrogate_key()))
}

fn tiles(reader: &Reader, site: &Site, collections: &[(Collection, u64)]) -> Result<Vec<Tile>, ServerError> {
    let tile = |(collection, count): &(Collection, u64)| {
        let filter =
            ProductFilter { status: Some(ProductStatus::Active), collection: Some(collection.id), ..ProductFilter::default() };
        let rows = reader.product_at(&filter, 0, PAGE_PRODUCTS)?;
        let image = rows.iter().map(|row| row.image_url.as_str()).find(|url| !url.is_empty()).unwrap_or_default();
        Ok(Tile {
            handle: collection.handle.clone(),
            title: collection.title.clone(),
            count_text: words::count(*count, "product", "products"),
            picture: picture_of(&site.base, image, &collection.title, ""),
        })
    };
    collections.iter().map(tile).collect()
}

/// An address with scheme and host.
pub(super) fn absolute(site: &Site, src: &str) -> String {
    if src.starts_with("https://") { src.to_owned() } else { format!("{}{src}", site.origin) }
}

/// A link of a page's path.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Crumb {
    pub title: String,
    pub href: Option<String>,
}

#[derive(Serialize)]
struct Choice {
    title: String,
    href: String,
    count: Option<u64>,
    is_on: bool,
}

#[derive(Serialize)]
struct Facet {
    title: &'static str,
    choices: Vec<Choice>,
}

#[derive(Serialize)]
struct Hidden {
    name: &'static str,
    value: String,
}

#[derive(Serialize)]
struct ProductsPage {
    frame: Frame,
    crumbs: Vec<Crumb>,
    heading: String,
    description_html: String,
    count_text: String,
    hint: Option<String>,
    applied: Vec<Choice>,
    sorts: Vec<Choice>,
    facets: Vec<Facet>,
    list_path: String,
    price_hidden: Vec<Hidden>,
    price_min: String,
    price_max: String,
    currency: String,
    products: Vec<Card>,
    pages: Option<String>,
    previous: Option<String>,
    next: Option<String>,
    empty_title: &'static str,
    empty_help: &'static str,
}

struct ListHead {
    path: String,
    heading: String,
    collection: Option<Collection>,
    crumbs: Vec<Crumb>,
    is_search: bool,
}

/// `/products`
pub async fn all_products(site: Site, Query(query): Query<ListQuery>) -> Result<Shared, ServerError> {
    let head = ListHead {
        path: "/products".to_owned(),
        heading: "All products".to_owned(),
        collection: None,
        crumbs: Vec::new(),
        is_search: false,
    };
    list(site, query, head).await
}

/// `/collections/<handle>`
pub async fn collection(site: Site, Path(handle): Path<String>, Query(query): Query<ListQuery>) -> Result<Shared, ServerError> {
    let overview = site.shop.overview().await?;
    let found = overview.collections.iter().find(|(collection, _)| collection.handle == handle).ok_or(ServerError::NotFound)?;
    let crumbs = vec![
        Crumb { title: "Home".to_owned(), href: Some(format!("{}/", site.base)) },
        Crumb { title: found.0.title.clone(), href: None },
    ];
    let head = ListHead {
        path: format!("/collections/{}", encoded(&handle)),
        heading: found.0.title.clone(),
        collection: Some(found.0.clone()),
        crumbs,
        is_search: false,
    };
    list(site, query, head).await
}

/// `/search?q=`
pub async fn search(site: Site, Query(query): Query<ListQuery>) -> Result<Shared, ServerError> {
    let words: String = query.q.trim().chars().take(SEARCH_CHARS_MAX).collect();
    let heading = if words.is_empty() { "Search".to_owned() } else { format!("Results for “{words}”") };
    list(site, query, ListHead { path: "/search".to_owned(), heading, collection: None, crumbs: Vec::new(), is_search: true })
        .await
}

struct Listed {
    cards: Vec<Card>,
    total: u64,
    facets: tradepost_operations::read::Facets,
    corrected: Option<String>,
}

async fn list(site: Site, query: ListQuery, head: ListHead) -> Result<Shared, ServerError> {
    let overview = site.shop.overview().await?;
    let currency = overview.settings.currency;
    let page = query.page.clamp(1, PAGES_MAX);
    let listed = read_list(&site, query.filter(head.collection.as_ref(), currency), page).await?;
    if page > 1 && listed.cards.is_empty() {
        return Err(ServerError::NotFound);
    }
    let list_path = format!("{}{}", site.base, head.path);
    let pages = usize::try_from(listed.total).unwrap_or(usize::MAX).div_ceil(PAGE_PRODUCTS).min(PAGES_MAX);
    let description = head.collection.as_ref().map_or_else(String::new, |collection| plain(&collection.description_html));
    let mut frame = Frame::around(&site, &overview, &head.heading).at(&site, &query_path(&query, &head, page), &description);
    frame.search = if head.is_search { query.q.clone() } else { String::new() };
    frame.current = head
        .collection
        .as_ref()
        .map_or_else(|| head.path.trim_start_matches('/').to_owned(), |collection| collection.handle.clone());
    frame.is_private = head.is_search || query.is_narrowed();
    if !head.crumbs.is_empty() {
        frame.structured_data.push(crumb_data(&site, &head.crumbs));
    }
    let hint =
        listed.corrected.as_ref().map(|words| format!("Nothing is called “{}”. Here is what fits “{words}”.", query.q.trim()));
    let page_of = ProductsPage {
        frame,
        crumbs: head.crumbs,
        heading: head.heading,
        description_html: head
            .collection
            .as_ref()
            .map_or_else(String::new, |collection| clean_html(&collection.description_html)),
        count_text: words::count(listed.total, "product", "products"),
        hint,
        applied: applied(&query, &list_path, currency),
        sorts: sorts(&query, &list_path),
        facets: facets(&query, &list_path, &listed),
        price_hidden: query
            .pairs()
            .into_iter()
            .filter(|(name, value)| !matches!(*name, "min" | "max") && !value.is_empty())
            .map(|(name, value)| Hidden { name, value: value.to_owned() })
            .collect(),
        price_min: query.min.clone(),
        price_max: query.max.clone(),
        currency: currency.to_string(),
        pages: (pages > 1).then(|| format!("Page {page} of {pages}")),
        previous: (page > 1).then(|| query.page_at(&list_path, page - 1)),
        next: (page < pages).then(|| query.page_at(&list_path, page + 1)),
        products: listed.cards,
        empty_title: if head.is_search && query.q.trim().is_empty() { "What are you looking for?" } else { "Nothing fits" },
        empty_help: if query.is_narrowed() { "Take a filter away, or try another word." } else { "Please come back soon." },
        list_path,
    };
    Ok(Shared::html(site.shop.templates.render("products.html", &page_of)?, site.surrogate_key()))
}

fn query_path(query: &ListQuery, head: &ListHead, page: usize) -> String {
    if query.is_narrowed() { head.path.clone() } else { query.page_at(&head.path, page) }
}

async fn read_list(site: &Site, filter: ProductFilter, page: usize) -> Result<Listed, ServerError> {
    let reading = site.clone();
    let listed = site.shop.read(move |reader| read_page(reader, &reading, &filter, page).map(|listed| (listed, filter))).await?;
    let (mut listed, mut filter) = listed;
    if listed.total > 0 || filter.search.is_empty() {
        return Ok(listed);
    }
    let Some(words) = vocabulary(site).await?.correct(&filter.search) else { return Ok(listed) };
    filter.search.clone_from(&words);
    let reading = site.clone();
    listed = site.shop.read(move |reader| read_page(reader, &reading, &filter, 1)).await?;
    listed.corrected = (listed.total > 0).then_some(words);
    Ok(listed)
}

fn read_page(reader: &Reader, site: &Site, filter: &ProductFilter, page: usize) -> Result<Listed, ServerError> {
    let rows = reader.product_at(filter, (page - 1) * PAGE_PRODUCTS, PAGE_PRODUCTS)?;
    let facets = reader.facets(filter, FACET_MAX)?;
    Ok(Listed { cards: cards_of(reader, site, &rows)?, total: reader.product_count(filter)?, facets, corrected: None })
}

/// The words of the shop, read anew when its catalog grew or shrank; kept for the last shop that asked.
async fn vocabulary(site: &Site) -> Result<Arc<Vocabulary>, ServerError> {
    static KEPT: Mutex<Option<(ShopId, u64, Arc<Vocabulary>)>> = Mutex::new(None);
    let shop = site.shop.id;
    site.shop
        .read(move |reader| {
            let filter = ProductFilter { status: Some(ProductStatus::Active), ..ProductFilter::default() };
            let count = reader.product_count(&filter)?;
            if let Some((of, at, kept)) = &*KEPT.lock().unwrap_or_else(PoisonError::into_inner)
                && *of == shop
                && *at == count
            {
                return Ok(Arc::clone(kept));
            }
            let mut words = Vocabulary::default();
            let mut offset = 0;
            loop {
                let rows = reader.product_at(&filter, offset, PAGE_MAX)?;
                for row in &rows {
                    [&row.title, &row.vendor, &row.product_type].into_iter().for_each(|text| words.learn(text));
                }
                offset += rows.len();
                if rows.len() < PAGE_MAX {
                    break;
                }
            }
            reader.tags()?.iter().for_each(|(tag, _)| words.learn(tag));
            let words = Arc::new(words);
            *KEPT.lock().unwrap_or_else(PoisonError::into_inner) = Some((shop, count, Arc::clone(&words)));
            Ok(words)
        })
        .await
}

fn sorts(query: &ListQuery, path: &str) -> Vec<Choice> {
    let known = SORTS.iter().any(|(word, ..)| *word == query.sort);
    let choice = |(word, title, _): &(&str, &str, ProductSort)| Choice {
        title: (*title).to_owned(),
        href: query.with(path, "sort", word),
        count: None,
        is_on: *word == query.sort || (!known && word.is_empty()),
    };
    SORTS.iter().map(choice).collect()
}

fn facets(query: &ListQuery, path: &str, listed: &Listed) -> Vec<Facet> {
    let values = |name: &'static str, chosen: &str, counted: &[(String, u64)]| -> Vec<Choice> {
        let choice = |(value, count): &(String, u64)| {
            let is_on = value == chosen;
            Choice {
                title: value.clone(),
                href: query.with(path, name, if is_on { "" } else { value }),
                count: Some(*count),
                is_on,
            }
        };
        // One that cannot narrow anything is not shown.
        if counted.len() < 2 && chosen.is_empty() { Vec::new() } else { counted.iter().map(choice).collect() }
    };
    let is_in = query.stock == "in";
    let in_stock = Choice {
        title: "In stock".to_owned(),
        href: query.with(path, "stock", if is_in { "" } else { "in" }),
        count: None,
        is_on: is_in,
    };
    vec![
        Facet { title: "Availability", choices: vec![in_stock] },
        Facet { title: "Type", choices: values("type", &query.product_type, &listed.facets.product_types) },
        Facet { title: "Brand", choices: values("vendor", &query.vendor, &listed.facets.vendors) },
        Facet { title: "Tag", choices: values("tag", &query.tag, &listed.facets.tags) },
    ]
}

fn applied(query: &ListQuery, path: &str, currency: Currency) -> Vec<Choice> {
    let price = |text: &str| Money::parse(text, currency).map(words::money).unwrap_or_else(|_| text.to_owned());
    let label = |name: &str, value: &str| match name {
        "min" => Some(format!("from {}", price(value))),
        "max" => Some(format!("to {}", price(value))),
        "stock" => Some("In stock".to_owned()),
        "vendor" | "type" | "tag" => Some(value.to_owned()),
        _ => None,
    };
    let given = query.pairs().into_iter().filter(|(_, value)| !value.is_empty());
    given
        .filter_map(|(name, value)| {
            Some(Choice { title: label(name, value)?, href: query.with(path, name, ""), count: None, is_on: true })
        })
        .collect()
}

/// Breadcrumbs as search engines read them.
pub(super) fn crumb_data(site: &Site, crumbs: &[Crumb]) -> serde_json::Value {
    let items: Vec<serde_json::Value> = crumbs
        .iter()
        .enumerate()
        .map(|(index, crumb)| {
            let mut item = serde_json::json!({ "@type": "ListItem", "position": index + 1, "name": crumb.title });
            if let (Some(href), Some(item)) = (&crumb.href, item.as_object_mut()) {
                let path = href.strip_prefix(&site.base).unwrap_or(href);
                item.insert("item".to_owned(), site.canonical(path).into());
            }
            item
        })
        .collect();
    serde_json::json!({ "@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items })
}

/// A text without its markup.
pub(super) fn plain(html: &str) -> String {
    let bare = ammonia::Builder::new().tags(std::collections::HashSet::new()).clean(html).to_string();
    bare.replace("&amp;", "&")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", " ")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
}

#[derive(Serialize)]
struct SuggestionsPart {
    suggestions: Vec<Suggestion>,
}

#[derive(Serialize)]
struct Suggestion {
    title: String,
    href: String,
    picture: Picture,
    price: Option<String>,
}

/// `/search/suggestions?q=`, a part of a page for the script.
pub async fn suggestions(site: Site, Query(query): Query<ListQuery>) -> Result<Response, ServerError> {
    let typed: String = query.q.trim().chars().take(SEARCH_CHARS_MAX).collect();
    let mut found = suggest(&site, typed.clone()).await?;
    if found.is_empty()
        && let Some(corrected) = vocabulary(&site).await?.correct(&typed)
    {
        found = suggest(&site, corrected).await?;
    }
    let body = site.shop.templates.render("suggestions.html", &SuggestionsPart { suggestions: found })?;
    Ok(axum::response::IntoResponse::into_response((
        [
            (axum::http::header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (axum::http::header::CACHE_CONTROL, "public, max-age=30"),
        ],
        body,
    )))
}

async fn suggest(site: &Site, typed: String) -> Result<Vec<Suggestion>, ServerError> {
    let base = site.base.clone();
    site.shop
        .read(move |reader| {
            let mut suggestions: Vec<Suggestion> = Vec::new();
            for row in reader.search_variants(&typed, SUGGESTIONS_MAX * 8)? {
                if row.status != ProductStatus::Active || suggestions.iter().any(|other| other.title == row.product_title) {
                    continue;
                }
                let Some(product) = reader.product(row.product)? else { continue };
                suggestions.push(Suggestion {
                    href: format!("{base}/products/{}", encoded(&product.handle)),
                    picture: picture_of(&base, &row.image_url, &row.product_title, ""),
                    price: row.list_price.map(words::money),
                    title: row.product_title,
                });
                if suggestions.len() == SUGGESTIONS_MAX {
                    break;
                }
            }
            Ok(suggestions)
        })
        .await
}

/// The card of a product that is only known by its row, for related products.
pub(super) fn related(
    reader: &Reader,
    site: &Site,
    filter: &ProductFilter,
    own_handle: &str,
    most: usize,
) -> Result<Vec<Card>, ServerError> {
    let rows = reader.product_at(filter, 0, most + 1)?;
    let others = rows.iter().filter(|row| row.handle != own_handle && row.status == ProductStatus::Active);
    others.take(most).map(|row| card_of(reader, &site.base, row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_changes_one_value_of_the_address_and_starts_over() {
        let query = ListQuery { q: "tea & cake".to_owned(), vendor: "Käse".to_owned(), page: 7, ..ListQuery::default() };
        assert_eq!(query.with("/products", "tag", "new"), "/products?q=tea%20%26%20cake&vendor=K%C3%A4se&tag=new");
        assert_eq!(query.with("/products", "vendor", ""), "/products?q=tea%20%26%20cake");
        assert_eq!(query.page_at("/products", 2), "/products?q=tea%20%26%20cake&vendor=K%C3%A4se&page=2");
    }

    #[test]
    fn a_description_loses_its_markup() {
        assert_eq!(plain("<p>Tea &amp; <b>cake</b></p><script>x</script>"), "Tea & cake");
    }
}

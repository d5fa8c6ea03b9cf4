//! Pages that list products: all products, collections, search.

use axum::extract::{Path, Query};
use serde::Serialize;
use tradepost_domain::catalog::Collection;
use tradepost_domain::id::ProductId;
use tradepost_domain::money::{Currency, Money};
use tradepost_operations::Reader;
use tradepost_operations::read::{Facets, ProductFilter, ProductSort};

use super::cards::{Card, cards_of};
use super::links::{Crumb, crumb_data, encoded, plain};
use super::list_query::{ListQuery, SORTS};
use super::product::clean_html;
use super::suggestions::vocabulary;
use super::{Frame, Shared, Site};
use crate::changes::Depends;
use crate::error::ServerError;
use crate::words;

/// Products on a page.
const PAGE_PRODUCTS: usize = 24;
/// Pages that can be turned to: beyond them filters help more.
const PAGES_MAX: usize = 400;
/// Choices of one facet.
const FACET_MAX: usize = 12;

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
        heading: if query.product_type.is_empty() { "All products".to_owned() } else { query.product_type.clone() },
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
    let words = query.words();
    let heading = if words.is_empty() { "Search".to_owned() } else { format!("Results for “{words}”") };
    list(site, query, ListHead { path: "/search".to_owned(), heading, collection: None, crumbs: Vec::new(), is_search: true })
        .await
}

struct Listed {
    cards: Vec<Card>,
    products: Vec<ProductId>,
    total: u64,
    facets: Facets,
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
        .map(|collection| collection.handle.clone())
        .or_else(|| overview.types.iter().map(|(name, _)| name).find(|name| **name == query.product_type).cloned())
        .unwrap_or_else(|| head.path.trim_start_matches('/').to_owned());
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
    // What is in stock changes with every sale; every other list only in the products that it shows.
    let depends = if query.is_by_stock() { Depends::on_everything() } else { Depends::on_catalog(listed.products) };
    Ok(Shared::html(site.shop.templates.render("products.html", &page_of)?, site.surrogate_key(), depends))
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
    Ok(Listed {
        cards: cards_of(reader, site, &rows)?,
        products: rows.iter().map(|row| row.id).collect(),
        total: reader.product_count(filter)?,
        facets,
        corrected: None,
    })
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

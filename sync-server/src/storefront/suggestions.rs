//! What the search field suggests while somebody types, and the words of the shop that a mistyped one is put right by.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::Query;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tradepost_domain::catalog::ProductStatus;
use tradepost_domain::id::ShopId;
use tradepost_operations::read::{PAGE_MAX, ProductFilter};

use super::Site;
use super::cards::{Picture, picture_of};
use super::links::encoded;
use super::list_query::ListQuery;
use super::spelling::Vocabulary;
use crate::error::ServerError;
use crate::words;

/// Suggestions under the search field.
const SUGGESTIONS_MAX: usize = 6;

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
    let typed = query.words();
    let mut found = suggest(&site, typed.clone()).await?;
    if found.is_empty()
        && let Some(corrected) = vocabulary(&site).await?.correct(&typed)
    {
        found = suggest(&site, corrected).await?;
    }
    let body = site.shop.templates.render("suggestions.html", &SuggestionsPart { suggestions: found })?;
    let head = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=30")];
    Ok((head, body).into_response())
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

/// The words of the shop, read anew when its catalog grew or shrank; kept for the last shop that asked.
pub async fn vocabulary(site: &Site) -> Result<Arc<Vocabulary>, ServerError> {
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

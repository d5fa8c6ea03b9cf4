//! The storefront's collections. Its colors and words are part of the shop's settings.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tradepost_domain::catalog::Collection;
use tradepost_domain::id::{CollectionId, ProductId};
use tradepost_operations::read::Reader;
use ts_rs::TS;

use super::error::{ApiError, ApiResult};
use super::product::slug;
use super::undo::Saved;
use super::write::Write;

/// A collection.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CollectionDraft {
    /// Its id; empty: a new one.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Its name in addresses; empty: made from the title.
    pub handle: String,
    /// Its description.
    pub description_html: String,
    /// How many products are in it. Not saved.
    pub product_count: u64,
}

/// All collections.
pub fn collections(reader: &Reader) -> ApiResult<Vec<CollectionDraft>> {
    let drafts = reader.collections()?.into_iter().map(|(collection, product_count)| CollectionDraft {
        id: collection.id.to_string(),
        title: collection.title,
        handle: collection.handle,
        description_html: collection.description_html,
        product_count,
    });
    Ok(drafts.collect())
}

/// Saves a collection's name and description.
pub fn save(write: &mut Write<'_, '_>, draft: &CollectionDraft) -> ApiResult<Saved> {
    if draft.title.trim().is_empty() {
        return Err(ApiError::input("Give the collection a name."));
    }
    let id: CollectionId = write.id_or_new(&draft.id, "collection")?;
    let before: Option<Collection> = write.reader.document(id.into())?;
    let collection = Collection {
        id,
        title: draft.title.trim().to_owned(),
        handle: slug(if draft.handle.trim().is_empty() { &draft.title } else { &draft.handle }),
        description_html: draft.description_html.clone(),
        products: before.as_ref().map(|before| before.products.clone()).unwrap_or_default(),
    };
    write.save_collection(before.as_ref(), &collection)
}

/// Puts products into a collection, or takes them out.
pub fn change_products(write: &mut Write<'_, '_>, collection: &str, products: &[String], puts_in: PutIn) -> ApiResult<Saved> {
    let id: CollectionId = collection.parse().map_err(|_| ApiError::not_found("collection"))?;
    let before: Collection = write.reader.document(id.into())?.ok_or_else(|| ApiError::not_found("collection"))?;
    let chosen = products.iter().map(|id| id.parse().map_err(|_| ApiError::not_found("product")));
    let chosen: BTreeSet<ProductId> = chosen.collect::<ApiResult<_>>()?;
    let mut after = before.clone();
    match puts_in {
        PutIn::In => after.products.extend(chosen),
        PutIn::Out => after.products.retain(|product| !chosen.contains(product)),
    }
    write.save_collection(Some(&before), &after)
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each says itself")]
pub enum PutIn {
    In,
    Out,
}

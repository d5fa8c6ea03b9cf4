//! Rows of products, variants, barcodes, tags and collections, and the words they are found by.

use rusqlite::{Connection, OptionalExtension, params};
use tradepost_domain::catalog::{Collection, Product, ProductStatus, Variant};
use tradepost_domain::document::{Document, Fields};
use tradepost_domain::id::{CollectionId, DocumentId, ProductId};

use super::text::{Words, code_key, fold};
use crate::cbor;
use crate::error::ReplicaError;

/// The rows of a product are made anew.
pub(super) fn product_changed(tx: &Connection, id: ProductId) -> Result<(), ReplicaError> {
    let known: Option<i64> =
        tx.prepare_cached("select number from products where id = ?")?.query_row([id.as_bytes()], |row| row.get(0)).optional()?;
    if let Some(number) = known {
        remove_rows(tx, id, number)?;
    }
    match find_document(tx, id.into())? {
        Some((created_at, fields)) => write_product(tx, &Product::from_fields(id.into(), &fields), known, created_at)?,
        None => {
            tx.prepare_cached("delete from products where id = ?")?.execute([id.as_bytes()])?;
        }
    }
    catalog_changed(tx)
}

/// The rows of a product that is new here are made.
pub(super) fn product_came(tx: &Connection, id: ProductId, created_at: i64, fields: &[u8]) -> Result<(), ReplicaError> {
    write_product(tx, &Product::from_fields(id.into(), &cbor::from_slice(fields)?), None, created_at)
}

/// A document's time of making and fields.
pub(super) fn find_document(tx: &Connection, id: DocumentId) -> Result<Option<(i64, Fields)>, ReplicaError> {
    let row: Option<(i64, Vec<u8>)> = tx
        .prepare_cached("select created_at, fields from documents where id = ?")?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    row.map(|(created_at, fields)| Ok((created_at, cbor::from_slice(&fields)?))).transpose()
}

fn remove_rows(tx: &Connection, id: ProductId, number: i64) -> Result<(), ReplicaError> {
    tx.prepare_cached("delete from product_search where rowid = ?")?.execute([number])?;
    tx.prepare_cached("delete from variants where product = ?")?.execute([id.as_bytes()])?;
    tx.prepare_cached("delete from variant_barcodes where product = ?")?.execute([id.as_bytes()])?;
    tx.prepare_cached("delete from product_tags where product = ?")?.execute([id.as_bytes()])?;
    Ok(())
}

fn write_product(tx: &Connection, product: &Product, known: Option<i64>, created_at: i64) -> Result<(), ReplicaError> {
    let prices = || product.variants.iter().filter_map(|variant| variant.list_price);
    let currency = prices().next().map(|price| price.currency);
    let minor = || prices().filter(|price| Some(price.currency) == currency).map(|price| price.minor);
    let values = params![
        known,
        product.id.as_bytes(),
        product.status.word(),
        product.status != ProductStatus::Archived,
        product.handle,
        product.title,
        fold(&product.title),
        product.vendor,
        product.product_type,
        product.images.first().map_or("", |image| image.url.as_str()),
        i64::try_from(product.variants.len()).unwrap_or(i64::MAX),
        minor().min(),
        minor().max(),
        currency.as_ref().map_or("", |currency| currency.code()),
        created_at,
    ];
    tx.prepare_cached(include_str!("../sql/put_product.sql"))?.execute(values)?;
    let number = known.unwrap_or_else(|| tx.last_insert_rowid());
    for (position, variant) in product.variants.iter().enumerate() {
        write_variant(tx, product, variant, position)?;
    }
    for tag in &product.tags {
        tx.prepare_cached("insert into product_tags (product, tag) values (?, ?)")?
            .execute(params![product.id.as_bytes(), tag])?;
    }
    tx.prepare_cached("insert into product_search (rowid, words) values (?, ?)")?
        .execute(params![number, words_of(product).as_str()])?;
    Ok(())
}

fn write_variant(tx: &Connection, product: &Product, variant: &Variant, position: usize) -> Result<(), ReplicaError> {
    let currency = variant.list_price.or(variant.compare_at_price).map(|price| price.currency);
    let values = params![
        variant.id.as_bytes(),
        product.id.as_bytes(),
        i64::try_from(position).unwrap_or(i64::MAX),
        variant.title(),
        variant.sku,
        variant.barcodes.first().map_or("", String::as_str),
        variant.list_price.map(|price| price.minor),
        variant.compare_at_price.filter(|price| Some(price.currency) == currency).map(|price| price.minor),
        currency.as_ref().map_or("", |currency| currency.code()),
        variant.unit.word(),
        variant.stock_policy.word(),
        product.tax_category_of(variant).0,
        image_of(product, variant),
        variant.weight_grams.unwrap_or(0),
        variant.requires_shipping,
    ];
    tx.prepare_cached(include_str!("../sql/put_variant.sql"))?.execute(values)?;
    for barcode in variant.barcodes.iter().filter(|barcode| !barcode.is_empty()) {
        tx.prepare_cached("insert or ignore into variant_barcodes (product, variant, code) values (?, ?, ?)")?
            .execute(params![product.id.as_bytes(), variant.id.as_bytes(), code_key(barcode)])?;
    }
    Ok(())
}

fn image_of<'a>(product: &'a Product, variant: &Variant) -> &'a str {
    let own = product.images.iter().find(|image| Some(image.id) == variant.image);
    own.or(product.images.first()).map_or("", |image| image.url.as_str())
}

fn words_of(product: &Product) -> Words {
    let mut words = Words::default();
    words.add(&product.title);
    words.add(&product.vendor);
    words.add(&product.product_type);
    product.tags.iter().for_each(|tag| words.add(tag));
    for variant in &product.variants {
        variant.options.iter().for_each(|option| words.add(option));
        words.add_code(&variant.sku);
        variant.barcodes.iter().for_each(|barcode| words.add_code(barcode));
    }
    words
}

/// The rows of a collection are made anew.
pub(super) fn collection_changed(tx: &Connection, id: CollectionId) -> Result<(), ReplicaError> {
    tx.prepare_cached("delete from collection_products where collection = ?")?.execute([id.as_bytes()])?;
    tx.prepare_cached("delete from collections where id = ?")?.execute([id.as_bytes()])?;
    if let Some((_, fields)) = find_document(tx, id.into())? {
        let collection = Collection::from_fields(id.into(), &fields);
        tx.prepare_cached("insert into collections (id, handle, title_key) values (?, ?, ?)")?.execute(params![
            id.as_bytes(),
            collection.handle,
            fold(&collection.title)
        ])?;
        let mut statement = tx.prepare_cached("insert into collection_products (collection, product) values (?, ?)")?;
        for product in &collection.products {
            statement.execute(params![id.as_bytes(), product.as_bytes()])?;
        }
    }
    catalog_changed(tx)
}

/// Tells readers that their lists of products are out of date.
pub fn catalog_changed(tx: &Connection) -> Result<(), ReplicaError> {
    tx.prepare_cached(
        "insert into catalog_version (id, version) values (1, 1) on conflict (id) do update set version = version + 1",
    )?
    .execute([])?;
    Ok(())
}

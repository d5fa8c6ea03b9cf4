//! Products, variants and collections.

use rusqlite::{Row, params};
use tradepost_domain::catalog::{Collection, Product, ProductStatus, StockPolicy};
use tradepost_domain::id::{CollectionId, ProductId, VariantId};
use tradepost_domain::quantity::{Quantity, Unit};
use tradepost_domain::tax::TaxCategory;

use super::lists::{IS_OFFERED, List, window};
use super::{Cursor, Page, ProductFilter, ProductRow, Reader, VariantRow, count, find_money, page};
use crate::error::ReplicaError;
use crate::projections::text::code_key;

/// The most names of a facet: vendors, types, tags.
const FACET_MAX: i64 = 5000;
/// The most products looked at for [`Reader::products_beside`], each way: where more than that in a row are sold out, fewer are shown.
const BESIDE_MAX: i64 = 24;
/// The days that best sellers are taken from.
const QUICK_KEY_DAYS: i64 = 30;

/// The products that one is shown with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Among {
    /// Of a collection.
    Collection(CollectionId),
    /// Of a type.
    ProductType(String),
    /// Of a vendor.
    Vendor(String),
}

const BESIDE_OF_TYPE: &str = "select number from products where product_type = ?1 and product_type <> '' and is_listed = 1 \
    and number > ?2 and number < ?3 and status = 'active' order by number limit ?4";
const BESIDE_OF_VENDOR: &str = "select number from products where vendor = ?1 and vendor <> '' and is_listed = 1 \
    and number > ?2 and number < ?3 and status = 'active' order by number limit ?4";

impl Reader {
    /// A product.
    pub fn product(&self, id: ProductId) -> Result<Option<Product>, ReplicaError> {
        self.document(id.into())
    }

    /// The product of a handle; of several the one that is listed, then the lowest id.
    pub fn product_by_handle(&self, handle: &str) -> Result<Option<Product>, ReplicaError> {
        let sql = "select id from products where handle = ? order by is_listed desc, id limit 1";
        let id = self.row(sql, [handle], |row| row.get(0).map(ProductId::from_bytes))?;
        id.map_or(Ok(None), |id| self.product(id))
    }

    /// A page of products.
    pub fn products(
        &self,
        filter: &ProductFilter,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<ProductRow>, ReplicaError> {
        self.page_of(List::Products(filter.clone()), after, limit, |number| self.product_row(number))
    }

    /// The first products that are offered, by title: what fills the screen of a till that has no best sellers yet. Reads no more than it gives.
    pub fn first_products(&self, limit: usize) -> Result<Vec<ProductRow>, ReplicaError> {
        let sql = "select number from products where is_listed = 1 and status = ? order by title_key, id limit ?";
        let numbers: Vec<i64> = self.rows(sql, params![ProductStatus::Active.word(), page(limit)], |row| row.get(0))?;
        numbers.into_iter().filter_map(|number| self.product_row(number).transpose()).collect()
    }

    /// How many products there are.
    pub fn product_count(&self, filter: &ProductFilter) -> Result<u64, ReplicaError> {
        Ok(self.numbers(List::Products(filter.clone()))?.len() as u64)
    }

    /// The products at a position of the list.
    pub fn product_at(&self, filter: &ProductFilter, offset: usize, limit: usize) -> Result<Vec<ProductRow>, ReplicaError> {
        let numbers = self.numbers(List::Products(filter.clone()))?;
        window(&numbers, offset, limit).iter().filter_map(|number| self.product_row(*number).transpose()).collect()
    }

    fn product_row(&self, number: i64) -> Result<Option<ProductRow>, ReplicaError> {
        self.row(include_str!("../sql/product_row.sql"), [number], product_row)
    }

    /// The products that stand after this one among those of a kind and can be bought, and from the beginning after the last: each
    /// product has other neighbors, and finding them costs the same in every catalog.
    pub fn products_beside(&self, product: ProductId, among: &Among, limit: usize) -> Result<Vec<ProductRow>, ReplicaError> {
        let mut rows = Vec::new();
        for is_after in [true, false] {
            for number in self.numbers_beside(product, among, is_after)? {
                if rows.len() >= limit {
                    return Ok(rows);
                }
                if self.row(IS_OFFERED, [number], |row| row.get(0))? == Some(true) {
                    rows.extend(self.product_row(number)?);
                }
            }
        }
        Ok(rows)
    }

    fn numbers_beside(&self, product: ProductId, among: &Among, is_after: bool) -> Result<Vec<i64>, ReplicaError> {
        let by_text = |sql: &str, text: &str| -> Result<Vec<i64>, ReplicaError> {
            let own = self.row("select number from products where id = ?", [product.as_bytes()], |row| row.get::<_, i64>(0))?;
            let own = own.unwrap_or(0);
            let (after, before) = if is_after { (own, i64::MAX) } else { (i64::MIN, own) };
            self.rows(sql, params![text, after, before, BESIDE_MAX], |row| row.get(0))
        };
        match among {
            Among::Collection(collection) => {
                let own = product.as_bytes().as_slice();
                // Nothing is longer than an id, so this stands behind every one.
                let (after, before) = if is_after { (own, [0xff; 17].as_slice()) } else { ([].as_slice(), own) };
                let sql = include_str!("../sql/beside_in_collection.sql");
                self.rows(sql, params![collection.as_bytes(), after, before, BESIDE_MAX], |row| row.get(0))
            }
            Among::ProductType(product_type) => by_text(BESIDE_OF_TYPE, product_type),
            Among::Vendor(vendor) => by_text(BESIDE_OF_VENDOR, vendor),
        }
    }

    /// A variant.
    pub fn variant(&self, id: VariantId) -> Result<Option<VariantRow>, ReplicaError> {
        self.row(include_str!("../sql/variant_by_id.sql"), [id.as_bytes()], variant_row)
    }

    pub(super) fn variant_by_number(&self, number: i64) -> Result<Option<VariantRow>, ReplicaError> {
        self.row(include_str!("../sql/variant_by_number.sql"), [number], variant_row)
    }

    /// The variants of a product, in order.
    pub fn variants_of(&self, product: ProductId) -> Result<Vec<VariantRow>, ReplicaError> {
        self.rows(include_str!("../sql/variants_of.sql"), params![product.as_bytes(), page(usize::MAX)], variant_row)
    }

    /// The variants that a scanned or typed code means exactly: by barcode, else by SKU. UPC-A, EAN-13 and GTIN-14 of one article
    /// are one code. What is sold stands first.
    pub fn variants_by_code(&self, code: &str) -> Result<Vec<VariantRow>, ReplicaError> {
        let code = code.trim();
        if code.is_empty() {
            return Ok(Vec::new());
        }
        let mut rows =
            self.rows(include_str!("../sql/variants_by_barcode.sql"), params![code_key(code), page(usize::MAX)], variant_row)?;
        if rows.is_empty() {
            rows = self.rows(include_str!("../sql/variants_by_sku.sql"), params![code, page(usize::MAX)], variant_row)?;
        }
        rows.sort_by_key(|row| match row.status {
            ProductStatus::Active => 0,
            ProductStatus::Draft => 1,
            ProductStatus::Archived => 2,
        });
        Ok(rows)
    }

    /// Best sellers of late.
    pub fn quick_keys(&self, limit: usize) -> Result<Vec<VariantRow>, ReplicaError> {
        let variants = self.rows(include_str!("../sql/quick_keys.sql"), params![QUICK_KEY_DAYS, page(limit)], |row| {
            row.get(0).map(VariantId::from_bytes)
        })?;
        variants.into_iter().filter_map(|variant| self.variant(variant).transpose()).collect()
    }

    /// Vendors of listed products, with how many.
    pub fn vendors(&self) -> Result<Vec<(String, u64)>, ReplicaError> {
        self.facet("select vendor, count(*) from products indexed by products_by_vendor where vendor <> '' and is_listed = 1 group by vendor order by vendor limit ?")
    }

    /// Types of listed products, with how many.
    pub fn product_types(&self) -> Result<Vec<(String, u64)>, ReplicaError> {
        self.facet(
            "select product_type, count(*) from products indexed by products_by_type where product_type <> '' and is_listed = 1 group by product_type order by product_type limit ?",
        )
    }

    /// Tags of products, with how many.
    pub fn tags(&self) -> Result<Vec<(String, u64)>, ReplicaError> {
        self.facet("select tag, count(*) from product_tags group by tag order by tag limit ?")
    }

    fn facet(&self, sql: &str) -> Result<Vec<(String, u64)>, ReplicaError> {
        self.rows(sql, [FACET_MAX], |row| Ok((row.get(0)?, u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0))))
    }

    /// All collections by title, with how many listed products are in them.
    pub fn collections(&self) -> Result<Vec<(Collection, u64)>, ReplicaError> {
        let counted = self.rows(include_str!("../sql/collections.sql"), [page(usize::MAX)], |row| {
            Ok((CollectionId::from_bytes(row.get(0)?), row.get::<_, i64>(1)?))
        })?;
        let mut collections = Vec::with_capacity(counted.len());
        for (id, count) in counted {
            let count = u64::try_from(count).unwrap_or(0);
            collections.extend(self.document::<Collection>(id.into())?.map(|collection| (collection, count)));
        }
        Ok(collections)
    }

    /// A collection.
    pub fn collection(&self, id: CollectionId) -> Result<Option<Collection>, ReplicaError> {
        self.document(id.into())
    }

    /// The collection of a handle.
    pub fn collection_by_handle(&self, handle: &str) -> Result<Option<Collection>, ReplicaError> {
        let sql = "select id from collections where handle = ? order by id limit 1";
        let id = self.row(sql, [handle], |row| row.get(0).map(CollectionId::from_bytes))?;
        id.map_or(Ok(None), |id| self.collection(id))
    }

    /// The collections that a product is in.
    pub fn collections_of(&self, product: ProductId) -> Result<Vec<CollectionId>, ReplicaError> {
        let sql = "select collection from collection_products where product = ? order by collection limit ?";
        self.rows(sql, params![product.as_bytes(), page(usize::MAX)], |row| row.get(0).map(CollectionId::from_bytes))
    }
}

fn status(row: &Row<'_>) -> rusqlite::Result<ProductStatus> {
    Ok(ProductStatus::from_word(row.get_ref("status")?.as_str()?).unwrap_or_default())
}

fn quantity(row: &Row<'_>, column: &str) -> rusqlite::Result<Quantity> {
    row.get(column).map(Quantity::from_thousandths)
}

fn product_row(row: &Row<'_>) -> rusqlite::Result<ProductRow> {
    Ok(ProductRow {
        id: ProductId::from_bytes(row.get("id")?),
        handle: row.get("handle")?,
        title: row.get("title")?,
        vendor: row.get("vendor")?,
        product_type: row.get("product_type")?,
        status: status(row)?,
        image_url: row.get("image_url")?,
        variant_count: count(row, "variant_count")?,
        price_min: find_money(row, "price_min")?,
        price_max: find_money(row, "price_max")?,
        on_hand: quantity(row, "on_hand")?,
        available: quantity(row, "available")?,
        conflict_count: count(row, "conflict_count")?,
    })
}

pub(super) fn variant_row(row: &Row<'_>) -> rusqlite::Result<VariantRow> {
    Ok(VariantRow {
        id: VariantId::from_bytes(row.get("id")?),
        product: ProductId::from_bytes(row.get("product")?),
        product_title: row.get("product_title")?,
        variant_title: row.get("title")?,
        sku: row.get("sku")?,
        barcode: row.get("barcode")?,
        list_price: find_money(row, "list_price")?,
        compare_at_price: find_money(row, "compare_at_price")?,
        unit: Unit::from_word(row.get_ref("unit")?.as_str()?).unwrap_or_default(),
        stock_policy: StockPolicy::from_word(row.get_ref("stock_policy")?.as_str()?).unwrap_or_default(),
        tax_category: TaxCategory(row.get("tax_category")?),
        image_url: row.get("image_url")?,
        weight_grams: row.get("weight_grams")?,
        requires_shipping: row.get("requires_shipping")?,
        status: status(row)?,
        available: quantity(row, "available")?,
    })
}

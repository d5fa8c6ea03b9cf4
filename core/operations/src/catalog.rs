//! Products and collections: made, changed, archived. Only the fields that differ are recorded.

use std::collections::BTreeSet;

use tradepost_domain::catalog::{Collection, Product, ProductStatus, Variant};
use tradepost_domain::document::{Document, DocumentEdit, DocumentKind, FieldChange, Fields, Scalar, TEXT_BYTES_MAX};
use tradepost_domain::id::{CollectionId, ProductId, VariantId};
use tradepost_domain::shop::ShopSettings;
use tradepost_domain::staff::Permission;
use tradepost_replica::{Reader, Recorded};

use crate::by::By;
use crate::error::{Outcome, Refusal};
use crate::shop::{Shop, found, same_currency};
use crate::text;

/// Products that one bulk edit changes at most: one entry holds them.
pub const PRODUCTS_AT_ONCE_MAX: usize = 200;
/// Variants of one product: Shopify's limit, beyond which lists of them are of no use.
pub(crate) const VARIANTS_MAX: usize = 2_048;
/// Pictures of one product.
const IMAGES_MAX: usize = 250;
/// Tags of one product.
const TAGS_MAX: usize = 250;
/// Barcodes of one variant.
const BARCODES_MAX: usize = 50;
/// Options of one product, and values of one variant.
const OPTIONS_MAX: usize = 3;

impl Shop {
    /// A product with one variant, not saved yet.
    pub fn new_product(by: &mut By<'_>, title: &str) -> Product {
        let mut product = Product::new(ProductId::from_bytes(by.new_id()), title.trim());
        product.variants.push(Self::new_variant(by));
        product
    }

    /// A variant to add to a product.
    pub fn new_variant(by: &mut By<'_>) -> Variant {
        Variant::new(VariantId::from_bytes(by.new_id()))
    }

    /// A collection, not saved yet.
    pub fn new_collection(by: &mut By<'_>, title: &str) -> Collection {
        let id = CollectionId::from_bytes(by.new_id());
        Collection {
            title: title.trim().to_owned(),
            handle: tradepost_domain::catalog::handle_of(title),
            ..Collection::from_fields(id.into(), &Fields::new())
        }
    }

    /// Makes or changes a product. A new one without a handle gets one from its title. `None`: nothing differed.
    pub fn save_product(&self, by: &mut By<'_>, product: &Product) -> Outcome<Option<Recorded>> {
        self.save_all(by, "product.save", std::slice::from_ref(product))
    }

    /// Changes several products in one entry: editing in a table.
    pub fn save_products(&self, by: &mut By<'_>, products: &[Product]) -> Outcome<Option<Recorded>> {
        if products.len() > PRODUCTS_AT_ONCE_MAX {
            return Err(Refusal::TooMany { what: "products", count: products.len(), max: PRODUCTS_AT_ONCE_MAX }.into());
        }
        let ids: BTreeSet<ProductId> = products.iter().map(|product| product.id).collect();
        if ids.len() < products.len() {
            return Err(Refusal::NotValid { what: "the list of products", expected: "each product stands in it once" }.into());
        }
        self.save_all(by, "product.save_many", products)
    }

    /// Sets single fields of a product: what a person changed, and nothing of what others change meanwhile.
    pub fn set_product_fields(&self, by: &mut By<'_>, id: ProductId, changes: Vec<FieldChange>) -> Outcome<Option<Recorded>> {
        let mut work = self.work_by(by, Permission::EditCatalog)?;
        let (kind, before) = found(work.read.fields(id.into())?, "this product")?;
        if kind != DocumentKind::Product {
            return Err(crate::error::OperationError::NotFound { what: "this product" });
        }
        changes.iter().try_for_each(check_change)?;
        let mut after = before.clone();
        after.apply(&changes);
        check_product(&Product::from_fields(id.into(), &after), &work.settings()?)?;
        let changes: Vec<FieldChange> =
            changes.into_iter().filter(|change| before.get(&change.path) != change.value.as_ref()).collect();
        let edits = if changes.is_empty() { Vec::new() } else { vec![DocumentEdit { id: id.into(), kind, changes }] };
        work.record_edits(by, "product.set_fields", edits)
    }

    /// Takes a product out of sale and out of lists. Past sales keep it.
    pub fn archive(&self, by: &mut By<'_>, id: ProductId) -> Outcome<Option<Recorded>> {
        let mut work = self.work_by(by, Permission::EditCatalog)?;
        let product = found(work.read.product(id)?, "this product")?;
        work.save(by, "product.archive", &Product { status: ProductStatus::Archived, ..product })
    }

    /// Makes or changes a collection.
    pub fn save_collection(&self, by: &mut By<'_>, collection: &Collection) -> Outcome<Option<Recorded>> {
        text::name(&collection.title, "a title for the collection")?;
        text::long(&collection.description_html, "the description")?;
        let handle = if collection.handle.is_empty() {
            tradepost_domain::catalog::handle_of(&collection.title)
        } else {
            collection.handle.clone()
        };
        let collection = Collection { handle, ..collection.clone() };
        self.work_by(by, Permission::EditCatalog)?.save(by, "collection.save", &collection)
    }

    fn save_all(&self, by: &mut By<'_>, operation: &str, products: &[Product]) -> Outcome<Option<Recorded>> {
        let mut work = self.work_by(by, Permission::EditCatalog)?;
        let settings = work.settings()?;
        let mut edits = Vec::new();
        for product in products {
            check_product(product, &settings)?;
            let product = with_handle(product, &work.read)?;
            edits.extend(work.edit_of(&product)?);
        }
        work.record_edits(by, operation, edits)
    }
}

/// The product with a handle that no other product has, where it has none of its own.
fn with_handle(product: &Product, read: &Reader) -> Outcome<Product> {
    let mut product = product.clone();
    if product.handle.is_empty() {
        product.handle = free_handle(&tradepost_domain::catalog::handle_of(&product.title), product.id, read)?;
    }
    Ok(product)
}

fn free_handle(wanted: &str, id: ProductId, read: &Reader) -> Outcome<String> {
    let wanted = if wanted.is_empty() { "product" } else { wanted };
    for n in 1..100 {
        let handle = if n == 1 { wanted.to_owned() } else { format!("{wanted}-{n}") };
        if read.product_by_handle(&handle)?.is_none_or(|other| other.id == id) {
            return Ok(handle);
        }
    }
    Ok(format!("{wanted}-{id}"))
}

/// What must be true of a product before it is recorded, from whomever it comes.
pub(crate) fn check_product(product: &Product, settings: &ShopSettings) -> Outcome<()> {
    text::name(&product.title, "a title for the product")?;
    text::long(&product.description_html, "the description")?;
    for name in [&product.handle, &product.vendor, &product.product_type, &product.tax_category.0] {
        text::at_most(name, "the text", text::NAME_CHARS_MAX)?;
    }
    let counts = [
        ("variants", product.variants.len(), VARIANTS_MAX),
        ("pictures", product.images.len(), IMAGES_MAX),
        ("tags", product.tags.len(), TAGS_MAX),
        ("options", product.option_names.len(), OPTIONS_MAX),
    ];
    for (what, count, max) in counts {
        if count > max {
            return Err(Refusal::TooMany { what, count, max }.into());
        }
    }
    product.tags.iter().try_for_each(|tag| check_tag(tag))?;
    product.variants.iter().try_for_each(|variant| check_variant(variant, settings))
}

fn check_tag(tag: &str) -> Outcome<()> {
    if tag.trim().is_empty() {
        return Err(Refusal::Missing { what: "the tag, or take it out" }.into());
    }
    text::at_most(tag, "a tag", text::NAME_CHARS_MAX)
}

fn check_variant(variant: &Variant, settings: &ShopSettings) -> Outcome<()> {
    text::at_most(&variant.sku, "the SKU", text::NAME_CHARS_MAX)?;
    if variant.options.len() > OPTIONS_MAX {
        return Err(Refusal::TooMany { what: "options", count: variant.options.len(), max: OPTIONS_MAX }.into());
    }
    if variant.barcodes.len() > BARCODES_MAX {
        return Err(Refusal::TooMany { what: "barcodes", count: variant.barcodes.len(), max: BARCODES_MAX }.into());
    }
    variant.options.iter().chain(&variant.barcodes).try_for_each(|text| text::at_most(text, "the text", text::NAME_CHARS_MAX))?;
    for price in [variant.list_price, variant.compare_at_price, variant.unit_cost].into_iter().flatten() {
        same_currency(settings, price)?;
        if price.is_negative() {
            return Err(Refusal::NotValid { what: "a price", expected: "it cannot be negative" }.into());
        }
    }
    if variant.weight_grams.is_some_and(|grams| grams < 0) {
        return Err(Refusal::NotValid { what: "the weight", expected: "it cannot be negative" }.into());
    }
    Ok(())
}

fn check_change(change: &FieldChange) -> Outcome<()> {
    let is_too_long = matches!(&change.value, Some(Scalar::Text(text)) if text.len() > TEXT_BYTES_MAX);
    if is_too_long {
        return Err(Refusal::TooLong { what: "the text", max: TEXT_BYTES_MAX }.into());
    }
    text::name(&change.path, "the field's path")
}

//! A product as a file tells it, before it has an id.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tradepost_domain::catalog::{Product, ProductImage, ProductStatus, StockPolicy, Variant};
use tradepost_domain::id::{ImageId, ProductId, VariantId};
use tradepost_domain::money::Money;
use tradepost_domain::quantity::{Quantity, Unit};
use tradepost_domain::tax::TaxCategory;

use crate::problem::Problem;

/// One product of a file: the rows in a row that share a handle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportedProduct {
    /// Its first row; the header is 1.
    pub first_row: u64,
    /// How many rows it took.
    pub row_count: u64,
    /// The product.
    pub draft: ProductDraft,
    /// On hand, by index of the variant, where the file tells it.
    pub stock: Vec<(usize, Quantity)>,
    /// Whether the file had rows of this handle before, with others between: add these to that product ([`ProductDraft::absorb`]).
    pub is_continuation: bool,
    /// What is wrong with its rows.
    pub problems: Vec<Problem>,
}

/// A [`Product`] without ids.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each is the field of Product of the same name")]
pub struct ProductDraft {
    pub handle: String,
    pub title: String,
    pub description_html: String,
    pub vendor: String,
    pub product_type: String,
    pub status: ProductStatus,
    pub tags: BTreeSet<String>,
    pub option_names: Vec<String>,
    pub tax_category: TaxCategory,
    pub images: Vec<ImageDraft>,
    /// At least one.
    pub variants: Vec<VariantDraft>,
    pub imported: BTreeMap<String, String>,
}

/// A [`ProductImage`] without an id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each is the field of ProductImage of the same name")]
pub struct ImageDraft {
    pub url: String,
    pub alt_text: String,
}

/// A [`Variant`] without ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each is the field of Variant of the same name")]
pub struct VariantDraft {
    pub options: Vec<String>,
    pub sku: String,
    pub barcodes: Vec<String>,
    pub list_price: Option<Money>,
    pub compare_at_price: Option<Money>,
    pub unit_cost: Option<Money>,
    pub weight_grams: Option<i64>,
    pub unit: Unit,
    pub stock_policy: StockPolicy,
    pub is_taxable: bool,
    pub requires_shipping: bool,
    /// Index of the picture in the product's pictures.
    pub image: Option<usize>,
    pub imported: BTreeMap<String, String>,
}

impl ProductDraft {
    /// The product with these ids. Variants and pictures get theirs in order.
    pub fn into_product(
        self,
        id: ProductId,
        mut new_variant_id: impl FnMut() -> VariantId,
        mut new_image_id: impl FnMut() -> ImageId,
    ) -> Product {
        let Self {
            handle,
            title,
            description_html,
            vendor,
            product_type,
            status,
            tags,
            option_names,
            tax_category,
            images,
            variants,
            imported,
        } = self;
        let images: Vec<ProductImage> =
            images.into_iter().map(|ImageDraft { url, alt_text }| ProductImage { id: new_image_id(), url, alt_text }).collect();
        let variants = variants.into_iter().map(|variant| variant.into_variant(new_variant_id(), &images)).collect();
        Product {
            id,
            handle,
            title,
            description_html,
            vendor,
            product_type,
            status,
            tags,
            option_names,
            tax_category,
            images,
            variants,
            imported,
        }
    }

    /// Adds a later block of the same product: what is empty here is filled, pictures and variants that are new are added (a variant with the same
    /// options, SKU, barcodes and price is the same). Returns where each of the later
    /// block's variants now stands.
    pub fn absorb(&mut self, later: Self) -> Vec<usize> {
        let Self {
            handle: _,
            title,
            description_html,
            vendor,
            product_type,
            status: _,
            tags,
            option_names,
            tax_category: _,
            images,
            variants,
            imported,
        } = later;
        for (mine, theirs) in [
            (&mut self.title, title),
            (&mut self.description_html, description_html),
            (&mut self.vendor, vendor),
            (&mut self.product_type, product_type),
        ] {
            if mine.is_empty() {
                *mine = theirs;
            }
        }
        self.tags.extend(tags);
        if self.option_names.len() < option_names.len() {
            self.option_names = option_names;
        }
        for (column, text) in imported {
            self.imported.entry(column).or_insert(text);
        }
        let image_places: Vec<usize> = images.into_iter().map(|image| self.place_image(image)).collect();
        let width = self.option_names.len();
        self.variants.iter_mut().for_each(|variant| variant.options.resize(width, String::new()));
        variants
            .into_iter()
            .map(|mut variant| {
                variant.options.resize(width, String::new());
                variant.image = variant.image.and_then(|image| image_places.get(image)).copied();
                self.place_variant(variant)
            })
            .collect()
    }

    fn place_image(&mut self, image: ImageDraft) -> usize {
        self.images.iter().position(|mine| mine.url == image.url).unwrap_or_else(|| {
            self.images.push(image);
            self.images.len() - 1
        })
    }

    fn place_variant(&mut self, variant: VariantDraft) -> usize {
        let is_same = |mine: &VariantDraft| {
            (&mine.options, &mine.sku, &mine.barcodes, mine.list_price)
                == (&variant.options, &variant.sku, &variant.barcodes, variant.list_price)
        };
        self.variants.iter().position(is_same).unwrap_or_else(|| {
            self.variants.push(variant);
            self.variants.len() - 1
        })
    }
}

impl VariantDraft {
    fn into_variant(self, id: VariantId, images: &[ProductImage]) -> Variant {
        let Self {
            options,
            sku,
            barcodes,
            list_price,
            compare_at_price,
            unit_cost,
            weight_grams,
            unit,
            stock_policy,
            is_taxable,
            requires_shipping,
            image,
            imported,
        } = self;
        let image = image.and_then(|index| images.get(index)).map(|image| image.id);
        Variant {
            id,
            options,
            sku,
            barcodes,
            list_price,
            compare_at_price,
            unit_cost,
            weight_grams,
            unit,
            stock_policy,
            is_taxable,
            requires_shipping,
            image,
            imported,
        }
    }
}

impl From<&Product> for ProductDraft {
    fn from(product: &Product) -> Self {
        let Product {
            id: _,
            handle,
            title,
            description_html,
            vendor,
            product_type,
            status,
            tags,
            option_names,
            tax_category,
            images,
            variants,
            imported,
        } = product.clone();
        let ids: Vec<ImageId> = images.iter().map(|image| image.id).collect();
        let images = images.into_iter().map(|ProductImage { id: _, url, alt_text }| ImageDraft { url, alt_text }).collect();
        let variants = variants.into_iter().map(|variant| VariantDraft::of(variant, &ids)).collect();
        Self {
            handle,
            title,
            description_html,
            vendor,
            product_type,
            status,
            tags,
            option_names,
            tax_category,
            images,
            variants,
            imported,
        }
    }
}

impl VariantDraft {
    fn of(variant: Variant, images: &[ImageId]) -> Self {
        let Variant {
            id: _,
            options,
            sku,
            barcodes,
            list_price,
            compare_at_price,
            unit_cost,
            weight_grams,
            unit,
            stock_policy,
            is_taxable,
            requires_shipping,
            image,
            imported,
        } = variant;
        let image = image.and_then(|id| images.iter().position(|image| *image == id));
        Self {
            options,
            sku,
            barcodes,
            list_price,
            compare_at_price,
            unit_cost,
            weight_grams,
            unit,
            stock_policy,
            is_taxable,
            requires_shipping,
            image,
            imported,
        }
    }
}

//! Products, variants and collections: what the shop sells.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::id::{CollectionId, ImageId, ProductId, VariantId};
use crate::money::Money;
use crate::quantity::Unit;
use crate::tax::TaxCategory;

/// Whether a product is offered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductStatus {
    /// Sold in the shop and on the web.
    #[default]
    Active,
    /// Being prepared: not sold.
    Draft,
    /// Kept for the record: not sold, and hidden from lists.
    Archived,
}

/// What happens when a tracked variant runs out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockPolicy {
    /// Its stock is not tracked.
    NotTracked,
    /// The web stops selling at zero. The till always sells.
    #[default]
    StopAtZero,
    /// The web goes on selling.
    SellOn,
}

/// What the shop talks about: "T-shirt". One document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// Its name in URLs and files; unique in a well-kept shop, not enforced.
    pub handle: String,
    /// Its name.
    pub title: String,
    /// Its description in HTML, as entered; sanitized where it is shown.
    pub description_html: String,
    /// Its maker or brand.
    pub vendor: String,
    /// Its kind, in the shop's own words.
    pub product_type: String,
    /// Whether it is offered.
    pub status: ProductStatus,
    /// Its tags.
    pub tags: BTreeSet<String>,
    /// The names of its options in order ("Color", "Size"), at most three.
    pub option_names: Vec<String>,
    /// What it is for tax.
    pub tax_category: TaxCategory,
    /// Its pictures in order.
    pub images: Vec<ProductImage>,
    /// Its variants in order; a product that is sold has at least one.
    pub variants: Vec<Variant>,
    /// Columns of an imported file that have no field here, by the file's own column name; exported again unchanged.
    pub imported: BTreeMap<String, String>,
}

/// A picture of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductImage {
    /// Its id.
    pub id: ImageId,
    /// Where it is: `https:` for an imported one, `blob:<blake3 hex>` for one kept in the shop.
    pub url: String,
    /// What it shows, for people who cannot see it.
    pub alt_text: String,
}

/// What is priced, stocked and sold: "T-shirt, blue, M".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// Its id.
    pub id: VariantId,
    /// Its value for each of the product's options.
    pub options: Vec<String>,
    /// The shop's own code for it.
    pub sku: String,
    /// What a scanner reads on it; several are possible, the first is printed on labels.
    pub barcodes: Vec<String>,
    /// Its price before discount; `None`: not for sale yet.
    pub list_price: Option<Money>,
    /// A former or recommended price to show beside it.
    pub compare_at_price: Option<Money>,
    /// What the shop paid.
    pub unit_cost: Option<Money>,
    /// Its weight in grams, for shipping.
    pub weight_grams: Option<i64>,
    /// What it is measured in.
    pub unit: Unit,
    /// What happens when it runs out.
    pub stock_policy: StockPolicy,
    /// Whether it is taxed.
    pub is_taxable: bool,
    /// Whether it is shipped (no: a service, a download).
    pub requires_shipping: bool,
    /// The picture that shows it.
    pub image: Option<ImageId>,
    /// Columns of an imported file that have no field here.
    pub imported: BTreeMap<String, String>,
}

/// A group of products that buyers browse. One document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// Its id.
    pub id: CollectionId,
    /// Its name in URLs.
    pub handle: String,
    /// Its name.
    pub title: String,
    /// Its description.
    pub description_html: String,
    /// The products in it.
    pub products: BTreeSet<ProductId>,
}
// OWNER domain: impl Document for Product, Collection. Paths: title, handle, description, vendor, product_type, status ("active"...), tags/<tag>=true,
// options/<n>/name, tax_category, images/<id>/{position,url,alt_text}, variants/<id>/{position,options/<n>,sku,barcodes/<n>,list_price (minor),
// compare_at_price, unit_cost, currency,...,removed}, imported/<column>, variants/<id>/imported/<column>.
// Variant::title(): options joined " / "; Product::title_of(variant).

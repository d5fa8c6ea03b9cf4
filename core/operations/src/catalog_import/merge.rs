//! A product of a file laid over the one that is here.

use std::collections::{BTreeMap, HashSet};

use tradepost_domain::catalog::{Product, ProductImage, StockPolicy, Variant};
use tradepost_domain::id::{ImageId, ProductId, VariantId};
use tradepost_domain::quantity::Unit;
use tradepost_domain::tax::TaxCategory;

use crate::by::By;

/// The product as it shall be.
pub(super) struct Merged {
    pub product: Product,
    /// For each of the file's variants, in its order: the one that it made here; `None`: it was here.
    pub new_variants: Vec<Option<(VariantId, StockPolicy)>>,
    /// The variants that the file's stand for now.
    pub told: Vec<VariantId>,
}

/// A product that is not here yet.
pub(super) fn created(file: Product, by: &mut By<'_>) -> Merged {
    let id = ProductId::from_bytes(by.new_id());
    let empty = Product { handle: file.handle.clone(), status: file.status, ..Product::new(id, &file.title) };
    let handle = if file.handle.is_empty() { tradepost_domain::catalog::handle_of(&file.title) } else { file.handle.clone() };
    let merged = updated(&empty, file, by);
    Merged { product: Product { handle, ..merged.product }, ..merged }
}

/// The file's values over those that are here. What the file is silent about stays, and so do variants and pictures that it does not have.
pub(super) fn updated(before: &Product, file: Product, by: &mut By<'_>) -> Merged {
    let status = file.status;
    let mut merged = lay_over(before, file, by, Prefer::File, &HashSet::new());
    merged.product.status = status;
    merged
}

/// More rows of a product that the file had before: they add to it. `told` are variants that earlier rows told: a row that says
/// something else is another variant, not a correction of one of them.
pub(super) fn continued(before: &Product, file: Product, by: &mut By<'_>, told: &HashSet<VariantId>) -> Merged {
    lay_over(before, file, by, Prefer::Present, told)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Prefer {
    File,
    Present,
}

impl Prefer {
    /// The preferred text, unless it is empty.
    fn text(self, present: &str, file: String) -> String {
        match self {
            Self::File if !file.is_empty() => file,
            Self::Present if present.is_empty() => file,
            Self::File | Self::Present => present.to_owned(),
        }
    }
}

fn lay_over(before: &Product, file: Product, by: &mut By<'_>, prefer: Prefer, told: &HashSet<VariantId>) -> Merged {
    let Product {
        id: _,
        handle: _,
        title,
        description_html,
        vendor,
        product_type,
        status: _,
        tags,
        option_names,
        tax_category,
        images,
        variants,
        imported,
    } = file;
    let (images, image_ids) = lay_images(&before.images, images, by);
    let Laid { variants, new_variants, told } = lay_variants(&before.variants, variants, &image_ids, by, told);
    let is_silent_on_tax = tax_category == TaxCategory::default() || prefer == Prefer::Present;
    let mut tags_after = before.tags.clone();
    if prefer == Prefer::Present {
        tags_after.extend(tags);
    } else if !tags.is_empty() {
        tags_after = tags;
    }
    let keeps_options = option_names.is_empty() || option_names.len() < before.option_names.len();
    let imported = match prefer {
        Prefer::File => laid_over(&before.imported, imported),
        Prefer::Present => laid_over(&imported, before.imported.clone()),
    };
    let product = Product {
        id: before.id,
        handle: before.handle.clone(),
        title: prefer.text(&before.title, title),
        description_html: prefer.text(&before.description_html, description_html),
        vendor: prefer.text(&before.vendor, vendor),
        product_type: prefer.text(&before.product_type, product_type),
        status: before.status,
        tags: tags_after,
        option_names: if keeps_options { before.option_names.clone() } else { option_names },
        tax_category: if is_silent_on_tax { before.tax_category.clone() } else { tax_category },
        images,
        variants,
        imported,
    };
    Merged { product, new_variants, told }
}

/// What stands below, with what stands above it wherever both say something.
fn laid_over(below: &BTreeMap<String, String>, above: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut all = below.clone();
    all.extend(above);
    all
}

/// Pictures by their address; and which id each of the file's got.
fn lay_images(
    before: &[ProductImage],
    file: Vec<ProductImage>,
    by: &mut By<'_>,
) -> (Vec<ProductImage>, BTreeMap<ImageId, ImageId>) {
    let mut images = before.to_vec();
    let mut ids = BTreeMap::new();
    for image in file {
        match images.iter_mut().find(|present| present.url == image.url) {
            Some(present) => {
                if !image.alt_text.is_empty() {
                    present.alt_text = image.alt_text;
                }
                ids.insert(image.id, present.id);
            }
            None => {
                let id = ImageId::from_bytes(by.new_id());
                ids.insert(image.id, id);
                images.push(ProductImage { id, ..image });
            }
        }
    }
    (images, ids)
}

struct Laid {
    variants: Vec<Variant>,
    new_variants: Vec<Option<(VariantId, StockPolicy)>>,
    told: Vec<VariantId>,
}

/// Variants by SKU, else by their options. Each one that is here is taken once; those in `told` only by a row that repeats it.
fn lay_variants(
    before: &[Variant],
    file: Vec<Variant>,
    image_ids: &BTreeMap<ImageId, ImageId>,
    by: &mut By<'_>,
    told: &HashSet<VariantId>,
) -> Laid {
    let mut laid =
        Laid { variants: before.to_vec(), new_variants: Vec::with_capacity(file.len()), told: Vec::with_capacity(file.len()) };
    let mut is_free: Vec<bool> = before.iter().map(|variant| !told.contains(&variant.id)).collect();
    for variant in file {
        if let Some(same) = before.iter().find(|present| told.contains(&present.id) && is_repeated(present, &variant)) {
            laid.new_variants.push(None);
            laid.told.push(same.id);
            continue;
        }
        let image = variant.image.and_then(|image| image_ids.get(&image)).copied();
        let place = place_of(&variant, before, &is_free);
        match place.and_then(|place| Some((laid.variants.get_mut(place)?, is_free.get_mut(place)?))) {
            Some((present, is_free)) => {
                *present = lay_variant(present, variant, image);
                *is_free = false;
                laid.new_variants.push(None);
                laid.told.push(present.id);
            }
            None => {
                let id = VariantId::from_bytes(by.new_id());
                laid.new_variants.push(Some((id, variant.stock_policy)));
                laid.told.push(id);
                laid.variants.push(Variant { id, image, ..variant });
            }
        }
    }
    laid
}

/// Whether a later row says the same of the same thing.
fn is_repeated(present: &Variant, file: &Variant) -> bool {
    (&present.options, &present.sku, &present.barcodes, present.list_price)
        == (&file.options, &file.sku, &file.barcodes, file.list_price)
}

fn place_of(variant: &Variant, before: &[Variant], is_free: &[bool]) -> Option<usize> {
    let free = || before.iter().zip(is_free).enumerate().filter(|(_, (_, is_free))| **is_free);
    let by_sku = free().find(|(_, (present, _))| !variant.sku.is_empty() && present.sku == variant.sku);
    let by_options = || {
        // Another SKU on the same options is another code for the same thing only where one of the two has none.
        free().find(|(_, (present, _))| present.options == variant.options && (variant.sku.is_empty() || present.sku.is_empty()))
    };
    let by_position = || free().find(|(_, (present, _))| present.options == variant.options);
    by_sku.or_else(by_options).or_else(by_position).map(|(place, _)| place)
}

fn lay_variant(before: &Variant, file: Variant, image: Option<ImageId>) -> Variant {
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
        image: _,
        imported,
    } = file;
    let mut imported_after = before.imported.clone();
    imported_after.extend(imported);
    Variant {
        id: before.id,
        options: if options.is_empty() { before.options.clone() } else { options },
        sku: if sku.is_empty() { before.sku.clone() } else { sku },
        barcodes: if barcodes.is_empty() { before.barcodes.clone() } else { barcodes },
        list_price: list_price.or(before.list_price),
        compare_at_price: compare_at_price.or(before.compare_at_price),
        unit_cost: unit_cost.or(before.unit_cost),
        weight_grams: weight_grams.or(before.weight_grams),
        unit: if unit == Unit::default() { before.unit } else { unit },
        stock_policy,
        is_taxable,
        requires_shipping,
        image: image.or(before.image),
        imported: imported_after,
    }
}

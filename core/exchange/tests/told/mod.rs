//! A product as a whole file tells it: a plain model of what an import makes of the items that a reader gives.

use std::collections::BTreeMap;

use tradepost_domain::catalog::{Product, ProductImage, Variant};
use tradepost_domain::id::ImageId;
use tradepost_domain::import::ImportItem;
use tradepost_exchange::shopify::ids;

#[derive(Debug, Clone)]
pub struct ToldProduct {
    pub product: Product,
    /// What else its item said.
    pub item: ImportItem,
}

impl ToldProduct {
    pub fn of(mut item: ImportItem) -> Option<Self> {
        Some(Self { product: item.product.take()?, item })
    }

    /// Adds a later block of the same product: what is empty here is filled, pictures and variants that are new are added at the end (a
    /// variant with the same options, SKU, barcodes and price is the same). Stock that a later block tells stands behind what was told before.
    pub fn absorb(&mut self, later: Self) {
        let Self { product: later, item } = later;
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
            tax_category: _,
            images,
            variants,
            imported,
        } = later;
        self.item.rows += item.rows;
        let product = &mut self.product;
        for (mine, theirs) in [
            (&mut product.title, title),
            (&mut product.description_html, description_html),
            (&mut product.vendor, vendor),
            (&mut product.product_type, product_type),
        ] {
            if mine.is_empty() {
                *mine = theirs;
            }
        }
        product.tags.extend(tags);
        if product.option_names.len() < option_names.len() {
            product.option_names = option_names;
        }
        for (column, text) in imported {
            product.imported.entry(column).or_insert(text);
        }
        let place_image = |ProductImage { id, url, alt_text }| (id, placed_image(&mut product.images, url, alt_text));
        let image_ids: BTreeMap<ImageId, ImageId> = images.into_iter().map(place_image).collect();
        let width = product.option_names.len();
        product.variants.iter_mut().for_each(|variant| variant.options.resize(width, String::new()));
        let place_variant = |mut variant: Variant| {
            variant.options.resize(width, String::new());
            variant.image = variant.image.and_then(|image| image_ids.get(&image)).copied();
            placed_variant(&mut product.variants, variant)
        };
        let places: Vec<usize> = variants.into_iter().map(place_variant).collect();
        self.item.stock.extend(item.stock.into_iter().filter_map(|(index, quantity)| Some((*places.get(index)?, quantity))));
    }
}

/// The id of the picture with this address, which is added where it is new.
fn placed_image(images: &mut Vec<ProductImage>, url: String, alt_text: String) -> ImageId {
    let present = images.iter().find(|image| image.url == url).map(|image| image.id);
    present.unwrap_or_else(|| {
        let id = ids::image_at(images.len());
        images.push(ProductImage { id, url, alt_text });
        id
    })
}

/// The place of the variant, which is added where it is new.
fn placed_variant(variants: &mut Vec<Variant>, variant: Variant) -> usize {
    let is_same = |mine: &Variant| {
        (&mine.options, &mine.sku, &mine.barcodes, mine.list_price)
            == (&variant.options, &variant.sku, &variant.barcodes, variant.list_price)
    };
    variants.iter().position(is_same).unwrap_or_else(|| {
        let place = variants.len();
        variants.push(Variant { id: ids::variant_at(place), ..variant });
        place
    })
}

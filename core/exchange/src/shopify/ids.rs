//! Ids of a product that a file tells: they only tie its parts together, each made of the part's place. Whoever takes the product into a
//! shop gives it ids of its own.

use tradepost_domain::id::{ImageId, ProductId, VariantId};

/// Stands for the id of every product of a file.
pub const PRODUCT: ProductId = ProductId::from_bytes([0; 16]);

/// The id of the variant at this index of the product's variants.
pub fn variant_at(index: usize) -> VariantId {
    VariantId::from_bytes((index as u128).to_be_bytes())
}

/// The id of the picture at this index of the product's pictures.
pub fn image_at(index: usize) -> ImageId {
    ImageId::from_bytes((index as u128).to_be_bytes())
}

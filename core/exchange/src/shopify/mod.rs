//! Shopify's CSV of products, in and out.
//!
//! A product is the rows in a row that share a handle; its first row carries its texts, each row a variant, a picture or both. Columns
//! that have no field here are kept with the product or variant and exported again. What Shopify has no column for (tax category, unit, further barcodes) is written to
//! columns of our own, which Shopify ignores. Tags are separated by commas, so a tag cannot hold one.

pub(crate) mod columns;
mod export;
mod group;
pub mod ids;
mod reader;
mod values;

pub use export::{ExportColumns, Exporter, export};
pub use group::{IMAGES_MAX, PRODUCT_BYTES_MAX, VARIANTS_MAX};
pub use reader::Reader;

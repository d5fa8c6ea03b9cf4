//! Labels and shelf tags as PDF: on sheets of A4 or Letter, or one to a page for a label printer's roll.
//!
//! Barcodes are drawn as bars, never as pictures, so that they are sharp at every resolution. A barcode that does not fit the label is left out and told.

mod barcode;
mod draw;
mod sheet;

use tradepost_domain::catalog::{Product, Variant};
use tradepost_domain::money::Money;

pub use sheet::{SHEETS, Sheet};

/// What stands on a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The product's name, with the variant's options.
    pub name: String,
    /// The price; `None`: none is printed.
    pub price: Option<Money>,
    /// The shop's own code; empty: none.
    pub sku: String,
    /// What a scanner reads; empty: no barcode. 8, 12 or 13 digits with a fitting check digit become EAN-8, UPC-A or EAN-13, everything else Code 128.
    pub barcode: String,
    /// How often it is printed.
    pub copies: u32,
}

/// What a label is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelStyle {
    /// It is stuck to the goods: name, price, code.
    Product,
    /// It stands at the shelf: the price is large.
    ShelfTag,
}

/// A PDF of labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSheet {
    /// The PDF.
    pub pdf: Vec<u8>,
    /// How many pages it has.
    pub page_count: usize,
    /// Barcodes that were left out, because they do not fit the label or hold letters that no barcode has.
    pub barcodes_left_out: Vec<String>,
}

/// The most labels in one PDF: four hundred sheets.
pub const LABELS_MAX: usize = 10_000;

/// Why labels cannot be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// There are none.
    #[error("there is no label to print. Choose products and how many labels of each")]
    None,
    /// There are too many.
    #[error("these are more than {LABELS_MAX} labels. Print them in several goes")]
    TooMany,
}

impl Label {
    /// The label of a variant. A variant without a barcode gets its SKU as barcode.
    pub fn of(product: &Product, variant: &Variant, copies: u32) -> Self {
        let barcode = variant.barcodes.first().unwrap_or(&variant.sku).clone();
        Self { name: product.title_of(variant), price: variant.list_price, sku: variant.sku.clone(), barcode, copies }
    }
}

/// Draws labels. `first_place` skips labels of the first sheet that are used up already.
pub fn labels_pdf(labels: &[Label], sheet: &Sheet, style: LabelStyle, first_place: usize) -> Result<LabelSheet, LabelError> {
    let count: u64 = labels.iter().map(|label| u64::from(label.copies)).sum();
    match usize::try_from(count) {
        Ok(0) => Err(LabelError::None),
        Ok(count) if count <= LABELS_MAX => Ok(draw::sheets(labels, sheet, style, first_place)),
        Ok(_) | Err(_) => Err(LabelError::TooMany),
    }
}

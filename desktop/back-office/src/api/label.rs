//! Labels with price and barcode, as a PDF.

use serde::Serialize;
use tradepost_domain::id::VariantId;
use tradepost_domain::quantity::Quantity;
use tradepost_exchange::labels::{Label, LabelStyle, SHEETS, Sheet, labels_pdf};
use tradepost_operations::read::Reader;
use ts_rs::TS;

use super::error::{ApiError, ApiResult};
use super::stock::{StockEntry, parse_entries};

/// A sheet or roll to print on.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SheetView {
    /// What `print_labels` takes.
    pub key: String,
    /// What people choose.
    pub name: String,
}

/// Every sheet and roll.
pub fn sheets() -> Vec<SheetView> {
    SHEETS.iter().map(|sheet| SheetView { key: sheet.key.to_owned(), name: sheet.name.to_owned() }).collect()
}

/// A PDF with so many labels of each variant.
pub fn pdf(reader: &Reader, entries: &[StockEntry], sheet: &str) -> ApiResult<Vec<u8>> {
    let sheet = Sheet::by_key(sheet).ok_or_else(|| ApiError::not_found("kind of paper"))?;
    let lines = parse_entries(entries)?;
    let labels = lines.into_iter().map(|(variant, copies)| label_of(reader, variant, copies)).collect::<ApiResult<Vec<_>>>()?;
    let sheet = labels_pdf(&labels, sheet, LabelStyle::Product, 0).map_err(|problem| ApiError::input(problem.to_string()))?;
    Ok(sheet.pdf)
}

fn label_of(reader: &Reader, id: VariantId, copies: Quantity) -> ApiResult<Label> {
    let copies = copies.to_whole().and_then(|copies| u32::try_from(copies).ok()).filter(|copies| *copies > 0);
    let copies = copies.ok_or_else(|| ApiError::input("Labels: write a whole number, such as 12."))?;
    let row = reader.variant(id)?.ok_or_else(|| ApiError::not_found("variant"))?;
    let product = reader.product(row.product)?.ok_or_else(|| ApiError::not_found("product"))?;
    let variant = product.find_variant(id).ok_or_else(|| ApiError::not_found("variant"))?;
    Ok(Label::of(&product, variant, copies))
}

//! `labels`, `receipt`.

use std::path::Path;

use serde_json::json;
use tradepost_devices::{NetworkPrinter, ReceiptPrinter, StatusSupport, Timeouts};
use tradepost_domain::quantity::Quantity;
use tradepost_exchange::labels::{Label, LabelStyle, SHEETS, labels_pdf};
use tradepost_exchange::receipt::{Drawer, ENGLISH, PrinterProfile, ReceiptContext, ReceiptDocument};
use tradepost_operations::read::{PAGE_MAX, ProductFilter, VariantRow};

use crate::answer::Answer;
use crate::args::{Labels, Receipt};
use crate::error::CliError;
use crate::open::{Open, code_and_quantity};
use crate::till::{find_sale, sale_json};

/// Letters in a line where a receipt is shown as text.
const COLUMNS: usize = 48;

pub fn labels(data: &Path, labels: &Labels) -> Result<Answer, CliError> {
    let open = Open::at(data)?;
    let names = || SHEETS.iter().map(|sheet| sheet.key).collect::<Vec<_>>().join(", ");
    let sheet = SHEETS.iter().find(|sheet| sheet.key == labels.sheet);
    let sheet =
        sheet.ok_or_else(|| CliError::Usage(format!("there is no sheet \"{}\"; there are: {}", labels.sheet, names())))?;
    let wanted = if labels.codes.is_empty() { of_everything(&open)? } else { of_codes(&open, &labels.codes)? };
    let style = if labels.shelf { LabelStyle::ShelfTag } else { LabelStyle::Product };
    let made = labels_pdf(&wanted, sheet, style, 0).map_err(|error| CliError::Refused(error.to_string()))?;
    std::fs::write(&labels.file, &made.pdf).map_err(|error| CliError::writing(&labels.file, &error))?;
    let count: u64 = wanted.iter().map(|label| u64::from(label.copies)).sum();
    let json = json!({ "file": labels.file.display().to_string(), "labels": count, "pages": made.page_count, "barcodes_left_out": made.barcodes_left_out });
    let mut answer = Answer::new(json, format!("Wrote {count} labels on {} pages.", made.page_count));
    if !made.barcodes_left_out.is_empty() {
        answer
            .messages
            .push(format!("These barcodes do not fit the label and were left out: {}", made.barcodes_left_out.join(", ")));
    }
    Ok(answer)
}

fn of_codes(open: &Open, codes: &[String]) -> Result<Vec<Label>, CliError> {
    let mut labels = Vec::with_capacity(codes.len());
    for text in codes {
        let (code, copies) = code_and_quantity(text)?;
        let copies = copies.to_whole().and_then(|copies| u32::try_from(copies).ok()).filter(|_| copies > Quantity::ZERO);
        let copies = copies.ok_or_else(|| CliError::Usage(format!("\"{text}\": write SKU=COPIES")))?;
        labels.extend(label(open, &open.variant(code)?, copies)?);
    }
    Ok(labels)
}

fn of_everything(open: &Open) -> Result<Vec<Label>, CliError> {
    let (mut labels, mut after) = (Vec::new(), None);
    loop {
        let page = open.read.products(&ProductFilter::default(), after.as_ref(), PAGE_MAX)?;
        for row in page.rows {
            if let Some(product) = open.read.product(row.id)? {
                labels.extend(product.variants.iter().map(|variant| Label::of(&product, variant, 1)));
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(labels);
        }
    }
}

fn label(open: &Open, row: &VariantRow, copies: u32) -> Result<Option<Label>, CliError> {
    let product = open.read.product(row.product)?;
    Ok(product.as_ref().and_then(|product| Some(Label::of(product, product.find_variant(row.id)?, copies))))
}

pub fn receipt(data: &Path, receipt: &Receipt) -> Result<Answer, CliError> {
    let open = Open::at(data)?;
    let sale = find_sale(&open, &receipt.receipt_number)?;
    let settings = open.settings()?;
    let till = open.read.till(sale.till)?.map(|till| till.name).unwrap_or_default();
    let staff = sale
        .staff
        .map(|staff| open.read.staff_member(staff))
        .transpose()?
        .flatten()
        .map(|member| member.name)
        .unwrap_or_default();
    let number = sale.receipt_number.to_string();
    let context = ReceiptContext {
        shop: &settings,
        words: &ENGLISH,
        till_name: &till,
        staff_name: &staff,
        journal_code: "",
        qr: Some(&number),
    };
    let document = ReceiptDocument::of_sale(&sale, &context).into_copy(&ENGLISH);
    if let Some(path) = &receipt.pdf {
        std::fs::write(path, document.to_pdf()).map_err(|error| CliError::writing(path, &error))?;
    }
    if let Some(address) = &receipt.print {
        let job = document.to_escpos(PrinterProfile::generic(), Drawer::LeaveShut);
        NetworkPrinter::new(address.clone(), address.clone(), StatusSupport::None, Timeouts::default()).print(&job.bytes)?;
    }
    Ok(Answer::new(sale_json(&sale), document.to_text(COLUMNS)))
}

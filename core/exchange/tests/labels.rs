//! Labels on sheets and rolls. With `TRADEPOST_KEEP_PDF` naming a folder, the PDFs are kept for looking at and for a barcode reader.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use tradepost_domain::money::{Currency, Money};
use tradepost_exchange::labels::{LABELS_MAX, Label, LabelError, LabelStyle, SHEETS, Sheet, labels_pdf};

fn labels() -> Vec<Label> {
    let price = Some(Money::from_minor(1250, Currency::EUR));
    [
        ("T-shirt, blue / M", "TS-BLUE-M", "4006381333931"),
        ("Mug with a very long name that does not fit on one line of a label, nor on two", "MUG", "036000291452"),
        ("Pen", "PEN-1", "96385074"),
        ("Café Łódź 北京", "INT-7", "INT-0007"),
        ("Digits", "D", "12345678901"),
    ]
    .into_iter()
    .map(|(name, sku, barcode)| Label {
        name: name.to_owned(),
        price,
        sku: sku.to_owned(),
        barcode: barcode.to_owned(),
        copies: 2,
    })
    .collect()
}

#[test]
fn every_sheet_takes_labels_of_both_styles() {
    for sheet in SHEETS {
        for style in [LabelStyle::Product, LabelStyle::ShelfTag] {
            let made = labels_pdf(&labels(), sheet, style, 0).unwrap();
            assert_eq!(made.page_count, 10_usize.div_ceil(sheet.labels_per_page()), "{}", sheet.key);
            println!(
                "{} {style:?}: {} pages, {} bytes, left out {:?}",
                sheet.key,
                made.page_count,
                made.pdf.len(),
                made.barcodes_left_out
            );
            if let Ok(folder) = std::env::var("TRADEPOST_KEEP_PDF") {
                std::fs::write(format!("{folder}/labels-{}-{style:?}.pdf", sheet.key), made.pdf).unwrap();
            }
        }
    }
}

#[test]
fn used_up_places_of_the_first_sheet_are_skipped() {
    let sheet = Sheet::by_key("a4-24").unwrap();
    assert_eq!(labels_pdf(&labels(), sheet, LabelStyle::Product, 14).unwrap().page_count, 1);
    assert_eq!(labels_pdf(&labels(), sheet, LabelStyle::Product, 15).unwrap().page_count, 2);
}

#[test]
fn a_barcode_that_does_not_fit_is_told() {
    let long = Label { barcode: "A-VERY-LONG-CODE-THAT-NO-LABEL-HOLDS-IN-THIS".to_owned(), ..labels()[0].clone() };
    let made = labels_pdf(std::slice::from_ref(&long), Sheet::by_key("roll-40x30").unwrap(), LabelStyle::Product, 0).unwrap();
    assert_eq!(made.barcodes_left_out, [long.barcode]);
}

#[test]
fn too_many_and_too_few_labels_are_refused() {
    let sheet = Sheet::by_key("a4-24").unwrap();
    assert_eq!(labels_pdf(&[], sheet, LabelStyle::Product, 0), Err(LabelError::None));
    let many = Label { copies: u32::try_from(LABELS_MAX).unwrap() + 1, ..labels()[0].clone() };
    assert_eq!(labels_pdf(&[many], sheet, LabelStyle::Product, 0), Err(LabelError::TooMany));
}

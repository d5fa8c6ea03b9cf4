//! Receipts, reports and accounting of a sample shop.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod sample;

use sample::*;
use tradepost_domain::money::Currency;
use tradepost_exchange::accounting::DailyTotals;
use tradepost_exchange::receipt::{Drawer, ENGLISH, PROFILES, ReceiptDocument};
use unicode_width::UnicodeWidthStr;

fn documents() -> Vec<ReceiptDocument> {
    let shop = shop();
    let context = context(&shop);
    vec![
        ReceiptDocument::of_sale(&sale(), &context),
        ReceiptDocument::of_sale(&sale(), &context).into_copy(&ENGLISH),
        ReceiptDocument::gift_of(&sale(), &context),
        ReceiptDocument::of_refund(&refund(), Some(&sale().receipt_number), &context),
        ReceiptDocument::of_z_report(&closed(), &context),
        ReceiptDocument::of_x_report(&opened(), &totals(), NOON, &context),
    ]
}

/// Compares with a file of `golden/`; `TRADEPOST_WRITE_GOLDEN=1` writes it instead, for reading before it is committed.
fn check_golden(name: &str, text: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("TRADEPOST_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(path).unwrap());
}

#[test]
fn a_receipt_reads_like_this_at_32_columns() {
    let text = documents()[0].to_text(32);
    check_golden("receipt-32.txt", &text);
}

#[test]
fn a_z_report_reads_like_this_at_42_columns() {
    let text = documents()[4].to_text(42);
    check_golden("z-report-42.txt", &text);
}

#[test]
fn no_line_is_wider_than_the_paper() {
    for document in documents() {
        for columns in [32, 42, 48] {
            for line in document.to_text(columns).lines() {
                assert!(line.width() <= columns, "{columns}: {line}");
            }
        }
    }
}

#[test]
fn a_gift_receipt_tells_no_price() {
    let text = documents()[2].to_text(48);
    assert!(text.contains("Gift receipt") && text.contains("T-shirt"), "{text}");
    for price in ["19.99", "12.99", "49.90", "Total"] {
        assert!(!text.contains(price), "{text}");
    }
}

#[test]
fn cash_rounding_is_shown_with_what_is_to_pay() {
    let shop = shop();
    let text = ReceiptDocument::of_sale(&sale_of(vec![line(1, "Pen", 1000, 198)]), &context(&shop)).to_text(32);
    for expected in [
        "Total EUR                   1.98",
        "Cash rounding               0.02",
        "To pay                      2.00",
        "Change                      8.00",
    ] {
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn tax_on_top_of_prices_stands_before_the_total() {
    let shop = tradepost_domain::shop::ShopSettings { tax_inclusion: tradepost_domain::tax::TaxInclusion::Exclusive, ..shop() };
    let text = ReceiptDocument::of_sale(&sale(), &context(&shop)).to_text(42);
    let place = |word: &str| text.find(word).unwrap_or_else(|| panic!("{word} is missing in {text}"));
    assert!(place("Subtotal") < place("VAT 19 %") && place("VAT 19 %") < place("Total EUR"));
}

#[test]
fn a_copy_says_so_at_the_top() {
    assert_eq!(documents()[1].to_text(32).lines().next().unwrap().trim(), "*** Copy ***");
}

#[test]
fn a_products_name_cannot_command_the_printer() {
    let shop = shop();
    let document = ReceiptDocument::of_sale(
        &sale_of(vec![line(1, "Evil\x1bp\x00\x32\u{fa}\x1dV\x00\n\u{9b}name", 1000, 100)]),
        &context(&shop),
    );
    let job = document.to_escpos(&PROFILES[0], Drawer::LeaveShut);
    assert!(!job.bytes.windows(2).any(|pair| pair == b"\x1bp"));
    assert_eq!(job.bytes.windows(2).filter(|pair| *pair == b"\x1dV").count(), 1);
}

#[test]
fn pdfs_are_made_of_every_document() {
    for (number, document) in documents().iter().enumerate() {
        let pdf = document.to_pdf();
        assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 1000);
        if let Ok(folder) = std::env::var("TRADEPOST_KEEP_PDF") {
            std::fs::write(format!("{folder}/receipt-{number}.pdf"), pdf).unwrap();
        }
    }
}

#[test]
fn a_day_of_accounting_adds_up() {
    let mut totals = DailyTotals::new(Currency::EUR);
    totals.add_sale(&sale()).unwrap();
    totals.add_refund(&refund()).unwrap();
    let csv = String::from_utf8(totals.write_csv(Vec::new()).unwrap()).unwrap();
    check_golden("accounting.csv", &csv);
    let sum = |record: &[&str], column: usize| -> i64 {
        let rows = csv.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
        rows.filter(|cells| record.contains(&cells[1]))
            .map(|cells| cells[column].replace('.', "").parse::<i64>().unwrap_or(0))
            .sum()
    };
    for column in [5, 6, 7] {
        assert_eq!(sum(&["tax"], column), sum(&["sales", "refunds"], column), "column {column}");
    }
    assert_eq!(sum(&["tender"], 7), sum(&["sales", "refunds", "cash_rounding"], 7));
}

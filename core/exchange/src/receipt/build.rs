//! Receipts from sales and refunds, reports from till sessions.

use tradepost_domain::basket::LineItem;
use tradepost_domain::money::Money;
use tradepost_domain::quantity::{Quantity, Unit};
use tradepost_domain::sale::{ReceiptNumber, Refund, RefundLine, Sale, Tender, TenderType};
use tradepost_domain::shop::ShopSettings;
use tradepost_domain::tax::{TaxAmount, TaxInclusion};
use tradepost_domain::till_session::{SessionTotals, TillSessionClosed, TillSessionOpened};
use tradepost_domain::time::Timestamp;

use super::words::ReceiptWords;
use super::{AmountRow, Emphasis, ReceiptDocument, ReceiptKind, ReceiptLine};

/// What a receipt says beside the sale itself.
#[derive(Debug, Clone)]
pub struct ReceiptContext<'a> {
    /// The shop: its name, header, footer and clock.
    pub shop: &'a ShopSettings,
    /// Its words.
    pub words: &'a ReceiptWords,
    /// The till's name, for reports.
    pub till_name: &'a str,
    /// Who served; empty: not printed.
    pub staff_name: &'a str,
    /// The short code of the journal's tip; empty: not printed.
    pub journal_code: &'a str,
    /// What the QR code says; `None`: no code.
    pub qr: Option<&'a str>,
}

impl ReceiptDocument {
    /// The customer's receipt for a sale.
    pub fn of_sale(sale: &Sale, context: &ReceiptContext<'_>) -> Self {
        let words = context.words;
        let mut document = context.document(ReceiptKind::Sale, String::new());
        document.details = context.sale_details(&sale.receipt_number, sale.sold_at);
        document.lines = sale.lines.iter().map(|item| sale_line(item, words)).collect();
        document.blocks = vec![totals_block(sale, context), tenders_block(sale, words)];
        if context.shop.tax_inclusion == TaxInclusion::Inclusive {
            document.blocks.push(included_tax_block(sale, words));
        }
        document.note = sale.note.clone();
        document
    }

    /// A receipt without prices, to go with a gift.
    pub fn gift_of(sale: &Sale, context: &ReceiptContext<'_>) -> Self {
        let mut document = context.document(ReceiptKind::Gift, context.words.gift_receipt.to_owned());
        document.details = context.sale_details(&sale.receipt_number, sale.sold_at);
        let bare = |item: &LineItem| ReceiptLine {
            title: item.line.title.clone(),
            quantity: with_unit(item.line.quantity, item.line.unit),
            amount: String::new(),
            discount: None,
        };
        document.lines = sale.lines.iter().map(bare).collect();
        document
    }

    /// The customer's receipt for a refund. `of_receipt`: the number of the sale's receipt, where it is known.
    pub fn of_refund(refund: &Refund, of_receipt: Option<&ReceiptNumber>, context: &ReceiptContext<'_>) -> Self {
        let words = context.words;
        let mut document = context.document(ReceiptKind::Refund, words.refund.to_owned());
        document.details = context.sale_details(&refund.receipt_number, refund.refunded_at);
        document.details.extend(of_receipt.map(|number| (words.of_receipt.to_owned(), number.to_string())));
        if !refund.reason.is_empty() {
            document.details.push((words.reason.to_owned(), refund.reason.clone()));
        }
        document.lines = refund.lines.iter().map(refund_line).collect();
        let mut totals = vec![
            row(words.net, refund.net, Emphasis::Plain),
            row(words.tax, refund.tax, Emphasis::Plain),
            total_row(words.refund, refund.gross),
        ];
        totals.extend(nonzero(words.rounding, refund.cash_rounding));
        let handed_back = refund.tenders.iter().map(|tender| tender_row(tender, words));
        let heading = AmountRow { label: words.handed_back.to_owned(), amount: String::new(), emphasis: Emphasis::Bold };
        document.blocks = vec![totals, std::iter::once(heading).chain(handed_back).collect()];
        document
    }

    /// The Z report of a closed till session.
    pub fn of_z_report(closed: &TillSessionClosed, context: &ReceiptContext<'_>) -> Self {
        let words = context.words;
        let mut document = context.document(ReceiptKind::ZReport, format!("{} {}", words.z_report, closed.z_number));
        document.details = context.report_details(closed.business_day.to_string(), closed.closed_at);
        document.blocks = session_blocks(&closed.totals, words);
        document.blocks.push(vec![
            row(words.counted_cash, closed.count.counted, Emphasis::Bold),
            row(words.variance, closed.cash_variance, Emphasis::Bold),
        ]);
        document
    }

    /// The X report of a session so far.
    pub fn of_x_report(opened: &TillSessionOpened, totals: &SessionTotals, at: Timestamp, context: &ReceiptContext<'_>) -> Self {
        let mut document = context.document(ReceiptKind::XReport, context.words.x_report.to_owned());
        document.details = context.report_details(opened.business_day.to_string(), at);
        document.blocks = session_blocks(totals, context.words);
        document
    }
}

impl ReceiptContext<'_> {
    fn document(&self, kind: ReceiptKind, heading: String) -> ReceiptDocument {
        let is_report = matches!(kind, ReceiptKind::XReport | ReceiptKind::ZReport);
        let journal =
            if self.journal_code.is_empty() { String::new() } else { format!("{} {}", self.words.journal, self.journal_code) };
        let footer = if is_report { Vec::new() } else { lines_of(&self.shop.receipt_footer) };
        ReceiptDocument {
            kind,
            copy_mark: String::new(),
            shop_name: self.shop.name.clone(),
            header: lines_of(&self.shop.receipt_header),
            heading,
            details: Vec::new(),
            lines: Vec::new(),
            blocks: Vec::new(),
            note: String::new(),
            footer,
            journal,
            qr: self.qr.filter(|_| !is_report).map(str::to_owned),
        }
    }

    fn sale_details(&self, number: &ReceiptNumber, at: Timestamp) -> Vec<(String, String)> {
        let mut details =
            vec![(self.words.receipt.to_owned(), number.to_string()), (self.words.date.to_owned(), self.local_time(at))];
        if !self.staff_name.is_empty() {
            details.push((self.words.staff.to_owned(), self.staff_name.to_owned()));
        }
        details
    }

    fn report_details(&self, business_day: String, at: Timestamp) -> Vec<(String, String)> {
        let mut details = vec![
            (self.words.till.to_owned(), self.till_name.to_owned()),
            (self.words.business_day.to_owned(), business_day),
            (self.words.date.to_owned(), self.local_time(at)),
        ];
        if !self.staff_name.is_empty() {
            details.push((self.words.closed_by.to_owned(), self.staff_name.to_owned()));
        }
        details
    }

    /// `2026-11-22 14:05 UTC+1`.
    fn local_time(&self, at: Timestamp) -> String {
        let offset = self.shop.utc_offset_minutes;
        let minute_of_day = at.unix_ms.saturating_add(i64::from(offset) * 60_000).div_euclid(60_000).rem_euclid(1440);
        let (sign, ahead) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
        let zone = match (ahead / 60, ahead % 60) {
            (0, 0) => "UTC".to_owned(),
            (hours, 0) => format!("UTC{sign}{hours}"),
            (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
        };
        format!("{} {:02}:{:02} {zone}", at.date_at_offset(offset), minute_of_day / 60, minute_of_day % 60)
    }
}

fn lines_of(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn with_unit(quantity: Quantity, unit: Unit) -> String {
    quantity.with_unit(unit)
}

fn sale_line(item: &LineItem, words: &ReceiptWords) -> ReceiptLine {
    let line = &item.line;
    let before_discount = line.unit_price.times(line.quantity).unwrap_or(line.unit_price);
    let discount = (!item.discount.is_zero()).then(|| {
        let reason = line.discount.as_ref().map(|discount| discount.reason.as_str()).filter(|reason| !reason.is_empty());
        let label = reason.map_or_else(|| words.discount.to_owned(), |reason| format!("{} ({reason})", words.discount));
        (label, negative(item.discount))
    });
    ReceiptLine {
        title: line.title.clone(),
        quantity: format!("{} x {}", with_unit(line.quantity, line.unit), line.unit_price.to_decimal()),
        amount: before_discount.to_decimal(),
        discount,
    }
}

fn refund_line(line: &RefundLine) -> ReceiptLine {
    ReceiptLine {
        title: line.title.clone(),
        quantity: line.quantity.to_string(),
        amount: line.gross.to_decimal(),
        discount: None,
    }
}

fn negative(amount: Money) -> String {
    format!("-{}", amount.to_decimal())
}

fn row(label: &str, amount: Money, emphasis: Emphasis) -> AmountRow {
    AmountRow { label: label.to_owned(), amount: amount.to_decimal(), emphasis }
}

fn nonzero(label: &str, amount: Money) -> Option<AmountRow> {
    (!amount.is_zero()).then(|| row(label, amount, Emphasis::Plain))
}

fn total_row(label: &str, amount: Money) -> AmountRow {
    AmountRow { label: format!("{label} {}", amount.currency), amount: amount.to_decimal(), emphasis: Emphasis::Large }
}

fn totals_block(sale: &Sale, context: &ReceiptContext<'_>) -> Vec<AmountRow> {
    let words = context.words;
    let mut rows = Vec::new();
    if context.shop.tax_inclusion == TaxInclusion::Exclusive {
        rows.push(row(words.subtotal, sale.net, Emphasis::Plain));
        rows.extend(sale.taxes.iter().map(|tax| tax_row(tax, words)));
    }
    rows.push(total_row(words.total, sale.gross));
    if let Some(rounding) = nonzero(words.rounding, sale.cash_rounding) {
        rows.push(rounding);
        let to_pay = sale.gross.checked_add(sale.cash_rounding).unwrap_or(sale.gross);
        rows.push(row(words.to_pay, to_pay, Emphasis::Bold));
    }
    // The lines show each discount taken off; this only sums them up.
    rows.extend(nonzero(words.discounts, sale.discount));
    rows
}

fn included_tax_block(sale: &Sale, words: &ReceiptWords) -> Vec<AmountRow> {
    let mut rows = vec![row(words.net, sale.net, Emphasis::Plain)];
    rows.extend(sale.taxes.iter().map(|tax| tax_row(tax, words)));
    rows
}

fn tax_row(tax: &TaxAmount, words: &ReceiptWords) -> AmountRow {
    let name = if tax.name.is_empty() { words.tax } else { &tax.name };
    row(&format!("{name} {} {}", words.tax_on, tax.net.to_decimal()), tax.tax, Emphasis::Plain)
}

fn tenders_block(sale: &Sale, words: &ReceiptWords) -> Vec<AmountRow> {
    let mut rows: Vec<AmountRow> = sale.tenders.iter().map(|tender| tender_row(tender, words)).collect();
    rows.extend(nonzero(words.change, sale.change_due).map(|row| AmountRow { emphasis: Emphasis::Bold, ..row }));
    rows
}

fn tender_row(tender: &Tender, words: &ReceiptWords) -> AmountRow {
    let word = tender_word(tender.tender_type, words);
    let label = if tender.reference.is_empty() { word.to_owned() } else { format!("{word} ({})", tender.reference) };
    row(&label, tender.amount, Emphasis::Plain)
}

fn tender_word(tender_type: TenderType, words: &ReceiptWords) -> &'static str {
    match tender_type {
        TenderType::Cash => words.cash,
        TenderType::ExternalCard => words.card,
        TenderType::Other => words.other,
    }
}

fn session_blocks(totals: &SessionTotals, words: &ReceiptWords) -> Vec<Vec<AmountRow>> {
    let counted = |label: &str, count: u64, amount: Money| row(&format!("{label} ({count})"), amount, Emphasis::Plain);
    let takings = vec![
        counted(words.sales, totals.sale_count, totals.sales_gross),
        counted(words.refunds, totals.refund_count, totals.refunds_gross),
        row(words.net, totals.net, Emphasis::Plain),
        row(words.tax, totals.tax, Emphasis::Plain),
        row(words.discounts, totals.discount, Emphasis::Plain),
        row(words.rounding, totals.cash_rounding, Emphasis::Plain),
    ];
    let taxes: Vec<AmountRow> = totals.taxes.iter().map(|tax| tax_row(tax, words)).collect();
    let tenders =
        totals.tenders.iter().map(|(tender, amount)| row(tender_word(*tender, words), *amount, Emphasis::Plain)).collect();
    let drawer = vec![
        row(words.opening_float, totals.opening_float, Emphasis::Plain),
        row(words.paid_in, totals.paid_in, Emphasis::Plain),
        row(words.paid_out, totals.paid_out, Emphasis::Plain),
        row(words.safe_drops, totals.safe_drops, Emphasis::Plain),
        row(words.expected_cash, totals.expected_cash, Emphasis::Bold),
    ];
    [takings, taxes, tenders, drawer].into_iter().filter(|block| !block.is_empty()).collect()
}

//! `till`, `sell`, `refund`.

use std::path::Path;

use serde_json::{Value, json};
use tradepost_domain::basket::DiscountKind;
use tradepost_domain::id::LineId;
use tradepost_domain::refund::RefundRequest;
use tradepost_domain::sale::{GoodsReturn, ReceiptNumber, Refund as RefundMade, Sale, Tender, TenderType};
use tradepost_domain::shop::Till;
use tradepost_domain::tax::RateMillionths;
use tradepost_domain::till_session::{CashCount, CashMovementKind, SessionTotals};
use tradepost_domain::time::Timestamp;
use tradepost_operations::read::TillSessionRow;
use tradepost_operations::{BatchLine, BatchSale, BatchTender, ReceiptChoice, RefundOrder, RefundTender, counted};

use crate::answer::{Answer, amount};
use crate::args::{CashKind, Refund, Sell, TillCommand};
use crate::batch;
use crate::error::CliError;
use crate::open::{Open, code_and_quantity};

pub fn run(data: &Path, command: &TillCommand) -> Result<Answer, CliError> {
    let mut open = Open::at(data)?;
    let answer = match command {
        TillCommand::Open { float, at } => self::open(&mut open, float, *at)?,
        TillCommand::Show => show(&open)?,
        TillCommand::Move { kind, amount, reason } => move_cash(&mut open, *kind, amount, reason)?,
        TillCommand::Close { counted, at } => close(&mut open, counted, *at)?,
    };
    open.close()?;
    Ok(answer)
}

fn open(open: &mut Open, float: &str, at: Option<Timestamp>) -> Result<Answer, CliError> {
    let float = open.amount(float)?;
    let (shop, till) = (open.shop.clone(), open.till_or_new()?);
    let session = shop.open_session(&mut open.by_at(at), till.id, float)?.session;
    let json = json!({
        "session": session.id,
        "till": till.code,
        "business_day": session.business_day.to_string(),
        "opened_at": session.opened_at.to_string(),
        "opening_float": amount(session.opening_float),
    });
    Ok(Answer::new(json, format!("Till {} is open with {} for {}.", till.code, session.opening_float, session.business_day)))
}

/// This device's till and its open session.
pub fn open_session(open: &Open) -> Result<(Till, TillSessionRow), CliError> {
    let till = open.till_here()?;
    let none = || CliError::Refused(format!("till {} is not open: open it with \"till open --float AMOUNT\"", till.code));
    let session = open.read.open_session(till.id)?.ok_or_else(none)?;
    Ok((till, session))
}

fn show(open: &Open) -> Result<Answer, CliError> {
    let (till, session) = open_session(open)?;
    let mut json = totals_json(&session.totals);
    put(&mut json, "till", json!(till.code));
    put(&mut json, "session", json!(session.id));
    put(&mut json, "business_day", json!(session.business_day.to_string()));
    Ok(Answer::new(json, format!("Till {}, {}: {}", till.code, session.business_day, totals_text(&session.totals))))
}

fn move_cash(open: &mut Open, kind: CashKind, text: &str, reason: &str) -> Result<Answer, CliError> {
    let moved = open.amount(text)?;
    let (shop, (till, session)) = (open.shop.clone(), open_session(open)?);
    let kind = match kind {
        CashKind::In => CashMovementKind::PaidIn,
        CashKind::Out => CashMovementKind::PaidOut,
        CashKind::Safe => CashMovementKind::SafeDrop,
    };
    shop.cash_moved(&mut open.by(), session.id, kind, moved, reason)?;
    let expected = shop.x_report(session.id)?.totals.expected_cash;
    let json =
        json!({ "session": session.id, "till": till.code, "kind": kind, "amount": amount(moved), "expected": amount(expected) });
    Ok(Answer::new(json, format!("Moved {moved}; the drawer should hold {expected}.")))
}

fn close(open: &mut Open, counted: &str, at: Option<Timestamp>) -> Result<Answer, CliError> {
    let counted = open.amount(counted)?;
    let count = CashCount::of_total(counted).map_err(tradepost_operations::OperationError::from)?;
    let (shop, (till, session)) = (open.shop.clone(), open_session(open)?);
    let report = shop.close_session(&mut open.by_at(at), session.id, count)?.report;
    let mut json = totals_json(&report.totals);
    for (key, value) in [
        ("session", json!(session.id)),
        ("till", json!(till.code)),
        ("z_number", json!(report.z_number)),
        ("business_day", json!(report.business_day.to_string())),
        ("counted", amount(report.count.counted)),
        ("variance", amount(report.cash_variance)),
    ] {
        put(&mut json, key, value);
    }
    let text = format!(
        "Z report {} of till {}: {}\ncounted {}, variance {}",
        report.z_number,
        till.code,
        totals_text(&report.totals),
        report.count.counted,
        report.cash_variance
    );
    Ok(Answer::new(json, text))
}

fn put(json: &mut Value, key: &str, value: Value) {
    if let Some(fields) = json.as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
}

pub fn totals_json(totals: &SessionTotals) -> Value {
    let tenders: serde_json::Map<String, Value> =
        totals.tenders.iter().map(|(kind, sum)| (kind.word().to_owned(), amount(*sum))).collect();
    let tax = |tax: &tradepost_domain::tax::TaxAmount| json!({ "name": tax.name, "rate": crate::shop::percent(tax.rate_millionths), "net": amount(tax.net), "tax": amount(tax.tax) });
    json!({
        "sales": totals.sale_count,
        "refunds": totals.refund_count,
        "sales_gross": amount(totals.sales_gross),
        "refunds_gross": amount(totals.refunds_gross),
        "net": amount(totals.net),
        "tax": amount(totals.tax),
        "discount": amount(totals.discount),
        "cash_rounding": amount(totals.cash_rounding),
        "tenders": tenders,
        "taxes": totals.taxes.iter().map(tax).collect::<Vec<_>>(),
        "paid_in": amount(totals.paid_in),
        "paid_out": amount(totals.paid_out),
        "safe_drops": amount(totals.safe_drops),
        "opening_float": amount(totals.opening_float),
        "expected": amount(totals.expected_cash),
    })
}

fn totals_text(totals: &SessionTotals) -> String {
    let sales = counted(totals.sale_count, "sale", "sales");
    let refunds = counted(totals.refund_count, "refund", "refunds");
    format!(
        "{sales} {}, {refunds} {}, tax {}; the drawer should hold {}",
        totals.sales_gross, totals.refunds_gross, totals.tax, totals.expected_cash
    )
}

pub fn sell(data: &Path, sell: &Sell) -> Result<Answer, CliError> {
    let mut open = Open::at(data)?;
    let answer = match &sell.batch {
        Some(file) => batch::run(&mut open, file)?,
        None => sell_once(&mut open, sell)?,
    };
    open.close()?;
    Ok(answer)
}

fn sell_once(open: &mut Open, sell: &Sell) -> Result<Answer, CliError> {
    let (till, _) = open_session(open)?;
    let mut lines = Vec::with_capacity(sell.codes.len());
    for code in &sell.codes {
        let (code, quantity) = code_and_quantity(code)?;
        lines.push(BatchLine { code: code.to_owned(), quantity, unit_price: None });
    }
    let discount = sell.discount.as_deref().map(percent_off).transpose()?;
    let mut tenders = Vec::new();
    for (tender_type, text) in [(TenderType::Cash, &sell.cash), (TenderType::ExternalCard, &sell.card)] {
        if let Some(text) = text {
            tenders.push(Tender { tender_type, amount: open.amount(text)?, reference: String::new() });
        }
    }
    let shop = open.shop.clone();
    let by = &mut open.by_at(sell.at);
    let sale = shop.batch_seller(by, till.id)?.sell(by, BatchSale { lines, discount, tender: BatchTender::Given(tenders) })?.sale;
    Ok(Answer::new(sale_json(&sale), format!("{}: {}, change {}", sale.receipt_number, sale.gross, sale.change_due)))
}

fn percent_off(text: &str) -> Result<DiscountKind, CliError> {
    let whole = RateMillionths(1_000_000);
    let rate = RateMillionths::parse_percent(text).filter(|rate| *rate <= whole);
    rate.map(DiscountKind::Rate)
        .ok_or_else(|| CliError::Usage(format!("\"{text}\" is no discount: write percent between 0 and 100")))
}

pub fn sale_json(sale: &Sale) -> Value {
    json!({
        "sale": sale.id,
        "receipt_number": sale.receipt_number,
        "gross": amount(sale.gross),
        "tax": amount(sale.tax),
        "net": amount(sale.net),
        "discount": amount(sale.discount),
        "cash_rounding": amount(sale.cash_rounding),
        "change": amount(sale.change_due),
        "business_day": sale.business_day.to_string(),
        "sold_at": sale.sold_at.to_string(),
    })
}

pub fn refund(data: &Path, refund: &Refund) -> Result<Answer, CliError> {
    let mut open = Open::at(data)?;
    let (till, session) = open_session(&open)?;
    let sale = find_sale(&open, &refund.receipt_number)?;
    let goods = if refund.damaged { GoodsReturn::Damaged } else { GoodsReturn::Sellable };
    let order = RefundOrder {
        sale: sale.id,
        lines: requests(&open, &sale, &refund.lines, goods)?,
        tender: if refund.cash { RefundTender::Cash } else { RefundTender::Original },
        till: till.id,
        session: session.id,
        reason: refund.reason.clone(),
        receipt: ReceiptChoice::NoPaper,
    };
    let shop = open.shop.clone();
    let refunded = shop.refund(&mut open.by_at(refund.at), order)?.refund;
    open.close()?;
    let text = format!("{}: {} handed back for {}", refunded.receipt_number, refunded.gross, sale.receipt_number);
    Ok(Answer::new(refund_json(&refunded, &sale), text))
}

pub fn refund_json(refund: &RefundMade, sale: &Sale) -> Value {
    let tenders: Vec<Value> =
        refund.tenders.iter().map(|tender| json!({ "type": tender.tender_type, "amount": amount(tender.amount) })).collect();
    json!({
        "refund": refund.id,
        "receipt_number": refund.receipt_number,
        "of_receipt": sale.receipt_number,
        "gross": amount(refund.gross),
        "tax": amount(refund.tax),
        "net": amount(refund.net),
        "cash_rounding": amount(refund.cash_rounding),
        "tenders": tenders,
    })
}

/// The sale of a receipt.
pub fn find_sale(open: &Open, number: &str) -> Result<Sale, CliError> {
    let number: ReceiptNumber =
        number.parse().map_err(|error: tradepost_domain::sale::ReceiptNumberError| CliError::Usage(error.to_string()))?;
    let mut sales = open.read.sales_by_receipt(&number)?;
    match (sales.pop(), sales.len()) {
        (Some(sale), 0) => Ok(sale),
        (None, _) => Err(CliError::Refused(format!("there is no sale with the receipt {number} here"))),
        (Some(_), _) => Err(CliError::Refused(format!("several sales have the receipt {number}: refund it in the back office"))),
    }
}

/// `LINE=QTY`; `LINE` alone is all that is left of it. No lines: all that is left of the receipt.
fn requests(open: &Open, sale: &Sale, lines: &[String], goods: GoodsReturn) -> Result<Vec<RefundRequest>, CliError> {
    let left = open.shop.refundable(sale.id)?;
    if lines.is_empty() {
        let left = left.iter().filter(|line| line.left.thousandths > 0);
        return Ok(left.map(|line| RefundRequest { line: line.line, quantity: line.left, goods }).collect());
    }
    let mut requests = Vec::with_capacity(lines.len());
    for text in lines {
        let (name, quantity) = code_and_quantity(text)?;
        let line = line_of(sale, name)?;
        let all_left = left.iter().find(|left| left.line == line).map(|left| left.left);
        let quantity = if text.contains('=') { quantity } else { all_left.unwrap_or(quantity) };
        requests.push(RefundRequest { line, quantity, goods });
    }
    Ok(requests)
}

/// A line by its SKU, or by its number on the receipt.
fn line_of(sale: &Sale, name: &str) -> Result<LineId, CliError> {
    let by_sku = sale.lines.iter().find(|item| !name.is_empty() && item.line.sku == name);
    let by_number = || name.parse::<usize>().ok().and_then(|number| sale.lines.get(number.checked_sub(1)?));
    let found = by_sku.or_else(by_number).map(|item| item.line.id);
    found.ok_or_else(|| {
        CliError::Refused(format!(
            "receipt {} has no line \"{name}\": use its number (1 to {}) or SKU",
            sale.receipt_number,
            sale.lines.len()
        ))
    })
}

//! `report`.

use std::path::Path;

use serde_json::{Value, json};
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::time::BusinessDay;
use tradepost_operations::read::{PAGE_MAX, SalesTotals, StockRow, TaxTotals, TillSessionRow};

use crate::answer::{Answer, amount, optional_amount, quantity, table};
use crate::args::{Report, ReportKind};
use crate::error::CliError;
use crate::open::Open;
use crate::{shop, stock, till};

/// Where a range without a beginning or an end begins and ends: 1970 and 2999.
const FIRST_DAY: BusinessDay = BusinessDay { unix_day: 0 };
const LAST_DAY: BusinessDay = BusinessDay { unix_day: 376_000 };

pub fn run(data: &Path, report: &Report) -> Result<Answer, CliError> {
    let open = Open::at(data)?;
    let (from, to) = (report.from.unwrap_or(FIRST_DAY), report.to.unwrap_or(LAST_DAY));
    match report.kind {
        ReportKind::Sales => sales(&open, from, to),
        ReportKind::Tax => tax(&open, from, to),
        ReportKind::Stock => stock_value(&open),
        ReportKind::Sessions => sessions(&open, from, to),
    }
}

fn sales(open: &Open, from: BusinessDay, to: BusinessDay) -> Result<Answer, CliError> {
    let currency = open.settings()?.currency;
    let days = open.read.sales_by_day(from, to)?;
    let sum = |part: fn(&SalesTotals) -> Money| Money::sum(currency, days.iter().map(part));
    let count = |part: fn(&SalesTotals) -> u64| days.iter().map(part).sum::<u64>();
    let (net, tax, gross) = (sum(|day| day.net)?, sum(|day| day.tax)?, sum(|day| day.gross)?);
    let tenders = open.read.tenders(from, to)?;
    let tenders: serde_json::Map<String, Value> =
        tenders.into_iter().map(|(kind, total)| (kind.word().to_owned(), amount(total))).collect();
    let json = json!({
        "sales": count(|day| day.sale_count),
        "refunds": count(|day| day.refund_count),
        "orders": count(|day| day.order_count),
        "net": amount(net),
        "tax": amount(tax),
        "gross": amount(gross),
        "orders_gross": amount(sum(|day| day.orders_gross)?),
        "tenders": tenders,
        "days": days.iter().map(day_json).collect::<Vec<_>>(),
    });
    let line = |day: &SalesTotals| {
        vec![
            day.business_day.to_string(),
            day.sale_count.to_string(),
            day.refund_count.to_string(),
            day.net.to_decimal(),
            day.tax.to_decimal(),
            day.gross.to_decimal(),
            day.orders_gross.to_decimal(),
        ]
    };
    let lines: Vec<_> = days.iter().map(line).collect();
    let text = table(&["day", "sales", "refunds", "net", "tax", "gross", "web orders"], &lines);
    Ok(Answer::new(json, format!("{text}\n{gross} altogether, of it {tax} tax")))
}

fn day_json(day: &SalesTotals) -> Value {
    json!({
        "day": day.business_day.to_string(),
        "sales": day.sale_count,
        "refunds": day.refund_count,
        "orders": day.order_count,
        "net": amount(day.net),
        "tax": amount(day.tax),
        "gross": amount(day.gross),
        "orders_gross": amount(day.orders_gross),
    })
}

fn tax(open: &Open, from: BusinessDay, to: BusinessDay) -> Result<Answer, CliError> {
    let currency = open.settings()?.currency;
    let taxes = open.read.taxes(from, to)?;
    let row = |tax: &TaxTotals| json!({ "name": tax.name, "rate": shop::percent(tax.rate_millionths), "net": amount(tax.net), "tax": amount(tax.tax) });
    let total = |part: fn(&TaxTotals) -> Money| Money::sum(currency, taxes.iter().map(part));
    let json = json!({
        "taxes": taxes.iter().map(row).collect::<Vec<_>>(),
        "net": amount(total(|tax| tax.net)?),
        "tax": amount(total(|tax| tax.tax)?),
    });
    let line =
        |tax: &TaxTotals| vec![tax.name.clone(), tax.rate_millionths.to_string(), tax.net.to_decimal(), tax.tax.to_decimal()];
    Ok(Answer::new(json, table(&["name", "rate", "net", "tax"], &taxes.iter().map(line).collect::<Vec<_>>())))
}

/// What is on hand, with its value at cost and at price. What has no cost counts nothing at cost.
fn stock_value(open: &Open) -> Result<Answer, CliError> {
    let currency = open.settings()?.currency;
    let (mut at_cost, mut at_price) = (Money::zero(currency), Money::zero(currency));
    let (mut items, mut lines) = (Vec::new(), Vec::new());
    for row in stock::all(open, None, "")? {
        let (cost, price) = prices(open, &row)?;
        let on_hand = row.level.on_hand;
        let cost_value = value(cost, on_hand, currency)?;
        let price_value = value(price, on_hand, currency)?;
        (at_cost, at_price) = (at_cost.checked_add(cost_value)?, at_price.checked_add(price_value)?);
        let location = open.location_name(row.location)?;
        lines.push(vec![
            row.sku.clone(),
            location.clone(),
            on_hand.to_string(),
            cost_value.to_decimal(),
            price_value.to_decimal(),
        ]);
        items.push(json!({
            "sku": row.sku,
            "title": row.title,
            "location": location,
            "on_hand": quantity(on_hand),
            "committed": quantity(row.level.committed),
            "available": quantity(row.level.available()),
            "unit_cost": optional_amount(cost),
            "price": optional_amount(price),
            "value_at_cost": amount(cost_value),
            "value_at_price": amount(price_value),
        }));
    }
    let json = json!({ "value_at_cost": amount(at_cost), "value_at_price": amount(at_price), "items": items });
    let text = table(&["sku", "location", "on hand", "at cost", "at price"], &lines);
    Ok(Answer::new(json, format!("{text}\n{at_cost} at cost, {at_price} at price")))
}

fn prices(open: &Open, row: &StockRow) -> Result<(Option<Money>, Option<Money>), CliError> {
    let Some(variant) = open.read.variant(row.variant)? else { return Ok((None, None)) };
    let product = open.read.product(variant.product)?;
    let cost = product.as_ref().and_then(|product| product.find_variant(row.variant)).and_then(|variant| variant.unit_cost);
    Ok((cost, variant.list_price))
}

fn value(unit: Option<Money>, on_hand: Quantity, currency: Currency) -> Result<Money, CliError> {
    Ok(match unit {
        Some(unit) if on_hand > Quantity::ZERO => unit.times(on_hand)?,
        Some(_) | None => Money::zero(currency),
    })
}

fn sessions(open: &Open, from: BusinessDay, to: BusinessDay) -> Result<Answer, CliError> {
    let mut rows: Vec<TillSessionRow> = Vec::new();
    loop {
        let page = open.read.sessions(PAGE_MAX, rows.len())?;
        let is_last = page.len() < PAGE_MAX;
        rows.extend(page);
        if is_last {
            break;
        }
    }
    rows.retain(|row| row.business_day >= from && row.business_day <= to);
    let (mut sessions, mut lines) = (Vec::new(), Vec::new());
    for row in &rows {
        let till = open.read.till(row.till)?.map_or_else(|| row.till.to_string(), |till| till.code);
        let variance = row.cash_variance.map_or_else(|| "open".to_owned(), |variance| variance.to_decimal());
        let z_number = row.z_number.map_or_else(String::new, |number| number.to_string());
        lines.push(vec![
            row.business_day.to_string(),
            till.clone(),
            z_number,
            row.totals.sales_gross.to_decimal(),
            row.totals.refunds_gross.to_decimal(),
            variance,
        ]);
        sessions.push(session_json(row, &till));
    }
    let json = json!({ "sessions": sessions });
    Ok(Answer::new(json, table(&["day", "till", "z", "sales", "refunds", "variance"], &lines)))
}

fn session_json(row: &TillSessionRow, till: &str) -> Value {
    let mut json = till::totals_json(&row.totals);
    if let Some(fields) = json.as_object_mut() {
        let more = [
            ("session", json!(row.id)),
            ("till", json!(till)),
            ("business_day", json!(row.business_day.to_string())),
            ("opened_at", json!(row.opened_at.to_string())),
            ("closed_at", row.closed_at.map_or(Value::Null, |at| json!(at.to_string()))),
            ("z_number", json!(row.z_number)),
            ("variance", optional_amount(row.cash_variance)),
        ];
        fields.extend(more.into_iter().map(|(key, value)| (key.to_owned(), value)));
    }
    json
}

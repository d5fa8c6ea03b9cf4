//! Reports: what was sold by day, tax, tender, best sellers, and till sessions with their Z reports.

use serde::Serialize;
use tradepost_domain::id::TillSessionId;
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::shop::Till;
use tradepost_domain::till_session::SessionTotals;
use tradepost_domain::time::BusinessDay;
use tradepost_operations::read::{Reader, SalesTotals, TillSessionRow, TopVariantRow};
use ts_rs::TS;

use super::amount::{Amount, Count, Mark, Moment, Tone};
use super::error::{ApiError, ApiResult};
use super::order::tender_name;
use super::product::Window;
use super::stock::joined_title;

/// The longest range of one report, in days: two years and a day.
const DAYS_MAX: i32 = 732;
/// How many best sellers.
const BEST_MAX: usize = 10;

/// A range of days in figures.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Report {
    /// Sales less refunds, web orders included, with tax.
    pub gross: Amount,
    /// Over the counter without tax.
    pub net: Amount,
    /// Over the counter, tax.
    pub tax: Amount,
    /// Sales and web orders.
    pub sale_count: u64,
    /// Refunds.
    pub refund_count: u64,
    /// Gross by sale; `None`: no sales.
    pub average: Option<Amount>,
    /// Every day of the range, also those without a sale.
    pub days: Vec<DayFigures>,
    /// Tax by rate.
    pub taxes: Vec<TaxFigures>,
    /// Takings by tender.
    pub tenders: Vec<NamedAmount>,
    /// What sold best.
    pub best: Vec<BestSeller>,
}

/// A day in figures.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DayFigures {
    /// `2026-11-22`.
    pub day: String,
    /// Over the counter and on the web, with tax.
    pub gross: Amount,
    /// Over the counter, with tax.
    pub shop_gross: Amount,
    /// On the web, with tax.
    pub web_gross: Amount,
    /// Sales and web orders.
    pub sale_count: u64,
}

/// Tax of one rate.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TaxFigures {
    /// The rate's name.
    pub name: String,
    /// The rate.
    pub rate: String,
    /// Net.
    pub net: Amount,
    /// Tax.
    pub tax: Amount,
}

/// An amount with a name.
#[derive(Debug, Clone, Serialize, TS)]
pub struct NamedAmount {
    /// The name.
    pub name: String,
    /// The amount.
    pub amount: Amount,
}

/// A product that sells.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BestSeller {
    /// What.
    pub title: String,
    /// How much.
    pub quantity: Count,
    /// For how much.
    pub gross: Amount,
}

/// A till session.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionLine {
    /// Its id.
    pub id: String,
    /// Its till.
    pub till: String,
    /// Its trading date.
    pub day: String,
    /// Opened.
    pub opened: Moment,
    /// Closed, if it is.
    pub closed: Option<Moment>,
    /// `Z 12`, or empty while it is open.
    pub z_number: String,
    /// Whether the drawer was right.
    pub drawer: Mark,
    /// Sales with tax.
    pub sales: Amount,
    /// The totals, as the report prints them.
    pub totals: Vec<NamedAmount>,
    /// How many sales and refunds.
    pub counts: String,
    /// Counted less expected.
    pub variance: Option<Amount>,
}

/// A range in figures, both days included.
pub fn show(reader: &Reader, from: &str, to: &str) -> ApiResult<Report> {
    let (from, to) = range(from, to)?;
    let currency = reader.shop()?.currency;
    let days = reader.sales_by_day(from, to)?;
    let every = (from.unix_day..=to.unix_day).map(|unix_day| {
        let day = BusinessDay { unix_day };
        figures(day, days.iter().find(|totals| totals.business_day == day), currency)
    });
    let counter = sum(currency, days.iter().map(|day| day.gross))?;
    let web = sum(currency, days.iter().map(|day| day.orders_gross))?;
    let gross = add(counter, web)?;
    let sale_count: u64 = days.iter().map(|day| day.sale_count.saturating_add(day.order_count)).sum();
    Ok(Report {
        average: average(gross, sale_count),
        gross: gross.into(),
        net: sum(currency, days.iter().map(|day| day.net))?.into(),
        tax: sum(currency, days.iter().map(|day| day.tax))?.into(),
        sale_count,
        refund_count: days.iter().map(|day| day.refund_count).sum(),
        days: every.collect::<ApiResult<_>>()?,
        taxes: tax_figures(reader, from, to)?,
        tenders: reader.tenders(from, to)?.into_iter().map(|(tender, amount)| named(tender_name(tender), amount)).collect(),
        best: best_sellers(reader, from, to)?,
    })
}

/// Till sessions, newest first.
pub fn sessions(reader: &Reader, offset: usize, limit: usize) -> ApiResult<Window<SessionLine>> {
    let tills = reader.tills()?;
    let zone = reader.shop()?.utc_offset_minutes;
    let rows = reader.sessions(limit, offset)?;
    Ok(Window::open_ended(rows.into_iter().map(|row| session_line(row, &tills, zone)).collect(), offset, limit))
}

/// One session.
pub fn session(reader: &Reader, id: &str) -> ApiResult<SessionLine> {
    let id: TillSessionId = id.parse().map_err(|_| ApiError::not_found("till session"))?;
    let row = reader.session(id)?.ok_or_else(|| ApiError::not_found("till session"))?;
    Ok(session_line(row, &reader.tills()?, reader.shop()?.utc_offset_minutes))
}

/// A report as CSV: `sales`, `taxes`, `tenders`, `sessions`.
pub fn csv(reader: &Reader, kind: &str, from: &str, to: &str) -> ApiResult<String> {
    let report = show(reader, from, to)?;
    let mut text = String::new();
    match kind {
        "taxes" => {
            row(&mut text, &["tax", "rate", "net", "tax amount", "currency"]);
            for tax in &report.taxes {
                row(&mut text, &[&tax.name, &tax.rate, &tax.net.decimal, &tax.tax.decimal, &tax.tax.currency]);
            }
        }
        "tenders" => {
            row(&mut text, &["tender", "amount", "currency"]);
            for tender in &report.tenders {
                row(&mut text, &[&tender.name, &tender.amount.decimal, &tender.amount.currency]);
            }
        }
        "sessions" => {
            row(&mut text, &["till", "day", "z report", "opened", "closed", "sales", "variance", "currency"]);
            for session in sessions(reader, 0, tradepost_operations::read::PAGE_MAX)?.rows {
                let closed = session.closed.map(|closed| closed.text).unwrap_or_default();
                let variance = session.variance.map(|variance| variance.decimal).unwrap_or_default();
                row(
                    &mut text,
                    &[
                        &session.till,
                        &session.day,
                        &session.z_number,
                        &session.opened.text,
                        &closed,
                        &session.sales.decimal,
                        &variance,
                        &session.sales.currency,
                    ],
                );
            }
        }
        _ => {
            row(&mut text, &["day", "sales", "over the counter", "web", "total", "currency"]);
            for day in &report.days {
                let count = day.sale_count.to_string();
                row(
                    &mut text,
                    &[&day.day, &count, &day.shop_gross.decimal, &day.web_gross.decimal, &day.gross.decimal, &day.gross.currency],
                );
            }
        }
    }
    Ok(text)
}

/// One line of CSV. A cell that a spreadsheet would run as a formula gets an apostrophe.
fn row(text: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell_text(cell)).collect();
    text.push_str(&cells.join(","));
    text.push_str("\r\n");
}

fn cell_text(cell: &str) -> String {
    let is_number = cell.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
    let guarded =
        if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number { format!("'{cell}") } else { cell.to_owned() };
    if guarded.contains([',', '"', '\n', '\r']) { format!("\"{}\"", guarded.replace('"', "\"\"")) } else { guarded }
}

fn range(from: &str, to: &str) -> ApiResult<(BusinessDay, BusinessDay)> {
    let day = |text: &str| text.parse::<BusinessDay>().map_err(|problem| ApiError::input(format!("Date: {problem}.")));
    let (from, to) = (day(from)?, day(to)?);
    if from > to {
        return Err(ApiError::input("The first day is after the last one."));
    }
    if to.unix_day.saturating_sub(from.unix_day) >= DAYS_MAX {
        return Err(ApiError::input("Choose two years at most."));
    }
    Ok((from, to))
}

/// A day in figures; nothing sold where there are no totals.
pub fn figures(day: BusinessDay, totals: Option<&SalesTotals>, currency: Currency) -> ApiResult<DayFigures> {
    let zero = Money::zero(currency);
    let (shop, web) = totals.map_or((zero, zero), |totals| (totals.gross, totals.orders_gross));
    Ok(DayFigures {
        day: day.to_string(),
        gross: add(shop, web)?.into(),
        shop_gross: shop.into(),
        web_gross: web.into(),
        sale_count: totals.map_or(0, |totals| totals.sale_count.saturating_add(totals.order_count)),
    })
}

fn tax_figures(reader: &Reader, from: BusinessDay, to: BusinessDay) -> ApiResult<Vec<TaxFigures>> {
    let figures = reader.taxes(from, to)?.into_iter().map(|tax| TaxFigures {
        name: tax.name,
        rate: tax.rate_millionths.to_string(),
        net: tax.net.into(),
        tax: tax.tax.into(),
    });
    Ok(figures.collect())
}

fn best_sellers(reader: &Reader, from: BusinessDay, to: BusinessDay) -> ApiResult<Vec<BestSeller>> {
    let rows = reader.top_products(from, to, BEST_MAX)?;
    let seller = |row: TopVariantRow| BestSeller {
        title: joined_title(row.product_title, &row.variant_title),
        quantity: row.quantity.into(),
        gross: row.gross.into(),
    };
    Ok(rows.into_iter().map(seller).collect())
}

fn average(gross: Money, sale_count: u64) -> Option<Amount> {
    let count = i64::try_from(sale_count).ok().filter(|count| *count > 0)?;
    gross.share(1, count).ok().map(Amount::from)
}

fn sum(currency: Currency, amounts: impl IntoIterator<Item = Money>) -> ApiResult<Money> {
    Money::sum(currency, amounts).map_err(|problem| ApiError::input(problem.to_string()))
}

fn add(one: Money, other: Money) -> ApiResult<Money> {
    one.checked_add(other).map_err(|problem| ApiError::input(problem.to_string()))
}

fn named(name: &str, amount: Money) -> NamedAmount {
    NamedAmount { name: name.to_owned(), amount: amount.into() }
}

fn session_line(row: TillSessionRow, tills: &[Till], zone: i32) -> SessionLine {
    SessionLine {
        id: row.id.to_string(),
        till: tills.iter().find(|till| till.id == row.till).map_or_else(|| "Till".to_owned(), |till| till.name.clone()),
        day: row.business_day.to_string(),
        opened: Moment::at(row.opened_at, zone),
        closed: row.closed_at.map(|at| Moment::at(at, zone)),
        z_number: row.z_number.map(|number| format!("Z {number}")).unwrap_or_default(),
        drawer: drawer_mark(row.closed_at.is_some(), row.cash_variance),
        sales: row.totals.sales_gross.into(),
        counts: format!("{} sales, {} refunds", row.totals.sale_count, row.totals.refund_count),
        totals: report_lines(&row.totals),
        variance: row.cash_variance.map(Amount::from),
    }
}

fn drawer_mark(is_closed: bool, variance: Option<Money>) -> Mark {
    match (is_closed, variance) {
        (false, _) => Mark::new("Open", Tone::News),
        (true, Some(variance)) if variance.minor > 0 => Mark::new(format!("{} over", Amount::from(variance).text), Tone::Soon),
        (true, Some(variance)) if variance.minor < 0 => {
            let missing = variance.checked_neg().unwrap_or(variance);
            Mark::new(format!("{} short", Amount::from(missing).text), Tone::Soon)
        }
        (true, Some(_) | None) => Mark::new("Drawer right", Tone::Good),
    }
}

/// The lines of an X or Z report. Nothing that is zero but the figures that always stand there.
fn report_lines(totals: &SessionTotals) -> Vec<NamedAmount> {
    let mut lines = vec![named("Sales", totals.sales_gross), named("Refunds", totals.refunds_gross), named("Net", totals.net)];
    lines.extend(totals.taxes.iter().map(|tax| named(&tax.name, tax.tax)));
    lines.extend(totals.tenders.iter().map(|(tender, amount)| named(tender_name(*tender), *amount)));
    let others = [
        ("Discounts", totals.discount),
        ("Cash rounding", totals.cash_rounding),
        ("Paid in", totals.paid_in),
        ("Paid out", totals.paid_out),
        ("Safe drops", totals.safe_drops),
    ];
    lines.extend(others.into_iter().filter(|(_, amount)| !amount.is_zero()).map(|(name, amount)| named(name, amount)));
    lines.push(named("Opening float", totals.opening_float));
    lines.push(named("Cash expected", totals.expected_cash));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_run_as_formulas() {
        let table = [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=1+1", "'=1+1"),
            ("-12.50", "-12.50"),
        ];
        for (cell, written) in table {
            assert_eq!(cell_text(cell), written);
        }
    }

    #[test]
    fn a_range_has_an_order_and_an_end() {
        assert!(range("2026-01-02", "2026-01-01").is_err());
        assert!(range("2020-01-01", "2026-01-01").is_err());
        assert!(range("2026-01-01", "2026-01-01").is_ok());
    }
}

//! Totals of each trading day for bookkeeping, as CSV.
//!
//! Columns: `business_day` (2026-11-22); `record` (`sales`, `refunds`, `tax`, `tender`, `cash_rounding`); `name` (the tax's or tender's name); `rate_percent` (of a tax);
//! `count` (of sales, refunds); `net`, `tax`, `gross` (decimal amounts); `currency`. Refunds are negative and stand in the rows of tax and tender they belong to, so
//! that the `tax` rows of a day sum to `sales` plus `refunds`, and the `tender` rows to their gross plus `cash_rounding`.

use std::collections::BTreeMap;
use std::io::Write;

use tradepost_domain::money::{Currency, Money, MoneyError};
use tradepost_domain::sale::{Refund, Sale, TenderType};
use tradepost_domain::tax::RateMillionths;
use tradepost_domain::time::BusinessDay;

use crate::error::ExchangeError;
use crate::neutral::{Kind, guard};

/// Totals by trading day.
#[derive(Debug, Clone)]
pub struct DailyTotals {
    currency: Currency,
    days: BTreeMap<BusinessDay, BTreeMap<Row, Amounts>>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Row {
    Sales,
    Refunds,
    Tax(String, RateMillionths),
    Tender(TenderType),
    CashRounding,
}

#[derive(Debug, Clone, Copy)]
struct Amounts {
    count: u64,
    net: Money,
    tax: Money,
    gross: Money,
}

impl DailyTotals {
    /// No day yet; all amounts will be in `currency`.
    pub fn new(currency: Currency) -> Self {
        Self { currency, days: BTreeMap::new() }
    }

    /// Adds a sale. An error changes nothing that matters: give up the export and say so.
    pub fn add_sale(&mut self, sale: &Sale) -> Result<(), MoneyError> {
        let zero = Money::zero(self.currency);
        self.add(sale.business_day, Row::Sales, 1, sale.net, sale.tax, sale.gross)?;
        for tax in &sale.taxes {
            let gross = tax.net.checked_add(tax.tax)?;
            self.add(sale.business_day, Row::Tax(tax.name.clone(), tax.rate_millionths), 0, tax.net, tax.tax, gross)?;
        }
        for tender in &sale.tenders {
            self.add(sale.business_day, Row::Tender(tender.tender_type), 0, zero, zero, tender.amount)?;
        }
        if !sale.change_due.is_zero() {
            self.add(sale.business_day, Row::Tender(TenderType::Cash), 0, zero, zero, sale.change_due.checked_neg()?)?;
        }
        self.add_rounding(sale.business_day, sale.cash_rounding)
    }

    /// Adds a refund.
    pub fn add_refund(&mut self, refund: &Refund) -> Result<(), MoneyError> {
        let (day, zero) = (refund.business_day, Money::zero(self.currency));
        self.add(day, Row::Refunds, 1, refund.net.checked_neg()?, refund.tax.checked_neg()?, refund.gross.checked_neg()?)?;
        for line in &refund.lines {
            let row = Row::Tax(line.tax_name.clone(), line.rate_millionths);
            self.add(day, row, 0, line.net.checked_neg()?, line.tax.checked_neg()?, line.gross.checked_neg()?)?;
        }
        for tender in &refund.tenders {
            self.add(day, Row::Tender(tender.tender_type), 0, zero, zero, tender.amount.checked_neg()?)?;
        }
        self.add_rounding(day, refund.cash_rounding.checked_neg()?)
    }

    fn add_rounding(&mut self, day: BusinessDay, amount: Money) -> Result<(), MoneyError> {
        let zero = Money::zero(self.currency);
        if amount.is_zero() { Ok(()) } else { self.add(day, Row::CashRounding, 0, zero, zero, amount) }
    }

    fn add(&mut self, day: BusinessDay, row: Row, count: u64, net: Money, tax: Money, gross: Money) -> Result<(), MoneyError> {
        let zero = Money::zero(self.currency);
        let amounts =
            self.days.entry(day).or_default().entry(row).or_insert(Amounts { count: 0, net: zero, tax: zero, gross: zero });
        *amounts = Amounts {
            count: amounts.count + count,
            net: amounts.net.checked_add(net)?,
            tax: amounts.tax.checked_add(tax)?,
            gross: amounts.gross.checked_add(gross)?,
        };
        Ok(())
    }

    /// Writes the CSV.
    pub fn write_csv<W: Write>(&self, output: W) -> Result<W, ExchangeError> {
        let mut csv = csv::Writer::from_writer(output);
        csv.write_record(["business_day", "record", "name", "rate_percent", "count", "net", "tax", "gross", "currency"])
            .map_err(write_error)?;
        for (day, rows) in &self.days {
            for (row, amounts) in rows {
                csv.write_record(self.cells(*day, row, amounts)).map_err(write_error)?;
            }
        }
        csv.into_inner().map_err(|error| ExchangeError::Write(error.into_error()))
    }

    fn cells(&self, day: BusinessDay, row: &Row, amounts: &Amounts) -> [String; 9] {
        let (record, name, rate) = match row {
            Row::Sales => ("sales", String::new(), String::new()),
            Row::Refunds => ("refunds", String::new(), String::new()),
            Row::Tax(name, rate) => ("tax", guard(name, Kind::Text).into_owned(), percent(*rate)),
            Row::Tender(tender) => ("tender", tender.word().to_owned(), String::new()),
            Row::CashRounding => ("cash_rounding", String::new(), String::new()),
        };
        let count = if amounts.count == 0 { String::new() } else { amounts.count.to_string() };
        let [net, tax] = [amounts.net, amounts.tax].map(|amount| match row {
            Row::Sales | Row::Refunds | Row::Tax(..) => amount.to_decimal(),
            Row::Tender(_) | Row::CashRounding => String::new(),
        });
        [day.to_string(), record.to_owned(), name, rate, count, net, tax, amounts.gross.to_decimal(), self.currency.to_string()]
    }
}

fn write_error(error: csv::Error) -> ExchangeError {
    ExchangeError::Write(error.into())
}

/// 72,500 millionths are "7.25".
fn percent(rate: RateMillionths) -> String {
    let fraction = format!("{:04}", rate.0.unsigned_abs() % 10_000);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{point}{fraction}", rate.0 / 10_000)
}

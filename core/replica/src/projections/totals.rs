//! Totals of a till session or of a trading day, kept as one row that every sale updates.
//!
//! Sums wrap rather than fail: a nonsensical amount from a broken peer then gives the same nonsense in every order of arrival,
//! and taking it back by another fact gives the right sum again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::order::OrderPlaced;
use tradepost_domain::sale::{Refund, Sale, TenderType};
use tradepost_domain::tax::{RateMillionths, TaxAmount};
use tradepost_domain::till_session::{CashMoved, CashMovementKind, SessionTotals};
use tradepost_domain::time::Timestamp;

/// A slot of the day: a quarter of an hour of UTC, so that any time zone's hours can be made of them.
const SLOT_MS: i64 = 15 * 60 * 1000;

/// Net and tax of one rate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetAndTax(pub i64, pub i64);

/// Totals in minor units.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each is the field of SessionTotals or SalesTotals of the same name")]
pub struct Totals {
    pub sale_count: i64,
    pub refund_count: i64,
    pub order_count: i64,
    pub sales_gross: i64,
    pub refunds_gross: i64,
    pub orders_gross: i64,
    pub net: i64,
    pub tax: i64,
    pub discount: i64,
    pub cash_rounding: i64,
    pub paid_in: i64,
    pub paid_out: i64,
    pub safe_drops: i64,
    /// Cash of sales less refunds and movements: the drawer without its opening float.
    pub cash: i64,
    pub tenders: BTreeMap<TenderType, i64>,
    pub taxes: BTreeMap<(i64, String), NetAndTax>,
    /// Gross sales by [`slot`].
    pub slots: BTreeMap<i64, i64>,
}

/// The slot of a time.
pub fn slot(at: Timestamp) -> i64 {
    at.unix_ms.div_euclid(SLOT_MS)
}

/// The hour of the day of a slot, where clocks are this far ahead of UTC.
pub fn hour_of(slot: i64, utc_offset_minutes: i32) -> u8 {
    let minutes = slot.saturating_mul(15).saturating_add(i64::from(utc_offset_minutes));
    u8::try_from(minutes.div_euclid(60).rem_euclid(24)).unwrap_or(0)
}

fn add(sum: &mut i64, amount: i64) {
    *sum = sum.wrapping_add(amount);
}

impl Totals {
    /// Counts a sale.
    pub fn add_sale(&mut self, sale: &Sale) {
        add(&mut self.sale_count, 1);
        add(&mut self.sales_gross, sale.gross.minor);
        add(&mut self.net, sale.net.minor);
        add(&mut self.tax, sale.tax.minor);
        add(&mut self.discount, sale.discount.minor);
        add(&mut self.cash_rounding, sale.cash_rounding.minor);
        for tax in &sale.taxes {
            self.add_tax(tax.rate_millionths, &tax.name, tax.net.minor, tax.tax.minor);
        }
        for tender in &sale.tenders {
            self.add_tender(tender.tender_type, tender.amount.minor);
        }
        if !sale.change_due.is_zero() {
            self.add_tender(TenderType::Cash, sale.change_due.minor.wrapping_neg());
        }
        add(&mut self.cash, sale.cash_taken().map_or(0, |cash| cash.minor));
    }

    /// Counts a sale's hour; a session has no use for it.
    pub fn add_slot(&mut self, sale: &Sale) {
        add(self.slots.entry(slot(sale.sold_at)).or_default(), sale.gross.minor);
    }

    /// Counts a refund.
    pub fn add_refund(&mut self, refund: &Refund) {
        add(&mut self.refund_count, 1);
        add(&mut self.refunds_gross, refund.gross.minor);
        add(&mut self.net, refund.net.minor.wrapping_neg());
        add(&mut self.tax, refund.tax.minor.wrapping_neg());
        add(&mut self.cash_rounding, refund.cash_rounding.minor.wrapping_neg());
        for line in refund.lines.iter().filter(|line| !line.tax_name.is_empty() || line.rate_millionths.0 != 0) {
            self.add_tax(line.rate_millionths, &line.tax_name, line.net.minor.wrapping_neg(), line.tax.minor.wrapping_neg());
        }
        for tender in &refund.tenders {
            self.add_tender(tender.tender_type, tender.amount.minor.wrapping_neg());
        }
        add(&mut self.cash, refund.cash_paid().map_or(0, |cash| cash.minor.wrapping_neg()));
    }

    /// Counts a web order.
    pub fn add_order(&mut self, placed: &OrderPlaced) {
        add(&mut self.order_count, 1);
        add(&mut self.orders_gross, placed.gross.minor);
    }

    /// Counts a movement of cash.
    pub fn add_cash_movement(&mut self, moved: &CashMoved) {
        let amount = moved.amount.minor;
        let (sum, signed) = match moved.kind {
            CashMovementKind::PaidIn => (&mut self.paid_in, amount),
            CashMovementKind::PaidOut => (&mut self.paid_out, amount.wrapping_neg()),
            CashMovementKind::SafeDrop => (&mut self.safe_drops, amount.wrapping_neg()),
        };
        add(sum, amount);
        add(&mut self.cash, signed);
    }

    fn add_tender(&mut self, tender_type: TenderType, amount: i64) {
        add(self.tenders.entry(tender_type).or_default(), amount);
    }

    fn add_tax(&mut self, rate: RateMillionths, name: &str, net: i64, tax: i64) {
        let sums = self.taxes.entry((rate.0, name.to_owned())).or_default();
        add(&mut sums.0, net);
        add(&mut sums.1, tax);
    }

    /// Counts what another total counted.
    pub fn add_totals(&mut self, other: &Self) {
        let Self {
            sale_count,
            refund_count,
            order_count,
            sales_gross,
            refunds_gross,
            orders_gross,
            net,
            tax,
            discount,
            cash_rounding,
            paid_in,
            paid_out,
            safe_drops,
            cash,
            tenders,
            taxes,
            slots,
        } = other;
        add(&mut self.sale_count, *sale_count);
        add(&mut self.refund_count, *refund_count);
        add(&mut self.order_count, *order_count);
        add(&mut self.sales_gross, *sales_gross);
        add(&mut self.refunds_gross, *refunds_gross);
        add(&mut self.orders_gross, *orders_gross);
        add(&mut self.net, *net);
        add(&mut self.tax, *tax);
        add(&mut self.discount, *discount);
        add(&mut self.cash_rounding, *cash_rounding);
        add(&mut self.paid_in, *paid_in);
        add(&mut self.paid_out, *paid_out);
        add(&mut self.safe_drops, *safe_drops);
        add(&mut self.cash, *cash);
        tenders.iter().for_each(|(tender_type, amount)| self.add_tender(*tender_type, *amount));
        taxes.iter().for_each(|((rate, name), sums)| self.add_tax(RateMillionths(*rate), name, sums.0, sums.1));
        slots.iter().for_each(|(slot, gross)| add(self.slots.entry(*slot).or_default(), *gross));
    }

    /// Tax by rate, the highest first.
    pub fn tax_amounts(&self, currency: Currency) -> Vec<TaxAmount> {
        let mut taxes: Vec<TaxAmount> = self
            .taxes
            .iter()
            .map(|((rate, name), NetAndTax(net, tax))| TaxAmount {
                name: name.clone(),
                rate_millionths: RateMillionths(*rate),
                net: Money::from_minor(*net, currency),
                tax: Money::from_minor(*tax, currency),
            })
            .collect();
        taxes.sort_by(|a, b| (b.rate_millionths, &a.name).cmp(&(a.rate_millionths, &b.name)));
        taxes
    }

    /// A session's totals so far.
    pub fn of_session(&self, opening_float: Money) -> SessionTotals {
        let money = |minor: i64| Money::from_minor(minor, opening_float.currency);
        SessionTotals {
            sale_count: u64::try_from(self.sale_count).unwrap_or(0),
            refund_count: u64::try_from(self.refund_count).unwrap_or(0),
            sales_gross: money(self.sales_gross),
            refunds_gross: money(self.refunds_gross),
            net: money(self.net),
            tax: money(self.tax),
            discount: money(self.discount),
            cash_rounding: money(self.cash_rounding),
            tenders: self.tenders.iter().map(|(tender_type, amount)| (*tender_type, money(*amount))).collect(),
            taxes: self.tax_amounts(opening_float.currency),
            paid_in: money(self.paid_in),
            paid_out: money(self.paid_out),
            safe_drops: money(self.safe_drops),
            opening_float,
            expected_cash: money(opening_float.minor.wrapping_add(self.cash)),
        }
    }
}

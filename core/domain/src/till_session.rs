//! The till session: one drawer from opening float to counted close.

use serde::{Deserialize, Serialize};

use crate::id::{LocationId, StaffId, TillId, TillSessionId};
use crate::money::{Currency, Money, MoneyError};
use crate::sale::{Refund, Sale, Tender, TenderType};
use crate::tax::TaxAmount;
use crate::time::{BusinessDay, Timestamp};
use crate::word::words;

/// A drawer was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TillSessionOpened {
    /// The session's id.
    pub id: TillSessionId,
    /// The till.
    pub till: TillId,
    /// Where.
    pub location: LocationId,
    /// The trading date of its sales.
    pub business_day: BusinessDay,
    /// When.
    pub opened_at: Timestamp,
    /// By whom.
    pub staff: Option<StaffId>,
    /// Cash in the drawer.
    pub opening_float: Money,
}

/// Cash moved for a reason other than a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CashMovementKind {
    /// Into the drawer.
    PaidIn,
    /// Out of the drawer.
    PaidOut,
    /// From the drawer to the safe.
    SafeDrop,
}

/// Cash moved into or out of a drawer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashMoved {
    /// The drawer.
    pub session: TillSessionId,
    /// Which way.
    pub kind: CashMovementKind,
    /// How much; positive.
    pub amount: Money,
    /// Why.
    pub reason: String,
    /// By whom.
    pub staff: Option<StaffId>,
    /// When.
    pub moved_at: Timestamp,
}

/// What was physically counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashCount {
    /// By denomination (minor units of one piece) how many; empty where only the total was entered.
    pub pieces: Vec<(i64, u32)>,
    /// All of it.
    pub counted: Money,
}

/// Totals of a session so far (X report) or at its end (Z report).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionTotals {
    /// Completed sales.
    pub sale_count: u64,
    /// Refunds.
    pub refund_count: u64,
    /// Sales with tax.
    pub sales_gross: Money,
    /// Refunds with tax; positive.
    pub refunds_gross: Money,
    /// Sales less refunds, without tax.
    pub net: Money,
    /// Sales less refunds, tax.
    pub tax: Money,
    /// Discounts given.
    pub discount: Money,
    /// What cash rounding added.
    pub cash_rounding: Money,
    /// Takings by tender: handed over less change less refunds.
    pub tenders: Vec<(TenderType, Money)>,
    /// Tax by rate, sales less refunds.
    pub taxes: Vec<TaxAmount>,
    /// Paid in.
    pub paid_in: Money,
    /// Paid out; positive.
    pub paid_out: Money,
    /// Dropped into the safe; positive.
    pub safe_drops: Money,
    /// Opening float.
    pub opening_float: Money,
    /// What the drawer should hold.
    pub expected_cash: Money,
}

/// A drawer was counted and closed: the Z report. Once per session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TillSessionClosed {
    /// The session.
    pub session: TillSessionId,
    /// The till.
    pub till: TillId,
    /// The number of the report on this till: gapless from 1.
    pub z_number: u64,
    /// The trading date.
    pub business_day: BusinessDay,
    /// When.
    pub closed_at: Timestamp,
    /// By whom.
    pub staff: Option<StaffId>,
    /// What was counted, blind.
    pub count: CashCount,
    /// The totals.
    pub totals: SessionTotals,
    /// Counted less expected; over is positive.
    pub cash_variance: Money,
}

words! { CashMovementKind { PaidIn = "paid_in", PaidOut = "paid_out", SafeDrop = "safe_drop" } }

/// Why a till session could not be counted or closed, or cash not be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TillSessionError {
    /// The amount moved is nothing or less.
    #[error("the amount must be more than zero")]
    AmountNotPositive,
    /// The float or the count is less than nothing.
    #[error("the drawer cannot hold less than nothing: check the amount")]
    NegativeCash,
    /// Too large, or of another currency.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl SessionTotals {
    /// Nothing sold yet.
    pub const fn empty(opening_float: Money) -> Self {
        let zero = Money::zero(opening_float.currency);
        Self {
            sale_count: 0,
            refund_count: 0,
            sales_gross: zero,
            refunds_gross: zero,
            net: zero,
            tax: zero,
            discount: zero,
            cash_rounding: zero,
            tenders: Vec::new(),
            taxes: Vec::new(),
            paid_in: zero,
            paid_out: zero,
            safe_drops: zero,
            opening_float,
            expected_cash: opening_float,
        }
    }

    /// Counts a sale. On an error nothing is counted.
    pub fn add_sale(&mut self, sale: &Sale) -> Result<(), MoneyError> {
        let mut totals = self.clone();
        totals.sale_count = totals.sale_count.saturating_add(1);
        totals.sales_gross = totals.sales_gross.checked_add(sale.gross)?;
        totals.net = totals.net.checked_add(sale.net)?;
        totals.tax = totals.tax.checked_add(sale.tax)?;
        totals.discount = totals.discount.checked_add(sale.discount)?;
        totals.cash_rounding = totals.cash_rounding.checked_add(sale.cash_rounding)?;
        for tax in &sale.taxes {
            TaxAmount::add_to(&mut totals.taxes, tax.rate_millionths, &tax.name, tax.net, tax.tax)?;
        }
        for Tender { tender_type, amount, .. } in &sale.tenders {
            totals.add_tender(*tender_type, *amount)?;
        }
        if !sale.change_due.is_zero() {
            totals.add_tender(TenderType::Cash, sale.change_due.checked_neg()?)?;
        }
        totals.expected_cash = totals.expected_cash.checked_add(sale.cash_taken()?)?;
        *self = totals.in_order();
        Ok(())
    }

    /// Counts a refund. On an error nothing is counted.
    pub fn add_refund(&mut self, refund: &Refund) -> Result<(), MoneyError> {
        let mut totals = self.clone();
        totals.refund_count = totals.refund_count.saturating_add(1);
        totals.refunds_gross = totals.refunds_gross.checked_add(refund.gross)?;
        totals.net = totals.net.checked_sub(refund.net)?;
        totals.tax = totals.tax.checked_sub(refund.tax)?;
        totals.cash_rounding = totals.cash_rounding.checked_sub(refund.cash_rounding)?;
        for line in refund.lines.iter().filter(|line| !line.tax_name.is_empty() || line.rate_millionths.0 != 0) {
            let (net, tax) = (line.net.checked_neg()?, line.tax.checked_neg()?);
            TaxAmount::add_to(&mut totals.taxes, line.rate_millionths, &line.tax_name, net, tax)?;
        }
        for Tender { tender_type, amount, .. } in &refund.tenders {
            totals.add_tender(*tender_type, amount.checked_neg()?)?;
        }
        totals.expected_cash = totals.expected_cash.checked_sub(refund.cash_paid()?)?;
        *self = totals.in_order();
        Ok(())
    }

    /// Counts a movement of cash. On an error nothing is counted.
    pub fn add_cash_movement(&mut self, movement: &CashMoved) -> Result<(), MoneyError> {
        let mut totals = self.clone();
        let (sum, signed) = match movement.kind {
            CashMovementKind::PaidIn => (&mut totals.paid_in, movement.amount),
            CashMovementKind::PaidOut => (&mut totals.paid_out, movement.amount.checked_neg()?),
            CashMovementKind::SafeDrop => (&mut totals.safe_drops, movement.amount.checked_neg()?),
        };
        *sum = sum.checked_add(movement.amount)?;
        totals.expected_cash = totals.expected_cash.checked_add(signed)?;
        *self = totals;
        Ok(())
    }

    /// The takings of one tender type.
    pub fn tendered(&self, tender_type: TenderType) -> Money {
        let found = self.tenders.iter().find(|(kind, _)| *kind == tender_type);
        found.map_or(Money::zero(self.opening_float.currency), |(_, amount)| *amount)
    }

    fn add_tender(&mut self, tender_type: TenderType, amount: Money) -> Result<(), MoneyError> {
        match self.tenders.iter_mut().find(|(kind, _)| *kind == tender_type) {
            Some((_, sum)) => *sum = sum.checked_add(amount)?,
            None => self.tenders.push((tender_type, amount)),
        }
        Ok(())
    }

    /// Lists sorted, so that totals do not depend on the order in which sales arrived.
    fn in_order(mut self) -> Self {
        self.tenders.sort_by_key(|(tender_type, _)| *tender_type);
        self.taxes.sort_by(|a, b| (b.rate_millionths, &a.name).cmp(&(a.rate_millionths, &b.name)));
        self
    }
}

impl TillSessionOpened {
    /// Refuses a float of less than nothing.
    pub fn check(&self) -> Result<(), TillSessionError> {
        if self.opening_float.is_negative() { Err(TillSessionError::NegativeCash) } else { Ok(()) }
    }
}

impl CashMoved {
    /// Refuses an amount of nothing or less.
    pub fn check(&self) -> Result<(), TillSessionError> {
        if self.amount.minor > 0 { Ok(()) } else { Err(TillSessionError::AmountNotPositive) }
    }
}

impl CashCount {
    /// What was counted by denomination: minor units of one piece, and how many.
    pub fn from_pieces(currency: Currency, pieces: Vec<(i64, u32)>) -> Result<Self, TillSessionError> {
        let mut counted = Money::zero(currency);
        for (piece, count) in &pieces {
            counted = counted.checked_add(Money::from_minor(*piece, currency).checked_mul(i64::from(*count))?)?;
        }
        Self { pieces, counted }.checked()
    }

    /// What was counted, as one amount.
    pub fn of_total(counted: Money) -> Result<Self, TillSessionError> {
        Self { pieces: Vec::new(), counted }.checked()
    }

    fn checked(self) -> Result<Self, TillSessionError> {
        if self.counted.is_negative() { Err(TillSessionError::NegativeCash) } else { Ok(self) }
    }
}

/// What a till session is closed from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the field of the closed session of the same name")]
pub struct CloseTillSession {
    pub session: TillSessionId,
    pub till: TillId,
    pub z_number: u64,
    pub business_day: BusinessDay,
    pub closed_at: Timestamp,
    pub staff: Option<StaffId>,
    pub count: CashCount,
    pub totals: SessionTotals,
}

impl TillSessionClosed {
    /// Closes a session: the variance is what was counted less what was expected.
    pub fn close(request: CloseTillSession) -> Result<Self, TillSessionError> {
        let CloseTillSession { session, till, z_number, business_day, closed_at, staff, count, totals } = request;
        let cash_variance = count.counted.checked_sub(totals.expected_cash)?;
        Ok(Self { session, till, z_number, business_day, closed_at, staff, count, totals, cash_variance })
    }
}

/// The coins and notes in use, in minor units, largest first; for a currency not listed, the 1-2-5 series.
pub fn denominations(currency: Currency) -> &'static [i64] {
    match currency.code() {
        "USD" => &[10_000, 5000, 2000, 1000, 500, 100, 50, 25, 10, 5, 1],
        "EUR" => &[50_000, 20_000, 10_000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
        "GBP" => &[5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
        "CHF" => &[100_000, 20_000, 10_000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5],
        "CAD" => &[10_000, 5000, 2000, 1000, 500, 200, 100, 25, 10, 5],
        "AUD" => &[10_000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5],
        "NZD" => &[10_000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10],
        "SEK" => &[100_000, 50_000, 20_000, 10_000, 5000, 2000, 1000, 500, 200, 100],
        "NOK" => &[100_000, 50_000, 20_000, 10_000, 5000, 2000, 1000, 500, 100],
        "DKK" => &[50_000, 20_000, 10_000, 5000, 2000, 1000, 500, 200, 100, 50],
        "PLN" => &[50_000, 20_000, 10_000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
        "CZK" => &[500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5000, 2000, 1000, 500, 200, 100],
        "HUF" => &[2_000_000, 1_000_000, 500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5000, 2000, 1000, 500],
        "JPY" => &[10_000, 5000, 2000, 1000, 500, 100, 50, 10, 5, 1],
        "INR" => &[50_000, 20_000, 10_000, 5000, 2000, 1000, 500, 200, 100],
        "BRL" => &[20_000, 10_000, 5000, 2000, 1000, 500, 200, 100, 50, 25, 10, 5],
        "MXN" => &[100_000, 50_000, 20_000, 10_000, 5000, 2000, 1000, 500, 200, 100, 50],
        "ZAR" => &[20_000, 10_000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10],
        _ => match currency.exponent() {
            0 => &[10_000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
            3 => &[50_000, 20_000, 10_000, 5000, 1000, 500, 250, 100, 50, 25, 10, 5],
            _ => &[10_000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
        },
    }
}

/// How many amounts [`suggested_tenders`] offers at most: one row of buttons.
pub const SUGGESTED_TENDERS_MAX: usize = 4;

/// Cash that a customer is likely to hand over for `due`: the exact amount, then the next amounts that whole notes make.
pub fn suggested_tenders(due: Money) -> Vec<Money> {
    if due.minor <= 0 {
        return Vec::new();
    }
    // Nobody pays 87.30 with coins up to 87.40, nor counts out more than ten pieces.
    let piece_min = due.currency.minor_per_unit().max(due.minor / 10);
    let pieces = denominations(due.currency).iter().filter(|piece| **piece >= piece_min);
    let mut amounts: Vec<i64> = pieces.filter_map(|piece| next_multiple(due.minor, *piece)).chain([due.minor]).collect();
    amounts.sort_unstable();
    amounts.dedup();
    amounts.truncate(SUGGESTED_TENDERS_MAX);
    amounts.into_iter().map(|minor| Money { minor, ..due }).collect()
}

fn next_multiple(minor: i64, piece: i64) -> Option<i64> {
    minor.checked_add(piece.checked_sub(1)?)?.checked_div(piece)?.checked_mul(piece)
}

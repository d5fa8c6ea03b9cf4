//! The till session: one drawer from opening float to counted close.

use serde::{Deserialize, Serialize};

use crate::id::{LocationId, StaffId, TillId, TillSessionId};
use crate::money::Money;
use crate::sale::TenderType;
use crate::tax::TaxAmount;
use crate::time::{BusinessDay, Timestamp};

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
// OWNER domain: SessionTotals::empty(opening_float), add_sale(&Sale), add_refund(&Refund), add_cash_movement(&CashMoved) checked; CashCount::from_pieces(currency, pieces);
// TillSessionClosed::close(...) computes variance; denominations(currency) -> &'static [i64]; suggested_tenders(due) -> Vec<Money>.

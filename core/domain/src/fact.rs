//! Facts: what happened. Typed, immutable, each with an id of its own.

use serde::{Deserialize, Serialize};

use crate::device::{DeviceCertified, DeviceRevoked};
use crate::id::FactId;
use crate::order::{OrderCanceled, OrderFulfilled, OrderPaid, OrderPlaced};
use crate::posting::{Account, Moves, Posting, PostingError};
use crate::sale::{Refund, Sale};
use crate::stock::{StockAdjusted, StockCounted, StockReceived};
use crate::till_session::{CashMoved, TillSessionClosed, TillSessionOpened};

/// A fact with its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Its id. Two facts with one id are one fact.
    pub id: FactId,
    /// What happened.
    pub body: FactBody,
}

/// What happened. A variant's name and its fields' names are stored; they never change their meaning, and fields are added as optional.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is documented at its type")]
pub enum FactBody {
    SaleCompleted(Box<Sale>),
    Refunded(Box<Refund>),
    TillSessionOpened(TillSessionOpened),
    CashMoved(CashMoved),
    TillSessionClosed(Box<TillSessionClosed>),
    StockReceived(StockReceived),
    StockAdjusted(StockAdjusted),
    StockCounted(StockCounted),
    OrderPlaced(Box<OrderPlaced>),
    OrderPaid(OrderPaid),
    OrderFulfilled(OrderFulfilled),
    OrderCanceled(OrderCanceled),
    DeviceCertified(DeviceCertified),
    DeviceRevoked(DeviceRevoked),
}

impl FactBody {
    /// The name of sales.
    pub const SALE_COMPLETED: &str = "sale_completed";

    /// The name under which it is stored and reported.
    pub const fn kind_name(&self) -> &'static str {
        match self {
            Self::SaleCompleted(_) => Self::SALE_COMPLETED,
            Self::Refunded(_) => "refunded",
            Self::TillSessionOpened(_) => "till_session_opened",
            Self::CashMoved(_) => "cash_moved",
            Self::TillSessionClosed(_) => "till_session_closed",
            Self::StockReceived(_) => "stock_received",
            Self::StockAdjusted(_) => "stock_adjusted",
            Self::StockCounted(_) => "stock_counted",
            Self::OrderPlaced(_) => "order_placed",
            Self::OrderPaid(_) => "order_paid",
            Self::OrderFulfilled(_) => "order_fulfilled",
            Self::OrderCanceled(_) => "order_canceled",
            Self::DeviceCertified(_) => "device_certified",
            Self::DeviceRevoked(_) => "device_revoked",
        }
    }

    /// What it moves: a pure function of the fact, with one posting per account, in the order of the accounts.
    pub fn postings(&self) -> Result<Vec<Posting>, PostingError> {
        let mut moves = Moves::default();
        match self {
            Self::SaleCompleted(sale) => moves.sale(sale)?,
            Self::Refunded(refund) => moves.refund(refund)?,
            Self::TillSessionOpened(opened) => moves.cash(opened.id, opened.opening_float.minor),
            Self::CashMoved(moved) => moves.cash_moved(moved),
            // What was expected leaves with the count, so a closed drawer stands at zero; the variance stands in the report.
            Self::TillSessionClosed(closed) => moves.cash_out(closed.session, closed.totals.expected_cash.minor),
            Self::StockReceived(received) => moves.stock(received.location, &received.lines, Account::Supplier),
            Self::StockAdjusted(adjusted) => moves.stock(adjusted.location, &adjusted.lines, Account::Shrinkage),
            Self::OrderFulfilled(fulfilled) => moves.fulfillment(fulfilled),
            Self::StockCounted(_)
            | Self::OrderPlaced(_)
            | Self::OrderPaid(_)
            | Self::OrderCanceled(_)
            | Self::DeviceCertified(_)
            | Self::DeviceRevoked(_) => {}
        }
        moves.into_postings()
    }
}

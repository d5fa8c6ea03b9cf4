//! Facts: what happened. Typed, immutable, each with an id of its own.

use serde::{Deserialize, Serialize};

use crate::device::{DeviceCertified, DeviceRevoked};
use crate::id::FactId;
use crate::order::{OrderCanceled, OrderFulfilled, OrderPaid, OrderPlaced};
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
// OWNER domain: FactBody::postings(&self, lookup: &dyn OrderLines?) - postings are a pure function of the fact alone, so OrderFulfilled/OrderCanceled carry the variants they move
// (add the fields they need: lines with variant). Golden CBOR+JSON files for every fact.

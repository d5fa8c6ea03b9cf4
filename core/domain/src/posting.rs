//! Postings: what a fact moves. A balance is the sum of the postings of one account and item.

use serde::{Deserialize, Serialize};

use crate::id::{LocationId, TillSessionId, VariantId};

/// Where something is counted. Stock accounts hold thousandths of a variant's unit; cash accounts hold minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// Physically at a location.
    OnHand(LocationId, VariantId),
    /// Of those, promised to placed orders.
    Committed(LocationId, VariantId),
    /// Of those, not sellable.
    Unavailable(LocationId, VariantId),
    /// Sent from one location and not yet received at another; by the receiving location.
    InTransit(LocationId, VariantId),
    /// Counterpart: came from or went back to suppliers.
    Supplier(VariantId),
    /// Counterpart: went to or came back from customers.
    Customer(VariantId),
    /// Counterpart: lost, damaged, found.
    Shrinkage(VariantId),
    /// Cash in the drawer of a till session.
    Drawer(TillSessionId),
    /// Counterpart of cash: takings, float and safe together.
    CashOutside,
}

/// What a fact moves: `amount` onto `account` (negative: off it). The postings of one fact sum to zero per item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Posting {
    /// Where.
    pub account: Account,
    /// How much, in the account's unit.
    pub amount: i64,
}

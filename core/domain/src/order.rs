//! The order: a storefront promise to supply.

use serde::{Deserialize, Serialize};

use crate::basket::LineItem;
use crate::id::{CustomerId, LineId, LocationId, OrderId, VariantId};
use crate::money::Money;
use crate::quantity::Quantity;
use crate::shop::Address;
use crate::tax::TaxAmount;
use crate::time::{BusinessDay, Timestamp};

/// How the goods reach the buyer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryMethod {
    /// Sent to an address.
    Ship {
        /// Where to.
        address: Address,
        /// The rate's name.
        rate_name: String,
        /// What it costs, gross.
        price: Money,
    },
    /// Collected at a location.
    Collect {
        /// Where.
        location: LocationId,
    },
}

/// How the buyer pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// In the shop, when collecting.
    PayOnCollection,
    /// By bank transfer, before shipping.
    BankTransfer,
}

/// A placed order. Immutable; what happens to it later is told by further facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// Its id: the checkout's id.
    pub id: OrderId,
    /// Its number for people: `W-1001`. Given by the server; unique within a shop.
    pub number: String,
    /// Who buys, if known.
    pub customer: Option<CustomerId>,
    /// The buyer's name.
    pub name: String,
    /// The buyer's email address.
    pub email: String,
    /// The buyer's phone number, or empty.
    pub phone: String,
    /// What.
    pub lines: Vec<LineItem>,
    /// The tax by rate, delivery included.
    pub taxes: Vec<TaxAmount>,
    /// Discounts taken.
    pub discount: Money,
    /// Without tax, delivery included.
    pub net: Money,
    /// Tax, delivery included.
    pub tax: Money,
    /// With tax, delivery included.
    pub gross: Money,
    /// How the goods reach the buyer.
    pub delivery: DeliveryMethod,
    /// How it is paid.
    pub payment_method: PaymentMethod,
    /// The location whose stock is committed.
    pub location: LocationId,
    /// The trading date.
    pub business_day: BusinessDay,
    /// When.
    pub placed_at: Timestamp,
    /// The buyer's remark.
    pub note: String,
}

/// Money for an order came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPaid {
    /// The order.
    pub order: OrderId,
    /// How much.
    pub amount: Money,
    /// The bank's or terminal's reference.
    pub reference: String,
    /// When.
    pub paid_at: Timestamp,
}

/// Some lines of an order were supplied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFulfilled {
    /// The order.
    pub order: OrderId,
    /// From where.
    pub location: LocationId,
    /// Which lines, how much.
    pub lines: Vec<FulfilledLine>,
    /// How far it got.
    pub stage: FulfillmentStage,
    /// The carrier's tracking number, or empty.
    pub tracking_number: String,
    /// When.
    pub fulfilled_at: Timestamp,
}

/// A quantity of an order's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FulfilledLine {
    /// The line.
    pub line: LineId,
    /// Its variant, so that the fact alone says what leaves stock; `None` for an open line.
    pub variant: Option<VariantId>,
    /// How much.
    pub quantity: Quantity,
}

/// How far a fulfillment got. Goods leave stock when they are shipped or handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentStage {
    /// Gathered and boxed; or ready to be collected.
    Packed,
    /// Given to the carrier.
    Shipped,
    /// Given to the buyer.
    HandedOver,
}

/// An order was stopped before fulfillment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCanceled {
    /// The order.
    pub order: OrderId,
    /// Why.
    pub reason: String,
    /// When.
    pub canceled_at: Timestamp,
}

/// Where an order stands, folded from its facts in any order: monotone, later stages win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// To be packed.
    Open,
    /// Packed, or ready to be collected.
    Packed,
    /// Stopped.
    Canceled,
    /// On its way or handed over.
    Fulfilled,
}
// OWNER domain: OrderState { status, paid: Money, canceled: bool, fulfilled per line } fold(&OrderPlaced, facts) order-independent; is_paid(); amount_due(); what may be done next (pack/ship/hand_over/cancel) -> Result.

//! The order: a storefront promise to supply.

use serde::{Deserialize, Serialize};

use crate::basket::{LineItem, PricedBasket, PricingError};
use crate::id::{CustomerId, LineId, LocationId, OrderId, VariantId};
use crate::money::{Currency, Money};
use crate::quantity::Quantity;
use crate::shop::Address;
use crate::tax::{RateMillionths, TaxAmount, tax_in_gross};
use crate::time::{BusinessDay, Timestamp};
use crate::word::words;

/// How the goods reach the buyer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "one stands in each order, and nearly all are shipped")]
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

words! { PaymentMethod { PayOnCollection = "pay_on_collection", BankTransfer = "bank_transfer" } }
words! { FulfillmentStage { Packed = "packed", Shipped = "shipped", HandedOver = "handed_over" } }
words! { OrderStatus { Open = "open", Packed = "packed", Canceled = "canceled", Fulfilled = "fulfilled" } }

impl FulfillmentStage {
    /// Whether the goods left stock.
    pub const fn leaves_stock(self) -> bool {
        match self {
            Self::Packed => false,
            Self::Shipped | Self::HandedOver => true,
        }
    }
}

impl DeliveryMethod {
    /// What it costs, gross; collecting costs nothing.
    pub const fn price(&self) -> Option<Money> {
        match self {
            Self::Ship { price, .. } => Some(*price),
            Self::Collect { .. } => None,
        }
    }
}

/// The totals of an order: its lines and its delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderTotals {
    /// The tax by rate, delivery included.
    pub taxes: Vec<TaxAmount>,
    /// Without tax, delivery included.
    pub net: Money,
    /// Tax, delivery included.
    pub tax: Money,
    /// With tax, delivery included.
    pub gross: Money,
}

impl OrderTotals {
    /// Adds a delivery, whose price is gross, to priced lines. The delivery is taxed at the rate given, usually the standard one.
    pub fn of(
        priced: &PricedBasket,
        delivery: Option<Money>,
        rate: RateMillionths,
        tax_name: &str,
    ) -> Result<Self, PricingError> {
        let delivery = delivery.unwrap_or(Money::zero(priced.gross.currency));
        let tax = tax_in_gross(delivery, rate)?;
        let net = delivery.checked_sub(tax)?;
        let mut taxes = priced.taxes.clone();
        if !delivery.is_zero() && (rate.0 != 0 || !tax_name.is_empty()) {
            TaxAmount::add_to(&mut taxes, rate, tax_name, net, tax)?;
        }
        Ok(Self {
            taxes,
            net: priced.net.checked_add(net)?,
            tax: priced.tax.checked_add(tax)?,
            gross: priced.gross.checked_add(delivery)?,
        })
    }
}

/// What happened to an order after it was placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is documented at its type")]
pub enum OrderFact<'a> {
    Paid(&'a OrderPaid),
    Fulfilled(&'a OrderFulfilled),
    Canceled(&'a OrderCanceled),
}

/// Where an order stands: the same for every order in which its facts arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderState {
    /// The order.
    pub id: OrderId,
    /// How far it got.
    pub status: OrderStatus,
    /// What is to be paid, delivery included.
    pub gross: Money,
    /// What came in.
    pub paid: Money,
    /// Whether somebody canceled it. It may be [`OrderStatus::Fulfilled`] all the same, when the goods left before that was known.
    pub is_canceled: bool,
    /// Its lines.
    pub lines: Vec<OrderLineState>,
    location: LocationId,
    is_shipped: bool,
}

/// Where one line of an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderLineState {
    /// The line.
    pub line: LineId,
    /// Its variant; `None`: an open line.
    pub variant: Option<VariantId>,
    /// How much was ordered.
    pub ordered: Quantity,
    /// How much was packed; goods that left count as packed.
    pub packed: Quantity,
    /// How much left. More than ordered when two people sent it without knowing of each other; stock tells the truth then.
    pub supplied: Quantity,
}

/// What an order keeps for its buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commitment {
    /// Where.
    pub location: LocationId,
    /// What.
    pub variant: VariantId,
    /// How much.
    pub quantity: Quantity,
}

/// What may be done with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStep {
    /// Record a payment.
    TakePayment,
    /// Gather and box its goods; or set them ready to be collected.
    Pack,
    /// Give them to the carrier.
    Ship,
    /// Give them to the buyer.
    HandOver,
    /// Stop it.
    Cancel,
}

words! { OrderStep { TakePayment = "take_payment", Pack = "pack", Ship = "ship", HandOver = "hand_over", Cancel = "cancel" } }

/// Why a step cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OrderStepError {
    /// It was canceled.
    #[error("this order was canceled")]
    Canceled,
    /// Everything left.
    #[error("everything in this order was already sent or handed over")]
    Fulfilled,
    /// A part of it left.
    #[error("some of this order was already sent or handed over: refund it instead")]
    PartlySupplied,
    /// Everything is packed.
    #[error("everything in this order is already packed")]
    AlreadyPacked,
    /// Paid in full.
    #[error("this order is already paid")]
    AlreadyPaid,
    /// Not paid in full.
    #[error("{due} is still to be paid: record the payment first")]
    NotPaid {
        /// What is missing.
        due: Money,
    },
    /// It is to be collected.
    #[error("this order is collected by its buyer: hand it over instead")]
    IsCollected,
    /// It is to be shipped.
    #[error("this order is shipped to its buyer: ship it instead")]
    IsShipped,
    /// More than is left of a line.
    #[error("more than is left to supply of a line of this order")]
    TooMuch,
    /// No such line.
    #[error("this line does not stand in the order")]
    LineNotFound,
}

impl OrderState {
    /// Folds an order's facts, in any order. Facts of other orders, amounts of other currencies and quantities below zero are ignored.
    pub fn fold<'a>(placed: &OrderPlaced, facts: impl IntoIterator<Item = OrderFact<'a>>) -> Self {
        let mut sums = Sums::of(placed);
        facts.into_iter().for_each(|fact| sums.add(placed.id, fact));
        let lines: Vec<OrderLineState> = sums.lines.iter().map(LineSums::state).collect();
        Self {
            id: placed.id,
            status: status_of(&lines, sums.is_canceled),
            gross: placed.gross,
            paid: Money { minor: clamp(sums.paid), ..placed.gross },
            is_canceled: sums.is_canceled,
            lines,
            location: placed.location,
            is_shipped: matches!(placed.delivery, DeliveryMethod::Ship { .. }),
        }
    }

    /// Whether what is to be paid came in.
    pub fn is_paid(&self) -> bool {
        self.paid.minor >= self.gross.minor
    }

    /// What is still to be paid; nothing for an order that was canceled before anything left.
    pub fn amount_due(&self) -> Money {
        let is_void = self.status == OrderStatus::Canceled;
        let due = self.gross.minor.saturating_sub(self.paid.minor).max(0);
        Money { minor: if is_void { 0 } else { due }, ..self.gross }
    }

    /// What was paid too much: all of it for a canceled order of which nothing left. What to give back of one that left in part
    /// is for a person to decide.
    pub fn amount_to_return(&self) -> Money {
        let owed = if self.status == OrderStatus::Canceled && !self.is_partly_supplied() { 0 } else { self.gross.minor };
        Money { minor: self.paid.minor.saturating_sub(owed).max(0), ..self.gross }
    }

    /// What the order keeps for its buyer now: what was ordered and has not left; nothing once it is canceled.
    ///
    /// The committed balance of a location and variant is the sum of this over all orders. It is folded, not posted, so a cancel
    /// that races a fulfillment releases each piece once.
    pub fn commitments(&self) -> Vec<Commitment> {
        let mut commitments: Vec<Commitment> = Vec::new();
        if self.is_canceled {
            return commitments;
        }
        for line in &self.lines {
            let (Some(variant), quantity) = (line.variant, line.left()) else { continue };
            match commitments.iter_mut().find(|commitment| commitment.variant == variant) {
                Some(same) => same.quantity = saturating_sum(same.quantity, quantity),
                None if quantity > Quantity::ZERO => {
                    commitments.push(Commitment { location: self.location, variant, quantity });
                }
                None => {}
            }
        }
        commitments
    }

    /// Whether a step may be taken now, or why not.
    pub fn may(&self, step: OrderStep) -> Result<(), OrderStepError> {
        match step {
            OrderStep::TakePayment => self.may_take_payment(),
            OrderStep::Pack => self.may_pack(),
            OrderStep::Ship if !self.is_shipped => Err(OrderStepError::IsCollected),
            OrderStep::HandOver if self.is_shipped => Err(OrderStepError::IsShipped),
            OrderStep::Ship | OrderStep::HandOver => self.may_supply(),
            OrderStep::Cancel => self.may_cancel(),
        }
    }

    /// The steps that may be taken now.
    pub fn next_steps(&self) -> Vec<OrderStep> {
        OrderStep::ALL.iter().copied().filter(|step| self.may(*step).is_ok()).collect()
    }

    /// What is left to supply, as the lines of a fulfillment.
    pub fn lines_left(&self) -> Vec<FulfilledLine> {
        let left = self.lines.iter().filter(|line| line.left() > Quantity::ZERO);
        left.map(|line| FulfilledLine { line: line.line, variant: line.variant, quantity: line.left() }).collect()
    }

    /// Whether these lines may be supplied: all stand in the order and none goes beyond what is left of it.
    pub fn check_lines(&self, lines: &[FulfilledLine]) -> Result<(), OrderStepError> {
        for state in &self.lines {
            let asked = lines.iter().filter(|line| line.line == state.line).map(|line| line.quantity);
            if asked.fold(Quantity::ZERO, saturating_sum) > state.left() {
                return Err(OrderStepError::TooMuch);
            }
        }
        let known = |line: &FulfilledLine| self.lines.iter().any(|state| state.line == line.line);
        if lines.iter().any(|line| line.quantity <= Quantity::ZERO) {
            return Err(OrderStepError::TooMuch);
        }
        if lines.iter().all(known) { Ok(()) } else { Err(OrderStepError::LineNotFound) }
    }

    fn may_take_payment(&self) -> Result<(), OrderStepError> {
        match self.status {
            OrderStatus::Canceled => Err(OrderStepError::Canceled),
            OrderStatus::Open | OrderStatus::Packed | OrderStatus::Fulfilled if self.is_paid() => {
                Err(OrderStepError::AlreadyPaid)
            }
            OrderStatus::Open | OrderStatus::Packed | OrderStatus::Fulfilled => Ok(()),
        }
    }

    fn may_pack(&self) -> Result<(), OrderStepError> {
        match self.status {
            OrderStatus::Open => Ok(()),
            OrderStatus::Packed => Err(OrderStepError::AlreadyPacked),
            OrderStatus::Canceled => Err(OrderStepError::Canceled),
            OrderStatus::Fulfilled => Err(OrderStepError::Fulfilled),
        }
    }

    fn may_supply(&self) -> Result<(), OrderStepError> {
        let due = self.amount_due();
        match self.status {
            OrderStatus::Canceled => Err(OrderStepError::Canceled),
            OrderStatus::Fulfilled => Err(OrderStepError::Fulfilled),
            OrderStatus::Open | OrderStatus::Packed if !due.is_zero() => Err(OrderStepError::NotPaid { due }),
            OrderStatus::Open | OrderStatus::Packed => Ok(()),
        }
    }

    fn may_cancel(&self) -> Result<(), OrderStepError> {
        match self.status {
            OrderStatus::Canceled => Err(OrderStepError::Canceled),
            OrderStatus::Fulfilled => Err(OrderStepError::Fulfilled),
            OrderStatus::Open | OrderStatus::Packed if self.is_partly_supplied() => Err(OrderStepError::PartlySupplied),
            OrderStatus::Open | OrderStatus::Packed => Ok(()),
        }
    }

    fn is_partly_supplied(&self) -> bool {
        self.lines.iter().any(|line| line.supplied > Quantity::ZERO)
    }
}

impl OrderLineState {
    /// How much is still to leave.
    pub fn left(&self) -> Quantity {
        let left = self.ordered.thousandths.saturating_sub(self.supplied.thousandths);
        Quantity::from_thousandths(left.max(0))
    }
}

/// A status only ever rises: whatever supplied, packed or canceled says, further facts only add to it.
fn status_of(lines: &[OrderLineState], is_canceled: bool) -> OrderStatus {
    let has_left =
        lines.iter().any(|line| line.supplied > Quantity::ZERO) && lines.iter().all(|line| line.left() == Quantity::ZERO);
    let is_packed = !lines.is_empty() && lines.iter().all(|line| line.packed >= line.ordered);
    match (has_left, is_canceled, is_packed) {
        (true, _, _) => OrderStatus::Fulfilled,
        (false, true, _) => OrderStatus::Canceled,
        (false, false, true) => OrderStatus::Packed,
        (false, false, false) => OrderStatus::Open,
    }
}

/// Sums in 128 bits: whatever arrives, in whatever order, they neither overflow nor differ.
struct Sums {
    currency: Currency,
    paid: i128,
    is_canceled: bool,
    lines: Vec<LineSums>,
}

struct LineSums {
    line: LineId,
    variant: Option<VariantId>,
    ordered: Quantity,
    packed: i128,
    supplied: i128,
}

impl Sums {
    fn of(placed: &OrderPlaced) -> Self {
        let lines = placed.lines.iter().map(|item| LineSums {
            line: item.line.id,
            variant: item.line.variant,
            ordered: item.line.quantity,
            packed: 0,
            supplied: 0,
        });
        Self { currency: placed.gross.currency, paid: 0, is_canceled: false, lines: lines.collect() }
    }

    fn add(&mut self, order: OrderId, fact: OrderFact<'_>) {
        match fact {
            OrderFact::Paid(paid) if paid.order == order && paid.amount.currency == self.currency => {
                self.paid += i128::from(paid.amount.minor)
            }
            OrderFact::Fulfilled(fulfilled) if fulfilled.order == order => self.add_fulfillment(fulfilled),
            OrderFact::Canceled(canceled) if canceled.order == order => self.is_canceled = true,
            OrderFact::Paid(_) | OrderFact::Fulfilled(_) | OrderFact::Canceled(_) => {}
        }
    }

    fn add_fulfillment(&mut self, fulfilled: &OrderFulfilled) {
        for part in fulfilled.lines.iter().filter(|part| part.quantity > Quantity::ZERO) {
            let Some(line) = self.lines.iter_mut().find(|line| line.line == part.line) else { continue };
            let sum = if fulfilled.stage.leaves_stock() { &mut line.supplied } else { &mut line.packed };
            *sum += i128::from(part.quantity.thousandths);
        }
    }
}

impl LineSums {
    fn state(&self) -> OrderLineState {
        let packed = clamp(self.packed).min(self.ordered.thousandths);
        let supplied = clamp(self.supplied);
        OrderLineState {
            line: self.line,
            variant: self.variant,
            ordered: self.ordered,
            packed: Quantity::from_thousandths(packed.max(supplied)),
            supplied: Quantity::from_thousandths(supplied),
        }
    }
}

fn clamp(sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
}

fn saturating_sum(a: Quantity, b: Quantity) -> Quantity {
    Quantity::from_thousandths(a.thousandths.saturating_add(b.thousandths))
}

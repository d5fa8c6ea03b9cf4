//! Orders: placed once, paid, packed, sent or handed over, canceled.

use tradepost_domain::basket::Basket;
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{CustomerId, FactId, LineId, LocationId, OrderId};
use tradepost_domain::money::Money;
use tradepost_domain::order::{
    DeliveryMethod, FulfilledLine, FulfillmentStage, OrderCanceled, OrderFulfilled, OrderPaid, OrderPlaced, OrderState,
    OrderStep, OrderStepError, OrderTotals, PaymentMethod,
};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::staff::Permission;
use tradepost_domain::tax::{RateMillionths, TaxCategory};
use tradepost_replica::{Draft, Recorded};

use crate::basket::PricingRules;
use crate::by::By;
use crate::error::{Outcome, Refusal};
use crate::shop::{Shop, Work, found, same_currency};
use crate::text;

/// What an order is drafted from.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "each is the field of the order of the same name")]
pub struct NewOrder {
    /// The checkout's id.
    pub id: OrderId,
    /// Given by the server; unique within the shop.
    pub number: String,
    pub customer: Option<CustomerId>,
    pub name: String,
    pub email: String,
    pub phone: String,
    /// What is ordered.
    pub basket: Basket,
    pub delivery: DeliveryMethod,
    pub payment_method: PaymentMethod,
    pub location: LocationId,
    pub note: String,
}

/// An order that stands.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The order.
    pub order: OrderPlaced,
    /// Its entry; `None`: it was placed before, and stands as it was.
    pub recorded: Option<Recorded>,
}

/// What is supplied of an order.
#[derive(Debug, Clone)]
pub struct Fulfillment {
    /// Which lines; `None`: all that is left.
    pub lines: Option<Vec<(LineId, Quantity)>>,
    /// How far it got.
    pub stage: FulfillmentStage,
    /// The carrier's tracking number, or empty.
    pub tracking_number: String,
    /// From where; `None`: from where it was promised.
    pub location: Option<LocationId>,
}

impl Shop {
    /// An order with everything computed, not placed yet. Delivery is taxed at the standard rate.
    pub fn draft_order(&self, by: &mut By<'_>, new: NewOrder) -> Outcome<OrderPlaced> {
        let NewOrder { id, number, customer, name, email, phone, basket, delivery, payment_method, location, note } = new;
        let placed_at = by.now();
        let read = self.read();
        let settings = crate::shop::settings(&read)?;
        let day = placed_at.date_at_offset(settings.utc_offset_minutes);
        let rules = PricingRules::read(&read, day)?;
        let priced = rules.price(&basket)?;
        let rate = rules.taxes.rate_for(&TaxCategory::default(), &settings.country, &settings.region, day);
        let (rate, tax_name) = rate.map_or((RateMillionths(0), ""), |rate| (rate.rate_millionths, rate.name.as_str()));
        let OrderTotals { taxes, net, tax, gross } = OrderTotals::of(&priced, delivery.price(), rate, tax_name)?;
        Ok(OrderPlaced {
            id,
            number,
            customer,
            name,
            email,
            phone,
            lines: priced.lines,
            taxes,
            discount: priced.discount,
            net,
            tax,
            gross,
            delivery,
            payment_method,
            location,
            business_day: day,
            placed_at,
            note,
        })
    }

    /// Places an order. Its id is its checkout's, so placing it again (a webhook twice, a button twice, two nodes) is one order.
    pub fn place(&self, by: &mut By<'_>, order: OrderPlaced) -> Outcome<Placed> {
        let mut work = self.work_by(by, Permission::Sell)?;
        if let Some((placed, _)) = work.read.order(order.id)? {
            return Ok(Placed { order: placed, recorded: None });
        }
        check_order(&work, &order)?;
        let fact = Fact { id: order.id.into(), body: FactBody::OrderPlaced(Box::new(order.clone())) };
        let draft = Draft { facts: vec![fact], ..by.draft("order.place") };
        let recorded = work.record(draft, by.env)?;
        Ok(Placed { order, recorded: Some(recorded) })
    }

    /// Money for an order came in. It is booked also for an order that was canceled meanwhile: it is there, and is shown as to be returned.
    pub fn record_payment(&self, by: &mut By<'_>, order: OrderId, amount: Money, reference: &str) -> Outcome<Recorded> {
        text::at_most(reference, "the reference", text::NAME_CHARS_MAX)?;
        let mut work = self.work_by(by, Permission::Sell)?;
        let state = state_of(&work, order)?;
        same_currency(&work.settings()?, amount)?;
        if amount.minor <= 0 {
            return Err(Refusal::NotValid { what: "the amount", expected: "it is more than zero" }.into());
        }
        if state.is_paid() {
            return Err(OrderStepError::AlreadyPaid.into());
        }
        let paid = OrderPaid { order, amount, reference: reference.to_owned(), paid_at: by.now() };
        let fact = FactId::from_bytes(by.new_id());
        work.record_fact(by, "order.record_payment", fact, FactBody::OrderPaid(paid))
    }

    /// Lines of an order were packed, sent or handed over.
    pub fn fulfill(&self, by: &mut By<'_>, order: OrderId, fulfillment: Fulfillment) -> Outcome<Recorded> {
        let Fulfillment { lines, stage, tracking_number, location } = fulfillment;
        text::at_most(&tracking_number, "the tracking number", text::NAME_CHARS_MAX)?;
        let mut work = self.work_by(by, Permission::Sell)?;
        let (placed, state) = found(work.read.order(order)?, "this order")?;
        state.may(step_of(stage))?;
        let lines = match lines {
            Some(lines) => chosen(&state, &lines)?,
            None => all_left(&state, stage)?,
        };
        state.check_lines(&lines)?;
        let location = location.unwrap_or(placed.location);
        let fulfilled = OrderFulfilled { order, location, lines, stage, tracking_number, fulfilled_at: by.now() };
        let fact = FactId::from_bytes(by.new_id());
        work.record_fact(by, "order.fulfill", fact, FactBody::OrderFulfilled(fulfilled))
    }

    /// Stops an order of which nothing has left.
    pub fn cancel(&self, by: &mut By<'_>, order: OrderId, reason: &str) -> Outcome<Recorded> {
        text::reason(reason)?;
        let mut work = self.work_by(by, Permission::Sell)?;
        state_of(&work, order)?.may(OrderStep::Cancel)?;
        let canceled = OrderCanceled { order, reason: reason.to_owned(), canceled_at: by.now() };
        let fact = FactId::from_bytes(by.new_id());
        work.record_fact(by, "order.cancel", fact, FactBody::OrderCanceled(canceled))
    }
}

fn state_of(work: &Work<'_>, order: OrderId) -> Outcome<OrderState> {
    Ok(found(work.read.order(order)?, "this order")?.1)
}

fn step_of(stage: FulfillmentStage) -> OrderStep {
    match stage {
        FulfillmentStage::Packed => OrderStep::Pack,
        FulfillmentStage::Shipped => OrderStep::Ship,
        FulfillmentStage::HandedOver => OrderStep::HandOver,
    }
}

fn chosen(state: &OrderState, lines: &[(LineId, Quantity)]) -> Outcome<Vec<FulfilledLine>> {
    let line = |(line, quantity): &(LineId, Quantity)| {
        let known = state.lines.iter().find(|state| state.line == *line).ok_or(OrderStepError::LineNotFound)?;
        Ok(FulfilledLine { line: *line, variant: known.variant, quantity: *quantity })
    };
    lines.iter().map(line).collect()
}

/// What was not packed yet, or what has not left yet.
fn all_left(state: &OrderState, stage: FulfillmentStage) -> Outcome<Vec<FulfilledLine>> {
    if stage != FulfillmentStage::Packed {
        return Ok(state.lines_left());
    }
    let mut lines = Vec::new();
    for line in &state.lines {
        let quantity = line.ordered.checked_sub(line.packed)?;
        if quantity > Quantity::ZERO {
            lines.push(FulfilledLine { line: line.line, variant: line.variant, quantity });
        }
    }
    Ok(lines)
}

fn check_order(work: &Work<'_>, order: &OrderPlaced) -> Outcome<()> {
    text::name(&order.name, "the buyer's name")?;
    text::name(&order.number, "the order's number")?;
    text::at_most(&order.email, "the email address", text::NAME_CHARS_MAX)?;
    text::at_most(&order.phone, "the phone number", text::NAME_CHARS_MAX)?;
    text::at_most(&order.note, "the note", text::REMARK_CHARS_MAX)?;
    if order.lines.is_empty() {
        return Err(tradepost_domain::sale::SaleError::EmptyBasket.into());
    }
    same_currency(&work.settings()?, order.gross)?;
    if order.net.checked_add(order.tax)? != order.gross || order.gross.is_negative() {
        return Err(Refusal::NotValid { what: "the order's total", expected: "net and tax are gross" }.into());
    }
    found(work.read.location(order.location)?, "the order's location")?;
    Ok(())
}

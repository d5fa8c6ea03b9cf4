//! The order: the same state for every order in which its facts arrive.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use tradepost_domain::id::OrderId;
use tradepost_domain::order::*;
use tradepost_domain::quantity::Quantity;

use crate::samples::{eur, order_canceled, order_fulfilled, order_paid, order_placed};

#[derive(Debug, Clone)]
enum Happened {
    Paid(OrderPaid),
    Fulfilled(OrderFulfilled),
    Canceled(OrderCanceled),
}

impl Happened {
    fn fact(&self) -> OrderFact<'_> {
        match self {
            Self::Paid(paid) => OrderFact::Paid(paid),
            Self::Fulfilled(fulfilled) => OrderFact::Fulfilled(fulfilled),
            Self::Canceled(canceled) => OrderFact::Canceled(canceled),
        }
    }
}

fn fold(happened: &[Happened]) -> OrderState {
    OrderState::fold(&order_placed(), happened.iter().map(Happened::fact))
}

fn paid_in_full() -> Happened {
    Happened::Paid(order_paid(order_placed().gross.minor))
}

fn fulfilled(stage: FulfillmentStage, lines: &[(u8, i64)]) -> Happened {
    Happened::Fulfilled(order_fulfilled(stage, lines))
}

const EVERYTHING: &[(u8, i64)] = &[(1, 2000), (2, 1000), (3, 250)];

fn canceled() -> Happened {
    Happened::Canceled(order_canceled())
}

/// What is committed, in thousandths, over all variants.
fn committed(state: &OrderState) -> i64 {
    state.commitments().iter().map(|commitment| commitment.quantity.thousandths).sum()
}

#[test]
fn an_order_runs_from_open_to_fulfilled() {
    let mut happened = Vec::new();
    let check = |happened: &[Happened], status: OrderStatus, left: i64, steps: &[OrderStep]| {
        let state = fold(happened);
        assert_eq!((state.status, committed(&state), state.next_steps().as_slice()), (status, left, steps));
    };
    check(&happened, OrderStatus::Open, 3250, &[OrderStep::TakePayment, OrderStep::Pack, OrderStep::Cancel]);
    happened.push(paid_in_full());
    check(&happened, OrderStatus::Open, 3250, &[OrderStep::Pack, OrderStep::Ship, OrderStep::Cancel]);
    happened.push(fulfilled(FulfillmentStage::Packed, EVERYTHING));
    check(&happened, OrderStatus::Packed, 3250, &[OrderStep::Ship, OrderStep::Cancel]);
    happened.push(fulfilled(FulfillmentStage::Shipped, &EVERYTHING[..1]));
    check(&happened, OrderStatus::Packed, 1250, &[OrderStep::Ship]);
    happened.push(fulfilled(FulfillmentStage::Shipped, &EVERYTHING[1..]));
    check(&happened, OrderStatus::Fulfilled, 0, &[]);
}

#[test]
fn a_cancel_that_races_a_fulfillment_releases_each_piece_once() {
    let state = fold(&[canceled(), fulfilled(FulfillmentStage::Shipped, EVERYTHING)]);
    assert_eq!((state.status, state.is_canceled, committed(&state)), (OrderStatus::Fulfilled, true, 0));
    let state = fold(&[fulfilled(FulfillmentStage::Shipped, &EVERYTHING[..1]), canceled(), canceled()]);
    assert_eq!((state.status, committed(&state)), (OrderStatus::Canceled, 0));
}

#[test]
fn goods_sent_twice_commit_nothing_and_show() {
    let state = fold(&[fulfilled(FulfillmentStage::Shipped, EVERYTHING), fulfilled(FulfillmentStage::Shipped, EVERYTHING)]);
    assert_eq!((committed(&state), state.lines[0].supplied.thousandths), (0, 4000));
}

#[test]
fn goods_packed_twice_are_packed_once() {
    let state = fold(&[fulfilled(FulfillmentStage::Packed, EVERYTHING), fulfilled(FulfillmentStage::Packed, EVERYTHING)]);
    assert_eq!(
        (state.status, state.lines[0].packed, committed(&state)),
        (OrderStatus::Packed, Quantity::from_thousandths(2000), 3250)
    );
}

#[test]
fn what_may_not_be_done_says_why() {
    let check = |happened: &[Happened], step: OrderStep, why: &str| {
        assert_eq!(fold(happened).may(step).unwrap_err().to_string(), why);
    };
    let due = order_placed().gross;
    check(&[], OrderStep::Ship, &format!("{due} is still to be paid: record the payment first"));
    check(&[], OrderStep::HandOver, "this order is shipped to its buyer: ship it instead");
    check(&[canceled()], OrderStep::Ship, "this order was canceled");
    check(&[canceled()], OrderStep::TakePayment, "this order was canceled");
    check(&[paid_in_full()], OrderStep::TakePayment, "this order is already paid");
    check(
        &[fulfilled(FulfillmentStage::Shipped, &EVERYTHING[..1])],
        OrderStep::Cancel,
        "some of this order was already sent or handed over: refund it instead",
    );
    check(
        &[fulfilled(FulfillmentStage::Shipped, EVERYTHING)],
        OrderStep::Cancel,
        "everything in this order was already sent or handed over",
    );
}

#[test]
fn money_is_due_until_it_came_and_is_returned_after_a_cancel() {
    let gross = order_placed().gross;
    let state = fold(&[Happened::Paid(order_paid(1000))]);
    assert_eq!((state.amount_due(), state.is_paid()), (eur(gross.minor - 1000), false));
    let state = fold(&[paid_in_full(), Happened::Paid(order_paid(7))]);
    assert_eq!((state.amount_due(), state.amount_to_return(), state.is_paid()), (eur(0), eur(7), true));
    let state = fold(&[Happened::Paid(order_paid(1000)), canceled()]);
    assert_eq!((state.amount_due(), state.amount_to_return()), (eur(0), eur(1000)));
}

#[test]
fn lines_of_a_fulfillment_are_checked() {
    let state = fold(&[fulfilled(FulfillmentStage::Shipped, &EVERYTHING[..1])]);
    let lines = |lines: &[(u8, i64)]| order_fulfilled(FulfillmentStage::Shipped, lines).lines;
    assert_eq!(state.check_lines(&state.lines_left()), Ok(()));
    assert_eq!(state.check_lines(&lines(&[(1, 1)])), Err(OrderStepError::TooMuch));
    assert_eq!(state.check_lines(&lines(&[(2, 600), (2, 600)])), Err(OrderStepError::TooMuch));
    assert_eq!(state.check_lines(&lines(&[(2, -1)])), Err(OrderStepError::TooMuch));
    assert_eq!(state.check_lines(&lines(&[(9, 1)])), Err(OrderStepError::LineNotFound));
}

#[test]
fn facts_of_other_orders_do_not_count() {
    let other = OrderPaid { order: OrderId::from_bytes([99; 16]), ..order_paid(1000) };
    assert_eq!(fold(&[Happened::Paid(other)]).paid, eur(0));
}

#[test]
fn totals_include_the_delivery_and_its_tax() {
    let placed = order_placed();
    let lines_gross: i64 = placed.lines.iter().map(|line| line.gross.minor).sum();
    assert_eq!(placed.gross.minor, lines_gross + 490);
    assert_eq!(placed.net.minor + placed.tax.minor, placed.gross.minor);
    assert_eq!(placed.taxes.iter().map(|tax| tax.tax.minor).sum::<i64>(), placed.tax.minor);
}

fn happened() -> impl Strategy<Value = Happened> {
    let lines = prop_oneof![subsequence(EVERYTHING, 0..=3), Just(vec![(9, 500), (1, -4000), (1, i64::MAX)])];
    prop_oneof![
        crate::any::edge().prop_map(|minor| Happened::Paid(order_paid(minor))),
        (1_i64..9000).prop_map(|minor| Happened::Paid(order_paid(minor))),
        (select(FulfillmentStage::ALL), lines).prop_map(|(stage, lines)| fulfilled(stage, &lines)),
        Just(canceled()),
    ]
}

proptest! {
    #[test]
    fn the_order_of_facts_does_not_matter(
        (one, other) in prop::collection::vec(happened(), 0..8).prop_flat_map(|facts| (Just(facts.clone()), Just(facts).prop_shuffle()))
    ) {
        prop_assert_eq!(fold(&one), fold(&other));
    }

    #[test]
    fn a_status_never_falls_and_a_commitment_never_rises(facts in prop::collection::vec(happened(), 1..8)) {
        for n in 1..=facts.len() {
            let (before, after) = (fold(&facts[..n - 1]), fold(&facts[..n]));
            prop_assert!(before.status <= after.status, "{:?} after {:?}", after.status, before.status);
            prop_assert!(committed(&before) >= committed(&after));
            prop_assert!(after.lines.iter().all(|line| line.left() >= Quantity::ZERO && line.left() <= line.ordered));
        }
    }
}

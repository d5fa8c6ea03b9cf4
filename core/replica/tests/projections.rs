//! Projections are a function of the set of documents and facts: whatever the order of arrival, and after a rebuild.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;
mod world;

use common::{Device, Shop};
use proptest::prelude::*;
use tradepost_domain::order::OrderStatus;
use tradepost_domain::quantity::Quantity;
use tradepost_replica::{Admission, TransferEntry, Vector};
use world::{Act, World, acts};

fn entries_of(device: &Device) -> Vec<TransferEntry> {
    device.get().entries_after(&Vector::default(), usize::MAX, usize::MAX).unwrap()
}

/// Admits in an order that a seed decides; what comes too early waits inside.
fn admit_shuffled(device: &mut Device, mut entries: Vec<TransferEntry>, mut seed: u64) {
    for last in (1..entries.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        entries.swap(last, usize::try_from(seed >> 33).unwrap() % (last + 1));
    }
    for entry in &entries {
        let admission = device.admit(entry);
        assert!(!matches!(admission, Admission::Refused { .. } | Admission::Quarantined { .. }), "{admission:?}");
    }
    assert_eq!((device.get().pending_count(), device.get().awaiting_count()), (0, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_are_equal_in_every_order_of_arrival(acts in acts(3, 60), seed in any::<u64>()) {
        let mut world = World::new();
        acts.iter().for_each(|act| world.act(act));
        world.meet();
        let rows = world.tills[0].reader().projection_digests().unwrap();
        for till in &mut world.tills {
            prop_assert_eq!(&till.reader().projection_digests().unwrap(), &rows);
        }
        let mut late = world.shop.till("late");
        admit_shuffled(&mut late, entries_of(&world.shop.office), seed);
        let late_rows = late.reader().projection_digests().unwrap();
        prop_assert_eq!(&late_rows, &world.shop.office.reader().projection_digests().unwrap());
        prop_assert_eq!(&late_rows, &rows);
        late.get_mut().rebuild(&mut |_, _| {}).unwrap();
        prop_assert_eq!(&late.reader().projection_digests().unwrap(), &rows);
    }

    #[test]
    fn stock_is_what_the_definition_says(acts in acts(3, 60)) {
        let mut world = World::new();
        acts.iter().for_each(|act| world.act(act));
        world.meet();
        for variant in world::VARIANTS {
            let level = world.tills[1].reader().stock_level(world::variant(variant), world::LOCATION).unwrap();
            prop_assert_eq!(level.on_hand, world.expected_on_hand(variant), "variant {}", variant);
            prop_assert_eq!(level.committed, world.expected_committed(variant), "variant {}", variant);
        }
    }
}

#[test]
fn a_sale_that_arrives_after_the_count_it_preceded_does_not_count_twice() {
    let mut world = World::new();
    world.act(&Act::Receive { till: 0, variant: 1, quantity: 10 });
    world.meet();
    // Till 1 sells offline; a little later somebody counts on till 0 and finds nine.
    world.act(&Act::Sell { till: 1, variant: 1, quantity: 1 });
    world.act(&Act::Wait { till: 0, seconds: 60 });
    world.act(&Act::Count { till: 0, variant: 1, quantity: 9 });
    world.meet();
    assert_eq!(world.on_hand(0, 1), 9);
    assert_eq!(world.on_hand(1, 1), 9);
    // What is sold after the count counts, also by a till whose clock is an hour slow but which knew of it.
    world.act(&Act::Wait { till: 1, seconds: -3600 });
    world.act(&Act::Sell { till: 1, variant: 1, quantity: 2 });
    world.meet();
    assert_eq!(world.on_hand(0, 1), 7);
    assert_eq!(world.on_hand(1, 1), 7);
}

#[test]
fn of_two_counts_the_later_one_stands() {
    let mut world = World::new();
    world.act(&Act::Count { till: 0, variant: 1, quantity: 5 });
    world.meet();
    world.act(&Act::Count { till: 1, variant: 1, quantity: 3 });
    world.act(&Act::Receive { till: 1, variant: 1, quantity: 4 });
    world.meet();
    for till in 0..3 {
        assert_eq!(world.on_hand(till, 1), 7);
    }
}

#[test]
fn a_placed_order_commits_stock_until_it_is_supplied_or_canceled() {
    let mut world = World::new();
    world.act(&Act::Receive { till: 0, variant: 1, quantity: 10 });
    world.act(&Act::Place { till: 0, variant: 1, quantity: 3 });
    world.act(&Act::Place { till: 0, variant: 1, quantity: 2 });
    world.meet();
    let level =
        |world: &mut World, till: usize| world.tills[till].reader().stock_level(world::variant(1), world::LOCATION).unwrap();
    assert_eq!(level(&mut world, 2).committed, Quantity::from_thousandths(5000));
    // One till supplies the first order while another cancels the second.
    world.act(&Act::Fulfill { till: 1, order: 0 });
    world.act(&Act::Cancel { till: 2, order: 1 });
    world.meet();
    let after = level(&mut world, 0);
    assert_eq!((after.on_hand, after.committed), (Quantity::from_thousandths(7000), Quantity::ZERO));
    let reader = world.tills[0].reader();
    assert_eq!(reader.order_count(OrderStatus::Fulfilled).unwrap(), 1);
    assert_eq!(reader.order_count(OrderStatus::Canceled).unwrap(), 1);
    let (placed, state) = reader.order_by_number("W-1").unwrap().unwrap();
    assert_eq!((placed.number.as_str(), state.status), ("W-1", OrderStatus::Fulfilled));
    assert_eq!(reader.order_facts(placed.id).unwrap().len(), 2);
}

#[test]
fn totals_of_a_session_are_those_that_the_domain_counts() {
    let mut world = World::new();
    world.act(&Act::Sell { till: 0, variant: 1, quantity: 2 });
    world.act(&Act::Sell { till: 0, variant: 2, quantity: 1 });
    world.act(&Act::Refund { till: 0, sale: 0 });
    world.act(&Act::MoveCash { till: 0, amount: 700 });
    let reader = world.tills[0].reader();
    let row = reader.open_session(world.till_ids[0]).unwrap().unwrap();
    assert_eq!(row.totals, world.domain_totals(0));
    assert_eq!(reader.session(row.id).unwrap().unwrap(), row);
    assert_eq!(reader.sessions(10, 0).unwrap().len(), 1);
    assert_eq!(reader.last_z_number(world.till_ids[0]).unwrap(), 0);
    world.act(&Act::Close { till: 0 });
    let reader = world.tills[0].reader();
    assert!(reader.open_session(world.till_ids[0]).unwrap().is_none());
    assert_eq!(reader.last_z_number(world.till_ids[0]).unwrap(), 1);
    let closed = reader.z_report(row.id).unwrap().unwrap();
    assert_eq!(closed.totals, row.totals);
    assert_eq!(reader.session(row.id).unwrap().unwrap().cash_variance, Some(closed.cash_variance));
}

#[test]
fn reports_add_up_to_the_sales() {
    let mut world = World::new();
    for till in 0..3 {
        world.act(&Act::Sell { till, variant: 1, quantity: 2 });
    }
    world.act(&Act::Refund { till: 1, sale: 1 });
    world.act(&Act::Place { till: 0, variant: 2, quantity: 1 });
    world.meet();
    let reader = Shop::reader(&world.shop);
    let day = world::DAY;
    let totals = reader.sales_by_day(day, day).unwrap();
    assert_eq!(totals.len(), 1);
    assert_eq!((totals[0].sale_count, totals[0].refund_count, totals[0].order_count), (3, 1, 1));
    assert_eq!(totals[0].gross, world::usd(2 * 2 * 119));
    assert_eq!(totals[0].gross, totals[0].net.checked_add(totals[0].tax).unwrap());
    assert_eq!(reader.taxes(day, day).unwrap()[0].tax, totals[0].tax);
    assert_eq!(reader.tenders(day, day).unwrap()[0].1, totals[0].gross);
    let hours = reader.sales_by_hour(day).unwrap();
    assert_eq!(hours.iter().map(|(_, gross)| gross.minor).sum::<i64>(), 3 * 2 * 119);
    let top = reader.top_products(day, day, 5).unwrap();
    assert_eq!(
        (top[0].variant, top[0].quantity, top[0].gross),
        (world::variant(1), Quantity::from_thousandths(4000), totals[0].gross)
    );
    assert_eq!(reader.quick_keys(5).unwrap()[0].id, world::variant(1));
    let sales = reader.sales(&Default::default(), 10, 0).unwrap();
    assert_eq!(sales.len(), 3);
    assert_eq!(sales.iter().map(|sale| sale.refunded_gross.minor).sum::<i64>(), 2 * 119);
    let by_receipt = reader.sales_by_receipt(&sales[0].receipt_number).unwrap();
    assert_eq!(by_receipt[0].id, sales[0].id);
    assert_eq!(reader.stock_movements(world::variant(1), 10).unwrap().len(), 4);
}

#[test]
fn what_a_sale_leaves_for_later_is_seen_at_once_and_put_into_its_place_unnoticed() {
    let mut world = World::new();
    world.act(&Act::Receive { till: 0, variant: 1, quantity: 500 });
    world.act(&Act::Count { till: 0, variant: 2, quantity: 9 });
    let rows = |world: &mut World| world.tills[0].reader().projection_digests().unwrap();
    let sold = |world: &mut World| {
        let reader = world.tills[0].reader();
        let top = reader.top_products(world::DAY, world::DAY, 5).unwrap();
        let listed = reader.variant(world::variant(1)).unwrap().map(|row| row.available);
        let keys: Vec<_> = reader.quick_keys(5).unwrap().into_iter().map(|row| row.id).collect();
        (top, reader.stock_movements(world::variant(1), 5).unwrap(), listed, keys, world.on_hand(0, 1), world.on_hand(0, 2))
    };
    // Enough that the sales themselves put lines into their places, and some are left.
    for sale in 0..330 {
        world.act(&Act::Sell { till: 0, variant: 1 + u8::from(sale % 110 == 0), quantity: 1 });
    }
    let (waiting, waiting_sold) = (rows(&mut world), sold(&mut world));
    assert_eq!((waiting_sold.4, waiting_sold.5), (500 - 327, 9 - 3));
    assert_eq!(waiting_sold.1.len(), 5);
    world.tills[0].get_mut().checkpoint_wal().unwrap();
    assert_eq!((rows(&mut world), sold(&mut world)), (waiting.clone(), waiting_sold.clone()));
    world.act(&Act::Sell { till: 0, variant: 1, quantity: 1 });
    let one_waits = rows(&mut world);
    assert_ne!(one_waits, waiting);
    assert_eq!(world.on_hand(0, 1), 500 - 328);
    world.tills[0].get_mut().rebuild(&mut |_, _| {}).unwrap();
    assert_eq!(rows(&mut world), one_waits);
    world.meet();
    assert_eq!(rows(&mut world), Shop::reader(&world.shop).projection_digests().unwrap());
}

use tradepost_domain::id::OrderId;
use tradepost_domain::order::{DeliveryMethod, FulfillmentStage, OrderStatus, PaymentMethod};
use tradepost_domain::shop::Address;
use tradepost_operations::{Fulfillment, NewOrder, Shop};

use crate::world::{World, code, eur, pieces};

fn new_order(world: &mut World, id: u8, delivery: DeliveryMethod, payment_method: PaymentMethod) -> NewOrder {
    NewOrder {
        id: OrderId::from_bytes([id; 16]),
        number: format!("W-{id}"),
        customer: None,
        name: "Ada".to_owned(),
        email: "ada@example.org".to_owned(),
        phone: String::new(),
        basket: world.office.basket(&[("TEA", 2)]),
        delivery,
        payment_method,
        location: world.location(),
        note: String::new(),
    }
}

fn shipped() -> DeliveryMethod {
    DeliveryMethod::Ship { address: Address::default(), rate_name: "Standard".to_owned(), price: eur(500) }
}

fn world() -> (World, Shop) {
    let mut world = World::new();
    let location = world.location();
    world.office.product("Tea", "TEA", eur(595), Some((location, 10)));
    let shop = world.office.shop.clone();
    (world, shop)
}

fn all(stage: FulfillmentStage) -> Fulfillment {
    Fulfillment { lines: None, stage, tracking_number: String::new(), location: None }
}

#[test]
fn an_order_placed_twice_is_one_order() {
    let (mut world, shop) = world();
    let new = new_order(&mut world, 1, shipped(), PaymentMethod::BankTransfer);
    let draft = shop.draft_order(&mut world.office.by(), new).unwrap();
    assert_eq!((draft.gross, draft.tax), (eur(1_690), eur(190 + 80)));
    assert!(shop.place(&mut world.office.by(), draft.clone()).unwrap().recorded.is_some());
    let again =
        shop.place(&mut world.office.by(), tradepost_domain::order::OrderPlaced { number: "W-9".to_owned(), ..draft }).unwrap();
    assert!(again.recorded.is_none());
    assert_eq!(again.order.number, "W-1");
    assert_eq!(shop.reader().unwrap().orders(&Default::default(), 10, 0).unwrap().len(), 1);
}

#[test]
fn an_order_is_paid_packed_and_sent_in_this_order() {
    let (mut world, shop) = world();
    let new = new_order(&mut world, 1, shipped(), PaymentMethod::BankTransfer);
    let order = shop.draft_order(&mut world.office.by(), new).unwrap();
    shop.place(&mut world.office.by(), order.clone()).unwrap();
    assert_eq!(shop.home(&mut world.office.by()).unwrap().orders_unpaid.len(), 1);
    assert_eq!(code(shop.fulfill(&mut world.office.by(), order.id, all(FulfillmentStage::Shipped))), "order_step");
    shop.record_payment(&mut world.office.by(), order.id, order.gross, "transfer 5").unwrap();
    assert_eq!(code(shop.record_payment(&mut world.office.by(), order.id, order.gross, "transfer 5")), "order_step");
    assert_eq!(shop.home(&mut world.office.by()).unwrap().orders_to_pack.len(), 1);
    shop.fulfill(&mut world.office.by(), order.id, all(FulfillmentStage::Packed)).unwrap();
    assert_eq!(world.office.on_hand("TEA"), pieces(10), "packed goods are still here");
    shop.fulfill(&mut world.office.by(), order.id, all(FulfillmentStage::Shipped)).unwrap();
    assert_eq!(world.office.on_hand("TEA"), pieces(8));
    let (_, state) = shop.reader().unwrap().order(order.id).unwrap().unwrap();
    assert_eq!(state.status, OrderStatus::Fulfilled);
    assert_eq!(code(shop.cancel(&mut world.office.by(), order.id, "changed their mind")), "order_step");
}

#[test]
fn a_collected_order_is_handed_over_and_a_canceled_one_is_not() {
    let (mut world, shop) = world();
    let collect = DeliveryMethod::Collect { location: world.location() };
    for id in [1, 2] {
        let new = new_order(&mut world, id, collect.clone(), PaymentMethod::PayOnCollection);
        let order = shop.draft_order(&mut world.office.by(), new).unwrap();
        shop.place(&mut world.office.by(), order).unwrap();
    }
    let (kept, dropped) = (OrderId::from_bytes([1; 16]), OrderId::from_bytes([2; 16]));
    assert_eq!(code(shop.fulfill(&mut world.office.by(), kept, all(FulfillmentStage::Shipped))), "order_step");
    let line = shop.reader().unwrap().order(kept).unwrap().unwrap().0.lines[0].line.id;
    let part = Fulfillment { lines: Some(vec![(line, pieces(3))]), ..all(FulfillmentStage::HandedOver) };
    assert_eq!(code(shop.fulfill(&mut world.office.by(), kept, part)), "order_step");
    assert_eq!(
        code(shop.fulfill(&mut world.office.by(), kept, all(FulfillmentStage::HandedOver))),
        "order_step",
        "it is paid first"
    );
    shop.record_payment(&mut world.office.by(), kept, eur(1_190), "at the counter").unwrap();
    shop.fulfill(&mut world.office.by(), kept, all(FulfillmentStage::HandedOver)).unwrap();
    assert_eq!(code(shop.cancel(&mut world.office.by(), dropped, "")), "missing");
    shop.cancel(&mut world.office.by(), dropped, "never came").unwrap();
    assert_eq!(code(shop.fulfill(&mut world.office.by(), dropped, all(FulfillmentStage::HandedOver))), "order_step");
    shop.record_payment(&mut world.office.by(), dropped, eur(1_190), "paid after all").unwrap();
    let (_, state) = shop.reader().unwrap().order(dropped).unwrap().unwrap();
    assert_eq!(state.amount_to_return(), eur(1_190), "money that came in is booked, and owed back");
}

//! Two devices that work apart and then meet.

use tradepost_domain::document::Scalar;
use tradepost_domain::sale::Tender;
use tradepost_operations::{AwayKind, ReceiptChoice, RefundOrder, RefundTender, lock};

use crate::world::{World, code, eur};

#[test]
fn a_line_refunded_at_two_tills_apart_stands_twice_and_is_raised() {
    let mut world = World::new();
    let location = world.location();
    world.office.product("Tea", "TEA", eur(500), Some((location, 5)));
    let open = world.office.open_till(location, eur(1_000));
    let sale = world.office.sell(open, &[("TEA", 1)], vec![Tender::cash(eur(500))]);
    let mut till = world.device("till");
    let away = till.open_till(location, eur(1_000));
    let refund = |open: crate::world::Open| RefundOrder {
        sale: sale.id,
        lines: Vec::new(),
        tender: RefundTender::Original,
        till: open.till,
        session: open.session,
        reason: "back".to_owned(),
        receipt: ReceiptChoice::NoPaper,
    };
    let (shop, other) = (world.office.shop.clone(), till.shop.clone());
    shop.refund(&mut world.office.by(), refund(open)).unwrap();
    other.refund(&mut till.by(), refund(away)).unwrap();
    world.office.read(&till);
    let home = shop.home(&mut world.office.by()).unwrap();
    assert_eq!(home.over_refunded.iter().map(|over| (over.sale, over.over)).collect::<Vec<_>>(), [(sale.id, eur(500))]);
    assert_eq!(code(shop.refund(&mut world.office.by(), refund(open))), "refund");
}

#[test]
fn a_price_set_at_two_places_is_shown_and_settled_once() {
    let mut world = World::new();
    let product = world.office.product("Tea", "TEA", eur(500), None);
    let mut till = world.device("till");
    for (device, minor) in [(&mut world.office, 550), (&mut till, 600)] {
        let mut dearer = product.clone();
        dearer.variants[0].list_price = Some(eur(minor));
        let shop = device.shop.clone();
        shop.save_product(&mut device.by(), &dearer).unwrap().unwrap();
    }
    world.office.read(&till);
    till.read(&world.office);
    let shop = world.office.shop.clone();
    let conflict = shop.home(&mut world.office.by()).unwrap().conflicts.remove(0);
    assert_eq!(conflict.values.len(), 2);
    shop.settle_conflict(&mut world.office.by(), conflict.document, &conflict.path, Some(Scalar::Int(575))).unwrap();
    till.read(&world.office);
    for device in [&world.office, &till] {
        let read = device.shop.reader().unwrap();
        assert_eq!(read.conflict_count().unwrap(), 0);
        assert_eq!(read.product(product.id).unwrap().unwrap().variants[0].list_price, Some(eur(575)));
    }
}

#[test]
fn a_basket_parked_at_one_till_is_recalled_at_another() {
    let mut world = World::new();
    world.office.product("Tea", "TEA", eur(500), None);
    let shop = world.office.shop.clone();
    let basket = world.office.basket(&[("TEA", 3)]);
    let parked = shop.park(&mut world.office.by(), &basket, "").unwrap();
    let mut till = world.device("till");
    let other = till.shop.clone();
    assert_eq!(other.recall(&mut till.by(), parked.id).unwrap().basket, basket);
    world.office.read(&till);
    assert_eq!(code(shop.recall(&mut world.office.by(), parked.id)), "basket_is_taken");
}

#[test]
fn after_a_reconnect_the_report_says_what_others_did_and_what_needs_a_person() {
    let mut world = World::new();
    let location = world.location();
    world.office.product("Tea", "TEA", eur(500), Some((location, 1)));
    let mut till = world.device("till");
    let since = lock(world.office.shop.replica()).vector().unwrap();
    assert!(world.office.shop.while_you_were_away(&since).unwrap().lines.is_empty());
    let away = till.open_till(location, eur(1_000));
    till.sell(away, &[("TEA", 1)], vec![Tender::cash(eur(500))]);
    till.sell(away, &[("TEA", 1)], vec![Tender::cash(eur(500))]);
    world.office.read(&till);
    let report = world.office.shop.while_you_were_away(&since).unwrap();
    let happened = report.lines.iter().find(|line| line.kind == AwayKind::Happened).unwrap();
    assert!(
        happened.text.starts_with("till: ") && happened.text.contains("2 sales") && happened.text.contains("1 till opened"),
        "{}",
        happened.text
    );
    let needs = report.lines.iter().find(|line| line.kind == AwayKind::NeedsYou).unwrap();
    assert!(needs.text.contains("Tea") && needs.text.contains("-1 available"), "{}", needs.text);
}

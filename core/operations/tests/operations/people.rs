use tradepost_domain::basket::{Discount, DiscountKind};
use tradepost_domain::sale::Tender;
use tradepost_domain::staff::{Permission, Role};
use tradepost_domain::tax::RateMillionths;
use tradepost_operations::By;

use crate::world::{World, code, eur};

#[test]
fn a_pin_signs_in_and_wrong_ones_lock_for_a_while() {
    let mut world = World::new();
    let (shop, owner) = (world.office.shop.clone(), world.set_up.owner.id);
    assert_eq!(shop.staff_sign_in(&mut world.office.by(), owner, "1234").unwrap().id, owner);
    for _ in 0..5 {
        assert_eq!(code(shop.staff_sign_in(&mut world.office.by(), owner, "9999")), "wrong_pin");
    }
    assert_eq!(code(shop.staff_sign_in(&mut world.office.by(), owner, "1234")), "locked_out");
    world.office.env.clock.wall_ms += 31_000;
    shop.staff_sign_in(&mut world.office.by(), owner, "1234").unwrap();
    assert_eq!(
        code(shop.staff_sign_in(&mut world.office.by(), owner, "9999")),
        "wrong_pin",
        "a right PIN forgives the wrong ones"
    );
}

#[test]
fn what_a_cashier_may_not_do_is_refused_and_a_manager_approves_it() {
    let mut world = World::new();
    let (shop, location) = (world.office.shop.clone(), world.location());
    world.office.product("Tea", "TEA", eur(500), Some((location, 10)));
    let open = world.office.open_till(location, eur(5_000));
    let cashier = shop.add_staff(&mut world.office.by(), "Cay", Role::Cashier, Some("1111".to_owned())).unwrap();
    let manager = shop.add_staff(&mut world.office.by(), "Mo", Role::Manager, Some("2222".to_owned())).unwrap();

    let product = shop.reader().unwrap().product_by_handle("tea").unwrap().unwrap();
    let mut env = world.office.env.clone();
    assert_eq!(code(shop.archive(&mut By::staff(&mut env, cashier.id), product.id)), "not_permitted");
    assert_eq!(code(shop.add_till(&mut By::staff(&mut env, manager.id), "Third", location)), "not_permitted");

    let discount = |staff| Discount { kind: DiscountKind::Rate(RateMillionths(100_000)), reason: "dent".to_owned(), staff };
    let mut checkout = world.office.checkout(open, &[("TEA", 1)], vec![Tender::cash(eur(500))]);
    let (line, mut basket) = (checkout.basket.lines[0].id, checkout.basket.clone());
    let by = By::staff(&mut env, cashier.id);
    assert_eq!(code(shop.discount_line(&by, &mut basket, line, Some(discount(None)))), "not_permitted");
    assert_eq!(code(shop.override_price(&by, &mut basket, line, eur(1))), "not_permitted");
    let script = shop.batch_seller(&By::staff(&mut env, cashier.id), open.till).map(drop);
    assert_eq!(code(script), "not_permitted", "a script may name other prices, so it takes the right to do so");
    checkout.basket.discount = Some(discount(None));
    assert_eq!(code(shop.complete(&mut By::staff(&mut env, cashier.id), checkout.clone())), "not_permitted");

    assert_eq!(code(shop.approve(&mut By::owner(&mut env), cashier.id, "1111", Permission::Discount)), "not_permitted");
    let approver = shop.approve(&mut By::owner(&mut env), manager.id, "2222", Permission::Discount).unwrap();
    checkout.basket.discount = Some(discount(Some(approver.id)));
    let sale = shop.complete(&mut By::staff(&mut env, cashier.id), checkout).unwrap().sale;
    assert_eq!((sale.gross, sale.discount, sale.change_due, sale.staff), (eur(450), eur(50), eur(50), Some(cashier.id)));
}

#[test]
fn a_customer_is_found_by_a_part_of_the_name() {
    let mut world = World::new();
    let shop = world.office.shop.clone();
    let customer = tradepost_operations::Shop::new_customer(&mut world.office.by(), "Ada Byron");
    shop.save_customer(&mut world.office.by(), &customer).unwrap().unwrap();
    assert_eq!(shop.reader().unwrap().customers("byr", 10, 0).unwrap(), vec![customer.clone()]);
    let nameless = tradepost_domain::customer::Customer { name: String::new(), ..customer };
    assert_eq!(code(shop.save_customer(&mut world.office.by(), &nameless)), "missing");
}

//! Devices: another name, and leaving the shop.

use tradepost_domain::sale::Tender;
use tradepost_domain::staff::Role;
use tradepost_operations::read::{DeviceRow, SaleFilter};
use tradepost_operations::{By, Shop, lock};

use crate::world::{World, code, eur};

fn named(shop: &Shop, name: &str) -> DeviceRow {
    let devices = shop.reader().unwrap().devices().unwrap();
    let known: Vec<String> = devices.iter().map(|row| row.name.clone()).collect();
    devices.into_iter().find(|row| row.name == name).unwrap_or_else(|| panic!("{name} among {known:?}"))
}

fn sales(shop: &Shop) -> usize {
    shop.reader().unwrap().sales(&SaleFilter::default(), 100, 0).unwrap().len()
}

#[test]
fn a_device_is_called_what_people_call_it() {
    let mut world = World::new();
    let mut till = world.device("Till 1");
    let (shop, id) = (world.office.shop.clone(), named(&world.office.shop, "Till 1").certificate.replica);
    let cashier = shop.add_staff(&mut world.office.by(), "Cay", Role::Cashier, None).unwrap();
    let mut env = world.office.env.clone();
    assert_eq!(code(shop.rename_device(&mut By::staff(&mut env, cashier.id), id, "Mine")), "not_permitted");
    assert_eq!(code(shop.rename_device(&mut world.office.by(), id, " ")), "missing");
    shop.rename_device(&mut world.office.by(), id, "Garden till").unwrap().unwrap();
    till.read(&world.office);
    assert_eq!(named(&till.shop, "Garden till").certificate.name, "Till 1", "the certificate itself stays");
}

#[test]
fn what_a_removed_device_did_before_stands_and_what_it_does_after_waits_for_approval() {
    let mut world = World::new();
    let location = world.location();
    world.office.product("Tea", "TEA", eur(500), None);
    let mut till = world.device("Till 1");
    let open = till.open_till(location, eur(0));
    till.sell(open, &[("TEA", 1)], vec![Tender::cash(eur(500))]);
    world.office.read(&till);
    let (shop, id) = (world.office.shop.clone(), named(&world.office.shop, "Till 1").certificate.replica);

    let own = lock(shop.replica()).replica_id();
    assert_eq!(code(shop.revoke_device(&mut world.office.by(), own, "a mistake")), "own_device");
    assert_eq!(code(shop.revoke_device(&mut world.office.by(), id, "")), "missing");
    shop.revoke_device(&mut world.office.by(), id, "stolen").unwrap();
    assert_eq!(code(shop.revoke_device(&mut world.office.by(), id, "stolen")), "device_is_revoked");
    assert_eq!(code(shop.approve_device(&mut world.office.by(), id)), "nothing_to_approve");
    assert_eq!(sales(&shop), 1, "what it had done stands");

    till.sell(open, &[("TEA", 2)], vec![Tender::cash(eur(1_000))]);
    world.office.read(&till);
    let row = named(&shop, "Till 1");
    assert_eq!((sales(&shop), row.is_revoked, row.waiting_count), (1, true, 1));
    shop.approve_device(&mut world.office.by(), id).unwrap();
    assert_eq!((sales(&shop), named(&shop, "Till 1").waiting_count), (2, 0));
}

use tradepost_domain::money::Currency;
use tradepost_domain::staff::Role;
use tradepost_domain::tax::TaxInclusion;
use tradepost_operations::{NewShop, PinChange, Refusal, Shop};

use crate::world::{World, code, usd};

#[test]
fn a_shop_starts_with_settings_location_owner_taxes_and_shipping_rates() {
    let world = World::new();
    let read = world.office.shop.reader().unwrap();
    let settings = read.shop().unwrap();
    assert_eq!(
        (settings.name.as_str(), settings.currency, settings.tax_inclusion),
        ("Corner shop", Currency::EUR, TaxInclusion::Inclusive)
    );
    assert_eq!(read.locations().unwrap().len(), 1);
    assert!(read.staff().unwrap().iter().all(|owner| owner.role == Role::Owner && owner.is_active));
    assert_eq!(read.tax_table().unwrap().rates.len(), 3);
    let rates = read.shipping_table().unwrap();
    let names: Vec<_> = rates.rates_for("DE", 500, tradepost_domain::money::Money::from_minor(20_000, Currency::EUR));
    assert_eq!(names.first().unwrap().price.minor, 0, "free from a hundred euro on");
    assert!(world.office.shop.is_set_up().unwrap());
}

#[test]
fn a_shop_is_set_up_once() {
    let mut world = World::new();
    let shop = world.office.shop.clone();
    assert_eq!(code(shop.set_up(&mut world.office.by(), NewShop::new("Again", Currency::USD, "US"))), "shop_is_set_up");
}

#[test]
fn what_a_shop_cannot_start_with_is_refused() {
    type Spoil = fn(&mut NewShop);
    let table: [(&str, Spoil); 5] = [
        ("missing", |new| new.name = "  ".to_owned()),
        ("not_valid", |new| new.country = "Germany".to_owned()),
        ("not_valid", |new| new.utc_offset_minutes = 3_000),
        ("pin_not_valid", |new| new.owner_pin = Some("12".to_owned())),
        ("too_long", |new| new.location_name = "x".repeat(300)),
    ];
    for (expected, spoil) in table {
        let root = tempfile::TempDir::new().unwrap();
        let mut env = tradepost_replica::simulated::SimulatedEnvironment::new(9);
        let role = tradepost_domain::device::DeviceRole::BackOffice;
        let key = tradepost_replica::DatabaseKey([1; 32]);
        let founded = tradepost_replica::Replica::found(root.path(), "Office", role, key, &mut env).unwrap();
        let shop = Shop::new(tradepost_operations::share(founded.replica)).unwrap();
        let mut new = NewShop::new("Shop", Currency::USD, "US");
        spoil(&mut new);
        assert_eq!(code(shop.set_up(&mut tradepost_operations::By::owner(&mut env), new)), expected);
        assert!(!shop.is_set_up().unwrap());
    }
}

#[test]
fn settings_change_but_the_currency_stays() {
    let mut world = World::new();
    let shop = world.office.shop.clone();
    let mut settings = shop.settings().unwrap();
    assert!(shop.edit_shop(&mut world.office.by(), &settings).unwrap().is_none(), "nothing differs, nothing is recorded");
    settings.receipt_footer = "Thank you".to_owned();
    assert!(shop.edit_shop(&mut world.office.by(), &settings).unwrap().is_some());
    settings.currency = Currency::USD;
    assert_eq!(code(shop.edit_shop(&mut world.office.by(), &settings)), "currency_is_fixed");
    assert_eq!(shop.settings().unwrap().receipt_footer, "Thank you");
}

#[test]
fn tills_get_codes_of_their_own() {
    let mut world = World::new();
    let (shop, location) = (world.office.shop.clone(), world.location());
    let first = shop.add_till(&mut world.office.by(), "Front", location).unwrap();
    let second = shop.add_till(&mut world.office.by(), "Back", location).unwrap();
    assert_eq!((first.code.as_str(), second.code.as_str()), ("T01", "T02"));
    let taken = tradepost_domain::shop::Till { code: "T01".to_owned(), ..second.clone() };
    assert_eq!(code(shop.save_till(&mut world.office.by(), &taken)), "till_code_taken");
    let odd = tradepost_domain::shop::Till { code: "till 1".to_owned(), ..second };
    assert_eq!(code(shop.save_till(&mut world.office.by(), &odd)), "not_valid");
}

#[test]
fn tills_made_on_two_devices_apart_have_different_codes() {
    let mut world = World::new();
    let location = world.location();
    let shop = world.office.shop.clone();
    let first = shop.add_till(&mut world.office.by(), "Front", location).unwrap();
    let mut others = [world.device("Second office"), world.device("Third office")];
    let apart: Vec<String> =
        others.iter_mut().map(|other| other.shop.clone().add_till(&mut other.by(), "Van", location).unwrap().code).collect();
    assert_eq!(first.code, "T01");
    assert_ne!(apart[0], apart[1]);
    for code in apart {
        let letters = code.strip_prefix('T').unwrap();
        assert!(letters.len() == 3 && letters.chars().all(|letter| letter.is_ascii_uppercase()), "{code}");
    }
}

#[test]
fn somebody_who_runs_the_shop_remains() {
    let mut world = World::new();
    let (shop, owner) = (world.office.shop.clone(), world.set_up.owner.clone());
    let left = tradepost_domain::staff::StaffMember { is_active: false, ..owner.clone() };
    assert_eq!(code(shop.save_staff(&mut world.office.by(), &left, PinChange::Keep)), "last_owner");
    shop.add_staff(&mut world.office.by(), "Second owner", Role::Owner, None).unwrap();
    shop.save_staff(&mut world.office.by(), &left, PinChange::Keep).unwrap();
    assert!(matches!(
        shop.staff_sign_in(&mut world.office.by(), owner.id, "1234"),
        Err(tradepost_operations::OperationError::Refused(Refusal::NotActive { .. }))
    ));
}

#[test]
fn shipping_rates_are_in_the_shops_currency() {
    let mut world = World::new();
    let shop = world.office.shop.clone();
    let mut table = shop.reader().unwrap().shipping_table().unwrap();
    table.rates[0].price = usd(500);
    assert_eq!(code(shop.save_shipping_table(&mut world.office.by(), &table)), "other_currency");
}

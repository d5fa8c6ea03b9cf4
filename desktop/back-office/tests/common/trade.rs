//! A fortnight of trade in a small shop, so that screens have something to show.

use tradepost_back_office::api::customer::{self, AddressDraft, CustomerDraft};
use tradepost_back_office::api::product::{self, ProductQuery};
use tradepost_back_office::api::settings::{self, StaffDraft, TillDraft};
use tradepost_back_office::api::storefront::{self, CollectionDraft, PutIn};
use tradepost_back_office::api::{BackOffice, OpenShop, import, shop};
use tradepost_connection::SystemEnvironment;
use tradepost_domain::basket::{Basket, BasketLine};
use tradepost_domain::id::{BasketId, LocationId, OrderId, TillId};
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::order::{DeliveryMethod, FulfillmentStage, PaymentMethod};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::sale::TenderType;
use tradepost_domain::shop::Address;
use tradepost_domain::staff::Role;
use tradepost_domain::till_session::CashCount;
use tradepost_domain::time::Timestamp;
use tradepost_operations::read::VariantRow;
use tradepost_operations::{BatchLine, BatchSale, BatchTender, By, Environment, Fulfillment, NewOrder, Shop};

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;

/// `(title, vendor, type, variants, cents, on hand)`
type Goods = (&'static str, &'static str, &'static str, &'static [&'static str], u64, u64);

const PRODUCTS: &[Goods] = &[
    ("Alpine wool hat", "Northwind", "Hats", &[], 2_400, 18),
    ("Arctic mittens", "Northwind", "Gloves", &["S", "M", "L"], 3_900, 7),
    ("Bamboo travel cutlery", "Greenleaf", "Kitchen", &[], 1_650, 40),
    ("Canvas day bag", "Harbor", "Bags", &["Sand", "Navy", "Olive"], 5_900, 9),
    ("Cedar camp stool", "Timber & Thread", "Camping", &[], 7_900, 4),
    ("Dock rope bracelet", "Harbor", "Gifts", &["S", "L"], 1_200, 33),
    ("Down vest", "Northwind", "Jackets", &["S", "M", "L", "XL"], 14_900, 3),
    ("Enamel mug, speckled", "Greenleaf", "Kitchen", &["White", "Blue"], 1_450, 52),
    ("Felt slippers", "Timber & Thread", "Shoes", &["38", "40", "42", "44"], 4_500, 6),
    ("Field notebook, dotted, 96 pages", "Papermill", "Stationery", &[], 950, 120),
    ("Fisherman's sweater, hand-knitted, undyed merino", "Northwind", "Knitwear", &["S", "M", "L"], 18_900, 2),
    ("Folding lantern", "Lumen", "Camping", &[], 3_490, 15),
    ("Harbor Street tote", "Harbor", "Bags", &[], 1_850, 0),
    ("Insulated bottle 0.75 l", "Greenleaf", "Kitchen", &["Steel", "Black"], 2_990, 27),
    ("Leather key fob", "Timber & Thread", "Gifts", &[], 1_590, 44),
    ("Linen apron", "Timber & Thread", "Kitchen", &[], 3_900, 11),
    ("Oilskin rain hat", "Northwind", "Hats", &["M", "L"], 4_800, 5),
    ("Pocket compass", "Lumen", "Camping", &[], 2_250, 19),
    ("Rain coat", "Northwind", "Jackets", &["S", "M", "L"], 12_900, 8),
    ("Sailor stripe tee", "Harbor", "Shirts", &["XS", "S", "M", "L", "XL"], 2_900, 14),
    ("Sea salt soap", "Greenleaf", "Bath", &[], 790, 88),
    ("Storm matches", "Lumen", "Camping", &[], 450, 200),
    ("Tide table 2027", "Papermill", "Stationery", &[], 690, 61),
    ("Waxed jacket", "Northwind", "Jackets", &["M", "L", "XL"], 24_900, 2),
];

const CUSTOMERS: &[(&str, &str, &str)] = &[
    ("Ada Okafor", "ada@example.com", "Portland"),
    ("Benedikt Wiśniewski-Castellanos", "benedikt.wisniewski@example.org", "Astoria"),
    ("Chidi Park", "chidi@example.com", "Seaside"),
    ("Dolores Quint", "dq@example.net", "Newport"),
    ("Émile Laurent", "emile@example.fr", "Lyon"),
];

/// Products, people, tills, two weeks of sales, web orders in every state.
pub fn open_a_fortnight_ago(office: &BackOffice) {
    let open = office.shop().unwrap();
    import::plan(&open, "products.csv", products_csv().into_bytes()).unwrap();
    import::run(office).unwrap();
    people(office);
    let location = office.read(|reader| Ok(reader.locations()?.remove(0).id)).unwrap();
    let till = till(office, "Front till", "T01", location);
    till_of_the_market(office, location);
    sell_for_a_fortnight(&open, till);
    web_orders(&open, location);
    collections(office);
}

fn products_csv() -> String {
    let mut csv = String::from(
        "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Cost per item,Status\n",
    );
    for (number, (title, vendor, kind, variants, cents, on_hand)) in PRODUCTS.iter().enumerate() {
        let option = if variants.is_empty() { "Title" } else { "Size" };
        let values: &[&str] = if variants.is_empty() { &["Default Title"] } else { variants };
        for (place, value) in values.iter().enumerate() {
            let (price, cost) = (decimal(*cents), decimal(cents * 45 / 100));
            let (title, vendor, kind) = if place == 0 { (*title, *vendor, *kind) } else { ("", "", "") };
            let handle = PRODUCTS[number].0.to_lowercase().replace([' ', ',', '\'', '.', '&'], "-");
            csv.push_str(&format!(
                "{handle},\"{title}\",,{vendor},{kind},,TRUE,{option},{value},P{number:02}-{place},250,{on_hand},{price},{cost},active\n"
            ));
        }
    }
    csv
}

fn decimal(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn people(office: &BackOffice) {
    for (name, role) in [("Jonas Bright", Role::Manager), ("Priya Raman", Role::Cashier)] {
        let draft = StaffDraft {
            id: String::new(),
            name: name.to_owned(),
            role,
            is_active: true,
            has_pin: false,
            pin: "4711".to_owned(),
        };
        office.write(|write| settings::save_staff(write, &draft)).unwrap();
    }
    for (name, email, city) in CUSTOMERS {
        let address = AddressDraft { city: (*city).to_owned(), country: "US".to_owned(), ..AddressDraft::default() };
        let draft = CustomerDraft { name: (*name).to_owned(), email: (*email).to_owned(), address, ..CustomerDraft::default() };
        office.write(|write| customer::save(write, draft)).unwrap();
    }
}

fn till(office: &BackOffice, name: &str, code: &str, location: LocationId) -> TillId {
    let draft = TillDraft { id: String::new(), name: name.to_owned(), code: code.to_owned(), location: location.to_string() };
    office.write(|write| settings::save_till(write, &draft)).unwrap().id.parse().unwrap()
}

fn till_of_the_market(office: &BackOffice, location: LocationId) {
    till(office, "Market stall", "T02", location);
}

fn sell_for_a_fortnight(open: &OpenShop, till: TillId) {
    let staff = open.staff();
    let mut env = SystemEnvironment::new();
    let now = env.clock().wall_ms;
    let midnight = now - now.rem_euclid(DAY_MS);
    for back in (0..14).rev() {
        let day = midnight - back * DAY_MS;
        let at = |hour: i64| Timestamp::from_unix_ms(day + hour * HOUR_MS);
        let float = Money::from_minor(15_000, Currency::USD);
        let session = open.shop.open_session(&mut By { env: &mut env, staff, at: Some(at(8)) }, till, float).unwrap().session.id;
        let mut seller = open.shop.batch_seller(&By { env: &mut env, staff, at: None }, till).unwrap();
        for hour in 9..18 {
            for sale in 0..(1 + (back + hour) % 3) {
                let code = format!("P{:02}-0", (back * 7 + hour * 5 + sale * 11).rem_euclid(PRODUCTS.len() as i64));
                let line = BatchLine { code, quantity: Quantity::ONE, unit_price: None };
                let tender = if (hour + sale) % 2 == 0 { TenderType::Cash } else { TenderType::ExternalCard };
                let sold_at = Timestamp::from_unix_ms(day + hour * HOUR_MS + sale * 600_000);
                if sold_at.unix_ms < now {
                    let mut by = By { env: &mut env, staff, at: Some(sold_at) };
                    seller
                        .sell(&mut by, BatchSale { lines: vec![line], discount: None, tender: BatchTender::Exact(tender) })
                        .unwrap();
                }
            }
        }
        drop(seller);
        if back > 0 {
            let expected = open.shop.x_report(session).unwrap().totals.expected_cash;
            let counted = Money { minor: expected.minor - if back % 5 == 0 { 250 } else { 0 }, ..expected };
            let mut by = By { env: &mut env, staff, at: Some(at(19)) };
            open.shop.close_session(&mut by, session, CashCount::of_total(counted).unwrap()).unwrap();
        }
    }
}

fn web_orders(open: &OpenShop, location: LocationId) {
    let mut env = SystemEnvironment::new();
    let buyers = ["Ada Okafor", "Chidi Park", "Dolores Quint", "Émile Laurent", "Benedikt Wiśniewski-Castellanos"];
    for (number, name) in buyers.into_iter().enumerate() {
        let is_collection = number % 2 == 1;
        let order = place(&open.shop, &mut env, location, number, name, is_collection);
        let due = order.1;
        let mut by = By::owner(&mut env);
        if number != 2 && !is_collection {
            open.shop.record_payment(&mut by, order.0, due, "Bank statement").unwrap();
        }
        let stage = |stage| Fulfillment { lines: None, stage, tracking_number: String::new(), location: None };
        if number == 4 {
            open.shop.fulfill(&mut by, order.0, stage(FulfillmentStage::Packed)).unwrap();
            open.shop
                .fulfill(
                    &mut by,
                    order.0,
                    Fulfillment { tracking_number: "1Z 999 AA1 01".to_owned(), ..stage(FulfillmentStage::Shipped) },
                )
                .unwrap();
        }
        if number == 3 {
            open.shop.fulfill(&mut by, order.0, stage(FulfillmentStage::Packed)).unwrap();
        }
    }
}

fn place(
    shop: &Shop,
    env: &mut SystemEnvironment,
    location: LocationId,
    number: usize,
    name: &str,
    is_collection: bool,
) -> (OrderId, Money) {
    let mut by = By::owner(env);
    let mut basket =
        Basket { id: BasketId::from_bytes(by.new_id()), lines: Vec::new(), discount: None, customer: None, note: String::new() };
    for code in [format!("P{number:02}-0"), "P09-0".to_owned()] {
        let variant: VariantRow = shop.find_by_code(&code).unwrap().remove(0);
        let line: BasketLine = Shop::line_for(&mut by, &variant, Quantity::ONE).unwrap();
        basket.add(line).unwrap();
    }
    let address = Address {
        name: name.to_owned(),
        line1: "14 Cannery Row".to_owned(),
        city: "Astoria".to_owned(),
        region: "OR".to_owned(),
        postal_code: "97103".to_owned(),
        country: "US".to_owned(),
        ..Address::default()
    };
    let delivery = if is_collection {
        DeliveryMethod::Collect { location }
    } else {
        DeliveryMethod::Ship { address, rate_name: "Standard".to_owned(), price: Money::from_minor(500, Currency::USD) }
    };
    let new = NewOrder {
        id: OrderId::from_bytes(by.new_id()),
        number: format!("W-{}", 1001 + number),
        customer: None,
        name: name.to_owned(),
        email: "buyer@example.com".to_owned(),
        phone: String::new(),
        basket,
        delivery,
        payment_method: if is_collection { PaymentMethod::PayOnCollection } else { PaymentMethod::BankTransfer },
        location,
        note: if number == 0 { "Please wrap it as a gift.".to_owned() } else { String::new() },
    };
    let order = shop.draft_order(&mut by, new).unwrap();
    let placed = shop.place(&mut by, order).unwrap().order;
    (placed.id, placed.gross)
}

fn collections(office: &BackOffice) {
    for (title, search) in [("Camping", "Camping"), ("Winter warmers", "Northwind")] {
        let draft = CollectionDraft {
            id: String::new(),
            title: title.to_owned(),
            handle: String::new(),
            description_html: String::new(),
            product_count: 0,
        };
        let collection = office.write(|write| storefront::save(write, &draft)).unwrap().id;
        let ids = office
            .read(|reader| product::ids(reader, &ProductQuery { search: search.to_owned(), ..ProductQuery::default() }))
            .unwrap();
        office.write(|write| storefront::change_products(write, &collection, &ids, PutIn::In)).unwrap();
    }
    assert!(shop::overview(office).unwrap().orders_to_pack > 0);
}

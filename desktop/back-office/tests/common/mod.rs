//! A shop to test on, and a second device of it, whose entries are handed over in memory.

#![allow(dead_code, reason = "each test program uses a part of it")]

pub mod trade;

use std::path::Path;
use std::sync::{Arc, Mutex};

use tradepost_back_office::api::shop::NewShopDraft;
use tradepost_back_office::api::{BackOffice, News, OpenShop, shop};
use tradepost_connection::SystemEnvironment;
use tradepost_domain::device::DeviceRole;
use tradepost_domain::id::ReplicaId;
use tradepost_operations::{Environment, Replica, Shop, lock, share};
use tradepost_replica::{DatabaseKey, SigningSeed, identity::public_key_of};
use tradepost_sync::pairing::{PairCodeRequest, PairRequest, certify_device};

/// A back office over a folder, and the news it told.
pub fn office(folder: &Path) -> (BackOffice, Arc<Mutex<Vec<News>>>) {
    let news = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&news);
    let tell = Arc::new(move |item| heard.lock().unwrap().push(item));
    (BackOffice::new(folder.join("shop"), folder.join("downloads"), tell), news)
}

/// A back office with a new shop in it.
pub fn office_with_shop(folder: &Path) -> BackOffice {
    let (office, _) = office(folder);
    shop::create(&office, new_shop()).unwrap();
    office
}

/// A shop as somebody types it.
pub fn new_shop() -> NewShopDraft {
    NewShopDraft {
        name: "Harbor Street Outfitters".to_owned(),
        country: "US".to_owned(),
        currency: "USD".to_owned(),
        region: "OR".to_owned(),
        prices_include_tax: false,
        utc_offset_minutes: 0,
        location_name: "Harbor Street".to_owned(),
        owner_name: "Maya Lindqvist".to_owned(),
        owner_pin: "2468".to_owned(),
    }
}

/// Another device of the shop.
pub fn second_device(open: &OpenShop, folder: &Path, role: DeviceRole, name: &str) -> Shop {
    let mut env = SystemEnvironment::new();
    let seed = SigningSeed(random(&mut env));
    let request = PairRequest {
        code: String::new(),
        replica: ReplicaId::from_bytes(random(&mut env)),
        public_key: public_key_of(&seed),
        name: name.to_owned(),
    };
    let grant = PairCodeRequest { role, name: name.to_owned(), till: None };
    let membership = certify_device(&mut lock(open.shop.replica()), &request, &grant, &mut env).unwrap();
    let replica = Replica::join(folder, DatabaseKey(random(&mut env)), &seed, &membership, &mut env).unwrap();
    let other = Shop::new(share(replica)).unwrap();
    hand_over(&open.shop, &other);
    other
}

/// Gives `to` everything that `from` has and it has not.
pub fn hand_over(from: &Shop, to: &Shop) {
    loop {
        let known = lock(to.replica()).vector().unwrap();
        let entries = lock(from.replica()).entries_after(&known, 500, 16 << 20).unwrap();
        if entries.is_empty() {
            return;
        }
        lock(to.replica()).admit_batch(&entries, &mut SystemEnvironment::new()).unwrap();
    }
}

fn random<const N: usize>(env: &mut SystemEnvironment) -> [u8; N] {
    let mut bytes = [0; N];
    env.random(&mut bytes);
    bytes
}

/// A small product file, as Shopify writes it, with one doubtful row.
pub const PRODUCTS_CSV: &str = "\
Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Barcode,Status
wool-hat,Wool hat,<p>Warm.</p>,Northwind,Hats,\"winter, wool\",TRUE,Title,Default Title,HAT-1,120,7,24.00,4006381333931,active
rain-coat,Rain coat,,Northwind,Coats,winter,TRUE,Size,S,COAT-S,800,2,129.00,,active
rain-coat,,,,,,,,M,COAT-M,820,5,129.00,,
rain-coat,,,,,,,,L,COAT-L,840,0,139.00,,
pin-badge,Pin badge,,Harbor,Gifts,,TRUE,Title,Default Title,PIN-1,5,,not a price,,active
canvas-bag,Canvas bag,,Harbor,Bags,,TRUE,Title,Default Title,BAG-1,300,12,18.50,,draft
";

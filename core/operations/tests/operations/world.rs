//! A shop with an office and as many tills as a test asks for, each a real replica in a temporary folder with a clock of its own.

use std::path::Path;

use tempfile::TempDir;
use tradepost_domain::basket::{Basket, BasketLine};
use tradepost_domain::catalog::Product;
use tradepost_domain::device::{CertificateBody, DeviceCertified, DeviceRole};
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{BasketId, FactId, LocationId, ReplicaId, TillId, TillSessionId};
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::sale::{Sale, Tender, TenderType};
use tradepost_domain::time::Timestamp;
use tradepost_operations::{By, Checkout, NewShop, OperationError, ReceiptChoice, SetUp, Shop, share};
use tradepost_replica::simulated::SimulatedEnvironment;
use tradepost_replica::{DatabaseKey, Draft, Environment, Membership, Replica, SigningSeed, identity, lock};

const KEY: DatabaseKey = DatabaseKey([7; 32]);

/// One device.
pub struct Device {
    pub shop: Shop,
    pub env: SimulatedEnvironment,
}

/// The office's device, and what the shop was set up with.
pub struct World {
    pub office: Device,
    pub set_up: SetUp,
    devices: u64,
    root: TempDir,
}

/// An open till on a device.
#[derive(Clone, Copy)]
pub struct Open {
    pub till: TillId,
    pub session: TillSessionId,
}

pub fn usd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::USD)
}

pub fn eur(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR)
}

pub fn pieces(units: i64) -> Quantity {
    Quantity::from_whole(units).unwrap()
}

/// The stable word of a refusal.
pub fn code<T: std::fmt::Debug>(outcome: Result<T, OperationError>) -> &'static str {
    outcome.unwrap_err().code()
}

impl World {
    /// A shop in Germany: prices in euro with 19 % inside.
    pub fn new() -> Self {
        Self::with(NewShop { owner_pin: Some("1234".to_owned()), ..NewShop::new("Corner shop", Currency::EUR, "DE") })
    }

    pub fn with(new: NewShop) -> Self {
        let root = TempDir::new().unwrap();
        let mut env = SimulatedEnvironment::new(1);
        let founded = Replica::found(&root.path().join("office"), "Office", DeviceRole::BackOffice, KEY, &mut env).unwrap();
        let shop = Shop::new(share(founded.replica)).unwrap();
        let set_up = shop.set_up(&mut By::owner(&mut env), new).unwrap();
        Self { office: Device { shop, env }, set_up, devices: 1, root }
    }

    pub fn location(&self) -> LocationId {
        self.set_up.location.id
    }

    /// A further device that knows everything that the office knows now.
    pub fn device(&mut self, name: &str) -> Device {
        self.devices += 1;
        let mut env = SimulatedEnvironment::new(self.devices);
        let mut seed = [0; 32];
        env.random(&mut seed);
        let (seed, replica) = (SigningSeed(seed), ReplicaId::from_bytes(By::owner(&mut env).new_id()));
        let membership = self.certify(replica, &seed, name);
        let joined = join(&self.root.path().join(name), &seed, &membership, &mut env);
        let mut device = Device { shop: Shop::new(share(joined)).unwrap(), env };
        device.read(&self.office);
        device
    }

    fn certify(&mut self, replica: ReplicaId, seed: &SigningSeed, name: &str) -> Membership {
        let mut office = lock(self.office.shop.replica());
        let body = CertificateBody {
            shop: office.shop(),
            replica,
            public_key: identity::public_key_of(seed),
            role: DeviceRole::Till,
            name: name.to_owned(),
            till: None,
            issued_at: Timestamp::from_unix_ms(0),
        };
        let certificate = office.certify(&body).unwrap();
        let id = FactId::from_bytes(By::owner(&mut self.office.env).new_id());
        let facts = vec![Fact { id, body: FactBody::DeviceCertified(DeviceCertified { certificate }) }];
        office.record(Draft { operation: "device.certify".to_owned(), facts, ..Draft::default() }, &mut self.office.env).unwrap();
        Membership { certificates: office.certificate_chain(&replica).unwrap(), ..office.membership().unwrap() }
    }
}

fn join(folder: &Path, seed: &SigningSeed, membership: &Membership, env: &mut SimulatedEnvironment) -> Replica {
    std::fs::create_dir_all(folder).unwrap();
    Replica::join(folder, KEY, seed, membership, env).unwrap()
}

impl Device {
    pub fn by(&mut self) -> By<'_> {
        By::owner(&mut self.env)
    }

    /// Reads everything that another device has and this one has not.
    pub fn read(&mut self, other: &Device) {
        let vector = lock(self.shop.replica()).vector().unwrap();
        let entries = lock(other.shop.replica()).entries_after(&vector, 10_000, 64 << 20).unwrap();
        lock(self.shop.replica()).admit_batch(&entries, &mut self.env).unwrap();
    }

    /// A product with one variant that costs so much, and so many of it in stock.
    pub fn product(&mut self, title: &str, sku: &str, price: Money, stock: Option<(LocationId, i64)>) -> Product {
        let shop = self.shop.clone();
        let mut product = Shop::new_product(&mut self.by(), title);
        let variant = product.variants.first_mut().unwrap();
        (variant.sku, variant.list_price) = (sku.to_owned(), Some(price));
        let variant = variant.id;
        shop.save_product(&mut self.by(), &product).unwrap().unwrap();
        if let Some((location, units)) = stock {
            let lines = vec![tradepost_domain::stock::StockLine { variant, quantity: pieces(units) }];
            shop.receive(&mut self.by(), location, lines, "first delivery").unwrap();
        }
        shop.reader().unwrap().product(product.id).unwrap().unwrap()
    }

    pub fn open_till(&mut self, location: LocationId, float: Money) -> Open {
        let shop = self.shop.clone();
        let till = shop.add_till(&mut self.by(), "Till", location).unwrap().id;
        let session = shop.open_session(&mut self.by(), till, float).unwrap().session.id;
        Open { till, session }
    }

    pub fn line(&mut self, code: &str, units: i64) -> BasketLine {
        let variant = self.shop.find_by_code(code).unwrap().into_iter().next().unwrap();
        Shop::line_for(&mut self.by(), &variant, pieces(units)).unwrap()
    }

    pub fn basket(&mut self, lines: &[(&str, i64)]) -> Basket {
        let mut basket = Basket::new(BasketId::from_bytes(self.by().new_id()));
        for (code, units) in lines {
            let line = self.line(code, *units);
            basket.add(line).unwrap();
        }
        basket
    }

    pub fn checkout(&mut self, open: Open, lines: &[(&str, i64)], tenders: Vec<Tender>) -> Checkout {
        let Open { till, session } = open;
        Checkout { basket: self.basket(lines), tenders, till, session, receipt: ReceiptChoice::Print }
    }

    pub fn sell(&mut self, open: Open, lines: &[(&str, i64)], tenders: Vec<Tender>) -> Sale {
        let (shop, checkout) = (self.shop.clone(), self.checkout(open, lines, tenders));
        shop.complete(&mut self.by(), checkout).unwrap().sale
    }

    pub fn on_hand(&self, sku: &str) -> Quantity {
        let variant = self.shop.find_by_code(sku).unwrap().into_iter().next().unwrap().id;
        let levels = self.shop.reader().unwrap().stock(variant).unwrap();
        Quantity::from_thousandths(levels.iter().map(|row| row.level.on_hand.thousandths).sum())
    }
}

pub fn card(amount: Money) -> Tender {
    Tender { tender_type: TenderType::ExternalCard, amount, reference: "slip 7".to_owned() }
}

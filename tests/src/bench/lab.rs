//! What the benchmarks share: a folder on a real disk, and shops that are made once.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tradepost_connection::SystemEnvironment;
use tradepost_domain::basket::Basket;
use tradepost_domain::id::{BasketId, TillId, TillSessionId};
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::sale::Tender;
use tradepost_operations::read::VariantRow;
use tradepost_operations::{Checkout, NewShop, ReceiptChoice, Shop};

use super::Options;
use super::goods;
use super::import::{self, Imported};
use super::server::Hosted;
use super::till_window;
use crate::setting::{self, Side};

/// Products of the small shops.
const SMALL: usize = 1_000;
const FEW: usize = 500;

/// The laboratory.
pub struct Lab {
    options: Options,
    root: TempDir,
    big: Option<Counter>,
    joined: Option<Side>,
    hosted: Option<Hosted>,
}

/// A shop with an open till, as one sells at.
pub struct Counter {
    /// The program.
    pub side: Side,
    /// How many products it has.
    pub products: usize,
    /// Its till.
    pub till: TillId,
    /// Its open session.
    pub session: TillSessionId,
}

impl Lab {
    /// Makes the folder.
    pub fn open(options: Options) -> Result<Self, String> {
        let home = std::env::var_os("HOME").map_or_else(|| PathBuf::from("."), PathBuf::from);
        let parent = options.folder.clone().unwrap_or(home);
        let root = tempfile::Builder::new().prefix(".tradepost-bench-").tempdir_in(&parent);
        let root = root.map_err(|error| format!("{} cannot be written: {error}", parent.display()))?;
        Ok(Self { options, root, big: None, joined: None, hosted: None })
    }

    /// Whether this benchmark was asked for.
    pub fn is_wanted(&self, name: &str) -> bool {
        self.options.only.is_empty() || self.options.only.iter().any(|wanted| wanted == name)
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// Products of the big shop.
    pub fn products(&self) -> usize {
        if self.options.is_quick { 10_000 } else { 100_000 }
    }

    /// Products of the small one.
    pub fn few_products(&self) -> usize {
        SMALL
    }

    /// Earlier sales of the shop with a history.
    pub fn history(&self) -> usize {
        match (self.options.is_quick, self.options.is_full) {
            (true, _) => 5_000,
            (false, true) => 1_000_000,
            (false, false) => 100_000,
        }
    }

    /// A product file of this size.
    pub fn product_file(&self, products: usize) -> Result<PathBuf, String> {
        let path = self.root().join(format!("products-{products}.csv"));
        if !path.exists() {
            goods::write(&path, products).map_err(|error| error.to_string())?;
        }
        Ok(path)
    }

    /// Imports a product file into a new shop, in a process of its own.
    pub fn import(&self, products: usize, name: &str) -> Result<Imported, String> {
        import::in_a_process(&self.product_file(products)?, &self.root().join(name))
    }

    /// The big shop, with an open till.
    pub fn big(&mut self) -> Result<&mut Counter, String> {
        if self.big.is_none() {
            let products = self.products();
            let folder = self.root().join("big");
            if !folder.exists() {
                self.import(products, "big")?;
            }
            self.big = Some(Counter::open(setting::reopen(&folder, Box::new(SystemEnvironment::new())), products));
        }
        self.big.as_mut().ok_or_else(|| "there is no shop".to_owned())
    }

    /// The big shop, and a program that joined it and has loaded nothing yet.
    pub fn big_and_new(&mut self) -> Result<(&mut Counter, &mut Option<Side>), String> {
        self.big()?;
        match &mut self.big {
            Some(big) => Ok((big, &mut self.joined)),
            None => Err("there is no shop".to_owned()),
        }
    }

    /// Ends the big shop's program and leaves its folder to the till's.
    pub fn close_big(&mut self) -> Result<PathBuf, String> {
        let till = self.big()?.till;
        (self.big, self.joined) = (None, None);
        let folder = self.root().join("big");
        till_window::make_device(&folder, till)?;
        Ok(folder)
    }

    /// Products of the shop that a server hosts.
    pub fn hosted_products(&self) -> usize {
        if self.options.is_quick { 1_000 } else { 10_000 }
    }

    /// The shop that a server hosts.
    pub fn hosted(&mut self) -> Result<&Hosted, String> {
        if self.hosted.is_none() {
            self.hosted = Some(Hosted::make(self, &self.root().join("hosted"))?);
        }
        self.hosted.as_ref().ok_or_else(|| "there is no server".to_owned())
    }

    /// A shop of a few hundred products, made here.
    pub fn few(&self, name: &str) -> Result<Counter, String> {
        let folder = self.root().join(name);
        self.import(FEW, name)?;
        Ok(Counter::open(setting::reopen(&folder, Box::new(SystemEnvironment::new())), FEW))
    }
}

/// A new shop in Germany: tax is in its prices.
pub fn new_shop() -> NewShop {
    NewShop::new("Bench", Currency::EUR, "DE")
}

/// An amount in the shop's currency.
pub fn euro(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR)
}

impl Counter {
    /// Opens a new till of the shop.
    pub fn open(mut side: Side, products: usize) -> Self {
        let (shop, mut by) = side.work();
        let location = shop.reader().expect("a reader").locations().expect("locations").first().expect("a location").id;
        let till = shop.add_till(&mut by, "Till", location).expect("a till").id;
        let session = shop.open_session(&mut by, till, euro(10_000)).expect("a session").session.id;
        Self { side, products, till, session }
    }

    /// A basket of five lines and what is handed over for it, ready to be completed.
    pub fn checkout(&mut self, seed: u64) -> Checkout {
        let (products, till, session) = (self.products, self.till, self.session);
        let (shop, mut by) = self.side.work();
        let mut basket = Basket::new(BasketId::from_bytes(by.new_id()));
        let first = goods::chance(seed, products);
        for line in 0..5 {
            let row = find(&shop, (first + line * 97) % products);
            basket.add(Shop::line_for(&mut by, &row, Quantity::ONE).expect("a line")).expect("room in the basket");
        }
        shop.save_basket(&basket).expect("the basket is kept");
        let gross = shop.price(&mut by, &basket).expect("a price").gross;
        let tenders = vec![Tender::cash(euro((gross.minor / 1_000 + 1) * 1_000))];
        Checkout { basket, tenders, till, session, receipt: ReceiptChoice::Print }
    }

    /// What comes after each sale and is not waited for: the receipt is printed, the witness written, the log folded now and then.
    pub fn tidy(&mut self, sale: u64) {
        for job in self.side.shop.print_queue().expect("the queue") {
            self.side.shop.mark_printed(&job.id).expect("the job is marked");
        }
        let mut replica = tradepost_replica::lock(self.side.shop.replica());
        replica.write_witness().expect("the witness is written");
        if sale.is_multiple_of(50) {
            replica.checkpoint_wal().expect("the log is folded");
        }
    }
}

fn find(shop: &Shop, number: usize) -> VariantRow {
    shop.find_by_code(&goods::barcode(number)).expect("a search").into_iter().next().expect("every barcode is in the catalog")
}

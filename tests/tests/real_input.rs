//! Material that nobody here wrote: product files of real shops, and 320,705 receipt lines of a real gift retailer.
//!
//! It lies beside the project in `../shared/data` and is not part of it; where it is absent, each test prints that it was skipped.
//! Of the receipt lines the first 20,000 are played (about 950 invoices); all of them with
//! `TRADEPOST_RETAIL_LINES=all cargo test --release -p tradepost-tests --test real_input`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

#[path = "../../core/exchange/tests/told/mod.rs"]
mod told;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tradepost_domain::catalog::{Product, ProductImage, ProductStatus};
use tradepost_domain::device::DeviceRole;
use tradepost_domain::id::{ImageId, LocationId};
use tradepost_domain::import::ImportSeverity;
use tradepost_domain::money::Currency;
use tradepost_domain::quantity::Quantity;
use tradepost_exchange::ExchangeError;
use tradepost_exchange::shopify::{Reader as FileReader, export, ids};
use tradepost_operations::read::{ProductFilter, ProductSort, Reader};
use tradepost_operations::{NewShop, SetUp};
use tradepost_replica::lock;
use tradepost_replica::simulated::SimulatedEnvironment;
use tradepost_tests::product_file::{import, plan};
use tradepost_tests::retail::{self, Played, Script, Sums};
use tradepost_tests::setting::{Side, exchange, join, open_shop};

use told::ToldProduct;

/// Lines played in a usual run: about a minute without optimization.
const LINES_OF_A_USUAL_RUN: usize = 20_000;
/// Value added tax in the retailer's country, contained in its prices here.
const RATE_PERCENT: i64 = 20;

fn data(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is absent", path.display());
    None
}

fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    tempfile::Builder::new().prefix("tradepost-real-input").tempdir_in(parent).unwrap()
}

fn machine(seed: u64) -> Box<SimulatedEnvironment> {
    Box::new(SimulatedEnvironment::new(seed))
}

/// A fresh shop that sells in dollars.
fn fresh_shop(folder: &Path) -> (Side, SetUp) {
    open_shop(folder, machine(1), NewShop::new("Imported", Currency::USD, "US"))
}

// ---- Product files ----

/// A product and what is on hand of its variants.
type Shelf = Vec<(Product, Vec<Option<Quantity>>)>;

fn shelf(side: &Side, location: LocationId) -> Shelf {
    let reader = side.shop.reader().unwrap();
    let mut shelf = Vec::new();
    for status in [None, Some(ProductStatus::Archived)] {
        let filter = ProductFilter { sort: ProductSort::Newest, status, ..ProductFilter::default() };
        let mut after = None;
        loop {
            let page = reader.products(&filter, after.as_ref(), 500).unwrap();
            shelf.extend(page.rows.iter().map(|row| with_stock(&reader, reader.product(row.id).unwrap().unwrap(), location)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    shelf.sort_by(|one: &(Product, _), other| one.0.handle.cmp(&other.0.handle));
    shelf
}

fn with_stock(reader: &Reader, product: Product, location: LocationId) -> (Product, Vec<Option<Quantity>>) {
    let stock = product.variants.iter().map(|variant| Some(reader.stock_level(variant.id, location).unwrap().on_hand)).collect();
    (product, stock)
}

fn write(shelf: &Shelf) -> Vec<u8> {
    export(Vec::new(), shelf.iter().map(|(product, stock)| (product, stock.as_slice()))).unwrap()
}

/// The products that a file tells, blocks of the same handle together, by handle.
fn told(bytes: &[u8]) -> BTreeMap<String, ToldProduct> {
    let mut told: BTreeMap<String, ToldProduct> = BTreeMap::new();
    for imported in FileReader::open(bytes, Currency::USD).unwrap().filter_map(|item| ToldProduct::of(item.unwrap())) {
        match told.get_mut(&imported.product.handle) {
            Some(first) => first.absorb(imported),
            None => drop(told.insert(imported.product.handle.clone(), imported)),
        }
    }
    told
}

/// The product with ids as a file's has them.
fn with_ids_by_place(mut product: Product) -> Product {
    let place_image =
        |(place, image): (usize, &mut ProductImage)| (std::mem::replace(&mut image.id, ids::image_at(place)), image.id);
    let images: BTreeMap<ImageId, ImageId> = product.images.iter_mut().enumerate().map(place_image).collect();
    for (place, variant) in product.variants.iter_mut().enumerate() {
        variant.id = ids::variant_at(place);
        variant.image = variant.image.map(|image| images[&image]);
    }
    Product { id: ids::PRODUCT, ..product }
}

/// Everything that a file tells of a product stands in the shop.
fn assert_kept(name: &str, told: &BTreeMap<String, ToldProduct>, shelf: &Shelf, refused: &[String]) {
    let kept: BTreeMap<&str, &(Product, Vec<Option<Quantity>>)> =
        shelf.iter().map(|kept| (kept.0.handle.as_str(), kept)).collect();
    for (handle, imported) in told {
        let Some((product, on_hand)) = kept.get(handle.as_str()) else {
            assert!(!refused.is_empty(), "{name}: {handle} is missing and no row says why");
            continue;
        };
        assert_eq!(with_ids_by_place(product.clone()), imported.product, "{name}: {handle}");
        for (index, quantity) in imported.item.stock.iter().copied().collect::<BTreeMap<_, _>>() {
            let is_tracked = product.variants[index].stock_policy != tradepost_domain::catalog::StockPolicy::NotTracked;
            let expected = if is_tracked { quantity } else { Quantity::ZERO };
            assert_eq!(on_hand[index], Some(expected), "{name}: stock of {handle}, variant {index}");
        }
    }
}

fn check_file(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let bytes = fs::read(path).unwrap();
    let mut file = match FileReader::open(bytes.as_slice(), Currency::USD) {
        Ok(file) => file,
        Err(error) => {
            println!("{name}: not imported: {error}");
            assert!(matches!(error, ExchangeError::NotProducts { .. }), "{name}: {error}");
            return false;
        }
    };
    let folder = scratch();
    let (mut side, set_up) = fresh_shop(&folder.path().join("first"));
    let report = import(&mut side, &mut file);
    assert_eq!(report.broke_off, None, "{name}");
    assert_eq!(report.updated + report.unchanged, 0, "{name}: a fresh shop has nothing to update");
    let refused: Vec<String> = report
        .problems
        .iter()
        .filter(|problem| problem.severity == ImportSeverity::Error)
        .map(|problem| format!("row {}: {} {}", problem.row, problem.column, problem.message))
        .collect();
    println!(
        "{name}: {} rows, {} products, {} variants, {} told, of them {} not taken",
        report.rows,
        report.products,
        report.variants,
        report.problem_count,
        refused.len()
    );
    refused.iter().for_each(|problem| println!("    {problem}"));
    let kept = shelf(&side, set_up.location.id);
    assert_eq!(kept.len() as u64, report.created, "{name}");
    assert_kept(&name, &told(&bytes), &kept, &refused);
    check_export(&name, &folder, &mut side, &kept);
    true
}

/// Importing the export changes nothing, and a second shop made of it exports the same bytes.
fn check_export(name: &str, folder: &TempDir, side: &mut Side, kept: &Shelf) {
    let exported = write(kept);
    let again = plan(side, &mut FileReader::open(exported.as_slice(), Currency::USD).unwrap());
    assert_eq!((again.created, again.updated, again.unchanged), (0, 0, kept.len() as u64), "{name}: {:?}", again.problems);
    let (mut second, set_up) = fresh_shop(&folder.path().join("second"));
    import(&mut second, &mut FileReader::open(exported.as_slice(), Currency::USD).unwrap());
    let second = write(&shelf(&second, set_up.location.id));
    assert!(
        exported == second,
        "{name}: a shop made of the export exports something else:\n{}",
        first_difference(&exported, &second)
    );
}

fn first_difference(one: &[u8], other: &[u8]) -> String {
    let (one, other) = (String::from_utf8_lossy(one), String::from_utf8_lossy(other));
    let pair = one.lines().zip(other.lines()).find(|(one, other)| one != other);
    pair.map_or_else(|| "one is longer".to_owned(), |(one, other)| format!("{one}\n{other}"))
}

#[test]
fn every_shopify_file_is_imported_whole_and_its_export_changes_nothing() {
    let Some(folder) = data("shopify") else { return };
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let imported = files.iter().filter(|path| check_file(path)).count();
    assert_eq!((files.len(), imported), (21, 16), "five of the files are orders, customers, an inventory and a price table");
}

// ---- Receipt lines ----

/// A shop with an office, a server and two tills.
struct Chain {
    office: Side,
    server: Side,
    tills: Vec<(Side, tradepost_domain::id::TillId)>,
    location: LocationId,
    _folder: TempDir,
}

impl Chain {
    fn new(lines: &[retail::RetailLine]) -> Self {
        let folder = scratch();
        let (mut office, set_up) =
            open_shop(&folder.path().join("office"), machine(1), NewShop::new("Gifts", Currency::GBP, "GB"));
        let location = set_up.location.id;
        retail::catalog(&mut office, lines);
        let (shop, mut by) = office.work();
        let tills: Vec<_> = ["Front", "Back"].map(|name| shop.add_till(&mut by, name, location).unwrap().id).into();
        let mut server = join(&mut office, &folder.path().join("server"), machine(2), DeviceRole::Server, None);
        exchange(&mut server, &mut office);
        let mut join_till = |till: tradepost_domain::id::TillId, seed: u64| {
            let mut side =
                join(&mut office, &folder.path().join(format!("till {seed}")), machine(seed), DeviceRole::Till, Some(till));
            exchange(&mut office, &mut server);
            exchange(&mut side, &mut server);
            (side, till)
        };
        let tills = tills.into_iter().zip(3..).map(|(till, seed)| join_till(till, seed)).collect();
        Self { office, server, tills, location, _folder: folder }
    }

    /// Each till on its own, without a line to anybody.
    fn play(&mut self, script: &Script) -> Vec<Played> {
        let tills = self.tills.iter_mut().enumerate();
        tills.map(|(number, (side, till))| retail::play(side, *till, number, script).unwrap()).collect()
    }

    /// Everybody dials the server until it has everything and everybody has what the others did.
    fn exchange_everything(&mut self) {
        for _ in 0..2 {
            for (till, _) in &mut self.tills {
                exchange(till, &mut self.server);
            }
        }
        exchange(&mut self.office, &mut self.server);
    }

    fn sides(&self) -> Vec<(&'static str, &Side)> {
        let tills = ["first till", "second till"].into_iter().zip(self.tills.iter().map(|(side, _)| side));
        [("office", &self.office), ("server", &self.server)].into_iter().chain(tills).collect()
    }
}

fn assert_sums(name: &str, side: &Side, location: LocationId, expected: &Sums) {
    let reader = side.shop.reader().unwrap();
    let (first, last) = (*expected.days.keys().min().unwrap(), *expected.days.keys().max().unwrap());
    let day = |unix_day| tradepost_domain::time::BusinessDay { unix_day };
    let days = reader.sales_by_day(day(first), day(last)).unwrap();
    for totals in &days {
        let sums = expected.days.get(&totals.business_day.unix_day).copied().unwrap_or_default();
        let have = (totals.sale_count, totals.refund_count, totals.gross.minor, totals.tax.minor, totals.net.minor);
        assert_eq!(
            have,
            (sums.sales, sums.refunds, sums.gross, sums.tax, sums.gross - sums.tax),
            "{name}: {}",
            totals.business_day
        );
    }
    let traded = expected.days.values().filter(|day| day.sales + day.refunds > 0).count();
    assert_eq!(days.iter().filter(|day| day.sale_count + day.refund_count > 0).count(), traded, "{name}");
    let total = expected.total();
    let taxes = reader.taxes(day(first), day(last)).unwrap();
    assert_eq!(taxes.iter().map(|tax| tax.tax.minor).sum::<i64>(), total.tax, "{name}: {taxes:?}");
    let tenders: i64 = reader.tenders(day(first), day(last)).unwrap().iter().map(|(_, amount)| amount.minor).sum();
    assert_eq!(tenders, total.gross, "{name}");
    assert_tenders(name, &reader, (day(first), day(last)), expected);
    for (code, quantity) in &expected.stock {
        let variant = reader.variants_by_code(code).unwrap().into_iter().next().unwrap();
        let level = reader.stock_level(variant.id, location).unwrap();
        assert_eq!(level.on_hand, Quantity::from_whole(*quantity).unwrap(), "{name}: stock of {code}");
    }
}

fn assert_tenders(
    name: &str,
    reader: &Reader,
    (first, last): (tradepost_domain::time::BusinessDay, tradepost_domain::time::BusinessDay),
    expected: &Sums,
) {
    use tradepost_domain::sale::TenderType;
    let tenders: BTreeMap<TenderType, i64> =
        reader.tenders(first, last).unwrap().into_iter().map(|(tender, amount)| (tender, amount.minor)).collect();
    let of = |tender| tenders.get(&tender).copied().unwrap_or_default();
    assert_eq!((of(TenderType::ExternalCard), of(TenderType::Cash)), (expected.card, expected.cash), "{name}");
}

#[test]
fn receipt_lines_of_a_real_shop_add_up_on_every_replica() {
    let Some(folder) = data("retail-transactions") else { return };
    let lines_max = match std::env::var("TRADEPOST_RETAIL_LINES").as_deref() {
        Ok("all") => usize::MAX,
        Ok(number) => number.parse().unwrap(),
        Err(_) => LINES_OF_A_USUAL_RUN,
    };
    let lines = retail::read(&folder.join("dev_2010-12_to_2011-08.csv.zst"), lines_max).unwrap();
    let mut chain = Chain::new(&lines);
    let invoices = retail::invoices(lines);
    let script = retail::script(&invoices);
    let expected = retail::sums_of(&invoices, &script, RATE_PERCENT);
    let played = chain.play(&script);
    println!("{} invoices, {} steps, played {played:?}, left out {:?}", invoices.len(), script.steps.len(), script.left_out);
    println!("{} pieces came back to their sale, {} without one", script.returned.0, script.returned.1);
    let total = expected.total();
    assert_eq!(
        played.iter().map(|till| (till.sales, till.refunds)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1)),
        (total.sales, total.refunds)
    );

    chain.exchange_everything();
    let digests: Vec<_> = chain.sides().iter().map(|(_, side)| lock(side.shop.replica()).digest().unwrap()).collect();
    assert!(digests.windows(2).all(|pair| pair[0] == pair[1]), "the replicas differ: {digests:?}");
    for (name, side) in chain.sides() {
        assert_sums(name, side, chain.location, &expected);
    }
    println!("sales, tax, tenders and stock of {} codes agree on {} replicas: {total:?}", expected.stock.len(), digests.len());
}

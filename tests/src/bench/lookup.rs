//! What a cashier waits for, from a scanned code to the line with its price and the list under what is being typed; and what a
//! seller waits for who scrolls through the catalog and searches it.

use std::time::Duration;

use tradepost_domain::basket::Basket;
use tradepost_domain::id::BasketId;
use tradepost_domain::quantity::Quantity;
use tradepost_operations::Shop;
use tradepost_operations::read::ProductFilter;
use tradepost_replica::lock;

use super::goods;
use super::lab::Lab;
use super::measure::{Times, load, show, timed_both};
use super::table::{Row, Verdict};

const SCANS: u64 = 3_000;
const SCAN_MAX: Duration = Duration::from_millis(2);
const SEARCHES: u64 = 1_000;
const SEARCH_MAX: Duration = Duration::from_millis(15);
/// As many as the till's list shows.
const LINES_SHOWN: usize = 20;
const WINDOWS: u64 = 1_000;
/// What a person takes for at once: the limit of Miller, 1968, and Nielsen after him.
const WINDOW_MAX: Duration = Duration::from_millis(100);
/// Every so many windows the seller types something else.
const WINDOWS_PER_SEARCH: u64 = 5;
/// As many as the back office asks for at once.
const PRODUCTS_SHOWN: usize = 100;

/// From a code to the line in a basket of five, with the basket's new price.
pub fn scan(lab: &mut Lab) -> Result<Vec<Row>, String> {
    let counter = lab.big()?;
    let products = counter.products;
    let (shop, mut by) = counter.side.work();
    let reader = shop.reader().map_err(|error| error.to_string())?;
    let day = by.now().date_at_offset(0);
    let (mut generation, mut rules) = (u64::MAX, None);
    let mut basket = Basket::new(BasketId::from_bytes(by.new_id()));
    let (mut times, mut on_processor) = (Times::default(), Times::default());
    for number in 0..SCANS {
        if number % 5 == 0 {
            basket = Basket::new(BasketId::from_bytes(by.new_id()));
        }
        let code = goods::barcode(goods::chance(number, products));
        let (priced, time, processor) = timed_both(|| {
            let row = reader.variants_by_code(&code)?.into_iter().next();
            if let Some(row) = row {
                basket.add(Shop::line_for(&mut by, &row, Quantity::ONE)?)?;
            }
            let now = reader.generation()?;
            if rules.is_none() || generation != now {
                (generation, rules) = (now, Some(shop.pricing_rules(day)?));
            }
            rules.as_ref().map(|rules| rules.price(&basket)).transpose()
        });
        priced.map_err(|error: tradepost_operations::OperationError| error.to_string())?;
        times.add(time);
        on_processor.add(processor);
    }
    if basket.lines.is_empty() {
        return Err("no code was found".to_owned());
    }
    Ok(vec![row("scan to line and price", products, (&times, &on_processor), SCAN_MAX, SCANS)])
}

/// What was typed so far, to the list under it.
pub fn search(lab: &mut Lab) -> Result<Vec<Row>, String> {
    let counter = lab.big()?;
    let products = counter.products;
    let reader = counter.side.shop.reader().map_err(|error| error.to_string())?;
    let (mut times, mut on_processor) = (Times::default(), Times::default());
    let (mut found, mut slowest) = (0_usize, (Duration::ZERO, String::new()));
    for number in 0..SEARCHES {
        let typed = goods::typed(number * 31, products);
        let (rows, time, processor) = timed_both(|| reader.search_variants(&typed, LINES_SHOWN));
        found += usize::from(!rows.map_err(|error| error.to_string())?.is_empty());
        slowest = slowest.max((processor, typed));
        times.add(time);
        on_processor.add(processor);
    }
    let mut row = row("type-ahead search", products, (&times, &on_processor), SEARCH_MAX, SEARCHES);
    row.notes.push(format!(
        "{found} of them found something; the one that took most of the processor, {}, was \"{}\"",
        show(slowest.0),
        slowest.1
    ));
    Ok(vec![row])
}

/// A hundred products at any place of the list, the whole catalog's or of what was searched for, with how many there are.
pub fn catalog(lab: &mut Lab) -> Result<Vec<Row>, String> {
    let counter = lab.big()?;
    let products = counter.products;
    // As every program does between sales.
    lock(counter.side.shop.replica()).checkpoint_wal().map_err(|error| error.to_string())?;
    let reader = counter.side.shop.reader().map_err(|error| error.to_string())?;
    let (mut times, mut on_processor) = (Times::default(), Times::default());
    let mut filter = ProductFilter::default();
    for number in 0..WINDOWS {
        if number % WINDOWS_PER_SEARCH == 0 {
            let is_whole = number % (2 * WINDOWS_PER_SEARCH) == 0;
            filter.search = if is_whole { String::new() } else { goods::typed(number * 31, products) };
        }
        let (found, time, processor) = timed_both(|| {
            let count = reader.product_count(&filter)?;
            let offset = goods::chance(number, usize::try_from(count).unwrap_or(usize::MAX));
            reader.product_at(&filter, offset, PRODUCTS_SHOWN)
        });
        found.map_err(|error| error.to_string())?;
        times.add(time);
        on_processor.add(processor);
    }
    Ok(vec![row("window of the catalog", products, (&times, &on_processor), WINDOW_MAX, WINDOWS)])
}

fn row(what: &str, products: usize, (times, on_processor): (&Times, &Times), max: Duration, count: u64) -> Row {
    Row {
        what: format!("{what}, {products} products, p99"),
        figure: show(times.p99()),
        floor: String::new(),
        ratio: String::new(),
        target: format!("under {}", show(max)),
        verdict: Verdict::of(times.p99() < max),
        notes: vec![format!(
            "p50 {}, worst {}; of the processor p50 {}, p99 {}; {count} times; {}",
            show(times.p50()),
            show(times.percentile(100)),
            show(on_processor.p50()),
            show(on_processor.p99()),
            load()
        )],
    }
}

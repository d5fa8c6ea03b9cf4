//! Measures what a sale costs beside one fdatasync of 4 KiB, and what loading a checkpoint costs beside plain inserts of the same
//! bytes: `cargo run -p tradepost-replica --example measure [products]`. Figures depend on the disk: read them as ratios.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::float_arithmetic,
    reason = "a tool"
)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use common::{Device, Shop};
use tradepost_domain::basket::{BasketLine, LineItem};
use tradepost_domain::catalog::{Product, Variant};
use tradepost_domain::document::Document;
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{FactId, LineId, LocationId, ProductId, SaleId, TillId, TillSessionId, VariantId};
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::quantity::{Quantity, Unit};
use tradepost_domain::sale::{ReceiptNumber, Sale, Tender, TenderType};
use tradepost_domain::tax::{RateMillionths, TaxAmount, TaxCategory};
use tradepost_domain::till_session::TillSessionOpened;
use tradepost_domain::time::{BusinessDay, Timestamp};
use tradepost_replica::Draft;

const SALES: u64 = 1000;

fn main() {
    let products: u32 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(5_000);
    let mut shop = Shop::found();
    let started = Instant::now();
    import(&mut shop.office, products);
    println!("import of {products} products, 100 an entry: {:.1} s", started.elapsed().as_secs_f64());
    sales(&mut shop.office, products);
    let till = checkpoint(&mut shop);
    admissions(&mut shop.office, till, products);
}

fn usd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::USD)
}

fn id(kind: u8, number: u32) -> [u8; 16] {
    let mut id = [0; 16];
    id.copy_from_slice(&blake3::hash(&[&[kind][..], &number.to_le_bytes()].concat()).as_bytes()[..16]);
    id
}

fn product(number: u32) -> Product {
    let mut product = Product::new(ProductId::from_bytes(id(1, number)), &format!("Linen shirt number {number}"));
    product.handle = format!("linen-shirt-{number}");
    product.vendor = format!("Vendor {}", number % 200);
    product.description_html = "<p>A fine thing for everyday use, made with care and sold with pride.</p>".repeat(4);
    product.tags.insert("summer".into());
    let mut variant = Variant::new(VariantId::from_bytes(id(2, number)));
    variant.sku = format!("SKU-{number:06}");
    variant.barcodes = vec![format!("20{number:010}")];
    variant.list_price = Some(usd(100 + i64::from(number % 9000)));
    product.variants.push(variant);
    product
}

fn import(device: &mut Device, products: u32) {
    for first in (0..products).step_by(100) {
        let edits = (first..products.min(first + 100)).filter_map(|number| product(number).edit_from(None)).collect();
        device.record(Draft { operation: "import".into(), edits, ..Draft::default() });
    }
    device.get_mut().checkpoint_wal().unwrap();
}

fn sale(device: &mut Device, session: TillSessionId, number: u64, products: u32) -> Draft {
    let line = |device: &mut Device, line: u32| {
        let product = (u32::try_from(number).unwrap() * 7 + line * 13) % products;
        let line = BasketLine {
            id: LineId::from_bytes(device.id()),
            product: Some(ProductId::from_bytes(id(1, product))),
            variant: Some(VariantId::from_bytes(id(2, product))),
            sku: format!("SKU-{product:06}"),
            title: format!("Linen shirt number {product}"),
            quantity: Quantity::ONE,
            unit: Unit::Each,
            unit_price: usd(119),
            tax_category: TaxCategory::default(),
            discount: None,
        };
        LineItem {
            line,
            discount: usd(0),
            rate_millionths: RateMillionths(190_000),
            tax_name: "VAT 19 %".into(),
            net: usd(100),
            tax: usd(19),
            gross: usd(119),
        }
    };
    let lines: Vec<LineItem> = (0..5).map(|number| line(device, number)).collect();
    let sale_id = SaleId::from(FactId::from_bytes(device.id()));
    let sale = Sale {
        id: sale_id,
        receipt_number: ReceiptNumber { till_code: "T01".into(), incarnation: 1, number },
        till: TillId::from_bytes([1; 16]),
        location: LocationId::from_bytes([1; 16]),
        session,
        business_day: BusinessDay { unix_day: 20_779 },
        sold_at: Timestamp::from_unix_ms(1_795_300_000_000),
        staff: None,
        customer: None,
        lines,
        taxes: vec![TaxAmount { name: "VAT 19 %".into(), rate_millionths: RateMillionths(190_000), net: usd(500), tax: usd(95) }],
        discount: usd(0),
        net: usd(500),
        tax: usd(95),
        gross: usd(595),
        cash_rounding: usd(0),
        tenders: vec![Tender { tender_type: TenderType::Cash, amount: usd(600), reference: String::new() }],
        change_due: usd(5),
        note: String::new(),
    };
    let fact = Fact { id: sale_id.into(), body: FactBody::SaleCompleted(Box::new(sale)) };
    let local = vec![
        ("basket".to_owned(), None),
        ("receipt".to_owned(), Some(number.to_le_bytes().to_vec())),
        (format!("print/{number}"), Some(vec![0; 64])),
    ];
    Draft { operation: "sale.complete".into(), facts: vec![fact], local, ..Draft::default() }
}

fn open_session(device: &mut Device) -> TillSessionId {
    let session = TillSessionId::from_bytes(device.id());
    let opened = TillSessionOpened {
        id: session,
        till: TillId::from_bytes([1; 16]),
        location: LocationId::from_bytes([1; 16]),
        business_day: BusinessDay { unix_day: 20_779 },
        opened_at: Timestamp::from_unix_ms(1_795_300_000_000),
        staff: None,
        opening_float: usd(10_000),
    };
    let fact = Fact { id: session.into(), body: FactBody::TillSessionOpened(opened) };
    device.record(Draft { operation: "till.open".into(), facts: vec![fact], ..Draft::default() });
    session
}

fn sales(device: &mut Device, products: u32) {
    let session = open_session(device);
    let mut plain = File::create(device.folder.join("plain")).unwrap();
    plain.write_all(&vec![0; 1 << 20]).unwrap();
    plain.sync_all().unwrap();
    let (mut with_sync, mut syncs) = (Vec::new(), Vec::new());
    let log = device.folder.join("shop.db-wal");
    let before = wal_bytes(&log);
    for number in 0..SALES {
        let draft = sale(device, session, number, products);
        let started = Instant::now();
        device.record(draft);
        with_sync.push(started.elapsed());
        let started = Instant::now();
        plain.seek(SeekFrom::Start((number % 256) * 4096)).unwrap();
        plain.write_all(&[1; 4096]).unwrap();
        plain.sync_data().unwrap();
        syncs.push(started.elapsed());
        if number == 100 {
            println!("write-ahead log of a sale: {:.1} pages", (wal_bytes(&log).saturating_sub(before)) as f64 / 101.0 / 4120.0);
        }
    }
    let (sale, sync) = (median(&mut with_sync), median(&mut syncs));
    println!(
        "sale of 5 lines: p50 {sale:?} p99 {:?}; fdatasync of 4 KiB: p50 {sync:?}; ratio {:.2}",
        with_sync[with_sync.len() * 99 / 100],
        sale.as_secs_f64() / sync.as_secs_f64()
    );
}

/// Sales of another device, one by one: on disk, and then all that follows from them.
fn admissions(office: &mut Device, mut till: Device, products: u32) {
    let session = open_session(office);
    let (mut stored, mut applied) = (Vec::new(), Vec::new());
    for number in SALES..2 * SALES {
        let theirs = till.get().vector().unwrap();
        let draft = sale(office, session, number, products);
        office.record(draft);
        let entries = office.get().entries_after(&theirs, 64, 1 << 20).unwrap();
        let Device { replica: Some(replica), env, .. } = &mut till else { return };
        let started = Instant::now();
        replica.admit_ahead(&entries, env).unwrap();
        stored.push(started.elapsed());
        let started = Instant::now();
        replica.apply_ahead().unwrap();
        applied.push(started.elapsed());
        if number.is_multiple_of(100) {
            replica.checkpoint_wal().unwrap();
        }
    }
    println!("sale of another device: stored p50 {:?}, applied afterwards p50 {:?}", median(&mut stored), median(&mut applied));
}

fn wal_bytes(log: &Path) -> u64 {
    std::fs::metadata(log).map_or(0, |metadata| metadata.len())
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn checkpoint(shop: &mut Shop) -> Device {
    let mut till = shop.till("T01");
    let memory = resident_mb();
    let mut source = shop.office.replica.as_mut().unwrap().checkpoint_source(&mut shop.office.env).unwrap();
    till.get_mut().begin_checkpoint(source.manifest()).unwrap();
    let plain = rusqlite::Connection::open(till.folder.join("plain.db")).unwrap();
    plain.pragma_update(None, "key", format!("x'{}'", "07".repeat(32))).unwrap();
    plain
        .execute_batch(
            "pragma journal_mode = wal; pragma synchronous = full; create table plain (id integer primary key, bytes blob)",
        )
        .unwrap();
    let (mut made, mut loaded, mut inserted, mut bytes, mut index) = (Duration::ZERO, Duration::ZERO, Duration::ZERO, 0, 0);
    loop {
        let started = Instant::now();
        let Some(chunk) = source.next_chunk().unwrap() else { break };
        made += started.elapsed();
        let started = Instant::now();
        till.get_mut().load_chunk(index, &chunk).unwrap();
        loaded += started.elapsed();
        let started = Instant::now();
        plain.execute_batch("begin").unwrap();
        for row in chunk.chunks(2048) {
            plain.prepare_cached("insert into plain (bytes) values (?)").unwrap().execute([row]).unwrap();
        }
        plain.execute_batch("commit").unwrap();
        inserted += started.elapsed();
        bytes += chunk.len();
        index += 1;
    }
    let started = Instant::now();
    till.replica.as_mut().unwrap().finish_checkpoint(&mut till.env).unwrap();
    let finished = started.elapsed();
    let ratio = (loaded + finished).as_secs_f64() / inserted.as_secs_f64();
    println!(
        "checkpoint: {index} chunks, {} KiB; made in {made:?}, loaded in {loaded:?}, finished in {finished:?}",
        bytes / 1024
    );
    println!(
        "plain inserts of the same bytes: {inserted:?}; ratio {ratio:.1}; memory {memory} MB before, {} MB after",
        resident_mb()
    );
    till
}

//! A new till: the checkpoint of the big shop into an empty replica, beside copying the same rows into the same tables.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};
use tradepost_connection::SystemEnvironment;
use tradepost_domain::basket::Basket;
use tradepost_domain::device::DeviceRole;
use tradepost_domain::id::{BasketId, TillId};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::sale::{Tender, TenderType};
use tradepost_operations::read::ProductFilter;
use tradepost_operations::{Checkout, ReceiptChoice, Shop};
use tradepost_replica::lock;

use super::lab::{Lab, euro};
use super::measure::{now, ratio, show, show_ratio, thread_time, timed_both};
use super::table::{Row, Verdict};
use crate::setting::{KEY, Side, exchange, join};

const TARGET: u128 = 300;
const SELLS_WITHIN: Duration = Duration::from_secs(2);
/// Rows that the floor commits at once: about a part of a checkpoint.
const ROWS_AT_ONCE: usize = 2_000;

/// Loads the checkpoint, then copies what it loaded.
pub fn run(lab: &mut Lab) -> Result<Vec<Row>, String> {
    let (joining, floor_path) = (lab.root().join("new-till"), lab.root().join("floor.db"));
    let (big, joined) = lab.big_and_new()?;
    let products = big.products;
    let till = {
        let (shop, mut by) = big.side.work();
        let location = shop.reader().and_then(|reader| Ok(reader.locations()?)).map_err(|error| error.to_string())?;
        let location = location.first().ok_or("there is no location")?.id;
        shop.add_till(&mut by, "New till", location).map_err(|error| error.to_string())?.id
    };
    let mut side = join(&mut big.side, &joining, Box::new(SystemEnvironment::new()), DeviceRole::Till, Some(till));
    let before = thread_time();
    let loaded = load(&mut big.side, &mut side, till)?;
    let on_processor = thread_time().saturating_sub(before);
    let floor = copy(&joining.join("shop.db"), &floor_path)?;
    exchange(&mut side, &mut big.side);
    *joined = Some(side);
    let reached = ratio(loaded.all, floor.time);
    let first_sale = loaded.first_sale.unwrap_or(loaded.all);
    Ok(vec![
        Row {
            what: format!("new till, {products} products"),
            figure: show(loaded.all),
            floor: format!("{} (same rows inserted)", show(floor.time)),
            ratio: show_ratio(reached),
            target: format!("at most {}", show_ratio(TARGET)),
            verdict: Verdict::of(reached <= TARGET),
            notes: vec![
                format!(
                    "{} chunks of {} MB; made in {}, loaded in {}, ended in {}",
                    loaded.chunks,
                    loaded.bytes >> 20,
                    show(loaded.made),
                    show(loaded.loaded),
                    show(loaded.ended)
                ),
                format!("the floor inserted {} rows and {} words' rows", floor.rows, floor.searchable),
                format!(
                    "of the processor {} and {}, {}; {}",
                    show(on_processor),
                    show(floor.on_processor),
                    show_ratio(ratio(on_processor, floor.on_processor)),
                    crate::bench::measure::load()
                ),
            ],
        },
        Row {
            what: "new till, first sale".to_owned(),
            figure: if loaded.first_sale.is_some() { show(first_sale) } else { "not before the end".to_owned() },
            floor: String::new(),
            ratio: String::new(),
            target: format!("within {}", show(SELLS_WITHIN)),
            verdict: Verdict::of(first_sale <= SELLS_WITHIN),
            notes: Vec::new(),
        },
    ])
}

#[derive(Default)]
struct Loaded {
    all: Duration,
    made: Duration,
    loaded: Duration,
    ended: Duration,
    first_sale: Option<Duration>,
    chunks: u64,
    bytes: usize,
}

/// The checkpoint as a session moves it: made, compressed by nobody, loaded, chunk by chunk. Trying to sell is not counted.
fn load(from: &mut Side, into: &mut Side, till: TillId) -> Result<Loaded, String> {
    let words = |error: tradepost_replica::ReplicaError| error.to_string();
    let mut loaded = Loaded::default();
    let start = now();
    let mut source = lock(from.shop.replica()).checkpoint_source(from.env.as_mut()).map_err(words)?;
    lock(into.shop.replica()).begin_checkpoint(source.manifest()).map_err(words)?;
    let mut paused = Duration::ZERO;
    loop {
        let making = now();
        let chunk = source.next_chunk().map_err(words)?;
        loaded.made += making.elapsed();
        let Some(chunk) = chunk else { break };
        let loading = now();
        lock(into.shop.replica()).load_chunk(loaded.chunks, &chunk).map_err(words)?;
        loaded.loaded += loading.elapsed();
        loaded.chunks += 1;
        loaded.bytes += chunk.len();
        if loaded.first_sale.is_none() {
            let trying = now();
            if sells(into, till) {
                loaded.first_sale = Some(start.elapsed().saturating_sub(paused));
            }
            paused += trying.elapsed();
        }
    }
    let ending = now();
    lock(into.shop.replica()).finish_checkpoint(into.env.as_mut()).map_err(words)?;
    loaded.ended = ending.elapsed();
    loaded.all = start.elapsed().saturating_sub(paused);
    Ok(loaded)
}

/// Whether a product that is here can be sold now, for money, on disk.
fn sells(side: &mut Side, till: TillId) -> bool {
    try_sale(side, till).unwrap_or(false)
}

fn try_sale(side: &mut Side, till: TillId) -> Result<bool, tradepost_operations::OperationError> {
    let (shop, mut by) = side.work();
    let reader = shop.reader()?;
    let Some(product) = reader.products(&ProductFilter::default(), None, 1)?.rows.into_iter().next() else { return Ok(false) };
    let Some(row) = reader.variants_of(product.id)?.into_iter().next() else { return Ok(false) };
    let session = match reader.open_session(till)? {
        Some(open) => open.id,
        None => shop.open_session(&mut by, till, euro(0))?.session.id,
    };
    let mut basket = Basket::new(BasketId::from_bytes(by.new_id()));
    basket.add(Shop::line_for(&mut by, &row, Quantity::ONE)?)?;
    let amount = shop.price(&mut by, &basket)?.gross;
    let tenders = vec![Tender { tender_type: TenderType::ExternalCard, amount, reference: String::new() }];
    shop.complete(&mut by, Checkout { basket, tenders, till, session, receipt: ReceiptChoice::NoPaper })?;
    Ok(true)
}

struct Copied {
    time: Duration,
    on_processor: Duration,
    rows: u64,
    searchable: u64,
}

/// The floor: the rows of the loaded file, inserted one by one into the same tables with the same indexes, encrypted and synced alike.
fn copy(from: &Path, into: &Path) -> Result<Copied, String> {
    copy_tables(from, into).map_err(|error| error.to_string())
}

fn copy_tables(from: &Path, into: &Path) -> rusqlite::Result<Copied> {
    let source = open(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let target = open(into, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    target.query_row("pragma journal_mode = wal", [], |_| Ok(()))?;
    target.pragma_update(None, "synchronous", "full")?;
    target.query_row("pragma wal_autocheckpoint = 4000", [], |_| Ok(()))?;
    for (_, sql) in schema(&source)? {
        target.execute_batch(&sql)?;
    }
    let mut copied = Copied { time: Duration::ZERO, on_processor: Duration::ZERO, rows: 0, searchable: 0 };
    for table in tables(&source)? {
        copied.rows += copy_table(&source, &target, &table, &mut copied)?;
    }
    copied.searchable = copy_search(&source, &target, &mut copied)?;
    Ok(copied)
}

fn open(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    let hex: String = KEY.0.iter().map(|byte| format!("{byte:02x}")).collect();
    connection.pragma_update(None, "key", format!("x'{hex}'"))?;
    connection.pragma_update(None, "cache_size", -32 * 1024)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    Ok(connection)
}

fn schema(source: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let sql = "select name, sql from sqlite_schema where sql is not null and name not like 'product_search_%' order by type = 'index', rowid";
    let mut statement = source.prepare(sql)?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// What a new till needs of the shop; the journal of the other device is not copied by either.
fn tables(source: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "select name from sqlite_schema where type = 'table' and name not like 'product_search%' and name not like 'sqlite_%' order by rowid";
    let mut statement = source.prepare(sql)?;
    statement.query_map([], |row| row.get(0))?.collect()
}

fn copy_table(source: &Connection, target: &Connection, table: &str, copied: &mut Copied) -> rusqlite::Result<u64> {
    let mut select = source.prepare(&format!("select * from \"{table}\""))?;
    let columns = select.column_count();
    let insert = format!("insert into \"{table}\" values ({})", vec!["?"; columns].join(", "));
    let mut rows = select.query([])?;
    let mut count = 0;
    loop {
        let mut batch: Vec<Vec<Value>> = Vec::with_capacity(ROWS_AT_ONCE);
        while batch.len() < ROWS_AT_ONCE {
            let Some(row) = rows.next()? else { break };
            batch.push((0..columns).map(|column| row.get(column)).collect::<rusqlite::Result<_>>()?);
        }
        if batch.is_empty() {
            return Ok(count);
        }
        count += batch.len() as u64;
        copied.insert_all(target, &insert, batch)?;
    }
}

fn copy_search(source: &Connection, target: &Connection, copied: &mut Copied) -> rusqlite::Result<u64> {
    let sql = "select v.product, p.number, lower(p.title || ' ' || p.vendor || ' ' || p.product_type || ' ' || v.sku || ' ' || v.barcode)
               from products p join variants v on v.product = p.id";
    let mut words: BTreeMap<i64, String> = BTreeMap::new();
    let mut statement = source.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        words.entry(row.get(1)?).or_default().push_str(&row.get::<_, String>(2)?);
    }
    let count = words.len() as u64;
    let mut words = words.into_iter().map(|(number, words)| vec![Value::Integer(number), Value::Text(words)]).peekable();
    while words.peek().is_some() {
        let batch = words.by_ref().take(ROWS_AT_ONCE).collect();
        copied.insert_all(target, "insert into product_search (rowid, words) values (?, ?)", batch)?;
    }
    Ok(count)
}

impl Copied {
    fn insert_all(&mut self, target: &Connection, insert: &str, batch: Vec<Vec<Value>>) -> rusqlite::Result<()> {
        let (done, time, on_processor) = timed_both(|| insert_all(target, insert, batch));
        self.time += time;
        self.on_processor += on_processor;
        done
    }
}

fn insert_all(target: &Connection, insert: &str, batch: Vec<Vec<Value>>) -> rusqlite::Result<()> {
    let db_tx = target.unchecked_transaction()?;
    {
        let mut statement = db_tx.prepare_cached(insert)?;
        for row in batch {
            statement.execute(params_from_iter(row))?;
        }
    }
    db_tx.commit()
}

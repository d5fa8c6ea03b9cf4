//! Bases: sums over facts that a new replica does not get. A checkpoint carries them, and a rebuild starts from them.
//!
//! They are whole rows of the tables that hold sums. Loading only stores them; the rows are made when the checkpoint is complete,
//! together with what this replica recorded meanwhile.

use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};
use serde::{Deserialize, Serialize};

use crate::cbor;
use crate::error::ReplicaError;

/// The tables that hold sums, with how many of their columns are the key, and their columns.
const TABLES: &[(&str, usize, &str)] = &[
    (
        "stock_levels",
        2,
        "variant, location, on_hand, committed, unavailable, in_transit, count_fact, count_lamport, count_replica, count_incarnation, count_seq, count_at",
    ),
    (
        "till_sessions",
        1,
        "id, till, business_day, opened_at, opening_float, currency, totals, closing, closed_at, z_number, cash_variance",
    ),
    ("sales_days", 1, "business_day, totals"),
    ("sales_by_variant", 2, "business_day, variant, quantity, gross"),
];

/// The largest chunk is a little over this.
const CHUNK_BYTES: usize = 128 * 1024;

#[derive(Serialize, Deserialize)]
enum Cell {
    Null,
    Int(i64),
    Text(String),
    Blob(#[serde(with = "serde_bytes")] Vec<u8>),
}

#[derive(Serialize, Deserialize)]
struct Chunk {
    /// The table's place in [`TABLES`].
    table: usize,
    rows: Vec<Vec<Cell>>,
}

/// How far an export has come.
#[derive(Debug, Default)]
pub struct Exported {
    table: usize,
    key: Vec<Value>,
}

/// The next chunk of sums; `None` after the last. Memory does not grow with the tables.
pub fn export(connection: &Connection, exported: &mut Exported) -> Result<Option<Vec<u8>>, ReplicaError> {
    while let Some((name, key_width, columns)) = TABLES.get(exported.table) {
        let chunk = export_after(connection, exported, name, *key_width, columns)?;
        if chunk.rows.is_empty() {
            *exported = Exported { table: exported.table + 1, key: Vec::new() };
            continue;
        }
        return cbor::to_vec(&chunk).map(Some);
    }
    Ok(None)
}

fn export_after(
    connection: &Connection,
    exported: &mut Exported,
    name: &str,
    key_width: usize,
    columns: &str,
) -> Result<Chunk, ReplicaError> {
    let key = columns.split(", ").take(key_width).collect::<Vec<_>>().join(", ");
    let marks = vec!["?"; key_width].join(", ");
    let condition = if exported.key.is_empty() { String::new() } else { format!("where ({key}) > ({marks})") };
    let mut statement = connection.prepare_cached(&format!("select {columns} from {name} {condition} order by {key}"))?;
    let width = statement.column_count();
    let mut chunk = Chunk { table: exported.table, rows: Vec::new() };
    let mut bytes = 0;
    let mut rows = statement.query(params_from_iter(exported.key.clone()))?;
    while bytes < CHUNK_BYTES {
        let Some(row) = rows.next()? else { break };
        exported.key = (0..key_width).map(|column| row.get(column)).collect::<Result<_, _>>()?;
        let cells: Vec<Cell> = (0..width).map(|column| Ok(Cell::of(row.get(column)?))).collect::<Result<_, rusqlite::Error>>()?;
        bytes += cells.iter().map(Cell::size).sum::<usize>();
        chunk.rows.push(cells);
    }
    Ok(chunk)
}

/// Stores a chunk of another replica's sums.
pub fn import(tx: &Connection, chunk: &[u8]) -> Result<(), ReplicaError> {
    let _: Chunk = read(chunk)?;
    tx.prepare_cached("insert into bases (bytes) values (?)")?.execute(params![chunk])?;
    Ok(())
}

/// Forgets all bases: another checkpoint is loaded from its start.
pub fn clear(tx: &Connection) -> Result<(), ReplicaError> {
    tx.execute("delete from bases", [])?;
    Ok(())
}

/// Makes the rows of all bases in tables that are empty.
pub(super) fn restore(tx: &Connection) -> Result<(), ReplicaError> {
    let mut statement = tx.prepare("select bytes from bases order by number")?;
    let mut chunks = statement.query([])?;
    while let Some(row) = chunks.next()? {
        restore_chunk(tx, read(&row.get::<_, Vec<u8>>(0)?)?)?;
    }
    Ok(())
}

fn restore_chunk(tx: &Connection, chunk: Chunk) -> Result<(), ReplicaError> {
    let Some((name, _, columns)) = TABLES.get(chunk.table) else { return Err(damaged()) };
    let marks = vec!["?"; columns.split(", ").count()].join(", ");
    let mut statement = tx.prepare_cached(&format!("insert into {name} ({columns}) values ({marks})"))?;
    for row in chunk.rows {
        statement.execute(params_from_iter(row.into_iter().map(Value::from)))?;
    }
    Ok(())
}

fn read(bytes: &[u8]) -> Result<Chunk, ReplicaError> {
    let chunk: Chunk = cbor::from_slice(bytes)?;
    let width = TABLES.get(chunk.table).map(|(_, _, columns)| columns.split(", ").count());
    if chunk.rows.iter().all(|row| Some(row.len()) == width) { Ok(chunk) } else { Err(damaged()) }
}

fn damaged() -> ReplicaError {
    ReplicaError::Checkpoint { what: "its sums" }
}

impl Cell {
    fn of(value: Value) -> Self {
        match value {
            Value::Null | Value::Real(_) => Self::Null,
            Value::Integer(number) => Self::Int(number),
            Value::Text(text) => Self::Text(text),
            Value::Blob(bytes) => Self::Blob(bytes),
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Null => 1,
            Self::Int(_) => 9,
            Self::Text(text) => text.len() + 5,
            Self::Blob(bytes) => bytes.len() + 5,
        }
    }
}

impl From<Cell> for Value {
    fn from(cell: Cell) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Int(number) => Self::Integer(number),
            Cell::Text(text) => Self::Text(text),
            Cell::Blob(bytes) => Self::Blob(bytes),
        }
    }
}

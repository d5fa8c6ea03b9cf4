//! The projections as one hash per table: equal on replicas with the same documents and facts, and after a rebuild.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::error::ReplicaError;
use crate::origin::Hash;

/// The tables that a rebuild makes, with their columns in key order. This file's own row numbers are left out.
const COLUMNS: &[(&str, &str)] = &[
    ("conflicts", r#"document, path, kind, "values""#),
    (
        "products",
        "id, status, is_listed, handle, title, title_key, vendor, product_type, image_url, variant_count, price_min, price_max, currency, created_at",
    ),
    ("product_tags", "product, tag"),
    (
        "variants",
        "id, product, position, title, sku, barcode, list_price, compare_at_price, currency, unit, stock_policy, tax_category, image_url, weight_grams, requires_shipping",
    ),
    ("variant_barcodes", "product, variant, code"),
    ("collections", "id, handle, title_key"),
    ("collection_products", "collection, product"),
    ("customers", "id, name_key, search_key"),
    ("parked_baskets", "id, parked_at"),
    (
        "stock_levels",
        "variant, location, on_hand, committed, unavailable, in_transit, count_fact, count_lamport, count_replica, count_incarnation, count_seq, count_at",
    ),
    ("stock_movements", "variant, location, at, fact, amount, is_count, replica, incarnation, seq"),
    ("sales", "business_day, sold_at, id, receipt_number, till, session, staff, customer, line_count, gross, currency"),
    ("refunds", "sale, id, refunded_at, receipt_number, gross, currency"),
    (
        "till_sessions",
        "id, till, business_day, opened_at, opening_float, currency, totals, closing, closed_at, z_number, cash_variance",
    ),
    ("sales_days", "business_day, totals"),
    ("sales_by_variant", "business_day, variant, quantity, gross"),
    (
        "orders",
        "id, number, name, email, search_key, customer, placed_at, gross, paid, currency, status, is_collection, line_count, commitments",
    ),
    ("order_facts", r#""order", fact"#),
];

/// A hash of each table's rows.
pub fn digests(connection: &Connection) -> Result<Vec<(&'static str, Hash)>, ReplicaError> {
    COLUMNS.iter().map(|(table, columns)| Ok((*table, digest(connection, table, columns)?))).collect()
}

fn digest(connection: &Connection, table: &str, columns: &str) -> Result<Hash, ReplicaError> {
    let rows = rows_of(table);
    let mut statement = connection.prepare(&format!("select {columns} from {rows} order by {columns}"))?;
    let width = statement.column_count();
    let mut rows = statement.query([])?;
    let mut hasher = blake3::Hasher::new();
    while let Some(row) = rows.next()? {
        for column in 0..width {
            add(&mut hasher, row.get_ref(column)?);
        }
    }
    Ok(Hash(*hasher.finalize().as_bytes()))
}

/// A table with what waits to be put into it.
fn rows_of(table: &str) -> String {
    match table {
        "stock_levels" => format!("({})", include_str!("../sql/all_stock_levels.sql")),
        "stock_movements" => format!("({})", include_str!("../sql/all_stock_movements.sql")),
        "sales_by_variant" => format!("({})", include_str!("../sql/all_sales_by_variant.sql")),
        _ => table.to_owned(),
    }
}

fn add(hasher: &mut blake3::Hasher, value: ValueRef<'_>) {
    let (kind, bytes): (u8, &[u8]) = match &value {
        ValueRef::Null => (0, &[]),
        ValueRef::Integer(number) => (1, &number.to_le_bytes()),
        ValueRef::Real(number) => (2, &number.to_le_bytes()),
        ValueRef::Text(text) => (3, text),
        ValueRef::Blob(bytes) => (4, bytes),
    };
    hasher.update(&[kind]);
    hasher.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
    hasher.update(bytes);
}

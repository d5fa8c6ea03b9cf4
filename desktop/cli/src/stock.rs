//! `stock list`, `stock receive`, `stock count`, `stock adjust`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::json;
use tradepost_domain::id::{LocationId, VariantId};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::stock::{StockLevel, StockLine};
use tradepost_operations::read::{PAGE_MAX, StockRow};

use crate::answer::{Answer, quantity, table};
use crate::args::{StockChange, StockCommand};
use crate::error::CliError;
use crate::open::Open;

pub fn run(data: &Path, command: &StockCommand) -> Result<Answer, CliError> {
    let mut open = Open::at(data)?;
    let rows = match command {
        StockCommand::List { location, search } => {
            let location = location.as_deref().map(|name| open.location(Some(name))).transpose()?;
            all(&open, location.map(|location| location.id), search)?
        }
        StockCommand::Receive(change) => changed(&mut open, change, Kind::Receive)?,
        StockCommand::Count(change) => changed(&mut open, change, Kind::Count)?,
        StockCommand::Adjust(change) => changed(&mut open, change, Kind::Adjust)?,
    };
    let answer = answer(&open, rows)?;
    open.close()?;
    Ok(answer)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Receive,
    Count,
    Adjust,
}

/// Records the change; what stands then of the variants named.
fn changed(open: &mut Open, change: &StockChange, kind: Kind) -> Result<Vec<StockRow>, CliError> {
    let location = open.location(change.location.as_deref())?.id;
    let mut lines: BTreeMap<VariantId, Quantity> = BTreeMap::new();
    for text in &change.quantities {
        let wrong = || CliError::Usage(format!("\"{text}\": write SKU=QTY, such as MUG-1=12"));
        let (sku, quantity) = text.rsplit_once('=').ok_or_else(wrong)?;
        let quantity = Quantity::parse(quantity).map_err(|_| wrong())?;
        let sum = lines.entry(open.variant(sku)?.id).or_default();
        *sum = sum.checked_add(quantity)?;
    }
    let variants: BTreeSet<VariantId> = lines.keys().copied().collect();
    let lines = lines.into_iter().map(|(variant, quantity)| StockLine { variant, quantity }).collect();
    let shop = open.shop.clone();
    match kind {
        Kind::Receive => shop.receive(&mut open.by(), location, lines, &change.reason)?,
        Kind::Count => shop.count(&mut open.by(), location, lines)?,
        Kind::Adjust => shop.adjust(&mut open.by(), location, lines, &change.reason)?,
    };
    let mut rows = Vec::new();
    for variant in variants {
        rows.extend(open.read.stock(variant)?);
    }
    Ok(rows)
}

pub fn all(open: &Open, location: Option<LocationId>, search: &str) -> Result<Vec<StockRow>, CliError> {
    let mut rows = Vec::new();
    loop {
        let page = open.read.stock_list(location, search, rows.len(), PAGE_MAX)?;
        let is_last = page.len() < PAGE_MAX;
        rows.extend(page);
        if is_last {
            return Ok(rows);
        }
    }
}

type BySku = BTreeMap<String, BTreeMap<String, StockLevel>>;

fn answer(open: &Open, rows: Vec<StockRow>) -> Result<Answer, CliError> {
    let mut names: BTreeMap<LocationId, String> = BTreeMap::new();
    let mut by_sku: BySku = BTreeMap::new();
    for row in rows {
        let place = match names.get(&row.location) {
            Some(name) => name.clone(),
            None => names.entry(row.location).or_insert(open.location_name(row.location)?).clone(),
        };
        let sku = if row.sku.is_empty() { row.title } else { row.sku };
        let level = by_sku.entry(sku).or_default().entry(place).or_default();
        *level = sum(*level, row.level)?;
    }
    Ok(Answer::new(to_json(&by_sku), to_text(&by_sku)))
}

/// Two variants that share a SKU are told together.
fn sum(one: StockLevel, other: StockLevel) -> Result<StockLevel, CliError> {
    Ok(StockLevel {
        on_hand: one.on_hand.checked_add(other.on_hand)?,
        committed: one.committed.checked_add(other.committed)?,
        unavailable: one.unavailable.checked_add(other.unavailable)?,
    })
}

fn to_json(by_sku: &BySku) -> serde_json::Value {
    let level = |level: &StockLevel| {
        json!({
            "on_hand": quantity(level.on_hand),
            "committed": quantity(level.committed),
            "available": quantity(level.available()),
            "unavailable": quantity(level.unavailable),
        })
    };
    let places =
        |places: &BTreeMap<String, StockLevel>| places.iter().map(|(name, stock)| (name.clone(), level(stock))).collect();
    by_sku
        .iter()
        .map(|(sku, stock)| (sku.clone(), serde_json::Value::Object(places(stock))))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn to_text(by_sku: &BySku) -> String {
    let mut rows = Vec::new();
    for (sku, places) in by_sku {
        for (place, level) in places {
            let cells = [level.on_hand, level.committed, level.available()].map(|quantity| quantity.to_string());
            rows.push([vec![sku.clone(), place.clone()], cells.to_vec()].concat());
        }
    }
    table(&["sku", "location", "on hand", "committed", "available"], &rows)
}

//! Lines of the latest sales, on their way into the tables of stock and of what sold.
//!
//! In those tables every line of a sale has pages of its own, and a page written is what a sale costs. So a sale leaves its lines
//! here, side by side in one page, and they are put into their places between sales. Readers add what waits, so nobody sees the
//! difference.

use std::collections::BTreeSet;

use rusqlite::{Connection, Row, params};
use tradepost_domain::fact::Fact;
use tradepost_domain::id::{FactId, LocationId, VariantId};
use tradepost_domain::sale::Sale;
use tradepost_domain::time::{BusinessDay, Timestamp};

use super::sales::{self, Sold};
use super::{Context, stock};
use crate::error::ReplicaError;
use crate::origin::Origin;

/// With this many lines the sale that brought the last one puts them all into their places: readers look through what waits.
const LINES_MAX: i64 = 320;

struct Line {
    variant: VariantId,
    location: LocationId,
    at: Timestamp,
    fact: FactId,
    /// What the sale moved; `None`: nothing is posted for this variant.
    moved: Option<i64>,
    /// Of that, what the latest stock count had not found gone already.
    uncounted: i64,
    origin: Origin,
    seq: u64,
    day: BusinessDay,
    sold: Option<Sold>,
}

/// Leaves the lines of a sale here. What is no plain sale of goods from one location goes to its places at once.
pub(super) fn sale_completed(tx: &Connection, fact: &Fact, sale: &Sale, context: &Context<'_>) -> Result<(), ReplicaError> {
    let Some(mut moves) = stock::moves_from(&fact.body, sale.location) else {
        stock::fact_recorded(tx, fact, context)?;
        return sales::count_lines(tx, sale);
    };
    let mut sold = sales::sold_lines(sale);
    let variants: BTreeSet<VariantId> = moves.keys().chain(sold.keys()).copied().collect();
    let mut waiting = 0;
    for variant in variants {
        let moved = moves.remove(&variant);
        let uncounted = match moved {
            Some(moved) if stock::is_after_count(tx, (variant, sale.location), context)? => moved,
            Some(_) | None => 0,
        };
        let line = Line {
            variant,
            location: sale.location,
            at: context.at,
            fact: fact.id,
            moved,
            uncounted,
            origin: context.origin,
            seq: context.seq,
            day: sale.business_day,
            sold: sold.remove(&variant),
        };
        waiting = line.put(tx)?;
    }
    if waiting >= LINES_MAX { place(tx) } else { Ok(()) }
}

/// Puts what waits into its places.
pub(crate) fn place(tx: &Connection) -> Result<(), ReplicaError> {
    let lines: Vec<Line> =
        tx.prepare_cached(include_str!("../sql/waiting_lines.sql"))?.query_map([], Line::of)?.collect::<Result<_, _>>()?;
    if lines.is_empty() {
        return Ok(());
    }
    for line in &lines {
        if let Some(moved) = line.moved {
            let moving = stock::Moving { fact: line.fact, at: line.at, origin: line.origin, seq: line.seq };
            stock::place(tx, (line.variant, line.location), moved, line.uncounted, &moving)?;
        }
        if let Some(sold) = line.sold {
            sales::count_variant(tx, line.day, line.variant, sold)?;
        }
    }
    tx.prepare_cached("delete from waiting_lines")?.execute([])?;
    Ok(())
}

/// Whether something waits.
pub(crate) fn is_any(tx: &Connection) -> Result<bool, ReplicaError> {
    Ok(tx.prepare_cached("select exists (select 1 from waiting_lines)")?.query_row([], |row| row.get(0))?)
}

impl Line {
    /// Writes the line; returns how many wait now.
    fn put(&self, tx: &Connection) -> Result<i64, ReplicaError> {
        let Self { variant, location, at, fact, moved, uncounted, origin, seq, day, sold } = self;
        tx.prepare_cached(include_str!("../sql/put_waiting_line.sql"))?.execute(params![
            variant.as_bytes(),
            location.as_bytes(),
            at.unix_ms,
            fact.as_bytes(),
            moved,
            uncounted,
            origin.replica.as_bytes(),
            origin.incarnation,
            seq,
            day.unix_day,
            sold.map(|sold| sold.quantity),
            sold.map(|sold| sold.gross),
        ])?;
        Ok(tx.last_insert_rowid())
    }

    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let quantity: Option<i64> = row.get(10)?;
        Ok(Self {
            variant: VariantId::from_bytes(row.get(0)?),
            location: LocationId::from_bytes(row.get(1)?),
            at: Timestamp::from_unix_ms(row.get(2)?),
            fact: FactId::from_bytes(row.get(3)?),
            moved: row.get(4)?,
            uncounted: row.get(5)?,
            origin: stock::origin_at(row, 6)?,
            seq: row.get(8)?,
            day: BusinessDay { unix_day: row.get(9)? },
            sold: match quantity {
                Some(quantity) => Some(Sold { quantity, gross: row.get(11)? }),
                None => None,
            },
        })
    }
}

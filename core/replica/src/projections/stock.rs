//! Stock by variant and location: sums of postings, and stock counts as observations.
//!
//! What is on hand is what the latest count found (by lamport, then author) and every movement that came later. A movement that
//! knew of the count is later, one that the count knew of is earlier; of two that knew nothing of each other the corrected clocks
//! decide. Entries arrive after what they know, so a movement that arrives after a count is never known to it: only the
//! movement's knowledge is asked. When a count arrives, only movements after its time can be later, and only those are read.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{FactId, LocationId, ReplicaId, VariantId};
use tradepost_domain::posting::Account;
use tradepost_domain::stock::StockCounted;
use tradepost_domain::time::Timestamp;

use super::{Context, waiting};
use crate::error::ReplicaError;
use crate::origin::Origin;

type Place = (VariantId, LocationId);

/// What a fact moves at one place.
#[derive(Default, Clone, Copy)]
struct Moved {
    on_hand: i64,
    unavailable: i64,
    in_transit: i64,
}

/// A row of `stock_levels`.
#[derive(Default)]
struct Level {
    on_hand: i64,
    committed: i64,
    unavailable: i64,
    in_transit: i64,
    count: Option<Count>,
}

/// The count that a level starts from. The order is the order of counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Count {
    lamport: u64,
    origin: Origin,
    seq: u64,
    fact: FactId,
    at: i64,
}

/// Books what a fact moves or counts.
pub(super) fn fact_recorded(tx: &Connection, fact: &Fact, context: &Context<'_>) -> Result<(), ReplicaError> {
    if let FactBody::StockCounted(counted) = &fact.body {
        return stock_counted(tx, fact.id, counted, context);
    }
    moves_of(&fact.body).into_iter().try_for_each(|(place, moved)| stock_moved(tx, fact.id, place, moved, context))
}

/// What a fact moves, by place.
fn moves_of(body: &FactBody) -> BTreeMap<Place, Moved> {
    // A fact whose amounts do not fit moves nothing, on every replica alike.
    let mut moves: BTreeMap<Place, Moved> = BTreeMap::new();
    for posting in body.postings().unwrap_or_default() {
        let amount = posting.amount;
        match posting.account {
            Account::OnHand(location, variant) => add(&mut moves.entry((variant, location)).or_default().on_hand, amount),
            Account::Unavailable(location, variant) => {
                add(&mut moves.entry((variant, location)).or_default().unavailable, amount)
            }
            Account::InTransit(location, variant) => add(&mut moves.entry((variant, location)).or_default().in_transit, amount),
            // Committed is folded from orders; the counterparts are what the sums are taken against; cash stands in sessions.
            Account::Committed(..)
            | Account::Supplier(_)
            | Account::Customer(_)
            | Account::Shrinkage(_)
            | Account::SetAside(_)
            | Account::Drawer(_)
            | Account::CashOutside => {}
        }
    }
    moves
}

/// What a fact takes from or brings to this location by variant, where that is all that it moves.
pub(super) fn moves_from(body: &FactBody, location: LocationId) -> Option<BTreeMap<VariantId, i64>> {
    let mut moves = BTreeMap::new();
    for ((variant, place), Moved { on_hand, unavailable, in_transit }) in moves_of(body) {
        if place != location || unavailable != 0 || in_transit != 0 {
            return None;
        }
        moves.insert(variant, on_hand);
    }
    Some(moves)
}

/// Whether a movement that is told now comes after the place's latest stock count. A place that has no row yet gets one.
pub(super) fn is_after_count(tx: &Connection, place: Place, context: &Context<'_>) -> Result<bool, ReplicaError> {
    let Some(level) = stored_level(tx, place)? else {
        write_level(tx, place, &Level::default())?;
        return Ok(true);
    };
    Ok(level.count.is_none_or(|count| count.is_before(context)))
}

/// Books a movement that has waited; `uncounted` of it is not in the latest stock count.
pub(super) fn place(tx: &Connection, place: Place, moved: i64, uncounted: i64, moving: &Moving) -> Result<(), ReplicaError> {
    if moved != 0 {
        write_movement(tx, place, moved, false, moving)?;
    }
    let mut level = find_level(tx, place)?;
    add(&mut level.on_hand, uncounted);
    write_level(tx, place, &level)
}

/// Promises more (or, negative, less) of a variant to orders.
pub(super) fn commit(tx: &Connection, place: Place, amount: i64) -> Result<(), ReplicaError> {
    let mut level = find_level(tx, place)?;
    add(&mut level.committed, amount);
    write_level(tx, place, &level)
}

/// Sums that no shop reaches wrap, so that they stay the same for every order of arrival.
fn add(sum: &mut i64, amount: i64) {
    *sum = sum.wrapping_add(amount);
}

fn stock_moved(tx: &Connection, fact: FactId, place: Place, moved: Moved, context: &Context<'_>) -> Result<(), ReplicaError> {
    if moved.on_hand != 0 {
        write_movement(tx, place, moved.on_hand, false, &Moving::of(fact, context))?;
    }
    if context.is_covered {
        return Ok(());
    }
    let mut level = find_level(tx, place)?;
    if level.count.is_none_or(|count| count.is_before(context)) {
        add(&mut level.on_hand, moved.on_hand);
    }
    add(&mut level.unavailable, moved.unavailable);
    add(&mut level.in_transit, moved.in_transit);
    write_level(tx, place, &level)
}

fn stock_counted(tx: &Connection, fact: FactId, counted: &StockCounted, context: &Context<'_>) -> Result<(), ReplicaError> {
    waiting::place(tx)?;
    let mut sums: BTreeMap<VariantId, i64> = BTreeMap::new();
    counted.lines.iter().for_each(|line| add(sums.entry(line.variant).or_default(), line.quantity.thousandths));
    for (variant, quantity) in sums {
        let place = (variant, counted.location);
        write_movement(tx, place, quantity, true, &Moving::of(fact, context))?;
        if !context.is_covered {
            start_from(tx, place, Count::of(fact, context), quantity, context)?;
        }
    }
    Ok(())
}

fn start_from(tx: &Connection, place: Place, count: Count, counted: i64, context: &Context<'_>) -> Result<(), ReplicaError> {
    let mut level = find_level(tx, place)?;
    if level.count.is_some_and(|latest| latest > count) {
        return Ok(());
    }
    level.on_hand = counted.wrapping_add(moved_since(tx, place, context)?);
    level.count = Some(count);
    write_level(tx, place, &level)
}

/// The sum of the movements after a count's time that the count did not know of.
fn moved_since(tx: &Connection, (variant, location): Place, count: &Context<'_>) -> Result<i64, ReplicaError> {
    let mut statement = tx.prepare_cached(include_str!("../sql/movements_since.sql"))?;
    let mut rows = statement.query(params![variant.as_bytes(), location.as_bytes(), count.at.unix_ms])?;
    let mut sum = 0_i64;
    while let Some(row) = rows.next()? {
        let (origin, seq) = (origin_at(row, 1)?, row.get::<_, u64>(3)?);
        if !count.knows(origin, seq) {
            add(&mut sum, row.get(0)?);
        }
    }
    Ok(sum)
}

impl Count {
    fn of(fact: FactId, context: &Context<'_>) -> Self {
        Self { lamport: context.lamport, origin: context.origin, seq: context.seq, fact, at: context.at.unix_ms }
    }

    /// Whether a movement that arrives after this count is later than it.
    fn is_before(&self, movement: &Context<'_>) -> bool {
        if self.origin == movement.origin {
            return movement.seq > self.seq;
        }
        movement.knows(self.origin, self.seq) || movement.at.unix_ms > self.at
    }
}

pub(super) fn origin_at(row: &Row<'_>, column: usize) -> Result<Origin, rusqlite::Error> {
    Ok(Origin { replica: ReplicaId::from_bytes(row.get(column)?), incarnation: row.get(column + 1)? })
}

fn find_level(tx: &Connection, place: Place) -> Result<Level, ReplicaError> {
    Ok(stored_level(tx, place)?.unwrap_or_default())
}

fn stored_level(tx: &Connection, (variant, location): Place) -> Result<Option<Level>, ReplicaError> {
    Ok(tx
        .prepare_cached(include_str!("../sql/find_stock_level.sql"))?
        .query_row([variant.as_bytes(), location.as_bytes()], |row| {
            let fact: Option<[u8; 16]> = row.get(4)?;
            let count = match fact {
                Some(fact) => Some(Count {
                    lamport: row.get(5)?,
                    origin: origin_at(row, 6)?,
                    seq: row.get(8)?,
                    fact: FactId::from_bytes(fact),
                    at: row.get(9)?,
                }),
                None => None,
            };
            Ok(Level { on_hand: row.get(0)?, committed: row.get(1)?, unavailable: row.get(2)?, in_transit: row.get(3)?, count })
        })
        .optional()?)
}

fn write_level(tx: &Connection, (variant, location): Place, level: &Level) -> Result<(), ReplicaError> {
    let Level { on_hand, committed, unavailable, in_transit, count } = level;
    tx.prepare_cached(include_str!("../sql/put_stock_level.sql"))?.execute(params![
        variant.as_bytes(),
        location.as_bytes(),
        on_hand,
        committed,
        unavailable,
        in_transit,
        count.map(|count| *count.fact.as_bytes()),
        count.map(|count| count.lamport),
        count.map(|count| *count.origin.replica.as_bytes()),
        count.map(|count| count.origin.incarnation),
        count.map(|count| count.seq),
        count.map(|count| count.at),
    ])?;
    Ok(())
}

/// The fact that a movement is of, and the entry that tells it.
pub(super) struct Moving {
    pub fact: FactId,
    pub at: Timestamp,
    pub origin: Origin,
    pub seq: u64,
}

impl Moving {
    fn of(fact: FactId, context: &Context<'_>) -> Self {
        Self { fact, at: context.at, origin: context.origin, seq: context.seq }
    }
}

fn write_movement(
    tx: &Connection,
    (variant, location): Place,
    amount: i64,
    is_count: bool,
    moving: &Moving,
) -> Result<(), ReplicaError> {
    tx.prepare_cached(include_str!("../sql/put_stock_movement.sql"))?.execute(params![
        variant.as_bytes(),
        location.as_bytes(),
        moving.at.unix_ms,
        moving.fact.as_bytes(),
        amount,
        is_count,
        moving.origin.replica.as_bytes(),
        moving.origin.incarnation,
        moving.seq,
    ])?;
    Ok(())
}

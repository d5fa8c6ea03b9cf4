//! Rows of till sessions: one per drawer, updated by each sale.

use rusqlite::{Connection, OptionalExtension, params};
use tradepost_domain::id::{FactId, TillSessionId};
use tradepost_domain::money::Currency;
use tradepost_domain::till_session::{CashMoved, TillSessionClosed, TillSessionOpened};

use super::Context;
use super::totals::Totals;
use crate::cbor;
use crate::error::ReplicaError;

/// A drawer was opened.
pub(super) fn opened(tx: &Connection, opened: &TillSessionOpened, context: &Context<'_>) -> Result<(), ReplicaError> {
    if context.is_covered {
        return Ok(());
    }
    make(tx, opened.id, opened.opening_float.currency)?;
    tx.prepare_cached(include_str!("../sql/open_till_session.sql"))?.execute(params![
        opened.id.as_bytes(),
        opened.till.as_bytes(),
        opened.business_day.unix_day,
        opened.opened_at.unix_ms,
        opened.opening_float.minor,
        opened.opening_float.currency.code(),
    ])?;
    Ok(())
}

/// Cash moved.
pub(super) fn cash_moved(tx: &Connection, moved: &CashMoved, context: &Context<'_>) -> Result<(), ReplicaError> {
    if context.is_covered {
        return Ok(());
    }
    update(tx, moved.session, moved.amount.currency, |totals| totals.add_cash_movement(moved))
}

/// A drawer was counted and closed. Of two closings of one session (two branches of a copied till) the first report counts.
pub(super) fn closed(
    tx: &Connection,
    fact: FactId,
    closed: &TillSessionClosed,
    context: &Context<'_>,
) -> Result<(), ReplicaError> {
    if context.is_covered {
        return Ok(());
    }
    make(tx, closed.session, closed.cash_variance.currency)?;
    tx.prepare_cached(include_str!("../sql/close_till_session.sql"))?.execute(params![
        closed.session.as_bytes(),
        closed.till.as_bytes(),
        closed.business_day.unix_day,
        fact.as_bytes(),
        closed.closed_at.unix_ms,
        i64::try_from(closed.z_number).unwrap_or(i64::MAX),
        closed.cash_variance.minor,
    ])?;
    Ok(())
}

/// Changes the totals of a session. A session whose opening is not known here gets its row all the same.
pub(super) fn update(
    tx: &Connection,
    session: TillSessionId,
    currency: Currency,
    count: impl FnOnce(&mut Totals),
) -> Result<(), ReplicaError> {
    let stored: Option<Vec<u8>> = tx
        .prepare_cached("select totals from till_sessions where id = ?")?
        .query_row([session.as_bytes()], |row| row.get(0))
        .optional()?;
    if stored.is_none() {
        make(tx, session, currency)?;
    }
    let mut totals: Totals = stored.map_or_else(|| Ok(Totals::default()), |bytes| cbor::from_slice(&bytes))?;
    count(&mut totals);
    tx.prepare_cached("update till_sessions set totals = ?2 where id = ?1")?
        .execute(params![session.as_bytes(), cbor::to_vec(&totals)?])?;
    Ok(())
}

fn make(tx: &Connection, session: TillSessionId, currency: Currency) -> Result<(), ReplicaError> {
    tx.prepare_cached("insert or ignore into till_sessions (id, opening_float, currency, totals) values (?, 0, ?, ?)")?
        .execute(params![session.as_bytes(), currency.code(), cbor::to_vec(&Totals::default())?])?;
    Ok(())
}

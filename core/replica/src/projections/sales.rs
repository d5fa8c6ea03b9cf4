//! Rows of sales and refunds, and the totals of their day, drawer and variants.
//!
//! A sale's lines stand in its fact alone: here it costs one slim row, one row of its day, one of its session, and one for each
//! variant and day.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};
use tradepost_domain::id::{FactId, VariantId};
use tradepost_domain::sale::{Refund, Sale};
use tradepost_domain::time::BusinessDay;

use super::totals::Totals;
use super::{Context, bytes_of, sessions};
use crate::cbor;
use crate::error::ReplicaError;

/// A refund without a sale stands under this.
pub(crate) const NO_SALE: [u8; 16] = [0; 16];

/// What was sold of a variant.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sold {
    /// Thousandths.
    pub quantity: i64,
    /// Minor units.
    pub gross: i64,
}

/// A sale was completed.
pub(super) fn sale_completed(tx: &Connection, fact: FactId, sale: &Sale, context: &Context<'_>) -> Result<(), ReplicaError> {
    sale_added(tx, fact, sale, context)?;
    if context.is_covered { Ok(()) } else { count_lines(tx, sale) }
}

/// The row of a sale, and what it adds to the totals of its day and session; its lines are counted apart.
pub(super) fn sale_added(tx: &Connection, fact: FactId, sale: &Sale, context: &Context<'_>) -> Result<(), ReplicaError> {
    tx.prepare_cached(include_str!("../sql/put_sale.sql"))?.execute(params![
        sale.business_day.unix_day,
        sale.sold_at.unix_ms,
        bytes_of(fact),
        sale.receipt_number.to_string(),
        sale.till.as_bytes(),
        sale.session.as_bytes(),
        sale.staff.map(|staff| *staff.as_bytes()),
        sale.customer.map(|customer| *customer.as_bytes()),
        i64::try_from(sale.lines.len()).unwrap_or(i64::MAX),
        sale.gross.minor,
        sale.gross.currency.code(),
    ])?;
    if context.is_covered {
        return Ok(());
    }
    count_on_day(tx, sale.business_day, |totals| {
        totals.add_sale(sale);
        totals.add_slot(sale);
    })?;
    sessions::update(tx, sale.session, sale.gross.currency, |totals| totals.add_sale(sale))
}

/// Counts what a sale's lines sold.
pub(super) fn count_lines(tx: &Connection, sale: &Sale) -> Result<(), ReplicaError> {
    count_variants(tx, sale.business_day, sold_lines(sale))
}

/// What a sale's lines sold, by variant.
pub(super) fn sold_lines(sale: &Sale) -> BTreeMap<VariantId, Sold> {
    sum_up(sale.lines.iter().filter_map(|item| Some((item.line.variant?, item.line.quantity.thousandths, item.gross.minor))))
}

/// Money went back.
pub(super) fn refunded(tx: &Connection, fact: FactId, refund: &Refund, context: &Context<'_>) -> Result<(), ReplicaError> {
    tx.prepare_cached(include_str!("../sql/put_refund.sql"))?.execute(params![
        refund.sale.map_or(NO_SALE, |sale| *sale.as_bytes()),
        bytes_of(fact),
        refund.refunded_at.unix_ms,
        refund.receipt_number.to_string(),
        refund.gross.minor,
        refund.gross.currency.code(),
    ])?;
    if context.is_covered {
        return Ok(());
    }
    count_on_day(tx, refund.business_day, |totals| totals.add_refund(refund))?;
    let lines = refund
        .lines
        .iter()
        .filter_map(|line| Some((line.variant?, line.quantity.thousandths.wrapping_neg(), line.gross.minor.wrapping_neg())));
    count_variants(tx, refund.business_day, sum_up(lines))?;
    sessions::update(tx, refund.session, refund.gross.currency, |totals| totals.add_refund(refund))
}

/// Changes the totals of a trading day.
pub(super) fn count_on_day(tx: &Connection, day: BusinessDay, count: impl FnOnce(&mut Totals)) -> Result<(), ReplicaError> {
    let stored: Option<Vec<u8>> = tx
        .prepare_cached("select totals from sales_days where business_day = ?")?
        .query_row([day.unix_day], |row| row.get(0))
        .optional()?;
    let mut totals: Totals = stored.map_or_else(|| Ok(Totals::default()), |bytes| cbor::from_slice(&bytes))?;
    count(&mut totals);
    tx.prepare_cached("insert into sales_days (business_day, totals) values (?, ?) on conflict (business_day) do update set totals = excluded.totals")?
        .execute(params![day.unix_day, cbor::to_vec(&totals)?])?;
    Ok(())
}

fn sum_up(lines: impl Iterator<Item = (VariantId, i64, i64)>) -> BTreeMap<VariantId, Sold> {
    let mut sums: BTreeMap<VariantId, Sold> = BTreeMap::new();
    for (variant, quantity, gross) in lines {
        let sold = sums.entry(variant).or_default();
        sold.quantity = sold.quantity.wrapping_add(quantity);
        sold.gross = sold.gross.wrapping_add(gross);
    }
    sums
}

fn count_variants(tx: &Connection, day: BusinessDay, sums: BTreeMap<VariantId, Sold>) -> Result<(), ReplicaError> {
    sums.into_iter().try_for_each(|(variant, sold)| count_variant(tx, day, variant, sold))
}

/// Counts what was sold of a variant on a trading day.
pub(super) fn count_variant(tx: &Connection, day: BusinessDay, variant: VariantId, sold: Sold) -> Result<(), ReplicaError> {
    let stored: Option<(i64, i64)> = tx
        .prepare_cached("select quantity, gross from sales_by_variant where business_day = ? and variant = ?")?
        .query_row(params![day.unix_day, variant.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (quantities, grosses) = stored.unwrap_or_default();
    tx.prepare_cached(include_str!("../sql/put_sales_by_variant.sql"))?.execute(params![
        day.unix_day,
        variant.as_bytes(),
        quantities.wrapping_add(sold.quantity),
        grosses.wrapping_add(sold.gross),
    ])?;
    Ok(())
}

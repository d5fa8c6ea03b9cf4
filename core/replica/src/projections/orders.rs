//! Rows of orders, folded from their facts in any order, and what they commit of the stock.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{FactId, LocationId, OrderId, VariantId};
use tradepost_domain::order::{DeliveryMethod, OrderFact, OrderPlaced, OrderState};

use super::text::fold;
use super::{Context, sales, stock};
use crate::cbor;
use crate::error::ReplicaError;
use crate::journal::facts;

/// What an order commits: quantities by place.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Commitments(BTreeMap<(VariantId, LocationId), i64>);

/// An order with what happened to it.
pub(crate) struct Folded {
    pub placed: OrderPlaced,
    pub state: OrderState,
}

/// An order was placed.
pub(super) fn placed(tx: &Connection, fact: &Fact, placed: &OrderPlaced, context: &Context<'_>) -> Result<(), ReplicaError> {
    if !context.is_covered {
        sales::count_on_day(tx, placed.business_day, |totals| totals.add_order(placed))?;
    }
    changed(tx, fact, OrderId::from(fact.id), context)
}

/// Something happened to an order: its row is folded anew.
pub(super) fn changed(tx: &Connection, fact: &Fact, order: OrderId, context: &Context<'_>) -> Result<(), ReplicaError> {
    tx.prepare_cached(r#"insert or ignore into order_facts ("order", fact) values (?, ?)"#)?
        .execute(params![order.as_bytes(), fact.id.as_bytes()])?;
    let Some(folded) = fold_order(tx, order, Some(fact))? else { return Ok(()) };
    let commitments = Commitments::of(&folded.state);
    if !context.is_covered {
        commitments.replace(tx, &find_commitments(tx, order)?)?;
    }
    write_row(tx, &folded, &commitments)
}

/// An order and where it stands; `None` while its placing is not known. `told` is a fact that may not be stored yet.
pub(crate) fn fold_order(tx: &Connection, order: OrderId, told: Option<&Fact>) -> Result<Option<Folded>, ReplicaError> {
    let mut all = facts_of(tx, order)?;
    all.extend(told.filter(|told| all.iter().all(|fact| fact.id != told.id)).cloned());
    let placing = all.iter().find(|fact| fact.id == FactId::from(order));
    let placed = placing
        .and_then(|fact| if let FactBody::OrderPlaced(placed) = &fact.body { Some(OrderPlaced::clone(placed)) } else { None });
    let Some(placed) = placed else { return Ok(None) };
    let state = OrderState::fold(&placed, all.iter().filter_map(|fact| order_fact(&fact.body)));
    Ok(Some(Folded { placed, state }))
}

/// The facts of an order, by id.
pub(crate) fn facts_of(tx: &Connection, order: OrderId) -> Result<Vec<Fact>, ReplicaError> {
    let mut statement = tx.prepare_cached(r#"select fact from order_facts where "order" = ? order by fact"#)?;
    let ids =
        statement.query_map([order.as_bytes()], |row| row.get(0).map(FactId::from_bytes))?.collect::<Result<Vec<_>, _>>()?;
    let mut all = Vec::with_capacity(ids.len());
    for id in ids {
        all.extend(facts::load(tx, id)?);
    }
    Ok(all)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "every other fact is no fact of an order")]
fn order_fact(body: &FactBody) -> Option<OrderFact<'_>> {
    match body {
        FactBody::OrderPaid(paid) => Some(OrderFact::Paid(paid)),
        FactBody::OrderFulfilled(fulfilled) => Some(OrderFact::Fulfilled(fulfilled)),
        FactBody::OrderCanceled(canceled) => Some(OrderFact::Canceled(canceled)),
        _ => None,
    }
}

/// Facts that a new replica needs although they may be old: those of orders and drawers that are still open.
pub fn facts_to_ship(tx: &Connection) -> Result<Vec<FactId>, ReplicaError> {
    let mut statement = tx.prepare_cached(include_str!("../sql/facts_to_ship.sql"))?;
    let facts = statement.query_map([], |row| row.get(0).map(FactId::from_bytes))?;
    Ok(facts.collect::<Result<_, _>>()?)
}

impl Commitments {
    fn of(state: &OrderState) -> Self {
        let commitments = state.commitments().into_iter();
        Self(commitments.map(|commitment| ((commitment.variant, commitment.location), commitment.quantity.thousandths)).collect())
    }

    fn replace(&self, tx: &Connection, before: &Self) -> Result<(), ReplicaError> {
        let mut differences = self.0.clone();
        for (place, quantity) in &before.0 {
            let difference = differences.entry(*place).or_default();
            *difference = difference.wrapping_sub(*quantity);
        }
        differences
            .into_iter()
            .filter(|(_, amount)| *amount != 0)
            .try_for_each(|(place, amount)| stock::commit(tx, place, amount))
    }
}

fn find_commitments(tx: &Connection, order: OrderId) -> Result<Commitments, ReplicaError> {
    let stored: Option<Vec<u8>> = tx
        .prepare_cached("select commitments from orders where id = ?")?
        .query_row([order.as_bytes()], |row| row.get(0))
        .optional()?;
    stored.map_or_else(|| Ok(Commitments::default()), |bytes| cbor::from_slice(&bytes))
}

fn write_row(tx: &Connection, folded: &Folded, commitments: &Commitments) -> Result<(), ReplicaError> {
    let Folded { placed, state } = folded;
    tx.prepare_cached(include_str!("../sql/put_order.sql"))?.execute(params![
        placed.id.as_bytes(),
        placed.number,
        placed.name,
        placed.email,
        fold(&format!("{} {} {} {}", placed.number, placed.name, placed.email, placed.phone)),
        placed.customer.map(|customer| *customer.as_bytes()),
        placed.placed_at.unix_ms,
        placed.gross.minor,
        state.paid.minor,
        placed.gross.currency.code(),
        state.status.word(),
        matches!(placed.delivery, DeliveryMethod::Collect { .. }),
        i64::try_from(placed.lines.len()).unwrap_or(i64::MAX),
        cbor::to_vec(commitments)?,
    ])?;
    Ok(())
}

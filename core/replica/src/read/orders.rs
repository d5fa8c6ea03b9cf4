//! Orders.

use rusqlite::{Row, params};
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::OrderId;
use tradepost_domain::money::Money;
use tradepost_domain::order::{OrderPlaced, OrderState, OrderStatus};
use tradepost_domain::time::Timestamp;

use super::{OrderFilter, OrderRow, Reader, count, money, page, position};
use crate::error::ReplicaError;
use crate::projections::text::fold;
use crate::projections::{Folded, facts_of, fold_order};

impl Reader {
    /// An order and where it stands.
    pub fn order(&self, id: OrderId) -> Result<Option<(OrderPlaced, OrderState)>, ReplicaError> {
        let folded = fold_order(&self.connection, id, None)?;
        Ok(folded.map(|Folded { placed, state }| (placed, state)))
    }

    /// The order with this number; of several the one placed first.
    pub fn order_by_number(&self, number: &str) -> Result<Option<(OrderPlaced, OrderState)>, ReplicaError> {
        let sql = "select id from orders where number = ? order by placed_at, id limit 1";
        let id = self.row(sql, [number.trim()], |row| row.get(0).map(OrderId::from_bytes))?;
        id.map_or(Ok(None), |id| self.order(id))
    }

    /// Orders, newest first. `search`: a part of number, name, email address or phone number.
    pub fn orders(&self, filter: &OrderFilter, limit: usize, offset: usize) -> Result<Vec<OrderRow>, ReplicaError> {
        let OrderFilter { status, search } = filter;
        let (search, limit, offset) = (fold(search.trim()), page(limit), position(offset));
        match status {
            Some(status) => {
                self.rows(include_str!("../sql/orders_of_status.sql"), params![search, limit, offset, status.word()], order_row)
            }
            None => self.rows(include_str!("../sql/orders.sql"), params![search, limit, offset], order_row),
        }
    }

    /// How many orders have a status.
    pub fn order_count(&self, status: OrderStatus) -> Result<u64, ReplicaError> {
        let count = self.row("select count(*) from orders where status = ?", [status.word()], |row| row.get::<_, i64>(0))?;
        Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
    }

    /// What happened to an order, oldest first.
    pub fn order_facts(&self, id: OrderId) -> Result<Vec<Fact>, ReplicaError> {
        let mut all = facts_of(&self.connection, id)?;
        all.sort_by_key(|fact| (happened_at(&fact.body), fact.id));
        Ok(all)
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "every other fact is no fact of an order")]
fn happened_at(body: &FactBody) -> Option<Timestamp> {
    match body {
        FactBody::OrderPlaced(placed) => Some(placed.placed_at),
        FactBody::OrderPaid(paid) => Some(paid.paid_at),
        FactBody::OrderFulfilled(fulfilled) => Some(fulfilled.fulfilled_at),
        FactBody::OrderCanceled(canceled) => Some(canceled.canceled_at),
        _ => None,
    }
}

fn order_row(row: &Row<'_>) -> rusqlite::Result<OrderRow> {
    let gross = money(row, "gross")?;
    Ok(OrderRow {
        id: OrderId::from_bytes(row.get("id")?),
        number: row.get("number")?,
        name: row.get("name")?,
        email: row.get("email")?,
        placed_at: Timestamp::from_unix_ms(row.get("placed_at")?),
        gross,
        paid: Money { minor: row.get("paid")?, ..gross },
        status: OrderStatus::from_word(row.get_ref("status")?.as_str()?).unwrap_or(OrderStatus::Open),
        is_collection: row.get("is_collection")?,
        line_count: count(row, "line_count")?,
    })
}

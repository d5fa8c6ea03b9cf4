//! Rows of customers, and of the baskets that are set aside.

use rusqlite::{Connection, params};
use tradepost_domain::basket::ParkedBasket;
use tradepost_domain::customer::Customer;
use tradepost_domain::document::Document;
use tradepost_domain::id::{CustomerId, DocumentId};

use super::catalog::find_document;
use super::text::fold;
use crate::error::ReplicaError;

/// The row of a customer is made anew.
pub(super) fn customer_changed(tx: &Connection, id: CustomerId) -> Result<(), ReplicaError> {
    tx.prepare_cached("delete from customers where id = ?")?.execute([id.as_bytes()])?;
    let Some((_, fields)) = find_document(tx, id.into())? else { return Ok(()) };
    let customer = Customer::from_fields(id.into(), &fields);
    let search_key = fold(&format!("{} {} {}", customer.name, customer.email, customer.phone));
    tx.prepare_cached("insert into customers (id, name_key, search_key) values (?, ?, ?)")?.execute(params![
        id.as_bytes(),
        fold(&customer.name),
        search_key
    ])?;
    Ok(())
}

/// A parked basket has a row until it is taken.
pub(super) fn parked_basket_changed(tx: &Connection, id: DocumentId) -> Result<(), ReplicaError> {
    tx.prepare_cached("delete from parked_baskets where id = ?")?.execute([id.as_bytes()])?;
    let Some((_, fields)) = find_document(tx, id)? else { return Ok(()) };
    let parked = ParkedBasket::from_fields(id, &fields);
    if !parked.is_taken {
        tx.prepare_cached("insert into parked_baskets (id, parked_at) values (?, ?)")?
            .execute(params![id.as_bytes(), parked.parked_at.unix_ms])?;
    }
    Ok(())
}

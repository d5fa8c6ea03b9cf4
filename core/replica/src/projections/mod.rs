//! Projections: the tables that screens read. A pure function of the set of documents and facts, so they are equal on every
//! replica whatever the order of arrival, and [`rebuild`] makes them again.
//!
//! Written in the transaction of the entry. What a sale costs does not grow with the shop's history.

pub mod bases;
pub(crate) mod catalog;
mod dump;
mod orders;
mod people;
mod rebuild;
mod sales;
mod sessions;
pub(crate) mod stock;
pub(crate) mod text;
pub(crate) mod totals;
pub(crate) mod waiting;

use rusqlite::Connection;
use tradepost_domain::document::DocumentKind;
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{DocumentId, FactId};
use tradepost_domain::time::Timestamp;

use crate::documents::StoredDocument;
use crate::error::ReplicaError;
use crate::origin::Origin;

pub use catalog::catalog_changed;
pub use dump::digests;
pub use orders::facts_to_ship;
pub(crate) use orders::{Folded, facts_of, fold_order};
pub use rebuild::{rebuild, rebuild_facts};
pub(crate) use sales::NO_SALE;

/// The entry that tells a fact.
pub struct Context<'a> {
    /// Who wrote it.
    pub origin: Origin,
    /// Its seq.
    pub seq: u64,
    /// Its place in the order for ties.
    pub lamport: u64,
    /// When, by its corrected clock.
    pub at: Timestamp,
    /// Whether the sums of a checkpoint's bases contain the fact: then it only makes rows of lists.
    pub is_covered: bool,
    /// How far the entry's whole causal past reaches into another origin: its seq there, 0 for none.
    pub knowledge: &'a dyn Fn(Origin) -> u64,
}

impl Context<'_> {
    /// Whether the entry was written by somebody who had read `seq` of `origin`.
    fn knows(&self, origin: Origin, seq: u64) -> bool {
        if origin == self.origin { seq <= self.seq } else { (self.knowledge)(origin) >= seq }
    }
}

/// A document was made, changed or removed: its rows are made anew.
pub fn document_changed(tx: &Connection, id: DocumentId, kind: DocumentKind) -> Result<(), ReplicaError> {
    match kind {
        DocumentKind::Product => catalog::product_changed(tx, id.into()),
        DocumentKind::Collection => catalog::collection_changed(tx, id.into()),
        DocumentKind::Customer => people::customer_changed(tx, id.into()),
        DocumentKind::ParkedBasket => people::parked_basket_changed(tx, id),
        // Few, and read from the documents themselves.
        DocumentKind::Shop
        | DocumentKind::Location
        | DocumentKind::Till
        | DocumentKind::StaffMember
        | DocumentKind::TaxTable
        | DocumentKind::ShippingTable => Ok(()),
    }
}

/// A document came whole that was not here before. The caller says [`catalog_changed`] when all of them are here.
pub fn document_came(tx: &Connection, document: &StoredDocument, kind: DocumentKind) -> Result<(), ReplicaError> {
    if kind != DocumentKind::Product {
        return document_changed(tx, document.id, kind);
    }
    catalog::product_came(tx, document.id.into(), document.created_at, &document.fields)
}

/// A fact was told for the first time: what a sale's lines change waits for a quieter moment.
pub fn fact_told(tx: &Connection, fact: &Fact, context: &Context<'_>) -> Result<(), ReplicaError> {
    let FactBody::SaleCompleted(sale) = &fact.body else { return fact_recorded(tx, fact, context) };
    sales::sale_added(tx, fact.id, sale, context)?;
    waiting::sale_completed(tx, fact, sale, context)
}

/// A fact takes its place in all tables.
pub fn fact_recorded(tx: &Connection, fact: &Fact, context: &Context<'_>) -> Result<(), ReplicaError> {
    stock::fact_recorded(tx, fact, context)?;
    match &fact.body {
        FactBody::SaleCompleted(sale) => sales::sale_completed(tx, fact.id, sale, context),
        FactBody::Refunded(refund) => sales::refunded(tx, fact.id, refund, context),
        FactBody::TillSessionOpened(opened) => sessions::opened(tx, opened, context),
        FactBody::CashMoved(moved) => sessions::cash_moved(tx, moved, context),
        FactBody::TillSessionClosed(closed) => sessions::closed(tx, fact.id, closed, context),
        FactBody::OrderPlaced(placed) => orders::placed(tx, fact, placed, context),
        FactBody::OrderPaid(paid) => orders::changed(tx, fact, paid.order, context),
        FactBody::OrderFulfilled(fulfilled) => orders::changed(tx, fact, fulfilled.order, context),
        FactBody::OrderCanceled(canceled) => orders::changed(tx, fact, canceled.order, context),
        FactBody::StockReceived(_)
        | FactBody::StockAdjusted(_)
        | FactBody::StockCounted(_)
        | FactBody::DeviceCertified(_)
        | FactBody::DeviceRevoked(_) => Ok(()),
    }
}

/// The id's bytes where a fact's id is one of another noun.
fn bytes_of(id: FactId) -> [u8; 16] {
    *id.as_bytes()
}

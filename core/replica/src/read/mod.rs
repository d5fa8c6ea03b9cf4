//! What screens read: rows of the projections, and the documents behind them.
//!
//! A [`Reader`] has its own connection and sees whole entries only. Lists are bounded by [`PAGE_MAX`] and are read by position or
//! after a cursor, so that a page costs the same at 100 and at 100,000 products.

mod catalog;
mod conflicts;
mod journal;
mod lists;
mod orders;
mod people;
mod reports;
mod rows;
mod sales;
mod search;
pub(crate) mod sessions;
mod settings;
mod stock;

use std::path::Path;

use rusqlite::{Connection, Params, Row};
use tradepost_domain::document::{Document, DocumentKind, Fields};
use tradepost_domain::fact::Fact;
use tradepost_domain::id::{DocumentId, FactId};
use tradepost_domain::money::{Currency, Money};

use crate::documents;
use crate::error::ReplicaError;
use crate::journal::facts;
use crate::origin::Hash;
use crate::projections;
use crate::replica::DatabaseKey;
use crate::store::{self, Mode};

pub use catalog::Among;
pub use lists::Cursor;
pub use rows::*;

/// Reads a shop. Send it to the thread that reads; it never waits for the one that writes.
pub struct Reader {
    connection: Connection,
    lists: lists::Lists,
}

impl Reader {
    /// Opens a shop's file for reading.
    pub fn open(path: &Path, key: &DatabaseKey) -> Result<Self, ReplicaError> {
        Ok(Self::over(store::open_connection(path, key, Mode::ReadOnly)?))
    }

    pub(crate) fn over(connection: Connection) -> Self {
        Self { connection, lists: lists::Lists::default() }
    }

    /// Changes whenever anybody committed something; equal numbers of one reader mean that nothing did.
    pub fn generation(&self) -> Result<u64, ReplicaError> {
        let version: i64 = self.connection.pragma_query_value(None, "data_version", |row| row.get(0))?;
        Ok(u64::try_from(version).unwrap_or(0))
    }

    /// A document; `None` where there is none of this kind under the id.
    pub fn document<D: Document>(&self, id: DocumentId) -> Result<Option<D>, ReplicaError> {
        let found = self.fields(id)?.filter(|(kind, _)| *kind == D::KIND);
        Ok(found.map(|(_, fields)| D::from_fields(id, &fields)))
    }

    /// A document's kind and fields.
    pub fn fields(&self, id: DocumentId) -> Result<Option<(DocumentKind, Fields)>, ReplicaError> {
        documents::fields(&self.connection, id)
    }

    /// What a document is; `None` where there is none under the id.
    pub fn document_kind(&self, id: DocumentId) -> Result<Option<DocumentKind>, ReplicaError> {
        documents::kind(&self.connection, id)
    }

    /// A fact.
    pub fn fact(&self, id: FactId) -> Result<Option<Fact>, ReplicaError> {
        facts::load(&self.connection, id)
    }

    /// A hash of each projection table: equal on replicas with the same documents and facts, and after a rebuild.
    pub fn projection_digests(&self) -> Result<Vec<(&'static str, Hash)>, ReplicaError> {
        projections::digests(&self.connection)
    }

    /// All rows of a statement, each made by `make`.
    fn rows<T>(
        &self,
        sql: &str,
        params: impl Params,
        make: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, ReplicaError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params, make)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The first row of a statement.
    fn row<T>(
        &self,
        sql: &str,
        params: impl Params,
        make: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, ReplicaError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query_map(params, make)?;
        Ok(rows.next().transpose()?)
    }
}

/// A page's length as SQL takes it.
fn page(limit: usize) -> i64 {
    i64::try_from(limit.min(PAGE_MAX)).unwrap_or(0)
}

/// A position in a list as SQL takes it.
fn position(offset: usize) -> i64 {
    i64::try_from(offset).unwrap_or(i64::MAX)
}

/// A count as it stands in a row.
fn count(row: &Row<'_>, column: &str) -> rusqlite::Result<u32> {
    Ok(u32::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}

/// An amount whose currency stands beside it.
fn money(row: &Row<'_>, column: &str) -> rusqlite::Result<Money> {
    let currency: Currency = row.get_ref("currency")?.as_str()?.parse().unwrap_or(Currency::USD);
    Ok(Money::from_minor(row.get(column)?, currency))
}

/// An amount that may be missing.
fn find_money(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Money>> {
    let Ok(currency) = row.get_ref("currency")?.as_str()?.parse() else { return Ok(None) };
    Ok(row.get::<_, Option<i64>>(column)?.map(|minor| Money::from_minor(minor, currency)))
}

/// The words of a search, each as SQL's `instr` takes it.
fn search_words(search: &str) -> Vec<String> {
    crate::projections::text::fold(search).split_whitespace().map(str::to_owned).collect()
}

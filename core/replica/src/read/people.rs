//! Customers, and baskets set aside.

use rusqlite::params;
use tradepost_domain::basket::ParkedBasket;
use tradepost_domain::customer::Customer;
use tradepost_domain::document::Document;
use tradepost_domain::id::{CustomerId, DocumentId};

use super::{Reader, page, position, search_words};
use crate::error::ReplicaError;

impl Reader {
    /// A customer.
    pub fn customer(&self, id: CustomerId) -> Result<Option<Customer>, ReplicaError> {
        self.document(id.into())
    }

    /// Customers by name. `search`: parts of name, email address or phone number.
    pub fn customers(&self, search: &str, limit: usize, offset: usize) -> Result<Vec<Customer>, ReplicaError> {
        let words = search_words(search);
        let word = |index: usize| words.get(index).map_or("", String::as_str);
        let sql = include_str!("../sql/customers.sql");
        let ids = self.rows(sql, params![word(0), word(1), word(2), page(limit), position(offset)], |row| {
            row.get(0).map(DocumentId::from_bytes)
        })?;
        self.all(ids)
    }

    /// Baskets set aside and not taken yet, the latest first.
    pub fn parked_baskets(&self) -> Result<Vec<ParkedBasket>, ReplicaError> {
        let sql = "select id from parked_baskets order by parked_at desc, id limit ?";
        let ids = self.rows(sql, [page(usize::MAX)], |row| row.get(0).map(DocumentId::from_bytes))?;
        self.all(ids)
    }

    fn all<D: Document>(&self, ids: Vec<DocumentId>) -> Result<Vec<D>, ReplicaError> {
        ids.into_iter().filter_map(|id| self.document(id).transpose()).collect()
    }
}

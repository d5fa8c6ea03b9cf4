//! Customers.

use serde::{Deserialize, Serialize};

use crate::id::CustomerId;
use crate::shop::Address;

/// Who buys. One document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// Full name.
    pub name: String,
    /// Email address, or empty.
    pub email: String,
    /// Phone number, or empty.
    pub phone: String,
    /// Where they live.
    pub address: Address,
    /// The shop's own note.
    pub note: String,
}
// OWNER domain: Document impl.

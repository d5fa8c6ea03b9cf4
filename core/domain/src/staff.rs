//! Staff: who works here, their PINs and what they may do.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::id::StaffId;

/// What a staff member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Sell and take payment.
    Sell,
    /// Give discounts and change prices in a basket.
    Discount,
    /// Refund.
    Refund,
    /// Open and close till sessions, move cash.
    RunTill,
    /// Receive, adjust and count stock.
    Stock,
    /// Edit products and prices.
    EditCatalog,
    /// See reports.
    Reports,
    /// Staff, devices, settings.
    Administer,
}

/// A role: a named set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Owner,
    /// Everything but staff and devices.
    Manager,
    /// Sells, refunds, runs a till.
    Cashier,
}

/// Who works here. One document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffMember {
    /// Its id.
    pub id: StaffId,
    /// The name on receipts.
    pub name: String,
    /// The role.
    pub role: Role,
    /// The PIN, hashed with argon2id (PHC string); empty: no PIN, cannot sign in at a till.
    pub pin_hash: String,
    /// Whether this person works here now.
    pub is_active: bool,
    /// Permissions beyond the role.
    pub extra_permissions: BTreeSet<Permission>,
}
// OWNER domain: Role::permissions(); StaffMember::may(Permission); hash_pin(pin, salt:[u8;16]) -> Result<String, PinError> (4..=8 digits; argon2id, cost fit for a till: ~50 ms);
// verify_pin(pin, hash) -> bool; PinLockout {failures, locked_until} pure: register_failure(now)/may_try(now): 5 tries then pause 30 s doubling to 15 min. Document impl.

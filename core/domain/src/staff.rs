//! Staff: who works here, their PINs and what they may do.

use std::collections::BTreeSet;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};

use crate::document::{Document, DocumentKind, Fields};
use crate::id::{DocumentId, StaffId};
use crate::time::Timestamp;
use crate::word::words;

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

words! { Permission {
    Sell = "sell", Discount = "discount", Refund = "refund", RunTill = "run_till", Stock = "stock",
    EditCatalog = "edit_catalog", Reports = "reports", Administer = "administer",
} }
words! { Role { Owner = "owner", Manager = "manager", Cashier = "cashier" } }

impl Role {
    /// What the role may do.
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Owner => Permission::ALL,
            Self::Manager => &[
                Permission::Sell,
                Permission::Discount,
                Permission::Refund,
                Permission::RunTill,
                Permission::Stock,
                Permission::EditCatalog,
                Permission::Reports,
            ],
            Self::Cashier => &[Permission::Sell, Permission::Refund, Permission::RunTill],
        }
    }
}

impl StaffMember {
    /// Whether this person may do it: works here, and has it by role or beyond it.
    pub fn may(&self, permission: Permission) -> bool {
        self.is_active && (self.role.permissions().contains(&permission) || self.extra_permissions.contains(&permission))
    }
}

/// The PIN cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// Too short, too long, or not of digits.
    #[error("a PIN has 4 to 8 digits")]
    NotFourToEightDigits,
    /// The hash function refused.
    #[error("the PIN could not be stored: try again")]
    Hash,
}

/// Memory for one hash, KiB. With three passes it takes some 50 ms on a till's processor: unnoticed by a cashier, and a
/// thief of the file is held up a little. A PIN has few digits, so what protects it is the file's encryption and the lockout.
const PIN_MEMORY_KIB: u32 = 19 * 1024;
const PIN_PASSES: u32 = 3;
/// The most memory and passes that a stored hash may ask for: it may come from a peer, and must not stop a till.
const PIN_MEMORY_KIB_MAX: u32 = 64 * 1024;
const PIN_PASSES_MAX: u32 = 10;

/// Hashes a PIN of 4 to 8 digits with argon2id; the result is a PHC string. The salt is random and used once.
pub fn hash_pin(pin: &str, salt: [u8; 16]) -> Result<String, PinError> {
    if !is_pin(pin) {
        return Err(PinError::NotFourToEightDigits);
    }
    let params = Params::new(PIN_MEMORY_KIB, PIN_PASSES, 1, None).map_err(|_| PinError::Hash)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon2.hash_password_with_salt(pin.as_bytes(), &salt).map_err(|_| PinError::Hash)?;
    Ok(hash.to_string())
}

/// Whether the PIN is the one that was hashed. An unreadable, empty or too expensive hash fits no PIN.
pub fn verify_pin(pin: &str, hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else { return false };
    is_pin(pin) && is_affordable(&hash) && Argon2::default().verify_password(pin.as_bytes(), &hash).is_ok()
}

fn is_pin(pin: &str) -> bool {
    (4..=8).contains(&pin.len()) && pin.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_affordable(hash: &PasswordHash) -> bool {
    Params::try_from(hash)
        .is_ok_and(|params| params.m_cost() <= PIN_MEMORY_KIB_MAX && params.t_cost() <= PIN_PASSES_MAX && params.p_cost() <= 4)
}

/// Wrong PINs in a row, and until when no further one is tried. Pure: whoever calls brings the time and keeps the value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinLockout {
    /// Wrong PINs since the last right one.
    pub failures: u32,
    /// No PIN is tried before this.
    pub locked_until: Option<Timestamp>,
}

/// So many wrong PINs are free.
const PIN_TRIES: u32 = 5;
/// The first pause; each further wrong PIN doubles it.
const PIN_PAUSE_MS: i64 = 30_000;
/// The longest pause.
const PIN_PAUSE_MS_MAX: i64 = 15 * 60_000;

impl PinLockout {
    /// Whether a PIN may be tried now; otherwise the milliseconds to wait.
    pub fn may_try(&self, now: Timestamp) -> Result<(), u64> {
        let wait_ms = self.locked_until.map_or(0, |until| until.unix_ms.saturating_sub(now.unix_ms));
        match u64::try_from(wait_ms) {
            // Longer than any pause: the clock was set back, and that must not lock a till for a day.
            Ok(wait_ms) if wait_ms > 0 && wait_ms <= PIN_PAUSE_MS_MAX.unsigned_abs() => Err(wait_ms),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Counts a wrong PIN: the fifth pauses for 30 seconds, each further one twice as long, up to 15 minutes.
    #[must_use]
    pub fn register_failure(self, now: Timestamp) -> Self {
        let failures = self.failures.saturating_add(1);
        let locked_until = failures.checked_sub(PIN_TRIES).map(|doublings| {
            let pause_ms = PIN_PAUSE_MS.saturating_mul(1 << doublings.min(16)).min(PIN_PAUSE_MS_MAX);
            Timestamp::from_unix_ms(now.unix_ms.saturating_add(pause_ms))
        });
        Self { failures, locked_until }
    }

    /// Forgets the wrong PINs after a right one.
    #[must_use]
    pub fn register_success(self) -> Self {
        Self::default()
    }
}

/// `name`, `role`, `pin_hash`, `active`, `permissions/<permission>`. An unknown role is the least one.
impl Document for StaffMember {
    const KIND: DocumentKind = DocumentKind::StaffMember;

    fn document_id(&self) -> DocumentId {
        self.id.into()
    }

    fn from_fields(id: DocumentId, fields: &Fields) -> Self {
        Self {
            id: id.into(),
            name: fields.text("name").to_owned(),
            role: Role::from_word(fields.text("role")).unwrap_or(Role::Cashier),
            pin_hash: fields.text("pin_hash").to_owned(),
            is_active: fields.is_set("active"),
            extra_permissions: fields.set_of("permissions").iter().filter_map(|word| Permission::from_word(word)).collect(),
        }
    }

    fn to_fields(&self) -> Fields {
        let Self { id: _, name, role, pin_hash, is_active, extra_permissions } = self;
        let mut fields = Fields::new();
        fields.set_text("name", name);
        fields.set_text("role", role.word());
        fields.set_text("pin_hash", pin_hash);
        fields.set_flag("active", *is_active);
        extra_permissions.iter().for_each(|permission| fields.set_flag(format!("permissions/{}", permission.word()), true));
        fields
    }
}

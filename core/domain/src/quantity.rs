//! Quantities: whole thousandths of a unit, so that counted and weighed goods add up exactly.

use serde::{Deserialize, Serialize};

/// What a quantity is measured in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is the unit of the same name")]
pub enum Unit {
    #[default]
    Each,
    Kilogram,
    Gram,
    Liter,
    Meter,
    Hour,
}

/// A quantity in thousandths of its unit. Negative where goods come back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity {
    /// Thousandths: 2 pieces are 2000, 1.25 kg are 1250.
    pub thousandths: i64,
}

impl Quantity {
    /// One.
    pub const ONE: Self = Self { thousandths: 1000 };
    /// None.
    pub const ZERO: Self = Self { thousandths: 0 };

    /// This many thousandths.
    pub const fn from_thousandths(thousandths: i64) -> Self {
        Self { thousandths }
    }
}
// OWNER domain: from_whole(i64) -> Option; parse ("2", "1.25"); Display; checked_add/sub/neg; times(Money) -> Result<Money> rounding half up named.

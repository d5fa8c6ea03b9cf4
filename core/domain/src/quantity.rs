//! Quantities: whole thousandths of a unit, so that counted and weighed goods add up exactly.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::money::{ScaledError, format_scaled, parse_scaled};
use crate::word::words;

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

words! { Unit {
    Each = "each", Kilogram = "kilogram", Gram = "gram", Liter = "liter", Meter = "meter", Hour = "hour",
} }

impl Unit {
    /// What stands behind a number: "1.25 kg"; nothing for pieces.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Each => "",
            Self::Kilogram => "kg",
            Self::Gram => "g",
            Self::Liter => "l",
            Self::Meter => "m",
            Self::Hour => "h",
        }
    }
}

/// A quantity in thousandths of its unit. Negative where goods come back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity {
    /// Thousandths: 2 pieces are 2000, 1.25 kg are 1250.
    pub thousandths: i64,
}

/// Why a quantity could not be read or computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not a quantity.
    #[error("not a quantity: write it like 2 or 1.25")]
    NotAQuantity,
    /// More than three decimals.
    #[error("a quantity has at most three decimals")]
    TooManyDecimals,
    /// The quantity is out of range.
    #[error("the quantity is too large")]
    Overflow,
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

    /// This many whole units; `None` when it does not fit.
    pub fn from_whole(units: i64) -> Option<Self> {
        units.checked_mul(1000).map(Self::from_thousandths)
    }

    /// The number of units where it is whole.
    pub const fn to_whole(self) -> Option<i64> {
        if self.thousandths % 1000 == 0 { Some(self.thousandths / 1000) } else { None }
    }

    /// Reads `2`, `1.25` or `1,25`.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        parse_scaled(text, 3).map(Self::from_thousandths).map_err(|problem| match problem {
            ScaledError::NotANumber => QuantityError::NotAQuantity,
            ScaledError::TooManyDecimals => QuantityError::TooManyDecimals,
            ScaledError::Overflow => QuantityError::Overflow,
        })
    }

    /// The sum of two quantities of one unit.
    pub fn checked_add(self, other: Self) -> Result<Self, QuantityError> {
        self.thousandths.checked_add(other.thousandths).map(Self::from_thousandths).ok_or(QuantityError::Overflow)
    }

    /// The difference of two quantities of one unit.
    pub fn checked_sub(self, other: Self) -> Result<Self, QuantityError> {
        self.thousandths.checked_sub(other.thousandths).map(Self::from_thousandths).ok_or(QuantityError::Overflow)
    }

    /// The quantity with the opposite sign.
    pub fn checked_neg(self) -> Result<Self, QuantityError> {
        self.thousandths.checked_neg().map(Self::from_thousandths).ok_or(QuantityError::Overflow)
    }

    /// With its unit, for people: `2`, `1.25 kg`.
    pub fn with_unit(self, unit: Unit) -> String {
        match unit.symbol() {
            "" => self.to_string(),
            symbol => format!("{self} {symbol}"),
        }
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        Self::parse(text)
    }
}

/// Without needless zeros: `2`, `1.25`.
impl fmt::Display for Quantity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format_scaled(self.thousandths, 3);
        out.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

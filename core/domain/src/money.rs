//! Money: whole minor units of one currency. All rounding of the product has its name here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An ISO 4217 currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// An amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units: cents, pence, yen.
    pub minor: i64,
    /// Of this currency.
    pub currency: Currency,
}

/// Why an amount could not be read or computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a currency code.
    #[error("not a currency: write its three letters, such as USD")]
    UnknownCurrency,
    /// Not an amount.
    #[error("not an amount: write it like 12.50")]
    NotAnAmount,
    /// More decimals than the currency has.
    #[error("too many decimals for this currency")]
    TooManyDecimals,
    /// Two currencies in one sum.
    #[error("amounts of two currencies cannot be added")]
    CurrencyMismatch,
    /// The amount is out of range.
    #[error("the amount is too large")]
    Overflow,
}

impl Currency {
    /// The currency's three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(code: &str) -> Result<Self, MoneyError> {
        match *code.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Self([a, b, c])),
            _ => Err(MoneyError::UnknownCurrency),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;
    fn try_from(code: String) -> Result<Self, MoneyError> {
        code.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

impl Money {
    /// This many minor units.
    pub const fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }
    /// Nothing.
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }
}
// OWNER domain: exponent() by ISO 4217; parse("12.50", currency); Display "12.50 USD"; to_decimal() "12.50"; checked_add/sub/neg/mul;
// allocate(weights) -> Vec<Money> (largest remainder, sum exact); round_half_even / round_half_up division helpers; round_to_cash(smallest_coin_minor).

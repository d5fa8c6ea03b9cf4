//! Money: whole minor units of one currency. All rounding of the product has its name here.
//!
//! Nothing here panics or wraps: what does not fit is [`MoneyError::Overflow`]. Divisions go through [`round_half_up`] or
//! [`round_half_even`], shares through [`Money::allocate`], cash through [`Money::round_to_coin`].

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::quantity::Quantity;
use crate::tax::RateMillionths;

/// An ISO 4217 currency.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// An amount of money.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
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

/// ISO 4217's codes, sorted, with those withdrawn since 2015 that old files still carry. Metals, funds and test codes are not money here.
const CODES: &[[u8; 3]] = &[
    *b"AED", *b"AFN", *b"ALL", *b"AMD", *b"ANG", *b"AOA", *b"ARS", *b"AUD", *b"AWG", *b"AZN", *b"BAM", *b"BBD", *b"BDT", *b"BGN",
    *b"BHD", *b"BIF", *b"BMD", *b"BND", *b"BOB", *b"BRL", *b"BSD", *b"BTN", *b"BWP", *b"BYN", *b"BZD", *b"CAD", *b"CDF", *b"CHF",
    *b"CLF", *b"CLP", *b"CNY", *b"COP", *b"CRC", *b"CUP", *b"CVE", *b"CZK", *b"DJF", *b"DKK", *b"DOP", *b"DZD", *b"EGP", *b"ERN",
    *b"ETB", *b"EUR", *b"FJD", *b"FKP", *b"GBP", *b"GEL", *b"GHS", *b"GIP", *b"GMD", *b"GNF", *b"GTQ", *b"GYD", *b"HKD", *b"HNL",
    *b"HRK", *b"HTG", *b"HUF", *b"IDR", *b"ILS", *b"INR", *b"IQD", *b"IRR", *b"ISK", *b"JMD", *b"JOD", *b"JPY", *b"KES", *b"KGS",
    *b"KHR", *b"KMF", *b"KPW", *b"KRW", *b"KWD", *b"KYD", *b"KZT", *b"LAK", *b"LBP", *b"LKR", *b"LRD", *b"LSL", *b"LYD", *b"MAD",
    *b"MDL", *b"MGA", *b"MKD", *b"MMK", *b"MNT", *b"MOP", *b"MRU", *b"MUR", *b"MVR", *b"MWK", *b"MXN", *b"MYR", *b"MZN", *b"NAD",
    *b"NGN", *b"NIO", *b"NOK", *b"NPR", *b"NZD", *b"OMR", *b"PAB", *b"PEN", *b"PGK", *b"PHP", *b"PKR", *b"PLN", *b"PYG", *b"QAR",
    *b"RON", *b"RSD", *b"RUB", *b"RWF", *b"SAR", *b"SBD", *b"SCR", *b"SDG", *b"SEK", *b"SGD", *b"SHP", *b"SLE", *b"SLL", *b"SOS",
    *b"SRD", *b"SSP", *b"STN", *b"SVC", *b"SYP", *b"SZL", *b"THB", *b"TJS", *b"TMT", *b"TND", *b"TOP", *b"TRY", *b"TTD", *b"TWD",
    *b"TZS", *b"UAH", *b"UGX", *b"USD", *b"UYU", *b"UYW", *b"UZS", *b"VED", *b"VES", *b"VND", *b"VUV", *b"WST", *b"XAF", *b"XCD",
    *b"XCG", *b"XOF", *b"XPF", *b"YER", *b"ZAR", *b"ZMW", *b"ZWG", *b"ZWL",
];

impl Currency {
    /// The United States dollar.
    pub const USD: Self = Self(*b"USD");
    /// The euro.
    pub const EUR: Self = Self(*b"EUR");
    /// The pound sterling.
    pub const GBP: Self = Self(*b"GBP");
    /// The Swiss franc.
    pub const CHF: Self = Self(*b"CHF");
    /// The yen: no minor unit.
    pub const JPY: Self = Self(*b"JPY");

    /// Every currency, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        CODES.iter().copied().map(Self)
    }

    /// The currency's three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// How many decimals the currency's minor unit stands for (ISO 4217).
    pub const fn exponent(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX" | b"VND"
            | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }

    /// How many minor units make one unit: 100 for the dollar, 1 for the yen.
    pub const fn minor_per_unit(self) -> i64 {
        10_i64.pow(self.exponent())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(code: &str) -> Result<Self, MoneyError> {
        let letters: [u8; 3] = code.as_bytes().try_into().map_err(|_| MoneyError::UnknownCurrency)?;
        CODES.binary_search(&letters).map(|_| Self(letters)).map_err(|_| MoneyError::UnknownCurrency)
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

impl fmt::Debug for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

/// Divides and rounds to the nearest whole number; a half goes away from zero, as on invoices.
pub const fn round_half_up(numerator: i128, denominator: NonZeroU64) -> i128 {
    round_with(numerator, denominator, true)
}

/// Divides and rounds to the nearest whole number; a half goes to the even neighbor, so that long sums of halves do not drift.
pub const fn round_half_even(numerator: i128, denominator: NonZeroU64) -> i128 {
    round_with(numerator, denominator, false)
}

const fn round_with(numerator: i128, denominator: NonZeroU64, half_goes_up: bool) -> i128 {
    let denominator = denominator.get() as i128;
    let quotient = numerator / denominator;
    let rest = (numerator % denominator).abs();
    let half_moves = half_goes_up || quotient % 2 != 0;
    let moves = rest * 2 > denominator || (rest * 2 == denominator && half_moves);
    if moves { quotient + numerator.signum() } else { quotient }
}

const THOUSAND: NonZeroU64 = NonZeroU64::new(1_000).unwrap();
const MILLION: NonZeroU64 = NonZeroU64::new(1_000_000).unwrap();

impl Money {
    /// This many minor units.
    pub const fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing.
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// Whether it is nothing.
    pub const fn is_zero(&self) -> bool {
        self.minor == 0
    }

    /// Whether it is less than nothing.
    pub const fn is_negative(&self) -> bool {
        self.minor < 0
    }

    /// Reads an amount such as `12.50`, `12,5` or `-3`. Spaces around it are ignored.
    ///
    /// Grouped digits are refused rather than guessed: `1,250` is 1.25 to one reader and 1250 to another.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let exponent = usize::try_from(currency.exponent()).map_err(|_| MoneyError::Overflow)?;
        let minor = parse_scaled(text, exponent).map_err(|problem| match problem {
            ScaledError::NotANumber => MoneyError::NotAnAmount,
            ScaledError::TooManyDecimals => MoneyError::TooManyDecimals,
            ScaledError::Overflow => MoneyError::Overflow,
        })?;
        Ok(Self { minor, currency })
    }

    /// The amount without its currency: `12.50`, `-0.05`, and `1250` of a currency without a minor unit.
    pub fn to_decimal(&self) -> String {
        format_scaled(self.minor, usize::try_from(self.currency.exponent()).unwrap_or(0))
    }

    /// The sum of two amounts of one currency.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.with_minor(i128::from(self.minor) + i128::from(other.minor))
    }

    /// The difference of two amounts of one currency.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.with_minor(i128::from(self.minor) - i128::from(other.minor))
    }

    /// The amount with the opposite sign.
    pub fn checked_neg(self) -> Result<Self, MoneyError> {
        self.with_minor(-i128::from(self.minor))
    }

    /// The amount so many times.
    pub fn checked_mul(self, times: i64) -> Result<Self, MoneyError> {
        self.with_minor(i128::from(self.minor) * i128::from(times))
    }

    /// The sum of amounts, all of `currency`.
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::checked_add)
    }

    /// The price of `quantity` at this price for one unit, rounded half up.
    pub fn times(self, quantity: Quantity) -> Result<Self, MoneyError> {
        let product = i128::from(self.minor) * i128::from(quantity.thousandths);
        self.with_minor(round_half_up(product, THOUSAND))
    }

    /// This part of the amount, rounded half up.
    pub fn at_rate(self, rate: RateMillionths) -> Result<Self, MoneyError> {
        let product = i128::from(self.minor) * i128::from(rate.0);
        self.with_minor(round_half_up(product, MILLION))
    }

    /// `part / whole` of the amount, rounded half up. Nothing when `whole` is not positive.
    pub fn share(self, part: i64, whole: i64) -> Result<Self, MoneyError> {
        let Some(whole) = u64::try_from(whole).ok().and_then(NonZeroU64::new) else {
            return Ok(Self::zero(self.currency));
        };
        self.with_minor(round_half_up(i128::from(self.minor) * i128::from(part), whole))
    }

    /// The nearest amount that can be paid with coins of `smallest_coin_minor`, a half away from zero; 1 or less leaves it as it is.
    pub fn round_to_coin(self, smallest_coin_minor: i64) -> Result<Self, MoneyError> {
        let Some(coin) = u64::try_from(smallest_coin_minor).ok().and_then(NonZeroU64::new) else {
            return Ok(self);
        };
        self.with_minor(round_half_up(i128::from(self.minor), coin) * i128::from(coin.get()))
    }

    /// Splits the amount by weight so that the parts sum to it exactly, largest remainder first, then the earlier part.
    ///
    /// Where every weight is zero the parts are as equal as can be. A negative weight counts as zero. No weights: no parts.
    /// With weights that sum to at least the amount no part exceeds its weight.
    pub fn allocate(&self, weights: &[i64]) -> Vec<Self> {
        let weights: Vec<i128> = weights.iter().map(|weight| i128::from((*weight).max(0))).collect();
        let total: i128 = weights.iter().sum();
        if total > 0 {
            self.allocate_by(&weights, total)
        } else {
            self.allocate_by(&vec![1; weights.len()], weights.len() as i128)
        }
    }

    fn allocate_by(&self, weights: &[i128], total: i128) -> Vec<Self> {
        let amount = i128::from(self.minor).abs();
        let mut parts: Vec<i128> = weights.iter().map(|weight| amount * weight / total).collect();
        let left = usize::try_from(amount - parts.iter().sum::<i128>()).unwrap_or(0);
        if left > 0 {
            let mut by_remainder: Vec<(i128, usize)> =
                weights.iter().enumerate().map(|(index, weight)| (-(amount * weight % total), index)).collect();
            by_remainder.sort_unstable();
            for (_, index) in by_remainder.into_iter().take(left) {
                if let Some(part) = parts.get_mut(index) {
                    *part += 1;
                }
            }
        }
        let sign = if self.minor < 0 { -1 } else { 1 };
        // A part is never larger than the whole, which is an i64.
        parts.into_iter().map(|part| Self { minor: i64::try_from(part * sign).unwrap_or(self.minor), ..*self }).collect()
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency { Ok(()) } else { Err(MoneyError::CurrencyMismatch) }
    }

    fn with_minor(self, minor: i128) -> Result<Self, MoneyError> {
        let minor = i64::try_from(minor).map_err(|_| MoneyError::Overflow)?;
        Ok(Self { minor, currency: self.currency })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.to_decimal(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Money({self})")
    }
}

/// For people and scripts: `{"minor":1250,"currency":"USD"}`.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Money")]
struct ReadableMoney {
    minor: i64,
    currency: Currency,
}

/// In facts: `[1250,"USD"]`; a sale carries dozens of amounts.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Money")]
struct CompactMoney(i64, Currency);

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { minor, currency } = *self;
        if serializer.is_human_readable() {
            ReadableMoney { minor, currency }.serialize(serializer)
        } else {
            CompactMoney(minor, currency).serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            ReadableMoney::deserialize(deserializer).map(|ReadableMoney { minor, currency }| Self { minor, currency })
        } else {
            CompactMoney::deserialize(deserializer).map(|CompactMoney(minor, currency)| Self { minor, currency })
        }
    }
}

/// Why a decimal text is not a whole number of its smallest unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScaledError {
    NotANumber,
    TooManyDecimals,
    Overflow,
}

/// Reads a decimal text as a whole number of units of `10^-decimals`.
pub(crate) fn parse_scaled(text: &str, decimals: usize) -> Result<i64, ScaledError> {
    let text = text.trim();
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    let all_digits = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    if !all_digits || (whole.is_empty() && fraction.is_empty()) {
        return Err(ScaledError::NotANumber);
    }
    if fraction.len() > decimals {
        return Err(ScaledError::TooManyDecimals);
    }
    let padding = std::iter::repeat_n(b'0', decimals - fraction.len());
    let magnitude = whole.bytes().chain(fraction.bytes()).chain(padding).try_fold(0_i128, |sum, digit| {
        // Stops long before an i128 is full, however long the text is.
        let sum = sum * 10 + i128::from(digit - b'0');
        (sum <= i128::from(i64::MAX) + 1).then_some(sum)
    });
    let magnitude = magnitude.ok_or(ScaledError::Overflow)?;
    i64::try_from(if is_negative { -magnitude } else { magnitude }).map_err(|_| ScaledError::Overflow)
}

/// Writes a whole number of units of `10^-decimals` as a decimal text with all its decimals.
pub(crate) fn format_scaled(value: i64, decimals: usize) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let digits = format!("{:0width$}", value.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    if decimals == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

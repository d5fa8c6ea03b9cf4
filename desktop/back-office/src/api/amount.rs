//! Money, quantities and times as screens show them: the exact number, and the words for it.

use serde::Serialize;
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::quantity::{Quantity, Unit};
use tradepost_domain::time::Timestamp;
use ts_rs::TS;

use super::error::{ApiError, ApiResult};

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Amount {
    /// Minor units.
    pub minor: i64,
    /// The currency's three letters.
    pub currency: String,
    /// For reading: `$1,250.00`.
    pub text: String,
    /// For editing: `1250.00`.
    pub decimal: String,
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self { minor: money.minor, currency: money.currency.to_string(), text: money_text(money), decimal: money.to_decimal() }
    }
}

/// A quantity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Count {
    /// Thousandths of the unit.
    pub thousandths: i64,
    /// For reading: `2`, `1.25 kg`.
    pub text: String,
}

impl From<Quantity> for Count {
    fn from(quantity: Quantity) -> Self {
        Self { thousandths: quantity.thousandths, text: grouped(&quantity.to_string()) }
    }
}

impl Count {
    /// The quantity with its unit.
    pub fn with_unit(quantity: Quantity, unit: Unit) -> Self {
        Self { thousandths: quantity.thousandths, text: quantity.with_unit(unit) }
    }
}

/// A point in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Moment {
    /// Milliseconds since 1970-01-01 UTC.
    pub unix_ms: i64,
    /// In the shop's zone: `2026-11-22 14:05`.
    pub text: String,
}

impl Moment {
    /// A moment in the zone that is `offset_minutes` ahead of UTC.
    pub fn at(at: Timestamp, offset_minutes: i32) -> Self {
        let local = Timestamp::from_unix_ms(at.unix_ms.saturating_add(i64::from(offset_minutes) * 60_000));
        let text = local.to_string();
        let minutes = text.get(..16).unwrap_or(&text).replace('T', " ");
        Self { unix_ms: at.unix_ms, text: minutes }
    }
}

/// How serious a mark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each says itself")]
pub enum Tone {
    Neutral,
    Good,
    Soon,
    Bad,
    News,
}

/// A short word about something's state. Never its color alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Mark {
    /// The word.
    pub text: String,
    /// How serious.
    pub tone: Tone,
}

impl Mark {
    /// A mark.
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }
}

/// Reads an amount that a person typed; `what` names the field in the message.
pub fn parse_money(text: &str, currency: Currency, what: &str) -> ApiResult<Money> {
    Money::parse(text, currency).map_err(|problem| ApiError::input(format!("{what}: {problem}.")))
}

/// Reads an amount that may be left empty.
pub fn parse_optional_money(text: &str, currency: Currency, what: &str) -> ApiResult<Option<Money>> {
    if text.trim().is_empty() { Ok(None) } else { parse_money(text, currency, what).map(Some) }
}

/// Reads a quantity that a person typed.
pub fn parse_quantity(text: &str, what: &str) -> ApiResult<Quantity> {
    Quantity::parse(text).map_err(|problem| ApiError::input(format!("{what}: {problem}.")))
}

/// `$1,250.00`, `-€0.05`, `CHF 12.00`, `¥1,250`.
pub fn money_text(money: Money) -> String {
    let decimal = grouped(&money.to_decimal());
    let (sign, digits) = match decimal.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", decimal.as_str()),
    };
    match symbol(money.currency.code()) {
        Some(symbol) => format!("{sign}{symbol}{digits}"),
        None => format!("{sign}{} {digits}", money.currency),
    }
}

fn symbol(code: &str) -> Option<&'static str> {
    Some(match code {
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "JPY" => "¥",
        "CAD" => "CA$",
        "AUD" => "A$",
        "NZD" => "NZ$",
        "INR" => "₹",
        "KRW" => "₩",
        _ => return None,
    })
}

/// The whole part of a decimal text in groups of three.
fn grouped(decimal: &str) -> String {
    let (sign, digits) = match decimal.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", decimal),
    };
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut text = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text.push_str(fraction);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_reads_with_its_symbol_and_in_groups() {
        let table = [
            (125_000, Currency::USD, "$1,250.00"),
            (-5, Currency::EUR, "-€0.05"),
            (1_200, Currency::CHF, "CHF 12.00"),
            (1_250, Currency::JPY, "¥1,250"),
            (100_000_000, Currency::GBP, "£1,000,000.00"),
            (99, Currency::USD, "$0.99"),
        ];
        for (minor, currency, text) in table {
            assert_eq!(money_text(Money::from_minor(minor, currency)), text);
        }
    }

    #[test]
    fn a_moment_reads_in_the_zone_of_the_shop() {
        let at = "2026-11-22T23:30:00Z".parse().unwrap();
        assert_eq!(Moment::at(at, 60).text, "2026-11-23 00:30");
    }
}

//! Cells as values: amounts, quantities, weights, yes and no. Each reading says whether the cell holds exactly that value, so that a cell that
//! does not (`907.003303052` grams) can be kept beside it and exported again.

use std::num::NonZeroU64;

use tradepost_domain::barcode::{Gtin, GtinError};
use tradepost_domain::catalog::{ProductStatus, StockPolicy};
use tradepost_domain::money::{Currency, Money, round_half_even};
use tradepost_domain::quantity::{Quantity, Unit};

/// A cell's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Read<T> {
    /// The cell is empty.
    Empty,
    /// It holds this value.
    Exact(T),
    /// It holds a value with more decimals; this is the nearest.
    Rounded(T),
    /// It cannot be read.
    Unreadable,
}

impl<T: Copy> Read<T> {
    /// The value, if there is one.
    pub(crate) fn value(self) -> Option<T> {
        match self {
            Self::Exact(value) | Self::Rounded(value) => Some(value),
            Self::Empty | Self::Unreadable => None,
        }
    }

    fn map<U>(self, into: impl FnOnce(T) -> U) -> Read<U> {
        match self {
            Self::Empty => Read::Empty,
            Self::Exact(value) => Read::Exact(into(value)),
            Self::Rounded(value) => Read::Rounded(into(value)),
            Self::Unreadable => Read::Unreadable,
        }
    }
}

/// An amount: `12.50`, `12,50`, `1,299.00`, `1.299,00`, with a currency sign or without.
pub(crate) fn money(cell: &str, currency: Currency) -> Read<Money> {
    let bare = cell.trim().trim_matches(|letter: char| "$€£¥₹ \u{a0}".contains(letter));
    let bare = bare.strip_suffix(currency.code()).or_else(|| bare.strip_prefix(currency.code())).unwrap_or(bare);
    if bare.trim().is_empty() && !cell.trim().is_empty() {
        return Read::Unreadable;
    }
    decimal(bare, currency.exponent()).map(|minor| Money::from_minor(minor, currency))
}

/// Whether a cell holds no amount, or zero.
pub(crate) fn is_no_amount(cell: &str) -> bool {
    let bare = cell.trim().trim_matches(|letter: char| "$€£¥₹ \u{a0}".contains(letter));
    decimal(bare, 2).value().is_none_or(|units| units <= 0)
}

/// A quantity.
pub(crate) fn quantity(cell: &str) -> Read<Quantity> {
    decimal(cell, 3).map(Quantity::from_thousandths)
}

/// A whole number.
pub(crate) fn whole(cell: &str) -> Read<i64> {
    decimal(cell, 0)
}

/// A decimal number in units of `10^-places`, rounded half to even where it has more.
fn decimal(cell: &str, places: u32) -> Read<i64> {
    let text = cell.trim();
    if text.is_empty() {
        return Read::Empty;
    }
    let Some((is_negative, whole, fraction)) = parts(text) else { return Read::Unreadable };
    let digits = format!("{whole}{fraction}");
    let Ok(number) = digits.parse::<i128>() else { return Read::Unreadable };
    let number = if is_negative { -number } else { number };
    let scale = u32::try_from(fraction.len()).unwrap_or(u32::MAX);
    let (units, is_exact) = if scale <= places {
        (number.checked_mul(10_i128.pow(places - scale)), true)
    } else {
        let Some(divisor) = 10_u64.checked_pow(scale - places).and_then(NonZeroU64::new) else { return Read::Unreadable };
        let rounded = round_half_even(number, divisor);
        (Some(rounded), rounded.checked_mul(i128::from(divisor.get())) == Some(number))
    };
    match units.and_then(|units| i64::try_from(units).ok()) {
        Some(units) if is_exact => Read::Exact(units),
        Some(units) => Read::Rounded(units),
        None => Read::Unreadable,
    }
}

/// Sign, whole digits and fraction digits. A single comma before one or two last digits is a decimal comma; commas before groups of three digits with a point
/// after them separate thousands, and the other way round. `1,299` alone could be either and is not read.
fn parts(text: &str) -> Option<(bool, String, String)> {
    let (is_negative, digits) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let last = digits.rfind(['.', ',']);
    let (whole, fraction, separator) = match last {
        Some(at) => {
            let (whole, rest) = digits.split_at(at);
            let mut rest = rest.chars();
            (whole, rest.clone().skip(1).collect::<String>(), rest.next())
        }
        None => (digits, String::new(), None),
    };
    let fraction_is_plain = separator != Some(',') || (1..=2).contains(&fraction.len());
    let whole = without_thousands(whole, separator)?;
    let is_number = fraction_is_plain
        && !(whole.is_empty() && fraction.is_empty())
        && whole.len() + fraction.len() <= 30
        && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    is_number.then(|| (is_negative, whole, fraction.trim_end_matches('0').to_owned()))
}

fn without_thousands(whole: &str, decimal_separator: Option<char>) -> Option<String> {
    let thousands = match decimal_separator {
        Some('.') => ',',
        Some(',') => '.',
        Some(_) | None => return Some(whole.to_owned()),
    };
    let mut groups = whole.split(thousands);
    let first = groups.next().unwrap_or("");
    let rest: Vec<&str> = groups.collect();
    let is_grouped = rest.iter().all(|group| group.len() == 3) && (rest.is_empty() || (1..=3).contains(&first.len()));
    is_grouped.then(|| format!("{first}{}", rest.concat()))
}

/// Yes or no.
pub(crate) fn boolean(cell: &str) -> Read<bool> {
    match cell.trim().to_lowercase().as_str() {
        "" => Read::Empty,
        "true" | "yes" | "y" | "1" => Read::Exact(true),
        "false" | "no" | "n" | "0" => Read::Exact(false),
        _ => Read::Unreadable,
    }
}

/// A product's status.
pub(crate) fn status(cell: &str) -> Read<ProductStatus> {
    let word = cell.trim().to_lowercase();
    match ProductStatus::from_word(&word) {
        Some(status) => Read::Exact(status),
        None if word.is_empty() => Read::Empty,
        None => Read::Unreadable,
    }
}

/// What happens at zero, of a tracked variant.
pub(crate) fn policy(cell: &str) -> Read<StockPolicy> {
    match cell.trim().to_lowercase().as_str() {
        "" => Read::Empty,
        "deny" | "false" | "no" => Read::Exact(StockPolicy::StopAtZero),
        "continue" | "true" | "yes" => Read::Exact(StockPolicy::SellOn),
        _ => Read::Unreadable,
    }
}

/// A unit of measure.
pub(crate) fn unit(cell: &str) -> Read<Unit> {
    let word = cell.trim().to_lowercase();
    match Unit::from_word(&word) {
        Some(unit) => Read::Exact(unit),
        None if word.is_empty() => Read::Empty,
        None => Read::Unreadable,
    }
}

/// What is odd about a barcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BarcodeFlaw {
    /// As long as a GTIN, with a check digit that does not fit.
    CheckDigit,
    /// A spreadsheet turned it into a number such as 9.78E+12.
    Scientific,
}

/// Looks a barcode over.
pub(crate) fn barcode_flaw(code: &str) -> Option<BarcodeFlaw> {
    if code.contains("E+") && code.chars().all(|letter| letter.is_ascii_digit() || ".,E+".contains(letter)) {
        return Some(BarcodeFlaw::Scientific);
    }
    let is_wrong = matches!(Gtin::parse(code), Err(GtinError::CheckDigit { .. })) && Gtin::from_upc_e(code).is_err();
    is_wrong.then_some(BarcodeFlaw::CheckDigit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd() -> Currency {
        "USD".parse().unwrap()
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let table: [(&str, Read<i64>); 17] = [
            ("12.50", Read::Exact(1250)),
            ("25", Read::Exact(2500)),
            ("87.6", Read::Exact(8760)),
            ("12,50", Read::Exact(1250)),
            ("$1,299.00", Read::Exact(129_900)),
            ("1.299,00 €", Read::Exact(129_900)),
            ("12.500", Read::Exact(1250)),
            ("8.5333", Read::Rounded(853)),
            ("-3", Read::Exact(-300)),
            (".5", Read::Exact(50)),
            ("1,299", Read::Unreadable),
            ("abc", Read::Unreadable),
            ("12.50.1", Read::Unreadable),
            ("", Read::Empty),
            ("$", Read::Unreadable),
            ("USD 5", Read::Exact(500)),
            ("99999999999999999999", Read::Unreadable),
        ];
        for (cell, expected) in table {
            assert_eq!(money(cell, usd()).map(|amount| amount.minor), expected, "{cell:?}");
        }
    }

    #[test]
    fn weights_with_many_decimals_are_rounded_and_told() {
        assert_eq!(whole("907.003303052"), Read::Rounded(907));
        assert_eq!(whole("0.0"), Read::Exact(0));
        assert_eq!(quantity("-11"), Read::Exact(Quantity::from_thousandths(-11_000)));
    }

    #[test]
    fn barcodes_damaged_by_a_spreadsheet_are_noticed() {
        assert_eq!(barcode_flaw("9.78E+12"), Some(BarcodeFlaw::Scientific));
        assert_eq!(barcode_flaw("4006381333931"), None);
        assert_eq!(barcode_flaw("4006381333932"), Some(BarcodeFlaw::CheckDigit));
        assert_eq!(barcode_flaw("INTERNAL-7"), None);
    }
}

//! Barcodes: what a scanner read, and which number it stands for.
//!
//! GS1 numbers (GTIN-8, -12, -13, -14) are one number with leading zeros: the same product scans as UPC-A in one country and as
//! EAN-13 in the next. Everything is looked up by [`barcode_key`], which makes those equal. A wrong check digit makes a
//! code a plain text, never an error: shops print their own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::quantity::Quantity;

/// The longest code a scanner may send, in characters: a GS1 Digital Link with all its parts fits.
pub const BARCODE_CHARS_MAX: usize = 200;

/// A GS1 article number whose check digit is right. Equal in all its lengths: `036000291452` is `0036000291452`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gtin(u64);

/// Why a text is not a GTIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GtinError {
    /// Not 8, 12, 13 or 14 digits.
    #[error("a barcode number has 8, 12, 13 or 14 digits")]
    Length,
    /// The last digit does not fit.
    #[error("the last digit does not fit the others: check the number, it should end in {expected}")]
    CheckDigit {
        /// The digit that would fit.
        expected: u8,
    },
}

impl Gtin {
    /// Reads a number of 8, 12, 13 or 14 digits and verifies its check digit (GS1 General Specifications, 7.9.1).
    pub fn parse(text: &str) -> Result<Self, GtinError> {
        let text = text.trim();
        if !matches!(text.len(), 8 | 12 | 13 | 14) {
            return Err(GtinError::Length);
        }
        let number = digits_to_number(text).ok_or(GtinError::Length)?;
        let expected = check_digit(number / 10);
        if number % 10 == u64::from(expected) { Ok(Self(number)) } else { Err(GtinError::CheckDigit { expected }) }
    }

    /// The 12-digit number that a UPC-E symbol stands for: 8 digits, starting with 0 or 1 (GS1 General Specifications, 5.2.2.4).
    pub fn from_upc_e(text: &str) -> Result<Self, GtinError> {
        let digits = text.trim().as_bytes();
        let &[system @ (b'0' | b'1'), a, b, c, d, e, f, check] = digits else { return Err(GtinError::Length) };
        let body = match f {
            b'0'..=b'2' => [system, a, b, f, b'0', b'0', b'0', b'0', c, d, e],
            b'3' => [system, a, b, c, b'0', b'0', b'0', b'0', b'0', d, e],
            b'4' => [system, a, b, c, d, b'0', b'0', b'0', b'0', b'0', e],
            _ => [system, a, b, c, d, e, b'0', b'0', b'0', b'0', f],
        };
        let expanded: String = body.into_iter().chain([check]).map(char::from).collect();
        Self::parse(&expanded)
    }

    /// Puts the check digit behind `body`, the 7, 11, 12 or 13 digits before it.
    pub fn with_check_digit(body: &str) -> Result<Self, GtinError> {
        let number = digits_to_number(body).filter(|_| matches!(body.len(), 7 | 11 | 12 | 13)).ok_or(GtinError::Length)?;
        Ok(Self(number * 10 + u64::from(check_digit(number))))
    }

    /// All 14 digits: the one form that everything is compared in.
    pub fn to_gtin14(self) -> String {
        format!("{:014}", self.0)
    }

    /// Whether the number is for use inside a shop or company and means nothing elsewhere: prefixes 02, 04 and 20 to 29, and
    /// GTIN-8 starting with 0 or 2.
    pub const fn is_restricted(self) -> bool {
        if self.0 < 100_000_000 {
            return matches!(self.0 / 10_000_000, 0 | 2);
        }
        self.0 < 10_000_000_000_000 && matches!(self.0 / 100_000_000_000, 2 | 4 | 20..=29)
    }
}

/// The shortest form that is printed under a symbol: 8, 12, 13 or 14 digits.
impl fmt::Display for Gtin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0..=99_999_999 => write!(out, "{:08}", self.0),
            100_000_000..=999_999_999_999 => write!(out, "{:012}", self.0),
            _ => write!(out, "{:013}", self.0),
        }
    }
}

impl FromStr for Gtin {
    type Err = GtinError;
    fn from_str(text: &str) -> Result<Self, GtinError> {
        Self::parse(text)
    }
}

/// The digits' value; `None` unless they are 1 to 18 digits and nothing else.
fn digits_to_number(text: &str) -> Option<u64> {
    let is_number = (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// Modulo 10 with weights 3, 1, 3, ... from the right.
fn check_digit(body: u64) -> u8 {
    let (mut rest, mut weight, mut sum) = (body, 3, 0);
    while rest > 0 {
        sum += rest % 10 * weight;
        rest /= 10;
        weight = 4 - weight;
    }
    u8::try_from((10 - sum % 10) % 10).unwrap_or(0)
}

/// What a scanner read, told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scan {
    /// A GS1 article number.
    Gtin(Gtin),
    /// A number that this shop or its supplier gave: perhaps with a price or weight in it, see [`EmbeddedScheme::read`].
    Restricted(Gtin),
    /// Anything else: a SKU, a receipt number, a code with a wrong check digit.
    Text(String),
    /// Nothing.
    Empty,
}

impl Scan {
    /// What to look it up by; `None` for nothing.
    pub fn key(&self) -> Option<String> {
        match self {
            Self::Gtin(gtin) | Self::Restricted(gtin) => Some(gtin.to_gtin14()),
            Self::Text(text) => Some(text.clone()),
            Self::Empty => None,
        }
    }
}

/// Tells apart what a scanner read. Control characters, spaces around it and the scanner's symbology prefix (`]E0`) are dropped.
///
/// Eight digits are a GTIN-8 where the check digit fits, else a UPC-E where that fits. Of a GS1 element string or Digital Link
/// the article number (AI 01) counts.
pub fn normalize_scan(raw: &str) -> Scan {
    let text: String = raw.chars().filter(|c| !c.is_control()).take(BARCODE_CHARS_MAX).collect();
    let text = without_symbology(text.trim());
    if text.is_empty() {
        return Scan::Empty;
    }
    let gtin = Gtin::parse(text).or_else(|_| Gtin::from_upc_e(text)).ok().or_else(|| gtin_in_elements(text));
    match gtin {
        Some(gtin) if gtin.is_restricted() => Scan::Restricted(gtin),
        Some(gtin) => Scan::Gtin(gtin),
        None => Scan::Text(text.to_owned()),
    }
}

/// The form under which a product's barcode and a scan of it are equal: 14 digits for a GTIN, else the text as it stands.
pub fn barcode_key(barcode: &str) -> String {
    normalize_scan(barcode).key().unwrap_or_default()
}

/// AIM's prefix: `]`, a letter, a digit (ISO/IEC 15424).
fn without_symbology(text: &str) -> &str {
    let rest = text.strip_prefix(']').and_then(|rest| rest.strip_prefix(|c: char| c.is_ascii_alphabetic()));
    rest.and_then(|rest| rest.strip_prefix(|c: char| c.is_ascii_alphanumeric())).unwrap_or(text)
}

fn gtin_in_elements(text: &str) -> Option<Gtin> {
    let after_ai = text.strip_prefix("(01)").or_else(|| text.strip_prefix("01")).or_else(|| Some(text.split_once("/01/")?.1))?;
    let is_link = text.contains("/01/");
    let digits = after_ai.get(..14)?;
    let rest = after_ai.get(14..)?;
    if is_link && !(rest.is_empty() || rest.starts_with(['/', '?', '#'])) {
        return None;
    }
    Gtin::parse(digits).ok()
}

/// How a shop's scale or supplier puts a price or weight into a 13-digit number: prefix, item digits, perhaps a check digit
/// of the value, value digits, check digit.
///
/// Written as a pattern of its 13 digits: `28IIIIIWW.WWWC` has five digits of the item and a weight in grams, `02IIIIIKPPPPC` a
/// price of four digits with its own check digit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmbeddedScheme {
    prefix: u8,
    item_digits: u8,
    has_value_check: bool,
    kind: EmbeddedKind,
}

/// What the value digits mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmbeddedKind {
    /// Minor units of the shop's currency.
    Price,
    /// Kilograms with this many decimals, at most three.
    Weight {
        /// 3: grams.
        decimals: u8,
    },
}

/// The scheme does not describe 13 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmbeddedSchemeError {
    /// Another prefix than 02 or 20 to 29.
    #[error("codes with a price or weight start with 02 or 20 to 29")]
    Prefix,
    /// Too many or too few item digits.
    #[error("such a code has 4 to 6 digits for the item; with a check digit on the value, the value has 4 or 5")]
    Digits,
    /// More than three decimals.
    #[error("a weight has at most three decimals")]
    Decimals,
    /// Not a pattern.
    #[error(
        "not a pattern: write it like 28IIIIIWW.WWWC or 02IIIIIKPPPPC (I item, K check digit of the value, P price, W weight, C check digit)"
    )]
    Pattern,
}

/// What such a code says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedCode {
    /// The item's digits.
    pub item: String,
    /// The same code with a value of zero: the barcode under which such a variant is kept.
    pub without_value: Gtin,
    /// The value.
    pub value: EmbeddedValue,
}

/// The price or weight in a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmbeddedValue {
    /// Minor units of the shop's currency.
    PriceMinor(i64),
    /// Kilograms.
    Weight(Quantity),
}

impl EmbeddedScheme {
    /// A scheme for codes that start with `prefix` (2 for 02, or 20 to 29).
    pub const fn new(
        prefix: u8,
        item_digits: u8,
        has_value_check: bool,
        kind: EmbeddedKind,
    ) -> Result<Self, EmbeddedSchemeError> {
        if !matches!(prefix, 2 | 20..=29) {
            return Err(EmbeddedSchemeError::Prefix);
        }
        if item_digits < 4 || item_digits > 6 || (has_value_check && item_digits == 6) {
            return Err(EmbeddedSchemeError::Digits);
        }
        if let EmbeddedKind::Weight { decimals: 4.. } = kind {
            return Err(EmbeddedSchemeError::Decimals);
        }
        Ok(Self { prefix, item_digits, has_value_check, kind })
    }

    const fn value_digits(&self) -> u8 {
        10 - self.item_digits - self.has_value_check as u8
    }

    /// Reads a number by this scheme; `None` where its prefix is another or the value's check digit does not fit.
    pub fn read(&self, gtin: Gtin) -> Option<EmbeddedCode> {
        let digits = gtin.to_gtin14();
        let rest = digits.strip_prefix(&format!("0{:02}", self.prefix))?;
        let (item, rest) = rest.split_at_checked(usize::from(self.item_digits))?;
        let (value_check, rest) = rest.split_at_checked(usize::from(self.has_value_check))?;
        let value = rest.get(..usize::from(self.value_digits()))?;
        if self.has_value_check && value_check != value_check_digit(value)?.to_string() {
            return None;
        }
        let value = self.value_of(value.parse().ok()?);
        Some(EmbeddedCode { item: item.to_owned(), without_value: self.without_value(item)?, value })
    }

    /// The code that a scale prints for an item and a value; `None` where they do not fit the digits.
    pub fn write(&self, item: &str, value: u32) -> Option<Gtin> {
        let value = format!("{value:0width$}", width = usize::from(self.value_digits()));
        let fits = item.len() == usize::from(self.item_digits) && value.len() == usize::from(self.value_digits());
        let check = if self.has_value_check { value_check_digit(&value)?.to_string() } else { String::new() };
        if !fits {
            return None;
        }
        Gtin::with_check_digit(&format!("{:02}{item}{check}{value}", self.prefix)).ok()
    }

    fn without_value(&self, item: &str) -> Option<Gtin> {
        let zeros = "0".repeat(10 - usize::from(self.item_digits));
        Gtin::with_check_digit(&format!("{:02}{item}{zeros}", self.prefix)).ok()
    }

    fn value_of(&self, value: i64) -> EmbeddedValue {
        match self.kind {
            EmbeddedKind::Price => EmbeddedValue::PriceMinor(value),
            EmbeddedKind::Weight { decimals } => {
                let scale = 10_i64.pow(u32::from(3_u8.saturating_sub(decimals)));
                EmbeddedValue::Weight(Quantity::from_thousandths(value.saturating_mul(scale)))
            }
        }
    }
}

impl fmt::Display for EmbeddedScheme {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:02}{}", self.prefix, "I".repeat(usize::from(self.item_digits)))?;
        out.write_str(if self.has_value_check { "K" } else { "" })?;
        let digits = usize::from(self.value_digits());
        match self.kind {
            EmbeddedKind::Price => write!(out, "{}C", "P".repeat(digits)),
            EmbeddedKind::Weight { decimals: 0 } => write!(out, "{}C", "W".repeat(digits)),
            EmbeddedKind::Weight { decimals } => {
                let decimals = usize::from(decimals).min(digits);
                write!(out, "{}.{}C", "W".repeat(digits - decimals), "W".repeat(decimals))
            }
        }
    }
}

impl FromStr for EmbeddedScheme {
    type Err = EmbeddedSchemeError;
    fn from_str(pattern: &str) -> Result<Self, EmbeddedSchemeError> {
        let pattern = pattern.trim();
        let (prefix, rest) = pattern.split_at_checked(2).ok_or(EmbeddedSchemeError::Pattern)?;
        let prefix = prefix.parse().map_err(|_| EmbeddedSchemeError::Pattern)?;
        let after_item = rest.trim_start_matches('I');
        let item_digits = u8::try_from(rest.len() - after_item.len()).map_err(|_| EmbeddedSchemeError::Digits)?;
        let value = after_item.strip_prefix('K').unwrap_or(after_item).strip_suffix('C').ok_or(EmbeddedSchemeError::Pattern)?;
        let decimals = value.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let kind = match u8::try_from(decimals) {
            Ok(0) if value.starts_with('P') => EmbeddedKind::Price,
            Ok(decimals) => EmbeddedKind::Weight { decimals },
            Err(_) => return Err(EmbeddedSchemeError::Decimals),
        };
        let scheme = Self::new(prefix, item_digits, after_item.starts_with('K'), kind)?;
        // What is left of the pattern is right where the scheme is written the same way.
        if scheme.to_string() == pattern { Ok(scheme) } else { Err(EmbeddedSchemeError::Pattern) }
    }
}

impl TryFrom<String> for EmbeddedScheme {
    type Error = EmbeddedSchemeError;
    fn try_from(pattern: String) -> Result<Self, EmbeddedSchemeError> {
        pattern.parse()
    }
}

impl From<EmbeddedScheme> for String {
    fn from(scheme: EmbeddedScheme) -> Self {
        scheme.to_string()
    }
}

const TWO_MINUS: [u8; 10] = [0, 2, 4, 6, 8, 9, 1, 3, 5, 7];
const THREE: [u8; 10] = [0, 3, 6, 9, 2, 5, 8, 1, 4, 7];
const FIVE_PLUS: [u8; 10] = [0, 5, 1, 6, 2, 7, 3, 8, 4, 9];
const FIVE_MINUS: [u8; 10] = [0, 5, 9, 4, 8, 3, 7, 2, 6, 1];

/// The check digit of a price or weight of four or five digits (GS1 General Specifications, 7.9.2 to 7.9.4).
fn value_check_digit(value: &str) -> Option<u8> {
    let weigh = |tables: &[[u8; 10]]| -> Option<u8> {
        let weighted = value.bytes().zip(tables).map(|(digit, table)| table.get(usize::from(digit.checked_sub(b'0')?)).copied());
        weighted.sum::<Option<u8>>()
    };
    match value.len() {
        4 => Some(weigh(&[TWO_MINUS, TWO_MINUS, THREE, FIVE_MINUS])? * 3 % 10),
        5 => {
            let missing = (10 - weigh(&[FIVE_PLUS, TWO_MINUS, FIVE_MINUS, FIVE_PLUS, TWO_MINUS])? % 10) % 10;
            FIVE_MINUS.iter().position(|weighted| *weighted == missing).and_then(|digit| u8::try_from(digit).ok())
        }
        _ => None,
    }
}

//! Addresses as each country writes them, and whether an answer can be one.

use serde::Serialize;
use tradepost_domain::shop::Address;

/// Letters of any answer.
pub const ANSWER_CHARS_MAX: usize = 200;

/// A field of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name in the form.
    pub name: &'static str,
    /// What it is called there.
    pub label: &'static str,
    /// What browsers fill in.
    pub autocomplete: &'static str,
    /// Whether it may stay empty.
    pub is_optional: bool,
}

/// A field with its answer.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "each is a part of the form's template")]
pub struct FieldView {
    pub name: &'static str,
    pub label: &'static str,
    pub autocomplete: &'static str,
    pub is_optional: bool,
    pub inputmode: &'static str,
    pub value: String,
    pub problem: Option<String>,
}

/// The fields of an address in a country, in the order it is written there.
pub fn fields(country: &str) -> Vec<Field> {
    let field = |name, label, autocomplete, is_optional| Field { name, label, autocomplete, is_optional };
    let street = field("line1", "Street and number", "address-line1", false);
    let more = field("line2", "Apartment, floor, building", "address-line2", true);
    let city = |label| field("city", label, "address-level2", false);
    let region = |label| field("region", label, "address-level1", false);
    let code = |label, is_optional| field("postal_code", label, "postal-code", is_optional);
    match country {
        "US" => vec![street, more, city("City"), region("State"), code("ZIP code", false)],
        "CA" => vec![street, more, city("City"), region("Province"), code("Postal code", false)],
        "AU" => vec![street, more, city("Suburb"), region("State"), code("Postcode", false)],
        "GB" => vec![street, more, city("Town or city"), code("Postcode", false)],
        "IE" => {
            vec![street, more, city("Town or city"), field("region", "County", "address-level1", true), code("Eircode", true)]
        }
        "IN" => vec![street, more, city("City"), region("State"), code("PIN code", false)],
        "JP" => vec![code("Postal code", false), region("Prefecture"), city("City or ward"), street, more],
        "BR" | "MX" | "CN" | "MY" | "AR" => {
            vec![street, more, city("City"), region("State or province"), code("Postal code", false)]
        }
        "HK" | "AE" => vec![street, more, city("District or city"), code("Postal code", true)],
        _ => vec![street, more, code("Postal code", false), city("City")],
    }
}

/// The answer to a field.
pub fn value<'a>(address: &'a Address, name: &str) -> &'a str {
    match name {
        "line1" => &address.line1,
        "line2" => &address.line2,
        "city" => &address.city,
        "region" => &address.region,
        "postal_code" => &address.postal_code,
        _ => "",
    }
}

/// What is wrong with an address, by field.
pub fn problems(address: &Address) -> Vec<(&'static str, String)> {
    let missing = |field: &Field| !field.is_optional && value(address, field.name).is_empty();
    let mut problems: Vec<_> = fields(&address.country)
        .iter()
        .filter(|field| missing(field))
        .map(|field| (field.name, format!("Enter: {}.", field.label.to_lowercase())))
        .collect();
    let digits = address.postal_code.chars().filter(char::is_ascii_digit).count();
    let expected = match address.country.as_str() {
        "US" if !matches!(digits, 5 | 9) => Some("A ZIP code has five digits, such as 04101."),
        "DE" | "FR" | "IT" | "ES" | "FI" if digits != 5 => Some("This postal code has five digits."),
        "AT" | "CH" | "BE" | "DK" | "NO" | "AU" | "NZ" | "HU" if digits != 4 => Some("This postal code has four digits."),
        _ => None,
    };
    if let Some(expected) = expected.filter(|_| !address.postal_code.is_empty()) {
        problems.push(("postal_code", expected.to_owned()));
    }
    problems
}

/// Whether a text can be an email address: enough to catch a slip, not to judge mailboxes.
pub fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else { return false };
    let is_plain =
        |part: &str| !part.is_empty() && !part.contains(char::is_whitespace) && !part.contains(['<', '>', '"', ',', ';']);
    is_plain(name) && is_plain(domain) && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_country_asks_for_its_own_lines() {
        assert!(fields("US").iter().any(|field| field.label == "ZIP code"));
        assert!(fields("DE").iter().all(|field| field.name != "region"));
        assert_eq!(fields("JP").first().map(|field| field.name), Some("postal_code"));
    }

    #[test]
    fn a_slip_in_an_answer_is_said() {
        let mut address = Address {
            country: "US".to_owned(),
            line1: "1 Pier".to_owned(),
            city: "Portland".to_owned(),
            region: "ME".to_owned(),
            ..Address::default()
        };
        assert_eq!(problems(&address).first().map(|problem| problem.0), Some("postal_code"));
        address.postal_code = "0410".to_owned();
        assert_eq!(problems(&address).len(), 1);
        address.postal_code = "04101".to_owned();
        assert!(problems(&address).is_empty());
        for (text, expected) in
            [("a@b.example", true), ("a@b", false), ("@b.c", false), ("a b@c.d", false), ("", false), ("a@b.c,d@e.f", false)]
        {
            assert_eq!(is_email(text), expected, "{text}");
        }
    }
}

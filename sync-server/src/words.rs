//! Amounts, counts and names as buyers read them.

use tradepost_domain::money::Money;
use tradepost_domain::quantity::{Quantity, Unit};
use tradepost_domain::time::BusinessDay;

/// `$1,234.50`, `€12.00`, `12.50 CHF`: the sign where everybody knows it, else the code.
pub fn money(amount: Money) -> String {
    let code = amount.currency.to_string();
    let decimal = amount.to_decimal();
    let (sign, digits) = match decimal.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", decimal.as_str()),
    };
    let digits = grouped(digits);
    match symbol(&code) {
        Some(symbol) => format!("{sign}{symbol}{digits}"),
        None => format!("{sign}{digits} {code}"),
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

fn grouped(digits: &str) -> String {
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut text = String::with_capacity(digits.len() + 4);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// A day as people write it: "23 November 2026".
pub fn day(day: BusinessDay) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let written = day.to_string();
    let mut parts = written.split('-');
    let (year, month, of_month) = (parts.next(), parts.next(), parts.next());
    let month = month.and_then(|month| MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?));
    match (year, month, of_month) {
        (Some(year), Some(month), Some(of_month)) => format!("{} {month} {year}", of_month.trim_start_matches('0')),
        _ => written,
    }
}

/// `1 product`, `2 products`.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(&number.to_string()), if number == 1 { one } else { many })
}

/// `Only 2 left`, with the unit of what is weighed.
pub fn only_left(quantity: Quantity, unit: Unit) -> String {
    format!("Only {} left", quantity.with_unit(unit))
}

/// What stands behind "per"; empty for pieces.
pub fn per_unit(unit: Unit) -> &'static str {
    unit.symbol()
}

/// A name as it stands in an address: lower case letters, digits and dashes.
pub fn slug(name: &str) -> String {
    const CHARS_MAX: usize = 60;
    let mut slug = String::new();
    for letter in name.chars().take(CHARS_MAX) {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "shop".to_owned() } else { slug.to_owned() }
}

/// Countries that addresses are asked in, ISO 3166-1 alpha-2 and English name, by name.
pub const COUNTRIES: &[(&str, &str)] = &[
    ("AR", "Argentina"),
    ("AU", "Australia"),
    ("AT", "Austria"),
    ("BE", "Belgium"),
    ("BR", "Brazil"),
    ("BG", "Bulgaria"),
    ("CA", "Canada"),
    ("CL", "Chile"),
    ("CN", "China"),
    ("CO", "Colombia"),
    ("CR", "Costa Rica"),
    ("HR", "Croatia"),
    ("CY", "Cyprus"),
    ("CZ", "Czechia"),
    ("DK", "Denmark"),
    ("EG", "Egypt"),
    ("EE", "Estonia"),
    ("FI", "Finland"),
    ("FR", "France"),
    ("DE", "Germany"),
    ("GR", "Greece"),
    ("HK", "Hong Kong"),
    ("HU", "Hungary"),
    ("IS", "Iceland"),
    ("IN", "India"),
    ("ID", "Indonesia"),
    ("IE", "Ireland"),
    ("IL", "Israel"),
    ("IT", "Italy"),
    ("JP", "Japan"),
    ("KE", "Kenya"),
    ("LV", "Latvia"),
    ("LI", "Liechtenstein"),
    ("LT", "Lithuania"),
    ("LU", "Luxembourg"),
    ("MY", "Malaysia"),
    ("MT", "Malta"),
    ("MX", "Mexico"),
    ("MA", "Morocco"),
    ("NL", "Netherlands"),
    ("NZ", "New Zealand"),
    ("NG", "Nigeria"),
    ("NO", "Norway"),
    ("PK", "Pakistan"),
    ("PE", "Peru"),
    ("PH", "Philippines"),
    ("PL", "Poland"),
    ("PT", "Portugal"),
    ("RO", "Romania"),
    ("SA", "Saudi Arabia"),
    ("RS", "Serbia"),
    ("SG", "Singapore"),
    ("SK", "Slovakia"),
    ("SI", "Slovenia"),
    ("ZA", "South Africa"),
    ("KR", "South Korea"),
    ("ES", "Spain"),
    ("SE", "Sweden"),
    ("CH", "Switzerland"),
    ("TW", "Taiwan"),
    ("TH", "Thailand"),
    ("TR", "Türkiye"),
    ("UA", "Ukraine"),
    ("AE", "United Arab Emirates"),
    ("GB", "United Kingdom"),
    ("US", "United States"),
    ("UY", "Uruguay"),
    ("VN", "Vietnam"),
];

/// A country's name; its code where we have none.
pub fn country_name(code: &str) -> &str {
    COUNTRIES.iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradepost_domain::money::Currency;

    #[test]
    fn a_day_is_written_as_people_write_it() {
        assert_eq!(day("2026-11-03".parse().unwrap()), "3 November 2026");
    }

    #[test]
    fn amounts_read_as_buyers_write_them() {
        let amount = |minor, code: &str| money(Money::from_minor(minor, code.parse::<Currency>().unwrap()));
        assert_eq!(amount(123_450, "USD"), "$1,234.50");
        assert_eq!(amount(-5, "EUR"), "-€0.05");
        assert_eq!(amount(1_234_567, "JPY"), "¥1,234,567");
        assert_eq!(amount(1250, "CHF"), "12.50 CHF");
    }

    #[test]
    fn a_name_becomes_an_address() {
        for (name, expected) in [("Harbor & Oak", "harbor-oak"), ("  Käse! ", "k-se"), ("茶", "shop"), ("A--b", "a-b")] {
            assert_eq!(slug(name), expected);
        }
    }
}

//! The tax table.

use tradepost_domain::id::DocumentId;
use tradepost_domain::tax::{RateMillionths, TaxCategory, TaxRate, TaxTable};
use tradepost_domain::time::BusinessDay;

use crate::samples::{DAY, shared_data};

fn rate(key: &str, region: &str, millionths: i64, from: Option<i32>, until: Option<i32>) -> TaxRate {
    let day = |unix_day| BusinessDay { unix_day };
    TaxRate {
        key: key.to_owned(),
        name: key.to_owned(),
        category: TaxCategory::default(),
        country: "US".to_owned(),
        region: region.to_owned(),
        rate_millionths: RateMillionths(millionths),
        from: from.map(day),
        until: until.map(day),
    }
}

#[test]
fn the_region_comes_before_the_country_and_the_later_rate_before_the_earlier() {
    let rates = vec![
        rate("country", "", 10_000, Some(200), None),
        rate("old", "CA", 70_000, None, Some(99)),
        rate("new", "CA", 72_500, Some(100), None),
        rate("newer", "CA", 75_000, Some(200), None),
    ];
    let table = TaxTable { id: DocumentId::from_bytes([1; 16]), rates };
    let check = |region: &str, unix_day: i32, expected: Option<&str>| {
        let found = table.rate_for(&TaxCategory::default(), "US", region, BusinessDay { unix_day });
        assert_eq!(found.map(|rate| rate.key.as_str()), expected, "{region} on {unix_day}");
    };
    check("CA", 99, Some("old"));
    check("CA", 100, Some("new"));
    check("CA", 500, Some("newer"));
    check("TX", 500, Some("country"));
    check("TX", 100, None);
}

#[test]
fn an_unknown_category_is_taxed_at_the_standard_rate_and_zero_is_not() {
    let table = TaxTable::for_country(DocumentId::from_bytes([1; 16]), "DE");
    let rate_of =
        |category: &str| table.rate_for(&TaxCategory(category.to_owned()), "DE", "", DAY).map(|rate| rate.rate_millionths.0);
    assert_eq!(rate_of("standard"), Some(190_000));
    assert_eq!(rate_of("reduced"), Some(70_000));
    assert_eq!(rate_of("boks"), Some(190_000));
    assert_eq!(rate_of("zero"), Some(0));
    assert_eq!(table.rate_for(&TaxCategory::default(), "FR", "", DAY), None);
    let without_zero = TaxTable { rates: table.rates[..1].to_vec(), ..table };
    assert_eq!(without_zero.rate_for(&TaxCategory::zero(), "DE", "", DAY), None);
}

#[test]
fn every_starter_table_has_a_standard_rate_and_unique_keys() {
    let id = DocumentId::from_bytes([1; 16]);
    for (country, percent) in [
        ("AT", "20 %"),
        ("DE", "19 %"),
        ("DK", "25 %"),
        ("EE", "24 %"),
        ("FI", "25.5 %"),
        ("HU", "27 %"),
        ("LU", "17 %"),
        ("RO", "21 %"),
        ("SK", "23 %"),
        ("GB", "20 %"),
        ("CH", "8.1 %"),
        ("CA", "5 %"),
        ("AU", "10 %"),
        ("NZ", "15 %"),
        ("JP", "10 %"),
        ("US", "0 %"),
        ("XX", "0 %"),
    ] {
        let table = TaxTable::for_country(id, country);
        let standard = table.rate_for(&TaxCategory::default(), country, "", DAY).unwrap();
        assert_eq!(standard.rate_millionths.to_string(), percent, "{country}");
        let mut keys: Vec<&str> = table.rates.iter().map(|rate| rate.key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), table.rates.len(), "{country}");
        assert!(table.rates.iter().all(|rate| rate.rate_millionths.is_valid() && rate.name.ends_with('%')));
    }
}

#[test]
fn starter_rates_agree_with_the_commissions_list() {
    let Some(text) = shared_data("tax-geo/eu-vat-rates-data-2026.9.29.json") else { return };
    let list: serde_json::Value = serde_json::from_str(&text).unwrap();
    let millionths = |value: &serde_json::Value| value.as_f64().map(|percent| (percent * 10_000.0).round() as i64);
    let mut members = 0;
    for (country, entry) in list["rates"].as_object().unwrap() {
        let table = TaxTable::for_country(DocumentId::from_bytes([1; 16]), country);
        let ours: Vec<i64> = table.rates.iter().map(|rate| rate.rate_millionths.0).filter(|rate| *rate != 0).collect();
        let is_member = entry["eu_member"].as_bool().unwrap();
        members += u32::from(is_member);
        assert!(!is_member || !ours.is_empty(), "{country} has no table");
        let others = ["super_reduced", "parking"].iter().filter_map(|name| millionths(&entry[*name]));
        let theirs: Vec<i64> = entry["reduced"].as_array().unwrap().iter().filter_map(millionths).chain(others).collect();
        if let [standard, reduced @ ..] = ours.as_slice() {
            assert_eq!(Some(*standard), millionths(&entry["standard"]), "{country}");
            assert!(reduced.iter().all(|rate| theirs.contains(rate)), "{country}: {reduced:?} of {theirs:?}");
        }
    }
    assert_eq!(members, 27);
}

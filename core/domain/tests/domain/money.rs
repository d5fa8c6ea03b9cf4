//! Money and quantity: reading, writing, rounding, sharing out.

use std::num::NonZeroU64;

use proptest::prelude::*;
use tradepost_domain::money::{Currency, Money, MoneyError, round_half_even, round_half_up};
use tradepost_domain::quantity::{Quantity, QuantityError, Unit};
use tradepost_domain::tax::{RateMillionths, tax_in_gross, tax_on_net};

use crate::any;
use crate::samples::{eur, shared_data, usd};

#[test]
fn every_currency_has_the_decimals_of_iso_4217() {
    for (code, exponent) in [
        ("USD", 2),
        ("JPY", 0),
        ("KRW", 0),
        ("VND", 0),
        ("CLP", 0),
        ("ISK", 0),
        ("UGX", 0),
        ("PYG", 0),
        ("RWF", 0),
        ("XAF", 0),
        ("XOF", 0),
        ("XPF", 0),
        ("KMF", 0),
        ("DJF", 0),
        ("GNF", 0),
        ("VUV", 0),
        ("BIF", 0),
        ("BHD", 3),
        ("IQD", 3),
        ("JOD", 3),
        ("KWD", 3),
        ("LYD", 3),
        ("OMR", 3),
        ("TND", 3),
        ("CLF", 4),
        ("UYW", 4),
        ("MRU", 2),
        ("MGA", 2),
        ("HUF", 2),
    ] {
        assert_eq!(code.parse::<Currency>().unwrap().exponent(), exponent, "{code}");
    }
}

#[test]
fn only_known_currency_codes_are_read() {
    for code in ["XXX", "XAU", "usd", "US", "USDD", "", "ÄÖ", "BTC"] {
        assert_eq!(code.parse::<Currency>(), Err(MoneyError::UnknownCurrency), "{code}");
    }
    let codes: Vec<Currency> = Currency::all().collect();
    assert!(codes.is_sorted(), "binary search needs them sorted");
    assert!(codes.iter().all(|currency| currency.code().parse() == Ok(*currency)));
}

#[test]
fn every_currency_in_use_is_known() {
    let Some(text) = shared_data("tax-geo/iso-codes/iso_4217.json") else { return };
    let list: serde_json::Value = serde_json::from_str(&text).unwrap();
    // Funds, metals, test codes, and currencies of inside one bank: nobody pays with them.
    let not_money = ["BOV", "CHE", "CHW", "COU", "CUC", "MXV", "USN", "UYI"];
    let codes = list["4217"].as_array().unwrap().iter().map(|entry| entry["alpha_3"].as_str().unwrap());
    let codes: Vec<&str> =
        codes.filter(|code| !not_money.contains(code) && (!code.starts_with('X') || code.ends_with(['F', 'D']))).collect();
    assert!(codes.len() > 150);
    for code in codes.into_iter().filter(|code| !["XBD", "XPD"].contains(code)) {
        assert!(code.parse::<Currency>().is_ok(), "{code}");
    }
}

#[test]
fn amounts_are_read_as_people_write_them() {
    let check = |text: &str, currency: &str, expected: Result<i64, MoneyError>| {
        let currency = currency.parse().unwrap();
        assert_eq!(Money::parse(text, currency).map(|money| money.minor), expected, "{text:?} {currency}");
    };
    check("12.50", "USD", Ok(1250));
    check(" 12,5 ", "EUR", Ok(1250));
    check("12", "USD", Ok(1200));
    check(".5", "USD", Ok(50));
    check("5.", "USD", Ok(500));
    check("-0.05", "USD", Ok(-5));
    check("+3", "USD", Ok(300));
    check("1250", "JPY", Ok(1250));
    check("1.234", "KWD", Ok(1234));
    check("92233720368547758.07", "USD", Ok(i64::MAX));
    check("-92233720368547758.08", "USD", Ok(i64::MIN));
    check("92233720368547758.08", "USD", Err(MoneyError::Overflow));
    check(&"9".repeat(500), "USD", Err(MoneyError::Overflow));
    check("12.505", "USD", Err(MoneyError::TooManyDecimals));
    check("1,250", "USD", Err(MoneyError::TooManyDecimals));
    check("1250.5", "JPY", Err(MoneyError::TooManyDecimals));
    for nonsense in ["", ".", "-", "--1", "1.2.3", "1,250.00", "$5", "5e3", "١٢", "1 000", "0x10", "NaN"] {
        check(nonsense, "USD", Err(MoneyError::NotAnAmount));
    }
}

#[test]
fn amounts_are_written_with_their_currency() {
    assert_eq!(usd(1250).to_string(), "12.50 USD");
    assert_eq!(usd(-5).to_string(), "-0.05 USD");
    assert_eq!(Money::from_minor(1250, Currency::JPY).to_string(), "1250 JPY");
    assert_eq!(Money::from_minor(5, "KWD".parse().unwrap()).to_decimal(), "0.005");
    assert_eq!(usd(i64::MIN).to_decimal(), "-92233720368547758.08");
}

#[test]
fn money_in_json_is_named_and_in_cbor_compact() {
    assert_eq!(serde_json::to_string(&usd(1250)).unwrap(), r#"{"minor":1250,"currency":"USD"}"#);
    assert_eq!(serde_json::from_str::<Money>(r#"{"currency":"USD","minor":-3,"later":true}"#).unwrap(), usd(-3));
    let mut cbor = Vec::new();
    ciborium::into_writer(&usd(1250), &mut cbor).unwrap();
    assert_eq!(cbor, [0x82, 0x19, 0x04, 0xe2, 0x63, b'U', b'S', b'D']);
    assert_eq!(ciborium::from_reader::<Money, _>(&cbor[..]).unwrap(), usd(1250));
    assert!(serde_json::from_str::<Money>(r#"{"minor":1,"currency":"ZZZ"}"#).is_err());
}

#[test]
fn a_half_is_rounded_by_the_name_of_the_rounding() {
    let two = NonZeroU64::new(2).unwrap();
    for (half, up, even) in [(1, 1, 0), (3, 2, 2), (5, 3, 2), (-1, -1, 0), (-3, -2, -2), (-5, -3, -2), (4, 2, 2), (0, 0, 0)] {
        assert_eq!((round_half_up(half, two), round_half_even(half, two)), (up, even), "{half}/2");
    }
}

#[test]
fn cash_is_rounded_to_the_smallest_coin() {
    for (minor, coin, rounded) in
        [(1002, 5, 1000), (1003, 5, 1005), (1250, 100, 1300), (-1003, 5, -1005), (7, 1, 7), (7, 0, 7), (7, -5, 7)]
    {
        assert_eq!(usd(minor).round_to_coin(coin).unwrap().minor, rounded, "{minor} by {coin}");
    }
    assert_eq!(usd(i64::MAX).round_to_coin(10), Err(MoneyError::Overflow));
}

#[test]
fn shares_go_to_the_largest_remainder_and_then_to_the_earlier_part() {
    let parts = |minor: i64, weights: &[i64]| usd(minor).allocate(weights).iter().map(|part| part.minor).collect::<Vec<_>>();
    assert_eq!(parts(100, &[1, 1, 1]), [34, 33, 33]);
    assert_eq!(parts(-100, &[1, 1, 1]), [-34, -33, -33]);
    assert_eq!(parts(5, &[3, 7]), [2, 3]);
    assert_eq!(parts(10, &[0, 1, 0]), [0, 10, 0]);
    assert_eq!(parts(3, &[0, 0]), [2, 1]);
    assert_eq!(parts(3, &[-5, 1]), [0, 3]);
    assert_eq!(parts(i64::MIN, &[i64::MAX, i64::MAX]), [i64::MIN / 2, i64::MIN / 2]);
    assert_eq!(parts(5, &[]), [0; 0]);
}

#[test]
fn quantities_read_and_write() {
    for (text, thousandths, written) in [
        ("2", 2000, "2"),
        ("1.250", 1250, "1.25"),
        ("0,005", 5, "0.005"),
        ("-1", -1000, "-1"),
        ("0", 0, "0"),
        ("100", 100_000, "100"),
    ] {
        let quantity = Quantity::parse(text).unwrap();
        assert_eq!((quantity.thousandths, quantity.to_string().as_str()), (thousandths, written));
    }
    assert_eq!(Quantity::parse("1.2345"), Err(QuantityError::TooManyDecimals));
    assert_eq!(Quantity::parse("two"), Err(QuantityError::NotAQuantity));
    assert_eq!(Quantity::from_thousandths(1250).with_unit(Unit::Kilogram), "1.25 kg");
    assert_eq!(Quantity::from_whole(i64::MAX), None);
    assert_eq!(Quantity::from_thousandths(1500).to_whole(), None);
}

#[test]
fn a_weighed_price_rounds_half_up() {
    assert_eq!(eur(4990).times(Quantity::from_thousandths(250)), Ok(eur(1248)));
    assert_eq!(eur(1).times(Quantity::from_thousandths(500)), Ok(eur(1)));
}

#[test]
fn percentages_read_and_write() {
    assert_eq!(RateMillionths::parse_percent("7.25 %"), Some(RateMillionths(72_500)));
    assert_eq!(RateMillionths(72_500).to_string(), "7.25 %");
    assert_eq!(RateMillionths::parse_percent("1001"), None);
    assert_eq!(RateMillionths::parse_percent("-1"), None);
}

proptest! {
    #[test]
    fn what_is_written_is_read(money in any::money()) {
        prop_assert_eq!(Money::parse(&money.to_decimal(), money.currency), Ok(money));
        let quantity = Quantity::from_thousandths(money.minor);
        prop_assert_eq!(Quantity::parse(&quantity.to_string()), Ok(quantity));
        prop_assert_eq!(serde_json::from_str::<Money>(&serde_json::to_string(&money).unwrap()).unwrap(), money);
    }

    #[test]
    fn reading_never_panics(text in any::text()) {
        if let Ok(money) = Money::parse(&text, Currency::USD) {
            prop_assert!(text.bytes().any(|byte| byte.is_ascii_digit()), "{money} out of {text:?}");
        }
        if let Ok(quantity) = Quantity::parse(&text) {
            prop_assert!(text.bytes().any(|byte| byte.is_ascii_digit()), "{quantity} out of {text:?}");
        }
    }

    #[test]
    fn shares_sum_to_the_whole(minor in any::edge(), weights in prop::collection::vec(any::edge(), 1..12)) {
        let parts = usd(minor).allocate(&weights);
        prop_assert_eq!(parts.len(), weights.len());
        prop_assert_eq!(parts.iter().map(|part| i128::from(part.minor)).sum::<i128>(), i128::from(minor));
        prop_assert!(parts.iter().all(|part| part.minor == 0 || part.is_negative() == (minor < 0)));
    }

    #[test]
    fn no_share_exceeds_its_weight(weights in prop::collection::vec(0_i64..10_000, 1..12), part in 0_u32..=1000) {
        let whole: i64 = weights.iter().sum();
        let shares = usd(whole * i64::from(part) / 1000).allocate(&weights);
        prop_assert!(shares.iter().zip(&weights).all(|(share, weight)| share.minor <= *weight));
    }

    #[test]
    fn arithmetic_is_exact_or_an_error(a in any::edge(), b in any::edge()) {
        let (x, y) = (usd(a), usd(b));
        let fits = |exact: i128| i64::try_from(exact).map(usd).map_err(|_| MoneyError::Overflow);
        prop_assert_eq!(x.checked_add(y), fits(i128::from(a) + i128::from(b)));
        prop_assert_eq!(x.checked_sub(y), fits(i128::from(a) - i128::from(b)));
        prop_assert_eq!(x.checked_mul(b), fits(i128::from(a) * i128::from(b)));
        prop_assert_eq!(x.checked_neg(), fits(-i128::from(a)));
        prop_assert_eq!(x.checked_add(eur(b)), Err(MoneyError::CurrencyMismatch));
    }

    #[test]
    fn rounding_is_off_by_half_a_unit_at_most(a in any::edge(), b in any::edge(), rate in any::edge(), whole in any::edge()) {
        if let Ok(price) = usd(a).times(Quantity::from_thousandths(b)) {
            let error = i128::from(price.minor) * 1000 - i128::from(a) * i128::from(b);
            prop_assert!(error.abs() * 2 <= 1000);
        }
        if let Ok(rounded) = usd(a).round_to_coin(whole) {
            prop_assert!(whole <= 0 || (rounded.minor % whole == 0 && (i128::from(rounded.minor) - i128::from(a)).abs() * 2 <= i128::from(whole)));
        }
        if let Ok(tax) = tax_in_gross(usd(a), RateMillionths(rate)) {
            let rate = i128::from(rate.max(0));
            let error = i128::from(tax.minor) * (1_000_000 + rate) - i128::from(a) * rate;
            prop_assert!(error.abs() * 2 <= 1_000_000 + rate);
        }
        // None of these may panic, whatever they are given.
        let results = [usd(a).at_rate(RateMillionths(rate)), usd(a).share(b, whole), tax_on_net(usd(a), RateMillionths(rate))];
        prop_assert!(results.iter().flatten().all(|money| money.currency == Currency::USD));
    }

    #[test]
    fn tax_inside_and_on_top_agree(net in -10_000_000_i64..10_000_000, rate in 0_i64..=1_000_000) {
        let rate = RateMillionths(rate);
        let tax = tax_on_net(usd(net), rate).unwrap();
        let gross = usd(net).checked_add(tax).unwrap();
        let inside = tax_in_gross(gross, rate).unwrap();
        prop_assert!((inside.minor - tax.minor).abs() <= 1, "{inside} inside, {tax} on top");
    }
}

//! Barcodes, against the standard's examples and against real ones.

use proptest::prelude::*;
use tradepost_domain::barcode::*;
use tradepost_domain::quantity::Quantity;

use crate::samples::shared_data;

fn gtin(text: &str) -> Gtin {
    Gtin::parse(text).unwrap()
}

#[test]
fn check_digits_are_verified_at_every_length() {
    for number in ["96385074", "036000291452", "4006381333931", "10614141000415"] {
        assert_eq!(gtin(number).to_string().trim_start_matches('0'), number.trim_start_matches('0'));
    }
    assert_eq!(Gtin::parse("4006381333930"), Err(GtinError::CheckDigit { expected: 1 }));
    for text in ["", "400638133393", "400638133393x", "+400638133393", "123456789", "400638133393111"] {
        assert!(Gtin::parse(text).is_err(), "{text}");
    }
}

#[test]
fn upc_a_and_ean_13_are_one_number() {
    assert_eq!(gtin("036000291452"), gtin("0036000291452"));
    assert_eq!(barcode_key("036000291452"), barcode_key("0036000291452"));
    assert_eq!(gtin("0036000291452").to_string(), "036000291452");
    assert_eq!(gtin("036000291452").to_gtin14(), "00036000291452");
}

#[test]
fn upc_e_is_expanded() {
    for (short, long) in [
        ("01234505", "012000003455"),
        ("04252614", "042100005264"),
        ("07832309", "078000003239"),
        ("01234531", "012300000451"),
        ("01234543", "012340000053"),
        ("01234558", "012345000058"),
        ("01234596", "012345000096"),
    ] {
        assert_eq!(Gtin::from_upc_e(short), Gtin::parse(long), "{short}");
        assert!(Gtin::from_upc_e(short).is_ok(), "{short}");
    }
    assert!(Gtin::from_upc_e("21234505").is_err());
}

#[test]
fn scans_are_told_apart() {
    let check = |raw: &str, expected: Scan| assert_eq!(normalize_scan(raw), expected, "{raw:?}");
    check("4006381333931", Scan::Gtin(gtin("4006381333931")));
    check(" 4006381333931\r\n", Scan::Gtin(gtin("4006381333931")));
    check("]E04006381333931", Scan::Gtin(gtin("4006381333931")));
    check("]C1010950600013435231", Scan::Gtin(gtin("09506000134352")));
    check("(01)09506000134352(17)251231", Scan::Gtin(gtin("09506000134352")));
    check("https://id.gs1.org/01/09506000134352/10/ABC?17=251231", Scan::Gtin(gtin("09506000134352")));
    check("07832309", Scan::Gtin(gtin("078000003239")));
    check("96385074", Scan::Gtin(gtin("96385074")));
    check("2012345012349", Scan::Restricted(gtin("2012345012349")));
    check("4006381333930", Scan::Text("4006381333930".to_owned()));
    check("TSHIRT-BLUE-M", Scan::Text("TSHIRT-BLUE-M".to_owned()));
    check("T03-2-000147", Scan::Text("T03-2-000147".to_owned()));
    check(" \u{0}\n", Scan::Empty);
    check("]E0", Scan::Empty);
    assert!(normalize_scan("https://shop.example/01/095060001343529").key().unwrap().starts_with("https"));
}

#[test]
fn numbers_of_a_shop_are_restricted() {
    for (body, is_restricted) in [
        ("201234501234", true),
        ("291234501234", true),
        ("021234501234", true),
        ("041234501234", true),
        ("301234501234", false),
        ("400638133393", false),
        ("0123456", true),
        ("2123456", true),
        ("9638507", false),
    ] {
        assert_eq!(Gtin::with_check_digit(body).unwrap().is_restricted(), is_restricted, "{body}");
    }
}

#[test]
fn prices_and_weights_are_read_out_of_a_code() {
    let check = |scheme: EmbeddedScheme, body: &str, item: &str, value: EmbeddedValue| {
        let read = scheme.read(Gtin::with_check_digit(body).unwrap()).unwrap();
        assert_eq!((read.item.as_str(), read.value), (item, value), "{body}");
    };
    let price = EmbeddedScheme::new(20, 5, false, EmbeddedKind::Price).unwrap();
    check(price, "201234501299", "12345", EmbeddedValue::PriceMinor(1299));
    let weight = EmbeddedScheme::new(28, 5, false, EmbeddedKind::Weight { decimals: 3 }).unwrap();
    check(weight.clone(), "281234501250", "12345", EmbeddedValue::Weight(Quantity::from_thousandths(1250)));
    let coarse = EmbeddedScheme::new(29, 4, false, EmbeddedKind::Weight { decimals: 2 }).unwrap();
    check(coarse, "291234000125", "1234", EmbeddedValue::Weight(Quantity::from_thousandths(1250)));
    let upc = EmbeddedScheme::new(2, 5, true, EmbeddedKind::Price).unwrap();
    check(upc, "021234592875", "12345", EmbeddedValue::PriceMinor(2875));
    let five = EmbeddedScheme::new(22, 4, true, EmbeddedKind::Price).unwrap();
    check(five.clone(), "221234614685", "1234", EmbeddedValue::PriceMinor(14_685));
    assert_eq!(five.read(Gtin::with_check_digit("221234514685").unwrap()), None, "a wrong check digit on the value");
    assert_eq!(weight.read(gtin("4006381333931")), None, "another prefix");
    let label = weight.read(weight.write("12345", 1250).unwrap()).unwrap();
    assert_eq!(label.without_value, Gtin::with_check_digit("281234500000").unwrap(), "what the variant's barcode is");
    assert_eq!((weight.write("1234", 1), weight.write("12345", 100_000)), (None, None));
}

#[test]
fn a_scheme_is_written_as_a_pattern() {
    for pattern in ["28IIIIIWW.WWWC", "02IIIIIKPPPPC", "20IIIIIPPPPPC", "22IIIIKPPPPPC", "29IIIIWWWWWWC", "21IIIIII.WWWWC"] {
        let read = pattern.parse::<EmbeddedScheme>();
        assert_eq!(read.map(|scheme| scheme.to_string()).ok().as_deref(), (pattern != "21IIIIII.WWWWC").then_some(pattern));
    }
    for pattern in [
        "",
        "2",
        "é8IIIIIWW.WWWC",
        "30IIIIIPPPPPC",
        "20IIIIIPPPPP",
        "20IIIIIPPPPPPC",
        "20IIIIIPPWPPC",
        "20IIIIIPPP.PPC",
        "+2IIIIIPPPPPC",
        "20IIIIIWW.W.WC",
    ] {
        assert!(pattern.parse::<EmbeddedScheme>().is_err(), "{pattern}");
    }
    let mut shop = tradepost_domain::shop::ShopSettings::new(
        tradepost_domain::id::ShopId::from_bytes([1; 16]),
        "Deli",
        tradepost_domain::money::Currency::EUR,
        "DE",
    );
    let label = Gtin::with_check_digit("281234501250").unwrap();
    assert_eq!(shop.read_embedded(label), None);
    shop.embedded_codes = vec!["20IIIIIPPPPPC".parse().unwrap(), "28IIIIIWW.WWWC".parse().unwrap()];
    assert_eq!(shop.read_embedded(label).unwrap().value, EmbeddedValue::Weight(Quantity::from_thousandths(1250)));
}

#[test]
fn a_scheme_describes_thirteen_digits() {
    assert_eq!(EmbeddedScheme::new(30, 5, false, EmbeddedKind::Price), Err(EmbeddedSchemeError::Prefix));
    assert_eq!(EmbeddedScheme::new(20, 3, false, EmbeddedKind::Price), Err(EmbeddedSchemeError::Digits));
    assert_eq!(EmbeddedScheme::new(20, 6, true, EmbeddedKind::Price), Err(EmbeddedSchemeError::Digits));
    assert_eq!(EmbeddedScheme::new(20, 5, true, EmbeddedKind::Weight { decimals: 4 }), Err(EmbeddedSchemeError::Decimals));
}

/// Crowd-sourced codes of real products. What does not verify was mistyped or invented: 13 digits of zeros and the like.
#[test]
fn real_barcodes_verify() {
    for file in ["barcodes/openfoodfacts-2016-search-uk.csv", "barcodes/openfoodfacts-2024-sample.csv"] {
        let Some(text) = shared_data(file) else { return };
        let codes =
            text.lines().filter_map(|line| line.split(',').next()).filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
        let (long, short): (Vec<&str>, Vec<&str>) =
            codes.filter(|code| matches!(code.len(), 8 | 13)).partition(|code| code.len() == 13);
        let verified: Vec<&&str> = long.iter().filter(|code| Gtin::parse(code).is_ok()).collect();
        let upc_e = short.iter().filter(|code| Gtin::parse(code).is_err() && Gtin::from_upc_e(code).is_ok()).count();
        println!("{file}: {} of {} EAN-13 verify; {upc_e} of {} short codes are UPC-E", verified.len(), long.len(), short.len());
        assert!(long.len() > 500 && verified.len() * 100 >= long.len() * 97, "{} of {}", verified.len(), long.len());
        for code in verified.into_iter().filter(|code| code.starts_with('0')) {
            assert_eq!(barcode_key(code), barcode_key(&code[1..]), "{code}");
        }
    }
}

proptest! {
    #[test]
    fn one_wrong_digit_is_always_noticed(body in "[0-9]{12}", place in 0_usize..13, digit in 0_u8..10) {
        let right = format!("{:013}", Gtin::with_check_digit(&body).unwrap().to_gtin14().parse::<u64>().unwrap());
        let mut wrong = right.clone().into_bytes();
        wrong[place] = b'0' + digit;
        let wrong = String::from_utf8(wrong).unwrap();
        prop_assert_eq!(Gtin::parse(&wrong).is_ok(), wrong == right);
    }

    #[test]
    fn any_text_is_scanned_without_a_panic(text in crate::any::text()) {
        let scan = normalize_scan(&text);
        if let Some(key) = scan.key() {
            prop_assert_eq!(barcode_key(&key), key.clone(), "a key is its own key: {:?}", text);
        }
    }

    #[test]
    fn every_scheme_reads_back(scheme in crate::any::embedded_scheme(), text in crate::any::text()) {
        prop_assert_eq!(scheme.to_string().parse(), Ok(scheme));
        if let Ok(read) = text.parse::<EmbeddedScheme>() {
            prop_assert_eq!(read.to_string(), text.trim());
        }
    }

    #[test]
    fn what_a_scale_writes_is_read(item in "[0-9]{5}", value in 0_u32..10_000, prefix in 20_u8..30) {
        let scheme = EmbeddedScheme::new(prefix, 5, true, EmbeddedKind::Price).unwrap();
        let read = scheme.read(scheme.write(&item, value).unwrap()).unwrap();
        prop_assert_eq!((read.item, read.value), (item, EmbeddedValue::PriceMinor(i64::from(value))));
    }
}

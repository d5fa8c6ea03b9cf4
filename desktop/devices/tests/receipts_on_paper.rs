//! Receipts as each printer prints them: encoded for its profile, sent over TCP, decoded strictly.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "../../../core/exchange/tests/sample/mod.rs"]
mod sample;

use std::time::Duration;

use proptest::prelude::*;
use sample::*;
use tradepost_devices::simulator::{Decoder, PageNumbers, Paper, Printout, SimulatedPrinter, WideLetters};
use tradepost_devices::{NetworkPrinter, ReceiptPrinter, StatusSupport, Timeouts};
use tradepost_domain::sale::Sale;
use tradepost_exchange::receipt::profile::{CutSupport, QrSupport, WideText};
use tradepost_exchange::receipt::{Drawer, PROFILES, PrinterProfile, ReceiptDocument};

fn paper(profile: &PrinterProfile) -> Paper {
    let wide_letters = match profile.wide_text {
        WideText::Gb18030 => WideLetters::Gb18030,
        WideText::ShiftJis => WideLetters::ShiftJis,
        WideText::None | WideText::Big5 | WideText::EucKr => WideLetters::None,
    };
    let page_numbers = if profile.key == "star-escpos" { PageNumbers::Star } else { PageNumbers::Epson };
    Paper { columns: profile.columns, width_dots: profile.width_dots, page_numbers, wide_letters }
}

fn print(sale: &Sale, profile: &PrinterProfile, drawer: Drawer) -> (Printout, Vec<char>) {
    let shop = shop();
    let job = ReceiptDocument::of_sale(sale, &context(&shop)).to_escpos(profile, drawer);
    (Decoder::decode(paper(profile), &job.bytes), job.unprintable)
}

#[test]
fn every_profile_prints_the_whole_receipt_without_an_error() {
    for profile in PROFILES {
        let (printout, unprintable) = print(&sale(), profile, Drawer::Open);
        assert_eq!((printout.errors.as_slice(), unprintable.as_slice()), (&[] as &[String], &[] as &[char]), "{}", profile.key);
        assert_eq!(
            (printout.drawer_kicks, printout.cuts.len()),
            (1, usize::from(profile.cut != CutSupport::TearBar)),
            "{}",
            profile.key
        );
        let text = printout.to_text(profile.columns);
        for expected in [
            "Käthes Lädchen",
            "München",
            "T03-2-000147",
            "T-shirt, blue / M",
            "0.25 kg x 49.90",
            "61.45",
            "Change",
            "8.55",
            "VAT 19 %",
            "7F3A-91C2",
        ] {
            assert!(text.contains(expected), "{}: {expected} is missing in\n{text}", profile.key);
        }
        match profile.qr {
            QrSupport::Native => assert_eq!(printout.qr_codes, ["https://shop.example/r/T03-2-000147"], "{}", profile.key),
            QrSupport::Raster => assert_eq!(printout.pictures.len(), 1, "{}", profile.key),
        }
        if let (Ok(folder), Some(picture)) = (std::env::var("TRADEPOST_KEEP_PICTURES"), printout.pictures.first()) {
            std::fs::write(format!("{folder}/qr-{}.pbm", profile.key), picture.to_pbm()).unwrap();
        }
    }
}

fn title_as_printed(title: &str, profile: &str) -> (String, Vec<char>) {
    let profile = PrinterProfile::by_key(profile).unwrap();
    let (printout, unprintable) = print(&sale_of(vec![line(1, title, 1000, 100)]), profile, Drawer::LeaveShut);
    assert_eq!(printout.errors, Vec::<String>::new());
    let rule = printout.lines.iter().position(|line| line.text.starts_with("---")).unwrap();
    (printout.lines[rule + 1].text.clone(), unprintable)
}

#[test]
fn letters_are_printed_as_they_are_or_in_latin() {
    let table = [
        ("Crème brûlée 5 €", "generic-80mm", "Crème brûlée 5 €"),
        ("Żółw, łódź", "generic-80mm", "Żółw, łódź"),
        ("Пельмени ё", "epson-tm-t88", "Пельмени ё"),
        ("Ελιές", "generic-80mm", "Ελιές"),
        ("Ελιές", "generic-58mm", "Elies"),
        ("Пельмени and łódź", "star-escpos", "Пельмени and łódź"),
        ("北京烤鸭", "chinese-80mm", "北京烤鸭"),
        ("日本茶", "japanese-80mm", "日本茶"),
        ("北京", "generic-80mm", "Bei Jing"),
        ("Tea\u{200b}pot – “blue”", "generic-58mm", "Teapot – “blue”"),
    ];
    for (title, profile, expected) in table {
        let (printed, unprintable) = title_as_printed(title, profile);
        assert_eq!((printed.trim(), unprintable.len()), (expected, 0), "{title} on {profile}");
    }
}

#[test]
fn a_letter_without_any_latin_spelling_is_told() {
    let (printed, unprintable) = title_as_printed("a \u{e000} b", "generic-80mm");
    assert_eq!((printed.as_str(), unprintable.as_slice()), ("a ? b", ['\u{e000}'].as_slice()));
}

#[test]
fn a_receipt_arrives_over_the_network_as_it_was_made() {
    let shop = shop();
    let profile = PrinterProfile::by_key("epson-tm-t88").unwrap();
    let job = ReceiptDocument::of_sale(&sale(), &context(&shop)).to_escpos(profile, Drawer::Open);
    let simulator = SimulatedPrinter::start(paper(profile)).unwrap();
    NetworkPrinter::new("Counter", simulator.address().to_string(), StatusSupport::Epson, Timeouts::default())
        .print(&job.bytes)
        .unwrap();
    let printouts = simulator.wait_for(1, Duration::from_secs(60)).unwrap();
    assert_eq!(printouts, [Decoder::decode(paper(profile), &job.bytes)]);
    println!("{}", printouts[0].to_text(profile.columns));
}

#[test]
fn two_hundred_and_fifty_lines_print() {
    let lines: Vec<_> = (0..250).map(|number| line(number, &format!("Thing {number}"), 1000, 100 + i64::from(number))).collect();
    for profile in PROFILES {
        let (printout, _) = print(&sale_of(lines.clone()), profile, Drawer::LeaveShut);
        assert_eq!(printout.errors, Vec::<String>::new());
        assert!(printout.lines.len() > 500);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_text_makes_any_printer_stumble(title in "\\PC{0,60}|.{0,40}", profile in 0..PROFILES.len()) {
        let (printout, _) = print(&sale_of(vec![line(1, &title, 1000, 100)]), &PROFILES[profile], Drawer::LeaveShut);
        prop_assert_eq!(printout.errors, Vec::<String>::new(), "{:?} on {}", title, PROFILES[profile].key);
    }
}

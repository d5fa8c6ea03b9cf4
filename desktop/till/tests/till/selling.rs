//! A day at the till, from the first scan to the Z report.

use std::time::Duration;

use egui::{Key, Modifiers};
use tradepost_devices::simulator::{Fault, PageNumbers, Paper, SimulatedPrinter, WideLetters};
use tradepost_domain::sale::TenderType;
use tradepost_operations::read::SaleFilter;

use super::bench::{Bench, CARD, MUG, look_into};

const PAPER: Paper = Paper { columns: 48, width_dots: 576, page_numbers: PageNumbers::Epson, wide_letters: WideLetters::None };

#[test]
fn a_day_from_the_first_scan_to_the_z_report() {
    let printer = SimulatedPrinter::start(PAPER).unwrap();
    let (root, mut bench) = Bench::ready(&printer.address().to_string());
    bench.scan(MUG);
    bench.until("Stoneware mug, 1, 18.00");
    bench.scan(MUG);
    bench.until("Stoneware mug, 2, 36.00");
    bench.press(Key::F12);
    bench.until("To pay");
    bench.type_keys("50");
    bench.until("Change 14.00");
    bench.press(Key::Enter);
    bench.until("Paid, receipt");
    assert!(bench.is_there("14.00"), "the change is on the screen: {:?}", bench.labels());
    let printouts = printer.wait_for(2, Duration::from_secs(60)).expect("drawer and receipt");
    assert_eq!(printouts.iter().map(|printout| printout.drawer_kicks).sum::<usize>(), 1, "the drawer opens once");
    let paper: String = printouts.iter().map(|printout| printout.to_text(48)).collect();
    assert!(paper.contains("Stoneware mug") && paper.contains("14.00"), "{paper}");
    let number = "T01-1-000001";
    assert!(paper.contains(number), "{paper}");
    let has_code =
        printouts.iter().any(|printout| printout.qr_codes.iter().any(|code| code == number) || !printout.pictures.is_empty());
    assert!(has_code, "the receipt has a code to scan for a refund");

    // The next thing starts the next sale, also typed by hand.
    bench.type_keys(CARD);
    bench.press(Key::Enter);
    bench.until("Greeting card, 1, 4.50");
    bench.press(Key::F12);
    bench.press(Key::F9);
    bench.until("Paid, no change");

    // The receipt's own code, scanned anywhere, opens its refund.
    bench.scan(number);
    bench.until(&format!("Refund of {number}"));
    bench.click("One more of Stoneware mug");
    bench.until("Refund 18.00");
    bench.press(Key::Enter);
    bench.until("Hand back");

    bench.press(Key::F7);
    bench.until("Cash in or out");
    bench.press(Key::F2);
    bench.type_keys("12.5");
    bench.click("Postage");
    bench.press(Key::Enter);
    bench.until("12.50 paid out.");

    bench.press(Key::F8);
    bench.until("2 sales");
    bench.press(Key::F12);
    bench.until("Count the drawer");
    // One hundred: 100 float + 36 sale - 18 refund - 12.50 paid out = 105.50 expected.
    bench.type_keys("1");
    bench.press(Key::F12);
    bench.until("Z report 1");
    assert!(bench.is_there("105.50") && bench.is_there("Short"), "{:?}", bench.labels());
    bench.press(Key::Enter);
    bench.until("Who is at the till?");
    bench.close();
    look_into(root.path(), |shop| {
        let reader = shop.reader().unwrap();
        let sales = reader.sales(&SaleFilter::default(), 10, 0).unwrap();
        assert_eq!(sales.iter().map(|sale| sale.gross.minor).collect::<Vec<_>>(), [450, 3600], "newest first");
        let closed = reader.z_report(sales[0].session).unwrap().unwrap();
        assert_eq!((closed.z_number, closed.cash_variance.minor, closed.totals.expected_cash.minor), (1, -550, 10_550));
        assert_eq!(closed.totals.tendered(TenderType::ExternalCard).minor, 450);
    });
}

#[test]
fn an_unknown_code_is_told_in_its_place_and_the_till_stays_ready() {
    let (_root, mut bench) = Bench::ready("");
    bench.scan("9999999999994");
    bench.until("Nothing has the code 9999999999994");
    bench.scan(CARD);
    bench.until("Greeting card, 1, 4.50");
    assert!(!bench.is_there("Nothing has the code"), "the old news is gone");
    bench.close();
}

#[test]
fn typing_finds_products_and_enter_adds_the_best() {
    let (_root, mut bench) = Bench::ready("");
    bench.type_keys("stone");
    bench.until("Stoneware mug MUG-1 18.00");
    bench.press(Key::Enter);
    bench.until("Stoneware mug, 1, 18.00");
    bench.close();
}

#[test]
fn a_scan_while_something_else_is_typed_is_still_a_scan() {
    let (_root, mut bench) = Bench::ready("");
    bench.scan(MUG);
    bench.until("Stoneware mug, 1");
    bench.press(Key::F3);
    bench.until("Save note");
    bench.type_keys("Gift");
    bench.scan(CARD);
    bench.until("Greeting card, 1, 4.50");
    bench.press(Key::Enter);
    bench.until("Note: Gift");
    bench.press(Key::F12);
    bench.until("To pay");
    bench.scan(CARD);
    bench.until("Greeting card, 2, 9.00");
    assert!(bench.is_there("27.00"), "the amount to pay follows: {:?}", bench.labels());
    bench.close();
}

#[test]
fn a_line_changes_by_keys_and_a_discount_carries_its_reason() {
    let (root, mut bench) = Bench::ready("");
    bench.scan(MUG);
    bench.until("Stoneware mug, 1");
    bench.press(Key::F1);
    bench.until("Save line");
    bench.type_keys("3");
    bench.press(Key::ArrowDown);
    bench.press(Key::ArrowDown);
    bench.type_keys("10");
    bench.click("Damaged");
    bench.press(Key::Enter);
    bench.until("Stoneware mug, 3, 48.60");
    bench.press_with(Modifiers::COMMAND, Key::ArrowDown);
    bench.until("Stoneware mug, 2, 32.40");
    bench.press(Key::F12);
    bench.until("To pay");
    bench.press(Key::F1);
    bench.until("Paid, no change");
    bench.close();
    look_into(root.path(), |shop| {
        let reader = shop.reader().unwrap();
        let row = reader.sales(&SaleFilter::default(), 1, 0).unwrap().remove(0);
        let sale = reader.sale(row.id).unwrap().unwrap();
        assert_eq!(sale.lines[0].line.discount.as_ref().unwrap().reason, "Damaged");
        assert_eq!(sale.gross.minor, 3240);
    });
}

#[test]
fn a_sale_is_split_between_card_and_cash() {
    let (root, mut bench) = Bench::ready("");
    bench.scan(MUG);
    bench.until("Stoneware mug, 1");
    bench.press(Key::F12);
    bench.until("To pay");
    bench.type_keys("10");
    bench.press(Key::F9);
    bench.until("Still to pay");
    bench.type_keys("9");
    bench.press(Key::F9);
    bench.until("change is only given from cash");
    bench.press(Key::Backspace);
    bench.press(Key::Enter);
    bench.until("Paid, no change");
    bench.close();
    look_into(root.path(), |shop| {
        let reader = shop.reader().unwrap();
        let row = reader.sales(&SaleFilter::default(), 1, 0).unwrap().remove(0);
        let tenders = reader.sale(row.id).unwrap().unwrap().tenders;
        assert_eq!(tenders.iter().map(|tender| tender.amount.minor).collect::<Vec<_>>(), [1000, 800]);
    });
}

#[test]
fn a_basket_is_parked_and_brought_back() {
    let (_root, mut bench) = Bench::ready("");
    bench.scan(MUG);
    bench.until("Stoneware mug, 1");
    bench.press(Key::F4);
    bench.until("Park this basket");
    bench.type_keys("Dog");
    bench.press(Key::Enter);
    bench.until("The basket is parked");
    bench.until("Ready to scan");
    bench.press(Key::F5);
    bench.until("Bring back Dog");
    bench.click("Bring back Dog");
    bench.until("Stoneware mug, 1, 18.00");
    bench.close();
}

#[test]
fn a_printer_without_paper_never_holds_up_the_sale() {
    let printer = SimulatedPrinter::start(PAPER).unwrap();
    printer.set_fault(Fault::PaperOut);
    let (root, mut bench) = Bench::ready(&printer.address().to_string());
    bench.scan(MUG);
    bench.until("Stoneware mug, 1");
    bench.press(Key::F12);
    bench.until("To pay");
    bench.press(Key::F1);
    bench.until("Paid, no change");
    bench.until("has no paper");
    bench.scan(CARD);
    bench.until("Greeting card, 1");
    bench.click("1 print waiting");
    bench.until("Print queue");
    let again = bench.labels().into_iter().find(|label| label.starts_with("Print Receipt")).unwrap();
    printer.set_fault(Fault::None);
    bench.click(&again);
    bench.until("Everything is printed");
    bench.close();
    look_into(root.path(), |shop| assert!(shop.print_queue().unwrap().is_empty()));
}

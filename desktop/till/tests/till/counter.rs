//! What happens at a counter beside scanning and paying: somebody approves, a scale's label is scanned, something without a code is sold, goods come
//! back without a receipt, a customer wants to be known, a report is printed.

use std::time::Duration;

use egui::{Key, Modifiers};
use tradepost_devices::simulator::{Fault, PageNumbers, Paper, SimulatedPrinter, WideLetters};
use tradepost_domain::barcode::EmbeddedScheme;
use tradepost_domain::sale::Sale;
use tradepost_operations::Shop;
use tradepost_operations::read::SaleFilter;

use super::bench::{Bench, CARD, CHEESE, MUG, look_into};

fn last_sale(shop: &Shop) -> Sale {
    let reader = shop.reader().unwrap();
    let row = reader.sales(&SaleFilter::default(), 1, 0).unwrap().remove(0);
    reader.sale(row.id).unwrap().unwrap()
}

/// Tom, who may not give discounts, at the till with a mug in the basket.
fn cashier_with_a_mug() -> (tempfile::TempDir, Bench) {
    let (root, mut bench) = Bench::ready("");
    bench.press(Key::F11);
    bench.sign_in("Tom, Cashier", "5678");
    bench.until("Ready to scan");
    bench.scan(MUG);
    bench.until("Stoneware mug, 1, 18.00");
    (root, bench)
}

fn pay_exactly(bench: &mut Bench) {
    bench.press(Key::F12);
    bench.until("To pay");
    bench.press(Key::F1);
    bench.until("Paid, no change");
}

#[test]
fn a_manager_approves_a_discount_at_the_till_and_the_sale_names_both() {
    let (root, mut bench) = cashier_with_a_mug();
    bench.press(Key::F2);
    bench.until("Needs approval");
    assert!(!bench.is_there("Tom, Cashier"), "who may not cannot approve: {:?}", bench.labels());
    bench.type_keys("9999");
    bench.press(Key::Enter);
    bench.until("Wrong PIN.");
    bench.type_keys("1234");
    bench.press(Key::Enter);
    bench.until("Approved by Maya.");
    bench.type_keys("10");
    bench.click("Damaged");
    bench.press(Key::Enter);
    bench.until("Discounts (10 % off, Damaged)");
    // It held for this once.
    bench.press(Key::F2);
    bench.until("Needs approval");
    bench.press(Key::Escape);
    pay_exactly(&mut bench);
    bench.close();
    look_into(root.path(), |shop| {
        let sale = last_sale(shop);
        let staff = shop.reader().unwrap().staff().unwrap();
        let named = |name: &str| staff.iter().find(|member| member.name == name).map(|member| member.id);
        assert_eq!((sale.gross.minor, sale.staff), (1620, named("Tom")));
        let discounted = sale.lines[0].discount;
        assert_eq!(discounted.minor, 180);
    });
}

#[test]
fn a_lower_price_that_was_approved_is_a_discount_with_the_approvers_name() {
    let (root, mut bench) = cashier_with_a_mug();
    bench.press(Key::F1);
    bench.until("Have it approved");
    bench.press(Key::F2);
    bench.until("Needs approval");
    bench.click("Maya, Owner");
    for key in ["1", "2", "3", "4"] {
        bench.click(key);
    }
    bench.click("Approve");
    bench.until("Approved by Maya.");
    bench.press(Key::ArrowDown);
    bench.type_keys("15");
    bench.press(Key::Enter);
    bench.until("Stoneware mug, 1, 15.00");
    pay_exactly(&mut bench);
    bench.close();
    look_into(root.path(), |shop| {
        let sale = last_sale(shop);
        let maya = shop.reader().unwrap().staff().unwrap().into_iter().find(|member| member.name == "Maya").unwrap();
        let discount = sale.lines[0].line.discount.clone().unwrap();
        assert_eq!((sale.gross.minor, discount.staff, discount.reason.as_str()), (1500, Some(maya.id), "Price changed"));
    });
}

#[test]
fn a_label_of_the_scale_sells_its_weight_and_a_label_with_a_price_its_price() {
    let (root, mut bench) = Bench::ready("");
    let label = |pattern: &str, value: u32| {
        let scheme: EmbeddedScheme = pattern.parse().unwrap();
        format!("{:0>13}", scheme.write(CHEESE, value).unwrap().to_string())
    };
    bench.scan(&label("28IIIIIWW.WWWC", 425));
    bench.until("Harbor cheese, 0.425 kg, 5.48");
    bench.scan(&label("02IIIIIKPPPPC", 437));
    bench.until("Harbor cheese, 0.339 kg, 4.37");
    // The same label twice is two packets, not one of twice the weight.
    bench.scan(&label("02IIIIIKPPPPC", 437));
    bench.until("3 lines");
    pay_exactly(&mut bench);
    bench.close();
    look_into(root.path(), |shop| assert_eq!(last_sale(shop).gross.minor, 548 + 437 + 437));
}

#[test]
fn something_without_a_code_is_sold_by_its_amount_and_name() {
    let (root, mut bench) = Bench::ready("");
    bench.press_with(Modifiers::COMMAND, Key::O);
    bench.until("Add to basket");
    bench.type_keys("1250");
    bench.type_keys("Chair repair");
    bench.press(Key::Enter);
    bench.until("Chair repair, 1, 1,250.00");
    // A search that found nothing gives the name; the tax category is one key away.
    bench.type_keys("Old frame");
    bench.until("Nothing is called");
    bench.click("Open line");
    bench.until("Add to basket");
    bench.press(Key::F2);
    bench.type_keys("5");
    bench.click("Add to basket");
    bench.until("Old frame, 1, 5.00");
    pay_exactly(&mut bench);
    bench.close();
    look_into(root.path(), |shop| {
        let sale = last_sale(shop);
        let titles: Vec<_> = sale.lines.iter().map(|item| (item.line.title.as_str(), item.line.variant)).collect();
        assert_eq!(titles, [("Chair repair", None), ("Old frame", None)]);
        assert_ne!(sale.lines[0].line.tax_category, sale.lines[1].line.tax_category);
    });
}

#[test]
fn goods_come_back_without_a_receipt_when_somebody_who_may_says_so() {
    let (root, mut bench) = cashier_with_a_mug();
    bench.press(Key::F6);
    bench.until("which receipt?");
    bench.press(Key::F2);
    bench.until("Needs approval");
    bench.type_keys("1234");
    bench.press(Key::Enter);
    bench.until("Refund without a receipt");
    bench.scan(CARD);
    bench.until("Greeting card, 1, 4.50");
    bench.click("Gift");
    bench.press(Key::F4);
    bench.until("Damaged");
    bench.press(Key::Enter);
    bench.until("Hand back");
    bench.until("Ready to scan");
    assert!(bench.is_there("22.50"), "{:?}", bench.labels());
    bench.close();
    look_into(root.path(), |shop| {
        let reader = shop.reader().unwrap();
        let row = reader.refunds(10, 0).unwrap().remove(0);
        let refund = reader.refund(row.id).unwrap().unwrap();
        let maya = reader.staff().unwrap().into_iter().find(|member| member.name == "Maya").unwrap();
        assert_eq!((refund.gross.minor, refund.staff, refund.sale), (2250, Some(maya.id), None));
        assert_eq!(refund.reason, "Gift (Tom at the till)");
    });
}

#[test]
fn a_customer_is_added_and_found_again_and_stands_in_the_sale() {
    let (root, mut bench) = Bench::ready("");
    bench.scan(MUG);
    bench.until("Stoneware mug, 1");
    bench.press_with(Modifiers::COMMAND, Key::U);
    bench.until("Who buys?");
    bench.type_keys("Ada King");
    bench.until("Nobody is called");
    bench.press(Key::Enter);
    bench.until("Add customer");
    bench.press(Key::Enter);
    bench.until("Customer: Ada King");
    pay_exactly(&mut bench);
    // The next sale is nobody's again, until she is found by a part of her name.
    bench.scan(MUG);
    bench.until("Stoneware mug, 1");
    assert!(!bench.is_there("Customer: Ada King"), "{:?}", bench.labels());
    bench.press_with(Modifiers::COMMAND, Key::U);
    bench.until("Who buys?");
    bench.type_keys("kin");
    bench.until("Ada King");
    bench.press(Key::Enter);
    bench.until("Customer: Ada King");
    bench.click("Customer: Ada King");
    bench.until("Who buys?");
    bench.press(Key::F4);
    bench.until("Scan or search");
    assert!(!bench.is_there("Customer: Ada King"), "{:?}", bench.labels());
    bench.close();
    look_into(root.path(), |shop| {
        let customers = shop.reader().unwrap().customers("ada", 10, 0).unwrap();
        assert_eq!(customers.len(), 1);
        assert_eq!(last_sale(shop).customer, Some(customers[0].id));
    });
}

#[test]
fn an_x_report_waits_for_the_printer_like_a_receipt() {
    let paper = Paper { columns: 48, width_dots: 576, page_numbers: PageNumbers::Epson, wide_letters: WideLetters::None };
    let printer = SimulatedPrinter::start(paper).unwrap();
    printer.set_fault(Fault::PaperOut);
    let (_root, mut bench) = Bench::ready(&printer.address().to_string());
    bench.press(Key::F8);
    bench.until("The day so far");
    bench.press(Key::F9);
    bench.until("1 print waiting");
    bench.click("1 print waiting");
    bench.until("Print X report again");
    printer.set_fault(Fault::None);
    bench.click("Print X report again");
    bench.until("Everything is printed");
    let printouts = printer.wait_for(1, Duration::from_secs(60)).expect("the report");
    let text: String = printouts.iter().map(|printout| printout.to_text(48)).collect();
    assert!(text.contains("X report") && text.contains("100.00"), "{text}");
    bench.close();
}

#[test]
fn a_product_with_a_picture_is_shown_with_it() {
    let (_root, mut bench) = Bench::ready("");
    bench.until("Harbor cheese");
    bench.until_pictures(1);
    bench.close();
}

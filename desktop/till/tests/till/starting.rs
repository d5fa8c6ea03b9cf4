//! Before the first sale: no shop, PINs, the drawer, and what is there again after a power cut.

use egui::Key;
use egui_kittest::kittest::Queryable;

use super::bench::{Bench, MUG, look_into, make_shop};

#[test]
fn without_a_shop_the_till_asks_to_be_paired_and_says_what_is_wrong() {
    let root = tempfile::tempdir().unwrap();
    let mut bench = Bench::open(&root.path().join("nothing"), "");
    bench.until("One-time code");
    bench.type_keys("http://127.0.0.1:9");
    bench.harness.get_by_label("One-time code").focus();
    bench.harness.step();
    bench.type_keys("4f7k-9q2m");
    bench.press(Key::Enter);
    bench.until("does not answer");
    assert!(bench.is_there("Address of the server"), "the form stays for another try");
    bench.close();
}

#[test]
fn a_wrong_pin_is_told_and_five_of_them_lock_the_person_out() {
    let (_root, mut bench) = Bench::new();
    for _ in 0..5 {
        bench.sign_in("Maya, Owner", "9999");
        bench.until("Wrong PIN");
    }
    bench.sign_in("Maya, Owner", "1234");
    bench.until("Too many wrong PINs");
    bench.sign_in("Tom, Cashier", "5678");
    bench.until("Open the drawer");
    bench.close();
}

#[test]
fn a_scan_before_signing_in_is_not_a_pin() {
    let (_root, mut bench) = Bench::new();
    bench.until("Maya, Owner");
    bench.scan(MUG);
    bench.until("Sign in first");
    bench.close();
}

#[test]
fn after_a_power_cut_the_basket_is_there_and_the_pin_is_asked_again() {
    let (root, mut bench) = Bench::ready("");
    bench.scan(MUG);
    bench.until("Stoneware mug, 1, 18.00");
    bench.close();
    let mut bench = Bench::open(root.path(), "");
    bench.until("Who is at the till?");
    assert!(!bench.is_there("Stoneware mug"), "nobody sees it before signing in");
    bench.sign_in("Tom, Cashier", "5678");
    bench.until("Stoneware mug, 1, 18.00");
    assert!(bench.is_there("Take payment"), "the drawer is open still");
    bench.close();
    look_into(root.path(), |shop| assert_eq!(shop.reader().unwrap().sessions(10, 0).unwrap().len(), 1));
}

#[test]
fn a_second_till_on_the_same_folder_is_refused_with_the_reason() {
    let root = tempfile::tempdir().unwrap();
    make_shop(root.path());
    let first = Bench::open(root.path(), "");
    let mut first = first;
    first.until("Who is at the till?");
    let mut second = Bench::open(root.path(), "");
    second.until("The shop could not be opened");
    first.close();
    second.click("Try again");
    second.until("Who is at the till?");
    second.press(Key::Escape);
    second.close();
}

//! The plug is pulled 200 times in the middle of sales: whatever was printed is there, once, and the basket is as it was last shown.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tradepost_tests::programs::{Tradepost, demo_products, program};
use tradepost_tests::simulation::Rng;

const KILLS: usize = 200;

#[test]
fn a_till_killed_two_hundred_times_loses_nothing_that_was_printed_and_books_nothing_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let till = Tradepost::on(folder.path().join("till"));
    till.json(&["shop", "create", "--name", "Crash shop", "--currency", "EUR", "--country", "DE", "--tax-inclusive"]);
    till.json(&["import", demo_products().to_str().expect("a path")]);
    till.json(&["till", "open", "--float", "100.00"]);
    let mut rng = Rng::new(20_261_122);
    let mut printed: BTreeMap<String, i64> = BTreeMap::new();
    let mut basket_lines = 0;
    for _ in 0..KILLS {
        let told = sell_until_killed(&till, &mut rng);
        let (kept, lines_after) = read_told(&told, &mut printed);
        if let Some(kept) = kept {
            // What was said to be saved is there. Only a basket that was ready to be paid may be gone: its sale was completed and its word did not get out.
            let may_be_sold = kept == 0 && basket_lines == 2;
            assert!(kept >= basket_lines || may_be_sold, "the basket had {basket_lines} lines and came back with {kept}");
            basket_lines = lines_after;
        }
    }
    assert!(
        printed.len() > KILLS / 2,
        "only {} receipts were printed: the kills come too early to prove anything",
        printed.len()
    );
    for (receipt, gross) in &printed {
        let shown = till.json(&["receipt", receipt]);
        let booked = shown["gross"].as_str().expect("an amount").replace('.', "");
        assert_eq!(booked.parse::<i64>().expect("a number"), *gross, "{receipt}");
    }
    let report = till.json(&["verify"]);
    assert_eq!(report["ok"], true, "{report}");
}

/// Starts the cashier, lets some sales be printed, and pulls the plug a moment after one of its words.
fn sell_until_killed(till: &Tradepost, rng: &mut Rng) -> Vec<String> {
    let mut command = Command::new(program("selling-till"));
    command.arg(till.data()).env("TRADEPOST_KEY_FILE", "1").stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = command.spawn().expect("the till starts");
    let out = child.stdout.take().expect("its words");
    let (words_before, microseconds) = (1 + rng.below(12) as usize, rng.below(4_000));
    let mut told = Vec::new();
    let mut lines = BufReader::new(out).lines().map_while(Result::ok);
    told.extend(lines.by_ref().take(words_before));
    pull_the_plug(&mut child, microseconds);
    // What it had said before the plug was pulled is still in the pipe: a receipt that came out counts.
    told.extend(lines);
    told
}

/// A random moment later, so that the kill falls into every part of a sale.
fn pull_the_plug(child: &mut Child, microseconds: u64) {
    std::thread::sleep(Duration::from_micros(microseconds));
    child.kill().expect("killed");
    child.wait().expect("ended");
}

/// Takes the receipts that came out; how many lines the basket came back with, and how many it was last said to have.
fn read_told(told: &[String], printed: &mut BTreeMap<String, i64>) -> (Option<usize>, usize) {
    let (mut kept, mut lines) = (None, 0);
    for word in told {
        let parts: Vec<&str> = word.split(' ').collect();
        match parts.as_slice() {
            ["BASKET", count] => {
                kept = count.parse().ok();
                lines = kept.unwrap_or(0);
            }
            ["SAVED", count] => lines = count.parse().unwrap_or(0),
            ["PRINTED", receipt, gross] => {
                lines = 0;
                let gross = gross.parse().expect("an amount");
                assert!(printed.insert((*receipt).to_owned(), gross).is_none(), "{receipt} was printed twice");
            }
            // The last word may be cut off in the middle: then nothing was printed.
            _ => {}
        }
    }
    (kept, lines)
}

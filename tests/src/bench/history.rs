//! A sale after a thousand earlier ones and after very many: postings are added up, not counted through.

use std::time::Duration;

use tradepost_domain::quantity::Quantity;
use tradepost_domain::sale::TenderType;
use tradepost_operations::{BatchLine, BatchSale, BatchTender};

use super::goods;
use super::lab::{Counter, Lab};
use super::measure::{Times, now, ratio, show, show_ratio, timed};
use super::table::{Row, Verdict};

const FEW: usize = 1_000;
const SALES: u64 = 300;
const SAME: u128 = 120;

/// Two shops alike but for their past, sold at by turns.
pub fn run(lab: &mut Lab) -> Result<Vec<Row>, String> {
    let many = lab.history();
    let mut young = lab.few("young")?;
    let mut old = lab.few("old")?;
    sell_history(&mut young, FEW)?;
    let making = sell_history(&mut old, many)?;
    let (mut few, mut lots) = (Times::default(), Times::default());
    for number in 0..SALES {
        // Whoever comes second finds the disk warm.
        if number % 2 == 0 {
            one(&mut young, number, &mut few)?;
            one(&mut old, number, &mut lots)?;
        } else {
            one(&mut old, number, &mut lots)?;
            one(&mut young, number, &mut few)?;
        }
    }
    let reached = ratio(lots.p50(), few.p50());
    let a_sale = making / u32::try_from(many.max(1)).unwrap_or(u32::MAX);
    Ok(vec![Row {
        what: format!("sale after {many} sales, p50"),
        figure: show(lots.p50()),
        floor: format!("{} after {FEW}", show(few.p50())),
        ratio: show_ratio(reached),
        target: "the same within 20 %".to_owned(),
        verdict: Verdict::of(reached <= SAME),
        notes: vec![
            format!("p99 {} and {}; {SALES} sales each, by turns", show(lots.p99()), show(few.p99())),
            format!("the past was sold from a script, {} each", show(a_sale)),
        ],
    }])
}

fn one(counter: &mut Counter, number: u64, times: &mut Times) -> Result<(), String> {
    let checkout = counter.checkout(number);
    let (shop, mut by) = counter.side.work();
    let (done, time) = timed(|| shop.complete(&mut by, checkout));
    done.map_err(|error| error.to_string())?;
    times.add(time);
    counter.tidy(number);
    Ok(())
}

/// Sales of three lines, each an entry of its own.
fn sell_history(counter: &mut Counter, sales: usize) -> Result<Duration, String> {
    let (products, till) = (counter.products, counter.till);
    let (shop, mut by) = counter.side.work();
    let mut seller = shop.batch_seller(&by, till).map_err(|error| error.to_string())?;
    // It is the past that is made here: it need not reach the disk entry by entry.
    seller.relax().map_err(|error| error.to_string())?;
    let start = now();
    for number in 0..sales {
        let line = |index: usize| BatchLine {
            code: goods::barcode(goods::chance((number * 3 + index) as u64, products)),
            quantity: Quantity::ONE,
            unit_price: None,
        };
        let sale =
            BatchSale { lines: (0..3).map(line).collect(), discount: None, tender: BatchTender::Exact(TenderType::ExternalCard) };
        seller.sell(&mut by, sale).map_err(|error| error.to_string())?;
    }
    seller.finish().map_err(|error| error.to_string())?;
    Ok(start.elapsed())
}

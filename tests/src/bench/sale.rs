//! A cash sale of five lines, on disk before anything is printed, beside the least that any durable thing costs.

use super::lab::Lab;
use super::measure::{DiskFloor, Times, bytes_written, load, ratio, show, show_ratio, timed, timed_both};
use super::table::{Row, Verdict};

const SALES: u64 = 300;
const TARGET: u128 = 200;

/// Pairwise: one page written and synced, one sale.
pub fn run(lab: &mut Lab) -> Result<Vec<Row>, String> {
    let mut disk = DiskFloor::open(lab.root())?;
    let counter = lab.big()?;
    let mut bytes = 0;
    let (mut floor, mut sales, mut on_processor, mut after) =
        (Times::default(), Times::default(), Times::default(), Times::default());
    for number in 0..SALES {
        let checkout = counter.checkout(number);
        floor.add(disk.write());
        let (shop, mut by) = counter.side.work();
        let before = bytes_written();
        let (done, time, processor) = timed_both(|| shop.complete_ahead(&mut by, checkout));
        bytes += bytes_written() - before;
        done.map_err(|error| error.to_string())?;
        sales.add(time);
        on_processor.add(processor);
        after.add(timed(|| shop.apply_ahead()).1);
        counter.tidy(number);
    }
    let reached = ratio(sales.p50(), floor.p50());
    Ok(vec![Row {
        what: "cash sale of 5 lines, p50".to_owned(),
        figure: show(sales.p50()),
        floor: format!("{} (4 KiB and fdatasync)", show(floor.p50())),
        ratio: show_ratio(reached),
        target: format!("at most {}", show_ratio(TARGET)),
        verdict: Verdict::of(reached <= TARGET),
        notes: vec![format!(
            "p99 {}, the disk's p99 {}; of the processor p50 {}; {} KiB written each; stock, lists and totals {} afterwards; {SALES} times, {} products; {}",
            show(sales.p99()),
            show(floor.p99()),
            show(on_processor.p50()),
            bytes / SALES / 1024,
            show(after.p50()),
            counter.products,
            load()
        )],
    }])
}

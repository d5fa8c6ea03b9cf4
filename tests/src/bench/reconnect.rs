//! A reconnect with nothing new: it costs a vector, whatever the shop's size.

use tradepost_connection::SystemEnvironment;
use tradepost_domain::device::DeviceRole;

use super::lab::Lab;
use super::measure::{Times, hundredths, ratio, show, show_ratio, timed};
use super::table::{Row, Verdict};
use crate::setting::{Side, Wire, exchange, join, reopen};

const TIMES: usize = 60;
/// Times may differ by a quarter, bytes by no more than numbers take that have more digits.
const SAME: u128 = 125;
const SAME_BYTES: u64 = 64;

/// A small shop and the big one, by turns.
pub fn run(lab: &mut Lab) -> Result<Vec<Row>, String> {
    let products = lab.few_products();
    let mut small = small_pair(lab)?;
    let folder = lab.root().join("second");
    let (big, joined) = lab.big_and_new()?;
    let mut member = match joined.take() {
        Some(member) => member,
        None => join(&mut big.side, &folder, Box::new(SystemEnvironment::new()), DeviceRole::Server, None),
    };
    exchange(&mut member, &mut big.side);
    let (mut few, mut many) = (Times::default(), Times::default());
    let (mut few_bytes, mut many_bytes) = (0, 0);
    for _ in 0..TIMES {
        few_bytes = again(&mut small.0, &mut small.1, &mut few)?;
        many_bytes = again(&mut member, &mut big.side, &mut many)?;
    }
    *joined = Some(member);
    let time = ratio(many.p50(), few.p50());
    let bytes_differ = many_bytes.abs_diff(few_bytes);
    Ok(vec![
        Row {
            what: format!("reconnect, {} products, bytes", big.products),
            figure: format!("{many_bytes} bytes"),
            floor: format!("{few_bytes} bytes at {products}"),
            ratio: show_ratio(hundredths(many_bytes.into(), few_bytes.into())),
            target: "the same".to_owned(),
            verdict: Verdict::of(bytes_differ <= SAME_BYTES),
            notes: Vec::new(),
        },
        Row {
            what: format!("reconnect, {} products, p50", big.products),
            figure: show(many.p50()),
            floor: format!("{} at {products}", show(few.p50())),
            ratio: show_ratio(time),
            target: "the same".to_owned(),
            verdict: Verdict::of(time <= SAME),
            notes: vec![format!("{TIMES} reconnects each, by turns; both ends in one process, without a socket")],
        },
    ])
}

fn small_pair(lab: &Lab) -> Result<(Side, Side), String> {
    lab.import(lab.few_products(), "small")?;
    let mut office = reopen(&lab.root().join("small"), Box::new(SystemEnvironment::new()));
    let folder = lab.root().join("small-member");
    let mut member = join(&mut office, &folder, Box::new(SystemEnvironment::new()), DeviceRole::Server, None);
    exchange(&mut member, &mut office);
    Ok((member, office))
}

fn again(caller: &mut Side, called: &mut Side, times: &mut Times) -> Result<u64, String> {
    let (counts, time) = timed(|| {
        let mut wire = Wire::dial(caller)?;
        wire.run(caller, called)
    });
    let counts = counts.map_err(|error| error.to_string())?;
    if counts.sent + counts.received > 0 {
        return Err("there was something new".to_owned());
    }
    times.add(time);
    Ok(counts.bytes_out + counts.bytes_in)
}

//! A reconnect with nothing new: it costs a vector, whatever the shop's size.

use std::path::Path;

use tradepost_connection::SystemEnvironment;
use tradepost_domain::device::DeviceRole;
use tradepost_domain::id::TillId;

use super::lab::{Lab, euro};
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
        None => join_with_session(&mut big.side, &folder)?,
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

/// As many devices with a chain of their own as the big shop has: an office and a till, each with something recorded.
fn small_pair(lab: &Lab) -> Result<(Side, Side), String> {
    lab.import(lab.few_products(), "small")?;
    let mut office = reopen(&lab.root().join("small"), Box::new(SystemEnvironment::new()));
    let mut member = join_with_session(&mut office, &lab.root().join("small-member"))?;
    exchange(&mut member, &mut office);
    Ok((member, office))
}

/// A till that has joined, loaded everything, and opened its drawer.
fn join_with_session(office: &mut Side, folder: &Path) -> Result<Side, String> {
    let till = add_till(office)?;
    let mut member = join(office, folder, Box::new(SystemEnvironment::new()), DeviceRole::Till, Some(till));
    exchange(&mut member, office);
    let (shop, mut by) = member.work();
    shop.open_session(&mut by, till, euro(0)).map_err(|error| error.to_string())?;
    Ok(member)
}

fn add_till(office: &mut Side) -> Result<TillId, String> {
    let (shop, mut by) = office.work();
    let locations = shop.reader().and_then(|reader| Ok(reader.locations()?)).map_err(|error| error.to_string())?;
    let location = locations.first().ok_or("there is no location")?.id;
    Ok(shop.add_till(&mut by, "Till", location).map_err(|error| error.to_string())?.id)
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

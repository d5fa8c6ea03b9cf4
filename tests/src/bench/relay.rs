//! One sale, from the till that made it onto the other till, through a real server process on this machine.
//!
//! It is timed from the moment it is on the first till's disk until it is on the second's: two writes that are waited for
//! (server, second till) and the ways between.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use tradepost_connection::{Device, SyncState};
use tradepost_domain::id::{FactId, TillId};
use tradepost_replica::lock;

use super::lab::{Counter, Lab};
use super::measure::{DiskFloor, Times, now, ratio, show, show_ratio, timed};
use super::server::{Hosted, side_of};
use super::table::{Row, Verdict};

const SALES: u64 = 150;
const TARGET: u128 = 300;
const ARRIVES_WITHIN: Duration = Duration::from_secs(20);
/// News that may wait: one commit of the other till each.
const NEWS_MAX: usize = 4096;

type News = (Instant, Vec<FactId>);

/// Pairwise: the floor, one sale.
pub fn run(lab: &mut Lab) -> Result<Vec<Row>, String> {
    let folder = lab.root().join("relay");
    let mut disks = (DiskFloor::open(lab.root())?, DiskFloor::open(lab.root())?);
    let mut line = Loopback::open()?;
    let hosted = lab.hosted()?;
    let (first, till) = hosted.till(&folder, "first")?;
    let (second, _) = hosted.till(&folder, "second")?;
    let news = listen(&second);
    let words = |error: tradepost_connection::ConnectionError| error.to_string();
    let (at_first, at_second) = (first.start_sync().map_err(words)?, second.start_sync().map_err(words)?);
    wait_for(|| at_first.status().state == SyncState::InStep && at_second.status().state == SyncState::InStep)?;
    let measured = sell(hosted, &first, till, &news, &mut line, &mut disks);
    at_first.stop();
    at_second.stop();
    let (sales, floor) = measured?;
    let reached = ratio(sales.p50(), floor.p50());
    Ok(vec![Row {
        what: "sale, till to till, p50".to_owned(),
        figure: show(sales.p50()),
        floor: format!("{} (2 round trips, 2 fdatasyncs)", show(floor.p50())),
        ratio: show_ratio(reached),
        target: format!("at most {}", show_ratio(TARGET)),
        verdict: Verdict::of(reached <= TARGET),
        notes: vec![format!(
            "real server process, WebSocket on loopback; p99 {}, the floor's {}; {SALES} sales",
            show(sales.p99()),
            show(floor.p99())
        )],
    }])
}

fn sell(
    hosted: &Hosted,
    first: &Device,
    till: TillId,
    news: &Receiver<News>,
    line: &mut Loopback,
    disks: &mut (DiskFloor, DiskFloor),
) -> Result<(Times, Times), String> {
    let mut side = side_of(first, &hosted.server.folder)?;
    let (shop, mut by) = side.work();
    let session = shop.open_session(&mut by, till, super::lab::euro(10_000)).map_err(|error| error.to_string())?.session.id;
    let mut counter = Counter { side, products: hosted.products, till, session };
    let (mut sales, mut floor) = (Times::default(), Times::default());
    for number in 0..SALES {
        let checkout = counter.checkout(number);
        let (trips, trip_time) = timed(|| line.round_trip().and_then(|()| line.round_trip()));
        trips.map_err(|error| error.to_string())?;
        floor.add(trip_time + disks.0.write() + disks.1.write());
        let (shop, mut by) = counter.side.work();
        let sale = shop.complete_ahead(&mut by, checkout).map_err(|error| error.to_string())?.sale;
        let sold = now();
        shop.apply_ahead();
        let arrived = arrival_of(sale.id.into(), news)?;
        sales.add(arrived.saturating_duration_since(sold));
        counter.tidy(number);
        // Both ends tell each other that they hold the same; the next sale does not begin in the middle of that.
        while news.recv_timeout(Duration::from_millis(20)).is_ok() {}
    }
    Ok((sales, floor))
}

/// Tells what the device commits, and when.
fn listen(device: &Device) -> Receiver<News> {
    let (tell, news) = sync_channel(NEWS_MAX);
    let replica = device.replica();
    lock(&replica).on_commit(Box::new(move |touched| {
        // Nobody listens any more once the figures are taken.
        drop(tell.try_send((now(), touched.facts.clone())));
    }));
    news
}

fn arrival_of(sale: FactId, news: &Receiver<News>) -> Result<Instant, String> {
    let start = now();
    while start.elapsed() < ARRIVES_WITHIN {
        if let Ok((at, facts)) = news.recv_timeout(ARRIVES_WITHIN)
            && facts.contains(&sale)
        {
            return Ok(at);
        }
    }
    Err("a sale did not arrive at the other till".to_owned())
}

fn wait_for(holds: impl Fn() -> bool) -> Result<(), String> {
    let start = now();
    while start.elapsed() < ARRIVES_WITHIN {
        if holds() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Err("the tills did not get in step".to_owned())
}

/// Somebody on this machine who says back what was said.
struct Loopback {
    stream: TcpStream,
}

impl Loopback {
    fn open() -> Result<Self, String> {
        let words = |error: std::io::Error| error.to_string();
        let listener = TcpListener::bind("127.0.0.1:0").map_err(words)?;
        let address = listener.local_addr().map_err(words)?;
        std::thread::spawn(move || echo(&listener));
        let stream = TcpStream::connect(address).map_err(words)?;
        stream.set_nodelay(true).map_err(words)?;
        Ok(Self { stream })
    }

    fn round_trip(&mut self) -> std::io::Result<()> {
        let mut words = [7; 1024];
        self.stream.write_all(&words)?;
        self.stream.read_exact(&mut words)
    }
}

fn echo(listener: &TcpListener) {
    let Ok((mut stream, _)) = listener.accept() else { return };
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let mut words = [0; 1024];
    while stream.read_exact(&mut words).and_then(|()| stream.write_all(&words)).is_ok() {}
}

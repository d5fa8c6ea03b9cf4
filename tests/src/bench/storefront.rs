//! Product pages of a shop of ten thousand, beside a file of the same size from the same server: each page for the first time, pages
//! that were seen before, and those while a till sells.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tradepost_connection::Device;
use tradepost_domain::id::TillId;

use super::goods;
use super::lab::{Counter, Lab};
use super::load::{Client, each_once_a_second, requests_a_second};
use super::measure::{hundredths, show_ratio};
use super::server::side_of;
use super::table::{Row, Verdict};

const ROUND: Duration = Duration::from_secs(4);
const ROUNDS: u64 = 3;
/// A third.
const TARGET: u128 = 33;
const SLUG: &str = "bench";
/// What a file has to begin with to be served as a picture.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Between two sales of a busy till.
const BETWEEN_SALES: Duration = Duration::from_millis(200);

/// By turns: pages of products chosen by chance, one file.
pub fn run(lab: &mut Lab) -> Result<Vec<Row>, String> {
    let folder = lab.root().join("storefront");
    let hosted = lab.hosted()?;
    let (address, products) = (hosted.server.address, hosted.products);
    let pages: Vec<String> = (0..products).map(|number| format!("/s/{SLUG}/products/{}", goods::handle(number))).collect();
    let first = pages.first().ok_or("there are no products")?;
    let bytes = page_bytes(address, first)?;
    let file = [place_file(&hosted.server.folder, bytes)?];
    // Whatever the server kept is out of date once the frame of every page changed.
    rename(side_of(&hosted.office, &folder)?)?;
    hosted.office.sync_once(Duration::from_secs(60)).map_err(|error| error.to_string())?;
    let at_first = each_once_a_second(address, &pages)?;
    let (mut of_pages, mut of_file) = (0, 0);
    for round in 0..ROUNDS {
        of_file += requests_a_second(address, &file, ROUND, round)?;
        of_pages += requests_a_second(address, &pages, ROUND, round + 100)?;
    }
    let same_page = requests_a_second(address, std::slice::from_ref(first), ROUND, 7)?;
    let (of_pages, of_file) = (of_pages / ROUNDS, of_file / ROUNDS);
    let (till, id) = hosted.till(&folder, "selling")?;
    let (while_selling, sales) = beside_a_till(&till, id, products, &folder, || requests_a_second(address, &pages, ROUND, 500))?;
    let floor = format!("{of_file} a second (file of {} KB)", bytes / 1000);
    let row = |what: &str, figure: u64, note: String| {
        let reached = hundredths(figure.into(), of_file.into());
        Row {
            what: format!("product pages, {products} products{what}"),
            figure: format!("{figure} a second"),
            floor: floor.clone(),
            ratio: show_ratio(reached),
            target: "at least a third".to_owned(),
            verdict: Verdict::of(reached >= TARGET),
            notes: vec![note],
        }
    };
    let kept = format!(
        "pages by chance out of all, each seen before; one page again and again: {same_page} a second; 8 kept connections, buyers and server share the processors"
    );
    let selling = format!("{sales} sales of five lines in {} seconds reached the server meanwhile", ROUND.as_secs());
    Ok(vec![
        row("", of_pages, kept),
        row(", a till sells", while_selling, selling),
        Row {
            target: "-".to_owned(),
            verdict: Verdict::None,
            ..row(", first seen", at_first, "every page once, none of them kept before".to_owned())
        },
    ])
}

fn page_bytes(address: std::net::SocketAddr, page: &str) -> Result<usize, String> {
    let answer = Client::dial(address).and_then(|mut client| client.get(page)).map_err(|error| error.to_string())?;
    if answer.status != 200 {
        return Err(format!("{page} answered {}", answer.status));
    }
    if !String::from_utf8_lossy(&answer.body).contains("</h1>") {
        return Err(format!("{page} is no product page"));
    }
    Ok(answer.body.len())
}

/// What `measured` gives while a till of the shop sells and syncs, and how many sales that were.
fn beside_a_till(
    device: &Device,
    till: TillId,
    products: usize,
    folder: &std::path::Path,
    measured: impl FnOnce() -> Result<u64, String> + Send,
) -> Result<(u64, u64), String> {
    let mut side = side_of(device, folder)?;
    let (shop, mut by) = side.work();
    let session = shop.open_session(&mut by, till, super::lab::euro(10_000)).map_err(|error| error.to_string())?.session.id;
    let mut counter = Counter { side, products, till, session };
    let line = device.start_sync().map_err(|error| error.to_string())?;
    let is_done = AtomicBool::new(false);
    let mut sales = 0;
    let outcome = std::thread::scope(|scope| {
        let measuring = scope.spawn(|| {
            let outcome = measured();
            is_done.store(true, Ordering::Relaxed);
            outcome
        });
        while !is_done.load(Ordering::Relaxed) {
            let checkout = counter.checkout(sales);
            let (shop, mut by) = counter.side.work();
            shop.complete(&mut by, checkout).map_err(|error| error.to_string())?;
            counter.tidy(sales);
            sales += 1;
            std::thread::sleep(BETWEEN_SALES);
        }
        measuring.join().map_err(|_| "the buyers broke off".to_owned())?
    });
    line.stop();
    Ok((outcome?, sales))
}

/// Changes the shop's tagline.
fn rename(mut office: crate::setting::Side) -> Result<(), String> {
    let (shop, mut by) = office.work();
    let mut settings = shop.settings().map_err(|error| error.to_string())?;
    settings.tagline = "Everything for the house".to_owned();
    shop.edit_shop(&mut by, &settings).map_err(|error| error.to_string())?;
    Ok(())
}

/// A file of this many bytes where the server keeps the shop's pictures.
fn place_file(server: &std::path::Path, bytes: usize) -> Result<String, String> {
    let words = |error: std::io::Error| error.to_string();
    let shops = std::fs::read_dir(server.join("shops")).map_err(words)?;
    let shop = shops.flatten().map(|entry| entry.path()).find(|path| path.is_dir()).ok_or("the server has no shop")?;
    let mut body = PNG.to_vec();
    body.resize(bytes, 0x41);
    let name = blake3::hash(&body).to_hex().to_string();
    std::fs::create_dir_all(shop.join("blobs")).map_err(words)?;
    std::fs::write(shop.join("blobs").join(&name), &body).map_err(words)?;
    Ok(format!("/s/{SLUG}/blobs/{name}"))
}

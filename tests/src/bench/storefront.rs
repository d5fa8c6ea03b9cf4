//! Product pages of a shop of ten thousand, beside a file of the same size from the same server.

use std::time::Duration;

use super::goods;
use super::lab::Lab;
use super::load::{Client, requests_a_second};
use super::measure::{hundredths, show_ratio};
use super::table::{Row, Verdict};

const ROUND: Duration = Duration::from_secs(4);
const ROUNDS: u64 = 3;
/// A third.
const TARGET: u128 = 33;
const SLUG: &str = "bench";
/// What a file has to begin with to be served as a picture.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// By turns: pages of products chosen by chance, one file.
pub fn run(lab: &mut Lab) -> Result<Vec<Row>, String> {
    let hosted = lab.hosted()?;
    let (address, products) = (hosted.server.address, hosted.products);
    let pages: Vec<String> = (0..products).map(|number| format!("/s/{SLUG}/products/{}", goods::handle(number))).collect();
    let first = pages.first().ok_or("there are no products")?;
    let words = |error: std::io::Error| error.to_string();
    let answer = Client::dial(address).and_then(|mut client| client.get(first)).map_err(words)?;
    if answer.status != 200 {
        return Err(format!("{first} answered {}", answer.status));
    }
    let title = "</h1>";
    if !String::from_utf8_lossy(&answer.body).contains(title) {
        return Err(format!("{first} is no product page"));
    }
    let bytes = answer.body.len();
    let file = [place_file(&hosted.server.folder, bytes)?];
    let (mut of_pages, mut of_file) = (0, 0);
    for round in 0..ROUNDS {
        of_file += requests_a_second(address, &file, ROUND, round)?;
        of_pages += requests_a_second(address, &pages, ROUND, round + 100)?;
    }
    let same_page = requests_a_second(address, std::slice::from_ref(first), ROUND, 7)?;
    let (of_pages, of_file) = (of_pages / ROUNDS, of_file / ROUNDS);
    let reached = hundredths(of_pages.into(), of_file.into());
    Ok(vec![Row {
        what: format!("product pages, {products} products"),
        figure: format!("{of_pages} a second"),
        floor: format!("{of_file} a second (file of {} KB)", bytes / 1000),
        ratio: show_ratio(reached),
        target: "at least a third".to_owned(),
        verdict: Verdict::of(reached >= TARGET),
        notes: vec![format!(
            "pages by chance out of all; one page again and again: {same_page} a second; 8 kept connections, buyers and server share the processors"
        )],
    }])
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

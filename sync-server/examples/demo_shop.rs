//! Makes a server's data folder with the demo shop in it, for browser tests and for looking at pages: `demo_shop DIR [MORE]`, with so
//! many further products for measuring.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::path::PathBuf;
use std::sync::Arc;

use tradepost_operations::lock;
use tradepost_server::config::Config;

#[tokio::main]
async fn main() {
    let data = PathBuf::from(std::env::args().nth(1).expect("usage: demo_shop DIR"));
    std::fs::create_dir_all(&data).unwrap();
    let (app, _stop) = support::open(&data, Config::default()).await;
    let router = tradepost_server::router(Arc::clone(&app));
    let token = std::fs::read_to_string(data.join("admin-token")).unwrap();
    let device = support::Device::found("Harbor & Oak", "USD", "US");
    let shop = lock(&device.replica).shop();
    let count =
        device.take_demo(&support::workspace().join("installers/demo"), &data.join("shops").join(shop.to_string()).join("blobs"));
    device.product("Enamel kettle with a very long name that goes on over more than one line of a card", 6_450, 2);
    device.product("Paper star", 900, 0);
    let more: usize = std::env::args().nth(2).map_or(0, |number| number.parse().expect("a number of products"));
    device.take_many(more);
    support::publish(&router, token.trim(), &device).await;
    support::sync(&app, &device);
    app.close().await;
    println!("{count} products at /s/{}/", app.shops.find(shop).unwrap().slug);
}

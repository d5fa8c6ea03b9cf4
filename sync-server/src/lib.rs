//! The server of Tradepost: hosts shops, takes part in their sync, and shows their storefronts to buyers.
//!
//! Each shop is a replica in a folder of its own, made by the same core as a device, so shops are apart by file. What is not a
//! shop's own (checkouts, reservations, outgoing mail, pairing codes) stands in the server database. Nothing here decides what a
//! sale or an order is: that is `tradepost_operations`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing))]

mod api;
mod art;
mod assets;
mod basket_cookie;
mod blobs;
mod changes;
mod checkout;
pub mod config;
mod database;
mod environment;
pub mod error;
mod health;
mod http;
pub mod jobs;
mod limits;
mod mail;
pub mod operator;
mod order_news;
mod page_cache;
pub mod serve;
mod server;
mod shops;
mod signing;
mod storefront;
mod sync;
mod templates;
mod words;

pub use environment::SystemEnvironment;
pub use http::router;
pub use server::{ADMIN_TOKEN_FILE, App, Server};

//! The server by request, on real shops in temporary folders.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod devices;
mod mail;
mod operator;
mod orders;
mod schema;
mod storefront;
#[path = "../support/mod.rs"]
mod support;

//! The back office: a window for the people who run the shop.
//!
//! `api` is what screens ask for and get, and knows no window; `command` hands it to the window; `window` starts it.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing))]

pub mod api;
pub mod arguments;
mod command;
pub mod window;

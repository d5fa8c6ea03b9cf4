//! The till as its user meets it: by label and by key, on a real shop in a temporary folder, with a simulated printer.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod bench;
mod counter;
mod every_key;
mod hurry;
mod news;
mod selling;
mod starting;
mod window;

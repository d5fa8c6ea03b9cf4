//! The till as its user meets it: by label and by key, on a real shop in a temporary folder, with a simulated printer.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod bench;
mod every_key;
mod selling;
mod starting;
mod window;

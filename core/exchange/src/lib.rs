//! Files from and for other systems: product files in and out, receipts, labels, accounting.
//!
//! Pure but for [`std::io::Read`] and [`std::io::Write`]: it opens no file and no socket, and knows no clock. What it reads it reads in bounded memory, and
//! what is wrong with one row is told by row and does not stop the file.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing))]

pub mod accounting;
pub mod duplicates;
pub mod error;
pub mod format;
pub mod labels;
mod letters;
mod neutral;
mod pdf;
mod problem;
mod qr;
pub mod receipt;
mod rows;
pub mod shopify;
mod source;

pub use error::ExchangeError;
pub use format::{Format, detect};
pub use problem::PROBLEMS_MAX;
pub use rows::{CELL_BYTES_MAX, COLUMNS_MAX, ROW_BYTES_MAX};

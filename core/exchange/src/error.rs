//! What can stop a whole file. What is wrong with one row is an [`ImportProblem`](tradepost_domain::import::ImportProblem), not an error.

use crate::format::Format;

/// Why a file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// Reading broke off.
    #[error("the file could not be read to its end ({0}). Copy it to this computer and try again")]
    Read(#[source] std::io::Error),
    /// Writing broke off.
    #[error("the file could not be written ({0}). Check that the disk has room and try again")]
    Write(#[source] std::io::Error),
    /// There is nothing in it.
    #[error("the file is empty. Export it again from the other program")]
    Empty,
    /// It is something else than a table of text.
    #[error("this is {found}, not a CSV file. {advice}")]
    NotCsv {
        /// What it is, as far as can be told.
        found: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// A table, but not of products.
    #[error("this is {format}: it holds no products to import. {}", .format.advice())]
    NotProducts {
        /// What it is.
        format: Format,
    },
    /// A table of products that cannot be imported yet.
    #[error("this is {format}, which cannot be imported yet. {}", .format.advice())]
    Later {
        /// What it is.
        format: Format,
    },
}

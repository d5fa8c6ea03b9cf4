//! Why a command was not done, and with which exit code.

use serde_json::json;
use tradepost_connection::ConnectionError;
use tradepost_domain::money::MoneyError;
use tradepost_domain::quantity::QuantityError;
use tradepost_exchange::ExchangeError;
use tradepost_operations::{OperationError, ReplicaError};

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// It was not typed right.
    #[error("{0}")]
    Usage(String),
    /// What was named is not there, or does not fit.
    #[error("{0}")]
    Refused(String),
    /// The shop says no.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// The device or its server says no.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// A product file cannot be read.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// A printer does not print.
    #[error(transparent)]
    Printer(#[from] tradepost_devices::PrinterError),
    /// A file cannot be read or written.
    #[error("{path} could not be {action}: {reason}")]
    File {
        /// As typed.
        path: String,
        /// "read", "written".
        action: &'static str,
        /// The system's words.
        reason: String,
    },
}

impl CliError {
    pub fn reading(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::File { path: path.display().to_string(), action: "read", reason: error.to_string() }
    }

    pub fn writing(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::File { path: path.display().to_string(), action: "written", reason: error.to_string() }
    }

    /// 2 for what was typed wrong, 1 for what was refused.
    pub fn exit_code(&self) -> u8 {
        if matches!(self, Self::Usage(_)) { 2 } else { 1 }
    }

    /// A stable word for scripts.
    fn code(&self) -> &str {
        match self {
            Self::Usage(_) => "usage",
            Self::Refused(_) => "refused",
            Self::Operation(error) => error.code(),
            Self::Connection(ConnectionError::NoShopHere) => "no_shop_here",
            Self::Connection(ConnectionError::ShopHere) => "shop_exists",
            Self::Connection(ConnectionError::Replica(ReplicaError::InUse)) => "in_use",
            Self::Connection(_) => "connection",
            Self::Exchange(_) => "file_not_readable",
            Self::Printer(_) => "printer",
            Self::File { .. } => "file",
        }
    }

    /// The answer of a refused command under `--json`.
    pub fn to_json(&self) -> String {
        format!("{}\n", json!({ "error": self.code(), "message": self.to_string() }))
    }
}

impl From<ReplicaError> for CliError {
    fn from(error: ReplicaError) -> Self {
        Self::Operation(OperationError::Storage(error))
    }
}

impl From<MoneyError> for CliError {
    fn from(error: MoneyError) -> Self {
        Self::Operation(error.into())
    }
}

impl From<QuantityError> for CliError {
    fn from(error: QuantityError) -> Self {
        Self::Operation(error.into())
    }
}

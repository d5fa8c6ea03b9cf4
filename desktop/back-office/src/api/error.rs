//! What a screen is told when something cannot be done: a closed code, and a sentence for the person.

use serde::Serialize;
use tradepost_connection::ConnectionError;
use tradepost_operations::{OperationError, ReplicaError};
use ts_rs::TS;

/// Why not. Screens decide by the code and show the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// There is no shop on this machine yet.
    NoShop,
    /// Another program has this shop's file open.
    InUse,
    /// What was typed cannot be taken.
    Input,
    /// The shop's rules say no.
    Refused,
    /// The person who works here may not do this.
    NotPermitted,
    /// It is not there, or not any more.
    NotFound,
    /// The server or the network.
    Connection,
    /// The shop's file or the disk.
    Storage,
    /// The person stopped it.
    Stopped,
}

/// An error as it reaches a screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// Why not.
    pub code: ErrorCode,
    /// What failed and what to do next.
    pub message: String,
}

/// What every function of the api returns.
pub type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    /// An error with a message.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// What was typed cannot be taken.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Input, message)
    }

    /// It is not there.
    pub fn not_found(what: &str) -> Self {
        Self::new(ErrorCode::NotFound, format!("This {what} is not there any more. It may have been changed on another device."))
    }
}

/// A sentence of a lower crate as a person reads it: a capital at its start, a full stop at its end.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let start: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let end = if message.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{start}{}{end}", letters.as_str())
}

impl From<OperationError> for ApiError {
    fn from(error: OperationError) -> Self {
        let code = match &error {
            OperationError::Refused(_) => ErrorCode::Refused,
            OperationError::NotPermitted { .. } => ErrorCode::NotPermitted,
            OperationError::NotFound { .. } => ErrorCode::NotFound,
            OperationError::Storage(_) => ErrorCode::Storage,
        };
        Self::new(code, sentence(&error.to_string()))
    }
}

impl From<ReplicaError> for ApiError {
    fn from(error: ReplicaError) -> Self {
        let code = if matches!(error, ReplicaError::InUse) { ErrorCode::InUse } else { ErrorCode::Storage };
        Self::new(code, sentence(&error.to_string()))
    }
}

impl From<ConnectionError> for ApiError {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::Replica(replica) => replica.into(),
            ConnectionError::NoShopHere => Self::new(ErrorCode::NoShop, sentence(&error.to_string())),
            ConnectionError::KeysMissing { .. }
            | ConnectionError::BackupKeysMissing { .. }
            | ConnectionError::NotKeys { .. }
            | ConnectionError::Folder { .. } => Self::new(ErrorCode::Storage, sentence(&error.to_string())),
            ConnectionError::ShopHere
            | ConnectionError::BadAddress(_)
            | ConnectionError::Unreachable { .. }
            | ConnectionError::NotOurServer
            | ConnectionError::Refused { .. }
            | ConnectionError::NotConnected
            | ConnectionError::Sync(_)
            | ConnectionError::NotInTime { .. }
            | ConnectionError::BlobTooLarge { .. }
            | ConnectionError::NoThread => Self::new(ErrorCode::Connection, sentence(&error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_read_as_sentences() {
        assert_eq!(sentence("the server does not answer: check the address"), "The server does not answer: check the address.");
        assert_eq!(sentence("Try again."), "Try again.");
    }
}

//! What can go wrong, and what a visitor or operator is told about it.

use tradepost_operations::{OperationError, ReplicaError};

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The configuration.
    #[error("configuration: {0}")]
    Config(String),
    /// A file or folder of the data folder.
    #[error("{what}: {source}")]
    File {
        /// What was being done.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The server database.
    #[error("the server database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The server database is of a newer version.
    #[error("the server database cannot be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A shop's own file.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
    /// An operation was refused or failed.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// A template is broken.
    #[error("a page's template failed: {0}")]
    Template(#[from] minijinja::Error),
    /// A price could not be computed.
    #[error("a price could not be computed: {0}")]
    Pricing(String),
    /// The shop is named here but its settings have not arrived.
    #[error("this shop is being set up: come back in a moment")]
    NotReady,
    /// Nothing stands at this address.
    #[error("not found")]
    NotFound,
    /// The request says what it may not, or does not say what it must; in words for its sender.
    #[error("{0}")]
    BadRequest(String),
    /// The request comes from another site or without its token.
    #[error("the form had expired or came from another page: go back, reload the page, and send it again")]
    Forged,
    /// Too many at once, or too long.
    #[error("too many visitors at this moment: try again in a few seconds")]
    Busy,
    /// Mail could not be made or sent.
    #[error("mail: {0}")]
    Mail(String),
    /// Something broke that never should.
    #[error("{0}")]
    Internal(String),
}

impl ServerError {
    /// A file operation's failure.
    pub fn file(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::File { what, source }
    }

    /// Its HTTP status.
    pub fn status(&self) -> axum::http::StatusCode {
        use axum::http::StatusCode;
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Forged => StatusCode::FORBIDDEN,
            Self::Busy | Self::NotReady => StatusCode::SERVICE_UNAVAILABLE,
            Self::Config(_)
            | Self::File { .. }
            | Self::Database(_)
            | Self::Migration(_)
            | Self::Replica(_)
            | Self::Operation(_)
            | Self::Template(_)
            | Self::Pricing(_)
            | Self::Mail(_)
            | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

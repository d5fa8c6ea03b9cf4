//! What can go wrong with a replica, by what a caller does about it.

use rusqlite::ErrorCode;

use crate::journal::Refused;

/// Why a replica could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ReplicaError {
    /// Another program has the file open.
    #[error("this shop is open in another program: close it there first")]
    InUse,
    /// No shop in this folder.
    #[error("there is no shop in this folder: create one, or pair this device with a shop")]
    NoShopHere,
    /// There is a shop already.
    #[error("there is a shop in this folder already")]
    ShopExists,
    /// The file was written by a later version.
    #[error(
        "this shop was opened with a newer version of the program (schema {found}, this one knows {known}): update the program"
    )]
    NewerVersion {
        /// The file's schema version.
        found: u32,
        /// The newest schema that this program knows.
        known: u32,
    },
    /// The key does not fit, or the file is no database.
    #[error(
        "the shop's file cannot be opened: its key does not fit, or it is damaged; restore a backup, or pair this device again"
    )]
    WrongKey,
    /// No space left.
    #[error("the disk is full: nothing was lost or half done; free some space and try again")]
    DiskFull,
    /// The file may not be written.
    #[error("the shop's file cannot be written: check the permissions of its folder")]
    ReadOnly,
    /// The file is damaged.
    #[error("the shop's file is damaged ({what}): run a check, then restore a backup or pair this device again")]
    Damaged {
        /// What was found.
        what: String,
    },
    /// An entry would be larger than allowed.
    #[error("this is too large to be recorded at once ({what}): do it in smaller parts")]
    TooLarge {
        /// What is too large.
        what: &'static str,
    },
    /// A draft without anything in it.
    #[error("there is nothing to record")]
    NothingToRecord,
    /// A peer's entry is wrong in itself.
    #[error("an entry was refused: {0}")]
    Refused(#[from] Refused),
    /// A certificate chain does not lead to the shop's root key.
    #[error("this device's certificate is not valid for this shop: pair it again")]
    NotCertified,
    /// The device was revoked.
    #[error("this device no longer belongs to the shop")]
    Revoked,
    /// This device may not certify others.
    #[error("this device may not pair others: use a back office or the server")]
    MayNotCertify,
    /// A checkpoint does not fit.
    #[error("the checkpoint cannot be loaded ({what}): ask for it again")]
    Checkpoint {
        /// What does not fit.
        what: &'static str,
    },
    /// Reading or writing a file beside the database.
    #[error("a file of the shop cannot be read or written ({0}): check the disk and the permissions of its folder")]
    File(#[from] std::io::Error),
    /// The database refused; the text is for a support file, not for a screen.
    #[error("the shop's file could not be read or written; try again, and run a check if it happens again")]
    Storage(#[source] rusqlite::Error),
}

impl ReplicaError {
    /// The file holds something that it must not hold.
    pub fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }

    /// Whether the cause is the machine (disk, file) rather than the data.
    pub fn is_of_the_machine(&self) -> bool {
        matches!(self, Self::DiskFull | Self::ReadOnly | Self::Storage(_) | Self::File(_) | Self::InUse)
    }
}

impl From<rusqlite::Error> for ReplicaError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly,
            Some(ErrorCode::NotADatabase) => Self::WrongKey,
            Some(ErrorCode::DatabaseCorrupt) => Self::damaged("a page of the database"),
            _ => Self::Storage(error),
        }
    }
}

//! What can go wrong between a device and the world, in words for the person in front of it.

use tradepost_replica::ReplicaError;
use tradepost_sync::SyncError;

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// The folder holds no shop.
    #[error("there is no shop in this folder yet: create one, or join one with a pairing code")]
    NoShopHere,
    /// The folder holds a shop already.
    #[error("this folder already holds a shop: choose another folder")]
    ShopHere,
    /// The shop's own storage.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
    /// The keys to the shop's file are gone.
    #[error(
        "the keys to this shop's file are missing from {place}: restore a backup or pair this device again; nothing in the file was changed"
    )]
    KeysMissing {
        /// Keyring or key file.
        place: String,
    },
    /// A backup whose keys are nowhere.
    #[error(
        "the keys to this backup are missing: put the file {beside} beside it, which was written with it, or say where it is (--keys FILE); without it nobody can open the backup"
    )]
    BackupKeysMissing {
        /// What the file of the keys is called.
        beside: String,
    },
    /// A file that holds no keys.
    #[error("{file} is no file of keys: it is written beside a backup, and ends in .keys")]
    NotKeys {
        /// Its name.
        file: String,
    },
    /// A file of the data folder could not be read or written.
    #[error("{what} could not be {action}: {reason}")]
    Folder {
        /// Which.
        what: String,
        /// "read", "written".
        action: &'static str,
        /// The system's words.
        reason: String,
    },
    /// Not an address.
    #[error("{0:?} is not a server's address: it looks like https://shop.example")]
    BadAddress(String),
    /// Nobody answers.
    #[error(
        "the server does not answer ({reason}): check the address and the network; everything done here is safe and goes out later"
    )]
    Unreachable {
        /// Why, shortly.
        reason: String,
    },
    /// Somebody answers, but not our server.
    #[error(
        "something else than a Tradepost server answers at this address: check it (a sign-in page of the network may be in the way)"
    )]
    NotOurServer,
    /// The server says no, and why.
    #[error("{message}")]
    Refused {
        /// Its code.
        code: String,
        /// For a person.
        message: String,
    },
    /// No server was set up yet.
    #[error("this shop is not connected to a server yet: connect it first")]
    NotConnected,
    /// The session with the server failed.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// The server was not in step in time.
    #[error(
        "not everything was exchanged in time: {waiting} entries are still to go; they are safe here and go out with the next sync"
    )]
    NotInTime {
        /// How many.
        waiting: u64,
    },
    /// A picture over the limit.
    #[error("the picture has {bytes} bytes; the most is two million: save it smaller and try again")]
    BlobTooLarge {
        /// Its size.
        bytes: usize,
    },
    /// A background thread could not be started.
    #[error("this computer refuses to start another task: close other programs and try again")]
    NoThread,
}

impl ConnectionError {
    /// A failure to read a file of the data folder.
    pub(crate) fn reading(what: &str, error: &std::io::Error) -> Self {
        Self::Folder { what: what.to_owned(), action: "read", reason: error.kind().to_string() }
    }

    /// A failure to write a file of the data folder.
    pub(crate) fn writing(what: &str, error: &std::io::Error) -> Self {
        Self::Folder { what: what.to_owned(), action: "written", reason: error.kind().to_string() }
    }
}

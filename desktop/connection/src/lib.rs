//! What a device needs to be a replica in the world: its data folder, its keys, pairing, and the line to the server.
//!
//! It knows sockets, clocks and the keyring. It does not know what a sale is: it moves entries and tells how that goes.

mod backup;
mod blobs;
mod client;
mod device;
mod environment;
mod error;
mod keys;
mod line;
mod status;

pub use backup::BackupKeys;
pub use blobs::{BLOB_BYTES_MAX, Blobs, Keep, picture_type};
pub use device::{Device, PairCode, SyncReport};
pub use environment::SystemEnvironment;
pub use error::ConnectionError;
pub use line::SyncHandle;
pub use status::{SyncState, SyncStatus};

//! What replicas say to each other: messages, and a session that turns messages and time into messages and changes.
//!
//! Sans-IO: no socket, thread or clock. [`Session`] is given frames, the replica and an environment, and answers with
//! [`Output`]s. One protocol serves device to server and device to device.

mod handshake;
mod message;
pub mod pairing;
mod session;

pub use message::{FRAME_BYTES_MAX, Message, PROTOCOL, SyncError};
pub use session::{Counts, Output, Role, Session, SessionState, goodbye};

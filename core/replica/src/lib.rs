//! One shop's data on one machine: journal, documents, facts, balances, projections and search, in one encrypted SQLite file.
//!
//! One operation is one entry is one SQLite transaction. Nothing here has a clock, randomness or a thread of its own: the
//! caller brings an [`Environment`]. Nothing here knows sockets, windows or the server.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing))]

mod backup;
mod breaker;
mod cbor;
mod checkpoint;
mod digest;
mod documents;
mod durability;
pub mod entry;
pub mod environment;
mod error;
mod gate;
pub mod identity;
mod journal;
pub mod origin;
mod projections;
pub mod read;
mod rebuild;
mod replica;
#[doc(hidden)]
pub mod simulated;
mod store;
mod verify;

pub use checkpoint::CheckpointSource;
pub use durability::Durability;
pub use entry::{EntryHeader, SectionHeader, SectionKind, TransferEntry};
pub use environment::{ClockReading, Environment};
pub use error::ReplicaError;
pub use identity::{Continuity, Discontinuity, Membership, public_key_of, verify_signature};
pub use journal::{Fresh, FreshHook, Guards, Refused};
pub use origin::{Hash, Origin, Position, Vector};
pub use read::Reader;
pub use rebuild::RebuildReport;
pub use replica::*;
pub use verify::{Progress, VerifyReport};

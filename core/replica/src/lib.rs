//! One shop's data on one machine: journal, documents, facts, balances, projections and search, in one encrypted SQLite file.
//!
//! One operation is one entry is one SQLite transaction. Nothing here has a clock, randomness or a thread of its own: the
//! caller brings an [`Environment`]. Nothing here knows sockets, windows or the server.

pub mod entry;
pub mod environment;
pub mod origin;
pub mod read;
mod replica;

pub use entry::{EntryHeader, SectionHeader, SectionKind, TransferEntry};
pub use environment::{ClockReading, Environment};
pub use origin::{Hash, Origin, Position, Vector};

pub use replica::*;

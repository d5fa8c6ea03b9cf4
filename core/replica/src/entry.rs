//! The journal entry as it is stored, signed and sent.

use serde::{Deserialize, Serialize};
use tradepost_domain::id::{BatchId, ShopId, StaffId};

use crate::environment::ClockReading;
use crate::origin::{Hash, Origin};

/// The longest header: room for [`SECTIONS_MAX`] sections of 60 bytes and what stands before them.
pub const HEADER_BYTES_MAX: usize = 20 * 1024;
/// The largest section.
pub const SECTION_BYTES_MAX: usize = 1024 * 1024;
/// The largest entry: header and sections together.
pub const ENTRY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The most sections of an entry.
pub const SECTIONS_MAX: usize = 256;
/// The most origins an entry depends on directly.
pub const DEPENDENCIES_MAX: usize = 64;
/// The version of this format.
pub const FORMAT: u16 = 1;

/// What an operation did, signed; canonical CBOR. Never pruned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryHeader {
    /// [`FORMAT`].
    pub format: u16,
    /// The shop.
    pub shop: ShopId,
    /// Who wrote it.
    pub origin: Origin,
    /// Dense from 1.
    pub seq: u64,
    /// The hash of this origin's last header; zeros for the first.
    pub previous: Hash,
    /// The origins that this one read further since its own last entry, and how far.
    pub depends_on: Vec<(Origin, u64)>,
    /// One more than the highest of all entries that this one depends on.
    pub lamport: u64,
    /// What the clocks said.
    pub clock: ClockReading,
    /// Who did it, if somebody was signed in.
    pub staff: Option<StaffId>,
    /// What was done: `sale.complete`.
    pub operation: String,
    /// The larger piece of work it belongs to.
    pub batch: Option<BatchId>,
    /// The version of the program that wrote it.
    pub app_version: String,
    /// The oldest format that a reader must know to apply it.
    pub min_reader_version: u16,
    /// Its sections.
    pub sections: Vec<SectionHeader>,
}

/// What kind of bytes a section holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SectionKind {
    /// A fact in CBOR.
    Fact,
    /// One change of one document.
    DocumentChange,
    /// The hash, length and type of a blob kept elsewhere.
    Blob,
    /// Personal data, erasable. Reserved.
    Personal,
}

/// A section's place in the header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionHeader {
    /// Which part of the shop it belongs to: the document's kind or the fact's name.
    pub scope: String,
    /// What kind of bytes.
    pub kind: SectionKind,
    /// How many.
    pub length: u32,
    /// Their BLAKE3 hash.
    pub hash: Hash,
}

/// An entry as it travels: the header's bytes as signed, the signature over them, and the sections' bytes (`None`: pruned).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferEntry {
    /// [`EntryHeader`] in canonical CBOR.
    #[serde(with = "serde_bytes")]
    pub header: Vec<u8>,
    /// Ed25519 signature over `header`.
    #[serde(with = "serde_bytes")]
    pub signature: Vec<u8>,
    /// The sections in the header's order.
    pub sections: Vec<Option<serde_bytes::ByteBuf>>,
}

//! The journal entry as it is stored, signed and sent.

use serde::{Deserialize, Serialize};
use tradepost_domain::id::{BatchId, ReplicaId, ShopId, StaffId};

use crate::cbor;
use crate::environment::ClockReading;
use crate::error::ReplicaError;
use crate::journal::Refused;
use crate::origin::{Hash, Origin, Position};

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
/// The longest name of an operation, scope or version, in bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// The highest seq: it shares 64 bits with the origin's number and the section.
pub const SEQ_MAX: u64 = u32::MAX as u64;
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
    /// The origins that this one read further since its own last entry, and where each stood: the hash tells which branch was read
    /// where a chain has two.
    pub depends_on: Vec<(Origin, Position)>,
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

impl SectionKind {
    const fn code(self) -> u8 {
        match self {
            Self::Fact => 1,
            Self::DocumentChange => 2,
            Self::Blob => 3,
            Self::Personal => 4,
        }
    }

    fn from_code(code: u8) -> Option<Self> {
        [Self::Fact, Self::DocumentChange, Self::Blob, Self::Personal].into_iter().find(|kind| kind.code() == code)
    }
}

type WireOrigin = (ReplicaId, u32);
type WireClock = (i64, u64, u64, Option<i64>);

/// The header as it is encoded: an array of fixed order, so that there is one encoding of one header.
#[derive(Serialize, Deserialize)]
struct WireHeader(
    u16,
    ShopId,
    WireOrigin,
    u64,
    Hash,
    Vec<(ReplicaId, u32, u64, Hash)>,
    u64,
    WireClock,
    Option<StaffId>,
    String,
    Option<BatchId>,
    String,
    u16,
    Vec<(String, u8, u32, Hash)>,
);

impl EntryHeader {
    /// Its canonical bytes: what is hashed and signed.
    pub fn encode(&self) -> Result<Vec<u8>, ReplicaError> {
        let Self {
            format,
            shop,
            origin,
            seq,
            previous,
            depends_on,
            lamport,
            clock,
            staff,
            operation,
            batch,
            app_version,
            min_reader_version,
            sections,
        } = self;
        let ClockReading { wall_ms, boot_id, monotonic_ms, server_offset_ms } = *clock;
        cbor::to_vec(&WireHeader(
            *format,
            *shop,
            (origin.replica, origin.incarnation),
            *seq,
            *previous,
            depends_on.iter().map(|(origin, at)| (origin.replica, origin.incarnation, at.seq, at.tip)).collect(),
            *lamport,
            (wall_ms, boot_id, monotonic_ms, server_offset_ms),
            *staff,
            operation.clone(),
            *batch,
            app_version.clone(),
            *min_reader_version,
            sections.iter().map(|section| (section.scope.clone(), section.kind.code(), section.length, section.hash)).collect(),
        ))
    }

    /// Reads canonical bytes. Refused when they are too long, not canonical, or beyond a limit.
    pub fn decode(bytes: &[u8]) -> Result<Self, ReplicaError> {
        if bytes.len() > HEADER_BYTES_MAX {
            return Err(Refused::TooLarge.into());
        }
        let wire: WireHeader = cbor::from_slice(bytes).map_err(|_| Refused::NotCanonical)?;
        let header = Self::from_wire(wire)?;
        if header.encode()? != bytes {
            return Err(Refused::NotCanonical.into());
        }
        header.check_limits()?;
        Ok(header)
    }

    fn from_wire(wire: WireHeader) -> Result<Self, Refused> {
        let WireHeader(
            format,
            shop,
            origin,
            seq,
            previous,
            depends_on,
            lamport,
            clock,
            staff,
            operation,
            batch,
            app_version,
            min_reader_version,
            sections,
        ) = wire;
        if format != FORMAT {
            return Err(Refused::Format);
        }
        let (wall_ms, boot_id, monotonic_ms, server_offset_ms) = clock;
        let sections = sections.into_iter().map(|(scope, kind, length, hash)| {
            let kind = SectionKind::from_code(kind).ok_or(Refused::Format)?;
            Ok(SectionHeader { scope, kind, length, hash })
        });
        Ok(Self {
            format,
            shop,
            origin: Origin { replica: origin.0, incarnation: origin.1 },
            seq,
            previous,
            depends_on: depends_on
                .into_iter()
                .map(|(replica, incarnation, seq, tip)| (Origin { replica, incarnation }, Position { seq, tip }))
                .collect(),
            lamport,
            clock: ClockReading { wall_ms, boot_id, monotonic_ms, server_offset_ms },
            staff,
            operation,
            batch,
            app_version,
            min_reader_version,
            sections: sections.collect::<Result<_, Refused>>()?,
        })
    }

    fn check_limits(&self) -> Result<(), Refused> {
        let names = [&self.operation, &self.app_version];
        let scopes = self.sections.iter().map(|section| &section.scope);
        let names_fit = names.into_iter().chain(scopes).all(|name| name.len() <= NAME_BYTES_MAX);
        let sections_fit = self.sections.len() <= SECTIONS_MAX
            && self.sections.iter().all(|section| section.length as usize <= SECTION_BYTES_MAX)
            && self.sections.iter().map(|section| section.length as usize).sum::<usize>() <= ENTRY_BYTES_MAX;
        if !names_fit || !sections_fit || self.depends_on.len() > DEPENDENCIES_MAX {
            return Err(Refused::TooLarge);
        }
        let seqs_fit = (1..=SEQ_MAX).contains(&self.seq) && self.depends_on.iter().all(|(_, at)| (1..=SEQ_MAX).contains(&at.seq));
        let is_ordered = self.depends_on.is_sorted_by(|one, other| one.0 < other.0);
        let names_others = self.depends_on.iter().all(|(origin, _)| *origin != self.origin);
        if seqs_fit && is_ordered && names_others && self.lamport > 0 { Ok(()) } else { Err(Refused::NotCanonical) }
    }
}

impl TransferEntry {
    /// The hash of its header.
    pub fn hash(&self) -> Hash {
        Hash::of(&self.header)
    }

    /// Its size in bytes: header, signature and sections.
    pub fn size(&self) -> usize {
        let sections: usize = self.sections.iter().flatten().map(|bytes| bytes.len()).sum();
        self.header.len() + self.signature.len() + sections
    }
}

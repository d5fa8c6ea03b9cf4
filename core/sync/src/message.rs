//! The messages, and how they become frames: CBOR, entries compressed with zstd, every size bounded.

use serde::{Deserialize, Serialize};
use tradepost_domain::device::Certificate;
use tradepost_domain::id::ShopId;
use tradepost_replica::{Hash, Origin, Position, ReplicaError, TransferEntry, Vector};
use zstd::zstd_safe;

/// The version of the protocol. A peer of another version is told so and turned away.
pub const PROTOCOL: u16 = 1;
/// The largest frame: one entry of the largest size and its envelope.
pub const FRAME_BYTES_MAX: usize = 5 * 1024 * 1024;
/// What a compressed batch may unfold to: anything above is an attack, not a batch.
const BATCH_BYTES_MAX: usize = 8 * 1024 * 1024;
/// The most entries of a batch: bounds how long a replica is held while it applies one.
pub(crate) const BATCH_ENTRIES_MAX: usize = 64;
/// About how many bytes of entries go into a batch.
pub(crate) const BATCH_BYTES_TARGET: usize = 512 * 1024;
/// A light level: batches are small and devices slow.
const ZSTD_LEVEL: i32 = 1;
/// Below this many bytes a batch is one sale or so, most of it hashes, ids and a signature: hardly smaller at any level.
const SMALL_BYTES: usize = 4 * 1024;
/// The fastest level that there is a use for.
const ZSTD_LEVEL_SMALL: i32 = -7;

/// What one side says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Message {
    /// First word of the side that dialed: who it is, and a number to sign.
    Hello {
        /// [`PROTOCOL`].
        protocol: u16,
        /// The shop.
        shop: ShopId,
        /// The device's certificate and its issuers'.
        certificates: Vec<Certificate>,
        /// Fresh random bytes.
        #[serde(with = "serde_bytes")]
        nonce: [u8; 32],
    },
    /// Answer of the other side, with proof of its own key.
    Welcome {
        /// Its certificate and its issuers'.
        certificates: Vec<Certificate>,
        /// Fresh random bytes.
        #[serde(with = "serde_bytes")]
        nonce: [u8; 32],
        /// Over both nonces.
        #[serde(with = "serde_bytes")]
        signature: Vec<u8>,
    },
    /// The dialing side's proof and how far it has read everyone.
    Proof {
        /// Over both nonces.
        #[serde(with = "serde_bytes")]
        signature: Vec<u8>,
        /// How far it has read.
        vector: Vector,
        /// The mark of its evidence of forks.
        evidence: Hash,
        /// Whether it starts from nothing and asks for a checkpoint first.
        wants_checkpoint: bool,
        /// Its wall clock, milliseconds.
        wall_ms: i64,
    },
    /// The other side's vector: from here on both send what the other lacks.
    Ready {
        /// How far it has read.
        vector: Vector,
        /// The mark of its evidence of forks.
        evidence: Hash,
        /// Its wall clock, milliseconds.
        wall_ms: i64,
    },
    /// Entries in an order in which they can be applied, compressed.
    Entries {
        /// CBOR array of entries in a zstd frame.
        #[serde(with = "serde_bytes")]
        batch: Vec<u8>,
    },
    /// Evidence of forks that the other side lacks, or may lack, compressed: not to be applied, only to be known.
    Evidence {
        /// CBOR array of entries in a zstd frame.
        #[serde(with = "serde_bytes")]
        batch: Vec<u8>,
    },
    /// What the sender of this message stored durably since it last said so.
    Stored {
        /// Origins that advanced, and how far.
        positions: Vec<(Origin, Position)>,
    },
    /// The receiver holds another branch of this origin's chain: some of the sender's hashes, evenly spread, to find where they part.
    Forked {
        /// The origin.
        origin: Origin,
        /// They part after this seq.
        after: u64,
        /// They have parted at this seq.
        before: u64,
        /// Hashes of seqs between the two, in order.
        hashes: Vec<(u64, Hash)>,
    },
    /// Answer to [`Message::Forked`]: the chains part between these seqs, tell hashes there.
    WherePart {
        /// The origin.
        origin: Origin,
        /// They part after this seq.
        after: u64,
        /// They have parted at this seq.
        before: u64,
    },
    /// Both vectors are equal as far as the sender knows; its digest, to be compared.
    InStep {
        /// The digest of its documents and facts.
        digest: Hash,
        /// A hash of how far it has read: equal hashes, equal vectors.
        vector: Hash,
    },
    /// Answer to an [`Message::InStep`] that does not fit: how far the sender of this message has really read.
    Have {
        /// All of it.
        vector: Vector,
        /// The mark of its evidence of forks.
        evidence: Hash,
    },
    /// A checkpoint begins.
    CheckpointBegins {
        /// The manifest, signed by its maker.
        #[serde(with = "serde_bytes")]
        manifest: Vec<u8>,
        /// About how many chunks follow.
        chunks: u64,
    },
    /// The receiver has chunks up to here and asks for more.
    CheckpointNext {
        /// The next chunk wanted.
        index: u64,
    },
    /// A chunk, compressed.
    CheckpointChunk {
        /// Which.
        index: u64,
        /// Its bytes in a zstd frame.
        #[serde(with = "serde_bytes")]
        chunk: Vec<u8>,
    },
    /// No further chunks.
    CheckpointEnds {
        /// How many there were.
        chunks: u64,
    },
    /// Still here.
    Ping {
        /// The sender's wall clock, milliseconds.
        wall_ms: i64,
    },
    /// Answer to a ping.
    Pong {
        /// The ping's time.
        echo_ms: i64,
        /// The answering side's wall clock, milliseconds.
        wall_ms: i64,
    },
    /// The session ends, and why, in words for a person.
    Bye {
        /// Why.
        reason: String,
    },
}

/// Why a session ends.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The frame is not one of ours.
    #[error("the other side does not speak this protocol: check the address")]
    NotOurProtocol,
    /// A frame or batch over its limit.
    #[error("the other side sent more than is allowed at once")]
    TooLarge,
    /// Another version.
    #[error("the other side speaks version {theirs} of the protocol, this one {PROTOCOL}: update the older of the two")]
    OtherVersion {
        /// Its version.
        theirs: u16,
    },
    /// Another shop.
    #[error("the other side belongs to another shop")]
    OtherShop,
    /// The other side could not prove who it is.
    #[error("the other side could not prove that it belongs to this shop")]
    NotProven,
    /// The other side was taken out of the shop.
    #[error("this device was taken out of the shop; what it did since then is kept there and waits for approval")]
    Revoked,
    /// A message out of turn.
    #[error("the other side sent something out of turn")]
    OutOfTurn,
    /// It said nothing for too long.
    #[error("the other side stopped answering")]
    Silent,
    /// The other side said goodbye.
    #[error("{0}")]
    Ended(String),
    /// Our own storage failed.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl Message {
    /// The message as a frame.
    pub fn to_frame(&self) -> Vec<u8> {
        let mut frame = Vec::new();
        // Writing CBOR of our own types into memory has no way to fail.
        if ciborium::into_writer(self, &mut frame).is_err() {
            frame.clear();
        }
        frame
    }

    /// The message in a frame.
    pub fn from_frame(frame: &[u8]) -> Result<Self, SyncError> {
        if frame.len() > FRAME_BYTES_MAX {
            return Err(SyncError::TooLarge);
        }
        ciborium::from_reader(frame).map_err(|_| SyncError::NotOurProtocol)
    }
}

/// Packs entries for [`Message::Entries`].
pub(crate) fn pack_entries(entries: &[TransferEntry]) -> Result<Vec<u8>, SyncError> {
    let mut plain = Vec::new();
    ciborium::into_writer(entries, &mut plain).map_err(|_| SyncError::TooLarge)?;
    compress(&plain)
}

/// Unpacks [`Message::Entries`].
pub(crate) fn unpack_entries(batch: &[u8]) -> Result<Vec<TransferEntry>, SyncError> {
    let plain = decompress(batch)?;
    let entries: Vec<TransferEntry> = ciborium::from_reader(plain.as_slice()).map_err(|_| SyncError::NotOurProtocol)?;
    if entries.len() > BATCH_ENTRIES_MAX {
        return Err(SyncError::TooLarge);
    }
    Ok(entries)
}

/// Compresses a chunk or batch.
pub(crate) fn compress(plain: &[u8]) -> Result<Vec<u8>, SyncError> {
    let level = if plain.len() < SMALL_BYTES { ZSTD_LEVEL_SMALL } else { ZSTD_LEVEL };
    zstd::bulk::compress(plain, level).map_err(|_| SyncError::TooLarge)
}

/// Unfolds a chunk or batch, never beyond [`BATCH_BYTES_MAX`].
pub(crate) fn decompress(packed: &[u8]) -> Result<Vec<u8>, SyncError> {
    // What it says of its size spares a small one the room of the largest; what it does not keep to is an error.
    let said = zstd_safe::get_frame_content_size(packed).ok().flatten().and_then(|bytes| usize::try_from(bytes).ok());
    let room = said.unwrap_or(BATCH_BYTES_MAX).min(BATCH_BYTES_MAX);
    zstd::bulk::decompress(packed, room).map_err(|_| SyncError::TooLarge)
}

//! Checkpoints: a signed cut of a shop that a new replica starts from instead of replaying its history.
//!
//! A manifest says what the cut contains (vector with tip hashes, digest, schema) and is signed by the replica that made it. Chunks of
//! about [`CHUNK_BYTES`] follow in a fixed order: devices and settings first, so that a till can start to sell, then products,
//! sums, open and recent facts. The last chunk is signed over all of them, and the digest is verified at the end.

mod load;
mod source;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use tradepost_domain::device::Certificate;
use tradepost_domain::id::{ReplicaId, ShopId};

use crate::digest::WireBucket;
use crate::documents::StoredDocument;
use crate::error::ReplicaError;
use crate::journal::facts::{Knowledge, ShippedFact};
use crate::origin::{Hash, Origin};

pub use source::CheckpointSource;

/// A chunk is a little larger than this at most, unless one document is. Each is one COMMIT and one segment of the search's index,
/// so fewer are less work; a sale on a till that is being filled waits for one of them at most.
pub const CHUNK_BYTES: usize = 1024 * 1024;
/// At least this many of the latest facts are brought.
pub const RECENT_FACTS_MIN: u64 = 20_000;
/// Facts of this many days are brought.
pub const RECENT_DAYS: i64 = 30;

/// How far a loading has come, in `meta`.
const META_LOADING: &str = "checkpoint_loading";

/// What a checkpoint contains.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Manifest {
    format: u16,
    shop: ShopId,
    issuer: Origin,
    schema_version: u32,
    /// Origin, seq, tip hash, lamport time.
    vector: Vec<(Origin, u64, Hash, u64)>,
    buckets: Vec<WireBucket>,
    document_count: u64,
    fact_count: u64,
    chunk_count: u64,
}

/// A manifest with its signature and the certificates of who signed.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SignedManifest {
    #[serde(with = "serde_bytes")]
    manifest: Vec<u8>,
    #[serde(with = "serde_bytes")]
    signature: Vec<u8>,
    certificates: Vec<Certificate>,
}

/// A part of a checkpoint.
#[derive(Debug, Serialize, Deserialize)]
enum Chunk {
    /// Certificates of all devices, and the revocations: replica, incarnation, last valid seq.
    Devices {
        certificates: Vec<Certificate>,
        revocations: Vec<(ReplicaId, u32, u64)>,
    },
    Documents(Vec<StoredDocument>),
    /// What each author had read when it wrote its last entry.
    Knowledge(Vec<(Origin, Knowledge)>),
    /// Sums over facts.
    Bases(#[serde(with = "serde_bytes")] Vec<u8>),
    Facts(Vec<ShippedFact>),
    /// The digest of the facts that are not brought, and a signature over all chunks.
    End {
        not_brought: Vec<WireBucket>,
        chunks: Hash,
        #[serde(with = "serde_bytes")]
        signature: Vec<u8>,
    },
}

/// Whether a checkpoint is loaded in part.
pub(crate) fn is_loading(connection: &Connection) -> Result<bool, ReplicaError> {
    let mut statement = connection.prepare_cached("select exists (select 1 from meta where key = ?)")?;
    Ok(statement.query_row([META_LOADING], |row| row.get(0))?)
}

/// The running hash over the chunks of a checkpoint.
fn extend(running: Hash, chunk: &[u8]) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key("tradepost 2026 checkpoint chunks");
    hasher.update(&running.0);
    hasher.update(Hash::of(chunk).0.as_slice());
    Hash(*hasher.finalize().as_bytes())
}

/// What the last chunk's signature is over.
fn end_message(manifest: Hash, chunks: Hash, not_brought: &[u8]) -> Vec<u8> {
    [b"tradepost checkpoint end".as_slice(), &manifest.0, &chunks.0, &Hash::of(not_brought).0].concat()
}

//! Who wrote an entry, and how far a replica has read each writer.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use tradepost_domain::id::ReplicaId;

/// A BLAKE3 hash.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hash(#[serde(with = "serde_bytes")] pub [u8; 32]);

impl Hash {
    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// Adds a hash to a sum of hashes (exclusive or): the sum tells sets apart, in whatever order they were summed.
    pub fn mix(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(byte, other)| *byte ^= other);
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Hash({self})")
    }
}

/// The author of one hash chain: a replica in one incarnation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// The replica.
    pub replica: ReplicaId,
    /// Counts from 1; a new one starts whenever the replica cannot prove that it continues the last.
    pub incarnation: u32,
}

/// How far a chain goes: its last entry's seq (from 1) and header hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// The last seq.
    pub seq: u64,
    /// The hash of its header.
    pub tip: Hash,
}

/// How far a replica has read each origin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vector(pub BTreeMap<Origin, Position>);

impl Vector {
    /// The last seq read of `origin`; 0: none.
    pub fn seq(&self, origin: &Origin) -> u64 {
        self.0.get(origin).map_or(0, |position| position.seq)
    }

    /// Whether every entry that `other` has read is read here too, by seq.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.iter().all(|(origin, position)| self.seq(origin) >= position.seq)
    }
}

impl Origin {
    /// The name under which this origin edits documents: 16 bytes of its hash.
    pub fn actor(&self) -> automerge::ActorId {
        let mut hasher = blake3::Hasher::new_derive_key("tradepost 2026 document actor");
        hasher.update(self.replica.as_bytes());
        hasher.update(&self.incarnation.to_le_bytes());
        let hash = hasher.finalize();
        automerge::ActorId::from(hash.as_bytes().get(..16).unwrap_or_default())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.replica, self.incarnation)
    }
}

//! Devices: which replicas belong to a shop, and which stopped belonging.

use serde::{Deserialize, Serialize};

use crate::id::{ReplicaId, ShopId, TillId};
use crate::time::Timestamp;

/// What a device is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceRole {
    /// Sells over the counter.
    Till,
    /// Runs the shop. May pair devices.
    BackOffice,
    /// Hosts the storefront. May pair devices.
    Server,
}

/// What a certificate says. Signed by the shop's root key, or by a device that may pair devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateBody {
    /// The shop.
    pub shop: ShopId,
    /// The device's replica.
    pub replica: ReplicaId,
    /// Its Ed25519 public key.
    #[serde(with = "serde_bytes")]
    pub public_key: [u8; 32],
    /// What it is for.
    pub role: DeviceRole,
    /// What people call it.
    pub name: String,
    /// The till it is, if it is one.
    pub till: Option<TillId>,
    /// When it was issued.
    pub issued_at: Timestamp,
}

/// A certificate as it travels: the body's CBOR bytes as signed, who signed, and the signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// [`CertificateBody`] in CBOR, as signed.
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
    /// The device that signed; `None`: the shop's root key.
    pub issuer: Option<ReplicaId>,
    /// Ed25519 signature over `body`.
    #[serde(with = "serde_bytes")]
    pub signature: Vec<u8>,
}

/// A device became part of the shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceCertified {
    /// Its certificate.
    pub certificate: Certificate,
}

/// A device stopped being part of the shop. Entries after `last_valid_seq` wait for approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRevoked {
    /// Its replica.
    pub replica: ReplicaId,
    /// Of each of its incarnations, the last seq that counts.
    pub last_valid: Vec<(u32, u64)>,
    /// Why.
    pub reason: String,
    /// When.
    pub revoked_at: Timestamp,
}

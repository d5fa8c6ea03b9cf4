//! Keys and certificates, as others ask a replica for them.

use tradepost_domain::device::{Certificate, CertificateBody};
use tradepost_domain::id::ReplicaId;

use super::Replica;
use crate::error::ReplicaError;
use crate::identity::{self, Membership};
use crate::origin::{Hash, Origin, Position, Vector};

impl Replica {
    /// Signs with this device's key.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.journal.identity.sign(message)
    }

    /// This device's public key.
    pub fn public_key(&self) -> [u8; 32] {
        self.journal.identity.public_key()
    }

    /// The shop's root key.
    pub fn root_public_key(&self) -> [u8; 32] {
        self.journal.identity.root_public_key
    }

    /// This device's certificate, then its issuers'.
    pub fn certificates(&self) -> Result<Vec<Certificate>, ReplicaError> {
        self.certificate_chain(&self.replica_id())
    }

    /// What makes this device part of the shop.
    pub fn membership(&self) -> Result<Membership, ReplicaError> {
        Ok(Membership { shop: self.shop(), root_public_key: self.root_public_key(), certificates: self.certificates()? })
    }

    /// Signs a certificate as its issuer. The fact `DeviceCertified` is the caller's to record.
    pub fn certify(&self, body: &CertificateBody) -> Result<Certificate, ReplicaError> {
        self.journal.identity.certify(body)
    }

    /// A device's certificate, then its issuers' up to the root's.
    pub fn certificate_chain(&self, replica: &ReplicaId) -> Result<Vec<Certificate>, ReplicaError> {
        identity::chain_of(&self.connection, replica)
    }

    /// Verifies a chain that a peer showed, up to the shop's root key.
    ///
    /// # Errors
    /// `NotCertified`: it does not lead there. `Revoked`: its device was revoked.
    pub fn check_certificates(&self, chain: &[Certificate]) -> Result<CertificateBody, ReplicaError> {
        identity::check_certificates(&self.connection, &self.journal.identity, chain)
    }

    /// Verifies a chain that a peer showed, up to the shop's root key, whether or not its device was revoked since.
    pub fn check_chain(&self, chain: &[Certificate]) -> Result<CertificateBody, ReplicaError> {
        identity::check_chain(&self.shop(), &self.root_public_key(), chain)
    }

    /// Whether a device was taken out of the shop.
    pub fn is_revoked(&self, device: &ReplicaId) -> Result<bool, ReplicaError> {
        identity::is_revoked(&self.connection, device)
    }

    /// How far this replica has read, and of one device also what waits here for approval without a gap.
    pub fn vector_with_waiting(&self, device: &ReplicaId) -> Result<Vector, ReplicaError> {
        let mut vector = self.vector()?;
        let mut statement = self.connection.prepare_cached(include_str!("../sql/awaiting_of_device.sql"))?;
        let mut rows = statement.query([device.as_bytes()])?;
        while let Some(row) = rows.next()? {
            let origin = Origin { replica: *device, incarnation: row.get(0)? };
            let position = Position { seq: row.get(1)?, tip: Hash(row.get(2)?) };
            if vector.seq(&origin).saturating_add(1) == position.seq {
                vector.0.insert(origin, position);
            }
        }
        Ok(vector)
    }
}

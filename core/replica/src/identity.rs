//! Who we are and whom we believe: keys, certificates up to the shop's root key, revocations, and the witness that proves that
//! this file is the one that this machine wrote last.

use std::path::Path;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use tradepost_domain::device::{Certificate, CertificateBody, DeviceRevoked, DeviceRole};
use tradepost_domain::fact::FactBody;
use tradepost_domain::id::{ReplicaId, ShopId, TillId};

use crate::cbor;
use crate::environment::Environment;
use crate::error::ReplicaError;
use crate::journal::{Chains, facts};
use crate::origin::{Hash, Origin};
use crate::replica::SigningSeed;
use crate::store;

/// The longest chain from a device's certificate to the root's.
const CHAIN_MAX: usize = 8;
/// A fork can make two copies of one device choose a new incarnation at the same time; a random step keeps them apart.
const INCARNATION_STEP_MASK: u8 = 7;

/// The public half of a signing key.
pub fn public_key_of(seed: &SigningSeed) -> [u8; 32] {
    SigningKey::from_bytes(&seed.0).verifying_key().to_bytes()
}

/// Whether `signature` over `message` was made with the secret half of `public_key`.
pub fn verify_signature(public_key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(public_key) else { return false };
    Signature::from_slice(signature).is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
}

/// The shop that a root key stands for.
pub fn shop_of(root_public_key: &[u8; 32]) -> ShopId {
    let hash = blake3::hash(root_public_key);
    let mut id = [0; 16];
    id.iter_mut().zip(hash.as_bytes()).for_each(|(to, from)| *to = *from);
    ShopId::from_bytes(id)
}

/// Signs a certificate with the shop's root key.
pub fn certify_with_root(root_seed: &SigningSeed, body: &CertificateBody) -> Result<Certificate, ReplicaError> {
    let body = cbor::to_vec(body)?;
    let signature = SigningKey::from_bytes(&root_seed.0).sign(&body).to_bytes().to_vec();
    Ok(Certificate { body, issuer: None, signature })
}

/// What makes a device part of a shop: the shop's root key, and the device's certificate first, then its issuers' up to the root's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Membership {
    /// The shop.
    pub shop: ShopId,
    /// Its root key.
    #[serde(with = "serde_bytes")]
    pub root_public_key: [u8; 32],
    /// The device's certificate, then its issuers'.
    pub certificates: Vec<Certificate>,
}

impl Membership {
    /// The device's own certificate, when the whole chain leads to the root key.
    pub fn check(&self) -> Result<CertificateBody, ReplicaError> {
        if shop_of(&self.root_public_key) != self.shop {
            return Err(ReplicaError::NotCertified);
        }
        check_chain(&self.shop, &self.root_public_key, &self.certificates)
    }
}

fn may_certify(role: DeviceRole) -> bool {
    match role {
        DeviceRole::BackOffice | DeviceRole::Server => true,
        DeviceRole::Till => false,
    }
}

pub(crate) fn check_chain(shop: &ShopId, root: &[u8; 32], chain: &[Certificate]) -> Result<CertificateBody, ReplicaError> {
    let mut trusted: Option<CertificateBody> = None;
    for certificate in chain.iter().take(CHAIN_MAX).rev() {
        let body: CertificateBody = cbor::from_slice(&certificate.body).map_err(|_| ReplicaError::NotCertified)?;
        let key = match (certificate.issuer, &trusted) {
            (None, _) => *root,
            (Some(issuer), Some(above)) if above.replica == issuer && may_certify(above.role) => above.public_key,
            (Some(_), _) => return Err(ReplicaError::NotCertified),
        };
        if body.shop != *shop || !verify_signature(&key, &certificate.body, &certificate.signature) {
            return Err(ReplicaError::NotCertified);
        }
        trusted = Some(body);
    }
    trusted.ok_or(ReplicaError::NotCertified)
}

/// Our side of the shop's trust: who we are, and the root key that all certificates lead to.
pub(crate) struct Identity {
    pub origin: Origin,
    pub root_public_key: [u8; 32],
    pub role: DeviceRole,
    pub till: Option<TillId>,
    signing_key: SigningKey,
}

/// Signs in the name of this device.
pub(crate) struct Signatory(SigningKey);

impl Signatory {
    /// Signs.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

pub(crate) const META_ROOT: &str = "root_public_key";
/// Set on the replica that founded the shop: it needs no checkpoint.
pub(crate) const META_FOUNDED: &str = "founded";
const META_ORIGIN: &str = "origin";
const META_TOKEN: &str = "instance_token";
const META_TOKEN_BEFORE: &str = "instance_token_before";

/// A value of the table `meta`.
pub(crate) fn meta<T: serde::de::DeserializeOwned>(connection: &Connection, key: &str) -> Result<Option<T>, ReplicaError> {
    let bytes: Option<Vec<u8>> =
        connection.prepare_cached("select value from meta where key = ?")?.query_row([key], |row| row.get(0)).optional()?;
    bytes.as_deref().map(cbor::from_slice).transpose()
}

/// Writes a value of the table `meta`.
pub(crate) fn put_meta<T: Serialize + ?Sized>(connection: &Connection, key: &str, value: &T) -> Result<(), ReplicaError> {
    connection
        .prepare_cached("insert into meta (key, value) values (?1, ?2) on conflict do update set value = ?2")?
        .execute(params![key, cbor::to_vec(value)?])?;
    Ok(())
}

/// Removes a value of the table `meta`.
pub(crate) fn remove_meta(connection: &Connection, key: &str) -> Result<(), ReplicaError> {
    connection.prepare_cached("delete from meta where key = ?")?.execute([key])?;
    Ok(())
}

/// Takes out who wrote this file: a backup is nobody's.
pub(crate) fn forget(connection: &Connection) -> Result<(), ReplicaError> {
    [META_ORIGIN, META_TOKEN, META_TOKEN_BEFORE].into_iter().try_for_each(|key| remove_meta(connection, key))
}

/// Writes whose file this is.
pub(crate) fn put_origin(tx: &Connection, replica: ReplicaId, incarnation: u32) -> Result<(), ReplicaError> {
    put_meta(tx, META_ORIGIN, &Origin { replica, incarnation })
}

/// The replica that is certified with this key.
pub(crate) fn replica_with_key(connection: &Connection, public_key: &[u8; 32]) -> Result<Option<ReplicaId>, ReplicaError> {
    let replica = connection
        .prepare_cached("select replica from devices where public_key = ?")?
        .query_row([public_key], |row| row.get(0).map(ReplicaId::from_bytes))
        .optional()?;
    Ok(replica)
}

impl Identity {
    /// Writes who we are into a new file.
    pub fn establish(
        tx: &Connection,
        membership: &Membership,
        seed: &SigningSeed,
        incarnation: u32,
    ) -> Result<Self, ReplicaError> {
        let body = membership.check()?;
        if body.public_key != public_key_of(seed) {
            return Err(ReplicaError::NotCertified);
        }
        put_meta(tx, META_ROOT, &serde_bytes::ByteArray::new(membership.root_public_key))?;
        put_meta(tx, META_ORIGIN, &Origin { replica: body.replica, incarnation })?;
        for certificate in membership.certificates.iter().rev() {
            store_certificate(tx, certificate)?;
        }
        Self::load(tx, seed)
    }

    /// Reads who we are.
    pub fn load(connection: &Connection, seed: &SigningSeed) -> Result<Self, ReplicaError> {
        let root: serde_bytes::ByteArray<32> = meta(connection, META_ROOT)?.ok_or(ReplicaError::NoShopHere)?;
        let origin: Origin = meta(connection, META_ORIGIN)?.ok_or(ReplicaError::NoShopHere)?;
        let signing_key = SigningKey::from_bytes(&seed.0);
        let own = certificate_body(connection, &origin.replica, None)?;
        let (role, till) = own.map_or((DeviceRole::Till, None), |body| (body.role, body.till));
        Ok(Self { origin, root_public_key: root.into_array(), role, till, signing_key })
    }

    /// Reads again what a rolled back transaction may have changed.
    pub fn reload(&mut self, connection: &Connection) -> Result<(), ReplicaError> {
        self.origin = meta(connection, META_ORIGIN)?.ok_or(ReplicaError::NoShopHere)?;
        Ok(())
    }

    /// The shop.
    pub fn shop(&self) -> ShopId {
        shop_of(&self.root_public_key)
    }

    /// Signs.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing_key.sign(message).to_bytes()
    }

    /// Who can sign in our name on another thread.
    pub fn signatory(&self) -> Signatory {
        Signatory(self.signing_key.clone())
    }

    /// Our public key.
    pub fn public_key(&self) -> [u8; 32] {
        self.signing_key.verifying_key().to_bytes()
    }

    /// Signs a certificate as its issuer.
    pub fn certify(&self, body: &CertificateBody) -> Result<Certificate, ReplicaError> {
        if !may_certify(self.role) || body.shop != self.shop() {
            return Err(ReplicaError::MayNotCertify);
        }
        let body = cbor::to_vec(body)?;
        let signature = self.sign(&body).to_vec();
        Ok(Certificate { body, issuer: Some(self.origin.replica), signature })
    }

    /// Takes the next incarnation. `is_disputed`: a copy of this device may be doing the same at this moment.
    pub fn take_new_incarnation(
        &mut self,
        tx: &Connection,
        chains: &Chains,
        is_disputed: bool,
        env: &mut dyn Environment,
    ) -> Result<(), ReplicaError> {
        let ours = chains.iter().map(|(origin, _)| origin).filter(|origin| origin.replica == self.origin.replica);
        let last = ours.map(|origin| origin.incarnation).max().unwrap_or(0).max(self.origin.incarnation);
        let mut step = [0; 1];
        if is_disputed {
            env.random(&mut step);
        }
        let incarnation = last.saturating_add(1).saturating_add(u32::from(step[0] & INCARNATION_STEP_MASK));
        self.origin = Origin { replica: self.origin.replica, incarnation };
        put_meta(tx, META_ORIGIN, &self.origin)
    }
}

/// What the certificate of a replica says: with this key, or with any.
pub(crate) fn certificate_body(
    connection: &Connection,
    replica: &ReplicaId,
    key: Option<&[u8; 32]>,
) -> Result<Option<CertificateBody>, ReplicaError> {
    let mut statement = connection.prepare_cached("select body from devices where replica = ? order by public_key")?;
    let mut rows = statement.query([replica.as_bytes()])?;
    while let Some(row) = rows.next()? {
        let body: CertificateBody = cbor::from_slice(&row.get::<_, Vec<u8>>(0)?)?;
        if key.is_none_or(|key| body.public_key == *key) {
            return Ok(Some(body));
        }
    }
    Ok(None)
}

/// The keys that a replica is certified with.
pub(crate) fn keys_of(connection: &Connection, replica: &ReplicaId) -> Result<Vec<[u8; 32]>, ReplicaError> {
    let mut statement = connection.prepare_cached("select public_key from devices where replica = ?")?;
    let keys = statement.query_map([replica.as_bytes()], |row| row.get(0))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// The certificate chain of a device: its own, then its issuers'.
pub(crate) fn chain_of(connection: &Connection, replica: &ReplicaId) -> Result<Vec<Certificate>, ReplicaError> {
    let mut chain = Vec::new();
    let mut next = Some(*replica);
    while let Some(replica) = next.filter(|_| chain.len() < CHAIN_MAX) {
        let certificate = connection
            .prepare_cached("select body, issuer, signature from devices where replica = ? order by public_key limit 1")?
            .query_row([replica.as_bytes()], |row| {
                Ok(Certificate {
                    body: row.get(0)?,
                    issuer: row.get::<_, Option<[u8; 16]>>(1)?.map(ReplicaId::from_bytes),
                    signature: row.get(2)?,
                })
            })
            .optional()?;
        let Some(certificate) = certificate else { break };
        next = certificate.issuer;
        chain.push(certificate);
    }
    Ok(chain)
}

/// Verifies a chain that a peer showed, and that the device was not revoked.
pub(crate) fn check_certificates(
    connection: &Connection,
    identity: &Identity,
    chain: &[Certificate],
) -> Result<CertificateBody, ReplicaError> {
    let body = check_chain(&identity.shop(), &identity.root_public_key, chain)?;
    if is_revoked(connection, &body.replica)? { Err(ReplicaError::Revoked) } else { Ok(body) }
}

/// Whether a device was taken out of the shop.
pub(crate) fn is_revoked(connection: &Connection, replica: &ReplicaId) -> Result<bool, ReplicaError> {
    Ok(connection.prepare_cached("select 1 from revocations where replica = ?")?.exists([replica.as_bytes()])?)
}

fn store_certificate(tx: &Connection, certificate: &Certificate) -> Result<(), ReplicaError> {
    let body: CertificateBody = cbor::from_slice(&certificate.body)?;
    let role = match body.role {
        DeviceRole::Till => "till",
        DeviceRole::BackOffice => "back_office",
        DeviceRole::Server => "server",
    };
    tx.prepare_cached(
        "insert into devices (replica, public_key, role, body, issuer, signature) values (?, ?, ?, ?, ?, ?)
         on conflict do nothing",
    )?
    .execute(params![
        body.replica.as_bytes(),
        body.public_key,
        role,
        certificate.body,
        certificate.issuer.map(|issuer| *issuer.as_bytes()),
        certificate.signature,
    ])?;
    Ok(())
}

/// Learns a device from its certificate, if its issuer is known and may certify. Says whether it is new.
pub(crate) fn learn_device(tx: &Connection, identity: &Identity, certificate: &Certificate) -> Result<bool, ReplicaError> {
    let Ok(body) = cbor::from_slice::<CertificateBody>(&certificate.body) else { return Ok(false) };
    if keys_of(tx, &body.replica)?.contains(&body.public_key) {
        return Ok(false);
    }
    let mut chain = vec![certificate.clone()];
    if let Some(issuer) = certificate.issuer {
        chain.extend(chain_of(tx, &issuer)?);
    }
    if check_chain(&identity.shop(), &identity.root_public_key, &chain).is_err() {
        return Ok(false);
    }
    store_certificate(tx, certificate)?;
    Ok(true)
}

/// Learns what a fact says about devices. Returns the replicas whose waiting entries may now be looked at again.
pub(crate) fn fact_told(tx: &Connection, identity: &Identity, fact: &FactBody) -> Result<Vec<ReplicaId>, ReplicaError> {
    if let FactBody::DeviceRevoked(revoked) = fact {
        return revoke(tx, revoked).map(|()| vec![revoked.replica]);
    }
    let FactBody::DeviceCertified(certified) = fact else { return Ok(Vec::new()) };
    let mut learned = Vec::new();
    let mut certificates = vec![certified.certificate.clone()];
    while let Some(certificate) = certificates.pop() {
        if !learn_device(tx, identity, &certificate)? {
            continue;
        }
        let body: CertificateBody = cbor::from_slice(&certificate.body)?;
        learned.push(body.replica);
        let waiting = facts::certificates_of_issuer(tx, &body.replica)?;
        certificates.extend(waiting);
    }
    Ok(learned)
}

fn revoke(tx: &Connection, revoked: &DeviceRevoked) -> Result<(), ReplicaError> {
    let all_others = (0, 0);
    for (incarnation, last_valid) in revoked.last_valid.iter().chain([&all_others]) {
        tx.prepare_cached(
            "insert into revocations (replica, incarnation, last_valid) values (?1, ?2, ?3)
             on conflict do update set last_valid = max(last_valid, ?3)",
        )?
        .execute(params![revoked.replica.as_bytes(), incarnation, i64::try_from(*last_valid).unwrap_or(i64::MAX)])?;
    }
    Ok(())
}

/// The last seq of an origin that counts; `None`: all count, its device was not revoked. The highest of all revocations holds, so
/// that a later one approves what waited, and the order of arrival does not matter.
pub(crate) fn last_valid(connection: &Connection, origin: &Origin) -> Result<Option<u64>, ReplicaError> {
    let found = connection
        .prepare_cached("select max(case when incarnation = ?2 then last_valid else 0 end) from revocations where replica = ?1")?
        .query_row(params![origin.replica.as_bytes(), origin.incarnation], |row| row.get::<_, Option<u64>>(0))?;
    Ok(found)
}

/// What stands in the witness file, beside the database: proof that the database is the one that was written last on this machine.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Witness {
    origin: Origin,
    seq: u64,
    tip: Hash,
    token: serde_bytes::ByteArray<16>,
}

/// Whether a replica goes on with its chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Continuity {
    /// The database is the one that this machine wrote last.
    Proven,
    /// It could not be proved; a new chain starts, and nothing is lost.
    NewIncarnation {
        /// Why.
        reason: Discontinuity,
    },
}

/// Why a chain does not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discontinuity {
    /// The database is older than the witness: a restored backup.
    DatabaseIsOlder,
    /// The witness is of another copy: a cloned or moved disk.
    WitnessOfAnother,
    /// There is no witness that can be read.
    WitnessLost,
    /// The keyring lost the signing key.
    KeyLost,
    /// A peer had an entry of our own that we do not know.
    UnknownOwnEntry,
    /// Asked for.
    Asked,
}

type Token = serde_bytes::ByteArray<16>;

/// Compares the witness with the database.
pub(crate) fn check_witness(
    connection: &Connection,
    folder: &Path,
    origin: &Origin,
    chains: &Chains,
) -> Result<Option<Discontinuity>, ReplicaError> {
    let bytes = match std::fs::read(store::witness_path(folder)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok((chains.seq(origin) > 0).then_some(Discontinuity::WitnessLost));
        }
        Err(error) => return Err(error.into()),
    };
    let Ok(witness) = cbor::from_slice::<Witness>(&bytes) else { return Ok(Some(Discontinuity::WitnessLost)) };
    let token: Option<Token> = meta(connection, META_TOKEN)?;
    let token_before: Option<Token> = meta(connection, META_TOKEN_BEFORE)?;
    if Some(witness.token) != token && Some(witness.token) != token_before {
        return Ok(Some(Discontinuity::WitnessOfAnother));
    }
    if witness.origin != *origin || witness.seq > chains.seq(origin) {
        return Ok(Some(Discontinuity::DatabaseIsOlder));
    }
    let held = if witness.seq == 0 { Some(Hash::default()) } else { chains.hash_at(connection, origin, witness.seq)? };
    Ok((held != Some(witness.tip)).then_some(Discontinuity::WitnessOfAnother))
}

/// Gives this opening of the database a token of its own, so that a copy of the file differs from now on.
pub(crate) fn renew_token(tx: &Connection, env: &mut dyn Environment) -> Result<(), ReplicaError> {
    let before: Option<Token> = meta(tx, META_TOKEN)?;
    if let Some(before) = before {
        put_meta(tx, META_TOKEN_BEFORE, &before)?;
    }
    let mut token = [0; 16];
    env.random(&mut token);
    put_meta(tx, META_TOKEN, &Token::new(token))
}

/// Writes the witness. It may be behind the database, never ahead of it.
pub(crate) fn write_witness(connection: &Connection, folder: &Path, origin: Origin, chains: &Chains) -> Result<(), ReplicaError> {
    let token: Token = meta(connection, META_TOKEN)?.unwrap_or_default();
    let (seq, tip) = chains.get(&origin).map_or((0, Hash::default()), |chain| (chain.seq, chain.tip));
    let bytes = cbor::to_vec(&Witness { origin, seq, tip, token })?;
    store::write_file_durably(&store::witness_path(folder), &bytes)
}

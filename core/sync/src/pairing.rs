//! How a shop comes to a server and a device to a shop: the bodies of the few requests that are not sync, and what they mean.
//!
//! Publishing: the back office asks with the operator's admin token, the server answers with the key of the replica it made,
//! the back office certifies that key. Pairing: a device that may pair asks the server for a one-time code; the new device shows the
//! code and its key; the server certifies it. From then on certificates speak, not tokens.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tradepost_domain::device::{Certificate, CertificateBody, DeviceCertified, DeviceRole};
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{FactId, ReplicaId, ShopId, TillId};
use tradepost_domain::time::Timestamp;
use tradepost_replica::{Draft, Environment, Hash, Membership, Replica, verify_signature};

use crate::message::SyncError;

/// Digits and letters of a code, without those that are mistaken for one another.
const CODE_ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Letters of a code: 40 bits, five tries, ten minutes.
const CODE_LETTERS: usize = 8;
/// How long a code is good for.
pub const CODE_VALID_MS: i64 = 10 * 60 * 1000;
/// How far a signed request's time may be from the server's.
const REQUEST_AGE_MS_MAX: i64 = 24 * 60 * 60 * 1000;

/// `POST /api/shops`, with the admin token: publish a shop.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PublishRequest {
    /// The shop.
    pub shop: ShopId,
    /// Its name, for its address on the server.
    pub name: String,
    /// Its root key.
    #[serde(with = "serde_bytes")]
    pub root_public_key: [u8; 32],
}

/// Answer: the key of the server's replica, to be certified.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PublishAnswer {
    /// The server's replica of this shop.
    pub replica: ReplicaId,
    /// Its key.
    #[serde(with = "serde_bytes")]
    pub public_key: [u8; 32],
    /// Where buyers find the shop.
    pub storefront_url: String,
}

/// `POST /api/shops/certificate`, with the admin token: what the server's replica is in this shop.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CertificateRequest {
    /// The server's certificate and its issuers'.
    pub membership: Membership,
}

/// `POST /api/pair-codes`, signed by a device that may pair: make a one-time code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PairCodeRequest {
    /// What the new device will be for.
    pub role: DeviceRole,
    /// What people will call it.
    pub name: String,
    /// The till it will be.
    pub till: Option<TillId>,
}

/// Answer: the code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PairCodeAnswer {
    /// For people: `4F7K-9Q2M`.
    pub code: String,
    /// Good until then, by the server's clock.
    pub expires_at: Timestamp,
}

/// `POST /api/pair`: a new device shows its code and its key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PairRequest {
    /// As typed; case, spaces and dashes do not matter.
    pub code: String,
    /// The replica it will be.
    pub replica: ReplicaId,
    /// Its key.
    #[serde(with = "serde_bytes")]
    pub public_key: [u8; 32],
    /// What its owner calls it; empty: as the code says.
    pub name: String,
}

/// Answer: it belongs to the shop.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PairAnswer {
    /// Its certificate and its issuers'.
    pub membership: Membership,
    /// The shop's name.
    pub shop_name: String,
}

/// `PUT /api/shops/<shop>/blobs/<hash>`, signed in the header `x-tradepost-claim`: keep this picture.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutBlob {
    /// The hash of the body.
    pub hash: Hash,
}

/// What a code stands for; kept by the server beside the code's hash.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PairGrant {
    /// The shop.
    pub shop: ShopId,
    /// As the request for the code said.
    pub request: PairCodeRequest,
}

/// A refusal, as every one of these requests answers it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PairingRefusal {
    /// `wrong_code`, `too_many_tries`, `expired`, `not_allowed`, `unknown_shop`, `bad_request`.
    pub code: String,
    /// For a person: what is wrong and what to do.
    pub message: String,
}

/// A request signed by a device of the shop.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignedRequest {
    /// The shop.
    pub shop: ShopId,
    /// The device's certificate and its issuers'.
    pub certificates: Vec<Certificate>,
    /// JSON of the request, as signed.
    pub body: String,
    /// When, by the device's clock, milliseconds.
    pub at_ms: i64,
    /// Fresh random bytes; a server remembers them and takes each once.
    #[serde(with = "serde_bytes")]
    pub nonce: [u8; 16],
    /// Ed25519.
    #[serde(with = "serde_bytes")]
    pub signature: Vec<u8>,
}

/// Signs a request as this device.
pub fn sign_request<T: Serialize>(replica: &Replica, request: &T, env: &mut dyn Environment) -> Result<SignedRequest, SyncError> {
    let membership = replica.membership()?;
    let body = serde_json::to_string(request).map_err(|_| SyncError::NotOurProtocol)?;
    let at_ms = env.clock().corrected_ms();
    let mut nonce = [0; 16];
    env.random(&mut nonce);
    let signature = replica.sign(&signed_words(&membership.shop, &body, at_ms, &nonce)).to_vec();
    Ok(SignedRequest { shop: membership.shop, certificates: membership.certificates, body, at_ms, nonce, signature })
}

/// Checks a signed request and reads it: who asks, and for what.
///
/// The time only bounds how long nonces must be remembered; a device whose clock is further off asks again after its first sync.
pub fn open_request<T: DeserializeOwned>(
    replica: &Replica,
    request: &SignedRequest,
    now_ms: i64,
) -> Result<(CertificateBody, T), SyncError> {
    let device = replica.check_certificates(&request.certificates).map_err(|_| SyncError::NotProven)?;
    let words = signed_words(&request.shop, &request.body, request.at_ms, &request.nonce);
    let is_recent = now_ms.saturating_sub(request.at_ms).saturating_abs() <= REQUEST_AGE_MS_MAX;
    if request.shop != replica.shop() || !is_recent || !verify_signature(&device.public_key, &words, &request.signature) {
        return Err(SyncError::NotProven);
    }
    let body = serde_json::from_str(&request.body).map_err(|_| SyncError::NotOurProtocol)?;
    Ok((device, body))
}

fn signed_words(shop: &ShopId, body: &str, at_ms: i64, nonce: &[u8; 16]) -> Vec<u8> {
    [b"tradepost request 1".as_slice(), shop.as_bytes(), &at_ms.to_be_bytes(), nonce, body.as_bytes()].concat()
}

/// Whether a device of this role may ask for pairing codes.
pub fn may_pair(role: DeviceRole) -> bool {
    match role {
        DeviceRole::BackOffice | DeviceRole::Server => true,
        DeviceRole::Till => false,
    }
}

/// A fresh one-time code, for people: `4F7K-9Q2M`.
pub fn new_code(env: &mut dyn Environment) -> String {
    let mut bytes = [0; CODE_LETTERS];
    env.random(&mut bytes);
    let letters: Vec<char> =
        bytes.iter().filter_map(|byte| CODE_ALPHABET.get(usize::from(byte % 32))).map(|letter| char::from(*letter)).collect();
    let (first, second) = letters.split_at(letters.len() / 2);
    first.iter().chain(std::iter::once(&'-')).chain(second).collect()
}

/// A code as it is compared: what a person typed, without case, spaces, dashes.
pub fn normalize_code(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

/// Certifies a device and records that it belongs to the shop. The answer is its certificate chain.
pub fn certify_device(
    replica: &mut Replica,
    request: &PairRequest,
    grant: &PairCodeRequest,
    env: &mut dyn Environment,
) -> Result<Membership, SyncError> {
    let issued_at = Timestamp::from_unix_ms(env.clock().corrected_ms());
    let name = if request.name.trim().is_empty() { grant.name.clone() } else { request.name.trim().to_owned() };
    let body = CertificateBody {
        shop: replica.shop(),
        replica: request.replica,
        public_key: request.public_key,
        role: grant.role,
        name,
        till: grant.till,
        issued_at,
    };
    let certificate = replica.certify(&body)?;
    let mut id = [0; 16];
    env.random(&mut id);
    let fact = Fact { id: FactId::from_bytes(id), body: FactBody::DeviceCertified(DeviceCertified { certificate }) };
    replica.record(Draft { operation: "device.certify".to_owned(), facts: vec![fact], ..Draft::default() }, env)?;
    let own = replica.membership()?;
    Ok(Membership { certificates: replica.certificate_chain(&request.replica)?, ..own })
}

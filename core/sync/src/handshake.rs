//! The first words: each side shows its certificate and proves that it holds the key in it, by signing both sides' nonces.

use tradepost_domain::device::{Certificate, CertificateBody};
use tradepost_domain::id::ShopId;
use tradepost_replica::{Environment, Replica, verify_signature};

use crate::message::{Message, PROTOCOL, SyncError};

/// Keeps a signature of this handshake from meaning anything elsewhere, and one side's from serving as the other's.
const DIALED: &[u8] = b"tradepost sync 1 dialed";
const ACCEPTED: &[u8] = b"tradepost sync 1 accepted";

pub(crate) type Nonce = [u8; 32];

/// Fresh random bytes for the other side to sign.
pub(crate) fn nonce(env: &mut dyn Environment) -> Nonce {
    let mut nonce = [0; 32];
    env.random(&mut nonce);
    nonce
}

/// The dialing side's first message.
pub(crate) fn hello(replica: &Replica, nonce: Nonce) -> Result<Message, SyncError> {
    let membership = replica.membership()?;
    Ok(Message::Hello { protocol: PROTOCOL, shop: membership.shop, certificates: membership.certificates, nonce })
}

/// The accepting side's answer: who dialed, and the welcome. Also a device that was taken out of the shop is heard.
pub(crate) fn welcome(
    replica: &Replica,
    shop: ShopId,
    certificates: &[Certificate],
    theirs: &Nonce,
    ours: Nonce,
) -> Result<(CertificateBody, Message), SyncError> {
    if shop != replica.shop() {
        return Err(SyncError::OtherShop);
    }
    let peer = replica.check_chain(certificates).map_err(|_| SyncError::NotProven)?;
    let signature = replica.sign(&words(ACCEPTED, theirs, &ours)).to_vec();
    let welcome = Message::Welcome { certificates: replica.membership()?.certificates, nonce: ours, signature };
    Ok((peer, welcome))
}

/// Checks the welcome and signs for the dialing side.
pub(crate) fn answer_welcome(
    replica: &Replica,
    certificates: &[Certificate],
    ours: &Nonce,
    theirs: &Nonce,
    signature: &[u8],
) -> Result<(CertificateBody, Vec<u8>), SyncError> {
    let peer = replica.check_certificates(certificates).map_err(|_| SyncError::NotProven)?;
    if !verify_signature(&peer.public_key, &words(ACCEPTED, ours, theirs), signature) {
        return Err(SyncError::NotProven);
    }
    Ok((peer, replica.sign(&words(DIALED, ours, theirs)).to_vec()))
}

/// Checks the dialing side's proof.
pub(crate) fn check_proof(peer: &CertificateBody, theirs: &Nonce, ours: &Nonce, signature: &[u8]) -> Result<(), SyncError> {
    if verify_signature(&peer.public_key, &words(DIALED, theirs, ours), signature) { Ok(()) } else { Err(SyncError::NotProven) }
}

/// What is signed: the side's label, the dialing side's nonce, the accepting side's nonce.
fn words(label: &[u8], dialed: &Nonce, accepted: &Nonce) -> Vec<u8> {
    [label, dialed, accepted].concat()
}

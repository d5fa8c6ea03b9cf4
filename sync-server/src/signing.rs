//! The server's own secret: signs basket cookies, form tokens and the links to checkouts and orders.
//!
//! It lives in `DIR/cookie-key`, readable by its owner. Losing it empties baskets and breaks old order links; nothing else.

use std::io::Write;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::environment;
use crate::error::ServerError;

/// Signs texts, each for one purpose.
#[derive(Clone)]
pub struct Signer {
    key: [u8; 32],
}

/// What a signature is for: one for a basket never passes as a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A basket cookie.
    Basket,
    /// A form's token.
    Form,
    /// A link to a checkout or order.
    Link,
}

impl Purpose {
    const fn word(self) -> &'static [u8] {
        match self {
            Self::Basket => b"basket\0",
            Self::Form => b"form\0",
            Self::Link => b"link\0",
        }
    }
}

impl Signer {
    /// With this key.
    pub const fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// With the key in the data folder; the first start makes it.
    pub fn open(folder: &Path) -> Result<Self, ServerError> {
        let file = folder.join("cookie-key");
        if let Ok(bytes) = std::fs::read(&file) {
            let key = bytes
                .try_into()
                .map_err(|_| ServerError::Config("cookie-key is damaged: remove it and start again".to_owned()))?;
            return Ok(Self { key });
        }
        let key = environment::random_key();
        write_secret(&file, &key)?;
        Ok(Self { key })
    }

    /// The signature of `text`: 22 letters.
    pub fn sign(&self, purpose: Purpose, text: &str) -> String {
        let tag = self.mac(purpose, text).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode(tag.get(..16).unwrap_or_default())
    }

    /// Whether `signature` is that of `text`; takes as long for a wrong one.
    pub fn is_signed(&self, purpose: Purpose, text: &str, signature: &str) -> bool {
        let Ok(tag) = URL_SAFE_NO_PAD.decode(signature) else { return false };
        tag.len() == 16 && self.mac(purpose, text).verify_truncated_left(&tag).is_ok()
    }

    fn mac(&self, purpose: Purpose, text: &str) -> Hmac<Sha256> {
        // One block of the hash is 64 bytes; a shorter key is filled up with zeros, as RFC 2104 says.
        let mut block = [0; 64];
        block.iter_mut().zip(self.key).for_each(|(to, from)| *to = from);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        mac.update(purpose.word());
        mac.update(text.as_bytes());
        mac
    }
}

/// Writes a file that only its owner may read. It must not be there yet.
pub fn write_secret(file: &Path, bytes: &[u8]) -> Result<(), ServerError> {
    let what = format!("writing {}", file.display());
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut handle = options.open(file).map_err(ServerError::file(what.clone()))?;
    handle.write_all(bytes).and_then(|()| handle.sync_all()).map_err(ServerError::file(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_good_for_its_text_and_purpose_alone() {
        let signer = Signer::new([7; 32]);
        let signature = signer.sign(Purpose::Basket, "two pears");
        assert!(signer.is_signed(Purpose::Basket, "two pears", &signature));
        assert!(!signer.is_signed(Purpose::Basket, "two apples", &signature));
        assert!(!signer.is_signed(Purpose::Link, "two pears", &signature));
        assert!(!signer.is_signed(Purpose::Basket, "two pears", ""));
        assert!(!Signer::new([8; 32]).is_signed(Purpose::Basket, "two pears", &signature));
    }
}

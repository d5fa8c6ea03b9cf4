//! Pictures: files named by their BLAKE3 hash beside the shop, sent to the server and fetched from it when somebody wants to see them.
//!
//! A picture's name is its content, so it is never changed, never sent twice, and checked by whoever receives it. Losing one loses a picture, never a
//! sale, so nothing waits for them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use tradepost_domain::id::ShopId;
use tradepost_replica::{Hash, SharedReplica, lock};
use tradepost_sync::pairing::{PutBlob, sign_request};

use crate::client;
use crate::environment::SystemEnvironment;
use crate::error::ConnectionError;

/// The largest picture that is kept: a phone's photograph fits after it was scaled for a screen.
pub const BLOB_BYTES_MAX: usize = 2 * 1024 * 1024;
/// The most pictures that are waited for at once.
const WANTED_MAX: usize = 512;
/// The most pictures moved between two looks at the wish to stop.
const MOVED_AT_ONCE_MAX: usize = 16;

/// Whether a picture is kept or only named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// It is kept.
    Yes,
    /// It is only named: a dry run.
    No,
}

/// The pictures of one shop on this device.
pub struct Blobs {
    folder: PathBuf,
    wanted: Mutex<BTreeSet<Hash>>,
    arrived: AtomicU64,
}

impl Blobs {
    pub(crate) fn in_folder(data: &Path) -> Self {
        Self { folder: data.join("blobs"), wanted: Mutex::new(BTreeSet::new()), arrived: AtomicU64::new(0) }
    }

    /// Keeps a picture and names it: `blob:<hash>` is its URL in a product.
    pub fn put(&self, bytes: &[u8]) -> Result<Hash, ConnectionError> {
        if bytes.len() > BLOB_BYTES_MAX {
            return Err(ConnectionError::BlobTooLarge { bytes: bytes.len() });
        }
        let hash = Hash::of(bytes);
        let write = || {
            fs::create_dir_all(self.folder.join("sent"))?;
            let fresh = self.folder.join(format!("{hash}.new"));
            fs::write(&fresh, bytes)?;
            fs::rename(fresh, self.path(&hash))
        };
        write().map_err(|error| ConnectionError::writing("a picture", &error))?;
        Ok(hash)
    }

    /// The `blob:` URL of a picture that a product file names as a file beside itself; `None` where it names an address, or no picture that is kept.
    /// With [`Keep::Yes`] the picture is kept.
    pub fn adopt(&self, beside: &Path, named: &str, keep: Keep) -> Option<String> {
        let relative = Path::new(named);
        let stays_beside = relative.components().all(|part| matches!(part, std::path::Component::Normal(_)));
        let path = beside.join(relative);
        let size = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?.len();
        if named.is_empty() || !stays_beside || size > BLOB_BYTES_MAX as u64 {
            return None;
        }
        let bytes = fs::read(path).ok().filter(|bytes| picture_type(bytes).is_some())?;
        let hash = match keep {
            Keep::Yes => self.put(&bytes).ok()?,
            Keep::No => Hash::of(&bytes),
        };
        Some(format!("blob:{hash}"))
    }

    /// Where the picture of a `blob:` URL is, if it is here. If not it is fetched with the next sync.
    pub fn find(&self, url: &str) -> Option<PathBuf> {
        let hash = hash_of_url(url)?;
        let path = self.path(&hash);
        if path.exists() {
            return Some(path);
        }
        let mut wanted = self.wanted();
        if wanted.len() < WANTED_MAX {
            wanted.insert(hash);
        }
        None
    }

    /// Moves some pictures each way; whether there is more to do.
    pub(crate) async fn exchange(&self, base: &str, replica: &SharedReplica) -> Result<bool, ConnectionError> {
        let shop = lock(replica).shop();
        let unsent = self.unsent(MOVED_AT_ONCE_MAX);
        for hash in &unsent {
            self.send(base, shop, hash, replica).await?;
        }
        let wanted: Vec<Hash> = self.wanted().iter().copied().take(MOVED_AT_ONCE_MAX).collect();
        for hash in &wanted {
            self.fetch(base, shop, hash).await?;
        }
        Ok(!unsent.is_empty() || !wanted.is_empty())
    }

    async fn send(&self, base: &str, shop: ShopId, hash: &Hash, replica: &SharedReplica) -> Result<(), ConnectionError> {
        let Ok(bytes) = fs::read(self.path(hash)) else { return Ok(()) };
        let claim = sign_request(&lock(replica), &PutBlob { hash: *hash }, &mut SystemEnvironment::new())?;
        client::put_blob(base, shop, hash, &claim, bytes).await?;
        fs::write(self.folder.join("sent").join(hash.to_string()), [])
            .map_err(|error| ConnectionError::writing("a picture", &error))
    }

    async fn fetch(&self, base: &str, shop: ShopId, hash: &Hash) -> Result<(), ConnectionError> {
        let fetched = client::get_blob(base, shop, hash, BLOB_BYTES_MAX).await?;
        self.wanted().remove(hash);
        let Some(bytes) = fetched.filter(|bytes| Hash::of(bytes) == *hash) else { return Ok(()) };
        self.put(&bytes)?;
        self.arrived.fetch_add(1, Ordering::Relaxed);
        fs::write(self.folder.join("sent").join(hash.to_string()), [])
            .map_err(|error| ConnectionError::writing("a picture", &error))
    }

    /// How many pictures arrived since the program started.
    pub(crate) fn arrived(&self) -> u64 {
        self.arrived.load(Ordering::Relaxed)
    }

    /// Pictures here that the server does not have yet, as far as this device knows.
    fn unsent(&self, most: usize) -> Vec<Hash> {
        let Ok(files) = fs::read_dir(&self.folder) else { return Vec::new() };
        files
            .filter_map(|file| parse_hash(file.ok()?.file_name().to_str()?))
            .filter(|hash| !self.folder.join("sent").join(hash.to_string()).exists())
            .take(most)
            .collect()
    }

    fn path(&self, hash: &Hash) -> PathBuf {
        self.folder.join(hash.to_string())
    }

    fn wanted(&self) -> std::sync::MutexGuard<'_, BTreeSet<Hash>> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The media type of a PNG, JPEG or WebP file, by its first bytes; `None`: it is none of them.
pub fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else {
        None
    }
}

fn hash_of_url(url: &str) -> Option<Hash> {
    parse_hash(url.strip_prefix("blob:")?)
}

fn parse_hash(hex: &str) -> Option<Hash> {
    if hex.len() != 64 || !hex.bytes().all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit)) {
        return None;
    }
    let mut hash = [0; 32];
    for (byte, place) in hash.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(hex.get(place..place + 2)?, 16).ok()?;
    }
    Some(Hash(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_found_by_its_content_and_a_missing_one_is_wanted() {
        let folder = tempfile::tempdir().expect("a folder");
        let blobs = Blobs::in_folder(folder.path());
        let hash = blobs.put(b"a picture").expect("kept");
        assert!(blobs.find(&format!("blob:{hash}")).is_some());
        assert_eq!(blobs.unsent(10), vec![hash]);

        let missing = Hash::of(b"another");
        assert!(blobs.find(&format!("blob:{missing}")).is_none());
        assert!(blobs.wanted().contains(&missing));
        assert!(blobs.find("blob:../../keys.json").is_none());
        assert!(blobs.find("https://pictures.example/a.png").is_none());
    }

    #[test]
    fn a_file_beside_the_product_file_is_adopted_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let blobs = Blobs::in_folder(&folder.path().join("data"));
        let beside = folder.path().join("files");
        fs::create_dir(&beside).expect("a folder");
        fs::write(beside.join("a.png"), b"\x89PNG\r\n\x1a\nrest").expect("written");
        fs::write(beside.join("a.txt"), b"no picture").expect("written");
        let adopted = blobs.adopt(&beside, "a.png", Keep::Yes).expect("adopted");
        assert!(blobs.find(&adopted).is_some());
        for other in ["", "a.txt", "b.png", "../files/a.png", "https://pictures.example/a.png", "/etc/hostname"] {
            assert_eq!(blobs.adopt(&beside, other, Keep::Yes), None, "{other}");
        }
    }

    #[test]
    fn a_picture_over_the_limit_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let refused = Blobs::in_folder(folder.path()).put(&vec![0; BLOB_BYTES_MAX + 1]);
        assert!(matches!(refused, Err(ConnectionError::BlobTooLarge { .. })));
    }
}

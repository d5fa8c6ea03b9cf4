//! Rendered pages by shop and path, bounded by bytes. Each knows what it shows and at which revision of the shop it was made, so nothing
//! has to be thrown out by hand; what is not asked for any more is the first to go.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::body::Bytes;
use tradepost_domain::id::ShopId;

use crate::changes::{Changes, Depends};

/// A page as it is sent.
#[derive(Debug)]
pub struct Page {
    /// Its bytes.
    pub body: Bytes,
    /// Its type.
    pub content_type: &'static str,
    /// Its ETag, quotes included. Weak, since the same page goes out compressed and plain.
    pub etag: String,
    /// What a CDN may purge it by.
    pub surrogate_key: String,
    /// What it shows.
    pub depends: Depends,
    gzipped: OnceLock<Bytes>,
}

/// Pages worth compressing are longer than a network packet.
const GZIP_BYTES_MIN: usize = 1_400;
/// The longest path that is kept: a longer one is somebody trying.
const PATH_BYTES_MAX: usize = 400;

impl Page {
    /// A page with the ETag of its content.
    pub fn new(body: Vec<u8>, content_type: &'static str, surrogate_key: String, depends: Depends) -> Self {
        let hash = blake3::hash(&body).to_hex();
        let etag = format!("W/\"{}\"", hash.get(..24).unwrap_or_default());
        Self { body: Bytes::from(body), content_type, etag, surrogate_key, depends, gzipped: OnceLock::new() }
    }

    /// Its bytes compressed, made once; `None`: not worth it.
    pub fn gzipped(&self) -> Option<Bytes> {
        if self.body.len() < GZIP_BYTES_MIN {
            return None;
        }
        Some(self.gzipped.get_or_init(|| gzip(&self.body).unwrap_or_default()).clone()).filter(|bytes| !bytes.is_empty())
    }

    fn weight(&self) -> usize {
        // A compressed copy is about a quarter; the rest is the entry's own.
        self.body.len() + self.body.len() / 4 + self.depends.weight() + 512
    }
}

/// Compresses, at a level that suits pages made on request.
pub fn gzip(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::with_capacity(plain.len() / 3), flate2::Compression::new(5));
    encoder.write_all(plain).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

type Key = (ShopId, String);

/// The pages kept.
#[derive(Debug)]
pub struct PageCache {
    bytes_max: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    pages: HashMap<Key, Entry>,
    by_use: BTreeMap<u64, Key>,
    made: u64,
    clock: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    revision: u64,
    used: u64,
    page: Arc<Page>,
}

impl PageCache {
    /// Keeps at most so many bytes.
    pub fn new(bytes_max: usize) -> Self {
        Self { bytes_max, kept: Mutex::default() }
    }

    /// The page, if nothing changed of what it shows.
    pub fn find(&self, shop: ShopId, path: &str, changes: &Changes) -> Option<Arc<Page>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (shop, path.to_owned());
        kept.clock += 1;
        let now = kept.clock;
        let entry = kept.pages.get_mut(&key).filter(|entry| changes.is_current(entry.revision, &entry.page.depends))?;
        let before = std::mem::replace(&mut entry.used, now);
        let page = Arc::clone(&entry.page);
        kept.by_use.remove(&before);
        kept.by_use.insert(now, key);
        Some(page)
    }

    /// Keeps a page rendered at this revision.
    pub fn put(&self, shop: ShopId, path: &str, revision: u64, page: &Arc<Page>) {
        if path.len() > PATH_BYTES_MAX || page.weight() > self.bytes_max / 8 {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (shop, path.to_owned());
        kept.remove(&key);
        kept.made += 1;
        kept.clock += 1;
        let used = kept.clock;
        kept.bytes += page.weight();
        kept.by_use.insert(used, key.clone());
        kept.pages.insert(key, Entry { revision, used, page: Arc::clone(page) });
        while kept.bytes > self.bytes_max {
            let Some((_, oldest)) = kept.by_use.pop_first() else { break };
            kept.remove(&oldest);
        }
    }

    /// How many pages and bytes are kept.
    pub fn size(&self) -> (usize, usize) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.pages.len(), kept.bytes)
    }

    /// How many pages were made for it so far.
    pub fn made(&self) -> u64 {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).made
    }
}

impl Kept {
    fn remove(&mut self, key: &Key) {
        if let Some(entry) = self.pages.remove(key) {
            self.bytes = self.bytes.saturating_sub(entry.page.weight());
            self.by_use.remove(&entry.used);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changes::Noted;

    fn page(bytes: usize) -> Arc<Page> {
        Arc::new(Page::new(vec![b'x'; bytes], "text/html", String::new(), Depends::on_everything()))
    }

    #[test]
    fn a_page_from_before_a_change_is_not_found() {
        let (cache, changes) = (PageCache::new(1 << 20), Changes::default());
        let shop = ShopId::from_bytes([1; 16]);
        cache.put(shop, "/", 0, &page(10));
        assert!(cache.find(shop, "/", &changes).is_some());
        assert!(cache.find(ShopId::from_bytes([2; 16]), "/", &changes).is_none());
        changes.note(Noted::Kept(Vec::new()));
        assert!(cache.find(shop, "/", &changes).is_none());
        cache.put(shop, "/", 1, &page(10));
        assert!(cache.find(shop, "/", &changes).is_some());
    }

    #[test]
    fn memory_is_bounded_and_the_page_least_asked_for_goes_first() {
        let (cache, changes) = (PageCache::new(100_000), Changes::default());
        let shop = ShopId::from_bytes([1; 16]);
        cache.put(shop, "/popular", 0, &page(4_000));
        for number in 0..200 {
            assert!(cache.find(shop, "/popular", &changes).is_some());
            cache.put(shop, &format!("/{number}"), 0, &page(4_000));
            assert!(cache.size().1 <= 100_000);
        }
        assert!(cache.find(shop, "/0", &changes).is_none());
        assert!(cache.find(shop, "/199", &changes).is_some());
    }

    #[test]
    fn equal_pages_have_equal_etags() {
        assert_eq!(page(10).etag, page(10).etag);
        assert_ne!(page(10).etag, page(11).etag);
    }
}

//! Type-ahead on a thread of its own, with its own view of the shop: a sale being written never holds up a search, nor the other way round.
//! Only the newest text is searched for.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tradepost_operations::read::Reader;

use super::rows;
use crate::inbox::Inbox;
use crate::model::Found;

/// The most results: more than anybody reads with a customer waiting.
const RESULTS_MAX: usize = 40;

/// A handle to the searching thread.
#[derive(Clone)]
pub struct Searcher {
    desk: Arc<(Mutex<Wish>, Condvar)>,
}

#[derive(Default)]
struct Wish {
    text: Option<String>,
    reader: Option<Reader>,
}

impl Searcher {
    /// Starts the thread. It waits until it has a reader and a text.
    pub fn start(inbox: Inbox, wake: Arc<dyn Fn() + Send + Sync>) -> std::io::Result<Self> {
        let searcher = Self { desk: Arc::default() };
        let own = searcher.clone();
        std::thread::Builder::new().name("search".to_owned()).spawn(move || own.work(&inbox, &*wake))?;
        Ok(searcher)
    }

    /// Gives it the shop to search in.
    pub fn give_reader(&self, reader: Reader) {
        self.wish().reader = Some(reader);
        self.desk.1.notify_one();
    }

    /// Searches for this from now on.
    pub fn search(&self, text: &str) {
        self.wish().text = Some(text.to_owned());
        self.desk.1.notify_one();
    }

    fn wish(&self) -> MutexGuard<'_, Wish> {
        self.desk.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, inbox: &Inbox, wake: &(dyn Fn() + Send + Sync)) {
        let mut reader = None;
        loop {
            let mut wish = self.wish();
            while wish.reader.is_none() && (wish.text.is_none() || reader.is_none()) {
                wish = self.desk.1.wait(wish).unwrap_or_else(PoisonError::into_inner);
            }
            reader = wish.reader.take().or(reader);
            let text = wish.text.take();
            drop(wish);
            if let (Some(reader), Some(text)) = (&reader, text) {
                inbox.leave_found(Arc::new(find(reader, text)));
                wake();
            }
        }
    }
}

fn find(reader: &Reader, text: String) -> Found {
    if text.is_empty() {
        return Found::default();
    }
    match reader.search_variants(&text, RESULTS_MAX) {
        Ok(variants) => Found { text, tiles: variants.iter().map(rows::tile_of_variant).collect() },
        Err(problem) => {
            tracing::warn!(%problem, "search failed");
            Found { text, tiles: Vec::new() }
        }
    }
}

//! What the worker leaves for the screen: a change and the news of it, never one without the other.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use tradepost_till::ask::{Ask, News};
use tradepost_till::inbox::{Inbox, Taken};
use tradepost_till::worker::{Start, Worker};

use super::bench::{MUG, PATIENCE, make_shop};

/// Looks into the inbox at every wake, before the worker goes on: the most impatient screen there can be.
#[test]
fn a_line_in_the_basket_and_the_news_of_it_are_seen_together() {
    let root = tempfile::tempdir().unwrap();
    make_shop(root.path());
    let inbox = Inbox::default();
    let (seen, looks) = channel::<Taken>();
    let (seen, shelf) = (Mutex::new(seen), inbox.clone());
    // Nobody may be looking any more.
    let wake = move || drop(seen.lock().unwrap().send(shelf.take()));
    let start = Start { folder: root.path().to_owned(), printer: None, wake: Arc::new(wake) };
    let worker = Worker::start(start, inbox).unwrap();
    assert!(worker.asks().ask(Ask::Scan(MUG.to_owned())));
    let with_line = loop {
        let taken = looks.recv_timeout(PATIENCE).expect("the mug comes into the basket");
        let has_line = taken.model.as_ref().is_some_and(|model| !model.basket.is_empty());
        let has_news = taken.news.iter().any(|news| matches!(news, News::Added(_)));
        if has_line || has_news {
            break (has_line, has_news);
        }
    };
    assert_eq!(with_line, (true, true));
}

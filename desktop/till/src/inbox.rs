//! What the worker leaves for the screen: the latest model, the latest search, and news in order. Neither side ever waits for the other.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::ask::News;
use crate::model::{Found, Model};

/// News kept for a screen that does not draw, because its window is hidden; the oldest give way.
const NEWS_MAX: usize = 64;

/// Pictures kept for a screen that does not draw.
const PICTURES_MAX: usize = 256;

/// Where the worker leaves things. Clones share it.
#[derive(Clone, Default)]
pub struct Inbox {
    left: Arc<Mutex<Left>>,
}

#[derive(Default)]
struct Left {
    model: Option<Arc<Model>>,
    found: Option<Arc<Found>>,
    news: VecDeque<News>,
    pictures: VecDeque<Picture>,
}

/// The address of a picture, and the picture, if it can be shown.
pub type Picture = (String, Option<egui::ColorImage>);

/// What was left since the last look.
#[derive(Default)]
pub struct Taken {
    /// The latest model, if it changed.
    pub model: Option<Arc<Model>>,
    /// The latest search, if there is one.
    pub found: Option<Arc<Found>>,
    /// News, oldest first.
    pub news: VecDeque<News>,
    /// Pictures that were asked for.
    pub pictures: VecDeque<Picture>,
}

impl Inbox {
    /// Leaves a model; an earlier one that was not looked at is forgotten.
    pub fn leave_model(&self, model: Arc<Model>) {
        self.with(|left| left.model = Some(model));
    }

    /// Leaves what a search found.
    pub fn leave_found(&self, found: Arc<Found>) {
        self.with(|left| left.found = Some(found));
    }

    /// Leaves a piece of news and the model it is about: the screen never sees one without the other.
    pub fn leave_news(&self, model: Arc<Model>, news: News) {
        self.with(|left| {
            left.model = Some(model);
            if left.news.len() >= NEWS_MAX {
                left.news.pop_front();
            }
            left.news.push_back(news);
        });
    }

    /// Leaves a picture.
    pub fn leave_picture(&self, url: String, image: Option<egui::ColorImage>) {
        self.with(|left| {
            if left.pictures.len() >= PICTURES_MAX {
                left.pictures.pop_front();
            }
            left.pictures.push_back((url, image));
        });
    }

    /// Takes what was left.
    pub fn take(&self) -> Taken {
        self.with(|left| Taken {
            model: left.model.take(),
            found: left.found.take(),
            news: std::mem::take(&mut left.news),
            pictures: std::mem::take(&mut left.pictures),
        })
    }

    fn with<R>(&self, work: impl FnOnce(&mut Left) -> R) -> R {
        work(&mut self.left.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

//! The pictures of products on the screen: a bounded shelf of small textures. What is not on it is asked of the worker, and the frame goes on without.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use egui::{ColorImage, Context, TextureHandle, TextureId, TextureOptions};

/// The longer side of a picture on the shelf, in pixels: a tile's 40 points on a screen of double density.
pub const SIDE_MAX: u32 = 96;
/// Pictures kept, 36 KB each: several screens full.
const KEPT_MAX: usize = 200;
/// Pictures asked for that have not come: what is drawn again asks again.
const WANTED_MAX: usize = 64;

/// The shelf. Clones share it.
#[derive(Clone, Default)]
pub struct Pictures {
    shelf: Arc<Mutex<Shelf>>,
}

#[derive(Default)]
struct Shelf {
    kept: BTreeMap<String, Kept>,
    wanted: Vec<String>,
    uses: u64,
}

/// A picture, or the knowledge that it cannot be shown.
struct Kept {
    texture: Option<TextureHandle>,
    used: u64,
}

impl fmt::Debug for Pictures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Pictures({})", self.shelf().kept.len())
    }
}

impl Pictures {
    /// The picture at this address, if it is on the shelf; if not, it is wanted from now on.
    pub fn find(&self, url: &str) -> Option<TextureId> {
        if url.is_empty() {
            return None;
        }
        let mut shelf = self.shelf();
        shelf.uses += 1;
        let uses = shelf.uses;
        if let Some(kept) = shelf.kept.get_mut(url) {
            kept.used = uses;
            return kept.texture.as_ref().map(TextureHandle::id);
        }
        if shelf.wanted.len() < WANTED_MAX && !shelf.wanted.iter().any(|wanted| wanted == url) {
            shelf.wanted.push(url.to_owned());
        }
        None
    }

    /// What was wanted since the last time.
    pub fn take_wanted(&self) -> Vec<String> {
        std::mem::take(&mut self.shelf().wanted)
    }

    /// Puts a picture on the shelf; `None`: it cannot be shown. The one that was not looked at for longest makes room.
    pub fn put(&self, ctx: &Context, url: String, image: Option<ColorImage>) {
        let texture = image.map(|image| ctx.load_texture(&url, image, TextureOptions::LINEAR));
        let mut shelf = self.shelf();
        if shelf.kept.len() >= KEPT_MAX {
            let oldest = shelf.kept.iter().min_by_key(|(_, kept)| kept.used).map(|(url, _)| url.clone());
            oldest.map(|oldest| shelf.kept.remove(&oldest));
        }
        let used = shelf.uses;
        shelf.kept.insert(url, Kept { texture, used });
    }

    /// How many can be shown.
    pub fn count(&self) -> usize {
        self.shelf().kept.values().filter(|kept| kept.texture.is_some()).count()
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shelf_keeps_what_is_looked_at_and_never_more_than_fits() {
        let (ctx, pictures) = (Context::default(), Pictures::default());
        let dot = || Some(ColorImage::filled([1, 1], egui::Color32::RED));
        assert!(pictures.find("blob:a").is_none() && pictures.find("").is_none());
        assert_eq!(pictures.take_wanted(), ["blob:a"]);
        pictures.put(&ctx, "blob:a".into(), dot());
        for number in 0..KEPT_MAX * 2 {
            assert!(pictures.find("blob:a").is_some(), "it is looked at all the time");
            pictures.put(&ctx, format!("blob:{number}"), dot());
        }
        assert_eq!(pictures.count(), KEPT_MAX);
    }
}

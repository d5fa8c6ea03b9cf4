//! Pictures on a thread of their own: read, made small, and left for the screen. One that is not here yet is asked of the server, and looked for again
//! from time to time.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use egui::ColorImage;
use tradepost_connection::Blobs;

use crate::inbox::Inbox;
use crate::pictures::SIDE_MAX;

/// Requests that wait; one too many is dropped, and asked for again while it is drawn.
const REQUESTS_MAX: usize = 128;
/// Pictures that are not here yet and looked for again.
const MISSING_MAX: usize = 128;
/// How often they are looked for.
const LOOK_AGAIN: Duration = Duration::from_secs(3);
/// The largest picture that is read: what a phone takes.
const PIXELS_SIDE_MAX: u32 = 8_000;
const DECODED_BYTES_MAX: u64 = 200 * 1024 * 1024;

/// A handle to the thread.
#[derive(Clone)]
pub struct PictureDesk {
    requests: SyncSender<String>,
    blobs: Arc<Mutex<Option<Arc<Blobs>>>>,
}

impl PictureDesk {
    /// Starts the thread. It shows nothing until it has a shop's pictures.
    pub fn start(inbox: Inbox, wake: Arc<dyn Fn() + Send + Sync>) -> std::io::Result<Self> {
        let (requests, received) = sync_channel(REQUESTS_MAX);
        let desk = Self { requests, blobs: Arc::default() };
        let blobs = Arc::clone(&desk.blobs);
        std::thread::Builder::new().name("pictures".to_owned()).spawn(move || work(&received, &blobs, &inbox, &*wake))?;
        Ok(desk)
    }

    /// Gives it the shop's pictures.
    pub fn give_blobs(&self, fresh: Arc<Blobs>) {
        *self.blobs.lock().unwrap_or_else(PoisonError::into_inner) = Some(fresh);
    }

    /// Asks for a picture; whether there was room.
    pub fn want(&self, url: &str) -> bool {
        self.requests.try_send(url.to_owned()).is_ok()
    }
}

fn work(requests: &Receiver<String>, blobs: &Mutex<Option<Arc<Blobs>>>, inbox: &Inbox, wake: &(dyn Fn() + Send + Sync)) {
    let mut missing: Vec<String> = Vec::new();
    loop {
        let wanted = match requests.recv_timeout(LOOK_AGAIN) {
            Ok(url) if missing.contains(&url) => Vec::new(),
            Ok(url) => vec![url],
            Err(RecvTimeoutError::Timeout) => std::mem::take(&mut missing),
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let shop = blobs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(shop) = shop else { continue };
        for url in wanted {
            match shop.find(&url) {
                Some(path) => {
                    inbox.leave_picture(url, small(&path));
                    wake();
                }
                None if url.starts_with("blob:") && missing.len() < MISSING_MAX => missing.push(url),
                // A picture elsewhere on the web is not fetched by a till.
                None => inbox.leave_picture(url, None),
            }
        }
    }
}

/// The picture in a file, made small; `None` where it is none, or too large to be read.
fn small(path: &Path) -> Option<ColorImage> {
    let mut reader = image::ImageReader::open(path).ok()?.with_guessed_format().ok()?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(PIXELS_SIDE_MAX);
    limits.max_image_height = Some(PIXELS_SIDE_MAX);
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    let side = picture.width().min(picture.height());
    if side == 0 {
        return None;
    }
    // A square from the middle: tiles are square.
    let (left, top) = ((picture.width() - side) / 2, (picture.height() - side) / 2);
    let square = picture.crop_imm(left, top, side, side).thumbnail(SIDE_MAX, SIDE_MAX).into_rgba8();
    let size = [usize::try_from(square.width()).ok()?, usize::try_from(square.height()).ok()?];
    Some(ColorImage::from_rgba_unmultiplied(size, square.as_raw()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_made_small_and_what_is_none_is_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let wide = folder.path().join("wide.png");
        image::RgbImage::from_pixel(400, 200, image::Rgb([9, 90, 200])).save(&wide).unwrap();
        let made = small(&wide).unwrap();
        assert_eq!(made.size, [96, 96]);
        assert_eq!(made.pixels[0], egui::Color32::from_rgb(9, 90, 200));
        let broken = folder.path().join("broken.png");
        let mut bytes = std::fs::read(&wide).unwrap();
        bytes.truncate(bytes.len() / 2);
        std::fs::write(&broken, &bytes).unwrap();
        std::fs::write(folder.path().join("text.png"), b"no picture").unwrap();
        assert!(small(&folder.path().join("text.png")).is_none());
        assert!(small(&folder.path().join("none.png")).is_none());
        // Half a picture may be shown or not; it must not stop anything.
        drop(small(&broken));
    }
}

//! Pictures of products: those kept on this device as the window shows them, and new ones that a person chooses.
//!
//! The window has no network. Pictures on other people's servers have no address here, and the screens show initials for them.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};
use serde::{Deserialize, Serialize};
use tradepost_connection::{BLOB_BYTES_MAX, picture_type};
use tradepost_domain::catalog::ProductImage;
use tradepost_domain::id::ImageId;
use ts_rs::TS;

use super::desk::{BackOffice, OpenShop};
use super::error::{ApiError, ApiResult};
use super::product;
use super::undo::Saved;
use super::write::Write;

/// The scheme under which the window asks for pictures.
pub const SCHEME: &str = "picture";
/// The largest file that may be chosen: a camera's photograph.
pub const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Pictures of one product.
const PICTURES_MAX: usize = 50;
/// What a picture may take in memory while it is looked at: 60 million pixels.
const MEMORY_BYTES_MAX: u64 = 240_000_000;
/// The longer side of what is kept, in pixels; the smaller ones are for pictures that would take too many bytes.
const SIDES: [u32; 4] = [1_600, 1_200, 800, 400];
const JPEG_QUALITY: u8 = 84;

/// A picture of a product.
#[derive(Debug, Clone, Serialize, TS)]
pub struct PictureView {
    /// Its id.
    pub id: String,
    /// Where the window finds it; empty: it is on another server.
    pub address: String,
    /// The server it is on, or empty.
    pub elsewhere: String,
    /// What it shows, for people who cannot see it.
    pub alt_text: String,
}

/// A picture as the editor holds it.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct PictureDraft {
    /// Its id.
    pub id: String,
    /// What it shows.
    pub alt_text: String,
}

/// Where the window finds a picture; empty where it is not kept in the shop.
pub fn address(url: &str) -> String {
    match url.strip_prefix("blob:") {
        Some(hash) if cfg!(windows) => format!("http://{SCHEME}.localhost/{hash}"),
        Some(hash) => format!("{SCHEME}://localhost/{hash}"),
        None => String::new(),
    }
}

/// The pictures of a product, as screens take them.
pub fn views(images: &[ProductImage]) -> Vec<PictureView> {
    let elsewhere = |url: &str| url.split_once("://").map(|(_, rest)| rest.split('/').next().unwrap_or(rest).to_owned());
    let view = |image: &ProductImage| PictureView {
        id: image.id.to_string(),
        address: address(&image.url),
        elsewhere: elsewhere(&image.url).unwrap_or_default(),
        alt_text: image.alt_text.clone(),
    };
    images.iter().map(view).collect()
}

/// The picture of an address' path, with its media type. One that is not here is fetched with the next sync.
pub fn read(office: &BackOffice, path: &str) -> Option<(Vec<u8>, &'static str)> {
    let open = office.shop().ok()?;
    let file = open.blobs.find(&format!("blob:{}", path.trim_start_matches('/')))?;
    let bytes = std::fs::read(file).ok()?;
    picture_type(&bytes).map(|kind| (bytes, kind))
}

/// Adds a picture, the last of its product. It is turned upright, made small enough for screens, and loses what a camera wrote into
/// it (place, time, owner).
pub fn add(open: &OpenShop, id: &str, file: &[u8]) -> ApiResult<Saved> {
    let bytes = prepare(file)?;
    open.write(|write| {
        let before = product::find(write.reader, id)?;
        if before.images.len() >= PICTURES_MAX {
            return Err(ApiError::input(format!("A product has at most {PICTURES_MAX} pictures. Remove one first.")));
        }
        let url = format!("blob:{}", open.blobs.put(&bytes)?);
        let mut after = before.clone();
        let id = ImageId::from_bytes(write.random_id());
        after.images.push(ProductImage { id, url, alt_text: String::new() });
        write.save_product(Some(&before), &after)
    })
}

/// Saves the order of a product's pictures and what they show; those that are left out are taken away.
pub fn arrange(write: &mut Write<'_, '_>, id: &str, drafts: &[PictureDraft]) -> ApiResult<Saved> {
    let before = product::find(write.reader, id)?;
    let mut after = before.clone();
    after.images.clear();
    for draft in drafts {
        let known = before.images.iter().find(|image| image.id.to_string() == draft.id);
        let image = known.ok_or_else(|| ApiError::not_found("picture"))?;
        if after.images.iter().all(|kept| kept.id != image.id) {
            after.images.push(ProductImage { alt_text: draft.alt_text.trim().to_owned(), ..image.clone() });
        }
    }
    for variant in &mut after.variants {
        variant.image = variant.image.filter(|id| after.images.iter().any(|image| image.id == *id));
    }
    write.save_product(Some(&before), &after)
}

/// A picture as it is kept: upright, small enough, without a camera's notes.
pub fn prepare(file: &[u8]) -> ApiResult<Vec<u8>> {
    if file.len() > FILE_BYTES_MAX {
        return Err(ApiError::input("This picture is larger than 32 MB. Save it smaller and try again."));
    }
    let picture = decode(file)?;
    for side in SIDES {
        let encoded = encode(&fit(&picture, side))?;
        if encoded.len() <= BLOB_BYTES_MAX {
            return Ok(encoded);
        }
    }
    Err(ApiError::input("This picture cannot be made small enough. Save it as JPEG and try again."))
}

fn decode(file: &[u8]) -> ApiResult<DynamicImage> {
    let broken = || ApiError::input("This is no picture that can be read. Choose a JPEG, PNG or WebP file.");
    picture_type(file).ok_or_else(broken)?;
    let reader = ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(|_| broken())?;
    let mut decoder = reader.into_decoder().map_err(|_| broken())?;
    if decoder.total_bytes() > MEMORY_BYTES_MAX {
        return Err(ApiError::input("This picture has more than 60 million pixels. Save it smaller and try again."));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| broken())?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn fit(picture: &DynamicImage, side: u32) -> DynamicImage {
    if picture.width().max(picture.height()) <= side {
        return picture.clone();
    }
    picture.resize(side, side, image::imageops::FilterType::CatmullRom)
}

/// JPEG, or PNG where it is see-through.
fn encode(picture: &DynamicImage) -> ApiResult<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    let written = if picture.color().has_alpha() {
        DynamicImage::ImageRgba8(picture.to_rgba8()).write_to(&mut bytes, ImageFormat::Png)
    } else {
        picture.to_rgb8().write_with_encoder(image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY))
    };
    written.map_err(|_| ApiError::input("This picture cannot be converted. Save it as JPEG and try again."))?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height).write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_large_picture_is_kept_small() {
        let kept = decode(&prepare(&png(4_000, 1_000)).unwrap()).unwrap();
        assert_eq!((kept.width(), kept.height()), (1_600, 400));
    }

    #[test]
    fn what_is_no_picture_or_too_large_is_refused() {
        for file in [&b"GIF89a"[..], b"", b"\x89PNG\r\n\x1a\nrest", b"<svg/>"] {
            assert!(prepare(file).is_err(), "{file:?}");
        }
        assert!(prepare(&vec![0; FILE_BYTES_MAX + 1]).is_err());
        // A header that promises 100,000 by 100,000 pixels.
        let mut bomb = png(1, 1);
        bomb.splice(16..24, [0, 1, 0x86, 0xa0, 0, 1, 0x86, 0xa0]);
        assert!(prepare(&bomb).is_err());
    }

    #[test]
    fn only_pictures_of_the_shop_have_an_address_in_the_window() {
        assert!(address("blob:00ff").ends_with("/00ff"));
        assert_eq!(address("https://pictures.example/a.png"), "");
    }
}

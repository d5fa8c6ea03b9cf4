//! Pictures of a shop: files named by the hash of their content, sent by its devices, shown to buyers.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tradepost_domain::id::ShopId;
use tradepost_operations::Hash;
use tradepost_sync::pairing::{PutBlob, SignedRequest};

use crate::api::{Refused, open_signed};
use crate::server::App;
use crate::shops::HostedShop;

/// The largest picture; the same as a device keeps.
pub const BLOB_BYTES_MAX: usize = 2 * 1024 * 1024;

/// `GET /api/shops/<shop>/blobs/<hash>`, for devices.
pub async fn get(State(app): State<App>, Path((shop, hash)): Path<(ShopId, String)>) -> Response {
    match app.shops.find(shop) {
        Some(shop) => send(&shop, &hash).await,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `PUT /api/shops/<shop>/blobs/<hash>`: a device of the shop sends a picture.
pub async fn put(
    State(app): State<App>,
    Path((shop, hash)): Path<(ShopId, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Refused> {
    let shop = app.shops.find(shop).ok_or_else(Refused::unknown_shop)?;
    let claim = headers.get("x-tradepost-claim").and_then(|claim| claim.to_str().ok()).ok_or_else(Refused::bad_request)?;
    let claim: SignedRequest = serde_json::from_str(claim).map_err(|_| Refused::bad_request())?;
    let (_, wanted): (_, PutBlob) = open_signed(&app, &shop, claim).await?;
    if Hash::of(&body) != wanted.hash || wanted.hash.to_string() != hash || type_of(&body).is_none() {
        return Err(Refused::bad_request());
    }
    let folder = shop.folder.join("blobs");
    let write = async {
        tokio::fs::create_dir_all(&folder).await?;
        let fresh = folder.join(format!("{hash}.new"));
        tokio::fs::write(&fresh, &body).await?;
        tokio::fs::rename(&fresh, folder.join(&hash)).await
    };
    write.await.map_err(|error| Refused::broken(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// A picture of the shop. Its address is its content, so it never changes.
pub async fn send(shop: &HostedShop, hash: &str) -> Response {
    let is_hash = hash.len() == 64 && hash.bytes().all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit));
    if !is_hash {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Ok(bytes) = tokio::fs::read(shop.folder.join("blobs").join(hash)).await else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Some(content_type) = type_of(&bytes) else { return StatusCode::NOT_FOUND.into_response() };
    let head = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (head, bytes).into_response()
}

/// What the bytes are, by what they begin with. Only pictures that browsers draw and that cannot carry a script.
fn type_of(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_are_served() {
        assert_eq!(type_of(b"\x89PNG\r\n"), Some("image/png"));
        assert_eq!(type_of(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(type_of(b"<svg onload=alert(1)>"), None);
        assert_eq!(type_of(b"<!doctype html>"), None);
    }
}

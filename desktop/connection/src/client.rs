//! The few plain requests to a server: publish a shop, make a pairing code, pair.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tradepost_domain::id::ShopId;
use tradepost_replica::Hash;
use tradepost_sync::pairing::{PairingRefusal, SignedRequest};

use crate::error::ConnectionError;

/// A request takes at most this long.
const REQUEST_TIME_MAX: Duration = Duration::from_secs(15);
/// The longest answer that is read.
const ANSWER_BYTES_MAX: u64 = 256 * 1024;

/// A server's address, without a slash at its end.
pub(crate) fn base_url(typed: &str) -> Result<String, ConnectionError> {
    let typed = typed.trim().trim_end_matches('/');
    let scheme = if is_near(typed) { "http" } else { "https" };
    let with_scheme = if typed.contains("://") { typed.to_owned() } else { format!("{scheme}://{typed}") };
    let parsed = reqwest::Url::parse(&with_scheme).map_err(|_| ConnectionError::BadAddress(typed.to_owned()))?;
    let is_ours = matches!(parsed.scheme(), "http" | "https") && parsed.has_host();
    if is_ours && !typed.is_empty() { Ok(with_scheme) } else { Err(ConnectionError::BadAddress(typed.to_owned())) }
}

/// Whether an address typed without its scheme is on this computer or in this building: such a server has no certificate.
fn is_near(typed: &str) -> bool {
    let host = typed.split(['/', ':']).next().unwrap_or_default();
    let is_private = |address: std::net::Ipv4Addr| address.is_loopback() || address.is_private() || address.is_link_local();
    host == "localhost" || host.parse().is_ok_and(is_private)
}

/// The address of the server's sync endpoint.
pub(crate) fn sync_url(base: &str) -> String {
    match base.strip_prefix("https") {
        Some(rest) => format!("wss{rest}/sync"),
        None => format!("ws{}/sync", base.strip_prefix("http").unwrap_or(base)),
    }
}

/// Posts JSON and reads the answer.
pub(crate) async fn post<Q: Serialize + Sync, A: DeserializeOwned>(
    base: &str,
    path: &str,
    admin_token: Option<&str>,
    request: &Q,
) -> Result<A, ConnectionError> {
    let mut call = http_client()?.post(format!("{base}{path}")).json(request);
    if let Some(token) = admin_token {
        call = call.bearer_auth(token.trim());
    }
    let answer = call.send().await.map_err(|error| unreachable(&error))?;
    let status = answer.status();
    if answer.content_length().is_some_and(|length| length > ANSWER_BYTES_MAX) {
        return Err(ConnectionError::NotOurServer);
    }
    let bytes = answer.bytes().await.map_err(|error| unreachable(&error))?;
    if status.is_success() {
        return serde_json::from_slice(&bytes).map_err(|_| ConnectionError::NotOurServer);
    }
    Err(read_refusal(&bytes))
}

fn http_client() -> Result<reqwest::Client, ConnectionError> {
    let builder = reqwest::Client::builder().timeout(REQUEST_TIME_MAX).redirect(reqwest::redirect::Policy::none());
    builder.build().map_err(|error| unreachable(&error))
}

async fn refusal(answer: reqwest::Response) -> ConnectionError {
    match answer.bytes().await {
        Ok(bytes) => read_refusal(&bytes),
        Err(error) => unreachable(&error),
    }
}

fn read_refusal(bytes: &[u8]) -> ConnectionError {
    match serde_json::from_slice::<PairingRefusal>(bytes) {
        Ok(refusal) => ConnectionError::Refused { code: refusal.code, message: refusal.message },
        Err(_) => ConnectionError::NotOurServer,
    }
}

fn unreachable(error: &reqwest::Error) -> ConnectionError {
    let reason = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    };
    ConnectionError::Unreachable { reason: reason.to_owned() }
}

/// Sends a picture; the claim says which device sends it.
pub(crate) async fn put_blob(
    base: &str,
    shop: ShopId,
    hash: &Hash,
    claim: &SignedRequest,
    bytes: Vec<u8>,
) -> Result<(), ConnectionError> {
    let claim = serde_json::to_string(claim).map_err(|_| ConnectionError::NotOurServer)?;
    let client = http_client()?;
    let call = client.put(format!("{base}/api/shops/{shop}/blobs/{hash}")).header("x-tradepost-claim", claim).body(bytes);
    let answer = call.send().await.map_err(|error| unreachable(&error))?;
    if answer.status().is_success() { Ok(()) } else { Err(refusal(answer).await) }
}

/// Fetches a picture; `None`: the server does not have it either.
pub(crate) async fn get_blob(
    base: &str,
    shop: ShopId,
    hash: &Hash,
    bytes_max: usize,
) -> Result<Option<Vec<u8>>, ConnectionError> {
    let client = http_client()?;
    let call = client.get(format!("{base}/api/shops/{shop}/blobs/{hash}"));
    let answer = call.send().await.map_err(|error| unreachable(&error))?;
    let fits = answer.content_length().is_some_and(|length| length <= bytes_max as u64);
    if !answer.status().is_success() || !fits {
        return Ok(None);
    }
    let bytes = answer.bytes().await.map_err(|error| unreachable(&error))?;
    Ok(Some(bytes.to_vec()))
}

//! The few plain requests to a server: publish a shop, make a pairing code, pair.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tradepost_sync::pairing::PairingRefusal;

use crate::error::ConnectionError;

/// A request takes at most this long.
const REQUEST_TIME_MAX: Duration = Duration::from_secs(15);
/// The longest answer that is read.
const ANSWER_BYTES_MAX: u64 = 256 * 1024;

/// A server's address, without a slash at its end.
pub(crate) fn base_url(typed: &str) -> Result<String, ConnectionError> {
    let typed = typed.trim().trim_end_matches('/');
    let with_scheme = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let parsed = reqwest::Url::parse(&with_scheme).map_err(|_| ConnectionError::BadAddress(typed.to_owned()))?;
    let is_ours = matches!(parsed.scheme(), "http" | "https") && parsed.has_host();
    if is_ours && !typed.is_empty() { Ok(with_scheme) } else { Err(ConnectionError::BadAddress(typed.to_owned())) }
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
    let client = reqwest::Client::builder()
        .timeout(REQUEST_TIME_MAX)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| unreachable(&error))?;
    let mut call = client.post(format!("{base}{path}")).json(request);
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
    let refusal: PairingRefusal = serde_json::from_slice(&bytes).map_err(|_| ConnectionError::NotOurServer)?;
    Err(ConnectionError::Refused { code: refusal.code, message: refusal.message })
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

//! The way of every request: where it comes from, how long it may take, and what goes out with every answer.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;

use crate::assets::Assets;
use crate::page_cache::Page;
use crate::server::App;
use crate::{api, blobs, health, storefront, sync};

/// The largest form or request body; pictures have a limit of their own.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// The whole server as one service.
pub fn router(app: App) -> Router {
    let storefront = storefront::router(Arc::clone(&app));
    let pages = Router::new()
        .route("/assets/{version}/{name}", get(asset))
        .route("/api/shops", post(api::publish))
        .route("/api/shops/certificate", post(api::certificate))
        .route("/api/pair-codes", post(api::pair_code))
        .route("/api/pair", post(api::pair))
        .route("/api/backup", post(api::backup))
        .route(
            "/api/shops/{shop}/blobs/{hash}",
            get(blobs::get).put(blobs::put).layer(DefaultBodyLimit::max(blobs::BLOB_BYTES_MAX)),
        )
        .fallback(move |State(app): State<App>, request: Request| {
            let storefront = storefront.clone();
            async move { storefront::enter(app, storefront, request).await }
        })
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard))
        .with_state(Arc::clone(&app));
    Router::new()
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/sync", get(sync::endpoint))
        .with_state(Arc::clone(&app))
        .merge(pages)
        .layer(CatchPanicLayer::custom(|_| storefront::broken_page()))
        .layer(middleware::from_fn_with_state(app, finish))
}

/// Bounds how many requests run at once and how long each may take; turns forged forms away.
async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let Ok(_slot) = app.request_slots.try_acquire() else { return busy() };
    if is_forged(&request) {
        metrics::counter!("tradepost_requests_forged_total").increment(1);
        return (StatusCode::FORBIDDEN, "This form came from another site. Open the shop itself and try again.\n")
            .into_response();
    }
    if request.method() == Method::POST && !may_send(&app, &request) {
        return busy();
    }
    let time_max = Duration::from_secs(app.config.request_seconds_max);
    tokio::time::timeout(time_max, next.run(request)).await.unwrap_or_else(|_| busy())
}

fn may_send(app: &App, request: &Request) -> bool {
    let address = address_of(app, request.headers(), request.extensions().get::<ConnectInfo<SocketAddr>>());
    let now_ms = crate::environment::now().unix_ms;
    let may = app.forms.may_try(address, now_ms);
    if may {
        app.forms.note(address, now_ms);
    }
    may
}

fn busy() -> Response {
    metrics::counter!("tradepost_requests_turned_away_total").increment(1);
    (
        StatusCode::SERVICE_UNAVAILABLE,
        [(header::RETRY_AFTER, "5")],
        "Too many visitors at this moment. Please try again in a few seconds.\n",
    )
        .into_response()
}

/// A form that another site sends in the visitor's name. Browsers say where a request comes from; programs of devices say nothing.
fn is_forged(request: &Request) -> bool {
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_reading || request.uri().path().starts_with("/api/") {
        return false;
    }
    let headers = request.headers();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin.split_once("://").is_none_or(|(_, from)| from != host),
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// Who asks: the address of the connection, or what the proxy in front says.
pub fn address_of(app: &App, headers: &HeaderMap, connection: Option<&ConnectInfo<SocketAddr>>) -> IpAddr {
    let direct = connection.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip());
    if !app.config.is_behind_proxy {
        return direct;
    }
    // The last one is what our own proxy saw; those before it anybody can write.
    let forwarded = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    forwarded.and_then(|list| list.rsplit(',').next()).and_then(|last| last.trim().parse().ok()).unwrap_or(direct)
}

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; font-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'";
const FIXED_HEADERS: [(HeaderName, HeaderValue); 6] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), microphone=(), geolocation=(), payment=()"),
    ),
    (HeaderName::from_static("x-permitted-cross-domain-policies"), HeaderValue::from_static("none")),
];

/// What goes out with every answer, and what is counted.
async fn finish(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_secure = is_secure(&app, request.headers());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in &FIXED_HEADERS {
        headers.insert(name, value.clone());
    }
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("strict-origin-when-cross-origin"));
    if is_secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    let class = match response.status().as_u16() {
        100..=299 => "ok",
        300..=399 => "redirect_or_unchanged",
        400..=499 => "asked_wrongly",
        _ => "failed",
    };
    metrics::counter!("tradepost_requests_total", "outcome" => class).increment(1);
    response
}

/// Whether the visitor's line is encrypted, as far as we know.
pub fn is_secure(app: &App, headers: &HeaderMap) -> bool {
    let by_proxy = || headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok()) == Some("https");
    app.config.public_url.starts_with("https://") || (app.config.is_behind_proxy && by_proxy())
}

/// Style sheet, script and fonts.
async fn asset(axum::extract::Path((version, name)): axum::extract::Path<(String, String)>, headers: HeaderMap) -> Response {
    let assets = Assets::get();
    let Some(asset) = assets.find(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let keep = if assets.is_current(&version) { "public, max-age=31536000, immutable" } else { "public, max-age=60" };
    let head = [(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, keep), (header::VARY, "accept-encoding")];
    match &asset.gzipped {
        Some(gzipped) if takes_gzip(&headers) => (head, [(header::CONTENT_ENCODING, "gzip")], gzipped.clone()).into_response(),
        Some(_) | None => (head, asset.body.clone()).into_response(),
    }
}

/// Whether the browser takes compressed answers.
pub fn takes_gzip(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).is_some_and(|list| list.contains("gzip"))
}

const PAGE_CACHING: HeaderValue = HeaderValue::from_static("public, max-age=0, s-maxage=60, stale-while-revalidate=300");

/// Sends a page that is the same for everybody: with its ETag, or only the word that it has not changed.
pub fn page_response(page: &Page, request: &HeaderMap) -> Response {
    let asked = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known = asked.is_some_and(|list| list.split(',').any(|tag| tag.trim() == page.etag || tag.trim() == "*"));
    let gzipped = if !is_known && takes_gzip(request) { page.gzipped() } else { None };
    let is_gzipped = gzipped.is_some();
    let body = if is_known { Body::empty() } else { Body::from(gzipped.unwrap_or_else(|| page.body.clone())) };
    let mut response = Response::new(body);
    *response.status_mut() = if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(page.content_type));
    headers.insert(header::CACHE_CONTROL, PAGE_CACHING);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if is_gzipped {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    for (name, value) in [(header::ETAG, &page.etag), (HeaderName::from_static("surrogate-key"), &page.surrogate_key)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    response
}

/// Calls a router with a request.
pub async fn call(router: Router, request: Request) -> Response {
    let answer: Result<Response, Infallible> = router.oneshot(request).await;
    match answer {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

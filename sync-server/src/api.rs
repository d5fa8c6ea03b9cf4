//! How a shop comes to this server and a device to a shop. The bodies and their meaning are `tradepost_sync::pairing`'s.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use tradepost_domain::device::CertificateBody;
use tradepost_domain::time::Timestamp;
use tradepost_operations::lock;
use tradepost_sync::pairing::{
    self, CODE_VALID_MS, CertificateRequest, PairAnswer, PairCodeAnswer, PairCodeRequest, PairGrant, PairRequest, PairingRefusal,
    PublishAnswer, PublishRequest, SignedRequest,
};

use crate::environment::{self, SystemEnvironment};
use crate::error::ServerError;
use crate::http::{address_of, is_secure};
use crate::server::App;
use crate::shops::HostedShop;
use crate::words;

/// How long a request's nonce is remembered: twice what a device's clock may be off.
const NONCE_KEPT_MS: i64 = 2 * 24 * 60 * 60 * 1000 + 60_000;

/// A refusal, as every one of these requests answers it.
pub struct Refused(StatusCode, PairingRefusal);

impl Refused {
    fn new(status: StatusCode, code: &str, message: &str) -> Self {
        Self(status, PairingRefusal { code: code.to_owned(), message: message.to_owned() })
    }

    /// The shop is not here.
    pub fn unknown_shop() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "unknown_shop",
            "this server does not host that shop: connect it in the back office first",
        )
    }

    /// The request makes no sense.
    pub fn bad_request() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "bad_request",
            "the server did not understand this request: update this program and the server to the same version",
        )
    }

    /// Something failed here.
    pub fn broken(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "a device's request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "server_failed",
            "the server could not do this: its log says why; try again in a minute",
        )
    }

    fn not_allowed(message: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "not_allowed", message)
    }

    fn too_many_tries() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", "too many wrong tries: wait five minutes, then try again")
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(self.1)).into_response()
    }
}

impl From<ServerError> for Refused {
    fn from(error: ServerError) -> Self {
        Self::broken(&error)
    }
}

type Connection = Option<axum::Extension<ConnectInfo<SocketAddr>>>;

fn check_admin(app: &App, headers: &HeaderMap, connection: Connection) -> Result<(), Refused> {
    let address = address_of(app, headers, connection.as_deref());
    if !app.pair_tries.may_try(address, environment::now().unix_ms) {
        return Err(Refused::too_many_tries());
    }
    let token =
        headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.strip_prefix("Bearer "));
    if token.is_some_and(|token| app.is_admin(token, address)) {
        return Ok(());
    }
    Err(Refused::new(
        StatusCode::UNAUTHORIZED,
        "not_allowed",
        "this is not the server's admin token: copy it from the file admin-token in the server's data folder",
    ))
}

fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|_| Refused::bad_request())
}

/// `POST /api/shops`: a back office publishes its shop.
pub async fn publish(
    State(app): State<App>,
    connection: Connection,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Json<PublishAnswer>, Refused> {
    check_admin(&app, &headers, connection)?;
    let request: PublishRequest = read_json(&body)?;
    let slug = app.database.host_shop(request.shop, &words::slug(&request.name), environment::now().unix_ms).await?;
    let (replica, public_key) = app.shops.prepare(request.shop)?;
    let storefront_url = format!("{}/s/{slug}/", origin_of(&app, &headers));
    tracing::info!(shop = %request.shop, slug, "a shop is being published");
    Ok(Json(PublishAnswer { replica, public_key, storefront_url }))
}

/// `POST /api/shops/certificate`: the server's replica is now part of the shop.
pub async fn certificate(
    State(app): State<App>,
    connection: Connection,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Json<serde_json::Value>, Refused> {
    check_admin(&app, &headers, connection)?;
    let CertificateRequest { membership } = read_json(&body)?;
    let hosted = app.database.hosted_shops().await?;
    let hosted = hosted.into_iter().find(|hosted| hosted.shop == membership.shop).ok_or_else(Refused::unknown_shop)?;
    let joining = Arc::clone(&app);
    let joined = tokio::task::spawn_blocking(move || joining.shops.join(&hosted.slug, &membership)).await;
    joined.map_err(|error| Refused::broken(&error))??;
    Ok(Json(serde_json::json!({})))
}

/// Checks who signed a request and that it is not sent a second time.
pub async fn open_signed<T: DeserializeOwned + Send + 'static>(
    app: &App,
    shop: &Arc<HostedShop>,
    request: SignedRequest,
) -> Result<(CertificateBody, T), Refused> {
    let nonce = request.nonce;
    let now_ms = environment::now().unix_ms;
    let opened = shop.work(move |shop| Ok(pairing::open_request::<T>(&lock(&shop.replica), &request, now_ms))).await?;
    let opened = opened.map_err(|_| {
        Refused::not_allowed("the server does not know this device, or its clock is more than a day off: check the clock, sync once, and try again")
    })?;
    if !app.database.take_nonce(&nonce, now_ms.saturating_add(NONCE_KEPT_MS)).await? {
        return Err(Refused::not_allowed("this request was sent before: try again"));
    }
    Ok(opened)
}

/// `POST /api/pair-codes`: a device that may pair asks for a one-time code.
pub async fn pair_code(State(app): State<App>, body: axum::body::Bytes) -> Result<Json<PairCodeAnswer>, Refused> {
    let signed: SignedRequest = read_json(&body)?;
    let shop = app.shops.find(signed.shop).ok_or_else(Refused::unknown_shop)?;
    let (device, request): (_, PairCodeRequest) = open_signed(&app, &shop, signed).await?;
    if !pairing::may_pair(device.role) {
        return Err(Refused::not_allowed("a till cannot pair devices: ask for the code in the back office"));
    }
    let code = pairing::new_code(&mut SystemEnvironment);
    let expires_at = Timestamp::from_unix_ms(environment::now().unix_ms.saturating_add(CODE_VALID_MS));
    let grant = serde_json::to_string(&PairGrant { shop: shop.id, request }).map_err(|error| Refused::broken(&error))?;
    app.database.put_pairing_code(&code_hash(&code), &grant, expires_at.unix_ms).await?;
    Ok(Json(PairCodeAnswer { code, expires_at }))
}

/// `POST /api/pair`: a new device shows its code. Five wrong tries, then a pause.
pub async fn pair(
    State(app): State<App>,
    connection: Connection,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Json<PairAnswer>, Refused> {
    let address = address_of(&app, &headers, connection.as_deref());
    let now_ms = environment::now().unix_ms;
    if !app.pair_tries.may_try(address, now_ms) {
        return Err(Refused::too_many_tries());
    }
    let request: PairRequest = read_json(&body)?;
    let hash = code_hash(&request.code);
    let Some((grant, expires_at_ms)) = app.database.find_pairing_code(&hash).await? else {
        app.pair_tries.note(address, now_ms);
        return Err(Refused::not_allowed_code(
            "wrong_code",
            "no device is waiting with this code: check it, or make a new one in the back office",
        ));
    };
    if expires_at_ms < now_ms {
        return Err(Refused::not_allowed_code("expired", "this code has expired: make a new one in the back office"));
    }
    if !app.database.use_pairing_code(&hash).await? {
        return Err(Refused::not_allowed_code("wrong_code", "this code was just used: make a new one in the back office"));
    }
    app.pair_tries.forget(address);
    let PairGrant { shop, request: granted } = serde_json::from_str(&grant).map_err(|error| Refused::broken(&error))?;
    let shop = app.shops.find(shop).ok_or_else(Refused::unknown_shop)?;
    let shop_name = shop.overview().await.map_or_else(|_| shop.slug.clone(), |overview| overview.settings.name.clone());
    let certified = shop
        .work(move |shop| Ok(pairing::certify_device(&mut lock(&shop.replica), &request, &granted, &mut SystemEnvironment)))
        .await?;
    let membership = certified.map_err(|error| Refused::broken(&error))?;
    Ok(Json(PairAnswer { membership, shop_name }))
}

impl Refused {
    fn not_allowed_code(code: &str, message: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }
}

fn code_hash(code: &str) -> String {
    blake3::hash(pairing::normalize_code(code).as_bytes()).to_hex().to_string()
}

fn origin_of(app: &App, headers: &HeaderMap) -> String {
    if !app.config.public_url.is_empty() {
        return app.config.public_url.clone();
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let scheme = if is_secure(app, headers) { "https" } else { "http" };
    format!("{scheme}://{host}")
}

/// `POST /api/backup`: the operator backs up while the server serves.
pub async fn backup(
    State(app): State<App>,
    connection: Connection,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<Json<crate::operator::BackupReport>, Refused> {
    check_admin(&app, &headers, connection)?;
    let request: crate::operator::BackupRequest = read_json(&body)?;
    // A backup may take longer than a request: it goes on also when nobody waits for it any more.
    let done = tokio::spawn(async move { crate::operator::backup_open(&app, &request.folder).await }).await;
    let report = done.map_err(|error| Refused::broken(&error))?;
    report.map(Json).map_err(|error| Refused::new(error.status(), "backup_failed", &error.to_string()))
}

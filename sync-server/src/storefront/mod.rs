//! The storefront: what buyers see. Pages are made from the shop's projections, are the same for everybody, and are kept until the
//! shop changes; baskets and checkouts are private and never kept.

mod basket;
mod cards;
mod frame;
mod home;
mod links;
mod list_query;
mod lists;
mod product;
mod seo;
mod site;
mod spelling;
mod suggestions;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Serialize;

pub use cards::{Picture, picture_of};
pub use frame::{Frame, address_lines};
pub use site::{Site, Visit};

use crate::art;
use crate::changes::Depends;
use crate::checkout::{details, order_page, payment, review, steps};
use crate::error::ServerError;
use crate::http;
use crate::page_cache::Page;
use crate::server::App;

/// The pages of one shop, below its base.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/", get(home::home))
        .route("/products", get(lists::all_products))
        .route("/collections/{handle}", get(lists::collection))
        .route("/search", get(lists::search))
        .route("/search/suggestions", get(suggestions::suggestions))
        .route("/products/{handle}", get(product::product))
        .route("/basket", get(basket::show))
        .route("/basket/add", post(basket::add))
        .route("/basket/update", post(basket::update))
        .route("/checkout", post(steps::begin).get(steps::resume))
        .route("/checkout/{key}", get(details::details))
        .route("/checkout/{key}/details", post(details::save_details))
        .route("/checkout/{key}/payment", get(payment::payment).post(payment::save_payment))
        .route("/checkout/{key}/review", get(review::review))
        .route("/checkout/{key}/place", post(review::place))
        .route("/orders/{key}", get(order_page::order))
        .route("/art/{seed}/{name}", get(drawing))
        .route("/blobs/{hash}", get(blob))
        .route("/theme.css", get(theme))
        .route("/robots.txt", get(seo::robots))
        .route("/sitemap.xml", get(seo::sitemap_index))
        .route("/sitemap/{number}", get(seo::sitemap))
        .fallback(|| async { ServerError::NotFound })
        .method_not_allowed_fallback(|| async { ServerError::NotFound })
        .with_state(app)
}

/// A page that is the same for everybody: it is kept, and goes out with an ETag.
pub struct Shared(Arc<Page>);

impl Shared {
    /// A page of HTML.
    pub fn html(body: String, surrogate_key: String, depends: Depends) -> Self {
        Self::of(body, "text/html; charset=utf-8", surrogate_key, depends)
    }

    /// Anything that is text.
    pub fn of(body: String, content_type: &'static str, surrogate_key: String, depends: Depends) -> Self {
        Self(Arc::new(Page::new(body.into_bytes(), content_type, surrogate_key, depends)))
    }
}

impl IntoResponse for Shared {
    /// The page travels beside the answer; [`enter`] keeps it and sends it.
    fn into_response(self) -> Response {
        let mut response = StatusCode::OK.into_response();
        response.extensions_mut().insert(self.0);
        response
    }
}

impl IntoResponse for ServerError {
    /// The error travels beside the answer; [`enter`] makes the page of it.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// Renders a page for one visitor.
pub fn private_html<C: Serialize>(site: &Site, template: &str, context: &C, visit: &Visit) -> Result<Response, ServerError> {
    let body = site.shop.templates.render(template, context)?;
    let head = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    let mut response = (head, body).into_response();
    visit.remember(site, response.headers_mut());
    Ok(response)
}

/// The entrance: which shop, from where, is the page at hand; else it is made.
pub async fn enter(app: App, router: Router, mut request: Request) -> Response {
    let (site, path) = match Site::find(&app, request.headers(), request.uri()) {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let key = site.cache_key(&path);
    let site = Arc::new(site);
    let revision = match site.shop.settled().await {
        Ok(revision) => revision,
        Err(error) => return problem(&site, &error).await,
    };
    if is_read && let Some(page) = app.pages.find(site.shop.id, &key, &site.shop.changed) {
        return http::page_response(&page, request.headers());
    }
    let Ok(uri) = path.parse::<Uri>() else { return StatusCode::BAD_REQUEST.into_response() };
    *request.uri_mut() = uri;
    let asked: HeaderMap = request.headers().clone();
    request.extensions_mut().insert(Arc::clone(&site));
    let response = http::call(router, request).await;
    if let Some(page) = response.extensions().get::<Arc<Page>>() {
        app.pages.put(site.shop.id, &key, revision, page);
        return http::page_response(page, &asked);
    }
    match response.extensions().get::<Arc<ServerError>>() {
        Some(error) => problem(&site, error).await,
        None => response,
    }
}

#[derive(Serialize)]
struct ProblemPage<'a> {
    frame: Frame,
    code: u16,
    heading: &'a str,
    help: &'a str,
    suggests_search: bool,
}

/// A page that says what is wrong and what to do.
async fn problem(site: &Arc<Site>, error: &ServerError) -> Response {
    let status = error.status();
    if status.is_server_error() {
        tracing::error!(shop = %site.shop.id, %error, "a page failed");
    }
    let message = error.to_string();
    let (heading, help) = match error {
        ServerError::NotFound => (
            "This page is not here",
            "It may have moved, or the product is no longer sold. Search for it, or start from the front page.",
        ),
        ServerError::NotReady => ("Opening soon", "This shop is being set up. Please come back in a moment."),
        ServerError::Busy => ("A moment, please", message.as_str()),
        ServerError::BadRequest(text) => ("That did not work", text.as_str()),
        ServerError::Forged => ("Please send the form again", message.as_str()),
        ServerError::Config(_)
        | ServerError::File { .. }
        | ServerError::Database(_)
        | ServerError::Migration(_)
        | ServerError::Replica(_)
        | ServerError::Operation(_)
        | ServerError::Template(_)
        | ServerError::Pricing(_)
        | ServerError::Mail(_)
        | ServerError::Internal(_) => (
            "Something went wrong here",
            "It is not your fault, and nothing was ordered by it. Please try again in a minute; your basket is kept.",
        ),
    };
    let rendered = async {
        let frame = Frame::of(site, heading).await?.private();
        let page =
            ProblemPage { frame, code: status.as_u16(), heading, help, suggests_search: matches!(error, ServerError::NotFound) };
        site.shop.templates.render("problem.html", &page)
    };
    let head = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    match rendered.await {
        Ok(body) => (status, head, body).into_response(),
        Err(_) => (status, head, plain_page(heading, help)).into_response(),
    }
}

/// The page for when even the shop's frame cannot be made.
pub fn plain_page(heading: &str, help: &str) -> String {
    let css = crate::assets::Assets::get().href("store.css");
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{heading}</title><link rel=\"stylesheet\" href=\"{css}\"></head><body><main class=\"wrap narrow section problem-page\">\
         <h1>{heading}</h1><p class=\"lead\">{help}</p></main></body></html>"
    )
}

/// The answer when a handler panicked.
pub fn broken_page() -> Response {
    tracing::error!("a request panicked");
    let page = plain_page("Something went wrong here", "It is not your fault. Please try again in a minute.");
    (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

async fn drawing(Path((seed, name)): Path<(String, String)>) -> Response {
    let drawn = name.strip_suffix(".svg").and_then(|letters| art::draw(&seed, letters));
    match drawn {
        Some(svg) => {
            ([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")], svg)
                .into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn blob(site: Site, Path(hash): Path<String>) -> Response {
    crate::blobs::send(&site.shop, &hash).await
}

async fn theme(site: Site) -> Result<Response, ServerError> {
    let overview = site.shop.overview().await?;
    let own = tokio::fs::read_to_string(site.shop.folder.join("theme").join("theme.css")).await.unwrap_or_default();
    let css = format!("{}{own}", crate::assets::theme_css(&overview.settings.accent).unwrap_or_default());
    Ok(([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=300")], css).into_response())
}

/// Back to a page after a form.
pub fn see_other(path: &str) -> Response {
    Redirect::to(path).into_response()
}

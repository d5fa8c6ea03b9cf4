//! One shop at one address, as a request found it; and the visitor's cookies.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use crate::basket_cookie::BasketCookie;
use crate::environment;
use crate::error::ServerError;
use crate::http::is_secure;
use crate::server::App;
use crate::shops::HostedShop;
use crate::signing::{Purpose, Signer};

const VISIT: &str = "visit";
const BASKET: &str = "basket";
const BASKET_COUNT: &str = "basket_count";
/// How long a basket is kept by the browser.
const BASKET_SECONDS: i64 = 60 * 60 * 24 * 60;

/// One shop at one address.
#[derive(Clone)]
pub struct Site {
    /// The shop.
    pub shop: Arc<HostedShop>,
    /// What stands before every path: `/s/tea`, or nothing.
    pub base: String,
    /// Scheme and host, for links that leave the page.
    pub origin: String,
    /// What stands before every path in links that last.
    pub canonical_base: String,
    /// Whether the line is encrypted.
    pub is_secure: bool,
}

impl Site {
    /// The shop that an address is of, and the path within it.
    pub fn find(app: &App, headers: &HeaderMap, uri: &Uri) -> Result<(Self, String), Box<Response>> {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let host = host_of(headers);
        if let Some(rest) = path.strip_prefix("/s/") {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            let (slug, rest) = rest.split_at(end);
            let Some(shop) = app.shops.find_by_slug(slug) else { return Err(Box::new(no_shop())) };
            if !rest.starts_with('/') {
                return Err(Box::new(super::see_other(&format!("/s/{slug}/{rest}"))));
            }
            return Ok((Self::of(app, headers, shop, format!("/s/{slug}")), rest.to_owned()));
        }
        let mapped = app.config.hosts.get(&host).and_then(|slug| app.shops.find_by_slug(slug));
        match mapped.or_else(|| app.shops.only_one()) {
            Some(shop) => Ok((Self::of(app, headers, shop, String::new()), path.to_owned())),
            None => Err(Box::new(no_shop())),
        }
    }

    fn of(app: &App, headers: &HeaderMap, shop: Arc<HostedShop>, base: String) -> Self {
        let is_secure = is_secure(app, headers);
        let scheme = if is_secure { "https" } else { "http" };
        let own_host = app.config.hosts.iter().find(|(_, slug)| **slug == shop.slug).map(|(host, _)| host);
        let origin = match own_host {
            Some(host) => format!("{scheme}://{host}"),
            None if app.config.public_url.is_empty() => format!("{scheme}://{}", host_and_port(headers)),
            None => app.config.public_url.clone(),
        };
        let stands_at_root = own_host.is_some() || app.shops.only_one().is_some();
        let canonical_base = if stands_at_root { String::new() } else { format!("/s/{}", shop.slug) };
        Self { shop, base, origin, canonical_base, is_secure }
    }

    /// Under which a page is kept: what it says of itself depends on where it stands.
    pub fn cache_key(&self, path: &str) -> String {
        format!("{}{} {path}", self.origin, self.base)
    }

    /// A link that lasts.
    pub fn canonical(&self, path: &str) -> String {
        format!("{}{}{path}", self.origin, self.canonical_base)
    }

    /// What a CDN may purge all pages of this shop by.
    pub fn surrogate_key(&self) -> String {
        format!("shop-{}", self.shop.id)
    }

    /// The visitor's basket.
    pub fn basket(&self, headers: &HeaderMap, signer: &Signer) -> BasketCookie {
        cookie(headers, BASKET).map_or_else(BasketCookie::default, |value| BasketCookie::read(value, &self.shop.slug, signer))
    }

    /// Gives the visitor's browser the basket, and beside it the number that a script shows at the basket.
    pub fn keep_basket(&self, headers: &mut HeaderMap, basket: &BasketCookie, signer: &Signer) {
        set_cookie(headers, self, BASKET, &basket.write(&self.shop.slug, signer), true, BASKET_SECONDS);
        set_cookie(headers, self, BASKET_COUNT, &basket.count().to_string(), false, BASKET_SECONDS);
    }
}

fn host_and_port(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    // It stands in pages: nothing but what a host can be.
    host.chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | ':' | '[' | ']'))
        .take(255)
        .collect()
}

fn host_of(headers: &HeaderMap) -> String {
    let host = host_and_port(headers).to_ascii_lowercase();
    host.rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|digit| digit.is_ascii_digit()))
        .map_or(host.clone(), |(host, _)| host.to_owned())
}

fn no_shop() -> Response {
    let page = super::plain_page("No shop stands here", "Check the address, or follow the link that the shop gave you.");
    (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

impl<S: Send + Sync> FromRequestParts<S> for Site {
    type Rejection = ServerError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ServerError> {
        let site =
            parts.extensions.get::<Arc<Self>>().ok_or_else(|| ServerError::Internal("a page outside of a shop".to_owned()))?;
        Ok(Self::clone(site))
    }
}

/// A visitor's stay: a random word that form tokens are made from. It says nothing about the visitor.
#[derive(Debug, Clone)]
pub struct Visit {
    word: String,
    is_new: bool,
}

impl Visit {
    /// The stay of whoever asks.
    pub fn of(headers: &HeaderMap) -> Self {
        let known = cookie(headers, VISIT).filter(|word| word.len() == 32 && word.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match known {
            Some(word) => Self { word: word.to_owned(), is_new: false },
            None => Self { word: tradepost_domain::id::FactId::from_bytes(environment::random_id()).to_string(), is_new: true },
        }
    }

    /// The token that every form of this stay carries.
    pub fn token(&self, signer: &Signer) -> String {
        signer.sign(Purpose::Form, &self.word)
    }

    /// Turns away a form without this stay's token.
    pub fn check(&self, token: &str, signer: &Signer) -> Result<(), ServerError> {
        if !self.is_new && signer.is_signed(Purpose::Form, &self.word, token) { Ok(()) } else { Err(ServerError::Forged) }
    }

    /// Sets the cookie, where it is new.
    pub fn remember(&self, site: &Site, headers: &mut HeaderMap) {
        if self.is_new {
            set_cookie(headers, site, VISIT, &self.word, true, 60 * 60 * 24);
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// A cookie's value.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Sets a cookie for this shop alone.
pub fn set_cookie(headers: &mut HeaderMap, site: &Site, name: &str, value: &str, is_hidden: bool, seconds: i64) {
    let path = if site.base.is_empty() { "/" } else { site.base.as_str() };
    let hidden = if is_hidden { "; HttpOnly" } else { "" };
    let secure = if site.is_secure { "; Secure" } else { "" };
    let line = format!("{name}={value}; Path={path}; Max-Age={seconds}; SameSite=Lax{hidden}{secure}");
    if let Ok(line) = HeaderValue::from_str(&line) {
        headers.append(header::SET_COOKIE, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("basket_count=3; xbasket=no; basket=abc.def"));
        assert_eq!(cookie(&headers, "basket"), Some("abc.def"));
        assert_eq!(cookie(&headers, "basket_count"), Some("3"));
        assert_eq!(cookie(&headers, "visit"), None);
    }

    #[test]
    fn a_token_is_good_for_its_own_stay() {
        let signer = Signer::new([3; 32]);
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("visit=00112233445566778899aabbccddeeff"));
        let visit = Visit::of(&headers);
        assert!(visit.check(&visit.token(&signer), &signer).is_ok());
        assert!(visit.check("", &signer).is_err());
        assert!(Visit::of(&HeaderMap::new()).check(&visit.token(&signer), &signer).is_err());
    }
}

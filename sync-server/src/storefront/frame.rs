//! What stands around every page.

use serde::Serialize;

use super::Site;
use super::links::{collection_href, type_href};
use crate::art;
use crate::assets::Assets;
use crate::error::ServerError;
use crate::shops::Overview;
use crate::words;

/// Collections in the navigation; the others are found on the front page.
const NAV_MAX: usize = 6;
/// Locations at the foot of a page.
const PLACES_MAX: usize = 4;

/// What stands around every page.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "each is a part of the layout's template")]
pub struct Frame {
    pub shop_name: String,
    pub tagline: String,
    pub contact_email: String,
    pub base: String,
    pub title: String,
    pub heading: String,
    pub description: String,
    pub canonical: String,
    pub og_type: &'static str,
    pub og_image: String,
    pub is_private: bool,
    pub nav: Vec<NavLink>,
    pub current: String,
    pub search: String,
    pub places: Vec<Place>,
    pub structured_data: Vec<serde_json::Value>,
    pub css: String,
    pub theme_css: Option<String>,
    pub js: String,
    pub font: String,
    pub icon: String,
    pub paper_light: &'static str,
    pub paper_dark: &'static str,
}

/// A link to a collection, or to a type of products.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "each says itself")]
pub struct NavLink {
    pub href: String,
    pub title: String,
    /// The page's `current` where one stands on it.
    pub mark: String,
}

/// A location at the foot of a page.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "each says itself")]
pub struct Place {
    pub name: String,
    pub lines: Vec<String>,
}

impl Frame {
    /// The frame of a page with this heading.
    pub async fn of(site: &Site, heading: &str) -> Result<Self, ServerError> {
        Ok(Self::around(site, &*site.shop.overview().await?, heading))
    }

    /// The frame of a page with this heading, where what it needs is at hand.
    pub fn around(site: &Site, overview: &Overview, heading: &str) -> Self {
        let assets = Assets::get();
        let settings = &overview.settings;
        let has_theme = !settings.accent.is_empty() || site.shop.folder.join("theme").join("theme.css").exists();
        let theme_mark = blake3::hash(settings.accent.as_bytes()).to_hex();
        Self {
            shop_name: settings.name.clone(),
            tagline: settings.tagline.clone(),
            contact_email: settings.contact_email.clone(),
            base: site.base.clone(),
            title: if heading == settings.name { heading.to_owned() } else { format!("{heading} · {}", settings.name) },
            heading: heading.to_owned(),
            description: String::new(),
            canonical: site.canonical("/"),
            og_type: "website",
            og_image: String::new(),
            is_private: false,
            nav: nav(site, overview),
            current: String::new(),
            search: String::new(),
            places: places(overview),
            structured_data: Vec::new(),
            css: assets.href("store.css"),
            theme_css: has_theme.then(|| format!("{}/theme.css?v={}", site.base, theme_mark.get(..8).unwrap_or_default())),
            js: assets.href("store.js"),
            font: assets.href("inter.woff2"),
            icon: format!("{}/{}", site.base, art::path_of(&settings.name)),
            paper_light: &assets.paper.0,
            paper_dark: &assets.paper.1,
        }
    }

    /// For one visitor: not for search engines.
    pub fn private(mut self) -> Self {
        self.is_private = true;
        self
    }

    /// Stands at this path, and is about this.
    pub fn at(mut self, site: &Site, path: &str, description: &str) -> Self {
        self.canonical = site.canonical(path);
        self.description = shortened(description);
        self
    }
}

fn nav(site: &Site, overview: &Overview) -> Vec<NavLink> {
    let collections = overview.collections.iter().filter(|(collection, count)| *count > 0 && !collection.handle.is_empty());
    let by_collection = collections.map(|(collection, _)| NavLink {
        href: collection_href(site, collection),
        title: collection.title.clone(),
        mark: collection.handle.clone(),
    });
    let by_type =
        overview.types.iter().map(|(name, _)| NavLink { href: type_href(site, name), title: name.clone(), mark: name.clone() });
    by_collection.chain(by_type).take(NAV_MAX).collect()
}

fn places(overview: &Overview) -> Vec<Place> {
    let open = overview.locations.iter().filter(|location| location.offers_collection && !location.address.line1.is_empty());
    open.take(PLACES_MAX).map(|location| Place { name: location.name.clone(), lines: address_lines(&location.address) }).collect()
}

/// An address as it is written on a parcel, without the name.
pub fn address_lines(address: &tradepost_domain::shop::Address) -> Vec<String> {
    let city = match address.country.as_str() {
        "US" | "CA" | "AU" | "GB" | "IE" | "IN" => [&address.city, &address.region, &address.postal_code],
        _ => [&address.postal_code, &address.city, &address.region],
    };
    let city: Vec<&str> = city.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let country = words::country_name(&address.country);
    let lines = [address.line1.clone(), address.line2.clone(), city.join(" "), country.to_owned()];
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

/// As much as a search engine shows.
fn shortened(text: &str) -> String {
    const CHARS_MAX: usize = 160;
    let mut words = text.split_whitespace();
    let mut short = words.next().unwrap_or_default().to_owned();
    for word in words {
        if short.chars().count() + word.chars().count() >= CHARS_MAX {
            short.push('…');
            break;
        }
        short.push(' ');
        short.push_str(word);
    }
    short
}

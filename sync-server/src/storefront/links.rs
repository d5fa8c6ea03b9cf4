//! Addresses and texts as they stand in pages: links, the path to a page, descriptions without their markup.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Serialize;
use tradepost_domain::catalog::Collection;

use super::Site;

/// An address with scheme and host.
pub fn absolute(site: &Site, src: &str) -> String {
    if src.starts_with("https://") { src.to_owned() } else { format!("{}{src}", site.origin) }
}

/// A link of a page's path.
#[derive(Debug, Clone, Serialize)]
pub struct Crumb {
    /// What it is called.
    pub title: String,
    /// Where it leads; `None`: here.
    pub href: Option<String>,
}

/// A text as it stands in an address.
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Where a collection is.
pub fn collection_href(site: &Site, collection: &Collection) -> String {
    format!("{}/collections/{}", site.base, encoded(&collection.handle))
}

/// Where the products of a type are.
pub fn type_href(site: &Site, product_type: &str) -> String {
    format!("{}/products?type={}", site.base, encoded(product_type))
}

/// Breadcrumbs as search engines read them.
pub fn crumb_data(site: &Site, crumbs: &[Crumb]) -> serde_json::Value {
    let items: Vec<serde_json::Value> = crumbs
        .iter()
        .enumerate()
        .map(|(index, crumb)| {
            let mut item = serde_json::json!({ "@type": "ListItem", "position": index + 1, "name": crumb.title });
            if let (Some(href), Some(item)) = (&crumb.href, item.as_object_mut()) {
                let path = href.strip_prefix(&site.base).unwrap_or(href);
                item.insert("item".to_owned(), site.canonical(path).into());
            }
            item
        })
        .collect();
    serde_json::json!({ "@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items })
}

/// A text without its markup.
pub fn plain(html: &str) -> String {
    static CLEANER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
        let mut builder = ammonia::Builder::new();
        builder.tags(HashSet::new());
        builder
    });
    let bare = CLEANER.clean(html).to_string();
    bare.replace("&amp;", "&")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", " ")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_loses_its_markup() {
        assert_eq!(plain("<p>Tea &amp; <b>cake</b></p><script>x</script>"), "Tea & cake");
    }
}

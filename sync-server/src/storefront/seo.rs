//! For search engines: where everything is.

use axum::extract::Path;
use tradepost_domain::catalog::ProductStatus;
use tradepost_operations::read::{PAGE_MAX, ProductFilter};

use super::links::encoded;
use super::{Shared, Site};
use crate::changes::Depends;
use crate::error::ServerError;

/// Addresses in one sitemap; search engines take up to 50,000.
const SITEMAP_MAX: usize = 10_000;

/// `/robots.txt`
pub async fn robots(site: Site) -> Result<Shared, ServerError> {
    let base = &site.canonical_base;
    let body = format!(
        "User-agent: *\nDisallow: {base}/basket\nDisallow: {base}/checkout\nDisallow: {base}/orders/\nDisallow: {base}/search\nSitemap: {}\n",
        site.canonical("/sitemap.xml")
    );
    Ok(Shared::of(body, "text/plain; charset=utf-8", site.surrogate_key(), Depends::on_products(Vec::new())))
}

fn offered() -> ProductFilter {
    ProductFilter { status: Some(ProductStatus::Active), ..ProductFilter::default() }
}

/// `/sitemap.xml`: the sitemaps.
pub async fn sitemap_index(site: Site) -> Result<Shared, ServerError> {
    let count = site.shop.read(|reader| Ok(reader.product_count(&offered())?)).await?;
    let parts = usize::try_from(count).unwrap_or(0).div_ceil(SITEMAP_MAX).max(1);
    let entries: String = (1..=parts)
        .map(|part| format!("<sitemap><loc>{}</loc></sitemap>", site.canonical(&format!("/sitemap/{part}.xml"))))
        .collect();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">{entries}</sitemapindex>\n"
    );
    Ok(Shared::of(body, "application/xml; charset=utf-8", site.surrogate_key(), Depends::on_catalog(Vec::new())))
}

/// `/sitemap/<number>.xml`: products; the first one also says the front page and collections.
pub async fn sitemap(site: Site, Path(name): Path<String>) -> Result<Shared, ServerError> {
    let part: usize = name
        .strip_suffix(".xml")
        .and_then(|number| number.parse().ok())
        .filter(|part| (1..=1000).contains(part))
        .ok_or(ServerError::NotFound)?;
    let overview = site.shop.overview().await?;
    let mut paths: Vec<String> = Vec::new();
    if part == 1 {
        paths.extend(["/".to_owned(), "/products".to_owned()]);
        let collections = overview.collections.iter().filter(|(collection, count)| *count > 0 && !collection.handle.is_empty());
        paths.extend(collections.map(|(collection, _)| format!("/collections/{}", encoded(&collection.handle))));
    }
    let products = site
        .shop
        .read(move |reader| {
            let mut products = Vec::new();
            let first = (part - 1) * SITEMAP_MAX;
            while products.len() < SITEMAP_MAX {
                let rows = reader.product_at(&offered(), first + products.len(), PAGE_MAX.min(SITEMAP_MAX - products.len()))?;
                if rows.is_empty() {
                    break;
                }
                products.extend(rows.into_iter().map(|row| format!("/products/{}", encoded(&row.handle))));
            }
            Ok(products)
        })
        .await?;
    if products.is_empty() && part > 1 {
        return Err(ServerError::NotFound);
    }
    paths.extend(products);
    let urls: String = paths.iter().map(|path| format!("<url><loc>{}</loc></url>", site.canonical(path))).collect();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">{urls}</urlset>\n"
    );
    Ok(Shared::of(body, "application/xml; charset=utf-8", site.surrogate_key(), Depends::on_catalog(Vec::new())))
}

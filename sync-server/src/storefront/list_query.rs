//! What a list of products is asked for, and its address with one thing changed.

use serde::Deserialize;
use tradepost_domain::catalog::{Collection, ProductStatus};
use tradepost_domain::money::{Currency, Money};
use tradepost_operations::read::{ProductFilter, ProductSort};

use super::links::encoded;

/// Letters of a search.
const SEARCH_CHARS_MAX: usize = 100;

/// What a list is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "each is a part of the address of the same name")]
pub struct ListQuery {
    pub q: String,
    pub sort: String,
    pub vendor: String,
    #[serde(rename = "type")]
    pub product_type: String,
    pub tag: String,
    pub min: String,
    pub max: String,
    pub stock: String,
    pub page: usize,
}

/// The orders of a list: the word in addresses, what buyers read.
pub const SORTS: &[(&str, &str, ProductSort)] = &[
    ("", "Name, A to Z", ProductSort::Title),
    ("name-down", "Name, Z to A", ProductSort::TitleDescending),
    ("price", "Price, low to high", ProductSort::PriceAscending),
    ("price-down", "Price, high to low", ProductSort::PriceDescending),
    ("newest", "Newest", ProductSort::Newest),
];

impl ListQuery {
    /// Everything but the page, by its name in addresses.
    pub fn pairs(&self) -> [(&'static str, &str); 8] {
        [
            ("q", &self.q),
            ("sort", &self.sort),
            ("vendor", &self.vendor),
            ("type", &self.product_type),
            ("tag", &self.tag),
            ("min", &self.min),
            ("max", &self.max),
            ("stock", &self.stock),
        ]
    }

    /// The list's address with one value changed; the page starts over.
    pub fn with(&self, path: &str, name: &str, value: &str) -> String {
        let pairs = self.pairs().into_iter().map(|(own, old)| (own, if own == name { value } else { old }));
        address(path, pairs.filter(|(_, value)| !value.is_empty()))
    }

    /// The list's address at another page.
    pub fn page_at(&self, path: &str, page: usize) -> String {
        let number = page.to_string();
        let page = (page > 1).then_some(("page", number.as_str()));
        address(path, self.pairs().into_iter().filter(|(_, value)| !value.is_empty()).chain(page))
    }

    /// Whether it is not simply the whole list.
    pub fn is_narrowed(&self) -> bool {
        self.pairs().iter().any(|(_, value)| !value.is_empty())
    }

    /// The words that are searched for.
    pub fn words(&self) -> String {
        self.q.trim().chars().take(SEARCH_CHARS_MAX).collect()
    }

    /// Whether it lists only what is in stock.
    pub fn is_by_stock(&self) -> bool {
        self.stock == "in"
    }

    /// As the shop is asked.
    pub fn filter(&self, collection: Option<&Collection>, currency: Currency) -> ProductFilter {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let price = |text: &str| Money::parse(text, currency).ok().map(|price| price.minor);
        let sort = SORTS.iter().find(|(word, ..)| *word == self.sort).map_or(ProductSort::Title, |(_, _, sort)| *sort);
        ProductFilter {
            search: self.words(),
            status: Some(ProductStatus::Active),
            collection: collection.map(|collection| collection.id),
            vendor: given(&self.vendor),
            product_type: given(&self.product_type),
            tag: given(&self.tag),
            price_minor_min: price(&self.min),
            price_minor_max: price(&self.max),
            is_available: self.is_by_stock(),
            sort,
        }
    }
}

fn address<'a>(path: &str, pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let query: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_changes_one_value_of_the_address_and_starts_over() {
        let query = ListQuery { q: "tea & cake".to_owned(), vendor: "Käse".to_owned(), page: 7, ..ListQuery::default() };
        assert_eq!(query.with("/products", "tag", "new"), "/products?q=tea%20%26%20cake&vendor=K%C3%A4se&tag=new");
        assert_eq!(query.with("/products", "vendor", ""), "/products?q=tea%20%26%20cake");
        assert_eq!(query.page_at("/products", 2), "/products?q=tea%20%26%20cake&vendor=K%C3%A4se&page=2");
    }
}

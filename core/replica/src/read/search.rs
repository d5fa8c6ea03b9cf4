//! Search as somebody types: the beginnings of words in any order, SKUs and barcodes.
//!
//! The cost is bounded by the candidates that are looked at, not by how many products match.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use rusqlite::params;
use tradepost_domain::catalog::ProductStatus;

use super::lists::match_of;
use super::{PAGE_MAX, Reader, VariantRow};
use crate::error::ReplicaError;
use crate::projections::text;

/// Products whose title begins with what was typed.
const TITLES_MAX: i64 = 40;
/// Products with the words as they are, and products with words that begin so.
const MATCHES_MAX: i64 = 60;
/// Variants of one product that are looked at.
const VARIANTS_MAX: i64 = 200;

/// How well a variant fits; less is better.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    is_not_sold: bool,
    misses: u8,
    is_sold_out: bool,
}

impl Reader {
    /// Variants that fit what was typed, the best first: an exact code, then titles that begin so, then whole words, then
    /// beginnings of words in titles, options, vendors, tags, SKUs and barcodes.
    pub fn search_variants(&self, typed: &str, limit: usize) -> Result<Vec<VariantRow>, ReplicaError> {
        let limit = limit.min(PAGE_MAX);
        let mut found = self.variants_by_code(typed)?;
        let words = text::words(typed);
        let mut ranked: Vec<(Fit, Reverse<usize>, String, usize, VariantRow)> = Vec::new();
        for number in self.candidates(typed)? {
            let rows = self.rows(include_str!("../sql/variants_of_product_number.sql"), params![number, VARIANTS_MAX], super::catalog::variant_row)?;
            let rows = fitting(rows, &words);
            ranked.extend(rows.into_iter().enumerate().map(|(place, row)| {
                let title = text::fold(&row.product_title);
                (fit(&row, &title, typed, &words), Reverse(0), title, place, row)
            }));
        }
        ranked.sort_by(|a, b| (&a.0, &a.2, a.3, a.4.id).cmp(&(&b.0, &b.2, b.3, b.4.id)));
        for (.., row) in ranked {
            if found.len() >= limit {
                break;
            }
            if found.iter().all(|other| other.id != row.id) {
                found.push(row);
            }
        }
        found.truncate(limit);
        Ok(found)
    }

    /// Row numbers of products worth looking at.
    fn candidates(&self, typed: &str) -> Result<BTreeSet<i64>, ReplicaError> {
        let mut numbers = BTreeSet::new();
        let Some(prefixes) = match_of(typed) else { return Ok(numbers) };
        let beginning = text::fold(typed.trim());
        let sql = "select number from products where is_listed = 1 and title_key >= ?1 and title_key < ?1 || char(1114111) order by title_key limit ?2";
        numbers.extend(self.rows(sql, params![beginning, TITLES_MAX], |row| row.get::<_, i64>(0))?);
        let sql = "select rowid from product_search where product_search match ? limit ?";
        let whole_words = prefixes.replace('*', "");
        for words in [whole_words, prefixes] {
            numbers.extend(self.rows(sql, params![words, MATCHES_MAX], |row| row.get::<_, i64>(0))?);
        }
        Ok(numbers)
    }
}

/// Of a product's variants those that fit the words which the product itself does not say ("shirt blue": the blue ones); all of
/// them where none does (the word is a tag or a vendor).
fn fitting(rows: Vec<VariantRow>, words: &[String]) -> Vec<VariantRow> {
    let Some(title) = rows.first().map(|row| text::words(&row.product_title)) else { return rows };
    let rest: Vec<&String> = words.iter().filter(|word| !begins(&title, word)).collect();
    let says_rest = |row: &VariantRow| {
        let own = text::words(&format!("{} {} {}", row.variant_title, row.sku, row.barcode));
        let joined = own.concat();
        rest.iter().all(|word| begins(&own, word) || joined.starts_with(word.as_str()))
    };
    let (fitting, others): (Vec<_>, Vec<_>) = rows.into_iter().filter(|row| row.status != ProductStatus::Archived).partition(says_rest);
    if fitting.is_empty() { others } else { fitting }
}

fn begins(words: &[String], beginning: &str) -> bool {
    words.iter().any(|word| word.starts_with(beginning))
}

fn fit(row: &VariantRow, title: &str, typed: &str, words: &[String]) -> Fit {
    let title_words = text::words(title);
    let misses = match () {
        () if title == text::fold(typed.trim()) => 0,
        () if title.starts_with(&text::fold(typed.trim())) => 1,
        () if words.iter().all(|word| title_words.contains(word)) => 2,
        () if words.iter().all(|word| begins(&title_words, word)) => 3,
        () => 4,
    };
    Fit { is_not_sold: row.status != ProductStatus::Active, misses, is_sold_out: row.available.thousandths <= 0 }
}

//! Search as somebody types: the beginnings of words in any order, SKUs and barcodes.
//!
//! The cost is bounded by the candidates that are looked at, not by how many products match.

use std::collections::BTreeSet;

use rusqlite::params;
use tradepost_domain::catalog::ProductStatus;
use tradepost_domain::id::VariantId;

use super::catalog::variant_row;
use super::lists::match_of;
use super::{PAGE_MAX, Reader, VariantRow};
use crate::error::ReplicaError;
use crate::projections::text;

/// Products whose title begins with what was typed.
const TITLES_MAX: i64 = 40;
/// Products with the words as they are, and products with words that begin so.
const MATCHES_MAX: i64 = 60;
/// So many digits are the beginning of a barcode; fewer may stand in a title.
const CODE_DIGITS_MIN: usize = 5;
/// Variants of one product that are looked at.
const VARIANTS_MAX: i64 = 200;

/// A product that may be meant. The order is the order of answers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    is_not_sold: bool,
    misses: u8,
    title: String,
    number: i64,
}

impl Reader {
    /// Variants that fit what was typed, the best first: an exact code, then titles that begin so, then whole words, then
    /// beginnings of words in titles, options, vendors, tags, SKUs and barcodes.
    pub fn search_variants(&self, typed: &str, limit: usize) -> Result<Vec<VariantRow>, ReplicaError> {
        let limit = limit.min(PAGE_MAX);
        let mut found = self.variants_by_code(typed)?;
        let words = text::words(typed);
        for candidate in self.candidates(&text::fold(typed.trim()), &words)? {
            if found.len() >= limit {
                break;
            }
            let rows = self.rows(
                include_str!("../sql/variants_of_product_number.sql"),
                params![candidate.number, VARIANTS_MAX],
                variant_row,
            )?;
            let known: Vec<VariantId> = found.iter().map(|row| row.id).collect();
            found.extend(fitting(rows, &words).into_iter().filter(|row| !known.contains(&row.id)));
        }
        found.truncate(limit);
        Ok(found)
    }

    /// Products worth looking at, the best first.
    fn candidates(&self, typed: &str, words: &[String]) -> Result<Vec<Candidate>, ReplicaError> {
        let numbers = self.candidate_numbers(typed)?;
        let mut candidates = Vec::with_capacity(numbers.len());
        for number in numbers {
            let sql = "select title_key, status from products where number = ? and is_listed = 1";
            candidates.extend(self.row(sql, [number], |row| {
                let title: String = row.get(0)?;
                let is_not_sold = row.get_ref(1)?.as_str()? != ProductStatus::Active.word();
                Ok(Candidate { is_not_sold, misses: misses(&title, typed, words), title, number })
            })?);
        }
        candidates.sort();
        Ok(candidates)
    }

    /// Row numbers of products worth looking at.
    fn candidate_numbers(&self, typed: &str) -> Result<BTreeSet<i64>, ReplicaError> {
        let mut numbers = BTreeSet::new();
        let Some(prefixes) = match_of(typed) else { return Ok(numbers) };
        let sql = "select number from products where is_listed = 1 and title_key >= ?1 and title_key < ?1 || char(1114111) order by title_key limit ?2";
        numbers.extend(self.rows(sql, params![typed, TITLES_MAX], |row| row.get::<_, i64>(0))?);
        if is_code(typed) {
            // Every article has another number: the index of words would gather all that begin so before the first one is read.
            numbers.extend(self.rows(
                include_str!("../sql/products_by_code_beginning.sql"),
                params![typed, MATCHES_MAX],
                |row| row.get::<_, i64>(0),
            )?);
            return Ok(numbers);
        }
        let whole_words = self.matching(&prefixes.replace('*', ""))?;
        // A word that so many products have is not the beginning of another one that somebody looks for.
        if whole_words.len() < usize::try_from(MATCHES_MAX).unwrap_or(0) {
            numbers.extend(self.matching(&prefixes)?);
        }
        numbers.extend(whole_words);
        Ok(numbers)
    }

    fn matching(&self, words: &str) -> Result<Vec<i64>, ReplicaError> {
        let sql = "select rowid from product_search where product_search match ? limit ?";
        self.rows(sql, params![words, MATCHES_MAX], |row| row.get::<_, i64>(0))
    }
}

/// Whether it looks like the beginning of a barcode.
fn is_code(typed: &str) -> bool {
    typed.len() >= CODE_DIGITS_MIN && typed.bytes().all(|letter| letter.is_ascii_digit())
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
    let (fitting, others): (Vec<_>, Vec<_>) =
        rows.into_iter().filter(|row| row.status != ProductStatus::Archived).partition(says_rest);
    if fitting.is_empty() { others } else { fitting }
}

fn begins(words: &[String], beginning: &str) -> bool {
    words.iter().any(|word| word.starts_with(beginning))
}

/// How far a title is from what was typed; both without case and accents.
fn misses(title: &str, typed: &str, words: &[String]) -> u8 {
    let title_words: Vec<String> = text::words(title);
    match () {
        () if title == typed => 0,
        () if title.starts_with(typed) => 1,
        () if words.iter().all(|word| title_words.contains(word)) => 2,
        () if words.iter().all(|word| begins(&title_words, word)) => 3,
        () => 4,
    }
}

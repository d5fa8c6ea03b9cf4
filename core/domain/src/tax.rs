//! Tax: rates by category, place and date; tax inside and on top of prices.

use serde::{Deserialize, Serialize};

use crate::time::BusinessDay;

/// What kind of thing something is for tax: `standard`, `reduced`, `zero`, or the shop's own word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaxCategory(pub String);

impl Default for TaxCategory {
    fn default() -> Self {
        Self("standard".to_owned())
    }
}

/// Whether prices contain tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxInclusion {
    /// The price is gross.
    Inclusive,
    /// The price is net; tax is added.
    Exclusive,
}

/// Where tax is rounded to whole minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxRounding {
    /// Line by line.
    ByLine,
    /// Once per rate over the whole sale; the lines' tax is allocated so that it adds up.
    ByTotal,
}

/// A rate in whole millionths: 7.25 % are 72,500.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RateMillionths(pub i64);

/// A rate of the tax table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxRate {
    /// Its id in the table: short, unique, never reused.
    pub key: String,
    /// What is printed: "VAT 19 %".
    pub name: String,
    /// For this category.
    pub category: TaxCategory,
    /// In this country, ISO 3166-1 alpha-2.
    pub country: String,
    /// In this state or province, ISO 3166-2 without the country; empty: the whole country.
    pub region: String,
    /// The rate.
    pub rate_millionths: RateMillionths,
    /// Valid from this day on; `None`: always.
    pub from: Option<BusinessDay>,
    /// Valid up to and including this day; `None`: open.
    pub until: Option<BusinessDay>,
}

/// A shop's tax table. One document per shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxTable {
    /// Its document.
    pub id: crate::id::DocumentId,
    /// Its rates.
    pub rates: Vec<TaxRate>,
}

/// The tax of one rate on a sale or order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxAmount {
    /// What is printed.
    pub name: String,
    /// The rate.
    pub rate_millionths: RateMillionths,
    /// The net amount that it was taken on.
    pub net: crate::money::Money,
    /// The tax.
    pub tax: crate::money::Money,
}
// OWNER domain: TaxTable::rate_for(category, country, region, day) -> Option<&TaxRate> (most specific region, then latest `from`);
// TaxTable::for_country(id, country) starter tables (facts: EU standard/reduced rates, US none); Document for TaxTable (rates/<key>/...).

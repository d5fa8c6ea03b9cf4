//! Tax: rates by category, place and date; tax inside and on top of prices.

use std::fmt;
use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use crate::document::{Document, DocumentKind, Fields, Scalar};
use crate::id::DocumentId;
use crate::money::{Money, MoneyError, round_half_up};
use crate::time::BusinessDay;
use crate::word::words;

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

words! { TaxInclusion { Inclusive = "inclusive", Exclusive = "exclusive" } }
words! { TaxRounding { ByLine = "by_line", ByTotal = "by_total" } }

impl TaxCategory {
    /// What is not taxed.
    pub fn zero() -> Self {
        Self("zero".to_owned())
    }

    /// Whether it is [`TaxCategory::zero`].
    pub fn is_zero(&self) -> bool {
        self.0 == "zero"
    }

    /// The category in a field; a missing one is the standard one.
    pub(crate) fn from_field(fields: &Fields, path: &str) -> Self {
        match fields.get(path) {
            Some(Scalar::Text(category)) => Self(category.clone()),
            Some(Scalar::Bool(_) | Scalar::Int(_)) | None => Self::default(),
        }
    }

    /// What is taxed at a reduced rate.
    pub fn reduced() -> Self {
        Self("reduced".to_owned())
    }
}

/// In percent without needless zeros: `7.25 %`.
impl fmt::Display for RateMillionths {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = crate::money::format_scaled(self.0, 4);
        write!(out, "{} %", text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl RateMillionths {
    /// The highest rate that anything here accepts: ten times the price. More is a typing error.
    pub const MAX: Self = Self(10_000_000);

    /// Reads percent such as `7.25`.
    pub fn parse_percent(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches('%').trim_end();
        crate::money::parse_scaled(text, 4).ok().map(Self).filter(|rate| rate.is_valid())
    }

    /// Whether it lies between zero and [`RateMillionths::MAX`].
    pub const fn is_valid(self) -> bool {
        self.0 >= 0 && self.0 <= Self::MAX.0
    }
}

/// The tax to add to a net amount, rounded half up. A negative rate counts as zero.
pub fn tax_on_net(net: Money, rate: RateMillionths) -> Result<Money, MoneyError> {
    net.at_rate(RateMillionths(rate.0.max(0)))
}

/// The tax contained in a gross amount, rounded half up. A negative rate counts as zero.
pub fn tax_in_gross(gross: Money, rate: RateMillionths) -> Result<Money, MoneyError> {
    let rate = rate.0.max(0);
    let whole = u64::try_from(rate).unwrap_or(0).saturating_add(1_000_000);
    let whole = NonZeroU64::new(whole).ok_or(MoneyError::Overflow)?;
    let tax = round_half_up(i128::from(gross.minor) * i128::from(rate), whole);
    i64::try_from(tax).map(|minor| Money { minor, ..gross }).map_err(|_| MoneyError::Overflow)
}

impl TaxAmount {
    /// Adds an amount to the list at its rate and name.
    pub(crate) fn add_to(
        list: &mut Vec<Self>,
        rate: RateMillionths,
        name: &str,
        net: Money,
        tax: Money,
    ) -> Result<(), MoneyError> {
        match list.iter_mut().find(|amount| amount.rate_millionths == rate && amount.name == name) {
            Some(amount) => {
                amount.net = amount.net.checked_add(net)?;
                amount.tax = amount.tax.checked_add(tax)?;
            }
            None => list.push(Self { name: name.to_owned(), rate_millionths: rate, net, tax }),
        }
        Ok(())
    }
}

impl TaxRate {
    fn fits(&self, category: &TaxCategory, country: &str, region: &str, day: BusinessDay) -> bool {
        self.category == *category
            && self.country == country
            && (self.region.is_empty() || self.region == region)
            && self.from.is_none_or(|from| from <= day)
            && self.until.is_none_or(|until| day <= until)
    }
}

impl TaxTable {
    /// The rate of a category in a place on a day: the region's own before the country's, then the latest that began.
    ///
    /// A category without a rate of its own is taxed at the standard one, so that a mistyped category never sells untaxed;
    /// only `zero` is not. `None`: no tax is known there.
    pub fn rate_for(&self, category: &TaxCategory, country: &str, region: &str, day: BusinessDay) -> Option<&TaxRate> {
        let own = self.rate_exactly_for(category, country, region, day);
        if own.is_some() || category.is_zero() {
            return own;
        }
        self.rate_exactly_for(&TaxCategory::default(), country, region, day)
    }

    fn rate_exactly_for(&self, category: &TaxCategory, country: &str, region: &str, day: BusinessDay) -> Option<&TaxRate> {
        let fitting = self.rates.iter().filter(|rate| rate.fits(category, country, region, day));
        fitting.max_by_key(|rate| (!rate.region.is_empty(), rate.from, std::cmp::Reverse(rate.key.as_str())))
    }

    /// A table to start from: the country's rates as of 2026, for the shop to check. An unknown country, and one whose sales
    /// taxes differ by state (US), starts with a single rate of zero.
    pub fn for_country(id: DocumentId, country: &str) -> Self {
        let (tax_name, rates) = starter_rates(country);
        let rates = rates.iter().map(|(category, millionths)| {
            let rate_millionths = RateMillionths(*millionths);
            TaxRate {
                key: format!("{}-{category}", country.to_lowercase()),
                name: format!("{tax_name} {rate_millionths}"),
                category: TaxCategory((*category).to_owned()),
                country: country.to_owned(),
                region: String::new(),
                rate_millionths,
                from: None,
                until: None,
            }
        });
        Self { id, rates: rates.collect() }
    }
}

type StarterRates = (&'static str, &'static [(&'static str, i64)]);

/// Standard and usual reduced rates as of September 2026: Council Directive 2006/112/EC as applied by each member state, and the
/// national tax authorities elsewhere. Rates of single regions and trades are left out.
fn starter_rates(country: &str) -> StarterRates {
    match country {
        "AT" => (
            "VAT",
            &[("standard", 200_000), ("reduced", 100_000), ("intermediate", 130_000), ("super_reduced", 49_000), ("zero", 0)],
        ),
        "BE" => ("VAT", &[("standard", 210_000), ("reduced", 60_000), ("intermediate", 120_000), ("zero", 0)]),
        "BG" => ("VAT", &[("standard", 200_000), ("reduced", 90_000), ("zero", 0)]),
        "CY" => (
            "VAT",
            &[("standard", 190_000), ("reduced", 50_000), ("intermediate", 90_000), ("super_reduced", 30_000), ("zero", 0)],
        ),
        "CZ" => ("VAT", &[("standard", 210_000), ("reduced", 120_000), ("zero", 0)]),
        "DE" => ("VAT", &[("standard", 190_000), ("reduced", 70_000), ("zero", 0)]),
        "DK" => ("VAT", &[("standard", 250_000), ("zero", 0)]),
        "EE" => ("VAT", &[("standard", 240_000), ("reduced", 90_000), ("accommodation", 130_000), ("zero", 0)]),
        "ES" => ("VAT", &[("standard", 210_000), ("reduced", 100_000), ("super_reduced", 40_000), ("zero", 0)]),
        "FI" => ("VAT", &[("standard", 255_000), ("reduced", 135_000), ("super_reduced", 100_000), ("zero", 0)]),
        "FR" => (
            "VAT",
            &[("standard", 200_000), ("reduced", 55_000), ("intermediate", 100_000), ("super_reduced", 21_000), ("zero", 0)],
        ),
        "GR" => ("VAT", &[("standard", 240_000), ("reduced", 130_000), ("super_reduced", 60_000), ("zero", 0)]),
        "HR" => ("VAT", &[("standard", 250_000), ("reduced", 50_000), ("intermediate", 130_000), ("zero", 0)]),
        "HU" => ("VAT", &[("standard", 270_000), ("reduced", 180_000), ("super_reduced", 50_000), ("zero", 0)]),
        "IE" => ("VAT", &[("standard", 230_000), ("reduced", 135_000), ("second_reduced", 90_000), ("zero", 0)]),
        "IT" => (
            "VAT",
            &[("standard", 220_000), ("reduced", 100_000), ("second_reduced", 50_000), ("super_reduced", 40_000), ("zero", 0)],
        ),
        "LT" => ("VAT", &[("standard", 210_000), ("reduced", 120_000), ("super_reduced", 50_000), ("zero", 0)]),
        "LU" => (
            "VAT",
            &[("standard", 170_000), ("reduced", 80_000), ("intermediate", 140_000), ("super_reduced", 30_000), ("zero", 0)],
        ),
        "LV" => ("VAT", &[("standard", 210_000), ("reduced", 120_000), ("super_reduced", 50_000), ("zero", 0)]),
        "MT" => (
            "VAT",
            &[("standard", 180_000), ("reduced", 50_000), ("second_reduced", 70_000), ("intermediate", 120_000), ("zero", 0)],
        ),
        "NL" => ("VAT", &[("standard", 210_000), ("reduced", 90_000), ("zero", 0)]),
        "PL" => ("VAT", &[("standard", 230_000), ("reduced", 80_000), ("super_reduced", 50_000), ("zero", 0)]),
        "PT" => ("VAT", &[("standard", 230_000), ("reduced", 60_000), ("intermediate", 130_000), ("zero", 0)]),
        "RO" => ("VAT", &[("standard", 210_000), ("reduced", 110_000), ("zero", 0)]),
        "SE" => ("VAT", &[("standard", 250_000), ("reduced", 120_000), ("super_reduced", 60_000), ("zero", 0)]),
        "SI" => ("VAT", &[("standard", 220_000), ("reduced", 95_000), ("super_reduced", 50_000), ("zero", 0)]),
        "SK" => ("VAT", &[("standard", 230_000), ("reduced", 190_000), ("super_reduced", 50_000), ("zero", 0)]),
        "GB" => ("VAT", &[("standard", 200_000), ("reduced", 50_000), ("zero", 0)]),
        "CH" | "LI" => ("VAT", &[("standard", 81_000), ("reduced", 26_000), ("accommodation", 38_000), ("zero", 0)]),
        "MC" => (
            "VAT",
            &[("standard", 200_000), ("reduced", 55_000), ("intermediate", 100_000), ("super_reduced", 21_000), ("zero", 0)],
        ),
        "MD" => ("VAT", &[("standard", 200_000), ("reduced", 80_000), ("zero", 0)]),
        "ME" => ("VAT", &[("standard", 210_000), ("reduced", 70_000), ("intermediate", 150_000), ("zero", 0)]),
        "RS" => ("VAT", &[("standard", 200_000), ("reduced", 100_000), ("zero", 0)]),
        "TR" => ("VAT", &[("standard", 200_000), ("reduced", 100_000), ("super_reduced", 10_000), ("zero", 0)]),
        "UA" => ("VAT", &[("standard", 200_000), ("reduced", 70_000), ("intermediate", 140_000), ("zero", 0)]),
        "NO" => ("VAT", &[("standard", 250_000), ("reduced", 150_000), ("super_reduced", 120_000), ("zero", 0)]),
        "IS" => ("VAT", &[("standard", 240_000), ("reduced", 110_000), ("zero", 0)]),
        "CA" => ("GST", &[("standard", 50_000), ("zero", 0)]),
        "AU" => ("GST", &[("standard", 100_000), ("zero", 0)]),
        "NZ" => ("GST", &[("standard", 150_000), ("zero", 0)]),
        "SG" => ("GST", &[("standard", 90_000), ("zero", 0)]),
        "JP" => ("Consumption tax", &[("standard", 100_000), ("reduced", 80_000), ("zero", 0)]),
        "KR" => ("VAT", &[("standard", 100_000), ("zero", 0)]),
        "ZA" => ("VAT", &[("standard", 150_000), ("zero", 0)]),
        "MX" => ("IVA", &[("standard", 160_000), ("zero", 0)]),
        _ => ("Sales tax", &[("standard", 0), ("zero", 0)]),
    }
}

/// `rates/<key>/{position,name,category,country,region,rate,from,until}`.
impl Document for TaxTable {
    const KIND: DocumentKind = DocumentKind::TaxTable;
    const MEMBERS: &'static [&'static str] = &["rates"];

    fn document_id(&self) -> DocumentId {
        self.id
    }

    fn from_fields(id: DocumentId, fields: &Fields) -> Self {
        let rates = fields.members("rates").into_iter().map(|rate| TaxRate {
            name: fields.text(&rate.path("name")).to_owned(),
            category: TaxCategory::from_field(fields, &rate.path("category")),
            country: fields.text(&rate.path("country")).to_owned(),
            region: fields.text(&rate.path("region")).to_owned(),
            rate_millionths: RateMillionths(fields.int(&rate.path("rate")).unwrap_or(0)),
            from: fields.day(&rate.path("from")),
            until: fields.day(&rate.path("until")),
            key: rate.key,
        });
        Self { id, rates: rates.collect() }
    }

    fn to_fields(&self) -> Fields {
        let mut fields = Fields::new();
        for (position, rate) in self.rates.iter().enumerate() {
            let TaxRate { key, name, category, country, region, rate_millionths, from, until } = rate;
            let path = |field: &str| format!("rates/{key}/{field}");
            fields.set_position(path("position"), position);
            fields.set_text(path("name"), name);
            fields.set(path("category"), Scalar::Text(category.0.clone()));
            fields.set_text(path("country"), country);
            fields.set_text(path("region"), region);
            fields.set_int(path("rate"), rate_millionths.0);
            fields.set_day(path("from"), *from);
            fields.set_day(path("until"), *until);
        }
        fields
    }
}

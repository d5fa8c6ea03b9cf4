//! An order as its buyer reads it: lines, delivery, tax, total.

use std::collections::HashMap;

use serde::Serialize;
use tradepost_domain::id::VariantId;
use tradepost_domain::money::{Money, MoneyError};
use tradepost_domain::order::{DeliveryMethod, OrderPlaced};
use tradepost_domain::tax::TaxInclusion;
use tradepost_operations::Reader;

use crate::error::ServerError;
use crate::shops::Overview;
use crate::storefront::{Picture, picture_of};
use crate::words;

/// An order as its buyer reads it.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "each is a part of the summary's template")]
pub struct Summary {
    pub lines: Vec<SummaryLine>,
    pub goods: String,
    pub delivery: Option<String>,
    pub delivery_name: String,
    pub delivery_note: &'static str,
    pub taxes_added: Vec<SummaryTax>,
    pub taxes_contained: Vec<SummaryTax>,
    pub gross: String,
}

/// A line of it.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "each is a part of the summary's template")]
pub struct SummaryLine {
    pub title: String,
    pub variant_title: String,
    pub quantity: String,
    pub unit_price: String,
    pub amount: String,
    pub picture: Picture,
}

/// A tax of it.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "each is a part of the summary's template")]
pub struct SummaryTax {
    pub name: String,
    pub amount: String,
}

/// What a line's product is called and looks like now.
#[derive(Debug, Clone, Default)]
pub struct Looks(HashMap<VariantId, (String, String, String)>);

impl Looks {
    /// Of an order's lines.
    pub fn of(reader: &Reader, order: &OrderPlaced) -> Result<Self, ServerError> {
        let mut looks = HashMap::new();
        for variant in order.lines.iter().filter_map(|item| item.line.variant) {
            if let Some(row) = reader.variant(variant)? {
                looks.insert(variant, (row.product_title, row.variant_title, row.image_url));
            }
        }
        Ok(Self(looks))
    }
}

/// What a line costs on the side of tax that the shop's prices are on.
pub fn shown(inclusion: TaxInclusion, net: Money, gross: Money) -> Money {
    match inclusion {
        TaxInclusion::Inclusive => gross,
        TaxInclusion::Exclusive => net,
    }
}

impl Summary {
    /// The lines of an order alone.
    pub fn lines_of(overview: &Overview, base: &str, order: &OrderPlaced, looks: &Looks) -> Vec<SummaryLine> {
        let inclusion = overview.settings.tax_inclusion;
        order.lines.iter().map(|item| line(base, looks, item, shown(inclusion, item.net, item.gross))).collect()
    }

    /// Of an order, placed or drafted. `is_delivery_known`: whether its delivery is chosen yet.
    pub fn of(
        overview: &Overview,
        base: &str,
        order: &OrderPlaced,
        looks: &Looks,
        delivery: DeliveryKnown,
    ) -> Result<Self, ServerError> {
        let inclusion = overview.settings.tax_inclusion;
        let amounts: Vec<Money> = order.lines.iter().map(|item| shown(inclusion, item.net, item.gross)).collect();
        let goods = Money::sum(order.gross.currency, amounts.iter().copied()).map_err(sum_error)?;
        let total = shown(inclusion, order.net, order.gross);
        let delivery_price = total.checked_sub(goods).map_err(sum_error)?;
        let lines = Self::lines_of(overview, base, order, looks);
        let taxes: Vec<SummaryTax> = order
            .taxes
            .iter()
            .filter(|tax| !tax.tax.is_zero())
            .map(|tax| SummaryTax { name: tax_name(&tax.name), amount: words::money(tax.tax) })
            .collect();
        let (taxes_added, taxes_contained) = match inclusion {
            TaxInclusion::Inclusive => (Vec::new(), taxes),
            TaxInclusion::Exclusive => (taxes, Vec::new()),
        };
        let (name, delivery_text) = match (&order.delivery, delivery) {
            (_, DeliveryKnown::NotYet) => (String::new(), None),
            (DeliveryMethod::Ship { rate_name, .. }, DeliveryKnown::Chosen) => (rate_name.clone(), Some(free_or(delivery_price))),
            (DeliveryMethod::Collect { location }, DeliveryKnown::Chosen) => {
                let place = overview.location(*location).map_or("the shop", |location| location.name.as_str());
                (format!("Collect in {place}"), Some("Free".to_owned()))
            }
        };
        Ok(Self {
            lines,
            goods: words::money(goods),
            delivery: delivery_text,
            delivery_name: name,
            delivery_note: "shown in the next step",
            taxes_added,
            taxes_contained,
            gross: words::money(order.gross),
        })
    }
}

/// Whether the buyer has chosen the delivery yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryKnown {
    /// Its price is in the total.
    Chosen,
    /// It is not.
    NotYet,
}

fn free_or(price: Money) -> String {
    if price.is_zero() { "Free".to_owned() } else { words::money(price) }
}

fn tax_name(name: &str) -> String {
    if name.is_empty() { "Tax".to_owned() } else { name.to_owned() }
}

fn line(base: &str, looks: &Looks, item: &tradepost_domain::basket::LineItem, amount: Money) -> SummaryLine {
    let look = item.line.variant.and_then(|variant| looks.0.get(&variant));
    let (title, variant_title, image) = match look {
        Some((title, variant, image)) => (title.clone(), variant.clone(), image.as_str()),
        None => (item.line.title.clone(), String::new(), ""),
    };
    SummaryLine {
        picture: picture_of(base, image, &title, ""),
        title,
        variant_title,
        quantity: item.line.quantity.with_unit(item.line.unit),
        unit_price: words::money(item.line.unit_price),
        amount: words::money(amount),
    }
}

fn sum_error(error: MoneyError) -> ServerError {
    ServerError::Pricing(error.to_string())
}

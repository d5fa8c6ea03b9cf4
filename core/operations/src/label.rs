//! Labels of scales and suppliers: a barcode with a price or a weight in it.

use tradepost_domain::barcode::{EmbeddedValue, Scan, normalize_scan};
use tradepost_domain::basket::BasketLine;
use tradepost_domain::money::{Currency, Money, round_half_even};
use tradepost_domain::quantity::{Quantity, Unit};
use tradepost_replica::read::VariantRow;

use crate::basket::find_by_code;
use crate::by::By;
use crate::error::{Outcome, Refusal};
use crate::shop::{Shop, settings};

/// How far from the weight that fits best a weight is looked for that gives the label's price to the minor unit: 20 g.
const GRAMS_AROUND: i64 = 20;

/// What a label says.
#[derive(Debug, Clone)]
pub struct Label {
    /// What it may stand on; empty: nothing here has this item.
    pub variants: Vec<VariantRow>,
    /// The price or weight in it.
    pub value: EmbeddedValue,
    /// The shop's currency.
    pub currency: Currency,
}

impl Shop {
    /// What a label with a price or weight in its code says, by the shop's schemes; `None` for any other code.
    ///
    /// The goods are found by the code with a value of zero, else by the item's digits as an SKU, with and without leading zeros.
    pub fn read_label(&self, code: &str) -> Outcome<Option<Label>> {
        let Scan::Restricted(gtin) = normalize_scan(code) else { return Ok(None) };
        let read = self.read();
        let settings = settings(&read)?;
        let Some(embedded) = settings.read_embedded(gtin) else { return Ok(None) };
        let codes = [embedded.without_value.to_string(), embedded.item.clone(), embedded.item.trim_start_matches('0').to_owned()];
        let mut variants = Vec::new();
        for code in codes.iter().filter(|code| !code.is_empty()) {
            variants = find_by_code(&read, code)?;
            if !variants.is_empty() {
                break;
            }
        }
        Ok(Some(Label { variants, value: embedded.value, currency: settings.currency }))
    }

    /// A line for what a label stands on: as heavy, or as dear, as the label says.
    pub fn line_for_label(by: &mut By<'_>, variant: &VariantRow, label: &Label) -> Outcome<BasketLine> {
        let (quantity, unit_price) = match label.value {
            EmbeddedValue::Weight(kilograms) => (weight_in(variant.unit, kilograms)?, None),
            EmbeddedValue::PriceMinor(minor) => {
                let price = Money::from_minor(minor, label.currency);
                let by_weight = variant.list_price.filter(|_| variant.unit != Unit::Each).and_then(|one| weighed(one, price));
                by_weight.map_or((Quantity::ONE, Some(price)), |(quantity, one)| (quantity, Some(one)))
            }
        };
        let priced = VariantRow { list_price: unit_price.or(variant.list_price), ..variant.clone() };
        Self::line_for(by, &priced, quantity)
    }
}

fn weight_in(unit: Unit, kilograms: Quantity) -> Outcome<Quantity> {
    let expected = "it has a weight, but what it stands on is not sold by weight; change its unit in the back office";
    match unit {
        Unit::Kilogram => Ok(kilograms),
        Unit::Gram => Ok(Quantity::from_thousandths(kilograms.thousandths.saturating_mul(1000))),
        Unit::Each | Unit::Liter | Unit::Meter | Unit::Hour => Err(Refusal::NotValid { what: "this label", expected }.into()),
    }
}

/// The weight that a price was made of, and the price of one unit that gives this price again: the unit's own where some weight does, else one a
/// little beside it.
fn weighed(one: Money, price: Money) -> Option<(Quantity, Money)> {
    let exact = round_half_even(i128::from(price.minor) * 1000, u64::try_from(one.minor).ok()?.try_into().ok()?);
    let best = i64::try_from(exact).ok().filter(|thousandths| *thousandths > 0)?;
    let around =
        || (0..=GRAMS_AROUND).flat_map(|by| [best.saturating_add(by), best.saturating_sub(by)]).filter(|amount| *amount > 0);
    let costs = |one: Money, amount: i64| one.times(Quantity::from_thousandths(amount)).is_ok_and(|sum| sum == price);
    let as_listed = around().find(|amount| costs(one, *amount)).map(|amount| (amount, one));
    let beside = || {
        around().find_map(|amount| {
            let divisor = u64::try_from(amount).ok()?.try_into().ok()?;
            let minor = i64::try_from(round_half_even(i128::from(price.minor) * 1000, divisor)).ok()?;
            let one = Money { minor, ..one };
            costs(one, amount).then_some((amount, one))
        })
    };
    as_listed.or_else(beside).map(|(amount, one)| (Quantity::from_thousandths(amount), one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weight_found_for_a_price_costs_that_price_to_the_cent() {
        let usd = |minor| Money::from_minor(minor, Currency::USD);
        for one in [1, 99, 450, 1290, 3995, 12_000] {
            for price in [1, 2, 7, 99, 437, 1299, 5555, 9999] {
                if let Some((quantity, one)) = weighed(usd(one), usd(price)) {
                    assert_eq!(one.times(quantity).unwrap(), usd(price), "{price} at {one}");
                }
            }
        }
        assert_eq!(weighed(usd(1290), usd(437)), Some((Quantity::from_thousandths(339), usd(1290))));
        assert!(weighed(usd(3995), usd(9999)).is_some(), "2.5 kg at 39.95");
        assert_eq!(weighed(usd(0), usd(437)), None);
    }
}

//! The basket: lines being gathered, and what they cost.

use serde::{Deserialize, Serialize};

use crate::id::{BasketId, CustomerId, LineId, ProductId, StaffId, VariantId};
use crate::money::Money;
use crate::quantity::{Quantity, Unit};
use crate::tax::{RateMillionths, TaxAmount, TaxCategory, TaxInclusion, TaxRounding};
use crate::time::Timestamp;

/// The most lines a basket holds: a receipt of 500 lines is four meters long.
pub const LINES_MAX: usize = 500;

/// Lines being gathered, in the shop or on the web.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basket {
    /// Its id.
    pub id: BasketId,
    /// Its lines in the order they were added.
    pub lines: Vec<BasketLine>,
    /// A discount on the whole basket, spread over its lines.
    pub discount: Option<Discount>,
    /// Who buys, if known.
    pub customer: Option<CustomerId>,
    /// A note for the receipt.
    pub note: String,
}

/// One line of a basket. It carries what it was sold as: later edits of the product do not change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasketLine {
    /// Its id within the basket.
    pub id: LineId,
    /// The product; `None`: an open line typed by hand, or of a file that we did not write.
    pub product: Option<ProductId>,
    /// The variant; `None`: an open line.
    pub variant: Option<VariantId>,
    /// The SKU at that time, or what the line was entered as.
    pub sku: String,
    /// What is printed: "T-shirt, blue / M".
    pub title: String,
    /// How much.
    pub quantity: Quantity,
    /// Of which unit.
    pub unit: Unit,
    /// The price of one unit before discount.
    pub unit_price: Money,
    /// What it is for tax.
    pub tax_category: TaxCategory,
    /// A discount on this line.
    pub discount: Option<Discount>,
}

/// A discount somebody gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discount {
    /// How much.
    pub kind: DiscountKind,
    /// Why; shown on the receipt and in reports.
    pub reason: String,
    /// Who allowed it.
    pub staff: Option<StaffId>,
}

/// How much a discount takes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscountKind {
    /// A part of the price, in millionths: 10 % are 100,000. At most 1,000,000.
    Rate(RateMillionths),
    /// An amount; never more than what it is taken off.
    Amount(Money),
}

/// How a basket is priced: the shop's tax rules on this day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pricing<'a> {
    /// The shop's tax table.
    pub taxes: &'a crate::tax::TaxTable,
    /// Whether prices contain tax.
    pub tax_inclusion: TaxInclusion,
    /// Where tax is rounded.
    pub tax_rounding: TaxRounding,
    /// Where the sale is taxed.
    pub country: &'a str,
    /// In which state or province.
    pub region: &'a str,
    /// On which day.
    pub day: crate::time::BusinessDay,
    /// In which currency.
    pub currency: crate::money::Currency,
}

/// A basket with everything computed. The lines' sums equal the totals, to the minor unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedBasket {
    /// The lines, in the basket's order.
    pub lines: Vec<LineItem>,
    /// The tax by rate.
    pub taxes: Vec<TaxAmount>,
    /// Discounts taken, lines and basket together (same side of tax as the prices); zero or positive.
    pub discount: Money,
    /// Without tax.
    pub net: Money,
    /// Tax.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
}

/// A line with everything computed. Immutable once it stands in a sale or an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineItem {
    /// What was sold, at which price.
    pub line: BasketLine,
    /// Everything taken off, including this line's share of the basket's discount.
    pub discount: Money,
    /// The tax rate.
    pub rate_millionths: RateMillionths,
    /// The rate's name.
    pub tax_name: String,
    /// Without tax, after discount.
    pub net: Money,
    /// Tax.
    pub tax: Money,
    /// With tax, after discount.
    pub gross: Money,
}

/// A basket set aside, to be recalled on any till. One document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedBasket {
    /// The basket.
    pub basket: Basket,
    /// What the cashier called it: "lady with the dog".
    pub label: String,
    /// Who set it aside.
    pub staff: Option<StaffId>,
    /// When.
    pub parked_at: Timestamp,
    /// Whether it was recalled, sold or dropped since. Two tills that recall it at once are both shown that.
    pub is_taken: bool,
}
// OWNER domain: Basket::new(id), add(line) (same variant+price+no discount merges quantity; LINES_MAX error), set_quantity, remove/void, price(&Pricing) -> Result<PricedBasket, PricingError>.
// Document for ParkedBasket (lines as lines/<id>/... paths; discounts as scalars).

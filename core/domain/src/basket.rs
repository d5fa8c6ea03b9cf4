//! The basket: lines being gathered, and what they cost.

use serde::{Deserialize, Serialize};

use crate::document::{Document, DocumentKind, Fields, Member, Scalar};
use crate::id::{BasketId, CustomerId, DocumentId, LineId, ProductId, StaffId, VariantId};
use crate::money::{Currency, Money, MoneyError};
use crate::quantity::{Quantity, QuantityError, Unit};
use crate::tax::{RateMillionths, TaxAmount, TaxCategory, TaxInclusion, TaxRounding, tax_in_gross, tax_on_net};
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

/// Why a basket could not be changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BasketError {
    /// It has [`LINES_MAX`] lines.
    #[error("the basket is full: finish this sale and start another for the rest")]
    Full,
    /// No line has this id.
    #[error("this line is no longer in the basket")]
    LineNotFound,
    /// A quantity of zero or less.
    #[error("the quantity must be more than zero; to take the line out, void it")]
    QuantityNotPositive,
    /// A quantity out of range.
    #[error(transparent)]
    Quantity(#[from] QuantityError),
}

/// Why a basket could not be priced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PricingError {
    /// A line's quantity is zero or less.
    #[error("\"{title}\" has no quantity: enter one or void the line")]
    QuantityNotPositive {
        /// The line.
        title: String,
    },
    /// A line's price is negative.
    #[error("\"{title}\" has a negative price: give a discount or a refund instead")]
    NegativePrice {
        /// The line.
        title: String,
    },
    /// A discount below nothing or above everything.
    #[error("a discount is between 0 and 100 %, or an amount that is not negative")]
    DiscountOutOfRange,
    /// Too large, or of another currency.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Basket {
    /// An empty basket.
    pub const fn new(id: BasketId) -> Self {
        Self { id, lines: Vec::new(), discount: None, customer: None, note: String::new() }
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Adds a line, or its quantity to a line that is the same but for id and quantity. Returns the id of the line it went to.
    ///
    /// Lines with a discount and open lines stay apart: what was said about one of them does not hold for the other.
    pub fn add(&mut self, line: BasketLine) -> Result<LineId, BasketError> {
        if line.quantity <= Quantity::ZERO {
            return Err(BasketError::QuantityNotPositive);
        }
        if let Some(same) = self.lines.iter_mut().find(|present| present.merges_with(&line)) {
            same.quantity = same.quantity.checked_add(line.quantity)?;
            return Ok(same.id);
        }
        self.add_apart(line)
    }

    /// Adds a line that stays apart also from a line that is the same: two labels of a scale are two prices, and their sum is not the price of the sum.
    pub fn add_apart(&mut self, line: BasketLine) -> Result<LineId, BasketError> {
        if line.quantity <= Quantity::ZERO {
            return Err(BasketError::QuantityNotPositive);
        }
        if self.lines.len() >= LINES_MAX {
            return Err(BasketError::Full);
        }
        let id = line.id;
        self.lines.push(line);
        Ok(id)
    }

    /// The line with this id.
    pub fn find_line(&self, id: LineId) -> Option<&BasketLine> {
        self.lines.iter().find(|line| line.id == id)
    }

    /// Sets a line's quantity.
    pub fn set_quantity(&mut self, id: LineId, quantity: Quantity) -> Result<(), BasketError> {
        if quantity <= Quantity::ZERO {
            return Err(BasketError::QuantityNotPositive);
        }
        self.line_mut(id)?.quantity = quantity;
        Ok(())
    }

    /// Sets the price of one unit of a line.
    pub fn set_unit_price(&mut self, id: LineId, unit_price: Money) -> Result<(), BasketError> {
        self.line_mut(id)?.unit_price = unit_price;
        Ok(())
    }

    /// Gives a line a discount, or takes it away.
    pub fn set_line_discount(&mut self, id: LineId, discount: Option<Discount>) -> Result<(), BasketError> {
        self.line_mut(id)?.discount = discount;
        Ok(())
    }

    /// Takes a line out and returns it, for the record.
    pub fn void_line(&mut self, id: LineId) -> Result<BasketLine, BasketError> {
        let index = self.lines.iter().position(|line| line.id == id).ok_or(BasketError::LineNotFound)?;
        Ok(self.lines.remove(index))
    }

    /// What it costs. The basket's discount is taken after the lines' own and spread over them by what is left of each.
    pub fn price(&self, pricing: &Pricing<'_>) -> Result<PricedBasket, PricingError> {
        let undiscounted = self.lines.iter().map(BasketLine::undiscounted).collect::<Result<Vec<Money>, _>>()?;
        let amounts = self.discounted(&undiscounted, pricing.currency)?;
        let mut lines = Vec::with_capacity(self.lines.len());
        for ((line, amount), before) in self.lines.iter().zip(amounts).zip(undiscounted) {
            lines.push(line.priced(amount, before.checked_sub(amount)?, pricing)?);
        }
        if pricing.tax_rounding == TaxRounding::ByTotal {
            round_tax_by_total(&mut lines, pricing)?;
        }
        PricedBasket::of_lines(lines, pricing.currency)
    }

    /// What is left of each line after all discounts.
    fn discounted(&self, undiscounted: &[Money], currency: Currency) -> Result<Vec<Money>, PricingError> {
        let mut amounts = Vec::with_capacity(undiscounted.len());
        for (line, before) in self.lines.iter().zip(undiscounted) {
            amounts.push(before.checked_sub(taken_off(line.discount.as_ref(), *before)?)?);
        }
        let off = taken_off(self.discount.as_ref(), Money::sum(currency, amounts.iter().copied())?)?;
        if off.is_zero() {
            return Ok(amounts);
        }
        let weights: Vec<i64> = amounts.iter().map(|amount| amount.minor).collect();
        let shares = off.allocate(&weights);
        Ok(amounts.into_iter().zip(shares).map(|(amount, share)| amount.checked_sub(share)).collect::<Result<_, _>>()?)
    }

    fn line_mut(&mut self, id: LineId) -> Result<&mut BasketLine, BasketError> {
        self.lines.iter_mut().find(|line| line.id == id).ok_or(BasketError::LineNotFound)
    }
}

impl BasketLine {
    fn merges_with(&self, other: &Self) -> bool {
        let same_goods = self.variant.is_some() && self.variant == other.variant && self.product == other.product;
        let same_terms =
            self.unit_price == other.unit_price && self.unit == other.unit && self.tax_category == other.tax_category;
        let same_print = self.sku == other.sku && self.title == other.title;
        same_goods && same_terms && same_print && self.discount.is_none() && other.discount.is_none()
    }

    /// Quantity times unit price.
    fn undiscounted(&self) -> Result<Money, PricingError> {
        if self.quantity <= Quantity::ZERO {
            return Err(PricingError::QuantityNotPositive { title: self.title.clone() });
        }
        if self.unit_price.is_negative() {
            return Err(PricingError::NegativePrice { title: self.title.clone() });
        }
        Ok(self.unit_price.times(self.quantity)?)
    }

    fn priced(&self, amount: Money, discount: Money, pricing: &Pricing<'_>) -> Result<LineItem, PricingError> {
        let rate = pricing.taxes.rate_for(&self.tax_category, pricing.country, pricing.region, pricing.day);
        let rate_millionths = rate.map_or(RateMillionths(0), |rate| rate.rate_millionths);
        let tax_name = rate.map_or_else(String::new, |rate| rate.name.clone());
        let tax = pricing.tax_of(amount, rate_millionths)?;
        let (net, gross) = pricing.net_and_gross(amount, tax)?;
        Ok(LineItem { line: self.clone(), discount, rate_millionths, tax_name, net, tax, gross })
    }
}

impl Pricing<'_> {
    fn tax_of(&self, amount: Money, rate: RateMillionths) -> Result<Money, MoneyError> {
        match self.tax_inclusion {
            TaxInclusion::Inclusive => tax_in_gross(amount, rate),
            TaxInclusion::Exclusive => tax_on_net(amount, rate),
        }
    }

    fn net_and_gross(&self, amount: Money, tax: Money) -> Result<(Money, Money), MoneyError> {
        match self.tax_inclusion {
            TaxInclusion::Inclusive => Ok((amount.checked_sub(tax)?, amount)),
            TaxInclusion::Exclusive => Ok((amount, amount.checked_add(tax)?)),
        }
    }

    /// What was priced: the side of tax that prices are on.
    fn amount_of(&self, line: &LineItem) -> Money {
        match self.tax_inclusion {
            TaxInclusion::Inclusive => line.gross,
            TaxInclusion::Exclusive => line.net,
        }
    }
}

/// What a discount takes off `amount`: never more than that.
fn taken_off(discount: Option<&Discount>, amount: Money) -> Result<Money, PricingError> {
    match discount.map(|discount| discount.kind) {
        None => Ok(Money::zero(amount.currency)),
        Some(DiscountKind::Rate(rate)) if (0..=1_000_000).contains(&rate.0) => Ok(amount.at_rate(rate)?),
        Some(DiscountKind::Amount(off)) if off.currency != amount.currency => Err(MoneyError::CurrencyMismatch.into()),
        Some(DiscountKind::Amount(off)) if !off.is_negative() => Ok(Money { minor: off.minor.min(amount.minor), ..off }),
        Some(DiscountKind::Rate(_) | DiscountKind::Amount(_)) => Err(PricingError::DiscountOutOfRange),
    }
}

/// Taxes each rate once over all of its lines and gives each line its share.
fn round_tax_by_total(lines: &mut [LineItem], pricing: &Pricing<'_>) -> Result<(), PricingError> {
    for (rate, name) in rates_of(lines) {
        let mut same: Vec<&mut LineItem> = lines.iter_mut().filter(|line| line.has_rate(rate, &name)).collect();
        let amounts: Vec<Money> = same.iter().map(|line| pricing.amount_of(line)).collect();
        let tax = pricing.tax_of(Money::sum(pricing.currency, amounts.iter().copied())?, rate)?;
        let weights: Vec<i64> = amounts.iter().map(|amount| amount.minor).collect();
        for ((line, amount), tax) in same.iter_mut().zip(amounts).zip(tax.allocate(&weights)) {
            (line.net, line.gross) = pricing.net_and_gross(amount, tax)?;
            line.tax = tax;
        }
    }
    Ok(())
}

/// The distinct rates in the order they first appear.
fn rates_of(lines: &[LineItem]) -> Vec<(RateMillionths, String)> {
    let mut rates: Vec<(RateMillionths, String)> = Vec::new();
    for line in lines {
        if !rates.iter().any(|(rate, name)| line.has_rate(*rate, name)) {
            rates.push((line.rate_millionths, line.tax_name.clone()));
        }
    }
    rates
}

impl LineItem {
    fn has_rate(&self, rate: RateMillionths, name: &str) -> bool {
        self.rate_millionths == rate && self.tax_name == name
    }
}

impl PricedBasket {
    /// The totals of computed lines. A line that no rate was found for stands in no tax amount.
    pub fn of_lines(lines: Vec<LineItem>, currency: Currency) -> Result<Self, PricingError> {
        let sum = |part: fn(&LineItem) -> Money| Money::sum(currency, lines.iter().map(part));
        let (discount, net) = (sum(|line| line.discount)?, sum(|line| line.net)?);
        let (tax, gross) = (sum(|line| line.tax)?, sum(|line| line.gross)?);
        let mut taxes: Vec<TaxAmount> = Vec::new();
        for line in lines.iter().filter(|line| !line.tax_name.is_empty() || line.rate_millionths.0 != 0) {
            TaxAmount::add_to(&mut taxes, line.rate_millionths, &line.tax_name, line.net, line.tax)?;
        }
        Ok(Self { lines, taxes, discount, net, tax, gross })
    }

    /// The price of all lines before any discount.
    pub fn undiscounted(&self) -> Result<Money, MoneyError> {
        Money::sum(self.gross.currency, [self.gross, self.discount])
    }
}

impl ParkedBasket {
    /// A basket set aside.
    pub fn park(basket: Basket, label: &str, staff: Option<StaffId>, parked_at: Timestamp) -> Self {
        Self { basket, label: label.to_owned(), staff, parked_at, is_taken: false }
    }
}

impl Discount {
    fn write_at(&self, at: &str, fields: &mut Fields) {
        let Self { kind, reason, staff } = self;
        match kind {
            DiscountKind::Rate(rate) => fields.set_int(format!("{at}_rate"), rate.0),
            DiscountKind::Amount(amount) => fields.set_money(&format!("{at}_amount"), Some(*amount)),
        }
        fields.set_text(format!("{at}_reason"), reason);
        fields.set_id(format!("{at}_staff"), *staff);
    }

    fn from_fields_at(at: &str, fields: &Fields) -> Option<Self> {
        let rate = fields.int(&format!("{at}_rate")).map(|rate| DiscountKind::Rate(RateMillionths(rate)));
        let kind = rate.or_else(|| fields.money(&format!("{at}_amount")).map(DiscountKind::Amount))?;
        let reason = fields.text(&format!("{at}_reason")).to_owned();
        Some(Self { kind, reason, staff: fields.id(&format!("{at}_staff")) })
    }
}

impl BasketLine {
    /// `None` where its price cannot be read: a line must not sell for nothing.
    fn from_member(member: &Member, fields: &Fields) -> Option<Self> {
        let path = |field| member.path(field);
        Some(Self {
            id: member.id()?,
            product: fields.id(&path("product")),
            variant: fields.id(&path("variant")),
            sku: fields.text(&path("sku")).to_owned(),
            title: fields.text(&path("title")).to_owned(),
            quantity: Quantity::from_thousandths(fields.int(&path("quantity")).unwrap_or(0)),
            unit: Unit::from_word(fields.text(&path("unit"))).unwrap_or_default(),
            unit_price: fields.money(&path("unit_price"))?,
            tax_category: TaxCategory::from_field(fields, &path("tax_category")),
            discount: Discount::from_fields_at(&path("discount"), fields),
        })
    }

    fn write(&self, position: usize, fields: &mut Fields) {
        let Self { id, product, variant, sku, title, quantity, unit, unit_price, tax_category, discount } = self;
        let prefix = format!("lines/{id}");
        let path = |field: &str| format!("{prefix}/{field}");
        fields.set_position(path("position"), position);
        fields.set_id(path("product"), *product);
        fields.set_id(path("variant"), *variant);
        fields.set_text(path("sku"), sku);
        fields.set_text(path("title"), title);
        fields.set_int(path("quantity"), quantity.thousandths);
        fields.set_text(path("unit"), unit.word());
        fields.set_money(&path("unit_price"), Some(*unit_price));
        fields.set(path("tax_category"), Scalar::Text(tax_category.0.clone()));
        if let Some(discount) = discount {
            discount.write_at(&path("discount"), fields);
        }
    }
}

/// `label`, `note`, `customer`, `staff`, `parked_at`, `taken`, `discount_rate` or `discount_amount` with `discount_reason` and
/// `discount_staff`, and `lines/<id>/...` with a line's discount in the same way.
impl Document for ParkedBasket {
    const KIND: DocumentKind = DocumentKind::ParkedBasket;
    const MEMBERS: &'static [&'static str] = &["lines"];

    fn document_id(&self) -> DocumentId {
        self.basket.id.into()
    }

    fn from_fields(id: DocumentId, fields: &Fields) -> Self {
        let lines = fields.members("lines");
        Self {
            basket: Basket {
                id: id.into(),
                lines: lines.iter().filter_map(|member| BasketLine::from_member(member, fields)).collect(),
                discount: Discount::from_fields_at("discount", fields),
                customer: fields.id("customer"),
                note: fields.text("note").to_owned(),
            },
            label: fields.text("label").to_owned(),
            staff: fields.id("staff"),
            parked_at: Timestamp::from_unix_ms(fields.int("parked_at").unwrap_or(0)),
            is_taken: fields.is_set("taken"),
        }
    }

    fn to_fields(&self) -> Fields {
        let Self { basket: Basket { id: _, lines, discount, customer, note }, label, staff, parked_at, is_taken } = self;
        let mut fields = Fields::new();
        lines.iter().enumerate().for_each(|(position, line)| line.write(position, &mut fields));
        if let Some(discount) = discount {
            discount.write_at("discount", &mut fields);
        }
        fields.set_id("customer", *customer);
        fields.set_text("note", note);
        fields.set_text("label", label);
        fields.set_id("staff", *staff);
        fields.set_int("parked_at", parked_at.unix_ms);
        fields.set_flag("taken", *is_taken);
        fields
    }
}

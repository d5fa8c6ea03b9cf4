//! Products out as a Shopify product file, so that importing it again changes nothing.
//!
//! What an import kept (columns without a field, cells that a field does not hold exactly) is written back, unless the field has been edited since.

use std::collections::BTreeSet;
use std::io::Write;

use tradepost_domain::catalog::{Product, ProductImage, ProductStatus, StockPolicy, Variant};
use tradepost_domain::money::Money;
use tradepost_domain::quantity::{Quantity, Unit};
use tradepost_domain::tax::TaxCategory;

use super::columns::{FIELDS, Field};
use super::group::{NO_OPTION, grams, price};
use super::values;
use crate::error::ExchangeError;
use crate::neutral::{Kind, guard};

/// The columns of an export: Shopify's, and those that some product needs besides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportColumns {
    own: BTreeSet<&'static str>,
    kept: BTreeSet<String>,
}

impl ExportColumns {
    /// Adds what `product` needs. Every product that will be written has to pass here first.
    pub fn add(&mut self, product: &Product) {
        let kept = product.imported.keys().chain(product.variants.iter().flat_map(|variant| variant.imported.keys()));
        self.kept.extend(kept.filter(|name| !is_field_name(name)).cloned());
        let needs = [
            (Field::TaxCategory, product.tax_category != TaxCategory::default()),
            (
                Field::Unit,
                product
                    .variants
                    .iter()
                    .any(|variant| variant.unit != Unit::Each || variant.imported.contains_key(Field::Unit.name())),
            ),
            (Field::OtherBarcodes, product.variants.iter().any(|variant| variant.barcodes.len() > 1)),
        ];
        self.own.extend(needs.into_iter().filter(|(_, is_needed)| *is_needed).map(|(field, _)| field.name()));
    }

    fn fields(&self) -> impl Iterator<Item = Field> {
        FIELDS
            .iter()
            .filter(|(_, name, _)| !name.starts_with("Tradepost / ") || self.own.contains(name))
            .map(|(field, _, _)| *field)
    }
}

fn is_field_name(name: &str) -> bool {
    FIELDS.iter().any(|(_, known, _)| *known == name)
}

/// Writes products one after another.
pub struct Exporter<W: Write> {
    csv: csv::Writer<W>,
    columns: ExportColumns,
}

/// Writes all of `products` with their stock (on hand by variant, in the variants' order; missing: not told).
pub fn export<'a, W: Write>(
    output: W,
    products: impl Iterator<Item = (&'a Product, &'a [Option<Quantity>])> + Clone,
) -> Result<W, ExchangeError> {
    let mut columns = ExportColumns::default();
    products.clone().for_each(|(product, _)| columns.add(product));
    let mut exporter = Exporter::new(output, columns)?;
    for (product, stock) in products {
        exporter.write(product, stock)?;
    }
    exporter.finish()
}

impl<W: Write> Exporter<W> {
    /// Writes the header.
    pub fn new(output: W, columns: ExportColumns) -> Result<Self, ExchangeError> {
        let mut csv = csv::WriterBuilder::new().flexible(false).from_writer(output);
        let own = columns.fields().map(|field| field.name().to_owned());
        let kept = columns.kept.iter().map(|name| guard(name, Kind::Text).into_owned());
        csv.write_record(own.chain(kept)).map_err(write_error)?;
        Ok(Self { csv, columns })
    }

    /// Writes a product: a row for each variant or picture, whichever are more.
    pub fn write(&mut self, product: &Product, stock: &[Option<Quantity>]) -> Result<(), ExchangeError> {
        let row_count = product.variants.len().max(product.images.len()).max(1);
        for index in 0..row_count {
            let row =
                ExportRow { product, variant: product.variants.get(index), stock: stock.get(index).copied().flatten(), index };
            let own = self.columns.fields().map(|field| row.cell(field));
            let kept = self.columns.kept.iter().map(|name| guard(row.kept(name), Kind::Text).into_owned());
            self.csv.write_record(own.chain(kept)).map_err(write_error)?;
        }
        Ok(())
    }

    /// Writes out what is buffered and gives the output back.
    pub fn finish(self) -> Result<W, ExchangeError> {
        self.csv.into_inner().map_err(|error| ExchangeError::Write(error.into_error()))
    }
}

fn write_error(error: csv::Error) -> ExchangeError {
    ExchangeError::Write(error.into())
}

struct ExportRow<'a> {
    product: &'a Product,
    variant: Option<&'a Variant>,
    stock: Option<Quantity>,
    index: usize,
}

impl ExportRow<'_> {
    fn kept(&self, name: &str) -> &str {
        let of_product = (self.index == 0).then(|| self.product.imported.get(name)).flatten();
        let of_variant = self.variant.and_then(|variant| variant.imported.get(name));
        of_variant.or(of_product).map_or("", String::as_str)
    }

    fn cell(&self, field: Field) -> String {
        let product = self.product;
        match field {
            Field::Handle => text(&product.handle),
            Field::Title => self.once(|| text(&product.title)),
            Field::Description => self.once(|| text(&product.description_html)),
            Field::Vendor => self.once(|| text(&product.vendor)),
            Field::ProductType => self.once(|| text(&product.product_type)),
            Field::Tags => self.once(|| text(&product.tags.iter().map(String::as_str).collect::<Vec<_>>().join(", "))),
            Field::Published => self.once(|| published_cell(product)),
            Field::Status => self.once(|| status_cell(product)),
            Field::TaxCategory => self.once(|| text(&product.tax_category.0)),
            Field::OptionName(index) => self.once(|| option_cell(&product.option_names, index, product, NO_OPTION.0)),
            Field::ImageUrl => self.of_image(|image| text(&image.url)),
            Field::ImagePosition => self.of_image(|_| (self.index + 1).to_string()),
            Field::ImageAlt => self.of_image(|image| text(&image.alt_text)),
            Field::OptionValue(index) => self.of_variant(|variant, _| option_cell(&variant.options, index, product, NO_OPTION.1)),
            Field::Sku => self.of_variant(|variant, _| code(&variant.sku)),
            Field::Barcode => self.of_variant(|variant, _| code(variant.barcodes.first().map_or("", String::as_str))),
            Field::OtherBarcodes => self
                .of_variant(|variant, _| variant.barcodes.iter().skip(1).map(|other| code(other)).collect::<Vec<_>>().join(" ")),
            Field::Price => self.of_variant(|variant, kept| amount_cell(variant.list_price, kept(field))),
            Field::CompareAt => self.of_variant(|variant, kept| amount_cell(variant.compare_at_price, kept(field))),
            Field::Cost => self.of_variant(|variant, kept| amount_cell(variant.unit_cost, kept(field))),
            Field::Grams => self.of_variant(|variant, kept| grams_cell(variant.weight_grams, kept(field))),
            Field::Unit => self.of_variant(|variant, kept| unit_cell(variant.unit, kept(field))),
            Field::Tracker => self.of_variant(|variant, kept| tracker_cell(variant.stock_policy, kept(field))),
            Field::Policy => self.of_variant(|variant, kept| policy_cell(variant.stock_policy, kept(field))),
            Field::Quantity => self.of_variant(|_, _| self.stock.map(plain_quantity).unwrap_or_default()),
            Field::Taxable => self.of_variant(|variant, kept| boolean_cell(variant.is_taxable, kept(field))),
            Field::RequiresShipping => self.of_variant(|variant, kept| boolean_cell(variant.requires_shipping, kept(field))),
            Field::VariantImage => self.of_variant(|variant, _| {
                let image = variant.image.and_then(|id| product.images.iter().find(|image| image.id == id));
                text(image.map_or("", |image| image.url.as_str()))
            }),
        }
    }

    /// What stands in a product's first row only.
    fn once(&self, cell: impl FnOnce() -> String) -> String {
        if self.index == 0 { cell() } else { String::new() }
    }

    fn of_image(&self, cell: impl FnOnce(&ProductImage) -> String) -> String {
        self.product.images.get(self.index).map(cell).unwrap_or_default()
    }

    /// A variant's cell, from the variant and what the import kept of a field's cell.
    fn of_variant(&self, cell: impl FnOnce(&Variant, &dyn Fn(Field) -> Option<String>) -> String) -> String {
        self.variant.map(|variant| cell(variant, &|field| variant.imported.get(field.name()).cloned())).unwrap_or_default()
    }
}

fn text(text: &str) -> String {
    guard(text, Kind::Text).into_owned()
}

fn code(code: &str) -> String {
    guard(code, Kind::Code).into_owned()
}

/// Shopify's files have an option even where a product has none.
fn option_cell(own: &[String], index: usize, product: &Product, none: &str) -> String {
    if index == 0 && product.option_names.is_empty() { none.to_owned() } else { text(own.get(index).map_or("", String::as_str)) }
}

fn published_cell(product: &Product) -> String {
    let follows_status = boolean_word(product.status == ProductStatus::Active);
    text(product.imported.get(Field::Published.name()).map_or(follows_status, String::as_str))
}

fn status_cell(product: &Product) -> String {
    let unread = product.imported.get(Field::Status.name()).filter(|raw| values::status(raw).value().is_none());
    text(unread.filter(|_| product.status == ProductStatus::Active).map_or(product.status.word(), String::as_str))
}

fn grams_cell(weight_grams: Option<i64>, kept: Option<String>) -> String {
    kept_or(kept, |raw| grams(raw).value() == weight_grams, weight_grams.map(|grams| grams.to_string()))
}

fn unit_cell(unit: Unit, kept: Option<String>) -> String {
    kept_or(kept, |raw| values::unit(raw).value().unwrap_or_default() == unit, Some(unit.word().to_owned()))
}

fn tracker_cell(policy: StockPolicy, kept: Option<String>) -> String {
    match policy {
        StockPolicy::NotTracked => String::new(),
        StockPolicy::StopAtZero | StockPolicy::SellOn => text(&kept.unwrap_or_else(|| "shopify".to_owned())),
    }
}

/// What the import kept of a cell, where the field still holds what was read from it; else the field.
fn kept_or(kept: Option<String>, still_fits: impl FnOnce(&str) -> bool, field: Option<String>) -> String {
    match kept {
        Some(raw) if still_fits(&raw) => text(&raw),
        Some(_) | None => field.unwrap_or_default(),
    }
}

fn amount_cell(amount: Option<Money>, kept: Option<String>) -> String {
    let still_fits = |raw: &str| match amount {
        Some(amount) => price(raw, amount.currency).value() == Some(amount),
        // Kept because it could not be read, or because a compare-at price of zero is none.
        None => values::is_no_amount(raw),
    };
    kept_or(kept, still_fits, amount.map(|amount| amount.to_decimal()))
}

fn policy_cell(policy: StockPolicy, kept: Option<String>) -> String {
    let word = match policy {
        StockPolicy::NotTracked | StockPolicy::StopAtZero => "deny",
        StockPolicy::SellOn => "continue",
    };
    let still_fits =
        |raw: &str| policy == StockPolicy::NotTracked || values::policy(raw).value().unwrap_or(StockPolicy::StopAtZero) == policy;
    kept_or(kept, still_fits, Some(word.to_owned()))
}

fn boolean_cell(value: bool, kept: Option<String>) -> String {
    kept_or(kept, |raw| values::boolean(raw).value().unwrap_or(true) == value, Some(boolean_word(value).to_owned()))
}

fn boolean_word(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// Thousandths as the shortest decimal number: 2000 is "2", 1250 is "1.25".
fn plain_quantity(quantity: Quantity) -> String {
    let sign = if quantity.thousandths < 0 { "-" } else { "" };
    let thousandths = quantity.thousandths.unsigned_abs();
    let fraction = format!("{:03}", thousandths % 1000);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", thousandths / 1000)
}

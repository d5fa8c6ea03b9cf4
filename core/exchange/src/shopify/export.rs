//! Products out as a Shopify product file, so that importing it again changes nothing.
//!
//! What an import kept (columns without a field, cells that a field does not hold exactly) is written back, unless the field has been edited since.

use std::collections::BTreeSet;
use std::io::Write;

use tradepost_domain::catalog::{Product, ProductStatus, StockPolicy, Variant};
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
            (Field::Unit, product.variants.iter().any(|variant| variant.unit != Unit::Each || variant.imported.contains_key(Field::Unit.name()))),
            (Field::OtherBarcodes, product.variants.iter().any(|variant| variant.barcodes.len() > 1)),
        ];
        self.own.extend(needs.into_iter().filter(|(_, is_needed)| *is_needed).map(|(field, _)| field.name()));
    }

    fn fields(&self) -> impl Iterator<Item = Field> {
        FIELDS.iter().filter(|(_, name, _)| !name.starts_with("Tradepost / ") || self.own.contains(name)).map(|(field, _, _)| *field)
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
pub fn export<'a, W: Write>(output: W, products: impl Iterator<Item = (&'a Product, &'a [Option<Quantity>])> + Clone) -> Result<W, ExchangeError> {
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
            let row = ExportRow { product, variant: product.variants.get(index), stock: stock.get(index).copied().flatten(), index };
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
    match error.into_kind() {
        csv::ErrorKind::Io(error) => ExchangeError::Write(error),
        other => ExchangeError::Write(std::io::Error::other(format!("{other:?}"))),
    }
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
        match field {
            Field::Handle => guard(&self.product.handle, Kind::Text).into_owned(),
            Field::ImageUrl | Field::ImagePosition | Field::ImageAlt => self.image_cell(field),
            Field::Title | Field::Description | Field::Vendor | Field::ProductType | Field::Tags | Field::Published | Field::Status | Field::TaxCategory
            | Field::OptionName(_) => {
                if self.index == 0 { self.product_cell(field) } else { String::new() }
            }
            Field::OptionValue(_) | Field::Sku | Field::Grams | Field::Tracker | Field::Quantity | Field::Policy | Field::Price | Field::CompareAt
            | Field::RequiresShipping | Field::Taxable | Field::Barcode | Field::VariantImage | Field::Cost | Field::Unit | Field::OtherBarcodes => {
                self.variant.map(|variant| self.variant_cell(variant, field)).unwrap_or_default()
            }
        }
    }

    fn image_cell(&self, field: Field) -> String {
        let Some(image) = self.product.images.get(self.index) else { return String::new() };
        match field {
            Field::ImageUrl => guard(&image.url, Kind::Text).into_owned(),
            Field::ImagePosition => (self.index + 1).to_string(),
            _ => guard(&image.alt_text, Kind::Text).into_owned(),
        }
    }

    fn product_cell(&self, field: Field) -> String {
        let product = self.product;
        let kept = product.imported.get(field.name());
        let text = match field {
            Field::Title => &product.title,
            Field::Description => &product.description_html,
            Field::Vendor => &product.vendor,
            Field::ProductType => &product.product_type,
            Field::Tags => &product.tags.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
            Field::Published => return kept.cloned().unwrap_or_else(|| boolean_word(product.status == ProductStatus::Active).to_owned()),
            Field::Status => {
                let unread = kept.filter(|raw| values::status(raw).value().is_none() && product.status == ProductStatus::Active);
                return unread.cloned().unwrap_or_else(|| product.status.word().to_owned());
            }
            Field::TaxCategory => &product.tax_category.0,
            Field::OptionName(0) if product.option_names.is_empty() => NO_OPTION.0,
            Field::OptionName(index) => product.option_names.get(index).map_or("", String::as_str),
            _ => "",
        };
        guard(text, Kind::Text).into_owned()
    }

    fn variant_cell(&self, variant: &Variant, field: Field) -> String {
        let kept = variant.imported.get(field.name());
        match field {
            Field::OptionValue(0) if self.product.option_names.is_empty() => NO_OPTION.1.to_owned(),
            Field::OptionValue(index) => guard(variant.options.get(index).map_or("", String::as_str), Kind::Text).into_owned(),
            Field::Sku => guard(&variant.sku, Kind::Code).into_owned(),
            Field::Barcode => guard(variant.barcodes.first().map_or("", String::as_str), Kind::Code).into_owned(),
            Field::OtherBarcodes => variant.barcodes.iter().skip(1).map(|code| guard(code, Kind::Code)).collect::<Vec<_>>().join(" "),
            Field::Price => amount_cell(variant.list_price, kept),
            Field::CompareAt => amount_cell(variant.compare_at_price, kept),
            Field::Cost => amount_cell(variant.unit_cost, kept),
            Field::Grams => kept_or(kept, |raw| grams(raw).value() == variant.weight_grams, variant.weight_grams.map(|grams| grams.to_string())),
            Field::Tracker if variant.stock_policy == StockPolicy::NotTracked => String::new(),
            Field::Tracker => kept.map_or_else(|| "shopify".to_owned(), Clone::clone),
            Field::Policy => policy_cell(variant.stock_policy, kept),
            Field::Quantity => self.stock.map(plain_quantity).unwrap_or_default(),
            Field::Taxable => boolean_cell(variant.is_taxable, kept),
            Field::RequiresShipping => boolean_cell(variant.requires_shipping, kept),
            Field::Unit => {
                let unread = |raw: &str| values::unit(raw).value().unwrap_or_default() == variant.unit;
                kept_or(kept, unread, Some(values::unit_word(variant.unit).to_owned()))
            }
            Field::VariantImage => {
                let image = variant.image.and_then(|id| self.product.images.iter().find(|image| image.id == id));
                guard(image.map_or("", |image| image.url.as_str()), Kind::Text).into_owned()
            }
            _ => String::new(),
        }
    }
}

/// What the import kept of a cell, where the field still holds what was read from it; else the field.
fn kept_or(kept: Option<&String>, still_fits: impl FnOnce(&str) -> bool, field: Option<String>) -> String {
    match kept {
        Some(raw) if still_fits(raw) => guard(raw, Kind::Text).into_owned(),
        Some(_) | None => field.unwrap_or_default(),
    }
}

fn amount_cell(amount: Option<Money>, kept: Option<&String>) -> String {
    let still_fits = |raw: &str| match amount {
        Some(amount) => price(raw, amount.currency).value() == Some(amount),
        // Kept because it could not be read, or because a compare-at price of zero is none.
        None => values::is_no_amount(raw),
    };
    kept_or(kept, still_fits, amount.map(|amount| amount.to_decimal()))
}

fn policy_cell(policy: StockPolicy, kept: Option<&String>) -> String {
    let word = match policy {
        StockPolicy::NotTracked | StockPolicy::StopAtZero => "deny",
        StockPolicy::SellOn => "continue",
    };
    let still_fits = |raw: &str| policy == StockPolicy::NotTracked || values::policy(raw).value().unwrap_or(StockPolicy::StopAtZero) == policy;
    kept_or(kept, still_fits, Some(word.to_owned()))
}

fn boolean_cell(value: bool, kept: Option<&String>) -> String {
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

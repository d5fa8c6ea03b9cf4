//! `FIELD=VALUE` of `product set`: which fields there are, and what each takes.

use tradepost_domain::catalog::{Product, ProductStatus, StockPolicy, Variant};
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::quantity::Unit;
use tradepost_domain::tax::TaxCategory;

use crate::error::CliError;

const PRODUCT_FIELDS: &[&str] =
    &["title", "handle", "description", "vendor", "type", "status", "tags", "options", "tax_category"];
const VARIANT_FIELDS: &[&str] = &[
    "price",
    "compare_at_price",
    "cost",
    "sku",
    "barcode",
    "option_values",
    "weight_grams",
    "unit",
    "stock_policy",
    "taxable",
    "requires_shipping",
];

/// Sets one field. `price=12.50` is for every variant; `price:SKU=12.50` for the one of that SKU.
pub fn set(product: &mut Product, text: &str, currency: Currency) -> Result<(), CliError> {
    let (name, value) =
        text.split_once('=').ok_or_else(|| CliError::Usage(format!("\"{text}\": write FIELD=VALUE, such as price=12.50")))?;
    let (name, sku) = match name.split_once(':') {
        Some((name, sku)) => (name.trim(), Some(sku.trim())),
        None => (name.trim(), None),
    };
    if sku.is_none() && PRODUCT_FIELDS.contains(&name) {
        return set_product(product, name, value);
    }
    if !VARIANT_FIELDS.contains(&name) {
        return Err(unknown(name));
    }
    for variant in chosen(product, name, sku)? {
        set_variant(variant, name, value, currency)?;
    }
    Ok(())
}

fn unknown(name: &str) -> CliError {
    let fields = [PRODUCT_FIELDS, VARIANT_FIELDS].concat().join(", ");
    CliError::Usage(format!("a product has no field \"{name}\"; it has: {fields}. One variant of several is FIELD:SKU=VALUE"))
}

/// The variants that a field is for. What tells variants apart is not set on several at once.
fn chosen<'a>(product: &'a mut Product, name: &str, sku: Option<&str>) -> Result<Vec<&'a mut Variant>, CliError> {
    let count = product.variants.len();
    if let Some(sku) = sku {
        let fitting: Vec<&mut Variant> = product.variants.iter_mut().filter(|variant| variant.sku == sku).collect();
        return if fitting.is_empty() {
            Err(CliError::Refused(format!("this product has no variant with the SKU \"{sku}\"")))
        } else {
            Ok(fitting)
        };
    }
    if count > 1 && ["sku", "barcode", "option_values"].contains(&name) {
        return Err(CliError::Usage(format!("this product has {count} variants: say which, {name}:SKU=VALUE")));
    }
    Ok(product.variants.iter_mut().collect())
}

fn set_product(product: &mut Product, name: &str, value: &str) -> Result<(), CliError> {
    let text = || value.to_owned();
    match name {
        "title" => product.title = text(),
        "handle" => product.handle = text(),
        "description" => product.description_html = text(),
        "vendor" => product.vendor = text(),
        "type" => product.product_type = text(),
        "status" => {
            product.status =
                ProductStatus::from_word(value).ok_or_else(|| not_one_of(name, ProductStatus::ALL.iter().map(|s| s.word())))?
        }
        "tags" => product.tags = list(value).into_iter().collect(),
        "options" => product.option_names = list(value),
        "tax_category" => product.tax_category = TaxCategory(text()),
        _ => return Err(unknown(name)),
    }
    Ok(())
}

fn set_variant(variant: &mut Variant, name: &str, value: &str, currency: Currency) -> Result<(), CliError> {
    match name {
        "price" => variant.list_price = money(value, currency)?,
        "compare_at_price" => variant.compare_at_price = money(value, currency)?,
        "cost" => variant.unit_cost = money(value, currency)?,
        "sku" => value.clone_into(&mut variant.sku),
        "barcode" => variant.barcodes = list(value),
        "option_values" => variant.options = list(value),
        "weight_grams" => variant.weight_grams = whole(value)?,
        "unit" => {
            variant.unit = Unit::from_word(value).ok_or_else(|| not_one_of(name, Unit::ALL.iter().map(|unit| unit.word())))?
        }
        "stock_policy" => {
            variant.stock_policy = StockPolicy::from_word(value)
                .ok_or_else(|| not_one_of(name, StockPolicy::ALL.iter().map(|policy| policy.word())))?;
        }
        "taxable" => variant.is_taxable = yes_or_no(name, value)?,
        "requires_shipping" => variant.requires_shipping = yes_or_no(name, value)?,
        _ => return Err(unknown(name)),
    }
    Ok(())
}

/// Nothing takes the amount away.
fn money(value: &str, currency: Currency) -> Result<Option<Money>, CliError> {
    if value.is_empty() {
        return Ok(None);
    }
    Money::parse(value, currency).map(Some).map_err(|error| CliError::Usage(format!("\"{value}\": {error}")))
}

fn whole(value: &str) -> Result<Option<i64>, CliError> {
    if value.is_empty() {
        return Ok(None);
    }
    value.parse().map(Some).map_err(|_| CliError::Usage(format!("\"{value}\" is not a whole number")))
}

fn yes_or_no(name: &str, value: &str) -> Result<bool, CliError> {
    match value {
        "true" | "yes" => Ok(true),
        "false" | "no" => Ok(false),
        _ => Err(not_one_of(name, ["true", "false"].into_iter())),
    }
}

fn list(value: &str) -> Vec<String> {
    value.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

fn not_one_of(name: &str, words: impl Iterator<Item = &'static str>) -> CliError {
    CliError::Usage(format!("{name} is one of: {}", words.collect::<Vec<_>>().join(", ")))
}

//! Which column means what: the names that Shopify has used over the years, and where columns without a field are kept.

use std::collections::HashSet;

use tradepost_domain::import::ImportProblemCode;

use crate::problem::Problems;
use crate::rows::Row;

/// A field that a column fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Field {
    Handle,
    Title,
    Description,
    Vendor,
    ProductType,
    Tags,
    Published,
    Status,
    OptionName(usize),
    OptionValue(usize),
    Sku,
    Grams,
    Tracker,
    Quantity,
    Policy,
    Price,
    CompareAt,
    RequiresShipping,
    Taxable,
    Barcode,
    ImageUrl,
    ImagePosition,
    ImageAlt,
    VariantImage,
    Cost,
    TaxCategory,
    Unit,
    OtherBarcodes,
}

/// Every field's column in the order they are written: its name in exports, and lower-case names accepted besides.
pub(crate) const FIELDS: &[(Field, &str, &[&str])] = &[
    (Field::Handle, "Handle", &["url handle"]),
    (Field::Title, "Title", &[]),
    (Field::Description, "Body (HTML)", &["body", "body html", "description"]),
    (Field::Vendor, "Vendor", &[]),
    (Field::ProductType, "Type", &["product type", "custom product type"]),
    (Field::Tags, "Tags", &[]),
    (Field::Published, "Published", &["published on online store"]),
    (Field::OptionName(0), "Option1 Name", &[]),
    (Field::OptionValue(0), "Option1 Value", &[]),
    (Field::OptionName(1), "Option2 Name", &[]),
    (Field::OptionValue(1), "Option2 Value", &[]),
    (Field::OptionName(2), "Option3 Name", &[]),
    (Field::OptionValue(2), "Option3 Value", &[]),
    (Field::Sku, "Variant SKU", &["sku"]),
    (Field::Grams, "Variant Grams", &["weight value (grams)"]),
    (Field::Tracker, "Variant Inventory Tracker", &["inventory tracker"]),
    (Field::Quantity, "Variant Inventory Qty", &["variant inventory quantity", "inventory quantity"]),
    (Field::Policy, "Variant Inventory Policy", &["continue selling when out of stock"]),
    (Field::Price, "Variant Price", &["price"]),
    (Field::CompareAt, "Variant Compare At Price", &["compare-at price", "compare at price"]),
    (Field::RequiresShipping, "Variant Requires Shipping", &["requires shipping"]),
    (Field::Taxable, "Variant Taxable", &["charge tax"]),
    (Field::Barcode, "Variant Barcode", &["barcode"]),
    (Field::ImageUrl, "Image Src", &["product image url", "image url"]),
    (Field::ImagePosition, "Image Position", &[]),
    (Field::ImageAlt, "Image Alt Text", &[]),
    (Field::VariantImage, "Variant Image", &["variant image url"]),
    (Field::Cost, "Cost per item", &["variant cost"]),
    (Field::Status, "Status", &[]),
    // Ours: what Shopify has no column for. Written only where a product needs it.
    (Field::TaxCategory, "Tradepost / Tax Category", &[]),
    (Field::Unit, "Tradepost / Unit", &[]),
    (Field::OtherBarcodes, "Tradepost / Other Barcodes", &[]),
];

/// Columns without a field whose values belong to a variant, by lower-case name. So do all that start with one of [`VARIANT_PREFIXES`].
const VARIANT_COLUMNS: &[&str] = &[
    "tax code",
    "unit price total measure",
    "unit price total measure unit",
    "unit price base measure",
    "unit price base measure unit",
    "weight unit for display",
    "fulfillment service",
];

const VARIANT_PREFIXES: &[&str] = &["variant ", "price / ", "compare at price / ", "compare-at price / "];

/// Where a column's values go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// Into a field.
    Field(Field),
    /// Kept with the product.
    Product,
    /// Kept with the variant.
    Variant,
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its name as the file writes it; unique in the file.
    pub name: String,
    /// Where its values go.
    pub target: Target,
}

/// A file's columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns {
    list: Vec<Column>,
}

impl Field {
    /// The name in exports.
    pub(crate) fn name(self) -> &'static str {
        FIELDS.iter().find(|(field, _, _)| *field == self).map_or("", |(_, name, _)| name)
    }

    fn named(lower: &str) -> Option<Self> {
        let fits = |(_, name, others): &&(Self, &str, &[&str])| name.to_lowercase() == lower || others.contains(&lower);
        FIELDS.iter().find(fits).map(|(field, _, _)| *field)
    }
}

/// How many of these lower-case column names fill a field.
pub(crate) fn known_column_count(names: &[String]) -> usize {
    names.iter().filter(|name| Field::named(name).is_some()).count()
}

/// Whether a kept column's values belong to a variant.
pub(crate) fn belongs_to_variant(name: &str) -> bool {
    let lower = name.to_lowercase();
    VARIANT_COLUMNS.contains(&lower.as_str())
        || VARIANT_PREFIXES.iter().any(|prefix| lower.starts_with(prefix))
        || lower.contains("(variant.metafields.")
        || option_number_beyond(&lower).is_some_and(|_| lower.ends_with(" value"))
}

/// The number of an option past the third: "option4 name".
fn option_number_beyond(lower: &str) -> Option<u32> {
    let number = lower.strip_prefix("option")?.split(' ').next()?.parse().ok()?;
    (number > 3).then_some(number)
}

impl Columns {
    /// Reads the header. What is odd about it goes to `problems`.
    pub(crate) fn read(header: &Row, problems: &mut Problems) -> Self {
        let (mut names, mut fields) = (HashSet::new(), HashSet::new());
        let mut list = Vec::new();
        for index in 0..header.len().min(crate::rows::COLUMNS_MAX) {
            let name = unique_name(header.text(index).trim(), index, &mut names, problems);
            let lower = name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
            let target = match Field::named(&lower) {
                Some(field) if fields.insert(field) => Target::Field(field),
                Some(_) | None if belongs_to_variant(&name) => Target::Variant,
                Some(_) | None => Target::Product,
            };
            tell_about(&name, &lower, target, problems);
            list.push(Column { name, target });
        }
        Self { list }
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &Column)> {
        self.list.iter().enumerate()
    }

    /// Where a field stands in the file.
    pub(crate) fn index_of(&self, field: Field) -> Option<usize> {
        self.list.iter().position(|column| column.target == Target::Field(field))
    }

    /// What the file calls a field; our name where it does not have it.
    pub(crate) fn name_of(&self, field: Field) -> &str {
        self.index_of(field).and_then(|index| self.list.get(index)).map_or(field.name(), |column| column.name.as_str())
    }

    /// The file's name of the column at `index`.
    pub(crate) fn name_at(&self, index: usize) -> &str {
        self.list.get(index).map_or("", |column| column.name.as_str())
    }
}

fn unique_name(name: &str, index: usize, names: &mut HashSet<String>, problems: &mut Problems) -> String {
    let base = if name.is_empty() {
        format!("Column {}", index + 1)
    } else {
        crate::neutral::unguard(name, crate::neutral::Kind::Text).to_owned()
    };
    if names.insert(base.clone()) {
        return base;
    }
    let renamed = (2..).map(|count| format!("{base} ({count})")).find(|candidate| !names.contains(candidate)).unwrap_or_default();
    problems.warn(
        1,
        &base,
        ImportProblemCode::DuplicateColumn,
        format!("Two columns are called {base}. The first one counts; the other is kept as {renamed}."),
    );
    names.insert(renamed.clone());
    renamed
}

/// Columns that Shopify files carry and that have no field here; keeping them needs no mention.
const EXPECTED_KEPT: &[&str] = &[
    "gift card",
    "seo title",
    "seo description",
    "product category",
    "variant fulfillment service",
    "variant fullfilment service",
    "variant weight unit",
    "variant tax code",
    "option1 linked to",
    "option2 linked to",
    "option3 linked to",
    "standard product type",
    "standardized product type",
    "fulfillment service",
    "weight unit for display",
    "tax code",
];

fn tell_about(name: &str, lower: &str, target: Target, problems: &mut Problems) {
    let is_expected = EXPECTED_KEPT.contains(&lower)
        || ["google shopping", "included / ", "price / ", "compare at price / ", "compare-at price / ", "unit price "]
            .iter()
            .any(|prefix| lower.starts_with(prefix))
        || lower.contains("metafields.");
    if matches!(target, Target::Field(_)) || is_expected {
        return;
    }
    if option_number_beyond(lower).is_some() {
        let message = format!(
            "A product has at most three options. {name} is kept as text and exported again, and does not tell variants apart."
        );
        problems.warn(1, name, ImportProblemCode::TooManyOptions, message);
    } else {
        problems.note(
            1,
            name,
            ImportProblemCode::UnknownColumn,
            format!("{name} has no field here. Its texts are kept and exported again."),
        );
    }
}

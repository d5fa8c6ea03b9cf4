//! The rows of one product, gathered.

use std::collections::BTreeMap;

use tradepost_domain::barcode::barcode_key;
use tradepost_domain::catalog::{Product, ProductImage, ProductStatus, StockPolicy, Variant};
use tradepost_domain::id::ImageId;
use tradepost_domain::import::{ImportItem, ImportProblemCode};
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::quantity::{Quantity, Unit};
use tradepost_domain::tax::TaxCategory;

use super::columns::{Columns, Field, Target};
use super::ids;
use super::values::{self, BarcodeFlaw, Read};
use crate::duplicates::DuplicateIndex;
use crate::neutral::{Kind, unguard};
use crate::problem::Problems;
use crate::rows::Row;

/// The most variants of a product: Shopify's own limit.
pub const VARIANTS_MAX: usize = 2048;

/// The most pictures of a product, four times Shopify's limit.
pub const IMAGES_MAX: usize = 1000;

/// The most text of a product, all rows together.
pub const PRODUCT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The option that stands for "no options" in Shopify's files.
pub(crate) const NO_OPTION: (&str, &str) = ("Title", "Default Title");

/// What stays known from one product to the next.
#[derive(Debug, Default)]
pub(crate) struct FileMemory {
    pub(crate) skus: DuplicateIndex,
    pub(crate) barcodes: DuplicateIndex,
    apostrophe_told: bool,
}

/// What every row is read with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub columns: &'a Columns,
    pub currency: Currency,
}

impl Reading<'_> {
    /// The raw cell of a field; empty where the file has no such column.
    pub(crate) fn cell(&self, row: &Row, field: Field) -> String {
        self.columns.index_of(field).map(|index| row.text(index).into_owned()).unwrap_or_default()
    }

    /// A text as written, without the apostrophe that guards it.
    pub(crate) fn text(&self, row: &Row, field: Field) -> String {
        unguard(&self.cell(row, field), Kind::Text).to_owned()
    }

    pub(crate) fn trimmed(&self, row: &Row, field: Field) -> String {
        unguard(self.cell(row, field).trim(), Kind::Text).trim().to_owned()
    }
}

/// A picture that has no place yet: the file tells the order.
#[derive(Debug)]
struct FileImage {
    position: Option<i64>,
    url: String,
    alt_text: String,
}

/// A product whose rows are being gathered.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) handle: String,
    pub(crate) problems: Problems,
    first_row: u64,
    row_count: u64,
    byte_count: usize,
    is_continuation: bool,
    product: Product,
    option_names: [String; 3],
    images: Vec<FileImage>,
    variant_images: Vec<String>,
    variant_rows: Vec<u64>,
    stock: Vec<(usize, Quantity)>,
}

impl Group {
    /// Starts with the product's first row.
    pub(crate) fn begin(
        reading: Reading<'_>,
        row: &Row,
        handle: String,
        is_continuation: bool,
        problems: Problems,
        memory: &mut FileMemory,
    ) -> Self {
        let mut group = Self {
            handle: handle.clone(),
            problems,
            first_row: row.number,
            row_count: 0,
            byte_count: 0,
            is_continuation,
            product: Product { handle, ..Product::new(ids::PRODUCT, "") },
            option_names: Default::default(),
            images: Vec::new(),
            variant_images: Vec::new(),
            variant_rows: Vec::new(),
            stock: Vec::new(),
        };
        group.read_status(reading, row);
        group.add(reading, row, memory);
        group
    }

    /// Adds a row.
    pub(crate) fn add(&mut self, reading: Reading<'_>, row: &Row, memory: &mut FileMemory) {
        self.row_count += 1;
        self.byte_count += row.byte_count();
        if self.byte_count > PRODUCT_BYTES_MAX {
            let message = format!(
                "{} has more than {} MB of text in this file. This row was left out.",
                self.handle,
                PRODUCT_BYTES_MAX / 1024 / 1024
            );
            return self.problems.error(row.number, "", ImportProblemCode::RowIgnored, message);
        }
        self.tell_about_cells(reading, row);
        self.read_product_texts(reading, row);
        let image_was_added = self.read_image(reading, row);
        let has_variant = self.row_count == 1 || has_variant_cells(reading, row);
        if has_variant {
            self.read_variant(reading, row, memory);
        } else if !image_was_added {
            let message = format!("This row adds neither a variant nor a picture to {}.", self.handle);
            self.problems.note(row.number, "", ImportProblemCode::RowIgnored, message);
        }
        self.keep_other_columns(reading, row, has_variant);
    }

    fn tell_about_cells(&mut self, reading: Reading<'_>, row: &Row) {
        for index in row.too_long() {
            let limit_kb = crate::rows::CELL_BYTES_MAX / 1024;
            let message = format!("This text is longer than {limit_kb} KB and was left out. Shorten it and import again.");
            self.problems.error(row.number, reading.columns.name_at(*index), ImportProblemCode::TextTooLong, message);
        }
    }

    fn read_status(&mut self, reading: Reading<'_>, row: &Row) {
        let published_cell = reading.trimmed(row, Field::Published);
        let published = values::boolean(&published_cell);
        let status_cell = reading.trimmed(row, Field::Status);
        let status = values::status(&status_cell);
        self.product.status = status.value().unwrap_or(match published {
            Read::Exact(false) => ProductStatus::Draft,
            Read::Exact(true) | Read::Rounded(_) | Read::Empty | Read::Unreadable => ProductStatus::Active,
        });
        if status == Read::Unreadable {
            let message = format!("The status {status_cell:?} is not active, draft or archived.");
            self.problems.warn(row.number, reading.columns.name_of(Field::Status), ImportProblemCode::UnknownValue, message);
            self.keep(Field::Status, &status_cell);
        }
        if published == Read::Unreadable {
            self.tell_unknown_boolean(reading, row, Field::Published, &published_cell);
        }
        let follows_status = published.value() == Some(self.product.status == ProductStatus::Active);
        if published != Read::Empty && !follows_status {
            self.keep(Field::Published, &published_cell);
        }
    }

    fn keep(&mut self, field: Field, cell: &str) {
        self.product.imported.insert(field.name().to_owned(), cell.to_owned());
    }

    fn tell_unknown_boolean(&mut self, reading: Reading<'_>, row: &Row, field: Field, cell: &str) {
        let message = format!("{cell:?} is neither TRUE nor FALSE; TRUE was taken.");
        self.problems.warn(row.number, reading.columns.name_of(field), ImportProblemCode::UnknownValue, message);
    }

    fn read_product_texts(&mut self, reading: Reading<'_>, row: &Row) {
        let Product { title, description_html, vendor, product_type, .. } = &mut self.product;
        let fields = [
            (Field::Title, title),
            (Field::Description, description_html),
            (Field::Vendor, vendor),
            (Field::ProductType, product_type),
        ];
        for (field, mine) in fields {
            let text = if field == Field::Description { reading.text(row, field) } else { reading.trimmed(row, field) };
            if mine.is_empty() {
                *mine = text;
            } else if !text.is_empty() && *mine != text {
                let message = format!("An earlier row of {} has another text here, which was kept.", self.handle);
                self.problems.warn(row.number, reading.columns.name_of(field), ImportProblemCode::ValueIgnored, message);
            }
        }
        let tags = reading.text(row, Field::Tags);
        self.product.tags.extend(tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned));
        let category = reading.trimmed(row, Field::TaxCategory);
        if !category.is_empty() {
            self.product.tax_category = TaxCategory(category);
        }
        for (index, name) in self.option_names.iter_mut().enumerate() {
            if name.is_empty() {
                *name = reading.trimmed(row, Field::OptionName(index));
            }
        }
    }

    /// Takes the row's picture; says whether it named one.
    fn read_image(&mut self, reading: Reading<'_>, row: &Row) -> bool {
        let url = reading.trimmed(row, Field::ImageUrl);
        if url.is_empty() {
            return false;
        }
        if self.images.iter().any(|image| image.url == url) {
            return true;
        }
        if self.images.len() >= IMAGES_MAX {
            let message = format!("{} has more than {IMAGES_MAX} pictures. This one was left out.", self.handle);
            self.problems.error(row.number, reading.columns.name_of(Field::ImageUrl), ImportProblemCode::TooManyImages, message);
            return true;
        }
        let position_cell = reading.cell(row, Field::ImagePosition);
        let position = values::whole(&position_cell);
        if position == Read::Unreadable {
            self.tell_not_a_number(reading, row, Field::ImagePosition, &position_cell);
        }
        self.images.push(FileImage { position: position.value(), url, alt_text: reading.text(row, Field::ImageAlt) });
        true
    }

    fn tell_not_a_number(&mut self, reading: Reading<'_>, row: &Row, field: Field, cell: &str) {
        let cell: String = cell.trim().chars().take(60).collect();
        let message = format!("{cell:?} cannot be read as a number and was left out. Write it like 1299.00.");
        self.problems.error(row.number, reading.columns.name_of(field), ImportProblemCode::NotANumber, message);
    }

    fn read_variant(&mut self, reading: Reading<'_>, row: &Row, memory: &mut FileMemory) {
        if self.product.variants.len() >= VARIANTS_MAX {
            let message = format!("{} has more than {VARIANTS_MAX} variants. This one was left out.", self.handle);
            return self.problems.error(row.number, "", ImportProblemCode::TooManyVariants, message);
        }
        let index = self.product.variants.len();
        let mut imported = BTreeMap::new();
        let list_price = self.read_price(reading, row, Field::Price, &mut imported);
        let compare_at_price = self.read_compare_at(reading, row, list_price, &mut imported);
        let variant = Variant {
            id: ids::variant_at(index),
            options: (0..3).map(|option| reading.trimmed(row, Field::OptionValue(option))).collect(),
            sku: self.read_code(reading, row, Field::Sku, memory),
            barcodes: self.read_barcodes(reading, row, memory),
            list_price,
            compare_at_price,
            unit_cost: self.read_price(reading, row, Field::Cost, &mut imported),
            weight_grams: self.read_grams(reading, row, &mut imported),
            unit: self.read_unit(reading, row, &mut imported),
            stock_policy: self.read_stock_policy(reading, row, &mut imported),
            is_taxable: self.read_boolean(reading, row, Field::Taxable, &mut imported),
            requires_shipping: self.read_boolean(reading, row, Field::RequiresShipping, &mut imported),
            image: None,
            imported,
        };
        self.read_quantity(reading, row, index);
        self.variant_images.push(reading.trimmed(row, Field::VariantImage));
        self.variant_rows.push(row.number);
        self.product.variants.push(variant);
    }

    fn read_price(
        &mut self,
        reading: Reading<'_>,
        row: &Row,
        field: Field,
        imported: &mut BTreeMap<String, String>,
    ) -> Option<Money> {
        let cell = reading.cell(row, field);
        let price = price(&cell, reading.currency);
        match price {
            Read::Unreadable => self.tell_not_a_number(reading, row, field, &cell),
            Read::Rounded(amount) => {
                let message = format!(
                    "{} has more decimals than {} and was rounded to {}.",
                    cell.trim(),
                    reading.currency,
                    amount.to_decimal()
                );
                self.problems.warn(row.number, reading.columns.name_of(field), ImportProblemCode::ValueRounded, message);
            }
            Read::Empty if field == Field::Price => {
                let message = "This variant has no price and cannot be sold until it has one.";
                self.problems.warn(row.number, reading.columns.name_of(field), ImportProblemCode::MissingPrice, message);
            }
            Read::Empty | Read::Exact(_) => {}
        }
        keep_inexact(price, field, &cell, imported);
        price.value()
    }

    fn read_compare_at(
        &mut self,
        reading: Reading<'_>,
        row: &Row,
        list_price: Option<Money>,
        imported: &mut BTreeMap<String, String>,
    ) -> Option<Money> {
        let compare_at = self.read_price(reading, row, Field::CompareAt, imported);
        if compare_at.is_some_and(|amount| amount.is_zero()) {
            imported.insert(Field::CompareAt.name().to_owned(), reading.cell(row, Field::CompareAt));
            return None;
        }
        if let (Some(compare_at), Some(price)) = (compare_at, list_price)
            && compare_at.minor < price.minor
        {
            let message = format!("The compare-at price {} is below the price {}.", compare_at.to_decimal(), price.to_decimal());
            self.problems.warn(
                row.number,
                reading.columns.name_of(Field::CompareAt),
                ImportProblemCode::CompareAtBelowPrice,
                message,
            );
        }
        compare_at
    }

    fn read_grams(&mut self, reading: Reading<'_>, row: &Row, imported: &mut BTreeMap<String, String>) -> Option<i64> {
        let cell = reading.cell(row, Field::Grams);
        let grams = grams(&cell);
        if grams == Read::Unreadable {
            self.tell_not_a_number(reading, row, Field::Grams, &cell);
        }
        keep_inexact(grams, Field::Grams, &cell, imported);
        grams.value()
    }

    fn read_unit(&mut self, reading: Reading<'_>, row: &Row, imported: &mut BTreeMap<String, String>) -> Unit {
        let cell = reading.trimmed(row, Field::Unit);
        let unit = values::unit(&cell);
        if unit == Read::Unreadable {
            let message = format!("The unit {cell:?} is not known; the variant is sold by the piece.");
            self.problems.warn(row.number, reading.columns.name_of(Field::Unit), ImportProblemCode::UnknownValue, message);
        }
        keep_inexact(unit, Field::Unit, &cell, imported);
        unit.value().unwrap_or_default()
    }

    fn read_boolean(&mut self, reading: Reading<'_>, row: &Row, field: Field, imported: &mut BTreeMap<String, String>) -> bool {
        let cell = reading.trimmed(row, field);
        let value = values::boolean(&cell);
        if value == Read::Unreadable {
            self.tell_unknown_boolean(reading, row, field, &cell);
        }
        keep_inexact(value, field, &cell, imported);
        value.value().unwrap_or(true)
    }

    /// Shopify tracks a variant that names a tracker. A file without that column tracks what it gives a quantity for.
    fn read_stock_policy(&mut self, reading: Reading<'_>, row: &Row, imported: &mut BTreeMap<String, String>) -> StockPolicy {
        let tracker = reading.trimmed(row, Field::Tracker);
        let policy_cell = reading.trimmed(row, Field::Policy);
        let is_tracked = match reading.columns.index_of(Field::Tracker) {
            Some(_) => !tracker.is_empty(),
            None => !reading.trimmed(row, Field::Quantity).is_empty(),
        };
        if !is_tracked {
            if !policy_cell.is_empty() && values::policy(&policy_cell) != Read::Exact(StockPolicy::StopAtZero) {
                imported.insert(Field::Policy.name().to_owned(), policy_cell);
            }
            return StockPolicy::NotTracked;
        }
        if !tracker.is_empty() && tracker != "shopify" {
            imported.insert(Field::Tracker.name().to_owned(), tracker);
        }
        let policy = values::policy(&policy_cell);
        if policy == Read::Unreadable {
            let message = format!("{policy_cell:?} is neither deny nor continue; deny was taken.");
            self.problems.warn(row.number, reading.columns.name_of(Field::Policy), ImportProblemCode::UnknownValue, message);
        }
        keep_inexact(policy, Field::Policy, &policy_cell, imported);
        policy.value().unwrap_or(StockPolicy::StopAtZero)
    }

    fn read_quantity(&mut self, reading: Reading<'_>, row: &Row, variant: usize) {
        let cell = reading.cell(row, Field::Quantity);
        let quantity = values::quantity(&cell);
        if quantity == Read::Unreadable {
            self.tell_not_a_number(reading, row, Field::Quantity, &cell);
        }
        let Some(value) = quantity.value() else { return };
        if value.thousandths < 0 {
            let message =
                format!("{} on hand is less than nothing. The stock starts there until somebody counts it.", cell.trim());
            self.problems.warn(row.number, reading.columns.name_of(Field::Quantity), ImportProblemCode::NegativeNumber, message);
        }
        self.stock.push((variant, value));
    }

    fn read_code(&mut self, reading: Reading<'_>, row: &Row, field: Field, memory: &mut FileMemory) -> String {
        let cell = reading.cell(row, field);
        let code = unguard(cell.trim(), Kind::Code).trim().to_owned();
        if cell.trim().starts_with('\'') && !memory.apostrophe_told {
            memory.apostrophe_told = true;
            let message = "The apostrophe that spreadsheets put before numbers was taken off, here and in all codes after it.";
            self.problems.note(row.number, reading.columns.name_of(field), ImportProblemCode::ApostropheRemoved, message);
        }
        let (index, key, problem) = if field == Field::Sku {
            (&mut memory.skus, code.clone(), ImportProblemCode::DuplicateSku)
        } else {
            (&mut memory.barcodes, barcode_key(&code), ImportProblemCode::DuplicateBarcode)
        };
        if !code.is_empty()
            && let Some(earlier) = index.earlier_row(&key, row.number)
        {
            let message =
                format!("{code} stands in row {earlier} as well. Give one of the two another code, or a scan finds both.");
            self.problems.warn(row.number, reading.columns.name_of(field), problem, message);
        }
        code
    }

    fn read_barcodes(&mut self, reading: Reading<'_>, row: &Row, memory: &mut FileMemory) -> Vec<String> {
        let first = self.read_code(reading, row, Field::Barcode, memory);
        let column = reading.columns.name_of(Field::Barcode);
        match values::barcode_flaw(&first) {
            Some(BarcodeFlaw::CheckDigit) => {
                let message = format!(
                    "The last digit of {first} does not fit the others: one of its digits is wrong, or it is a code of your own."
                );
                self.problems.warn(row.number, column, ImportProblemCode::GtinCheckDigit, message);
            }
            Some(BarcodeFlaw::Scientific) => {
                let message =
                    format!("A spreadsheet has turned this barcode into {first} and lost its last digits. Scan it again.");
                self.problems.warn(row.number, column, ImportProblemCode::BarcodeDamaged, message);
            }
            None => {}
        }
        let others = reading.cell(row, Field::OtherBarcodes);
        let others = others.split_whitespace().map(|code| unguard(code, Kind::Code).to_owned());
        std::iter::once(first).chain(others).filter(|code| !code.is_empty()).collect()
    }

    fn keep_other_columns(&mut self, reading: Reading<'_>, row: &Row, has_variant: bool) {
        let is_first = self.row_count == 1;
        for (index, column) in reading.columns.iter() {
            let cell = row.text(index);
            let is_kept = matches!(column.target, Target::Product | Target::Variant);
            if !is_kept || cell.trim().is_empty() {
                continue;
            }
            let text = unguard(&cell, Kind::Text).to_owned();
            let variant = if has_variant { self.product.variants.last_mut() } else { None };
            let is_repeated = self.product.imported.get(&column.name) == Some(&text);
            match (column.target, variant) {
                (Target::Product, _) if is_first => drop(self.product.imported.insert(column.name.clone(), text)),
                (Target::Product, _) if is_repeated => {}
                (Target::Product | Target::Variant, Some(variant)) => drop(variant.imported.insert(column.name.clone(), text)),
                (Target::Product, None) if !self.product.imported.contains_key(&column.name) => {
                    drop(self.product.imported.insert(column.name.clone(), text));
                }
                (Target::Product | Target::Variant | Target::Field(_), _) => {
                    let message = "This row only adds a picture; what stands in this column was left out.";
                    self.problems.warn(row.number, &column.name, ImportProblemCode::ValueIgnored, message);
                }
            }
        }
    }

    /// All rows are there: puts pictures in order, names options, joins variants and pictures.
    pub(crate) fn finish(mut self) -> ImportItem {
        if self.product.title.is_empty() && !self.is_continuation {
            let message = "This product has no title; its handle was taken.";
            self.problems.warn(self.first_row, Field::Title.name(), ImportProblemCode::MissingTitle, message);
            self.product.title = self.handle.clone();
        }
        self.name_options();
        self.tell_duplicate_variants();
        self.place_images();
        ImportItem {
            row: self.first_row,
            rows: self.row_count,
            product: Some(self.product),
            stock: self.stock,
            is_continuation: self.is_continuation,
            problems: self.problems.take(),
        }
    }

    fn name_options(&mut self) {
        let variants = &mut self.product.variants;
        let has_values = |option: usize, variants: &[Variant]| {
            variants.iter().any(|variant| variant.options.get(option).is_some_and(|value| !value.is_empty()))
        };
        let mut names = Vec::new();
        for (option, name) in self.option_names.iter().enumerate() {
            if !name.is_empty() || has_values(option, variants) {
                names.resize(option, String::new());
                names.push(name.clone());
            }
        }
        if let [only] = names.as_slice()
            && only == NO_OPTION.0
            && variants.iter().all(|variant| variant.options.first().is_some_and(|value| value == NO_OPTION.1))
        {
            names.clear();
        }
        for (option, name) in names.iter_mut().enumerate().filter(|(_, name)| name.is_empty()) {
            *name = format!("Option {}", option + 1);
            let message = format!("{} has values without the option's name; it is called {name} now.", self.handle);
            self.problems.warn(self.first_row, Field::OptionName(option).name(), ImportProblemCode::MissingOptionName, message);
        }
        for variant in variants {
            variant.options.resize(names.len(), String::new());
        }
        self.product.option_names = names;
    }

    fn tell_duplicate_variants(&mut self) {
        let mut seen: BTreeMap<&[String], u64> = BTreeMap::new();
        for (variant, row) in self.product.variants.iter().zip(&self.variant_rows) {
            match seen.get(variant.options.as_slice()) {
                Some(earlier) => {
                    let message =
                        format!("Row {earlier} has the same options. Both variants were taken; buyers cannot tell them apart.");
                    self.problems.warn(*row, Field::OptionValue(0).name(), ImportProblemCode::DuplicateVariant, message);
                }
                None => drop(seen.insert(&variant.options, *row)),
            }
        }
    }

    fn place_images(&mut self) {
        self.images.sort_by_key(|image| image.position.unwrap_or(i64::MAX));
        let Product { images, variants, .. } = &mut self.product;
        for FileImage { position: _, url, alt_text } in self.images.drain(..) {
            placed_image(images, url, alt_text);
        }
        for (variant, url) in variants.iter_mut().zip(self.variant_images.drain(..)).filter(|(_, url)| !url.is_empty()) {
            variant.image = Some(placed_image(images, url, String::new()));
        }
    }
}

/// The id of the picture with this address, which is added where it is new.
fn placed_image(images: &mut Vec<ProductImage>, url: String, alt_text: String) -> ImageId {
    let present = images.iter().find(|image| image.url == url).map(|image| image.id);
    present.unwrap_or_else(|| {
        let id = ids::image_at(images.len());
        images.push(ProductImage { id, url, alt_text });
        id
    })
}

fn has_variant_cells(reading: Reading<'_>, row: &Row) -> bool {
    let fields = [
        Field::OptionValue(0),
        Field::OptionValue(1),
        Field::OptionValue(2),
        Field::Sku,
        Field::Price,
        Field::Barcode,
        Field::Quantity,
        Field::CompareAt,
        Field::Cost,
        Field::Policy,
        Field::Taxable,
        Field::RequiresShipping,
        Field::VariantImage,
    ];
    fields.iter().any(|field| !reading.trimmed(row, *field).is_empty())
}

/// Keeps a cell that its field does not hold exactly.
fn keep_inexact<T>(read: Read<T>, field: Field, cell: &str, imported: &mut BTreeMap<String, String>) {
    if matches!(read, Read::Rounded(_) | Read::Unreadable) {
        imported.insert(field.name().to_owned(), unguard(cell.trim(), Kind::Text).to_owned());
    }
}

/// A price: an amount that is not negative.
pub(crate) fn price(cell: &str, currency: Currency) -> Read<Money> {
    not_negative(values::money(cell, currency), |amount| amount.minor)
}

/// A weight in grams that is not negative.
pub(crate) fn grams(cell: &str) -> Read<i64> {
    not_negative(values::whole(cell), |grams| grams)
}

fn not_negative<T: Copy>(read: Read<T>, number: impl FnOnce(T) -> i64) -> Read<T> {
    match read.value() {
        Some(value) if number(value) < 0 => Read::Unreadable,
        Some(_) | None => read,
    }
}

//! What a file is, told from its first bytes and its column names.

use std::fmt;

use crate::error::ExchangeError;
use crate::rows::{Row, Rows};
use crate::shopify::columns::known_column_count;

/// How much of a file is looked at to tell what it is.
pub const SNIFF_BYTES: usize = 64 * 1024;

/// Whose file it is, and of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the name is the program's; `Display` says it in words")]
pub enum Format {
    Shopify,
    ShopifyInventory,
    ShopifyOrders,
    ShopifyCustomers,
    ShopifyCustoms,
    Square,
    SquareSales,
    WooCommerce,
    Odoo,
    Magento,
    Medusa,
    PrestaShop,
    Bagisto,
    Spree,
    Vendure,
    PlainCsv,
}

impl fmt::Display for Format {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Shopify => "a Shopify product file",
            Self::ShopifyInventory => "a Shopify inventory file",
            Self::ShopifyOrders => "a Shopify orders file",
            Self::ShopifyCustomers => "a Shopify customers file",
            Self::ShopifyCustoms => "a Shopify file of countries of origin and HS codes",
            Self::Square => "a Square item library",
            Self::SquareSales => "a list of sales from Square",
            Self::WooCommerce => "a WooCommerce product file",
            Self::Odoo => "an Odoo product file",
            Self::Magento => "a Magento product file",
            Self::Medusa => "a Medusa product file",
            Self::PrestaShop => "a PrestaShop import file",
            Self::Bagisto => "a Bagisto product file",
            Self::Spree => "a Spree product file",
            Self::Vendure => "a Vendure product file",
            Self::PlainCsv => "a CSV file whose columns are not those of a program known here",
        })
    }
}

const WORDS: &[(&str, Format)] = &[
    ("shopify", Format::Shopify),
    ("shopify_inventory", Format::ShopifyInventory),
    ("shopify_orders", Format::ShopifyOrders),
    ("shopify_customers", Format::ShopifyCustomers),
    ("shopify_customs", Format::ShopifyCustoms),
    ("square", Format::Square),
    ("square_sales", Format::SquareSales),
    ("woocommerce", Format::WooCommerce),
    ("odoo", Format::Odoo),
    ("magento", Format::Magento),
    ("medusa", Format::Medusa),
    ("prestashop", Format::PrestaShop),
    ("bagisto", Format::Bagisto),
    ("spree", Format::Spree),
    ("vendure", Format::Vendure),
    ("csv", Format::PlainCsv),
];

impl Format {
    /// Its word on the command line.
    pub fn word(self) -> &'static str {
        WORDS.iter().find(|(_, format)| *format == self).map_or("csv", |(word, _)| word)
    }

    /// The format of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        WORDS.iter().find(|(known, _)| *known == word).map(|(_, format)| *format)
    }

    /// What to do with a file of this kind instead of importing it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Shopify => "Import it as it is.",
            Self::ShopifyInventory => {
                "In Shopify, go to Products, choose Export, and import that file; its column Variant Inventory Qty brings the stock."
            }
            Self::ShopifyOrders | Self::ShopifyCustomers | Self::ShopifyCustoms => {
                "In Shopify, go to Products, choose Export, and import that file."
            }
            Self::SquareSales => "Export the item library instead, or make a file with Shopify's product columns.",
            Self::Square
            | Self::WooCommerce
            | Self::Odoo
            | Self::Magento
            | Self::Medusa
            | Self::PrestaShop
            | Self::Bagisto
            | Self::Spree
            | Self::Vendure => {
                "Convert it to Shopify's product columns (Handle, Title, Variant SKU, Variant Price ...) and import that; this format comes in a later version."
            }
            Self::PlainCsv => {
                "Name the columns as Shopify does: at least Title and Variant Price, and Handle, Variant SKU, Variant Barcode, Option1 Name, Option1 Value where there are any."
            }
        }
    }

    /// Whether products stand in such a file.
    pub(crate) fn holds_products(self) -> bool {
        !matches!(
            self,
            Self::ShopifyInventory | Self::ShopifyOrders | Self::ShopifyCustomers | Self::ShopifyCustoms | Self::SquareSales
        )
    }
}

/// What a file looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    /// Whose it is.
    pub format: Format,
    /// What stands between its cells.
    pub delimiter: u8,
    /// How it is encoded, as far as its first bytes tell.
    pub encoding: FileEncoding,
}

/// How a file's text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the encoding of the same name")]
pub enum FileEncoding {
    /// UTF-8, or Windows-1252 where a cell is not UTF-8.
    Utf8,
    Utf16LittleEndian,
    Utf16BigEndian,
}

impl FileEncoding {
    /// From a byte order mark, or from the zero bytes of Latin letters in UTF-16.
    pub(crate) fn of(first: &[u8]) -> Self {
        match first {
            [0xFF, 0xFE, ..] => Self::Utf16LittleEndian,
            [0xFE, 0xFF, ..] => Self::Utf16BigEndian,
            [a, 0, b, 0, ..] if *a != 0 && *b != 0 => Self::Utf16LittleEndian,
            [0, a, 0, b, ..] if *a != 0 && *b != 0 => Self::Utf16BigEndian,
            _ => Self::Utf8,
        }
    }

    pub(crate) fn decoder(self) -> Option<encoding_rs::Decoder> {
        match self {
            Self::Utf8 => None,
            Self::Utf16LittleEndian => Some(encoding_rs::UTF_16LE.new_decoder_with_bom_removal()),
            Self::Utf16BigEndian => Some(encoding_rs::UTF_16BE.new_decoder_with_bom_removal()),
        }
    }
}

/// Tells what a file is from its first bytes ([`SNIFF_BYTES`] are enough).
pub fn detect(first: &[u8]) -> Result<Detected, ExchangeError> {
    if first.iter().all(u8::is_ascii_whitespace) {
        return Err(ExchangeError::Empty);
    }
    refuse_other_kinds(first)?;
    let encoding = FileEncoding::of(first);
    let text = utf8_of(first, encoding);
    if text.contains(&0) {
        return Err(ExchangeError::NotCsv {
            found: "a file of binary data",
            advice: "Export the products as CSV and import that file.",
        });
    }
    let (delimiter, header) = split_header(&text);
    Ok(Detected { format: format_of(&header), delimiter, encoding })
}

/// The first bytes in UTF-8, without byte order mark.
pub(crate) fn utf8_of(first: &[u8], encoding: FileEncoding) -> Vec<u8> {
    match encoding.decoder() {
        None => first.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(first).to_vec(),
        Some(mut decoder) => {
            let mut text = String::with_capacity(decoder.max_utf8_buffer_length(first.len()).unwrap_or(0));
            let (_, _, _) = decoder.decode_to_string(first, &mut text, false);
            text.into_bytes()
        }
    }
}

const SAVE_AS_CSV: &str = "Open it, save it as \"CSV UTF-8 (comma delimited)\", and import that file.";

fn refuse_other_kinds(first: &[u8]) -> Result<(), ExchangeError> {
    let start = first.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(first).trim_ascii_start();
    let (found, advice) = match start {
        [b'P', b'K', 3, 4, ..] => (
            "an Excel workbook or a ZIP archive",
            "Unpack it, or open it and save it as \"CSV UTF-8 (comma delimited)\", and import that file.",
        ),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => ("an old Excel workbook", SAVE_AS_CSV),
        [b'%', b'P', b'D', b'F', ..] => ("a PDF", "Export the products as CSV from the program that made it."),
        [0x89, b'P', b'N', b'G', ..] | [0xFF, 0xD8, 0xFF, ..] | [b'G', b'I', b'F', b'8', ..] => {
            ("a picture", "Choose the CSV file instead.")
        }
        [0x1F, 0x8B, ..] => ("a compressed file", "Unpack it first, and import the CSV file in it."),
        [b'S', b'Q', b'L', b'i', b't', b'e', ..] => {
            ("a database", "Export the products as CSV from the program that it belongs to.")
        }
        [b'{' | b'[', ..] => ("JSON", "Export the products as CSV instead."),
        [b'<', ..] => {
            ("a web page or XML", "Perhaps a sign-in page was saved instead of the file: export the products as CSV again.")
        }
        _ => return Ok(()),
    };
    Err(ExchangeError::NotCsv { found, advice })
}

/// The delimiter under which the header has most columns, known ones counting for more, and the header under it.
fn split_header(text: &[u8]) -> (u8, Vec<String>) {
    let score = |header: &Vec<String>| (known_column_count(header), header.len());
    [b',', b';', b'\t', b'|']
        .into_iter()
        .map(|delimiter| (delimiter, header_of(text, delimiter)))
        .reduce(|best, other| if score(&other.1) > score(&best.1) { other } else { best })
        .unwrap_or((b',', Vec::new()))
}

fn header_of(text: &[u8], delimiter: u8) -> Vec<String> {
    let (mut rows, mut row) = (Rows::new(text, delimiter), Row::default());
    match rows.next_row(&mut row) {
        Ok(Some(())) => (0..row.len()).map(|index| row.text(index).trim().to_lowercase()).collect(),
        Ok(None) | Err(_) => Vec::new(),
    }
}

/// Columns that only files of one kind have. The first row of the table that fits decides.
const SIGNS: &[(Format, &[&str])] = &[
    (Format::ShopifyOrders, &["financial status", "lineitem name"]),
    (Format::ShopifyCustomers, &["first name", "last name", "accepts marketing"]),
    (Format::ShopifyCustomers, &["first name", "last name", "accepts email marketing"]),
    (Format::ShopifyInventory, &["handle", "on hand"]),
    (Format::ShopifyInventory, &["handle", "sku", "location"]),
    (Format::ShopifyCustoms, &["handle", "coo", "hs code"]),
    (Format::Square, &["item name", "variation name"]),
    (Format::Square, &["token", "item name"]),
    (Format::SquareSales, &["order id", "merchant_id"]),
    (Format::SquareSales, &["transaction id", "payment id", "net sales"]),
    (Format::WooCommerce, &["type", "sku", "name", "published", "regular price"]),
    (Format::WooCommerce, &["sku", "name", "is featured?"]),
    (Format::Odoo, &["internal reference", "sales price"]),
    (Format::Odoo, &["default_code", "list_price"]),
    (Format::Medusa, &["product handle", "product title"]),
    (Format::Medusa, &["product title", "variant title"]),
    (Format::Bagisto, &["sku", "attribute_family_code"]),
    (Format::Magento, &["sku", "product_type", "attribute_set_code"]),
    (Format::Magento, &["sku", "attribute_set"]),
    (Format::Magento, &["sku", "_attribute_set"]),
    (Format::Spree, &["slug", "sku", "price", "tax_category"]),
    (Format::Vendure, &["slug", "optiongroups", "taxcategory"]),
    (Format::PrestaShop, &["product id", "active (0/1)", "name *"]),
    (Format::PrestaShop, &["product id*", "attribute (name:type:position)*"]),
];

fn format_of(header: &[String]) -> Format {
    let has = |name: &&str| header.iter().any(|column| column == name);
    if let Some((format, _)) = SIGNS.iter().find(|(_, names)| names.iter().all(has)) {
        return *format;
    }
    let names_products = header.iter().any(|column| ["handle", "url handle", "title"].contains(&column.as_str()));
    if names_products && known_column_count(header) >= 2 { Format::Shopify } else { Format::PlainCsv }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &[u8], format: Format, delimiter: u8) {
        let detected = detect(file).unwrap();
        assert_eq!((detected.format, detected.delimiter as char), (format, delimiter as char));
    }

    #[test]
    fn formats_are_told_from_their_columns() {
        check(b"Handle,Title,Body (HTML),Variant Price\n", Format::Shopify, b',');
        check(b"\xEF\xBB\xBFHandle;Title;Variant Price\n", Format::Shopify, b';');
        check(b"Title\tURL handle\tPrice\n", Format::Shopify, b'\t');
        check(b"Title,Price\n", Format::Shopify, b',');
        check(b"Handle,Title,SKU,Location,On hand\n", Format::ShopifyInventory, b',');
        check(b"Name,Financial Status,Lineitem name\n", Format::ShopifyOrders, b',');
        check(b"ID,Type,SKU,Name,Published,Regular price\n", Format::WooCommerce, b',');
        check(b"Token,Item Name,Variation Name,Price\n", Format::Square, b',');
        check(b"Species,Count\n", Format::PlainCsv, b',');
        check(
            &[
                0xFF, 0xFE, b'T', 0, b'i', 0, b't', 0, b'l', 0, b'e', 0, b';', 0, b'P', 0, b'r', 0, b'i', 0, b'c', 0, b'e', 0,
                b'\n', 0,
            ],
            Format::Shopify,
            b';',
        );
    }

    #[test]
    fn every_format_has_a_word_of_its_own() {
        for (word, format) in WORDS {
            assert_eq!((format.word(), Format::from_word(word)), (*word, Some(*format)));
        }
    }

    #[test]
    fn what_is_no_csv_is_refused_with_advice() {
        let table: [(&[u8], &str); 6] = [
            (b"PK\x03\x04....", "Excel"),
            (b"%PDF-1.7", "PDF"),
            (b"\x89PNG\r\n", "picture"),
            (b"<!DOCTYPE html>", "web page"),
            (b"{\"a\":1}", "JSON"),
            (b"ab\x00\x01\x02\x03cd,ef", "binary"),
        ];
        for (file, word) in table {
            let message = detect(file).unwrap_err().to_string();
            assert!(message.contains(word), "{message}");
        }
        assert!(matches!(detect(b"  \n"), Err(ExchangeError::Empty)));
    }
}

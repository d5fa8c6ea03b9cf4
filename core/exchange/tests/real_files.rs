//! Every Shopify file of the collection of real input: what is imported and exported comes back the same, and what is not imported is told.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod told;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tradepost_domain::catalog::Product;
use tradepost_domain::import::{ImportProblem, ImportProblemCode};
use tradepost_domain::money::Currency;
use tradepost_domain::quantity::Quantity;
use tradepost_exchange::ExchangeError;
use tradepost_exchange::shopify::{Reader, export};

use told::ToldProduct;

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/shopify");
    if !folder.is_dir() {
        println!("skipped: {} is absent", folder.display());
        return None;
    }
    Some(folder)
}

fn usd() -> Currency {
    "USD".parse().unwrap()
}

struct Import {
    products: Vec<ToldProduct>,
    problems: Vec<ImportProblem>,
    rows: u64,
}

fn import(file: &[u8]) -> Result<Import, ExchangeError> {
    let mut reader = Reader::open(file, usd())?;
    let items = reader.by_ref().collect::<Result<Vec<_>, _>>()?;
    let problems = items.iter().flat_map(|item| item.problems.clone()).collect();
    Ok(Import { products: items.into_iter().filter_map(ToldProduct::of).collect(), problems, rows: reader.rows_read() })
}

type Shelf = Vec<(Product, Vec<Option<Quantity>>)>;

/// As operations would: blocks of the same handle become one product.
fn shelf(imported: Vec<ToldProduct>) -> Shelf {
    let mut whole: Vec<ToldProduct> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for block in imported {
        match places.get(&block.product.handle) {
            Some(place) => {
                assert!(block.item.is_continuation);
                whole[*place].absorb(block);
            }
            None => {
                places.insert(block.product.handle.clone(), whole.len());
                whole.push(block);
            }
        }
    }
    let with_stock = |imported: ToldProduct| {
        let stock: BTreeMap<usize, Quantity> = imported.item.stock.into_iter().collect();
        let stock = (0..imported.product.variants.len()).map(|index| stock.get(&index).copied()).collect();
        (imported.product, stock)
    };
    whole.into_iter().map(with_stock).collect()
}

fn write(shelf: &Shelf) -> Vec<u8> {
    export(Vec::new(), shelf.iter().map(|(product, stock)| (product, stock.as_slice()))).unwrap()
}

#[test]
fn every_product_file_survives_import_export_import() {
    let Some(folder) = folder() else { return };
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut product_files = 0;
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let first = match import(&bytes) {
            Ok(first) => first,
            Err(error) => {
                println!("{name}: {error}");
                assert!(matches!(error, ExchangeError::NotProducts { .. }), "{name}: {error}");
                continue;
            }
        };
        product_files += 1;
        let mut codes: BTreeMap<ImportProblemCode, usize> = BTreeMap::new();
        first.problems.iter().for_each(|problem| *codes.entry(problem.code).or_default() += 1);
        let first_shelf = shelf(first.products);
        let variants: usize = first_shelf.iter().map(|(product, _)| product.variants.len()).sum();
        println!("{name}: {} rows, {} products, {variants} variants {codes:?}", first.rows, first_shelf.len());
        let written = write(&first_shelf);
        let second = import(&written).unwrap();
        let second_shelf = shelf(second.products);
        assert_eq!(first_shelf.len(), second_shelf.len(), "{name}");
        for (before, after) in first_shelf.iter().zip(&second_shelf) {
            assert_eq!(before.0, after.0, "{name}");
            assert_eq!(before.1, after.1, "{name}: stock of {}", before.0.handle);
        }
        assert_eq!(written, write(&second_shelf), "{name}: a second export differs");
    }
    assert_eq!(product_files, 16);
}

/// The cells of `file` and of its re-export as sets of texts per handle: nothing that stood in the file may be missing.
#[test]
fn no_text_of_a_product_file_is_lost() {
    let Some(folder) = folder() else { return };
    for name in [
        "shopifypartners-bicycles.csv",
        "export-devstore-products.csv",
        "export-bikeshop-two-markets.csv",
        "export-pl.csv",
        "shopifypartners-fashion.csv",
    ] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let import = import(&bytes).unwrap();
        let written = write(&shelf(import.products));
        let (before, after) = (cells(&bytes), cells(&written));
        for ((handle, column), mut texts) in before {
            let mut kept = after.get(&(handle.clone(), column.clone())).cloned().unwrap_or_default();
            // Repetition and order of rows belong to pictures and variants, which the other test compares; tags are sorted, booleans and numbers spelled our way.
            texts.sort();
            kept.sort();
            assert_eq!(texts, kept, "{name}: {handle}, {column}");
        }
    }
}

fn cells(file: &[u8]) -> BTreeMap<(String, String), Vec<String>> {
    let mut csv = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let header: Vec<String> = csv.headers().unwrap().iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
    let mut cells: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for record in csv.records() {
        let record = record.unwrap();
        for (name, cell) in header.iter().zip(record.iter()) {
            let text = cell.trim().trim_start_matches('\'');
            let is_ours = [
                "Status",
                "Published",
                "Image Position",
                "Variant Inventory Tracker",
                "Variant Inventory Policy",
                "Option1 Name",
            ]
            .contains(&name.as_str());
            if text.is_empty() || is_ours {
                continue;
            }
            let text = match name.as_str() {
                "Tags" => {
                    let mut tags: Vec<&str> = text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).collect();
                    tags.sort_unstable();
                    tags.dedup();
                    tags.join(", ")
                }
                "Variant Taxable" | "Variant Requires Shipping" => text.to_lowercase(),
                "Variant Grams" if text == "0.0" => "0".to_owned(),
                _ => text.to_owned(),
            };
            cells.entry((record[0].to_owned(), name.clone())).or_default().push(text);
        }
    }
    cells
}

#[test]
fn forty_one_skus_of_the_bicycle_shop_are_told_as_duplicates() {
    let Some(folder) = folder() else { return };
    let import = import(&std::fs::read(folder.join("shopifypartners-bicycles.csv")).unwrap()).unwrap();
    let count = |code: ImportProblemCode| import.problems.iter().filter(|problem| problem.code == code).count();
    assert_eq!(count(ImportProblemCode::DuplicateSku), 41);
    assert_eq!(count(ImportProblemCode::GtinCheckDigit), 0);
    let barcodes = import.products.iter().flat_map(|product| &product.product.variants).flat_map(|variant| &variant.barcodes);
    let valid = barcodes.filter(|code| tradepost_domain::barcode::Gtin::parse(code).is_ok()).count();
    println!("{valid} valid GTINs");
}

#[test]
fn files_of_other_platforms_are_refused_by_name() {
    let Some(folder) = folder() else { return };
    let table = [
        ("woocommerce/classic-commerce-sample_products.csv", "WooCommerce"),
        ("woocommerce/minimal.csv", "WooCommerce"),
        ("platforms/magento-gear-bags.csv", "Magento"),
        ("platforms/magento-luma-configurable-products.csv", "Magento"),
        ("platforms/medusa-exported-products-semicolon.csv", "Medusa"),
        ("platforms/bagisto-sample-products.csv", "Bagisto"),
        ("platforms/spree-sample-products.csv", "Spree"),
        ("platforms/vendure-products.csv", "Vendure"),
        ("platforms/vendure-invalid-row-length.csv", "Vendure"),
        ("platforms/square-pos-sales-2018.csv", "Square"),
        ("platforms/prestashop-import-samples/products_import.csv", "PrestaShop"),
        ("shopify/export-devstore-inventory.csv", "inventory"),
        ("shopify/orders_export-devstore-scrubbed.csv", "orders"),
        ("shopify/customers_export-HEADER-ONLY.csv", "customers"),
        ("shopify/export-cross-border-prices.csv", "HS codes"),
    ];
    for (file, word) in table {
        let bytes = std::fs::read(folder.join("..").join(file)).unwrap();
        let message = Reader::open(bytes.as_slice(), usd()).map(|_| ()).unwrap_err().to_string();
        assert!(message.contains(word), "{file}: {message}");
    }
}

//! Shopify files: what is read, what is told, what survives.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use proptest::prelude::*;
use tradepost_domain::catalog::{Product, ProductImage, ProductStatus, StockPolicy, Variant};
use tradepost_domain::import::{ImportProblem, ImportProblemCode, ImportSeverity};
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::quantity::{Quantity, Unit};
use tradepost_domain::tax::TaxCategory;
use tradepost_exchange::PROBLEMS_MAX;
use tradepost_exchange::shopify::{Reader, VARIANTS_MAX, export, ids};

use told::ToldProduct;

fn import(file: &[u8]) -> (Vec<ToldProduct>, Vec<ImportProblem>) {
    let items = Reader::open(file, Currency::USD).unwrap().collect::<Result<Vec<_>, _>>().unwrap();
    let problems = items.iter().flat_map(|item| item.problems.clone()).collect();
    (items.into_iter().filter_map(ToldProduct::of).collect(), problems)
}

/// The problems of `file`: row, column, code.
fn check_problems(file: &str, expected: &[(u64, &str, ImportProblemCode)]) -> Vec<ToldProduct> {
    let (products, problems) = import(file.as_bytes());
    let told: Vec<(u64, &str, ImportProblemCode)> =
        problems.iter().map(|problem| (problem.row, problem.column.as_str(), problem.code)).collect();
    assert_eq!(told, expected, "{file}\n{problems:#?}");
    products
}

fn usd(minor: i64) -> Option<Money> {
    Some(Money::from_minor(minor, Currency::USD))
}

#[test]
fn rows_of_a_handle_are_variants_and_pictures() {
    let file = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Tracker,Variant Inventory Qty,Image Src,Image Position,Variant Image\n\
        tee,T-shirt,Size,S,T-S,12.50,shopify,5,https://a/2.png,2,\n\
        tee,,,M,T-M,12.5,shopify,7,https://a/1.png,1,https://a/2.png\n\
        tee,,,,,,,,https://a/3.png,3,\n\
        mug,Mug,Title,Default Title,MUG,7,,,,,\n";
    let products = check_problems(file, &[]);
    let tee = &products[0].product;
    assert_eq!((tee.title.as_str(), tee.option_names.as_slice()), ("T-shirt", ["Size".to_owned()].as_slice()));
    assert_eq!(
        tee.images.iter().map(|image| image.url.as_str()).collect::<Vec<_>>(),
        ["https://a/1.png", "https://a/2.png", "https://a/3.png"]
    );
    assert_eq!((tee.variants.len(), tee.variants[1].image, tee.variants[1].list_price), (2, Some(ids::image_at(1)), usd(1250)));
    assert_eq!(products[0].item.stock, [(0, Quantity::from_thousandths(5000)), (1, Quantity::from_thousandths(7000))]);
    assert_eq!((products[0].item.row, products[0].item.rows, products[1].item.row), (2, 3, 5));
    assert_eq!(
        (products[1].product.option_names.len(), products[1].product.variants[0].stock_policy),
        (0, StockPolicy::NotTracked)
    );
}

#[test]
fn the_column_names_of_2025_are_read_too() {
    let file = "Title,URL handle,Description,Vendor,Published on online store,Status,SKU,Barcode,Option1 name,Option1 value,Option1 Linked To,Price,Compare-at price,\
        Cost per item,Charge tax,Inventory tracker,Inventory quantity,Continue selling when out of stock,Weight value (grams),Requires shipping,Product image URL,\
        Variant image URL,Color (product.metafields.shopify.color-pattern)\n\
        Mug,mug,<p>Nice</p>,Us,TRUE,Archived,MUG,4006381333931,Color,Red,product.metafields.shopify.color-pattern,5,6,2,FALSE,shopify,3,CONTINUE,250,TRUE,https://a/1.png,\
        https://a/1.png,red\n";
    let products = check_problems(file, &[]);
    let mug = &products[0].product;
    let variant = &mug.variants[0];
    assert_eq!((mug.handle.as_str(), mug.description_html.as_str(), mug.status), ("mug", "<p>Nice</p>", ProductStatus::Archived));
    assert_eq!(
        (variant.list_price, variant.compare_at_price, variant.unit_cost, variant.is_taxable),
        (usd(500), usd(600), usd(200), false)
    );
    assert_eq!(
        (variant.stock_policy, variant.weight_grams, variant.image, variant.barcodes.len()),
        (StockPolicy::SellOn, Some(250), Some(ids::image_at(0)), 1)
    );
    assert_eq!(mug.imported["Color (product.metafields.shopify.color-pattern)"], "red");
    assert_eq!(mug.imported["Option1 Linked To"], "product.metafields.shopify.color-pattern");
}

#[test]
fn each_flaw_is_told_with_its_row_and_column() {
    use ImportProblemCode::*;
    check_problems("Handle,Title,Variant Price\na,A,\n", &[(2, "Variant Price", MissingPrice)]);
    check_problems("Handle,Title,Variant Price\na,A,cheap\n", &[(2, "Variant Price", NotANumber)]);
    check_problems("Handle,Title,Variant Price\na,A,-1\n", &[(2, "Variant Price", NotANumber)]);
    check_problems("Handle,Title,Variant Price\na,A,1.999\n", &[(2, "Variant Price", ValueRounded)]);
    check_problems("Handle,Title,Variant Price\n,Blue Mug,1\n", &[(2, "Handle", MissingHandle)]);
    check_problems("Handle,Title,Variant Price\na,,1\n", &[(2, "Title", MissingTitle)]);
    check_problems("Handle,Title,Variant Price\n,,1\n", &[(2, "Handle", RowIgnored)]);
    check_problems("Handle,Title,Variant Price\na,A,1\na,,\n", &[(3, "", RowIgnored)]);
    check_problems("Handle,Title,Variant Price\na,A\n", &[(2, "", RaggedRow), (2, "Variant Price", MissingPrice)]);
    check_problems("Handle,Title,Variant Price\na,A,1,2\n", &[(2, "", RaggedRow)]);
    check_problems("Handle,Title,Variant Price\na,A,1,,\n", &[]);
    check_problems("Handle,Title,Variant Price\na,A,1\nb,B,1\na,,2\n", &[(4, "Handle", RepeatedHandle)]);
    check_problems("Handle,Title,Variant Price,Variant SKU\na,A,1,X\nb,B,1,X\n", &[(3, "Variant SKU", DuplicateSku)]);
    check_problems(
        "Handle,Title,Variant Price,Variant Barcode\na,A,1,036000291452\nb,B,1,0036000291452\n",
        &[(3, "Variant Barcode", DuplicateBarcode)],
    );
    check_problems(
        "Handle,Title,Variant Price,Variant Barcode\na,A,1,4006381333932\n",
        &[(2, "Variant Barcode", GtinCheckDigit)],
    );
    check_problems("Handle,Title,Variant Price,Variant Barcode\na,A,1,4.00638E+12\n", &[(2, "Variant Barcode", BarcodeDamaged)]);
    check_problems(
        "Handle,Title,Variant Price,Variant Barcode\na,A,1,'4006381333931\n",
        &[(2, "Variant Barcode", ApostropheRemoved)],
    );
    check_problems(
        "Handle,Title,Variant Price,Variant Compare At Price\na,A,5,4\n",
        &[(2, "Variant Compare At Price", CompareAtBelowPrice)],
    );
    check_problems(
        "Handle,Title,Variant Price,Variant Inventory Qty\na,A,5,-4\n",
        &[(2, "Variant Inventory Qty", NegativeNumber)],
    );
    check_problems("Handle,Title,Variant Price,Variant Taxable\na,A,5,maybe\n", &[(2, "Variant Taxable", UnknownValue)]);
    check_problems("Handle,Title,Variant Price,Status\na,A,5,sold\n", &[(2, "Status", UnknownValue)]);
    check_problems("Handle,Title,Variant Price,Shelf\na,A,5,12\n", &[(1, "Shelf", UnknownColumn)]);
    check_problems(
        "Handle,Title,Variant Price,Title\na,A,5,B\n",
        &[(1, "Title", DuplicateColumn), (1, "Title (2)", UnknownColumn)],
    );
    check_problems("Handle,Title,Variant Price,Option4 Name\na,A,5,B\n", &[(1, "Option4 Name", TooManyOptions)]);
    check_problems("Handle,Title,Variant Price,Option1 Value\na,A,5,S\n", &[(2, "Option1 Name", MissingOptionName)]);
    check_problems(
        "Handle,Title,Variant Price,Option1 Name,Option1 Value\na,A,5,Size,S\na,,5,,S\n",
        &[(3, "Option1 Value", DuplicateVariant)],
    );
    check_problems("Handle,Title,Variant Price\na,A,\"5\nb,B,6\n", &[(2, "", QuoteNotClosed), (2, "Variant Price", NotANumber)]);
}

#[test]
fn a_file_in_windows_1252_with_semicolons_and_decimal_commas_is_read() {
    let products = import(b"Handle;Title;Variant Price\ncafe;Caf\xe9 \x80;1.299,50\n");
    assert_eq!(products.0[0].product.title, "Café €");
    assert_eq!(products.0[0].product.variants[0].list_price, usd(129_950));
    assert_eq!(products.1.iter().map(|problem| problem.code).collect::<Vec<_>>(), [ImportProblemCode::EncodingGuessed]);
}

#[test]
fn a_file_in_utf_16_is_read() {
    let text = "Handle\tTitle\tVariant Price\r\nkaffee\tKaffee ☕\t3\r\n";
    for (mark, encode) in [([0xFF, 0xFE], u16::to_le_bytes as fn(u16) -> [u8; 2]), ([0xFE, 0xFF], u16::to_be_bytes)] {
        let file: Vec<u8> = mark.into_iter().chain(text.encode_utf16().flat_map(encode)).collect();
        assert_eq!(import(&file).0[0].product.title, "Kaffee ☕");
    }
}

#[test]
fn a_product_of_too_many_variants_keeps_the_first_and_tells_the_rest() {
    let rows: String = (0..VARIANTS_MAX + 3).map(|number| format!("a,A,1,Size,S{number}\n")).collect();
    let (products, problems) = import(format!("Handle,Title,Variant Price,Option1 Name,Option1 Value\n{rows}").as_bytes());
    assert_eq!(products[0].product.variants.len(), VARIANTS_MAX);
    assert_eq!(
        problems
            .iter()
            .filter(|problem| problem.code == ImportProblemCode::TooManyVariants && problem.severity == ImportSeverity::Error)
            .count(),
        3
    );
}

#[test]
fn blocks_of_one_handle_become_one_product() {
    let file = "Handle,Title,Variant Price,Option1 Name,Option1 Value,Image Src,Variant Image,Variant Inventory Qty\n\
        a,A,1,Size,S,https://a/1,,5\n\
        b,B,1,,,,,\n\
        a,,2,Size,M,https://a/2,https://a/2,6\n\
        a,A,1,Size,S,https://a/1,,7\n";
    let mut products = import(file.as_bytes()).0;
    let later = products.pop().unwrap();
    assert!(later.item.is_continuation);
    products[0].absorb(later);
    let ToldProduct { product, item } = &products[0];
    assert_eq!(
        product.variants.iter().map(|variant| (variant.id, variant.image)).collect::<Vec<_>>(),
        [(ids::variant_at(0), None), (ids::variant_at(1), Some(ids::image_at(1)))]
    );
    assert_eq!(product.images.iter().map(|image| image.id).collect::<Vec<_>>(), [ids::image_at(0), ids::image_at(1)]);
    assert_eq!(
        item.stock.iter().map(|(place, on_hand)| (*place, on_hand.thousandths)).collect::<Vec<_>>(),
        [(0, 5000), (1, 6000), (0, 7000)]
    );
    assert_eq!(item.rows, 3);
}

/// A file that is made while it is read, a row at a time.
struct Endless {
    rows_left: u64,
    row: Vec<u8>,
    from: usize,
}

impl Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.from == self.row.len() && self.rows_left > 0 {
            self.rows_left -= 1;
            self.row = format!("product-{0},Product {0},9.99,{1}\n", self.rows_left, "x".repeat(1000)).into_bytes();
            self.from = 0;
        }
        let taken = (&self.row[self.from..]).read(out)?;
        self.from += taken;
        Ok(taken)
    }
}

#[test]
fn a_file_of_fifty_megabytes_is_read_in_little_memory() {
    let before = resident_kb();
    let file = Endless { rows_left: 50_000, row: b"Handle,Title,Variant Price,Body (HTML)\n".to_vec(), from: 0 };
    let reader = Reader::open(file, Currency::USD).unwrap();
    assert_eq!(reader.map(Result::unwrap).count(), 50_000);
    let (Some(before), Some(after)) = (before, resident_kb()) else {
        return println!("skipped: this system does not tell a program's memory");
    };
    println!("memory grew by {} KB", after.saturating_sub(before));
    assert!(after < before + 32 * 1024, "{before} KB became {after} KB");
}

fn resident_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.trim().trim_end_matches(" kB").parse().ok()
}

/// Texts that files hold: formulas, quotation marks, line breaks, other alphabets.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Zäß日 ,;\"'=+@<>/-]{0,12}",
        Just("=HYPERLINK(\"http://x\")".to_owned()),
        Just("line one\r\nline \"two\"".to_owned()),
        Just("-30°".to_owned()),
        Just("'=1".to_owned()),
    ]
}

/// Texts as a field keeps them: without white space around.
fn word() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.trim().to_owned())
}

fn money() -> impl Strategy<Value = Option<Money>> {
    proptest::option::of((1..10_000_000_i64).prop_map(|minor| Money::from_minor(minor, Currency::USD)))
}

prop_compose! {
    fn variant(option_count: usize, image_count: usize)(
        options in proptest::collection::vec("[A-Za-z0-9=-]{1,8}", option_count),
        sku in "['A-Z0-9=-]{0,8}",
        barcodes in proptest::collection::vec("['0-9A-Z]{1,13}", 0..3),
        prices in (money(), money(), money()),
        weight_grams in proptest::option::of(0..100_000_i64),
        unit in proptest::sample::select(vec![Unit::Each, Unit::Kilogram, Unit::Hour]),
        stock_policy in proptest::sample::select(StockPolicy::ALL.to_vec()),
        flags in any::<(bool, bool)>(),
        image in proptest::option::of(0..image_count.max(1)),
        kept in word(),
    ) -> Variant {
        let mut imported = BTreeMap::new();
        if !kept.is_empty() {
            imported.insert("Variant Weight Unit".to_owned(), kept);
        }
        Variant {
            id: ids::variant_at(0), options, sku, barcodes, list_price: prices.0, compare_at_price: prices.1, unit_cost: prices.2, weight_grams, unit, stock_policy, is_taxable: flags.0,
            requires_shipping: flags.1, image: image.filter(|image| *image < image_count).map(ids::image_at), imported,
        }
    }
}

prop_compose! {
    fn product(number: usize)(option_count in 0..4_usize, image_count in 0..4_usize)(
        variants in proptest::collection::vec(variant(option_count, image_count), 1..4),
        texts in (word(), text(), word(), word(), word()),
        status in proptest::sample::select(ProductStatus::ALL.to_vec()),
        tags in proptest::collection::btree_set("[a-zäß0-9-]{1,8}", 0..4),
        alt_texts in proptest::collection::vec(text(), image_count),
        tax_category in proptest::sample::select(vec!["standard", "reduced", "books"]),
        option_count in Just(option_count),
    ) -> Product {
        let tags: BTreeSet<String> = tags.into_iter().map(|tag| tag.trim_matches('-').to_owned()).filter(|tag| !tag.is_empty()).collect();
        let images = alt_texts.into_iter().enumerate().map(|(index, alt_text)| ProductImage { id: ids::image_at(index), url: format!("https://pictures.example/{number}/{index}.png"), alt_text });
        let mut imported = BTreeMap::new();
        for (column, text) in [("Gift Card", texts.4.clone()), ("=Formula Column", texts.3.clone())] {
            if !text.is_empty() {
                imported.insert(column.to_owned(), text);
            }
        }
        let variants = variants.into_iter().enumerate().map(|(index, variant)| Variant { id: ids::variant_at(index), ..variant });
        Product {
            id: ids::PRODUCT, handle: format!("product-{number}"),
            title: if texts.0.is_empty() { "Untitled".to_owned() } else { texts.0 },
            description_html: texts.1, vendor: texts.2, product_type: texts.3, status, tags,
            option_names: ["Size", "Color", "=Material"].iter().take(option_count).map(|name| (*name).to_owned()).collect(),
            tax_category: TaxCategory(tax_category.to_owned()), images: images.collect(), variants: variants.collect(), imported,
        }
    }
}

proptest! {
    #[test]
    fn products_survive_export_and_import(products in (product(1), product(2), product(3)), quantity in -5000..5_000_000_i64) {
        let products = [products.0, products.1, products.2];
        let stock: Vec<Vec<Option<Quantity>>> = products.iter().map(|product| vec![Some(Quantity::from_thousandths(quantity)); product.variants.len()]).collect();
        let shelf = products.iter().zip(stock.iter().map(Vec::as_slice));
        let file = export(Vec::new(), shelf).unwrap();
        let (imported, _) = import(&file);
        prop_assert_eq!(imported.len(), products.len());
        for (before, after) in products.iter().zip(&imported) {
            prop_assert_eq!(before, &after.product, "{}", String::from_utf8_lossy(&file));
            prop_assert!(after.item.stock.iter().all(|(_, on_hand)| on_hand.thousandths == quantity));
        }
    }

    #[test]
    fn no_file_whatsoever_makes_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), header in any::<bool>()) {
        let start: &[u8] = if header { b"Handle,Title,Variant Price,Image Src\n" } else { b"" };
        let file = [start, &bytes].concat();
        if let Ok(reader) = Reader::open(file.as_slice(), Currency::USD) {
            // Those of rows before the product, and its own.
            let problems_max = 2 * (PROBLEMS_MAX + 1);
            let items: Vec<_> = reader.filter_map(Result::ok).collect();
            prop_assert!(items.len() <= 400 && items.iter().all(|item| item.problems.len() <= problems_max));
        }
    }

    #[test]
    fn no_cell_of_an_export_starts_a_formula(product in product(1)) {
        let file = export(Vec::new(), std::iter::once((&product, [].as_slice()))).unwrap();
        for record in csv::ReaderBuilder::new().has_headers(false).from_reader(file.as_slice()).records() {
            for cell in &record.unwrap() {
                let is_number = cell.strip_prefix(['-', '+']).is_some_and(|rest| rest.parse::<f64>().is_ok());
                prop_assert!(is_number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{}", cell);
            }
        }
    }
}

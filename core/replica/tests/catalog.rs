//! Products as people edit them together, and as they are found.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;
mod world;

use common::{Device, Shop};
use tradepost_domain::catalog::{Collection, Product, ProductStatus, Variant};
use tradepost_domain::document::{Document, DocumentEdit, FieldChange, Scalar};
use tradepost_domain::id::{CollectionId, ProductId, StaffId, VariantId};
use tradepost_replica::Draft;
use tradepost_replica::read::{ConflictRow, ProductFilter, ProductSort, Reader};
use world::{World, product_id, usd};

fn change(path: &str, value: Option<&str>) -> DocumentEdit {
    let value = value.map(|text| Scalar::Text(text.into()));
    DocumentEdit { id: product_id().into(), kind: Product::KIND, changes: vec![FieldChange { path: path.into(), value }] }
}

fn reader(device: &Device) -> Reader {
    device.get().reader().unwrap()
}

fn texts(row: &ConflictRow) -> Vec<Option<&str>> {
    let text = |value: &'_ Option<Scalar>| value.clone();
    let mut values: Vec<Option<&str>> = row.values.iter().map(|value| value.value.as_ref().and_then(Scalar::as_text)).collect();
    assert!(
        row.values.iter().filter(|value| value.is_current).count() == 1,
        "{:?}",
        row.values.iter().map(|value| text(&value.value)).collect::<Vec<_>>()
    );
    values.sort_unstable();
    values
}

#[test]
fn a_title_set_on_three_devices_is_one_conflict_with_three_values_until_somebody_settles_it() {
    let mut world = World::new();
    let staff = StaffId::from_bytes([77; 16]);
    for (till, title) in ["Red shirt", "Blue shirt", "Green shirt"].into_iter().enumerate() {
        let draft = Draft {
            operation: "product.edit".into(),
            staff: Some(staff),
            edits: vec![change("title", Some(title))],
            ..Draft::default()
        };
        world.tills[till].record(draft);
    }
    world.meet();
    let rows: Vec<Vec<ConflictRow>> = world.tills.iter().map(|till| reader(till).conflicts(10).unwrap()).collect();
    assert_eq!(rows[0].len(), 1);
    assert_eq!(texts(&rows[0][0]), [Some("Blue shirt"), Some("Green shirt"), Some("Red shirt")]);
    assert!(rows.iter().all(|row| row[0].values == rows[0][0].values), "every device shows the same");
    for (value, till) in rows[0][0].values.iter().zip([0, 1, 2]) {
        assert_eq!(value.staff, Some(staff));
        assert!(value.at.unix_ms > 0);
        assert!(world.tills.iter().any(|device| device.get().origin() == value.origin), "value {till}");
    }
    let shown = reader(&world.tills[1]).product(product_id()).unwrap().unwrap().title;
    let current = rows[0][0].values.iter().find(|value| value.is_current).unwrap();
    assert_eq!(current.value, Some(Scalar::Text(shown.clone())));
    assert_eq!(rows[0][0].title, shown);
    let list = reader(&world.tills[1]).product_at(&ProductFilter::default(), 0, 10).unwrap();
    assert_eq!(list[0].conflict_count, 1);

    world.record_edit(2, change("title", Some("Purple shirt")));
    assert!(reader(&world.tills[2]).conflicts(10).unwrap().is_empty());
    world.meet();
    for till in &world.tills {
        assert!(reader(till).conflicts(10).unwrap().is_empty());
        assert_eq!(reader(till).conflict_count().unwrap(), 0);
        assert_eq!(reader(till).product(product_id()).unwrap().unwrap().title, "Purple shirt");
    }
}

#[test]
fn a_field_taken_out_here_and_edited_there_is_a_conflict() {
    let mut world = World::new();
    world.record_edit(0, change("handle", None));
    world.record_edit(1, change("handle", Some("shirt")));
    world.meet();
    for till in &world.tills {
        let rows = reader(till).conflicts(10).unwrap();
        assert_eq!((rows.len(), rows[0].path.as_str()), (1, "handle"));
        assert_eq!(texts(&rows[0]), [None, Some("shirt")]);
    }
    // Taking what stands for now settles it too.
    let standing =
        reader(&world.tills[0]).conflicts(1).unwrap()[0].values.iter().find(|value| value.is_current).unwrap().value.clone();
    world.record_edit(0, change("handle", standing.as_ref().and_then(Scalar::as_text)));
    world.meet();
    for till in &world.tills {
        assert!(reader(till).conflicts(10).unwrap().is_empty());
    }
}

#[test]
fn two_who_set_the_same_do_not_disagree() {
    let mut world = World::new();
    world.record_edit(0, change("vendor", Some("Acme")));
    world.record_edit(1, change("vendor", Some("Acme")));
    world.meet();
    assert!(reader(&world.tills[2]).conflicts(10).unwrap().is_empty());
    assert_eq!(reader(&world.tills[2]).product(product_id()).unwrap().unwrap().vendor, "Acme");
}

#[test]
fn edits_of_two_fields_merge_and_a_tag_survives_its_removal_elsewhere() {
    let mut world = World::new();
    let tag = |is_set: bool| {
        let changes = vec![FieldChange { path: "tags/sale".into(), value: is_set.then_some(Scalar::Bool(true)) }];
        DocumentEdit { id: product_id().into(), kind: Product::KIND, changes }
    };
    world.record_edit(0, change("vendor", Some("Acme")));
    world.record_edit(1, change("product_type", Some("Shirts")));
    world.record_edit(1, tag(true));
    world.record_edit(1, tag(false));
    world.record_edit(2, tag(true));
    world.meet();
    for till in &world.tills {
        let product = reader(till).product(product_id()).unwrap().unwrap();
        assert_eq!((product.vendor.as_str(), product.product_type.as_str()), ("Acme", "Shirts"));
        assert!(product.tags.contains("sale"));
        assert!(reader(till).conflicts(10).unwrap().is_empty());
    }
}

#[test]
fn one_document_made_on_two_devices_is_one_document() {
    let mut world = World::new();
    let id = ProductId::from_bytes([91; 16]);
    for (till, vendor) in [(0, "Acme"), (1, "Bolt")] {
        let mut product = Product::new(id, "Mug");
        product.vendor = vendor.into();
        world.record_edit(till, product.edit_from(None).unwrap());
    }
    world.meet();
    let digests: Vec<_> = world.tills.iter().map(|till| reader(till).projection_digests().unwrap()).collect();
    assert!(digests.iter().all(|rows| *rows == digests[0]));
    let rows = reader(&world.tills[2]).conflicts_of(id.into()).unwrap();
    assert_eq!((rows.len(), rows[0].path.as_str()), (1, "vendor"));
}

fn item(number: u32, title: &str, sku: &str, barcode: &str) -> Product {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    let mut product = Product::new(ProductId::from_bytes(id), title);
    product.handle = format!("item-{number}");
    product.vendor = format!("Vendor {}", number % 7);
    id[15] = 1;
    let mut variant = Variant::new(VariantId::from_bytes(id));
    variant.sku = sku.into();
    variant.barcodes = vec![barcode.into()];
    variant.list_price = Some(usd(i64::from(number) + 100));
    product.variants.push(variant);
    product
}

fn save(shop: &mut Shop, products: &[Product]) {
    for part in products.chunks(100) {
        let edits = part.iter().map(|product| product.edit_from(None).unwrap()).collect();
        shop.office.record(Draft { operation: "import".into(), edits, ..Draft::default() });
    }
}

/// A shop of a thousand products.
fn big_shop() -> Shop {
    let nouns = ["shirt", "mug", "sock", "belt", "Crème"];
    let colors = ["blue", "red", "green", "black"];
    let product = |number: u32| {
        let place = usize::try_from(number).unwrap();
        let title = format!("{} {} {number}", colors[place % 4], nouns[place % 5]);
        item(number, &title, &format!("AB-{number:05}"), &format!("20000{number:05}"))
    };
    let mut shop = Shop::found();
    save(&mut shop, &(0..1000).map(product).collect::<Vec<_>>());
    shop
}

#[test]
fn a_list_of_a_thousand_products_is_read_by_position_and_by_page() {
    let shop = big_shop();
    let reader = shop.reader();
    let filter = ProductFilter::default();
    assert_eq!(reader.product_count(&filter).unwrap(), 1000);
    let mut all = Vec::new();
    let mut next = None;
    loop {
        let page = reader.products(&filter, next.as_ref(), 300).unwrap();
        all.extend(page.rows);
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(all.len(), 1000);
    assert!(all.is_sorted_by(|a, b| a.title.to_lowercase() <= b.title.to_lowercase()));
    assert_eq!(reader.product_at(&filter, 700, 20).unwrap(), all[700..720]);
    assert!(reader.product_at(&filter, 1000, 20).unwrap().is_empty());
    let by_price = ProductFilter { sort: ProductSort::PriceDescending, ..filter.clone() };
    assert_eq!(reader.product_at(&by_price, 0, 1).unwrap()[0].price_max, Some(usd(1099)));
    let vendor = ProductFilter { vendor: Some("Vendor 3".into()), ..filter.clone() };
    assert_eq!(reader.product_count(&vendor).unwrap(), 143);
    let search = ProductFilter { search: "creme bl".into(), ..filter };
    assert_eq!(reader.product_count(&search).unwrap(), 100);
    assert_eq!(reader.vendors().unwrap().iter().map(|(_, count)| count).sum::<u64>(), 1000);
}

#[test]
fn variants_are_found_as_somebody_types() {
    let shop = big_shop();
    let reader = shop.reader();
    let titles = |typed: &str| -> Vec<String> {
        reader.search_variants(typed, 10).unwrap().into_iter().map(|row| row.product_title).collect()
    };
    assert_eq!(titles("blue shirt 100"), ["blue shirt 100"]);
    assert_eq!(titles("shirt blue 100"), ["blue shirt 100"]);
    assert_eq!(titles("AB-00042"), ["green sock 42"]);
    assert_eq!(titles("ab00042"), ["green sock 42"]);
    assert_eq!(titles("2000000042"), ["green sock 42"]);
    assert_eq!(titles("200000004").len(), 10, "the beginning of ten barcodes");
    assert_eq!(titles("00042"), ["green sock 42"], "the last part of a SKU");
    assert_eq!(titles("crème").len(), 10);
    assert!(titles("cre").iter().all(|title| title.contains("Crème")));
    assert!(titles("blue sh").iter().all(|title| title.starts_with("blue shirt")));
    assert!(titles("nothing like it").is_empty());
    assert!(titles("").is_empty() && titles("\"* -").is_empty());
}

#[test]
fn what_changes_and_goes_is_found_as_it_is_now() {
    let mut shop = big_shop();
    let before = shop.reader().product_by_handle("item-42").unwrap().unwrap();
    let mut after = before.clone();
    after.title = "Purple hat".into();
    after.variants[0].sku = "HAT".into();
    after.variants[0].barcodes = vec!["4006381333931".into()];
    let edits = vec![after.edit_from(Some(&before)).unwrap()];
    shop.office.record(Draft { operation: "product.edit".into(), edits, ..Draft::default() });
    let reader = shop.reader();
    assert!(reader.search_variants("AB-00042", 5).unwrap().is_empty());
    assert!(reader.variants_by_code("2000000042").unwrap().is_empty());
    assert_eq!(reader.search_variants("purple", 5).unwrap()[0].sku, "HAT");
    let mut archived = after.clone();
    archived.status = ProductStatus::Archived;
    let edits = vec![archived.edit_from(Some(&after)).unwrap()];
    shop.office.record(Draft { operation: "product.archive".into(), edits, ..Draft::default() });
    assert!(reader.search_variants("purple", 5).unwrap().is_empty());
    assert_eq!(reader.product_count(&ProductFilter::default()).unwrap(), 999);
    let kept = ProductFilter { status: Some(ProductStatus::Archived), ..ProductFilter::default() };
    assert_eq!(reader.product_at(&kept, 0, 5).unwrap()[0].title, "Purple hat");
}

#[test]
fn one_article_is_found_by_upc_ean_and_gtin() {
    let mut shop = Shop::found();
    let products =
        [item(1, "Pen", "PEN", "036000291452"), item(2, "Ink", "INK", "4006381333931"), item(3, "Nib", "nib-1", "nib/1")];
    save(&mut shop, &products);
    let reader = shop.reader();
    for (code, title) in [
        ("036000291452", "Pen"),
        ("0036000291452", "Pen"),
        ("00036000291452", "Pen"),
        (" 4006381333931 ", "Ink"),
        ("04006381333931", "Ink"),
        ("NIB/1", "Nib"),
        ("NIB-1", "Nib"),
        ("pen", "Pen"),
    ] {
        let found = reader.variants_by_code(code).unwrap();
        assert_eq!(found.iter().map(|row| row.product_title.as_str()).collect::<Vec<_>>(), [title], "{code}");
    }
    assert!(reader.variants_by_code("36000291452").unwrap().is_empty());
    assert!(reader.variants_by_code(" ").unwrap().is_empty());
}

#[test]
fn collections_hold_products() {
    let mut shop = Shop::found();
    let products = [item(1, "Pen", "PEN", ""), item(2, "Ink", "INK", "")];
    save(&mut shop, &products);
    let id = CollectionId::from_bytes([60; 16]);
    let collection = Collection {
        id,
        handle: "desk".into(),
        title: "Desk".into(),
        description_html: String::new(),
        products: [products[0].id].into_iter().collect(),
    };
    let edits = vec![collection.edit_from(None).unwrap()];
    shop.office.record(Draft { operation: "collection.save".into(), edits, ..Draft::default() });
    let reader = shop.reader();
    assert_eq!(reader.collections().unwrap(), [(collection.clone(), 1)]);
    assert_eq!(reader.collection_by_handle("desk").unwrap(), Some(collection));
    assert_eq!(reader.collections_of(products[0].id).unwrap(), [id]);
    let filter = ProductFilter { collection: Some(id), ..ProductFilter::default() };
    assert_eq!(reader.product_at(&filter, 0, 5).unwrap()[0].title, "Pen");
}

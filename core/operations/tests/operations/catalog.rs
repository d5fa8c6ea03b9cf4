use tradepost_domain::catalog::{Product, ProductStatus};
use tradepost_domain::document::{FieldChange, Scalar};
use tradepost_domain::id::DocumentId;
use tradepost_operations::Shop;

use crate::world::{World, code, eur, usd};

#[test]
fn only_what_differs_is_recorded() {
    let mut world = World::new();
    let shop = world.office.shop.clone();
    let product = world.office.product("Blue mug", "MUG", eur(900), None);
    assert_eq!(product.handle, "blue-mug");
    assert!(shop.save_product(&mut world.office.by(), &product).unwrap().is_none());
    let dearer = |minor| {
        let mut product = product.clone();
        product.variants[0].list_price = Some(eur(minor));
        product
    };
    let recorded = shop.save_product(&mut world.office.by(), &dearer(950)).unwrap().unwrap();
    assert_eq!(recorded.touched.documents, vec![DocumentId::from(product.id)]);
    for (typed, fitting) in [("MUG", 1), (" mug ", 1), ("MU", 0)] {
        assert_eq!(shop.find_by_code(typed).unwrap().len(), fitting, "{typed}");
    }
}

#[test]
fn two_products_of_one_title_get_handles_of_their_own() {
    let mut world = World::new();
    let first = world.office.product("Mug", "A", eur(900), None);
    let second = world.office.product("Mug", "B", eur(900), None);
    assert_eq!((first.handle.as_str(), second.handle.as_str()), ("mug", "mug-2"));
}

#[test]
fn what_a_product_cannot_be_is_refused() {
    let mut world = World::new();
    let shop = world.office.shop.clone();
    let product = world.office.product("Mug", "MUG", eur(900), None);
    type Spoil = fn(&mut Product);
    let table: [(&str, Spoil); 6] = [
        ("missing", |product| product.title = " ".to_owned()),
        ("other_currency", |product| product.variants[0].list_price = Some(usd(100))),
        ("not_valid", |product| product.variants[0].list_price = Some(eur(-1))),
        ("missing", |product| product.tags = [String::new()].into()),
        ("too_many", |product| product.option_names = vec!["x".to_owned(); 4]),
        ("too_long", |product| product.variants[0].sku = "x".repeat(300)),
    ];
    for (expected, spoil) in table {
        let mut spoiled = product.clone();
        spoil(&mut spoiled);
        assert_eq!(code(shop.save_product(&mut world.office.by(), &spoiled)), expected);
    }
    assert_eq!(shop.reader().unwrap().product(product.id).unwrap().unwrap(), product);
}

#[test]
fn single_fields_are_set_and_checked_as_the_product_that_comes_of_them() {
    let mut world = World::new();
    let shop = world.office.shop.clone();
    let product = world.office.product("Mug", "MUG", eur(900), None);
    let title = |text: &str| vec![FieldChange { path: "title".to_owned(), value: Some(Scalar::Text(text.to_owned())) }];
    assert!(shop.set_product_fields(&mut world.office.by(), product.id, title("Mug")).unwrap().is_none());
    shop.set_product_fields(&mut world.office.by(), product.id, title("Big mug")).unwrap().unwrap();
    assert_eq!(code(shop.set_product_fields(&mut world.office.by(), product.id, title(""))), "missing");
    assert_eq!(shop.reader().unwrap().product(product.id).unwrap().unwrap().title, "Big mug");
}

#[test]
fn a_table_of_products_is_one_entry() {
    let mut world = World::new();
    let shop = world.office.shop.clone();
    let products = [world.office.product("A", "A", eur(100), None), world.office.product("B", "B", eur(200), None)];
    let drafts = products.clone().map(|product| Product { status: ProductStatus::Draft, ..product });
    let recorded = shop.save_products(&mut world.office.by(), &drafts).unwrap().unwrap();
    assert_eq!(recorded.touched.documents.len(), 2);
    let twice = [products[0].clone(), products[0].clone()];
    assert_eq!(code(shop.save_products(&mut world.office.by(), &twice)), "not_valid");
}

#[test]
fn an_archived_product_leaves_lists_but_its_code_is_still_read() {
    let mut world = World::new();
    let shop = world.office.shop.clone();
    let product = world.office.product("Mug", "MUG", eur(900), None);
    shop.archive(&mut world.office.by(), product.id).unwrap().unwrap();
    assert!(shop.archive(&mut world.office.by(), product.id).unwrap().is_none());
    assert_eq!(shop.reader().unwrap().product_count(&Default::default()).unwrap(), 0);
    world.office.product("Mug", "MUG", eur(950), None);
    let fitting = shop.find_by_code("MUG").unwrap();
    assert_eq!(
        fitting.iter().map(|row| row.list_price).collect::<Vec<_>>(),
        [Some(eur(950))],
        "what is sold goes before what is not"
    );
}

#[test]
fn a_collection_holds_its_products() {
    let mut world = World::new();
    let shop = world.office.shop.clone();
    let product = world.office.product("Mug", "MUG", eur(900), None);
    let mut collection = Shop::new_collection(&mut world.office.by(), "Spring sale");
    collection.products.insert(product.id);
    shop.save_collection(&mut world.office.by(), &collection).unwrap().unwrap();
    let read = shop.reader().unwrap();
    assert_eq!(read.collection_by_handle("spring-sale").unwrap().unwrap(), collection);
}

use std::collections::HashSet;
use std::convert::Infallible;
use std::ops::ControlFlow;

use tradepost_domain::catalog::{Product, ProductImage, ProductStatus, Variant};
use tradepost_domain::id::{ImageId, ProductId, VariantId};
use tradepost_domain::import::{ImportItem, ImportProblemCode};
use tradepost_operations::{ImportOptions, ImportReport, Shop};

use crate::world::{World, code, eur, pieces};

fn product(handle: &str, skus: &[&str], minor: i64) -> Product {
    let mut product = Product::new(ProductId::from_bytes([0; 16]), &handle.to_uppercase());
    product.handle = handle.to_owned();
    product.option_names = vec!["Size".to_owned()];
    for (n, sku) in (1_u8..).zip(skus) {
        let mut variant = Variant::new(VariantId::from_bytes([n; 16]));
        (variant.sku, variant.list_price, variant.options) = ((*sku).to_owned(), Some(eur(minor)), vec![n.to_string()]);
        product.variants.push(variant);
    }
    product
}

fn item(row: u64, product: Product) -> ImportItem {
    let stock = (0..product.variants.len()).map(|index| (index, pieces(4))).collect();
    ImportItem {
        row,
        rows: product.variants.len() as u64,
        product: Some(product),
        stock,
        is_continuation: false,
        problems: Vec::new(),
    }
}

fn run(world: &mut World, items: Vec<ImportItem>) -> ImportReport {
    let shop = world.office.shop.clone();
    let mut items = items.into_iter().map(Ok::<_, Infallible>);
    shop.run_import(&mut world.office.by(), &mut items, &ImportOptions::default(), &mut |_| ControlFlow::Continue(())).unwrap()
}

fn plan(world: &mut World, items: Vec<ImportItem>) -> ImportReport {
    let shop = world.office.shop.clone();
    let mut items = items.into_iter().map(Ok::<_, Infallible>);
    shop.plan_import(&mut world.office.by(), &mut items, &ImportOptions::default(), &mut |_| ControlFlow::Continue(())).unwrap()
}

fn counts(report: &ImportReport) -> [u64; 6] {
    [report.rows, report.products, report.variants, report.created, report.updated, report.unchanged]
}

fn find(shop: &Shop, handle: &str) -> Product {
    shop.reader().unwrap().product_by_handle(handle).unwrap().unwrap()
}

#[test]
fn a_plan_says_what_the_import_then_does() {
    let mut world = World::new();
    let file = || vec![item(2, product("tea", &["T1", "T2"], 500)), item(4, product("pot", &["P1"], 900))];
    let planned = plan(&mut world, file());
    assert_eq!((counts(&planned), planned.batch), ([3, 2, 3, 2, 0, 0], None));
    assert_eq!(world.office.shop.reader().unwrap().product_count(&Default::default()).unwrap(), 0);
    let report = run(&mut world, file());
    assert_eq!(counts(&report), counts(&planned));
    assert!(report.batch.is_some());
    assert_eq!((world.office.on_hand("T2"), world.office.on_hand("P1")), (pieces(4), pieces(4)));
}

#[test]
fn importing_again_changes_only_what_differs_and_asks_no_stock() {
    let mut world = World::new();
    let shop = world.office.shop.clone();
    run(&mut world, vec![item(2, product("tea", &["T1", "T2"], 500)), item(4, product("pot", &["P1"], 900))]);
    let report = run(&mut world, vec![item(2, product("tea", &["T1", "T2", "T3"], 500)), item(4, product("pot", &["P1"], 900))]);
    assert_eq!(counts(&report), [4, 2, 4, 0, 1, 1]);
    assert_eq!(world.office.on_hand("T1"), pieces(4), "what was here has moved since the file was written");
    assert_eq!(world.office.on_hand("T3"), pieces(4));
    assert_eq!(find(&shop, "tea").variants.iter().map(|variant| variant.sku.as_str()).collect::<Vec<_>>(), ["T1", "T2", "T3"]);
    let same = run(&mut world, vec![item(2, product("pot", &["P1"], 900))]);
    assert_eq!((same.unchanged, same.batch), (1, None), "nothing differed, nothing is recorded");
}

#[test]
fn a_product_is_matched_by_its_handle_then_by_its_sku() {
    let mut world = World::new();
    let shop = world.office.shop.clone();
    run(&mut world, vec![item(2, product("tea", &["T1"], 500))]);
    let report = run(&mut world, vec![item(2, product("green-tea", &["T1"], 550))]);
    assert_eq!((report.created, report.updated), (0, 1));
    let tea = find(&shop, "tea");
    assert_eq!((tea.title.as_str(), tea.variants[0].list_price), ("GREEN-TEA", Some(eur(550))));
    let twins = run(&mut world, vec![item(2, product("a", &["SAME"], 100)), item(3, product("b", &["SAME"], 100))]);
    assert_eq!(twins.created, 2, "one SKU on two products of a file does not make them one");
}

#[test]
fn what_the_file_is_silent_about_stays() {
    let mut world = World::new();
    let shop = world.office.shop.clone();
    let mut full = product("tea", &["T1"], 500);
    (full.vendor, full.tags, full.variants[0].barcodes) =
        ("Leaf Ltd".to_owned(), ["green".to_owned()].into(), vec!["4006381333931".to_owned()]);
    full.variants[0].unit_cost = Some(eur(200));
    run(&mut world, vec![item(2, full)]);
    let before = find(&shop, "tea");
    let mut bare = product("tea", &["T1"], 500);
    (bare.variants[0].list_price, bare.title) = (None, String::new());
    assert_eq!(run(&mut world, vec![item(2, bare)]).unchanged, 1);
    assert_eq!(find(&shop, "tea"), before);
}

#[test]
fn more_rows_of_a_product_add_to_it() {
    let mut world = World::new();
    let shop = world.office.shop.clone();
    let more = ImportItem { is_continuation: true, ..item(9, product("tea", &["T1", "T2", "T9"], 500)) };
    let report = run(&mut world, vec![item(2, product("tea", &["T1", "T2"], 500)), item(4, product("pot", &["P1"], 900)), more]);
    assert_eq!((report.products, report.created), (2, 2));
    assert_eq!(find(&shop, "tea").variants.len(), 3);
}

#[test]
fn ids_of_a_file_tie_its_parts_together_and_never_enter_the_shop() {
    let mut world = World::new();
    let shop = world.office.shop.clone();
    // Every product has the same ids, as those of a file have; its second variant shows its second picture.
    let pictured = |handle: &str, skus: &[&str], urls: [&str; 2]| {
        let mut product = product(handle, skus, 500);
        let image = |(n, url): (u8, &str)| ProductImage {
            id: ImageId::from_bytes([n; 16]),
            url: url.to_owned(),
            alt_text: String::new(),
        };
        product.images = (0..).zip(urls).map(image).collect();
        product.variants[1].image = Some(product.images[1].id);
        product
    };
    let tea = item(2, pictured("tea", &["T1", "T2"], ["a.png", "b.png"]));
    let more = ImportItem { is_continuation: true, ..item(6, pictured("tea", &["T8", "T9"], ["b.png", "c.png"])) };
    run(&mut world, vec![tea, item(4, pictured("pot", &["P1", "P2"], ["a.png", "d.png"])), more]);
    run(&mut world, vec![item(2, pictured("pot", &["P1", "P2", "P3"], ["d.png", "e.png"]))]);
    let (tea, pot) = (find(&shop, "tea"), find(&shop, "pot"));
    let shows = |product: &Product| {
        let url =
            |id| product.images.iter().find(|image| Some(image.id) == id).map(|image| image.url.clone()).unwrap_or_default();
        product.variants.iter().map(|variant| format!("{} {}", variant.sku, url(variant.image))).collect::<Vec<_>>()
    };
    assert_eq!(shows(&tea), ["T1 ", "T2 b.png", "T8 ", "T9 c.png"]);
    assert_eq!(shows(&pot), ["P1 ", "P2 e.png", "P3 "]);
    let ids = [&tea, &pot].into_iter().flat_map(|product| {
        let variants = product.variants.iter().map(|variant| *variant.id.as_bytes());
        let images = product.images.iter().map(|image| *image.id.as_bytes());
        [*product.id.as_bytes()].into_iter().chain(variants).chain(images)
    });
    let ids: Vec<[u8; 16]> = ids.collect();
    assert!(ids.iter().all(|id| id.iter().any(|byte| *byte != id[0])), "an id of the file stands in the shop: {ids:?}");
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 2 + 7 + 6);
}

#[test]
fn a_later_row_with_another_price_is_another_variant_and_a_second_import_finds_both() {
    let mut world = World::new();
    let shop = world.office.shop.clone();
    let red = |row, minor, is_continuation| {
        let mut red = product("mug", &[""], minor);
        red.imported.insert("Season".to_owned(), format!("row {row}"));
        ImportItem { is_continuation, ..item(row, red) }
    };
    let file = |later| vec![red(2, 500, false), item(3, product("pot", &["P1"], 900)), red(4, later, true), red(5, 500, true)];
    assert_eq!(run(&mut world, file(700)).created, 2);
    let prices = || find(&shop, "mug").variants.iter().map(|variant| variant.list_price).collect::<Vec<_>>();
    assert_eq!(prices(), [Some(eur(500)), Some(eur(700))], "the row that repeats the first adds nothing");
    assert_eq!(find(&shop, "mug").imported.get("Season").map(String::as_str), Some("row 2"), "what earlier rows told stays");
    assert_eq!(run(&mut world, file(700)).batch, None, "the same file again changes nothing");
    run(&mut world, file(750));
    assert_eq!(prices(), [Some(eur(500)), Some(eur(750))], "a new price in a file is a new price, not a third variant");
}

#[test]
fn a_product_that_cannot_be_is_told_by_row_and_the_rest_is_taken() {
    let mut world = World::new();
    let mut wrong = product("pot", &["P1"], 900);
    wrong.variants[0].list_price = Some(crate::world::usd(1));
    let report = run(&mut world, vec![item(2, product("tea", &["T1"], 500)), item(3, wrong)]);
    assert_eq!((report.created, report.problem_count, report.problems[0].row), (1, 1, 3));
    assert_eq!(report.problems[0].code, ImportProblemCode::ProductRefused);
}

#[test]
fn a_dry_run_refuses_no_later_rows_that_the_import_takes() {
    let mut world = World::new();
    let mut later = product("tea", &["T2"], 650);
    later.title.clear();
    let later = ImportItem { is_continuation: true, ..item(4, later) };
    let file = [item(2, product("tea", &["T1"], 500)), item(3, product("cup", &["C1"], 300)), later];
    let planned = plan(&mut world, file.to_vec());
    let taken = run(&mut world, file.to_vec());
    assert_eq!((planned.problems, taken.problems), (Vec::new(), Vec::new()));
    assert_eq!((planned.products, planned.variants), (taken.products, taken.variants));
}

#[test]
fn an_import_that_is_stopped_or_breaks_off_keeps_what_it_took() {
    let mut world = World::new();
    let shop = world.office.shop.clone();
    let mut items = (0..300).map(|n| Ok::<_, Infallible>(item(n, product(&format!("p{n}"), &[&format!("S{n}")], 100))));
    let mut stop_at_150 = |progress: &tradepost_operations::ImportProgress| {
        if progress.products == 150 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let report = shop.run_import(&mut world.office.by(), &mut items, &ImportOptions::default(), &mut stop_at_150).unwrap();
    assert!(report.is_canceled);
    assert_eq!(shop.reader().unwrap().product_count(&Default::default()).unwrap(), 150);
    let broken = [Ok(item(2, product("last", &["L"], 1))), Err("the disk was taken out")];
    let watch = &mut |_: &tradepost_operations::ImportProgress| ControlFlow::Continue(());
    let report = shop.run_import(&mut world.office.by(), &mut broken.into_iter(), &ImportOptions::default(), watch).unwrap();
    assert_eq!(report.broke_off.unwrap(), "the disk was taken out");
    assert_eq!(find(&shop, "last").variants.len(), 1);
}

#[test]
fn an_import_is_taken_back_but_not_what_people_changed_since() {
    let mut world = World::new();
    let shop = world.office.shop.clone();
    run(&mut world, vec![item(2, product("tea", &["T1"], 500)), item(3, product("cup", &["C1"], 300))]);
    let report = run(
        &mut world,
        vec![item(2, product("tea", &["T1"], 650)), item(3, product("cup", &["C1"], 350)), item(4, product("pot", &["P1"], 900))],
    );
    let mut tea = find(&shop, "tea");
    tea.variants[0].list_price = Some(eur(700));
    shop.save_product(&mut world.office.by(), &tea).unwrap();
    let batch = report.batch.unwrap();
    let undone = shop.undo_import(&mut world.office.by(), batch).unwrap();
    assert_eq!((undone.archived, undone.restored, undone.kept), (1, 1, 1));
    assert_eq!(find(&shop, "tea").variants[0].list_price, Some(eur(700)));
    assert_eq!(find(&shop, "cup").variants[0].list_price, Some(eur(300)));
    assert_eq!(find(&shop, "pot").status, ProductStatus::Archived);
    assert_eq!(world.office.on_hand("P1"), pieces(0));
    assert_eq!(code(shop.undo_import(&mut world.office.by(), batch)), "nothing_to_undo");
}

#[test]
fn a_product_of_two_thousand_variants_comes_in_whole() {
    let mut world = World::new();
    let skus: Vec<String> = (0..2_000).map(|n| format!("BIG-{n}")).collect();
    let skus: Vec<&str> = skus.iter().map(String::as_str).collect();
    let mut big = product("big", &skus[..1], 100);
    for (n, sku) in skus.iter().enumerate().skip(1) {
        let mut id = [1; 16];
        id[..8].copy_from_slice(&(n as u64).to_be_bytes());
        let variant = Variant {
            id: VariantId::from_bytes(id),
            sku: (*sku).to_owned(),
            options: vec![n.to_string() + "!"],
            ..big.variants[0].clone()
        };
        big.variants.push(variant);
    }
    let report = run(&mut world, vec![item(2, big)]);
    assert_eq!((report.created, report.problem_count), (1, 0), "{:?}", report.problems);
    assert_eq!(find(&world.office.shop, "big").variants.len(), 2_000);
    assert_eq!(world.office.on_hand("BIG-1999"), pieces(4));
}

//! The real window, driven through WebDriver under a display of its own. Says so and passes where the tools for it are missing.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;
mod stage;

use std::path::Path;

use common::{PRODUCTS_CSV, hand_over, office, second_device};
use stage::{Screen, Stage};
use tradepost_back_office::api::product::{self, ProductQuery};
use tradepost_back_office::api::shop;
use tradepost_connection::SystemEnvironment;
use tradepost_operations::By;

#[tokio::test]
async fn a_seller_creates_a_shop_imports_edits_receives_and_settles() {
    let Some(stage) = Stage::start() else { return };
    let folder = tempfile::tempdir().unwrap();

    let screen = stage.open(&folder.path().join("shop")).await;
    create_shop(&screen).await;
    import(&screen, folder.path()).await;
    edit_price(&screen).await;
    receive_stock(&screen).await;
    screen.close().await;

    two_people_rename_the_hat(folder.path());
    let screen = stage.open(&folder.path().join("shop")).await;
    settle(&screen).await;
    screen.close().await;
}

async fn create_shop(screen: &Screen) {
    screen.fill("Shop name", "Harbor Street Outfitters").await;
    screen.fill("Your name", "Maya Lindqvist").await;
    screen.fill("PIN for the till", "2468").await;
    screen.fill("PIN again", "2468").await;
    screen.look("first-start").await;
    screen.press("Create shop").await;
    screen.sees("Start selling in three steps").await;
    screen.look("home-new").await;
}

async fn import(screen: &Screen, folder: &Path) {
    let file = folder.join("products.csv");
    std::fs::write(&file, PRODUCTS_CSV).unwrap();
    screen.press("Import products").await;
    screen.choose_file("input[type=file]", &file).await;
    screen.sees("Nothing has been saved yet.").await;
    screen.sees("Variant Price").await;
    screen.look("import-plan").await;
    screen.press("Import 4 products").await;
    screen.sees("Imported").await;
    screen.press("See the products").await;
    screen.sees("Rain coat").await;
    screen.look("products").await;
}

async fn edit_price(screen: &Screen) {
    screen.click_text("Wool hat").await;
    screen.fill("Price", "26.50").await;
    screen.look("product").await;
    screen.press_starting("Save").await;
    screen.sees("$26.50").await;
    screen.press("Undo").await;
    screen.sees("$24.00").await;
    screen.fill("Price", "25").await;
    screen.press_starting("Save").await;
    screen.sees("$25.00").await;
}

async fn receive_stock(screen: &Screen) {
    screen.go("#/stock/receive").await;
    screen.fill("Delivery note", "DN 17").await;
    screen.fill_labelled("Find a product", "HAT-1\u{E007}").await;
    screen.sees("Receive 1 product").await;
    screen.look("receive").await;
    screen.press("Receive 1 product").await;
    screen.sees("1 product received").await;
    screen.click_text("Wool hat").await;
    screen.sees("DN 17").await;
    screen.look("movements").await;
}

/// On this computer and, without knowing of it, on another one.
fn two_people_rename_the_hat(folder: &Path) {
    let (office, _) = office(folder);
    assert!(shop::start(&office).unwrap().has_shop);
    let open = office.shop().unwrap();
    let other = second_device(&open, &folder.join("other"), "Workshop");
    let query = ProductQuery { search: "wool hat".to_owned(), ..ProductQuery::default() };
    let id = office.read(|reader| product::list(reader, &query, 0, 1)).unwrap().rows.remove(0).id;
    let mut theirs = other.reader().unwrap().product(id.parse().unwrap()).unwrap().unwrap();
    theirs.title = "Felt hat".to_owned();
    other.save_product(&mut By::owner(&mut SystemEnvironment::new()), &theirs).unwrap();
    let mut draft = office.read(|reader| product::show(reader, &id)).unwrap().draft;
    draft.title = "Merino hat".to_owned();
    office.write(|write| product::save(write, &id, &draft)).unwrap();
    hand_over(&other, &open.shop);
}

async fn settle(screen: &Screen) {
    screen.sees("Change to decide").await;
    screen.look("home-tasks").await;
    screen.click_text("Change to decide").await;
    screen.sees("Felt hat").await;
    screen.sees("Merino hat").await;
    screen.look("conflicts").await;
    screen.press_in("Felt hat", "this").await;
    screen.sees("Nothing to decide").await;
    screen.go("#/products").await;
    screen.sees("Felt hat").await;
}

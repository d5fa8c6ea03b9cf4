//! The real window, driven through WebDriver under a display of its own. Says so and passes where the tools for it are missing.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::disallowed_methods, reason = "a window of the real world is waited for")]

mod common;
mod stage;

use std::path::Path;
use std::time::{Duration, Instant};

use common::trade::open_a_fortnight_ago;
use common::{PRODUCTS_CSV, hand_over, office, office_with_shop, second_device};
use stage::{Screen, Stage};
use tradepost_back_office::api::product::{self, ProductQuery};
use tradepost_back_office::api::{BackOffice, ErrorCode, shop};
use tradepost_connection::SystemEnvironment;
use tradepost_domain::device::DeviceRole;
use tradepost_operations::By;

const PATIENCE: Duration = Duration::from_secs(90);

#[tokio::test]
async fn a_seller_creates_a_shop_imports_edits_receives_and_settles() {
    let Some(stage) = Stage::start() else { return };
    let folder = tempfile::tempdir().unwrap();

    let screen = stage.open(&folder.path().join("shop")).await;
    screen.create_shop().await;
    screen.look("home-new").await;
    import(&screen, folder.path()).await;
    edit_price(&screen).await;
    receive_stock(&screen).await;
    import_whose_last_progress_is_told_with_its_end(&screen, folder.path()).await;
    screen.close().await;

    two_people_rename(&reopened(folder.path()), folder.path(), "Wool hat", ("Felt hat", "Merino hat"));
    let screen = stage.open(&folder.path().join("shop")).await;
    settle(&screen).await;
    screen.close().await;
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

/// Progress is told late, a few times a second: what comes after the end must not bring the bar back.
async fn import_whose_last_progress_is_told_with_its_end(screen: &Screen, folder: &Path) {
    let header = PRODUCTS_CSV.lines().next().unwrap();
    let mut hundred = format!("{header}\n");
    for number in 0..100 {
        let mut cells = vec![String::new(); header.split(',').count()];
        for (name, cell) in header.split(',').zip(&mut cells) {
            match name {
                "Handle" => *cell = format!("hundred-{number}"),
                "Title" => *cell = format!("One of a hundred {number}"),
                "Variant Price" => "9.00".clone_into(cell),
                _ => {}
            }
        }
        hundred.push_str(&cells.join(","));
        hundred.push('\n');
    }
    let file = folder.join("hundred.csv");
    std::fs::write(&file, hundred).unwrap();
    screen.go("#/import").await;
    screen.choose_file("input[type=file]", &file).await;
    screen.listen_to_progress().await;
    screen.press("Import 100 products").await;
    screen.sees("Undo this import").await;
    screen.hears_progress(100).await;
    assert!(screen.text().await.contains("Undo this import"), "what is over came back: {}", screen.text().await);
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
    screen.press_named("Close").await;
    screen.sees_in_row("Wool hat", "8").await;
}

/// The shop of a folder, once the window that had it open has ended.
fn reopened(folder: &Path) -> BackOffice {
    let begun = Instant::now();
    loop {
        let (office, _) = office(folder);
        match shop::start(&office) {
            Ok(view) => {
                assert!(view.has_shop);
                return office;
            }
            Err(error) if error.code == ErrorCode::InUse && begun.elapsed() < PATIENCE => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
}

/// On this computer and, without knowing of it, on another one.
fn two_people_rename(office: &BackOffice, folder: &Path, title: &str, names: (&str, &str)) {
    let open = office.shop().unwrap();
    let other = second_device(&open, &folder.join("other"), DeviceRole::BackOffice, "Workshop");
    let query = ProductQuery { search: title.to_owned(), ..ProductQuery::default() };
    let id = office.read(|reader| product::list(reader, &query, 0, 1)).unwrap().rows.remove(0).id;
    let mut theirs = other.reader().unwrap().product(id.parse().unwrap()).unwrap().unwrap();
    theirs.title = names.0.to_owned();
    other.save_product(&mut By::owner(&mut SystemEnvironment::new()), &theirs).unwrap();
    let mut draft = office.read(|reader| product::show(reader, &id)).unwrap().draft;
    draft.title = names.1.to_owned();
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

/// Every main screen with two weeks of trade in it: shown, kept as a picture, and held against the rules of accessibility.
#[tokio::test]
async fn every_screen_is_shown_in_light_and_dark() {
    let Some(stage) = Stage::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    {
        let office = office_with_shop(folder.path());
        open_a_fortnight_ago(&office);
        two_people_rename(&office, folder.path(), "Cedar camp stool", ("Cedar folding stool", "Cedar camp seat"));
    }
    let screen = stage.open(&folder.path().join("shop")).await;
    for theme in ["light", "dark"] {
        screen.theme(theme).await;
        show_every_screen(&screen, theme).await;
    }
    screen.close().await;
}

async fn show_every_screen(screen: &Screen, theme: &str) {
    let look = async |name: &str| screen.look(&format!("{name}-{theme}")).await;
    let places = [
        ("#/home", "home", "Orders to pack"),
        ("#/orders", "orders", "W-1001"),
        ("#/products", "products", "Alpine wool hat"),
        ("#/stock", "stock", "On hand"),
        ("#/stock/adjust", "stock-adjust", "Adjust stock"),
        ("#/stock/labels", "labels", "Print labels"),
        ("#/customers", "customers", "Ada Okafor"),
        ("#/customers/new", "customer", "New customer"),
        ("#/reports", "reports", "Best sellers"),
        ("#/reports/sessions", "sessions", "Drawer right"),
        ("#/storefront", "storefront", "Winter warmers"),
        ("#/conflicts", "conflicts", "Cedar folding stool"),
        ("#/import", "import", "drop it here"),
        ("#/settings", "settings-shop", "Under the name"),
        ("#/settings/taxes", "settings-taxes", "Tax rates"),
        ("#/settings/shipping", "settings-shipping", "Shipping rates"),
        ("#/settings/places", "settings-places", "Market stall"),
        ("#/settings/staff", "settings-staff", "Priya Raman"),
        ("#/settings/devices", "settings-devices", "Workshop"),
        ("#/products/new", "product-new", "New product"),
    ];
    for (hash, name, text) in places {
        screen.go(hash).await;
        screen.sees(text).await;
        look(name).await;
    }
    screen.go("#/orders").await;
    screen.click_text("W-1001").await;
    screen.sees("Please wrap it as a gift.").await;
    look("order").await;
    screen.go("#/products").await;
    screen.click_text("Rain coat").await;
    screen.sees("Variants").await;
    look("product").await;
    screen.go("#/reports/sessions").await;
    screen.click_text("Z 13").await;
    screen.sees("Cash expected").await;
    look("z-report").await;
    screen.go("#/home").await;
    screen.sees("Sales today").await;
    screen.press_starting("Find or do").await;
    screen.fill_labelled("Find or do", "rain").await;
    screen.sees("Oilskin rain hat").await;
    look("palette").await;
    screen.escape().await;
}

//! The api on a real shop, without a window.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::disallowed_methods, reason = "measures how long a person waits")]

mod common;

use std::sync::{Arc, OnceLock};

use common::{PRODUCTS_CSV, hand_over, new_shop, office, office_with_shop, second_device};
use tradepost_back_office::api::customer::{self, CustomerDraft};
use tradepost_back_office::api::desk::Tell;
use tradepost_back_office::api::order::{self, OrderQuery};
use tradepost_back_office::api::product::{self, BulkChange, ProductQuery};
use tradepost_back_office::api::stock::{self, StockEntry, StockQuery};
use tradepost_back_office::api::storefront::{self, CollectionDraft, PutIn};
use tradepost_back_office::api::{
    BackOffice, ErrorCode, News, OpenShop, conflict, device, file, home, import, label, picture, report, settings, shop,
};
use tradepost_connection::SystemEnvironment;
use tradepost_domain::device::DeviceRole;
use tradepost_operations::By;

fn import_products(office: &BackOffice) {
    import::plan(&office.shop().unwrap(), "products.csv", PRODUCTS_CSV.into()).unwrap();
    import::run(office).unwrap();
}

fn product_named(office: &BackOffice, title: &str) -> product::ProductLine {
    let query = ProductQuery { search: title.to_owned(), ..ProductQuery::default() };
    let found = office.read(|reader| product::list(reader, &query, 0, 10)).unwrap();
    found.rows.into_iter().find(|row| row.title == title).unwrap()
}

#[test]
fn a_shop_is_created_once_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    {
        let (office, _) = office(folder.path());
        assert!(!shop::start(&office).unwrap().has_shop);
        assert_eq!(office.read(|_| Ok(())).unwrap_err().code, ErrorCode::NoShop);
        shop::create(&office, new_shop()).unwrap();
        assert_eq!(shop::create(&office, new_shop()).unwrap_err().code, ErrorCode::Refused);
    }
    let (office, _) = office(folder.path());
    assert!(shop::start(&office).unwrap().has_shop);
    let overview = shop::overview(&office).unwrap();
    assert_eq!((overview.shop_name.as_str(), overview.locations.len()), ("Harbor Street Outfitters", 1));
    assert!(office.shop().unwrap().staff().is_some(), "what is done here is done by the owner");
}

#[test]
fn a_second_program_on_the_folder_is_told_that_the_shop_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let _first = office_with_shop(folder.path());
    let (second, _) = office(folder.path());
    assert_eq!(shop::start(&second).unwrap_err().code, ErrorCode::InUse);
}

#[test]
fn an_import_is_planned_run_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let (office, news) = office(folder.path());
    shop::create(&office, new_shop()).unwrap();
    let open = office.shop().unwrap();

    let plan = import::plan(&open, "products.csv", PRODUCTS_CSV.into()).unwrap();
    assert_eq!((plan.products, plan.created), (4, 4));
    assert!(plan.errors + plan.warnings > 0, "the row without a price is doubtful");
    let doubtful = import::problems(&open, "", 0, 50).unwrap();
    assert!(doubtful.rows.iter().any(|line| line.row == 6 && line.column == "Variant Price"), "{doubtful:?}");
    assert_eq!(product_count(&office), 0, "a dry run saves nothing");

    let result = import::run(&office).unwrap();
    assert_eq!(product_count(&office), 4);
    assert!(news.lock().unwrap().iter().any(|item| matches!(item, News::Changed(_))));

    import::undo(&open, &result.batch.unwrap()).unwrap();
    assert_eq!(product_count(&office), 0, "archived products are not listed");
}

#[test]
fn the_first_steps_are_done_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let office = office_with_shop(folder.path());
    let steps = || {
        let steps = home::show(&office.shop().unwrap()).unwrap().first_steps.unwrap();
        [steps.has_products, steps.has_stock, steps.has_till]
    };
    assert_eq!(steps(), [false, false, false]);
    let mut tea = product::blank();
    tea.title = "Tea".to_owned();
    office.write(|write| product::save(write, "", &tea)).unwrap();
    assert_eq!(steps(), [true, false, false]);
    import_products(&office);
    assert_eq!(steps(), [true, true, false]);
    second_device(&office.shop().unwrap(), &folder.path().join("office"), DeviceRole::BackOffice, "Workshop");
    assert_eq!(steps(), [true, true, false]);
    second_device(&office.shop().unwrap(), &folder.path().join("till"), DeviceRole::Till, "Front till");
    assert_eq!(steps(), [true, true, true]);
}

fn product_count(office: &BackOffice) -> u64 {
    office.read(|reader| product::list(reader, &ProductQuery::default(), 0, 1)).unwrap().total
}

#[test]
fn prices_of_many_products_are_raised_and_undone_together() {
    let folder = tempfile::tempdir().unwrap();
    let office = office_with_shop(folder.path());
    import_products(&office);
    let ids = office
        .read(|reader| product::ids(reader, &ProductQuery { vendor: "Northwind".to_owned(), ..ProductQuery::default() }))
        .unwrap();
    let raise = BulkChange::Price { how: "raise".to_owned(), value: "10".to_owned() };
    let saved = office.write(|write| product::bulk_edit(write, &ids, &raise)).unwrap();
    assert_eq!(saved.changed, 2);
    assert_eq!(product_named(&office, "Wool hat").price, "$26.40");
    assert_eq!(product_named(&office, "Rain coat").price, "$141.90 – $152.90");
    office.write(|write| write.undo(saved.undo.unwrap())).unwrap();
    assert_eq!(product_named(&office, "Wool hat").price, "$24.00");
    assert_eq!(product_named(&office, "Rain coat").price, "$129.00 – $139.00");
}

#[test]
fn undo_keeps_what_was_changed_since() {
    let folder = tempfile::tempdir().unwrap();
    let office = office_with_shop(folder.path());
    import_products(&office);
    let id = product_named(&office, "Wool hat").id;
    let rename = |title: &str| {
        let mut draft = office.read(|reader| product::show(reader, &id)).unwrap().draft;
        draft.title = title.to_owned();
        office.write(|write| product::save(write, &id, &draft)).unwrap()
    };
    let first = rename("Woollen hat");
    rename("Knitted hat");
    let refused = office.write(|write| write.undo(first.undo.unwrap())).unwrap_err();
    assert_eq!(refused.code, ErrorCode::Input);
    assert_eq!(product_named(&office, "Knitted hat").id, id);
}

#[test]
fn a_product_is_added_with_its_price_and_refused_without_a_title() {
    let folder = tempfile::tempdir().unwrap();
    let office = office_with_shop(folder.path());
    let mut draft = product::blank();
    assert_eq!(office.write(|write| product::save(write, "", &draft)).unwrap_err().code, ErrorCode::Input);
    draft.title = "Enamel mug".to_owned();
    draft.variants[0].price = "14.5".to_owned();
    draft.variants[0].cost = "6".to_owned();
    let saved = office.write(|write| product::save(write, "", &draft)).unwrap();
    let view = office.read(|reader| product::show(reader, &saved.id)).unwrap();
    assert_eq!((view.draft.variants[0].price.as_str(), view.variants[0].margin.as_str()), ("14.50", "58 %"));
    assert_eq!(view.draft.handle, "enamel-mug");
}

#[test]
fn stock_is_received_adjusted_counted_and_every_movement_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let office = office_with_shop(folder.path());
    import_products(&office);
    let location = shop::overview(&office).unwrap().locations[0].id.clone();
    let variant = office.read(|reader| stock::find(reader, "HAT-1")).unwrap().remove(0);
    let entry = |quantity: &str| vec![StockEntry { variant: variant.id.clone(), quantity: quantity.to_owned() }];
    office.write(|write| stock::receive(write, &location, &entry("5"), "DN 17")).unwrap();
    office.write(|write| stock::adjust(write, &location, &entry("-1"), "Damaged")).unwrap();
    assert_eq!(office.read(|reader| stock::find(reader, "4006381333931")).unwrap()[0].available.text, "11");
    office.write(|write| stock::count(write, &location, &entry("10"))).unwrap();
    let listed = office.read(|reader| stock::list(reader, &StockQuery { location, search: "HAT-1".to_owned() }, 0, 10)).unwrap();
    assert_eq!(listed.rows[0].on_hand.text, "10");
    let movements = office.read(|reader| stock::movements(reader, &variant.id)).unwrap();
    let told: Vec<_> = movements.iter().map(|movement| (movement.what.as_str(), movement.remark.as_str())).collect();
    assert!(told.contains(&("Received", "DN 17")) && told.contains(&("Adjusted", "Damaged")), "{told:?}");
    assert!(movements.iter().any(|movement| movement.staff == "Maya Lindqvist"));
    let refused = office.write(|write| stock::receive(write, &variant.id, &entry("-5"), "")).unwrap_err();
    assert_eq!(refused.code, ErrorCode::Input);
}

#[test]
fn two_values_of_a_field_are_shown_and_one_is_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let office = office_with_shop(folder.path());
    import_products(&office);
    let open = office.shop().unwrap();
    let other = second_device(&open, &folder.path().join("other"), DeviceRole::BackOffice, "Workshop");
    let id = product_named(&office, "Wool hat").id;

    let mut theirs = other.reader().unwrap().product(id.parse().unwrap()).unwrap().unwrap();
    theirs.title = "Felt hat".to_owned();
    other.save_product(&mut By::owner(&mut SystemEnvironment::new()), &theirs).unwrap();
    let mut draft = office.read(|reader| product::show(reader, &id)).unwrap().draft;
    draft.title = "Merino hat".to_owned();
    office.write(|write| product::save(write, &id, &draft)).unwrap();
    hand_over(&other, &open.shop);

    let conflicts = office.read(conflict::list).unwrap();
    assert_eq!(conflicts.len(), 1);
    let texts: Vec<_> = conflicts[0].values.iter().map(|value| value.text.as_str()).collect();
    assert!(texts.contains(&"Felt hat") && texts.contains(&"Merino hat"), "{texts:?}");
    assert!(conflicts[0].values.iter().any(|value| value.who.contains("Workshop")), "{conflicts:?}");
    assert!(home::show(&open).unwrap().tasks.iter().any(|task| task.screen == "conflicts"));

    let choice = texts.iter().position(|text| *text == "Felt hat").unwrap();
    office.write(|write| conflict::settle(write, &conflicts[0].document, &conflicts[0].path, choice)).unwrap();
    assert!(office.read(conflict::list).unwrap().is_empty());
    hand_over(&open.shop, &other);
    assert_eq!(other.reader().unwrap().product(id.parse().unwrap()).unwrap().unwrap().title, "Felt hat");
}

#[test]
fn settings_are_saved_checked_and_undone() {
    let folder = tempfile::tempdir().unwrap();
    let office = office_with_shop(folder.path());
    let shown = || office.read(|reader| settings::show(reader, Default::default())).unwrap();
    let mut draft = shown().shop;
    draft.accent = "red".to_owned();
    assert_eq!(office.write(|write| settings::save_shop(write, draft.clone())).unwrap_err().code, ErrorCode::Input);
    draft.accent = "#aa3311".to_owned();
    let saved = office.write(|write| settings::save_shop(write, draft)).unwrap();
    assert_eq!(shown().shop.accent, "#aa3311");
    office.write(|write| write.undo(saved.undo.unwrap())).unwrap();
    assert_eq!(shown().shop.accent, "");

    let mut taxes = shown().taxes;
    taxes[0].percent = "7.25".to_owned();
    office.write(|write| settings::save_taxes(write, &taxes)).unwrap();
    assert_eq!(shown().taxes[0].percent, "7.25");

    let location = shown().locations[0].id.clone();
    let till = settings::TillDraft { id: String::new(), name: "Front till".to_owned(), code: "t01".to_owned(), location };
    office.write(|write| settings::save_till(write, &till)).unwrap();
    assert_eq!(shown().tills[0].code, "T01");
    assert_eq!(office.write(|write| settings::save_till(write, &till)).unwrap_err().code, ErrorCode::Input, "the code is taken");

    let owner = settings::StaffDraft { is_active: false, ..shown().staff.remove(0) };
    assert_eq!(
        office.write(|write| settings::save_staff(write, &owner)).unwrap_err().code,
        ErrorCode::Refused,
        "the last owner stays"
    );
}

#[test]
fn customers_and_collections_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let office = office_with_shop(folder.path());
    import_products(&office);
    let draft = CustomerDraft { name: "Ada Okafor".to_owned(), email: "ada@example.com".to_owned(), ..CustomerDraft::default() };
    let saved = office.write(|write| customer::save(write, draft)).unwrap();
    assert_eq!(office.read(|reader| customer::list(reader, "okafor", 0, 10)).unwrap().rows[0].id, saved.id);

    let new = CollectionDraft {
        id: String::new(),
        title: "Winter".to_owned(),
        handle: String::new(),
        description_html: String::new(),
        product_count: 0,
    };
    let collection = office.write(|write| storefront::save(write, &new)).unwrap().id;
    let hat = product_named(&office, "Wool hat").id;
    office.write(|write| storefront::change_products(write, &collection, std::slice::from_ref(&hat), PutIn::In)).unwrap();
    assert_eq!(office.read(storefront::collections).unwrap()[0].product_count, 1);
    office.write(|write| storefront::change_products(write, &collection, &[hat], PutIn::Out)).unwrap();
    assert_eq!(office.read(storefront::collections).unwrap()[0].product_count, 0);
}

#[test]
fn an_empty_shop_shows_every_screen() {
    let folder = tempfile::tempdir().unwrap();
    let office = office_with_shop(folder.path());
    let open = office.shop().unwrap();
    let home = home::show(&open).unwrap();
    assert!(home.tasks.is_empty());
    assert_eq!(home.first_steps, Some(home::FirstSteps { has_products: false, has_stock: false, has_till: false }));
    assert!(home::away(&open).unwrap().is_none());
    let book = OrderQuery { kind: "all".to_owned(), status: String::new(), search: String::new() };
    assert_eq!(office.read(|reader| order::list(reader, &book, 0, 100)).unwrap().total, 0);
    assert_eq!(office.read(|reader| report::show(reader, "2026-11-01", "2026-11-30")).unwrap().days.len(), 30);
    assert_eq!(office.read(|reader| report::sessions(reader, 0, 100)).unwrap().total, 0);
    assert_eq!(device::list(&office).unwrap().devices.len(), 1);
    assert_eq!(open.sync_view().unwrap().sentence, "On this computer only");
    assert!(office.read(|reader| shop::find(reader, "anything")).unwrap().is_empty());
}

#[test]
fn labels_and_reports_are_written_as_files() {
    let folder = tempfile::tempdir().unwrap();
    let office = office_with_shop(folder.path());
    import_products(&office);
    let hat = office.read(|reader| stock::find(reader, "HAT-1")).unwrap().remove(0);
    let entries = [StockEntry { variant: hat.id, quantity: "3".to_owned() }];
    let sheet = &label::sheets()[0].key;
    let pdf = office.read(|reader| label::pdf(reader, &entries, sheet)).unwrap();
    assert!(pdf.starts_with(b"%PDF"));
    let saved = file::save(office.downloads(), "Labels", "pdf", &pdf).unwrap();
    assert_eq!(std::fs::read(saved.path).unwrap(), pdf);
    let csv = office.read(|reader| report::csv(reader, "sales", "2026-11-01", "2026-11-02")).unwrap();
    assert_eq!(csv.lines().count(), 3);
}

#[test]
fn the_screens_have_the_colors_of_the_look() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/");
    let tokens: serde_json::Value = serde_json::from_slice(&std::fs::read(format!("{root}../tokens.json")).unwrap()).unwrap();
    let css = std::fs::read_to_string(format!("{root}ui/src/tokens.css")).unwrap();
    for (name, color) in tokens["color"].as_object().unwrap() {
        let line = format!("--{name}: light-dark({}, {});", color["light"].as_str().unwrap(), color["dark"].as_str().unwrap());
        assert!(css.contains(&line), "ui/src/tokens.css is not current: run npm run tokens in ui ({line})");
    }
}

#[test]
fn an_import_that_is_stopped_keeps_what_was_taken_and_can_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let running: Arc<OnceLock<Arc<OpenShop>>> = Arc::default();
    let stops = Arc::clone(&running);
    let tell: Tell = Arc::new(move |news| {
        if let (News::Import(_), Some(open)) = (news, stops.get()) {
            import::cancel(open);
        }
    });
    let office = BackOffice::new(folder.path().join("shop"), folder.path().join("downloads"), tell);
    shop::create(&office, new_shop()).unwrap();
    let open = office.shop().unwrap();
    running.set(Arc::clone(&open)).ok();
    let rows: String = (0..300).map(|n| format!("thing-{n},Thing {n},T-{n},1.00\n")).collect();
    let file = format!("Handle,Title,Variant SKU,Variant Price\n{rows}").into_bytes();
    assert_eq!(import::plan(&open, "things.csv", file).unwrap().created, 300);
    let result = import::run(&office).unwrap();
    let count = || office.read(|reader| product::list(reader, &ProductQuery::default(), 0, 1)).unwrap().total;
    assert_eq!((result.title.as_str(), (1..300).contains(&count())), ("Stopped", true), "{}", count());
    import::undo(&open, &result.batch.unwrap()).unwrap();
    assert_eq!(count(), 0);
}

#[test]
fn pictures_beside_a_product_file_come_with_it_and_nothing_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let office = office_with_shop(folder.path());
    let open = office.shop().unwrap();
    let file = "Handle,Title,Variant SKU,Variant Price,Image Src\n\
        mug,Mug,MUG,9.50,pictures/mug.png\n\
        cup,Cup,CUP,4.50,../cup.png\n\
        pot,Pot,POT,19.50,https://pictures.example/pot.png\n";
    let picture = b"\x89PNG\r\n\x1a\nrest";
    let plan = || import::plan(&open, "products.csv", file.as_bytes().to_vec()).unwrap();
    assert_eq!(plan().pictures_missing, ["mug.png"]);
    assert!(!import::offer_picture(&open, "cup.png", picture).unwrap(), "only what the file names beside itself");
    assert!(!import::offer_picture(&open, "pictures/mug.png", picture).unwrap());
    assert!(import::offer_picture(&open, "mug.png", picture).unwrap());
    let again = import::plan_again(&open).unwrap();
    assert_eq!((again.pictures_missing.len(), again.pictures_here), (0, 1));
    import::run(&office).unwrap();
    let rows = office.read(|reader| product::list(reader, &ProductQuery::default(), 0, 10)).unwrap().rows;
    let kept: Vec<(&str, bool)> = rows.iter().map(|row| (row.title.as_str(), !row.picture.is_empty())).collect();
    assert_eq!(kept, [("Cup", false), ("Mug", true), ("Pot", false)]);
    let address = rows[1].picture.rsplit('/').next().unwrap();
    assert_eq!(picture::read(&office, address).unwrap(), (picture.to_vec(), "image/png"));
    assert!(picture::read(&office, "../device.json").is_none());
    assert!(!folder.path().join("shop/import-pictures").exists(), "nothing is left lying about");

    plan();
    import::offer_picture(&open, "mug.png", picture).unwrap();
    assert_eq!(import::plan_again(&open).unwrap().unchanged, 3, "the same file with the same picture changes nothing");
}

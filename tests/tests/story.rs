//! The story of a shop: catalog in, sale at the till, order from the web, offline and back, told with the real command line, the real server and
//! real files. Each step says what happens; each `assert` is something that somebody in the story relies on.
#![allow(clippy::indexing_slicing, reason = "tests")]

use reqwest::Client;
use serde_json::Value;
use tradepost_tests::programs::{Server, Tradepost, demo_products, real_input};

struct Shop {
    folder: tempfile::TempDir,
    server: Server,
    office: Tradepost,
    front: Tradepost,
    side: Tradepost,
}

fn step(words: &str) {
    println!("- {words}");
}

/// A shop with the demo's products on a server, with two tills, all in step.
fn open_shop() -> Shop {
    let folder = tempfile::tempdir().expect("a folder");
    let [office, front, side] = ["office", "front till", "side till"].map(|name| Tradepost::on(folder.path().join(name)));

    step("a seller creates a shop, with no network");
    office.json(&[
        "shop",
        "create",
        "--name",
        "Harbor Street Goods",
        "--currency",
        "EUR",
        "--country",
        "DE",
        "--tax-inclusive",
        "--pin",
        "4711",
    ]);
    assert!(office.refusal(&["shop", "create", "--name", "Again", "--currency", "EUR", "--country", "DE"]).contains("already"));

    step("she looks at what her file would do, then imports it");
    let file = demo_products();
    let file = file.to_str().expect("a path");
    let dry = office.json(&["import", file, "--dry-run"]);
    assert_eq!((&dry["products"], &dry["variants"]), (&60.into(), &93.into()));
    assert_eq!(office.json(&["product", "list"])["products"].as_array().map(Vec::len), Some(0), "a dry run changes nothing");
    let done = office.json(&["import", file]);
    assert_eq!((&done["created"], &done["unchanged"]), (&60.into(), &0.into()));
    assert_eq!(office.json(&["import", file])["unchanged"], 60, "the same file again changes nothing");

    step("she edits a price, receives stock, and prints labels");
    office.json(&["product", "set", "wildflower-honey", "price=9.90"]);
    office.json(&["stock", "receive", "PAN-013-1=24"]);
    let labels = folder.path().join("labels.pdf");
    office.json(&["labels", labels.to_str().expect("a path"), "PAN-013-1=3"]);
    assert!(std::fs::read(&labels).expect("labels").starts_with(b"%PDF"));

    step("she starts the server, connects the shop, and pairs two tills with one-time codes");
    let server = Server::start(&folder.path().join("server"));
    assert!(office.refusal(&["connect", &server.url, "--admin-token", "wrong"]).contains("token"));
    office.json(&["connect", &server.url, "--admin-token", &server.admin_token()]);
    office.json(&["sync", "--once"]);
    for (till, name) in [(&front, "Front till"), (&side, "Side till")] {
        let code = office.json(&["pair-code", "--role", "till", "--name", name]);
        office.json(&["sync", "--once"]);
        let code = code["code"].as_str().expect("a code").to_owned();
        till.json(&["pair", &server.url, &code]);
        assert!(
            Tradepost::on(folder.path().join("thief")).refusal(&["pair", &server.url, &code]).contains("code"),
            "a code is good once"
        );
        till.json(&["sync", "--once"]);
    }
    Shop { folder, server, office, front, side }
}

#[test]
fn a_shop_opens_sells_apart_and_agrees_again() {
    let shop = open_shop();
    let Shop { office, front, side, .. } = &shop;

    step("the network goes; the cashiers open their tills and sell");
    for till in [front, side] {
        till.json(&["till", "open", "--float", "100.00"]);
    }
    let first = front.json(&["sell", "PAN-013-1=2", "KIT-001-1", "--cash", "50.00"]);
    assert_eq!((text(&first, "gross"), text(&first, "change")), ("37.80".to_owned(), "12.20".to_owned()));
    let second = side.json(&["sell", "PAN-013-1", "--discount", "10", "--card", "8.91"]);
    assert_eq!(text(&second, "gross"), "8.91");
    assert!(
        front.refusal(&["sell", "PAN-013-1", "--cash", "1.00"]).contains("still to be paid"),
        "too little money is said in words"
    );
    assert!(front.refusal(&["sell", "no-such-code", "--cash", "1.00"]).contains("no-such-code"));
    let receipt = text(&first, "receipt_number");
    let refunded = front.json(&["refund", &receipt, "1=1"]);
    assert_eq!(text(&refunded, "gross"), "9.90");

    step("meanwhile she changes a price, a colleague renames the product, and both change another price");
    office.json(&["product", "set", "heather-honey", "price=12.00"]);
    side.json(&["product", "set", "heather-honey", "title=Heather honey, dark"]);
    office.json(&["product", "set", "plum-jam", "price=7.20"]);
    side.json(&["product", "set", "plum-jam", "price=7.50"]);

    step("and a buyer orders honey on the web, without JavaScript");
    let status_page = buy_on_the_web(&shop.server.url, "wildflower-honey");

    step("the network returns: everyone has everything");
    settle_in(&[office, front, side]);
    assert_same(&[office, front, side], &["digest"]);
    assert_same(&[office, front, side], &["stock", "list"]);
    let honey = &office.json(&["stock", "list", "--search", "PAN-013-1"])["PAN-013-1"]["Main location"];
    let opening = opening_stock("PAN-013-1");
    assert_eq!(
        honey["on_hand"].to_string().trim_matches('"'),
        (opening + 24 - 3 + 1).to_string(),
        "three sold, one came back: {honey}"
    );
    assert_eq!(honey["committed"].to_string().trim_matches('"'), "2", "two are promised to the web order: {honey}");

    step("the edits that do not touch merged; the one that did shows both prices and is settled");
    let heather = office.json(&["product", "show", "heather-honey"]);
    assert!(heather.to_string().contains("Heather honey, dark") && heather.to_string().contains("12.00"), "{heather}");
    let conflicts = front.json(&["conflicts"]);
    let conflict = conflicts["conflicts"].as_array().and_then(|all| all.first()).expect("a conflict").clone();
    assert_eq!(conflict["values"].as_array().map(Vec::len), Some(2), "{conflict}");
    office.json(&["conflicts", "--settle", &text(&conflict, "document"), &text(&conflict, "path"), "750"]);
    settle_in(&[office, side, front]);
    assert_eq!(front.json(&["conflicts"])["conflicts"].as_array().map(Vec::len), Some(0));

    step("the buyer collects and pays, and her page says so");
    let orders = office.json(&["orders", "list"]);
    let number = text(&orders["orders"][0], "number");
    office.json(&["orders", "pay", &number, "--reference", "cash at the counter"]);
    office.json(&["orders", "fulfill", &number]);
    settle_in(&[office]);
    assert!(get(&status_page).contains("You have collected your order"), "the buyer's page says so");

    step("the tills close, blind, with Z reports; all totals agree everywhere");
    let closed = front.json(&["till", "close", "--counted", "127.90"]);
    assert_eq!((text(&closed, "variance"), closed["z_number"].clone()), ("0.00".to_owned(), 1.into()), "{closed}");
    side.json(&["till", "close", "--counted", "99.00"]);
    settle_in(&[office, front, side, office, front]);
    for report in [["report", "sales"], ["report", "tax"], ["report", "stock"], ["report", "sessions"]] {
        assert_same(&[office, front, side], &report);
    }

    step("and an auditor verifies every journal");
    for device in [office, front, side] {
        assert_eq!(device.json(&["verify"])["ok"], true);
    }
    drop(shop.folder);
}

#[test]
fn the_real_bicycle_shop_imports_with_every_doubtful_row_named() {
    let Some(file) = real_input("shopify/shopifypartners-bicycles.csv") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let office = Tradepost::on(folder.path().join("office"));
    office.json(&["shop", "create", "--name", "Bicycles", "--currency", "USD", "--country", "US"]);
    let report = office.json(&["import", file.to_str().expect("a path")]);
    assert_eq!(report["rows"], 1399);
    let problems = report["problems"].as_array().expect("problems");
    let duplicates = problems.iter().filter(|problem| problem["column"] == "Variant SKU").count();
    assert_eq!(duplicates, 41, "the file has 41 duplicate SKUs");
    assert!(problems.iter().all(|problem| problem["row"].as_u64().is_some_and(|row| (2..=1400).contains(&row))));
    assert_eq!(office.json(&["import", file.to_str().expect("a path")])["created"], 0, "the same file again makes nothing new");
    assert_eq!(office.json(&["verify"])["ok"], true);
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no text {field} in {value}")).to_owned()
}

/// Twice round, so that what the last one brought reaches the first.
fn settle_in(devices: &[&Tradepost]) {
    for device in devices.iter().chain(devices) {
        assert_eq!(device.json(&["sync", "--once"])["in_step"], true);
    }
}

fn assert_same(devices: &[&Tradepost], question: &[&str]) {
    let answers: Vec<Value> = devices.iter().map(|device| device.json(question)).collect();
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{question:?} is not answered alike: {answers:#?}");
}

fn opening_stock(sku: &str) -> i64 {
    let mut products = csv::Reader::from_path(demo_products()).expect("the demo's products");
    let columns = products.headers().expect("columns").clone();
    let at = |name: &str| columns.iter().position(|column| column == name).expect("the column");
    let (code, stock) = (at("Variant SKU"), at("Variant Inventory Qty"));
    let rows: Vec<_> = products.records().map(|row| row.expect("a row")).collect();
    rows.iter().find(|row| &row[code] == sku).expect("the product")[stock].parse().expect("a number")
}

#[tokio::main(flavor = "current_thread")]
async fn get(url: &str) -> String {
    Client::new().get(url).send().await.expect("an answer").text().await.expect("a page")
}

/// A buyer on the plain pages: product, basket, contact, collection in the shop, payment there, order. The page where she can follow it.
#[tokio::main(flavor = "current_thread")]
async fn buy_on_the_web(base: &str, handle: &str) -> String {
    let browser = Client::builder().cookie_store(true).build().expect("a browser");
    let read = async |path: &str| browser.get(format!("{base}{path}")).send().await.expect("a page").text().await.expect("text");
    let send = async |path: &str, fields: &[(&str, &str)]| {
        let answer = browser.post(format!("{base}{path}")).header("origin", base).form(fields).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        (answer.url().path().to_owned(), answer.text().await.expect("text"))
    };
    let product = read(&format!("/products/{handle}")).await;
    send("/basket/add", &[("variant", &hidden(&product, "variant")), ("quantity", "2")]).await;
    let token = hidden(&read("/basket").await, "token");
    let (details, _) = send("/checkout", &[("token", &token)]).await;
    let places = read(&details).await;
    let place = radio(&places, "delivery", "ship");
    let fields = [("token", token.as_str()), ("email", "ada@example.com"), ("name", "Ada Lovelace"), ("delivery", &place)];
    send(&format!("{details}/details"), &fields).await;
    let (_, review) = send(&format!("{details}/payment"), &[("token", token.as_str()), ("payment", "on-collection")]).await;
    let last = [("token", hidden(&review, "token")), ("seen", hidden(&review, "seen"))];
    let last: Vec<(&str, &str)> = last.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (placed, page) = send(&format!("{details}/place"), &last).await;
    assert!(page.contains("W-1001"), "the order has a number: {page}");
    format!("{base}{placed}")
}

/// The value of the first choice of this name that is not `but`.
fn radio(page: &str, name: &str, but: &str) -> String {
    let choices = page.split("<input").filter(|input| input.contains(&format!("name=\"{name}\"")));
    let mut values = choices.filter_map(|input| input.split("value=\"").nth(1)?.split('"').next());
    values.find(|value| *value != but).unwrap_or_else(|| panic!("no other {name} than {but} on this page")).to_owned()
}

/// The value of the first input of this name on a page.
fn hidden(page: &str, name: &str) -> String {
    let input = page
        .split("<input")
        .find(|input| input.contains(&format!("name=\"{name}\"")))
        .unwrap_or_else(|| panic!("no {name} on this page: {page}"));
    let value = input.split("value=\"").nth(1).and_then(|rest| rest.split('"').next());
    value.unwrap_or_else(|| panic!("{name} has no value")).to_owned()
}

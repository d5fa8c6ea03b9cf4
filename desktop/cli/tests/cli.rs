//! The real program in temporary folders, as a script drives it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

struct Shell {
    root: TempDir,
}

impl Shell {
    /// A shop in Germany whose prices contain 19 %, with a mug at 9.50.
    fn with_shop() -> Self {
        let shell = Self { root: TempDir::new().unwrap() };
        let created =
            shell.json(&["shop", "create", "--name", "Corner", "--currency", "EUR", "--country", "DE", "--tax-inclusive"]);
        assert_eq!((created["name"].as_str(), created["tax_inclusive"].as_bool()), (Some("Corner"), Some(true)));
        shell.json(&[
            "product",
            "set",
            "mug",
            "--create",
            "title=Mug",
            "price=9.50",
            "sku=MUG",
            "barcode=4006381333931",
            "cost=3",
        ]);
        shell
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn file(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name).display().to_string()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.run_in(&self.path("data"), arguments)
    }

    fn run_in(&self, data: &Path, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tradepost"));
        command.env("TRADEPOST_KEY_FILE", "1").arg("--data").arg(data).args(arguments).output().unwrap()
    }

    /// What it answers under `--json` when it is done.
    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        one_object(&output)
    }

    /// The message and the word of a command that is refused; stdout is one JSON object then, too.
    fn refused(&self, arguments: &[&str], exit_code: i32) -> (String, String) {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(exit_code), "{arguments:?}");
        let answer = one_object(&output);
        assert!(!output.stderr.is_empty(), "the reason goes to stderr as well");
        (answer["error"].as_str().unwrap().to_owned(), answer["message"].as_str().unwrap().to_owned())
    }
}

fn one_object(output: &Output) -> Value {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let mut objects = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
    let object = objects.next().unwrap().unwrap();
    assert!(object.is_object() && objects.next().is_none(), "{text}");
    object
}

const CSV: &str = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Tags\n\
    tea,Green tea,Weight,50 g,TEA-50,4,5.95,\"tea, hot/cold\"\n\
    tea,,,100 g,TEA-100,2,9.95,\n\
    pot,Pot,Title,Default Title,POT,1,20.00,\n\
    dear,Dear,Title,Default Title,DEAR,1,twenty,\n";

#[test]
fn a_day_at_the_till_adds_up_to_the_cent() {
    let shell = Shell::with_shop();
    assert_eq!(
        shell.json(&["stock", "receive", "MUG=12"]),
        json!({ "MUG": { "Main location": { "on_hand": 12, "committed": 0, "available": 12, "unavailable": 0 } } })
    );
    let (_, message) = shell.refused(&["sell", "MUG", "--cash", "20"], 1);
    assert!(message.contains("till open --float"), "{message}");
    assert_eq!(shell.json(&["till", "open", "--float", "100"])["till"], "T01");
    let sale = shell.json(&["sell", "MUG=2", "--cash", "20"]);
    assert_eq!(
        (&sale["receipt_number"], &sale["gross"], &sale["tax"], &sale["change"]),
        (&json!("T01-1-000001"), &json!("19.00"), &json!("3.03"), &json!("1.00"))
    );
    let by_barcode = shell.json(&["sell", "4006381333931", "--discount", "10", "--card", "8.55", "--at", "2026-11-22T10:00:00Z"]);
    assert_eq!((&by_barcode["gross"], &by_barcode["discount"]), (&json!("8.55"), &json!("0.95")));
    let refund = shell.json(&["refund", "T01-1-000001", "1=1"]);
    assert_eq!(
        (&refund["gross"], &refund["tax"], &refund["tenders"][0]["type"]),
        (&json!("9.50"), &json!("1.51"), &json!("cash"))
    );
    assert_eq!(shell.refused(&["refund", "T01-1-000001", "MUG=5"], 1).0, "refund");
    assert_eq!(shell.json(&["stock", "list"])["MUG"]["Main location"]["on_hand"], 10);
    let closed = shell.json(&["till", "close", "--counted", "110"]);
    assert_eq!(
        (&closed["expected"], &closed["counted"], &closed["variance"], &closed["z_number"]),
        (&json!("109.50"), &json!("110.00"), &json!("0.50"), &json!(1))
    );
    let sales = shell.json(&["report", "sales"]);
    assert_eq!(
        (&sales["sales"], &sales["refunds"], &sales["gross"], &sales["tax"]),
        (&json!(2), &json!(1), &json!("18.05"), &json!("2.89"))
    );
    assert_eq!(shell.json(&["report", "tax"])["taxes"][0]["rate"], "19");
    assert_eq!(shell.json(&["report", "sessions"])["sessions"][0]["variance"], "0.50");
    let stock = shell.json(&["report", "stock"]);
    assert_eq!((&stock["value_at_cost"], &stock["value_at_price"]), (&json!("30.00"), &json!("95.00")));
    let none = shell.json(&["report", "sales", "--from", "2001-01-01", "--to", "2001-12-31"]);
    assert_eq!((&none["sales"], &none["gross"]), (&json!(0), &json!("0.00")));
    assert_eq!(shell.json(&["verify"])["ok"], true);
    assert_eq!(shell.json(&["rebuild"])["changed_tables"], json!([]));
}

#[test]
fn a_product_file_is_tried_out_taken_and_taken_again() {
    let shell = Shell::with_shop();
    let file = shell.file("products.csv", CSV);
    let counts = |answer: &Value| {
        ["rows", "products", "variants", "created", "updated", "unchanged"].map(|key| answer[key].as_u64().unwrap())
    };
    let planned = shell.json(&["import", &file, "--dry-run"]);
    assert_eq!(counts(&planned), [4, 3, 4, 3, 0, 0]);
    assert_eq!(shell.json(&["product", "list"])["products"].as_array().unwrap().len(), 1);
    let taken = shell.json(&["import", &file]);
    assert_eq!(counts(&taken), counts(&planned));
    let problem = taken["problems"].as_array().unwrap().iter().find(|problem| problem["row"] == 5).unwrap();
    let words = ["column", "severity", "code"].map(|key| problem[key].as_str().unwrap());
    assert_eq!(words, ["Variant Price", "error", "not_a_number"]);
    assert!(problem["message"].is_string(), "{problem}");
    assert_eq!(counts(&shell.json(&["import", &file]))[3..], [0, 0, 3]);
    assert_eq!(shell.json(&["stock", "list", "--search", "tea"])["TEA-50"]["Main location"]["available"], 4);
    let tea = shell.json(&["product", "show", "tea"]);
    assert_eq!((&tea["tags"], &tea["variants"][1]["price"]), (&json!(["hot/cold", "tea"]), &json!("9.95")));
    let out = shell.path("out.csv").display().to_string();
    assert_eq!(shell.json(&["export", &out])["products"], 4);
    let again = shell.json(&["import", &out]);
    assert_eq!((&again["created"], &again["updated"], &again["unchanged"]), (&json!(0), &json!(0), &json!(4)), "{again}");
    let excel = shell.file("book.xlsx", "PK\u{3}\u{4}");
    assert!(shell.refused(&["import", &excel], 1).1.contains("Excel"));
}

#[test]
fn products_are_changed_by_field_and_unknown_fields_are_named() {
    let shell = Shell::with_shop();
    let changed = shell.json(&["product", "set", "mug", "title=Big mug", "price:MUG=10.25", "tags=blue, large", "status=draft"]);
    assert_eq!(
        (&changed["title"], &changed["variants"][0]["price"], &changed["status"]),
        (&json!("Big mug"), &json!("10.25"), &json!("draft"))
    );
    assert_eq!(shell.json(&["product", "show", "mug"])["tags"], json!(["blue", "large"]));
    let table = [
        (vec!["product", "set", "mug", "colour=red"], 2, "compare_at_price"),
        (vec!["product", "set", "mug", "price=ten"], 2, "ten"),
        (vec!["product", "set", "mug", "status=gone"], 2, "archived"),
        (vec!["product", "set", "mug", "price:NONE=1"], 1, "NONE"),
        (vec!["product", "set", "mug", "price=-1"], 1, "negative"),
        (vec!["product", "set", "pot", "price=1"], 1, "pot"),
        (vec!["product", "show", "pot"], 1, "pot"),
        (vec!["stock", "receive", "MUG"], 2, "SKU=QTY"),
        (vec!["stock", "receive", "NONE=1"], 1, "NONE"),
        (vec!["stock", "receive", "MUG=1", "--location", "Moon"], 1, "Main location"),
        (vec!["stock", "receive", "MUG=-1"], 1, "more than zero"),
        (vec!["sell", "MUG", "--discount", "120", "--cash", "1"], 1, "till open"),
        (vec!["orders", "fulfill", "W-1"], 1, "W-1"),
        (vec!["refund", "12"], 1, "till open"),
    ];
    for (arguments, exit_code, part) in table {
        let (_, message) = shell.refused(&arguments, exit_code);
        assert!(message.contains(part), "{arguments:?}: {message}");
    }
    assert_eq!(shell.run(&["no-such-command"]).status.code(), Some(2));
    assert_eq!(shell.run(&["report", "weather"]).status.code(), Some(2));
}

#[test]
fn a_batch_of_sales_and_refunds_is_booked_line_by_line() {
    let shell = Shell::with_shop();
    shell.json(&["till", "open", "--float", "0"]);
    let file = shell.file(
        "batch.jsonl",
        concat!(
            "{\"lines\": [{\"code\": \"MUG\", \"quantity\": 3}], \"tender\": \"cash\", \"at\": \"2026-03-01T09:00:00Z\"}\n",
            "{\"lines\": [{\"code\": \"MUG\", \"quantity\": 1, \"unit_price\": \"8.00\"}, {\"code\": \"GIFT\", \"quantity\": 2, \"unit_price\": 2.55}], \"tender\": \"card\", \"at\": \"2026-03-02T09:00:00Z\"}\n",
            "\n",
            "{\"lines\": [{\"code\": \"MUG\", \"quantity\": 2}], \"tender\": \"cash\", \"at\": \"2026-03-03T09:00:00Z\", \"refund_of\": \"T01-1-000001\"}\n",
            "{\"lines\": [{\"code\": \"MUG\", \"quantity\": 1}], \"tender\": \"cash\", \"at\": \"2026-03-03T09:00:00Z\", \"refund_of\": 1}\n",
        ),
    );
    let done = shell.json(&["sell", "--batch", &file]);
    assert_eq!(
        (&done["sales"], &done["refunds"], &done["gross"], &done["refunded"]),
        (&json!(2), &json!(2), &json!("41.60"), &json!("28.50"))
    );
    let march = shell.json(&["report", "sales", "--from", "2026-03-01", "--to", "2026-03-31"]);
    assert_eq!((&march["gross"], march["days"].as_array().unwrap().len()), (&json!("13.10"), 3));
    assert_eq!(shell.json(&["stock", "list"])["MUG"]["Main location"]["on_hand"], -1);
    assert_eq!(shell.json(&["verify"])["ok"], true);

    let wrong = shell.file("wrong.jsonl", "{\"lines\": [{\"code\": \"MUG\"}], \"tender\": \"cash\"}\nnonsense\n{\"lines\": [{\"code\": \"GONE\"}], \"tender\": \"cash\"}\n{\"lines\": [], \"colour\": 1}\n");
    let output = shell.run(&["sell", "--batch", &wrong, "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let answer = one_object(&output);
    let lines: Vec<_> = answer["problems"].as_array().unwrap().iter().map(|problem| problem["line"].as_u64().unwrap()).collect();
    assert_eq!((&answer["sales"], lines), (&json!(1), vec![2, 3, 4]));
}

#[test]
fn a_backup_is_restored_elsewhere_and_goes_on_under_a_new_number() {
    let shell = Shell::with_shop();
    shell.json(&["till", "open", "--float", "10"]);
    shell.json(&["sell", "MUG", "--cash", "9.50"]);
    let before = shell.json(&["digest"]);
    let backup = shell.path("shop.backup").display().to_string();
    let written = shell.json(&["backup", &backup]);
    assert!(Path::new(written["keys"].as_str().unwrap()).exists());
    shell.json(&["sell", "MUG", "--cash", "9.50"]);
    assert_ne!(shell.json(&["digest"])["digest"], before["digest"]);

    let elsewhere = shell.path("elsewhere");
    let restored = shell.run_in(&elsewhere, &["restore", &backup, "--json"]);
    assert_eq!(restored.status.code(), Some(0), "{}", String::from_utf8_lossy(&restored.stderr));
    assert_eq!(one_object(&shell.run_in(&elsewhere, &["digest", "--json"]))["digest"], before["digest"]);
    let sale = one_object(&shell.run_in(&elsewhere, &["sell", "MUG", "--cash", "9.50", "--json"]));
    assert_eq!(sale["receipt_number"].as_str().map(|number| number.starts_with("T01-1-")), Some(false), "{sale}");

    let keys = shell.path("shop.backup.keys");
    let kept = shell.path("kept-apart");
    std::fs::rename(&keys, &kept).unwrap();
    let lost = shell.run_in(&shell.path("third"), &["restore", &backup]);
    assert_eq!(lost.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&lost.stderr).contains("shop.backup.keys"), "{}", String::from_utf8_lossy(&lost.stderr));
    let found = shell.run_in(&shell.path("third"), &["restore", &backup, "--keys", &kept.display().to_string()]);
    assert_eq!(found.status.code(), Some(0), "{}", String::from_utf8_lossy(&found.stderr));
    let wrong = shell.run_in(&shell.path("fourth"), &["restore", &backup, "--keys", &backup]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("no file of keys"));
    std::fs::rename(&kept, &keys).unwrap();

    let here = shell.json(&["restore", &backup]);
    assert_eq!(here["shop"], "Corner");
    assert!(shell.path("data").join("before-restore-1").join("shop.db").exists(), "what stood here is set aside");
    assert_eq!(shell.json(&["digest"])["digest"], before["digest"]);
}

#[test]
fn a_backup_is_written_into_the_folder_that_somebody_stands_in() {
    let shell = Shell::with_shop();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepost"));
    command.current_dir(shell.root.path()).env("TRADEPOST_KEY_FILE", "1").args(["--data", "data", "backup", "today"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(shell.path("today").exists() && shell.path("today.keys").exists());
    assert!(String::from_utf8_lossy(&output.stderr).contains("needs both files"));
}

#[test]
fn what_is_typed_wrong_is_one_object_too_and_ends_with_two() {
    let shell = Shell::with_shop();
    shell.json(&["till", "open", "--float", "10"]);
    let table: [&[&str]; 7] = [
        &["no-such-command"],
        &["sell"],
        &["report", "sales", "--from", "yesterday"],
        &["sell", "MUG", "--cash", "ten"],
        &["stock", "count", "MUG"],
        &["product", "set", "mug", "color=red"],
        &["orders", "list", "--status", "lost"],
    ];
    for arguments in table {
        assert_eq!(shell.refused(arguments, 2).0, "usage", "{arguments:?}");
    }
    assert_eq!(shell.run(&["--help"]).status.code(), Some(0));
    let plain = shell.run(&["no-such-command"]);
    assert_eq!((plain.status.code(), plain.stdout.is_empty()), (Some(2), true), "without --json nothing goes to stdout");
}

#[test]
fn a_folder_holds_one_shop_and_one_program_at_a_time() {
    let shell = Shell::with_shop();
    let create = ["shop", "create", "--name", "Other", "--currency", "USD", "--country", "US"];
    assert_eq!(shell.refused(&create, 1).0, "shop_exists");
    let empty = shell.run_in(&shell.path("empty"), &["product", "list", "--json"]);
    assert_eq!(
        (empty.status.code(), one_object(&empty)["error"].as_str().unwrap().to_owned()),
        (Some(1), "no_shop_here".to_owned())
    );
    let bad = shell.run_in(&shell.path("bad"), &["shop", "create", "--name", "X", "--currency", "XXX", "--country", "US"]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(!shell.path("bad").exists(), "a refused shop leaves no folder behind");
}

#[test]
fn receipts_and_labels_come_on_paper() {
    let shell = Shell::with_shop();
    shell.json(&["till", "open", "--float", "10"]);
    shell.json(&["sell", "MUG", "--cash", "10"]);
    let text = shell.run(&["receipt", "T01-1-000001"]);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("Mug") && text.contains("T01-1-000001") && text.contains("9.50"), "{text}");
    for (arguments, name) in [(vec!["receipt", "T01-1-000001", "--pdf"], "receipt.pdf"), (vec!["labels"], "labels.pdf")] {
        let path = shell.path(name).display().to_string();
        shell.json(&[arguments, vec![path.as_str()]].concat());
        assert!(std::fs::read(&path).unwrap().starts_with(b"%PDF-"));
    }
    assert_eq!(shell.refused(&["receipt", "T09-1-000001"], 1).0, "refused");
}

#[test]
fn a_conflict_is_settled_by_name() {
    let shell = Shell::with_shop();
    assert_eq!(shell.json(&["conflicts"]), json!({ "conflicts": [] }));
    let id = shell.json(&["product", "show", "mug"])["id"].as_str().unwrap().to_owned();
    shell.json(&["conflicts", "--settle", &id, "title", "Cup"]);
    assert_eq!(shell.json(&["product", "show", "mug"])["title"], "Cup");
    assert_eq!(shell.refused(&["conflicts", "--settle", "x", "title", "Cup"], 2).0, "usage");
}

#[test]
fn a_real_product_file_comes_in_whole() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/shopify/shopifypartners-bicycles.csv");
    if !path.exists() {
        println!("skipped: {} is not here", path.display());
        return;
    }
    let shell = Shell::with_shop();
    let file = path.display().to_string();
    let taken = shell.json(&["import", &file]);
    assert_eq!(["rows", "products", "variants", "created"].map(|key| taken[key].as_u64().unwrap()), [1_399, 284, 1_121, 284]);
    let again = shell.json(&["import", &file]);
    assert_eq!(["created", "updated", "unchanged"].map(|key| again[key].as_u64().unwrap()), [0, 0, 284]);
    assert_eq!(shell.json(&["verify"])["ok"], true);
}

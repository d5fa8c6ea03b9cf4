//! Facts: golden files of the stored form, and what each of them moves.
//!
//! The files in `tests/golden` are what released programs wrote. They are never edited; a new kind of fact adds its own with
//! `TRADEPOST_WRITE_GOLDEN=1 cargo test -p tradepost-domain golden`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ciborium::Value;
use proptest::prelude::*;
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{FactId, LocationId, VariantId};
use tradepost_domain::order::FulfillmentStage;
use tradepost_domain::posting::{Account, Item, Posting, PostingError};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::sale::GoodsReturn;
use tradepost_domain::till_session::CashMovementKind;

use crate::samples::{cash_moved, facts, order_fulfilled, refund, sale};

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn hex(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.as_bytes().chunks(96).map(|row| format!("{}\n", std::str::from_utf8(row).unwrap())).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(char::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap()).collect()
}

fn cbor(value: &impl serde::Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

fn fact_of(n: usize, body: FactBody) -> Fact {
    Fact { id: FactId::from_bytes([u8::try_from(n).unwrap(); 16]), body }
}

/// The golden text, after writing it where it is new and writing was asked for.
fn golden_text(name: &str, now: &str) -> String {
    let path = golden(name);
    if std::env::var_os("TRADEPOST_WRITE_GOLDEN").is_some() && !path.exists() {
        std::fs::write(&path, now).unwrap();
    }
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn golden_files_are_written_and_read_as_ever() {
    for (n, body) in facts().into_iter().enumerate() {
        let fact = fact_of(n, body);
        let kind = fact.body.kind_name();

        let text = golden_text(&format!("{kind}.cbor.hex"), &hex(&cbor(&fact)));
        assert_eq!(hex(&cbor(&fact)), text, "{kind}: the stored form has changed");
        assert_eq!(
            ciborium::from_reader::<Fact, _>(&unhex(&text)[..]).unwrap(),
            fact,
            "{kind}: the stored form is read differently"
        );

        let json = format!("{}\n", serde_json::to_string_pretty(&fact).unwrap());
        let text = golden_text(&format!("{kind}.json"), &json);
        assert_eq!(json, text, "{kind}: the readable form has changed");
        assert_eq!(serde_json::from_str::<Fact>(&text).unwrap(), fact);
    }
}

#[test]
fn there_is_a_golden_file_for_every_kind_and_no_other() {
    let mut kinds: Vec<String> = facts().iter().map(|body| format!("{}.json", body.kind_name())).collect();
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds.len(), 14, "one sample of each kind; a new kind needs a sample");
    let listed = std::fs::read_dir(golden("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut listed: Vec<String> = listed.filter(|name| name.ends_with(".json")).collect();
    listed.sort();
    assert_eq!(kinds, listed);
}

/// Adds a field that this version does not know to every struct. Maps of one pair are enum variants and stay as they are.
fn with_later_fields(value: Value) -> Value {
    match value {
        Value::Map(pairs) => {
            let is_struct = pairs.len() > 1;
            let mut pairs: Vec<_> = pairs.into_iter().map(|(key, value)| (key, with_later_fields(value))).collect();
            if is_struct {
                pairs.insert(0, (Value::Text("added_later".into()), Value::Array(vec![Value::Integer(1.into()), Value::Null])));
            }
            Value::Map(pairs)
        }
        Value::Array(items) => Value::Array(items.into_iter().map(with_later_fields).collect()),
        other => other,
    }
}

#[test]
fn fields_of_a_later_version_are_ignored() {
    for (n, body) in facts().into_iter().enumerate() {
        let fact = fact_of(n, body);
        let later = with_later_fields(ciborium::from_reader(&cbor(&fact)[..]).unwrap());
        let bytes = cbor(&later);
        assert!(bytes.windows(11).filter(|window| window == b"added_later").count() >= 2, "{}", fact.body.kind_name());
        assert_eq!(ciborium::from_reader::<Fact, _>(&bytes[..]).unwrap(), fact);
    }
}

#[test]
fn a_refund_of_before_the_rate_was_kept_is_read() {
    let mut json = serde_json::to_value(refund()).unwrap();
    for line in json["lines"].as_array_mut().unwrap() {
        line.as_object_mut().unwrap().retain(|name, _| name != "rate_millionths" && name != "tax_name");
    }
    let read: tradepost_domain::sale::Refund = serde_json::from_value(json).unwrap();
    assert_eq!((read.lines[0].rate_millionths.0, read.lines[0].tax_name.as_str()), (0, ""));
}

fn sums(postings: &[Posting]) -> BTreeMap<Item, i128> {
    let mut sums = BTreeMap::new();
    for posting in postings {
        *sums.entry(posting.account.item()).or_default() += i128::from(posting.amount);
    }
    sums
}

#[test]
fn every_fact_moves_as_much_off_as_on() {
    for body in facts() {
        let postings = body.postings().unwrap();
        assert!(sums(&postings).values().all(|sum| *sum == 0), "{}", body.kind_name());
        let mut accounts: Vec<Account> = postings.iter().map(|posting| posting.account).collect();
        accounts.dedup();
        assert_eq!(accounts.len(), postings.len(), "one posting per account, in order");
    }
}

const PLACE: LocationId = LocationId::from_bytes([22; 16]);

fn moved(body: &FactBody, account: Account) -> i64 {
    body.postings().unwrap().iter().filter(|posting| posting.account == account).map(|posting| posting.amount).sum()
}

#[test]
fn a_sale_moves_goods_and_cash() {
    let sale = sale();
    let variant = sale.lines[0].line.variant.unwrap();
    let cash = 5_000 - sale.change_due.minor;
    let body = FactBody::SaleCompleted(Box::new(sale.clone()));
    assert_eq!(moved(&body, Account::OnHand(PLACE, variant)), -2000);
    assert_eq!(moved(&body, Account::Customer(variant)), 2000);
    assert_eq!(moved(&body, Account::Drawer(sale.session)), cash, "the card does not pass the drawer");
    assert_eq!(moved(&body, Account::CashOutside), -cash);
}

#[test]
fn returned_goods_go_where_they_were_put() {
    let check = |goods: GoodsReturn, on_hand: i64, unavailable: i64| {
        let mut refund = refund();
        refund.lines[0].goods = goods;
        let variant = refund.lines[0].variant.unwrap();
        let body = FactBody::Refunded(Box::new(refund));
        assert_eq!(moved(&body, Account::OnHand(PLACE, variant)), on_hand, "{goods:?}");
        assert_eq!(moved(&body, Account::Unavailable(PLACE, variant)), unavailable, "{goods:?}");
    };
    check(GoodsReturn::Sellable, 1000, 0);
    check(GoodsReturn::Damaged, 1000, 1000);
    check(GoodsReturn::NotReturned, 0, 0);
}

#[test]
fn goods_leave_stock_when_they_are_shipped_or_handed_over() {
    let variant = VariantId::from_bytes([151; 16]);
    for (stage, on_hand) in
        [(FulfillmentStage::Packed, 0), (FulfillmentStage::Shipped, -2000), (FulfillmentStage::HandedOver, -2000)]
    {
        let body = FactBody::OrderFulfilled(order_fulfilled(stage, &[(1, 2000)]));
        assert_eq!(moved(&body, Account::OnHand(PLACE, variant)), on_hand, "{stage:?}");
        assert_eq!(moved(&body, Account::Committed(PLACE, variant)), 0, "committed is folded, never posted");
    }
}

#[test]
fn counts_and_papers_move_nothing() {
    for body in facts() {
        let is_silent = ["stock_counted", "order_placed", "order_paid", "order_canceled", "device_certified", "device_revoked"]
            .contains(&body.kind_name());
        assert_eq!(body.postings().unwrap().is_empty(), is_silent, "{}", body.kind_name());
    }
}

#[test]
fn two_currencies_in_one_fact_are_refused() {
    let mut sale = sale();
    sale.tenders[1].amount.currency = tradepost_domain::money::Currency::USD;
    assert_eq!(FactBody::SaleCompleted(Box::new(sale)).postings(), Err(PostingError::CurrencyMismatch));
}

proptest! {
    #[test]
    fn postings_of_any_numbers_sum_to_zero_or_are_refused(numbers in prop::array::uniform5(crate::any::edge())) {
        let [quantity, tendered, change, amount, back] = numbers;
        let (mut sale, mut refund) = (sale(), refund());
        sale.lines.iter_mut().for_each(|item| item.line.quantity = Quantity::from_thousandths(quantity));
        sale.tenders[1].amount.minor = tendered;
        sale.change_due.minor = change;
        refund.lines[0].quantity = Quantity::from_thousandths(back);
        for body in [
            FactBody::SaleCompleted(Box::new(sale)),
            FactBody::Refunded(Box::new(refund)),
            FactBody::CashMoved(cash_moved(CashMovementKind::SafeDrop, amount)),
        ] {
            if let Ok(postings) = body.postings() {
                prop_assert!(sums(&postings).values().all(|sum| *sum == 0));
            }
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(fact) = ciborium::from_reader::<Fact, _>(&bytes[..]) {
            prop_assert!(!fact.body.kind_name().is_empty());
        }
    }
}

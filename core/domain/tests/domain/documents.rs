//! Documents: what is written is read; what changed is edited, and nothing else; nonsense is read without a panic.

use proptest::prelude::*;
use tradepost_domain::basket::ParkedBasket;
use tradepost_domain::catalog::{Collection, Product, Variant, handle_of};
use tradepost_domain::customer::Customer;
use tradepost_domain::document::{ConflictPolicy, Document, DocumentKind, FieldChange, Fields, Scalar, conflict_policy};
use tradepost_domain::id::{DocumentId, ProductId, VariantId};
use tradepost_domain::shop::{Location, ShippingTable, ShopSettings, Till};
use tradepost_domain::staff::StaffMember;
use tradepost_domain::tax::{TaxCategory, TaxTable};

use crate::any;
use crate::samples::eur;

/// What is stored after edits, removals included.
fn stored<D: Document>(before: Option<&D>, after: &D, fields: &mut Fields) {
    if let Some(edit) = after.edit_from(before) {
        let mut paths: Vec<&str> = edit.changes.iter().map(|change| change.path.as_str()).collect();
        paths.sort_unstable();
        assert!(paths.windows(2).all(|pair| pair[0] != pair[1]), "a path stands at most once");
        fields.apply(&edit.changes);
    }
}

fn check<D: Document + PartialEq + std::fmt::Debug>(one: &D, other: &D) {
    let id = one.document_id();
    assert_eq!(&D::from_fields(id, &one.to_fields()), one);
    assert_eq!(one.edit_from(Some(one)), None, "nothing differs, nothing is edited");

    let other = D::from_fields(id, &other.to_fields());
    let mut fields = Fields::new();
    stored(None, one, &mut fields);
    stored(Some(one), &other, &mut fields);
    assert_eq!(D::from_fields(id, &fields), other, "the edit makes the one into the other");
    stored(Some(&other), one, &mut fields);
    assert_eq!(&D::from_fields(id, &fields), one, "and back again");
}

fn check_nonsense<D: Document + PartialEq + std::fmt::Debug>(fields: &Fields) {
    let id = DocumentId::from_bytes([3; 16]);
    let read = D::from_fields(id, fields);
    assert_eq!(D::from_fields(id, &read.to_fields()), read);
    assert_eq!(read.document_id(), id);
}

/// Fields whose paths are nearly ours and whose values are anything.
fn nonsense() -> impl Strategy<Value = Fields> {
    let id = "[0-9a-f]{32}";
    let first = prop_oneof![
        "variants|images|rates|lines|tags|products|options|address|imported|permissions|price|role|status|parked_at|discount_rate|location|currency",
        any::text()
    ];
    let second = prop_oneof![id, "0|1|00|10|x||99999999999999999999", "[A-F]{32}"];
    let third = prop_oneof![
        "position|removed|list_price|list_price_currency|price|price_currency|unit_price|unit_price_currency|options/0|options/1|barcodes/9|quantity|from|until|rate|discount_rate|imported/x|image|unit|unit_cost",
        any::text()
    ];
    let path = (first, second, third, 1..4_usize).prop_map(|(a, b, c, n)| [a, b, c][..n].join("/"));
    let value = prop_oneof![
        any::<bool>().prop_map(Scalar::Bool),
        any::<i64>().prop_map(Scalar::Int),
        any::text().prop_map(Scalar::Text),
        Just(Scalar::Text("EUR".to_owned())),
        Just(Scalar::Bool(true)),
    ];
    prop::collection::vec((path, value), 0..30).prop_map(|fields| fields.into_iter().collect())
}

proptest! {
    #[test]
    fn products_round_trip(one in any::product(), other in any::product()) { check(&one, &other); }
    #[test]
    fn collections_round_trip(one in any::collection(), other in any::collection()) { check(&one, &other); }
    #[test]
    fn customers_round_trip(one in any::customer(), other in any::customer()) { check(&one, &other); }
    #[test]
    fn shops_round_trip(one in any::shop(), other in any::shop()) { check(&one, &other); }
    #[test]
    fn locations_round_trip(one in any::location(), other in any::location()) { check(&one, &other); }
    #[test]
    fn tills_round_trip(one in any::till(), other in any::till()) { check(&one, &other); }
    #[test]
    fn staff_members_round_trip(one in any::staff(), other in any::staff()) { check(&one, &other); }
    #[test]
    fn tax_tables_round_trip(one in any::tax_table(), other in any::tax_table()) { check(&one, &other); }
    #[test]
    fn shipping_tables_round_trip(one in any::shipping_table(), other in any::shipping_table()) { check(&one, &other); }
    #[test]
    fn parked_baskets_round_trip(one in any::parked_basket(), other in any::parked_basket()) { check(&one, &other); }

    #[test]
    fn an_edit_touches_only_what_changed(mut product in any::product(), variant in any::variant(), minor in any::<i64>()) {
        product.variants.push(Variant { list_price: Some(eur(minor)), ..variant });
        let before = product.clone();
        let last = product.variants.last_mut().unwrap();
        last.list_price = Some(eur(minor.wrapping_add(1)));
        let path = format!("variants/{}/list_price", last.id);
        let value = Some(Scalar::Int(minor.wrapping_add(1)));
        prop_assert_eq!(product.edit_from(Some(&before)).unwrap().changes, vec![FieldChange { path, value }]);
    }

    #[test]
    fn nonsense_is_read_without_a_panic(fields in nonsense()) {
        for kind in DocumentKind::ALL {
            match kind {
                DocumentKind::Shop => check_nonsense::<ShopSettings>(&fields),
                DocumentKind::Location => check_nonsense::<Location>(&fields),
                DocumentKind::Till => check_nonsense::<Till>(&fields),
                DocumentKind::StaffMember => check_nonsense::<StaffMember>(&fields),
                DocumentKind::TaxTable => check_nonsense::<TaxTable>(&fields),
                DocumentKind::ShippingTable => check_nonsense::<ShippingTable>(&fields),
                DocumentKind::Product => check_nonsense::<Product>(&fields),
                DocumentKind::Collection => check_nonsense::<Collection>(&fields),
                DocumentKind::Customer => check_nonsense::<Customer>(&fields),
                DocumentKind::ParkedBasket => check_nonsense::<ParkedBasket>(&fields),
            }
        }
    }
}

fn shirt() -> Product {
    let mut product = Product::new(ProductId::from_bytes([1; 16]), "T-shirt");
    product.option_names = vec!["Color".to_owned(), "Size".to_owned()];
    for n in 1..=2 {
        let mut variant = Variant::new(VariantId::from_bytes([n; 16]));
        variant.options = vec!["blue".to_owned(), format!("M{n}")];
        variant.list_price = Some(eur(1999));
        product.variants.push(variant);
    }
    product
}

#[test]
fn a_removed_variant_stays_removed_when_its_price_is_edited_elsewhere() {
    let before = shirt();
    let mut without = before.clone();
    let gone = without.variants.remove(0).id;
    let mut dearer = before.clone();
    dearer.variants[0].list_price = Some(eur(2999));

    let mut fields = before.to_fields();
    stored(Some(&before), &without, &mut fields);
    stored(Some(&before), &dearer, &mut fields);
    let merged = Product::from_fields(before.document_id(), &fields);
    assert!(merged.find_variant(gone).is_none());
    assert_eq!(merged.variants.len(), 1);
}

#[test]
fn a_missing_price_is_no_price_and_a_missing_category_is_the_standard_one() {
    let empty = Product::from_fields(DocumentId::from_bytes([1; 16]), &Fields::new());
    assert_eq!((empty.tax_category.clone(), empty.variants.len()), (TaxCategory::default(), 0));
    let mut fields = shirt().to_fields();
    fields.remove(&format!("variants/{}/list_price_currency", VariantId::from_bytes([1; 16])));
    assert_eq!(Product::from_fields(empty.document_id(), &fields).variants[0].list_price, None);
}

#[test]
fn a_variant_is_titled_by_its_options() {
    let shirt = shirt();
    assert_eq!(shirt.title_of(&shirt.variants[0]), "T-shirt, blue / M1");
    assert_eq!(shirt.title_of(&Variant::new(VariantId::from_bytes([9; 16]))), "T-shirt");
}

#[test]
fn handles_are_made_of_titles() {
    for (title, handle) in [
        ("Thé à la menthe, 50 g", "the-a-la-menthe-50-g"),
        ("  T-Shirt -- blue!", "t-shirt-blue"),
        ("Kid's Größe 2", "kids-grosse-2"),
        ("抹茶 ラーメン ガム", "抹茶-ラーメン-ガム"),
        ("커피", "커피"),
        ("Чай й", "чай-й"),
        ("!!!", ""),
        ("", ""),
    ] {
        assert_eq!(handle_of(title), handle, "{title}");
    }
}

#[test]
fn shipping_rates_fit_place_weight_and_goods() {
    let rate =
        |key: &str, countries: &[&str], max: Option<i64>, min: Option<i64>, price: i64| tradepost_domain::shop::ShippingRate {
            key: key.to_owned(),
            name: key.to_owned(),
            countries: countries.iter().map(|country| (*country).to_owned()).collect(),
            weight_grams_max: max,
            goods_gross_min: min.map(eur),
            price: eur(price),
        };
    let rates = vec![
        rate("world", &[], None, None, 1990),
        rate("home", &["DE"], Some(2000), None, 490),
        rate("free", &["DE", "AT"], None, Some(5000), 0),
    ];
    let table = ShippingTable { id: DocumentId::from_bytes([1; 16]), rates };
    let check = |country: &str, grams: i64, goods: i64, expected: &[&str]| {
        let keys: Vec<&str> = table.rates_for(country, grams, eur(goods)).iter().map(|rate| rate.key.as_str()).collect();
        assert_eq!(keys, expected, "{country} {grams} {goods}");
    };
    check("DE", 500, 1000, &["home", "world"]);
    check("DE", 2001, 5000, &["free", "world"]);
    check("FR", 500, 9000, &["world"]);
    assert!(table.rates_for("DE", 1, crate::samples::usd(10_000)).is_empty());
}

#[test]
fn codes_are_checked() {
    use tradepost_domain::shop::{is_color, is_country_code, is_till_code};
    assert!(is_country_code("DE") && !is_country_code("de") && !is_country_code("DEU"));
    assert!(is_till_code("T01") && is_till_code("A") && !is_till_code("") && !is_till_code("T-1") && !is_till_code("TILL1"));
    assert!(is_color("#a1B2c3") && !is_color("a1b2c3") && !is_color("#a1b2c"));
}

#[test]
fn keys_of_a_map_are_told_once() {
    let fields: Fields =
        ["m/a", "m/a-b/x", "m/a/x", "m/b/x", "mm/c/x"].into_iter().map(|path| (path.to_owned(), Scalar::Int(1))).collect();
    assert_eq!(fields.keys_below("m"), ["a", "a-b", "b"]);
}

#[test]
fn people_are_asked_about_names_and_prices_and_not_about_places_in_a_list() {
    let check = |path: &str, policy: ConflictPolicy| assert_eq!(conflict_policy(DocumentKind::Product, path), policy, "{path}");
    check("title", ConflictPolicy::Ask);
    check("variants/0a/list_price", ConflictPolicy::Ask);
    check("variants/0a/position", ConflictPolicy::LastWins);
    check("variants/0a/removed", ConflictPolicy::YesWins);
    check("variants/0a/imported/Cost per item", ConflictPolicy::LastWins);
    check("tags/new", ConflictPolicy::YesWins);
    check("pin_hash", ConflictPolicy::LastWins);
}

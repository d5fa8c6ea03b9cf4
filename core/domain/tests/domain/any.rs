//! Arbitrary values.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use tradepost_domain::barcode::{EmbeddedKind, EmbeddedScheme};
use tradepost_domain::basket::{Basket, BasketLine, Discount, DiscountKind, ParkedBasket};
use tradepost_domain::catalog::{Collection, Product, ProductImage, ProductStatus, StockPolicy, Variant};
use tradepost_domain::customer::Customer;
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::quantity::{Quantity, Unit};
use tradepost_domain::shop::{Address, Location, ShippingRate, ShippingTable, ShopSettings, Till};
use tradepost_domain::staff::{Permission, Role, StaffMember};
use tradepost_domain::tax::{RateMillionths, TaxCategory, TaxInclusion, TaxRate, TaxRounding, TaxTable};
use tradepost_domain::time::{BusinessDay, Timestamp};

macro_rules! id {
    ($type:ident) => {
        any::<[u8; 16]>().prop_map(tradepost_domain::id::$type::from_bytes)
    };
}

pub fn currency() -> impl Strategy<Value = Currency> {
    select(Currency::all().collect::<Vec<_>>())
}

pub fn money() -> impl Strategy<Value = Money> {
    (any::<i64>(), currency()).prop_map(|(minor, currency)| Money { minor, currency })
}

/// Any amount, with the ends of the range far more often than chance would have it.
pub fn edge() -> impl Strategy<Value = i64> {
    prop_oneof![select(vec![i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX]), any::<i64>()]
}

pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z/ ]{1,8}", any::<String>()]
}

fn key() -> impl Strategy<Value = String> {
    "[a-z0-9-]{1,8}"
}

fn day() -> impl Strategy<Value = BusinessDay> {
    any::<i32>().prop_map(|unix_day| BusinessDay { unix_day })
}

fn texts() -> impl Strategy<Value = BTreeMap<String, String>> {
    btree_map(text(), text(), 0..4)
}

fn tags() -> impl Strategy<Value = BTreeSet<String>> {
    btree_set(text(), 0..4)
}

fn unit() -> impl Strategy<Value = Unit> {
    select(Unit::ALL)
}

fn category() -> impl Strategy<Value = TaxCategory> {
    prop_oneof![Just("standard".to_owned()), text()].prop_map(TaxCategory)
}

fn image() -> impl Strategy<Value = ProductImage> {
    (id!(ImageId), text(), text()).prop_map(|(id, url, alt_text)| ProductImage { id, url, alt_text })
}

pub fn variant() -> impl Strategy<Value = Variant> {
    let codes = (id!(VariantId), vec(text(), 0..3), text(), vec(text(), 0..13));
    let prices = (option::of(money()), option::of(money()), option::of(money()));
    let flags = (any::<bool>(), any::<bool>(), select(StockPolicy::ALL), unit());
    let rest = (option::of(any::<i64>()), option::of(id!(ImageId)), texts());
    (codes, prices, flags, rest).prop_map(
        |((id, options, sku, barcodes), (list_price, compare_at_price, unit_cost), flags, (weight_grams, image, imported))| {
            let (is_taxable, requires_shipping, stock_policy, unit) = flags;
            Variant {
                id,
                options,
                sku,
                barcodes,
                list_price,
                compare_at_price,
                unit_cost,
                weight_grams,
                unit,
                stock_policy,
                is_taxable,
                requires_shipping,
                image,
                imported,
            }
        },
    )
}

pub fn product() -> impl Strategy<Value = Product> {
    let texts_of = (text(), text(), text(), text(), text());
    let lists = (tags(), vec(text(), 0..4), vec(image(), 0..4), vec(variant(), 0..4));
    (id!(ProductId), texts_of, select(ProductStatus::ALL), lists, category(), texts()).prop_map(
        |(
            id,
            (handle, title, description_html, vendor, product_type),
            status,
            (tags, option_names, images, variants),
            tax_category,
            imported,
        )| {
            Product {
                id,
                handle,
                title,
                description_html,
                vendor,
                product_type,
                status,
                tags,
                option_names,
                tax_category,
                images,
                variants,
                imported,
            }
        },
    )
}

pub fn collection() -> impl Strategy<Value = Collection> {
    (id!(CollectionId), text(), text(), text(), btree_set(id!(ProductId), 0..4))
        .prop_map(|(id, handle, title, description_html, products)| Collection { id, handle, title, description_html, products })
}

pub fn address() -> impl Strategy<Value = Address> {
    [text(), text(), text(), text(), text(), text(), text(), text()].prop_map(
        |[name, line1, line2, city, region, postal_code, country, phone]| Address {
            name,
            line1,
            line2,
            city,
            region,
            postal_code,
            country,
            phone,
        },
    )
}

pub fn customer() -> impl Strategy<Value = Customer> {
    (id!(CustomerId), [text(), text(), text(), text()], address())
        .prop_map(|(id, [name, email, phone, note], address)| Customer { id, name, email, phone, address, note })
}

pub fn embedded_scheme() -> impl Strategy<Value = EmbeddedScheme> {
    let kind = prop_oneof![Just(EmbeddedKind::Price), (0_u8..=3).prop_map(|decimals| EmbeddedKind::Weight { decimals })];
    let prefix = prop_oneof![Just(2_u8), 20_u8..=29];
    (prefix, 4_u8..=5, any::<bool>(), kind)
        .prop_map(|(prefix, item, check, kind)| EmbeddedScheme::new(prefix, item, check, kind).unwrap())
}

pub fn shop() -> impl Strategy<Value = ShopSettings> {
    let numbers = (any::<i64>(), any::<i32>(), vec(embedded_scheme(), 0..3), texts());
    let texts = [text(), text(), text(), text(), text(), text(), text(), text(), text()];
    (id!(ShopId), texts, currency(), select(TaxInclusion::ALL), select(TaxRounding::ALL), numbers).prop_map(
        |(id, texts, currency, tax_inclusion, tax_rounding, numbers)| {
            let (smallest_coin_minor, utc_offset_minutes, embedded_codes, device_names) = numbers;
            let [name, country, region, receipt_header, receipt_footer, contact_email, accent, tagline, bank_details] = texts;
            ShopSettings {
                id,
                name,
                currency,
                country,
                region,
                tax_inclusion,
                tax_rounding,
                smallest_coin_minor,
                utc_offset_minutes,
                receipt_header,
                receipt_footer,
                contact_email,
                accent,
                tagline,
                embedded_codes,
                bank_details,
                device_names,
            }
        },
    )
}

pub fn location() -> impl Strategy<Value = Location> {
    (id!(LocationId), text(), address(), any::<bool>(), any::<bool>()).prop_map(
        |(id, name, address, offers_collection, ships_orders)| Location { id, name, address, offers_collection, ships_orders },
    )
}

pub fn till() -> impl Strategy<Value = Till> {
    (id!(TillId), text(), text(), id!(LocationId)).prop_map(|(id, name, code, location)| Till { id, name, code, location })
}

pub fn staff() -> impl Strategy<Value = StaffMember> {
    let permissions = btree_set(select(Permission::ALL), 0..4);
    (id!(StaffId), text(), select(Role::ALL), text(), any::<bool>(), permissions).prop_map(
        |(id, name, role, pin_hash, is_active, extra_permissions)| StaffMember {
            id,
            name,
            role,
            pin_hash,
            is_active,
            extra_permissions,
        },
    )
}

fn tax_rate() -> impl Strategy<Value = TaxRate> {
    let place = (category(), text(), text());
    (text(), place, any::<i64>(), option::of(day()), option::of(day())).prop_map(
        |(name, (category, country, region), rate, from, until)| TaxRate {
            key: String::new(),
            name,
            category,
            country,
            region,
            rate_millionths: RateMillionths(rate),
            from,
            until,
        },
    )
}

pub fn tax_table() -> impl Strategy<Value = TaxTable> {
    (id!(DocumentId), btree_map(key(), tax_rate(), 0..5)).prop_map(|(id, rates)| {
        let rates = rates.into_iter().rev().map(|(key, rate)| TaxRate { key, ..rate });
        TaxTable { id, rates: rates.collect() }
    })
}

fn shipping_rate() -> impl Strategy<Value = ShippingRate> {
    (text(), vec(text(), 0..12), option::of(any::<i64>()), option::of(money()), money()).prop_map(
        |(name, countries, weight_grams_max, goods_gross_min, price)| ShippingRate {
            key: String::new(),
            name,
            countries,
            weight_grams_max,
            goods_gross_min,
            price,
        },
    )
}

pub fn shipping_table() -> impl Strategy<Value = ShippingTable> {
    (id!(DocumentId), btree_map(key(), shipping_rate(), 0..5)).prop_map(|(id, rates)| {
        let rates = rates.into_iter().rev().map(|(key, rate)| ShippingRate { key, ..rate });
        ShippingTable { id, rates: rates.collect() }
    })
}

fn discount(amount: impl Strategy<Value = Money>, rate: impl Strategy<Value = i64>) -> impl Strategy<Value = Discount> {
    let kind =
        prop_oneof![rate.prop_map(|rate| DiscountKind::Rate(RateMillionths(rate))), amount.prop_map(DiscountKind::Amount),];
    (kind, text(), option::of(id!(StaffId))).prop_map(|(kind, reason, staff)| Discount { kind, reason, staff })
}

fn line(
    price: impl Strategy<Value = Money>,
    thousandths: impl Strategy<Value = i64>,
    discount: impl Strategy<Value = Option<Discount>>,
) -> impl Strategy<Value = BasketLine> {
    let ids = (id!(LineId), option::of(id!(ProductId)), option::of(id!(VariantId)));
    let category = prop_oneof![select(vec!["standard", "reduced", "zero"]).prop_map(str::to_owned), text()];
    (ids, text(), text(), thousandths, unit(), price, category, discount).prop_map(
        |((id, product, variant), sku, title, thousandths, unit, unit_price, category, discount)| BasketLine {
            id,
            product,
            variant,
            sku,
            title,
            quantity: Quantity::from_thousandths(thousandths),
            unit,
            unit_price,
            tax_category: TaxCategory(category),
            discount,
        },
    )
}

/// A basket as a peer may send it: any numbers at all.
pub fn basket() -> impl Strategy<Value = Basket> {
    let lines = vec(line(money(), any::<i64>(), option::of(discount(money(), any::<i64>()))), 0..5);
    (id!(BasketId), lines, option::of(discount(money(), any::<i64>())), option::of(id!(CustomerId)), text())
        .prop_map(|(id, lines, discount, customer, note)| Basket { id, lines, discount, customer, note })
}

/// A basket as a shop has it, in one currency.
pub fn shop_basket(currency: Currency) -> impl Strategy<Value = Basket> {
    let amount = move |max: i64| (0..=max).prop_map(move |minor| Money { minor, currency });
    let quantity = prop_oneof![(1_i64..20).prop_map(|pieces| pieces * 1000), 1_i64..20_000];
    let off = move || option::of(discount(amount(5_000), 0_i64..=1_000_000));
    (id!(BasketId), vec(line(amount(100_000), quantity, off()), 1..8), off(), text())
        .prop_map(|(id, lines, discount, note)| Basket { id, lines, discount, customer: None, note })
}

/// A basket at the ends of what numbers can hold, in one currency.
pub fn edge_basket(currency: Currency) -> impl Strategy<Value = Basket> {
    let amount = move || edge().prop_map(move |minor| Money { minor, currency });
    let off = move || option::of(discount(amount(), edge()));
    (id!(BasketId), vec(line(amount(), edge(), off()), 1..6), off(), text()).prop_map(|(id, lines, discount, note)| Basket {
        id,
        lines,
        discount,
        customer: None,
        note,
    })
}

pub fn parked_basket() -> impl Strategy<Value = ParkedBasket> {
    (basket(), text(), option::of(id!(StaffId)), any::<i64>(), any::<bool>()).prop_map(|(basket, label, staff, ms, is_taken)| {
        ParkedBasket { basket, label, staff, parked_at: Timestamp::from_unix_ms(ms), is_taken }
    })
}

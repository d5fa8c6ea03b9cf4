//! The shop itself: its settings, locations, tills and shipping.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::barcode::{EmbeddedCode, EmbeddedScheme, Gtin};
use crate::document::{Document, DocumentKind, Fields, Member};
use crate::id::{DocumentId, LocationId, ShopId, TillId};
use crate::money::{Currency, Money};
use crate::tax::{TaxInclusion, TaxRounding};

/// A postal address. Which lines a country uses is the screen's business.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each is the part of an address of the same name")]
pub struct Address {
    pub name: String,
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub region: String,
    pub postal_code: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    pub phone: String,
}

/// A shop's settings. One document; its id is the shop's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopSettings {
    /// The shop.
    pub id: ShopId,
    /// Its name.
    pub name: String,
    /// The currency of all its prices.
    pub currency: Currency,
    /// Its country, ISO 3166-1 alpha-2.
    pub country: String,
    /// Its state or province, for tax.
    pub region: String,
    /// Whether its prices contain tax.
    pub tax_inclusion: TaxInclusion,
    /// Where tax is rounded.
    pub tax_rounding: TaxRounding,
    /// Cash totals are rounded to this many minor units; 1: not at all.
    pub smallest_coin_minor: i64,
    /// Minutes ahead of UTC, for business days and times on receipts.
    pub utc_offset_minutes: i32,
    /// Lines under the name on receipts.
    pub receipt_header: String,
    /// Lines at the end of receipts.
    pub receipt_footer: String,
    /// Where buyers write to.
    pub contact_email: String,
    /// The storefront's accent color, `#rrggbb`; empty: the house color.
    pub accent: String,
    /// One sentence on the storefront's home page.
    pub tagline: String,
    /// How scales and suppliers put prices and weights into barcodes; empty: they do not.
    #[serde(default)]
    pub embedded_codes: Vec<EmbeddedScheme>,
    /// How buyers transfer money: bank, account, reference; empty: bank transfer is not offered.
    pub bank_details: String,
    /// What people call a device since it was renamed, by its replica's id; others go by the name of their certificate.
    #[serde(default)]
    pub device_names: BTreeMap<String, String>,
}

/// A place that holds stock or sells. One document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// Its id.
    pub id: LocationId,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub address: Address,
    /// Whether buyers may collect orders here.
    pub offers_collection: bool,
    /// Whether web orders are shipped from here.
    pub ships_orders: bool,
}

/// A selling point with a drawer. One document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Till {
    /// Its id.
    pub id: TillId,
    /// Its name: "Front till".
    pub name: String,
    /// Its code on receipts: `T01`. One to four letters and digits, unique in a well-kept shop.
    pub code: String,
    /// Where it stands.
    pub location: LocationId,
}

/// A shop's shipping rates. One document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingTable {
    /// Its document.
    pub id: DocumentId,
    /// Its rates.
    pub rates: Vec<ShippingRate>,
}

/// A row of the shipping table: offered where the place, weight and goods total fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingRate {
    /// Its id in the table.
    pub key: String,
    /// What buyers read: "Standard, 3 to 5 days".
    pub name: String,
    /// Countries, ISO 3166-1 alpha-2; empty: everywhere.
    pub countries: Vec<String>,
    /// Up to this weight, grams; `None`: any.
    pub weight_grams_max: Option<i64>,
    /// From this goods total (gross) on; `None`: any. A rate of zero with a minimum is "free from".
    pub goods_gross_min: Option<Money>,
    /// What it costs, gross.
    pub price: Money,
}

/// The currency of a shop whose settings have not arrived yet.
const CURRENCY_DEFAULT: Currency = Currency::USD;

impl Address {
    /// Whether nothing of it is filled in.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn from_fields_at(at: &str, fields: &Fields) -> Self {
        let part = |name: &str| fields.text(&format!("{at}/{name}")).to_owned();
        Self {
            name: part("name"),
            line1: part("line1"),
            line2: part("line2"),
            city: part("city"),
            region: part("region"),
            postal_code: part("postal_code"),
            country: part("country"),
            phone: part("phone"),
        }
    }

    pub(crate) fn write_at(&self, at: &str, fields: &mut Fields) {
        let Self { name, line1, line2, city, region, postal_code, country, phone } = self;
        let parts = [
            ("name", name),
            ("line1", line1),
            ("line2", line2),
            ("city", city),
            ("region", region),
            ("postal_code", postal_code),
            ("country", country),
            ("phone", phone),
        ];
        parts.into_iter().for_each(|(part, value)| fields.set_text(format!("{at}/{part}"), value));
    }
}

/// Whether it is written like a country of ISO 3166-1 alpha-2: two capital letters.
pub fn is_country_code(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Whether it can be a till's code: one to four capital letters and digits.
pub fn is_till_code(code: &str) -> bool {
    (1..=4).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Whether it is an accent color, `#rrggbb`.
pub fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The coin that cash totals are rounded to where the country has withdrawn smaller ones, in minor units; 1 elsewhere.
pub fn smallest_coin_minor(country: &str) -> i64 {
    match country {
        "CH" | "LI" | "CA" | "AU" | "NL" | "BE" | "FI" | "IE" | "IT" | "EE" | "SK" | "LT" | "MY" | "SG" => 5,
        "NZ" | "ZA" => 10,
        "DK" => 50,
        "SE" | "NO" | "CZ" => 100,
        "HU" => 500,
        _ => 1,
    }
}

impl ShopSettings {
    /// Settings to start from: the country's usual way of stating prices, and the rest empty.
    pub fn new(id: ShopId, name: &str, currency: Currency, country: &str) -> Self {
        let is_exclusive = matches!(country, "US" | "CA");
        Self {
            name: name.to_owned(),
            currency,
            country: country.to_owned(),
            tax_inclusion: if is_exclusive { TaxInclusion::Exclusive } else { TaxInclusion::Inclusive },
            smallest_coin_minor: smallest_coin_minor(country),
            ..Self::from_fields(id.into(), &Fields::new())
        }
    }

    /// The price or weight in a scanned number, by the first of the shop's schemes that fits it.
    pub fn read_embedded(&self, gtin: Gtin) -> Option<EmbeddedCode> {
        self.embedded_codes.iter().find_map(|scheme| scheme.read(gtin))
    }
}

/// Each field at the path of its name.
impl Document for ShopSettings {
    const KIND: DocumentKind = DocumentKind::Shop;

    fn document_id(&self) -> DocumentId {
        self.id.into()
    }

    fn from_fields(id: DocumentId, fields: &Fields) -> Self {
        let text = |path: &str| fields.text(path).to_owned();
        Self {
            id: id.into(),
            name: text("name"),
            currency: fields.text("currency").parse().unwrap_or(CURRENCY_DEFAULT),
            country: text("country"),
            region: text("region"),
            tax_inclusion: TaxInclusion::from_word(fields.text("tax_inclusion")).unwrap_or(TaxInclusion::Inclusive),
            tax_rounding: TaxRounding::from_word(fields.text("tax_rounding")).unwrap_or(TaxRounding::ByLine),
            smallest_coin_minor: fields.int("smallest_coin_minor").unwrap_or(1),
            utc_offset_minutes: fields.int("utc_offset_minutes").and_then(|minutes| i32::try_from(minutes).ok()).unwrap_or(0),
            receipt_header: text("receipt_header"),
            receipt_footer: text("receipt_footer"),
            contact_email: text("contact_email"),
            accent: text("accent"),
            tagline: text("tagline"),
            embedded_codes: fields.list("embedded_codes").iter().filter_map(|pattern| pattern.parse().ok()).collect(),
            bank_details: text("bank_details"),
            device_names: fields.texts("device_names"),
        }
    }

    fn to_fields(&self) -> Fields {
        let Self {
            id: _,
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
        } = self;
        let mut fields = Fields::new();
        let texts = [
            ("name", name.as_str()),
            ("currency", currency.code()),
            ("country", country),
            ("region", region),
            ("tax_inclusion", tax_inclusion.word()),
            ("tax_rounding", tax_rounding.word()),
            ("receipt_header", receipt_header),
            ("receipt_footer", receipt_footer),
            ("contact_email", contact_email),
            ("accent", accent),
            ("tagline", tagline),
            ("bank_details", bank_details),
        ];
        texts.into_iter().for_each(|(path, value)| fields.set_text(path, value));
        fields.set_list("embedded_codes", &embedded_codes.iter().map(EmbeddedScheme::to_string).collect::<Vec<_>>());
        fields.set_texts("device_names", device_names);
        fields.set_int("smallest_coin_minor", *smallest_coin_minor);
        fields.set_int("utc_offset_minutes", i64::from(*utc_offset_minutes));
        fields
    }
}

/// `name`, `address/<part>`, `offers_collection`, `ships_orders`.
impl Document for Location {
    const KIND: DocumentKind = DocumentKind::Location;

    fn document_id(&self) -> DocumentId {
        self.id.into()
    }

    fn from_fields(id: DocumentId, fields: &Fields) -> Self {
        Self {
            id: id.into(),
            name: fields.text("name").to_owned(),
            address: Address::from_fields_at("address", fields),
            offers_collection: fields.is_set("offers_collection"),
            ships_orders: fields.is_set("ships_orders"),
        }
    }

    fn to_fields(&self) -> Fields {
        let Self { id: _, name, address, offers_collection, ships_orders } = self;
        let mut fields = Fields::new();
        fields.set_text("name", name);
        address.write_at("address", &mut fields);
        fields.set_flag("offers_collection", *offers_collection);
        fields.set_flag("ships_orders", *ships_orders);
        fields
    }
}

/// `name`, `code`, `location`. A till without a readable location stands at the location of all zeros, which none is.
impl Document for Till {
    const KIND: DocumentKind = DocumentKind::Till;

    fn document_id(&self) -> DocumentId {
        self.id.into()
    }

    fn from_fields(id: DocumentId, fields: &Fields) -> Self {
        Self {
            id: id.into(),
            name: fields.text("name").to_owned(),
            code: fields.text("code").to_owned(),
            location: fields.id("location").unwrap_or(LocationId::from_bytes([0; 16])),
        }
    }

    fn to_fields(&self) -> Fields {
        let Self { id: _, name, code, location } = self;
        let mut fields = Fields::new();
        fields.set_text("name", name);
        fields.set_text("code", code);
        fields.set_id("location", Some(location));
        fields
    }
}

impl ShippingRate {
    fn fits(&self, country: &str, weight_grams: i64, goods_gross: Money) -> bool {
        let place = self.countries.is_empty() || self.countries.iter().any(|served| served == country);
        let weight = self.weight_grams_max.is_none_or(|max| weight_grams <= max);
        let goods = self.goods_gross_min.is_none_or(|min| min.currency == goods_gross.currency && goods_gross.minor >= min.minor);
        place && weight && goods && self.price.currency == goods_gross.currency
    }

    /// `None` where the price cannot be read: such a rate is not offered rather than offered for nothing.
    fn from_member(member: &Member, fields: &Fields) -> Option<Self> {
        Some(Self {
            key: member.key.clone(),
            name: fields.text(&member.path("name")).to_owned(),
            countries: fields.list(&member.path("countries")),
            weight_grams_max: fields.int(&member.path("weight_grams_max")),
            goods_gross_min: fields.money(&member.path("goods_gross_min")),
            price: fields.money(&member.path("price"))?,
        })
    }

    fn write(&self, position: usize, fields: &mut Fields) {
        let Self { key, name, countries, weight_grams_max, goods_gross_min, price } = self;
        let path = |field: &str| format!("rates/{key}/{field}");
        fields.set_position(path("position"), position);
        fields.set_text(path("name"), name);
        fields.set_list(&path("countries"), countries);
        if let Some(grams) = weight_grams_max {
            fields.set_int(path("weight_grams_max"), *grams);
        }
        fields.set_money(&path("goods_gross_min"), *goods_gross_min);
        fields.set_money(&path("price"), Some(*price));
    }
}

impl ShippingTable {
    /// What is offered for goods of this weight and total to this country, cheapest first.
    pub fn rates_for(&self, country: &str, weight_grams: i64, goods_gross: Money) -> Vec<&ShippingRate> {
        let mut rates: Vec<_> = self.rates.iter().filter(|rate| rate.fits(country, weight_grams, goods_gross)).collect();
        rates.sort_by_key(|rate| rate.price.minor);
        rates
    }
}

/// `rates/<key>/{position,name,countries/<n>,weight_grams_max,goods_gross_min,price}`.
impl Document for ShippingTable {
    const KIND: DocumentKind = DocumentKind::ShippingTable;
    const MEMBERS: &'static [&'static str] = &["rates"];

    fn document_id(&self) -> DocumentId {
        self.id
    }

    fn from_fields(id: DocumentId, fields: &Fields) -> Self {
        let rates = fields.members("rates");
        Self { id, rates: rates.iter().filter_map(|member| ShippingRate::from_member(member, fields)).collect() }
    }

    fn to_fields(&self) -> Fields {
        let mut fields = Fields::new();
        self.rates.iter().enumerate().for_each(|(position, rate)| rate.write(position, &mut fields));
        fields
    }
}

//! A new shop: its settings, first location, owner, taxes and shipping rates, in one entry.

use tradepost_domain::document::Document;
use tradepost_domain::id::{DocumentId, LocationId, ShopId, StaffId};
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::shop::{Location, ShippingRate, ShippingTable, ShopSettings, is_country_code};
use tradepost_domain::staff::{Permission, Role, StaffMember, hash_pin};
use tradepost_domain::tax::{TaxInclusion, TaxTable};
use tradepost_replica::Recorded;

use crate::by::By;
use crate::error::{Outcome, Refusal};
use crate::shop::{Shop, find_settings};
use crate::text;

/// What is asked before a shop opens. Everything of it can be changed later, but for the currency.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "each is the setting of the same name")]
pub struct NewShop {
    pub name: String,
    pub currency: Currency,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    pub region: String,
    /// `None`: as is usual in the country.
    pub tax_inclusion: Option<TaxInclusion>,
    pub utc_offset_minutes: i32,
    pub location_name: String,
    pub owner_name: String,
    /// Without a PIN the owner cannot sign in at a till.
    pub owner_pin: Option<String>,
    pub receipt_header: String,
}

/// What a new shop starts with.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "each is the noun of the same name")]
pub struct SetUp {
    pub settings: ShopSettings,
    pub location: Location,
    pub owner: StaffMember,
    pub recorded: Recorded,
}

impl NewShop {
    /// A shop of which only the necessary is known.
    pub fn new(name: &str, currency: Currency, country: &str) -> Self {
        Self {
            name: name.to_owned(),
            currency,
            country: country.to_owned(),
            region: String::new(),
            tax_inclusion: None,
            utc_offset_minutes: 0,
            location_name: "Main location".to_owned(),
            owner_name: "Owner".to_owned(),
            owner_pin: None,
            receipt_header: String::new(),
        }
    }

    /// Refuses what a shop cannot start with; [`Shop::set_up`] does so too.
    pub fn check(&self) -> Outcome<()> {
        text::name(&self.name, "a name for the shop")?;
        text::name(&self.location_name, "a name for the location")?;
        text::name(&self.owner_name, "the owner's name")?;
        text::long(&self.receipt_header, "the receipt header")?;
        if let Some(pin) = &self.owner_pin {
            hash_pin(pin, [0; 16])?;
        }
        text::at_most(&self.region, "the region", text::NAME_CHARS_MAX)?;
        check_country(&self.country)?;
        check_offset(self.utc_offset_minutes)
    }

    fn settings(&self, id: ShopId) -> ShopSettings {
        let usual = ShopSettings::new(id, self.name.trim(), self.currency, &self.country);
        ShopSettings {
            region: self.region.trim().to_owned(),
            tax_inclusion: self.tax_inclusion.unwrap_or(usual.tax_inclusion),
            utc_offset_minutes: self.utc_offset_minutes,
            receipt_header: self.receipt_header.clone(),
            ..usual
        }
    }
}

impl Shop {
    /// Whether its settings are here: made by [`Shop::set_up`], or arrived from another device.
    pub fn is_set_up(&self) -> Outcome<bool> {
        Ok(find_settings(&self.read())?.is_some())
    }

    /// Sets up the shop that this replica was founded for. Once.
    pub fn set_up(&self, by: &mut By<'_>, new: NewShop) -> Outcome<SetUp> {
        new.check()?;
        let pin_hash = match &new.owner_pin {
            Some(pin) => hash_pin(pin, by.new_id())?,
            None => String::new(),
        };
        let mut work = self.work_by(by, Permission::Administer)?;
        if find_settings(&work.read)?.is_some() {
            return Err(Refusal::ShopIsSetUp.into());
        }
        let shop = work.replica.shop();
        let settings = new.settings(shop);
        let location = Location {
            name: new.location_name.trim().to_owned(),
            offers_collection: true,
            ships_orders: true,
            ..Location::from_fields(LocationId::from_bytes(by.new_id()).into(), &Default::default())
        };
        let owner = StaffMember {
            id: StaffId::from_bytes(by.new_id()),
            name: new.owner_name.trim().to_owned(),
            role: Role::Owner,
            pin_hash,
            is_active: true,
            extra_permissions: Default::default(),
        };
        let taxes = TaxTable::for_country(table_id(shop, 1), &settings.country);
        let shipping = starter_shipping(table_id(shop, 2), &settings);
        let edits = [
            settings.edit_from(None),
            location.edit_from(None),
            owner.edit_from(None),
            taxes.edit_from(None),
            shipping.edit_from(None),
        ];
        let draft = tradepost_replica::Draft { edits: edits.into_iter().flatten().collect(), ..by.draft("shop.set_up") };
        let recorded = work.record(draft, by.env)?;
        Ok(SetUp { settings, location, owner, recorded })
    }
}

/// The id of one of the shop's tables: the same on every device, so that two that make it make one.
fn table_id(shop: ShopId, table: u8) -> DocumentId {
    let mut bytes = *shop.as_bytes();
    if let Some(last) = bytes.last_mut() {
        *last ^= table;
    }
    DocumentId::from_bytes(bytes)
}

/// Rates to start from, for the shop to change: sent within the country, free from twenty times that on, and abroad for three times it.
fn starter_shipping(id: DocumentId, settings: &ShopSettings) -> ShippingTable {
    let parcel = parcel_price(settings.currency);
    let amount = |times: i64| Money::from_minor(parcel.saturating_mul(times), settings.currency);
    let rate = |key: &str, name: &str, countries: Vec<String>, goods_gross_min: Option<Money>, price: Money| ShippingRate {
        key: key.to_owned(),
        name: name.to_owned(),
        countries,
        weight_grams_max: None,
        goods_gross_min,
        price,
    };
    let home = || vec![settings.country.clone()];
    let rates = vec![
        rate("standard", "Standard", home(), None, amount(1)),
        rate("free", "Free shipping", home(), Some(amount(20)), amount(0)),
        rate("international", "International", Vec::new(), None, amount(3)),
    ];
    ShippingTable { id, rates }
}

/// About what sending a small parcel costs, in minor units, as a round number of the currency.
fn parcel_price(currency: Currency) -> i64 {
    let units = match currency.code() {
        "JPY" => 700,
        "KRW" => 3_000,
        "VND" => 30_000,
        "IDR" => 20_000,
        "CLP" => 4_000,
        "COP" => 12_000,
        "HUF" => 1_800,
        "INR" => 90,
        "CZK" | "TWD" | "MXN" | "ZAR" | "THB" | "PHP" => 99,
        "SEK" | "NOK" | "DKK" => 49,
        "PLN" => 15,
        _ => 5,
    };
    currency.minor_per_unit().saturating_mul(units)
}

pub(crate) fn check_country(country: &str) -> Outcome<()> {
    if is_country_code(country) {
        return Ok(());
    }
    Err(Refusal::NotValid { what: "the country", expected: "write its two letters, such as US or DE" }.into())
}

/// Offsets from UTC lie between -12 and +14 hours.
pub(crate) fn check_offset(minutes: i32) -> Outcome<()> {
    if (-12 * 60..=14 * 60).contains(&minutes) {
        return Ok(());
    }
    Err(Refusal::NotValid { what: "the time zone", expected: "it lies between -12:00 and +14:00" }.into())
}

//! Settings: the shop itself, taxes, shipping, locations, tills and staff.

use serde::{Deserialize, Serialize};
use tradepost_domain::document::Document;
use tradepost_domain::id::{LocationId, StaffId, TillId};
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::shop::{Location, ShippingRate, ShippingTable, Till, is_color, is_country_code, is_till_code};
use tradepost_domain::staff::{Role, StaffMember};
use tradepost_domain::tax::{RateMillionths, TaxCategory, TaxInclusion, TaxRate, TaxTable};
use tradepost_domain::time::BusinessDay;
use tradepost_operations::read::Reader;
use ts_rs::TS;

use super::amount::{parse_money, parse_optional_money};
use super::customer::AddressDraft;
use super::error::{ApiError, ApiResult};
use super::undo::Saved;
use super::write::Write;

/// Everything the settings screen shows.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Settings {
    /// The shop.
    pub shop: ShopDraft,
    /// Its currency; fixed once the shop stands.
    pub currency: String,
    /// Its tax rates.
    pub taxes: Vec<TaxRateDraft>,
    /// Its shipping rates.
    pub shipping: Vec<ShippingRateDraft>,
    /// Its locations.
    pub locations: Vec<LocationDraft>,
    /// Its tills.
    pub tills: Vec<TillDraft>,
    /// A code for the next till that no other device proposes.
    pub free_till_code: String,
    /// Who works here.
    pub staff: Vec<StaffDraft>,
    /// Whether the keys of this shop are in the system's keyring; otherwise in a file that its owner alone can read.
    pub keys_in_keyring: bool,
    /// Where the shop's files are on this computer.
    pub data_folder: String,
}

/// The shop's own settings.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ShopDraft {
    /// Its name.
    pub name: String,
    /// Its country.
    pub country: String,
    /// Its state or province.
    pub region: String,
    /// Whether prices contain tax.
    pub prices_include_tax: bool,
    /// Minutes ahead of UTC, as typed.
    pub utc_offset_minutes: i32,
    /// Cash is rounded to this many minor units.
    pub smallest_coin_minor: i64,
    /// Lines under the name on receipts.
    pub receipt_header: String,
    /// Lines at the end of receipts.
    pub receipt_footer: String,
    /// Where buyers write to.
    pub contact_email: String,
    /// How buyers transfer money.
    pub bank_details: String,
    /// The web shop's accent color, or empty.
    pub accent: String,
    /// One sentence on the web shop's home page.
    pub tagline: String,
}

/// A tax rate.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct TaxRateDraft {
    /// Its key; empty: a new one.
    pub key: String,
    /// What is printed.
    pub name: String,
    /// For this category.
    pub category: String,
    /// In this country.
    pub country: String,
    /// In this state or province; empty: everywhere in it.
    pub region: String,
    /// Percent, as typed.
    pub percent: String,
    /// From this day, or empty.
    pub from: String,
    /// Until this day, or empty.
    pub until: String,
}

/// A shipping rate.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ShippingRateDraft {
    /// Its key; empty: a new one.
    pub key: String,
    /// What buyers read.
    pub name: String,
    /// Countries, separated by spaces or commas; empty: everywhere.
    pub countries: String,
    /// Up to this weight in grams, or empty.
    pub weight_grams_max: String,
    /// From this total on, or empty.
    pub goods_min: String,
    /// What it costs.
    pub price: String,
}

/// A location.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LocationDraft {
    /// Its id; empty: a new one.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub address: AddressDraft,
    /// Whether buyers may collect here.
    pub offers_collection: bool,
    /// Whether web orders are shipped from here.
    pub ships_orders: bool,
}

/// A till.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct TillDraft {
    /// Its id; empty: a new one.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its code on receipts.
    pub code: String,
    /// Where it stands.
    pub location: String,
}

/// A staff member.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct StaffDraft {
    /// The id; empty: a new one.
    pub id: String,
    /// The name on receipts.
    pub name: String,
    /// The role.
    #[ts(type = "'owner' | 'manager' | 'cashier'")]
    pub role: Role,
    /// Whether this person works here now.
    pub is_active: bool,
    /// Whether there is a PIN.
    pub has_pin: bool,
    /// A new PIN; empty: as it is.
    pub pin: String,
}

/// What the settings screen shows of this computer.
#[derive(Debug, Clone, Default)]
pub struct ThisComputer {
    /// Whether the keys are in the system's keyring.
    pub keys_in_keyring: bool,
    /// Where the files are.
    pub data_folder: String,
    /// A code for a till that no other device proposes.
    pub free_till_code: String,
}

/// Everything.
pub fn show(reader: &Reader, here: ThisComputer) -> ApiResult<Settings> {
    let ThisComputer { keys_in_keyring, data_folder, free_till_code } = here;
    let shop = reader.shop()?;
    Ok(Settings {
        currency: shop.currency.to_string(),
        taxes: reader.tax_table()?.rates.into_iter().map(tax_draft).collect(),
        shipping: reader.shipping_table()?.rates.into_iter().map(shipping_draft).collect(),
        locations: reader.locations()?.into_iter().map(location_draft).collect(),
        tills: reader.tills()?.into_iter().map(till_draft).collect(),
        free_till_code,
        staff: reader.staff()?.into_iter().map(staff_draft).collect(),
        keys_in_keyring,
        data_folder,
        shop: ShopDraft {
            name: shop.name,
            country: shop.country,
            region: shop.region,
            prices_include_tax: shop.tax_inclusion == TaxInclusion::Inclusive,
            utc_offset_minutes: shop.utc_offset_minutes,
            smallest_coin_minor: shop.smallest_coin_minor,
            receipt_header: shop.receipt_header,
            receipt_footer: shop.receipt_footer,
            contact_email: shop.contact_email,
            bank_details: shop.bank_details,
            accent: shop.accent,
            tagline: shop.tagline,
        },
    })
}

/// Saves the shop's own settings.
pub fn save_shop(write: &mut Write<'_, '_>, draft: ShopDraft) -> ApiResult<Saved> {
    let before = write.reader.shop()?;
    if draft.name.trim().is_empty() {
        return Err(ApiError::input("Give the shop a name."));
    }
    if !is_country_code(&draft.country) {
        return Err(ApiError::input("Country: write its two letters, such as US."));
    }
    if !draft.accent.is_empty() && !is_color(&draft.accent) {
        return Err(ApiError::input("Accent color: write it like #0b6e63."));
    }
    let mut after = before.clone();
    after.name = draft.name.trim().to_owned();
    after.country = draft.country;
    after.region = draft.region.trim().to_owned();
    after.tax_inclusion = if draft.prices_include_tax { TaxInclusion::Inclusive } else { TaxInclusion::Exclusive };
    after.utc_offset_minutes = draft.utc_offset_minutes.clamp(-14 * 60, 14 * 60);
    after.smallest_coin_minor = draft.smallest_coin_minor.max(1);
    after.receipt_header = draft.receipt_header;
    after.receipt_footer = draft.receipt_footer;
    after.contact_email = draft.contact_email.trim().to_owned();
    after.bank_details = draft.bank_details;
    after.accent = draft.accent;
    after.tagline = draft.tagline.trim().to_owned();
    write.edit_shop(&before, &after)
}

/// Saves the tax table.
pub fn save_taxes(write: &mut Write<'_, '_>, drafts: &[TaxRateDraft]) -> ApiResult<Saved> {
    let before = write.reader.tax_table()?;
    let mut rates = Vec::new();
    for draft in drafts {
        let key = key_of(write, &draft.key);
        rates.push(tax_rate(key, draft)?);
    }
    write.save_tax_table(&before, &TaxTable { id: before.id, rates })
}

/// Saves the shipping table.
pub fn save_shipping(write: &mut Write<'_, '_>, drafts: &[ShippingRateDraft]) -> ApiResult<Saved> {
    let before = write.reader.shipping_table()?;
    let currency = write.reader.shop()?.currency;
    let mut rates = Vec::new();
    for draft in drafts {
        let key = key_of(write, &draft.key);
        rates.push(shipping_rate(key, draft, currency)?);
    }
    write.save_shipping_table(&before, &ShippingTable { id: before.id, rates })
}

/// Saves a location.
pub fn save_location(write: &mut Write<'_, '_>, draft: LocationDraft) -> ApiResult<Saved> {
    let LocationDraft { id, name, address, offers_collection, ships_orders } = draft;
    if name.trim().is_empty() {
        return Err(ApiError::input("Give the location a name."));
    }
    let id: LocationId = write.id_or_new(&id, "location")?;
    let before: Option<Location> = write.reader.document(id.into())?;
    let location = Location { id, name: name.trim().to_owned(), address: address.into(), offers_collection, ships_orders };
    write.save_location(before.as_ref(), &location)
}

/// Saves a till.
pub fn save_till(write: &mut Write<'_, '_>, draft: &TillDraft) -> ApiResult<Saved> {
    let code = draft.code.trim().to_uppercase();
    if draft.name.trim().is_empty() {
        return Err(ApiError::input("Give the till a name."));
    }
    if !is_till_code(&code) {
        return Err(ApiError::input("Code: one to four letters and digits, such as T01. It stands on receipts."));
    }
    let id: TillId = write.id_or_new(&draft.id, "till")?;
    if write.reader.tills()?.iter().any(|till| till.id != id && till.code == code) {
        return Err(ApiError::input(format!("Another till has the code {code}. Receipts would be mixed up: choose another.")));
    }
    let before: Option<Till> = write.reader.document(id.into())?;
    let till = Till { id, name: draft.name.trim().to_owned(), code, location: super::stock::parse_location(&draft.location)? };
    write.save_till(before.as_ref(), &till)
}

/// Saves a staff member; a new PIN replaces the old one.
pub fn save_staff(write: &mut Write<'_, '_>, draft: &StaffDraft) -> ApiResult<Saved> {
    if draft.name.trim().is_empty() {
        return Err(ApiError::input("Give the staff member a name."));
    }
    let id: StaffId = write.id_or_new(&draft.id, "staff member")?;
    let before: Option<StaffMember> = write.reader.document(id.into())?;
    let base = before.clone().unwrap_or_else(|| StaffMember::from_fields(id.into(), &tradepost_domain::document::Fields::new()));
    let member = StaffMember { name: draft.name.trim().to_owned(), role: draft.role, is_active: draft.is_active, ..base };
    let pin = Some(draft.pin.as_str()).filter(|pin| !pin.is_empty());
    write.save_staff(before.as_ref(), &member, pin)
}

fn key_of(write: &mut Write<'_, '_>, key: &str) -> String {
    if key.is_empty() {
        let id = tradepost_domain::id::DocumentId::from_bytes(write.random_id()).to_string();
        id.chars().take(8).collect()
    } else {
        key.to_owned()
    }
}

fn tax_rate(key: String, draft: &TaxRateDraft) -> ApiResult<TaxRate> {
    let day = |text: &str| -> ApiResult<Option<BusinessDay>> {
        if text.is_empty() {
            Ok(None)
        } else {
            text.parse().map(Some).map_err(|problem| ApiError::input(format!("Date: {problem}.")))
        }
    };
    let country = draft.country.trim().to_uppercase();
    if !is_country_code(&country) {
        return Err(ApiError::input(format!("{}: write the country's two letters, such as US.", draft.name)));
    }
    let rate_millionths = RateMillionths::parse_percent(&draft.percent);
    Ok(TaxRate {
        key,
        name: draft.name.trim().to_owned(),
        category: TaxCategory(draft.category.trim().to_owned()),
        country,
        region: draft.region.trim().to_uppercase(),
        rate_millionths: rate_millionths
            .ok_or_else(|| ApiError::input(format!("{}: write the rate in percent, such as 7.25.", draft.name)))?,
        from: day(&draft.from)?,
        until: day(&draft.until)?,
    })
}

fn shipping_rate(key: String, draft: &ShippingRateDraft, currency: Currency) -> ApiResult<ShippingRate> {
    let countries: Vec<String> =
        draft.countries.split([' ', ',', ';']).filter(|code| !code.is_empty()).map(str::to_uppercase).collect();
    if let Some(wrong) = countries.iter().find(|code| !is_country_code(code)) {
        return Err(ApiError::input(format!("{wrong} is not a country's two letters.")));
    }
    let weight = draft.weight_grams_max.trim();
    let weight_grams_max = if weight.is_empty() {
        None
    } else {
        Some(weight.parse().map_err(|_| ApiError::input("Weight: write whole grams, such as 2000."))?)
    };
    Ok(ShippingRate {
        key,
        name: draft.name.trim().to_owned(),
        countries,
        weight_grams_max,
        goods_gross_min: parse_optional_money(&draft.goods_min, currency, "From total")?,
        price: parse_money(&draft.price, currency, "Price")?,
    })
}

fn tax_draft(rate: TaxRate) -> TaxRateDraft {
    let day = |day: Option<BusinessDay>| day.map(|day| day.to_string()).unwrap_or_default();
    TaxRateDraft {
        key: rate.key,
        name: rate.name,
        category: rate.category.0,
        country: rate.country,
        region: rate.region,
        percent: rate.rate_millionths.to_string().trim_end_matches(" %").to_owned(),
        from: day(rate.from),
        until: day(rate.until),
    }
}

fn shipping_draft(rate: ShippingRate) -> ShippingRateDraft {
    ShippingRateDraft {
        key: rate.key,
        name: rate.name,
        countries: rate.countries.join(" "),
        weight_grams_max: rate.weight_grams_max.map(|grams| grams.to_string()).unwrap_or_default(),
        goods_min: rate.goods_gross_min.map(|min: Money| min.to_decimal()).unwrap_or_default(),
        price: rate.price.to_decimal(),
    }
}

fn location_draft(location: Location) -> LocationDraft {
    let Location { id, name, address, offers_collection, ships_orders } = location;
    LocationDraft { id: id.to_string(), name, address: address.into(), offers_collection, ships_orders }
}

fn till_draft(till: Till) -> TillDraft {
    TillDraft { id: till.id.to_string(), name: till.name, code: till.code, location: till.location.to_string() }
}

fn staff_draft(member: StaffMember) -> StaffDraft {
    StaffDraft {
        id: member.id.to_string(),
        name: member.name,
        role: member.role,
        is_active: member.is_active,
        has_pin: !member.pin_hash.is_empty(),
        pin: String::new(),
    }
}

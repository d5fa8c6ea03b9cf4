//! The shop's settings, its tables, locations and tills.

use std::collections::BTreeSet;

use tradepost_domain::document::Document;
use tradepost_domain::id::{LocationId, ReplicaId, TillId};
use tradepost_domain::shop::{Location, ShippingTable, ShopSettings, Till, is_color, is_till_code};
use tradepost_domain::staff::Permission;
use tradepost_domain::tax::TaxTable;
use tradepost_replica::Recorded;

use crate::by::By;
use crate::error::{Outcome, Refusal};
use crate::set_up::{check_country, check_offset};
use crate::shop::{Shop, Work, found, same_currency};
use crate::text;

/// Rows of a tax or shipping table: more than any country needs.
const TABLE_ROWS_MAX: usize = 500;

impl Shop {
    /// Changes the shop's settings. The currency stays: prices and sales are in it.
    pub fn edit_shop(&self, by: &mut By<'_>, settings: &ShopSettings) -> Outcome<Option<Recorded>> {
        check_settings(settings)?;
        let mut work = self.work_by(by, Permission::Administer)?;
        if work.settings()?.currency != settings.currency {
            return Err(Refusal::CurrencyIsFixed.into());
        }
        work.save(by, "shop.edit", settings)
    }

    /// Changes the tax table. Sales and orders keep the tax they were made with.
    pub fn save_tax_table(&self, by: &mut By<'_>, table: &TaxTable) -> Outcome<Option<Recorded>> {
        at_most_rows(table.rates.len())?;
        no_key_twice(table.rates.iter().map(|rate| rate.key.as_str()))?;
        for rate in &table.rates {
            text::name(&rate.name, "a name for the tax rate")?;
            text::name(&rate.category.0, "a category for the tax rate")?;
            check_country(&rate.country)?;
            if !rate.rate_millionths.is_valid() {
                return Err(Refusal::NotValid { what: "the tax rate", expected: "write it in percent, such as 7.25" }.into());
            }
        }
        self.work_by(by, Permission::Administer)?.save(by, "tax_table.save", table)
    }

    /// Changes the shipping rates.
    pub fn save_shipping_table(&self, by: &mut By<'_>, table: &ShippingTable) -> Outcome<Option<Recorded>> {
        at_most_rows(table.rates.len())?;
        no_key_twice(table.rates.iter().map(|rate| rate.key.as_str()))?;
        let mut work = self.work_by(by, Permission::Administer)?;
        let settings = work.settings()?;
        for rate in &table.rates {
            text::name(&rate.name, "a name for the shipping rate")?;
            rate.countries.iter().try_for_each(|country| check_country(country))?;
            for amount in rate.goods_gross_min.iter().chain([&rate.price]) {
                same_currency(&settings, *amount)?;
                if amount.is_negative() {
                    return Err(Refusal::NotValid { what: "the shipping price", expected: "it cannot be negative" }.into());
                }
            }
        }
        work.save(by, "shipping_table.save", table)
    }

    /// Makes or changes a location.
    pub fn save_location(&self, by: &mut By<'_>, location: &Location) -> Outcome<Option<Recorded>> {
        text::name(&location.name, "a name for the location")?;
        self.work_by(by, Permission::Administer)?.save(by, "location.save", location)
    }

    /// Makes a location that neither ships nor offers collection yet.
    pub fn add_location(&self, by: &mut By<'_>, name: &str) -> Outcome<Location> {
        let id = LocationId::from_bytes(by.new_id());
        let location = Location { name: name.trim().to_owned(), ..Location::from_fields(id.into(), &Default::default()) };
        self.save_location(by, &location)?;
        Ok(location)
    }

    /// Makes or changes a till. Its code stands on receipts, so no two tills share one.
    pub fn save_till(&self, by: &mut By<'_>, till: &Till) -> Outcome<Option<Recorded>> {
        text::name(&till.name, "a name for the till")?;
        if !is_till_code(&till.code) {
            return Err(Refusal::NotValid {
                what: "the till's code",
                expected: "write one to four capital letters and digits, such as T01",
            }
            .into());
        }
        let mut work = self.work_by(by, Permission::Administer)?;
        found(work.read.location(till.location)?, "the till's location")?;
        let is_taken = work.read.tills()?.iter().any(|other| other.id != till.id && other.code == till.code);
        if is_taken {
            return Err(Refusal::TillCodeTaken { code: till.code.clone() }.into());
        }
        work.save(by, "till.save", till)
    }

    /// Makes a till with a free code: T01, T02, ... on the shop's first device; on another one a code such as TKQ4, which that device has
    /// for itself, so that two devices that make a till while they are apart never print the same receipt number.
    pub fn add_till(&self, by: &mut By<'_>, name: &str, location: LocationId) -> Outcome<Till> {
        let code = self.free_till_code()?;
        let till = Till { id: TillId::from_bytes(by.new_id()), name: name.trim().to_owned(), code, location };
        self.save_till(by, &till)?;
        Ok(till)
    }

    /// The code that [`Shop::add_till`] would give.
    pub fn free_till_code(&self) -> Outcome<String> {
        free_till_code(&self.work())
    }
}

/// The most tills that one device may make.
const TILLS_MAX: u32 = 999;
/// What can be read aloud and typed without mistaking it.
const CODE_LETTERS: [char; 24] =
    ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z'];

fn free_till_code(work: &Work<'_>) -> Outcome<String> {
    let taken: BTreeSet<String> = work.read.tills()?.into_iter().map(|till| till.code).collect();
    let is_first_device = work.replica.certificates()?.first().is_some_and(|certificate| certificate.issuer.is_none());
    let code: &dyn Fn(u32) -> String =
        if is_first_device { &|n| format!("T{n:02}") } else { &|n| code_of_its_own(&work.replica.replica_id(), n) };
    let free = (1..=TILLS_MAX).map(code).find(|code| !taken.contains(code));
    free.ok_or_else(|| Refusal::TooMany { what: "tills", count: taken.len(), max: TILLS_MAX as usize }.into())
}

/// The nth code of a device: T and three letters, beginning where its random id says. Two devices have 13,824 places to begin.
fn code_of_its_own(replica: &ReplicaId, n: u32) -> String {
    let start = replica.as_bytes().iter().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)));
    let letters = CODE_LETTERS.len() as u32;
    let place = start.wrapping_add(n) % (letters * letters * letters);
    let letter = |at: u32| CODE_LETTERS.get((at % letters) as usize).copied().unwrap_or('X');
    format!("T{}{}{}", letter(place / letters / letters), letter(place / letters), letter(place))
}

fn check_settings(settings: &ShopSettings) -> Outcome<()> {
    text::name(&settings.name, "a name for the shop")?;
    for long in [&settings.receipt_header, &settings.receipt_footer, &settings.tagline, &settings.bank_details] {
        text::long(long, "the text")?;
    }
    text::at_most(&settings.contact_email, "the email address", text::NAME_CHARS_MAX)?;
    check_country(&settings.country)?;
    check_offset(settings.utc_offset_minutes)?;
    if settings.smallest_coin_minor < 1 {
        return Err(Refusal::NotValid { what: "the smallest coin", expected: "it is at least one minor unit" }.into());
    }
    if !settings.accent.is_empty() && !is_color(&settings.accent) {
        return Err(Refusal::NotValid { what: "the accent color", expected: "write it like #1a7f5a" }.into());
    }
    Ok(())
}

fn at_most_rows(count: usize) -> Outcome<()> {
    if count > TABLE_ROWS_MAX { Err(Refusal::TooMany { what: "rows", count, max: TABLE_ROWS_MAX }.into()) } else { Ok(()) }
}

/// A row's key is a part of its fields' paths.
fn no_key_twice<'a>(keys: impl Iterator<Item = &'a str>) -> Outcome<()> {
    let mut seen = BTreeSet::new();
    for key in keys {
        if key.is_empty() || key.contains('/') || !seen.insert(key) {
            return Err(
                Refusal::NotValid { what: "a row's key", expected: "each row has one of its own, without a slash" }.into()
            );
        }
    }
    Ok(())
}

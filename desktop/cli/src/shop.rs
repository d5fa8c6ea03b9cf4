//! `shop create`, `shop show`, `tax list`, `tax set`.

use std::path::Path;

use serde_json::json;
use tradepost_connection::Device;
use tradepost_domain::barcode::{EmbeddedScheme, EmbeddedSchemeError};
use tradepost_domain::device::DeviceRole;
use tradepost_domain::money::Currency;
use tradepost_domain::tax::{RateMillionths, TaxCategory, TaxInclusion, TaxRate};
use tradepost_operations::NewShop;

use crate::answer::{Answer, table};
use crate::args::{ShopCommand, ShopCreate, TaxCommand};
use crate::error::CliError;
use crate::open::Open;

pub fn run(data: &Path, command: &ShopCommand) -> Result<Answer, CliError> {
    match command {
        ShopCommand::Create(create) => self::create(data, create),
        ShopCommand::Show => show(&Open::at(data)?),
        ShopCommand::Set { fields } => set(data, fields),
    }
}

fn set(data: &Path, fields: &[String]) -> Result<Answer, CliError> {
    let mut open = Open::at(data)?;
    let mut settings = open.settings()?;
    for field in fields {
        let (name, value) = field.split_once('=').ok_or_else(|| CliError::Usage(format!("{field:?} is not FIELD=VALUE")))?;
        let place = match name {
            "embedded_codes" => {
                settings.embedded_codes = schemes(value)?;
                continue;
            }
            "name" => &mut settings.name,
            "tagline" => &mut settings.tagline,
            "accent" => &mut settings.accent,
            "contact_email" => &mut settings.contact_email,
            "bank_details" => &mut settings.bank_details,
            "receipt_header" => &mut settings.receipt_header,
            "receipt_footer" => &mut settings.receipt_footer,
            _ => {
                let known = "name, tagline, accent, contact_email, bank_details, receipt_header, receipt_footer, embedded_codes";
                return Err(CliError::Usage(format!("a shop has no field {name:?}; it has {known}")));
            }
        };
        value.clone_into(place);
    }
    let shop = open.shop.clone();
    shop.edit_shop(&mut open.by(), &settings)?;
    let answer = show(&open)?;
    open.close()?;
    Ok(answer)
}

/// How labels carry a price or weight: patterns with commas between them, such as `28IIIIIWW.WWWC,02IIIIIKPPPPC`; nothing: they do not.
fn schemes(patterns: &str) -> Result<Vec<EmbeddedScheme>, CliError> {
    let patterns = patterns.split(',').map(str::trim).filter(|pattern| !pattern.is_empty());
    patterns
        .map(|pattern| pattern.parse().map_err(|problem: EmbeddedSchemeError| CliError::Usage(format!("{pattern}: {problem}"))))
        .collect()
}

fn create(data: &Path, create: &ShopCreate) -> Result<Answer, CliError> {
    let currency: Currency = create.currency.to_uppercase().parse()?;
    let inclusion = if create.tax_inclusive { TaxInclusion::Inclusive } else { TaxInclusion::Exclusive };
    let new = NewShop {
        region: create.region.clone(),
        tax_inclusion: Some(inclusion),
        utc_offset_minutes: create.utc_offset_minutes,
        location_name: create.location.clone(),
        owner_name: create.owner.clone(),
        owner_pin: create.pin.clone(),
        ..NewShop::new(&create.name, currency, &create.country.to_uppercase())
    };
    new.check()?;
    let mut open = Open::of(founded(data, &create.device)?)?;
    let shop = open.shop.clone();
    let set_up = shop.set_up(&mut open.by(), new)?;
    let mut answer = show(&open)?;
    answer.text = format!("Created {} ({}, {}).", set_up.settings.name, set_up.settings.currency, set_up.settings.country);
    if !open.device.keys_are_in_keyring() {
        answer
            .messages
            .push("There is no keyring here: the keys are in a file in the data folder that only you can read.".to_owned());
    }
    open.close()?;
    Ok(answer)
}

/// A new shop; or one that was founded here before and then interrupted, so that it has no settings yet.
fn founded(data: &Path, name: &str) -> Result<Device, CliError> {
    if !Device::exists(data) {
        return Ok(Device::found(data, name, DeviceRole::BackOffice)?);
    }
    let device = Device::open(data)?;
    let is_unfinished = device.server_url().is_none() && !tradepost_operations::Shop::new(device.replica())?.is_set_up()?;
    if is_unfinished { Ok(device) } else { Err(tradepost_connection::ConnectionError::ShopHere.into()) }
}

fn show(open: &Open) -> Result<Answer, CliError> {
    let settings = open.settings()?;
    let locations: Vec<String> = open.read.locations()?.into_iter().map(|location| location.name).collect();
    let json = json!({
        "shop": settings.id,
        "name": settings.name,
        "currency": settings.currency,
        "country": settings.country,
        "region": settings.region,
        "tax_inclusive": settings.tax_inclusion == TaxInclusion::Inclusive,
        "locations": locations,
        "role": open.device.role(),
        "server": open.device.server_url(),
        "keys": if open.device.keys_are_in_keyring() { "keyring" } else { "file" },
    });
    let text = format!("{}\n{}, {}\n{}", settings.name, settings.currency, settings.country, locations.join(", "));
    Ok(Answer::new(json, text))
}

pub fn tax(data: &Path, command: &TaxCommand) -> Result<Answer, CliError> {
    let mut open = Open::at(data)?;
    if let TaxCommand::Set { rates, name } = command {
        set_rates(&mut open, rates, name)?;
    }
    let rates = open.read.tax_table()?.rates;
    let row = |rate: &TaxRate| json!({ "category": rate.category, "name": rate.name, "country": rate.country, "region": rate.region, "rate": percent(rate.rate_millionths) });
    let json = json!({ "rates": rates.iter().map(row).collect::<Vec<_>>() });
    let rows: Vec<Vec<String>> =
        rates.iter().map(|rate| vec![rate.category.0.clone(), rate.name.clone(), rate.rate_millionths.to_string()]).collect();
    open.close()?;
    Ok(Answer::new(json, table(&["category", "name", "rate"], &rows)))
}

/// One rate for each category in the shop's country and region; what was there for it goes.
fn set_rates(open: &mut Open, rates: &[String], name: &str) -> Result<(), CliError> {
    let (shop, settings) = (open.shop.clone(), open.settings()?);
    let mut table = open.read.tax_table()?;
    for rate in rates {
        let wrong = || CliError::Usage(format!("\"{rate}\": write CATEGORY=PERCENT, such as standard=8.25"));
        let (category, percent) = rate.split_once('=').ok_or_else(wrong)?;
        let rate_millionths = RateMillionths::parse_percent(percent).ok_or_else(wrong)?;
        let category = TaxCategory(category.trim().to_owned());
        let replaced =
            |rate: &TaxRate| rate.category == category && rate.country == settings.country && rate.region == settings.region;
        table.rates.retain(|rate| !replaced(rate));
        let key = format!("{}-{}-{}-{}", settings.country, settings.region, category.0, rate_millionths.0).to_lowercase();
        let (country, region) = (settings.country.clone(), settings.region.clone());
        table.rates.push(TaxRate {
            key,
            name: format!("{name} {rate_millionths}"),
            category,
            country,
            region,
            rate_millionths,
            from: None,
            until: None,
        });
    }
    shop.save_tax_table(&mut open.by(), &table)?;
    Ok(())
}

/// Percent as a decimal string.
pub fn percent(rate: RateMillionths) -> String {
    rate.to_string().trim_end_matches('%').trim_end().to_owned()
}

//! Conflicts: fields that several people set at the same time, with every value, who, when, and what each means.

use serde::Serialize;
use tradepost_domain::document::{DocumentKind, Scalar};
use tradepost_domain::id::{DocumentId, StaffId};
use tradepost_domain::money::{Currency, Money};
use tradepost_operations::read::{ConflictRow, ConflictValue, Reader};
use tradepost_operations::{field_in_words, holds_money};
use ts_rs::TS;

use super::amount::{Moment, money_text};
use super::error::{ApiError, ApiResult};
use super::write::Write;

/// The most conflicts shown at once; the rest follow as these are settled.
pub const CONFLICTS_MAX: usize = 200;

/// A field with several values.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Conflict {
    /// The document and the field: what settles it.
    pub document: String,
    /// The field's path.
    pub path: String,
    /// What it is: "Product".
    pub kind: String,
    /// What people call it.
    pub title: String,
    /// The field in words: "Price".
    pub field: String,
    /// Its values.
    pub values: Vec<Choice>,
}

/// One of the values.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Choice {
    /// The value in words.
    pub text: String,
    /// Who and where: "Maya on Front till".
    pub who: String,
    /// When.
    pub at: Moment,
    /// Whether it stands for now.
    pub is_current: bool,
    /// What choosing it means.
    pub meaning: String,
}

/// All of them.
pub fn list(reader: &Reader) -> ApiResult<Vec<Conflict>> {
    reader.conflicts(CONFLICTS_MAX)?.into_iter().map(|row| conflict_of(reader, row)).collect()
}

/// Those of one document.
pub fn conflicts_of(reader: &Reader, document: DocumentId) -> ApiResult<Vec<Conflict>> {
    reader.conflicts_of(document)?.into_iter().map(|row| conflict_of(reader, row)).collect()
}

/// Makes one of the values the only one. `choice` counts from 0 in the order shown.
pub fn settle(write: &mut Write<'_, '_>, document: &str, path: &str, choice: usize) -> ApiResult<()> {
    let document: DocumentId = document.parse().map_err(|_| ApiError::not_found("conflict"))?;
    let row = write.reader.conflicts_of(document)?.into_iter().find(|row| row.path == path);
    let value = row.and_then(|row| row.values.into_iter().nth(choice)).ok_or_else(|| ApiError::not_found("conflict"))?;
    write.settle_conflict(document, path, value.value)
}

fn conflict_of(reader: &Reader, row: ConflictRow) -> ApiResult<Conflict> {
    let shop = reader.shop()?;
    let choice = |value: &ConflictValue| -> ApiResult<Choice> {
        let text = value_text(&row.path, value.value.as_ref(), shop.currency);
        Ok(Choice {
            meaning: meaning(&row.path, &text, value.value.is_none()),
            text,
            who: who(reader, value)?,
            at: Moment::at(value.at, shop.utc_offset_minutes),
            is_current: value.is_current,
        })
    };
    Ok(Conflict {
        document: row.document.to_string(),
        kind: kind_text(row.kind).to_owned(),
        title: row.title.clone(),
        field: field_text(&row.path),
        values: row.values.iter().map(choice).collect::<ApiResult<_>>()?,
        path: row.path.clone(),
    })
}

fn who(reader: &Reader, value: &ConflictValue) -> ApiResult<String> {
    let person = value.staff.map(|staff| staff_name(reader, staff)).transpose()?.flatten();
    let devices = reader.devices()?;
    let device = devices.into_iter().find(|device| device.certificate.replica == value.origin.replica);
    let device = device.map(|device| device.name);
    Ok(match (person, device) {
        (Some(person), Some(device)) => format!("{person} on {device}"),
        (Some(name), None) | (None, Some(name)) => name,
        (None, None) => "Another device".to_owned(),
    })
}

fn staff_name(reader: &Reader, id: StaffId) -> ApiResult<Option<String>> {
    Ok(reader.staff()?.into_iter().find(|member| member.id == id).map(|member| member.name))
}

fn kind_text(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Shop => "Shop settings",
        DocumentKind::Location => "Location",
        DocumentKind::Till => "Till",
        DocumentKind::StaffMember => "Staff",
        DocumentKind::TaxTable => "Taxes",
        DocumentKind::ShippingTable => "Shipping",
        DocumentKind::Product => "Product",
        DocumentKind::Collection => "Collection",
        DocumentKind::Customer => "Customer",
        DocumentKind::ParkedBasket => "Parked basket",
    }
}

/// A field's name at the head of a row: `variants/<id>/list_price` is "Price".
fn field_text(path: &str) -> String {
    let words = field_in_words(path);
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn value_text(path: &str, value: Option<&Scalar>, currency: Currency) -> String {
    match value {
        None => "Removed".to_owned(),
        Some(Scalar::Bool(true)) => "Yes".to_owned(),
        Some(Scalar::Bool(false)) => "No".to_owned(),
        Some(Scalar::Int(minor)) if holds_money(path) => money_text(Money::from_minor(*minor, currency)),
        Some(Scalar::Int(number)) => number.to_string(),
        Some(Scalar::Text(text)) => text.clone(),
    }
}

fn meaning(path: &str, text: &str, is_removed: bool) -> String {
    let field = field_in_words(path);
    match (is_removed, path.rsplit('/').find(|part| part.len() > 2).unwrap_or(path)) {
        (true, _) => format!("The {field} is taken away everywhere."),
        (false, "list_price" | "price") => format!("Tills and the web shop sell at {text} from now on."),
        (false, "status") => match text {
            "active" => "It is sold in the shop and on the web.".to_owned(),
            "draft" => "It is being prepared and not sold.".to_owned(),
            _ => "It is kept for the record and not sold.".to_owned(),
        },
        (false, "title" | "name") => "Receipts, lists and the web shop show this name.".to_owned(),
        (false, _) => format!("This {field} stands on every device."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_and_its_value_read_in_words() {
        let price = "variants/00ff/list_price";
        assert_eq!(field_text(price), "Price");
        assert_eq!(value_text(price, Some(&Scalar::Int(1250)), Currency::USD), "$12.50");
        assert_eq!(field_text("options/0/name"), "Name");
        assert_eq!(field_text("description_html"), "Description");
        assert_eq!(field_text("contact_email"), "Contact email");
        assert!(meaning(price, "$12.50", false).contains("$12.50"));
    }
}

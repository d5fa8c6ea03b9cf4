//! Fields that several people set at the same time: told in words, and settled.

use tradepost_domain::document::{DocumentEdit, DocumentKind, FieldChange, Scalar, TEXT_BYTES_MAX};
use tradepost_domain::id::DocumentId;
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::staff::Permission;
use tradepost_replica::Recorded;

use crate::by::By;
use crate::error::{Outcome, Refusal};
use crate::shop::{Shop, found};

impl Shop {
    /// Sets the field to `value` with knowledge of all its values, which ends the conflict on every device. `None` removes the field.
    pub fn settle_conflict(&self, by: &mut By<'_>, document: DocumentId, path: &str, value: Option<Scalar>) -> Outcome<Recorded> {
        if let Some(Scalar::Text(text)) = &value
            && text.len() > TEXT_BYTES_MAX
        {
            return Err(Refusal::TooLong { what: "the text", max: TEXT_BYTES_MAX }.into());
        }
        let mut work = self.work();
        let (kind, _) = found(work.read.fields(document)?, "this document")?;
        work.require(by.staff, permission_for(kind))?;
        let changes = vec![FieldChange { path: path.to_owned(), value }];
        let edits = vec![DocumentEdit { id: document, kind, changes }];
        let draft = tradepost_replica::Draft { edits, ..by.draft("conflict.settle") };
        work.record(draft, by.env)
    }
}

/// What it takes to edit a document of this kind.
fn permission_for(kind: DocumentKind) -> Permission {
    match kind {
        DocumentKind::Product | DocumentKind::Collection => Permission::EditCatalog,
        DocumentKind::Customer | DocumentKind::ParkedBasket => Permission::Sell,
        DocumentKind::Shop
        | DocumentKind::Location
        | DocumentKind::Till
        | DocumentKind::StaffMember
        | DocumentKind::TaxTable
        | DocumentKind::ShippingTable => Permission::Administer,
    }
}

/// The last part of the path of every field that holds an amount of money.
const MONEY_FIELDS: [&str; 6] = ["list_price", "compare_at_price", "unit_cost", "price", "goods_gross_min", "unit_price"];

/// Whether a number at this path is an amount of money, in minor units.
pub fn holds_money(path: &str) -> bool {
    MONEY_FIELDS.contains(&path.rsplit('/').next().unwrap_or(path))
}

/// A field as a person calls it, from its path: `variants/<id>/list_price` is "price".
pub fn field_in_words(path: &str) -> String {
    match path.rsplit('/').find(|part| part.parse::<u64>().is_err()).unwrap_or(path) {
        "list_price" => "price".to_owned(),
        "compare_at_price" => "compare-at price".to_owned(),
        "unit_cost" => "cost".to_owned(),
        "sku" => "SKU".to_owned(),
        "product_type" => "type".to_owned(),
        "description_html" => "description".to_owned(),
        other => other.replace('_', " "),
    }
}

/// A field's value as a person says it.
pub fn value_in_words(path: &str, value: Option<&Scalar>, currency: Currency) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Scalar::Bool(true)) => "yes".to_owned(),
        Some(Scalar::Bool(false)) => "no".to_owned(),
        Some(Scalar::Int(minor)) if holds_money(path) => Money::from_minor(*minor, currency).to_string(),
        Some(Scalar::Int(number)) => number.to_string(),
        Some(Scalar::Text(text)) => format!("\"{}\"", text.chars().take(60).collect::<String>()),
    }
}

//! Settling a field that several people set at the same time.

use tradepost_domain::document::{DocumentEdit, DocumentKind, FieldChange, Scalar, TEXT_BYTES_MAX};
use tradepost_domain::id::DocumentId;
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

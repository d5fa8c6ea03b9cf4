//! Customers.

use serde::{Deserialize, Serialize};

use crate::document::{Document, DocumentKind, Fields};
use crate::id::{CustomerId, DocumentId};
use crate::shop::Address;

/// Who buys. One document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// Full name.
    pub name: String,
    /// Email address, or empty.
    pub email: String,
    /// Phone number, or empty.
    pub phone: String,
    /// Where they live.
    pub address: Address,
    /// The shop's own note.
    pub note: String,
}

/// `name`, `email`, `phone`, `address/<part>`, `note`.
impl Document for Customer {
    const KIND: DocumentKind = DocumentKind::Customer;

    fn document_id(&self) -> DocumentId {
        self.id.into()
    }

    fn from_fields(id: DocumentId, fields: &Fields) -> Self {
        Self {
            id: id.into(),
            name: fields.text("name").to_owned(),
            email: fields.text("email").to_owned(),
            phone: fields.text("phone").to_owned(),
            address: Address::from_fields_at("address", fields),
            note: fields.text("note").to_owned(),
        }
    }

    fn to_fields(&self) -> Fields {
        let Self { id: _, name, email, phone, address, note } = self;
        let mut fields = Fields::new();
        fields.set_text("name", name);
        fields.set_text("email", email);
        fields.set_text("phone", phone);
        address.write_at("address", &mut fields);
        fields.set_text("note", note);
        fields
    }
}

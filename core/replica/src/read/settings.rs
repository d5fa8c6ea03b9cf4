//! The shop itself: settings, locations, tills, staff. Few documents, read as they are.

use tradepost_domain::document::{Document, DocumentKind, Fields};
use tradepost_domain::id::{DocumentId, LocationId, StaffId, TillId};
use tradepost_domain::shop::{Location, ShippingTable, ShopSettings, Till};
use tradepost_domain::staff::StaffMember;
use tradepost_domain::tax::TaxTable;

use super::Reader;
use crate::cbor;
use crate::error::ReplicaError;

impl Reader {
    /// The shop's settings; defaults while the shop is not set up yet.
    pub fn shop(&self) -> Result<ShopSettings, ReplicaError> {
        self.singleton()
    }

    /// The tax table; empty while there is none.
    pub fn tax_table(&self) -> Result<TaxTable, ReplicaError> {
        self.singleton()
    }

    /// The shipping table; empty while there is none.
    pub fn shipping_table(&self) -> Result<ShippingTable, ReplicaError> {
        self.singleton()
    }

    /// All locations by name.
    pub fn locations(&self) -> Result<Vec<Location>, ReplicaError> {
        let mut locations: Vec<Location> = self.all_of_kind()?;
        locations.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(locations)
    }

    /// A location.
    pub fn location(&self, id: LocationId) -> Result<Option<Location>, ReplicaError> {
        self.document(id.into())
    }

    /// All tills by name.
    pub fn tills(&self) -> Result<Vec<Till>, ReplicaError> {
        let mut tills: Vec<Till> = self.all_of_kind()?;
        tills.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(tills)
    }

    /// A till.
    pub fn till(&self, id: TillId) -> Result<Option<Till>, ReplicaError> {
        self.document(id.into())
    }

    /// All staff members by name, also those who left.
    pub fn staff(&self) -> Result<Vec<StaffMember>, ReplicaError> {
        let mut staff: Vec<StaffMember> = self.all_of_kind()?;
        staff.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(staff)
    }

    /// A staff member.
    pub fn staff_member(&self, id: StaffId) -> Result<Option<StaffMember>, ReplicaError> {
        self.document(id.into())
    }

    /// The document of a kind of which a shop has one. Where two replicas made one each before they met, every replica takes the
    /// same: the one with the lowest id.
    fn singleton<D: Document>(&self) -> Result<D, ReplicaError> {
        let first = self.all_of_kind()?.into_iter().next();
        Ok(first.unwrap_or_else(|| D::from_fields(DocumentId::from_bytes([0; 16]), &Fields::new())))
    }

    /// All documents of a kind of which there are few, by id.
    fn all_of_kind<D: Document>(&self) -> Result<Vec<D>, ReplicaError> {
        debug_assert!(!matches!(D::KIND, DocumentKind::Product | DocumentKind::Customer | DocumentKind::ParkedBasket));
        let sql = "select id, fields from documents where kind = ? and kind not in (7, 9, 10) order by id";
        let stored =
            self.rows(sql, [D::KIND.code()], |row| Ok((DocumentId::from_bytes(row.get(0)?), row.get::<_, Vec<u8>>(1)?)))?;
        stored.into_iter().map(|(id, fields)| Ok(D::from_fields(id, &cbor::from_slice(&fields)?))).collect()
    }
}

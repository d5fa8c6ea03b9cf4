//! Fields that several people set at the same time.

use std::collections::HashMap;

use rusqlite::params;
use tradepost_domain::document::{DocumentKind, Fields};
use tradepost_domain::id::{DocumentId, ReplicaId};
use tradepost_domain::time::Timestamp;

use super::{ConflictRow, ConflictValue, Reader, page};
use crate::cbor;
use crate::documents::DisputedValue;
use crate::error::ReplicaError;
use crate::origin::Origin;

impl Reader {
    /// Open conflicts by document.
    pub fn conflicts(&self, limit: usize) -> Result<Vec<ConflictRow>, ReplicaError> {
        let sql = r#"select document, path, "values" from conflicts order by document, path limit ?"#;
        self.conflicts_by(sql, params![page(limit)])
    }

    /// Open conflicts of a document.
    pub fn conflicts_of(&self, document: DocumentId) -> Result<Vec<ConflictRow>, ReplicaError> {
        let sql = r#"select document, path, "values" from conflicts where document = ? order by path limit ?"#;
        self.conflicts_by(sql, params![document.as_bytes(), page(usize::MAX)])
    }

    /// How many fields are disputed.
    pub fn conflict_count(&self) -> Result<u64, ReplicaError> {
        let count = self.row("select count(*) from conflicts", [], |row| row.get::<_, i64>(0))?;
        Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
    }

    fn conflicts_by(&self, sql: &str, params: impl rusqlite::Params) -> Result<Vec<ConflictRow>, ReplicaError> {
        let stored = self.rows(sql, params, |row| {
            Ok((DocumentId::from_bytes(row.get(0)?), row.get::<_, String>(1)?, row.get::<_, Vec<u8>>(2)?))
        })?;
        if stored.is_empty() {
            return Ok(Vec::new());
        }
        let authors = self.authors()?;
        let mut rows = Vec::with_capacity(stored.len());
        for (document, path, values) in stored {
            let Some((kind, fields)) = self.fields(document)? else { continue };
            let values: Vec<DisputedValue> = cbor::from_slice(&values)?;
            let values = values.into_iter().map(|value| conflict_value(value, &authors)).collect();
            rows.push(ConflictRow { document, kind, title: title_of(kind, &fields), path, values });
        }
        Ok(rows)
    }

    /// Every origin by the name under which it edits.
    fn authors(&self) -> Result<HashMap<Vec<u8>, Origin>, ReplicaError> {
        let origins = self.rows("select replica, incarnation from origins", [], |row| {
            Ok(Origin { replica: ReplicaId::from_bytes(row.get(0)?), incarnation: row.get(1)? })
        })?;
        Ok(origins.into_iter().map(|origin| (origin.actor().to_bytes().to_vec(), origin)).collect())
    }
}

fn conflict_value(value: DisputedValue, authors: &HashMap<Vec<u8>, Origin>) -> ConflictValue {
    let DisputedValue { value, actor, staff, at, is_current } = value;
    let unknown = Origin { replica: ReplicaId::from_bytes([0; 16]), incarnation: 0 };
    let origin = authors.get(&actor).copied().unwrap_or(unknown);
    ConflictValue { value, origin, staff, at: Timestamp::from_unix_ms(at), is_current }
}

/// What people call a document.
fn title_of(kind: DocumentKind, fields: &Fields) -> String {
    let path = match kind {
        DocumentKind::Product | DocumentKind::Collection => "title",
        DocumentKind::Shop | DocumentKind::Location | DocumentKind::Till | DocumentKind::StaffMember | DocumentKind::Customer => {
            "name"
        }
        DocumentKind::ParkedBasket => "label",
        DocumentKind::TaxTable => return "Tax table".to_owned(),
        DocumentKind::ShippingTable => return "Shipping rates".to_owned(),
    };
    fields.text(path).to_owned()
}

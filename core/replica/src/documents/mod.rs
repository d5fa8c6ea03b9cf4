//! Documents as they are stored: the engine's bytes, and beside them the fields as people see them, so that a screen or the
//! next edit's comparison never loads the engine. A document is loaded for an edit and dropped again.

mod engine;

use std::io::Read;

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use tradepost_domain::document::{DocumentEdit, DocumentKind, FieldChange, Fields, Scalar};
use tradepost_domain::id::{DocumentId, StaffId};
use tradepost_domain::time::Timestamp;

use crate::cbor;
use crate::digest;
use crate::error::ReplicaError;
use crate::origin::Origin;

pub use engine::Engine;
use engine::{AutomergeEngine, DocumentEngine, Seen};

/// The largest document in the engine's form: thousands of edits of a product with a thousand variants.
const SAVED_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// The fastest; a better one costs an import more than it saves.
const PACK_LEVEL: i32 = 1;

/// Who edits a document, and when. It travels inside the signed change, so that a conflict can name them on every replica.
#[derive(Debug, Clone, Copy)]
pub struct EditedBy {
    /// Who, if somebody was signed in.
    pub staff: Option<StaffId>,
    /// When, by the corrected clock.
    pub at: Timestamp,
}

/// A document loaded to be changed.
pub struct Loaded {
    /// The document.
    pub doc: automerge::Automerge,
    /// Its heads, sorted, one after the other.
    pub heads: Vec<u8>,
}

/// A document as it is stored, whole: a row of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDocument {
    /// Its id.
    pub id: DocumentId,
    /// [`DocumentKind::code`].
    pub kind: u8,
    /// When it was made, milliseconds.
    pub created_at: i64,
    /// Its heads.
    #[serde(with = "serde_bytes")]
    pub heads: Vec<u8>,
    /// Its fields in CBOR.
    #[serde(with = "serde_bytes")]
    pub fields: Vec<u8>,
    /// The engine's bytes, compressed.
    #[serde(with = "serde_bytes")]
    pub saved: Vec<u8>,
    /// Its open conflicts: path, and values in CBOR.
    pub conflicts: Vec<(String, serde_bytes::ByteBuf)>,
}

/// One value of a disputed field as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DisputedValue {
    /// The value; `None`: removed.
    pub value: Option<Scalar>,
    /// [`Origin::actor`].
    #[serde(with = "serde_bytes")]
    pub actor: Vec<u8>,
    /// Who.
    pub staff: Option<StaffId>,
    /// When, milliseconds.
    pub at: i64,
    /// Whether it stands for now.
    pub is_current: bool,
}

/// A field with several values, each set by somebody who did not know of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dispute {
    pub path: String,
    pub values: Vec<DisputedValue>,
}

impl Engine {
    /// Makes a local edit and stores the document. Returns the bytes of the change; none when the edit changes nothing.
    pub fn edit(&self, tx: &Connection, origin: &Origin, by: &EditedBy, edit: &DocumentEdit) -> Result<Vec<u8>, ReplicaError> {
        let before = find_row(tx, edit.id)?;
        let saved = before.as_ref().map(|row| unpack(&row.saved)).transpose()?;
        let Some(edited) = AutomergeEngine.edit(saved.as_deref(), &origin.actor(), by, &edit.changes)? else {
            return Ok(Vec::new());
        };
        digest::document_changed(tx, edit.id, before.as_ref().map(|row| row.heads.as_slice()), &edited.heads)?;
        let mut row = before.unwrap_or_else(|| Row::new(edit.kind, by.at.unix_ms));
        let mut fields: Fields = row.fields()?;
        fields.apply(&edit.changes);
        row.conflict_count = settle(tx, edit.id, &edit.changes, row.conflict_count)?;
        row = Row { heads: edited.heads, fields: cbor::to_vec(&fields)?, saved: pack(&edited.saved)?, ..row };
        write_row(tx, edit.id, &row)?;
        Ok(edited.change)
    }
}

/// A document to be changed by a peer's change.
pub fn load(tx: &Connection, id: DocumentId) -> Result<Option<Loaded>, ReplicaError> {
    let Some(row) = find_row(tx, id)? else { return Ok(None) };
    Ok(Some(Loaded { doc: engine::load(&unpack(&row.saved)?)?, heads: row.heads }))
}

/// Stores a document after a peer's change: its bytes, heads, fields and conflicts, and the digest.
pub fn store(
    tx: &Connection,
    id: DocumentId,
    kind: DocumentKind,
    doc: &automerge::Automerge,
    saved: &[u8],
) -> Result<(), ReplicaError> {
    let before = find_row(tx, id)?;
    let heads = engine::heads(doc);
    digest::document_changed(tx, id, before.as_ref().map(|row| row.heads.as_slice()), &heads)?;
    // A document keeps the kind of its first change here; another kind for the same id is the same document all the same.
    let kind = before.map_or(Ok(kind), |row| row.kind())?;
    write_seen(tx, id, kind, engine::see(doc, kind), heads, pack(saved)?)
}

/// Reads a stored document's bytes anew and writes its fields and conflicts as they must be.
pub fn refresh(tx: &Connection, id: DocumentId) -> Result<(), ReplicaError> {
    let Some(row) = find_row(tx, id)? else { return Ok(()) };
    let (kind, doc) = (row.kind()?, engine::load(&unpack(&row.saved)?)?);
    write_seen(tx, id, kind, engine::see(&doc, kind), engine::heads(&doc), row.saved)
}

/// Removes a document: the branch that made it was given up.
pub fn remove(tx: &Connection, id: DocumentId) -> Result<(), ReplicaError> {
    if let Some(row) = find_row(tx, id)? {
        digest::document_removed(tx, id, &row.heads)?;
        tx.prepare_cached("delete from conflicts where document = ?")?.execute([id.as_bytes()])?;
        tx.prepare_cached("delete from documents where id = ?")?.execute([id.as_bytes()])?;
    }
    Ok(())
}

/// A document's kind and fields, as people see them.
pub fn fields(connection: &Connection, id: DocumentId) -> Result<Option<(DocumentKind, Fields)>, ReplicaError> {
    let row: Option<(u8, Vec<u8>)> = connection
        .prepare_cached("select kind, fields from documents where id = ?")?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((code, fields)) = row else { return Ok(None) };
    Ok(Some((kind_of(code)?, cbor::from_slice(&fields)?)))
}

/// A document's kind.
pub fn kind(connection: &Connection, id: DocumentId) -> Result<Option<DocumentKind>, ReplicaError> {
    let code: Option<u8> = connection
        .prepare_cached("select kind from documents where id = ?")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    code.map(kind_of).transpose()
}

/// Whole documents in the order of their ids, after `after`: rows of a checkpoint.
pub fn stored_after(
    connection: &Connection,
    after: Option<DocumentId>,
    count_max: usize,
) -> Result<Vec<StoredDocument>, ReplicaError> {
    let after = after.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
    let mut statement = connection.prepare_cached(include_str!("../sql/documents_after.sql"))?;
    let rows = statement.query_map(params![after, i64::try_from(count_max).unwrap_or(i64::MAX)], |row| {
        Ok(StoredDocument {
            id: DocumentId::from_bytes(row.get(0)?),
            kind: row.get(1)?,
            created_at: row.get(2)?,
            heads: row.get(3)?,
            fields: row.get(4)?,
            saved: row.get(5)?,
            conflicts: Vec::new(),
        })
    })?;
    let mut documents = rows.collect::<Result<Vec<_>, _>>()?;
    for document in &mut documents {
        document.conflicts = conflicts_of(connection, document.id)?;
    }
    Ok(documents)
}

/// Writes a checkpoint's document that is not here yet. The caller keeps the digest and makes its projections.
pub fn put_stored(tx: &Connection, document: &StoredDocument) -> Result<(), ReplicaError> {
    let StoredDocument { id, kind, created_at, heads, fields, saved, conflicts } = document;
    let conflict_count = i64::try_from(conflicts.len()).unwrap_or(i64::MAX);
    let row = params![id.as_bytes(), kind, created_at, conflict_count, heads, fields, saved];
    tx.prepare_cached(include_str!("../sql/put_document.sql"))?.execute(row)?;
    for (path, values) in conflicts {
        write_conflict(tx, *id, *kind, path, values)?;
    }
    Ok(())
}

/// The engine's bytes are read for edits only, and halve when compressed.
fn pack(saved: &[u8]) -> Result<Vec<u8>, ReplicaError> {
    Ok(zstd::bulk::compress(saved, PACK_LEVEL)?)
}

/// The engine's bytes of a stored document.
pub(crate) fn unpack(packed: &[u8]) -> Result<Vec<u8>, ReplicaError> {
    let damaged = |_| ReplicaError::damaged("a document that cannot be unpacked");
    let mut saved = Vec::with_capacity(packed.len().saturating_mul(3));
    zstd::Decoder::with_buffer(packed).map_err(damaged)?.take(SAVED_BYTES_MAX).read_to_end(&mut saved).map_err(damaged)?;
    Ok(saved)
}

struct Row {
    kind: u8,
    created_at: i64,
    conflict_count: i64,
    heads: Vec<u8>,
    fields: Vec<u8>,
    saved: Vec<u8>,
}

impl Row {
    fn new(kind: DocumentKind, created_at: i64) -> Self {
        Self { kind: kind.code(), created_at, conflict_count: 0, heads: Vec::new(), fields: Vec::new(), saved: Vec::new() }
    }

    fn kind(&self) -> Result<DocumentKind, ReplicaError> {
        kind_of(self.kind)
    }

    fn fields(&self) -> Result<Fields, ReplicaError> {
        if self.fields.is_empty() { Ok(Fields::new()) } else { cbor::from_slice(&self.fields) }
    }
}

fn kind_of(code: u8) -> Result<DocumentKind, ReplicaError> {
    DocumentKind::from_code(code).ok_or_else(|| ReplicaError::damaged("a document of an unknown kind"))
}

fn find_row(tx: &Connection, id: DocumentId) -> Result<Option<Row>, ReplicaError> {
    let row = tx
        .prepare_cached("select kind, created_at, conflict_count, heads, fields, saved from documents where id = ?")?
        .query_row([id.as_bytes()], |row| {
            Ok(Row {
                kind: row.get(0)?,
                created_at: row.get(1)?,
                conflict_count: row.get(2)?,
                heads: row.get(3)?,
                fields: row.get(4)?,
                saved: row.get(5)?,
            })
        })
        .optional()?;
    Ok(row)
}

fn write_row(tx: &Connection, id: DocumentId, row: &Row) -> Result<(), ReplicaError> {
    let Row { kind, created_at, conflict_count, heads, fields, saved } = row;
    tx.prepare_cached(include_str!("../sql/put_document.sql"))?.execute(params![
        id.as_bytes(),
        kind,
        created_at,
        conflict_count,
        heads,
        fields,
        saved
    ])?;
    Ok(())
}

fn write_seen(
    tx: &Connection,
    id: DocumentId,
    kind: DocumentKind,
    seen: Seen,
    heads: Vec<u8>,
    saved: Vec<u8>,
) -> Result<(), ReplicaError> {
    let Seen { fields, disputes, created_at } = seen;
    let conflict_count = i64::try_from(disputes.len()).unwrap_or(i64::MAX);
    let fields = cbor::to_vec(&fields)?;
    write_row(tx, id, &Row { kind: kind.code(), created_at, conflict_count, heads, fields, saved })?;
    tx.prepare_cached("delete from conflicts where document = ?")?.execute([id.as_bytes()])?;
    for Dispute { path, values } in &disputes {
        write_conflict(tx, id, kind.code(), path, &cbor::to_vec(values)?)?;
    }
    Ok(())
}

fn write_conflict(tx: &Connection, id: DocumentId, kind: u8, path: &str, values: &[u8]) -> Result<(), ReplicaError> {
    tx.prepare_cached(r#"insert into conflicts (document, path, kind, "values") values (?, ?, ?, ?)"#)?.execute(params![
        id.as_bytes(),
        path,
        kind,
        values
    ])?;
    Ok(())
}

fn conflicts_of(connection: &Connection, id: DocumentId) -> Result<Vec<(String, serde_bytes::ByteBuf)>, ReplicaError> {
    let mut statement = connection.prepare_cached(r#"select path, "values" from conflicts where document = ? order by path"#)?;
    let rows =
        statement.query_map([id.as_bytes()], |row| Ok((row.get(0)?, serde_bytes::ByteBuf::from(row.get::<_, Vec<u8>>(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A local edit of a disputed field settles it: the editor's copy knows every value.
fn settle(tx: &Connection, id: DocumentId, changes: &[FieldChange], conflict_count: i64) -> Result<i64, ReplicaError> {
    if conflict_count == 0 {
        return Ok(0);
    }
    let mut settled = 0;
    let mut statement = tx.prepare_cached("delete from conflicts where document = ? and path = ?")?;
    for change in changes {
        settled += statement.execute(params![id.as_bytes(), change.path])?;
    }
    Ok(conflict_count - i64::try_from(settled).unwrap_or(0))
}

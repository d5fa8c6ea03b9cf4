//! The admission gate: bytes of a peer's document change are proved harmless before they reach a document.
//!
//! The engine can be made to panic, to run without end, and to save what it cannot load, by a well-formed change. So the shape is
//! narrowed to what our own edits look like: one raw change chunk of plain values put at the root, by the actor, after the changes
//! and with the predecessors that its author must have had. Then it is applied to a copy, saved, loaded and compared. What fails
//! is left out as a section; the rest of its author's stream goes on.

mod shape;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::legacy::{Key, ObjectId, Op, OpType};
use automerge::{Automerge, Change, ChangeHash, ExpandedChange, ObjId, ROOT, ReadDoc, ScalarValue};
use rusqlite::Connection;
use tradepost_domain::document::{DocumentEdit, DocumentKind, FieldChange, Scalar, TEXT_BYTES_MAX};
use tradepost_domain::id::DocumentId;

use crate::cbor;
use crate::documents;
use crate::entry::EntryHeader;
use crate::error::ReplicaError;

/// The longest path of a field, in bytes.
const PATH_BYTES_MAX: usize = 1024;
/// The most changes that a change may follow directly: as many as replicas edited one document at once.
const DEPENDENCIES_MAX: usize = 256;

/// Why a change was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// The section cannot be read.
    #[error("a document change that cannot be read")]
    Unreadable,
    /// It is no raw change chunk of bounded size.
    #[error("a document change that is no plain change")]
    Chunk,
    /// Its bytes are not the ones that it would be written with, or its checksum is wrong.
    #[error("a document change with other bytes than its own")]
    Bytes,
    /// Its author, person or time is not that of the entry.
    #[error("a document change by somebody else than the entry's author")]
    Author,
    /// Its number is not the next of its author.
    #[error("a document change out of its author's order")]
    Seq,
    /// It follows changes that are not here.
    #[error("a document change that follows unknown changes")]
    Dependencies,
    /// Its operations start at an impossible number.
    #[error("a document change that starts at an impossible number")]
    StartOp,
    /// It does something else than setting fields.
    #[error("a document change that does more than set fields")]
    Operations,
    /// It replaces values that are not there, or not those that its author saw.
    #[error("a document change that replaces values that were not there")]
    Predecessors,
    /// The engine failed on it.
    #[error("a document change that the document engine cannot take")]
    Engine,
}

/// The body of a section that holds a document change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChangeSection {
    pub document: DocumentId,
    pub kind: u8,
    pub change: Vec<u8>,
}

impl ChangeSection {
    pub fn encode(&self) -> Result<Vec<u8>, ReplicaError> {
        cbor::to_vec(&(self.document, self.kind, serde_bytes::Bytes::new(&self.change)))
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, Refusal> {
        let (document, kind, change): (DocumentId, u8, serde_bytes::ByteBuf) =
            cbor::from_slice(bytes).map_err(|_| Refusal::Unreadable)?;
        Ok(Self { document, kind, change: change.into_vec() })
    }
}

/// The scope of a section: the document's kind.
pub(crate) const fn scope_of(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Shop => "shop",
        DocumentKind::Location => "location",
        DocumentKind::Till => "till",
        DocumentKind::StaffMember => "staff_member",
        DocumentKind::TaxTable => "tax_table",
        DocumentKind::ShippingTable => "shipping_table",
        DocumentKind::Product => "product",
        DocumentKind::Collection => "collection",
        DocumentKind::Customer => "customer",
        DocumentKind::ParkedBasket => "parked_basket",
    }
}

/// Whether an edit of our own would pass the gate of every peer.
pub(crate) fn fits(edit: &DocumentEdit) -> bool {
    let mut paths = BTreeSet::new();
    let fits = |value: &Option<Scalar>| !matches!(value, Some(Scalar::Text(text)) if text.len() > TEXT_BYTES_MAX);
    edit.changes.len() <= shape::OPERATIONS_MAX as usize
        && edit
            .changes
            .iter()
            .all(|change| change.path.len() <= PATH_BYTES_MAX && fits(&change.value) && paths.insert(&change.path))
}

/// Checks a peer's change and, when it is harmless, stores the document with it.
pub(crate) fn admit(
    tx: &Connection,
    section: &ChangeSection,
    kind: DocumentKind,
    header: &EntryHeader,
) -> Result<Result<(), Refusal>, ReplicaError> {
    if let Err(refusal) = shape::check(&section.change) {
        return Ok(Err(refusal));
    }
    let before = match documents::load(tx, section.document)? {
        Some(loaded) => loaded.doc,
        None => Automerge::new(),
    };
    match guarded(|| try_on_copy(&before, &section.change, header)) {
        Ok((doc, saved)) => documents::store(tx, section.document, kind, &doc, &saved).map(Ok),
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// Runs the engine on a peer's bytes; a panic is a refusal.
fn guarded<T>(work: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Refusal::Engine))
}

fn try_on_copy(before: &Automerge, bytes: &[u8], header: &EntryHeader) -> Result<(Automerge, Vec<u8>), Refusal> {
    let change = read(bytes)?;
    check_author(&change, header)?;
    check_order(before, &change)?;
    let expanded = change.decode();
    check_operations(before, &expanded)?;
    apply_to_copy(before, change)
}

/// Parses a chunk whose shape was checked, and demands the bytes that the engine itself would write.
fn read(bytes: &[u8]) -> Result<Change, Refusal> {
    let change = Change::from_bytes(bytes.to_vec()).map_err(|_| Refusal::Chunk)?;
    let checksum_fits = bytes.get(4..8) == change.hash().as_ref().get(..4);
    if change.raw_bytes() != bytes || !checksum_fits || !change.extra_bytes().is_empty() {
        return Err(Refusal::Bytes);
    }
    let rewritten = Change::from(change.decode());
    if rewritten.raw_bytes() == bytes { Ok(change) } else { Err(Refusal::Bytes) }
}

fn check_author(change: &Change, header: &EntryHeader) -> Result<(), Refusal> {
    let person = header.staff.map(|staff| staff.to_string());
    let is_authors = *change.actor_id() == header.origin.actor()
        && change.message().map(str::to_owned) == person
        && change.timestamp() == header.clock.corrected_ms();
    if is_authors { Ok(()) } else { Err(Refusal::Author) }
}

/// Seq, dependencies and first operation, as they follow from what the author had.
fn check_order(before: &Automerge, change: &Change) -> Result<(), Refusal> {
    let deps = change.deps();
    let distinct: BTreeSet<&ChangeHash> = deps.iter().collect();
    if deps.len() > DEPENDENCIES_MAX || distinct.len() != deps.len() {
        return Err(Refusal::Dependencies);
    }
    let mut highest = 0;
    for dependency in deps {
        let known = before.get_change_meta_by_hash(dependency).ok_or(Refusal::Dependencies)?;
        highest = known.max_op.max(highest);
    }
    let by_author =
        |deps: &[ChangeHash]| before.get_changes_meta(deps).into_iter().filter(|meta| *meta.actor == *change.actor_id()).count();
    let written = u64::try_from(by_author(&[])).unwrap_or(u64::MAX);
    if change.seq() != written.saturating_add(1) || by_author(deps) > 0 {
        return Err(Refusal::Seq);
    }
    if change.start_op().get() == highest.saturating_add(1) { Ok(()) } else { Err(Refusal::StartOp) }
}

/// Only plain values put at the root, each path once, each replacing exactly what its author saw there.
fn check_operations(before: &Automerge, change: &ExpandedChange) -> Result<(), Refusal> {
    let mut paths = BTreeSet::new();
    for op in &change.operations {
        let path = path_of(op).ok_or(Refusal::Operations)?;
        if !paths.insert(path) || value_of(op).is_none() {
            return Err(Refusal::Operations);
        }
        let seen: BTreeSet<(u64, Vec<u8>)> =
            if change.deps.is_empty() { BTreeSet::new() } else { seen_at(before, path, &change.deps)? };
        let replaced: BTreeSet<(u64, Vec<u8>)> = op.pred.iter().map(|id| (id.0, id.1.to_bytes().to_vec())).collect();
        if replaced != seen || op.pred.iter().count() != seen.len() {
            return Err(Refusal::Predecessors);
        }
    }
    if paths.is_empty() { Err(Refusal::Operations) } else { Ok(()) }
}

fn seen_at(before: &Automerge, path: &str, heads: &[ChangeHash]) -> Result<BTreeSet<(u64, Vec<u8>)>, Refusal> {
    let values = before.get_all_at(ROOT, path, heads).map_err(|_| Refusal::Engine)?;
    let ids = values.into_iter().filter_map(|(_, id)| match id {
        ObjId::Id(counter, actor, _) => Some((counter, actor.to_bytes().to_vec())),
        ObjId::Root => None,
    });
    Ok(ids.collect())
}

fn path_of(op: &Op) -> Option<&str> {
    match (&op.obj, &op.key, op.insert) {
        (ObjectId::Root, Key::Map(path), false) if path.len() <= PATH_BYTES_MAX => Some(path.as_str()),
        _ => None,
    }
}

/// The value that an operation puts: `Some(None)` removes the field.
fn value_of(op: &Op) -> Option<Option<Scalar>> {
    let OpType::Put(value) = &op.action else { return None };
    #[expect(clippy::wildcard_enum_match_arm, reason = "whatever the engine may come to know, we allow these")]
    match value {
        ScalarValue::Null => Some(None),
        ScalarValue::Boolean(yes) => Some(Some(Scalar::Bool(*yes))),
        ScalarValue::Int(number) => Some(Some(Scalar::Int(*number))),
        ScalarValue::Str(text) if text.len() <= TEXT_BYTES_MAX => Some(Some(Scalar::Text(text.to_string()))),
        _ => None,
    }
}

/// Applies to a copy, saves, loads, and compares heads and content.
fn apply_to_copy(before: &Automerge, change: Change) -> Result<(Automerge, Vec<u8>), Refusal> {
    let mut heads: BTreeSet<ChangeHash> = before.get_heads().into_iter().collect();
    change.deps().iter().for_each(|dependency| {
        heads.remove(dependency);
    });
    heads.insert(change.hash());
    let mut copy = before.clone();
    copy.apply_changes([change]).map_err(|_| Refusal::Engine)?;
    let saved = copy.save();
    let loaded = Automerge::load(&saved).map_err(|_| Refusal::Engine)?;
    let reached: BTreeSet<ChangeHash> = loaded.get_heads().into_iter().collect();
    let is_same = reached == heads && content(&loaded)? == content(&copy)?;
    if is_same { Ok((loaded, saved)) } else { Err(Refusal::Engine) }
}

fn content(doc: &Automerge) -> Result<BTreeMap<String, Vec<String>>, Refusal> {
    let mut content = BTreeMap::new();
    for path in doc.keys(ROOT) {
        let values = doc.get_all(ROOT, path.as_str()).map_err(|_| Refusal::Engine)?;
        content.insert(path, values.into_iter().map(|(value, id)| format!("{id} {value:?}")).collect());
    }
    Ok(content)
}

/// The hash of a change that is stored here.
pub(crate) fn hash_of(change: &[u8]) -> Option<[u8; 32]> {
    shape::check(change).ok()?;
    guarded(|| read(change)).ok().map(|change| change.hash().0)
}

/// The fields that a change sets.
pub(crate) fn effect_of(change: &[u8]) -> Option<Vec<FieldChange>> {
    shape::check(change).ok()?;
    fields_set_by(&guarded(|| read(change).map(|change| change.decode())).ok()?)
}

fn fields_set_by(change: &ExpandedChange) -> Option<Vec<FieldChange>> {
    let changes = change.operations.iter().map(|op| Some(FieldChange { path: path_of(op)?.to_owned(), value: value_of(op)? }));
    changes.collect()
}

/// A change that went because it was built on one that went.
#[derive(Debug)]
pub(crate) struct LostChange {
    pub hash: [u8; 32],
    pub actor: automerge::ActorId,
    /// What it had set.
    pub effect: DocumentEdit,
}

/// Makes a document again without some of its changes, and without those that were built on them; these are returned in their order.
pub(crate) fn remove_changes(
    tx: &Connection,
    id: DocumentId,
    kind: DocumentKind,
    dead: &BTreeSet<[u8; 32]>,
) -> Result<Vec<LostChange>, ReplicaError> {
    let Some(loaded) = documents::load(tx, id)? else { return Ok(Vec::new()) };
    let mut gone: BTreeSet<[u8; 32]> = dead.clone();
    let (mut kept, mut lost) = (Vec::new(), Vec::new());
    for change in loaded.doc.get_changes(&[]) {
        let hash = change.hash().0;
        if gone.contains(&hash) {
            continue;
        }
        if change.deps().iter().any(|dependency| gone.contains(&dependency.0)) {
            gone.insert(hash);
            let effect = DocumentEdit { id, kind, changes: fields_set_by(&change.decode()).unwrap_or_default() };
            lost.push(LostChange { hash, actor: change.actor_id().clone(), effect });
        } else {
            kept.push(change);
        }
    }
    if kept.is_empty() {
        documents::remove(tx, id)?;
        return Ok(lost);
    }
    let mut doc = Automerge::new();
    doc.apply_changes(kept).map_err(|_| ReplicaError::damaged("a document's changes"))?;
    let saved = doc.save();
    documents::store(tx, id, kind, &doc, &saved)?;
    Ok(lost)
}

/// Merges a document that a checkpoint brings with what was edited here meanwhile.
pub(crate) fn merge(
    tx: &Connection,
    id: DocumentId,
    kind: DocumentKind,
    mut ours: Automerge,
    stored: &[u8],
) -> Result<(), ReplicaError> {
    let theirs = documents::unpack(stored)?;
    let merged = guarded(|| {
        let mut doc = Automerge::load(&theirs).map_err(|_| Refusal::Engine)?;
        doc.merge(&mut ours).map_err(|_| Refusal::Engine)?;
        let saved = doc.save();
        Ok((doc, saved))
    });
    let (doc, saved) = merged.map_err(|_| ReplicaError::Checkpoint { what: "it has a document that cannot be read" })?;
    documents::store(tx, id, kind, &doc, &saved)
}

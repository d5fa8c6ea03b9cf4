//! The document engine: Automerge behind one trait, bytes in and bytes out.
//!
//! Fields stand flat at the root as scalars. A field that is taken out is set to null rather than deleted, so that "taken out
//! here, edited there" is a conflict that a person sees. No counters, lists, texts or nested maps.

use std::num::NonZeroU64;

use automerge::{
    ActorId, Automerge, Change, ChangeHash, ExpandedChange, ObjId, ROOT, ReadDoc, ScalarValue, ScalarValueRef, Value, ValueRef,
    legacy,
};
use tradepost_domain::document::{ConflictPolicy, DocumentKind, FieldChange, Fields, Scalar, conflict_policy};

use super::{Dispute, DisputedValue, EditedBy};
use crate::error::ReplicaError;

/// The stored documents of a replica, to be edited.
pub struct Engine;

/// What the engine must be able to do; everything else of it stays behind this line.
pub(super) trait DocumentEngine {
    /// Makes an edit in a stored document (`None`: a new one). `None`: nothing changed.
    fn edit(
        &self,
        saved: Option<&[u8]>,
        actor: &ActorId,
        by: &EditedBy,
        changes: &[FieldChange],
    ) -> Result<Option<Edited>, ReplicaError>;
}

/// A document after an edit.
pub(super) struct Edited {
    /// To be stored.
    pub saved: Vec<u8>,
    /// To be sent.
    pub change: Vec<u8>,
    /// Its heads.
    pub heads: Vec<u8>,
}

/// A document as people see it.
pub(super) struct Seen {
    pub fields: Fields,
    pub disputes: Vec<Dispute>,
    pub created_at: i64,
}

/// [`DocumentEngine`] by Automerge.
pub(super) struct AutomergeEngine;

impl DocumentEngine for AutomergeEngine {
    fn edit(
        &self,
        saved: Option<&[u8]>,
        actor: &ActorId,
        by: &EditedBy,
        changes: &[FieldChange],
    ) -> Result<Option<Edited>, ReplicaError> {
        let Some(saved) = saved else { return Ok(first_edit(actor, by, changes)) };
        let mut doc = load(saved)?;
        let past = Past::of(&doc, actor);
        let operations = changes.iter().map(|change| replacement(&doc, change)).collect::<Result<Vec<_>, _>>()?;
        let Some(change) = past.change(actor, by, operations.into_iter().flatten().collect()) else { return Ok(None) };
        doc.apply_changes([change.clone()]).map_err(|_| ReplicaError::damaged("a document that cannot be edited"))?;
        Ok(Some(Edited { saved: doc.save(), change: change.raw_bytes().to_vec(), heads: heads(&doc) }))
    }
}

/// A new document is its first change and nothing else: making a document in memory and reading the change back out of it cost
/// ten times as much, and an import makes 100,000 of them.
fn first_edit(actor: &ActorId, by: &EditedBy, changes: &[FieldChange]) -> Option<Edited> {
    let operations = changes.iter().map(|change| put(change, Vec::new())).collect();
    let change = Past::default().change(actor, by, operations)?;
    let bytes = change.raw_bytes().to_vec();
    Some(Edited { saved: bytes.clone(), change: bytes, heads: change.hash().0.to_vec() })
}

/// Sets a field in place of every value that it has; `None` where it says so already.
///
/// Changes are made here rather than by a transaction of the engine: where somebody settles a dispute with the value that stands,
/// a transaction deletes the other values instead of setting anything, and a change of ours only ever sets (the gate refuses
/// everything else).
fn replacement(doc: &Automerge, change: &FieldChange) -> Result<Option<legacy::Op>, ReplicaError> {
    let all = doc.get_all(ROOT, change.path.as_str()).map_err(|_| ReplicaError::damaged("a document that cannot be edited"))?;
    let says_so = |value: &Value<'_>| value.as_scalar() == Some(&scalar_value(change.value.as_ref()));
    if all.len() == 1 && all.iter().all(|(value, _)| says_so(value)) {
        return Ok(None);
    }
    let replaced = all.into_iter().filter_map(|(_, id)| match id {
        ObjId::Id(counter, actor, _) => Some(legacy::OpId(counter, actor)),
        ObjId::Root => None,
    });
    Ok(Some(put(change, replaced.collect())))
}

fn put(change: &FieldChange, replaced: Vec<legacy::OpId>) -> legacy::Op {
    legacy::Op {
        action: legacy::OpType::Put(scalar_value(change.value.as_ref())),
        obj: legacy::ObjectId::Root,
        key: legacy::Key::Map(change.path.as_str().into()),
        pred: replaced.into(),
        insert: false,
    }
}

/// What a change follows.
#[derive(Default)]
struct Past {
    heads: Vec<ChangeHash>,
    own_seq: u64,
    op_max: u64,
}

impl Past {
    fn of(doc: &Automerge, actor: &ActorId) -> Self {
        let changes = doc.get_changes_meta(&[]);
        let own = changes.iter().filter(|change| *change.actor == *actor).map(|change| change.seq);
        let op_max = changes.iter().map(|change| change.max_op).max().unwrap_or(0);
        Self { heads: doc.get_heads(), own_seq: own.max().unwrap_or(0), op_max }
    }

    /// The change that makes these operations; `None` where there are none.
    fn change(self, actor: &ActorId, by: &EditedBy, operations: Vec<legacy::Op>) -> Option<Change> {
        let start_op = NonZeroU64::MIN.checked_add(self.op_max)?;
        (!operations.is_empty()).then(|| {
            Change::from(ExpandedChange {
                operations,
                actor_id: actor.clone(),
                hash: None,
                seq: self.own_seq + 1,
                start_op,
                time: by.at.unix_ms,
                message: by.staff.map(|staff| staff.to_string()),
                deps: self.heads,
                extra_bytes: Vec::new(),
                author: None,
            })
        })
    }
}

fn scalar_value(value: Option<&Scalar>) -> ScalarValue {
    match value {
        Some(Scalar::Bool(yes)) => ScalarValue::Boolean(*yes),
        Some(Scalar::Int(number)) => ScalarValue::Int(*number),
        Some(Scalar::Text(text)) => ScalarValue::Str(text.as_str().into()),
        None => ScalarValue::Null,
    }
}

/// Loads a stored document.
pub(super) fn load(saved: &[u8]) -> Result<Automerge, ReplicaError> {
    Automerge::load(saved).map_err(|_| ReplicaError::damaged("a document that cannot be read"))
}

/// A document's heads, sorted, one after the other.
pub(super) fn heads(doc: &Automerge) -> Vec<u8> {
    let mut heads: Vec<[u8; 32]> = doc.get_heads().into_iter().map(|head| head.0).collect();
    heads.sort_unstable();
    heads.concat()
}

/// Reads a document as people see it: one value for each field by its policy, and the disputes that a person decides.
pub(super) fn see(doc: &Automerge, kind: DocumentKind) -> Seen {
    let mut seen = Seen { fields: Fields::new(), disputes: Vec::new(), created_at: created_at(doc) };
    for item in doc.map_range(ROOT, ..) {
        let path = item.key.as_ref();
        let value = if item.conflict { decide(doc, kind, path, &mut seen.disputes) } else { scalar_ref(&item.value) };
        if let Some(value) = value {
            seen.fields.set(path, value);
        }
    }
    seen
}

/// When the first of the changes that depend on nothing was made.
fn created_at(doc: &Automerge) -> i64 {
    let first =
        doc.get_changes_meta(&[]).into_iter().filter(|change| change.deps.is_empty()).map(|change| change.timestamp).min();
    first.unwrap_or(0)
}

fn decide(doc: &Automerge, kind: DocumentKind, path: &str, disputes: &mut Vec<Dispute>) -> Option<Scalar> {
    // In the order of the operations' numbers, then their authors: the last one is the engine's own choice.
    let all = doc.get_all(ROOT, path).unwrap_or_default();
    let values: Vec<(Option<Scalar>, ObjId)> = all.into_iter().map(|(value, id)| (scalar(&value), id)).collect();
    let (last, _) = values.last()?;
    match conflict_policy(kind, path) {
        ConflictPolicy::YesWins if values.iter().any(|(value, _)| *value == Some(Scalar::Bool(true))) => Some(Scalar::Bool(true)),
        ConflictPolicy::YesWins | ConflictPolicy::LastWins => last.clone(),
        ConflictPolicy::Ask => {
            if values.iter().any(|(value, _)| value != last) {
                disputes.push(Dispute { path: path.to_owned(), values: disputed(doc, &values) });
            }
            last.clone()
        }
    }
}

fn disputed(doc: &Automerge, values: &[(Option<Scalar>, ObjId)]) -> Vec<DisputedValue> {
    let current = values.len().saturating_sub(1);
    let value_of = |(index, (value, id)): (usize, &(Option<Scalar>, ObjId))| {
        let change = doc.hash_for_opid(id).and_then(|hash| doc.get_change_meta_by_hash(&hash));
        let staff = change.as_ref().and_then(|change| change.message.as_ref()).and_then(|message| message.parse().ok());
        let actor = change.as_ref().map_or_else(Vec::new, |change| change.actor.to_bytes().to_vec());
        let at = change.map_or(0, |change| change.timestamp);
        DisputedValue { value: value.clone(), actor, staff, at, is_current: index == current }
    };
    values.iter().enumerate().map(value_of).collect()
}

fn scalar(value: &Value<'_>) -> Option<Scalar> {
    match value.as_scalar()? {
        ScalarValue::Str(text) => Some(Scalar::Text(text.to_string())),
        ScalarValue::Int(number) | ScalarValue::Timestamp(number) => Some(Scalar::Int(*number)),
        ScalarValue::Uint(number) => i64::try_from(*number).ok().map(Scalar::Int),
        ScalarValue::Boolean(yes) => Some(Scalar::Bool(*yes)),
        ScalarValue::Bytes(_)
        | ScalarValue::F64(_)
        | ScalarValue::Counter(_)
        | ScalarValue::Unknown { .. }
        | ScalarValue::Null => None,
    }
}

fn scalar_ref(value: &ValueRef<'_>) -> Option<Scalar> {
    let ValueRef::Scalar(value) = value else { return None };
    match value {
        ScalarValueRef::Str(text) => Some(Scalar::Text(text.to_string())),
        ScalarValueRef::Int(number) | ScalarValueRef::Timestamp(number) => Some(Scalar::Int(*number)),
        ScalarValueRef::Uint(number) => i64::try_from(*number).ok().map(Scalar::Int),
        ScalarValueRef::Boolean(yes) => Some(Scalar::Bool(*yes)),
        ScalarValueRef::Bytes(_)
        | ScalarValueRef::F64(_)
        | ScalarValueRef::Counter(_)
        | ScalarValueRef::Unknown { .. }
        | ScalarValueRef::Null => None,
    }
}

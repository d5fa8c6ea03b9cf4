//! Undo: the inverse of an edit, kept for a while, and recorded as one more edit when a person asks for it.
//!
//! A field that somebody else has changed since is left as it is.

use std::collections::VecDeque;

use serde::Serialize;
use tradepost_domain::document::{DocumentEdit, FieldChange, Fields};
use ts_rs::TS;

/// How many edits can be undone.
const UNDO_MAX: usize = 50;

/// What was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Saved {
    /// What was made or changed; empty for many.
    pub id: String,
    /// How many documents changed; 0: nothing differed.
    pub changed: u32,
    /// Undoes it, as long as it is remembered; `None`: cannot be undone here.
    pub undo: Option<u64>,
}

impl Saved {
    /// Something that happened and is put right by another fact, not undone.
    pub fn fact(id: impl Into<String>) -> Self {
        Self { id: id.into(), changed: 1, undo: None }
    }
}

/// What one step of undo does.
#[derive(Debug, Clone, Default)]
pub struct UndoStep {
    /// By document: what was changed, and what it was before.
    pub edits: Vec<UndoEdit>,
}

/// One document's part of an undo.
#[derive(Debug, Clone)]
pub struct UndoEdit {
    /// What was recorded.
    pub made: DocumentEdit,
    /// Its inverse.
    pub inverse: Vec<FieldChange>,
}

impl UndoEdit {
    /// The inverse of an edit of a document with these fields.
    pub fn of(before: &Fields, made: &DocumentEdit) -> Self {
        let inverse =
            made.changes.iter().map(|change| FieldChange { path: change.path.clone(), value: before.get(&change.path).cloned() });
        Self { made: made.clone(), inverse: inverse.collect() }
    }

    /// The inverse of those fields that still hold what was recorded.
    pub fn still_ours(&self, now: &Fields) -> Option<DocumentEdit> {
        let untouched =
            |path: &str| self.made.changes.iter().any(|change| change.path == path && now.get(path) == change.value.as_ref());
        let changes: Vec<_> = self.inverse.iter().filter(|change| untouched(&change.path)).cloned().collect();
        (!changes.is_empty()).then_some(DocumentEdit { id: self.made.id, kind: self.made.kind, changes })
    }
}

/// The last edits, newest last.
#[derive(Debug, Default)]
pub struct UndoList {
    steps: VecDeque<(u64, UndoStep)>,
    next: u64,
}

impl UndoList {
    /// Remembers a step.
    pub fn remember(&mut self, step: UndoStep) -> u64 {
        self.next += 1;
        self.steps.push_back((self.next, step));
        if self.steps.len() > UNDO_MAX {
            self.steps.pop_front();
        }
        self.next
    }

    /// Takes a step out, to undo it.
    pub fn take(&mut self, token: u64) -> Option<UndoStep> {
        let place = self.steps.iter().position(|(known, _)| *known == token)?;
        self.steps.remove(place).map(|(_, step)| step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradepost_domain::document::{DocumentKind, Scalar};
    use tradepost_domain::id::DocumentId;

    fn edit(path: &str, value: &str) -> DocumentEdit {
        let change = FieldChange { path: path.to_owned(), value: Some(Scalar::Text(value.to_owned())) };
        DocumentEdit { id: DocumentId::from_bytes([1; 16]), kind: DocumentKind::Product, changes: vec![change] }
    }

    #[test]
    fn undo_brings_back_what_stood_there() {
        let mut fields = Fields::new();
        fields.set_text("title", "Shirt");
        let made = edit("title", "Skirt");
        let undo = UndoEdit::of(&fields, &made);
        fields.apply(&made.changes);
        let inverse = undo.still_ours(&fields).unwrap();
        fields.apply(&inverse.changes);
        assert_eq!(fields.text("title"), "Shirt");
    }

    #[test]
    fn undo_leaves_what_somebody_else_changed_since() {
        let before = Fields::new();
        let undo = UndoEdit::of(&before, &edit("title", "Skirt"));
        let mut now = Fields::new();
        now.set_text("title", "Dress");
        assert!(undo.still_ours(&now).is_none());
    }
}

//! Taking an import back, on the machine that made it: what it created is archived, what it changed gets its old values where
//! nobody has changed them since.

use tradepost_domain::catalog::{Product, ProductStatus};
use tradepost_domain::document::{Document, DocumentEdit, DocumentKind, FieldChange, Fields};
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{BatchId, FactId};
use tradepost_domain::staff::Permission;
use tradepost_domain::stock::{StockAdjusted, StockLine};
use tradepost_replica::Draft;

use super::{UndoChunk, UndoProduct, undo_key};
use crate::by::By;
use crate::error::{Outcome, Refusal};
use crate::shop::{Shop, Work};

/// What taking an import back did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct UndoneImport {
    /// Products that the import had made and that are archived now.
    pub archived: u64,
    /// Products that have their old values again.
    pub restored: u64,
    /// Products of which some fields were changed since, and kept.
    pub kept: u64,
}

impl Shop {
    /// Takes an import back. The stock that it brought in goes out again.
    pub fn undo_import(&self, by: &mut By<'_>, batch: BatchId) -> Outcome<UndoneImport> {
        let mut done = UndoneImport::default();
        let mut chunk = 1;
        loop {
            let mut work = self.work_by(by, Permission::EditCatalog)?;
            let key = undo_key(batch, chunk);
            let Some(undo) = work.local::<UndoChunk>(&key)? else { break };
            let mut draft = Draft { batch: Some(batch), local: vec![(key, None)], ..by.draft("catalog.undo_import") };
            draft.edits = edits(&work, &undo, &mut done)?;
            draft.facts = stock_out(by, &undo);
            if draft.edits.is_empty() && draft.facts.is_empty() {
                work.replica.put_local(&undo_key(batch, chunk), None)?;
            } else {
                work.record(draft, by.env)?;
            }
            chunk += 1;
        }
        if chunk == 1 { Err(Refusal::NothingToUndo.into()) } else { Ok(done) }
    }
}

fn edits(work: &Work<'_>, undo: &UndoChunk, done: &mut UndoneImport) -> Outcome<Vec<DocumentEdit>> {
    let mut edits = Vec::new();
    for id in &undo.created {
        let Some(product) = work.read.product(*id)? else { continue };
        let archived = Product { status: ProductStatus::Archived, ..product.clone() };
        edits.extend(archived.edit_from(Some(&product)));
        done.archived += 1;
    }
    for product in &undo.changed {
        let Some((_, now)) = work.read.fields(product.id.into())? else { continue };
        let changes = old_values(product, &now);
        done.kept += u64::from(changes.len() < product.fields.len());
        done.restored += u64::from(!changes.is_empty());
        if !changes.is_empty() {
            edits.push(DocumentEdit { id: product.id.into(), kind: DocumentKind::Product, changes });
        }
    }
    Ok(edits)
}

/// The old values of the fields that still stand as the import set them.
fn old_values(product: &UndoProduct, now: &Fields) -> Vec<FieldChange> {
    let untouched = product.fields.iter().filter(|(set, _)| now.get(&set.path) == set.value.as_ref());
    untouched.map(|(set, before)| FieldChange { path: set.path.clone(), value: before.clone() }).collect()
}

fn stock_out(by: &mut By<'_>, undo: &UndoChunk) -> Vec<Fact> {
    let Some(location) = undo.location else { return Vec::new() };
    let adjusted_at = by.now();
    let opposite = |line: &StockLine| line.quantity.checked_neg().ok().map(|quantity| StockLine { quantity, ..*line });
    let lines: Vec<StockLine> = undo.stock.iter().filter_map(opposite).collect();
    let parts = lines.chunks(crate::stock::STOCK_LINES_MAX);
    parts
        .map(|lines| {
            let adjusted = StockAdjusted { location, lines: lines.to_vec(), reason: "import taken back".to_owned(), adjusted_at };
            Fact { id: FactId::from_bytes(by.new_id()), body: FactBody::StockAdjusted(adjusted) }
        })
        .collect()
}

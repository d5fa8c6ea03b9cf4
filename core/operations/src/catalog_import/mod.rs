//! Products from a file: tried out first, then taken in entries of a hundred, all with one batch id, and taken back by it.
//!
//! A product is matched by its handle, then by its first SKU. An import never removes anything: what the file is silent about stays.
//! Memory does not grow with the file but for the ids of what was touched.

mod merge;
mod undo;

use std::collections::HashSet;
use std::fmt::Display;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use tradepost_domain::catalog::{Product, StockPolicy};
use tradepost_domain::document::{Document, DocumentEdit, FieldChange, Scalar};
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{BatchId, FactId, LocationId, ProductId, VariantId};
use tradepost_domain::import::{ImportItem, ImportProblem, ImportProblemCode, ImportSeverity};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::shop::ShopSettings;
use tradepost_domain::staff::Permission;
use tradepost_domain::stock::{StockAdjusted, StockLine, StockReceived};
use tradepost_replica::{Draft, Reader, ReplicaError};

use crate::by::By;
use crate::catalog::check_product;
use crate::error::{OperationError, Outcome};
use crate::shop::{Shop, found, json};

pub use undo::UndoneImport;

/// Problems kept in a report; the rest is counted.
pub const IMPORT_PROBLEMS_MAX: usize = 10_000;
/// Products of one entry.
const CHUNK_PRODUCTS_MAX: usize = 100;
/// About how many bytes of changes one entry takes; an entry may hold four times that.
const CHUNK_BYTES_MAX: usize = 1024 * 1024;
/// Fields of one product that one entry takes: a product of two thousand variants comes in several.
const CHUNK_FIELDS_MAX: usize = 5_000;

/// What an import goes by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Where the stock of new variants is; `None`: the first location.
    pub location: Option<LocationId>,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportProgress {
    /// Rows done.
    pub rows: u64,
    /// Products done.
    pub products: u64,
}

/// What an import did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Rows read, without the header.
    pub rows: u64,
    /// Products in them.
    pub products: u64,
    /// Variants in them.
    pub variants: u64,
    /// Products that were new.
    pub created: u64,
    /// Products that changed.
    pub updated: u64,
    /// Products that were the same already.
    pub unchanged: u64,
    /// What is wrong, at most [`IMPORT_PROBLEMS_MAX`].
    pub problems: Vec<ImportProblem>,
    /// How much is wrong altogether.
    pub problem_count: u64,
    /// To take it back by; `None`: nothing was recorded.
    pub batch: Option<BatchId>,
    /// Whether somebody stopped it. What was done until then stands.
    pub is_canceled: bool,
    /// Why reading broke off, if it did. What was done until then stands.
    pub broke_off: Option<String>,
}

impl ImportReport {
    /// Adds something that is wrong.
    fn add_problem(&mut self, problem: ImportProblem) {
        self.problem_count = self.problem_count.saturating_add(1);
        if self.problems.len() < IMPORT_PROBLEMS_MAX {
            self.problems.push(problem);
        }
    }
}

/// Products as the reader of a file gives them. At its first error reading broke off.
type Items<'a, E> = &'a mut dyn Iterator<Item = Result<ImportItem, E>>;
type Watch<'a> = &'a mut dyn FnMut(&ImportProgress) -> ControlFlow<()>;

impl Shop {
    /// What an import would do. Records nothing.
    pub fn plan_import<E: Display>(
        &self,
        by: &mut By<'_>,
        items: Items<'_, E>,
        options: &ImportOptions,
        watch: Watch<'_>,
    ) -> Outcome<ImportReport> {
        Import::start(self, by, options)?.run(by, items, watch, Mode::Plan)
    }

    /// Takes the products of a file. Stopping it, or a power cut, leaves what was taken until then; importing again goes on from there.
    pub fn run_import<E: Display>(
        &self,
        by: &mut By<'_>,
        items: Items<'_, E>,
        options: &ImportOptions,
        watch: Watch<'_>,
    ) -> Outcome<ImportReport> {
        Import::start(self, by, options)?.run(by, items, watch, Mode::Run)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Plan,
    Run,
}

struct Import<'a> {
    shop: &'a Shop,
    settings: ShopSettings,
    location: Option<LocationId>,
    batch: BatchId,
    /// Products that this import made or changed: a second product of the file with the same SKU is not the same product.
    touched: HashSet<ProductId>,
    /// Variants that rows of this file told.
    told: HashSet<VariantId>,
    chunk: Chunk,
    chunk_count: u64,
    report: ImportReport,
}

/// Products that go into one entry.
#[derive(Default)]
struct Chunk {
    edits: Vec<(u64, DocumentEdit)>,
    received: Vec<StockLine>,
    missing: Vec<StockLine>,
    bytes: usize,
    undo: UndoChunk,
}

/// What taking a chunk back needs; a local value of the machine that imported.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct UndoChunk {
    created: Vec<ProductId>,
    changed: Vec<UndoProduct>,
    stock: Vec<StockLine>,
    location: Option<LocationId>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct UndoProduct {
    id: ProductId,
    /// What the import set, and what stood there before.
    fields: Vec<(FieldChange, Option<Scalar>)>,
}

pub(crate) fn undo_key(batch: BatchId, chunk: u64) -> String {
    format!("import/{batch}/{chunk}")
}

impl<'a> Import<'a> {
    fn start(shop: &'a Shop, by: &mut By<'_>, options: &ImportOptions) -> Outcome<Self> {
        let work = shop.work_by(by, Permission::EditCatalog)?;
        let location = match options.location {
            Some(id) => Some(found(work.read.location(id)?, "this location")?.id),
            None => work.read.locations()?.first().map(|location| location.id),
        };
        Ok(Self {
            shop,
            settings: work.settings()?,
            location,
            batch: BatchId::from_bytes(by.new_id()),
            touched: HashSet::new(),
            told: HashSet::new(),
            chunk: Chunk::default(),
            chunk_count: 0,
            report: ImportReport::default(),
        })
    }

    fn run<E: Display>(mut self, by: &mut By<'_>, items: Items<'_, E>, watch: Watch<'_>, mode: Mode) -> Outcome<ImportReport> {
        for item in items {
            match item {
                Ok(item) => self.take(by, item, mode)?,
                Err(error) => {
                    self.report.broke_off = Some(error.to_string());
                    break;
                }
            }
            let progress = ImportProgress { rows: self.report.rows, products: self.report.products };
            if self.chunk.is_full() {
                self.flush(by)?;
            }
            if watch(&progress).is_break() {
                self.report.is_canceled = true;
                break;
            }
        }
        self.flush(by)?;
        Ok(self.report)
    }

    fn take(&mut self, by: &mut By<'_>, item: ImportItem, mode: Mode) -> Outcome<()> {
        self.report.rows = self.report.rows.saturating_add(item.rows);
        item.problems.into_iter().for_each(|problem| self.report.add_problem(problem));
        let Some(mut product) = item.product else { return Ok(()) };
        if item.is_continuation && mode == Mode::Run {
            self.flush(by)?;
        }
        self.report.variants = self.report.variants.saturating_add(product.variants.len() as u64);
        self.report.products = self.report.products.saturating_add(u64::from(!item.is_continuation));
        let before = self.matching(&product)?;
        if mode == Mode::Plan && item.is_continuation && before.is_none() && product.title.is_empty() {
            // Its title stands in its first rows, which a plan has not kept.
            product.title.clone_from(&product.handle);
        }
        let merged = match &before {
            Some(before) if item.is_continuation => merge::continued(before, product, by, &self.told),
            Some(before) => merge::updated(before, product, by),
            None => merge::created(product, by),
        };
        if let Err(error) = check_product(&merged.product, &self.settings) {
            self.refuse(item.row, &error);
            return Ok(());
        }
        self.count(before.as_ref(), &merged.product, item.is_continuation);
        self.told.extend(&merged.told);
        if mode == Mode::Run {
            self.add(item.row, before.as_ref(), merged, &item.stock);
        }
        Ok(())
    }

    /// The product that stands here already.
    fn matching(&self, product: &Product) -> Outcome<Option<Product>> {
        let read = self.shop.read();
        if !product.handle.is_empty()
            && let Some(same) = read.product_by_handle(&product.handle)?
        {
            return Ok(Some(same));
        }
        match product.variants.iter().find(|variant| !variant.sku.is_empty()) {
            Some(variant) => self.with_sku(&read, &variant.sku),
            None => Ok(None),
        }
    }

    fn with_sku(&self, read: &Reader, sku: &str) -> Outcome<Option<Product>> {
        let rows = read.variants_by_code(sku)?;
        let mut products: Vec<ProductId> = rows.into_iter().filter(|row| row.sku == sku).map(|row| row.product).collect();
        products.dedup();
        match products.as_slice() {
            [only] if !self.touched.contains(only) => Ok(read.product(*only)?),
            _ => Ok(None),
        }
    }

    fn count(&mut self, before: Option<&Product>, after: &Product, is_continuation: bool) {
        let counter = match before {
            _ if is_continuation => return,
            None => &mut self.report.created,
            Some(before) if before == after => &mut self.report.unchanged,
            Some(_) => &mut self.report.updated,
        };
        *counter = counter.saturating_add(1);
        self.touched.insert(after.id);
    }

    fn add(&mut self, row: u64, before: Option<&Product>, merged: merge::Merged, stock: &[(usize, Quantity)]) {
        let Some(edit) = merged.product.edit_from(before) else { return };
        self.chunk.bytes += edit.changes.iter().map(bytes_of).sum::<usize>();
        match before {
            None => self.chunk.undo.created.push(merged.product.id),
            Some(before) => {
                let old = before.to_fields();
                let with_old = |change: &FieldChange| (change.clone(), old.get(&change.path).cloned());
                let fields = edit.changes.iter().map(with_old).collect();
                self.chunk.undo.changed.push(UndoProduct { id: before.id, fields });
            }
        }
        self.chunk.edits.push((row, edit));
        for (index, quantity) in stock {
            let Some((variant, policy)) = merged.new_variants.get(*index).copied().flatten() else { continue };
            if policy == StockPolicy::NotTracked || *quantity == Quantity::ZERO {
                continue;
            }
            let line = StockLine { variant, quantity: *quantity };
            let lines = if *quantity > Quantity::ZERO { &mut self.chunk.received } else { &mut self.chunk.missing };
            lines.push(line);
            self.chunk.undo.stock.push(line);
        }
    }

    /// Records what has gathered.
    fn flush(&mut self, by: &mut By<'_>) -> Outcome<()> {
        let chunk = std::mem::take(&mut self.chunk);
        if chunk.edits.is_empty() {
            return Ok(());
        }
        self.chunk_count += 1;
        let facts = self.stock_facts(by, &chunk);
        let undo = UndoChunk { location: self.location, ..chunk.undo };
        let local = vec![(undo_key(self.batch, self.chunk_count), json(&undo))];
        let draft = |edits| Draft { edits, batch: Some(self.batch), ..by.draft("catalog.import") };
        let is_small = chunk.edits.iter().all(|(_, edit)| edit.changes.len() <= CHUNK_FIELDS_MAX);
        if is_small {
            let whole = Draft {
                facts: facts.clone(),
                local: local.clone(),
                ..draft(chunk.edits.iter().map(|(_, edit)| edit.clone()).collect())
            };
            match self.shop.work().record(whole, by.env) {
                Ok(_) => return self.recorded(),
                Err(OperationError::Storage(ReplicaError::TooLarge { .. })) => {}
                Err(other) => return Err(other),
            }
        }
        self.flush_one_by_one(by, chunk.edits, Draft { facts, local, batch: Some(self.batch), ..by.draft("catalog.import") })
    }

    /// Records products that do not fit one entry, each in as many as it takes.
    fn flush_one_by_one(&mut self, by: &mut By<'_>, edits: Vec<(u64, DocumentEdit)>, last: Draft) -> Outcome<()> {
        for (row, edit) in edits {
            for changes in edit.changes.chunks(CHUNK_FIELDS_MAX) {
                let part = DocumentEdit { changes: changes.to_vec(), ..edit };
                let draft = Draft { edits: vec![part], batch: Some(self.batch), ..by.draft("catalog.import") };
                match self.shop.work().record(draft, by.env) {
                    Ok(_) => {}
                    Err(error @ OperationError::Storage(ReplicaError::TooLarge { .. })) => self.refuse(row, &error),
                    Err(other) => return Err(other),
                }
            }
        }
        let mut work = self.shop.work();
        if last.facts.is_empty() {
            for (key, value) in &last.local {
                work.replica.put_local(key, value.as_deref())?;
            }
        } else {
            work.record(last, by.env)?;
        }
        drop(work);
        self.recorded()
    }

    fn recorded(&mut self) -> Outcome<()> {
        self.report.batch = Some(self.batch);
        Ok(())
    }

    fn refuse(&mut self, row: u64, error: &OperationError) {
        self.report.add_problem(ImportProblem {
            row,
            column: String::new(),
            severity: ImportSeverity::Error,
            code: ImportProblemCode::ProductRefused,
            message: error.to_string(),
        });
    }

    /// The stock of variants that are new here. Those that were here before have moved since the file was written: it is not asked.
    fn stock_facts(&self, by: &mut By<'_>, chunk: &Chunk) -> Vec<Fact> {
        let Some(location) = self.location else { return Vec::new() };
        let (received_at, reference) = (by.now(), "import".to_owned());
        let mut facts = Vec::new();
        for lines in chunk.received.chunks(crate::stock::STOCK_LINES_MAX) {
            let body = FactBody::StockReceived(StockReceived {
                location,
                lines: lines.to_vec(),
                reference: reference.clone(),
                received_at,
            });
            facts.push(Fact { id: FactId::from_bytes(by.new_id()), body });
        }
        for lines in chunk.missing.chunks(crate::stock::STOCK_LINES_MAX) {
            let adjusted = StockAdjusted { location, lines: lines.to_vec(), reason: reference.clone(), adjusted_at: received_at };
            facts.push(Fact { id: FactId::from_bytes(by.new_id()), body: FactBody::StockAdjusted(adjusted) });
        }
        facts
    }
}

impl Chunk {
    fn is_full(&self) -> bool {
        self.edits.len() >= CHUNK_PRODUCTS_MAX || self.bytes >= CHUNK_BYTES_MAX
    }
}

fn bytes_of(change: &FieldChange) -> usize {
    let value = match &change.value {
        Some(Scalar::Text(text)) => text.len(),
        Some(Scalar::Bool(_) | Scalar::Int(_)) | None => 8,
    };
    change.path.len() + value
}

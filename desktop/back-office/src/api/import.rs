//! Import: a dry run that shows every doubtful row, then the run itself, which can be stopped and taken back.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde::Serialize;
use tradepost_domain::id::{BatchId, ImageId, ProductId, VariantId};
use tradepost_exchange::{Problem, Severity, shopify};
use tradepost_operations::{
    ImportItem, ImportOptions, ImportProblem, ImportProgress, ImportReport, ImportSeverity, OperationError, Outcome, Refusal,
};
use ts_rs::TS;

use super::desk::{BackOffice, News, OpenShop, held};
use super::error::{ApiError, ApiResult};
use super::product::Window;

/// The largest file.
pub const FILE_BYTES_MAX: usize = 256 * 1024 * 1024;
/// The window hears of progress after so many products.
const PROGRESS_EVERY: u64 = 50;

/// A file that was read and not imported yet.
pub struct Planned {
    bytes: Arc<[u8]>,
    report: ImportReport,
}

/// What an import would do.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ImportPlan {
    /// The file.
    pub file_name: String,
    /// What it was read as.
    pub format: String,
    /// Rows without the header.
    pub rows: u64,
    /// Products.
    pub products: u64,
    /// Variants.
    pub variants: u64,
    /// Products that are new.
    pub created: u64,
    /// Products that would change.
    pub updated: u64,
    /// Products that are as in the file.
    pub unchanged: u64,
    /// Rows that are not taken.
    pub errors: u64,
    /// Doubtful rows.
    pub warnings: u64,
    /// Things to know.
    pub notes: u64,
}

/// What is wrong with a row.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ImportProblemLine {
    /// Its place in the list.
    pub id: String,
    /// The row; the header is 1.
    pub row: u64,
    /// The column, or empty.
    pub column: String,
    /// How bad.
    #[ts(type = "'note' | 'warning' | 'error'")]
    pub severity: ImportSeverity,
    /// What it is and what to do.
    pub message: String,
}

/// How far an import is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ImportProgressView {
    /// Products done.
    pub done: u64,
    /// Products in all.
    pub total: u64,
    /// In words.
    pub text: String,
}

/// What an import did.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ImportResult {
    /// In a few words.
    pub title: String,
    /// In a sentence.
    pub detail: String,
    /// To take it back by.
    pub batch: Option<String>,
}

/// Reads a file and says what importing it would do. Nothing is saved.
pub fn plan(open: &OpenShop, file_name: &str, bytes: Vec<u8>) -> ApiResult<ImportPlan> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(ApiError::input("This file is larger than 256 MB. Split it and import the parts one after the other."));
    }
    let bytes: Arc<[u8]> = bytes.into();
    let format = tradepost_exchange::detect(bytes.get(..tradepost_exchange::format::SNIFF_BYTES).unwrap_or(&bytes))
        .map_err(file_error)?
        .format;
    let report = open.write(|write| {
        let mut items = Items::open(&bytes, write.reader.shop()?.currency)?;
        let mut report =
            write.shop.plan_import(&mut write.by, &mut items, &ImportOptions::default(), &mut |_| ControlFlow::Continue(()))?;
        items.last_problems().into_iter().for_each(|problem| report.add_problem(problem));
        Ok(report)
    })?;
    let plan = plan_of(file_name, format.to_string(), &report);
    *held(&open.planned) = Some(Planned { bytes, report });
    Ok(plan)
}

/// A window of what is wrong, of one severity or all.
pub fn problems(open: &OpenShop, severity: &str, offset: usize, limit: usize) -> ApiResult<Window<ImportProblemLine>> {
    let planned = held(&open.planned);
    let list = planned.as_ref().map(|planned| planned.report.problems.as_slice()).unwrap_or_default();
    let fits = |problem: &&ImportProblem| severity.is_empty() || word(problem.severity) == severity;
    let total = list.iter().filter(fits).count() as u64;
    let rows = list.iter().filter(fits).enumerate().skip(offset).take(limit).map(|(index, problem)| ImportProblemLine {
        id: index.to_string(),
        row: problem.row,
        column: problem.column.clone(),
        severity: problem.severity,
        message: problem.message.clone(),
    });
    Ok(Window { rows: rows.collect(), total })
}

/// Imports the file that was planned. Stopping it leaves what was taken until then.
pub fn run(office: &BackOffice) -> ApiResult<ImportResult> {
    let open = office.shop()?;
    let planned = held(&open.planned).as_ref().map(|planned| (Arc::clone(&planned.bytes), planned.report.products));
    let (bytes, total) = planned.ok_or_else(|| ApiError::input("Choose a file first."))?;
    open.stops_import.store(false, Ordering::Relaxed);
    let mut watch = |progress: &ImportProgress| {
        if progress.products.is_multiple_of(PROGRESS_EVERY) {
            office.tell(News::Import(progress_view(progress, total)));
        }
        if open.stops_import.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let report = open.write(|write| {
        let mut items = Items::open(&bytes, write.reader.shop()?.currency)?;
        Ok(write.shop.run_import(&mut write.by, &mut items, &ImportOptions::default(), &mut watch)?)
    })?;
    *held(&open.planned) = None;
    Ok(result_of(&report))
}

/// Stops a running import.
pub fn cancel(open: &OpenShop) {
    open.stops_import.store(true, Ordering::Relaxed);
}

/// Forgets the file that was planned.
pub fn forget(open: &OpenShop) {
    *held(&open.planned) = None;
}

/// Takes an import back.
pub fn undo(open: &OpenShop, batch: &str) -> ApiResult<String> {
    let batch: BatchId = batch.parse().map_err(|_| ApiError::not_found("import"))?;
    let undone = open.write(|write| Ok(write.shop.undo_import(&mut write.by, batch)?))?;
    let kept = if undone.kept > 0 { format!(", {} kept what was changed since", undone.kept) } else { String::new() };
    Ok(format!("Import undone: {} archived, {} as before{kept}", undone.archived, undone.restored))
}

/// The products of a file, as the import takes them.
struct Items<'a> {
    reader: shopify::Reader<&'a [u8]>,
    count: Cell<u128>,
}

impl<'a> Items<'a> {
    fn open(bytes: &'a [u8], currency: tradepost_domain::money::Currency) -> ApiResult<Self> {
        Ok(Self { reader: shopify::Reader::open(bytes, currency).map_err(file_error)?, count: Cell::new(0) })
    }

    /// What is wrong with rows after the last product.
    fn last_problems(&mut self) -> Vec<ImportProblem> {
        self.reader.take_problems().into_iter().map(problem_of).collect()
    }
}

impl Iterator for Items<'_> {
    type Item = Outcome<ImportItem>;

    fn next(&mut self) -> Option<Self::Item> {
        let product = match self.reader.next()? {
            Ok(product) => product,
            Err(error) => return Some(Err(OperationError::Refused(Refusal::ImportBroken { reason: error.to_string() }))),
        };
        let mut problems = self.last_problems();
        problems.extend(product.problems.into_iter().map(problem_of));
        // These ids only tie the parts of the file's product together.
        let count = &self.count;
        let next_id = || {
            count.set(count.get().wrapping_add(1));
            count.get().to_be_bytes()
        };
        let id = ProductId::from_bytes(next_id());
        let made = product.draft.into_product(id, || VariantId::from_bytes(next_id()), || ImageId::from_bytes(next_id()));
        Some(Ok(ImportItem {
            row: product.first_row,
            rows: product.row_count,
            product: Some(made),
            stock: product.stock,
            is_continuation: product.is_continuation,
            problems,
        }))
    }
}

fn problem_of(problem: Problem) -> ImportProblem {
    let Problem { row, column, severity, code: _, message } = problem;
    let severity = match severity {
        Severity::Note => ImportSeverity::Note,
        Severity::Warning => ImportSeverity::Warning,
        Severity::Error => ImportSeverity::Error,
    };
    ImportProblem { row, column, severity, message }
}

fn word(severity: ImportSeverity) -> &'static str {
    match severity {
        ImportSeverity::Note => "note",
        ImportSeverity::Warning => "warning",
        ImportSeverity::Error => "error",
    }
}

fn file_error(error: tradepost_exchange::ExchangeError) -> ApiError {
    let message = error.to_string();
    let mut letters = message.chars();
    let start: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    ApiError::input(format!("{start}{}", letters.as_str()))
}

fn plan_of(file_name: &str, format: String, report: &ImportReport) -> ImportPlan {
    let count = |severity| report.problems.iter().filter(|problem| problem.severity == severity).count() as u64;
    ImportPlan {
        file_name: file_name.to_owned(),
        format,
        rows: report.rows,
        products: report.products,
        variants: report.variants,
        created: report.created,
        updated: report.updated,
        unchanged: report.unchanged,
        errors: count(ImportSeverity::Error),
        warnings: count(ImportSeverity::Warning),
        notes: count(ImportSeverity::Note),
    }
}

fn progress_view(progress: &ImportProgress, total: u64) -> ImportProgressView {
    ImportProgressView { done: progress.products.min(total), total, text: format!("{} rows read", progress.rows) }
}

fn result_of(report: &ImportReport) -> ImportResult {
    let title = if report.is_canceled {
        "Stopped".to_owned()
    } else if report.broke_off.is_some() {
        "The file broke off".to_owned()
    } else {
        "Imported".to_owned()
    };
    let counts = format!("{} new products, {} changed, {} as they were.", report.created, report.updated, report.unchanged);
    let rest = match (&report.broke_off, report.is_canceled) {
        (Some(reason), _) => format!(" {reason}. What came before it stands."),
        (None, true) => " What was taken until then stands. Import the file again to go on.".to_owned(),
        (None, false) => String::new(),
    };
    ImportResult { title, detail: format!("{counts}{rest}"), batch: report.batch.map(|batch| batch.to_string()) }
}

//! Import: a dry run that shows every doubtful row, then the run itself, which can be stopped and taken back.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde::Serialize;
use tradepost_connection::{BLOB_BYTES_MAX, Blobs, Keep};
use tradepost_domain::catalog::ProductImage;
use tradepost_domain::id::BatchId;
use tradepost_domain::import::{ImportItem, ImportProblem, ImportSeverity};
use tradepost_exchange::{ExchangeError, shopify};
use tradepost_operations::{ImportOptions, ImportProgress, ImportReport};
use ts_rs::TS;

use super::desk::{BackOffice, News, OpenShop, held};
use super::error::{ApiError, ApiResult, ErrorCode};
use super::picture;
use super::product::Window;

/// The largest file.
pub const FILE_BYTES_MAX: usize = 256 * 1024 * 1024;
/// The window hears of progress after so many products.
const PROGRESS_EVERY: u64 = 50;

/// The most files of pictures that an import takes.
const PICTURES_MAX: usize = 20_000;
/// Where pictures wait that were handed in for an import.
const PICTURES_FOLDER: &str = "import-pictures";

/// A file that was read and not imported yet.
pub struct Planned {
    file_name: String,
    format: String,
    bytes: Arc<[u8]>,
    report: ImportReport,
    /// The files that it names as pictures, by the last part of their names; a name may stand for several.
    pictures: BTreeMap<String, BTreeSet<String>>,
    pictures_here: BTreeSet<String>,
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
    /// Names of the files of pictures that it names and that are not here yet.
    pub pictures_missing: Vec<String>,
    /// How many of them are here.
    pub pictures_here: u64,
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
    forget(open);
    let (report, pictures) = dry_run(open, &bytes)?;
    let (file_name, format) = (file_name.to_owned(), format.to_string());
    let planned = Planned { file_name, format, bytes, report, pictures, pictures_here: BTreeSet::new() };
    let plan = plan_of(&planned);
    *held(&open.planned) = Some(planned);
    Ok(plan)
}

/// Says again what importing the planned file would do, now that pictures are here.
pub fn plan_again(open: &OpenShop) -> ApiResult<ImportPlan> {
    let bytes = held(&open.planned).as_ref().map(|planned| Arc::clone(&planned.bytes)).ok_or_else(no_file)?;
    let (report, _) = dry_run(open, &bytes)?;
    let mut planned = held(&open.planned);
    let planned = planned.as_mut().ok_or_else(no_file)?;
    planned.report = report;
    Ok(plan_of(planned))
}

/// Hands in a file that the planned file may name as a picture. Says whether it does.
pub fn offer_picture(open: &OpenShop, file_name: &str, bytes: &[u8]) -> ApiResult<bool> {
    let names = {
        let planned = held(&open.planned);
        planned.as_ref().ok_or_else(no_file)?.pictures.get(file_name).cloned().unwrap_or_default()
    };
    if names.is_empty() {
        return Ok(false);
    }
    // What fits is kept as it is, so that importing the same file again changes nothing.
    let smaller = if bytes.len() > BLOB_BYTES_MAX { Some(picture::prepare(bytes)?) } else { None };
    for name in &names {
        let path = pictures_folder(open).join(name);
        let folder = path.parent().unwrap_or(&path);
        let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, smaller.as_deref().unwrap_or(bytes)));
        written
            .map_err(|error| ApiError::new(ErrorCode::Storage, format!("The picture could not be kept: {}.", error.kind())))?;
    }
    if let Some(planned) = held(&open.planned).as_mut() {
        planned.pictures_here.insert(file_name.to_owned());
    }
    Ok(true)
}

fn no_file() -> ApiError {
    ApiError::input("Choose a file first.")
}

fn pictures_folder(open: &OpenShop) -> PathBuf {
    open.folder.join(PICTURES_FOLDER)
}

/// What importing would do, and the pictures that the file names beside itself.
fn dry_run(open: &OpenShop, bytes: &[u8]) -> ApiResult<(ImportReport, BTreeMap<String, BTreeSet<String>>)> {
    open.write(|write| {
        let mut items = Items::open(bytes, write.reader.shop()?.currency, open, Keep::No)?;
        let watch = &mut |_: &ImportProgress| ControlFlow::Continue(());
        let report = write.shop.plan_import(&mut write.by, &mut items, &ImportOptions::default(), watch)?;
        Ok((report, items.named))
    })
}

/// A window of what is wrong, of one severity or all.
pub fn problems(open: &OpenShop, severity: &str, offset: usize, limit: usize) -> ApiResult<Window<ImportProblemLine>> {
    let planned = held(&open.planned);
    let list = planned.as_ref().map(|planned| planned.report.problems.as_slice()).unwrap_or_default();
    let fits = |problem: &&ImportProblem| severity.is_empty() || problem.severity.word() == severity;
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
    let (bytes, total) = planned.ok_or_else(no_file)?;
    open.stops_import.store(false, Ordering::Relaxed);
    let mut watch = |progress: &ImportProgress| {
        if progress.products.is_multiple_of(PROGRESS_EVERY) {
            office.tell(News::Import(progress_view(progress, total)));
        }
        if open.stops_import.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let report = open.write(|write| {
        let mut items = Items::open(&bytes, write.reader.shop()?.currency, &open, Keep::Yes)?;
        Ok(write.shop.run_import(&mut write.by, &mut items, &ImportOptions::default(), &mut watch)?)
    })?;
    forget(&open);
    Ok(result_of(&report))
}

/// Stops a running import.
pub fn cancel(open: &OpenShop) {
    open.stops_import.store(true, Ordering::Relaxed);
}

/// Forgets the file that was planned, and the pictures that were handed in for it.
pub fn forget(open: &OpenShop) {
    *held(&open.planned) = None;
    match std::fs::remove_dir_all(pictures_folder(open)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(%error, "pictures of an import could not be cleared away");
        }
        _ => {}
    }
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
    blobs: &'a Blobs,
    pictures: PathBuf,
    keep: Keep,
    named: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> Items<'a> {
    fn open(bytes: &'a [u8], currency: tradepost_domain::money::Currency, open: &'a OpenShop, keep: Keep) -> ApiResult<Self> {
        let reader = shopify::Reader::open(bytes, currency).map_err(file_error)?;
        let (pictures, named) = (pictures_folder(open), BTreeMap::new());
        Ok(Self { reader, blobs: &open.blobs, pictures, keep, named })
    }

    /// Notes a picture that the file names beside itself, and takes it where it was handed in.
    fn adopt(&mut self, image: &mut ProductImage) {
        let path = Path::new(&image.url);
        let stays_beside = path.components().all(|part| matches!(part, Component::Normal(_)));
        let last = path.file_name().and_then(|name| name.to_str());
        let Some(last) = last.filter(|_| stays_beside && !image.url.contains("://") && !image.url.starts_with("blob:")) else {
            return;
        };
        if self.named.len() < PICTURES_MAX {
            self.named.entry(last.to_owned()).or_default().insert(image.url.clone());
        }
        if let Some(url) = self.blobs.adopt(&self.pictures, &image.url, self.keep) {
            image.url = url;
        }
    }
}

impl Iterator for Items<'_> {
    type Item = Result<ImportItem, ExchangeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut item = self.reader.next()?;
        let product = item.as_mut().ok().and_then(|item| item.product.as_mut());
        product.into_iter().flat_map(|product| &mut product.images).for_each(|image| self.adopt(image));
        Some(item)
    }
}

fn file_error(error: ExchangeError) -> ApiError {
    let message = error.to_string();
    let mut letters = message.chars();
    let start: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    ApiError::input(format!("{start}{}", letters.as_str()))
}

fn plan_of(planned: &Planned) -> ImportPlan {
    let report = &planned.report;
    let missing = planned.pictures.keys().filter(|name| !planned.pictures_here.contains(*name));
    let count = |severity| report.problems.iter().filter(|problem| problem.severity == severity).count() as u64;
    ImportPlan {
        file_name: planned.file_name.clone(),
        format: planned.format.clone(),
        pictures_missing: missing.cloned().collect(),
        pictures_here: planned.pictures_here.len() as u64,
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

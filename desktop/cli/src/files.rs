//! `import` and `export`: product files of other programs.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::ops::ControlFlow;
use std::path::Path;

use serde_json::json;
use tradepost_connection::Keep;
use tradepost_domain::catalog::Product;
use tradepost_domain::import::{ImportItem, ImportProblem};
use tradepost_domain::quantity::Quantity;
use tradepost_exchange::ExchangeError;
use tradepost_exchange::shopify::{self, ExportColumns, Exporter};
use tradepost_operations::read::{PAGE_MAX, ProductFilter};
use tradepost_operations::{ImportOptions, ImportReport};

use crate::answer::Answer;
use crate::args::{Export, Import};
use crate::error::CliError;
use crate::open::Open;

/// Problems that a person is shown; `--json` has all that the report keeps.
const SHOWN_MAX: usize = 20;

pub fn import(data: &Path, import: &Import) -> Result<Answer, CliError> {
    only_shopify(import.format.as_deref())?;
    let mut open = Open::at(data)?;
    let file = File::open(&import.file).map_err(|error| CliError::reading(&import.file, &error))?;
    let reader = shopify::Reader::open(BufReader::new(file), open.settings()?.currency)?;
    let options = ImportOptions { location: Some(open.location(import.location.as_deref())?.id) };
    let shop = open.shop.clone();
    let keep = if import.dry_run { Keep::No } else { Keep::Yes };
    let beside = import.file.parent().unwrap_or(Path::new("")).to_owned();
    let pictures = open.device.blobs();
    let with_pictures = |mut item: ImportItem| {
        for image in item.product.iter_mut().flat_map(|product| &mut product.images) {
            if let Some(url) = pictures.adopt(&beside, &image.url, keep) {
                image.url = url;
            }
        }
        item
    };
    let mut items = reader.map(|item| item.map(with_pictures));
    let mut watch = |_: &_| ControlFlow::Continue(());
    let report = if import.dry_run {
        shop.plan_import(&mut open.by(), &mut items, &options, &mut watch)?
    } else {
        shop.run_import(&mut open.by(), &mut items, &options, &mut watch)?
    };
    open.close()?;
    Ok(answer(&report, import.dry_run))
}

fn answer(report: &ImportReport, is_dry_run: bool) -> Answer {
    let json = json!({
        "rows": report.rows,
        "products": report.products,
        "variants": report.variants,
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "problems": report.problems,
        "problem_count": report.problem_count,
        "batch": report.batch,
        "dry_run": is_dry_run,
        "broke_off": report.broke_off,
    });
    let verb = if is_dry_run { "Would take" } else { "Took" };
    let text = format!(
        "{verb} {} products with {} variants from {} rows: {} new, {} changed, {} the same.",
        report.products, report.variants, report.rows, report.created, report.updated, report.unchanged
    );
    let mut answer = Answer::new(json, text);
    answer.messages.extend(report.problems.iter().take(SHOWN_MAX).map(shown));
    let more = report.problem_count.saturating_sub(SHOWN_MAX as u64);
    if more > 0 {
        answer.messages.push(format!("{more} more problems; --json lists them."));
    }
    if let Some(reason) = &report.broke_off {
        answer.messages.push(format!("Reading broke off; what was read until then was taken. {reason}"));
        answer.is_refusal = true;
    }
    answer
}

fn shown(problem: &ImportProblem) -> String {
    let column = if problem.column.is_empty() { String::new() } else { format!(", {}", problem.column) };
    format!("{}: row {}{column}: {}", problem.severity.word(), problem.row, problem.message)
}

fn only_shopify(format: Option<&str>) -> Result<(), CliError> {
    match format {
        None | Some("shopify") => Ok(()),
        Some("square" | "woocommerce" | "odoo" | "csv") => {
            let advice = "give the columns Shopify's names (Handle, Title, Variant SKU, Variant Price ...) and use shopify";
            Err(CliError::Refused(format!("this format cannot be read or written yet: {advice}")))
        }
        Some(other) => Err(CliError::Usage(format!("\"{other}\" is no format known here; there is: shopify"))),
    }
}

pub fn export(data: &Path, export: &Export) -> Result<Answer, CliError> {
    only_shopify(Some(&export.format))?;
    let open = Open::at(data)?;
    let mut columns = ExportColumns::default();
    each_product(&open, &mut |product| {
        columns.add(product);
        Ok(())
    })?;
    let beside = export.file.with_extension("unfinished");
    let file = File::create(&beside).map_err(|error| CliError::writing(&export.file, &error))?;
    let mut exporter = Exporter::new(BufWriter::new(file), columns)?;
    let (mut products, mut variants) = (0_u64, 0_u64);
    each_product(&open, &mut |product| {
        (products, variants) = (products + 1, variants + product.variants.len() as u64);
        Ok(exporter.write(product, &on_hand(&open, product)?)?)
    })?;
    let file = exporter.finish()?.into_inner().map_err(|error| ExchangeError::Write(error.into_error()))?;
    file.sync_all()
        .and_then(|()| std::fs::rename(&beside, &export.file))
        .map_err(|error| CliError::writing(&export.file, &error))?;
    let json = json!({ "file": export.file.display().to_string(), "products": products, "variants": variants });
    Ok(Answer::new(json, format!("Wrote {products} products with {variants} variants.")))
}

/// Every product that is not archived, in pages.
fn each_product(open: &Open, visit: &mut dyn FnMut(&Product) -> Result<(), CliError>) -> Result<(), CliError> {
    let filter = ProductFilter::default();
    let mut after = None;
    loop {
        let page = open.read.products(&filter, after.as_ref(), PAGE_MAX)?;
        for row in page.rows {
            if let Some(product) = open.read.product(row.id)? {
                visit(&product)?;
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// On hand over all locations, by variant.
fn on_hand(open: &Open, product: &Product) -> Result<Vec<Option<Quantity>>, CliError> {
    let mut all = Vec::with_capacity(product.variants.len());
    for variant in &product.variants {
        let rows = open.read.stock(variant.id)?;
        let sum = rows.iter().try_fold(Quantity::ZERO, |sum, row| sum.checked_add(row.level.on_hand))?;
        all.push((!rows.is_empty()).then_some(sum));
    }
    Ok(all)
}

//! A product file as an import takes it, product by product: what the command line and the back office do with a file.

use std::io::Read;
use std::ops::ControlFlow;

use tradepost_domain::money::Currency;
use tradepost_exchange::{ExchangeError, Problem, Severity, shopify};
use tradepost_operations::{
    ImportItem, ImportOptions, ImportProblem, ImportReport, ImportSeverity, OperationError, Outcome, Refusal,
};

use crate::setting::Side;

/// The products of a file.
pub struct ProductFile<R> {
    reader: shopify::Reader<R>,
}

impl<R: Read> ProductFile<R> {
    /// Opens a file whose prices are in `currency`.
    pub fn open(input: R, currency: Currency) -> Result<Self, ExchangeError> {
        Ok(Self { reader: shopify::Reader::open(input, currency)? })
    }

    /// Rows read so far.
    pub fn rows_read(&self) -> u64 {
        self.reader.rows_read()
    }

    /// What is wrong with rows that belong to no product.
    pub fn take_problems(&mut self) -> Vec<ImportProblem> {
        self.reader.take_problems().into_iter().map(problem_of).collect()
    }
}

impl<R: Read> Iterator for ProductFile<R> {
    type Item = Outcome<ImportItem>;

    fn next(&mut self) -> Option<Self::Item> {
        let imported = match self.reader.next()? {
            Ok(imported) => imported,
            Err(error) => return Some(Err(OperationError::Refused(Refusal::ImportBroken { reason: error.to_string() }))),
        };
        let mut problems = self.take_problems();
        problems.extend(imported.problems.into_iter().map(problem_of));
        Some(Ok(ImportItem {
            row: imported.first_row,
            rows: imported.row_count,
            product: Some(imported.product),
            stock: imported.stock,
            is_continuation: imported.is_continuation,
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

/// Imports a file.
pub fn import<R: Read>(side: &mut Side, file: &mut ProductFile<R>) -> ImportReport {
    let (shop, mut by) = side.work();
    let options = ImportOptions::default();
    let mut report = shop.run_import(&mut by, file, &options, &mut |_| ControlFlow::Continue(())).expect("the import runs");
    file.take_problems().into_iter().for_each(|problem| report.add_problem(problem));
    report
}

/// What importing a file would do.
pub fn plan<R: Read>(side: &mut Side, file: &mut ProductFile<R>) -> ImportReport {
    let (shop, mut by) = side.work();
    let options = ImportOptions::default();
    let mut report = shop.plan_import(&mut by, file, &options, &mut |_| ControlFlow::Continue(())).expect("the plan is made");
    file.take_problems().into_iter().for_each(|problem| report.add_problem(problem));
    report
}

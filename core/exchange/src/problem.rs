//! What is wrong with the rows of a file, gathered within a limit.

use tradepost_domain::import::{ImportProblem, ImportProblemCode, ImportSeverity};

/// Problems of one product, or of the rows before it that belong to none. At most [`PROBLEMS_MAX`] are kept, so that a file that is
/// wrong in every cell does not fill the memory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Problems {
    list: Vec<ImportProblem>,
    dropped: u64,
}

/// The most problems told about one product, and about the rows before it that belong to none.
pub const PROBLEMS_MAX: usize = 500;

impl Problems {
    pub(crate) fn add(
        &mut self,
        row: u64,
        column: &str,
        severity: ImportSeverity,
        code: ImportProblemCode,
        message: impl Into<String>,
    ) {
        self.push(ImportProblem { row, column: column.to_owned(), severity, code, message: message.into() });
    }

    pub(crate) fn note(&mut self, row: u64, column: &str, code: ImportProblemCode, message: impl Into<String>) {
        self.add(row, column, ImportSeverity::Note, code, message);
    }

    pub(crate) fn warn(&mut self, row: u64, column: &str, code: ImportProblemCode, message: impl Into<String>) {
        self.add(row, column, ImportSeverity::Warning, code, message);
    }

    pub(crate) fn error(&mut self, row: u64, column: &str, code: ImportProblemCode, message: impl Into<String>) {
        self.add(row, column, ImportSeverity::Error, code, message);
    }

    pub(crate) fn extend(&mut self, problems: Vec<ImportProblem>) {
        problems.into_iter().for_each(|problem| self.push(problem));
    }

    fn push(&mut self, problem: ImportProblem) {
        if self.list.len() < PROBLEMS_MAX {
            self.list.push(problem);
        } else {
            self.dropped += 1;
        }
    }

    /// Everything so far, closed by a line that counts what was not kept; empty afterwards.
    pub(crate) fn take(&mut self) -> Vec<ImportProblem> {
        let mut list = std::mem::take(&mut self.list);
        let dropped = std::mem::take(&mut self.dropped);
        if dropped > 0 {
            let row = list.last().map_or(1, |problem| problem.row);
            let message = format!("{dropped} more problems are not listed. Mend these first and import again.");
            list.push(ImportProblem {
                row,
                column: String::new(),
                severity: ImportSeverity::Warning,
                code: ImportProblemCode::MoreProblems,
                message,
            });
        }
        list
    }
}

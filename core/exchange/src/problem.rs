//! What is wrong with a row of an imported file, in words for the person who has to mend it.

use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something to know.
    Note,
    /// Taken, but somebody should look at it.
    Warning,
    /// Not taken.
    Error,
}

/// What is wrong. The words are stable: scripts match on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is what it says; the message explains")]
pub enum ProblemCode {
    UnknownColumn,
    DuplicateColumn,
    EncodingGuessed,
    RaggedRow,
    TextTooLong,
    QuoteNotClosed,
    MissingHandle,
    MissingTitle,
    MissingPrice,
    NotANumber,
    ValueRounded,
    NegativeNumber,
    CompareAtBelowPrice,
    GtinCheckDigit,
    BarcodeDamaged,
    ApostropheRemoved,
    DuplicateSku,
    DuplicateBarcode,
    DuplicateVariant,
    RepeatedHandle,
    UnknownValue,
    TooManyOptions,
    MissingOptionName,
    TooManyVariants,
    TooManyImages,
    ValueIgnored,
    RowIgnored,
    MoreProblems,
}

/// One thing that is wrong with one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The row: the header is 1, and a row whose text spans several lines counts once.
    pub row: u64,
    /// The column as the file calls it; empty: the whole row.
    pub column: String,
    /// How bad it is.
    pub severity: Severity,
    /// What it is.
    pub code: ProblemCode,
    /// What it is and what to do, for a person.
    pub message: String,
}

/// Problems of one product or of the file. At most [`PROBLEMS_MAX`] are kept, so that a file that is wrong in every cell does not fill the memory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Problems {
    list: Vec<Problem>,
    dropped: u64,
}

/// The most problems told about one product, or about the file outside its products.
pub const PROBLEMS_MAX: usize = 500;

impl Problems {
    pub(crate) fn add(&mut self, row: u64, column: &str, severity: Severity, code: ProblemCode, message: impl Into<String>) {
        self.push(Problem { row, column: column.to_owned(), severity, code, message: message.into() });
    }

    pub(crate) fn note(&mut self, row: u64, column: &str, code: ProblemCode, message: impl Into<String>) {
        self.add(row, column, Severity::Note, code, message);
    }

    pub(crate) fn warn(&mut self, row: u64, column: &str, code: ProblemCode, message: impl Into<String>) {
        self.add(row, column, Severity::Warning, code, message);
    }

    pub(crate) fn error(&mut self, row: u64, column: &str, code: ProblemCode, message: impl Into<String>) {
        self.add(row, column, Severity::Error, code, message);
    }

    pub(crate) fn extend(&mut self, problems: Vec<Problem>) {
        problems.into_iter().for_each(|problem| self.push(problem));
    }

    fn push(&mut self, problem: Problem) {
        if self.list.len() < PROBLEMS_MAX {
            self.list.push(problem);
        } else {
            self.dropped += 1;
        }
    }

    /// Everything so far, closed by a line that counts what was not kept; empty afterwards.
    pub(crate) fn take(&mut self) -> Vec<Problem> {
        let mut list = std::mem::take(&mut self.list);
        let dropped = std::mem::take(&mut self.dropped);
        if dropped > 0 {
            let row = list.last().map_or(1, |problem| problem.row);
            let message = format!("{dropped} more problems are not listed. Mend these first and import again.");
            list.push(Problem {
                row,
                column: String::new(),
                severity: Severity::Warning,
                code: ProblemCode::MoreProblems,
                message,
            });
        }
        list
    }
}

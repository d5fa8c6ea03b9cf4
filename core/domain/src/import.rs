//! A product as a file tells it, and what is wrong with its rows: what readers of files give and an import takes.

use serde::{Deserialize, Serialize};

use crate::catalog::Product;
use crate::quantity::Quantity;

/// One product of a file, or only what is wrong with some rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportItem {
    /// Its first row; the header is 1. Without a product it is 0.
    pub row: u64,
    /// How many rows it took.
    pub rows: u64,
    /// The product. Its ids only tie its parts together; it gets its own or those of the product it matches.
    pub product: Option<Product>,
    /// On hand, by index of the variant, where the file tells it.
    pub stock: Vec<(usize, Quantity)>,
    /// Whether the file had rows of this product before, with others between: these add to it.
    pub is_continuation: bool,
    /// What is wrong with its rows.
    pub problems: Vec<ImportProblem>,
}

/// One thing that is wrong with one row, in words for the person who has to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportProblem {
    /// The row: the header is 1, and a row whose text spans several lines counts once.
    pub row: u64,
    /// The column as the file calls it; empty: the whole row.
    pub column: String,
    /// How bad it is.
    pub severity: ImportSeverity,
    /// What it is.
    pub code: ImportProblemCode,
    /// What it is and what to do, for a person.
    pub message: String,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportSeverity {
    /// Something to know.
    Note,
    /// Taken, but somebody should look at it.
    Warning,
    /// Not taken.
    Error,
}

impl ImportSeverity {
    /// Its word in files and on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What is wrong. The words are stable: scripts match on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is what it says; the message explains")]
pub enum ImportProblemCode {
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
    ProductRefused,
    MoreProblems,
}

//! Receipts and till reports: one document, printed as plain text, as ESC/POS and as PDF.
//!
//! A [`ReceiptDocument`] holds words and numbers ready to print and no layout. Every renderer first turns its letters into those that the medium has
//! (transliteration), then breaks lines, so that columns stand straight whatever the letters become.

mod build;
pub mod code_page;
mod escpos;
mod layout;
mod pdf;
pub mod profile;
mod words;

use serde::{Deserialize, Serialize};

pub use build::ReceiptContext;
pub use escpos::{Drawer, EscPosJob};
pub use profile::{PROFILES, PrinterProfile};
pub use words::{ENGLISH, ReceiptWords};

/// A receipt or report, ready to lay out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptDocument {
    /// What it is.
    pub kind: ReceiptKind,
    /// What marks it as printed before; empty: this is the original.
    pub copy_mark: String,
    /// The shop.
    pub shop_name: String,
    /// Lines under the shop's name.
    pub header: Vec<String>,
    /// What it says it is: "Refund", "Z report 12"; empty for a plain receipt.
    pub heading: String,
    /// Number, time, staff: label and value.
    pub details: Vec<(String, String)>,
    /// What was sold or came back.
    pub lines: Vec<ReceiptLine>,
    /// Blocks of labels and amounts, ruled off from one another: totals, tax, tenders.
    pub blocks: Vec<Vec<AmountRow>>,
    /// A note for this receipt.
    pub note: String,
    /// Lines at the end.
    pub footer: Vec<String>,
    /// The short code of the journal's tip, by which an auditor finds the entry, with its label; empty: none.
    pub journal: String,
    /// What the QR code says; `None`: no code.
    pub qr: Option<String>,
}

/// What a receipt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is the receipt of the same name")]
pub enum ReceiptKind {
    Sale,
    Gift,
    Refund,
    XReport,
    ZReport,
}

/// One line of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptLine {
    /// What it was.
    pub title: String,
    /// How much, at which price: "2 x 12.50"; a gift receipt has only the quantity.
    pub quantity: String,
    /// What it comes to before discount; empty on a gift receipt.
    pub amount: String,
    /// The discount's reason and amount, if there is one.
    pub discount: Option<(String, String)>,
}

/// A label and an amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmountRow {
    /// What.
    pub label: String,
    /// How much.
    pub amount: String,
    /// How it stands out.
    pub emphasis: Emphasis,
}

/// How a row stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each says how it is printed")]
pub enum Emphasis {
    Plain,
    Bold,
    /// Bold, twice as wide and high.
    Large,
}

impl ReceiptDocument {
    /// The same receipt, marked as a copy.
    pub fn into_copy(self, words: &ReceiptWords) -> Self {
        Self { copy_mark: words.copy.to_owned(), ..self }
    }

    /// Plain text, `columns` wide; no line is longer.
    pub fn to_text(&self, columns: usize) -> String {
        layout::to_text(self, columns)
    }

    /// A job for a receipt printer.
    pub fn to_escpos(&self, profile: &PrinterProfile, drawer: Drawer) -> EscPosJob {
        escpos::job(self, profile, drawer)
    }

    /// A PDF as wide as an 80 mm roll and as long as the receipt.
    pub fn to_pdf(&self) -> Vec<u8> {
        pdf::receipt(self)
    }
}

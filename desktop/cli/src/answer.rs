//! What a command answers: for a program and for a person.

use serde_json::{Value, json};
use tradepost_domain::money::Money;
use tradepost_domain::quantity::Quantity;

/// What a command answers.
#[derive(Debug, Default)]
pub struct Answer {
    /// For a program.
    pub json: Value,
    /// For a person; ends without a line break.
    pub text: String,
    /// What goes to stderr.
    pub messages: Vec<String>,
    /// The command ran and the answer is no: a check that found something, lines that were refused.
    pub is_refusal: bool,
}

impl Answer {
    pub fn new(json: Value, text: impl Into<String>) -> Self {
        Self { json, text: text.into(), ..Self::default() }
    }

    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.messages.push(message.into());
        self
    }

    pub fn print(&self, as_json: bool) -> String {
        match (as_json, self.text.is_empty()) {
            (true, _) => format!("{}\n", self.json),
            (false, true) => String::new(),
            (false, false) => format!("{}\n", self.text),
        }
    }
}

/// An amount as a decimal string.
pub fn amount(money: Money) -> Value {
    Value::String(money.to_decimal())
}

/// An amount that may be missing.
pub fn optional_amount(money: Option<Money>) -> Value {
    money.map_or(Value::Null, amount)
}

/// A quantity as a number: `2`, `1.25`. Its digits are written as they are, never computed with.
pub fn quantity(quantity: Quantity) -> Value {
    match quantity.to_whole() {
        Some(whole) => json!(whole),
        None => serde_json::from_str(&quantity.to_string()).unwrap_or(Value::Null),
    }
}

/// Rows in columns as wide as their longest cell; the first column to the left, the others to the right.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let header: Vec<String> = header.iter().map(|cell| (*cell).to_owned()).collect();
    let all: Vec<&Vec<String>> = std::iter::once(&header).chain(rows).collect();
    let columns = header.len();
    let width = |column: usize| all.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &&Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells: Vec<String> =
            cells.map(|(n, (cell, width))| if n == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }).collect();
        cells.join("  ").trim_end().to_owned()
    };
    all.iter().map(line).collect::<Vec<_>>().join("\n")
}

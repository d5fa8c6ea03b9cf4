//! The file: one line for each position of an invoice, oldest first.

use std::collections::HashMap;
use std::io::{self, Read};
use std::path::Path;

/// One line of the file.
#[derive(Debug, Clone)]
pub struct RetailLine {
    /// `C...` is a return, `A...` an accounting entry.
    pub invoice: String,
    /// The retailer's code, in capitals and without spaces around it: the file writes some of them both ways.
    pub code: String,
    /// May be empty.
    pub title: String,
    /// Pieces; negative where goods came back or were written off.
    pub quantity: i64,
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// Of one piece, in pence. Two lines of the whole file have a tenth of a penny; they count as nothing.
    pub price_minor: i64,
    /// Empty: unknown.
    pub customer: String,
}

/// The lines of one invoice.
#[derive(Debug, Clone)]
pub struct Invoice {
    /// Its number.
    pub number: String,
    /// When it began.
    pub at_ms: i64,
    /// Its lines.
    pub lines: Vec<RetailLine>,
}

/// Reads the first `lines_max` lines.
pub fn read(path: &Path, lines_max: usize) -> io::Result<Vec<RetailLine>> {
    let packed = zstd::Decoder::new(std::fs::File::open(path)?)?;
    lines_of(packed, lines_max)
}

fn lines_of(input: impl Read, lines_max: usize) -> io::Result<Vec<RetailLine>> {
    let mut csv = csv::ReaderBuilder::new().from_reader(input);
    let mut lines = Vec::new();
    for record in csv.byte_records().take(lines_max) {
        let record = record?;
        let cell = |index| String::from_utf8_lossy(record.get(index).unwrap_or_default()).trim().to_owned();
        let line = RetailLine {
            invoice: cell(0),
            code: cell(1).to_uppercase(),
            title: cell(2),
            quantity: cell(3).parse().map_err(invalid)?,
            at_ms: at_ms(&cell(4))?,
            price_minor: pence(&cell(5))?,
            customer: cell(6),
        };
        lines.push(line);
    }
    Ok(lines)
}

fn invalid(error: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}

/// `2010-12-01 08:26:00`, as London's clock, taken as UTC.
fn at_ms(text: &str) -> io::Result<i64> {
    let format = time::macros::format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    let at = time::PrimitiveDateTime::parse(text, format).map_err(invalid)?;
    Ok(at.assume_utc().unix_timestamp() * 1000)
}

/// `2.55` are 255 pence; further digits are dropped.
fn pence(text: &str) -> io::Result<i64> {
    let (pounds, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = rest.chars().chain("00".chars()).take(2).collect();
    format!("{pounds}{digits}").parse().map_err(invalid)
}

/// The lines by invoice, in the order in which the invoices begin.
pub fn invoices(lines: Vec<RetailLine>) -> Vec<Invoice> {
    let mut invoices: Vec<Invoice> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for line in lines {
        let place = *places.entry(line.invoice.clone()).or_insert(invoices.len());
        match invoices.get_mut(place) {
            Some(invoice) => invoice.lines.push(line),
            None => invoices.push(Invoice { number: line.invoice.clone(), at_ms: line.at_ms, lines: vec![line] }),
        }
    }
    invoices
}

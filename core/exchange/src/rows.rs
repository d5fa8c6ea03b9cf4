//! Rows of a CSV file, one at a time, in bounded memory whatever the file holds.
//!
//! A cell is kept up to [`CELL_BYTES_MAX`] and a row up to [`ROW_BYTES_MAX`]; what is longer is read past and told. Each cell is UTF-8 or, where it
//! is not, Windows-1252: files put together from several programs mix the two.

use std::borrow::Cow;
use std::io::Read;

use csv_core::ReadFieldResult;
use encoding_rs::WINDOWS_1252;

/// The longest cell kept: the longest text that a document holds.
pub const CELL_BYTES_MAX: usize = tradepost_domain::document::TEXT_BYTES_MAX;

/// The longest row kept, all cells together.
pub const ROW_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The most columns. Shopify's widest file known has 111.
pub const COLUMNS_MAX: usize = 1024;

const BLOCK_BYTES: usize = 64 * 1024;

/// One row.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// Which: the header is 1; blank lines do not count.
    pub number: u64,
    /// Cells beyond [`COLUMNS_MAX`].
    pub cells_beyond: usize,
    /// Whether the file ended inside quotation marks.
    pub ends_inside_quotes: bool,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    too_long: Vec<usize>,
}

impl Row {
    /// How many cells it has.
    pub(crate) fn len(&self) -> usize {
        self.ends.len() + self.cells_beyond
    }

    /// The cell's bytes; empty where the row is too short.
    pub(crate) fn bytes(&self, index: usize) -> &[u8] {
        let Some(&end) = self.ends.get(index) else { return &[] };
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.bytes.get(start..end).unwrap_or(&[])
    }

    /// The cell's text.
    pub(crate) fn text(&self, index: usize) -> Cow<'_, str> {
        let bytes = self.bytes(index);
        match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        }
    }

    /// How much of it is kept.
    pub(crate) fn byte_count(&self) -> usize {
        self.bytes.len()
    }

    /// Whether every cell is UTF-8.
    pub(crate) fn is_utf8(&self) -> bool {
        std::str::from_utf8(&self.bytes).is_ok()
    }

    /// The cells that were too long to keep.
    pub(crate) fn too_long(&self) -> &[usize] {
        &self.too_long
    }

    /// Whether no cell holds anything but white space.
    pub(crate) fn is_blank(&self) -> bool {
        self.too_long.is_empty() && self.bytes.iter().all(u8::is_ascii_whitespace)
    }

    fn clear(&mut self) {
        *self = Self { bytes: std::mem::take(&mut self.bytes), ends: std::mem::take(&mut self.ends), ..Self::default() };
        self.bytes.clear();
        self.ends.clear();
    }

    /// Takes a part of the current cell; says whether it still fits.
    fn push(&mut self, part: &[u8], cell_start: usize) -> Fit {
        let cell_bytes = self.bytes.len() - cell_start + part.len();
        if cell_bytes > CELL_BYTES_MAX || self.bytes.len() + part.len() > ROW_BYTES_MAX {
            self.bytes.truncate(cell_start);
            return Fit::TooLong;
        }
        self.bytes.extend_from_slice(part);
        Fit::Fits
    }

    fn end_cell(&mut self, fit: Fit) {
        if self.ends.len() == COLUMNS_MAX {
            self.bytes.truncate(self.ends.last().copied().unwrap_or(0));
            self.cells_beyond += 1;
            return;
        }
        if fit == Fit::TooLong {
            self.too_long.push(self.ends.len());
        }
        self.ends.push(self.bytes.len());
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Fits,
    TooLong,
}

/// Reads rows.
pub(crate) struct Rows<R> {
    input: R,
    parser: csv_core::Reader,
    block: Box<[u8]>,
    unread: std::ops::Range<usize>,
    output: Box<[u8]>,
    rows_read: u64,
}

impl<R: Read> Rows<R> {
    /// Reads `input`, whose byte order mark is gone.
    pub(crate) fn new(input: R, delimiter: u8) -> Self {
        Self {
            input,
            parser: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            block: vec![0; BLOCK_BYTES].into_boxed_slice(),
            unread: 0..0,
            output: vec![0; BLOCK_BYTES].into_boxed_slice(),
            rows_read: 0,
        }
    }

    /// How many rows were read, the header among them.
    pub(crate) fn rows_read(&self) -> u64 {
        self.rows_read
    }

    /// Reads the next row into `row`; `None` at the end of the file.
    pub(crate) fn next_row(&mut self, row: &mut Row) -> std::io::Result<Option<()>> {
        row.clear();
        let (mut cell_start, mut fit, mut quotes) = (0, Fit::Fits, 0_usize);
        loop {
            let at_end = self.fill()?;
            let input = self.block.get(self.unread.clone()).unwrap_or(&[]);
            let (result, consumed, written) = self.parser.read_field(input, &mut self.output);
            quotes += input.iter().take(consumed).filter(|byte| **byte == b'"').count();
            self.unread.start += consumed;
            if fit == Fit::Fits {
                fit = row.push(self.output.get(..written).unwrap_or(&[]), cell_start);
            }
            match result {
                ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
                ReadFieldResult::Field { record_end } => {
                    row.end_cell(fit);
                    (cell_start, fit) = (row.bytes.len(), Fit::Fits);
                    if record_end {
                        self.rows_read += 1;
                        row.number = self.rows_read;
                        row.ends_inside_quotes = at_end && quotes % 2 == 1;
                        return Ok(Some(()));
                    }
                }
                ReadFieldResult::End => return Ok(None),
            }
        }
    }

    /// Has unread bytes ready; says whether the file has no more.
    fn fill(&mut self) -> std::io::Result<bool> {
        if !self.unread.is_empty() {
            return Ok(false);
        }
        loop {
            match self.input.read(&mut self.block) {
                Ok(read) => {
                    self.unread = 0..read;
                    return Ok(read == 0);
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows_of(file: &[u8]) -> Vec<Vec<String>> {
        let (mut rows, mut row, mut all) = (Rows::new(file, b','), Row::default(), Vec::new());
        while rows.next_row(&mut row).unwrap().is_some() {
            all.push((0..row.len()).map(|index| row.text(index).into_owned()).collect());
        }
        all
    }

    #[test]
    fn quoted_cells_span_lines_and_rows_may_be_ragged() {
        let rows = rows_of(b"a,b\r\n\"x\r\ny\",\"say \"\"hi\"\"\"\r\n\r\n1\r\n1,2,3");
        assert_eq!(rows, [vec!["a", "b"], vec!["x\r\ny", "say \"hi\""], vec!["1"], vec!["1", "2", "3"]]);
    }

    #[test]
    fn a_cell_that_is_not_utf8_is_windows_1252() {
        assert_eq!(rows_of(b"caf\xe9,\x80 5,caf\xc3\xa9"), [["caf\u{e9}", "\u{20ac} 5", "caf\u{e9}"]]);
    }

    #[test]
    fn a_cell_of_ten_megabytes_is_read_past() {
        let file = ["a,\"".to_owned(), "x".repeat(10_000_000), "\",c\n1,2,3\n".to_owned()].concat();
        let (mut rows, mut row) = (Rows::new(file.as_bytes(), b','), Row::default());
        rows.next_row(&mut row).unwrap().unwrap();
        assert_eq!((row.text(0).as_ref(), row.text(1).as_ref(), row.text(2).as_ref()), ("a", "", "c"));
        assert_eq!(row.too_long(), [1]);
        rows.next_row(&mut row).unwrap().unwrap();
        assert_eq!(row.text(1), "2");
        assert!(row.bytes.capacity() < 2 * ROW_BYTES_MAX);
    }

    #[test]
    fn a_row_of_a_million_cells_keeps_the_first_thousand() {
        let file = "x,".repeat(1_000_000);
        let (mut rows, mut row) = (Rows::new(file.as_bytes(), b','), Row::default());
        rows.next_row(&mut row).unwrap().unwrap();
        assert_eq!(row.len(), 1_000_001);
        assert_eq!(row.text(COLUMNS_MAX - 1), "x");
        assert!(row.bytes.len() <= COLUMNS_MAX);
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_is_noticed() {
        let (mut rows, mut row) = (Rows::new(&b"a,b\n1,\"2\n3,4\n"[..], b','), Row::default());
        rows.next_row(&mut row).unwrap().unwrap();
        assert!(!row.ends_inside_quotes);
        rows.next_row(&mut row).unwrap().unwrap();
        assert!(row.ends_inside_quotes);
    }
}

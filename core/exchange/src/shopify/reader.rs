//! A Shopify product file, product by product.

use std::io::Read;

use tradepost_domain::catalog::handle_of;
use tradepost_domain::import::{ImportItem, ImportProblemCode};
use tradepost_domain::money::Currency;

use super::columns::{Columns, Field};
use super::group::{FileMemory, Group, Reading};
use crate::duplicates::DuplicateIndex;
use crate::error::ExchangeError;
use crate::format::Format;
use crate::problem::Problems;
use crate::rows::{Row, Rows};
use crate::source::Source;

/// Reads the products of a file one after another. Memory does not grow with the file, but for the codes that it remembers
/// ([`CODES_MAX`](crate::duplicates::CODES_MAX)).
pub struct Reader<R> {
    rows: Rows<Source<R>>,
    row: Row,
    columns: Columns,
    currency: Currency,
    group: Option<Group>,
    memory: FileMemory,
    handles: DuplicateIndex,
    file_problems: Problems,
    encoding_told: bool,
    is_finished: bool,
}

impl<R: Read> Reader<R> {
    /// Opens a file whose prices are in `currency`. A file of another kind is refused with a sentence that names it.
    pub fn open(input: R, currency: Currency) -> Result<Self, ExchangeError> {
        let (source, detected) = Source::open(input)?;
        refuse_other_formats(detected.format)?;
        let mut rows = Rows::new(source, detected.delimiter);
        let (mut row, mut file_problems) = (Row::default(), Problems::default());
        rows.next_row(&mut row).map_err(ExchangeError::Read)?.ok_or(ExchangeError::Empty)?;
        let columns = Columns::read(&row, &mut file_problems);
        if columns.index_of(Field::Handle).is_none() {
            let message = "The file has no column Handle. Handles were made from titles.";
            file_problems.note(1, Field::Handle.name(), ImportProblemCode::MissingHandle, message);
        }
        Ok(Self {
            rows,
            row,
            columns,
            currency,
            group: None,
            memory: FileMemory::default(),
            handles: DuplicateIndex::new(),
            file_problems,
            encoding_told: false,
            is_finished: false,
        })
    }

    /// How many rows were read so far, without the header.
    pub fn rows_read(&self) -> u64 {
        self.rows.rows_read().saturating_sub(1)
    }

    fn advance(&mut self) -> Result<Option<ImportItem>, ExchangeError> {
        while !self.is_finished {
            if self.rows.next_row(&mut self.row).map_err(ExchangeError::Read)?.is_none() {
                self.is_finished = true;
            } else if let Some(done) = self.take_row() {
                return Ok(Some(done));
            }
        }
        Ok(self.group.take().map(Group::finish))
    }

    /// Adds the row to its product; returns the product before it when that is complete.
    fn take_row(&mut self) -> Option<ImportItem> {
        if self.row.is_blank() {
            return None;
        }
        let mut problems = self.shape_problems();
        let reading = Reading { columns: &self.columns, currency: self.currency };
        let title = reading.trimmed(&self.row, Field::Title);
        let current = self.group.as_ref().map(|group| group.handle.as_str());
        let has_handles = self.columns.index_of(Field::Handle).is_some();
        let handle = match reading.trimmed(&self.row, Field::Handle) {
            handle if !handle.is_empty() => handle,
            _ if title.is_empty() && !has_handles && current.is_some() => current.unwrap_or_default().to_owned(),
            _ => match handle_of(&title) {
                made if made.is_empty() => {
                    let message = "This row has neither a handle nor a title. It was left out.";
                    problems.error(self.row.number, Field::Handle.name(), ImportProblemCode::RowIgnored, message);
                    self.file_problems.extend(problems.take());
                    return None;
                }
                made => {
                    if has_handles && current != Some(made.as_str()) {
                        let message = format!("The handle is missing; {made} was made from the title.");
                        problems.warn(self.row.number, Field::Handle.name(), ImportProblemCode::MissingHandle, message);
                    }
                    made
                }
            },
        };
        if let Some(group) = self.group.as_mut().filter(|group| group.handle == handle) {
            group.problems.extend(problems.take());
            group.add(reading, &self.row, &mut self.memory);
            return None;
        }
        let earlier = self.handles.earlier_row(&handle, self.row.number);
        if let Some(earlier) = earlier {
            let message =
                format!("Row {earlier} began the product {handle}, with other products between. These rows are added to it.");
            problems.warn(self.row.number, self.columns.name_of(Field::Handle), ImportProblemCode::RepeatedHandle, message);
        }
        let group = Group::begin(reading, &self.row, handle, earlier.is_some(), problems, &mut self.memory);
        self.group.replace(group).map(Group::finish)
    }

    /// What is odd about the row as a row.
    fn shape_problems(&mut self) -> Problems {
        let mut problems = Problems::default();
        let (row, columns) = (&self.row, &self.columns);
        if row.len() < columns.len() {
            let message = format!("This row has {} of {} cells. The missing ones were taken as empty.", row.len(), columns.len());
            problems.warn(row.number, "", ImportProblemCode::RaggedRow, message);
        }
        let has_text_beyond =
            row.cells_beyond > 0 || (columns.len()..row.len()).any(|index| !row.bytes(index).trim_ascii().is_empty());
        if has_text_beyond {
            let message = format!(
                "This row has {} cells and the file {} columns; those beyond were left out. Put texts that contain commas in quotation marks.",
                row.len(),
                columns.len()
            );
            problems.error(row.number, "", ImportProblemCode::RaggedRow, message);
        }
        if row.ends_inside_quotes {
            let message = "A quotation mark in this row is never closed, so everything up to the end of the file was read as one text. Close it and import again.";
            problems.error(row.number, "", ImportProblemCode::QuoteNotClosed, message);
        }
        if !self.encoding_told && !row.is_utf8() {
            self.encoding_told = true;
            let message = "The file is not in UTF-8. It was read as Windows-1252; check letters with accents. Save it as \"CSV UTF-8\" if they are wrong.";
            problems.note(row.number, "", ImportProblemCode::EncodingGuessed, message);
        }
        problems
    }
}

/// The products of the file, one after another, each with the problems of rows before it that belong to none; after the last an item without a
/// product, where such rows are left.
impl<R: Read> Iterator for Reader<R> {
    type Item = Result<ImportItem, ExchangeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let product = match self.advance() {
            Ok(product) => product,
            Err(error) => {
                self.is_finished = true;
                self.group = None;
                return Some(Err(error));
            }
        };
        let mut problems = self.file_problems.take();
        if product.is_none() && problems.is_empty() {
            return None;
        }
        let mut item = product.unwrap_or_default();
        problems.append(&mut item.problems);
        Some(Ok(ImportItem { problems, ..item }))
    }
}

fn refuse_other_formats(format: Format) -> Result<(), ExchangeError> {
    if format == Format::Shopify {
        Ok(())
    } else if format.holds_products() {
        Err(ExchangeError::Later { format })
    } else {
        Err(ExchangeError::NotProducts { format })
    }
}

//! Checks of what people type: present, and not longer than anybody means it.

use crate::error::{Outcome, Refusal};

/// Names, titles, labels, codes.
pub(crate) const NAME_CHARS_MAX: usize = 255;
/// Reasons, references, notes.
pub(crate) const REMARK_CHARS_MAX: usize = 1_000;
/// Descriptions, receipt texts.
pub(crate) const LONG_TEXT_BYTES_MAX: usize = tradepost_domain::document::TEXT_BYTES_MAX;

/// A name that has to be there.
pub(crate) fn name(text: &str, what: &'static str) -> Outcome<()> {
    if text.trim().is_empty() {
        return Err(Refusal::Missing { what }.into());
    }
    at_most(text, what, NAME_CHARS_MAX)
}

/// A text of at most so many characters.
pub(crate) fn at_most(text: &str, what: &'static str, max: usize) -> Outcome<()> {
    if text.chars().nth(max).is_some() { Err(Refusal::TooLong { what, max }.into()) } else { Ok(()) }
}

/// A text of at most so many bytes.
pub(crate) fn long(text: &str, what: &'static str) -> Outcome<()> {
    let max = LONG_TEXT_BYTES_MAX;
    if text.len() > max { Err(Refusal::TooLong { what, max }.into()) } else { Ok(()) }
}

/// A reason that has to be there.
pub(crate) fn reason(text: &str) -> Outcome<()> {
    if text.trim().is_empty() {
        return Err(Refusal::Missing { what: "a reason" }.into());
    }
    at_most(text, "the reason", REMARK_CHARS_MAX)
}

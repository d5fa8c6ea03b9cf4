//! Cells that a spreadsheet would run as a formula, made harmless in a way that can be undone.
//!
//! A text that starts with `=`, `+`, `-`, `@`, a tab or a carriage return, also behind apostrophes, gets one apostrophe more on export;
//! import takes one off again. Plain numbers ("-11", "+20") are harmless and stay as they are. In code columns (SKU, barcode)
//! spreadsheets write an apostrophe before digits to keep leading zeros, so there one leading apostrophe is always taken off, and one
//! is put before a code that really starts with one.

use std::borrow::Cow;

/// What kind of text a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Words.
    Text,
    /// A SKU or barcode.
    Code,
}

/// The cell to write for `text`.
pub(crate) fn guard(text: &str, kind: Kind) -> Cow<'_, str> {
    if needs_guard(text, kind) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text that was written as `cell`.
pub(crate) fn unguard(cell: &str, kind: Kind) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if needs_guard(text, kind) || kind == Kind::Code => text,
        Some(_) | None => cell,
    }
}

fn needs_guard(text: &str, kind: Kind) -> bool {
    let after_apostrophes = text.trim_start_matches('\'');
    let is_guarded = after_apostrophes.len() < text.len();
    let is_formula = after_apostrophes.starts_with(['=', '+', '-', '@', '\t', '\r']);
    (is_formula && (is_guarded || !is_plain_number(text))) || (kind == Kind::Code && is_guarded)
}

fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_get_an_apostrophe_and_numbers_do_not() {
        let table = [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-30°", "'-30°"),
            ("+20°", "'+20°"),
            ("-11", "-11"),
            ("+20", "+20"),
            ("-1.5", "-1.5"),
            ("'=1", "''=1"),
            ("'hello", "'hello"),
            ("plain", "plain"),
            ("\tx", "'\tx"),
            ("-", "'-"),
            ("", ""),
        ];
        for (text, cell) in table {
            assert_eq!(guard(text, Kind::Text), cell, "{text:?}");
        }
    }

    #[test]
    fn spreadsheet_apostrophes_before_codes_are_taken_off() {
        assert_eq!(unguard("'030955168517", Kind::Code), "030955168517");
        assert_eq!(unguard("'-30°", Kind::Text), "-30°");
        assert_eq!(unguard("'t Hooft", Kind::Text), "'t Hooft");
    }

    proptest! {
        #[test]
        fn guarding_can_be_undone(text in "['=+@\t0-9.a -]{0,6}") {
            for kind in [Kind::Text, Kind::Code] {
                let cell = guard(&text, kind);
                prop_assert_eq!(unguard(&cell, kind), text.as_str());
            }
        }

        #[test]
        fn no_guarded_cell_is_a_formula(text in "['=+@\t0-9.a -]{0,6}") {
            for kind in [Kind::Text, Kind::Code] {
                let cell = guard(&text, kind);
                prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']) || is_plain_number(&cell));
            }
        }
    }
}

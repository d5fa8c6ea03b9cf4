//! Lines of a receipt at a width in columns.
//!
//! Texts of the shop, of products and of customers are data: control characters in them become spaces here, so that no product's name can cut the
//! paper or open the drawer.

use unicode_width::UnicodeWidthChar;

use super::{AmountRow, Emphasis, ReceiptDocument, ReceiptLine};

/// The narrowest paper laid out for; narrower is taken as this.
pub(crate) const COLUMNS_MIN: usize = 16;

/// One printed line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    /// Text; at most as wide as the paper, half of that where it is large.
    Text { text: String, align: Align, emphasis: Emphasis },
    /// A QR code of this text.
    Qr(String),
}

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Center,
}

/// How many columns a letter takes.
pub(crate) fn letter_columns(letter: char) -> usize {
    letter.width().unwrap_or(0)
}

pub(crate) fn text_columns(text: &str) -> usize {
    text.chars().map(letter_columns).sum()
}

/// What a receipt is laid out for.
#[derive(Clone, Copy)]
pub(crate) struct Medium<'a> {
    /// Letters in a line.
    pub columns: usize,
    /// How many times as wide large letters are.
    pub large_times: usize,
    /// Turns a text into letters that the medium has.
    pub printable: &'a dyn Fn(&str) -> String,
}

struct Layout<'a> {
    columns: usize,
    large_times: usize,
    printable: &'a dyn Fn(&str) -> String,
    lines: Vec<Line>,
}

/// Lays a receipt out.
pub(crate) fn lay_out(document: &ReceiptDocument, medium: Medium<'_>) -> Vec<Line> {
    let Medium { columns, large_times, printable } = medium;
    let mut layout = Layout { columns: columns.max(COLUMNS_MIN), large_times: large_times.max(1), printable, lines: Vec::new() };
    layout.head(document);
    layout.goods(&document.lines);
    for block in document.blocks.iter().filter(|block| !block.is_empty()) {
        layout.rule();
        block.iter().for_each(|row| layout.amount(row));
    }
    layout.end(document);
    layout.lines
}

/// A receipt as plain text.
pub(crate) fn to_text(document: &ReceiptDocument, columns: usize) -> String {
    let columns = columns.max(COLUMNS_MIN);
    let mut out = String::new();
    for line in lay_out(document, Medium { columns, large_times: 1, printable: &|text| text.to_owned() }) {
        match line {
            Line::Text { text, align: Align::Left, emphasis: _ } => out.push_str(text.trim_end()),
            Line::Text { text, align: Align::Center, emphasis: _ } => {
                out.push_str(&" ".repeat(columns.saturating_sub(text_columns(&text)) / 2));
                out.push_str(text.trim_end());
            }
            Line::Qr(text) => out.push_str(&wrap(&text, columns).join("\n")),
        }
        out.push('\n');
    }
    out
}

impl Layout<'_> {
    fn head(&mut self, document: &ReceiptDocument) {
        if !document.copy_mark.is_empty() {
            self.center(&format!("*** {} ***", document.copy_mark), Emphasis::Bold);
        }
        self.center(&document.shop_name, Emphasis::Large);
        document.header.iter().for_each(|line| self.center(line, Emphasis::Plain));
        if !document.heading.is_empty() {
            self.blank();
            self.center(&document.heading, Emphasis::Bold);
        }
        self.blank();
        for (label, value) in &document.details {
            self.pair(label, value, Emphasis::Plain);
        }
    }

    fn goods(&mut self, lines: &[ReceiptLine]) {
        if lines.is_empty() {
            return;
        }
        self.rule();
        for line in lines {
            self.left(&line.title);
            self.pair(&format!("  {}", line.quantity), &line.amount, Emphasis::Plain);
            if let Some((reason, amount)) = &line.discount {
                self.pair(&format!("  {reason}"), amount, Emphasis::Plain);
            }
        }
    }

    fn amount(&mut self, row: &AmountRow) {
        self.pair(&row.label, &row.amount, row.emphasis);
    }

    fn end(&mut self, document: &ReceiptDocument) {
        self.rule();
        if !document.note.is_empty() {
            self.left(&document.note);
            self.blank();
        }
        document.footer.iter().for_each(|line| self.center(line, Emphasis::Plain));
        if let Some(text) = &document.qr {
            self.blank();
            self.lines.push(Line::Qr(clean(text)));
        }
        if !document.journal.is_empty() {
            self.center(&document.journal, Emphasis::Plain);
        }
    }

    fn blank(&mut self) {
        self.push(String::new(), Align::Left, Emphasis::Plain);
    }

    fn rule(&mut self) {
        self.push("-".repeat(self.columns), Align::Left, Emphasis::Plain);
    }

    fn left(&mut self, text: &str) {
        for part in wrap(&(self.printable)(&clean(text)), self.columns) {
            self.push(part, Align::Left, Emphasis::Plain);
        }
    }

    fn center(&mut self, text: &str, emphasis: Emphasis) {
        for part in wrap(&(self.printable)(&clean(text)), self.width_of(emphasis)) {
            self.push(part, Align::Center, emphasis);
        }
    }

    /// A label on the left and a value on the right; where they do not fit on one line, the label is wrapped and the value stands on its last line or its own.
    fn pair(&mut self, label: &str, value: &str, emphasis: Emphasis) {
        let (label, value) = ((self.printable)(&clean(label)), (self.printable)(&clean(value)));
        let columns = self.width_of(emphasis);
        let value_columns = text_columns(&value);
        if value_columns + 2 > columns {
            return wrap(&format!("{label} {value}"), columns)
                .into_iter()
                .for_each(|part| self.push(part, Align::Left, emphasis));
        }
        let label_columns = if value.is_empty() { columns } else { columns - value_columns - 1 };
        let indent = label.chars().take_while(|letter| *letter == ' ').count();
        let mut parts = wrap(label.trim_start(), label_columns.saturating_sub(indent).max(1));
        let last = parts.pop().unwrap_or_default();
        for part in parts {
            self.push(format!("{}{part}", " ".repeat(indent)), Align::Left, emphasis);
        }
        let gap = columns.saturating_sub(indent + text_columns(&last) + value_columns);
        self.push(format!("{}{last}{}{value}", " ".repeat(indent), " ".repeat(gap)), Align::Left, emphasis);
    }

    fn width_of(&self, emphasis: Emphasis) -> usize {
        match emphasis {
            Emphasis::Plain | Emphasis::Bold => self.columns,
            Emphasis::Large => self.columns / self.large_times,
        }
    }

    fn push(&mut self, text: String, align: Align, emphasis: Emphasis) {
        self.lines.push(Line::Text { text, align, emphasis });
    }
}

/// Control characters and marks that turn the direction of text become spaces.
fn clean(text: &str) -> String {
    let is_command = |letter: char| letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|letter| if is_command(letter) { ' ' } else { letter }).collect()
}

/// Breaks a text at spaces, and a word that is too long anywhere. Always at least one line.
fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let word_columns = text_columns(word);
        let space = usize::from(used > 0);
        if used + space + word_columns <= columns {
            if space == 1 {
                line.push(' ');
            }
            line.push_str(word);
            used += space + word_columns;
            continue;
        }
        if used > 0 {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        for letter in word.chars() {
            let letter_columns = letter_columns(letter);
            if used + letter_columns > columns && used > 0 {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(letter);
            used += letter_columns;
        }
    }
    if used > 0 || lines.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_wrapped_and_long_ones_broken() {
        assert_eq!(wrap("a long name of a thing", 8), ["a long", "name of", "a thing"]);
        assert_eq!(wrap("Donaudampfschiff", 8), ["Donaudam", "pfschiff"]);
        assert_eq!(wrap("日本語の本", 4), ["日本", "語の", "本"]);
        assert_eq!(wrap("", 8), [""]);
    }

    proptest! {
        #[test]
        fn no_wrapped_line_is_wider_than_the_paper(text in ".{0,80}", columns in 2_usize..60) {
            for line in wrap(&clean(&text), columns) {
                prop_assert!(text_columns(&line) <= columns, "{:?}", line);
            }
        }
    }
}

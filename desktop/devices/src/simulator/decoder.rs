//! Decodes ESC/POS as it arrives.

use super::pages;

/// What the simulated printer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paper {
    /// Letters in a line.
    pub columns: usize,
    /// Dots in a line.
    pub width_dots: usize,
    /// Whose numbers its code pages have.
    pub page_numbers: PageNumbers,
    /// How it reads letters of two bytes.
    pub wide_letters: WideLetters,
}

/// Whose numbers code pages have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is a maker")]
pub enum PageNumbers {
    Epson,
    Star,
}

/// How letters of two bytes are read after `FS &`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the encoding of the same name")]
pub enum WideLetters {
    None,
    Gb18030,
    ShiftJis,
}

/// What came out of the printer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Printout {
    /// The lines.
    pub lines: Vec<PrintedLine>,
    /// Cuts, each after so many lines.
    pub cuts: Vec<Cut>,
    /// How often the drawer was kicked.
    pub drawer_kicks: usize,
    /// What printed QR codes say, those that the printer made itself.
    pub qr_codes: Vec<String>,
    /// Pictures.
    pub pictures: Vec<Picture>,
    /// What was wrong, with the place in the stream.
    pub errors: Vec<String>,
}

/// One line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrintedLine {
    /// Its text.
    pub text: String,
    /// Whether any of it is bold.
    pub is_bold: bool,
    /// How many times as wide the widest letter is.
    pub width_times: usize,
    /// Whether it is centered.
    pub is_centered: bool,
}

/// A cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// After so many lines.
    pub after_lines: usize,
}

/// A picture, row by row, true is black.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Dots in a row.
    pub width: usize,
    /// The rows' dots.
    pub dots: Vec<bool>,
}

impl Printout {
    /// The text, line by line, centered lines in the middle of `columns`.
    pub fn to_text(&self, columns: usize) -> String {
        let mut out = String::new();
        for line in &self.lines {
            let used = line.text.chars().count() * line.width_times.max(1);
            let margin = if line.is_centered { columns.saturating_sub(used) / 2 } else { 0 };
            out.push_str(&" ".repeat(margin));
            out.push_str(line.text.trim_end());
            out.push('\n');
        }
        out
    }
}

impl Picture {
    /// The picture as a plain PBM file, for looking at or for a QR decoder.
    pub fn to_pbm(&self) -> String {
        let height = self.dots.len() / self.width.max(1);
        let dots: Vec<&str> = self.dots.iter().map(|dot| if *dot { "1" } else { "0" }).collect();
        format!("P1\n{} {height}\n{}\n", self.width, dots.join("\n"))
    }
}

/// The most bytes that one command may wait for.
const PENDING_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Decodes a stream piece by piece.
#[derive(Debug)]
pub struct Decoder {
    paper: Paper,
    pending: Vec<u8>,
    offset: usize,
    printout: Printout,
    line: PrintedLine,
    line_columns: usize,
    page: u8,
    is_bold: bool,
    is_centered: bool,
    width_times: usize,
    is_wide: bool,
    stored_qr: Option<String>,
}

/// A question to which the host waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    OfflineCause,
    Paper,
    PaperAfterJob,
}

enum Step {
    /// So many bytes are done with.
    Took(usize),
    /// The same, and the host wants an answer.
    Asked(usize, Question),
    /// The command is not all here yet.
    Wait,
}

impl Decoder {
    /// A printer that was just switched on.
    pub fn new(paper: Paper) -> Self {
        Self {
            paper,
            pending: Vec::new(),
            offset: 0,
            printout: Printout::default(),
            line: PrintedLine::default(),
            line_columns: 0,
            page: 0,
            is_bold: false,
            is_centered: false,
            width_times: 1,
            is_wide: false,
            stored_qr: None,
        }
    }

    /// Decodes a whole job.
    pub fn decode(paper: Paper, job: &[u8]) -> Printout {
        let mut decoder = Self::new(paper);
        let questions = decoder.feed(job);
        if !questions.is_empty() {
            decoder.error("a question about the status inside a job");
        }
        decoder.finish()
    }

    /// Takes bytes; returns the questions in them in order.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Question> {
        self.pending.extend_from_slice(bytes);
        let pending = std::mem::take(&mut self.pending);
        let (mut rest, mut questions) = (pending.as_slice(), Vec::new());
        while !rest.is_empty() {
            let taken = match self.step(rest) {
                Step::Took(taken) => taken,
                Step::Asked(taken, question) => {
                    questions.push(question);
                    taken
                }
                Step::Wait => break,
            };
            rest = rest.get(taken.max(1)..).unwrap_or(&[]);
            self.offset += taken.max(1);
        }
        if rest.len() > PENDING_BYTES_MAX {
            self.error("a command longer than a printer's memory");
            rest = &[];
        }
        self.pending = rest.to_vec();
        questions
    }

    /// The job is over.
    pub fn finish(mut self) -> Printout {
        if !self.pending.is_empty() {
            self.error("the job ends in the middle of a command");
        }
        if !self.line.text.is_empty() {
            self.error("the last line is never printed: no line feed after it");
        }
        if self.stored_qr.is_some() {
            self.error("a QR code was stored and never printed");
        }
        self.printout
    }

    /// Whether anything but questions came.
    pub(super) fn has_printed(&self) -> bool {
        self.printout != Printout::default() || !self.line.text.is_empty()
    }

    fn error(&mut self, what: &str) {
        self.printout.errors.push(format!("byte {}: {what}", self.offset));
    }

    fn step(&mut self, rest: &[u8]) -> Step {
        match *rest {
            [b'\n', ..] => self.line_feed(),
            [0x10, 4, kind, ..] => self.ask(kind),
            [0x1b, ..] => self.escape(rest),
            [0x1c, b'&', ..] => self.set_wide(true),
            [0x1c, b'.', ..] => self.set_wide(false),
            [0x1d, ..] => self.group(rest),
            [0x10 | 0x1c] | [0x10, 4] => Step::Wait,
            [first, second, ..] if self.is_wide && first >= 0x80 => self.wide_letter(first, second),
            [first] if self.is_wide && first >= 0x80 => Step::Wait,
            [byte, ..] if byte >= 0x20 && byte != 0x7f => self.letter(byte),
            [byte, ..] => self.unknown(&[byte]),
            [] => Step::Wait,
        }
    }

    fn unknown(&mut self, command: &[u8]) -> Step {
        let shown: Vec<String> = command.iter().map(|byte| format!("{byte:02X}")).collect();
        self.error(&format!("unknown command {}", shown.join(" ")));
        Step::Took(command.len())
    }

    fn ask(&mut self, kind: u8) -> Step {
        match kind {
            2 => Step::Asked(3, Question::OfflineCause),
            4 => Step::Asked(3, Question::Paper),
            _ => self.unknown(&[0x10, 4, kind]),
        }
    }

    fn escape(&mut self, rest: &[u8]) -> Step {
        match *rest {
            [_, b'@', ..] => self.reset(),
            [_, b't', page, ..] => self.set_page(page),
            [_, b'E', bold @ (0 | 1), ..] => {
                self.is_bold = bold == 1;
                Step::Took(3)
            }
            [_, b'a', align @ (0 | 1), ..] => {
                if !self.line.text.is_empty() {
                    self.error("alignment changed within a line");
                }
                self.is_centered = align == 1;
                Step::Took(3)
            }
            [_, b'd', lines, ..] => {
                for _ in 0..lines {
                    self.line_feed();
                }
                Step::Took(3)
            }
            [_, b'p', 0 | 1 | 48 | 49, on, off, ..] => {
                if on > off {
                    self.error("the drawer's pulse is longer than its pause");
                }
                self.printout.drawer_kicks += 1;
                Step::Took(5)
            }
            [_, b'p'] | [_, b'p', _] | [_, b'p', _, _] | [_] | [_, b't' | b'E' | b'a' | b'd'] => Step::Wait,
            [first, second, ..] => self.unknown(&[first, second]),
            [] => Step::Wait,
        }
    }

    fn reset(&mut self) -> Step {
        if !self.line.text.is_empty() {
            self.error("the printer is initialized within a line, which is lost");
        }
        let fresh = Self::new(self.paper);
        (self.line, self.line_columns, self.page) = (fresh.line, 0, 0);
        (self.is_bold, self.is_centered, self.width_times, self.is_wide) = (false, false, 1, false);
        Step::Took(2)
    }

    fn set_page(&mut self, page: u8) -> Step {
        if self.page_letters(page).is_none() {
            self.error(&format!("code page {page} is not known"));
        }
        self.page = page;
        Step::Took(3)
    }

    fn page_letters(&self, page: u8) -> Option<&'static str> {
        let page = match self.paper.page_numbers {
            PageNumbers::Epson => match page {
                0 => pages::CP437,
                2 => pages::CP850,
                16 => pages::CP1252,
                17 => pages::CP866,
                18 => pages::CP852,
                19 => pages::CP858,
                45 => pages::CP1250,
                46 => pages::CP1251,
                47 => pages::CP1253,
                48 => pages::CP1254,
                51 => pages::CP1257,
                _ => return None,
            },
            PageNumbers::Star => match page {
                0 | 1 | 3 => pages::CP437,
                4 => pages::CP858,
                5 => pages::CP852,
                10 => pages::CP866,
                32 => pages::CP1252,
                33 => pages::CP1250,
                34 => pages::CP1251,
                _ => return None,
            },
        };
        Some(page)
    }

    fn set_wide(&mut self, is_wide: bool) -> Step {
        if self.paper.wide_letters == WideLetters::None {
            return self.unknown(&[0x1c, if is_wide { b'&' } else { b'.' }]);
        }
        self.is_wide = is_wide;
        Step::Took(2)
    }

    fn letter(&mut self, byte: u8) -> Step {
        let letter = match byte.checked_sub(128) {
            None => Some(char::from(byte)),
            Some(upper) => self.page_letters(self.page).and_then(|page| page.chars().nth(usize::from(upper))),
        };
        match letter {
            Some('\u{fffd}') | None => self.error(&format!("byte {byte:02X} prints nothing in code page {}", self.page)),
            Some(letter) => self.put(letter, 1),
        }
        Step::Took(1)
    }

    fn wide_letter(&mut self, first: u8, second: u8) -> Step {
        let bytes = [first, second];
        let decoded = match self.paper.wide_letters {
            WideLetters::None => None,
            WideLetters::Gb18030 => encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(&bytes),
            WideLetters::ShiftJis => encoding_rs::SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&bytes),
        };
        match decoded.as_deref().map(|text| text.chars().collect::<Vec<_>>()).as_deref() {
            Some([letter]) => self.put(*letter, 2),
            Some(_) | None => self.error(&format!("bytes {first:02X} {second:02X} are no letter")),
        }
        Step::Took(2)
    }

    fn put(&mut self, letter: char, columns: usize) {
        self.line.text.push(letter);
        self.line.is_bold |= self.is_bold;
        self.line.is_centered = self.is_centered;
        self.line.width_times = self.line.width_times.max(self.width_times);
        self.line_columns += columns * self.width_times;
        if self.line_columns > self.paper.columns && self.line_columns - columns * self.width_times <= self.paper.columns {
            self.error(&format!(
                "line {} is wider than the paper's {} columns",
                self.printout.lines.len() + 1,
                self.paper.columns
            ));
        }
    }

    fn line_feed(&mut self) -> Step {
        self.line_columns = 0;
        let line = std::mem::take(&mut self.line);
        self.printout.lines.push(line);
        Step::Took(1)
    }

    fn group(&mut self, rest: &[u8]) -> Step {
        match *rest {
            [_, b'!', size, ..] => {
                let (width, height) = (usize::from(size >> 4) + 1, usize::from(size & 15) + 1);
                if width > 8 || height > 8 {
                    self.error("letters more than eight times as large");
                }
                self.width_times = width;
                Step::Took(3)
            }
            [_, b'V', 65 | 66, _, ..] => self.cut(4),
            [_, b'V', 0 | 1 | 48 | 49, ..] => self.cut(3),
            [_, b'r', 1, ..] => Step::Asked(3, Question::PaperAfterJob),
            [_, b'(', b'k', low, high, ..] => self.symbol(rest, usize::from(u16::from_le_bytes([low, high]))),
            [_, b'v', b'0', 0, width_low, width_high, height_low, height_high, ..] => {
                let width_bytes = usize::from(u16::from_le_bytes([width_low, width_high]));
                self.picture(rest, width_bytes, usize::from(u16::from_le_bytes([height_low, height_high])))
            }
            [_] | [_, b'!' | b'V' | b'r' | b'(' | b'v'] | [_, b'V', 65 | 66] | [_, b'(', b'k'] | [_, b'(', b'k', _] => Step::Wait,
            [_, b'v', b'0', ..] if rest.len() < 8 => Step::Wait,
            [first, second, ..] => self.unknown(&[first, second]),
            [] => Step::Wait,
        }
    }

    fn cut(&mut self, taken: usize) -> Step {
        if !self.line.text.is_empty() {
            self.error("the paper is cut within a line");
        }
        self.printout.cuts.push(Cut { after_lines: self.printout.lines.len() });
        Step::Took(taken)
    }

    /// `GS ( k`: QR codes.
    fn symbol(&mut self, rest: &[u8], length: usize) -> Step {
        let Some(body) = rest.get(5..5 + length) else { return Step::Wait };
        match *body {
            [49, 65, 49 | 50, 0] | [49, 67, 1..=16] | [49, 69, 48..=51] => {}
            [49, 80, 48, ref text @ ..] => match std::str::from_utf8(text) {
                Ok(text) if !text.is_empty() => self.stored_qr = Some(text.to_owned()),
                Ok(_) | Err(_) => self.error("a QR code of no text"),
            },
            [49, 81, 48] => match self.stored_qr.take() {
                Some(text) => self.printout.qr_codes.push(text),
                None => self.error("a QR code is printed that was not stored"),
            },
            _ => self.error("an unknown function of GS ( k"),
        }
        Step::Took(5 + length)
    }

    fn picture(&mut self, rest: &[u8], width_bytes: usize, height: usize) -> Step {
        let Some(body) = rest.get(8..8 + width_bytes * height) else { return Step::Wait };
        if width_bytes * 8 > self.paper.width_dots.next_multiple_of(8) {
            self.error(&format!("a picture of {} dots on paper of {}", width_bytes * 8, self.paper.width_dots));
        }
        let dots = body.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect();
        self.printout.pictures.push(Picture { width: width_bytes * 8, dots });
        Step::Took(8 + body.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAPER: Paper =
        Paper { columns: 32, width_dots: 384, page_numbers: PageNumbers::Epson, wide_letters: WideLetters::None };

    fn check_error(job: &[u8], word: &str) {
        let errors = Decoder::decode(PAPER, job).errors;
        assert!(errors.iter().any(|error| error.contains(word)), "{job:02X?}: {errors:?}");
    }

    #[test]
    fn a_plain_job_is_decoded() {
        let printout =
            Decoder::decode(PAPER, b"\x1b@\x1bp\x00\x32\xfa\x1bt\x13\xd5 5\n\x1ba\x01\x1bE\x01\x1d!\x11Shop\n\x1dV\x42\x00");
        assert_eq!(printout.errors, Vec::<String>::new());
        assert_eq!((printout.drawer_kicks, printout.cuts.len()), (1, 1));
        assert_eq!(printout.lines[0].text, "\u{20ac} 5");
        assert_eq!(printout.lines[1], PrintedLine { text: "Shop".to_owned(), is_bold: true, width_times: 2, is_centered: true });
    }

    #[test]
    fn what_a_printer_would_print_as_rubbish_is_an_error() {
        check_error(b"\x1bZ\n", "unknown command 1B 5A");
        check_error(b"\x07\n", "unknown command 07");
        check_error(b"\x1bt\x63\n", "code page 99");
        check_error(b"\x1bt\x10\x81\n", "prints nothing");
        check_error(b"123456789012345678901234567890123\n", "wider than the paper");
        check_error(b"abc", "never printed");
        check_error(b"\x1d(k\x03\x001Q0", "not stored");
        check_error(b"\x1d(k\x10\x001P0abc", "middle of a command");
        check_error(b"abc\x1dV\x42\x00", "cut within a line");
    }

    #[test]
    fn bytes_that_arrive_one_by_one_decode_the_same() {
        let job = b"\x1b@a\n\x1d(k\x04\x001A2\x00\x1d(k\x06\x001P0abc\x1d(k\x03\x001Q0\n\x1dv0\x00\x01\x00\x02\x00\xf0\x0f\x1dV\x42\x00";
        let mut decoder = Decoder::new(PAPER);
        job.iter().for_each(|byte| drop(decoder.feed(&[*byte])));
        let printout = decoder.finish();
        assert_eq!(printout, Decoder::decode(PAPER, job));
        assert_eq!(printout.qr_codes, ["abc"]);
        assert_eq!(printout.errors, Vec::<String>::new());
        assert_eq!(printout.pictures[0].to_pbm().lines().nth(1), Some("8 2"));
    }
}

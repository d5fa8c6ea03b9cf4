//! ESC/POS, the language of receipt printers.
//!
//! Letters are sent in the first of the printer's code pages that holds them. What none holds is written in Latin letters; what has no Latin
//! spelling either is printed as `?` and told. Nothing is drawn as a picture but QR codes: a picture of text needs a font of every script and prints ten times slower.

use std::cell::RefCell;

use super::code_page::CodePage;
use super::layout::{Align, Line, Medium, lay_out, letter_columns};
use super::profile::{CutSupport, PrinterProfile, QrSupport, WideText};
use super::{Emphasis, ReceiptDocument};
use crate::qr::QrSquare;

/// A job for a printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EscPosJob {
    /// What is sent to the printer.
    pub bytes: Vec<u8>,
    /// Letters that were printed as `?`.
    pub unprintable: Vec<char>,
}

/// Whether the drawer opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawer {
    /// It stays shut.
    LeaveShut,
    /// It opens, before the paper moves.
    Open,
}

const INITIALIZE: &[u8] = b"\x1b@";
const WIDE_ON: &[u8] = b"\x1c&";
const WIDE_OFF: &[u8] = b"\x1c.";

/// What opens the drawer: a pulse of 100 ms on pin 2 of its socket (`ESC p`), where drawers are wired.
const DRAWER_KICK: [u8; 5] = [0x1b, b'p', 0, 50, 250];

/// Prints a receipt.
pub(crate) fn job(document: &ReceiptDocument, profile: &PrinterProfile, drawer: Drawer) -> EscPosJob {
    let unprintable = RefCell::new(Vec::new());
    let medium = Medium { columns: profile.columns, large_times: 2, printable: &|text| printable(text, profile, &unprintable) };
    let lines = lay_out(document, medium);
    let mut printer = Printer { profile, bytes: INITIALIZE.to_vec(), page: None, align: Align::Left, emphasis: Emphasis::Plain };
    if profile.wide_text != WideText::None {
        printer.bytes.extend_from_slice(WIDE_OFF);
    }
    if drawer == Drawer::Open {
        printer.bytes.extend(DRAWER_KICK);
    }
    lines.iter().for_each(|line| printer.line(line));
    printer.cut();
    EscPosJob { bytes: printer.bytes, unprintable: unprintable.into_inner() }
}

/// The text in letters that the printer has.
fn printable(text: &str, profile: &PrinterProfile, unprintable: &RefCell<Vec<char>>) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if page_of(letter, profile).is_some() || wide_bytes(letter, profile.wide_text).is_some() {
            out.push(letter);
        } else {
            match crate::letters::in_latin(letter, |latin| page_of(latin, profile).is_some()) {
                Some(latin) => out.push_str(&latin),
                None => {
                    unprintable.borrow_mut().push(letter);
                    out.push('?');
                }
            }
        }
    }
    out
}

/// The first code page that holds a letter, with its number and byte.
fn page_of(letter: char, profile: &PrinterProfile) -> Option<(u8, CodePage, u8)> {
    profile.code_pages.iter().find_map(|(number, page)| Some((*number, *page, page.byte(letter)?)))
}

/// The two bytes of a letter of two columns.
fn wide_bytes(letter: char, wide_text: WideText) -> Option<[u8; 2]> {
    let encoding = match wide_text {
        WideText::None => return None,
        WideText::Gb18030 => encoding_rs::GB18030,
        WideText::ShiftJis => encoding_rs::SHIFT_JIS,
        WideText::Big5 => encoding_rs::BIG5,
        WideText::EucKr => encoding_rs::EUC_KR,
    };
    if letter_columns(letter) != 2 {
        return None;
    }
    let mut text = [0; 4];
    let (bytes, _, has_unmappable) = encoding.encode(letter.encode_utf8(&mut text));
    if has_unmappable { None } else { <[u8; 2]>::try_from(bytes.as_ref()).ok() }
}

struct Printer<'a> {
    profile: &'a PrinterProfile,
    bytes: Vec<u8>,
    page: Option<u8>,
    align: Align,
    emphasis: Emphasis,
}

impl Printer<'_> {
    fn line(&mut self, line: &Line) {
        match line {
            Line::Text { text, align, emphasis } => {
                self.set_align(*align);
                self.set_emphasis(*emphasis);
                self.text(text.trim_end());
                self.bytes.push(b'\n');
            }
            Line::Qr(text) => {
                self.set_emphasis(Emphasis::Plain);
                self.set_align(Align::Center);
                self.qr(text);
            }
        }
    }

    fn set_align(&mut self, align: Align) {
        if self.align != align {
            self.align = align;
            self.bytes.extend([0x1b, b'a', u8::from(align == Align::Center)]);
        }
    }

    fn set_emphasis(&mut self, emphasis: Emphasis) {
        if self.emphasis != emphasis {
            self.emphasis = emphasis;
            let (bold, size) = match emphasis {
                Emphasis::Plain => (0, 0x00),
                Emphasis::Bold => (1, 0x00),
                Emphasis::Large => (1, 0x11),
            };
            self.bytes.extend([0x1b, b'E', bold, 0x1d, b'!', size]);
        }
    }

    fn text(&mut self, text: &str) {
        let mut is_wide = false;
        for letter in text.chars() {
            let one_byte = page_of(letter, self.profile);
            let wide = if one_byte.is_none() { wide_bytes(letter, self.profile.wide_text) } else { None };
            if wide.is_some() != is_wide {
                is_wide = wide.is_some();
                self.bytes.extend_from_slice(if is_wide { WIDE_ON } else { WIDE_OFF });
            }
            match (wide, one_byte) {
                (Some(bytes), _) => self.bytes.extend(bytes),
                (None, Some(found)) => self.one_byte_letter(letter, found),
                (None, None) => self.bytes.push(b'?'),
            }
        }
        if is_wide {
            self.bytes.extend_from_slice(WIDE_OFF);
        }
    }

    /// Stays in the selected page where that holds the letter too: switching between every two letters is slow.
    fn one_byte_letter(&mut self, letter: char, (number, _, byte): (u8, CodePage, u8)) {
        if letter.is_ascii() {
            return self.bytes.push(byte);
        }
        let current = self.page.and_then(|page| self.profile.code_pages.iter().find(|(number, _)| *number == page));
        match current.and_then(|(_, page)| page.byte(letter)) {
            Some(byte) => self.bytes.push(byte),
            None => {
                self.page = Some(number);
                self.bytes.extend([0x1b, b't', number, byte]);
            }
        }
    }

    fn qr(&mut self, text: &str) {
        let Some(square) = QrSquare::of(text) else { return };
        match self.profile.qr {
            QrSupport::Native => self.native_qr(text),
            QrSupport::Raster => self.raster_qr(&square),
        }
        self.bytes.push(b'\n');
    }

    /// Functions 65, 67, 69, 80 and 81 of `GS ( k`: model 2, modules of 6 dots, correction M, store, print.
    fn native_qr(&mut self, text: &str) {
        for function in [&[49, 65, 50, 0][..], &[49, 67, 6], &[49, 69, 49]] {
            self.qr_function(function, &[]);
        }
        self.qr_function(&[49, 80, 48], text.as_bytes());
        self.qr_function(&[49, 81, 48], &[]);
    }

    fn qr_function(&mut self, head: &[u8], data: &[u8]) {
        // A QR code holds fewer than 3,000 bytes, so the length fits.
        let [low, high] = u16::try_from(head.len() + data.len()).unwrap_or(u16::MAX).to_le_bytes();
        self.bytes.extend([0x1d, b'(', b'k', low, high]);
        self.bytes.extend_from_slice(head);
        self.bytes.extend_from_slice(data);
    }

    /// As a picture (`GS v 0`), half as wide as the paper at most.
    fn raster_qr(&mut self, square: &QrSquare) {
        let modules = square.width() + 2 * QUIET_MODULES;
        let scale = (self.profile.width_dots / 2 / modules).clamp(2, 8);
        let dots = modules * scale;
        let row_bytes = dots.div_ceil(8);
        let (Ok(row_byte_count), Ok(rows)) = (u16::try_from(row_bytes), u16::try_from(dots)) else { return };
        self.bytes.extend(*b"\x1dv0\x00");
        self.bytes.extend(row_byte_count.to_le_bytes());
        self.bytes.extend(rows.to_le_bytes());
        for y in 0..dots {
            let is_dark = |x: usize| {
                let (column, row) = ((x / scale).checked_sub(QUIET_MODULES), (y / scale).checked_sub(QUIET_MODULES));
                column.zip(row).is_some_and(|(column, row)| square.is_dark(column, row))
            };
            self.bytes
                .extend((0..row_bytes).map(|byte| (0..8).fold(0_u8, |bits, bit| bits << 1 | u8::from(is_dark(byte * 8 + bit)))));
        }
    }

    fn cut(&mut self) {
        self.set_emphasis(Emphasis::Plain);
        self.set_align(Align::Left);
        match self.profile.cut {
            CutSupport::TearBar => self.bytes.extend([0x1b, b'd', 5]),
            CutSupport::Partial => self.bytes.extend([0x1d, b'V', 66, 0]),
            CutSupport::Full => self.bytes.extend([0x1d, b'V', 65, 0]),
        }
    }
}

/// White modules around a QR code (ISO/IEC 18004 asks for four).
const QUIET_MODULES: usize = 4;

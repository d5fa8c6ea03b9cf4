//! What receipts and labels share in PDF: units, the fonts every reader has, their letters and widths.
//!
//! Lengths are whole millipoints (thousandths of 1/72 inch); they become the floating-point numbers of PDF in [`points`] alone. Letters are those of
//! Windows-1252; others are written in Latin letters, for no font is embedded.

use encoding_rs::WINDOWS_1252;
use pdf_writer::{Content, Name, Pdf, Rect, Ref, Str};

/// A length in thousandths of a point.
pub(crate) type Millipoints = i64;

/// Tenths of a millimeter as millipoints: 254 of them are an inch, 72,000 millipoints.
pub(crate) const fn tenths_mm(tenths: i64) -> Millipoints {
    tenths * 72_000 / 254
}

/// The number as PDF writes it.
#[expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "PDF has floating-point lengths; none is money")]
pub(crate) fn points(length: Millipoints) -> f32 {
    length as f32 / 1000.0
}

/// The fonts in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Font {
    Sans,
    SansBold,
    Mono,
    MonoBold,
}

impl Font {
    const ALL: [Self; 4] = [Self::Sans, Self::SansBold, Self::Mono, Self::MonoBold];

    pub(crate) fn key(self) -> Name<'static> {
        Name(match self {
            Self::Sans => b"S",
            Self::SansBold => b"SB",
            Self::Mono => b"M",
            Self::MonoBold => b"MB",
        })
    }

    fn base(self) -> Name<'static> {
        Name(match self {
            Self::Sans => b"Helvetica",
            Self::SansBold => b"Helvetica-Bold",
            Self::Mono => b"Courier",
            Self::MonoBold => b"Courier-Bold",
        })
    }

    /// A letter's width in thousandths of the font size, from Adobe's metrics of the standard fonts; accented letters are as wide as plain ones.
    fn letter_width(self, letter: char) -> i64 {
        let widths = match self {
            Self::Mono | Self::MonoBold => return 600,
            Self::Sans => &HELVETICA,
            Self::SansBold => &HELVETICA_BOLD,
        };
        let plain = if letter.is_ascii() {
            Some(letter)
        } else {
            deunicode::deunicode_char(letter).and_then(|latin| latin.chars().next())
        };
        let index = plain.and_then(|plain| u32::from(plain).checked_sub(32)).and_then(|index| usize::try_from(index).ok());
        index.and_then(|index| widths.get(index)).copied().unwrap_or(600)
    }

    /// A text's width at a size.
    pub(crate) fn width(self, text: &str, size: Millipoints) -> Millipoints {
        text.chars().map(|letter| self.letter_width(letter)).sum::<i64>() * size / 1000
    }

    /// The text cut to a width, with three points where something was cut off.
    pub(crate) fn fitted(self, text: &str, size: Millipoints, width_max: Millipoints) -> String {
        if self.width(text, size) <= width_max {
            return text.to_owned();
        }
        let room = width_max - self.width("...", size);
        let (mut used, mut out) = (0, String::new());
        for letter in text.chars() {
            used += self.letter_width(letter) * size / 1000;
            if used > room {
                break;
            }
            out.push(letter);
        }
        format!("{}...", out.trim_end())
    }
}

/// The text in letters that the fonts have.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() {
            out.push(' ');
        } else if has_letter(letter) {
            out.push(letter);
        } else {
            out.push_str(&crate::letters::in_latin(letter, has_letter).unwrap_or_else(|| "?".to_owned()));
        }
    }
    out
}

fn has_letter(letter: char) -> bool {
    let mut text = [0; 4];
    !letter.is_control() && !WINDOWS_1252.encode(letter.encode_utf8(&mut text)).2
}

/// Writes text with its baseline at `(x, y)` from the lower left.
pub(crate) fn text(content: &mut Content, font: Font, size: Millipoints, x: Millipoints, y: Millipoints, text: &str) {
    let (bytes, _, _) = WINDOWS_1252.encode(text);
    content.begin_text().set_font(font.key(), points(size)).next_line(points(x), points(y)).show(Str(&bytes)).end_text();
}

/// Fills a rectangle.
pub(crate) fn bar(content: &mut Content, x: Millipoints, y: Millipoints, width: Millipoints, height: Millipoints) {
    content.rect(points(x), points(y), points(width), points(height)).fill_nonzero();
}

/// A document of pages of one size.
pub(crate) fn document(width: Millipoints, height: Millipoints, title: &str, pages: Vec<Content>) -> Vec<u8> {
    let mut next = 0;
    let mut id = || {
        next += 1;
        Ref::new(next)
    };
    let (catalog, tree, info) = (id(), id(), id());
    let fonts = Font::ALL.map(|font| (font, id()));
    let page_ids: Vec<(Ref, Ref)> = pages.iter().map(|_| (id(), id())).collect();
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree).kids(page_ids.iter().map(|(page, _)| *page)).count(i32::try_from(page_ids.len()).unwrap_or(i32::MAX));
    pdf.document_info(info).title(pdf_writer::TextStr(title)).producer(pdf_writer::TextStr("Tradepost"));
    for (font, font_id) in fonts {
        pdf.type1_font(font_id).base_font(font.base()).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    for (content, (page_id, content_id)) in pages.into_iter().zip(page_ids) {
        pdf.stream(content_id, &content.finish());
        let mut page = pdf.page(page_id);
        page.media_box(Rect::new(0.0, 0.0, points(width), points(height))).parent(tree).contents(content_id);
        let mut resources = page.resources();
        let mut dictionary = resources.fonts();
        for (font, font_id) in fonts {
            dictionary.pair(font.key(), font_id);
        }
    }
    pdf.finish()
}

/// Widths of space to tilde.
const HELVETICA: [i64; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556,
    556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778,
    722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222,
    500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

const HELVETICA_BOLD: [i64; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556,
    556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778,
    722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278,
    556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
];

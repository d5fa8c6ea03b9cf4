//! A receipt as PDF, as wide as an 80 mm roll.

use pdf_writer::Content;

use super::layout::{Align, Line, Medium, lay_out, text_columns};
use super::{Emphasis, ReceiptDocument};
use crate::pdf::{Font, Millipoints, bar, document, printable, tenths_mm, text};
use crate::qr::QrSquare;

const COLUMNS: usize = 42;
const SIZE: Millipoints = 8_000;
const LETTER_WIDTH: Millipoints = SIZE * 600 / 1000;
const LINE_HEIGHT: Millipoints = 10_000;
const MARGIN: Millipoints = tenths_mm(40);
const PAGE_WIDTH: Millipoints = tenths_mm(800);
const QR_WIDTH: Millipoints = tenths_mm(300);
/// Readers take no page longer than 14,400 points (PDF 1.7, annex C): 1,400 lines.
const LINES_PER_PAGE: usize = 1_400;

/// Draws a receipt.
pub(crate) fn receipt(receipt: &ReceiptDocument) -> Vec<u8> {
    let lines = lay_out(receipt, Medium { columns: COLUMNS, large_times: 2, printable: &printable });
    let pages: Vec<&[Line]> = lines.chunks(LINES_PER_PAGE).collect();
    let height = pages.iter().map(|page| page.iter().map(height_of).sum::<i64>()).max().unwrap_or(0) + 2 * MARGIN;
    let contents = pages.into_iter().map(|page| draw(page, height)).collect();
    document(PAGE_WIDTH, height, &receipt.shop_name, contents)
}

fn height_of(line: &Line) -> Millipoints {
    match line {
        Line::Text { emphasis: Emphasis::Large, .. } => 2 * LINE_HEIGHT,
        Line::Text { .. } => LINE_HEIGHT,
        Line::Qr(_) => QR_WIDTH + LINE_HEIGHT,
    }
}

fn draw(lines: &[Line], height: Millipoints) -> Content {
    let mut content = Content::new();
    let mut y = height - MARGIN;
    for line in lines {
        y -= height_of(line);
        match line {
            Line::Text { text: words, align, emphasis } => draw_text(&mut content, words, *align, *emphasis, y),
            Line::Qr(words) => draw_qr(&mut content, words, y),
        }
    }
    content
}

fn draw_text(content: &mut Content, words: &str, align: Align, emphasis: Emphasis, y: Millipoints) {
    let (font, times) = match emphasis {
        Emphasis::Plain => (Font::Mono, 1),
        Emphasis::Bold => (Font::MonoBold, 1),
        Emphasis::Large => (Font::MonoBold, 2),
    };
    let columns = i64::try_from(text_columns(words.trim_end())).unwrap_or(0);
    let x = match align {
        Align::Left => (PAGE_WIDTH - 42 * LETTER_WIDTH) / 2,
        Align::Center => (PAGE_WIDTH - columns * LETTER_WIDTH * times) / 2,
    };
    text(content, font, SIZE * times, x, y + LINE_HEIGHT / 4, words.trim_end());
}

fn draw_qr(content: &mut Content, words: &str, y: Millipoints) {
    let Some(square) = QrSquare::of(words) else { return };
    let Ok(width) = i64::try_from(square.width()) else { return };
    let module = QR_WIDTH / width;
    let (left, top) = ((PAGE_WIDTH - module * width) / 2, y + LINE_HEIGHT / 2 + QR_WIDTH);
    for row in 0..square.width() {
        for column in (0..square.width()).filter(|column| square.is_dark(*column, row)) {
            let (Ok(column), Ok(row)) = (i64::try_from(column), i64::try_from(row)) else { continue };
            // A hair larger than a module, so that no reader shows white seams between them.
            bar(content, left + column * module, top - (row + 1) * module, module + 50, module + 50);
        }
    }
}

//! Labels on pages: name at the top, price and SKU below it, the barcode in what is left.

use pdf_writer::Content;

use super::barcode::Barcode;
use super::{Label, LabelSheet, LabelStyle, Sheet};
use crate::pdf::{Font, Millipoints, bar, document, printable, tenths_mm, text};

/// Free space at a label's edges.
const PADDING: Millipoints = tenths_mm(20);
/// The narrowest module that a thermal printer of 203 dots an inch prints evenly: two dots.
const MODULE_MIN: Millipoints = 709;
/// GS1's nominal module, 0.33 mm.
const MODULE_MAX: Millipoints = 935;
/// The lowest bars worth printing.
const BAR_HEIGHT_MIN: Millipoints = tenths_mm(45);

/// Draws every label.
pub(super) fn sheets(labels: &[Label], sheet: &Sheet, style: LabelStyle, first_place: usize) -> LabelSheet {
    let per_page = sheet.labels_per_page().max(1);
    let (mut pages, mut left_out): (Vec<Content>, Vec<String>) = (Vec::new(), Vec::new());
    let mut place = first_place % per_page;
    for label in labels {
        let drawn_barcode = Barcode::of(&label.barcode);
        for _ in 0..label.copies {
            if pages.is_empty() || place == per_page {
                pages.push(Content::new());
                place = if pages.len() == 1 { place } else { 0 };
            }
            if let Some(page) = pages.last_mut() {
                let fits = draw_label(page, label, drawn_barcode.as_ref(), LabelBox::at(sheet, place), style);
                if fits == Fits::No && left_out.last() != Some(&label.barcode) {
                    left_out.push(label.barcode.clone());
                }
            }
            place += 1;
        }
    }
    let page_count = pages.len();
    let pdf = document(tenths_mm(sheet.page_width), tenths_mm(sheet.page_height), "Labels", pages);
    LabelSheet { pdf, page_count, barcodes_left_out: left_out }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fits {
    Yes,
    No,
}

/// Where a label stands on its page, inside its padding.
#[derive(Debug, Clone, Copy)]
struct LabelBox {
    left: Millipoints,
    bottom: Millipoints,
    width: Millipoints,
    height: Millipoints,
}

impl LabelBox {
    fn at(sheet: &Sheet, place: usize) -> Self {
        let column = i64::try_from(place % sheet.columns.max(1)).unwrap_or(0);
        let row = i64::try_from(place / sheet.columns.max(1)).unwrap_or(0);
        let left = tenths_mm(sheet.left + column * sheet.step_x);
        let top = tenths_mm(sheet.page_height - sheet.top - row * sheet.step_y);
        Self {
            left: left + PADDING,
            bottom: top - tenths_mm(sheet.label_height) + PADDING,
            width: tenths_mm(sheet.label_width) - 2 * PADDING,
            height: tenths_mm(sheet.label_height) - 2 * PADDING,
        }
    }

    fn top(&self) -> Millipoints {
        self.bottom + self.height
    }
}

fn draw_label(page: &mut Content, label: &Label, barcode: Option<&Barcode>, place: LabelBox, style: LabelStyle) -> Fits {
    let name_size = (place.height / 10).clamp(5_000, 11_000);
    let price_size = match style {
        LabelStyle::Product => name_size * 3 / 2,
        LabelStyle::ShelfTag => name_size * 3,
    };
    let mut y = place.top();
    for line in name_lines(&printable(&label.name), name_size, place.width) {
        y -= name_size;
        text(page, Font::SansBold, name_size, place.left, y, &line);
        y -= name_size / 5;
    }
    y -= price_size;
    draw_price_and_sku(page, label, place, price_size, name_size * 3 / 4, y);
    let room = LabelBox { height: y - price_size / 4 - place.bottom, ..place };
    match barcode {
        Some(barcode) => draw_barcode(page, barcode, room, name_size * 3 / 4),
        None if label.barcode.is_empty() => Fits::Yes,
        None => Fits::No,
    }
}

/// The name on at most two lines.
fn name_lines(name: &str, size: Millipoints, width_max: Millipoints) -> Vec<String> {
    let mut first = String::new();
    let mut words = name.split_whitespace();
    let mut rest = None;
    for word in words.by_ref() {
        let longer = if first.is_empty() { word.to_owned() } else { format!("{first} {word}") };
        if Font::SansBold.width(&longer, size) > width_max && !first.is_empty() {
            rest = Some(word);
            break;
        }
        first = longer;
    }
    let second = rest.map(|word| std::iter::once(word).chain(words).collect::<Vec<_>>().join(" "));
    std::iter::once(first).chain(second).map(|line| Font::SansBold.fitted(&line, size, width_max)).collect()
}

/// The price on the left with its currency small beside it, the SKU on the right on the same line.
fn draw_price_and_sku(
    page: &mut Content,
    label: &Label,
    place: LabelBox,
    price_size: Millipoints,
    small: Millipoints,
    y: Millipoints,
) {
    let mut x = place.left;
    if let Some(price) = label.price {
        let amount = price.to_decimal();
        text(page, Font::SansBold, price_size, x, y, &amount);
        x += Font::SansBold.width(&amount, price_size) + small / 3;
        text(page, Font::Sans, small, x, y, price.currency.code());
        x += Font::Sans.width(price.currency.code(), small) + small;
    }
    let right = place.left + place.width;
    let sku = printable(&label.sku);
    let sku_width = Font::Sans.width(&sku, small);
    // A code cut short is a wrong code.
    if x + sku_width <= right {
        text(page, Font::Sans, small, right - sku_width, y, &sku);
    }
}

/// Bars as wide as they may be, with what they say below.
fn draw_barcode(page: &mut Content, barcode: &Barcode, room: LabelBox, small: Millipoints) -> Fits {
    let (Ok(bars), Ok(quiet)) = (i64::try_from(barcode.modules.len()), i64::try_from(barcode.quiet_modules)) else {
        return Fits::No;
    };
    // The padding is white too and counts as quiet zone.
    let module = ((room.width + 2 * PADDING) / (bars + 2 * quiet)).min(room.width / bars).min(MODULE_MAX);
    let bar_height = room.height - small - small / 3;
    if module < MODULE_MIN || bar_height < BAR_HEIGHT_MIN {
        return Fits::No;
    }
    let left = room.left + (room.width - module * bars) / 2;
    let bottom = room.bottom + small + small / 3;
    let mut x = left;
    for run in barcode.modules.chunk_by(|one, other| one == other) {
        let width = module * i64::try_from(run.len()).unwrap_or(0);
        if run.first() == Some(&true) {
            bar(page, x, bottom, width, bar_height);
        }
        x += width;
    }
    let text_x = room.left + (room.width - Font::Sans.width(&barcode.text, small)) / 2;
    text(page, Font::Sans, small, text_x, room.bottom, &barcode.text);
    Fits::Yes
}

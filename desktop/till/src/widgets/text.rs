//! Text that fits where it stands, and that a screen reader finds.

use std::sync::Arc;

use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, Color32, FontId, Galley, Rect, Sense, Ui, WidgetInfo};

use crate::theme::{self, Palette};

/// How a text is written.
#[derive(Debug, Clone)]
pub struct Ink {
    /// Font and size.
    pub font: FontId,
    /// Color; `None`: the theme's ink.
    pub color: Option<Color32>,
}

impl Ink {
    /// Running text.
    pub fn regular(size: f32) -> Self {
        Self { font: theme::regular(size), color: None }
    }

    /// Text that leads.
    pub fn strong(size: f32) -> Self {
        Self { font: theme::strong(size), color: None }
    }

    /// In this color.
    #[must_use]
    pub const fn color(mut self, color: Color32) -> Self {
        self.color = Some(color);
        self
    }
}

/// One line of text, cut with an ellipsis where it is too long.
pub fn elided(ui: &Ui, words: &str, ink: &Ink, width: f32) -> Arc<Galley> {
    wrapped(ui, words, ink, width, 1)
}

/// At most `rows_max` lines of text.
fn wrapped(ui: &Ui, words: &str, ink: &Ink, width: f32, rows_max: usize) -> Arc<Galley> {
    let color = ink.color.unwrap_or(Palette::of(ui).ink);
    let mut job = LayoutJob::simple(words.to_owned(), ink.font.clone(), color, width);
    job.wrap =
        TextWrapping { max_width: width.max(0.0), max_rows: rows_max, break_anywhere: rows_max == 1, ..TextWrapping::default() };
    job.break_on_newline = rows_max > 1;
    ui.painter().layout_job(job)
}

/// Paints one line of text in a rectangle, for the eye alone: what it says is part of an accessible name elsewhere.
pub fn text(ui: &Ui, rect: Rect, align: Align2, words: &str, ink: &Ink) -> Rect {
    let galley = elided(ui, words, ink, rect.width());
    let place = align.align_size_within_rect(galley.size(), rect);
    ui.painter().galley(place.min, galley, Color32::PLACEHOLDER);
    place
}

/// One line of text that a screen reader finds.
pub fn label(ui: &mut Ui, rect: Rect, align: Align2, words: &str, ink: &Ink) -> Rect {
    name_it(ui, rect, words);
    text(ui, rect, align, words, ink)
}

/// Several lines of text, from the top of the rectangle; returns the rectangle they take.
pub fn paragraph(ui: &mut Ui, rect: Rect, words: &str, ink: &Ink, rows_max: usize) -> Rect {
    name_it(ui, rect, words);
    let galley = wrapped(ui, words, ink, rect.width(), rows_max);
    let place = Rect::from_min_size(rect.min, galley.size());
    ui.painter().galley(place.min, galley, Color32::PLACEHOLDER);
    place
}

/// A word on the left and an amount on the right of one line, read as one.
pub fn amount(ui: &mut Ui, rect: Rect, words: &str, value: &str, ink: &Ink) {
    name_it(ui, rect, &format!("{words} {value}"));
    let value_place = text(ui, rect, Align2::RIGHT_CENTER, value, ink);
    let left = Rect::from_min_max(rect.min, egui::pos2(value_place.left() - 8.0, rect.bottom()));
    text(ui, left, Align2::LEFT_CENTER, words, ink);
}

/// An icon in the middle of a rectangle.
pub fn icon(ui: &Ui, rect: Rect, icon: char, size: f32, color: Color32) {
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, icon, theme::icons(size), color);
}

fn name_it(ui: &Ui, rect: Rect, words: &str) {
    if words.is_empty() {
        return;
    }
    // Not allocated: a text inside a row must not move where the next row starts.
    let at = (rect.min.x as i32, rect.min.y as i32);
    let response = ui.interact(rect, ui.make_persistent_id(("text", words, at)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, words));
}

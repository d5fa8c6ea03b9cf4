//! A calm sentence in its place: what happened, and what to do next. It never covers anything.

use egui::{Align2, Rect, Stroke, StrokeKind, Ui};

use super::Cut;
use super::text::{Ink, icon, paragraph};
use crate::icon as sign;
use crate::theme::Palette;
use crate::tokens;

/// What kind of news it is. Shown by color and by icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Good,
    /// Neutral news.
    Info,
    /// Needs a person soon.
    Warn,
    /// Could not be done.
    Bad,
}

/// How high the box of a sentence is at this width, so that none of it is cut: two lines, or as many as it takes, at most four.
pub fn notice_height(ui: &Ui, words: &str, width: f32) -> f32 {
    let font = Ink::regular(tokens::BODY).font;
    let galley = ui.painter().layout(words.to_owned(), font, Palette::of(ui).ink, (width - 58.0).max(80.0));
    (galley.size().y + 20.0).clamp(56.0, 98.0)
}

/// Draws the sentence in a box; two lines fit 56 points.
pub fn notice(ui: &mut Ui, rect: Rect, tone: Tone, words: &str) {
    let palette = Palette::of(ui);
    let (ground, ink, icon_char) = match tone {
        Tone::Good => (palette.on_success, palette.success, sign::CIRCLE_CHECK),
        Tone::Info => (palette.on_info, palette.info, sign::INFO),
        Tone::Warn => (palette.on_warn, palette.warn, sign::TRIANGLE_ALERT),
        Tone::Bad => (palette.on_danger, palette.danger, sign::TRIANGLE_ALERT),
    };
    ui.painter().rect(rect, 8.0, ground, Stroke::new(1.0, ink.gamma_multiply(0.35)), StrokeKind::Inside);
    let mut parts = Cut::new(rect.shrink2(egui::vec2(12.0, 4.0)));
    icon(ui, parts.left(24.0), icon_char, 20.0, ink);
    parts.left(10.0);
    let font = Ink::regular(tokens::BODY).color(palette.ink);
    let words_size = {
        let galley = ui.painter().layout(words.to_owned(), font.font.clone(), palette.ink, parts.rest.width());
        egui::vec2(parts.rest.width(), galley.size().y.min(parts.rest.height()))
    };
    let place = Align2::LEFT_CENTER.align_size_within_rect(words_size, parts.rest);
    let rows_max = if rect.height() >= 90.0 {
        4
    } else if rect.height() >= 70.0 {
        3
    } else if rect.height() >= 50.0 {
        2
    } else {
        1
    };
    paragraph(ui, place, words, &font, rows_max);
}

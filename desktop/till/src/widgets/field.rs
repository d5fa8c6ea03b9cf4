//! Fields: text with its name above it, and the box that shows a number being typed.

use egui::{Align2, Id, Rect, Response, Sense, Stroke, StrokeKind, TextEdit, Ui, WidgetInfo};

use super::text::{Ink, text};
use super::{Cut, Entry};
use crate::theme::{self, Palette};
use crate::tokens;

/// The longest text that fits a field of a till: a receipt's line or two.
const FIELD_LENGTH_MAX: usize = 200;

/// A text field with its name above it. 72 points high.
pub fn text_field(ui: &mut Ui, rect: Rect, id: Id, name: &str, hint: &str, value: &mut String) -> Response {
    let palette = Palette::of(ui);
    let mut parts = Cut::new(rect);
    let above = parts.top(22.0);
    text(ui, above, Align2::LEFT_TOP, name, &Ink::regular(tokens::SMALL).color(palette.muted));
    let place = parts.top(tokens::TARGET);
    let edit = TextEdit::singleline(value)
        .id(id)
        .hint_text(egui::RichText::new(hint).color(palette.muted.gamma_multiply(0.7)))
        .font(theme::regular(tokens::BODY))
        .char_limit(FIELD_LENGTH_MAX)
        .frame(egui::Frame::NONE)
        .margin(egui::Margin::ZERO)
        .align(egui::Align2::LEFT_CENTER)
        .min_size(place.size() - egui::vec2(24.0, 4.0));
    ui.painter().rect(place, 8.0, palette.surface, Stroke::new(1.0, palette.muted.gamma_multiply(0.6)), StrokeKind::Inside);
    let response = ui.put(place.shrink2(egui::vec2(12.0, 2.0)), edit);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, name));
    if response.has_focus() {
        ui.painter().rect_stroke(place, 8.0, Stroke::new(2.0, palette.accent), StrokeKind::Outside);
    }
    response
}

/// A box that shows a number being typed, with its name above it and its unit behind it. Pressing it makes it the active one.
pub fn amount_box(ui: &mut Ui, rect: Rect, name: &str, entry: &Entry, unit: &str, is_active: bool) -> bool {
    let palette = Palette::of(ui);
    let mut parts = Cut::new(rect);
    let above = parts.top(22.0);
    text(ui, above, Align2::LEFT_TOP, name, &Ink::regular(tokens::SMALL).color(palette.muted));
    let place = parts.rest;
    let response = ui.interact(place, ui.make_persistent_id(("amount", name)), Sense::click());
    let value = if entry.is_empty() { "0" } else { entry.text() };
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(egui::Role::Button, true, format!("{name} {value} {unit}"));
        info.selected = Some(is_active);
        info
    });
    let edge = if is_active || response.has_focus() {
        Stroke::new(2.0, palette.accent)
    } else {
        Stroke::new(1.0, palette.muted.gamma_multiply(0.6))
    };
    ui.painter().rect(place, 8.0, palette.surface, edge, StrokeKind::Inside);
    let mut inner = Cut::new(place.shrink2(egui::vec2(14.0, 4.0)));
    let unit_ink = Ink::regular(tokens::BODY).color(palette.muted);
    let unit_width = super::elided(ui, unit, &unit_ink, 80.0).size().x;
    text(ui, inner.right(unit_width), Align2::RIGHT_CENTER, unit, &unit_ink);
    let size = if place.height() >= 64.0 { tokens::DISPLAY } else { tokens::LARGE };
    let ink = if entry.is_empty() { Ink::strong(size).color(palette.muted.gamma_multiply(0.6)) } else { Ink::strong(size) };
    inner.right(8.0);
    let number = text(ui, inner.rest, Align2::RIGHT_CENTER, value, &ink);
    if is_active {
        let caret = number.right() + 2.0;
        ui.painter().vline(caret, number.y_range(), Stroke::new(2.0, palette.accent));
    }
    response.clicked()
}

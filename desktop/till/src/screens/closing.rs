//! Closing: the drawer is counted blind, piece by piece; what was expected is shown only on the Z report.

use egui::{Align2, Rect, Ui};
use tradepost_domain::money::Money;
use tradepost_domain::till_session::denominations;

use super::{Out, panel};
use crate::command::Command;
use crate::model::Model;
use crate::theme::Palette;
use crate::tokens;
use crate::view::View;
use crate::widgets::{Cut, Entry, Face, GAP, Ink, Look, WIDE, button, columns, face_of, keypad, label, paragraph, rows, text};
use crate::words::Shown;

pub fn show(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let palette = Palette::of(ui);
    let rest = panel(ui, rect, "Count the drawer", view, out);
    let mut parts = Cut::new(rest);
    let help = "Type how many of each there are; Enter goes to the next.";
    paragraph(ui, parts.top(28.0), help, &Ink::regular(tokens::BODY).color(palette.muted), 1);
    parts.top(GAP);
    let foot = parts.bottom(72.0);
    parts.bottom(WIDE);
    let pad = parts.right(300.0_f32.min(parts.rest.width() * 0.4));
    parts.right(WIDE * 1.5);
    pieces(ui, parts.rest, model, view);
    if let Some(count) = view.pieces.get_mut(view.piece) {
        let mut typed = std::mem::take(count);
        keypad(ui, pad, &mut typed, 0);
        if let Some(count) = view.pieces.get_mut(view.piece) {
            *count = typed;
        }
    }
    let mut foot = Cut::new(foot);
    let close = foot.right(300.0);
    foot.right(WIDE);
    let counted = view.counted(model);
    let mut sum = Cut::new(foot.rest);
    label(ui, sum.left(110.0), Align2::LEFT_CENTER, "Counted", &Ink::strong(tokens::LARGE));
    label(ui, sum.rest, Align2::RIGHT_CENTER, &counted.shown(), &Ink::strong(tokens::DISPLAY + 8.0));
    let face = Face { label: "Close the drawer".to_owned(), ..face_of(Command::CloseSession) };
    let look = if view.is_waiting { Look::Off } else { Look::Main };
    out.on(button(ui, close, "close", look, &face), Command::CloseSession);
}

fn pieces(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View) {
    let currency = model.currency();
    let all = denominations(currency);
    let per_column = all.len().div_ceil(2).max(1);
    let places = columns(rect, 2, WIDE).into_iter().flat_map(|column| {
        let height = (column.height().min(per_column as f32 * 62.0)).max(per_column as f32 * 44.0);
        rows(column.with_max_y(column.top() + height), per_column, 6.0)
    });
    for (index, (place, piece)) in places.zip(all).enumerate() {
        let count = view.pieces.get(index).cloned().unwrap_or_default();
        if piece_row(ui, place, Money::from_minor(*piece, currency), &count, view.piece == index) {
            view.piece = index;
        }
    }
}

fn piece_row(ui: &mut Ui, rect: Rect, piece: Money, count: &Entry, is_active: bool) -> bool {
    let palette = Palette::of(ui);
    let value = if count.is_empty() { "0" } else { count.text() };
    let name = format!("{} × {value}", piece.shown());
    let face = Face { name: Some(name), ..Face::default() };
    let pressed = button(ui, rect, ("piece", piece.minor), if is_active { Look::Chosen } else { Look::Plain }, &face);
    let mut parts = Cut::new(rect.shrink2(egui::vec2(14.0, 0.0)));
    text(ui, parts.left(84.0), Align2::RIGHT_CENTER, &piece.shown(), &Ink::strong(tokens::LARGE));
    parts.left(10.0);
    text(ui, parts.left(16.0), Align2::CENTER_CENTER, "×", &Ink::regular(tokens::BODY).color(palette.muted));
    let color = if count.is_empty() { palette.muted } else { palette.ink };
    text(ui, parts.rest, Align2::RIGHT_CENTER, value, &Ink::strong(tokens::LARGE).color(color));
    pressed
}

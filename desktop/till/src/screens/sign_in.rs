//! Who is at the till: a tile for each, then the PIN.

use egui::{Align2, Rect, Ui};

use super::{Out, card, empty};
use crate::command::Command;
use crate::icon;
use crate::model::{Model, StaffTile};
use crate::theme::Palette;
use crate::tokens;
use crate::view::View;
use crate::widgets::{
    Cut, Entry, Face, GAP, Ink, Look, WIDE, button, columns, face_of, initial, keypad, label, notice, rows, text,
};

/// The most tiles in sight; a shop with more staff than this has more tills too.
const TILES_MAX: usize = 12;

pub fn show(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let size = egui::vec2(rect.width().min(960.0) - 32.0, rect.height().min(620.0) - 32.0);
    let mut parts = Cut::new(card(ui, Rect::from_center_size(rect.center(), size)));
    if model.staff.is_empty() {
        let hint = "Give people a PIN in the back office, under Settings, Staff.";
        return empty(ui, parts.rest, icon::USER, "Nobody here has a PIN yet", hint);
    }
    let pad = parts.right(320.0);
    parts.right(WIDE * 2.0);
    label(ui, parts.top(40.0), Align2::LEFT_CENTER, "Who is at the till?", &Ink::strong(tokens::TITLE));
    parts.top(WIDE);
    let tiles = rows(parts.rest, 6, GAP + 4.0).into_iter().flat_map(|row| columns(row, 2, GAP + 4.0));
    for (place, staff) in tiles.zip(model.staff.iter().take(TILES_MAX)) {
        let is_chosen = view.chosen_staff == Some(staff.id);
        if tile(ui, place, staff, is_chosen) {
            view.chosen_staff = Some(staff.id);
            view.pin.clear();
            view.notice = None;
        }
    }
    let is_chosen = view.chosen_staff.is_some();
    let mut pad = Cut::new(pad);
    let news = pad.bottom(72.0);
    if let Some((tone, words)) = &view.notice {
        notice(ui, news.with_min_y(news.top() + GAP), *tone, words);
    }
    let pad = pad.rest;
    pin_pad(ui, pad, view, is_chosen, "Sign in", out);
}

pub fn tile(ui: &mut Ui, rect: Rect, staff: &StaffTile, is_chosen: bool) -> bool {
    let palette = Palette::of(ui);
    let face = Face { name: Some(format!("{}, {}", staff.name, staff.role)), ..Face::default() };
    let look = if is_chosen { Look::Chosen } else { Look::Plain };
    let pressed = button(ui, rect, ("staff", staff.id), look, &face);
    let mut parts = Cut::new(rect.shrink(12.0));
    let picture = parts.left(44.0);
    initial(ui, Rect::from_center_size(picture.center(), egui::vec2(44.0, 44.0)), &staff.name);
    parts.left(10.0);
    let words = Rect::from_center_size(parts.rest.center(), egui::vec2(parts.rest.width(), 42.0));
    let mut words = Cut::new(words);
    text(ui, words.top(22.0), Align2::LEFT_CENTER, &staff.name, &Ink::strong(tokens::BODY));
    text(ui, words.rest, Align2::LEFT_CENTER, staff.role, &Ink::regular(tokens::SMALL).color(palette.muted));
    pressed
}

/// Dots for what was typed, the keys, and the button that goes on.
pub fn pin_pad(ui: &mut Ui, rect: Rect, view: &mut View, is_chosen: bool, word: &str, out: &mut Out) {
    let palette = Palette::of(ui);
    let mut parts = Cut::new(rect);
    let prompt = if is_chosen { "Enter your PIN" } else { "Choose your name, then your PIN" };
    label(ui, parts.top(40.0), Align2::CENTER_CENTER, prompt, &Ink::regular(tokens::BODY).color(palette.muted));
    dots(ui, parts.top(44.0), view.pin.text().len());
    let confirm = parts.bottom(64.0);
    parts.bottom(GAP);
    let mut typed = Entry::default();
    std::mem::swap(&mut typed, &mut view.pin);
    keypad(ui, parts.rest, &mut typed, 0);
    view.pin = typed;
    let is_ready = is_chosen && view.pin.text().len() >= 4 && !view.is_waiting;
    let face = Face { label: word.to_owned(), ..face_of(Command::Confirm) };
    out.on(button(ui, confirm, "sign-in", if is_ready { Look::Main } else { Look::Off }, &face), Command::Confirm);
}

fn dots(ui: &Ui, rect: Rect, typed: usize) {
    let palette = Palette::of(ui);
    let count = typed.clamp(4, 8);
    let left = rect.center().x - (count as f32 - 1.0) * 12.0;
    for index in 0..count {
        let center = egui::pos2(left + index as f32 * 24.0, rect.center().y);
        if index < typed {
            ui.painter().circle_filled(center, 7.0, palette.ink);
        } else {
            ui.painter().circle_stroke(center, 6.5, egui::Stroke::new(1.5, palette.muted));
        }
    }
}

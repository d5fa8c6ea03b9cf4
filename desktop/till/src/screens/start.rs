//! Before there is a shop: opening, pairing, and what to do when a shop cannot be opened.

use egui::{Align2, Id, Rect, Ui};

use super::{Out, card};
use crate::ask::Ask;
use crate::command::Command;
use crate::icon;
use crate::model::{Model, Stage};
use crate::theme::Palette;
use crate::tokens;
use crate::view::View;
use crate::widgets::{
    Cut, Face, GAP, Ink, Look, Tone, WIDE, button, face_of, label, notice, notice_height, paragraph, text_field,
};

/// The shop is being opened: seen for a blink.
pub fn opening(ui: &mut Ui, rect: Rect, model: &Model) {
    let words = if model.sync.sentence.is_empty() { "Opening the shop" } else { &model.sync.sentence };
    label(ui, rect, Align2::CENTER_CENTER, words, &Ink::regular(tokens::LARGE).color(Palette::of(ui).muted));
}

/// The shop cannot be opened.
pub fn broken(ui: &mut Ui, rect: Rect, problem: &str, out: &mut Out) {
    let mut parts = Cut::new(card(ui, Rect::from_center_size(rect.center(), egui::vec2(620.0, 280.0))));
    label(ui, parts.top(40.0), Align2::LEFT_CENTER, "The shop could not be opened", &Ink::strong(tokens::TITLE));
    parts.top(WIDE);
    notice(ui, parts.top(96.0), Tone::Bad, problem);
    parts.top(WIDE);
    let face = Face { label: "Try again".to_owned(), icon: Some(icon::REFRESH), ..face_of(Command::Confirm) };
    if button(ui, parts.top(56.0), "reopen", Look::Main, &face) {
        out.asks.push(Ask::Reopen);
    }
}

/// Pair this till with a shop.
pub fn pairing(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let palette = Palette::of(ui);
    let notice_room = view.notice.as_ref().map_or(0.0, |(_, words)| notice_height(ui, words, 504.0) + 12.0);
    let height = 416.0 + notice_room;
    let mut parts = Cut::new(card(ui, Rect::from_center_size(rect.center(), egui::vec2(560.0, height))));
    parts.rest = parts.rest.shrink(8.0);
    let mut head = Cut::new(parts.top(40.0));
    crate::widgets::icon(ui, head.left(32.0), icon::STORE, 28.0, palette.accent);
    head.left(10.0);
    label(ui, head.rest, Align2::LEFT_CENTER, "Pair this till", &Ink::strong(tokens::TITLE));
    parts.top(GAP);
    let help = "In the back office, open Settings, Devices, and press \"Pair a device\". It shows the two lines to type here.";
    paragraph(ui, parts.top(48.0), help, &Ink::regular(tokens::BODY).color(palette.muted), 2);
    parts.top(WIDE);
    if let Some((tone, words)) = &view.notice {
        notice(ui, parts.top(notice_room - 12.0), *tone, words);
        parts.top(12.0);
    }
    text_field(ui, parts.top(72.0), url_id(), "Address of the server", "https://shop.example.com", &mut view.url);
    parts.top(WIDE);
    let code = text_field(ui, parts.top(72.0), Id::unique("pair-code"), "One-time code", "4F7K-9Q2M", &mut view.code);
    if code.changed() {
        view.code = view.code.to_uppercase();
    }
    parts.top(WIDE + GAP);
    let is_pairing = model.stage == Stage::Pairing;
    let is_ready = !view.url.trim().is_empty() && !view.code.trim().is_empty() && !is_pairing;
    let label = if is_pairing { "Pairing" } else { "Pair this till" };
    let face = Face { label: label.to_owned(), icon: Some(icon::LINK), ..face_of(Command::Confirm) };
    let pressed = button(ui, parts.top(64.0), "pair", if is_ready { Look::Main } else { Look::Off }, &face);
    out.on(pressed, Command::Confirm);
}

/// The field that has the keyboard first.
pub fn url_id() -> Id {
    Id::unique("pair-url")
}

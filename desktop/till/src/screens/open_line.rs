//! Something that is not in the catalog: an amount, a name, and what it is for tax.

use egui::{Align2, Rect, Ui};

use super::adjust::{chips, words_id};
use super::{Out, panel};
use crate::command::Command;
use crate::model::Model;
use crate::theme::Palette;
use crate::tokens;
use crate::view::View;
use crate::widgets::{
    Cut, Face, GAP, Ink, Look, WIDE, amount_box, button, columns, decimals_of, face_of, keypad, label, rows, text_field,
};

/// What a line without a name is called.
pub const DEFAULT_NAME: &str = "Miscellaneous";
/// Names that are one touch away.
const NAMES: [&str; 5] = ["Repair", "Delivery", "Gift wrapping", "Deposit", "Bag"];
/// Tax categories in sight; more are reached with the key.
const TAXES_MAX: usize = 4;

pub fn show(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let rest = panel(ui, rect, "Open line", view, out);
    let mut parts = Cut::new(rest);
    let foot = parts.bottom(64.0);
    parts.bottom(WIDE);
    let pad = parts.right(300.0);
    parts.right(WIDE * 1.5);
    let currency = model.currency();
    let is_naming = ui.memory(|memory| memory.has_focus(words_id()));
    if amount_box(ui, parts.top(94.0), "Amount", &view.amount, currency.code(), !is_naming) {
        ui.memory_mut(|memory| memory.surrender_focus(words_id()));
    }
    parts.top(12.0);
    text_field(ui, parts.top(72.0), words_id(), "Name, printed on the receipt", DEFAULT_NAME, &mut view.words);
    move_focus(ui, view);
    parts.top(GAP);
    let across = if parts.rest.width() < 320.0 { 1 } else { 2 };
    let tax_rows = model.tax_choices.len().clamp(1, TAXES_MAX).div_ceil(across) as f32;
    tax(ui, &mut Cut::new(parts.bottom(24.0 + tax_rows * (tokens::TARGET + GAP))), model, view, across);
    parts.bottom(GAP);
    chips(ui, parts.rest, &NAMES, view);
    keypad(ui, pad, &mut view.amount, decimals_of(currency));
    let is_ready = view.amount.money(currency).is_some_and(|amount| amount.minor > 0);
    let face = Face { label: "Add to basket".to_owned(), ..face_of(Command::Confirm) };
    out.on(button(ui, foot, "add-open-line", if is_ready { Look::Main } else { Look::Off }, &face), Command::Confirm);
}

/// Down goes to the name, up to the amount.
fn move_focus(ui: &Ui, view: &mut View) {
    let Some(names_line) = view.names_line.take() else { return };
    ui.memory_mut(|memory| if names_line { memory.request_focus(words_id()) } else { memory.surrender_focus(words_id()) });
}

fn tax(ui: &mut Ui, parts: &mut Cut, model: &Model, view: &mut View, across: usize) {
    let quiet = Ink::regular(tokens::SMALL).color(Palette::of(ui).muted);
    let choices = &model.tax_choices;
    let key = Command::TaxNext.key_name().filter(|_| choices.len() > 1).map(|key| format!(" ({key})")).unwrap_or_default();
    label(ui, parts.top(24.0), Align2::LEFT_CENTER, &format!("Tax{key}"), &quiet);
    let first = view.tax.saturating_sub(TAXES_MAX - 1);
    let shown = choices.iter().enumerate().skip(first).take(TAXES_MAX);
    let count = choices.len().clamp(1, TAXES_MAX).div_ceil(across);
    let places = rows(parts.rest, count, GAP).into_iter().flat_map(|row| columns(row, across, GAP));
    for (place, (index, choice)) in places.zip(shown) {
        let look = if view.tax == index { Look::Chosen } else { Look::Plain };
        let face = Face { label: choice.words.clone(), ..Face::default() };
        if button(ui, place, ("tax", index), look, &face) {
            view.tax = index;
        }
    }
}

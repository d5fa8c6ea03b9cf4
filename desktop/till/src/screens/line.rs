//! One line of the basket: quantity, price, discount with its reason.

use egui::{Align2, Id, Rect, Ui};
use tradepost_domain::id::LineId;
use tradepost_domain::staff::Permission;

use super::{Out, adjust, panel};
use crate::command::Command;
use crate::model::Model;
use crate::theme::Palette;
use crate::tokens;
use crate::view::{LineField, View};
use crate::widgets::{
    Cut, Entry, Face, GAP, Ink, Look, WIDE, amount_box, button, columns, command_button, decimals_of, face_of, keypad, label,
};

pub fn show(ui: &mut Ui, rect: Rect, id: LineId, model: &Model, view: &mut View, out: &mut Out) {
    let Some(line) = model.basket.find_line(id) else {
        out.commands.push(Command::Back);
        return;
    };
    let palette = Palette::of(ui);
    let rest = panel(ui, rect, &line.title, view, out);
    let mut parts = Cut::new(rest);
    let under = if line.sku.is_empty() { String::new() } else { format!("SKU {}", line.sku) };
    label(ui, parts.top(22.0), Align2::LEFT_TOP, &under, &Ink::regular(tokens::BODY).color(palette.muted));
    parts.top(GAP);
    let foot = parts.bottom(64.0);
    parts.bottom(WIDE);
    let pad = parts.right(300.0);
    parts.right(WIDE * 1.5);
    let currency = model.currency();
    let unit = line.unit.symbol();
    choose(ui, parts.top(82.0), "Quantity", LineField::Quantity, unit, view);
    parts.top(12.0);
    let may_discount = model.may(Permission::Discount);
    if may_discount {
        choose(ui, parts.top(82.0), "Price of one", LineField::Price, currency.code(), view);
        parts.top(12.0);
        discount(ui, parts.rest, currency.code(), view);
    } else {
        let words = "Prices and discounts need somebody who may give discounts.";
        crate::widgets::paragraph(ui, parts.top(48.0), words, &Ink::regular(tokens::BODY).color(palette.muted), 2);
        parts.top(GAP);
        let ask = parts.top(56.0);
        out.on(command_button(ui, ask, Command::AskApproval, Look::Plain), Command::AskApproval);
    }
    let decimals = active_decimals(view, decimals_of(currency));
    let mut typed = std::mem::take(active(view));
    keypad(ui, pad, &mut typed, decimals);
    *active(view) = typed;
    let places = columns(foot, 2, GAP);
    let [remove, confirm] = places.as_slice() else { return };
    out.on(command_button(ui, *remove, Command::RemoveLine, Look::Danger), Command::RemoveLine);
    let face = Face { label: "Save line".to_owned(), ..face_of(Command::Confirm) };
    out.on(button(ui, *confirm, "save-line", Look::Main, &face), Command::Confirm);
}

/// The number being typed.
pub fn active(view: &mut View) -> &mut Entry {
    match view.line_field {
        LineField::Quantity => &mut view.quantity,
        LineField::Price => &mut view.price,
        LineField::Discount => &mut view.discount,
    }
}

/// How many decimals it takes.
pub fn active_decimals(view: &View, money_decimals: usize) -> usize {
    match view.line_field {
        LineField::Quantity => 3,
        LineField::Price => money_decimals,
        LineField::Discount => adjust::discount_decimals(view, money_decimals),
    }
}

fn choose(ui: &mut Ui, rect: Rect, name: &str, field: LineField, unit: &str, view: &mut View) {
    let entry = match field {
        LineField::Quantity => &view.quantity,
        LineField::Price => &view.price,
        LineField::Discount => &view.discount,
    };
    if amount_box(ui, rect, name, entry, unit, view.line_field == field) {
        view.line_field = field;
    }
}

fn discount(ui: &mut Ui, rect: Rect, currency: &str, view: &mut View) {
    let mut parts = Cut::new(rect);
    let mut row = Cut::new(parts.top(82.0));
    let switch = row.right(170.0);
    row.right(GAP);
    let unit = adjust::discount_unit(view, currency);
    choose(ui, row.rest, "Discount", LineField::Discount, unit, view);
    adjust::percent_or_amount(ui, switch.with_min_y(switch.top() + 22.0), currency, view);
    parts.top(12.0);
    adjust::reason(ui, parts.rest, Id::unique("line-reason"), view);
}

//! The discount on the whole basket, and the note for the receipt.

use egui::{Align2, Id, Rect, Ui};

use super::{Out, panel};
use crate::command::Command;
use crate::model::Model;
use crate::theme::Palette;
use crate::tokens;
use crate::view::{DiscountIn, View};
use crate::widgets::{
    Cut, Face, GAP, Ink, Look, WIDE, amount_box, button, columns, command_button, decimals_of, elided, face_of, keypad,
    paragraph, text_field,
};

/// Reasons that are one touch away.
const REASONS: [&str; 5] = ["Damaged", "Regular customer", "Staff", "Price match", "Last piece"];

/// Discount the whole basket.
pub fn discount(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let rest = panel(ui, rect, "Discount the basket", view, out);
    let mut parts = Cut::new(rest);
    let foot = parts.bottom(64.0);
    parts.bottom(WIDE);
    let pad = parts.right(300.0);
    parts.right(WIDE * 1.5);
    let currency = model.currency();
    let unit = discount_unit(view, currency.code());
    amount_box(ui, parts.top(94.0), "Discount", &view.discount, unit, true);
    parts.top(12.0);
    percent_or_amount(ui, parts.top(tokens::TARGET), currency.code(), view);
    parts.top(WIDE);
    reason(ui, parts.rest, Id::unique("basket-reason"), view);
    let decimals = discount_decimals(view, decimals_of(currency));
    keypad(ui, pad, &mut view.discount, decimals);
    let places = columns(foot, 2, GAP);
    let [remove, confirm] = places.as_slice() else { return };
    let look = if model.basket.discount.is_some() { Look::Plain } else { Look::Off };
    out.on(command_button(ui, *remove, Command::RemoveDiscount, look), Command::RemoveDiscount);
    let look = if view.typed_discount(model).is_some() { Look::Main } else { Look::Off };
    let face = Face { label: "Give discount".to_owned(), ..face_of(Command::Confirm) };
    out.on(button(ui, *confirm, "give-discount", look, &face), Command::Confirm);
}

/// What stands behind the number.
pub fn discount_unit<'a>(view: &View, currency: &'a str) -> &'a str {
    match view.discount_in {
        DiscountIn::Percent => "%",
        DiscountIn::Amount => currency,
    }
}

/// How many decimals the number takes.
pub fn discount_decimals(view: &View, money_decimals: usize) -> usize {
    match view.discount_in {
        DiscountIn::Percent => 2,
        DiscountIn::Amount => money_decimals,
    }
}

/// Two buttons: percent, or an amount.
pub fn percent_or_amount(ui: &mut Ui, rect: Rect, currency: &str, view: &mut View) {
    let choices = [(DiscountIn::Percent, "%", "Discount in percent"), (DiscountIn::Amount, currency, "Discount as an amount")];
    for (place, (choice, word, name)) in columns(rect, 2, GAP).into_iter().zip(choices) {
        let look = if view.discount_in == choice { Look::Chosen } else { Look::Plain };
        let face = Face { label: word.to_owned(), name: Some(name.to_owned()), ..Face::default() };
        if button(ui, place, name, look, &face) && view.discount_in != choice {
            view.discount_in = choice;
            view.discount.clear();
        }
    }
}

/// The reason, typed or chosen.
pub fn reason(ui: &mut Ui, rect: Rect, id: Id, view: &mut View) {
    let mut parts = Cut::new(rect);
    text_field(ui, parts.top(70.0), id, "Reason, printed on the receipt", "Why is it cheaper?", &mut view.words);
    parts.top(GAP);
    chips(ui, parts.rest, &REASONS, view);
}

/// Words that are one touch away, in as many rows as fit.
pub fn chips(ui: &mut Ui, rect: Rect, words: &[&str], view: &mut View) {
    let mut at = rect.min;
    for word in words {
        let width = elided(ui, word, &Ink::strong(tokens::BODY), 240.0).size().x + 28.0;
        if at.x + width > rect.right() {
            at = egui::pos2(rect.left(), at.y + tokens::TARGET + GAP);
        }
        let place = Rect::from_min_size(at, egui::vec2(width, tokens::TARGET));
        if place.bottom() > rect.bottom() + 1.0 {
            return;
        }
        let look = if view.words == *word { Look::Chosen } else { Look::Plain };
        let face = Face { label: (*word).to_owned(), ..Face::default() };
        if button(ui, place, ("chip", word), look, &face) {
            view.words = (*word).to_owned();
        }
        at.x += width + GAP;
    }
}

/// The note for the receipt.
pub fn note(ui: &mut Ui, rect: Rect, _model: &Model, view: &mut View, out: &mut Out) {
    let palette = Palette::of(ui);
    let rest = panel(ui, rect, "Note", view, out);
    let mut parts = Cut::new(rest);
    let help = "It is printed on the receipt. Leave it empty to remove it.";
    paragraph(ui, parts.top(28.0), help, &Ink::regular(tokens::BODY).color(palette.muted), 1);
    parts.top(GAP);
    text_field(ui, parts.top(72.0), words_id(), "Note", "Gift, exchange until January 15", &mut view.words);
    parts.top(WIDE);
    let face = Face { label: "Save note".to_owned(), ..face_of(Command::Confirm) };
    let place = Align2::LEFT_TOP.align_size_within_rect(egui::vec2(280.0, 64.0), parts.rest);
    out.on(button(ui, place, "save-note", Look::Main, &face), Command::Confirm);
}

/// The one text field of a small panel, which has the keyboard when it opens.
pub fn words_id() -> Id {
    Id::unique("panel-words")
}

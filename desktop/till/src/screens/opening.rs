//! Opening the drawer for the day, with its float.

use egui::{Align2, Rect, Ui};

use super::{Out, card};
use crate::command::Command;
use crate::model::Model;
use crate::theme::Palette;
use crate::tokens;
use crate::view::View;
use crate::widgets::{
    Cut, Face, GAP, Ink, Look, WIDE, amount_box, button, decimals_of, face_of, keypad, label, notice, paragraph,
};

pub fn show(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let palette = Palette::of(ui);
    let size = egui::vec2(rect.width().min(860.0) - 32.0, rect.height().min(520.0) - 32.0);
    let mut parts = Cut::new(card(ui, Rect::from_center_size(rect.center(), size)).shrink(4.0));
    let pad = parts.right(320.0);
    parts.right(WIDE * 2.0);
    label(ui, parts.top(40.0), Align2::LEFT_CENTER, "Open the drawer", &Ink::strong(tokens::TITLE));
    parts.top(GAP);
    let help = "Count the cash in the drawer and enter it. It is the float that the day starts with; with an empty drawer, enter nothing.";
    paragraph(ui, parts.top(72.0), help, &Ink::regular(tokens::BODY).color(palette.muted), 3);
    parts.top(GAP);
    let currency = model.currency();
    amount_box(ui, parts.top(94.0), "Cash in the drawer", &view.amount, currency.code(), true);
    parts.top(WIDE);
    if let Some((tone, words)) = &view.notice {
        notice(ui, parts.top(60.0), *tone, words);
    }
    let face = Face { label: "Open the drawer".to_owned(), ..face_of(Command::Confirm) };
    let look = if view.is_waiting { Look::Off } else { Look::Main };
    out.on(button(ui, parts.bottom(64.0), "open-session", look, &face), Command::Confirm);
    keypad(ui, pad, &mut view.amount, decimals_of(currency));
}

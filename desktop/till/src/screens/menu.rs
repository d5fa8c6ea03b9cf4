//! Everything else, in one place, with its keys.

use egui::{Rect, Ui};

use super::{Out, panel};
use crate::command::Command;
use crate::model::Model;
use crate::theme::Palette;
use crate::tokens;
use crate::view::View;
use crate::widgets::{Cut, Ink, Look, button, columns, face_of, rows, text};

const ALL: [Command; 12] = [
    Command::OpenLine,
    Command::Customer,
    Command::MoveCash,
    Command::Reports,
    Command::Refund,
    Command::Recall,
    Command::PrintLast,
    Command::PrintQueue,
    Command::KickDrawer,
    Command::Settings,
    Command::Lock,
    Command::VoidBasket,
];

pub fn show(ui: &mut Ui, rect: Rect, _model: &Model, view: &mut View, out: &mut Out) {
    let rest = panel(ui, rect, "More", view, out);
    let mut parts = Cut::new(rest);
    let places = rows(parts.top(564.0), ALL.len().div_ceil(2), 12.0).into_iter().flat_map(|row| columns(row, 2, 12.0));
    for (place, command) in places.zip(ALL) {
        let mut parts = Cut::new(place);
        let under = parts.bottom(22.0);
        out.on(button(ui, parts.rest, command, Look::Plain, &face_of(command)), command);
        let ink = Ink::regular(tokens::SMALL).color(Palette::of(ui).muted);
        text(ui, under.shrink2(egui::vec2(4.0, 0.0)), egui::Align2::LEFT_CENTER, command.info().hint, &ink);
    }
}

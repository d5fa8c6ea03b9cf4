//! Baskets set aside: giving this one a name, and the list to bring one back from, of this till and the others.

use egui::{Align2, Rect, Ui};
use tradepost_domain::basket::ParkedBasket;

use super::adjust::words_id;
use super::{Out, empty, hairline, panel};
use crate::ask::Ask;
use crate::command::Command;
use crate::icon;
use crate::model::Model;
use crate::theme::Palette;
use crate::tokens;
use crate::view::View;
use crate::widgets::{Cut, Face, GAP, Ink, Look, WIDE, button, face_of, label, paragraph, text_field};

/// Set the basket aside.
pub fn park(ui: &mut Ui, rect: Rect, _model: &Model, view: &mut View, out: &mut Out) {
    let palette = Palette::of(ui);
    let rest = panel(ui, rect, "Park this basket", view, out);
    let mut parts = Cut::new(rest);
    let help = "It waits here and on the other tills until somebody brings it back.";
    paragraph(ui, parts.top(28.0), help, &Ink::regular(tokens::BODY).color(palette.muted), 1);
    parts.top(GAP);
    text_field(ui, parts.top(72.0), words_id(), "What to remember it by", "Lady with the dog", &mut view.words);
    parts.top(WIDE);
    let face = Face { label: "Park basket".to_owned(), ..face_of(Command::Confirm) };
    let place = Align2::LEFT_TOP.align_size_within_rect(egui::vec2(280.0, 64.0), parts.rest);
    out.on(button(ui, place, "park", Look::Main, &face), Command::Confirm);
}

/// Bring one back.
pub fn list(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let rest = panel(ui, rect, "Parked baskets", view, out);
    if model.parked.is_empty() {
        return empty(ui, rest, icon::ARCHIVE_RESTORE, "Nothing is parked", "Park a basket with F4 and it waits here");
    }
    super::list(ui, rest, "parked", 76.0, model.parked.len(), |ui, place, index| {
        if let Some(parked) = model.parked.get(index) {
            row(ui, place, parked, model, out);
        }
    });
}

fn row(ui: &mut Ui, rect: Rect, parked: &ParkedBasket, model: &Model, out: &mut Out) {
    let palette = Palette::of(ui);
    let mut parts = Cut::new(rect);
    hairline(ui, parts.bottom(1.0));
    let buttons = parts.right(252.0).shrink2(egui::vec2(0.0, 14.0));
    let mut buttons = Cut::new(buttons);
    let name = if parked.label.is_empty() { "Without a name" } else { parked.label.as_str() };
    let recall = Face { label: "Bring back".to_owned(), name: Some(format!("Bring back {name}")), ..Face::default() };
    if button(ui, buttons.right(140.0), ("recall", parked.basket.id), Look::Main, &recall) {
        out.asks.push(Ask::Recall(parked.basket.id));
    }
    buttons.right(GAP);
    let drop = Face {
        label: "Drop".to_owned(),
        name: Some(format!("Drop {name}")),
        hint: "Give this basket up".to_owned(),
        ..Face::default()
    };
    if button(ui, buttons.right(96.0), ("drop", parked.basket.id), Look::Plain, &drop) {
        out.asks.push(Ask::DropParked(parked.basket.id));
    }
    parts.right(WIDE);
    let mut words = Cut::new(Rect::from_center_size(parts.rest.center(), egui::vec2(parts.rest.width(), 44.0)));
    label(ui, words.top(24.0), Align2::LEFT_CENTER, name, &Ink::strong(tokens::BODY));
    let lines = parked.basket.lines.len();
    let first = parked.basket.lines.first().map_or("", |line| line.title.as_str());
    let count = if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") };
    let detail = format!("{}, {count}, {first}", model.time_of_day(parked.parked_at));
    label(ui, words.rest, Align2::LEFT_CENTER, &detail, &Ink::regular(tokens::SMALL).color(palette.muted));
}

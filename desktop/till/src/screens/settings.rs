//! This till's own settings: printer, look, and what it is paired with.

use egui::{Align2, Id, Rect, Ui};

use super::{Out, hairline, panel};
use crate::ask::ThemeChoice;
use crate::command::Command;
use crate::model::Model;
use crate::theme::Palette;
use crate::tokens;
use crate::view::View;
use crate::widgets::{
    Cut, Face, GAP, Ink, Look, Tone, WIDE, amount, button, columns, command_button, face_of, label, notice, paragraph, text_field,
};

pub fn show(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let palette = Palette::of(ui);
    let rest = panel(ui, rect, "Settings of this till", view, out);
    let mut parts = Cut::new(rest);
    label(ui, parts.top(28.0), Align2::LEFT_CENTER, "Receipt printer", &Ink::strong(tokens::LARGE));
    let help = "The printer's address on the network. It is on the page that the printer prints when it is switched on with the feed button held.";
    paragraph(ui, parts.top(46.0), help, &Ink::regular(tokens::BODY).color(palette.muted), 2);
    let mut row = Cut::new(parts.top(72.0));
    let save = row.right(190.0);
    row.right(GAP);
    text_field(ui, row.rest, printer_id(), "Address", "192.168.1.50:9100", &mut view.printer);
    let face = Face { label: "Save".to_owned(), ..face_of(Command::Confirm) };
    out.on(
        button(ui, save.with_min_y(save.top() + 22.0).with_max_y(save.top() + 70.0), "save-printer", Look::Main, &face),
        Command::Confirm,
    );
    if let Some(problem) = &model.printer.problem {
        parts.top(GAP);
        notice(ui, parts.top(56.0), Tone::Warn, problem);
    }
    hairline(ui, parts.top(33.0));
    label(ui, parts.top(36.0), Align2::LEFT_CENTER, "Look", &Ink::strong(tokens::LARGE));
    let looks = [
        (Command::ThemeLight, ThemeChoice::Light),
        (Command::ThemeDark, ThemeChoice::Dark),
        (Command::ThemeSystem, ThemeChoice::System),
    ];
    for (place, (command, choice)) in columns(parts.top(56.0), looks.len(), GAP).into_iter().zip(looks) {
        let look = if view.theme == choice { Look::Chosen } else { Look::Plain };
        out.on(command_button(ui, place, command, look), command);
    }
    hairline(ui, parts.top(33.0));
    about(ui, parts.rest, model);
}

fn about(ui: &mut Ui, rect: Rect, model: &Model) {
    let mut parts = Cut::new(rect);
    label(ui, parts.top(36.0), Align2::LEFT_CENTER, "This till", &Ink::strong(tokens::LARGE));
    let ink = Ink::regular(tokens::BODY);
    if let Some(shop) = &model.shop {
        amount(ui, parts.top(28.0), "Shop", &shop.name, &ink);
        amount(ui, parts.top(28.0), "Till", &format!("{} ({})", shop.till_name, shop.till_code), &ink);
    }
    let server = model.sync.server_url.clone().unwrap_or_else(|| "None: this till works on its own".to_owned());
    amount(ui, parts.top(28.0), "Server", &server, &ink);
    amount(ui, parts.top(28.0), "Version", env!("CARGO_PKG_VERSION"), &ink);
    if let Some(warning) = &model.key_warning {
        parts.top(WIDE);
        notice(ui, parts.top(60.0), Tone::Info, warning);
    }
}

/// The printer's field.
pub fn printer_id() -> Id {
    Id::unique("printer-address")
}

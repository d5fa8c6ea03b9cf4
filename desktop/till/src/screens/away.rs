//! After a time without the server: what happened, what was decided, what needs a person.

use egui::{Align2, Rect, Ui};

use super::{Out, panel};
use crate::command::Command;
use crate::model::Model;
use crate::theme::Palette;
use crate::tokens;
use crate::view::View;
use crate::widgets::{Cut, Face, Ink, Look, WIDE, button, face_of, label, paragraph};

pub fn show(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let Some(away) = model.away.clone() else {
        out.commands.push(Command::Back);
        return;
    };
    let palette = Palette::of(ui);
    let rest = panel(ui, rect, "While this till was offline", view, out);
    let mut parts = Cut::new(rest);
    let face = Face { label: "All right".to_owned(), ..face_of(Command::Confirm) };
    let foot = parts.bottom(64.0);
    out.on(button(ui, foot, "away-read", Look::Main, &face), Command::Confirm);
    parts.bottom(WIDE);
    let groups = [
        ("Needs a person", &away.needs_person, palette.warn),
        ("What happened", &away.happened, palette.ink),
        ("What was decided", &away.decided, palette.ink),
    ];
    for (title, sentences, color) in groups.into_iter().filter(|(_, sentences, _)| !sentences.is_empty()) {
        if parts.rest.height() < 80.0 {
            break;
        }
        label(ui, parts.top(34.0), Align2::LEFT_CENTER, title, &Ink::strong(tokens::LARGE).color(color));
        for sentence in sentences {
            if parts.rest.height() < 48.0 {
                break;
            }
            let place = paragraph(ui, parts.rest, sentence, &Ink::regular(tokens::BODY), 3);
            parts.top(place.height() + 8.0);
        }
        parts.top(WIDE);
    }
}

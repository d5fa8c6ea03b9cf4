//! What waits for the printer, and why.

use egui::{Align2, Rect, Ui};

use super::{Out, empty, hairline, panel};
use crate::ask::Ask;
use crate::icon;
use crate::model::{Model, PrintLine, PrintState};
use crate::theme::Palette;
use crate::tokens;
use crate::view::View;
use crate::widgets::{Cut, Face, Ink, Look, WIDE, button, label, paragraph};

pub fn show(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let rest = panel(ui, rect, "Print queue", view, out);
    if model.print_jobs.is_empty() {
        let hint = if model.printer.address.is_empty() {
            "No printer is set up: see Settings"
        } else {
            "Receipts and reports wait here when the printer cannot print"
        };
        return empty(ui, rest, icon::PRINTER, "Everything is printed", hint);
    }
    super::list(ui, rest, "prints", 84.0, model.print_jobs.len(), |ui, place, index| {
        if let Some(line) = model.print_jobs.get(index) {
            row(ui, place, line, out);
        }
    });
}

fn row(ui: &mut Ui, rect: Rect, line: &PrintLine, out: &mut Out) {
    let palette = Palette::of(ui);
    let mut parts = Cut::new(rect);
    hairline(ui, parts.bottom(1.0));
    let again = parts.right(150.0).shrink2(egui::vec2(0.0, 17.0));
    let face = Face { label: "Print again".to_owned(), name: Some(format!("Print {} again", line.title)), ..Face::default() };
    if button(ui, again, ("again", &line.job), Look::Plain, &face) {
        out.asks.push(Ask::PrintAgain(line.job.clone()));
    }
    parts.right(WIDE);
    parts.top(8.0);
    label(ui, parts.top(24.0), Align2::LEFT_CENTER, &line.title, &Ink::strong(tokens::BODY));
    let (words, color) = match &line.state {
        PrintState::Waiting => ("Waiting for the printer", palette.muted),
        PrintState::Failed(problem) => (problem.as_str(), palette.warn),
    };
    paragraph(ui, parts.rest, words, &Ink::regular(tokens::SMALL).color(color), 2);
}

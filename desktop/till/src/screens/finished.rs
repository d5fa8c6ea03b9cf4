//! After a sale: the change, as large as it gets, until the next scan.

use egui::{Align2, Rect, Ui};

use super::{Out, card};
use crate::ask::Ask;
use crate::command::Command;
use crate::icon;
use crate::model::{Finished, FinishedKind, Model, PrintState};
use crate::theme::Palette;
use crate::tokens;
use crate::view::View;
use crate::widgets::{Cut, Face, GAP, Ink, Look, Tone, WIDE, amount, button, columns, command_button, face_of, label, notice};
use crate::words::Shown;

pub fn show(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let Some(finished) = model.finished.clone() else {
        out.commands.push(Command::Back);
        return;
    };
    let palette = Palette::of(ui);
    let mut parts = Cut::new(card(ui, rect));
    let foot = parts.bottom(64.0);
    parts.bottom(WIDE);
    let mut head = Cut::new(parts.top(tokens::TARGET));
    crate::widgets::icon(ui, head.left(32.0), icon::CIRCLE_CHECK, 26.0, palette.success);
    head.left(8.0);
    let title = match finished.kind {
        FinishedKind::Sale => format!("Paid, receipt {}", finished.receipt_number),
        FinishedKind::Refund => format!("Refunded, receipt {}", finished.receipt_number),
    };
    label(ui, head.rest, Align2::LEFT_CENTER, &title, &Ink::strong(tokens::LARGE));
    if let Some((tone, words)) = &view.notice {
        parts.top(GAP);
        notice(ui, parts.top(56.0), *tone, words);
    }
    print_state(ui, &mut parts, &finished, model, out);
    let middle = Rect::from_center_size(parts.rest.center(), egui::vec2(parts.rest.width(), 340.0_f32.min(parts.rest.height())));
    let mut middle = Cut::new(middle);
    let (word, value) = headline(&finished);
    label(ui, middle.top(48.0), Align2::CENTER_CENTER, word, &Ink::regular(tokens::TITLE).color(palette.muted));
    label(ui, middle.top(120.0), Align2::CENTER_CENTER, &value, &Ink::strong(104.0));
    middle.top(WIDE);
    facts(ui, middle.rest, &finished);
    let places = columns(foot, 2, GAP);
    let [print, next] = places.as_slice() else { return };
    out.on(command_button(ui, *print, Command::PrintLast, Look::Plain), Command::PrintLast);
    let face = face_of(Command::NewSale);
    out.on(button(ui, *next, Command::NewSale, Look::Main, &face), Command::NewSale);
}

fn headline(finished: &Finished) -> (&'static str, String) {
    match finished.kind {
        FinishedKind::Refund => ("Hand back", finished.gross.shown()),
        FinishedKind::Sale if finished.change_due.is_zero() => ("Paid, no change", finished.gross.shown()),
        FinishedKind::Sale => ("Change", finished.change_due.shown()),
    }
}

fn facts(ui: &mut Ui, rect: Rect, finished: &Finished) {
    let palette = Palette::of(ui);
    let mut parts = Cut::new(Rect::from_center_size(rect.center(), egui::vec2(320.0_f32.min(rect.width()), rect.height())));
    let ink = Ink::regular(tokens::LARGE).color(palette.muted);
    amount(ui, parts.top(30.0), "Total", &finished.gross.shown(), &ink);
    for (tender, value) in finished.tenders.iter().take(4) {
        amount(ui, parts.top(30.0), super::pay::tender_word(*tender), &value.shown(), &ink);
    }
}

fn print_state(ui: &mut Ui, parts: &mut Cut, finished: &Finished, model: &Model, out: &mut Out) {
    let Some(job) = &finished.print_job else { return };
    let line = model.print_jobs.iter().find(|line| &line.job == job);
    let Some(PrintState::Failed(problem)) = line.map(|line| &line.state) else { return };
    parts.top(GAP);
    let mut row = Cut::new(parts.top(64.0));
    let again = row.right(140.0);
    row.right(GAP);
    notice(ui, row.rest, Tone::Warn, problem);
    let face = Face { label: "Print again".to_owned(), ..Face::default() };
    if button(ui, again, "print-failed", Look::Plain, &face) {
        out.asks.push(Ask::PrintAgain(job.clone()));
    }
}

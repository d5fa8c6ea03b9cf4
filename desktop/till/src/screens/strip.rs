//! The strip at the top: shop and till, who is signed in, the day, and whether this till is in step, as a sentence.

use egui::{Align2, Rect, Stroke, Ui};

use super::Out;
use crate::command::Command;
use crate::icon;
use crate::model::{Model, SyncTone};
use crate::theme::Palette;
use crate::tokens;
use crate::widgets::{Cut, Face, Ink, Look, WIDE, button, elided, label};

pub const HEIGHT: f32 = 56.0;

pub fn show(ui: &mut Ui, rect: Rect, model: &Model, out: &mut Out) {
    let palette = Palette::of(ui);
    ui.painter().rect_filled(rect, 0.0, palette.surface);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, palette.line));
    let mut parts = Cut::new(rect.shrink2(egui::vec2(WIDE, 0.0)));
    if let Some(staff) = &model.signed_in {
        let face = Face {
            label: staff.name.clone(),
            icon: Some(icon::LOCK),
            key: Command::Lock.key_name(),
            hint: Command::Lock.info().hint.to_owned(),
            name: Some(format!("Lock, {} is signed in", staff.name)),
        };
        let place = parts.right(220.0).shrink2(egui::vec2(0.0, 4.0));
        out.on(button(ui, place, "lock", Look::Quiet, &face), Command::Lock);
        parts.right(WIDE);
    }
    if model.away.is_some() {
        let face = Face {
            label: "While offline".to_owned(),
            icon: Some(icon::INFO),
            key: Command::AwayReport.key_name(),
            hint: Command::AwayReport.info().hint.to_owned(),
            name: None,
        };
        let place = parts.right(210.0).shrink2(egui::vec2(0.0, 4.0));
        out.on(button(ui, place, "away", Look::Quiet, &face), Command::AwayReport);
        parts.right(WIDE);
    }
    if !model.print_jobs.is_empty() {
        let count = model.print_jobs.len();
        let label = if count == 1 { "1 print waiting".to_owned() } else { format!("{count} prints waiting") };
        let face = Face { label, icon: Some(icon::PRINTER), hint: Command::PrintQueue.info().hint.to_owned(), ..Face::default() };
        let place = parts.right(184.0).shrink2(egui::vec2(0.0, 4.0));
        out.on(button(ui, place, "prints", Look::Quiet, &face), Command::PrintQueue);
        parts.right(WIDE);
    }
    shop_and_till(ui, &mut parts, model);
    sync(ui, parts.rest, model);
}

fn shop_and_till(ui: &mut Ui, parts: &mut Cut, model: &Model) {
    let palette = Palette::of(ui);
    let Some(shop) = &model.shop else { return };
    let strong = Ink::strong(tokens::BODY);
    let width = elided(ui, &shop.name, &strong, 260.0).size().x;
    label(ui, parts.left(width), Align2::LEFT_CENTER, &shop.name, &strong);
    parts.left(12.0);
    let till = match &model.session {
        Some(session) => format!("{}, {}", shop.till_name, session.business_day),
        None => shop.till_name.clone(),
    };
    let quiet = Ink::regular(tokens::BODY).color(palette.muted);
    let width = elided(ui, &till, &quiet, 240.0).size().x;
    label(ui, parts.left(width), Align2::LEFT_CENTER, &till, &quiet);
    parts.left(28.0);
}

fn sync(ui: &mut Ui, rect: Rect, model: &Model) {
    let palette = Palette::of(ui);
    let mut parts = Cut::new(rect);
    let dot = match model.sync.tone {
        SyncTone::Good => palette.success,
        SyncTone::Waiting => palette.warn,
        SyncTone::Neutral => palette.muted,
    };
    if model.sync.sentence.is_empty() {
        return;
    }
    ui.painter().circle_filled(parts.left(12.0).center(), 5.0, dot);
    parts.left(8.0);
    label(ui, parts.rest, Align2::LEFT_CENTER, &model.sync.sentence, &Ink::regular(tokens::BODY).color(palette.muted));
}

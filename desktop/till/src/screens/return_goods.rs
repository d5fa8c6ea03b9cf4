//! Goods that come back without a receipt: what is in the basket, at today's prices.

use egui::{Rect, Ui};

use super::adjust::{chips, words_id};
use super::{Out, panel};
use crate::command::Command;
use crate::icon;
use crate::model::Model;
use crate::theme::Palette;
use crate::tokens;
use crate::view::View;
use crate::widgets::{Cut, Face, GAP, Ink, Look, WIDE, button, columns, face_of, paragraph, text_field};
use crate::words::Shown;

/// Reasons that are one touch away.
const REASONS: [&str; 5] = ["Gift", "Receipt lost", "Does not fit", "Broken", "Changed their mind"];

pub fn show(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let rest = panel(ui, rect, "Refund without a receipt", view, out);
    let mut parts = Cut::new(rest);
    let foot = parts.bottom(72.0);
    parts.bottom(WIDE);
    let is_empty = model.basket.lines.is_empty();
    let help = if is_empty {
        "Scan what comes back: it appears in the basket on the left. Nothing of it is sold."
    } else {
        "Everything in the basket on the left comes back, at today's prices. Scan more, or change a line there."
    };
    paragraph(ui, parts.top(52.0), help, &Ink::regular(tokens::BODY).color(Palette::of(ui).muted), 2);
    parts.top(GAP);
    text_field(ui, parts.top(72.0), words_id(), "Reason", "Why does it come back?", &mut view.words);
    parts.top(GAP);
    chips(ui, parts.top(104.0), &REASONS, view);
    parts.top(WIDE);
    let choices = columns(parts.top(64.0), 2, GAP);
    let [goods, tender] = choices.as_slice() else { return };
    let face = Face { label: super::refund::goods_word(view.goods).0.to_owned(), ..face_of(Command::GoodsNext) };
    out.on(button(ui, *goods, Command::GoodsNext, Look::Plain, &face), Command::GoodsNext);
    let word = super::pay::tender_word(view.refund_tender).to_lowercase();
    let face = Face { label: format!("Money back by {word}"), ..face_of(Command::RefundTenderNext) };
    out.on(button(ui, *tender, Command::RefundTenderNext, Look::Plain, &face), Command::RefundTenderNext);
    let is_ready = !is_empty && !view.words.trim().is_empty() && !view.is_waiting;
    let label = if is_empty { "Refund".to_owned() } else { format!("Refund {}", model.gross().shown()) };
    let face = Face { label, icon: Some(icon::UNDO), ..face_of(Command::Confirm) };
    out.on(button(ui, foot, "refund-goods", if is_ready { Look::Main } else { Look::Off }, &face), Command::Confirm);
}

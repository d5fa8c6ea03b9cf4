//! Payment: what is due, the notes a customer is likely to hand over, the keypad, and the tenders taken so far.

use egui::{Align2, Rect, Ui};
use tradepost_domain::money::Money;
use tradepost_domain::sale::{Settlement, Tender, TenderType};
use tradepost_domain::till_session::suggested_tenders;

use super::{Out, panel};
use crate::command::Command;
use crate::model::Model;
use crate::theme::Palette;
use crate::tokens;
use crate::view::View;
use crate::widgets::{
    Cut, Face, GAP, Ink, Look, WIDE, amount, amount_box, button, columns, decimals_of, face_of, keypad, label, text,
};
use crate::words::Shown;

pub fn show(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let rest = panel(ui, rect, "Payment", view, out);
    let mut parts = Cut::new(rest);
    let due = due(model, view);
    due_box(ui, parts.top(104.0), due, model, view, out);
    parts.top(WIDE);
    let foot = parts.bottom(76.0);
    parts.bottom(WIDE);
    suggestions(ui, parts.top(64.0), due, out);
    parts.top(WIDE);
    let pad = parts.right((parts.rest.width() * 0.5).min(340.0));
    parts.right(WIDE * 1.5);
    let unit = due.currency.code();
    amount_box(ui, parts.top(94.0), "Amount handed over", &view.amount, unit, true);
    parts.top(12.0);
    change_preview(ui, parts.top(28.0), due, view);
    parts.top(GAP);
    taken(ui, parts.rest, view, out);
    keypad(ui, pad, &mut view.amount, decimals_of(due.currency));
    tenders(ui, foot, view, out);
}

/// What is still to be paid, in cash.
pub fn due(model: &Model, view: &View) -> Money {
    let coin = model.shop.as_ref().map_or(1, |shop| shop.smallest_coin_minor);
    let gross = model.gross();
    if view.tenders.is_empty() {
        return gross.round_to_coin(coin).unwrap_or(gross);
    }
    Settlement::of(gross, &view.tenders, coin).map_or(gross, |settlement| settlement.missing)
}

/// What is still to be paid by card: to the last cent, whatever the smallest coin is.
pub fn due_by_card(model: &Model, view: &View) -> Money {
    let gross = model.gross();
    gross.checked_sub(view.tendered(model)).unwrap_or(gross)
}

fn due_box(ui: &mut Ui, rect: Rect, due: Money, model: &Model, view: &View, _out: &mut Out) {
    let palette = Palette::of(ui);
    ui.painter().rect_filled(rect, 12.0, palette.sunken);
    let mut parts = Cut::new(rect.shrink2(egui::vec2(20.0, 8.0)));
    let name = if view.tenders.is_empty() { "To pay" } else { "Still to pay" };
    let mut words = Cut::new(parts.left(220.0));
    words.top(20.0);
    label(ui, words.top(28.0), Align2::LEFT_CENTER, name, &Ink::strong(tokens::LARGE));
    let gross = model.gross();
    let under = if !view.tenders.is_empty() {
        format!("of {}", gross.shown())
    } else if due == gross {
        String::new()
    } else {
        format!("{} by card", gross.shown())
    };
    label(ui, words.top(22.0), Align2::LEFT_CENTER, &under, &Ink::regular(tokens::BODY).color(palette.muted));
    let sum = label(ui, parts.rest, Align2::RIGHT_CENTER, &due.shown(), &Ink::strong(tokens::HERO + 8.0));
    let before = Rect::from_min_max(parts.rest.min, egui::pos2(sum.left() - 12.0, parts.rest.bottom()));
    text(ui, before, Align2::RIGHT_CENTER, due.currency.code(), &Ink::regular(tokens::LARGE).color(palette.muted));
}

fn suggestions(ui: &mut Ui, rect: Rect, due: Money, out: &mut Out) {
    let offers = suggested_tenders(due);
    for (index, (place, offer)) in columns(rect, offers.len().max(1), GAP).into_iter().zip(&offers).enumerate() {
        let command = Command::Suggestion(u8::try_from(index).unwrap_or(u8::MAX));
        let label = if offer.minor == due.minor { format!("Exact {}", offer.shown()) } else { short(*offer) };
        let name = format!("Take {} in cash", offer.shown());
        let face = Face { label, icon: None, name: Some(name), ..face_of(command) };
        out.on(button(ui, place, command, Look::Plain, &face), command);
    }
}

/// A whole amount without its decimals: "20".
fn short(amount: Money) -> String {
    let unit = amount.currency.minor_per_unit();
    if amount.minor % unit == 0 { crate::words::grouped(&(amount.minor / unit).to_string()) } else { amount.shown() }
}

fn change_preview(ui: &mut Ui, rect: Rect, due: Money, view: &View) {
    let palette = Palette::of(ui);
    let Some(given) = view.amount.money(due.currency) else { return };
    let Ok(left) = due.checked_sub(given) else { return };
    if left.minor > 0 {
        amount(ui, rect, "Leaves to pay", &left.shown(), &Ink::regular(tokens::LARGE).color(palette.muted));
    } else if let Ok(change) = left.checked_neg() {
        amount(ui, rect, "Change", &change.shown(), &Ink::strong(tokens::LARGE).color(palette.success));
    }
}

fn taken(ui: &mut Ui, rect: Rect, view: &View, out: &mut Out) {
    if view.tenders.is_empty() {
        return;
    }
    let mut parts = Cut::new(rect);
    let remove = parts.bottom(tokens::TARGET);
    out.on(button(ui, remove, Command::RemoveTender, Look::Plain, &face_of(Command::RemoveTender)), Command::RemoveTender);
    parts.bottom(GAP);
    for tender in view.tenders.iter().rev() {
        if parts.rest.height() < 26.0 {
            break;
        }
        amount(ui, parts.bottom(26.0), word(tender), &tender.amount.shown(), &Ink::regular(tokens::BODY));
    }
}

fn word(tender: &Tender) -> &'static str {
    tender_word(tender.tender_type)
}

/// A means of payment in a word.
pub fn tender_word(tender: TenderType) -> &'static str {
    match tender {
        TenderType::Cash => "Cash",
        TenderType::ExternalCard => "Card",
        TenderType::Other => "Other",
    }
}

fn tenders(ui: &mut Ui, rect: Rect, view: &View, out: &mut Out) {
    let row = [(Command::TakeCash, Look::Main), (Command::TakeCard, Look::Plain), (Command::TakeOther, Look::Plain)];
    for (place, (command, look)) in columns(rect, row.len(), GAP).into_iter().zip(row) {
        let look = if view.is_waiting { Look::Off } else { look };
        out.on(button(ui, place, command, look, &face_of(command)), command);
    }
}

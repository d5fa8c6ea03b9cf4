//! The day so far (X report), and the day that was closed (Z report).

use egui::{Align2, Rect, Ui};
use tradepost_domain::money::Money;
use tradepost_domain::till_session::SessionTotals;

use super::{Out, empty, hairline, panel};
use crate::command::Command;
use crate::icon;
use crate::model::Model;
use crate::theme::Palette;
use crate::tokens;
use crate::view::View;
use crate::widgets::{Cut, Face, GAP, Ink, Look, WIDE, amount, button, columns, command_button, face_of, label};
use crate::words::Shown;

/// The day so far. Expected cash is not shown: the count at the end is blind.
pub fn x_report(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let rest = panel(ui, rect, "The day so far", view, out);
    let mut parts = Cut::new(rest);
    let foot = parts.bottom(64.0);
    parts.bottom(WIDE);
    match &model.x_report {
        Some(totals) => body(ui, parts.rest, totals),
        None => empty(ui, parts.rest, icon::FILE_TEXT, "Adding up", "One moment"),
    }
    let places = columns(foot, 2, GAP);
    let [print, close] = places.as_slice() else { return };
    out.on(command_button(ui, *print, Command::PrintReport, Look::Plain), Command::PrintReport);
    out.on(command_button(ui, *close, Command::CloseSession, Look::Main), Command::CloseSession);
}

/// The day that was closed.
pub fn z_report(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let Some(closed) = model.z_report.clone() else {
        out.commands.push(Command::Back);
        return;
    };
    let palette = Palette::of(ui);
    let rest = panel(ui, rect, &format!("Z report {}", closed.z_number), view, out);
    let mut parts = Cut::new(rest);
    let foot = parts.bottom(64.0);
    parts.bottom(WIDE);
    let mut cash = Cut::new(parts.bottom(84.0));
    let boxes = columns(cash.top(84.0), 3, GAP);
    let (color, word) = match closed.cash_variance.minor {
        0 => (palette.success, "Exactly right"),
        1.. => (palette.warn, "Over"),
        _ => (palette.warn, "Short"),
    };
    let variance = Money { minor: closed.cash_variance.minor.saturating_abs(), ..closed.cash_variance };
    let facts = [
        ("Expected", closed.totals.expected_cash, palette.ink),
        ("Counted", closed.count.counted, palette.ink),
        (word, variance, color),
    ];
    for (place, (word, value, color)) in boxes.into_iter().zip(facts) {
        ui.painter().rect_filled(place, 8.0, palette.sunken);
        let mut inner = Cut::new(place.shrink(12.0));
        label(ui, inner.top(22.0), Align2::LEFT_CENTER, word, &Ink::regular(tokens::BODY).color(palette.muted));
        label(ui, inner.rest, Align2::LEFT_CENTER, &value.shown(), &Ink::strong(tokens::TITLE).color(color));
    }
    parts.bottom(WIDE);
    body(ui, parts.rest, &closed.totals);
    let places = columns(foot, 2, GAP);
    let [print, done] = places.as_slice() else { return };
    out.on(command_button(ui, *print, Command::PrintReport, Look::Plain), Command::PrintReport);
    let face = Face { label: "Done".to_owned(), ..face_of(Command::Confirm) };
    if button(ui, *done, "z-done", Look::Main, &face) {
        out.commands.push(Command::Confirm);
    }
}

fn body(ui: &mut Ui, rect: Rect, totals: &SessionTotals) {
    let mut parts = Cut::new(rect);
    let takings = totals.sales_gross.checked_sub(totals.refunds_gross).unwrap_or(totals.sales_gross);
    let mut head = Cut::new(parts.top(60.0));
    label(ui, head.left(220.0), Align2::LEFT_CENTER, "Takings", &Ink::strong(tokens::LARGE));
    label(ui, head.rest, Align2::RIGHT_CENTER, &takings.shown(), &Ink::strong(tokens::DISPLAY + 8.0));
    hairline(ui, parts.top(17.0));
    let halves = columns(parts.rest, 2, WIDE * 2.0);
    let [left, right] = halves.as_slice() else { return };
    let (mut left, mut right) = (Cut::new(*left), Cut::new(*right));
    let line = |ui: &mut Ui, side: &mut Cut, words: &str, value: String| {
        if side.rest.height() >= 34.0 {
            amount(ui, side.top(34.0), words, &value, &Ink::regular(tokens::BODY));
        }
    };
    line(ui, &mut left, &counted(totals.sale_count, "sale", "sales"), totals.sales_gross.shown());
    line(ui, &mut left, &counted(totals.refund_count, "refund", "refunds"), less(totals.refunds_gross));
    line(ui, &mut left, "Discounts given", totals.discount.shown());
    line(ui, &mut left, "Without tax", totals.net.shown());
    for tax in totals.taxes.iter().take(5) {
        line(ui, &mut left, &tax.name, tax.tax.shown());
    }
    for (tender, value) in &totals.tenders {
        line(ui, &mut right, super::pay::tender_word(*tender), value.shown());
    }
    line(ui, &mut right, "Opening float", totals.opening_float.shown());
    line(ui, &mut right, "Paid in", totals.paid_in.shown());
    line(ui, &mut right, "Paid out", less(totals.paid_out));
    line(ui, &mut right, "Safe drops", less(totals.safe_drops));
    if !totals.cash_rounding.is_zero() {
        line(ui, &mut right, "Cash rounding", totals.cash_rounding.shown());
    }
}

fn counted(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

fn less(amount: Money) -> String {
    if amount.is_zero() { amount.shown() } else { format!("−{}", amount.shown()) }
}

//! Cash in and out of the drawer for reasons other than a sale.

use egui::{Id, Rect, Ui};
use tradepost_domain::till_session::CashMovementKind;

use super::{Out, adjust, panel};
use crate::command::Command;
use crate::model::Model;

use crate::view::View;
use crate::widgets::{
    Cut, Face, GAP, Look, WIDE, amount_box, button, columns, command_button, decimals_of, face_of, keypad, text_field,
};

pub fn show(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let rest = panel(ui, rect, "Cash in or out", view, out);
    let mut parts = Cut::new(rest);
    let kinds = [
        (Command::PaidIn, CashMovementKind::PaidIn),
        (Command::PaidOut, CashMovementKind::PaidOut),
        (Command::SafeDrop, CashMovementKind::SafeDrop),
    ];
    for (place, (command, kind)) in columns(parts.top(60.0), kinds.len(), GAP).into_iter().zip(kinds) {
        let look = if view.cash_kind == kind { Look::Chosen } else { Look::Plain };
        out.on(command_button(ui, place, command, look), command);
    }
    parts.top(WIDE);
    let foot = parts.bottom(64.0);
    parts.bottom(WIDE);
    let pad = parts.right(300.0);
    parts.right(WIDE * 1.5);
    let currency = model.currency();
    amount_box(ui, parts.top(94.0), "Amount", &view.amount, currency.code(), true);
    parts.top(12.0);
    text_field(ui, parts.top(70.0), Id::unique("cash-reason"), "Reason", "What is it for?", &mut view.words);
    parts.top(GAP);
    adjust::chips(ui, parts.rest, reasons(view.cash_kind), view);
    keypad(ui, pad, &mut view.amount, decimals_of(currency));
    let mut foot = Cut::new(foot);
    let kick = foot.left(240.0);
    foot.left(GAP);
    out.on(command_button(ui, kick, Command::KickDrawer, Look::Plain), Command::KickDrawer);
    let is_ready = view.amount.money(currency).is_some_and(|amount| amount.minor > 0) && !view.is_waiting;
    let words = match view.cash_kind {
        CashMovementKind::PaidIn => "Put cash in",
        CashMovementKind::PaidOut => "Take cash out",
        CashMovementKind::SafeDrop => "Drop into the safe",
    };
    let face = Face { label: words.to_owned(), ..face_of(Command::Confirm) };
    out.on(button(ui, foot.rest, "move-cash", if is_ready { Look::Main } else { Look::Off }, &face), Command::Confirm);
}

fn reasons(kind: CashMovementKind) -> &'static [&'static str] {
    match kind {
        CashMovementKind::PaidIn => &["More change", "Paid back", "Found"],
        CashMovementKind::PaidOut => &["Supplier", "Postage", "Cleaning", "Lunch"],
        CashMovementKind::SafeDrop => &["Too much cash", "End of shift"],
    }
}

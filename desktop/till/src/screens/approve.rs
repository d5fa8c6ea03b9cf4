//! Somebody who may enters their PIN for what the person at the till may not do. It holds for this once, and is written into the sale or refund.

use egui::{Rect, Ui};
use tradepost_domain::staff::Permission;

use super::{Out, empty, panel, sign_in};
use crate::icon;
use crate::model::Model;
use crate::theme::Palette;
use crate::tokens;
use crate::view::View;
use crate::widgets::{Cut, GAP, Ink, WIDE, columns, paragraph, rows};

pub fn show(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let rest = panel(ui, rect, "Needs approval", view, out);
    let mut parts = Cut::new(rest);
    let permission = view.wanted.permission;
    let pad = parts.right((parts.rest.width() * 0.45).min(320.0));
    parts.right(WIDE * 1.5);
    let quiet = Ink::regular(tokens::BODY).color(Palette::of(ui).muted);
    paragraph(ui, parts.top(64.0), words(permission), &quiet, 3);
    parts.top(GAP);
    let able: Vec<_> = model.staff.iter().filter(|staff| staff.permissions.contains(&permission)).collect();
    if able.is_empty() {
        let hint = "Give somebody the permission and a PIN in the back office.";
        empty(ui, parts.rest, icon::USER, "Nobody here may approve this", hint);
        return;
    }
    let across = if able.len() > 6 { 2 } else { 1 };
    let places = rows(parts.rest, 6, GAP).into_iter().flat_map(|row| columns(row, across, GAP));
    for (place, staff) in places.zip(able) {
        if sign_in::tile(ui, place, staff, view.approver == Some(staff.id)) {
            view.approver = Some(staff.id);
            view.pin.clear();
            view.notice = None;
        }
    }
    let is_chosen = view.approver.is_some();
    sign_in::pin_pad(ui, pad, view, is_chosen, "Approve", out);
}

fn words(permission: Permission) -> &'static str {
    match permission {
        Permission::Discount => {
            "Discounts, other prices and goods without a receipt need somebody who may give discounts: choose who, then their PIN."
        }
        Permission::Refund => "Refunds need somebody who may refund: choose who, then their PIN.",
        Permission::RunTill => "Opening the drawer and moving cash need somebody who runs the till: choose who, then their PIN.",
        Permission::Sell | Permission::Stock | Permission::EditCatalog | Permission::Reports | Permission::Administer => {
            "This needs somebody who may do it: choose who, then their PIN."
        }
    }
}

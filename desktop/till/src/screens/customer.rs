//! Who buys: finding a customer, or adding one. Works offline like everything else.

use egui::{Align2, Id, Rect, Ui};
use tradepost_domain::customer::Customer;

use super::adjust::words_id;
use super::{Out, empty, panel};
use crate::ask::Ask;
use crate::command::Command;
use crate::icon;
use crate::model::Model;
use crate::theme::Palette;
use crate::tokens;
use crate::view::View;
use crate::widgets::{Cut, Face, GAP, Ink, Look, WIDE, button, columns, command_button, face_of, initial, text, text_field};

/// Find a customer.
pub fn find(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let rest = panel(ui, rect, "Who buys?", view, out);
    let mut parts = Cut::new(rest);
    text_field(ui, parts.top(72.0), words_id(), "Find a customer", "Name, phone number or email address", &mut view.words);
    parts.top(12.0);
    let foot = parts.bottom(64.0);
    parts.bottom(12.0);
    let places = columns(foot, 2, GAP);
    let [remove, add] = places.as_slice() else { return };
    let look = if model.customer.is_some() { Look::Plain } else { Look::Off };
    out.on(command_button(ui, *remove, Command::RemoveCustomer, look), Command::RemoveCustomer);
    out.on(command_button(ui, *add, Command::NewCustomer, Look::Plain), Command::NewCustomer);
    let found = model.customers.clone();
    if found.rows.is_empty() && found.text != view.words.trim() {
        return;
    }
    if found.rows.is_empty() {
        let is_none = view.words.trim().is_empty();
        let title = if is_none { "No customers yet".to_owned() } else { format!("Nobody is called \"{}\"", view.words.trim()) };
        return empty(ui, parts.rest, icon::USER, &title, "Press Enter to add a new customer");
    }
    let highlighted = view.highlighted.min(found.rows.len().saturating_sub(1));
    super::list(ui, parts.rest, "customers", 64.0, found.rows.len(), |ui, place, index| {
        if let Some(customer) = found.rows.get(index) {
            row(ui, place, customer, index == highlighted, out);
        }
    });
}

fn row(ui: &mut Ui, rect: Rect, customer: &Customer, is_highlighted: bool, out: &mut Out) {
    let palette = Palette::of(ui);
    let place = Rect::from_min_max(rect.min, rect.max - egui::vec2(0.0, 6.0));
    let contact = contact(customer);
    let face = Face { name: Some(format!("{} {contact}", customer.name).trim().to_owned()), ..Face::default() };
    let look = if is_highlighted { Look::Chosen } else { Look::Quiet };
    if button(ui, place, ("customer", customer.id), look, &face) {
        out.asks.push(Ask::SetCustomer(Some(customer.id)));
    }
    let mut parts = Cut::new(place.shrink2(egui::vec2(10.0, 0.0)));
    let picture = parts.left(40.0);
    initial(ui, Rect::from_center_size(picture.center(), egui::vec2(40.0, 40.0)), &customer.name);
    parts.left(12.0);
    let key = if is_highlighted { "Enter" } else { "" };
    text(ui, parts.right(48.0), Align2::RIGHT_CENTER, key, &Ink::regular(tokens::SMALL).color(palette.muted));
    let mut words = Cut::new(Rect::from_center_size(parts.rest.center(), egui::vec2(parts.rest.width(), 42.0)));
    text(ui, words.top(22.0), Align2::LEFT_CENTER, &customer.name, &Ink::strong(tokens::BODY));
    text(ui, words.rest, Align2::LEFT_CENTER, &contact, &Ink::regular(tokens::SMALL).color(palette.muted));
}

fn contact(customer: &Customer) -> String {
    let parts = [customer.phone.as_str(), &customer.email, &customer.address.city];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// Add a customer.
pub fn add(ui: &mut Ui, rect: Rect, view: &mut View, out: &mut Out) {
    let rest = panel(ui, rect, "New customer", view, out);
    let mut parts = Cut::new(rest);
    text_field(ui, parts.top(72.0), words_id(), "Name", "Ada Lovelace", &mut view.words);
    parts.top(WIDE);
    text_field(ui, parts.top(72.0), Id::unique("customer-phone"), "Phone number, if they want to give it", "", &mut view.phone);
    parts.top(WIDE);
    text_field(ui, parts.top(72.0), Id::unique("customer-email"), "Email address, if they want to give it", "", &mut view.email);
    parts.top(WIDE * 1.5);
    let is_ready = !view.words.trim().is_empty() && !view.is_waiting;
    let face = Face { label: "Add customer".to_owned(), ..face_of(Command::Confirm) };
    let place = Align2::LEFT_TOP.align_size_within_rect(egui::vec2(300.0, 64.0), parts.rest);
    out.on(button(ui, place, "add-customer", if is_ready { Look::Main } else { Look::Off }, &face), Command::Confirm);
}

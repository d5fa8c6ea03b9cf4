//! The basket on the left: its lines, its totals, and the pay button. Nothing ever covers it.

use egui::{Align2, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo};
use tradepost_domain::basket::{BasketLine, Discount, DiscountKind, LineItem};

use super::{Out, card, empty, hairline};
use crate::command::Command;
use crate::icon;
use crate::model::Model;
use crate::theme::Palette;
use crate::tokens;
use crate::view::{Panel, View, percent};
use crate::widgets::{Cut, Face, GAP, Ink, Look, Tone, amount, button, columns, face_of, label, notice, picture, text};
use crate::words::Shown;

const ROW: f32 = 64.0;
/// A button narrower than this has no room for icon, word and key.
const NARROW: f32 = 120.0;

pub fn show(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let inner = card(ui, rect);
    let mut parts = Cut::new(inner);
    head(ui, parts.top(36.0), model, view, out);
    parts.top(4.0);
    if let Some(customer) = &model.customer {
        buyer(ui, parts.top(tokens::TARGET), &customer.name, out);
        parts.top(4.0);
    }
    if model.basket.lines.is_empty() {
        pay_button(ui, parts.bottom(72.0), model, view, out);
        return empty(ui, parts.rest, icon::SHOPPING_BASKET, "Ready to scan", "Scan, search, or touch a product");
    }
    pay_button(ui, parts.bottom(72.0), model, view, out);
    parts.bottom(12.0);
    totals(ui, &mut parts, model);
    let is_at_line = matches!(view.panel, Panel::Finder | Panel::Finished | Panel::Menu);
    if is_at_line && selected_line(model, view).is_some() {
        line_bar(ui, parts.bottom(tokens::TARGET), out);
        parts.bottom(GAP);
    }
    lines(ui, parts.rest, model, view, out);
}

fn head(ui: &mut Ui, rect: Rect, model: &Model, view: &View, out: &mut Out) {
    let palette = Palette::of(ui);
    let count = model.basket.lines.len();
    let mut parts = Cut::new(rect);
    if count > 0 {
        let face = Face {
            label: "Clear".to_owned(),
            name: Some("Clear basket".to_owned()),
            key: Command::VoidBasket.key_name(),
            ..Face::default()
        };
        out.on(button(ui, parts.right(142.0), "void", Look::Quiet, &face), Command::VoidBasket);
    }
    let word = if view.panel == Panel::ReturnGoods { "Coming back" } else { "Basket" };
    let title = label(ui, parts.left(120.0), Align2::LEFT_CENTER, word, &Ink::strong(tokens::LARGE));
    parts.rest.min.x = title.right() + 10.0;
    let words = match count {
        0 => String::new(),
        1 => "1 line".to_owned(),
        count => format!("{count} lines"),
    };
    label(ui, parts.rest, Align2::LEFT_CENTER, &words, &Ink::regular(tokens::BODY).color(palette.muted));
}

/// Who buys; a touch changes it.
fn buyer(ui: &mut Ui, rect: Rect, name: &str, out: &mut Out) {
    let face = Face { label: name.to_owned(), name: Some(format!("Customer: {name}")), ..face_of(Command::Customer) };
    out.on(button(ui, rect, "buyer", Look::Chosen, &face), Command::Customer);
}

fn selected_line<'a>(model: &'a Model, view: &View) -> Option<&'a BasketLine> {
    view.selected.and_then(|id| model.basket.find_line(id))
}

fn lines(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let count = model.basket.lines.len();
    let wide = rect.expand2(egui::vec2(14.0, 0.0));
    let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(wide).id_salt("basket"));
    inside.spacing_mut().item_spacing = egui::Vec2::ZERO;
    inside.set_clip_rect(wide.intersect(ui.clip_rect()));
    let mut area = egui::ScrollArea::vertical().id_salt("basket-lines").auto_shrink(false);
    if std::mem::take(&mut view.reveal_selected) {
        let at = view.selected.and_then(|id| model.basket.lines.iter().position(|line| line.id == id)).unwrap_or(0);
        let most = (count as f32 * ROW - wide.height()).max(0.0);
        area = area.vertical_scroll_offset((at as f32 * ROW - wide.height() / 2.0).clamp(0.0, most));
    }
    area.show_rows(&mut inside, ROW, count, |ui, range| {
        for index in range {
            let (place, _) = ui.allocate_exact_size(egui::vec2(wide.width(), ROW), Sense::hover());
            let Some(line) = model.basket.lines.get(index) else { continue };
            let priced = model.priced.as_ref().ok().and_then(|priced| priced.lines.get(index));
            let url = line.variant.and_then(|id| model.line_pictures.get(&id)).map_or("", String::as_str);
            row(ui, place, line, url, priced, view, out);
        }
    });
}

fn row(ui: &mut Ui, rect: Rect, line: &BasketLine, url: &str, priced: Option<&LineItem>, view: &mut View, out: &mut Out) {
    let palette = Palette::of(ui);
    let is_selected = view.selected == Some(line.id);
    let response = ui.interact(rect, ui.make_persistent_id(("line", line.id)), Sense::click());
    let gross = shown_price(line, priced);
    let name = format!("{}, {}, {gross}", line.title, line.quantity.with_unit(line.unit));
    response.widget_info(|| WidgetInfo::selected(egui::Role::ListItem, true, is_selected, &name));
    let ground = rect.shrink2(egui::vec2(5.0, 2.0));
    if is_selected {
        ui.painter().rect(ground, 8.0, palette.accent_soft, Stroke::new(1.0, palette.accent), StrokeKind::Inside);
    } else if response.hovered() {
        ui.painter().rect_filled(ground, 8.0, palette.sunken);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(ground, 8.0, Stroke::new(2.0, palette.accent), StrokeKind::Inside);
    }
    if response.clicked() {
        let is_second = is_selected && view.panel == Panel::Finder;
        view.selected = Some(line.id);
        out.on(is_second, Command::EditLine);
    }
    let mut parts = Cut::new(rect.shrink2(egui::vec2(14.0, 0.0)));
    let square = Rect::from_center_size(parts.left(40.0).center(), egui::vec2(40.0, 40.0));
    picture(ui, square, &line.title, url, &view.pictures);
    parts.left(12.0);
    let price = parts.right(104.0);
    text(ui, price, Align2::RIGHT_CENTER, &gross, &Ink::strong(tokens::LARGE));
    parts.right(8.0);
    let mut words = Cut::new(Rect::from_center_size(parts.rest.center(), egui::vec2(parts.rest.width(), 42.0)));
    text(ui, words.top(22.0), Align2::LEFT_CENTER, &line.title, &Ink::strong(tokens::BODY));
    let detail = detail(line);
    let color = if line.discount.is_some() { palette.success } else { palette.muted };
    text(ui, words.rest, Align2::LEFT_CENTER, &detail, &Ink::regular(tokens::SMALL).color(color));
}

/// What a line costs as its price is stated: with tax where prices contain it, else without. Before the basket's own discount.
fn shown_price(line: &BasketLine, priced: Option<&LineItem>) -> String {
    let whole = line.unit_price.times(line.quantity);
    let Ok(whole) = whole else { return "too large".to_owned() };
    let taken = match (&line.discount, priced) {
        (Some(discount), _) => discount_of(discount, whole),
        (None, _) => 0,
    };
    tradepost_domain::money::Money { minor: whole.minor.saturating_sub(taken), ..whole }.shown()
}

fn discount_of(discount: &Discount, whole: tradepost_domain::money::Money) -> i64 {
    match discount.kind {
        DiscountKind::Rate(rate) => whole.at_rate(rate).map_or(0, |taken| taken.minor),
        DiscountKind::Amount(amount) => amount.minor.min(whole.minor),
    }
}

fn detail(line: &BasketLine) -> String {
    let each = line.unit_price.shown();
    let quantity = line.quantity.with_unit(line.unit);
    let per_unit = match line.unit.symbol() {
        "" => format!("{quantity} × {each}"),
        symbol => format!("{quantity} × {each} / {symbol}"),
    };
    match &line.discount {
        Some(discount) => format!("{per_unit}, {}", discount_words(discount)),
        None => per_unit,
    }
}

/// A discount in words: "10 % off, damaged".
pub fn discount_words(discount: &Discount) -> String {
    let off = match discount.kind {
        DiscountKind::Rate(rate) => format!("{} % off", percent(rate)),
        DiscountKind::Amount(amount) => format!("{} off", amount.shown()),
    };
    if discount.reason.is_empty() { off } else { format!("{off}, {}", discount.reason) }
}

fn line_bar(ui: &mut Ui, rect: Rect, out: &mut Out) {
    let mut parts = Cut::new(rect);
    let steps = parts.left(112.0);
    for (place, command) in columns(steps, 2, GAP).into_iter().zip([Command::LessOfLine, Command::MoreOfLine]) {
        let face = Face {
            icon: Some(command.info().icon),
            name: Some(command.info().label.to_owned()),
            hint: format!("{} ({})", command.info().hint, command.key_name().unwrap_or_default()),
            ..Face::default()
        };
        out.on(button(ui, place, ("bar", command), Look::Plain, &face), command);
    }
    parts.left(GAP);
    let places = columns(parts.rest, 2, GAP);
    let [edit, remove] = places.as_slice() else { return };
    let is_narrow = edit.width() < NARROW;
    let face = Face { icon: Some(Command::EditLine.info().icon).filter(|_| !is_narrow), ..face_of(Command::EditLine) };
    out.on(button(ui, *edit, "bar-edit", Look::Plain, &face), Command::EditLine);
    // Where its word has no room, its icon stands for it.
    let (label, icon) = if is_narrow { ("", Some(Command::RemoveLine.info().icon)) } else { ("Remove", None) };
    let face = Face { label: label.to_owned(), icon, name: Some("Remove line".to_owned()), ..face_of(Command::RemoveLine) };
    out.on(button(ui, *remove, "bar-remove", Look::Plain, &face), Command::RemoveLine);
}

fn totals(ui: &mut Ui, parts: &mut Cut, model: &Model) {
    let palette = Palette::of(ui);
    let priced = match &model.priced {
        Ok(priced) => priced,
        Err(problem) => {
            notice(ui, parts.bottom(56.0), Tone::Bad, problem);
            parts.bottom(GAP);
            return;
        }
    };
    let mut total = Cut::new(parts.bottom(52.0));
    label(ui, total.left(90.0), Align2::LEFT_CENTER, "Total", &Ink::strong(tokens::LARGE));
    let code = priced.gross.currency.code().to_owned();
    let sum = label(ui, total.rest, Align2::RIGHT_CENTER, &priced.gross.shown(), &Ink::strong(40.0));
    let before = Rect::from_min_max(total.rest.min, egui::pos2(sum.left() - 10.0, total.rest.bottom()));
    text(ui, before, Align2::RIGHT_CENTER, &code, &Ink::regular(tokens::BODY).color(palette.muted));
    let quiet = Ink::regular(tokens::BODY).color(palette.muted);
    let includes_tax = model.shop.as_ref().is_some_and(|shop| shop.includes_tax);
    for tax in priced.taxes.iter().rev().filter(|tax| !tax.tax.is_zero()).take(3) {
        let words = if includes_tax { format!("Of that {}", tax.name) } else { tax.name.clone() };
        amount(ui, parts.bottom(24.0), &words, &tax.tax.shown(), &quiet);
    }
    if !includes_tax && !priced.tax.is_zero() {
        amount(ui, parts.bottom(24.0), "Without tax", &priced.net.shown(), &quiet);
    }
    if !priced.discount.is_zero() {
        let words = match &model.basket.discount {
            Some(discount) => format!("Discounts ({})", discount_words(discount)),
            None => "Discounts".to_owned(),
        };
        amount(ui, parts.bottom(24.0), &words, &format!("−{}", priced.discount.shown()), &quiet.clone().color(palette.success));
    }
    if !model.basket.note.is_empty() {
        amount(ui, parts.bottom(24.0), &format!("Note: {}", model.basket.note), "", &quiet);
    }
    hairline(ui, parts.bottom(13.0));
}

fn pay_button(ui: &mut Ui, rect: Rect, model: &Model, view: &View, out: &mut Out) {
    let is_ready = !model.basket.lines.is_empty()
        && model.priced.is_ok()
        && !matches!(view.panel, Panel::Pay | Panel::ReturnGoods | Panel::Close | Panel::ZReport);
    let label = if model.basket.lines.is_empty() {
        "Take payment".to_owned()
    } else {
        format!("Take payment  {}", model.gross().shown())
    };
    let face = Face { label, ..face_of(Command::Pay) };
    out.on(button(ui, rect, Command::Pay, if is_ready { Look::Main } else { Look::Off }, &face), Command::Pay);
}

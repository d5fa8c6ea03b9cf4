//! Refunds: finding the receipt, choosing lines, and how the money goes back.

use egui::{Align2, Id, Rect, Stroke, Ui};
use tradepost_domain::id::LineId;
use tradepost_domain::money::Money;
use tradepost_domain::quantity::Quantity;
use tradepost_domain::refund::RefundableLine;
use tradepost_domain::sale::GoodsReturn;

use super::{Out, empty, hairline, panel};
use crate::ask::Ask;
use crate::command::Command;
use crate::icon;
use crate::model::{Model, RecentSale};
use crate::theme::Palette;
use crate::tokens;
use crate::view::{RefundPick, View};
use crate::widgets::{Cut, Face, GAP, Ink, Look, WIDE, button, columns, command_button, face_of, label, text, text_field};
use crate::words::Shown;

/// Find the receipt.
pub fn find(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let rest = panel(ui, rect, "Refund: which receipt?", view, out);
    let mut parts = Cut::new(rest);
    let mut row = Cut::new(parts.top(70.0));
    let go = row.right(150.0);
    row.right(GAP);
    text_field(ui, row.rest, receipt_id(), "Scan the receipt, or type its number", "T01-1-000123", &mut view.words);
    let face = Face { label: "Find".to_owned(), icon: Some(icon::SEARCH), ..face_of(Command::Confirm) };
    let look = if view.words.trim().is_empty() { Look::Off } else { Look::Main };
    out.on(button(ui, go.with_min_y(go.top() + 22.0), "find-receipt", look, &face), Command::Confirm);
    parts.top(WIDE);
    let without = parts.bottom(56.0);
    parts.bottom(GAP);
    out.on(command_button(ui, without, Command::WithoutReceipt, Look::Plain), Command::WithoutReceipt);
    label(ui, parts.top(28.0), Align2::LEFT_CENTER, "Latest sales", &Ink::strong(tokens::BODY));
    parts.top(4.0);
    if model.recent_sales.is_empty() {
        return empty(ui, parts.rest, icon::HISTORY, "No sales yet", "Sales of all tills appear here");
    }
    super::list(ui, parts.rest, "recent", 60.0, model.recent_sales.len(), |ui, place, index| {
        if let Some(sale) = model.recent_sales.get(index) {
            recent(ui, place, sale, model, out);
        }
    });
}

/// The field for the receipt's number.
pub fn receipt_id() -> Id {
    Id::unique("receipt-number")
}

fn recent(ui: &mut Ui, rect: Rect, sale: &RecentSale, model: &Model, out: &mut Out) {
    let palette = Palette::of(ui);
    let place = Rect::from_min_max(rect.min, rect.max - egui::vec2(0.0, 4.0));
    let time = model.time_of_day(sale.sold_at);
    let name = format!("Receipt {} at {time}, {}", sale.receipt_number, sale.gross.shown());
    let pressed = button(ui, place, ("recent", sale.id), Look::Quiet, &Face { name: Some(name), ..Face::default() });
    let mut parts = Cut::new(place.shrink2(egui::vec2(12.0, 0.0)));
    hairline(ui, Rect::from_min_max(egui::pos2(rect.left(), rect.bottom() - 2.0), rect.max));
    let quiet = Ink::regular(tokens::BODY).color(palette.muted);
    text(ui, parts.left(64.0), Align2::LEFT_CENTER, &time, &quiet);
    text(ui, parts.right(110.0), Align2::RIGHT_CENTER, &sale.gross.shown(), &Ink::strong(tokens::LARGE));
    let lines = if sale.line_count == 1 { "1 line".to_owned() } else { format!("{} lines", sale.line_count) };
    let state = if sale.refunded.is_zero() { lines } else { format!("{lines}, {} refunded", sale.refunded.shown()) };
    text(ui, parts.right(210.0), Align2::RIGHT_CENTER, &state, &quiet);
    text(ui, parts.rest, Align2::LEFT_CENTER, &sale.receipt_number, &Ink::strong(tokens::BODY));
    if pressed {
        out.asks.push(Ask::ShowRefundable(sale.id));
    }
}

/// Choose the lines.
pub fn lines(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let Some(refunding) = model.refunding.clone() else {
        out.commands.push(Command::Back);
        return;
    };
    let title = format!("Refund of {}", refunding.sale.receipt_number);
    let rest = panel(ui, rect, &title, view, out);
    let mut parts = Cut::new(rest);
    let foot = parts.bottom(72.0);
    parts.bottom(12.0);
    let reason_row = parts.bottom(70.0);
    parts.bottom(12.0);
    super::list(ui, parts.rest, "refund-lines", 72.0, refunding.lines.len(), |ui, place, index| {
        if let Some(line) = refunding.lines.get(index) {
            refund_line(ui, place, line, view);
        }
    });
    let mut row = Cut::new(reason_row);
    let all = row.right(170.0).with_min_y(row.rest.top() + 22.0);
    out.on(button(ui, all, Command::RefundAll, Look::Plain, &face_of(Command::RefundAll)), Command::RefundAll);
    row.right(GAP);
    text_field(ui, row.rest, Id::unique("refund-reason"), "Reason", "Does not fit, broken, changed their mind", &mut view.words);
    let total = total(&refunding.lines, view, model);
    let places = columns(foot, 2, GAP);
    let [tender, confirm] = places.as_slice() else { return };
    let word = super::pay::tender_word(view.refund_tender);
    let face = Face { label: format!("Money back by {}", word.to_lowercase()), ..face_of(Command::RefundTenderNext) };
    out.on(button(ui, *tender, Command::RefundTenderNext, Look::Plain, &face), Command::RefundTenderNext);
    let is_ready = !view.refund.is_empty() && !view.is_waiting;
    let face = Face { label: format!("Refund {}", total.shown()), ..face_of(Command::Confirm) };
    out.on(button(ui, *confirm, "refund", if is_ready { Look::Main } else { Look::Off }, &face), Command::Confirm);
}

fn refund_line(ui: &mut Ui, rect: Rect, line: &RefundableLine, view: &mut View) {
    let palette = Palette::of(ui);
    let mut parts = Cut::new(rect);
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, palette.line));
    let pick = view.refund.get(&line.line).copied();
    let goods = parts.right(172.0).shrink2(egui::vec2(0.0, 12.0));
    parts.right(12.0);
    stepper(ui, parts.right(168.0).shrink2(egui::vec2(0.0, 12.0)), line, pick, view);
    parts.right(12.0);
    if let Some(pick) = pick {
        let (word, next) = goods_word(pick.goods);
        let face = Face {
            label: word.to_owned(),
            name: Some(format!("{}: {word}", line.title)),
            hint: "Where the goods go".to_owned(),
            ..Face::default()
        };
        if button(ui, goods, ("goods", line.line), Look::Plain, &face) {
            view.refund.insert(line.line, RefundPick { goods: next, ..pick });
        }
    }
    let mut words = Cut::new(Rect::from_center_size(parts.rest.center(), egui::vec2(parts.rest.width(), 44.0)));
    label(ui, words.top(24.0), Align2::LEFT_CENTER, &line.title, &Ink::strong(tokens::BODY));
    let detail = if line.left == Quantity::ZERO {
        "All refunded already".to_owned()
    } else {
        format!("{} of {} left, {}", line.left, line.sold, line.gross.shown())
    };
    label(ui, words.rest, Align2::LEFT_CENTER, &detail, &Ink::regular(tokens::SMALL).color(palette.muted));
}

/// Where goods go in words, and the next choice.
pub fn goods_word(goods: GoodsReturn) -> (&'static str, GoodsReturn) {
    match goods {
        GoodsReturn::Sellable => ("Back on the shelf", GoodsReturn::Damaged),
        GoodsReturn::Damaged => ("Damaged", GoodsReturn::NotReturned),
        GoodsReturn::NotReturned => ("Customer keeps it", GoodsReturn::Sellable),
    }
}

fn stepper(ui: &mut Ui, rect: Rect, line: &RefundableLine, pick: Option<RefundPick>, view: &mut View) {
    let mut parts = Cut::new(rect);
    let count = pick.map_or(Quantity::ZERO, |pick| pick.quantity);
    let less = Face { icon: Some(icon::MINUS), name: Some(format!("One less of {}", line.title)), ..Face::default() };
    let more = Face { icon: Some(icon::PLUS), name: Some(format!("One more of {}", line.title)), ..Face::default() };
    let can_less = count > Quantity::ZERO;
    let can_more = count < line.left;
    if button(ui, parts.left(tokens::TARGET), ("less", line.line), if can_less { Look::Plain } else { Look::Off }, &less) {
        set(view, line.line, line, Quantity::from_thousandths((count.thousandths - 1000).max(0)), pick);
    }
    if button(ui, parts.right(tokens::TARGET), ("more", line.line), if can_more { Look::Plain } else { Look::Off }, &more) {
        let wanted = count.thousandths.saturating_add(1000).min(line.left.thousandths);
        set(view, line.line, line, Quantity::from_thousandths(wanted), pick);
    }
    label(ui, parts.rest, Align2::CENTER_CENTER, &count.to_string(), &Ink::strong(tokens::LARGE));
}

fn set(view: &mut View, id: LineId, line: &RefundableLine, quantity: Quantity, pick: Option<RefundPick>) {
    if quantity <= Quantity::ZERO {
        view.refund.remove(&id);
        return;
    }
    let goods = pick.map_or(GoodsReturn::Sellable, |pick| pick.goods);
    let quantity = quantity.min(line.left);
    view.refund.insert(id, RefundPick { quantity, goods });
}

/// What the chosen lines are worth: a preview; the refund itself computes to the cent.
fn total(lines: &[RefundableLine], view: &View, model: &Model) -> Money {
    let currency = model.currency();
    let parts = lines.iter().filter_map(|line| {
        let pick = view.refund.get(&line.line)?;
        line.gross.share(pick.quantity.thousandths, line.left.thousandths).ok()
    });
    Money::sum(currency, parts).unwrap_or(Money::zero(currency))
}

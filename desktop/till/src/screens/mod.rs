//! The screens: each draws the model and the view into its rectangle, and says what was asked for. None of them holds a rule.

mod adjust;
mod approve;
mod away;
mod basket;
mod cash;
mod closing;
mod customer;
mod finder;
mod finished;
mod line;
mod menu;
mod open_line;
mod opening;
mod parked;
mod pay;
mod printing;
mod refund;
mod report;
mod return_goods;
mod settings;
mod sign_in;
mod start;
mod strip;

use egui::{Align2, Rect, Stroke, StrokeKind, Ui};

use crate::ask::Ask;
use crate::command::Command;
use crate::model::{Model, Stage};
use crate::theme::Palette;
use crate::tokens;
use crate::view::{Panel, View};
use crate::widgets::{Cut, GAP, Ink, Look, WIDE, command_button, label, notice, notice_height};

pub use adjust::{discount_decimals, words_id};
pub use finder::search_id;
pub use line::{active as line_entry, active_decimals as line_decimals};
pub use open_line::DEFAULT_NAME as OPEN_LINE_NAME;
pub use pay::{due, due_by_card};
pub use refund::{goods_word, receipt_id};
pub use start::url_id;

/// The fields that take text; while one has the keyboard, letters and digits are its own.
pub fn text_fields() -> [egui::Id; 12] {
    let named = ["pair-code", "line-reason", "basket-reason", "refund-reason", "cash-reason", "customer-phone", "customer-email"]
        .map(egui::Id::unique);
    let [code, line, basket, refund, cash, phone, email] = named;
    [search_id(), words_id(), receipt_id(), url_id(), settings::printer_id(), code, line, basket, refund, cash, phone, email]
}

/// What a frame asks for.
#[derive(Debug, Default)]
pub struct Out {
    /// Commands, in the order they were given.
    pub commands: Vec<Command>,
    /// Requests to the worker.
    pub asks: Vec<Ask>,
}

impl Out {
    /// Gives the command where its button was pressed.
    pub fn on(&mut self, is_pressed: bool, command: Command) {
        if is_pressed {
            self.commands.push(command);
        }
    }
}

/// Draws the whole window.
pub fn show(ui: &mut Ui, model: &Model, view: &mut View, out: &mut Out) {
    let palette = Palette::of(ui);
    let whole = ui.max_rect();
    ui.painter().rect_filled(whole, 0.0, palette.page);
    let mut parts = Cut::new(whole);
    match &model.stage {
        Stage::Opening => start::opening(ui, whole, model),
        Stage::Broken(problem) => start::broken(ui, whole, problem, out),
        Stage::NoShop | Stage::Pairing => start::pairing(ui, whole, model, view, out),
        Stage::SignIn => {
            strip::show(ui, parts.top(strip::HEIGHT), model, out);
            sign_in::show(ui, parts.rest, model, view, out);
        }
        Stage::NoSession => {
            strip::show(ui, parts.top(strip::HEIGHT), model, out);
            opening::show(ui, parts.rest, model, view, out);
        }
        Stage::Selling => {
            strip::show(ui, parts.top(strip::HEIGHT), model, out);
            selling(ui, parts.rest.shrink(WIDE), model, view, out);
        }
    }
}

fn selling(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let mut parts = Cut::new(rect);
    let left = parts.left((rect.width() * 0.37).clamp(380.0, 560.0));
    parts.left(WIDE);
    basket::show(ui, left, model, view, out);
    let right = parts.rest;
    match view.panel {
        Panel::Finder => finder::show(ui, right, model, view, out),
        Panel::Line(id) => line::show(ui, right, id, model, view, out),
        Panel::Discount => adjust::discount(ui, right, model, view, out),
        Panel::Note => adjust::note(ui, right, model, view, out),
        Panel::Park => parked::park(ui, right, model, view, out),
        Panel::Parked => parked::list(ui, right, model, view, out),
        Panel::Pay => pay::show(ui, right, model, view, out),
        Panel::Finished => finished::show(ui, right, model, view, out),
        Panel::FindSale => refund::find(ui, right, model, view, out),
        Panel::Refund => refund::lines(ui, right, model, view, out),
        Panel::ReturnGoods => return_goods::show(ui, right, model, view, out),
        Panel::OpenLine => open_line::show(ui, right, model, view, out),
        Panel::Customer => customer::find(ui, right, model, view, out),
        Panel::NewCustomer => customer::add(ui, right, view, out),
        Panel::Approve => approve::show(ui, right, model, view, out),
        Panel::Cash => cash::show(ui, right, model, view, out),
        Panel::Report => report::x_report(ui, right, model, view, out),
        Panel::Close => closing::show(ui, right, model, view, out),
        Panel::ZReport => report::z_report(ui, right, model, view, out),
        Panel::Menu => menu::show(ui, right, model, view, out),
        Panel::Settings => settings::show(ui, right, model, view, out),
        Panel::PrintQueue => printing::show(ui, right, model, view, out),
        Panel::Away => away::show(ui, right, model, view, out),
    }
}

/// A panel's ground; returns what is inside its margin.
fn card(ui: &Ui, rect: Rect) -> Rect {
    let palette = Palette::of(ui);
    ui.painter().rect(rect, tokens::RADIUS_PANEL, palette.surface, Stroke::new(1.0, palette.line), StrokeKind::Inside);
    rect.shrink(20.0)
}

/// A panel with its title and the way back; returns what is left below, after the notice if there is one.
fn panel(ui: &mut Ui, rect: Rect, title: &str, view: &View, out: &mut Out) -> Rect {
    let mut parts = Cut::new(card(ui, rect));
    let mut head = Cut::new(parts.top(tokens::TARGET));
    let back = head.right(132.0);
    out.on(command_button(ui, back, Command::Back, Look::Plain), Command::Back);
    label(ui, head.rest, Align2::LEFT_CENTER, title, &Ink::strong(tokens::TITLE));
    parts.top(WIDE);
    if let Some((tone, words)) = &view.notice {
        let height = notice_height(ui, words, parts.rest.width());
        notice(ui, parts.top(height), *tone, words);
        parts.top(GAP + 4.0);
    }
    parts.rest
}

/// What an empty list says: an icon, a sentence, and what to do.
fn empty(ui: &mut Ui, rect: Rect, icon: char, title: &str, hint: &str) {
    let palette = Palette::of(ui);
    let middle = Rect::from_center_size(rect.center(), egui::vec2(rect.width().min(600.0), 130.0));
    let mut parts = Cut::new(middle);
    crate::widgets::icon(ui, parts.top(48.0), icon, 32.0, palette.muted);
    parts.top(GAP);
    label(ui, parts.top(28.0), Align2::CENTER_CENTER, title, &Ink::strong(tokens::LARGE));
    label(ui, parts.top(28.0), Align2::CENTER_CENTER, hint, &Ink::regular(tokens::BODY).color(palette.muted));
}

/// Where the scroll bar is.
const GUTTER: f32 = 10.0;

/// A hairline across.
fn hairline(ui: &Ui, rect: Rect) {
    ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(1.0, Palette::of(ui).line));
}

/// A scrolling list of equal rows: only those in sight are drawn. A gutter at the right is left to the scroll bar.
fn list(ui: &mut Ui, rect: Rect, salt: &str, row_height: f32, count: usize, mut row: impl FnMut(&mut Ui, Rect, usize)) {
    let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(rect).id_salt(salt));
    inside.spacing_mut().item_spacing = egui::Vec2::ZERO;
    inside.set_clip_rect(rect.intersect(ui.clip_rect()));
    egui::ScrollArea::vertical().id_salt(salt).auto_shrink(false).show_rows(&mut inside, row_height, count, |ui, range| {
        for index in range {
            let (place, _) = ui.allocate_exact_size(egui::vec2(rect.width(), row_height), egui::Sense::hover());
            row(ui, Rect::from_min_max(place.min, egui::pos2(place.right() - GUTTER, place.bottom())), index);
        }
    });
}

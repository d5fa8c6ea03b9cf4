//! Finding things: the scan and search field, always ready; under it what was found, or the quick keys; at the bottom the commands.

use egui::{Align2, Id, Rect, Sense, Stroke, StrokeKind, TextEdit, Ui, WidgetInfo};
use tradepost_domain::id::CollectionId;

use super::{Out, card, empty};
use crate::ask::Ask;
use crate::command::Command;
use crate::icon;
use crate::model::{Category, Model, Tile, TileTarget};
use crate::pictures::Pictures;
use crate::theme::{self, Palette};
use crate::tokens;
use crate::view::View;
use crate::widgets::{
    Cut, Face, GAP, Ink, Look, WIDE, button, columns, command_button, command_tile, elided, label, notice, notice_height,
    picture, text,
};

/// The longest text that is searched for.
const SEARCH_LENGTH_MAX: usize = 100;

/// The search field, which has the keyboard whenever nothing else does.
pub fn search_id() -> Id {
    Id::unique("search")
}

/// What tiles are drawn with.
struct Goods<'a> {
    pictures: &'a Pictures,
    /// Whether stock is known: while the shop arrives, nothing is said rather than "none left".
    knows_stock: bool,
}

impl Goods<'_> {
    fn stock<'a>(&self, tile: &'a Tile) -> &'a str {
        if self.knows_stock { &tile.stock } else { "" }
    }
}

pub fn show(ui: &mut Ui, rect: Rect, model: &Model, view: &mut View, out: &mut Out) {
    let mut parts = Cut::new(rect);
    let bar = parts.bottom(84.0);
    parts.bottom(WIDE);
    let inner = card(ui, parts.rest);
    let mut parts = Cut::new(inner);
    let mut top = Cut::new(parts.top(56.0));
    let open_line = top.right(188.0);
    top.right(GAP);
    search_field(ui, top.rest, view);
    out.on(command_button(ui, open_line, Command::OpenLine, Look::Plain), Command::OpenLine);
    parts.top(12.0);
    if let Some((tone, words)) = &view.notice {
        let height = notice_height(ui, words, parts.rest.width());
        notice(ui, parts.top(height), *tone, words);
        parts.top(12.0);
    }
    if let Some((done, total)) = model.sync.loading {
        loading(ui, parts.top(44.0), done, total);
        parts.top(12.0);
    }
    let shelf = view.pictures.clone();
    let goods = Goods { pictures: &shelf, knows_stock: model.sync.loading.is_none() };
    if !view.search.trim().is_empty() {
        results(ui, parts.rest, view, &goods, out);
    } else if let Some(choices) = &model.choices {
        label(ui, parts.top(32.0), Align2::LEFT_CENTER, &choices.title, &Ink::strong(tokens::LARGE));
        parts.top(GAP);
        grid(ui, parts.rest, "choices", &choices.tiles, &goods, out);
    } else {
        categories(ui, parts.top(tokens::TARGET), &model.categories, view.category, out);
        parts.top(12.0);
        quick_keys(ui, parts.rest, model, &goods, out);
    }
    commands(ui, bar, model, out);
}

fn search_field(ui: &mut Ui, rect: Rect, view: &mut View) {
    let palette = Palette::of(ui);
    ui.painter().rect(rect, 8.0, palette.page, Stroke::new(1.0, palette.muted.gamma_multiply(0.6)), StrokeKind::Inside);
    let mut parts = Cut::new(rect);
    crate::widgets::icon(ui, parts.left(52.0), icon::SCAN_BARCODE, 22.0, palette.muted);
    let edit = TextEdit::singleline(&mut view.search)
        .id(search_id())
        .hint_text(egui::RichText::new("Scan or search by name, SKU or barcode").color(palette.muted))
        .font(theme::regular(tokens::LARGE))
        .char_limit(SEARCH_LENGTH_MAX)
        .frame(egui::Frame::NONE)
        .margin(egui::Margin::ZERO)
        .align(egui::Align2::LEFT_CENTER)
        .min_size(parts.rest.size());
    let response = ui.put(parts.rest, edit);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::SearchInput, true, "Scan or search"));
    if response.has_focus() {
        ui.painter().rect_stroke(rect, 8.0, Stroke::new(2.0, palette.accent), StrokeKind::Inside);
    }
}

fn loading(ui: &mut Ui, rect: Rect, done: u64, total: u64) {
    let palette = Palette::of(ui);
    let share = if total == 0 { 0.0 } else { (done as f32 / total as f32).clamp(0.0, 1.0) };
    let mut parts = Cut::new(rect);
    let words = format!("The shop is still arriving, {} %. You can sell already.", (share * 100.0) as u32);
    label(ui, parts.top(24.0), Align2::LEFT_CENTER, &words, &Ink::regular(tokens::BODY).color(palette.muted));
    let track = parts.top(8.0);
    ui.painter().rect_filled(track, 4.0, palette.sunken);
    let filled = Rect::from_min_size(track.min, egui::vec2(track.width() * share, track.height()));
    ui.painter().rect_filled(filled, 4.0, palette.accent);
}

fn categories(ui: &mut Ui, rect: Rect, categories: &[Category], chosen: Option<CollectionId>, out: &mut Out) {
    let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(rect).id_salt("categories"));
    inside.set_clip_rect(rect.expand(2.0));
    egui::ScrollArea::horizontal()
        .id_salt("categories")
        .scroll_bar_visibility(egui::scroll_area::ScrollBarVisibility::AlwaysHidden)
        .show(&mut inside, |ui| {
            ui.horizontal(|ui| {
                for category in categories {
                    let look = if category.collection == chosen { Look::Chosen } else { Look::Plain };
                    let width = elided(ui, &category.title, &Ink::strong(tokens::BODY), 200.0).size().x + 28.0;
                    let (place, _) = ui.allocate_exact_size(egui::vec2(width, tokens::TARGET), Sense::hover());
                    let face = Face { label: category.title.clone(), ..Face::default() };
                    if button(ui, place, ("category", category.collection), look, &face) {
                        out.asks.push(Ask::ShowCategory(category.collection));
                    }
                }
            });
        });
}

fn quick_keys(ui: &mut Ui, rect: Rect, model: &Model, goods: &Goods<'_>, out: &mut Out) {
    if model.quick_keys.is_empty() {
        let hint = "Products from the back office appear here, best sellers first.";
        return empty(ui, rect, icon::PACKAGE, "No products here yet", hint);
    }
    grid(ui, rect, "quick-keys", &model.quick_keys, goods, out);
}

fn grid(ui: &mut Ui, rect: Rect, salt: &str, tiles: &[Tile], goods: &Goods<'_>, out: &mut Out) {
    let count = ((rect.width() / 175.0) as usize).clamp(2, 6);
    let rows = tiles.len().div_ceil(count);
    super::list(ui, rect, salt, 116.0, rows, |ui, place, row| {
        let places = columns(Rect::from_min_max(place.min, place.max - egui::vec2(0.0, GAP + 2.0)), count, GAP + 2.0);
        for (place, tile) in places.into_iter().zip(tiles.iter().skip(row * count)) {
            quick_key(ui, place, tile, goods, out);
        }
    });
}

fn quick_key(ui: &mut Ui, rect: Rect, tile: &Tile, goods: &Goods<'_>, out: &mut Out) {
    let palette = Palette::of(ui);
    let name = format!("{} {} {}", tile.title, tile.subtitle, tile.price);
    let face = Face { name: Some(name.trim().to_owned()), hint: hint_of(tile, goods), ..Face::default() };
    let pressed = button(ui, rect, ("tile", salt_of(tile.target)), Look::Plain, &face);
    let mut parts = Cut::new(rect.shrink(10.0));
    let mut head = Cut::new(parts.top(42.0));
    let square = head.left(36.0).with_max_y(parts.rest.top() - 6.0);
    picture(ui, square, &tile.title, &tile.picture, goods.pictures);
    head.left(10.0);
    crate::widgets::paragraph(ui, head.rest, &tile.title, &Ink::strong(14.0), 2);
    let mut foot = Cut::new(parts.bottom(22.0));
    let price = text(ui, foot.rest, Align2::RIGHT_CENTER, &tile.price, &Ink::strong(tokens::BODY));
    foot.rest.max.x = price.left() - 8.0;
    let color = if tile.is_out { palette.warn } else { palette.muted };
    text(ui, foot.rest, Align2::LEFT_CENTER, goods.stock(tile), &Ink::regular(tokens::SMALL).color(color));
    text(ui, parts.rest, Align2::LEFT_CENTER, &tile.subtitle, &Ink::regular(tokens::SMALL).color(palette.muted));
    if pressed {
        out.asks.push(ask_of(tile.target));
    }
}

fn hint_of(tile: &Tile, goods: &Goods<'_>) -> String {
    [tile.title.as_str(), &tile.subtitle, goods.stock(tile)]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

fn salt_of(target: TileTarget) -> [u8; 16] {
    match target {
        TileTarget::Variant(id) => *id.as_bytes(),
        TileTarget::Product(id) => *id.as_bytes(),
    }
}

/// What a touch on this asks for.
fn ask_of(target: TileTarget) -> Ask {
    match target {
        TileTarget::Variant(id) => Ask::AddVariant(id),
        TileTarget::Product(id) => Ask::ChooseVariant(id),
    }
}

fn results(ui: &mut Ui, rect: Rect, view: &mut View, goods: &Goods<'_>, out: &mut Out) {
    let found = view.found.clone();
    let is_current = found.text == view.search.trim();
    if found.tiles.is_empty() {
        if is_current {
            let title = format!("Nothing is called \"{}\"", view.search.trim());
            return empty(
                ui,
                rect,
                icon::SEARCH,
                &title,
                "Try a part of the name, the SKU or the barcode, or sell it as an open line (Ctrl O)",
            );
        }
        return;
    }
    let highlighted = view.highlighted.min(found.tiles.len().saturating_sub(1));
    super::list(ui, rect, "results", 64.0, found.tiles.len(), |ui, place, index| {
        if let Some(tile) = found.tiles.get(index) {
            result(ui, place, tile, index == highlighted, goods, out);
        }
    });
}

fn result(ui: &mut Ui, rect: Rect, tile: &Tile, is_highlighted: bool, goods: &Goods<'_>, out: &mut Out) {
    let palette = Palette::of(ui);
    let rect = Rect::from_min_max(rect.min, rect.max - egui::vec2(0.0, 6.0));
    let face = Face { name: Some(format!("{} {} {}", tile.title, tile.subtitle, tile.price)), ..Face::default() };
    let look = if is_highlighted { Look::Chosen } else { Look::Quiet };
    let pressed = button(ui, rect, ("result", salt_of(tile.target)), look, &face);
    let mut parts = Cut::new(rect.shrink2(egui::vec2(10.0, 0.0)));
    let square = Rect::from_center_size(parts.left(40.0).center(), egui::vec2(40.0, 40.0));
    picture(ui, square, &tile.title, &tile.picture, goods.pictures);
    parts.left(12.0);
    let key = if is_highlighted { "Enter" } else { "" };
    text(ui, parts.right(48.0), Align2::RIGHT_CENTER, key, &Ink::regular(tokens::SMALL).color(palette.muted));
    text(ui, parts.right(100.0), Align2::RIGHT_CENTER, &tile.price, &Ink::strong(tokens::LARGE));
    parts.right(12.0);
    let color = if tile.is_out { palette.warn } else { palette.muted };
    text(ui, parts.right(110.0), Align2::RIGHT_CENTER, goods.stock(tile), &Ink::regular(tokens::SMALL).color(color));
    parts.right(12.0);
    let mut words = Cut::new(Rect::from_center_size(parts.rest.center(), egui::vec2(parts.rest.width(), 42.0)));
    text(ui, words.top(22.0), Align2::LEFT_CENTER, &tile.title, &Ink::strong(tokens::BODY));
    text(ui, words.rest, Align2::LEFT_CENTER, &tile.subtitle, &Ink::regular(tokens::SMALL).color(palette.muted));
    if pressed {
        out.asks.push(ask_of(tile.target));
    }
}

fn commands(ui: &mut Ui, rect: Rect, model: &Model, out: &mut Out) {
    let has_lines = !model.basket.lines.is_empty();
    let row = [
        (Command::DiscountBasket, has_lines, None),
        (Command::Note, true, None),
        (Command::Park, has_lines, None),
        (Command::Recall, true, Some(model.parked.len())),
        (Command::Refund, true, None),
        (Command::MoveCash, true, None),
        (Command::Reports, true, None),
        (Command::Customer, true, None),
        (Command::Menu, true, None),
    ];
    for (place, (command, is_on, badge)) in columns(rect, row.len(), GAP).into_iter().zip(row) {
        let look = if is_on { Look::Plain } else { Look::Off };
        out.on(command_tile(ui, place, command, look, badge), command);
    }
}

//! Buttons. Each shows its key, has a focus ring, and is at least 48 points high where a finger meets it.

use egui::{Align2, Color32, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo};

use super::text::{Ink, elided, icon, text};
use crate::command::Command;
use crate::theme::Palette;
use crate::tokens;

/// What stands on a button.
#[derive(Debug, Clone, Default)]
pub struct Face {
    /// Its word.
    pub label: String,
    /// Its icon.
    pub icon: Option<char>,
    /// Its key.
    pub key: Option<String>,
    /// A sentence shown when the pointer rests on it.
    pub hint: String,
    /// The name for a screen reader, where the word alone is not enough.
    pub name: Option<String>,
}

/// How a button looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// The one main action of the screen.
    Main,
    /// An action.
    Plain,
    /// An action beside others, without a ground of its own.
    Quiet,
    /// An action that destroys.
    Danger,
    /// One of several, and the chosen one.
    Chosen,
    /// It cannot be used now.
    Off,
}

struct Colors {
    ground: Color32,
    ink: Color32,
    edge: Color32,
    key: Color32,
}

fn colors(palette: &Palette, look: Look, response: &Response) -> Colors {
    let (ground, ink, edge) = match look {
        Look::Main => (palette.accent, palette.on_accent, palette.accent),
        Look::Plain => (palette.surface, palette.ink, palette.line),
        Look::Quiet => (Color32::TRANSPARENT, palette.ink, Color32::TRANSPARENT),
        Look::Danger => (palette.surface, palette.danger, palette.danger),
        Look::Chosen => (palette.accent_soft, palette.ink, palette.accent),
        Look::Off => (palette.sunken, palette.muted.gamma_multiply(0.75), palette.sunken),
    };
    let pressed = response.is_pointer_button_down_on();
    let shade = if pressed {
        0.16
    } else if response.hovered() && look != Look::Off {
        0.08
    } else {
        0.0
    };
    let key = match look {
        Look::Main => palette.on_accent,
        Look::Danger => palette.danger,
        Look::Plain | Look::Quiet | Look::Chosen | Look::Off => palette.muted,
    };
    let ground =
        if ground == Color32::TRANSPARENT && shade > 0.0 { palette.sunken } else { ground.lerp_to_gamma(palette.ink, shade) };
    Colors { ground, ink, edge, key }
}

/// A button in a rectangle; whether it was pressed. `salt` tells it from others of the same screen.
pub fn button(ui: &mut Ui, rect: Rect, salt: impl std::hash::Hash + std::fmt::Debug, look: Look, face: &Face) -> bool {
    let (response, colors) = ground(ui, rect, salt, look, face);
    let inner = rect.shrink2(egui::vec2(12.0, 4.0));
    let size = if rect.height() >= 64.0 { tokens::LARGE } else { tokens::BODY };
    let ink = if look == Look::Quiet { Ink::regular(size) } else { Ink::strong(size) }.color(colors.ink);
    let key_width = key_cap(ui, inner, face.key.as_deref(), colors.key);
    let room = Rect::from_min_max(inner.min, egui::pos2(inner.right() - key_width, inner.bottom()));
    let icon_width = match face.icon {
        Some(_) if face.label.is_empty() => size + 5.0,
        Some(_) => size + 13.0,
        None => 0.0,
    };
    let words = elided(ui, &face.label, &ink, room.width() - icon_width);
    let width = words.size().x + icon_width;
    let start = match (&face.key, look) {
        (None, _) => room.center().x - width / 2.0,
        // Without an edge around both, the words stand beside their key.
        (Some(_), Look::Quiet) => room.right() - width,
        (Some(_), _) => room.left(),
    };
    if let Some(sign) = face.icon {
        let place = Rect::from_min_size(egui::pos2(start, room.top()), egui::vec2(size + 5.0, room.height()));
        icon(ui, place, sign, size + 4.0, colors.ink);
    }
    let top = room.center().y - words.size().y / 2.0;
    ui.painter().galley(egui::pos2(start + icon_width, top), words, colors.ink);
    response.clicked() && look != Look::Off
}

/// The face of a command.
pub fn face_of(command: Command) -> Face {
    let info = command.info();
    Face { label: info.label.to_owned(), icon: Some(info.icon), key: command.key_name(), hint: info.hint.to_owned(), name: None }
}

/// A command's button: icon, word and key in one line.
pub fn command_button(ui: &mut Ui, rect: Rect, command: Command, look: Look) -> bool {
    button(ui, rect, command, look, &face_of(command))
}

/// A command's button in the row at the bottom: icon over word over key. `badge` is a number beside the icon.
pub fn command_tile(ui: &mut Ui, rect: Rect, command: Command, look: Look, badge: Option<usize>) -> bool {
    let info = command.info();
    let mut face = face_of(command);
    if let Some(count) = badge {
        face.name = Some(format!("{} ({count})", info.label));
    }
    let (response, colors) = ground(ui, rect, command, look, &face);
    let is_narrow = rect.width() < 66.0;
    let (margin, size) = if is_narrow { (1.0, tokens::SMALL - 1.5) } else { (4.0, tokens::SMALL) };
    let mut parts = super::Cut::new(rect.shrink2(egui::vec2(margin, 9.0)));
    let top = parts.top(22.0);
    icon(ui, top, info.icon, 20.0, colors.ink);
    if let Some(count) = badge.filter(|count| *count > 0) {
        let palette = Palette::of(ui);
        let center = top.center() + egui::vec2(18.0, -4.0);
        ui.painter().circle_filled(center, 9.0, palette.accent);
        let place = Rect::from_center_size(center, egui::vec2(18.0, 18.0));
        text(ui, place, Align2::CENTER_CENTER, &count.to_string(), &Ink::strong(12.0).color(palette.on_accent));
    }
    let word = parts.top(22.0);
    text(ui, word, Align2::CENTER_CENTER, info.label, &Ink::strong(size).color(colors.ink));
    let key = face.key.unwrap_or_default();
    text(ui, parts.rest, Align2::CENTER_CENTER, &key, &Ink::regular(tokens::SMALL).color(colors.key));
    response.clicked() && look != Look::Off
}

fn ground(ui: &mut Ui, rect: Rect, salt: impl std::hash::Hash + std::fmt::Debug, look: Look, face: &Face) -> (Response, Colors) {
    let palette = Palette::of(ui);
    let id = ui.make_persistent_id(("button", salt));
    let mut response = ui.interact(rect, id, Sense::click());
    let name = face.name.as_ref().unwrap_or(&face.label);
    response.widget_info(|| WidgetInfo::selected(egui::Role::Button, look != Look::Off, look == Look::Chosen, name));
    let colors = colors(palette, look, &response);
    let radius = egui::CornerRadius::same(8);
    ui.painter().rect(rect, radius, colors.ground, Stroke::new(1.0, colors.edge), StrokeKind::Inside);
    if response.has_focus() {
        ui.painter().rect_stroke(rect.expand(2.0), 10.0, Stroke::new(2.0, palette.accent), StrokeKind::Outside);
    }
    if !face.hint.is_empty() {
        response = response.on_hover_text(&face.hint);
    }
    (response, colors)
}

/// A key at the right of a button; returns the width it takes.
fn key_cap(ui: &Ui, rect: Rect, key: Option<&str>, color: Color32) -> f32 {
    let Some(key) = key else { return 0.0 };
    let words = elided(ui, key, &Ink::regular(tokens::SMALL).color(color), 64.0);
    let size = words.size() + egui::vec2(10.0, 4.0);
    let place = Align2::RIGHT_CENTER.align_size_within_rect(size, rect);
    ui.painter().rect_stroke(place, 4.0, Stroke::new(1.0, color.gamma_multiply(0.5)), StrokeKind::Inside);
    ui.painter().galley(place.min + egui::vec2(5.0, 2.0), words, color);
    size.x + 8.0
}

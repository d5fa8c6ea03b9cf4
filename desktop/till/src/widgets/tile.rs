//! The square that stands for a product without a picture: its first letter on a ground of the palette, always the same for the same name.

use egui::{Align2, Color32, Rect, Ui};

use super::text::{Ink, text};
use crate::pictures::Pictures;
use crate::theme::Palette;

/// Ground and ink for a name: one of the palette's quiet pairs.
fn picture_pair(palette: &Palette, name: &str) -> (Color32, Color32) {
    let pairs = [
        (palette.accent_soft, palette.accent),
        (palette.on_warn, palette.warn),
        (palette.on_info, palette.info),
        (palette.on_success, palette.success),
        (palette.sunken, palette.muted),
    ];
    let sum = name.bytes().fold(7_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
    pairs.get(sum % pairs.len()).copied().unwrap_or((palette.sunken, palette.muted))
}

/// Draws the picture, or the square while there is none.
pub fn picture(ui: &Ui, rect: Rect, name: &str, url: &str, pictures: &Pictures) {
    let Some(texture) = pictures.find(url) else { return initial(ui, rect, name) };
    let place = Rect::from_center_size(rect.center(), egui::Vec2::splat(rect.width().min(rect.height())));
    let whole = Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
    ui.painter().add(egui::epaint::RectShape::filled(place, 8.0, Color32::WHITE).with_texture(texture, whole));
}

/// Draws the square.
pub fn initial(ui: &Ui, rect: Rect, name: &str) {
    let (ground, ink) = picture_pair(Palette::of(ui), name);
    ui.painter().rect_filled(rect, 8.0, ground);
    let letters = initials(name);
    text(ui, rect, Align2::CENTER_CENTER, &letters, &Ink::strong(rect.height() * 0.38).color(ink));
}

/// The first letters of the first two words.
fn initials(name: &str) -> String {
    let firsts = name.split_whitespace().filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
    let letters: String = firsts.take(2).flat_map(char::to_uppercase).collect();
    if letters.is_empty() { "?".to_owned() } else { letters }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_has_initials() {
        assert_eq!(initials("ada lovelace king"), "AL");
        assert_eq!(initials("  (blue) 3-pack"), "B3");
        assert_eq!(initials("—"), "?");
        assert_eq!(initials("Ärmel"), "Ä");
    }
}

//! Made from `desktop/tokens.json` by `tests/tokens.rs`; do not edit.

use egui::Color32;

/// The light colors.
pub const LIGHT: super::theme::Palette = super::theme::Palette {
    accent: Color32::from_rgb(0x0B, 0x6E, 0x63),
    accent_soft: Color32::from_rgb(0xE2, 0xF0, 0xED),
    danger: Color32::from_rgb(0xB3, 0x26, 0x1E),
    info: Color32::from_rgb(0x1F, 0x5F, 0xA8),
    ink: Color32::from_rgb(0x1D, 0x1B, 0x18),
    line: Color32::from_rgb(0xD5, 0xCF, 0xC3),
    muted: Color32::from_rgb(0x5E, 0x58, 0x4F),
    on_accent: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    on_danger: Color32::from_rgb(0xFC, 0xE9, 0xE7),
    on_info: Color32::from_rgb(0xE6, 0xEF, 0xF9),
    on_success: Color32::from_rgb(0xE5, 0xF4, 0xE9),
    on_warn: Color32::from_rgb(0xFF, 0xF3, 0xDC),
    page: Color32::from_rgb(0xFA, 0xF8, 0xF4),
    success: Color32::from_rgb(0x1B, 0x7A, 0x3D),
    sunken: Color32::from_rgb(0xF1, 0xEE, 0xE7),
    surface: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    warn: Color32::from_rgb(0x8A, 0x51, 0x00),
};

/// The dark colors.
pub const DARK: super::theme::Palette = super::theme::Palette {
    accent: Color32::from_rgb(0x4F, 0xC3, 0xB0),
    accent_soft: Color32::from_rgb(0x1A, 0x32, 0x2E),
    danger: Color32::from_rgb(0xFF, 0x8A, 0x80),
    info: Color32::from_rgb(0x8A, 0xB8, 0xF2),
    ink: Color32::from_rgb(0xF2, 0xEF, 0xE8),
    line: Color32::from_rgb(0x42, 0x3D, 0x35),
    muted: Color32::from_rgb(0xB3, 0xAB, 0xA0),
    on_accent: Color32::from_rgb(0x06, 0x23, 0x1F),
    on_danger: Color32::from_rgb(0x3A, 0x16, 0x13),
    on_info: Color32::from_rgb(0x16, 0x26, 0x3A),
    on_success: Color32::from_rgb(0x14, 0x30, 0x1D),
    on_warn: Color32::from_rgb(0x33, 0x26, 0x0E),
    page: Color32::from_rgb(0x15, 0x14, 0x12),
    success: Color32::from_rgb(0x6F, 0xD0, 0x8C),
    sunken: Color32::from_rgb(0x0F, 0x0E, 0x0C),
    surface: Color32::from_rgb(0x1E, 0x1C, 0x19),
    warn: Color32::from_rgb(0xF0, 0xB6, 0x5B),
};

/// `small` in points.
pub const SMALL: f32 = 13.0;
/// `body` in points.
pub const BODY: f32 = 15.0;
/// `large` in points.
pub const LARGE: f32 = 18.0;
/// `title` in points.
pub const TITLE: f32 = 24.0;
/// `display` in points.
pub const DISPLAY: f32 = 32.0;
/// `hero` in points.
pub const HERO: f32 = 48.0;
/// `radius control` in points.
pub const RADIUS_CONTROL: f32 = 8.0;
/// `radius panel` in points.
pub const RADIUS_PANEL: f32 = 12.0;
/// `target` in points.
pub const TARGET: f32 = 48.0;

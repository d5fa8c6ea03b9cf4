//! The till's look: colors, fonts and egui's own visuals, all from the tokens.
//!
//! No other module names a color or a font. The digits of the shipped Inter are tabular, so every number aligns by itself.

use std::sync::Arc;

use egui::{Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Stroke, Theme};

use crate::tokens;

/// The colors of one theme, by what they are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the token of the same name in desktop/tokens.json")]
pub struct Palette {
    pub page: Color32,
    pub surface: Color32,
    pub sunken: Color32,
    pub line: Color32,
    pub ink: Color32,
    pub muted: Color32,
    pub accent: Color32,
    pub on_accent: Color32,
    pub accent_soft: Color32,
    pub warn: Color32,
    pub on_warn: Color32,
    pub danger: Color32,
    pub on_danger: Color32,
    pub success: Color32,
    pub on_success: Color32,
    pub info: Color32,
    pub on_info: Color32,
}

impl Palette {
    /// The colors of the theme this is drawn in.
    pub fn of(ui: &egui::Ui) -> &'static Self {
        if ui.visuals().dark_mode { &tokens::DARK } else { &tokens::LIGHT }
    }
}

const SEMI_BOLD: &str = "semi-bold";
const ICONS: &str = "icons";

/// Running text of this size.
pub fn regular(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// Text that leads, of this size.
pub fn strong(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(SEMI_BOLD.into()))
}

/// Icons of this size.
pub fn icons(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(ICONS.into()))
}

/// Sets fonts and both themes; once, when the window opens.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    // Not every desktop says how it is set; the back office is light then, too.
    ctx.options_mut(|options| options.fallback_theme = Theme::Light);
    ctx.set_visuals_of(Theme::Light, visuals(&tokens::LIGHT, egui::Visuals::light()));
    ctx.set_visuals_of(Theme::Dark, visuals(&tokens::DARK, egui::Visuals::dark()));
    ctx.all_styles_mut(|style| {
        style.animation_time = 0.1;
        style.spacing.item_spacing = egui::vec2(8.0, 8.0);
        style.spacing.scroll = egui::style::ScrollStyle { floating_allocated_width: 0.0, ..egui::style::ScrollStyle::floating() };
        style.interaction.selectable_labels = false;
        for font in style.text_styles.values_mut() {
            *font = regular(tokens::BODY);
        }
    });
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let files: [(&str, &'static [u8]); 3] = [
        ("inter", include_bytes!("../assets/Inter-Regular.ttf")),
        ("inter-semi-bold", include_bytes!("../assets/Inter-SemiBold.ttf")),
        ("lucide", include_bytes!("../assets/lucide-subset.ttf")),
    ];
    for (name, bytes) in files {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let family = |first: &str| std::iter::once(first.to_owned()).chain(fallback.iter().cloned()).collect();
    fonts.families.insert(FontFamily::Proportional, family("inter"));
    fonts.families.insert(FontFamily::Name(SEMI_BOLD.into()), family("inter-semi-bold"));
    fonts.families.insert(FontFamily::Name(ICONS.into()), family("lucide"));
    fonts
}

fn visuals(palette: &Palette, base: egui::Visuals) -> egui::Visuals {
    let mut visuals = base;
    let radius = CornerRadius::same(8);
    visuals.override_text_color = Some(palette.ink);
    visuals.weak_text_color = Some(palette.muted);
    visuals.panel_fill = palette.page;
    visuals.window_fill = palette.surface;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.extreme_bg_color = palette.surface;
    visuals.text_edit_bg_color = Some(palette.surface);
    visuals.faint_bg_color = palette.sunken;
    visuals.hyperlink_color = palette.accent;
    visuals.selection.bg_fill = palette.accent_soft;
    visuals.selection.stroke = Stroke::new(2.0, palette.accent);
    visuals.text_cursor.stroke = Stroke::new(2.0, palette.accent);
    let widgets = &mut visuals.widgets;
    for widget in
        [&mut widgets.noninteractive, &mut widgets.inactive, &mut widgets.hovered, &mut widgets.active, &mut widgets.open]
    {
        widget.corner_radius = radius;
        widget.bg_stroke = Stroke::new(1.0, palette.line);
        widget.fg_stroke = Stroke::new(1.0, palette.ink);
        widget.expansion = 0.0;
    }
    widgets.inactive.bg_fill = palette.line;
    widgets.hovered.bg_fill = palette.muted;
    widgets.active.bg_fill = palette.muted;
    visuals
}

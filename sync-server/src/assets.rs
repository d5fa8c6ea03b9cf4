//! Style sheet, script and fonts, served under the hash of their content so that browsers keep them for good.
//!
//! Colors come from the one file of tokens that till and back office use too; a shop's own accent is fitted to both grounds.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use axum::body::Bytes;
use serde::Deserialize;

use crate::page_cache::gzip;

const TOKENS: &str = include_str!("../../desktop/tokens.json");
const STYLE: &str = include_str!("../assets/store.css");
const SCRIPT: &str = include_str!("../assets/store.js");

#[derive(Deserialize)]
struct Tokens {
    color: BTreeMap<String, TokenColor>,
}

#[derive(Deserialize)]
struct TokenColor {
    light: String,
    dark: String,
}

/// A file as it is served.
#[derive(Debug)]
pub struct Asset {
    /// Its bytes.
    pub body: Bytes,
    /// Compressed, where that helps.
    pub gzipped: Option<Bytes>,
    /// Its type.
    pub content_type: &'static str,
}

/// All files, and the hash that stands in their addresses.
#[derive(Debug)]
pub struct Assets {
    version: String,
    files: BTreeMap<&'static str, Asset>,
    /// The page's ground in light and dark, for the browser's own bars.
    pub paper: (String, String),
}

impl Assets {
    /// The files, made once.
    pub fn get() -> &'static Self {
        static ASSETS: OnceLock<Assets> = OnceLock::new();
        ASSETS.get_or_init(Self::make)
    }

    fn make() -> Self {
        // The tokens are part of the program and a test reads them; without them pages would still stand, uncolored.
        let tokens = serde_json::from_str(TOKENS).unwrap_or(Tokens { color: BTreeMap::new() });
        let style = format!("{}{STYLE}", variables(&tokens));
        let text = |body: String, content_type| Asset { gzipped: gzip(body.as_bytes()), body: Bytes::from(body), content_type };
        let font = |body: &'static [u8]| Asset { body: Bytes::from_static(body), gzipped: None, content_type: "font/woff2" };
        let files = BTreeMap::from([
            ("store.css", text(style, "text/css; charset=utf-8")),
            ("store.js", text(SCRIPT.to_owned(), "text/javascript; charset=utf-8")),
            ("inter.woff2", font(include_bytes!("../assets/fonts/inter.woff2"))),
            ("inter-ext.woff2", font(include_bytes!("../assets/fonts/inter-ext.woff2"))),
            ("fraunces.woff2", font(include_bytes!("../assets/fonts/fraunces.woff2"))),
            ("fraunces-ext.woff2", font(include_bytes!("../assets/fonts/fraunces-ext.woff2"))),
        ]);
        let mut hasher = blake3::Hasher::new();
        files.values().for_each(|asset| {
            hasher.update(&asset.body);
        });
        let version = hasher.finalize().to_hex().get(..12).unwrap_or_default().to_owned();
        let page = tokens.color.get("page");
        let paper = page.map_or_else(Default::default, |page| (page.light.clone(), page.dark.clone()));
        Self { version, files, paper }
    }

    /// The address of a file.
    pub fn href(&self, name: &str) -> String {
        format!("/assets/{}/{name}", self.version)
    }

    /// The file. An older version's address gets the present one: better a new color than none.
    pub fn find(&self, name: &str) -> Option<&Asset> {
        self.files.get(name)
    }

    /// Whether an address names the present version.
    pub fn is_current(&self, version: &str) -> bool {
        self.version == version
    }
}

fn variables(tokens: &Tokens) -> String {
    let list = |pick: fn(&TokenColor) -> &str| -> String {
        tokens.color.iter().map(|(name, color)| format!("--{name}:{};", pick(color))).collect()
    };
    format!(
        ":root{{{}}}@media (prefers-color-scheme:dark){{:root{{{}}}}}\n",
        list(|color| color.light.as_str()),
        list(|color| color.dark.as_str())
    )
}

/// The style of a shop with an accent of its own; `None`: the house color, or not a color.
pub fn theme_css(accent: &str) -> Option<String> {
    let color = Color::parse(accent)?;
    let (light, dark) = (Color::parse("#FAF8F4")?, Color::parse("#151412")?);
    let on_paper = color.readable_on(light, Color::BLACK);
    let on_dark = color.readable_on(dark, Color::WHITE);
    let rule = |accent: Color, ground: Color| {
        format!(
            "--accent:{};--on-accent:{};--accent-soft:{};",
            accent.hex(),
            accent.best_text().hex(),
            ground.mixed(accent, 14).hex()
        )
    };
    Some(format!(":root{{{}}}@media (prefers-color-scheme:dark){{:root{{{}}}}}", rule(on_paper, light), rule(on_dark, dark)))
}

/// A color in eight-bit sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Color([u8; 3]);

impl Color {
    const BLACK: Self = Self([0; 3]);
    const WHITE: Self = Self([255; 3]);

    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let number = u32::from_str_radix(digits, 16).ok()?;
        let [_, red, green, blue] = number.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    fn hex(self) -> String {
        let Self([red, green, blue]) = self;
        format!("#{red:02X}{green:02X}{blue:02X}")
    }

    /// Relative luminance in millionths. Channels are linearized by their square times their fourth root's neighbor: c^2.2 is c^2 * c^0.2,
    /// and without the small factor (which only darkens) the contrast asked for below has a margin instead.
    fn luminance(self) -> i64 {
        let Self([red, green, blue]) = self;
        let linear = |channel: u8| i64::from(channel) * i64::from(channel) * 1_000_000 / (255 * 255);
        (linear(red) * 2126 + linear(green) * 7152 + linear(blue) * 722) / 10_000
    }

    /// Contrast in hundredths: 450 is 4.5 : 1.
    fn contrast(self, other: Self) -> i64 {
        let (one, two) = (self.luminance() + 50_000, other.luminance() + 50_000);
        one.max(two) * 100 / one.min(two)
    }

    /// This color with so many percent of another.
    fn mixed(self, other: Self, percent: u16) -> Self {
        let mut mixed = self.0;
        for (channel, other) in mixed.iter_mut().zip(other.0) {
            let sum = u16::from(*channel) * (100 - percent.min(100)) + u16::from(other) * percent.min(100);
            *channel = u8::try_from(sum / 100).unwrap_or(u8::MAX);
        }
        Self(mixed)
    }

    /// The nearest shade towards `towards` that can be read on `ground`.
    fn readable_on(self, ground: Self, towards: Self) -> Self {
        const CONTRAST_MIN: i64 = 520;
        (0..=100)
            .step_by(4)
            .map(|percent| self.mixed(towards, percent))
            .find(|shade| shade.contrast(ground) >= CONTRAST_MIN)
            .unwrap_or(towards)
    }

    fn best_text(self) -> Self {
        let dark = Self([0x14, 0x12, 0x10]);
        if self.contrast(Self::WHITE) >= self.contrast(dark) { Self::WHITE } else { dark }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tokens_become_variables() {
        let style = std::str::from_utf8(&Assets::get().find("store.css").unwrap().body).unwrap();
        assert!(style.contains("--accent:#0B6E63;") && style.contains("--page:#151412;"));
    }

    #[test]
    fn any_accent_can_be_read_on_both_grounds() {
        for accent in ["#FFFF00", "#000000", "#FFFFFF", "#C0392B", "#2255AA", "#7F7F7F"] {
            let color = Color::parse(accent).unwrap();
            for (ground, towards) in [(Color([0xFA, 0xF8, 0xF4]), Color::BLACK), (Color([0x15, 0x14, 0x12]), Color::WHITE)] {
                let shade = color.readable_on(ground, towards);
                assert!(shade.contrast(ground) >= 500, "{accent} on {}", ground.hex());
                assert!(shade.contrast(shade.best_text()) >= 400, "{accent}: text on {}", shade.hex());
            }
        }
    }

    #[test]
    fn what_is_no_color_changes_nothing() {
        assert_eq!(theme_css("red;}body{display:none"), None);
        assert_eq!(theme_css(""), None);
    }
}

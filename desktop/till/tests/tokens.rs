//! The till's colors and sizes are those of `desktop/tokens.json`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::fmt::Write as _;

/// What `src/tokens.rs` has to be.
fn generated(tokens: &serde_json::Value) -> String {
    let mut text = String::from("//! Made from `desktop/tokens.json` by `tests/tokens.rs`; do not edit.\n\nuse egui::Color32;\n");
    for (theme, name) in [("light", "LIGHT"), ("dark", "DARK")] {
        write!(text, "\n/// The {theme} colors.\npub const {name}: super::theme::Palette = super::theme::Palette {{\n").unwrap();
        for (token, value) in tokens["color"].as_object().unwrap() {
            let hex = value[theme].as_str().unwrap().trim_start_matches('#');
            let (red, green, blue) = (&hex[0..2], &hex[2..4], &hex[4..6]);
            let field = token.replace('-', "_");
            writeln!(text, "    {field}: Color32::from_rgb(0x{red}, 0x{green}, 0x{blue}),").unwrap();
        }
        text.push_str("};\n");
    }
    let sizes = ["small", "body", "large", "title", "display", "hero"].map(|size| (size, &tokens["type"][size]));
    let others = [
        ("radius_control", &tokens["radius"]["control"]),
        ("radius_panel", &tokens["radius"]["panel"]),
        ("target", &tokens["target"]["till"]),
    ];
    text.push('\n');
    for (name, value) in sizes.into_iter().chain(others) {
        let name = name.to_uppercase();
        writeln!(text, "/// `{}` in points.\npub const {name}: f32 = {value}.0;", name.to_lowercase().replace('_', " ")).unwrap();
    }
    text
}

#[test]
fn colors_and_sizes_are_those_of_the_token_file() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let tokens = std::fs::read_to_string(folder.join("../tokens.json")).unwrap();
    let wanted = generated(&serde_json::from_str(&tokens).unwrap());
    let file = folder.join("src/tokens.rs");
    if std::env::var_os("WRITE_TOKENS").is_some() {
        std::fs::write(&file, &wanted).unwrap();
    }
    let there = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(there == wanted, "src/tokens.rs differs from desktop/tokens.json: run this test with WRITE_TOKENS=1");
}

//! Embeds the built screens. Says how to build them when they are missing.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=ui/dist");
    if !Path::new("ui/dist/index.html").exists() {
        println!(
            "cargo::error=The screens of the back office are not built. Run `make ui`, or `npm ci && npm run build` in desktop/back-office/ui."
        );
        return;
    }
    tauri_build::build();
}

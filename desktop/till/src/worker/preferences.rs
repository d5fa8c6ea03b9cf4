//! What this till remembers for itself: its printer and its look. A small file beside the shop; without it the till works all the same.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::ask::ThemeChoice;

const FILE: &str = "till.json";

/// What this till remembers for itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// The printer's address; empty: none.
    pub printer: String,
    /// Light or dark.
    pub theme: ThemeChoice,
}

impl Preferences {
    /// What was saved; nothing of it where the file cannot be read.
    pub fn read(folder: &Path) -> Self {
        let text = fs::read_to_string(folder.join(FILE)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Saves it: whole, or not at all.
    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        let fresh = folder.join("till.json.new");
        fs::write(&fresh, serde_json::to_vec_pretty(self)?)?;
        fs::rename(fresh, folder.join(FILE))
    }
}

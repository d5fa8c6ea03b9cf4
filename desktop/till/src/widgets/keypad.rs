//! The number keys on the screen.

use egui::{Rect, Ui};

use super::{Entry, Face, GAP, Look, button, columns, rows};
use crate::icon;

/// Draws the keys and types into `entry`. `decimals` of zero leaves the decimal point out.
pub fn keypad(ui: &mut Ui, rect: Rect, entry: &mut Entry, decimals: usize) {
    let keys = [["7", "8", "9"], ["4", "5", "6"], ["1", "2", "3"], [if decimals > 0 { "." } else { "C" }, "0", "<"]];
    for (row, keys) in rows(rect, keys.len(), GAP).into_iter().zip(keys) {
        for (place, key) in columns(row, keys.len(), GAP).into_iter().zip(keys) {
            let (name, sign) = match key {
                "<" => ("Delete last digit", Some(icon::DELETE)),
                "C" => ("Clear", None),
                "." => ("Decimal point", None),
                digit => (digit, None),
            };
            let label = if sign.is_some() { String::new() } else { key.to_owned() };
            let face = Face { label, icon: sign, name: Some(name.to_owned()), ..Face::default() };
            if !button(ui, place, ("keypad", key), Look::Plain, &face) {
                continue;
            }
            match key {
                "<" => entry.pop(),
                "C" => entry.clear(),
                typed => typed.chars().for_each(|typed| entry.push(typed, decimals)),
            }
        }
    }
}

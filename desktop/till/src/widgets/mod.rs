//! What the screens are made of: cut rectangles, text that fits, buttons with their keys, keypad, fields, notices.
//!
//! Screens place everything in rectangles cut from the window, so that nothing moves when a number grows.

mod button;
mod entry;
mod field;
mod keypad;
mod notice;
mod text;
mod tile;

pub use button::{Face, Look, button, command_button, command_tile, face_of};
pub use entry::{Entry, decimals_of};
pub use field::{amount_box, text_field};
pub use keypad::keypad;
pub use notice::{Tone, notice, notice_height};
pub use text::{Ink, amount, elided, icon, label, paragraph, text};
pub use tile::{initial, picture};

use egui::{Rect, pos2};

/// The space between things that belong together.
pub const GAP: f32 = 8.0;
/// The space between things that do not.
pub const WIDE: f32 = 16.0;

/// A rectangle that pieces are cut from.
#[derive(Debug, Clone, Copy)]
pub struct Cut {
    /// What is left.
    pub rest: Rect,
}

impl Cut {
    /// All of this rectangle.
    pub const fn new(rest: Rect) -> Self {
        Self { rest }
    }

    /// So much from the top.
    pub fn top(&mut self, height: f32) -> Rect {
        let y = (self.rest.top() + height).min(self.rest.bottom());
        let cut = Rect::from_min_max(self.rest.min, pos2(self.rest.right(), y));
        self.rest.min.y = y;
        cut
    }

    /// So much from the bottom.
    pub fn bottom(&mut self, height: f32) -> Rect {
        let y = (self.rest.bottom() - height).max(self.rest.top());
        let cut = Rect::from_min_max(pos2(self.rest.left(), y), self.rest.max);
        self.rest.max.y = y;
        cut
    }

    /// So much from the left.
    pub fn left(&mut self, width: f32) -> Rect {
        let x = (self.rest.left() + width).min(self.rest.right());
        let cut = Rect::from_min_max(self.rest.min, pos2(x, self.rest.bottom()));
        self.rest.min.x = x;
        cut
    }

    /// So much from the right.
    pub fn right(&mut self, width: f32) -> Rect {
        let x = (self.rest.right() - width).max(self.rest.left());
        let cut = Rect::from_min_max(pos2(x, self.rest.top()), self.rest.max);
        self.rest.max.x = x;
        cut
    }
}

/// `count` equal columns of a rectangle with a gap between them.
pub fn columns(rect: Rect, count: usize, gap: f32) -> Vec<Rect> {
    let count_f = count.max(1) as f32;
    let width = (rect.width() - gap * (count_f - 1.0)) / count_f;
    let column = |index: usize| {
        let left = rect.left() + (width + gap) * index as f32;
        Rect::from_min_max(pos2(left, rect.top()), pos2(left + width, rect.bottom()))
    };
    (0..count).map(column).collect()
}

/// `count` equal rows of a rectangle with a gap between them.
pub fn rows(rect: Rect, count: usize, gap: f32) -> Vec<Rect> {
    let count_f = count.max(1) as f32;
    let height = (rect.height() - gap * (count_f - 1.0)) / count_f;
    let row = |index: usize| {
        let top = rect.top() + (height + gap) * index as f32;
        Rect::from_min_max(pos2(rect.left(), top), pos2(rect.right(), top + height))
    };
    (0..count).map(row).collect()
}

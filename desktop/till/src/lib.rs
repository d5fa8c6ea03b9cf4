//! The native till: one window that sells, pays, prints and closes, online or not.
//!
//! The screen draws a [`model::Model`] and its own [`view::View`] and gives [`command::Command`]s; a [`worker`] owns the shop and carries out
//! what is asked. A frame never waits on disk or network, and no rule of trade stands here: rules are `operations` and `domain`.

#![allow(clippy::float_arithmetic, reason = "pixels; money and quantities are integers of the domain")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing))]

pub mod app;
pub mod ask;
mod clicks;
pub mod command;
pub mod icon;
pub mod inbox;
mod keys;
pub mod model;
pub mod pictures;
mod screens;
pub mod theme;
pub mod tokens;
pub mod view;
mod widgets;
pub mod words;
pub mod worker;

pub use screens::search_id;
pub use widgets::Tone;

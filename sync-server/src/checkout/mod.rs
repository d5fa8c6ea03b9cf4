//! The checkout: from a basket to exactly one order.
//!
//! Gathering (who, where, how) -> reserved (its goods are kept for some minutes) -> placing (the order is written down as it will be
//! recorded) -> placed (it stands in the shop's journal). The order's id is the checkout's, so each step may be repeated after a
//! double click, in another tab, or after a crash, and there is one order.

pub mod address;
pub mod details;
pub mod key;
pub mod order_page;
pub mod payment;
pub mod place;
pub mod providers;
pub mod review;
pub mod steps;
pub mod store;
pub mod summary;

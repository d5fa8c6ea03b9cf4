//! The nouns and rules of a shop: money, tax, pricing, sale, till session, stock, order, staff, and the facts that record them.
//!
//! Pure: no file, socket, thread, clock, randomness or floating-point number. Whoever calls brings the time and the ids.

pub mod barcode;
pub mod basket;
pub mod catalog;
pub mod customer;
pub mod device;
pub mod document;
pub mod fact;
pub mod id;
pub mod import;
pub mod money;
pub mod order;
pub mod posting;
pub mod quantity;
pub mod refund;
pub mod sale;
pub mod shop;
pub mod staff;
pub mod stock;
pub mod tax;
pub mod till_session;
pub mod time;
mod word;

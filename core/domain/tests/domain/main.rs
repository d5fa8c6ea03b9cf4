//! The domain by value: one module per noun, properties with proptest, and golden files for what is stored.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm, reason = "tests")]

mod any;
mod barcode;
mod documents;
mod facts;
mod money;
mod order;
mod pricing;
mod refund;
mod sale;
mod samples;
mod staff;
mod tax;
mod till_session;
mod time;

//! Verbs on real replicas in temporary folders.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "tests")]

mod catalog;
mod counter;
mod device;
mod import;
mod meeting;
mod order;
mod people;
mod setting_up;
mod world;

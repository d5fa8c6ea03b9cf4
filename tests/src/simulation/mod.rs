//! A small world in one thread: a server, a back office and two tills made of the real core with real SQLite files, driven by one seed.
//!
//! The seed decides the work (sales, refunds, counts, edits of the same fields, orders, till sessions), the network (loss, duplication, reordering,
//! partition), and the accidents (crashes, a restored backup, a cloned disk). Time is virtual. When all is quiet the checks of [`checks`] must hold.

pub mod checks;
pub mod network;
pub mod node;
pub mod reference;
pub mod rng;
pub mod work;
pub mod world;

pub use rng::Rng;
pub use world::{Outcome, Settings, World};

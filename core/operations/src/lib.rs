//! Verbs: one function is one thing a person does is one journal entry.
//!
//! Every verb checks who does it and what was handed in, records one entry, and returns what it made and touched. Nothing here knows
//! whether a server, a window or a printer exists; clocks and randomness come with [`By`].

mod away;
mod basket;
mod batch;
mod by;
mod catalog;
mod catalog_import;
mod conflict;
mod customer;
mod device;
mod error;
mod home;
mod label;
mod order;
mod print_queue;
mod refund;
mod sale;
mod set_up;
mod settings;
mod shop;
mod staff;
mod stock;
mod text;
mod till;

pub use tradepost_replica::identity::public_key_of;
pub use tradepost_replica::{
    ClockReading, Continuity, DatabaseKey, DeviceSecrets, Durability, Environment, Founded, Fresh, Hash, Membership, Opened,
    Origin, Position, Reader, RebuildReport, Recorded, Replica, ReplicaError, SharedReplica, SigningSeed, Touched, Vector,
    VerifyReport, lock, share,
};

/// Rows of the projections, and filters: what screens read.
pub mod read {
    pub use tradepost_replica::Reader;
    pub use tradepost_replica::read::*;
}

pub use away::{AwayKind, AwayLine, AwayReport, counted};
pub use basket::{Parked, PricingRules, Recalled};
pub use batch::{BatchLine, BatchSale, BatchSeller, BatchTender};
pub use by::By;
pub use catalog::PRODUCTS_AT_ONCE_MAX;
pub use catalog_import::{IMPORT_PROBLEMS_MAX, ImportOptions, ImportProgress, ImportReport, UndoneImport};
pub use conflict::{field_in_words, holds_money, value_in_words};
pub use error::{OperationError, Outcome, Refusal};
pub use home::{DeviceNotSeen, HomeTasks, OverRefunded};
pub use label::Label;
pub use order::{Fulfillment, NewOrder, Placed};
pub use print_queue::{PrintJob, PrintWhat};
pub use refund::{RefundOrder, RefundTender, Refunded, UnreceiptedRefund};
pub use sale::{Checkout, Completed, ReceiptChoice};
pub use set_up::{NewShop, SetUp};
pub use shop::Shop;
pub use staff::PinChange;
pub use stock::StockChanged;
pub use till::{SessionClosed, SessionOpened};

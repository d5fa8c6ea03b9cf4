//! What stands on the counter: receipt printer, drawer, scanner, card terminal. Small traits, real drivers, strict simulators.
//!
//! It prints bytes that others made and knows no sale. Nothing here waits without a bound.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing))]

pub mod card_terminal;
pub mod drawer;
pub mod printer;
pub mod scanner;
pub mod simulator;

pub use card_terminal::{CardProgress, CardReference, CardTerminal, ExternalTerminal};
pub use drawer::open_drawer;
pub use printer::{FilePrinter, NetworkPrinter, PrinterError, PrinterStatus, ReceiptPrinter, StatusSupport, Timeouts};
pub use scanner::{Key, Keystroke, ScanDetector};

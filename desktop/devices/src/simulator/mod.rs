//! A receipt printer made of software: decodes ESC/POS strictly and, on a loopback port, behaves and fails as printers do.
//!
//! Strict: what is not in its command list, a byte that its code page leaves empty, and a line wider than the paper are errors, where a real printer
//! would print rubbish.

mod decoder;
mod pages;
mod server;

pub use decoder::{Cut, Decoder, PageNumbers, Paper, Picture, PrintedLine, Printout, WideLetters};
pub use server::{Fault, SimulatedPrinter};

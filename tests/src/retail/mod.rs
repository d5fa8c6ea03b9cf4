//! The receipt lines of a real gift retailer (UCI Online Retail), as a day's work of tills: read, turned into sales, refunds and
//! stock adjustments, played at two tills, and summed by plain arithmetic beside them.
//!
//! The file is no part of the project; whoever reads it says so where it is absent.

mod arithmetic;
mod file;
mod play;
mod script;

pub use arithmetic::{DaySums, Sums, sums_of};
pub use file::{Invoice, RetailLine, invoices, read};
pub use play::{Played, catalog, play};
pub use script::{Script, Sold, Step, Work, script};

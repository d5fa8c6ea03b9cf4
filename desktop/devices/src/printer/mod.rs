//! Receipt printers. A job is bytes in the printer's language; the sale it belongs to is recorded before anything is printed, and every message says so.

mod file;
mod network;
mod status;

pub use file::FilePrinter;
pub use network::{NetworkPrinter, Timeouts};
pub use status::StatusSupport;

/// A printer that takes jobs.
pub trait ReceiptPrinter: Send + Sync {
    /// What people call it.
    fn name(&self) -> &str;

    /// Prints a job. `Ok`: the printer took all of it, and where it reports its status it has printed up to its end. Blocks, for a bounded time: call it
    /// from a thread of its own.
    fn print(&self, job: &[u8]) -> Result<(), PrinterError>;

    /// How the printer is.
    fn status(&self) -> Result<PrinterStatus, PrinterError>;
}

/// How a printer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrinterStatus {
    /// It prints.
    Ready,
    /// It prints, but the roll is nearly at its end.
    PaperLow,
    /// It does not report its status.
    Unknown,
}

const SAFE: &str = "the sale is safe and the receipt can be printed later.";

/// Why a printer did not print. Each message names the printer and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum PrinterError {
    /// Its address cannot be read or found.
    #[error("Printer \"{name}\" has the address {address}, which is not found on this network. Check it in the settings; {SAFE}")]
    AddressNotFound {
        /// The printer.
        name: String,
        /// As entered.
        address: String,
    },
    /// Nobody answers.
    #[error("Printer \"{name}\" at {address} does not answer. Check that it is on and connected to the network; {SAFE}")]
    DoesNotAnswer {
        /// The printer.
        name: String,
        /// As entered.
        address: String,
    },
    /// It answered and stopped.
    #[error(
        "Printer \"{name}\" stopped in the middle of the receipt. Check its paper and cover, switch it off and on, and print again; {SAFE}"
    )]
    Stopped {
        /// The printer.
        name: String,
    },
    /// The roll is at its end.
    #[error("Printer \"{name}\" has no paper. Put in a new roll and print again; {SAFE}")]
    NoPaper {
        /// The printer.
        name: String,
    },
    /// The cover is open.
    #[error("Printer \"{name}\" is open. Close its cover and print again; {SAFE}")]
    CoverOpen {
        /// The printer.
        name: String,
    },
    /// It reports a fault that is neither.
    #[error(
        "Printer \"{name}\" reports a fault. Check the knife for jammed paper, switch it off and on, and print again; {SAFE}"
    )]
    Fault {
        /// The printer.
        name: String,
    },
    /// The file or device it stands for cannot be written.
    #[error(
        "Printer \"{name}\" could not be written to ({source}). Check that it is plugged in and that this program may use it; {SAFE}"
    )]
    NotWritable {
        /// The printer.
        name: String,
        /// The operating system's reason.
        source: std::io::Error,
    },
}

//! The cash drawer: it hangs on the receipt printer and opens by a pulse.

use crate::printer::{PrinterError, ReceiptPrinter};

/// `ESC p` on pin 2, 100 ms on, 500 ms off: what drawers are wired for.
const KICK: [u8; 5] = [0x1b, b'p', 0, 50, 250];

/// Opens the drawer on this printer. Whether it was open already nobody can tell.
pub fn open_drawer(printer: &dyn ReceiptPrinter) -> Result<(), PrinterError> {
    printer.print(&KICK)
}

//! A receipt printer in a shell: `printer-simulator [ADDRESS]` listens (127.0.0.1:9100 unless told otherwise) and shows what is printed.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use tradepost_devices::simulator::{PageNumbers, Paper, SimulatedPrinter, WideLetters};

const PAPER: Paper = Paper { columns: 48, width_dots: 576, page_numbers: PageNumbers::Epson, wide_letters: WideLetters::None };

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address: SocketAddr = std::env::args().nth(1).as_deref().unwrap_or("127.0.0.1:9100").parse()?;
    let printer = SimulatedPrinter::start_at(PAPER, address)?;
    let mut out = std::io::stdout();
    writeln!(out, "Printing at {}.", printer.address())?;
    let mut shown = 0;
    loop {
        let Some(printouts) = printer.wait_for(shown + 1, Duration::from_secs(3600)) else { continue };
        for printout in printouts.iter().skip(shown) {
            writeln!(out, "{}", printout.to_text(PAPER.columns))?;
            writeln!(
                out,
                "[{} cuts, {} drawer kicks, QR codes: {:?}, {} pictures]",
                printout.cuts.len(),
                printout.drawer_kicks,
                printout.qr_codes,
                printout.pictures.len()
            )?;
            printout.errors.iter().try_for_each(|error| writeln!(out, "error: {error}"))?;
        }
        shown = printouts.len();
    }
}

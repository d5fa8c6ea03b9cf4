//! The network printer against a simulated one that works, and that fails in each way.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::time::Duration;

use tradepost_devices::simulator::{Fault, PageNumbers, Paper, SimulatedPrinter, WideLetters};
use tradepost_devices::{NetworkPrinter, PrinterError, PrinterStatus, ReceiptPrinter, StatusSupport, Timeouts, open_drawer};

const PAPER: Paper = Paper { columns: 48, width_dots: 576, page_numbers: PageNumbers::Epson, wide_letters: WideLetters::None };
const QUICK: Timeouts = Timeouts { connect_ms_max: 500, write_ms_max: 500, answer_ms_max: 300, confirm_ms_max: 300 };
const WAIT: Duration = Duration::from_secs(60);

fn printer_at(simulator: &SimulatedPrinter, status: StatusSupport) -> NetworkPrinter {
    NetworkPrinter::new("Counter", simulator.address().to_string(), status, QUICK)
}

#[test]
fn a_job_is_printed_and_the_drawer_opens() {
    let simulator = SimulatedPrinter::start(PAPER).unwrap();
    for status in [StatusSupport::None, StatusSupport::Epson] {
        let printer = printer_at(&simulator, status);
        printer.print(b"\x1b@Hello\n\x1dV\x42\x00").unwrap();
        open_drawer(&printer).unwrap();
    }
    let printouts = simulator.wait_for(4, WAIT).unwrap();
    assert_eq!(printouts[0].to_text(48), "Hello\n");
    assert_eq!(printouts[2].to_text(48), "Hello\n");
    assert_eq!((printouts[1].drawer_kicks, printouts[3].drawer_kicks), (1, 1));
    assert!(printouts.iter().all(|printout| printout.errors.is_empty()), "{printouts:?}");
}

fn check_fault(fault: Fault, expected: fn(&PrinterError) -> bool) {
    let simulator = SimulatedPrinter::start(PAPER).unwrap();
    simulator.set_fault(fault);
    let error = printer_at(&simulator, StatusSupport::Epson).print(&[&[b'x'; 40][..], b"\n"].concat().repeat(500)).unwrap_err();
    let message = error.to_string();
    assert!(expected(&error), "{fault:?}: {message}");
    assert!(message.contains("Printer \"Counter\"") && message.contains("the sale is safe"), "{message}");
}

#[test]
fn each_fault_is_told_by_the_printers_name_and_what_to_do() {
    check_fault(Fault::PaperOut, |error| matches!(error, PrinterError::NoPaper { .. }));
    check_fault(Fault::CoverOpen, |error| matches!(error, PrinterError::CoverOpen { .. }));
    check_fault(Fault::StopsAfter(5_000), |error| matches!(error, PrinterError::Stopped { .. }));
    check_fault(Fault::HangsUpAfter(5_000), |error| matches!(error, PrinterError::Stopped { .. }));
}

#[test]
fn a_printer_that_never_answers_still_prints() {
    let simulator = SimulatedPrinter::start(PAPER).unwrap();
    simulator.set_fault(Fault::Mute);
    let printer = printer_at(&simulator, StatusSupport::Epson);
    assert_eq!(printer.status().unwrap(), PrinterStatus::Unknown);
    printer.print(b"Hello\n").unwrap();
    assert_eq!(simulator.wait_for(1, WAIT).unwrap()[0].to_text(48), "Hello\n");
}

#[test]
fn low_paper_prints_and_is_told() {
    let simulator = SimulatedPrinter::start(PAPER).unwrap();
    simulator.set_fault(Fault::PaperLow);
    let printer = printer_at(&simulator, StatusSupport::Epson);
    assert_eq!(printer.status().unwrap(), PrinterStatus::PaperLow);
    printer.print(b"Hello\n").unwrap();
    simulator.wait_for(1, WAIT).unwrap();
}

#[test]
fn a_printer_that_is_off_is_told_within_the_time_for_connecting() {
    let address = SimulatedPrinter::start(PAPER).unwrap().address().to_string();
    let error = NetworkPrinter::new("Counter", address.clone(), StatusSupport::None, QUICK).print(b"x\n").unwrap_err();
    let expected = format!(
        "Printer \"Counter\" at {address} does not answer. Check that it is on and connected to the network; the sale is safe and the receipt can be printed later."
    );
    assert_eq!(error.to_string(), expected);
}

#[test]
fn an_address_that_cannot_be_found_is_told() {
    let error = NetworkPrinter::new("Counter", "no such host:9100", StatusSupport::None, QUICK).print(b"x\n").unwrap_err();
    assert!(matches!(error, PrinterError::AddressNotFound { .. }), "{error}");
}

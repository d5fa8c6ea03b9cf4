//! What a printer answers about itself (Epson, ESC/POS command reference: `DLE EOT`, `GS r`).

use super::{PrinterError, PrinterStatus};

/// Whether a printer answers questions about its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusSupport {
    /// It does not, or nobody knows: a job counts as printed once the network took it.
    None,
    /// It answers `DLE EOT` and `GS r`: a job counts as printed once the printer confirms that it came to its end.
    Epson,
}

/// Asks why it is offline.
pub(super) const ASK_OFFLINE_CAUSE: [u8; 3] = [0x10, 0x04, 2];
/// Asks for the paper sensor.
pub(super) const ASK_PAPER: [u8; 3] = [0x10, 0x04, 4];
/// Asks for the paper sensor in its turn, after everything sent before is printed.
pub(super) const ASK_AFTER_JOB: [u8; 3] = [0x1d, b'r', 1];

/// What the two answers to `DLE EOT` mean. An answer without the fixed bits (`0xx1xx10`) is none.
pub(super) fn read_status(name: &str, offline_cause: u8, paper: u8) -> Result<PrinterStatus, PrinterError> {
    let name = || name.to_owned();
    if [offline_cause, paper].iter().any(|answer| answer & 0b1001_0011 != 0b0001_0010) {
        return Ok(PrinterStatus::Unknown);
    }
    let has = |answer: u8, bits: u8| answer & bits != 0;
    if has(offline_cause, 0b0000_0100) {
        Err(PrinterError::CoverOpen { name: name() })
    } else if has(offline_cause, 0b0010_0000) || has(paper, 0b0110_0000) {
        Err(PrinterError::NoPaper { name: name() })
    } else if has(offline_cause, 0b0100_0000) {
        Err(PrinterError::Fault { name: name() })
    } else if has(paper, 0b0000_1100) {
        Ok(PrinterStatus::PaperLow)
    } else {
        Ok(PrinterStatus::Ready)
    }
}

/// Whether the answer to `GS r 1` says that the paper ran out.
pub(super) fn ran_out(answer: u8) -> bool {
    answer & 0b0000_1100 != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_answers_are_read_bit_by_bit() {
        let table = [
            (0x12, 0x12, "Ready"),
            (0x12, 0x1E, "PaperLow"),
            (0x12, 0x72, "NoPaper"),
            (0x32, 0x12, "NoPaper"),
            (0x16, 0x12, "CoverOpen"),
            (0x52, 0x12, "Fault"),
            (0x00, 0x12, "Unknown"),
            (0xFF, 0xFF, "Unknown"),
        ];
        for (offline_cause, paper, expected) in table {
            let answer = match read_status("Counter", offline_cause, paper) {
                Ok(status) => format!("{status:?}"),
                Err(error) => format!("{error:?}"),
            };
            assert!(answer.starts_with(expected), "{offline_cause:#x} {paper:#x}: {answer}");
        }
    }
}

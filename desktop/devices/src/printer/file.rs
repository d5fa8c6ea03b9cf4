//! A printer that is a file: a device such as `/dev/usb/lp0`, or a spool file for trying things out.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use super::{PrinterError, PrinterStatus, ReceiptPrinter};

/// Appends jobs to a file or device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePrinter {
    name: String,
    path: PathBuf,
}

impl FilePrinter {
    /// The printer `name` behind `path`. The file is made with the first job.
    pub fn new(name: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        Self { name: name.into(), path: path.into() }
    }
}

impl ReceiptPrinter for FilePrinter {
    fn name(&self) -> &str {
        &self.name
    }

    fn print(&self, job: &[u8]) -> Result<(), PrinterError> {
        let write = || OpenOptions::new().create(true).append(true).open(&self.path)?.write_all(job);
        write().map_err(|source| PrinterError::NotWritable { name: self.name.clone(), source })
    }

    fn status(&self) -> Result<PrinterStatus, PrinterError> {
        Ok(PrinterStatus::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_appended_and_a_missing_device_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let printer = FilePrinter::new("Spool", folder.path().join("jobs"));
        printer.print(b"one").unwrap();
        printer.print(b"two").unwrap();
        assert_eq!(std::fs::read(folder.path().join("jobs")).unwrap(), b"onetwo");
        let gone = FilePrinter::new("Counter", folder.path().join("no/such/device"));
        let message = gone.print(b"x").unwrap_err().to_string();
        assert!(message.contains("\"Counter\"") && message.contains("plugged in"), "{message}");
    }
}

//! A receipt printer on the network: a TCP connection to port 9100, one job after another.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::Mutex;
use std::time::Duration;

use super::status::{ASK_AFTER_JOB, ASK_OFFLINE_CAUSE, ASK_PAPER, StatusSupport, ran_out, read_status};
use super::{PrinterError, PrinterStatus, ReceiptPrinter};

/// The port that receipt printers listen on.
pub const PORT: u16 = 9100;

/// How long each step may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until a connection stands.
    pub connect_ms_max: u64,
    /// Until the printer takes the next piece of a job: a printer waits while it prints, 500 lines for twenty seconds.
    pub write_ms_max: u64,
    /// Until it answers a question about its status.
    pub answer_ms_max: u64,
    /// Until it confirms the end of a job.
    pub confirm_ms_max: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect_ms_max: 3_000, write_ms_max: 20_000, answer_ms_max: 1_000, confirm_ms_max: 30_000 }
    }
}

/// A receipt printer on the network.
#[derive(Debug)]
pub struct NetworkPrinter {
    name: String,
    address: String,
    status: StatusSupport,
    timeouts: Timeouts,
    /// Printers take one connection at a time.
    turn: Mutex<()>,
}

impl NetworkPrinter {
    /// The printer `name` at `address`: a host or an IP address, with a port or without.
    pub fn new(name: impl Into<String>, address: impl Into<String>, status: StatusSupport, timeouts: Timeouts) -> Self {
        Self { name: name.into(), address: address.into(), status, timeouts, turn: Mutex::new(()) }
    }

    fn connect(&self) -> Result<TcpStream, PrinterError> {
        let addresses = self.addresses().map_err(|_| self.address_not_found())?;
        if addresses.is_empty() {
            return Err(self.address_not_found());
        }
        let connect_max = Duration::from_millis(self.timeouts.connect_ms_max);
        let stream = addresses.iter().find_map(|address| TcpStream::connect_timeout(address, connect_max).ok());
        let stream = stream.ok_or_else(|| self.does_not_answer())?;
        stream.set_write_timeout(Some(Duration::from_millis(self.timeouts.write_ms_max))).map_err(|_| self.does_not_answer())?;
        Ok(stream)
    }

    fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        let address = self.address.trim();
        let bare = address.trim_start_matches('[').trim_end_matches(']');
        if let Ok(ip) = bare.parse::<std::net::IpAddr>() {
            return Ok(vec![SocketAddr::new(ip, PORT)]);
        }
        let has_port = address.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let resolved = if has_port { address.to_socket_addrs()? } else { (address, PORT).to_socket_addrs()? };
        Ok(resolved.collect())
    }

    fn address_not_found(&self) -> PrinterError {
        PrinterError::AddressNotFound { name: self.name.clone(), address: self.address.clone() }
    }

    fn does_not_answer(&self) -> PrinterError {
        PrinterError::DoesNotAnswer { name: self.name.clone(), address: self.address.clone() }
    }

    fn stopped(&self) -> PrinterError {
        PrinterError::Stopped { name: self.name.clone() }
    }

    /// Asks how the printer is. One that does not answer may still print.
    fn ask_status(&self, stream: &mut TcpStream) -> Result<PrinterStatus, PrinterError> {
        let Some(offline_cause) = self.ask(stream, ASK_OFFLINE_CAUSE, self.timeouts.answer_ms_max)? else {
            return Ok(PrinterStatus::Unknown);
        };
        let Some(paper) = self.ask(stream, ASK_PAPER, self.timeouts.answer_ms_max)? else { return Ok(PrinterStatus::Unknown) };
        read_status(&self.name, offline_cause, paper)
    }

    /// One question, one byte of answer; `None` where none comes in time.
    fn ask(&self, stream: &mut TcpStream, question: [u8; 3], answer_ms_max: u64) -> Result<Option<u8>, PrinterError> {
        stream.set_read_timeout(Some(Duration::from_millis(answer_ms_max.max(1)))).map_err(|_| self.stopped())?;
        stream.write_all(&question).map_err(|_| self.stopped())?;
        let mut answer = [0];
        match stream.read_exact(&mut answer) {
            Ok(()) => Ok(Some(answer[0])),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => Ok(None),
            Err(_) => Err(self.stopped()),
        }
    }

    fn confirm(&self, stream: &mut TcpStream) -> Result<(), PrinterError> {
        match self.ask(stream, ASK_AFTER_JOB, self.timeouts.confirm_ms_max)? {
            Some(answer) if ran_out(answer) => Err(PrinterError::NoPaper { name: self.name.clone() }),
            Some(_) => Ok(()),
            // It may be waiting for paper: ask why it does not go on.
            None => self.ask_status(stream).and(Err(self.stopped())),
        }
    }
}

impl ReceiptPrinter for NetworkPrinter {
    fn name(&self) -> &str {
        &self.name
    }

    fn print(&self, job: &[u8]) -> Result<(), PrinterError> {
        let _turn = self.turn.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut stream = self.connect()?;
        let answers = self.status == StatusSupport::Epson && self.ask_status(&mut stream)? != PrinterStatus::Unknown;
        stream.write_all(job).map_err(|_| self.stopped())?;
        if answers { self.confirm(&mut stream) } else { stream.shutdown(Shutdown::Write).map_err(|_| self.stopped()) }
    }

    fn status(&self) -> Result<PrinterStatus, PrinterError> {
        let _turn = self.turn.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut stream = self.connect()?;
        match self.status {
            StatusSupport::None => Ok(PrinterStatus::Unknown),
            StatusSupport::Epson => self.ask_status(&mut stream),
        }
    }
}

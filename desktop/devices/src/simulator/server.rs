//! The simulated printer on a loopback port, with the faults of real ones.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::decoder::{Decoder, Paper, Printout, Question};

/// What is wrong with the printer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// It takes no bytes after so many of a connection, and does not hang up.
    StopsAfter(usize),
    /// It hangs up after so many bytes of a connection.
    HangsUpAfter(usize),
    /// No paper.
    PaperOut,
    /// The roll is nearly at its end.
    PaperLow,
    /// The cover is open.
    CoverOpen,
    /// It prints and never answers.
    Mute,
}

#[derive(Debug, Default)]
struct State {
    fault: Fault,
    printouts: Vec<Printout>,
    is_closing: bool,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The most printouts kept; older ones are thrown away.
const PRINTOUTS_MAX: usize = 1000;

/// A printer that listens on a loopback port until it is dropped. Dropped, it is a printer that is off.
#[derive(Debug)]
pub struct SimulatedPrinter {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl SimulatedPrinter {
    /// Starts on a free port.
    pub fn start(paper: Paper) -> io::Result<Self> {
        Self::start_at(paper, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
    }

    /// Starts at this address.
    pub fn start_at(paper: Paper, address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let for_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("simulated printer".to_owned())
            .spawn(move || serve(&listener, paper, &for_thread))?;
        Ok(Self { address, shared, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Breaks or mends it, from the next bytes on.
    pub fn set_fault(&self, fault: Fault) {
        self.shared.lock().fault = fault;
        self.shared.changed.notify_all();
    }

    /// Everything printed so far.
    pub fn printouts(&self) -> Vec<Printout> {
        self.shared.lock().printouts.clone()
    }

    /// Waits until so many jobs are printed; `None` after `wait_max`.
    pub fn wait_for(&self, count: usize, wait_max: Duration) -> Option<Vec<Printout>> {
        let state = self.shared.lock();
        let (state, _) = self
            .shared
            .changed
            .wait_timeout_while(state, wait_max, |state| state.printouts.len() < count)
            .unwrap_or_else(PoisonError::into_inner);
        (state.printouts.len() >= count).then(|| state.printouts.clone())
    }
}

impl Drop for SimulatedPrinter {
    fn drop(&mut self) {
        self.shared.lock().is_closing = true;
        self.shared.changed.notify_all();
        // Wakes the thread that waits for a connection.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// One connection after another, as printers do.
fn serve(listener: &TcpListener, paper: Paper, shared: &Shared) {
    for stream in listener.incoming() {
        if shared.lock().is_closing {
            return;
        }
        if let Ok(stream) = stream
            && let Some(printout) = print_connection(stream, paper, shared)
        {
            let mut state = shared.lock();
            if state.printouts.len() == PRINTOUTS_MAX {
                state.printouts.remove(0);
            }
            state.printouts.push(printout);
            shared.changed.notify_all();
        }
    }
}

/// Prints what comes until the host hangs up. `None`: nothing to print came, only questions.
fn print_connection(mut stream: TcpStream, paper: Paper, shared: &Shared) -> Option<Printout> {
    // Bounds how long closing waits for a silent host.
    stream.set_read_timeout(Some(Duration::from_millis(200))).ok()?;
    let (mut decoder, mut taken, mut buffer) = (Decoder::new(paper), 0, [0; 1024]);
    loop {
        let fault = shared.lock().fault;
        let room = match fault {
            Fault::StopsAfter(limit) if taken >= limit => {
                wait_while_stopped(shared);
                continue;
            }
            Fault::HangsUpAfter(limit) if taken >= limit => break,
            Fault::StopsAfter(limit) | Fault::HangsUpAfter(limit) => (limit - taken).min(buffer.len()),
            Fault::None | Fault::PaperOut | Fault::PaperLow | Fault::CoverOpen | Fault::Mute => buffer.len(),
        };
        let read = match stream.read(buffer.get_mut(..room).unwrap_or(&mut [])) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error)
                if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted) =>
            {
                if shared.lock().is_closing {
                    break;
                }
                continue;
            }
            Err(_) => break,
        };
        taken += read;
        let questions = decoder.feed(buffer.get(..read).unwrap_or(&[]));
        let answers: Vec<u8> = questions.into_iter().filter_map(|question| answer(question, fault)).collect();
        if stream.write_all(&answers).is_err() {
            break;
        }
    }
    decoder.has_printed().then(|| decoder.finish())
}

fn wait_while_stopped(shared: &Shared) {
    let state = shared.lock();
    let is_stopped = |state: &mut State| matches!(state.fault, Fault::StopsAfter(_)) && !state.is_closing;
    drop(shared.changed.wait_while(state, is_stopped));
    if shared.lock().is_closing {
        shared.lock().fault = Fault::HangsUpAfter(0);
    }
}

fn answer(question: Question, fault: Fault) -> Option<u8> {
    let (offline_cause, paper, after_job) = match fault {
        Fault::Mute => return None,
        Fault::PaperOut => (0x32, 0x72, None),
        Fault::PaperLow => (0x12, 0x1e, Some(0x03)),
        Fault::CoverOpen => (0x16, 0x12, None),
        Fault::None | Fault::StopsAfter(_) | Fault::HangsUpAfter(_) => (0x12, 0x12, Some(0x00)),
    };
    match question {
        Question::OfflineCause => Some(offline_cause),
        Question::Paper => Some(paper),
        // In its turn: a printer that does not print never comes to it.
        Question::PaperAfterJob => after_job,
    }
}

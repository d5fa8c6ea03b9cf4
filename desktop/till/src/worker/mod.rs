//! The worker: a thread that owns the shop and carries out what the screen asks; beside it one thread searches and one prints.
//!
//! All queues are bounded. The screen is never waited for: what it shall draw is left in the [`Inbox`].

mod desk;
mod people;
mod pictures;
mod preferences;
mod printing;
mod rows;
mod search;
mod selling;
mod settling;
mod sync_words;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

pub use preferences::Preferences;

use crate::app::Asks;
use crate::ask::Ask;
use crate::inbox::Inbox;
use desk::Desk;
use pictures::PictureDesk;
use search::Searcher;

/// Requests that wait for the worker; a person does not ask for more in the second that the slowest takes.
const SIGNALS_MAX: usize = 256;
/// How often the worker looks around without being asked: for the sentence about sync.
const TICK: Duration = Duration::from_millis(500);

/// Something that reaches the worker.
pub(crate) enum Signal {
    /// The screen asks.
    Ask(Ask),
    /// The shop changed, here or by what came from another device.
    Changed,
    /// The printer took a job, or did not.
    Printed,
    /// The window is closing.
    Stop,
}

/// How the worker is started.
pub struct Start {
    /// The shop's folder.
    pub folder: PathBuf,
    /// Where the printer is; `None`: as saved.
    pub printer: Option<String>,
    /// Called when there is something new to draw.
    pub wake: Arc<dyn Fn() + Send + Sync>,
}

/// The screen's end of the worker.
pub struct Worker {
    signals: SyncSender<Signal>,
    searcher: Searcher,
    pictures: PictureDesk,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Worker {
    /// Starts the worker's threads; they open the shop by themselves.
    pub fn start(start: Start, inbox: Inbox) -> std::io::Result<Self> {
        let (signals, received) = sync_channel(SIGNALS_MAX);
        let searcher = Searcher::start(inbox.clone(), Arc::clone(&start.wake))?;
        let pictures = PictureDesk::start(inbox.clone(), Arc::clone(&start.wake))?;
        let desk = Desk::new(start, inbox, signals.clone(), searcher.clone(), pictures.clone());
        let thread = std::thread::Builder::new().name("shop".to_owned()).spawn(move || work(desk, &received))?;
        Ok(Self { signals, searcher, pictures, thread: Some(thread) })
    }

    /// A handle for the window.
    pub fn asks(&self) -> Box<dyn Asks> {
        Box::new(Handle { signals: self.signals.clone(), searcher: self.searcher.clone(), pictures: self.pictures.clone() })
    }
}

impl Drop for Worker {
    /// Lets the worker finish what it is doing and write what it holds.
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        if self.signals.send(Signal::Stop).is_ok() && thread.join().is_err() {
            tracing::error!("the worker stopped unexpectedly");
        }
    }
}

struct Handle {
    signals: SyncSender<Signal>,
    searcher: Searcher,
    pictures: PictureDesk,
}

impl Asks for Handle {
    fn ask(&self, ask: Ask) -> bool {
        self.signals.try_send(Signal::Ask(ask)).is_ok()
    }

    fn search(&self, text: &str) {
        self.searcher.search(text);
    }

    fn picture(&self, url: &str) -> bool {
        self.pictures.want(url)
    }
}

fn work(mut desk: Desk, signals: &Receiver<Signal>) {
    desk.open();
    loop {
        match signals.recv_timeout(TICK) {
            Ok(Signal::Ask(ask)) => desk.carry_out(ask),
            Ok(Signal::Changed) => desk.shop_changed(),
            Ok(Signal::Printed) => desk.refresh_prints(),
            Err(RecvTimeoutError::Timeout) => desk.look_around(),
            Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return desk.close(),
        }
        desk.publish();
    }
}

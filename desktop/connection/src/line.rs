//! The line to the server: one background thread that dials, keeps a session going, pushes what is recorded here the moment it is
//! recorded, dials again when the line breaks, and writes the witness behind.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio::sync::Notify;
use tokio::time::{Interval, MissedTickBehavior};
use tokio_tungstenite::tungstenite::{self, Message as WsMessage, protocol::WebSocketConfig};
use tradepost_domain::time::Timestamp;
use tradepost_replica::{Environment, Fresh, SharedReplica, Vector, lock};
use tradepost_sync::{Counts, FRAME_BYTES_MAX, Output, Session, SessionState, SyncError, goodbye};

use crate::blobs::Blobs;
use crate::client::sync_url;
use crate::environment::SystemEnvironment;
use crate::error::ConnectionError;
use crate::status::{SyncState, SyncStatus};

/// Dialing may take so long.
const DIAL_TIME_MAX: Duration = Duration::from_secs(10);
/// How often a session is polled and the witness written, however much happens meanwhile.
const TICK: Duration = Duration::from_millis(800);
/// The first pause before dialing again; it doubles up to the longest.
const PAUSE_MIN: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(8);
/// The local value that holds what the server confirmed.
const CONFIRMED: &str = "connection.confirmed";

type Listener = Box<dyn Fn(&SyncStatus) + Send + Sync>;

/// What the thread and its handles share.
pub(crate) struct Line {
    replica: SharedReplica,
    blobs: Arc<Blobs>,
    server_url: Mutex<Option<String>>,
    status: Mutex<SyncStatus>,
    listeners: Mutex<Vec<Listener>>,
    /// Something was recorded, or the address changed, or the line was paused, resumed or stopped.
    wake: Arc<Notify>,
    /// The last entry that may be passed on, until it is looked at.
    fresh: Arc<Mutex<Option<Arc<Fresh>>>>,
    wish: Mutex<Wish>,
    /// What the server confirmed, so that an offline device can say what waits.
    confirmed: Mutex<Confirmed>,
}

#[derive(Default)]
struct Confirmed {
    vector: Vector,
    is_kept: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Run,
    Pause,
    Stop,
}

fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Line {
    pub(crate) fn new(replica: SharedReplica, blobs: Arc<Blobs>, server_url: Option<String>) -> Arc<Self> {
        let wake = Arc::new(Notify::new());
        let on_commit = Arc::clone(&wake);
        lock(&replica).on_commit(Box::new(move |_| on_commit.notify_one()));
        let fresh: Arc<Mutex<Option<Arc<Fresh>>>> = Arc::default();
        let (on_fresh, wakes) = (Arc::clone(&fresh), Arc::clone(&wake));
        lock(&replica).on_fresh(Box::new(move |entry| {
            *held(&on_fresh) = Some(Arc::clone(entry));
            wakes.notify_one();
        }));
        let vector = lock(&replica).local(CONFIRMED).ok().flatten().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let confirmed =
            Confirmed { vector: Vector(vector.map(BTreeMap::from_iter::<Vec<_>>).unwrap_or_default()), is_kept: true };
        let state = if server_url.is_some() { SyncState::Connecting } else { SyncState::NotConnected };
        let status = SyncStatus { state, server_url: server_url.clone(), ..SyncStatus::default() };
        Arc::new(Self {
            replica,
            blobs,
            server_url: Mutex::new(server_url),
            status: Mutex::new(status),
            listeners: Mutex::new(Vec::new()),
            wake,
            fresh,
            wish: Mutex::new(Wish::Run),
            confirmed: Mutex::new(confirmed),
        })
    }

    pub(crate) fn set_server_url(&self, url: &str) {
        *held(&self.server_url) = Some(url.to_owned());
        self.change(|status| status.server_url = Some(url.to_owned()));
        self.wake.notify_one();
    }

    pub(crate) fn server_url(&self) -> Option<String> {
        held(&self.server_url).clone()
    }

    /// Starts the background thread.
    pub(crate) fn start(self: &Arc<Self>) -> Result<SyncHandle, ConnectionError> {
        let line = Arc::clone(self);
        let thread = std::thread::Builder::new()
            .name("sync".to_owned())
            .spawn(move || run(&line))
            .map_err(|_| ConnectionError::NoThread)?;
        Ok(SyncHandle { line: Arc::clone(self), thread: Arc::new(Mutex::new(Some(thread))) })
    }

    /// Entries that the server has not confirmed.
    pub(crate) fn waiting(&self) -> u64 {
        held(&self.status).waiting_entries
    }

    fn change(&self, make: impl FnOnce(&mut SyncStatus)) {
        let (before, after) = {
            let mut status = held(&self.status);
            let before = status.clone();
            make(&mut status);
            (before, status.clone())
        };
        if before != after {
            held(&self.listeners).iter().for_each(|listener| listener(&after));
        }
    }

    fn go_offline(&self, reason: &str) {
        let now = Timestamp::from_unix_ms(SystemEnvironment::new().clock().wall_ms);
        self.change(|status| match &mut status.state {
            SyncState::Offline { reason: old, .. } => reason.clone_into(old),
            state @ (SyncState::NotConnected
            | SyncState::Connecting
            | SyncState::Loading { .. }
            | SyncState::InStep
            | SyncState::Exchanging) => *state = SyncState::Offline { since: now, reason: reason.to_owned() },
        });
    }

    fn note(&self, state: SessionState) {
        let now = Timestamp::from_unix_ms(SystemEnvironment::new().clock().wall_ms);
        self.change(|status| {
            status.state = match state {
                SessionState::Greeting => return,
                SessionState::Loading { done, total } => SyncState::Loading { done, total },
                SessionState::Exchanging => SyncState::Exchanging,
                SessionState::InStep => {
                    status.last_in_step_at = Some(now);
                    SyncState::InStep
                }
                SessionState::Differs => {
                    tracing::error!("both sides read the same entries and hold different state; run verify");
                    SyncState::Exchanging
                }
            };
        });
    }

    /// What nothing on a sale's path waits for: the witness, and what the server confirmed.
    fn write_behind(&self) {
        self.write_witness();
        if let Err(error) = lock(&self.replica).checkpoint_wal() {
            tracing::warn!(%error, "the log could not be folded into the shop's file");
        }
        let mut confirmed = held(&self.confirmed);
        if confirmed.is_kept {
            return;
        }
        let positions: Vec<_> = confirmed.vector.0.iter().collect();
        let kept =
            serde_json::to_vec(&positions).is_ok_and(|bytes| lock(&self.replica).put_local(CONFIRMED, Some(&bytes)).is_ok());
        confirmed.is_kept = kept;
    }

    fn write_witness(&self) {
        if let Err(error) = lock(&self.replica).write_witness() {
            tracing::warn!(%error, "the witness could not be written");
        }
    }
}

/// A running line. Clones share it; dropping them does not stop it.
#[derive(Clone)]
pub struct SyncHandle {
    line: Arc<Line>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl SyncHandle {
    /// How this device stands with the others, now.
    pub fn status(&self) -> SyncStatus {
        held(&self.line.status).clone()
    }

    /// Calls `listener` whenever the status changes, from the line's own thread: it must not wait.
    pub fn on_change(&self, listener: Box<dyn Fn(&SyncStatus) + Send + Sync>) {
        held(&self.line.listeners).push(listener);
    }

    /// Hangs up and stays offline until [`Self::resume`]: for tests, and for a seller on an expensive network.
    pub fn pause(&self) {
        self.wish(Wish::Pause);
    }

    /// Dials again.
    pub fn resume(&self) {
        self.wish(Wish::Run);
    }

    /// Hangs up and ends the thread; returns when it has ended.
    pub fn stop(self) {
        self.wish(Wish::Stop);
        if let Some(thread) = held(&self.thread).take()
            && thread.join().is_err()
        {
            tracing::error!("the sync thread ended in a panic");
        }
    }

    fn wish(&self, wish: Wish) {
        *held(&self.line.wish) = wish;
        self.line.wake.notify_one();
    }
}

/// The thread: its own small runtime, dialing and talking until told to stop.
#[expect(
    clippy::disallowed_methods,
    reason = "how long a line held decides when to dial again; nothing that is kept depends on it"
)]
fn run(line: &Arc<Line>) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "the sync thread could not start");
            return;
        }
    };
    runtime.block_on(async {
        let pictures = tokio::spawn(move_pictures(Arc::clone(line)));
        let (mut ticks, mut pause) = (ticks(), PAUSE_MIN);
        loop {
            let wish = *held(&line.wish);
            let url = line.server_url();
            match (wish, url) {
                (Wish::Stop, _) => break,
                (Wish::Pause, Some(_)) => {
                    line.go_offline("paused");
                    rest(line, PAUSE_MAX, &mut ticks).await;
                }
                (_, None) => rest(line, PAUSE_MAX, &mut ticks).await,
                (Wish::Run, Some(url)) => {
                    let began = Instant::now();
                    let ended = talk(line, &url, Until::ToldToStop, &mut ticks).await;
                    if *held(&line.wish) == Wish::Run {
                        line.go_offline(&reason_of(&ended));
                    }
                    pause = if began.elapsed() > PAUSE_MAX { PAUSE_MIN } else { (pause * 2).min(PAUSE_MAX) };
                    rest(line, pause, &mut ticks).await;
                }
            }
        }
        pictures.abort();
        line.write_behind();
    });
}

/// Sends and fetches pictures beside the session, whenever the server is reachable. They are never urgent: a failure waits for the next look.
async fn move_pictures(line: Arc<Line>) {
    loop {
        tokio::time::sleep(TICK).await;
        let is_reachable = matches!(held(&line.status).state, SyncState::InStep | SyncState::Exchanging);
        let Some(url) = line.server_url().filter(|_| is_reachable) else { continue };
        if let Err(error) = line.blobs.exchange(&url, &line.replica).await {
            tracing::info!(%error, "pictures wait");
            tokio::time::sleep(PAUSE_MAX).await;
        }
        line.change(|status| status.pictures_arrived = line.blobs.arrived());
    }
}

/// A clock for what is done behind the sales. Its ticks do not pile up while a batch is applied.
pub(crate) fn ticks() -> Interval {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// Waits, writing the witness behind; ends early for a changed wish or address, not for a sale.
async fn rest(line: &Arc<Line>, pause: Duration, ticks: &mut Interval) {
    let before = (*held(&line.wish), line.server_url());
    let over = tokio::time::sleep(pause);
    tokio::pin!(over);
    while before == (*held(&line.wish), line.server_url()) {
        tokio::select! {
            () = &mut over => return,
            _ = ticks.tick() => line.write_behind(),
            () = line.wake.notified() => {}
        }
        note_waiting_offline(line);
    }
}

/// What an offline device has to send: everything that the server has not confirmed.
fn note_waiting_offline(line: &Line) {
    let Ok(ours) = lock(&line.replica).vector() else { return };
    let waiting = beyond(&ours, &held(&line.confirmed).vector);
    line.change(|status| status.waiting_entries = waiting);
}

/// How many entries `ours` has and `theirs` lacks.
fn beyond(ours: &Vector, theirs: &Vector) -> u64 {
    ours.0.iter().map(|(origin, position)| position.seq.saturating_sub(theirs.seq(origin))).sum()
}

fn reason_of(ended: &Result<Counts, ConnectionError>) -> String {
    match ended {
        Ok(_) => "the server hung up".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// Sends and fetches every picture that waits.
pub(crate) async fn move_all_pictures(line: &Line, url: &str) -> Result<(), ConnectionError> {
    while line.blobs.exchange(url, &line.replica).await? {}
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// Until the wish changes or the line breaks.
    ToldToStop,
    /// Until both sides hold the same.
    InStep,
}

/// One session from dialing to its end.
pub(crate) async fn talk(line: &Arc<Line>, url: &str, until: Until, ticks: &mut Interval) -> Result<Counts, ConnectionError> {
    let (mut sender, mut receiver) = dial(url).await?.split();
    let mut env = SystemEnvironment::new();
    let (mut session, first) = Session::dial(&lock(&line.replica), &mut env)?;
    deliver(line, &mut sender, first).await?;
    loop {
        let outputs = tokio::select! {
            frame = receiver.next() => match frame {
                Some(Ok(WsMessage::Binary(bytes))) => {
                    // Applying a batch takes its time; the runtime has nothing else to do meanwhile, and the socket's buffer is the backpressure.
                    session.receive(&bytes, &mut lock(&line.replica), &mut env)
                }
                Some(Ok(WsMessage::Close(close))) => return Err(closed(close)),
                Some(Ok(_)) => Ok(Vec::new()),
                Some(Err(error)) => return Err(broken(&error)),
                None => return Ok(session.counts()),
            },
            () = line.wake.notified() => {
                let fresh = held(&line.fresh).take();
                if let Some(fresh) = fresh {
                    deliver(line, &mut sender, session.pass_on(&fresh)?).await?;
                }
                session.poll(&mut lock(&line.replica), &mut env)
            }
            _ = ticks.tick() => {
                line.write_behind();
                session.poll(&mut lock(&line.replica), &mut env)
            }
        };
        let outputs = match outputs {
            Ok(outputs) => outputs,
            Err(error) => {
                // Best effort: the other side learns of it from the closed line as well.
                drop(sender.send(WsMessage::Binary(goodbye(&error.to_string()).into())).await);
                return Err(error.into());
            }
        };
        deliver(line, &mut sender, outputs).await?;
        note_waiting(line, &session)?;
        if *held(&line.wish) != Wish::Run || line.server_url().as_deref() != Some(url) {
            return Ok(session.counts());
        }
        if until == Until::InStep && session.state() == SessionState::InStep && session.unconfirmed(&lock(&line.replica))? == 0 {
            return Ok(session.counts());
        }
    }
}

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn dial(url: &str) -> Result<Socket, ConnectionError> {
    // Fails only when one is installed already, which is as good.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    let config = WebSocketConfig::default().max_message_size(Some(FRAME_BYTES_MAX)).max_frame_size(Some(FRAME_BYTES_MAX));
    let dialing = tokio_tungstenite::connect_async_with_config(sync_url(url), Some(config), true);
    match tokio::time::timeout(DIAL_TIME_MAX, dialing).await {
        Ok(Ok((socket, _))) => Ok(socket),
        Ok(Err(error)) => Err(broken(&error)),
        Err(_) => Err(ConnectionError::Unreachable { reason: "no answer in time".to_owned() }),
    }
}

async fn deliver(
    line: &Arc<Line>,
    sender: &mut futures_util::stream::SplitSink<Socket, WsMessage>,
    outputs: Vec<Output>,
) -> Result<(), ConnectionError> {
    for output in outputs {
        match output {
            Output::Send(frame) => sender.send(WsMessage::Binary(frame.into())).await.map_err(|error| broken(&error))?,
            Output::State(state) => line.note(state),
            Output::ServerClock { offset_ms } => {
                SystemEnvironment::observe_server_offset(offset_ms);
                line.change(|status| status.device_clock_offset_ms = offset_ms);
            }
            Output::Applied(_) => {}
            Output::ApplyAhead => {
                // What cannot be applied now is applied before the next thing is recorded or admitted.
                if let Err(error) = lock(&line.replica).apply_ahead() {
                    tracing::warn!(%error, "a sale of another device is stored and not yet applied");
                }
            }
            Output::NewIncarnation(origin) => {
                tracing::warn!(
                    incarnation = origin.incarnation,
                    "this device was copied or restored; it goes on under a new number"
                );
            }
        }
    }
    Ok(())
}

fn note_waiting(line: &Line, session: &Session) -> Result<(), ConnectionError> {
    let ours = lock(&line.replica).vector()?;
    let mut confirmed = held(&line.confirmed);
    if session.peer().is_some() && confirmed.vector != *session.confirmed() {
        *confirmed = Confirmed { vector: session.confirmed().clone(), is_kept: false };
    }
    let waiting = beyond(&ours, &confirmed.vector);
    drop(confirmed);
    line.change(|status| status.waiting_entries = waiting);
    Ok(())
}

fn closed(close: Option<tungstenite::protocol::CloseFrame>) -> ConnectionError {
    match close {
        Some(frame) if !frame.reason.is_empty() => ConnectionError::Sync(SyncError::Ended(frame.reason.to_string())),
        _ => ConnectionError::Unreachable { reason: "the server hung up".to_owned() },
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a kind of failure that the library adds is a broken connection, too")]
fn broken(error: &tungstenite::Error) -> ConnectionError {
    match error {
        tungstenite::Error::Http(_) | tungstenite::Error::Protocol(_) => ConnectionError::NotOurServer,
        tungstenite::Error::Url(_) => ConnectionError::BadAddress("it".to_owned()),
        tungstenite::Error::Tls(_) => ConnectionError::Unreachable { reason: "no secure connection".to_owned() },
        tungstenite::Error::Io(_) => ConnectionError::Unreachable { reason: "no connection".to_owned() },
        _ => ConnectionError::Unreachable { reason: "the connection broke".to_owned() },
    }
}

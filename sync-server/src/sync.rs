//! `GET /sync`: a device's line. Frames go into the session, what the session says goes out; a commit by anybody wakes it at once.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tradepost_operations::{Fresh, lock};
use tradepost_sync::{FRAME_BYTES_MAX, Output, Session, SyncError, goodbye};

use crate::environment::SystemEnvironment;
use crate::error::ServerError;
use crate::server::App;
use crate::shops::HostedShop;

/// The first word must come within this.
const FIRST_FRAME_WAIT: Duration = Duration::from_secs(10);
/// How often a session looks at the time.
const TICK: Duration = Duration::from_secs(1);
/// A frame that the other side does not take within this ends the session.
const SEND_WAIT: Duration = Duration::from_secs(30);
/// How long after an entry was stored what follows from it is applied: first it is confirmed and on its way to the others. The next entry
/// applies it sooner.
const APPLY_AFTER: Duration = Duration::from_millis(5);
/// Frames received and not yet worked on. The socket is not read while they wait: that is the backpressure.
const FRAMES_WAITING_MAX: usize = 4;

/// Upgrades to a WebSocket, where there is a place.
pub async fn endpoint(State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    let Ok(slot) = Arc::clone(&app.sync_slots).try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many devices at this moment\n").into_response();
    };
    upgrade.max_message_size(FRAME_BYTES_MAX).max_frame_size(FRAME_BYTES_MAX).on_upgrade(move |socket| async move {
        metrics::counter!("tradepost_sync_sessions_total").increment(1);
        serve(&app, socket).await;
        drop(slot);
    })
}

async fn serve(app: &App, socket: WebSocket) {
    let (mut out, incoming) = socket.split();
    let reason = match converse(app, &mut out, incoming).await {
        Ok(()) => "the server is stopping".to_owned(),
        Err(SyncError::Ended(reason)) => {
            tracing::debug!(reason, "a device said goodbye");
            return;
        }
        Err(error) => {
            tracing::info!(%error, "a session ended");
            error.to_string()
        }
    };
    // The other side may be gone already; then nobody hears it.
    let farewell = async {
        out.send(Message::Binary(goodbye(&reason).into())).await?;
        out.send(Message::Close(Some(CloseFrame { code: 1000, reason: "".into() }))).await
    };
    if tokio::time::timeout(SEND_WAIT, farewell).await.is_err() {
        tracing::debug!("a device did not hear the farewell");
    }
}

/// A session as it moves between the socket's task and the thread that works with the disk.
struct Line {
    shop: Arc<HostedShop>,
    session: Session,
    /// When to apply what this line's device brought and is stored ahead.
    apply_at: Option<Instant>,
}

enum Event {
    Frame(Vec<u8>),
    Look,
    Apply,
}

async fn converse(
    app: &App,
    out: &mut SplitSink<WebSocket, Message>,
    mut incoming: SplitStream<WebSocket>,
) -> Result<(), SyncError> {
    let first = tokio::time::timeout(FIRST_FRAME_WAIT, next_frame(&mut incoming)).await.map_err(|_| SyncError::Silent)??;
    let shop = Session::peek_shop(&first)?;
    let shop = app.shops.find(shop).ok_or(SyncError::OtherShop)?;
    let (mut changes, mut fresh) = (shop.changes(), shop.fresh());
    let mut stopping = app.stopping.clone();
    let mut line = Line { shop, session: Session::accept(), apply_at: None };
    line = step(line, Event::Frame(first), out).await?;

    let (sender, mut frames) = mpsc::channel(FRAMES_WAITING_MAX);
    let reading = tokio::spawn(read_frames(incoming, sender));
    let outcome = loop {
        let event = tokio::select! {
            frame = frames.recv() => match frame {
                Some(Ok(frame)) => Event::Frame(frame),
                Some(Err(error)) => break Err(error),
                None => break Err(SyncError::Ended("the connection closed".to_owned())),
            },
            entry = fresh.recv() => match entry {
                Ok(entry) => match pass_on(&mut line, &entry, out).await {
                    Ok(()) => continue,
                    Err(error) => break Err(error),
                },
                // They came too fast for this line.
                Err(_) => Event::Look,
            },
            _ = changes.changed() => Event::Look,
            () = tokio::time::sleep(TICK) => Event::Look,
            () = due(line.apply_at) => Event::Apply,
            _ = stopped(&mut stopping) => break Ok(()),
        };
        line = match step(line, event, out).await {
            Ok(line) => line,
            Err(error) => break Err(error),
        };
    };
    reading.abort();
    outcome
}

/// Waits until what was stored ahead is to be applied; for ever where there is nothing.
async fn due(apply_at: Option<Instant>) {
    match apply_at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    if stopping.wait_for(|stops| *stops).await.is_err() {
        // Nobody is left who could stop it.
        std::future::pending::<()>().await;
    }
}

async fn read_frames(mut incoming: SplitStream<WebSocket>, sender: mpsc::Sender<Result<Vec<u8>, SyncError>>) {
    loop {
        let frame = next_frame(&mut incoming).await;
        let is_last = frame.is_err();
        if sender.send(frame).await.is_err() || is_last {
            return;
        }
    }
}

async fn next_frame(incoming: &mut SplitStream<WebSocket>) -> Result<Vec<u8>, SyncError> {
    loop {
        match incoming.next().await {
            Some(Ok(Message::Binary(frame))) => return Ok(frame.to_vec()),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Text(_))) => return Err(SyncError::NotOurProtocol),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(SyncError::Ended("the connection closed".to_owned())),
        }
    }
}

/// One step of the session, on a thread that may wait for the disk; then what it said is sent.
async fn step(mut line: Line, event: Event, out: &mut SplitSink<WebSocket, Message>) -> Result<Line, SyncError> {
    let work = move || {
        let Line { shop, session, apply_at } = &mut line;
        let mut replica = lock(&shop.replica);
        let outcome = match event {
            Event::Frame(frame) => session.receive(&frame, &mut replica, &mut SystemEnvironment),
            Event::Look => session.poll(&mut replica, &mut SystemEnvironment),
            Event::Apply => {
                *apply_at = None;
                replica.apply_ahead().map_err(SyncError::from).map(|()| Vec::new())
            }
        };
        drop(replica);
        (line, outcome)
    };
    let (mut line, outcome) = at_the_disk(work).await?;
    say(&mut line, outcome?, out).await?;
    Ok(line)
}

/// Sends an entry on that may be passed on, if it is the next for this device.
async fn pass_on(line: &mut Line, entry: &Fresh, out: &mut SplitSink<WebSocket, Message>) -> Result<(), SyncError> {
    let outputs = line.session.pass_on(entry)?;
    say(line, outputs, out).await
}

/// Works where waiting for the disk is allowed: on this very thread, if the runtime has others to go on with. A sale passes here on its way to
/// the other tills, and being taken up by another thread would be a good part of its way.
async fn at_the_disk<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, SyncError> {
    if Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread {
        let worked = tokio::task::block_in_place(|| std::panic::catch_unwind(AssertUnwindSafe(work)));
        worked.map_err(|_| broke_off(&"a panic"))
    } else {
        tokio::task::spawn_blocking(work).await.map_err(|error| broke_off(&error))
    }
}

async fn say(line: &mut Line, outputs: Vec<Output>, out: &mut SplitSink<WebSocket, Message>) -> Result<(), SyncError> {
    for output in outputs {
        match output {
            Output::Send(frame) => send(out, frame).await?,
            Output::NewIncarnation(origin) => {
                tracing::warn!(shop = %line.shop.id, ?origin, "the server's replica was restored or copied; it goes on under a new number");
            }
            Output::Applied(_) => metrics::counter!("tradepost_sync_batches_applied_total").increment(1),
            Output::ApplyAhead => line.apply_at = Some(Instant::now() + APPLY_AFTER),
            Output::State(_) | Output::ServerClock { .. } => {}
        }
    }
    Ok(())
}

fn broke_off(error: &dyn std::fmt::Display) -> SyncError {
    tracing::error!(%error, "a session broke off");
    SyncError::Ended(ServerError::Internal("the server could not go on; it will be tried again".to_owned()).to_string())
}

async fn send(out: &mut SplitSink<WebSocket, Message>, frame: Vec<u8>) -> Result<(), SyncError> {
    let sent = tokio::time::timeout(SEND_WAIT, out.send(Message::Binary(frame.into()))).await;
    match sent {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(SyncError::Ended("the connection closed".to_owned())),
        Err(_) => Err(SyncError::Silent),
    }
}

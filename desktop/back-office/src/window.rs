//! The window: starts it over a data folder, and tells it when the shop changes.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tauri::http::{HeaderValue, Response, StatusCode, header};
use tauri::{AppHandle, Emitter, Manager};

use crate::api::{BackOffice, News, picture};
use crate::command;

/// The folder below the system's place for data.
const FOLDER: &str = "back-office";
/// News that wait for the window. More are dropped: each is only a reason to look again, and the latest is always among them.
const NEWS_MAX: usize = 256;
/// The first change is told at once; those that come thicker than this are told together, so that an import does not redraw the screen a hundred times a second.
const PAUSE: Duration = Duration::from_millis(120);

/// Runs the window until it is closed.
pub fn run(data: Option<PathBuf>) -> ExitCode {
    let built = tauri::Builder::default()
        .invoke_handler(command::handler())
        .register_asynchronous_uri_scheme_protocol(picture::SCHEME, |context, request, responder| {
            let office = context.app_handle().try_state::<Arc<BackOffice>>().map(|office| Arc::clone(&office));
            let path = request.uri().path().to_owned();
            tauri::async_runtime::spawn_blocking(move || responder.respond(picture_answer(office.as_deref(), &path)));
        })
        .setup(move |app| {
            let folder = match data {
                Some(folder) => folder,
                None => app.path().data_dir()?.join("tradepost").join(FOLDER),
            };
            let downloads = app.path().download_dir().unwrap_or_else(|_| folder.join("downloads"));
            let (sender, receiver) = sync_channel(NEWS_MAX);
            app.manage(Arc::new(BackOffice::new(folder, downloads, teller(sender))));
            let handle = app.handle().clone();
            std::thread::Builder::new().name("news".to_owned()).spawn(move || pass_on(&receiver, &handle))?;
            Ok(())
        })
        .run(tauri::generate_context!());
    match built {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("the window could not be opened: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A picture's name is its content, so the window may keep it.
fn picture_answer(office: Option<&BackOffice>, path: &str) -> Response<Vec<u8>> {
    let Some((bytes, kind)) = office.and_then(|office| picture::read(office, path)) else {
        let mut missing = Response::new(Vec::new());
        *missing.status_mut() = StatusCode::NOT_FOUND;
        missing.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        return missing;
    };
    let mut found = Response::new(bytes);
    let headers = found.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    found
}

fn teller(sender: SyncSender<News>) -> Arc<dyn Fn(News) + Send + Sync> {
    let sender = Mutex::new(sender);
    Arc::new(move |news| {
        let sent = sender.lock().map(|sender| sender.try_send(news));
        if let Ok(Err(TrySendError::Disconnected(_))) = sent {
            tracing::debug!("news after the window was closed");
        }
    })
}

/// Passes news on to the window, of each kind the latest.
fn pass_on(receiver: &Receiver<News>, window: &AppHandle) {
    while let Ok(first) = receiver.recv() {
        let mut latest = Latest::default();
        latest.take(first);
        receiver.try_iter().for_each(|news| latest.take(news));
        if let Err(error) = latest.emit(window) {
            tracing::debug!("the window did not take news: {error}");
        }
        std::thread::sleep(PAUSE);
    }
}

#[derive(Default)]
struct Latest {
    changed: Option<u64>,
    sync: Option<crate::api::sync_status::SyncView>,
    import: Option<crate::api::import::ImportProgressView>,
}

impl Latest {
    fn take(&mut self, news: News) {
        match news {
            News::Changed(generation) => self.changed = Some(generation),
            News::Sync(view) => self.sync = Some(view),
            News::Import(progress) => self.import = Some(progress),
        }
    }

    fn emit(self, window: &AppHandle) -> tauri::Result<()> {
        if let Some(progress) = self.import {
            window.emit("import-progress", progress)?;
        }
        if let Some(view) = self.sync {
            window.emit("sync-status", view)?;
        }
        if let Some(generation) = self.changed {
            window.emit("changed", generation)?;
        }
        Ok(())
    }
}

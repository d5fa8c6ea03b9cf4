//! Serving: listen, answer, and stop in good order.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::Config;
use crate::error::ServerError;
use crate::server::Server;
use crate::{health, http, jobs};

/// How long requests may go on once the server stops.
const LAST_REQUESTS: Duration = Duration::from_secs(10);
/// Where this server listens, for commands on the same machine.
pub const ADDRESS_FILE: &str = "address";

/// Serves until the machine or a person asks it to stop.
pub async fn serve(data: &Path, listen: SocketAddr, config: Config) -> Result<(), ServerError> {
    let listener = TcpListener::bind(listen).await.map_err(ServerError::file(format!("listening on {listen}")))?;
    serve_on(listener, data, config, asked_to_stop()).await
}

/// Serves on a listener until `stop` is done.
pub async fn serve_on(
    listener: TcpListener,
    data: &Path,
    config: Config,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServerError> {
    if health::recorder().is_none() {
        tracing::warn!("metrics are not recorded: something else in this process records its own");
    }
    let (stopper, stopping) = watch::channel(false);
    let app = Server::open(data, config, stopping).await?;
    let address = listener.local_addr().map_err(ServerError::file("listening"))?;
    let address_file = data.join(ADDRESS_FILE);
    std::fs::write(&address_file, format!("{address}\n")).map_err(ServerError::file("writing the file address"))?;
    tracing::info!(%address, data = %data.display(), shops = app.shops.all().len(), "serving");
    let jobs = tokio::spawn(jobs::run(Arc::clone(&app)));
    let service = http::router(Arc::clone(&app)).into_make_service_with_connect_info::<SocketAddr>();
    let mut stopped = app.stopping.clone();
    // A pushed sale must not wait for the acknowledgment of the frame before it: 40 ms with a peer that acknowledges late.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps small frames back");
        }
    });
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
        stop.await;
        tracing::info!("stopping");
        stopper.send_replace(true);
    });
    let last = async move {
        if stopped.wait_for(|stops| *stops).await.is_ok() {
            tokio::time::sleep(LAST_REQUESTS).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        served = serving => served.map_err(ServerError::file("serving"))?,
        () = last => tracing::warn!("some requests did not end in time"),
    }
    if jobs.await.is_err() {
        tracing::warn!("a job broke off");
    }
    app.close().await;
    if let Err(error) = std::fs::remove_file(&address_file) {
        tracing::debug!(%error, "the file address could not be removed");
    }
    Ok(())
}

async fn asked_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}

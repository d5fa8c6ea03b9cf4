//! For whoever watches over the server: does it live, can it serve, and what has it done.

use std::sync::OnceLock;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::server::App;

/// The process answers.
pub async fn live() -> &'static str {
    "ok\n"
}

/// It can serve: its database answers and it is not stopping.
pub async fn ready(State(app): State<App>) -> Response {
    if *app.stopping.borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    match app.database.check().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the server database does not answer\n").into_response()
        }
    }
}

/// Prometheus text.
pub async fn metrics(State(app): State<App>) -> Response {
    let recorder = recorder();
    let (pages, bytes) = app.pages.size();
    gauge("tradepost_cached_pages", pages);
    gauge("tradepost_cached_page_bytes", bytes);
    gauge("tradepost_shops", app.shops.all().len());
    gauge("tradepost_devices_connected", app.config.sync_sessions_max.saturating_sub(app.sync_slots.available_permits()));
    match recorder {
        Some(handle) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn gauge(name: &'static str, value: usize) {
    metrics::gauge!(name).set(u32::try_from(value).map_or(f64::from(u32::MAX), f64::from));
}

/// The process's one recorder, installed when it is first asked for.
pub fn recorder() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).as_ref()
}

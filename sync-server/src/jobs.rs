//! What the server does by itself: sends mail, frees what was kept too long, finishes orders whose placing broke off.

use std::sync::Arc;
use std::time::Duration;

use crate::checkout::place::{self, NotPlaced};
use crate::checkout::store::State;
use crate::environment;
use crate::error::ServerError;
use crate::mail;
use crate::order_news::{self, LookedAt};
use crate::server::App;

/// How often the jobs look around.
const ROUND: Duration = Duration::from_secs(10);
/// A placing that is older than this was broken off.
const BROKEN_OFF_AFTER_MS: i64 = 15_000;

/// Runs the jobs until the server stops. The first round runs at once: it finishes what a crash left.
pub async fn run(app: App) {
    let mut stopping = app.stopping.clone();
    let mut is_first = true;
    let mut looked_at = LookedAt::default();
    loop {
        round(&app, is_first, &mut looked_at).await;
        is_first = false;
        tokio::select! {
            () = tokio::time::sleep(ROUND) => {}
            () = app.mail_waits.notified() => {}
            stopped = stopping.wait_for(|stops| *stops) => {
                if stopped.is_ok() {
                    return;
                }
            }
        }
        if *app.stopping.borrow() {
            return;
        }
    }
}

async fn round(app: &App, is_first: bool, looked_at: &mut LookedAt) {
    report(app, "expire_reservations", expire(app).await).await;
    report(app, "finish_orders", finish_orders(app, is_first).await).await;
    report(app, "tell_buyers", order_news::tell(app, looked_at).await).await;
    report(app, "send_mail", mail::send_waiting(app).await).await;
    report(app, "forget_expired", app.database.forget_expired(environment::now().unix_ms).await).await;
}

async fn report(app: &App, name: &str, outcome: Result<u64, ServerError>) {
    let result = match &outcome {
        Ok(0) => return,
        Ok(done) => format!("did {done}"),
        Err(error) => {
            tracing::error!(job = name, %error, "a job failed; it runs again");
            format!("failed: {error}")
        }
    };
    if let Err(error) = app.database.note_job(name, environment::now().unix_ms, &result).await {
        tracing::error!(job = name, %error, "a job's result could not be noted");
    }
}

async fn expire(app: &App) -> Result<u64, ServerError> {
    let mut freed = 0;
    for (shop, variants) in app.checkouts().expire().await? {
        freed += 1;
        if let Some(shop) = app.shops.find(shop) {
            shop.reservations_changed(variants);
        }
    }
    Ok(freed)
}

/// Orders that were written down and not recorded, because the server stopped in between: recorded now, once.
async fn finish_orders(app: &App, is_first: bool) -> Result<u64, ServerError> {
    let age_ms = if is_first { 0 } else { BROKEN_OFF_AFTER_MS };
    let mut finished = 0;
    for checkout in app.checkouts().broken_off(environment::now().unix_ms.saturating_sub(age_ms)).await? {
        let Some(shop) = app.shops.find(checkout.shop) else { continue };
        let State::Placing { draft } = checkout.state else { continue };
        let gate = shop.stock_gate.lock().await;
        let link_base = format!("{}/s/{}", app.config.public_url, shop.slug);
        match place::finish(app, &Arc::clone(&shop), *draft, &link_base).await {
            Ok(number) => {
                finished += 1;
                tracing::info!(shop = %shop.id, number, "an order whose placing broke off now stands");
            }
            Err(NotPlaced::Failed(error)) => return Err(error),
            Err(NotPlaced::Refused(reason)) => {
                tracing::warn!(shop = %shop.id, reason, "an order whose placing broke off was refused")
            }
            Err(NotPlaced::Short(_) | NotPlaced::Changed | NotPlaced::Incomplete) => {}
        }
        drop(gate);
    }
    Ok(finished)
}

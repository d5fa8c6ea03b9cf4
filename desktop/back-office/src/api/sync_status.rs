//! The state of sync as a sentence that is always on the screen. Offline is a normal day and reads like one.

use serde::Serialize;
use tradepost_connection::{SyncState, SyncStatus};
use ts_rs::TS;

use super::amount::{Moment, Tone};

/// The state of sync.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SyncView {
    /// "In step", "Offline since 09:12".
    pub sentence: String,
    /// What waits, and why.
    pub detail: String,
    /// How serious; offline is never bad.
    pub tone: Tone,
    /// Changes that the server has not acknowledged yet.
    pub waiting: u64,
    /// The server's address, if the shop has one.
    pub server_url: Option<String>,
    /// Pictures that arrived since the program started.
    pub pictures_arrived: u64,
}

/// The status in words; `now_ms` tells whether "since" needs a date.
pub fn view(status: &SyncStatus, offset_minutes: i32, now_ms: i64) -> SyncView {
    let (sentence, tone) = sentence(status, offset_minutes, now_ms);
    SyncView {
        sentence,
        tone,
        detail: detail(status, offset_minutes, now_ms),
        waiting: status.waiting_entries,
        server_url: status.server_url.clone(),
        pictures_arrived: status.pictures_arrived,
    }
}

fn sentence(status: &SyncStatus, zone: i32, now_ms: i64) -> (String, Tone) {
    match &status.state {
        SyncState::NotConnected => ("On this computer only".to_owned(), Tone::Neutral),
        SyncState::Connecting => ("Connecting".to_owned(), Tone::Neutral),
        SyncState::Loading { done, total } => (format!("Loading the shop, {} %", percent(*done, *total)), Tone::News),
        SyncState::InStep => ("In step".to_owned(), Tone::Good),
        SyncState::Exchanging => ("Exchanging changes".to_owned(), Tone::Good),
        SyncState::Offline { since, .. } => (format!("Offline since {}", when(since.unix_ms, zone, now_ms)), Tone::Soon),
    }
}

fn detail(status: &SyncStatus, zone: i32, now_ms: i64) -> String {
    let waiting = match status.waiting_entries {
        0 => String::new(),
        1 => "1 change is safe here and waits to be sent.".to_owned(),
        count => format!("{count} changes are safe here and wait to be sent."),
    };
    match &status.state {
        SyncState::NotConnected => "Everything works. Connect a server to add tills and a web shop.".to_owned(),
        SyncState::InStep | SyncState::Exchanging if waiting.is_empty() => "Everything is on the server.".to_owned(),
        SyncState::Offline { .. } if waiting.is_empty() => {
            let last = status.last_in_step_at.map(|at| format!(" Last in step {}.", when(at.unix_ms, zone, now_ms)));
            format!("Go on working.{}", last.unwrap_or_default())
        }
        SyncState::Offline { .. }
        | SyncState::InStep
        | SyncState::Exchanging
        | SyncState::Connecting
        | SyncState::Loading { .. } => waiting,
    }
}

fn percent(done: u64, total: u64) -> u64 {
    done.saturating_mul(100).checked_div(total).unwrap_or(0).min(100)
}

/// The time alone on the same day, with its date otherwise.
fn when(unix_ms: i64, zone: i32, now_ms: i64) -> String {
    let moment = |unix_ms| Moment::at(tradepost_domain::time::Timestamp::from_unix_ms(unix_ms), zone).text;
    let (then, now) = (moment(unix_ms), moment(now_ms));
    match (then.split_once(' '), now.split_once(' ')) {
        (Some((day, time)), Some((today, _))) if day == today => time.to_owned(),
        _ => then,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradepost_domain::time::Timestamp;

    fn status(state: SyncState, waiting_entries: u64) -> SyncStatus {
        SyncStatus {
            state,
            waiting_entries,
            last_in_step_at: None,
            server_url: None,
            device_clock_offset_ms: 0,
            pictures_arrived: 0,
        }
    }

    #[test]
    fn offline_says_since_when_and_what_waits_and_is_no_alarm() {
        let since: Timestamp = "2026-11-22T09:12:00Z".parse().unwrap();
        let now: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let view = view(&status(SyncState::Offline { since, reason: "no route".to_owned() }, 14), 0, now.unix_ms);
        assert_eq!(view.sentence, "Offline since 09:12");
        assert_eq!(view.detail, "14 changes are safe here and wait to be sent.");
        assert_eq!(view.tone, Tone::Soon);
    }

    #[test]
    fn offline_since_another_day_says_which() {
        let since: Timestamp = "2026-11-20T09:12:00Z".parse().unwrap();
        let now: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let view = view(&status(SyncState::Offline { since, reason: String::new() }, 0), 60, now.unix_ms);
        assert_eq!(view.sentence, "Offline since 2026-11-20 10:12");
    }
}

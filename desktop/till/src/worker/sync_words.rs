//! Whether this till is in step, as a sentence.

use tradepost_connection::{SyncState, SyncStatus};

use crate::model::{SyncFacts, SyncTone, time_of_day};

/// The sentence of the strip.
pub fn sync_facts(status: &SyncStatus, utc_offset_minutes: i32) -> SyncFacts {
    let waiting = match status.waiting_entries {
        0 => String::new(),
        1 => ", 1 change safe here".to_owned(),
        count => format!(", {count} changes safe here"),
    };
    let (sentence, tone, loading) = match &status.state {
        SyncState::NotConnected => ("On its own, no server".to_owned(), SyncTone::Neutral, None),
        SyncState::Connecting => (format!("Connecting{waiting}"), SyncTone::Waiting, None),
        SyncState::Loading { done, total } => ("Loading the shop".to_owned(), SyncTone::Waiting, Some((*done, *total))),
        SyncState::InStep if status.waiting_entries == 0 => ("In step".to_owned(), SyncTone::Good, None),
        SyncState::InStep | SyncState::Exchanging => (format!("Sending and receiving{waiting}"), SyncTone::Good, None),
        SyncState::Offline { since, .. } => {
            (format!("Offline since {}{waiting}", time_of_day(*since, utc_offset_minutes)), SyncTone::Waiting, None)
        }
    };
    SyncFacts { sentence, tone, server_url: status.server_url.clone(), loading }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradepost_domain::time::Timestamp;

    #[test]
    fn an_offline_till_says_since_when_and_what_is_safe() {
        let since = Timestamp::from_unix_ms((8 * 60 + 12) * 60_000);
        let status = SyncStatus {
            state: SyncState::Offline { since, reason: String::new() },
            waiting_entries: 14,
            ..SyncStatus::default()
        };
        let facts = sync_facts(&status, 60);
        assert_eq!(facts.sentence, "Offline since 9:12, 14 changes safe here");
        assert_eq!(facts.tone, SyncTone::Waiting);
        let status = SyncStatus { state: SyncState::InStep, ..SyncStatus::default() };
        assert_eq!(sync_facts(&status, 60).sentence, "In step");
    }
}

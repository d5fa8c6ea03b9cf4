//! How this device stands with the others, as every screen shows it.

use tradepost_domain::time::Timestamp;

/// How this device stands with the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncStatus {
    /// In one word.
    pub state: SyncState,
    /// Entries made here that the server has not confirmed yet. They are safe on this device.
    pub waiting_entries: u64,
    /// When both sides last held the same.
    pub last_in_step_at: Option<Timestamp>,
    /// The server, if there is one.
    pub server_url: Option<String>,
    /// The server's clock minus this device's, milliseconds.
    pub device_clock_offset_ms: i64,
    /// Pictures that arrived since the program started: a screen that missed one looks again when this changes.
    pub pictures_arrived: u64,
}

/// How the line to the server stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncState {
    /// No server was set up. That is fine.
    NotConnected,
    /// Dialing for the first time.
    Connecting,
    /// The shop is being loaded; selling works already.
    Loading {
        /// Parts loaded.
        done: u64,
        /// About how many there are.
        total: u64,
    },
    /// Everyone has everything.
    InStep,
    /// Something is on its way.
    Exchanging,
    /// No server reachable. That is a normal day.
    Offline {
        /// Since when.
        since: Timestamp,
        /// In a few words.
        reason: String,
    },
}

impl Default for SyncStatus {
    fn default() -> Self {
        Self {
            state: SyncState::NotConnected,
            waiting_entries: 0,
            last_in_step_at: None,
            server_url: None,
            device_clock_offset_ms: 0,
            pictures_arrived: 0,
        }
    }
}

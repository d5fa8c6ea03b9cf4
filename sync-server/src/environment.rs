//! The system's clocks and randomness. The one place of the server that reads them.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use tradepost_domain::time::Timestamp;
use tradepost_operations::{ClockReading, Environment};

/// The system's clocks and randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEnvironment;

impl Environment for SystemEnvironment {
    fn clock(&mut self) -> ClockReading {
        ClockReading {
            wall_ms: wall_ms(),
            boot_id: boot().id,
            monotonic_ms: u64::try_from(boot().started.elapsed().as_millis()).unwrap_or(u64::MAX),
            server_offset_ms: Some(0),
        }
    }

    fn random(&mut self, bytes: &mut [u8]) {
        fill_random(bytes);
    }
}

/// The wall clock.
pub fn now() -> Timestamp {
    Timestamp::from_unix_ms(wall_ms())
}

/// Sixteen unpredictable bytes: an id nobody guesses.
pub fn random_id() -> [u8; 16] {
    let mut bytes = [0; 16];
    fill_random(&mut bytes);
    bytes
}

/// Thirty-two unpredictable bytes: a key.
pub fn random_key() -> [u8; 32] {
    let mut bytes = [0; 32];
    fill_random(&mut bytes);
    bytes
}

#[expect(clippy::disallowed_methods, reason = "this is where the clock comes in")]
fn wall_ms() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    }
}

#[expect(clippy::disallowed_methods, reason = "this is where randomness comes in")]
fn fill_random(bytes: &mut [u8]) {
    // The system's generator fails only where there is none; keys made without it could be guessed, so nothing may go on.
    if let Err(error) = getrandom::fill(bytes) {
        tracing::error!(%error, "the system has no random numbers");
        std::process::abort();
    }
}

struct Boot {
    id: u64,
    started: Instant,
}

#[expect(clippy::disallowed_methods, reason = "this is where the clocks come in")]
fn boot() -> &'static Boot {
    static BOOT: OnceLock<Boot> = OnceLock::new();
    BOOT.get_or_init(|| Boot { id: RandomState::new().build_hasher().finish(), started: Instant::now() })
}

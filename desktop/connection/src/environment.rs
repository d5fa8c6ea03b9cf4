//! The system's clocks and randomness. The one place of a device's programs that reads them.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use tradepost_replica::{ClockReading, Environment};

/// Not yet observed.
const NEVER: i64 = i64::MIN;
/// Server clock minus wall clock as last observed by this process.
static SERVER_OFFSET_MS: AtomicI64 = AtomicI64::new(NEVER);

/// The system's clocks and randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEnvironment;

impl SystemEnvironment {
    /// The system.
    pub const fn new() -> Self {
        Self
    }

    /// Notes what the server's clock said.
    pub(crate) fn observe_server_offset(offset_ms: i64) {
        SERVER_OFFSET_MS.store(offset_ms.max(NEVER + 1), Ordering::Relaxed);
    }

    /// What the server's clock was last seen ahead, milliseconds.
    pub(crate) fn server_offset() -> Option<i64> {
        Some(SERVER_OFFSET_MS.load(Ordering::Relaxed)).filter(|offset| *offset != NEVER)
    }
}

impl Environment for SystemEnvironment {
    #[expect(clippy::disallowed_methods, reason = "this is where the clocks come in")]
    fn clock(&mut self) -> ClockReading {
        let wall_ms = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
        };
        ClockReading {
            wall_ms,
            boot_id: boot().id,
            monotonic_ms: u64::try_from(boot().started.elapsed().as_millis()).unwrap_or(u64::MAX),
            server_offset_ms: Self::server_offset(),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "this is where randomness comes in")]
    fn random(&mut self, bytes: &mut [u8]) {
        // The system's generator fails only where there is none; ids made without it would collide, so nothing may go on.
        if let Err(error) = getrandom::fill(bytes) {
            tracing::error!(%error, "the system has no random numbers");
            std::process::abort();
        }
    }
}

struct Boot {
    id: u64,
    started: Instant,
}

/// This start of the program: its monotonic clock counts from here, under an id of its own.
#[expect(clippy::disallowed_methods, reason = "this is where the clocks come in")]
fn boot() -> &'static Boot {
    static BOOT: OnceLock<Boot> = OnceLock::new();
    BOOT.get_or_init(|| Boot { id: RandomState::new().build_hasher().finish(), started: Instant::now() })
}

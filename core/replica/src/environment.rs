//! What a replica takes from the world: readings of clocks, and random bytes.

use serde::{Deserialize, Serialize};

/// A reading of the machine's clocks. It annotates an entry and never gates it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockReading {
    /// Wall clock, milliseconds since 1970-01-01 UTC.
    pub wall_ms: i64,
    /// This start of the machine: changes with every boot.
    pub boot_id: u64,
    /// Milliseconds since that boot; never goes back.
    pub monotonic_ms: u64,
    /// Server clock minus wall clock as last observed, milliseconds; `None`: never observed.
    pub server_offset_ms: Option<i64>,
}

impl ClockReading {
    /// The wall clock put right by what the server said.
    pub fn corrected_ms(&self) -> i64 {
        self.wall_ms.saturating_add(self.server_offset_ms.unwrap_or(0))
    }
}

/// Clocks and randomness, brought by whoever drives the replica: a program, a test, the simulation.
pub trait Environment {
    /// Reads the clocks.
    fn clock(&mut self) -> ClockReading;
    /// Fills `bytes` with unpredictable bytes (in a program) or seeded ones (in the simulation).
    fn random(&mut self, bytes: &mut [u8]);
}

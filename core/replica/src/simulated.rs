//! A seeded world for tests and the simulation: clocks that are set by hand, and bytes that follow from a seed.

use crate::environment::{ClockReading, Environment};

/// Clocks and randomness of one simulated machine.
#[derive(Debug, Clone)]
pub struct SimulatedEnvironment {
    /// What the clocks say next; each reading moves them on by a millisecond.
    pub clock: ClockReading,
    stream: blake3::OutputReader,
}

impl SimulatedEnvironment {
    /// A machine whose bytes follow from `seed`. Its clock starts on 2026-11-22.
    pub fn new(seed: u64) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("tradepost 2026 simulated environment");
        hasher.update(&seed.to_le_bytes());
        let clock = ClockReading { wall_ms: 1_795_300_000_000, boot_id: seed, monotonic_ms: 1_000, server_offset_ms: None };
        Self { clock, stream: hasher.finalize_xof() }
    }
}

impl Environment for SimulatedEnvironment {
    fn clock(&mut self) -> ClockReading {
        self.clock.wall_ms += 1;
        self.clock.monotonic_ms += 1;
        self.clock
    }

    fn random(&mut self, bytes: &mut [u8]) {
        self.stream.fill(bytes);
    }
}

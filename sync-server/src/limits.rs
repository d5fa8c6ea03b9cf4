//! Tries and requests by address: so many, then a pause.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// The most addresses remembered; beyond that those whose pause is over are forgotten, and then everyone.
const ADDRESSES_MAX: usize = 10_000;

/// Counts failures by address and over all, and says when to pause.
#[derive(Debug)]
pub struct Tries {
    per_address_max: u32,
    overall_max: u32,
    pause_ms: i64,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    by_address: HashMap<IpAddr, Count>,
    overall: Count,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    failures: u32,
    since_ms: i64,
}

impl Tries {
    /// So many failures per address and so many over all, within a pause's length; then a pause.
    pub fn new(per_address_max: u32, overall_max: u32, pause_ms: i64) -> Self {
        Self { per_address_max, overall_max, pause_ms, counts: Mutex::default() }
    }

    /// Whether this address may try now.
    pub fn may_try(&self, address: IpAddr, now_ms: i64) -> bool {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let own = counts.by_address.get(&address).map_or(0, |count| count.at(now_ms, self.pause_ms));
        own < self.per_address_max && counts.overall.at(now_ms, self.pause_ms) < self.overall_max
    }

    /// Notes a failure (or, where requests are counted, a request).
    pub fn note(&self, address: IpAddr, now_ms: i64) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.by_address.len() >= ADDRESSES_MAX {
            let pause_ms = self.pause_ms;
            counts.by_address.retain(|_, count| count.at(now_ms, pause_ms) > 0);
            if counts.by_address.len() >= ADDRESSES_MAX {
                counts.by_address.clear();
            }
        }
        counts.by_address.entry(address).or_default().add(now_ms, self.pause_ms);
        counts.overall.add(now_ms, self.pause_ms);
    }

    /// Forgets an address's failures: it got in.
    pub fn forget(&self, address: IpAddr) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.by_address.remove(&address);
    }
}

impl Count {
    fn at(self, now_ms: i64, pause_ms: i64) -> u32 {
        if now_ms.saturating_sub(self.since_ms) < pause_ms { self.failures } else { 0 }
    }

    /// A failure during a full count prolongs the pause.
    fn add(&mut self, now_ms: i64, pause_ms: i64) {
        self.failures = self.at(now_ms, pause_ms).saturating_add(1);
        self.since_ms = now_ms;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_try_waits_and_other_addresses_do_not() {
        let tries = Tries::new(5, 100, 60_000);
        let (one, two) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        for second in 0..5 {
            assert!(tries.may_try(one, second * 1000));
            tries.note(one, second * 1000);
        }
        assert!(!tries.may_try(one, 5000));
        assert!(tries.may_try(two, 5000));
        assert!(tries.may_try(one, 4000 + 60_000));
    }

    #[test]
    fn many_addresses_together_also_have_to_wait() {
        let tries = Tries::new(5, 20, 60_000);
        for host in 0..20 {
            tries.note(IpAddr::from([10, 0, 1, host]), 0);
        }
        assert!(!tries.may_try(IpAddr::from([10, 9, 9, 9]), 1));
    }
}

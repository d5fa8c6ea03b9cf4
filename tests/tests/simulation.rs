//! Many worlds, one seed each. A seed that fails prints itself; `make simulate SEED=...` plays it again, and it becomes a named test here.

use std::sync::atomic::{AtomicU64, Ordering};

use tradepost_replica::Guards;
use tradepost_tests::simulation::{Settings, World};

const SEEDS: u64 = 50;
const STEPS: usize = 2_000;

#[test]
fn worlds_of_two_thousand_steps_keep_every_promise() {
    let next = AtomicU64::new(1);
    let failures: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut failures = Vec::new();
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed > SEEDS {
                            return failures;
                        }
                        let outcome = World::run(Settings::rough(seed, STEPS));
                        failures.extend(outcome.failures.into_iter().map(|failure| format!("seed {seed}: {failure}")));
                    }
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a world ended in a panic")).collect()
    });
    assert!(failures.is_empty(), "play one again with make simulate SEED=...:\n{}", failures.join("\n"));
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let run = || World::run(Settings::rough(77, 600));
    assert_eq!(run(), run());
}

#[test]
fn without_tip_hashes_in_the_vector_some_world_breaks() {
    assert_some_world_breaks(Guards { tip_hash_in_vector: false, ..Guards::default() });
}

#[test]
fn without_causal_dependencies_some_world_breaks() {
    assert_some_world_breaks(Guards { causal_dependencies: false, ..Guards::default() });
}

fn assert_some_world_breaks(guards: Guards) {
    let broken = (1..=30).any(|seed| {
        let settings = Settings { guards, ..Settings::rough(seed, 500) };
        // A world that panics has noticed as well.
        std::panic::catch_unwind(|| World::run(settings)).map_or(true, |outcome| !outcome.failures.is_empty())
    });
    assert!(broken, "thirty worlds without this guard kept every promise: nothing tests it");
}

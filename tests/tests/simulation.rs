//! Many worlds, one seed each. A seed that fails prints itself; `make simulate SEED=...` plays it again, and it becomes a named test here.

use std::sync::atomic::{AtomicU64, Ordering};

use tradepost_replica::Guards;
use tradepost_tests::simulation::{Settings, World};

const SEEDS: u64 = 50;
const STEPS: usize = 2_000;
/// Worlds that are looked through for one that misses a guard.
const WORLDS: u64 = 40;

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
    // It is missed where two copies of a disk went equally far, apart: a little after the disk was copied that is likely.
    let guards = Guards { tip_hash_in_vector: false, ..Guards::default() };
    assert_some_world_breaks(|seed| Settings { guards, clone_at: Some(30), ..Settings::rough(seed, 50) });
}

#[test]
fn without_causal_dependencies_some_world_breaks() {
    let guards = Guards { causal_dependencies: false, ..Guards::default() };
    assert_some_world_breaks(|seed| Settings { guards, ..Settings::rough(seed, 500) });
}

/// Finds a world that breaks, and shows that it is the guard that it lacks.
fn assert_some_world_breaks(without: impl Fn(u64) -> Settings) {
    // A world that panics has noticed as well.
    let breaks =
        |settings| std::panic::catch_unwind(|| World::run(settings)).map_or(true, |outcome| !outcome.failures.is_empty());
    let broken = (1..=WORLDS).map(without).find(|settings| breaks(*settings));
    let settings = broken.unwrap_or_else(|| panic!("{WORLDS} worlds without this guard kept every promise: nothing tests it"));
    println!("seed {} breaks without the guard", settings.seed);
    let whole = World::run(Settings { guards: Guards::default(), ..settings });
    assert!(whole.failures.is_empty(), "seed {} breaks with the guard, too: {:?}", settings.seed, whole.failures);
}

//! `make simulate SEED=... STEPS=...`: one world, told in words.

use std::process::ExitCode;

use tradepost_tests::simulation::{Settings, World};

fn main() -> ExitCode {
    let mut seed = 1;
    let mut steps = 2_000;
    let mut arguments = std::env::args().skip(1);
    while let (Some(name), Some(value)) = (arguments.next(), arguments.next()) {
        match (name.as_str(), value.parse::<u64>()) {
            ("--seed", Ok(number)) => seed = number,
            ("--steps", Ok(number)) => steps = number as usize,
            _ => {
                eprintln!("usage: simulate [--seed NUMBER] [--steps NUMBER]");
                return ExitCode::from(2);
            }
        }
    }
    let outcome = World::run(Settings::rough(seed, steps));
    println!("seed {seed}, {steps} steps: {:?}, {} sessions, digest {}", outcome.done, outcome.sessions, outcome.digest);
    for failure in &outcome.failures {
        println!("FAILED {failure}");
    }
    if outcome.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

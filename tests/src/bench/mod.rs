//! `make bench`: each figure beside a floor measured in the same run, what it was to reach, and whether it did.
//!
//! Nothing here decides what is fast enough: the targets stand beside the figures and "not reached" is printed where it is so.

mod goods;
mod history;
mod import;
mod lab;
mod load;
mod lookup;
mod measure;
mod new_till;
mod reconnect;
mod relay;
mod sale;
mod server;
mod storefront;
mod table;
mod till_window;

use std::path::PathBuf;

pub use lab::Lab;
pub use table::{Row, Verdict, print};

/// What is measured, and how long.
#[derive(Debug, Clone)]
pub struct Options {
    /// Only these; empty: all.
    pub only: Vec<String>,
    /// A tenth of the size, for trying the benchmarks out. Its figures say nothing about the targets.
    pub is_quick: bool,
    /// A million earlier sales instead of a hundred thousand.
    pub is_full: bool,
    /// Where the shops are made: a real disk, not memory.
    pub folder: Option<PathBuf>,
}

type Bench = fn(&mut Lab) -> Result<Vec<Row>, String>;

/// Every benchmark by name, in the order in which they share what they make.
const BENCHES: [(&str, Bench); 11] = [
    ("import", import::run),
    ("sale", sale::run),
    ("scan", lookup::scan),
    ("search", lookup::search),
    ("catalog", lookup::catalog),
    ("new-till", new_till::run),
    ("reconnect", reconnect::run),
    ("history", history::run),
    ("relay", relay::run),
    ("storefront", storefront::run),
    ("till", till_window::run),
];

/// The names that `--only` takes.
pub fn names() -> impl Iterator<Item = &'static str> {
    BENCHES.iter().map(|(name, _)| *name)
}

/// Runs what was asked for.
pub fn run(options: Options) -> Result<Vec<Row>, String> {
    let mut lab = Lab::open(options)?;
    let mut rows = Vec::new();
    for (name, bench) in BENCHES {
        if !lab.is_wanted(name) {
            continue;
        }
        eprintln!("bench: {name}");
        match bench(&mut lab) {
            Ok(more) => {
                table::print(&more);
                rows.extend(more);
            }
            Err(reason) => rows.push(Row::skipped(name, &reason)),
        }
    }
    Ok(rows)
}

/// What the program does when it was started by itself, for a figure that needs a process of its own; `None`: it was not.
pub fn child(arguments: &[String]) -> Option<Result<(), String>> {
    match arguments {
        [word, what, rest @ ..] if word == "--child" && what == "import" => Some(import::child(rest)),
        _ => None,
    }
}

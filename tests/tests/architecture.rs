//! Who may import whom, read from the workspace's own metadata: what a crate does not know, it cannot break.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// What each crate may import of ours. Not listed: nothing.
fn allowed() -> BTreeMap<&'static str, &'static [&'static str]> {
    const PROGRAM: &[&str] = &["domain", "operations", "connection", "devices", "exchange"];
    BTreeMap::from([
        ("domain", &[] as &[&str]),
        ("replica", &["domain"]),
        ("operations", &["domain", "replica"]),
        ("sync", &["domain", "replica"]),
        ("exchange", &["domain"]),
        ("devices", &["domain"]),
        ("connection", &["domain", "replica", "sync"]),
        ("till", PROGRAM),
        ("back-office", PROGRAM),
        ("cli", PROGRAM),
        ("server", &["domain", "operations", "sync", "exchange"]),
    ])
}

/// Libraries that live in one crate alone, so that only this crate has to change with them.
fn at_home() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([
        ("rusqlite", "replica"),
        ("automerge", "replica"),
        ("egui", "till"),
        ("eframe", "till"),
        ("tauri", "back-office"),
        ("axum", "server"),
        ("sqlx", "server"),
        ("keyring", "connection"),
        ("tokio-tungstenite", "connection"),
    ])
}

/// What has no place in a crate that knows no clock, socket, thread pool or randomness.
const WORLDLY: &[&str] =
    &["tokio", "reqwest", "getrandom", "rand", "tracing", "chrono", "async-std", "axum", "tokio-tungstenite"];

#[test]
fn every_crate_imports_only_what_it_may_know() {
    let allowed = allowed();
    for (name, imports) in imports() {
        let Some(may) = allowed.get(name.as_str()) else {
            assert_eq!(name, "tests", "{name} is a new crate: say in this test what it may import");
            continue;
        };
        let ours: BTreeSet<_> = imports.iter().filter_map(|import| import.strip_prefix("tradepost-")).collect();
        let surplus: Vec<_> = ours.iter().filter(|import| !may.contains(*import)).collect();
        assert!(surplus.is_empty(), "{name} imports {surplus:?} and may not");
    }
}

#[test]
fn each_of_the_large_libraries_has_one_home() {
    let homes = at_home();
    for (name, imports) in imports().into_iter().filter(|(name, _)| name != "tests") {
        for import in imports {
            if let Some(home) = homes.get(import.as_str()) {
                assert_eq!(name, *home, "{import} lives in {home} only; {name} imports it too");
            }
        }
    }
}

#[test]
fn the_core_knows_no_clock_socket_or_randomness() {
    for (name, imports) in imports() {
        if ["domain", "replica", "operations", "sync", "exchange"].contains(&name.as_str()) {
            let worldly: Vec<_> = imports.iter().filter(|import| WORLDLY.contains(&import.as_str())).collect();
            assert!(worldly.is_empty(), "{name} imports {worldly:?}: the caller brings clocks, randomness and sockets");
        }
    }
}

/// What each crate imports when it is built (its tests may import more), by its short name.
fn imports() -> BTreeMap<String, Vec<String>> {
    metadata().workspace_packages().into_iter().map(|package| (short_name(package), built_with(package))).collect()
}

fn short_name(package: &Package) -> String {
    package.name.strip_prefix("tradepost-").unwrap_or(&package.name).to_owned()
}

fn built_with(package: &Package) -> Vec<String> {
    package.dependencies.iter().filter(|import| import.kind == DependencyKind::Normal).map(|import| import.name.clone()).collect()
}

fn metadata() -> Metadata {
    MetadataCommand::new().no_deps().exec().expect("cargo metadata reads this workspace")
}

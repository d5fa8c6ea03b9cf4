//! `tradepost-server`.
fn main() {}

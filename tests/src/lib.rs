//! What the whole-product suites share: programs under test, a simulated world, real input where it is present.
pub mod simulation;

//! What the whole-product suites share: programs under test, a simulated world, real input where it is present.
pub mod bench;
pub mod product_file;
pub mod programs;
pub mod retail;
pub mod setting;
pub mod simulation;

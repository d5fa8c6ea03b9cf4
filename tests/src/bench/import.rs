//! A product file into a new shop: processor time, and memory that does not grow with the file.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tradepost_connection::SystemEnvironment;
use tradepost_domain::money::Currency;
use tradepost_exchange::shopify::Reader;

use super::lab::{Lab, new_shop};
use super::measure::{processor_time, show, status_kib, timed};
use super::table::{Row, Verdict};
use crate::product_file::import;
use crate::setting::open_shop;

const CPU_MAX: Duration = Duration::from_secs(60);
/// How much more memory a file of ten times the size may take: the codes that are remembered to tell duplicates.
const GROWTH_MAX_KIB: u64 = 64 * 1024;

/// What an import took.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Imported {
    /// Products made.
    pub created: u64,
    /// Processor time, milliseconds.
    pub cpu_ms: u64,
    /// Wall time, milliseconds.
    pub wall_ms: u64,
    /// The most memory resident at any time, less what was before.
    pub growth_kib: u64,
    /// Bytes of the shop's file.
    pub file_bytes: u64,
}

/// Imports in a process of its own, so that its memory is its own.
pub fn in_a_process(file: &Path, folder: &Path) -> Result<Imported, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let done = Command::new(program)
        .args(["--child", "import"])
        .args([file, folder])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| error.to_string())?;
    serde_json::from_slice(&done.stdout).map_err(|_| format!("the import ended with {}", done.status))
}

/// The process itself.
pub fn child(arguments: &[String]) -> Result<(), String> {
    let [file, folder] = arguments else { return Err("a file and a folder are needed".to_owned()) };
    let input = BufReader::new(File::open(file).map_err(|error| error.to_string())?);
    let (mut side, _) = open_shop(Path::new(folder), Box::new(SystemEnvironment::new()), new_shop());
    let (cpu, resident) = (processor_time(), status_kib("self", "VmRSS"));
    let mut products = Reader::open(input, Currency::EUR).map_err(|error| error.to_string())?;
    let (report, wall) = timed(|| import(&mut side, &mut products));
    let cpu = processor_time().saturating_sub(cpu);
    let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let imported = Imported {
        created: report.created,
        cpu_ms: ms(cpu),
        wall_ms: ms(wall),
        growth_kib: status_kib("self", "VmHWM").saturating_sub(resident),
        file_bytes: std::fs::metadata(Path::new(folder).join("shop.db")).map_or(0, |file| file.len()),
    };
    if report.problem_count > 0 {
        return Err(format!("{} problems: {:?}", report.problem_count, report.problems.first()));
    }
    tradepost_replica::lock(side.shop.replica()).write_witness().map_err(|error| error.to_string())?;
    println!("{}", serde_json::to_string(&imported).map_err(|error| error.to_string())?);
    Ok(())
}

/// At a tenth of the size and at all of it.
pub fn run(lab: &mut Lab) -> Result<Vec<Row>, String> {
    let products = lab.products();
    let small = lab.import(products / 10, "tenth")?;
    let large = lab.import(products, "big")?;
    let cpu = Duration::from_millis(large.cpu_ms);
    let time = Row {
        what: format!("import {products} products"),
        figure: format!("{} of processor", show(cpu)),
        floor: String::new(),
        ratio: String::new(),
        target: format!("at most {}", show(CPU_MAX)),
        verdict: Verdict::of(cpu <= CPU_MAX),
        notes: vec![format!(
            "{} by the clock, {} MB on disk",
            show(Duration::from_millis(large.wall_ms)),
            large.file_bytes >> 20
        )],
    };
    let memory = Row {
        what: format!("import, memory at {products}"),
        figure: format!("{} MB more", large.growth_kib >> 10),
        floor: format!("{} MB at {}", small.growth_kib >> 10, products / 10),
        ratio: String::new(),
        target: format!("not with the file: {} MB more", GROWTH_MAX_KIB >> 10),
        verdict: Verdict::of(large.growth_kib <= small.growth_kib + GROWTH_MAX_KIB),
        notes: Vec::new(),
    };
    Ok(vec![time, memory])
}

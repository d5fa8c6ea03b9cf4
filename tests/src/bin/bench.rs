//! `make bench`: the figures beside their floors, as a table. See `tests/src/bench`.

use std::process::ExitCode;

use tradepost_tests::bench::{self, Options, Verdict};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(done) = bench::child(&arguments) {
        return end(done);
    }
    match options(&arguments) {
        Ok(options) => end(measure(options)),
        Err(wrong) => {
            let names: Vec<&str> = bench::names().collect();
            eprintln!("{wrong}\nusage: bench [--only NAME] ... [--quick | --full] [--folder DIR]\nnames: {}", names.join(", "));
            ExitCode::from(2)
        }
    }
}

fn end(done: Result<(), String>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("bench: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn measure(options: Options) -> Result<(), String> {
    let size = match (options.is_quick, options.is_full) {
        (true, _) => " (quick: a tenth of the size, its figures say nothing about the targets)",
        (false, true) => " (full)",
        (false, false) => "",
    };
    let rows = bench::run(options)?;
    println!("# Benchmarks{size}\n");
    bench::print(&rows);
    let missed = rows.iter().filter(|row| row.verdict == Verdict::NotReached).count();
    println!("{} figures, {missed} of them not reached", rows.len());
    Ok(())
}

fn options(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options { only: Vec::new(), is_quick: false, is_full: false, folder: None };
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "--quick" => options.is_quick = true,
            "--full" => options.is_full = true,
            "--only" => {
                let name = rest.next().ok_or("--only needs a name")?;
                if !bench::names().any(|known| known == name) {
                    return Err(format!("there is no benchmark named {name}"));
                }
                options.only.push(name.clone());
            }
            "--folder" => options.folder = Some(rest.next().ok_or("--folder needs a folder")?.into()),
            other => return Err(format!("{other} is not known")),
        }
    }
    Ok(options)
}

//! `tradepost`: a shop from a shell, for scripts, support, auditors and black-box tests.
//!
//! A command reads its arguments, calls one operation and shapes the answer; it holds no rules. Answers go to stdout (`--json`: one JSON object),
//! messages to stderr; the exit code is 0 for done, 1 for refused, 2 for wrong usage.

mod answer;
mod args;
mod batch;
mod care;
mod catalog;
mod error;
mod files;
mod open;
mod orders;
mod paper;
mod product_fields;
mod report;
mod shop;
mod stock;
mod sync;
mod till;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use crate::answer::Answer;
use crate::args::{Arguments, Command};
use crate::error::CliError;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return misused(&error),
    };
    let outcome = run(&arguments);
    match &outcome {
        Ok(answer) => answer.messages.iter().for_each(|message| say(message)),
        Err(error) => say(&format!("tradepost: {error}")),
    }
    let (out, code) = match outcome {
        Ok(answer) => (answer.print(arguments.json), u8::from(answer.is_refusal)),
        Err(error) if arguments.json => (error.to_json(), error.exit_code()),
        Err(error) => (String::new(), error.exit_code()),
    };
    // A reader that has gone away (`| head`) is no failure of the command, which is done by now.
    drop(std::io::stdout().lock().write_all(out.as_bytes()));
    ExitCode::from(code)
}

/// Help and version as asked for; what was typed wrong is told on stderr, and under `--json` as one object on stdout as well.
fn misused(error: &clap::Error) -> ExitCode {
    drop(error.print());
    if !error.use_stderr() {
        return ExitCode::SUCCESS;
    }
    if std::env::args_os().any(|argument| argument == "--json") {
        let told = error.to_string();
        let first = told.lines().next().unwrap_or_default();
        let message = first.strip_prefix("error: ").unwrap_or(first).to_owned();
        drop(std::io::stdout().lock().write_all(CliError::Usage(message).to_json().as_bytes()));
    }
    ExitCode::from(2)
}

fn say(message: &str) {
    drop(writeln!(std::io::stderr(), "{message}"));
}

fn run(arguments: &Arguments) -> Result<Answer, CliError> {
    let data = arguments.data.as_path();
    match &arguments.command {
        Command::Shop(command) => shop::run(data, command),
        Command::Tax(command) => shop::tax(data, command),
        Command::Import(import) => files::import(data, import),
        Command::Export(export) => files::export(data, export),
        Command::Product(command) => catalog::run(data, command),
        Command::Stock(command) => stock::run(data, command),
        Command::Till(command) => till::run(data, command),
        Command::Sell(sell) => till::sell(data, sell),
        Command::Refund(refund) => till::refund(data, refund),
        Command::Orders(command) => orders::run(data, command),
        Command::Connect(connect) => sync::connect(data, connect),
        Command::PairCode(pair_code) => sync::pair_code(data, pair_code),
        Command::Pair(pair) => sync::pair(data, pair),
        Command::Sync(sync) => sync::sync(data, sync),
        Command::Report(report) => report::run(data, report),
        Command::Digest => care::digest(data),
        Command::Conflicts(conflicts) => care::conflicts(data, conflicts),
        Command::Verify => care::verify(data),
        Command::Rebuild => care::rebuild(data),
        Command::Backup(backup) => care::backup(data, backup),
        Command::Restore(restore) => care::restore(data, restore),
        Command::Labels(labels) => paper::labels(data, labels),
        Command::Receipt(receipt) => paper::receipt(data, receipt),
    }
}

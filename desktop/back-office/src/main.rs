//! `tradepost-back-office [--data DIR]`
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

use tradepost_back_office::{arguments, window};

fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(arguments::log_filter()).init();
    match arguments::read(std::env::args_os().skip(1)) {
        Ok(arguments) => window::run(arguments.data),
        Err(message) => {
            tracing::error!("{message}");
            ExitCode::from(2)
        }
    }
}

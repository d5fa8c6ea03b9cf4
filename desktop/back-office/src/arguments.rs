//! The command line: `--data DIR`, or the environment's `TRADEPOST_DATA`.

use std::ffi::OsString;
use std::path::PathBuf;

use tracing_subscriber::EnvFilter;

/// What was asked for on the command line.
#[derive(Debug, PartialEq, Eq)]
pub struct Arguments {
    /// The data folder; `None`: the system's place for it.
    pub data: Option<PathBuf>,
}

/// Reads the command line. The error says how it is used.
pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, String> {
    let mut arguments = arguments.into_iter();
    let mut data = std::env::var_os("TRADEPOST_DATA").map(PathBuf::from);
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy();
        match text.strip_prefix("--data") {
            Some("") => data = Some(arguments.next().ok_or("--data needs a folder: tradepost-back-office --data DIR")?.into()),
            Some(folder) if folder.starts_with('=') => data = Some(folder.trim_start_matches('=').into()),
            _ => return Err(format!("{text} is not known here. Usage: tradepost-back-office [--data DIR]")),
        }
    }
    Ok(Arguments { data })
}

/// What goes to standard error: warnings, or what `RUST_LOG` says.
pub fn log_filter() -> EnvFilter {
    EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(arguments: &[&str]) -> Result<Option<PathBuf>, String> {
        read(arguments.iter().map(OsString::from)).map(|arguments| arguments.data)
    }

    #[test]
    fn the_data_folder_is_given_in_either_form() {
        assert_eq!(data(&["--data", "/shop"]).unwrap(), Some("/shop".into()));
        assert_eq!(data(&["--data=/shop"]).unwrap(), Some("/shop".into()));
        assert!(data(&["--data"]).is_err());
        assert!(data(&["--help-me"]).is_err());
    }
}

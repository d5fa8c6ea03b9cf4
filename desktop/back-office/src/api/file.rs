//! Files for people: written into the folder for downloads under a name that is free.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use serde::Serialize;
use ts_rs::TS;

use super::error::{ApiError, ApiResult, ErrorCode};

/// Names tried before giving up: `sales.csv`, `sales 2.csv`, ...
const NAMES_MAX: u32 = 1_000;

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SavedFile {
    /// Where it is.
    pub path: String,
}

/// Writes a file under a name that nothing has yet.
pub fn save(folder: &Path, stem: &str, extension: &str, bytes: &[u8]) -> ApiResult<SavedFile> {
    std::fs::create_dir_all(folder).map_err(|error| refused(folder, &error))?;
    for number in 1..=NAMES_MAX {
        let name = if number == 1 { format!("{stem}.{extension}") } else { format!("{stem} {number}.{extension}") };
        let path = folder.join(name);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|error| refused(folder, &error))?;
                return Ok(SavedFile { path: path.display().to_string() });
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(refused(folder, &error)),
        }
    }
    Err(ApiError::new(
        ErrorCode::Storage,
        format!("There are too many files called {stem} in {}. Tidy up and try again.", folder.display()),
    ))
}

fn refused(folder: &Path, error: &std::io::Error) -> ApiError {
    let folder = folder.display();
    ApiError::new(
        ErrorCode::Storage,
        format!("The file could not be written into {folder} ({}). Check that the disk has room.", error.kind()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earlier_file_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let first = save(folder.path(), "sales", "csv", b"one").unwrap();
        let second = save(folder.path(), "sales", "csv", b"two").unwrap();
        assert_ne!(first, second);
        assert_eq!(std::fs::read(first.path).unwrap(), b"one");
    }
}

//! Which codes a file has shown before, in bounded memory.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The most codes remembered: some 25 MB. What comes after them is not compared any more.
pub const CODES_MAX: usize = 1_000_000;

/// Remembers the row of each code by a 64-bit hash. Two codes of a million share a hash once in forty million files.
#[derive(Debug, Default)]
pub struct DuplicateIndex {
    first_rows: HashMap<u64, u64>,
}

impl DuplicateIndex {
    /// Knows nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Remembers `code`, seen in `row`. Returns the row that had it first, if one did.
    pub fn earlier_row(&mut self, code: &str, row: u64) -> Option<u64> {
        let mut hasher = DefaultHasher::new();
        code.hash(&mut hasher);
        let hash = hasher.finish();
        let earlier = self.first_rows.get(&hash).copied();
        if earlier.is_none() && self.first_rows.len() < CODES_MAX {
            self.first_rows.insert(hash, row);
        }
        earlier
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_sight_of_a_code_names_the_row_of_the_first() {
        let mut index = DuplicateIndex::new();
        assert_eq!(index.earlier_row("A-1", 2), None);
        assert_eq!(index.earlier_row("A-2", 3), None);
        assert_eq!(index.earlier_row("A-1", 9), Some(2));
        assert_eq!(index.earlier_row("A-1", 12), Some(2));
    }
}

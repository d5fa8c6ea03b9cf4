//! The crash-loop breaker: an entry that makes this program crash twice while it is admitted or applied is left out from then on, so that one
//! entry cannot keep a shop's tills from starting. Its bytes are kept, and it is looked at again after an update.
//!
//! The entry at hand is noted in a small file: 32 bytes of its hash and whether it is being admitted. The file is not synced: it has to
//! survive the program, not the machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use rusqlite::Connection;

use crate::error::ReplicaError;
use crate::identity::{meta, put_meta};
use crate::origin::Hash;

/// So many crashes on one entry are its fault.
const CRASHES_MAX: u8 = 2;
/// The most entries whose crashes are counted.
const SUSPECTS_MAX: usize = 1000;
const META_CRASHES: &str = "crashes";
const AT_WORK: u8 = 1;
const IDLE: u8 = 0;

/// Notes which entry is being admitted or applied.
pub(crate) struct Breaker {
    file: File,
}

impl Breaker {
    /// The note in this folder.
    pub fn open(folder: &Path) -> Result<Self, ReplicaError> {
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(folder.join("admitting"))?;
        Ok(Self { file })
    }

    /// The entry that was being admitted when the program ended without a word.
    pub fn crashed_on(&self) -> Option<Hash> {
        let (mut note, mut file) = ([0; 33], &self.file);
        file.seek(SeekFrom::Start(0)).ok()?;
        file.read_exact(&mut note).ok()?;
        let (state, hash) = note.split_last()?;
        (*state == AT_WORK).then_some(Hash(hash.try_into().ok()?))
    }

    /// The entry of this hash is being admitted or applied.
    pub fn begin(&self, entry: Hash) -> Result<(), ReplicaError> {
        self.write(entry, AT_WORK)
    }

    /// It was admitted and applied, or refused with an answer.
    pub fn done(&self) -> Result<(), ReplicaError> {
        self.write(Hash::default(), IDLE)
    }

    fn write(&self, hash: Hash, state: u8) -> Result<(), ReplicaError> {
        let mut note = [0; 33];
        note.iter_mut().zip(hash.0.iter().chain([&state])).for_each(|(to, from)| *to = *from);
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        Ok(file.write_all(&note)?)
    }
}

/// Counts a crash, if there was one, and returns the entries that are left out because of theirs.
pub(crate) fn count_crash(tx: &Connection, crashed_on: Option<Hash>) -> Result<BTreeSet<Hash>, ReplicaError> {
    let mut crashes: BTreeMap<Hash, u8> = meta::<Vec<(Hash, u8)>>(tx, META_CRASHES)?.unwrap_or_default().into_iter().collect();
    if let Some(hash) = crashed_on.filter(|_| crashes.len() < SUSPECTS_MAX) {
        let count = crashes.entry(hash).or_default();
        *count = count.saturating_add(1);
        put_meta(tx, META_CRASHES, &crashes.iter().map(|(hash, count)| (*hash, *count)).collect::<Vec<_>>())?;
    }
    Ok(crashes.into_iter().filter(|(_, count)| *count >= CRASHES_MAX).map(|(hash, _)| hash).collect())
}

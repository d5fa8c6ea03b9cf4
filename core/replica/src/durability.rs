//! How soon an entry has to be on disk.

use crate::error::ReplicaError;
use crate::replica::Replica;

/// How soon an entry has to be on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// When [`Replica::record`] returns: wherever money is taken.
    EachEntry,
    /// A power cut may take back the last entries, whole and from the end: for a script that can be run again. Nothing of it may be
    /// printed or sent before [`Replica::set_durability`] went back to `EachEntry`.
    AtTheEnd,
}

impl Replica {
    /// Changes how soon entries are on disk. Going back to [`Durability::EachEntry`] returns when all of them are.
    pub fn set_durability(&mut self, durability: Durability) -> Result<(), ReplicaError> {
        match durability {
            Durability::AtTheEnd => self.connection.pragma_update(None, "synchronous", "normal")?,
            Durability::EachEntry => {
                self.connection.pragma_update(None, "synchronous", "full")?;
                self.connection.query_row("pragma wal_checkpoint(full)", [], |_| Ok(()))?;
            }
        }
        Ok(())
    }
}

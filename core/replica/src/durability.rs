//! How soon an entry has to be on disk.

use rusqlite::Connection;

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

/// What was asked for, and what SQLite was last told: a COMMIT that has to be on disk is never left to what another one was told.
#[derive(Debug)]
pub(crate) struct Durable {
    wanted: Durability,
    told: Durability,
}

impl Durable {
    /// For a connection that was just opened.
    pub fn new() -> Self {
        Self { wanted: Durability::EachEntry, told: Durability::EachEntry }
    }

    /// Has the next COMMIT be as durable as was asked for.
    pub fn prepare(&mut self, connection: &Connection) -> Result<(), ReplicaError> {
        self.tell(connection, self.wanted)
    }

    /// Has the next COMMIT not wait for the disk: for what can be made again from what is on it.
    pub fn relax(&mut self, connection: &Connection) -> Result<(), ReplicaError> {
        self.tell(connection, Durability::AtTheEnd)
    }

    fn tell(&mut self, connection: &Connection, durability: Durability) -> Result<(), ReplicaError> {
        if self.told != durability {
            let synchronous = match durability {
                Durability::EachEntry => "full",
                Durability::AtTheEnd => "normal",
            };
            connection.pragma_update(None, "synchronous", synchronous)?;
            self.told = durability;
        }
        Ok(())
    }
}

impl Replica {
    /// Changes how soon entries are on disk. Going back to [`Durability::EachEntry`] returns when all of them are.
    pub fn set_durability(&mut self, durability: Durability) -> Result<(), ReplicaError> {
        self.durability.wanted = durability;
        self.durability.prepare(&self.connection)?;
        if durability == Durability::EachEntry {
            self.connection.query_row("pragma wal_checkpoint(full)", [], |_| Ok(()))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn synchronous(connection: &Connection) -> i64 {
        connection.pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_commit_that_has_to_be_on_disk_asks_again_where_going_back_failed() {
        let connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "synchronous", "full").unwrap();
        let mut durable = Durable::new();
        durable.relax(&connection).unwrap();
        assert_eq!(synchronous(&connection), 1, "normal");
        // SQLite refuses to change it in the middle of a transaction.
        connection.execute_batch("begin").unwrap();
        assert!(durable.prepare(&connection).is_err());
        connection.execute_batch("commit").unwrap();
        durable.prepare(&connection).unwrap();
        assert_eq!(synchronous(&connection), 2, "full");
    }
}

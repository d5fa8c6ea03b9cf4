//! Making the projections again, and saying which of them had been wrong.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::ReplicaError;
use crate::projections;
use crate::replica::{Replica, Touched};

/// What a rebuild did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RebuildReport {
    /// Documents and facts that were read.
    pub read: u64,
    /// Tables whose rows are others now: what was there had been wrong.
    pub changed_tables: Vec<&'static str>,
}

impl Replica {
    /// Makes all projections again from documents and facts, in one transaction: screens see the old rows until it is done.
    /// `progress` hears how much of how much is done.
    pub fn rebuild(&mut self, progress: &mut dyn FnMut(u64, u64)) -> Result<RebuildReport, ReplicaError> {
        self.apply_ahead()?;
        let db_tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let report = rebuild(&db_tx, progress)?;
        db_tx.commit()?;
        self.tell(&Touched::default());
        Ok(report)
    }
}

/// Makes all projections again in the caller's transaction.
pub(crate) fn rebuild(tx: &Connection, progress: &mut dyn FnMut(u64, u64)) -> Result<RebuildReport, ReplicaError> {
    let before = projections::digests(tx)?;
    let mut read = 0;
    projections::rebuild(tx, &mut |done, total| {
        read = done;
        progress(done, total);
    })?;
    crate::digest::recompute(tx)?;
    let after = projections::digests(tx)?;
    let changed = before.iter().zip(&after).filter(|(before, after)| before != after);
    Ok(RebuildReport { read, changed_tables: changed.map(|((table, _), _)| *table).collect() })
}

//! Making the projections again from documents, facts and bases.

use rusqlite::Connection;
use tradepost_domain::document::DocumentKind;
use tradepost_domain::id::DocumentId;

use super::{bases, catalog, document_changed, fact_recorded};
use crate::documents;
use crate::error::ReplicaError;
use crate::journal::facts;

/// Documents read at once.
const BATCH: usize = 1000;
/// How often progress is told.
const FACTS_PER_STEP: u64 = 1000;

/// Makes all projections again. Every document is read anew from the engine's bytes. `progress` hears how much of how much is done.
pub fn rebuild(tx: &Connection, progress: &mut dyn FnMut(u64, u64)) -> Result<(), ReplicaError> {
    let documents: u64 = count(tx, "select count(*) from documents")?;
    let total = documents + count(tx, "select count(*) from facts")?;
    tx.execute_batch(include_str!("../sql/clear_document_projections.sql"))?;
    let mut after: Option<DocumentId> = None;
    let mut done = 0;
    loop {
        let batch = ids_after(tx, after)?;
        let Some((last, _)) = batch.last() else { break };
        after = Some(*last);
        for (id, kind) in &batch {
            documents::refresh(tx, *id)?;
            document_changed(tx, *id, *kind)?;
        }
        done += batch.len() as u64;
        progress(done, total);
    }
    catalog::catalog_changed(tx)?;
    make_facts(tx, &mut |facts| progress(documents + facts, total))
}

/// Makes again what is made from facts.
pub fn rebuild_facts(tx: &Connection) -> Result<(), ReplicaError> {
    make_facts(tx, &mut |_| {})
}

fn make_facts(tx: &Connection, progress: &mut dyn FnMut(u64)) -> Result<(), ReplicaError> {
    tx.execute_batch(include_str!("../sql/clear_fact_projections.sql"))?;
    bases::restore(tx)?;
    let mut done = 0;
    // What the bases contain first, so that rows of orders stand before something happens to them. Most replicas have no bases.
    let has_bases: bool = tx.query_row("select exists (select 1 from bases)", [], |row| row.get(0))?;
    let passes: &[bool] = if has_bases { &[true, false] } else { &[false] };
    for is_covered in passes {
        facts::each_in_order(tx, &mut |fact, context| {
            if context.is_covered == *is_covered {
                fact_recorded(tx, fact, context)?;
                done += 1;
                if done % FACTS_PER_STEP == 0 {
                    progress(done);
                }
            }
            Ok(())
        })?;
    }
    progress(done);
    Ok(())
}

fn count(tx: &Connection, sql: &str) -> Result<u64, ReplicaError> {
    let count: i64 = tx.query_row(sql, [], |row| row.get(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

fn ids_after(tx: &Connection, after: Option<DocumentId>) -> Result<Vec<(DocumentId, DocumentKind)>, ReplicaError> {
    let after = after.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
    let mut statement = tx.prepare_cached("select id, kind from documents where id > ?1 order by id limit ?2")?;
    let rows = statement.query_map(rusqlite::params![after, BATCH as i64], |row| {
        Ok((DocumentId::from_bytes(row.get(0)?), row.get::<_, u8>(1)?))
    })?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    rows.into_iter()
        .map(|(id, code)| {
            Ok((id, DocumentKind::from_code(code).ok_or_else(|| ReplicaError::damaged("a document of an unknown kind"))?))
        })
        .collect()
}

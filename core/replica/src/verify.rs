//! Verifying: everything that can be checked on this machine alone. Signatures, chains, bodies, the digest, postings, the file's
//! pages, and every projection against a rebuild that is rolled back.

use std::collections::BTreeMap;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tradepost_domain::fact::Fact;
use tradepost_domain::posting::{Item, Posting};

use crate::cbor;
use crate::digest;
use crate::entry::{EntryHeader, SectionKind};
use crate::error::ReplicaError;
use crate::identity;
use crate::journal::Place;
use crate::journal::chains::Chain;
use crate::journal::facts;
use crate::origin::{Hash, Origin};
use crate::projections;
use crate::replica::Replica;

/// The most problems that a report names; more are counted.
const PROBLEMS_MAX: usize = 100;
/// How often progress is told.
const ENTRIES_PER_STEP: u64 = 500;

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Entries whose signature, place in the chain and contents were checked.
    pub entries: u64,
    /// Facts whose postings were checked.
    pub facts: u64,
    /// Documents that were read anew.
    pub documents: u64,
    /// What is wrong, in words for a support file; at most a hundred are named.
    pub problems: Vec<String>,
    /// How many things are wrong.
    pub problem_count: u64,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.problem_count == 0
    }

    fn note(&mut self, problem: impl Into<String>) {
        self.problem_count += 1;
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem.into());
        }
    }
}

/// Hears how much of how much is done.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);

impl Replica {
    /// Checks everything. Nothing is changed.
    pub fn verify(&mut self, progress: Progress<'_>) -> Result<VerifyReport, ReplicaError> {
        self.apply_ahead()?;
        let mut report = VerifyReport::default();
        check_pages(&self.connection, &mut report)?;
        let total: u64 = self.journal.chains.iter().map(|(_, chain)| chain.seq - chain.floor.min(chain.seq)).sum();
        for (origin, chain) in self.journal.chains.iter() {
            check_chain(&self.connection, origin, chain, &mut report, &mut |done| progress(done, total))?;
        }
        let db_tx = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        check_facts(&db_tx, &mut report)?;
        check_digest(&db_tx, &mut report)?;
        check_projections(&db_tx, &mut report, progress)?;
        db_tx.rollback()?;
        Ok(report)
    }
}

/// A hash of each table that a rebuild makes.
fn tables(tx: &Connection) -> Result<Vec<(&'static str, Hash)>, ReplicaError> {
    let mut tables = projections::digests(tx)?;
    tables.push(("documents", document_rows(tx)?));
    tables.push(("digest_buckets", digest::digest(tx)?.total));
    Ok(tables)
}

fn document_rows(tx: &Connection) -> Result<Hash, ReplicaError> {
    let mut statement = tx.prepare_cached("select id, kind, conflict_count, heads, fields from documents order by id")?;
    let mut rows = statement.query([])?;
    let mut hasher = blake3::Hasher::new();
    while let Some(row) = rows.next()? {
        hasher.update(&row.get::<_, Vec<u8>>(0)?);
        hasher.update(&row.get::<_, i64>(1)?.to_le_bytes());
        hasher.update(&row.get::<_, i64>(2)?.to_le_bytes());
        hasher.update(&Hash::of(row.get_ref(3)?.as_blob().unwrap_or_default()).0);
        hasher.update(&Hash::of(row.get_ref(4)?.as_blob().unwrap_or_default()).0);
    }
    Ok(Hash(*hasher.finalize().as_bytes()))
}

fn check_pages(connection: &Connection, report: &mut VerifyReport) -> Result<(), ReplicaError> {
    let mut statement = connection.prepare("pragma quick_check(20)")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let text: String = row.get(0)?;
        if text != "ok" {
            report.note(format!("the file: {text}"));
        }
    }
    Ok(())
}

fn check_chain(
    connection: &Connection,
    origin: &Origin,
    chain: &Chain,
    report: &mut VerifyReport,
    told: &mut dyn FnMut(u64),
) -> Result<(), ReplicaError> {
    let keys = identity::keys_of(connection, &origin.replica)?;
    let mut previous: Option<Hash> = (chain.floor == 0).then_some(Hash::default());
    let mut statement = connection
        .prepare_cached("select place, hash, header, signature from entries where place >= ? and place <= ? order by place")?;
    let (first, last) = (Place::of(chain.number, chain.floor + 1), Place::of(chain.number, chain.seq));
    let mut rows = statement.query([first.0, last.0])?;
    let mut expected = chain.floor + 1;
    while let Some(row) = rows.next()? {
        let (place, hash) = (Place(row.get(0)?), Hash(row.get(1)?));
        let (bytes, signature): (Vec<u8>, Vec<u8>) = (row.get(2)?, row.get(3)?);
        let name = format!("entry {} of {origin}", place.seq());
        if place.seq() != expected {
            report.note(format!("{name}: entries before it are missing"));
        }
        expected = place.seq() + 1;
        if !keys.iter().any(|key| identity::verify_signature(key, &bytes, &signature)) {
            report.note(format!("{name}: its signature is wrong"));
        }
        match EntryHeader::decode(&bytes) {
            Ok(header) => {
                check_place(&header, origin, place, previous, hash, &bytes, &name, report);
                check_bodies(connection, &header, place, &name, report)?;
            }
            Err(_) => report.note(format!("{name}: its header cannot be read")),
        }
        previous = Some(hash);
        report.entries += 1;
        if report.entries.is_multiple_of(ENTRIES_PER_STEP) {
            told(report.entries);
        }
    }
    if expected != chain.seq + 1 || previous.is_some_and(|previous| previous != chain.tip) {
        report.note(format!("the chain of {origin} does not end where it should"));
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "one call; the pieces of one row")]
fn check_place(
    header: &EntryHeader,
    origin: &Origin,
    place: Place,
    previous: Option<Hash>,
    hash: Hash,
    bytes: &[u8],
    name: &str,
    report: &mut VerifyReport,
) {
    if header.origin != *origin || header.seq != place.seq() || Hash::of(bytes) != hash {
        report.note(format!("{name}: it does not belong where it stands"));
    }
    if previous.is_some_and(|previous| previous != header.previous) {
        report.note(format!("{name}: it does not follow the entry before it"));
    }
}

fn check_bodies(
    connection: &Connection,
    header: &EntryHeader,
    place: Place,
    name: &str,
    report: &mut VerifyReport,
) -> Result<(), ReplicaError> {
    for (index, section) in header.sections.iter().enumerate() {
        let body = facts::body(connection, place.section(index))?;
        let fits = match (body, section.kind) {
            (Some(body), _) => Hash::of(&body) == section.hash,
            (None, SectionKind::Blob | SectionKind::Personal) => true,
            (None, SectionKind::Fact | SectionKind::DocumentChange) => false,
        };
        if !fits {
            report.note(format!("{name}: section {index} is not what was signed"));
        }
    }
    Ok(())
}

fn check_facts(tx: &Connection, report: &mut VerifyReport) -> Result<(), ReplicaError> {
    let mut statement = tx.prepare("select bodies.bytes from facts left join bodies on bodies.place = facts.place")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        report.facts += 1;
        let fact = row.get::<_, Option<Vec<u8>>>(0)?.and_then(|bytes| cbor::from_slice::<Fact>(&bytes).ok());
        let Some(fact) = fact else {
            report.note("a fact's contents are missing");
            continue;
        };
        match fact.body.postings() {
            Ok(postings) if sums_to_zero(&postings) => {}
            Ok(_) | Err(_) => report.note(format!("fact {}: what it moves does not add up", fact.id)),
        }
    }
    Ok(())
}

fn sums_to_zero(postings: &[Posting]) -> bool {
    let mut sums: BTreeMap<Item, i128> = BTreeMap::new();
    for posting in postings {
        *sums.entry(posting.account.item()).or_default() += i128::from(posting.amount);
    }
    sums.values().all(|sum| *sum == 0)
}

fn check_digest(tx: &Connection, report: &mut VerifyReport) -> Result<(), ReplicaError> {
    let kept = digest::digest(tx)?;
    digest::recompute(tx)?;
    let found = digest::digest(tx)?;
    report.documents = found.document_count;
    if kept != found {
        report.note("the state digest is not that of the documents and facts");
    }
    Ok(())
}

fn check_projections(tx: &Connection, report: &mut VerifyReport, progress: Progress<'_>) -> Result<(), ReplicaError> {
    let before = tables(tx)?;
    match projections::rebuild(tx, progress) {
        Ok(()) => {}
        Err(error) if error.is_of_the_machine() => return Err(error),
        Err(error) => {
            report.note(format!("the tables for screens cannot be made again: {error}"));
            return Ok(());
        }
    }
    let after = tables(tx)?;
    for ((name, before), (_, after)) in before.into_iter().zip(after) {
        if before != after {
            report.note(format!("the table {name} is not what its documents and facts say: rebuild"));
        }
    }
    Ok(())
}

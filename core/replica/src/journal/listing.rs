//! Entries read back: for a peer, in an order that it can apply as it comes; and what each author knew, entry by entry.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use rusqlite::{Connection, OptionalExtension, params};
use serde_bytes::ByteBuf;

use super::chains::{Chain, Chains, Place};
use super::facts::{self, Knowledge};
use crate::cbor;
use crate::entry::{EntryHeader, TransferEntry};
use crate::error::ReplicaError;
use crate::identity;
use crate::origin::{Hash, Origin, Vector};

/// The entry at `place` as it travels.
pub(crate) fn entry_at(tx: &Connection, place: Place) -> Result<Option<TransferEntry>, ReplicaError> {
    let row = tx
        .prepare_cached("select header, signature from entries where place = ?")?
        .query_row([place.0], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?)))
        .optional()?;
    let Some((header, signature)) = row else { return Ok(None) };
    let count = EntryHeader::decode(&header)?.sections.len();
    let sections = (0..count).map(|index| Ok(facts::body(tx, place.section(index))?.map(ByteBuf::from)));
    let sections = sections.collect::<Result<_, ReplicaError>>()?;
    Ok(Some(TransferEntry { header, signature, sections }))
}

/// The first entry of a chain after `seq`: its lamport time and place.
fn next_after(tx: &Connection, chain: &Chain, seq: u64) -> Result<Option<(u64, Place)>, ReplicaError> {
    let found = tx
        .prepare_cached("select lamport, place from entries where place >= ? and place <= ? order by place limit 1")?
        .query_row(params![Place::of(chain.number, seq.saturating_add(1)).0, Place::of(chain.number, chain.seq).0], |row| {
            Ok((row.get(0)?, Place(row.get(1)?)))
        })
        .optional()?;
    Ok(found)
}

/// Entries that a replica which has read `theirs` lacks, in causal order, at least one and at most `entries_max` or about `bytes_max`.
/// Chains that are here only from a checkpoint on, and of which the other one has less, are left out: it needs a checkpoint.
pub(crate) fn entries_after(
    tx: &Connection,
    chains: &Chains,
    theirs: &Vector,
    entries_max: usize,
    bytes_max: usize,
) -> Result<Vec<TransferEntry>, ReplicaError> {
    let mut next = BinaryHeap::new();
    for (origin, chain) in chains.iter() {
        let read = theirs.seq(origin);
        if read < chain.seq && read >= chain.floor {
            next.extend(next_after(tx, chain, read)?.map(|(lamport, place)| Reverse((lamport, *origin, place))));
        }
    }
    let (mut entries, mut bytes) = (Vec::new(), 0usize);
    while let Some(Reverse((_, origin, place))) = next.pop() {
        let Some(entry) = entry_at(tx, place)? else { continue };
        bytes = bytes.saturating_add(entry.size());
        if entries.len() >= entries_max || (bytes > bytes_max && !entries.is_empty()) {
            break;
        }
        entries.push(entry);
        if let Some(chain) = chains.get(&origin) {
            next.extend(next_after(tx, chain, place.seq())?.map(|(lamport, place)| Reverse((lamport, origin, place))));
        }
    }
    Ok(entries)
}

/// Evidence of forks after `after` in the order of its hashes: at most `entries_max`, or about `bytes_max`.
pub(crate) fn evidence_after(
    tx: &Connection,
    after: Option<Hash>,
    entries_max: usize,
    bytes_max: usize,
) -> Result<Vec<TransferEntry>, ReplicaError> {
    let mut statement = tx.prepare_cached("select entry from fork_evidence where hash > ? order by hash limit ?")?;
    let after = after.map_or(Vec::new(), |hash| hash.0.to_vec());
    let mut rows = statement.query(params![after, i64::try_from(entries_max).unwrap_or(i64::MAX)])?;
    let (mut entries, mut bytes) = (Vec::new(), 0usize);
    while let Some(row) = rows.next()? {
        let entry: TransferEntry = cbor::from_slice(&row.get::<_, Vec<u8>>(0)?)?;
        bytes = bytes.saturating_add(entry.size());
        if bytes > bytes_max && !entries.is_empty() {
            break;
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// What stands in `meta` for the knowledge that a checkpoint brought.
pub(crate) const META_BASE_KNOWLEDGE: &str = "base_knowledge";

/// What each author had read, as its chain is walked.
pub(crate) struct Past {
    authors: BTreeMap<Origin, (u64, BTreeMap<Origin, u64>)>,
}

impl Past {
    /// Before the first entry that is here.
    pub fn before_all(tx: &Connection, chains: &Chains) -> Result<Self, ReplicaError> {
        let base: Vec<(Origin, Knowledge)> = identity::meta(tx, META_BASE_KNOWLEDGE)?.unwrap_or_default();
        let base: BTreeMap<Origin, Knowledge> = base.into_iter().collect();
        let authors = chains.iter().map(|(origin, chain)| {
            let known = base.get(origin).into_iter().flatten().copied().collect();
            (*origin, (chain.floor, known))
        });
        Ok(Self { authors: authors.collect() })
    }

    /// Walks the chain of the author of `place` up to it.
    pub fn advance(&mut self, tx: &Connection, chains: &Chains, place: Place) -> Result<(), ReplicaError> {
        let Some(origin) = chains.origin_of(place.number()) else { return Ok(()) };
        let (walked, known) = self.authors.entry(origin).or_default();
        let mut statement = tx.prepare_cached("select header from entries where place > ? and place <= ? order by place")?;
        let from = Place::of(place.number(), *walked);
        let to = Place::of(place.number(), place.seq());
        let mut rows = statement.query([from.0, to.0])?;
        while let Some(row) = rows.next()? {
            let header = EntryHeader::decode(&row.get::<_, Vec<u8>>(0)?)?;
            *walked = header.seq;
            for (subject, at) in header.depends_on {
                let reached = known.entry(subject).or_default();
                *reached = at.seq.max(*reached);
            }
        }
        Ok(())
    }

    /// How far `author` had read `subject` at the entry walked to.
    pub fn known(&self, author: &Origin, subject: &Origin) -> u64 {
        self.authors.get(author).and_then(|(_, known)| known.get(subject)).copied().unwrap_or(0)
    }

    /// All that `author` had read at the entry walked to.
    pub fn all_known(&self, author: &Origin) -> Knowledge {
        self.authors.get(author).map(|(_, known)| known.iter().map(|(origin, seq)| (*origin, *seq)).collect()).unwrap_or_default()
    }
}

//! The state digest: 256 buckets, each the sum modulo 2^256 of the hashes of what is in it. A sum is kept by adding and
//! subtracting, so a sale costs one bucket, and two replicas that differ find the bucket.

use rusqlite::{Connection, OptionalExtension, params};
use tradepost_domain::id::{DocumentId, FactId};

use crate::error::ReplicaError;
use crate::origin::Hash;
use crate::read::Digest;

/// How many buckets.
pub const BUCKETS: usize = 256;

/// A number modulo 2^256, least significant byte first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum([u8; 32]);

impl Sum {
    fn add(&mut self, other: &[u8; 32]) {
        let mut carry = 0u16;
        for (byte, more) in self.0.iter_mut().zip(other) {
            carry += u16::from(*byte) + u16::from(*more);
            *byte = carry.to_le_bytes()[0];
            carry >>= 8;
        }
    }

    fn subtract(&mut self, other: &[u8; 32]) {
        let mut negated = other.map(|byte| !byte);
        let mut carry = 1u16;
        for byte in &mut negated {
            carry += u16::from(*byte);
            *byte = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        self.add(&negated);
    }
}

fn hash_of(kind: &str, id: &[u8; 16], content: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(kind);
    hasher.update(id);
    hasher.update(content);
    *hasher.finalize().as_bytes()
}

fn document_hash(id: &DocumentId, heads: &[u8]) -> [u8; 32] {
    hash_of("tradepost 2026 digest document", id.as_bytes(), heads)
}

fn fact_hash(id: &FactId, bytes: &[u8]) -> [u8; 32] {
    hash_of("tradepost 2026 digest fact", id.as_bytes(), bytes)
}

/// Sums that are kept apart from the table: what a checkpoint contains and does not bring.
#[derive(Debug, Clone)]
pub(crate) struct Buckets(Vec<Bucket>);

#[derive(Debug, Clone, Copy, Default)]
struct Bucket {
    sum: Sum,
    facts: i64,
}

/// A bucket as it travels: its sum and how many facts.
pub(crate) type WireBucket = (Hash, i64);

impl Buckets {
    /// The buckets as they stand.
    pub fn load(tx: &Connection) -> Result<Self, ReplicaError> {
        Self::read(tx, "select bucket, sum, facts from digest_buckets")
    }

    /// What a checkpoint contains and did not bring.
    pub fn load_base(tx: &Connection) -> Result<Self, ReplicaError> {
        Self::read(tx, "select bucket, sum, facts from base_digest")
    }

    fn read(tx: &Connection, sql: &str) -> Result<Self, ReplicaError> {
        let mut buckets = vec![Bucket::default(); BUCKETS];
        let mut statement = tx.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if let Some(bucket) = buckets.get_mut(row.get::<_, usize>(0)?) {
                *bucket = Bucket { sum: Sum(row.get(1)?), facts: row.get(2)? };
            }
        }
        Ok(Self(buckets))
    }

    /// Writes them as what a checkpoint did not bring.
    pub fn store_base(&self, tx: &Connection) -> Result<(), ReplicaError> {
        for (number, bucket) in self.0.iter().enumerate() {
            tx.prepare_cached(
                "insert into base_digest (bucket, sum, facts) values (?1, ?2, ?3) on conflict do update set sum = ?2, facts = ?3",
            )?
            .execute(params![number, bucket.sum.0, bucket.facts])?;
        }
        Ok(())
    }

    /// Adds them to what is kept.
    pub fn add_to_kept(&self, tx: &Connection) -> Result<(), ReplicaError> {
        let mut kept = Self::load(tx)?;
        for (number, (kept, more)) in kept.0.iter_mut().zip(&self.0).enumerate() {
            kept.sum.add(&more.sum.0);
            tx.prepare_cached(
                "insert into digest_buckets (bucket, sum, documents, facts) values (?1, ?2, 0, ?3)
                 on conflict do update set sum = ?2, facts = facts + ?3",
            )?
            .execute(params![number, kept.sum.0, more.facts])?;
        }
        Ok(())
    }

    /// From their form on the way.
    pub fn from_wire(wire: &[WireBucket]) -> Option<Self> {
        let buckets = wire.iter().map(|(sum, facts)| Bucket { sum: Sum(sum.0), facts: *facts }).collect();
        (wire.len() == BUCKETS).then_some(Self(buckets))
    }

    /// In their form on the way.
    pub fn to_wire(&self) -> Vec<WireBucket> {
        self.0.iter().map(|bucket| (Hash(bucket.sum.0), bucket.facts)).collect()
    }

    /// Takes a document out.
    pub fn less_document(&mut self, id: &DocumentId, heads: &[u8]) {
        if let Some(bucket) = self.0.get_mut(usize::from(id.as_bytes()[0])) {
            bucket.sum.subtract(&document_hash(id, heads));
        }
    }

    /// Takes a fact out.
    pub fn less_fact(&mut self, id: &FactId, bytes: &[u8]) {
        if let Some(bucket) = self.0.get_mut(usize::from(id.as_bytes()[0])) {
            bucket.sum.subtract(&fact_hash(id, bytes));
            bucket.facts -= 1;
        }
    }

    /// Whether both have the same sums.
    pub fn same_sums(&self, other: &Self) -> bool {
        self.0.iter().map(|bucket| bucket.sum).eq(other.0.iter().map(|bucket| bucket.sum))
    }
}

/// New documents by bucket: each bucket is written once for all of them.
#[derive(Default)]
pub(crate) struct Came(std::collections::BTreeMap<u8, (Sum, i64)>);

impl Came {
    /// Counts a document.
    pub fn add(&mut self, id: &DocumentId, heads: &[u8]) {
        let (sum, count) = self.0.entry(id.as_bytes()[0]).or_default();
        sum.add(&document_hash(id, heads));
        *count += 1;
    }

    /// Adds them to what is kept.
    pub fn keep(self, tx: &Connection) -> Result<(), ReplicaError> {
        for (bucket, (more, documents)) in self.0 {
            let mut sum = Sum(sum_of(tx, bucket)?);
            sum.add(&more.0);
            put(tx, bucket, sum, documents, 0)?;
        }
        Ok(())
    }
}

fn put(tx: &Connection, bucket: u8, sum: Sum, documents: i64, facts: i64) -> Result<(), ReplicaError> {
    tx.prepare_cached(
        "insert into digest_buckets (bucket, sum, documents, facts) values (?1, ?2, ?3, ?4)
         on conflict (bucket) do update set sum = ?2, documents = documents + ?3, facts = facts + ?4",
    )?
    .execute(params![bucket, sum.0.as_slice(), documents, facts])?;
    Ok(())
}

struct Change<'a> {
    bucket: u8,
    less: Option<&'a [u8; 32]>,
    more: Option<&'a [u8; 32]>,
    is_fact: bool,
}

impl Change<'_> {
    fn apply(&self, tx: &Connection) -> Result<(), ReplicaError> {
        let mut sum = Sum(sum_of(tx, self.bucket)?);
        if let Some(less) = self.less {
            sum.subtract(less);
        }
        if let Some(more) = self.more {
            sum.add(more);
        }
        let count = i64::from(self.more.is_some()) - i64::from(self.less.is_some());
        let (documents, facts) = if self.is_fact { (0, count) } else { (count, 0) };
        put(tx, self.bucket, sum, documents, facts)
    }
}

fn sum_of(tx: &Connection, bucket: u8) -> Result<[u8; 32], ReplicaError> {
    let sum: Option<[u8; 32]> =
        tx.prepare_cached("select sum from digest_buckets where bucket = ?")?.query_row([bucket], |row| row.get(0)).optional()?;
    Ok(sum.unwrap_or_default())
}

/// A document's heads changed (`old_heads` is `None`: it is new). Heads are sorted and stand one after the other.
pub fn document_changed(tx: &Connection, id: DocumentId, old_heads: Option<&[u8]>, new_heads: &[u8]) -> Result<(), ReplicaError> {
    let less = old_heads.map(|heads| document_hash(&id, heads));
    let more = document_hash(&id, new_heads);
    let bucket = id.as_bytes()[0];
    Change { bucket, less: less.as_ref(), more: Some(&more), is_fact: false }.apply(tx)
}

/// A document is gone: the branch that made it was given up.
pub fn document_removed(tx: &Connection, id: DocumentId, old_heads: &[u8]) -> Result<(), ReplicaError> {
    let less = document_hash(&id, old_heads);
    Change { bucket: id.as_bytes()[0], less: Some(&less), more: None, is_fact: false }.apply(tx)
}

/// A fact came.
pub fn fact_added(tx: &Connection, id: FactId, bytes: &[u8]) -> Result<(), ReplicaError> {
    let more = fact_hash(&id, bytes);
    Change { bucket: id.as_bytes()[0], less: None, more: Some(&more), is_fact: true }.apply(tx)
}

/// A fact is gone: the branch that told it was given up.
pub fn fact_removed(tx: &Connection, id: FactId, bytes: &[u8]) -> Result<(), ReplicaError> {
    let less = fact_hash(&id, bytes);
    Change { bucket: id.as_bytes()[0], less: Some(&less), more: None, is_fact: true }.apply(tx)
}

/// Sums everything again: all documents, all facts that are here, and what a checkpoint did not bring.
pub(crate) fn recompute(tx: &Connection) -> Result<(), ReplicaError> {
    tx.execute("delete from digest_buckets", [])?;
    let mut sums = vec![(Sum::default(), 0i64, 0i64); BUCKETS];
    let mut statement = tx.prepare("select id, heads from documents")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id = DocumentId::from_bytes(row.get(0)?);
        if let Some((sum, documents, _)) = sums.get_mut(usize::from(id.as_bytes()[0])) {
            sum.add(&document_hash(&id, &row.get::<_, Vec<u8>>(1)?));
            *documents += 1;
        }
    }
    let mut statement = tx.prepare("select facts.id, bodies.bytes from facts join bodies on bodies.place = facts.place")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id = FactId::from_bytes(row.get(0)?);
        if let Some((sum, _, facts)) = sums.get_mut(usize::from(id.as_bytes()[0])) {
            sum.add(&fact_hash(&id, &row.get::<_, Vec<u8>>(1)?));
            *facts += 1;
        }
    }
    for (bucket, (sum, documents, facts)) in sums.iter().enumerate().filter(|(_, sums)| **sums != (Sum::default(), 0, 0)) {
        tx.prepare_cached("insert into digest_buckets (bucket, sum, documents, facts) values (?, ?, ?, ?)")?
            .execute(params![bucket, sum.0, documents, facts])?;
    }
    // While a checkpoint is being loaded, its base is what is still to come.
    if crate::checkpoint::is_loading(tx)? { Ok(()) } else { Buckets::load_base(tx)?.add_to_kept(tx) }
}

/// All buckets as they are kept.
pub fn buckets(tx: &Connection) -> Result<[Hash; BUCKETS], ReplicaError> {
    let mut buckets = [Hash::default(); BUCKETS];
    let mut statement = tx.prepare_cached("select bucket, sum from digest_buckets")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, u8>(0)?, row.get::<_, [u8; 32]>(1)?)))?;
    for row in rows {
        let (bucket, sum) = row?;
        if let Some(place) = buckets.get_mut(usize::from(bucket)) {
            *place = Hash(sum);
        }
    }
    Ok(buckets)
}

/// The digest over all buckets.
pub fn digest(tx: &Connection) -> Result<Digest, ReplicaError> {
    let mut hasher = blake3::Hasher::new();
    for bucket in buckets(tx)? {
        hasher.update(&bucket.0);
    }
    let (documents, facts): (i64, i64) = tx
        .prepare_cached("select coalesce(sum(documents), 0), coalesce(sum(facts), 0) from digest_buckets")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Digest {
        total: Hash(*hasher.finalize().as_bytes()),
        document_count: documents.try_into().unwrap_or(0),
        fact_count: facts.try_into().unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_forgets_what_is_subtracted_from_it() {
        let mut sum = Sum([0xff; 32]);
        let before = sum;
        let hash = hash_of("test", &[7; 16], b"content");
        sum.add(&hash);
        assert_ne!(sum, before);
        sum.subtract(&hash);
        assert_eq!(sum, before);
    }
}

//! Facts as they are stored: each once, at its earliest telling, in causal order for whoever folds them.

use std::cmp::Ordering;

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use tradepost_domain::device::Certificate;
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{FactId, ReplicaId, StaffId};
use tradepost_domain::time::Timestamp;

use super::chains::{Chains, Place};
use crate::cbor;
use crate::digest;
use crate::entry::EntryHeader;
use crate::error::ReplicaError;
use crate::origin::Origin;
use crate::projections::Context;

/// Who told a fact, where and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Telling {
    pub place: Place,
    pub origin: Origin,
    pub lamport: u64,
    pub at_ms: i64,
    pub staff: Option<StaffId>,
}

impl Telling {
    pub fn of(header: &EntryHeader, place: Place) -> Self {
        Self { place, origin: header.origin, lamport: header.lamport, at_ms: header.clock.corrected_ms(), staff: header.staff }
    }

    fn order(&self) -> (u64, Origin, i64) {
        (self.lamport, self.origin, self.place.0)
    }
}

/// What became of a telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// The fact is new.
    New,
    /// It was told before.
    Again,
    /// It was told before, by an entry that comes later in causal order: this one counts now, and the projections must be made again.
    Earlier,
}

/// Stores a fact at its telling. Its body stands in `bodies` already.
pub(crate) fn tell(tx: &Connection, chains: &Chains, fact: &Fact, bytes: &[u8], telling: &Telling) -> Result<Told, ReplicaError> {
    let inserted = tx
        .prepare_cached(
            "insert into facts (id, kind, place, lamport, at_ms, staff) values (?, ?, ?, ?, ?, ?) on conflict do nothing",
        )?
        .execute(params![
            fact.id.as_bytes(),
            fact.body.kind_name(),
            telling.place.0,
            telling.lamport,
            telling.at_ms,
            telling.staff.map(|staff| *staff.as_bytes()),
        ])?;
    if inserted == 1 {
        digest::fact_added(tx, fact.id, bytes)?;
        return Ok(Told::New);
    }
    tell_again(tx, chains, fact, bytes, telling)
}

fn tell_again(tx: &Connection, chains: &Chains, fact: &Fact, bytes: &[u8], telling: &Telling) -> Result<Told, ReplicaError> {
    let (stored, is_in_base) = find(tx, chains, fact.id)?.ok_or_else(|| ReplicaError::damaged("the table of facts"))?;
    if is_in_base || telling.order().cmp(&stored.order()) != Ordering::Less {
        repeat(tx, fact.id, telling.place)?;
        return Ok(Told::Again);
    }
    let bytes_before = body(tx, stored.place)?.unwrap_or_default();
    repeat(tx, fact.id, stored.place)?;
    put(tx, fact, telling)?;
    digest::fact_removed(tx, fact.id, &bytes_before)?;
    digest::fact_added(tx, fact.id, bytes)?;
    Ok(Told::Earlier)
}

fn repeat(tx: &Connection, id: FactId, place: Place) -> Result<(), ReplicaError> {
    tx.prepare_cached("insert into repeated_facts (id, place) values (?, ?) on conflict do nothing")?
        .execute(params![id.as_bytes(), place.0])?;
    Ok(())
}

fn put(tx: &Connection, fact: &Fact, telling: &Telling) -> Result<(), ReplicaError> {
    tx.prepare_cached("update facts set kind = ?2, place = ?3, lamport = ?4, at_ms = ?5, staff = ?6 where id = ?1")?.execute(
        params![
            fact.id.as_bytes(),
            fact.body.kind_name(),
            telling.place.0,
            telling.lamport,
            telling.at_ms,
            telling.staff.map(|staff| *staff.as_bytes()),
        ],
    )?;
    Ok(())
}

fn find(tx: &Connection, chains: &Chains, id: FactId) -> Result<Option<(Telling, bool)>, ReplicaError> {
    let row = tx
        .prepare_cached("select place, lamport, at_ms, staff, is_in_base from facts where id = ?")?
        .query_row([id.as_bytes()], |row| {
            Ok((Place(row.get(0)?), row.get(1)?, row.get(2)?, row.get::<_, Option<[u8; 16]>>(3)?, row.get(4)?))
        })
        .optional()?;
    let Some((place, lamport, at_ms, staff, is_in_base)) = row else { return Ok(None) };
    let origin = chains.origin_of(place.number()).ok_or_else(|| ReplicaError::damaged("the origin of a fact"))?;
    Ok(Some((Telling { place, origin, lamport, at_ms, staff: staff.map(StaffId::from_bytes) }, is_in_base)))
}

/// The bytes of a section.
pub(crate) fn body(tx: &Connection, place: Place) -> Result<Option<Vec<u8>>, ReplicaError> {
    Ok(tx.prepare_cached("select bytes from bodies where place = ?")?.query_row([place.0], |row| row.get(0)).optional()?)
}

/// Whether a fact is here.
pub(crate) fn is_told(tx: &Connection, id: FactId) -> Result<bool, ReplicaError> {
    Ok(tx.prepare_cached("select 1 from facts where id = ?")?.exists([id.as_bytes()])?)
}

/// A fact and where it stands.
#[allow(dead_code, reason = "read by the projections where they need a fact again")]
pub(crate) fn load(tx: &Connection, id: FactId) -> Result<Option<Fact>, ReplicaError> {
    let bytes: Option<Vec<u8>> = tx
        .prepare_cached("select bodies.bytes from facts join bodies on bodies.place = facts.place where facts.id = ?")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    bytes.as_deref().map(cbor::from_slice).transpose()
}

/// Takes back the telling of a fact at `place`. Where another entry tells it too, that one counts from now on.
pub(crate) fn untell(tx: &Connection, chains: &Chains, id: FactId, place: Place) -> Result<(), ReplicaError> {
    tx.prepare_cached("delete from repeated_facts where id = ? and place = ?")?.execute(params![id.as_bytes(), place.0])?;
    let Some((stored, _)) = find(tx, chains, id)? else { return Ok(()) };
    if stored.place != place {
        return Ok(());
    }
    digest::fact_removed(tx, id, &body(tx, place)?.unwrap_or_default())?;
    tx.prepare_cached("delete from facts where id = ?")?.execute([id.as_bytes()])?;
    promote(tx, chains, id)
}

fn promote(tx: &Connection, chains: &Chains, id: FactId) -> Result<(), ReplicaError> {
    let mut statement = tx.prepare_cached("select place from repeated_facts where id = ?")?;
    let places = statement.query_map([id.as_bytes()], |row| row.get(0).map(Place))?.collect::<Result<Vec<_>, _>>()?;
    let mut tellings = Vec::new();
    for place in places {
        tellings.extend(telling_at(tx, chains, place)?);
    }
    let Some(first) = tellings.into_iter().min_by_key(Telling::order) else { return Ok(()) };
    let Some(bytes) = body(tx, first.place)? else { return Ok(()) };
    tx.prepare_cached("delete from repeated_facts where id = ? and place = ?")?.execute(params![id.as_bytes(), first.place.0])?;
    tell(tx, chains, &cbor::from_slice(&bytes)?, &bytes, &first).map(|_| ())
}

fn telling_at(tx: &Connection, chains: &Chains, place: Place) -> Result<Option<Telling>, ReplicaError> {
    let Some(origin) = chains.origin_of(place.number()) else { return Ok(None) };
    let header: Option<Vec<u8>> = tx
        .prepare_cached("select header from entries where place = ?")?
        .query_row([Place::of(place.number(), place.seq()).0], |row| row.get(0))
        .optional()?;
    let header = header.as_deref().map(EntryHeader::decode).transpose()?;
    Ok(header.filter(|header| header.origin == origin).map(|header| Telling::of(&header, place)))
}

/// Certificates told by facts and issued by `issuer`: they wait until their issuer is known.
pub(crate) fn certificates_of_issuer(tx: &Connection, issuer: &ReplicaId) -> Result<Vec<Certificate>, ReplicaError> {
    let mut certificates = Vec::new();
    let mut statement = tx.prepare_cached(
        "select bodies.bytes from facts join bodies on bodies.place = facts.place where facts.kind = 'device_certified'",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let fact: Fact = cbor::from_slice(&row.get::<_, Vec<u8>>(0)?)?;
        if let FactBody::DeviceCertified(certified) = fact.body
            && certified.certificate.issuer == Some(*issuer)
        {
            certificates.push(certified.certificate);
        }
    }
    Ok(certificates)
}

/// What an author had read of each origin, as it is stored with facts of a checkpoint.
pub(crate) type Knowledge = Vec<(Origin, u64)>;

/// Calls `each` with every fact in causal order, with what its author knew when it told it.
///
/// What an author knew grows entry by entry, so the headers are walked once in the same order; facts that came with a checkpoint
/// carry their own.
pub(crate) fn each_in_order(
    tx: &Connection,
    each: &mut dyn FnMut(&Fact, &Context<'_>) -> Result<(), ReplicaError>,
) -> Result<(), ReplicaError> {
    let chains = Chains::load(tx)?;
    let mut past = super::listing::Past::before_all(tx, &chains)?;
    let mut statement = tx.prepare(
        "select facts.place, facts.lamport, facts.at_ms, facts.staff, facts.is_in_base, facts.knowledge, bodies.bytes,
                origins.replica, origins.incarnation
         from facts
         join origins on origins.number = facts.place >> 40
         left join bodies on bodies.place = facts.place
         order by facts.lamport, origins.replica, origins.incarnation, facts.place",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let place = Place(row.get(0)?);
        let origin = Origin { replica: ReplicaId::from_bytes(row.get(7)?), incarnation: row.get(8)? };
        let bytes: Vec<u8> = row.get::<_, Option<Vec<u8>>>(6)?.ok_or_else(|| ReplicaError::damaged("the body of a fact"))?;
        let fact: Fact = cbor::from_slice(&bytes)?;
        let shipped: Option<Knowledge> = row.get::<_, Option<Vec<u8>>>(5)?.as_deref().map(cbor::from_slice).transpose()?;
        if shipped.is_none() {
            past.advance(tx, &chains, place)?;
        }
        let context = Context {
            origin,
            seq: place.seq(),
            lamport: row.get(1)?,
            at: Timestamp::from_unix_ms(row.get(2)?),
            knowledge: &|subject| match &shipped {
                Some(_) | None if subject == origin => place.seq().saturating_sub(1),
                Some(shipped) => known(shipped, &subject),
                None => past.known(&origin, &subject),
            },
            is_covered: row.get(4)?,
        };
        each(&fact, &context)?;
    }
    Ok(())
}

/// How far this knowledge reaches into `subject`.
pub(crate) fn known(knowledge: &[(Origin, u64)], subject: &Origin) -> u64 {
    knowledge.iter().find(|(origin, _)| origin == subject).map_or(0, |(_, seq)| *seq)
}

/// A fact as a checkpoint brings it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ShippedFact {
    pub origin: Origin,
    pub seq: u64,
    pub section: u8,
    pub lamport: u64,
    pub at_ms: i64,
    pub staff: Option<StaffId>,
    /// What its author knew; `None`: the same as the fact before it.
    pub knowledge: Option<serde_bytes::ByteBuf>,
    pub bytes: serde_bytes::ByteBuf,
}

/// Stores a checkpoint's fact. Its sums are in the checkpoint's bases.
pub(crate) fn store_shipped(
    tx: &Connection,
    chains: &mut Chains,
    shipped: &ShippedFact,
    knowledge: &[u8],
) -> Result<Fact, ReplicaError> {
    let fact: Fact = cbor::from_slice(&shipped.bytes)?;
    let place = Place::of(chains.ensure(tx, shipped.origin)?.number, shipped.seq).section(usize::from(shipped.section));
    let inserted = tx
        .prepare_cached(
            "insert into facts (id, kind, place, lamport, at_ms, staff, is_in_base, knowledge) values (?, ?, ?, ?, ?, ?, 1, ?)
             on conflict do nothing",
        )?
        .execute(params![
            fact.id.as_bytes(),
            fact.body.kind_name(),
            place.0,
            shipped.lamport,
            shipped.at_ms,
            shipped.staff.map(|staff| *staff.as_bytes()),
            knowledge,
        ])?;
    if inserted == 1 {
        tx.prepare_cached("insert into bodies (place, bytes) values (?1, ?2) on conflict do update set bytes = ?2")?
            .execute(params![place.0, &**shipped.bytes])?;
        digest::fact_added(tx, fact.id, &shipped.bytes)?;
    }
    Ok(fact)
}

/// Removes the facts of a checkpoint that was loaded in part.
pub(crate) fn forget_shipped(tx: &Connection) -> Result<(), ReplicaError> {
    let mut statement = tx.prepare(
        "select facts.id, bodies.place, bodies.bytes from facts join bodies on bodies.place = facts.place where is_in_base = 1",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        digest::fact_removed(tx, FactId::from_bytes(row.get(0)?), &row.get::<_, Vec<u8>>(2)?)?;
        tx.prepare_cached("delete from bodies where place = ?")?.execute([row.get::<_, i64>(1)?])?;
    }
    tx.execute("delete from facts where is_in_base = 1", [])?;
    Ok(())
}

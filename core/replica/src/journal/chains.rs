//! How far each origin's chain goes here, and how far each origin had read the others: the tables `origins` and `knowledge` in memory.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, OptionalExtension, params};
use tradepost_domain::id::ReplicaId;

use crate::entry::{EntryHeader, TransferEntry};
use crate::error::ReplicaError;
use crate::origin::{Hash, Origin, Position, Vector};

/// Where an entry or section is stored: `origin number << 40 | seq << 8 | section`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(pub i64);

impl Place {
    /// The place of an entry. Seqs are at most `SEQ_MAX`, checked where entries are read and made.
    pub fn of(number: i64, seq: u64) -> Self {
        Self((number << 40) | (i64::try_from(seq).unwrap_or(i64::MAX) << 8))
    }

    /// The place of a section of the entry at this place.
    pub fn section(self, index: usize) -> Self {
        Self(self.0 | i64::try_from(index & 0xff).unwrap_or(0))
    }

    /// The origin's number.
    pub fn number(self) -> i64 {
        self.0 >> 40
    }

    /// The seq.
    pub fn seq(self) -> u64 {
        u64::try_from((self.0 >> 8) & 0xffff_ffff).unwrap_or(0)
    }

    /// The section.
    pub fn section_index(self) -> usize {
        usize::try_from(self.0 & 0xff).unwrap_or(0)
    }
}

/// One origin's chain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chain {
    pub number: i64,
    pub seq: u64,
    pub tip: Hash,
    pub lamport: u64,
    /// The last entry that is not here because a checkpoint stands for it.
    pub floor: u64,
}

impl Chain {
    /// Where it stands.
    pub fn position(&self) -> Position {
        Position { seq: self.seq, tip: self.tip }
    }
}

/// All chains.
#[derive(Debug, Default)]
pub(crate) struct Chains {
    by_origin: BTreeMap<Origin, Chain>,
    by_number: HashMap<i64, Origin>,
    knowledge: HashMap<i64, BTreeMap<i64, u64>>,
    lamport_max: u64,
    /// The entry that stands in the journal ahead of all that follows from it; the tables `origins` and `knowledge` follow too.
    ahead: Option<Place>,
}

impl Chains {
    pub fn load(connection: &Connection) -> Result<Self, ReplicaError> {
        let mut chains = Self::default();
        let mut statement = connection.prepare("select number, replica, incarnation, seq, tip, lamport, floor from origins")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let origin = Origin { replica: ReplicaId::from_bytes(row.get(1)?), incarnation: row.get(2)? };
            let chain =
                Chain { number: row.get(0)?, seq: row.get(3)?, tip: Hash(row.get(4)?), lamport: row.get(5)?, floor: row.get(6)? };
            chains.set(origin, chain);
        }
        let mut statement = connection.prepare("select author, subject, seq from knowledge")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            chains.knowledge.entry(row.get(0)?).or_default().insert(row.get(1)?, row.get(2)?);
        }
        chains.find_ahead(connection)?;
        Ok(chains)
    }

    /// Finds the entry that the table `origins` does not know yet, and puts its chain where it stands.
    fn find_ahead(&mut self, connection: &Connection) -> Result<(), ReplicaError> {
        let mut statement = connection.prepare("select place, header from entries where place > ? and place < ? limit 1")?;
        let chains: Vec<Chain> = self.by_origin.values().copied().collect();
        for chain in chains {
            let (last, end) = (Place::of(chain.number, chain.seq), Place::of(chain.number + 1, 0));
            let found = statement.query_row([last.0, end.0], |row| Ok((Place(row.get(0)?), row.get::<_, Vec<u8>>(1)?)));
            if let Some((place, bytes)) = found.optional()? {
                self.go_ahead(place, &EntryHeader::decode(&bytes)?, Hash::of(&bytes));
            }
        }
        Ok(())
    }

    fn set(&mut self, origin: Origin, chain: Chain) {
        self.lamport_max = self.lamport_max.max(chain.lamport);
        self.by_number.insert(chain.number, origin);
        self.by_origin.insert(origin, chain);
    }

    pub fn get(&self, origin: &Origin) -> Option<&Chain> {
        self.by_origin.get(origin)
    }

    pub fn seq(&self, origin: &Origin) -> u64 {
        self.get(origin).map_or(0, |chain| chain.seq)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Origin, &Chain)> {
        self.by_origin.iter()
    }

    pub fn origin_of(&self, number: i64) -> Option<Origin> {
        self.by_number.get(&number).copied()
    }

    pub fn lamport_max(&self) -> u64 {
        self.lamport_max
    }

    pub fn vector(&self) -> Vector {
        let read = self.by_origin.iter().filter(|(_, chain)| chain.seq > 0);
        Vector(read.map(|(origin, chain)| (*origin, chain.position())).collect())
    }

    /// The chain of `origin`, with a number of its own if it is new.
    pub fn ensure(&mut self, tx: &Connection, origin: Origin) -> Result<Chain, ReplicaError> {
        if let Some(chain) = self.get(&origin) {
            return Ok(*chain);
        }
        tx.prepare_cached("insert into origins (replica, incarnation, seq, tip, lamport) values (?, ?, 0, ?, 0)")?
            .execute(params![origin.replica.as_bytes(), origin.incarnation, Hash::default().0])?;
        let chain = Chain { number: tx.last_insert_rowid(), seq: 0, tip: Hash::default(), lamport: 0, floor: 0 };
        self.set(origin, chain);
        Ok(chain)
    }

    /// Puts a chain where it stands now, in memory and table.
    pub fn place_at(&mut self, tx: &Connection, origin: Origin, chain: Chain) -> Result<(), ReplicaError> {
        tx.prepare_cached("update origins set seq = ?, tip = ?, lamport = ?, floor = ? where number = ?")?.execute(params![
            chain.seq,
            chain.tip.0,
            chain.lamport,
            chain.floor,
            chain.number
        ])?;
        self.set(origin, chain);
        Ok(())
    }

    /// Adds an entry to its chain: its row, the new tip, and what its author knew.
    pub fn append(
        &mut self,
        tx: &Connection,
        header: &EntryHeader,
        entry: &TransferEntry,
    ) -> Result<(Place, Hash), ReplicaError> {
        let (chain, place, hash) = self.put_entry(tx, header, entry)?;
        self.place_at(tx, header.origin, Chain { seq: header.seq, tip: hash, lamport: header.lamport, ..chain })?;
        self.learn_all(tx, chain.number, header)?;
        Ok((place, hash))
    }

    /// Adds an entry to its chain by its row alone; the tables follow with [`Self::settle_ahead`].
    pub fn append_ahead(
        &mut self,
        tx: &Connection,
        header: &EntryHeader,
        entry: &TransferEntry,
    ) -> Result<(Place, Hash), ReplicaError> {
        let (_, place, hash) = self.put_entry(tx, header, entry)?;
        self.go_ahead(place, header, hash);
        Ok((place, hash))
    }

    fn put_entry(
        &mut self,
        tx: &Connection,
        header: &EntryHeader,
        entry: &TransferEntry,
    ) -> Result<(Chain, Place, Hash), ReplicaError> {
        let chain = self.ensure(tx, header.origin)?;
        let place = Place::of(chain.number, header.seq);
        let hash = entry.hash();
        tx.prepare_cached("insert into entries (place, lamport, hash, header, signature) values (?, ?, ?, ?, ?)")?
            .execute(params![place.0, header.lamport, hash.0, entry.header, entry.signature])?;
        Ok((chain, place, hash))
    }

    fn go_ahead(&mut self, place: Place, header: &EntryHeader, hash: Hash) {
        let floor = self.get(&header.origin).map_or(0, |chain| chain.floor);
        let chain = Chain { number: place.number(), seq: header.seq, tip: hash, lamport: header.lamport, floor };
        self.set(header.origin, chain);
        self.ahead = Some(place);
    }

    /// The entry that is ahead of what follows from it.
    pub fn ahead(&self) -> Option<Place> {
        self.ahead
    }

    /// The hash of its header: the tip of its chain.
    pub fn hash_ahead(&self) -> Option<Hash> {
        let origin = self.origin_of(self.ahead?.number())?;
        self.get(&origin).map(|chain| chain.tip)
    }

    /// Brings the tables to where the chain stands.
    pub fn settle_ahead(&mut self, tx: &Connection, header: &EntryHeader) -> Result<(), ReplicaError> {
        if let Some(chain) = self.get(&header.origin).copied() {
            self.place_at(tx, header.origin, chain)?;
            self.learn_all(tx, chain.number, header)?;
        }
        self.ahead = None;
        Ok(())
    }

    fn learn_all(&mut self, tx: &Connection, author: i64, header: &EntryHeader) -> Result<(), ReplicaError> {
        for (subject, at) in &header.depends_on {
            let subject = self.ensure(tx, *subject)?.number;
            self.learn(tx, author, subject, at.seq)?;
        }
        Ok(())
    }

    /// `author` has read `subject` up to `seq`.
    pub fn learn(&mut self, tx: &Connection, author: i64, subject: i64, seq: u64) -> Result<(), ReplicaError> {
        let known = self.knowledge.entry(author).or_default().entry(subject).or_default();
        if *known < seq {
            *known = seq;
            tx.prepare_cached(
                "insert into knowledge (author, subject, seq) values (?1, ?2, ?3) on conflict do update set seq = ?3",
            )?
            .execute(params![author, subject, seq])?;
        }
        Ok(())
    }

    /// What `author` had read of `subject` beyond `seq` was given up: its next entry names again how far it has read.
    pub fn forget(&mut self, tx: &Connection, author: i64, subject: i64, seq: u64) -> Result<(), ReplicaError> {
        let known = self.knowledge.get_mut(&author).and_then(|known| known.get_mut(&subject));
        if let Some(known) = known.filter(|known| **known > seq) {
            *known = seq;
            tx.prepare_cached("update knowledge set seq = ? where author = ? and subject = ?")?
                .execute(params![seq, author, subject])?;
        }
        Ok(())
    }

    /// How far `author` had read `subject` when it wrote its last entry.
    pub fn known_by(&self, author: i64, subject: &Origin) -> u64 {
        let Some(number) = self.get(subject).map(|chain| chain.number) else { return 0 };
        self.knowledge.get(&author).and_then(|known| known.get(&number)).copied().unwrap_or(0)
    }

    /// All that `author` had read when it wrote its last entry.
    pub fn knowledge_of(&self, author: i64) -> Vec<(Origin, u64)> {
        let known = self.knowledge.get(&author).into_iter().flatten();
        known.filter_map(|(subject, seq)| Some((self.origin_of(*subject)?, *seq))).collect()
    }

    /// The hash of an origin's header at `seq`, if it is here.
    pub fn hash_at(&self, tx: &Connection, origin: &Origin, seq: u64) -> Result<Option<Hash>, ReplicaError> {
        let Some(chain) = self.get(origin) else { return Ok(None) };
        if chain.seq == seq {
            return Ok((seq > 0).then_some(chain.tip));
        }
        let hash = tx
            .prepare_cached("select hash from entries where place = ?")?
            .query_row([Place::of(chain.number, seq).0], |row| row.get(0))
            .optional()?;
        Ok(hash.map(Hash))
    }

    /// The lamport time of an origin's entry at `seq`, if it is here.
    pub fn lamport_at(&self, tx: &Connection, origin: &Origin, seq: u64) -> Result<Option<u64>, ReplicaError> {
        let Some(chain) = self.get(origin) else { return Ok(None) };
        if chain.seq == seq {
            return Ok(Some(chain.lamport));
        }
        Ok(tx
            .prepare_cached("select lamport from entries where place = ?")?
            .query_row([Place::of(chain.number, seq).0], |row| row.get(0))
            .optional()?)
    }
}

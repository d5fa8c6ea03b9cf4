//! Making a checkpoint: a read transaction on a connection of its own holds the cut still while writes go on elsewhere.

use std::collections::VecDeque;

use rusqlite::{Connection, OptionalExtension, params};
use serde_bytes::ByteBuf;
use tradepost_domain::device::Certificate;
use tradepost_domain::document::DocumentKind;
use tradepost_domain::id::{DocumentId, FactId, ReplicaId, StaffId};

use super::{CHUNK_BYTES, Chunk, Manifest, RECENT_DAYS, RECENT_FACTS_MIN, SignedManifest, end_message, extend};
use crate::cbor;
use crate::digest::{self, Buckets};
use crate::documents;
use crate::entry::FORMAT;
use crate::environment::Environment;
use crate::error::ReplicaError;
use crate::identity::Signatory;
use crate::journal::facts::{Knowledge, ShippedFact};
use crate::journal::listing::Past;
use crate::journal::{Chains, Place};
use crate::origin::{Hash, Origin};
use crate::projections::{self, bases};
use crate::replica::Replica;
use crate::store::{self, Mode};

/// Documents read at once.
const DOCUMENTS_AT_ONCE: usize = 64;
/// Facts read at once.
const FACTS_AT_ONCE: usize = 128;
/// Authors whose knowledge goes into one chunk.
const AUTHORS_AT_ONCE: usize = 128;
const DAY_MS: i64 = 86_400_000;

/// A checkpoint on its way out. It reads on a connection of its own, so it can be sent by another thread.
pub struct CheckpointSource {
    connection: Connection,
    signatory: Signatory,
    chains: Chains,
    past: Past,
    manifest: Vec<u8>,
    chunk_count: u64,
    recent: Recent,
    rest: Buckets,
    running: Hash,
    stage: Stage,
}

/// Which facts count as recent.
#[derive(Debug, Clone, Copy)]
struct Recent {
    lamport_min: u64,
    at_ms_min: i64,
}

enum Stage {
    Devices,
    Settings(VecDeque<DocumentId>),
    Documents(Option<DocumentId>),
    Knowledge(VecDeque<(Origin, Knowledge)>),
    Bases(bases::Exported),
    RecentFacts(VecDeque<FactId>),
    OpenFacts(VecDeque<FactId>),
    End,
    Done,
}

impl Replica {
    /// Begins a checkpoint of what is here now.
    pub fn checkpoint_source(&mut self, env: &mut dyn Environment) -> Result<CheckpointSource, ReplicaError> {
        self.apply_ahead()?;
        self.place_waiting()?;
        let connection = store::open_connection(&store::database_path(&self.folder), &self.database_key, Mode::ReadOnly)?;
        connection.execute_batch("begin")?;
        let chains = Chains::load(&connection)?;
        let past = Past::before_all(&connection, &chains)?;
        let signatory = self.journal.identity.signatory();
        let mut source = CheckpointSource {
            recent: Recent::of(&connection, env)?,
            rest: Buckets::load(&connection)?,
            connection,
            signatory,
            chains,
            past,
            manifest: Vec::new(),
            chunk_count: 0,
            running: Hash::default(),
            stage: Stage::Devices,
        };
        source.write_manifest(self.origin(), self.shop(), self.certificates()?)?;
        Ok(source)
    }
}

impl Recent {
    fn of(connection: &Connection, env: &mut dyn Environment) -> Result<Self, ReplicaError> {
        let lamport_min: Option<u64> = connection
            .prepare_cached("select lamport from facts order by lamport desc limit 1 offset ?")?
            .query_row([RECENT_FACTS_MIN - 1], |row| row.get(0))
            .optional()?;
        // Whole days, so that a checkpoint begun again on the same day is the same one.
        let today = env.clock().corrected_ms().div_euclid(DAY_MS);
        Ok(Self { lamport_min: lamport_min.unwrap_or(0), at_ms_min: (today - RECENT_DAYS) * DAY_MS })
    }
}

impl CheckpointSource {
    /// The signed manifest, as it is sent.
    pub fn manifest(&self) -> &[u8] {
        &self.manifest
    }

    /// About how many chunks follow: for showing progress.
    pub fn chunk_count(&self) -> u64 {
        self.chunk_count
    }

    fn write_manifest(
        &mut self,
        issuer: Origin,
        shop: tradepost_domain::id::ShopId,
        certificates: Vec<Certificate>,
    ) -> Result<(), ReplicaError> {
        let digest = digest::digest(&self.connection)?;
        self.chunk_count = 4 + digest.document_count / 600 + digest.fact_count.min(RECENT_FACTS_MIN) / 150;
        let vector = self.chains.iter().filter(|(_, chain)| chain.seq > 0);
        let manifest = cbor::to_vec(&Manifest {
            format: FORMAT,
            shop,
            issuer,
            schema_version: store::SCHEMA_VERSION,
            vector: vector.map(|(origin, chain)| (*origin, chain.seq, chain.tip, chain.lamport)).collect(),
            buckets: Buckets::load(&self.connection)?.to_wire(),
            document_count: digest.document_count,
            fact_count: digest.fact_count,
            chunk_count: self.chunk_count,
        })?;
        let signature = self.signatory.sign(&manifest).to_vec();
        self.manifest = cbor::to_vec(&SignedManifest { manifest, signature, certificates })?;
        Ok(())
    }

    /// The next chunk; `None` after the last.
    pub fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, ReplicaError> {
        loop {
            if let Stage::Done = self.stage {
                return Ok(None);
            }
            if let Some(chunk) = self.advance()? {
                let bytes = cbor::to_vec(&chunk)?;
                self.running = extend(self.running, &bytes);
                return Ok(Some(bytes));
            }
        }
    }

    /// Goes on within the stage, or to the next one.
    fn advance(&mut self) -> Result<Option<Chunk>, ReplicaError> {
        let (chunk, next) = match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Devices => (Some(self.devices()?), Stage::Settings(self.settings()?)),
            Stage::Settings(mut ids) => match self.settings_chunk(&mut ids)? {
                None => (None, Stage::Documents(None)),
                chunk => (chunk, Stage::Settings(ids)),
            },
            Stage::Documents(after) => match self.documents_chunk(after)? {
                (chunk, None) => (chunk, Stage::Knowledge(self.knowledge())),
                (chunk, after) => (chunk, Stage::Documents(after)),
            },
            Stage::Knowledge(mut authors) => {
                let some: Vec<_> = authors.drain(..authors.len().min(AUTHORS_AT_ONCE)).collect();
                if some.is_empty() {
                    (None, Stage::Bases(bases::Exported::default()))
                } else {
                    (Some(Chunk::Knowledge(some)), Stage::Knowledge(authors))
                }
            }
            Stage::Bases(mut exported) => match bases::export(&self.connection, &mut exported)? {
                None => (None, Stage::RecentFacts(self.recent_ids()?)),
                Some(bytes) => (Some(Chunk::Bases(bytes)), Stage::Bases(exported)),
            },
            Stage::RecentFacts(mut ids) => match self.recent_facts(&mut ids)? {
                None => (None, Stage::OpenFacts(projections::facts_to_ship(&self.connection)?.into())),
                chunk => (chunk, Stage::RecentFacts(ids)),
            },
            Stage::OpenFacts(mut ids) => match self.open_facts(&mut ids)? {
                None => (None, Stage::End),
                chunk => (chunk, Stage::OpenFacts(ids)),
            },
            Stage::End => (Some(self.end()?), Stage::Done),
            Stage::Done => (None, Stage::Done),
        };
        self.stage = next;
        Ok(chunk)
    }

    fn devices(&self) -> Result<Chunk, ReplicaError> {
        let mut statement =
            self.connection.prepare("select body, issuer, signature from devices order by issuer is not null, replica")?;
        let certificates = statement.query_map([], |row| {
            Ok(Certificate {
                body: row.get(0)?,
                issuer: row.get::<_, Option<[u8; 16]>>(1)?.map(ReplicaId::from_bytes),
                signature: row.get(2)?,
            })
        })?;
        let certificates = certificates.collect::<Result<_, _>>()?;
        let mut statement = self.connection.prepare("select replica, incarnation, last_valid from revocations")?;
        let revocations = statement.query_map([], |row| Ok((ReplicaId::from_bytes(row.get(0)?), row.get(1)?, row.get(2)?)))?;
        Ok(Chunk::Devices { certificates, revocations: revocations.collect::<Result<_, _>>()? })
    }

    fn settings(&self) -> Result<VecDeque<DocumentId>, ReplicaError> {
        let mut statement = self.connection.prepare("select id from documents where kind not in (7, 9, 10) order by kind, id")?;
        let ids = statement.query_map([], |row| row.get(0).map(DocumentId::from_bytes))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    fn settings_chunk(&mut self, ids: &mut VecDeque<DocumentId>) -> Result<Option<Chunk>, ReplicaError> {
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        while let Some(id) = ids.front().copied().filter(|_| bytes < CHUNK_BYTES) {
            ids.pop_front();
            for document in
                documents::stored_after(&self.connection, just_before(id), 1)?.into_iter().filter(|document| document.id == id)
            {
                bytes += document.saved.len() + document.fields.len();
                self.rest.less_document(&document.id, &document.heads);
                chunk.push(document);
            }
        }
        Ok((!chunk.is_empty()).then_some(Chunk::Documents(chunk)))
    }

    fn documents_chunk(&mut self, mut after: Option<DocumentId>) -> Result<(Option<Chunk>, Option<DocumentId>), ReplicaError> {
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        while bytes < CHUNK_BYTES {
            let documents = documents::stored_after(&self.connection, after, DOCUMENTS_AT_ONCE)?;
            let Some(last) = documents.last() else {
                after = None;
                break;
            };
            after = Some(last.id);
            for document in documents.into_iter().filter(|document| !is_setting(document.kind)) {
                bytes += document.saved.len() + document.fields.len();
                self.rest.less_document(&document.id, &document.heads);
                chunk.push(document);
            }
        }
        Ok(((!chunk.is_empty()).then_some(Chunk::Documents(chunk)), after))
    }

    fn knowledge(&self) -> VecDeque<(Origin, Knowledge)> {
        self.chains.iter().map(|(origin, chain)| (*origin, self.chains.knowledge_of(chain.number))).collect()
    }

    /// Recent facts in the order of their places, so that what an author knew is read along its chain.
    fn recent_ids(&self) -> Result<VecDeque<FactId>, ReplicaError> {
        let mut statement = self.connection.prepare(include_str!("../sql/recent_facts.sql"))?;
        let ids = statement
            .query_map(params![self.recent.lamport_min, self.recent.at_ms_min], |row| row.get(0).map(FactId::from_bytes))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    fn recent_facts(&mut self, ids: &mut VecDeque<FactId>) -> Result<Option<Chunk>, ReplicaError> {
        let mut facts = Vec::new();
        while facts.is_empty() && !ids.is_empty() {
            let mut rows = Vec::new();
            for id in ids.drain(..ids.len().min(FACTS_AT_ONCE)) {
                let mut statement = self.connection.prepare_cached(include_str!("../sql/fact_row.sql"))?;
                rows.extend(statement.query_row([id.as_bytes()], FactRow::read).optional()?);
            }
            facts = self.ship(rows)?;
        }
        Ok((!facts.is_empty()).then_some(Chunk::Facts(facts)))
    }

    fn open_facts(&mut self, ids: &mut VecDeque<FactId>) -> Result<Option<Chunk>, ReplicaError> {
        let mut facts = Vec::new();
        while facts.is_empty() && !ids.is_empty() {
            let mut rows = Vec::new();
            for id in ids.drain(..ids.len().min(FACTS_AT_ONCE)) {
                let mut statement = self.connection.prepare_cached(include_str!("../sql/older_fact.sql"))?;
                let recent = self.recent;
                rows.extend(
                    statement
                        .query_row(params![id.as_bytes(), recent.lamport_min, recent.at_ms_min], FactRow::read)
                        .optional()?,
                );
            }
            // What an author knew is read along its chain, which the recent facts have walked to its end.
            rows.sort_by_key(|row| row.place);
            self.past = Past::before_all(&self.connection, &self.chains)?;
            facts = self.ship(rows)?;
        }
        Ok((!facts.is_empty()).then_some(Chunk::Facts(facts)))
    }

    fn ship(&mut self, rows: Vec<FactRow>) -> Result<Vec<ShippedFact>, ReplicaError> {
        let mut facts = Vec::with_capacity(rows.len());
        let mut before: Option<Vec<u8>> = None;
        for row in rows {
            let Some(origin) = self.chains.origin_of(row.place.number()) else { continue };
            let knowledge = match row.knowledge {
                Some(knowledge) => knowledge,
                None => {
                    self.past.advance(&self.connection, &self.chains, row.place)?;
                    cbor::to_vec(&self.past.all_known(&origin))?
                }
            };
            self.rest.less_fact(&row.id, &row.bytes);
            let is_same = before.as_ref() == Some(&knowledge);
            facts.push(ShippedFact {
                origin,
                seq: row.place.seq(),
                section: u8::try_from(row.place.section_index()).unwrap_or(0),
                lamport: row.lamport,
                at_ms: row.at_ms,
                staff: row.staff,
                knowledge: (!is_same).then(|| ByteBuf::from(knowledge.clone())),
                bytes: ByteBuf::from(row.bytes),
            });
            before = Some(knowledge);
        }
        Ok(facts)
    }

    fn end(&self) -> Result<Chunk, ReplicaError> {
        let signed: SignedManifest = cbor::from_slice(&self.manifest)?;
        let not_brought = self.rest.to_wire();
        let message = end_message(Hash::of(&signed.manifest), self.running, &cbor::to_vec(&not_brought)?);
        Ok(Chunk::End { not_brought, chunks: self.running, signature: self.signatory.sign(&message).to_vec() })
    }
}

struct FactRow {
    id: FactId,
    place: Place,
    lamport: u64,
    at_ms: i64,
    staff: Option<StaffId>,
    knowledge: Option<Vec<u8>>,
    bytes: Vec<u8>,
}

impl FactRow {
    fn read(row: &rusqlite::Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            id: FactId::from_bytes(row.get(0)?),
            place: Place(row.get(1)?),
            lamport: row.get(2)?,
            at_ms: row.get(3)?,
            staff: row.get::<_, Option<[u8; 16]>>(4)?.map(StaffId::from_bytes),
            knowledge: row.get(5)?,
            bytes: row.get(6)?,
        })
    }
}

/// Settings are few and go first; products, customers and parked baskets follow.
fn is_setting(kind: u8) -> bool {
    match DocumentKind::from_code(kind) {
        Some(DocumentKind::Product | DocumentKind::Customer | DocumentKind::ParkedBasket) => false,
        Some(
            DocumentKind::Shop
            | DocumentKind::Location
            | DocumentKind::Till
            | DocumentKind::StaffMember
            | DocumentKind::TaxTable
            | DocumentKind::ShippingTable
            | DocumentKind::Collection,
        )
        | None => true,
    }
}

/// The id before `id`, so that "after it" begins with `id`.
fn just_before(id: DocumentId) -> Option<DocumentId> {
    let number = u128::from_be_bytes(*id.as_bytes()).checked_sub(1)?;
    Some(DocumentId::from_bytes(number.to_be_bytes()))
}

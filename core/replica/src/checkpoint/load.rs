//! Loading a checkpoint: chunk by chunk, each in one database transaction together with how far it has come, so that a loading that
//! was cut off goes on where it stopped. What is loaded can be sold from at once.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use tradepost_domain::device::Certificate;
use tradepost_domain::document::DocumentKind;
use tradepost_domain::id::ReplicaId;

use super::{Chunk, META_LOADING, Manifest, SignedManifest, end_message, extend};
use crate::cbor;
use crate::digest::{Buckets, Came, WireBucket};
use crate::documents::{self, StoredDocument};
use crate::environment::Environment;
use crate::error::ReplicaError;
use crate::gate;
use crate::identity::{self, meta, put_meta, remove_meta};
use crate::journal::Journal;
use crate::journal::chains::Chain;
use crate::journal::facts::{self, Knowledge, ShippedFact};
use crate::journal::listing::META_BASE_KNOWLEDGE;
use crate::origin::{Hash, Origin};
use crate::projections::{self, bases};
use crate::replica::{Replica, Touched};
use crate::store;

/// The manifest of what is being loaded.
const META_MANIFEST: &str = "checkpoint_manifest";
/// The manifest that this replica started from.
const META_LOADED: &str = "checkpoint_loaded";
/// Issuers' issuers' issuers: certificates are tried again this often until all are known.
const CERTIFICATE_ROUNDS: usize = 8;

#[derive(Debug, Serialize, Deserialize)]
struct Loading {
    manifest: Hash,
    done: u64,
    total: u64,
    running: Hash,
    end: Option<Vec<WireBucket>>,
}

const fn refused(what: &'static str) -> ReplicaError {
    ReplicaError::Checkpoint { what }
}

impl Replica {
    /// Whether this replica joined a shop and holds nothing of it yet, or a checkpoint in part.
    pub fn needs_checkpoint(&self) -> Result<bool, ReplicaError> {
        if meta::<Loading>(&self.connection, META_LOADING)?.is_some() {
            return Ok(true);
        }
        let founded: Option<bool> = meta(&self.connection, identity::META_FOUNDED)?;
        let ours = self.replica_id();
        let holds_something = self.journal.chains.iter().any(|(origin, chain)| origin.replica != ours && chain.seq > 0);
        Ok(founded.is_none() && !holds_something)
    }

    /// How many chunks of how many are loaded, while one is being loaded.
    pub fn checkpoint_progress(&self) -> Result<Option<(u64, u64)>, ReplicaError> {
        let loading: Option<Loading> = meta(&self.connection, META_LOADING)?;
        Ok(loading.map(|loading| (loading.done, loading.total.max(loading.done))))
    }

    /// Begins to load a checkpoint, or goes on: says how many of its chunks are here already. Another checkpoint than the one
    /// loaded in part starts over.
    pub fn begin_checkpoint(&mut self, manifest: &[u8]) -> Result<u64, ReplicaError> {
        let signed: SignedManifest = cbor::from_slice(manifest).map_err(|_| refused("its manifest cannot be read"))?;
        let loading: Option<Loading> = meta(&self.connection, META_LOADING)?;
        if let Some(loading) = loading.filter(|loading| loading.manifest == Hash::of(&signed.manifest)) {
            return Ok(loading.done);
        }
        let content = self.check_manifest(&signed)?;
        self.commit(|journal, db_tx| begin(journal, db_tx, signed, &content))?;
        Ok(0)
    }

    fn check_manifest(&self, signed: &SignedManifest) -> Result<Manifest, ReplicaError> {
        let issuer = self.check_certificates(&signed.certificates)?;
        if !identity::verify_signature(&issuer.public_key, &signed.manifest, &signed.signature) {
            return Err(refused("its signature is wrong"));
        }
        let content: Manifest = cbor::from_slice(&signed.manifest).map_err(|_| refused("its manifest cannot be read"))?;
        if content.shop != self.shop() || content.issuer.replica != issuer.replica {
            return Err(refused("it belongs to another shop"));
        }
        if content.schema_version > store::SCHEMA_VERSION {
            return Err(ReplicaError::NewerVersion { found: content.schema_version, known: store::SCHEMA_VERSION });
        }
        Ok(content)
    }

    /// Loads the chunk with this number; they come in order.
    pub fn load_chunk(&mut self, index: u64, chunk: &[u8]) -> Result<(), ReplicaError> {
        let touched = self.commit(|journal, db_tx| load(journal, db_tx, index, chunk))?;
        self.tell(&touched);
        Ok(())
    }

    /// Ends the loading: the digest must be the one that was signed. From now on peers' entries are admitted.
    pub fn finish_checkpoint(&mut self, _env: &mut dyn Environment) -> Result<(), ReplicaError> {
        let outcome = self.commit(finish);
        if let Err(ReplicaError::Checkpoint { .. }) = &outcome {
            // What was loaded does not add up: the next checkpoint starts over.
            self.commit(|_, db_tx| spoil(db_tx))?;
        }
        outcome?;
        self.tell(&Touched::default());
        Ok(())
    }
}

fn begin(journal: &mut Journal, tx: &Connection, signed: SignedManifest, content: &Manifest) -> Result<(), ReplicaError> {
    facts::forget_shipped(tx)?;
    bases::clear(tx)?;
    let contained = Buckets::from_wire(&content.buckets).ok_or(refused("its manifest cannot be read"))?;
    contained.store_base(tx)?;
    stand_at(journal, tx, content)?;
    journal.is_loading = true;
    let manifest = Hash::of(&signed.manifest);
    put_meta(tx, META_MANIFEST, &signed)?;
    put_meta(tx, META_LOADING, &Loading { manifest, done: 0, total: content.chunk_count, running: Hash::default(), end: None })
}

/// The chains go on from where the checkpoint stands; what we record meanwhile depends on it.
fn stand_at(journal: &mut Journal, tx: &Connection, content: &Manifest) -> Result<(), ReplicaError> {
    let mut positions: BTreeMap<Origin, (u64, Hash, u64)> =
        content.vector.iter().map(|(origin, seq, tip, lamport)| (*origin, (*seq, *tip, *lamport))).collect();
    let ours = journal.origin();
    let known: Vec<(Origin, Chain)> = journal.chains.iter().map(|(origin, chain)| (*origin, *chain)).collect();
    for (origin, chain) in known {
        if origin == ours {
            positions.remove(&origin);
        } else if !positions.contains_key(&origin) {
            journal.chains.place_at(tx, origin, Chain { seq: 0, tip: Hash::default(), lamport: 0, floor: 0, ..chain })?;
        }
    }
    for (origin, (seq, tip, lamport)) in positions {
        let chain = journal.chains.ensure(tx, origin)?;
        journal.chains.place_at(tx, origin, Chain { seq, tip, lamport, floor: seq, ..chain })?;
    }
    Ok(())
}

fn load(journal: &mut Journal, tx: &Connection, index: u64, bytes: &[u8]) -> Result<Touched, ReplicaError> {
    let mut loading: Loading = meta(tx, META_LOADING)?.ok_or(refused("none was begun"))?;
    if index != loading.done || loading.end.is_some() {
        return Err(refused("its parts came out of order"));
    }
    let chunk: Chunk = cbor::from_slice(bytes).map_err(|_| refused("a part of it cannot be read"))?;
    let mut touched = Touched::default();
    match chunk {
        Chunk::Devices { certificates, revocations } => load_devices(journal, tx, &certificates, &revocations)?,
        Chunk::Documents(documents) => load_documents(tx, &documents, &mut touched)?,
        Chunk::Knowledge(authors) => load_knowledge(journal, tx, authors)?,
        Chunk::Bases(chunk) => bases::import(tx, &chunk)?,
        Chunk::Facts(facts) => load_facts(journal, tx, &facts)?,
        Chunk::End { not_brought, chunks, signature } => {
            check_end(journal, tx, &loading, &not_brought, chunks, &signature)?;
            loading.end = Some(not_brought);
        }
    }
    loading.running = extend(loading.running, bytes);
    loading.done += 1;
    put_meta(tx, META_LOADING, &loading)?;
    Ok(touched)
}

fn load_devices(
    journal: &Journal,
    tx: &Connection,
    certificates: &[Certificate],
    revocations: &[(ReplicaId, u32, u64)],
) -> Result<(), ReplicaError> {
    for _ in 0..CERTIFICATE_ROUNDS {
        let mut learned = false;
        for certificate in certificates {
            learned |= identity::learn_device(tx, &journal.identity, certificate)?;
        }
        if !learned {
            break;
        }
    }
    for (replica, incarnation, last_valid) in revocations {
        tx.prepare_cached(
            "insert into revocations (replica, incarnation, last_valid) values (?1, ?2, ?3)
             on conflict do update set last_valid = max(last_valid, ?3)",
        )?
        .execute(params![replica.as_bytes(), incarnation, last_valid])?;
    }
    Ok(())
}

fn load_documents(tx: &Connection, loaded: &[StoredDocument], touched: &mut Touched) -> Result<(), ReplicaError> {
    let mut base = Buckets::load_base(tx)?;
    let mut came = Came::default();
    for document in loaded {
        base.less_document(&document.id, &document.heads);
        let kind = DocumentKind::from_code(document.kind).ok_or(refused("it has a document of a newer version"))?;
        match documents::load(tx, document.id)? {
            None => {
                documents::put_stored(tx, document)?;
                projections::document_came(tx, document, kind)?;
                came.add(&document.id, &document.heads);
            }
            Some(ours) => {
                if ours.heads != document.heads {
                    gate::merge(tx, document.id, kind, ours.doc, &document.saved)?;
                }
                projections::document_changed(tx, document.id, kind)?;
            }
        }
        touched.documents.push(document.id);
    }
    came.keep(tx)?;
    projections::catalog_changed(tx)?;
    base.store_base(tx)
}

fn load_knowledge(journal: &mut Journal, tx: &Connection, authors: Vec<(Origin, Knowledge)>) -> Result<(), ReplicaError> {
    let mut base: Vec<(Origin, Knowledge)> = meta(tx, META_BASE_KNOWLEDGE)?.unwrap_or_default();
    for (author, known) in authors {
        let number = journal.chains.ensure(tx, author)?.number;
        for (subject, seq) in &known {
            let subject = journal.chains.ensure(tx, *subject)?.number;
            journal.chains.learn(tx, number, subject, *seq)?;
        }
        base.retain(|(origin, _)| *origin != author);
        base.push((author, known));
    }
    put_meta(tx, META_BASE_KNOWLEDGE, &base)
}

fn load_facts(journal: &mut Journal, tx: &Connection, shipped: &[ShippedFact]) -> Result<(), ReplicaError> {
    let mut base = Buckets::load_base(tx)?;
    let mut knowledge: &[u8] = &[];
    for fact in shipped {
        knowledge = fact.knowledge.as_ref().map_or(knowledge, |knowledge| knowledge.as_slice());
        let told = facts::store_shipped(tx, &mut journal.chains, fact, knowledge)?;
        base.less_fact(&told.id, &fact.bytes);
        identity::fact_told(tx, &journal.identity, &told.body)?;
    }
    base.store_base(tx)
}

fn check_end(
    journal: &Journal,
    tx: &Connection,
    loading: &Loading,
    not_brought: &[WireBucket],
    chunks: Hash,
    signature: &[u8],
) -> Result<(), ReplicaError> {
    let signed: SignedManifest = meta(tx, META_MANIFEST)?.ok_or(refused("none was begun"))?;
    let issuer = identity::check_certificates(tx, &journal.identity, &signed.certificates)?;
    let message = end_message(loading.manifest, chunks, &cbor::to_vec(not_brought)?);
    if chunks != loading.running || !identity::verify_signature(&issuer.public_key, &message, signature) {
        return Err(refused("its parts are not those that were signed"));
    }
    Ok(())
}

fn finish(journal: &mut Journal, tx: &Connection) -> Result<(), ReplicaError> {
    let loading: Loading = meta(tx, META_LOADING)?.ok_or(refused("none was begun"))?;
    let end = loading.end.ok_or(refused("parts of it are missing"))?;
    let not_brought = Buckets::from_wire(&end).ok_or(refused("a part of it cannot be read"))?;
    if !Buckets::load_base(tx)?.same_sums(&not_brought) {
        return Err(refused("its contents do not add up"));
    }
    not_brought.store_base(tx)?;
    not_brought.add_to_kept(tx)?;
    projections::rebuild_facts(tx)?;
    let signed: Option<SignedManifest> = meta(tx, META_MANIFEST)?;
    put_meta(tx, META_LOADED, &signed)?;
    remove_meta(tx, META_MANIFEST)?;
    remove_meta(tx, META_LOADING)?;
    journal.is_loading = false;
    Ok(())
}

/// Marks a loading as one that no manifest continues.
fn spoil(tx: &Connection) -> Result<(), ReplicaError> {
    let Some(loading) = meta::<Loading>(tx, META_LOADING)? else { return Ok(()) };
    put_meta(tx, META_LOADING, &Loading { manifest: Hash::default(), ..loading })
}

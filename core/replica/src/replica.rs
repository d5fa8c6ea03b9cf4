//! The replica: opening, recording, admitting. (Contract: bodies follow from the owner.)



use tradepost_domain::device::{Certificate, DeviceRole};
use tradepost_domain::document::{Document, DocumentEdit};
use tradepost_domain::fact::Fact;
use tradepost_domain::id::{BatchId, DocumentId, FactId, ReplicaId, ShopId, StaffId, TillId};

use crate::entry::TransferEntry;
use crate::environment::Environment;
use crate::origin::{Hash, Origin, Vector};


/// The 32 bytes that encrypt the file.
#[derive(Clone)]
pub struct DatabaseKey(pub [u8; 32]);

/// The secret half of a device's signing key (Ed25519 seed).
#[derive(Clone)]
pub struct SigningSeed(pub [u8; 32]);

/// What a device keeps outside the database, in the keyring or key file.
#[derive(Clone)]
pub struct DeviceSecrets {
    /// Encrypts the file.
    pub database_key: DatabaseKey,
    /// Signs entries; `None`: the keyring lost it, a new one is made with a new incarnation.
    pub signing_seed: Option<SigningSeed>,
}

/// What one operation wants to record. One draft = one entry = one transaction.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// What was done: `sale.complete`.
    pub operation: String,
    /// By whom.
    pub staff: Option<StaffId>,
    /// As part of what.
    pub batch: Option<BatchId>,
    /// What happened.
    pub facts: Vec<Fact>,
    /// What was edited. At most one edit per document.
    pub edits: Vec<DocumentEdit>,
    /// Values of this machine alone, written in the same transaction (`None` removes): the open basket, the receipt counter, the print queue.
    pub local: Vec<(String, Option<Vec<u8>>)>,
}

/// What was recorded, and what a screen has to redraw.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// By which origin, at which seq.
    pub origin: Origin,
    /// Its seq.
    pub seq: u64,
    /// The hash of its header: the journal's tip. Its first 8 hex digits are the short code on a receipt.
    pub hash: Hash,
    /// What changed.
    pub touched: Touched,
}

/// What an entry changed.
#[derive(Debug, Clone, Default)]
pub struct Touched {
    /// Documents.
    pub documents: Vec<DocumentId>,
    /// Facts.
    pub facts: Vec<FactId>,
}

/// What became of a peer's entry.
#[derive(Debug, Clone)]
pub enum Admission {
    /// Applied, and with it this many entries that had waited for it.
    Applied { touched: Touched, released: usize },
    /// Seen before.
    Duplicate,
    /// Waits for entries that it depends on.
    Pending,
    /// Stored, but some sections were not applied.
    Quarantined { sections: Vec<usize>, touched: Touched },
    /// Another entry stands at its place; both are kept.
    Fork { origin: Origin, seq: u64 },
    /// An unknown entry of our own origin: this replica was copied or restored. It has taken a new incarnation.
    OwnOriginContinued { new_origin: Origin },
}

/*  CONTRACT of Replica and Reader (owners: make these real; names and meanings stay).

pub struct Founder { pub shop_name, ... }            // the root key is made with env.random; returned in Founded so that the caller keeps it in the keyring
impl Replica {
    /// A new shop on this machine: makes root key and signing key (returned, caller keeps them), first certificate, ShopId = blake3(root public key)[..16].
    pub fn found(folder: &Path, device_name: &str, role: DeviceRole, database_key: DatabaseKey, env: &mut dyn Environment) -> Result<Founded, ReplicaError>;
        // Founded { replica: Replica, signing_seed: SigningSeed, root_seed: SigningSeed }
    /// A new replica of an existing shop, with its certificate chain; empty until a checkpoint or entries arrive.
    pub fn join(folder: &Path, database_key: DatabaseKey, signing_seed: SigningSeed, membership: Membership, env) -> Result<Replica, ReplicaError>;
        // Membership { shop: ShopId, root_public_key: [u8;32], certificates: Vec<Certificate> (own one first, then issuers up to the root) }
    /// Opens: exclusive lock (second process refused), key, migrations (newer version refused), witness check -> may take a new incarnation.
    pub fn open(folder: &Path, secrets: DeviceSecrets, env) -> Result<Opened, ReplicaError>;   // Opened { replica, continuity: Continuity::{Proven, NewIncarnation{reason}}, new_signing_seed: Option<SigningSeed> }
    pub fn record(&mut self, draft: Draft, env) -> Result<Recorded, ReplicaError>;             // COMMIT has returned when this returns
    pub fn admit(&mut self, entry: &TransferEntry, env) -> Result<Admission, ReplicaError>;
    pub fn admit_batch(&mut self, entries: &[TransferEntry], env) -> Result<Vec<Admission>, ReplicaError>; // one SQLite transaction per entry semantics, but may group commits
    pub fn vector(&self) -> Result<Vector>; pub fn origin(&self) -> Origin; pub fn shop(&self) -> ShopId; pub fn replica_id(&self) -> ReplicaId;
    pub fn entries_after(&self, theirs: &Vector, entries_max: usize, bytes_max: usize) -> Result<Vec<TransferEntry>>;  // causal order
    pub fn header_hash_at(&self, origin, seq) -> Result<Option<Hash>>;
    pub fn sign(&self, message: &[u8]) -> [u8;64]; pub fn certificates(&self) -> Result<Vec<Certificate>> (own chain); pub fn root_public_key(&self)->[u8;32];
    pub fn certify(&self, request: CertificateBody...) -> Result<Certificate>;   // by this device (role BackOffice/Server), the DeviceCertified fact is recorded by operations
    pub fn local(&self, key: &str) -> Result<Option<Vec<u8>>>; pub fn put_local(&mut self, key, value: Option<&[u8]>) -> Result<()>;  // durable, outside the journal
    pub fn digest(&self) -> Result<Digest>; pub fn digest_buckets(&self) -> Result<[Hash; 256]>;
    pub fn verify(&self, progress) -> Result<VerifyReport>;      // signatures, chains, bodies against hashes, postings against balances, projections against a rebuild in a temporary file
    pub fn rebuild(&mut self, progress) -> Result<RebuildReport>;
    pub fn write_witness(&mut self) -> Result<()>;               // the driver calls it at most a second after a recording; never on a sale's path
    pub fn new_incarnation(&mut self, reason, env) -> Result<Origin>;  // and adoption of the dead branch's entries (re-recorded with the same fact ids)
    pub fn backup(&self, file: &Path) -> Result<()>;             // without identity;   pub fn restore(file, folder, ...) 
    pub fn checkpoint(&self) -> Result<CheckpointSource>         // consistent cut: manifest + chunks, streamed while writes go on
    pub fn load_checkpoint_...                                   // manifest, then chunks in any number of transactions; progress; can sell meanwhile
    pub fn reader(&self) -> Result<Reader>;                      // a connection of its own (Send), read only
    pub fn on_commit(&mut self, hook: Box<dyn Fn(&Touched) + Send + Sync>);   // called after COMMIT of own and admitted entries
    pub fn quarantine / pending_count / fork_count / conflicts for status
}
impl Reader {   // all Result<_, ReplicaError>
    shop() -> ShopSettings; tax_table() -> TaxTable; shipping_table(); locations(); tills(); staff(); till(TillId); location(LocationId)
    document::<D: Document>(DocumentId) -> Option<D>; fields(DocumentId) -> Option<(DocumentKind, Fields)>
    product(ProductId) -> Option<Product>; product_by_handle(&str) -> Option<Product>; products(&ProductFilter, after: Option<&Cursor>, limit) -> Page<ProductRow>; product_count(&ProductFilter) -> u64
    product_at(&ProductFilter, offset, limit) -> Vec<ProductRow> (virtual table windows; bounded cost is allowed to grow with offset only through an index)
    variant(VariantId) -> Option<VariantRow>; variants_by_code(&str) -> Vec<VariantRow> (barcode incl. UPC-A/EAN-13 equivalence, else SKU; exact); search_variants(&str, limit) -> Vec<VariantRow> (type-ahead: prefixes of words, part of SKU/barcode; p99 < 15 ms at 100,000)
    variants_of(ProductId) -> Vec<VariantRow>; vendors() / product_types() / tags() -> Vec<(String, u64)>; collections() -> Vec<(Collection, u64)>; collection_by_handle
    quick_keys(limit) -> Vec<VariantRow> (best sellers of late)
    stock(VariantId) -> Vec<StockRow>; stock_list(location: Option, search, offset, limit) -> Vec<StockRow>; stock_movements(VariantId, limit)
    sale(SaleId) -> Option<Sale>; sales_by_receipt(&ReceiptNumber) -> Vec<Sale>; sales(filter: SaleFilter{from,to,session,till,search}, limit, offset) -> Vec<SaleRow>; refunds_of(SaleId) -> Vec<Refund>; refund(RefundId)
    order(OrderId) -> Option<(OrderPlaced, OrderState)>; order_by_number; orders(OrderFilter{status, search}, limit, offset) -> Vec<OrderRow>; order_facts(OrderId) -> Vec<Fact> for the timeline
    open_session(TillId) -> Option<TillSessionRow>; session(TillSessionId); sessions(limit, offset); z_report(TillSessionId) -> Option<TillSessionClosed>; last_z_number(TillId) -> u64
    customers(search, limit, offset); parked_baskets() -> Vec<ParkedBasket>; conflicts(limit) -> Vec<ConflictRow>
    sales_by_day(from, to) -> Vec<SalesTotals>; taxes(from, to) -> Vec<TaxTotals>; tenders(from,to); sales_by_hour(day) -> Vec<(u8, Money)>; top_products(from,to,limit)
    devices() -> Vec<DeviceRow{certificate body, last entry's corrected time, revoked}>; generation() -> u64 (changes with every commit)
    journal(limit, before) -> Vec<JournalRow{origin, seq, hash, at, staff, operation, summary}> for the "while you were away" report and audit screens
}
*/

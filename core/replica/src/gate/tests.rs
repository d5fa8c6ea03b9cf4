//! The poison corpus: changes that a peer could send, and what becomes of each.

use automerge::legacy::{ElementId, Key, MarkData, ObjectId, Op, OpId, OpType, SortedVec};
use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, Change, ExpandedChange, ObjType, ROOT, ScalarValue};
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use tradepost_domain::document::{DocumentEdit, DocumentKind, FieldChange, Scalar};
use tradepost_domain::id::{DocumentId, ReplicaId, ShopId};
use tradepost_domain::time::Timestamp;

use super::*;
use crate::documents::{EditedBy, Engine};
use crate::entry::FORMAT;
use crate::environment::ClockReading;
use crate::origin::{Hash, Origin};

const DOCUMENT: DocumentId = DocumentId::from_bytes([5; 16]);

fn origin(number: u8) -> Origin {
    Origin { replica: ReplicaId::from_bytes([number; 16]), incarnation: 1 }
}

fn header(origin: Origin) -> EntryHeader {
    EntryHeader {
        format: FORMAT,
        shop: ShopId::from_bytes([0; 16]),
        origin,
        seq: 1,
        previous: Hash::default(),
        depends_on: Vec::new(),
        lamport: 1,
        clock: ClockReading { wall_ms: 1000, ..ClockReading::default() },
        staff: None,
        operation: "product.edit".into(),
        batch: None,
        app_version: "0".into(),
        min_reader_version: FORMAT,
        sections: Vec::new(),
    }
}

fn by() -> EditedBy {
    EditedBy { staff: None, at: Timestamp::from_unix_ms(1000) }
}

fn edit(changes: &[(&str, Scalar)]) -> DocumentEdit {
    let changes = changes.iter().map(|(path, value)| FieldChange { path: (*path).into(), value: Some(value.clone()) }).collect();
    DocumentEdit { id: DOCUMENT, kind: DocumentKind::Product, changes }
}

fn text(value: &str) -> Scalar {
    Scalar::Text(value.into())
}

fn database() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    crate::store::migrate(&mut connection).unwrap();
    connection
}

/// A document that the victim holds: made by origin 1, edited by origin 2. Both replicas hold the same.
struct Scene {
    victim: Connection,
    author: Connection,
}

fn scene() -> Scene {
    let (victim, author) = (database(), database());
    let first = edit(&[("title", text("Tea")), ("price", Scalar::Int(5)), ("tags/green", Scalar::Bool(true))]);
    let made = Engine.edit(&victim, &origin(1), &by(), &first).unwrap();
    assert_eq!(send(&author, &made, origin(1)), Ok(()));
    let changed =
        Engine.edit(&author, &origin(2), &by(), &edit(&[("title", text("Green tea")), ("vendor", text("Hill"))])).unwrap();
    assert_eq!(send(&victim, &changed, origin(2)), Ok(()));
    Scene { victim, author }
}

fn send(to: &Connection, change: &[u8], from: Origin) -> Result<(), Refusal> {
    let section = ChangeSection { document: DOCUMENT, kind: DocumentKind::Product.code(), change: change.to_vec() };
    admit(to, &section, DocumentKind::Product, &header(from)).unwrap()
}

fn stored(connection: &Connection) -> Automerge {
    documents::load(connection, DOCUMENT).unwrap().unwrap().doc
}

fn state(connection: &Connection) -> (Vec<u8>, Vec<u8>) {
    connection
        .query_row("select heads, saved from documents where id = ?", [DOCUMENT.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
}

impl Scene {
    /// A good next change of origin 2.
    fn good(&self) -> Vec<u8> {
        self.author.execute_batch("savepoint good").unwrap();
        let good =
            Engine.edit(&self.author, &origin(2), &by(), &edit(&[("title", text("Black tea")), ("note", text("new"))])).unwrap();
        self.author.execute_batch("rollback to good; release good").unwrap();
        good
    }

    /// A good next change of origin 2, taken apart.
    fn expanded(&self) -> ExpandedChange {
        Change::from_bytes(self.good()).unwrap().decode()
    }

    /// The change is refused and the document is as before.
    #[track_caller]
    fn refuses(&self, change: &[u8], expected: Refusal) {
        let before = state(&self.victim);
        assert_eq!(send(&self.victim, change, origin(2)), Err(expected));
        assert_eq!(state(&self.victim), before);
    }

    #[track_caller]
    fn refuses_changed(&self, expected: Refusal, poison: impl FnOnce(&mut ExpandedChange)) {
        let mut change = self.expanded();
        poison(&mut change);
        change.hash = None;
        self.refuses(Change::from(change).raw_bytes(), expected);
    }

    #[track_caller]
    fn refuses_operation(&self, expected: Refusal, poison: impl FnOnce(&mut Op)) {
        self.refuses_changed(expected, |change| poison(&mut change.operations[0]));
    }
}

fn leb128(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}

/// A chunk of this type around `data`, with its checksum right.
fn chunk(kind: u8, data: &[u8]) -> Vec<u8> {
    let tail = [vec![kind], leb128(data.len() as u64), data.to_vec()].concat();
    let checksum = Sha256::digest(&tail);
    [&[0x85, 0x6f, 0x4a, 0x83], &checksum[..4], &tail].concat()
}

fn data_of(chunk: &[u8]) -> Vec<u8> {
    let mut at = 9;
    while chunk[at] & 0x80 != 0 {
        at += 1;
    }
    chunk[at + 1..].to_vec()
}

#[test]
fn a_good_change_is_admitted() {
    let scene = scene();
    let good = scene.good();
    assert_eq!(chunk(1, &data_of(&good)), good);
    assert_eq!(send(&scene.victim, &good, origin(2)), Ok(()));
    assert_eq!(hash_of(&good).unwrap().to_vec(), state(&scene.victim).0);
    // A second time it is out of its author's order, and harmless.
    scene.refuses(&good, Refusal::Seq);
}

#[test]
fn concurrent_changes_of_one_field_are_admitted_on_both_sides() {
    let scene = scene();
    let here = Engine.edit(&scene.victim, &origin(1), &by(), &edit(&[("title", text("White tea"))])).unwrap();
    let there = Engine.edit(&scene.author, &origin(2), &by(), &edit(&[("title", text("Black tea"))])).unwrap();
    assert_eq!(send(&scene.victim, &there, origin(2)), Ok(()));
    assert_eq!(send(&scene.author, &here, origin(1)), Ok(()));
    assert_eq!(state(&scene.victim).0, state(&scene.author).0);
    let settled = Engine.edit(&scene.victim, &origin(1), &by(), &edit(&[("title", text("Tea"))])).unwrap();
    assert_eq!(send(&scene.author, &settled, origin(1)), Ok(()));
}

#[test]
fn chunks_that_are_no_raw_change_are_refused() {
    let scene = scene();
    let good = scene.good();
    let data = data_of(&good);
    let document = stored(&scene.victim).save();
    scene.refuses(&document, Refusal::Chunk);
    for kind in [0, 2, 3, 4, 255] {
        scene.refuses(&chunk(kind, &data), Refusal::Chunk);
    }
    scene.refuses(&[good.clone(), vec![0]].concat(), Refusal::Chunk);
    scene.refuses(&[good.clone(), good.clone()].concat(), Refusal::Chunk);
    scene.refuses(&chunk(1, &[data.clone(), vec![0]].concat()), Refusal::Chunk);
    scene.refuses(&[], Refusal::Chunk);
    scene.refuses(&vec![0x85; 2_000_000], Refusal::Chunk);
    for length in 0..good.len() {
        scene.refuses(&good[..length], Refusal::Chunk);
    }
    let mut wrong_checksum = good.clone();
    wrong_checksum[4] ^= 1;
    scene.refuses(&wrong_checksum, Refusal::Bytes);
    // A deflate bomb: 2^20 zeros in a compressed chunk.
    let bomb = zstd::bulk::compress(&vec![0; 1 << 20], 1).unwrap();
    scene.refuses(&chunk(2, &bomb), Refusal::Chunk);
}

#[test]
fn runs_that_stand_for_too_much_are_refused_before_the_engine_walks_them() {
    let scene = scene();
    let good = scene.good();
    let data = data_of(&good);
    // The columns' directory stands before the columns; the action column (0x42) of this change is one run of two puts.
    let at = data.windows(2).rposition(|pair| pair == [0x02, 0x01]).unwrap();
    for count in [1u64 << 20, 1 << 40, (1 << 62) - 1] {
        let mut longer = data[..at].to_vec();
        let mut run = leb128(count);
        if run.last().unwrap() & 0x40 != 0 {
            let last = run.len() - 1;
            run[last] |= 0x80;
            run.push(0);
        }
        longer.extend(&run);
        longer.extend(&data[at + 1..]);
        let spec = longer.windows(2).position(|pair| pair == [0x42, 0x02]).unwrap();
        longer[spec + 1] = (1 + run.len()) as u8;
        scene.refuses(&chunk(1, &longer), Refusal::Chunk);
    }
}

#[test]
fn a_change_of_another_author_person_or_time_is_refused() {
    let scene = scene();
    scene.refuses_changed(Refusal::Author, |change| change.actor_id = origin(3).actor());
    scene.refuses_changed(Refusal::Chunk, |change| change.actor_id = ActorId::from([7u8; 32]));
    scene.refuses_changed(Refusal::Author, |change| change.message = Some("somebody".into()));
    scene.refuses_changed(Refusal::Author, |change| change.time += 1);
    scene.refuses_changed(Refusal::Chunk, |change| change.extra_bytes = vec![1, 2, 3]);
}

#[test]
fn a_change_out_of_order_is_refused() {
    let scene = scene();
    for seq in [0, 1, 3, u64::from(u32::MAX), u64::MAX] {
        scene.refuses_changed(Refusal::Seq, |change| change.seq = seq);
    }
    for start in [1, 2, 100, u64::from(u32::MAX)] {
        scene.refuses_changed(Refusal::StartOp, |change| change.start_op = start.try_into().unwrap());
    }
    scene.refuses_changed(Refusal::Chunk, |change| change.start_op = u64::MAX.try_into().unwrap());
    scene.refuses_changed(Refusal::Dependencies, |change| change.deps = vec![ChangeHash([9; 32])]);
    scene.refuses_changed(Refusal::Dependencies, |change| change.deps.push(ChangeHash([9; 32])));
    scene.refuses_changed(Refusal::Chunk, |change| {
        change.deps = (0..10_000u32).map(|number| ChangeHash(*blake3::hash(&number.to_le_bytes()).as_bytes())).collect()
    });
    // It forgets its own author's change before it.
    scene.refuses_changed(Refusal::Seq, |change| change.deps = Vec::new());
}

#[test]
fn operations_that_do_more_than_set_fields_are_refused() {
    let scene = scene();
    let id = OpId::new(1, &origin(2).actor());
    scene.refuses_operation(Refusal::Operations, |op| op.action = OpType::Make(ObjType::Map));
    scene.refuses_operation(Refusal::Operations, |op| op.action = OpType::Make(ObjType::List));
    scene.refuses_operation(Refusal::Operations, |op| op.action = OpType::Make(ObjType::Text));
    scene.refuses_operation(Refusal::Operations, |op| op.action = OpType::Delete);
    scene.refuses_operation(Refusal::Operations, |op| op.action = OpType::Increment(1));
    for value in [
        ScalarValue::F64(f64::NAN),
        ScalarValue::Bytes(vec![1]),
        ScalarValue::Uint(1),
        ScalarValue::counter(1),
        ScalarValue::Timestamp(1),
    ] {
        scene.refuses_operation(Refusal::Operations, |op| op.action = OpType::Put(value));
    }
    scene.refuses_operation(Refusal::Operations, |op| {
        op.action = OpType::Put(ScalarValue::Str("x".repeat(TEXT_BYTES_MAX + 1).into()))
    });
    scene.refuses_operation(Refusal::Operations, |op| op.key = Key::Map("p".repeat(PATH_BYTES_MAX + 1).into()));
    // Columns for objects, lists and marks are not read at all.
    scene.refuses_operation(Refusal::Chunk, |op| op.obj = ObjectId::Id(id.clone()));
    scene.refuses_operation(Refusal::Chunk, |op| op.key = Key::Seq(ElementId::Head));
    scene.refuses_operation(Refusal::Chunk, |op| op.key = Key::Seq(ElementId::Id(id.clone())));
    scene.refuses_operation(Refusal::Operations, |op| op.insert = true);
    let mark = MarkData { name: "bold".into(), value: ScalarValue::Boolean(true), expand: true };
    scene.refuses_operation(Refusal::Chunk, |op| op.action = OpType::MarkBegin(mark));
    scene.refuses_operation(Refusal::Operations, |op| op.action = OpType::MarkEnd(true));
    scene.refuses_changed(Refusal::Operations, |change| {
        let again = change.operations[0].clone();
        change.operations.push(again);
    });
    scene.refuses_changed(Refusal::Operations, |change| change.operations.clear());
}

#[test]
fn predecessors_that_were_not_there_are_refused() {
    let scene = scene();
    scene.refuses_operation(Refusal::Predecessors, |op| op.pred = SortedVec::new());
    scene.refuses_operation(Refusal::Predecessors, |op| op.pred = SortedVec::from(vec![OpId::new(99, &origin(2).actor())]));
    scene.refuses_operation(Refusal::Predecessors, |op| op.pred = SortedVec::from(vec![OpId::new(1, &ActorId::from([8u8; 16]))]));
    scene.refuses_operation(Refusal::Predecessors, |op| {
        let twice: Vec<OpId> = op.pred.iter().chain(op.pred.iter()).cloned().collect();
        op.pred = SortedVec::from(twice);
    });
    scene.refuses_changed(Refusal::Chunk, |change| {
        let actors = (0..10_000u32).map(|number| {
            let hash = blake3::hash(&number.to_le_bytes());
            OpId::new(1, &ActorId::from(&hash.as_bytes()[..16]))
        });
        change.operations[0].pred = actors.collect();
    });
}

#[test]
fn a_nested_document_of_another_program_is_refused() {
    let scene = scene();
    let mut doc = Automerge::new().with_actor(origin(2).actor());
    doc.transact_with::<_, _, automerge::AutomergeError, _>(
        |_| CommitOptions::default().with_time(1000),
        |tx| {
            let mut object = tx.put_object(ROOT, "a", ObjType::Map)?;
            for _ in 0..50 {
                object = tx.put_object(&object, "a", ObjType::Map)?;
            }
            Ok(())
        },
    )
    .unwrap();
    let change = doc.get_last_local_change().unwrap();
    scene.refuses(change.raw_bytes(), Refusal::Chunk);
}

/// Every bit of a good change is flipped, with the checksum put right: the process lives, nothing half-read is stored, and what is
/// admitted can be loaded and edited.
#[test]
fn no_bit_flip_with_a_repaired_checksum_harms_a_document() {
    let scene = scene();
    let data = data_of(&scene.good());
    let before = state(&scene.victim);
    let mut admitted = 0;
    for position in 0..data.len() * 8 {
        let mut flipped = data.clone();
        flipped[position / 8] ^= 1 << (position % 8);
        scene.victim.execute_batch("savepoint flip").unwrap();
        match send(&scene.victim, &chunk(1, &flipped), origin(2)) {
            Err(_) => assert_eq!(state(&scene.victim), before),
            Ok(()) => {
                admitted += 1;
                stored(&scene.victim);
                Engine.edit(&scene.victim, &origin(1), &by(), &edit(&[("title", text("After"))])).unwrap();
            }
        }
        scene.victim.execute_batch("rollback to flip; release flip").unwrap();
    }
    // Flips within texts are other texts: those are changes that the author could have made.
    assert!(admitted > 0 && admitted < data.len() * 2, "{admitted} of {}", data.len() * 8);
}

/// Random data behind a right checksum, from a seed.
#[test]
fn no_random_chunk_is_admitted() {
    let scene = scene();
    let mut stream = blake3::Hasher::new().update(b"random chunks").finalize_xof();
    let data = data_of(&scene.good());
    for _ in 0..3000 {
        let mut random = [0u8; 6];
        stream.fill(&mut random);
        let mut mixed = data.clone();
        for pair in random.chunks_exact(2) {
            let at = usize::from(pair[0]) % mixed.len();
            mixed[at] = pair[1];
        }
        let length = mixed.len() - usize::from(random[5] % 3);
        scene.victim.execute_batch("savepoint mix").unwrap();
        if send(&scene.victim, &chunk(1, &mixed[..length]), origin(2)).is_ok() {
            stored(&scene.victim);
        }
        scene.victim.execute_batch("rollback to mix; release mix").unwrap();
    }
}

#[test]
fn removing_changes_takes_what_was_built_on_them_too() {
    let scene = scene();
    let good = scene.good();
    assert_eq!(send(&scene.victim, &good, origin(2)), Ok(()));
    let gone = std::iter::once(hash_of(&good).unwrap()).collect();
    let after = Engine.edit(&scene.victim, &origin(1), &by(), &edit(&[("vendor", text("Built on it"))])).unwrap();
    assert!(hash_of(&after).is_some());
    remove_changes(&scene.victim, DOCUMENT, DocumentKind::Product, &gone).unwrap();
    let (_, fields) = documents::fields(&scene.victim, DOCUMENT).unwrap().unwrap();
    assert_eq!(fields.text("title"), "Green tea");
    assert_eq!(fields.text("vendor"), "Hill");
    assert_eq!(effect_of(&good).unwrap().len(), 2);
}

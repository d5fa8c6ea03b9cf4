//! The power goes: the file and its write-ahead log as a disk may hold them then. Whatever was answered is there, and no part of anything
//! else.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;
mod world;

use std::path::Path;

use common::{Device, edit};
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::FactId;
use tradepost_replica::{Continuity, Draft, Replica};
use world::{Act, World};

/// The log's header, and what stands before each page in it (the SQLite file format, section 4).
const LOG_HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
const SALES: u64 = 6;
/// Facts of each.
const FACTS: u64 = 2;

/// What stood on the disk when an entry was answered: the log's length then, and the entry's seq.
struct Answered {
    log_bytes: usize,
    seq: u64,
}

/// A till that sells, and the disk as it is in the middle of its day.
struct Disk {
    world: World,
    file: Vec<u8>,
    log: Vec<u8>,
    witness: Vec<u8>,
    /// Facts that were here before the first sale.
    facts_before: u64,
    answered: Vec<Answered>,
}

/// Half of the sales are recorded ahead of what follows from them, and applied afterwards; the others are recorded whole, with an edit.
fn disk() -> Disk {
    let mut world = World::new();
    // Opens the session.
    world.act(&Act::Sell { till: 0, variant: 1, quantity: 1 });
    let till = &mut world.tills[0];
    till.get_mut().checkpoint_wal().unwrap();
    till.get_mut().write_witness().unwrap();
    let log = till.folder.join("shop.db-wal");
    let mut answered = Vec::new();
    for number in 0..SALES {
        let mut facts = Vec::new();
        for _ in 0..FACTS {
            let sale = world.sale(0, 1, 1);
            facts.push(Fact { id: FactId::from_bytes(*sale.id.as_bytes()), body: FactBody::SaleCompleted(Box::new(sale)) });
        }
        let is_ahead = number % 2 == 0;
        let edits = if is_ahead { Vec::new() } else { vec![edit(9, "title", &format!("Tea {number}"))] };
        let local = vec![("basket".into(), None), ("receipt".into(), Some(number.to_be_bytes().to_vec()))];
        let draft = Draft { operation: "sale.complete".into(), facts, edits, local, ..Draft::default() };
        let Device { replica: Some(replica), env, .. } = &mut world.tills[0] else { unreachable!("the till is open") };
        let seq = replica.record_ahead(draft, env).unwrap().seq;
        answered.push(Answered { log_bytes: written(&std::fs::read(&log).unwrap()), seq });
        replica.apply_ahead().unwrap();
        assert_eq!(written(&std::fs::read(&log).unwrap()) > answered[answered.len() - 1].log_bytes, is_ahead);
    }
    let till = &world.tills[0];
    let read = |name: &str| std::fs::read(till.folder.join(name)).unwrap();
    let (file, mut log, witness) = (read("shop.db"), read("shop.db-wal"), read("witness"));
    log.truncate(written(&log));
    let facts_before = world.tills[0].get_mut().digest().unwrap().fact_count - SALES * FACTS;
    Disk { file, log, witness, facts_before, answered, world }
}

/// How far a log is written: behind it stand frames of an earlier round, told apart by the header's salt.
fn written(log: &[u8]) -> usize {
    let frame = frame_bytes(log);
    let is_current = |start: &usize| log.get(start + 8..start + 16) == log.get(16..24);
    (LOG_HEADER_BYTES..).step_by(frame).find(|start| !is_current(start)).unwrap()
}

fn frame_bytes(log: &[u8]) -> usize {
    FRAME_HEADER_BYTES + usize::try_from(u32::from_be_bytes(log[8..12].try_into().unwrap())).unwrap()
}

impl Disk {
    /// Starts the program on a disk with this log: the last seq it has, if all of it is sound.
    fn start_with(&self, log: &[u8]) -> u64 {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
        write("shop.db", &self.file);
        write("shop.db-wal", log);
        write("witness", &self.witness);
        self.open(folder.path())
    }

    fn open(&self, folder: &Path) -> u64 {
        let till = &self.world.tills[0];
        let mut opened = Replica::open(folder, till.secrets(), &mut till.env.clone()).unwrap();
        assert_eq!(opened.continuity, Continuity::Proven);
        let report = opened.replica.verify(&mut |_, _| {}).unwrap();
        assert!(report.is_sound(), "{report:?}");
        let seq = opened.replica.vector().unwrap().seq(&opened.replica.origin());
        let facts = opened.replica.digest().unwrap().fact_count;
        let receipt = opened.replica.local("receipt").unwrap().map(|bytes| u64::from_be_bytes(bytes.try_into().unwrap()) + 1);
        assert_eq!(facts - receipt.unwrap_or(0) * FACTS, self.facts_before, "an entry's facts, edits and local values are one");
        seq
    }

    /// The seq that must be here when this much of the log is.
    fn answered_within(&self, log_bytes: usize) -> u64 {
        let before = self.answered[0].seq - 1;
        self.answered.iter().filter(|entry| entry.log_bytes <= log_bytes).map(|entry| entry.seq).max().unwrap_or(before)
    }
}

#[test]
fn a_log_cut_at_any_frame_or_in_the_middle_of_one_holds_what_was_answered() {
    let disk = disk();
    let frame = frame_bytes(&disk.log);
    let boundaries = (LOG_HEADER_BYTES..=disk.log.len()).step_by(frame);
    let mut seen = std::collections::BTreeSet::new();
    for (number, boundary) in boundaries.enumerate() {
        // At the boundary, and somewhere in the frame after it: another place each time.
        for cut in [boundary, boundary + 1 + number * 677 % (frame - 1)] {
            let cut = cut.min(disk.log.len());
            let seq = disk.start_with(&disk.log[..cut]);
            assert_eq!(seq, disk.answered_within(cut), "cut at {cut} of {}", disk.log.len());
            seen.insert(seq);
        }
    }
    assert_eq!(seen.len() as u64, SALES + 1, "every entry was once there and once not");
}

#[test]
fn a_log_whose_last_frames_hold_something_else_holds_what_was_answered_before() {
    let disk = disk();
    let frame = frame_bytes(&disk.log);
    let last = disk.answered.len() - 1;
    let committed = disk.answered[last - 1].log_bytes;
    // Some page of the last entry never reached the disk: another one, or none, stands in its place.
    for torn in (committed..disk.log.len()).step_by(frame) {
        for filling in [0x00, 0xff, 0x5a] {
            let mut log = disk.log.clone();
            log[torn + FRAME_HEADER_BYTES..torn + frame].fill(filling);
            assert_eq!(disk.start_with(&log), disk.answered[last - 1].seq, "torn at {torn}");
        }
    }
}

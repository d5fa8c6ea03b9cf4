//! The power goes: the file and its write-ahead log as a disk may hold them then. Whatever was answered is there, and no part of anything
//! else.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;
mod world;

use std::path::Path;

use common::{Device, edit};
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::FactId;
use tradepost_replica::{Continuity, Draft, Origin, Replica};
use world::{Act, World};

/// The log's header, and what stands before each page in it (the SQLite file format, section 4).
const LOG_HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
const SALES: u64 = 6;
/// Facts of each.
const FACTS: u64 = 2;

/// What stood on the disk when an entry was answered or confirmed: the log's length then, and the entry's seq.
struct Answered {
    log_bytes: usize,
    seq: u64,
}

/// A till that sells or hears of sales, and the disk as it is in the middle of its day.
struct Disk {
    world: World,
    till: usize,
    /// Who sold.
    seller: Origin,
    file: Vec<u8>,
    log: Vec<u8>,
    witness: Vec<u8>,
    /// Facts that were here before the first sale.
    facts_before: u64,
    answered: Vec<Answered>,
}

/// A shop in which a till is open, and the log of `watched` is folded.
fn open_shop(watched: usize) -> World {
    let mut world = World::new();
    // Opens the session.
    world.act(&Act::Sell { till: 0, variant: 1, quantity: 1 });
    world.meet();
    let till = &mut world.tills[watched];
    till.get_mut().checkpoint_wal().unwrap();
    till.get_mut().write_witness().unwrap();
    world
}

/// The facts of one entry.
fn sales(world: &mut World) -> Vec<Fact> {
    let mut fact = || {
        let sale = world.sale(0, 1, 1);
        Fact { id: FactId::from_bytes(*sale.id.as_bytes()), body: FactBody::SaleCompleted(Box::new(sale)) }
    };
    (0..FACTS).map(|_| fact()).collect()
}

/// The disk of the till that sells. Half of the sales are recorded ahead of what follows from them, and applied afterwards; the others
/// are recorded whole, with an edit.
fn disk_of_the_seller() -> Disk {
    let mut world = open_shop(0);
    let log = world.tills[0].folder.join("shop.db-wal");
    let mut answered = Vec::new();
    for number in 0..SALES {
        let facts = sales(&mut world);
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
    Disk::image(world, 0, answered)
}

/// The disk of a till that hears of the sales, one by one. It applies half of them before it hears of the next one.
fn disk_of_a_peer() -> Disk {
    let mut world = open_shop(1);
    let log = world.tills[1].folder.join("shop.db-wal");
    let mut answered = Vec::new();
    for number in 0..SALES {
        let facts = sales(&mut world);
        let [seller, peer, ..] = &mut world.tills[..] else { unreachable!("there are three tills") };
        let seq = seller.record(Draft { operation: "sale.complete".into(), facts, ..Draft::default() }).seq;
        let entries = peer.missing(seller);
        assert_eq!(entries.len(), 1);
        peer.admit_ahead(&entries[0]);
        assert!(peer.get().is_ahead());
        answered.push(Answered { log_bytes: written(&std::fs::read(&log).unwrap()), seq });
        if number % 2 == 0 {
            peer.get_mut().apply_ahead().unwrap();
        }
    }
    Disk::image(world, 1, answered)
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
    fn image(mut world: World, till: usize, answered: Vec<Answered>) -> Self {
        let seller = world.tills[0].get().origin();
        let folder = world.tills[till].folder.clone();
        let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
        let (file, mut log, witness) = (read("shop.db"), read("shop.db-wal"), read("witness"));
        log.truncate(written(&log));
        let facts_before = world.tills[till].get_mut().digest().unwrap().fact_count - SALES * FACTS;
        Self { world, till, seller, file, log, witness, facts_before, answered }
    }

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
        let till = &self.world.tills[self.till];
        let mut opened = Replica::open(folder, till.secrets(), &mut till.env.clone()).unwrap();
        assert_eq!(opened.continuity, Continuity::Proven);
        let report = opened.replica.verify(&mut |_, _| {}).unwrap();
        assert!(report.is_sound(), "{report:?}");
        let seq = opened.replica.vector().unwrap().seq(&self.seller);
        let (facts, sales) = (opened.replica.digest().unwrap().fact_count, seq + 1 - self.answered[0].seq);
        assert_eq!(facts, self.facts_before + sales * FACTS, "an entry and its facts are one");
        if self.till == 0 {
            let receipt = opened.replica.local("receipt").unwrap().map(|bytes| u64::from_be_bytes(bytes.try_into().unwrap()) + 1);
            assert_eq!(receipt.unwrap_or(0), sales, "and its local values");
        }
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
    cut_everywhere(&disk_of_the_seller());
}

#[test]
fn a_log_cut_anywhere_holds_what_was_confirmed_to_a_peer() {
    cut_everywhere(&disk_of_a_peer());
}

fn cut_everywhere(disk: &Disk) {
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
    let disk = disk_of_the_seller();
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

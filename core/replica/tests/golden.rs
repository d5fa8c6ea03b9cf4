//! The encoding is pinned: what was written once must read and hash the same for ever. A golden file is never edited; a new format gets
//! a new one. `UPDATE_GOLDEN=1` writes files that are not there yet.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::disallowed_methods, reason = "tests")]

mod common;

use std::path::Path;

use common::{Shop, assert_in_step};
use tradepost_domain::id::{BatchId, ReplicaId, ShopId, StaffId};
use tradepost_replica::{ClockReading, EntryHeader, Hash, Origin, Position, ReplicaError, SectionHeader, SectionKind};

fn check(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if !path.exists() && std::env::var("UPDATE_GOLDEN").is_ok() {
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{name} is written differently than before");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn header() -> EntryHeader {
    let origin = |number: u8| Origin { replica: ReplicaId::from_bytes([number; 16]), incarnation: u32::from(number) };
    let position = |seq: u64| Position { seq, tip: Hash::of(&seq.to_be_bytes()) };
    EntryHeader {
        format: 1,
        shop: ShopId::from_bytes([0xaa; 16]),
        origin: origin(2),
        seq: 300,
        previous: Hash::of(b"previous"),
        depends_on: vec![(origin(1), position(7)), (origin(3), position(70_000))],
        lamport: 1_000_000,
        clock: ClockReading { wall_ms: 1_795_300_000_123, boot_id: u64::MAX, monotonic_ms: 5, server_offset_ms: Some(-40) },
        staff: Some(StaffId::from_bytes([0xbb; 16])),
        operation: "sale.complete".into(),
        batch: Some(BatchId::from_bytes([0xcc; 16])),
        app_version: "0.1.0".into(),
        min_reader_version: 1,
        sections: vec![
            SectionHeader { scope: "sale_completed".into(), kind: SectionKind::Fact, length: 2345, hash: Hash::of(b"fact") },
            SectionHeader { scope: "product".into(), kind: SectionKind::DocumentChange, length: 1, hash: Hash::of(b"change") },
            SectionHeader { scope: "image".into(), kind: SectionKind::Blob, length: 0, hash: Hash::of(b"blob") },
            SectionHeader { scope: "customer".into(), kind: SectionKind::Personal, length: 9, hash: Hash::of(b"personal") },
        ],
    }
}

#[test]
fn a_header_is_written_as_it_was_in_the_first_release() {
    let full = header();
    let empty = EntryHeader {
        depends_on: Vec::new(),
        staff: None,
        batch: None,
        sections: Vec::new(),
        clock: ClockReading::default(),
        ..header()
    };
    for (name, header) in [("header_full.hex", full), ("header_empty.hex", empty)] {
        let bytes = header.encode().unwrap();
        assert_eq!(EntryHeader::decode(&bytes).unwrap(), header);
        check(name, &format!("{}\n{}\n", hex(&bytes), Hash::of(&bytes)));
    }
}

#[test]
fn a_header_in_another_encoding_of_the_same_values_is_refused() {
    let bytes = header().encode().unwrap();
    // The format number 1 in two bytes; an array of indefinite length; something after the end.
    let long_number = [&bytes[..1], &[0x18, 0x01], &bytes[2..]].concat();
    let indefinite = [&[0x9f], &bytes[1..], &[0xff]].concat();
    let longer = [&bytes[..], &[0xf6]].concat();
    for other in [long_number, indefinite, longer] {
        assert!(matches!(EntryHeader::decode(&other), Err(ReplicaError::Refused(_))));
    }
    let unordered = EntryHeader { depends_on: header().depends_on.into_iter().rev().collect(), ..header() };
    assert!(EntryHeader::decode(&unordered.encode().unwrap()).is_err());
    let of_itself = EntryHeader { depends_on: vec![(header().origin, Position { seq: 1, tip: Hash::of(b"own") })], ..header() };
    assert!(EntryHeader::decode(&of_itself.encode().unwrap()).is_err());
    for seq in [0, u64::from(u32::MAX) + 1] {
        assert!(EntryHeader::decode(&EntryHeader { seq, ..header() }.encode().unwrap()).is_err());
    }
}

/// The whole way: keys, certificates, facts, document changes, headers and signatures from one seed are the same bytes for ever.
#[test]
fn a_shop_from_one_seed_has_the_same_journal_and_digest_for_ever() {
    let mut shop = Shop::found();
    let mut till = shop.till("T01");
    till.pull(&shop.office);
    shop.office.edit(9, "title", "Tea");
    till.pull(&shop.office);
    till.edit(9, "title", "Green tea");
    till.adjust(-1000);
    shop.office.pull(&till);
    assert_in_step(&mut till, &mut shop.office);
    let vector = till.get().vector().unwrap();
    let tips: Vec<String> =
        vector.0.iter().map(|(origin, position)| format!("{origin} {} {}", position.seq, position.tip)).collect();
    let digest = till.get_mut().digest().unwrap();
    // Headers name the program's version, so each version has a file of its own.
    check(
        concat!("journal_of_seed_1_v", env!("CARGO_PKG_VERSION"), ".txt"),
        &format!("{}\n{} {} {}\n", tips.join("\n"), digest.total, digest.document_count, digest.fact_count),
    );
}

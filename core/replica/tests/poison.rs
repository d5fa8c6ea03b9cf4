//! A certified peer that sends poison: the section is left out, and its later entries go on.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;
mod world;

use common::{Device, Shop};
use serde_bytes::ByteBuf;
use tradepost_domain::device::DeviceCertified;
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::FactId;
use tradepost_replica::{Admission, Draft, EntryHeader, Hash, SectionHeader, SectionKind, TransferEntry, Vector};
use world::{Act, World};

/// The entry again with other sections, signed by the same device.
fn forge(device: &Device, entry: &TransferEntry, sections: Vec<(SectionKind, Vec<u8>)>) -> TransferEntry {
    let mut header = EntryHeader::decode(&entry.header).unwrap();
    header.sections = sections
        .iter()
        .map(|(kind, bytes)| SectionHeader {
            scope: "product".into(),
            kind: *kind,
            length: bytes.len() as u32,
            hash: Hash::of(bytes),
        })
        .collect();
    let header = header.encode().unwrap();
    let signature = device.get().sign(&header).to_vec();
    TransferEntry { header, signature, sections: sections.into_iter().map(|(_, bytes)| Some(ByteBuf::from(bytes))).collect() }
}

#[test]
fn a_poisoned_section_is_quarantined_and_the_rest_of_its_entry_applies() {
    let mut shop = Shop::found();
    let mut till = shop.till("T01");
    shop.office.edit(9, "title", "Tea");
    till.pull(&shop.office);
    let recorded = shop.office.adjust(1000);
    let entry = shop.office.get().entries_after(&till.get().vector().unwrap(), 1, usize::MAX).unwrap().remove(0);
    let fact = entry.sections[0].clone().unwrap().into_vec();
    let poison = forge(
        &shop.office,
        &entry,
        vec![
            (SectionKind::DocumentChange, b"not even CBOR".to_vec()),
            (SectionKind::Fact, vec![0xff; 10]),
            (SectionKind::Fact, fact),
        ],
    );
    let admission = till.admit(&poison);
    let Admission::Quarantined { sections, touched } = admission else { panic!("{admission:?}") };
    assert_eq!(sections, [0, 1]);
    assert_eq!(touched.facts.len(), 1);
    assert_eq!(till.get().quarantined(10).unwrap().len(), 2);
    // The next entry of this origin would follow the poisoned one; here the honest branch is a fork of it, kept as evidence.
    assert!(matches!(till.admit(&entry), Admission::Fork { seq, .. } if seq == recorded.seq));
    assert_eq!(till.get().fork_count(), 1);
    assert!(matches!(till.admit(&poison), Admission::Duplicate));
    let kept = till.get().entries_after(&Vector::default(), usize::MAX, usize::MAX).unwrap();
    assert_eq!(kept.last(), Some(&poison));
}

#[test]
fn an_impossible_lamport_time_or_predecessor_is_refused() {
    let mut shop = Shop::found();
    let mut till = shop.till("T01");
    till.pull(&shop.office);
    shop.office.adjust(1000);
    let entry = shop.office.get().entries_after(&till.get().vector().unwrap(), 1, usize::MAX).unwrap().remove(0);
    let forged = |change: &dyn Fn(&mut EntryHeader)| {
        let mut header = EntryHeader::decode(&entry.header).unwrap();
        change(&mut header);
        let header = header.encode().unwrap();
        TransferEntry { signature: shop.office.get().sign(&header).to_vec(), header, sections: entry.sections.clone() }
    };
    for lamport in [1, u64::MAX, i64::MAX as u64] {
        let admission = till.admit(&forged(&|header| header.lamport = lamport));
        assert!(matches!(admission, Admission::Refused { .. }), "{lamport}: {admission:?}");
    }
    assert!(matches!(till.admit(&forged(&|header| header.previous = Hash::of(b"other"))), Admission::Fork { .. }));
    assert!(matches!(till.admit(&forged(&|header| header.seq += 5)), Admission::Pending));
    assert!(matches!(till.admit(&entry), Admission::Applied { .. }));
}

/// Orphans far ahead of everything: bounded, and what can apply still applies.
#[test]
fn a_flood_of_orphans_is_bounded_and_does_not_stop_the_next_entry() {
    let mut shop = Shop::found();
    let mut till = shop.till("T01");
    till.pull(&shop.office);
    shop.office.adjust(1000);
    let entry = shop.office.get().entries_after(&till.get().vector().unwrap(), 1, usize::MAX).unwrap().remove(0);
    let orphans: Vec<TransferEntry> = (2..2002)
        .map(|ahead| {
            let mut header = EntryHeader::decode(&entry.header).unwrap();
            header.seq += ahead;
            let header = header.encode().unwrap();
            TransferEntry { signature: shop.office.get().sign(&header).to_vec(), header, sections: entry.sections.clone() }
        })
        .collect();
    let device = &mut till;
    let admissions = device.replica.as_mut().unwrap().admit_batch(&orphans, &mut device.env).unwrap();
    assert!(admissions.iter().all(|admission| matches!(admission, Admission::Pending)));
    assert_eq!(till.get().pending_count(), 2000);
    assert!(matches!(till.admit(&entry), Admission::Applied { .. }));
}

/// An entry that crashed the program twice is left out at the third start; everything after it goes on.
#[test]
fn an_entry_that_crashes_the_program_twice_is_left_out() {
    let mut shop = Shop::found();
    let mut till = shop.till("T01");
    till.pull(&shop.office);
    shop.office.adjust(1000);
    shop.office.adjust(2000);
    let entries = till.missing(&shop.office);
    let note = [&entries[0].hash().0[..], &[1]].concat();
    for _ in 0..2 {
        till.replica = None;
        std::fs::write(till.folder.join("admitting"), &note).unwrap();
        till.reopen();
    }
    assert!(matches!(till.admit(&entries[0]), Admission::Quarantined { .. }));
    assert!(matches!(till.admit(&entries[1]), Admission::Applied { .. }));
    till.reopen();
    assert_eq!(till.get().quarantined(10).unwrap().len(), 1);
}

/// The same where the entry is on disk already and crashes the program while what follows from it is applied: at a start, too.
#[test]
fn a_sale_that_crashes_the_program_while_it_is_applied_is_left_out_and_the_shop_opens() {
    let mut world = World::new();
    world.act(&Act::Sell { till: 0, variant: 1, quantity: 1 });
    world.meet();
    world.act(&Act::Sell { till: 0, variant: 1, quantity: 1 });
    let [seller, till, ..] = &mut world.tills[..] else { unreachable!("there are three tills") };
    let entries = till.missing(seller);
    let [entry] = &entries[..] else { panic!("{} entries", entries.len()) };
    let facts = till.get_mut().digest().unwrap().fact_count;
    let note = [&entry.hash().0[..], &[1]].concat();
    let crash = |till: &mut Device| {
        till.replica = None;
        std::fs::write(till.folder.join("admitting"), &note).unwrap();
        till.reopen();
    };
    crash(till);
    till.admit_ahead(entry);
    assert!(till.get().is_ahead());
    crash(till);
    assert!(!till.get().is_ahead());
    assert_eq!(till.get().quarantined(10).unwrap().len(), 1);
    assert_eq!(till.get_mut().digest().unwrap().fact_count, facts);
    assert_eq!(
        till.get().vector().unwrap().seq(&seller.get().origin()),
        seller.get().vector().unwrap().seq(&seller.get().origin())
    );
}

/// What a peer calls a sale and is none is applied as what it is.
#[test]
fn a_certificate_that_is_called_a_sale_certifies_all_the_same() {
    let mut shop = Shop::found();
    let mut till = shop.till("T01");
    till.pull(&shop.office);
    let (mut late, certificate) = shop.uncertified_till("T02");
    let fact = Fact { id: FactId::from_bytes(late.id()), body: FactBody::DeviceCertified(DeviceCertified { certificate }) };
    shop.office.record(Draft { operation: "device.certify".into(), facts: vec![fact], ..Draft::default() });
    late.adjust(1000);
    let waiting = late.get().entries_after(&Vector::default(), 1, usize::MAX).unwrap();
    assert!(matches!(till.admit(&waiting[0]), Admission::AwaitingApproval));
    let mut entry = till.missing(&shop.office).remove(0);
    let mut header = EntryHeader::decode(&entry.header).unwrap();
    header.sections[0].scope = FactBody::SALE_COMPLETED.to_owned();
    entry.header = header.encode().unwrap();
    entry.signature = shop.office.get().sign(&entry.header).to_vec();
    till.admit_ahead(&entry);
    assert!(till.get().is_ahead());
    till.get_mut().apply_ahead().unwrap();
    assert_eq!(till.get().awaiting_count(), 0, "what waited for the certificate was looked at again");
}

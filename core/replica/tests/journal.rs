//! Recording and admitting between replicas.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Shop, assert_in_step, copy_folder, edit};
use tradepost_domain::device::DeviceRevoked;
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::FactId;
use tradepost_domain::time::Timestamp;
use tradepost_replica::{Admission, Continuity, Discontinuity, Draft, EntryHeader, Replica, ReplicaError, Vector};

#[test]
fn what_one_replica_records_another_admits() {
    let mut shop = Shop::found();
    let mut till = shop.till("T01");
    shop.office.edit(9, "title", "Tea");
    shop.office.adjust(5000);
    let admitted = till.pull(&shop.office);
    assert!(admitted.iter().all(|admission| matches!(admission, Admission::Applied { .. })), "{admitted:?}");
    assert_in_step(&mut till, &mut shop.office);
    till.edit(9, "title", "Green tea");
    till.adjust(-1000);
    shop.office.pull(&till);
    assert_in_step(&mut till, &mut shop.office);
}

#[test]
fn entries_may_come_in_reverse_order_and_twice() {
    let mut shop = Shop::found();
    let mut till = shop.till("T01");
    for _ in 0..20 {
        shop.office.edit(9, "title", "Tea");
        shop.office.edit(9, "title", "Coffee");
        shop.office.adjust(1000);
    }
    let mut entries = till.missing(&shop.office);
    entries.reverse();
    let first = entries.pop().unwrap();
    for entry in &entries {
        assert!(matches!(till.admit(entry), Admission::Pending));
    }
    let Admission::Applied { released, .. } = till.admit(&first) else { panic!("not applied") };
    assert_eq!(released, entries.len());
    assert_eq!(till.get().pending_count(), 0);
    for entry in &entries {
        assert!(matches!(till.admit(entry), Admission::Duplicate));
    }
    assert_in_step(&mut till, &mut shop.office);
}

#[test]
fn an_entry_waits_for_what_its_author_had_read() {
    let mut shop = Shop::found();
    let (mut one, mut other) = (shop.till("T01"), shop.till("T02"));
    one.pull(&shop.office);
    other.pull(&shop.office);
    one.edit(9, "title", "Tea");
    other.pull(&one);
    other.edit(9, "title", "Coffee");
    let cause = shop.office.missing(&one);
    let effect: Vec<_> = shop.office.missing(&other).into_iter().filter(|entry| !cause.contains(entry)).collect();
    assert!(matches!(shop.office.admit(&effect[0]), Admission::Pending));
    assert!(matches!(shop.office.admit(&cause[0]), Admission::Applied { released: 1, .. }));
    assert_in_step(&mut shop.office, &mut other);
}

#[test]
fn a_wrong_entry_is_refused_at_the_door() {
    let mut shop = Shop::found();
    let mut till = shop.till("T01");
    shop.office.adjust(1000);
    let good = till.missing(&shop.office).pop().unwrap();
    let mut flipped = good.clone();
    flipped.signature[3] ^= 1;
    let mut body = good.clone();
    body.sections[0].as_mut().unwrap()[5] ^= 1;
    let mut header = good.clone();
    header.header.push(0);
    let mut short = good.clone();
    short.sections.pop();
    let mut pruned = good.clone();
    pruned.sections[0] = None;
    let mut stranger = Shop::found_with(77);
    let foreign = stranger.office.adjust(1);
    assert_eq!(foreign.seq, 2);
    let foreign = stranger.office.get().entries_after(&Vector::default(), 9, usize::MAX).unwrap().pop().unwrap();
    for entry in [flipped, body, header, short, pruned, foreign] {
        let admission = till.admit(&entry);
        assert!(matches!(admission, Admission::Refused { .. }), "{admission:?}");
    }
    till.pull(&shop.office);
    assert_in_step(&mut till, &mut shop.office);
}

#[test]
fn a_crash_before_the_witness_is_written_does_not_end_the_chain() {
    let mut shop = Shop::found();
    shop.office.adjust(1000);
    shop.office.adjust(1000);
    let origin = shop.office.get().origin();
    assert_eq!(shop.office.reopen(), Continuity::Proven);
    assert_eq!(shop.office.get().origin(), origin);
    assert_eq!(shop.office.adjust(1).seq, 4);
}

#[test]
fn a_restored_backup_starts_a_new_incarnation_and_gets_its_lost_entries_back() {
    let mut shop = Shop::found();
    let mut till = shop.till("T01");
    till.pull(&shop.office);
    till.adjust(1000);
    till.get_mut().write_witness().unwrap();
    till.replica = None;
    let backup = shop.root.path().join("backup");
    copy_folder(&till.folder, &backup);
    till.reopen();
    till.adjust(2000);
    till.get_mut().write_witness().unwrap();
    shop.office.pull(&till);
    till.replica = None;
    // The database comes back from the backup; the witness stays where it is.
    for file in ["shop.db", "shop.db-wal", "shop.db-shm"] {
        if backup.join(file).exists() {
            std::fs::copy(backup.join(file), till.folder.join(file)).unwrap();
        } else if till.folder.join(file).exists() {
            std::fs::remove_file(till.folder.join(file)).unwrap();
        }
    }
    let continuity = till.reopen();
    assert!(matches!(continuity, Continuity::NewIncarnation { .. }), "{continuity:?}");
    assert!(till.get().origin().incarnation > 1);
    till.adjust(4000);
    till.pull(&shop.office);
    shop.office.pull(&till);
    assert_in_step(&mut till, &mut shop.office);
    // The founder's and the till's certificate, and three adjustments.
    assert_eq!(shop.office.get_mut().digest().unwrap().fact_count, 5);
}

#[test]
fn two_copies_of_one_disk_both_sell_and_everything_is_booked_once() {
    let mut shop = Shop::found();
    let mut one = shop.till("T01");
    one.pull(&shop.office);
    one.edit(9, "title", "Tea");
    one.get_mut().write_witness().unwrap();
    one.replica = None;
    let mut other = common::Device {
        folder: shop.root.path().join("copy"),
        env: tradepost_replica::simulated::SimulatedEnvironment::new(99),
        seed: one.seed.clone(),
        replica: None,
    };
    copy_folder(&one.folder, &other.folder);
    assert_eq!(one.reopen(), Continuity::Proven);
    assert_eq!(other.reopen(), Continuity::Proven);
    one.adjust(1000);
    one.edit(9, "vendor", "Hill");
    other.adjust(2000);
    other.edit(9, "title", "Green tea");
    other.adjust(4000);
    shop.office.pull(&one);
    // The copy meets the branch of the other one through the office.
    let fork = other.get().origin();
    let met = shop.office.get().entries_after(&Vector::default(), usize::MAX, usize::MAX).unwrap();
    let admissions: Vec<_> = met.iter().map(|entry| other.admit(entry)).collect();
    assert!(admissions.iter().any(|admission| matches!(admission, Admission::OwnOriginContinued { .. })), "{admissions:?}");
    assert_ne!(other.get().origin(), fork);
    assert_eq!(other.get().fork_count(), 3);
    let back = shop.office.pull(&other);
    assert!(back.iter().all(|admission| matches!(admission, Admission::Applied { .. })), "{back:?}");
    one.pull(&shop.office);
    assert_in_step(&mut other, &mut shop.office);
    assert_in_step(&mut one, &mut shop.office);
    assert_eq!(one.get_mut().digest().unwrap().fact_count, 5);
}

#[test]
fn a_branch_that_the_world_does_not_hold_is_given_up_and_told_again() {
    let mut shop = Shop::found();
    let mut till = shop.till("T01");
    till.pull(&shop.office);
    till.adjust(1000);
    till.edit(9, "title", "Tea");
    let before = till.get_mut().digest().unwrap();
    let origin = till.get().origin();
    let new_origin = {
        let device = &mut till;
        device.replica.as_mut().unwrap().surrender_branch(origin, 0, &mut device.env).unwrap()
    };
    assert_eq!(new_origin, Some(till.get().origin()));
    assert_eq!(till.get().vector().unwrap().seq(&origin), 0);
    let after = till.get_mut().digest().unwrap();
    assert_eq!((after.document_count, after.fact_count), (before.document_count, before.fact_count));
    shop.office.pull(&till);
    assert_in_step(&mut shop.office, &mut till);
}

#[test]
fn entries_of_a_device_without_certificate_wait_for_it() {
    let mut shop = Shop::found();
    let (mut till, certificate) = shop.uncertified_till("T01");
    till.pull(&shop.office);
    till.adjust(1000);
    let entry = shop.office.missing(&till).pop().unwrap();
    assert!(matches!(shop.office.admit(&entry), Admission::AwaitingApproval));
    assert_eq!(shop.office.get().awaiting_count(), 1);
    let id = shop.office.id();
    let fact = Fact {
        id: FactId::from_bytes(id),
        body: FactBody::DeviceCertified(tradepost_domain::device::DeviceCertified { certificate }),
    };
    shop.office.record(Draft { operation: "device.certify".into(), facts: vec![fact], ..Draft::default() });
    assert_eq!(shop.office.get().awaiting_count(), 0);
    till.pull(&shop.office);
    assert_in_step(&mut till, &mut shop.office);
}

#[test]
fn what_a_revoked_device_did_after_its_last_valid_entry_waits_and_can_be_approved() {
    let mut shop = Shop::found();
    let (mut till, mut other) = (shop.till("T01"), shop.till("T02"));
    till.pull(&shop.office);
    till.adjust(1000);
    till.edit(9, "title", "Tea");
    till.adjust(2000);
    other.pull(&shop.office);
    other.pull(&till);
    let revoke = |shop: &mut Shop, last: u64| {
        let revoked = DeviceRevoked {
            replica: till.get().replica_id(),
            last_valid: vec![(1, last)],
            reason: "lost".into(),
            revoked_at: Timestamp::from_unix_ms(0),
        };
        let fact = Fact { id: FactId::from_bytes(shop.office.id()), body: FactBody::DeviceRevoked(revoked) };
        shop.office.record(Draft { operation: "device.revoke".into(), facts: vec![fact], ..Draft::default() });
    };
    revoke(&mut shop, 1);
    shop.office.pull(&till);
    assert_eq!(shop.office.get().awaiting_count(), 2);
    // A replica that had applied them takes them back.
    other.pull(&shop.office);
    assert_eq!(other.get().awaiting_count(), 2);
    assert_in_step(&mut other, &mut shop.office);
    revoke(&mut shop, 3);
    other.pull(&shop.office);
    assert_eq!(shop.office.get().awaiting_count(), 0);
    assert_in_step(&mut other, &mut shop.office);
    assert_eq!(other.get().vector().unwrap().seq(&till.get().origin()), 3);
}

#[test]
fn a_second_program_cannot_open_the_file_and_a_wrong_key_is_told() {
    let mut shop = Shop::found();
    let secrets = shop.office.secrets();
    let second = Replica::open(&shop.office.folder, secrets.clone(), &mut shop.office.env);
    assert!(matches!(second.err(), Some(ReplicaError::InUse)));
    shop.office.replica = None;
    let wrong = tradepost_replica::DeviceSecrets { database_key: tradepost_replica::DatabaseKey([8; 32]), ..secrets };
    assert!(matches!(Replica::open(&shop.office.folder, wrong, &mut shop.office.env).err(), Some(ReplicaError::WrongKey)));
    assert_eq!(shop.office.reopen(), Continuity::Proven);
}

#[test]
fn a_lost_witness_or_key_starts_a_new_incarnation() {
    let mut shop = Shop::found();
    shop.office.replica = None;
    std::fs::remove_file(shop.office.folder.join("witness")).unwrap();
    assert_eq!(shop.office.reopen(), Continuity::NewIncarnation { reason: Discontinuity::WitnessLost });
    shop.office.replica = None;
    let secrets = tradepost_replica::DeviceSecrets { signing_seed: None, ..shop.office.secrets() };
    let opened = Replica::open(&shop.office.folder, secrets, &mut shop.office.env).unwrap();
    assert_eq!(opened.continuity, Continuity::NewIncarnation { reason: Discontinuity::KeyLost });
    assert!(opened.new_signing_seed.is_some());
}

#[test]
fn one_entry_carries_facts_edits_and_local_values_or_none_of_them() {
    let mut shop = Shop::found();
    let fact = shop.office.adjustment(1000);
    let draft = Draft {
        operation: "sale.complete".into(),
        facts: vec![fact],
        edits: vec![edit(3, "title", "Tea")],
        local: vec![("basket".into(), None), ("receipt".into(), Some(vec![1]))],
        ..Draft::default()
    };
    shop.office.record(draft.clone());
    assert_eq!(shop.office.get().local("receipt").unwrap(), Some(vec![1]));
    let vector = shop.office.get().vector().unwrap();
    let mut too_large = draft;
    too_large.local = vec![("receipt".into(), Some(vec![2]))];
    too_large.operation = "x".repeat(100);
    let refused = {
        let device = &mut shop.office;
        device.replica.as_mut().unwrap().record(too_large, &mut device.env)
    };
    assert!(matches!(refused, Err(ReplicaError::TooLarge { .. })));
    assert_eq!(shop.office.get().local("receipt").unwrap(), Some(vec![1]));
    assert_eq!(shop.office.get().vector().unwrap(), vector);
    let entry = shop.office.get().entries_after(&Vector::default(), 9, usize::MAX).unwrap().pop().unwrap();
    assert_eq!(EntryHeader::decode(&entry.header).unwrap().sections.len(), 2);
}

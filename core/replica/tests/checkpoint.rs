//! Checkpoints, verifying and backups.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Device, KEY, Shop, assert_in_step, edit};
use tradepost_replica::{Admission, Continuity, DeviceSecrets, Draft, Replica, ReplicaError};

fn chunks(device: &mut Device) -> (Vec<u8>, Vec<Vec<u8>>) {
    let mut source = device.replica.as_mut().unwrap().checkpoint_source(&mut device.env).unwrap();
    let manifest = source.manifest().to_vec();
    (manifest, std::iter::from_fn(|| source.next_chunk().unwrap()).collect())
}

fn load(device: &mut Device, manifest: &[u8], chunks: &[Vec<u8>]) {
    let first = device.get_mut().begin_checkpoint(manifest).unwrap();
    for (index, chunk) in (0..).zip(chunks).skip(first as usize) {
        device.get_mut().load_chunk(index, chunk).unwrap();
    }
    device.replica.as_mut().unwrap().finish_checkpoint(&mut device.env).unwrap();
}

fn assert_sound(device: &mut Device) {
    let report = device.get_mut().verify(&mut |_, _| {}).unwrap();
    assert!(report.is_sound(), "{report:?}");
}

fn busy_shop() -> Shop {
    let mut shop = Shop::found();
    for number in 0..40 {
        shop.office.edit(number, "title", &format!("Tea {number}"));
        shop.office.adjust(1000 * i64::from(number));
    }
    shop
}

#[test]
fn a_new_device_starts_from_a_checkpoint_and_goes_on_with_entries() {
    let mut shop = busy_shop();
    let mut old = shop.till("T01");
    old.pull(&shop.office);
    old.adjust(77);
    shop.office.pull(&old);
    let mut till = shop.till("T02");
    assert!(till.get().needs_checkpoint().unwrap());
    let (manifest, chunks) = chunks(&mut shop.office);
    load(&mut till, &manifest, &chunks);
    assert!(!till.get().needs_checkpoint().unwrap());
    assert_in_step(&mut till, &mut shop.office);
    assert_eq!(till.reader().projection_digests().unwrap(), shop.office.reader().projection_digests().unwrap());
    assert_sound(&mut till);
    till.edit(3, "title", "Coffee");
    till.adjust(5);
    old.edit(3, "vendor", "Hill");
    assert!(shop.office.pull(&till).iter().all(|admission| matches!(admission, Admission::Applied { .. })));
    assert!(till.pull(&old).iter().all(|admission| matches!(admission, Admission::Applied { .. })));
    shop.office.pull(&old);
    old.pull(&shop.office);
    assert_in_step(&mut till, &mut shop.office);
    assert_in_step(&mut till, &mut old);
    assert_sound(&mut till);
    let changed = till.get_mut().rebuild(&mut |_, _| {}).unwrap().changed_tables;
    assert!(changed.is_empty(), "{changed:?}");
    // A device that started from a checkpoint can itself give one.
    let mut third = shop.till("T03");
    till.pull(&shop.office);
    let (manifest, chunks) = self::chunks(&mut till);
    load(&mut third, &manifest, &chunks);
    assert_in_step(&mut third, &mut shop.office);
    assert_sound(&mut third);
}

#[test]
fn a_checkpoint_is_one_cut_while_writes_go_on() {
    let mut shop = busy_shop();
    let mut till = shop.till("T01");
    let mut source = shop.office.replica.as_mut().unwrap().checkpoint_source(&mut shop.office.env).unwrap();
    let at_cut = shop.office.get().vector().unwrap();
    let manifest = source.manifest().to_vec();
    till.get_mut().begin_checkpoint(&manifest).unwrap();
    let mut index = 0;
    while let Some(chunk) = source.next_chunk().unwrap() {
        shop.office.edit(index as u8, "title", "Changed meanwhile");
        shop.office.adjust(1);
        till.get_mut().load_chunk(index, &chunk).unwrap();
        index += 1;
    }
    till.replica.as_mut().unwrap().finish_checkpoint(&mut till.env).unwrap();
    assert_eq!(till.get().vector().unwrap(), at_cut);
    till.pull(&shop.office);
    assert_in_step(&mut till, &mut shop.office);
    assert_sound(&mut till);
}

#[test]
fn loading_goes_on_after_a_crash_at_any_chunk_and_sells_meanwhile() {
    let mut shop = busy_shop();
    let (manifest, chunks) = { chunks(&mut shop.office) };
    assert!(chunks.len() >= 4, "{}", chunks.len());
    let mut till = shop.till("T01");
    for (index, chunk) in (0..).zip(&chunks) {
        let done = till.get_mut().begin_checkpoint(&manifest).unwrap();
        assert_eq!(done, index);
        till.get_mut().load_chunk(done, chunk).unwrap();
        till.adjust(10);
        assert_eq!(till.reopen(), Continuity::Proven);
        assert!(till.get().needs_checkpoint().unwrap());
    }
    assert!(till.get_mut().load_chunk(0, &chunks[0]).is_err());
    till.replica.as_mut().unwrap().finish_checkpoint(&mut till.env).unwrap();
    till.edit(5, "title", "Sold meanwhile");
    till.pull(&shop.office);
    shop.office.pull(&till);
    assert_in_step(&mut till, &mut shop.office);
    assert_sound(&mut till);
    assert_sound(&mut shop.office);
}

#[test]
fn another_checkpoint_than_the_half_loaded_one_starts_over() {
    let mut shop = busy_shop();
    let (first, first_chunks) = chunks(&mut shop.office);
    let mut till = shop.till("T01");
    till.get_mut().begin_checkpoint(&first).unwrap();
    let half = first_chunks.len() - 1;
    for (index, chunk) in (0..).zip(&first_chunks[..half]) {
        till.get_mut().load_chunk(index, chunk).unwrap();
    }
    till.edit(3, "vendor", "Edited while loading");
    shop.office.edit(3, "title", "Edited after the cut");
    let (second, second_chunks) = chunks(&mut shop.office);
    assert_eq!(till.get_mut().begin_checkpoint(&second).unwrap(), 0);
    load(&mut till, &second, &second_chunks);
    shop.office.pull(&till);
    assert_in_step(&mut till, &mut shop.office);
    assert_sound(&mut till);
}

#[test]
fn a_checkpoint_that_was_tampered_with_is_refused() {
    let mut shop = busy_shop();
    let (manifest, chunks) = chunks(&mut shop.office);
    let mut till = shop.till("T01");
    let mut wrong = manifest.clone();
    let middle = wrong.len() / 2;
    wrong[middle] ^= 1;
    assert!(till.get_mut().begin_checkpoint(&wrong).is_err());
    till.get_mut().begin_checkpoint(&manifest).unwrap();
    // A part is left out: the signature over all parts says so.
    let without = [&chunks[..2], &chunks[3..]].concat();
    let failed = (0..).zip(&without).any(|(index, chunk)| till.get_mut().load_chunk(index, chunk).is_err());
    assert!(failed);
    assert!(matches!(till.replica.as_mut().unwrap().finish_checkpoint(&mut till.env), Err(ReplicaError::Checkpoint { .. })));
    load(&mut till, &manifest, &chunks);
    till.pull(&shop.office);
    assert_in_step(&mut till, &mut shop.office);
}

#[test]
fn verify_finds_what_was_changed_behind_our_back() {
    let mut shop = busy_shop();
    assert_sound(&mut shop.office);
    for (sql, word) in [
        ("update documents set fields = x'a0' where id = (select id from documents limit 1)", "documents"),
        ("update stock_levels set on_hand = on_hand + 1", "stock_levels"),
        ("update bodies set bytes = substr(bytes, 1, length(bytes) - 1) where place = (select max(place) from bodies)", "signed"),
        ("delete from entries where place = (select min(place) from entries) + 512", "missing"),
        ("update entries set signature = zeroblob(64) where place = (select max(place) from entries)", "signature"),
        ("update digest_buckets set sum = zeroblob(32) where bucket = (select min(bucket) from digest_buckets)", "digest"),
    ] {
        let folder = shop.root.path().join("broken");
        shop.office.get_mut().checkpoint_wal().unwrap();
        common::copy_folder(&shop.office.folder, &folder);
        let connection = rusqlite::Connection::open(folder.join("shop.db")).unwrap();
        connection.pragma_update(None, "key", format!("x'{}'", "07".repeat(32))).unwrap();
        connection.execute(sql, []).unwrap();
        drop(connection);
        let mut env = shop.office.env.clone();
        let mut opened = Replica::open(&folder, shop.office.secrets(), &mut env).unwrap();
        let report = opened.replica.verify(&mut |_, _| {}).unwrap();
        assert!(report.problems.iter().any(|problem| problem.contains(word)), "{sql}: {report:?}");
        drop(opened);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

#[test]
fn a_backup_has_no_identity_and_what_is_restored_from_it_starts_a_new_incarnation() {
    let mut shop = busy_shop();
    let mut till = shop.till("T01");
    till.pull(&shop.office);
    till.adjust(1);
    let file = shop.root.path().join("backup.tradepost");
    till.get_mut().backup(&file).unwrap();
    till.adjust(2);
    shop.office.pull(&till);
    let folder = shop.root.path().join("restored");
    let nobody = DeviceSecrets { database_key: KEY, signing_seed: Some(tradepost_replica::SigningSeed([3; 32])) };
    assert!(matches!(Replica::restore(&file, &folder, nobody, &mut till.env.clone()).err(), Some(ReplicaError::NotCertified)));
    let mut env = tradepost_replica::simulated::SimulatedEnvironment::new(500);
    let opened = Replica::restore(&file, &folder, till.secrets(), &mut env).unwrap();
    assert!(opened.replica.origin().incarnation > 1);
    let mut restored = Device { folder, env, seed: till.seed.clone(), replica: Some(opened.replica) };
    restored.adjust(4);
    restored.pull(&shop.office);
    shop.office.pull(&restored);
    assert_in_step(&mut restored, &mut shop.office);
    assert_sound(&mut restored);
    assert_eq!(restored.reopen(), Continuity::Proven);
}

#[test]
fn a_full_disk_is_told_leaves_nothing_half_done_and_is_forgotten_when_there_is_room() {
    let mut shop = Shop::found();
    shop.office.adjust(1);
    let vector = shop.office.get().vector().unwrap();
    let digest = shop.office.get_mut().digest().unwrap();
    shop.office.get_mut().limit_pages(Some(1)).unwrap();
    let mut refused = None;
    for number in 0..200 {
        let fact = shop.office.adjustment(number);
        let draft = Draft {
            operation: "stock.adjust".into(),
            facts: vec![fact],
            edits: vec![edit(8, "title", &"x".repeat(20_000 + number as usize))],
            ..Draft::default()
        };
        let device = &mut shop.office;
        if let Err(error) = device.replica.as_mut().unwrap().record(draft, &mut device.env) {
            refused = Some(error);
            break;
        }
    }
    assert!(matches!(refused, Some(ReplicaError::DiskFull)), "{refused:?}");
    let after = shop.office.get().vector().unwrap();
    assert!(after.covers(&vector) && (after != vector || shop.office.get_mut().digest().unwrap() == digest));
    shop.office.get_mut().limit_pages(None).unwrap();
    let seq = shop.office.get().vector().unwrap().seq(&shop.office.get().origin());
    assert_eq!(shop.office.adjust(3).seq, seq + 1);
    assert_sound(&mut shop.office);
}

//! A device's disk is copied, both copies go on, and the server is restored from a backup in between: two branches of one chain are in the
//! world, and a third device has read the one that the server has not.

use std::path::Path;

use tempfile::TempDir;
use tradepost_domain::catalog::Product;
use tradepost_domain::device::DeviceRole;
use tradepost_domain::document::{DocumentEdit, DocumentKind, FieldChange, Scalar};
use tradepost_domain::id::DocumentId;
use tradepost_replica::simulated::SimulatedEnvironment;
use tradepost_replica::{DeviceSecrets, Draft, Replica};

use crate::sides::{KEY, Side, Wire, assert_in_step, founder, member};

/// What a person would copy: a stopped program's folder.
fn image_of(folder: &Path) -> TempDir {
    let image = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(folder).unwrap().flatten() {
        std::fs::copy(file.path(), image.path().join(file.file_name())).unwrap();
    }
    image
}

/// Stops a device, copies its disk, starts it again, and starts the copy.
fn copied(of: Side, seed: u64) -> (Side, Side) {
    let Side { replica, env, signing, folder } = of;
    drop(replica);
    let image = image_of(folder.path());
    let start = |folder: TempDir, mut env: SimulatedEnvironment| {
        let secrets = DeviceSecrets { database_key: KEY, signing_seed: Some(signing.clone()) };
        let replica = Replica::open(folder.path(), secrets, &mut env).unwrap().replica;
        Side { replica, env, signing: signing.clone(), folder }
    };
    (start(folder, env), start(image, SimulatedEnvironment::new(seed)))
}

fn edit(side: &mut Side, field: &str, text: &str) {
    let value = Some(Scalar::Text(text.to_owned()));
    let changes = vec![FieldChange { path: field.to_owned(), value }];
    let edit = DocumentEdit { id: DocumentId::from_bytes([5; 16]), kind: DocumentKind::Product, changes };
    let draft = Draft { operation: "product.edit".to_owned(), edits: vec![edit], ..Draft::default() };
    side.replica.record(draft, &mut side.env).unwrap();
}

/// Sessions until both are in step: the first ones may end because a branch is given up.
fn meet(device: &mut Side, server: &mut Side) {
    for _ in 0..6 {
        let mut wire = Wire::dial(device);
        if wire.run(device, server).is_ok() && device.replica.vector().unwrap() == server.replica.vector().unwrap() {
            assert_in_step(&wire, device, server);
            return;
        }
    }
    panic!("never in step: {:?} and {:?}", device.replica.vector(), server.replica.vector());
}

/// Office, server, and a till with a hundred entries that everyone has read; then the till's copy, and the server as it was then.
fn world() -> (Side, Side, Side, Side) {
    let mut office = founder(21);
    let mut server = member(&mut office, 22, DeviceRole::Server);
    let mut till = member(&mut office, 23, DeviceRole::Till);
    meet(&mut office, &mut server);
    meet(&mut till, &mut server);
    (0..100).for_each(|_| till.receive_stock(1_000));
    edit(&mut till, "title", "Tea");
    meet(&mut till, &mut server);
    meet(&mut office, &mut server);
    let (till, copy) = copied(till, 24);
    (office, server, till, copy)
}

#[test]
fn a_branch_that_only_a_third_device_has_read_is_booked_once_and_everyone_comes_into_step() {
    let (mut office, server, mut till, mut copy) = world();
    let (mut server, mut restored) = copied(server, 25);
    // The till sells and edits, and the office reads it and goes on from there.
    (0..70).for_each(|_| till.receive_stock(1_000));
    edit(&mut till, "title", "Green tea");
    meet(&mut till, &mut server);
    meet(&mut office, &mut server);
    edit(&mut office, "vendor", "Hill");
    edit(&mut office, "title", "Green tea, loose");
    office.receive_stock(5_000);
    let facts = office.replica.digest().unwrap().fact_count;
    // The server is lost; the one restored from the backup meets the copy first. The till is never seen again.
    drop((server, till));
    (0..3).for_each(|_| copy.receive_stock(2_000));
    edit(&mut copy, "vendor", "Valley");
    meet(&mut copy, &mut restored);
    meet(&mut office, &mut restored);
    meet(&mut copy, &mut restored);

    assert_eq!(restored.replica.digest().unwrap().fact_count, facts + 3);
    assert_eq!(restored.replica.digest().unwrap(), office.replica.digest().unwrap());
    assert_eq!(restored.replica.digest().unwrap(), copy.replica.digest().unwrap());
    assert_eq!((restored.replica.pending_count(), restored.replica.fork_count()), (0, 71));
    let product: Option<Product> = restored.replica.reader().unwrap().document(DocumentId::from_bytes([5; 16])).unwrap();
    assert_eq!(product.map(|product| product.title), Some("Green tea, loose".to_owned()));
}

#[test]
fn a_copy_gives_up_its_own_branch_from_the_very_entry_where_it_parts() {
    let (mut office, mut server, mut till, mut copy) = world();
    (0..150).for_each(|_| till.receive_stock(1_000));
    (0..90).for_each(|_| copy.receive_stock(2_000));
    let before = copy.replica.origin();
    meet(&mut till, &mut server);
    meet(&mut copy, &mut server);
    meet(&mut office, &mut server);
    meet(&mut till, &mut server);

    assert_ne!(copy.replica.origin(), before);
    assert_eq!(copy.replica.fork_count(), 90, "only what the copy did alone is given up");
    assert_eq!(copy.replica.vector().unwrap().seq(&copy.replica.origin()), 90);
    assert_eq!(till.replica.origin(), before);
    assert_eq!(till.replica.digest().unwrap(), copy.replica.digest().unwrap());
}

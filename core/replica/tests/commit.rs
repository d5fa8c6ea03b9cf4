//! COMMIT fails, as on a full disk, and the program goes on: nothing was promised that is not there, and nothing is there twice.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;
mod world;

use std::sync::{Arc, Mutex};

use common::{Device, assert_in_step};
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::FactId;
use tradepost_replica::{Draft, Hash, Recorded, ReplicaError};
use world::{Act, World};

/// What a replica told to be passed on, in order.
type Told = Arc<Mutex<Vec<Hash>>>;

/// A shop whose first till is open, and what its till of this number tells.
fn open_shop(watched: usize) -> (World, Told) {
    let mut world = World::new();
    world.act(&Act::Sell { till: 0, variant: 1, quantity: 1 });
    world.meet();
    let told = Told::default();
    let heard = Arc::clone(&told);
    world.tills[watched].get_mut().on_fresh(Box::new(move |fresh| heard.lock().unwrap().push(fresh.hash)));
    (world, told)
}

fn draft(world: &mut World) -> Draft {
    let sale = world.sale(0, 1, 1);
    let fact = Fact { id: FactId::from_bytes(*sale.id.as_bytes()), body: FactBody::SaleCompleted(Box::new(sale)) };
    Draft { operation: "sale.complete".into(), facts: vec![fact], ..Draft::default() }
}

fn sell(till: &mut Device, draft: Draft) -> Result<Recorded, ReplicaError> {
    let Device { replica: Some(replica), env, .. } = till else { unreachable!("the till is open") };
    replica.record_ahead(draft, env)
}

#[test]
fn a_sale_that_is_not_on_disk_is_neither_told_nor_there_and_the_next_one_is_booked_once() {
    let (mut world, told) = open_shop(0);
    let before = world.tills[0].get_mut().digest().unwrap();
    let failed = draft(&mut world);
    world.tills[0].get_mut().fail_commits(true).unwrap();
    sell(&mut world.tills[0], failed.clone()).unwrap_err();
    world.tills[0].get_mut().fail_commits(false).unwrap();
    world.tills[0].get_mut().put_local("note", Some(b"something else is written")).unwrap();
    assert!(told.lock().unwrap().is_empty() && !world.tills[0].get().is_ahead());
    assert_eq!(world.tills[0].get_mut().digest().unwrap(), before);

    let recorded = sell(&mut world.tills[0], failed).unwrap();
    assert_eq!(*told.lock().unwrap(), [recorded.hash]);
    world.meet();
    assert!(world.tills[0].get_mut().verify(&mut |_, _| {}).unwrap().is_sound());
}

#[test]
fn a_peers_sale_that_was_passed_on_and_is_not_on_disk_is_taken_when_it_comes_again() {
    let (mut world, told) = open_shop(1);
    let draft = draft(&mut world);
    let sale = sell(&mut world.tills[0], draft).unwrap();
    let [seller, peer, ..] = &mut world.tills[..] else { unreachable!("there are three tills") };
    let entry = peer.missing(seller).pop().unwrap();
    let before = peer.get_mut().digest().unwrap();

    peer.get_mut().fail_commits(true).unwrap();
    let Device { replica: Some(replica), env, .. } = &mut *peer else { unreachable!("the till is open") };
    replica.admit_ahead(std::slice::from_ref(&entry), env).unwrap_err();
    assert_eq!(*told.lock().unwrap(), [sale.hash], "it was on its way to others already");
    assert!(!peer.get().is_ahead());
    peer.get_mut().fail_commits(false).unwrap();
    assert_eq!(peer.get_mut().digest().unwrap(), before, "nothing of it is here");
    assert_eq!(peer.missing(seller).len(), 1, "and it is asked for again");

    peer.admit_ahead(&entry);
    assert_in_step(seller, peer);
    assert!(peer.get_mut().verify(&mut |_, _| {}).unwrap().is_sound());
}

#[test]
fn what_follows_from_a_sale_and_could_not_be_written_follows_later_or_at_the_next_start() {
    for restarts in [false, true] {
        let (mut world, _told) = open_shop(0);
        let draft = draft(&mut world);
        sell(&mut world.tills[0], draft).unwrap();
        let till = &mut world.tills[0];
        till.get_mut().fail_commits(true).unwrap();
        till.get_mut().apply_ahead().unwrap_err();
        assert!(till.get().is_ahead(), "it waits for its turn");
        till.get_mut().fail_commits(false).unwrap();
        if restarts {
            till.reopen();
        } else {
            till.get_mut().apply_ahead().unwrap();
        }
        assert!(!till.get().is_ahead());
        world.meet();
        let [seller, peer, ..] = &mut world.tills[..] else { unreachable!("there are three tills") };
        assert_in_step(seller, peer);
        assert!(seller.get_mut().verify(&mut |_, _| {}).unwrap().is_sound());
    }
}

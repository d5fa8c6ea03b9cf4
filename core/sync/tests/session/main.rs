//! Two replicas and the frames between them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod fork;
mod sides;

use tradepost_domain::device::{CertificateBody, DeviceRevoked, DeviceRole};
use tradepost_domain::fact::FactBody;
use tradepost_domain::time::Timestamp;
use tradepost_replica::simulated::SimulatedEnvironment;
use tradepost_replica::{EntryHeader, Environment, Fresh, Replica, SigningSeed};
use tradepost_sync::pairing::{self, PairCodeRequest};
use tradepost_sync::{Session, SessionState, SyncError};

use sides::{KEY, Side, Wire, assert_in_step, founder, member, member_nobody_told_of};

#[test]
fn what_each_side_recorded_apart_reaches_the_other_and_later_entries_are_pushed() {
    let mut office = founder(1);
    let mut server = member(&mut office, 2, DeviceRole::Server);
    office.receive_stock(5_000);
    server.receive_stock(3_000);
    let mut wire = Wire::dial(&mut office);
    wire.run(&mut office, &mut server).unwrap();
    assert_in_step(&wire, &mut office, &mut server);

    let frames = wire.frames;
    office.receive_stock(1_000);
    wire.run(&mut office, &mut server).unwrap();
    assert_in_step(&wire, &mut office, &mut server);
    assert!(wire.frames - frames <= 5, "a push is an entry, its confirmation and both digests, not {}", wire.frames - frames);
}

/// The entry that was recorded last, as a program that recorded or admitted it would pass it on.
fn latest(side: &Side) -> Fresh {
    let mut before = side.replica.vector().unwrap();
    let last = before.0.get_mut(&side.replica.origin()).unwrap();
    last.seq -= 1;
    let entry = side.replica.entries_after(&before, usize::MAX, usize::MAX).unwrap().pop().unwrap();
    Fresh { header: EntryHeader::decode(&entry.header).unwrap(), hash: entry.hash(), entry }
}

#[test]
fn what_the_other_side_waits_for_is_passed_on_at_once_and_sent_once() {
    let mut office = founder(51);
    let mut server = member(&mut office, 52, DeviceRole::Server);
    office.receive_stock(1_000);
    let mut wire = Wire::dial(&mut office);
    assert!(wire.dialed.pass_on(&latest(&office)).unwrap().is_empty(), "nobody is there yet");
    wire.run(&mut office, &mut server).unwrap();
    assert_in_step(&wire, &mut office, &mut server);
    assert!(wire.dialed.pass_on(&latest(&office)).unwrap().is_empty(), "it is there");

    office.receive_stock(2_000);
    let (frames, sent) = (wire.frames, wire.dialed.counts().sent);
    wire.pass_on(&latest(&office));
    wire.run(&mut office, &mut server).unwrap();
    assert_in_step(&wire, &mut office, &mut server);
    assert_eq!(wire.dialed.counts().sent - sent, 1);
    assert!(wire.frames - frames <= 5, "{} frames", wire.frames - frames);
}

#[test]
fn what_was_passed_on_and_not_stored_here_comes_back_from_who_has_it() {
    let mut server = founder(56);
    let mut office = member(&mut server, 57, DeviceRole::BackOffice);
    let mut till = member(&mut server, 58, DeviceRole::Till);
    till.receive_stock(1_000);
    Wire::dial(&mut till).run(&mut till, &mut server).unwrap();
    let mut wire = Wire::dial(&mut server);
    wire.run(&mut server, &mut office).unwrap();
    assert_in_step(&wire, &mut server, &mut office);

    // The server passes it on while it writes it; its disk is full.
    till.receive_stock(2_000);
    wire.pass_on(&latest(&till));
    assert_ne!(server.replica.vector().unwrap(), till.replica.vector().unwrap());
    wire.run(&mut server, &mut office).unwrap();
    assert_in_step(&wire, &mut server, &mut office);
    assert_eq!(server.replica.vector().unwrap(), till.replica.vector().unwrap());
}

#[test]
fn what_the_other_side_could_not_apply_yet_is_not_passed_on() {
    let mut office = founder(53);
    let mut server = member(&mut office, 54, DeviceRole::Server);
    office.receive_stock(1_000);
    server.receive_stock(1_000);
    let mut wire = Wire::dial(&mut office);
    wire.run(&mut office, &mut server).unwrap();

    office.receive_stock(2_000);
    office.receive_stock(3_000);
    assert!(wire.dialed.pass_on(&latest(&office)).unwrap().is_empty(), "one before it is missing");
    wire.run(&mut office, &mut server).unwrap();
    assert_in_step(&wire, &mut office, &mut server);

    // What the office reads of a third device, and stands on, the server does not have.
    let mut till = member(&mut office, 55, DeviceRole::Till);
    wire.run(&mut office, &mut server).unwrap();
    till.receive_stock(4_000);
    Wire::dial(&mut till).run(&mut till, &mut office).unwrap();
    office.receive_stock(5_000);
    assert!(wire.dialed.pass_on(&latest(&office)).unwrap().is_empty(), "what it stands on is missing");
    wire.run(&mut office, &mut server).unwrap();
    assert_in_step(&wire, &mut office, &mut server);
}

#[test]
fn a_reconnect_with_nothing_new_costs_the_same_after_ten_and_after_five_hundred_entries() {
    let cost = |entries: usize| {
        let mut office = founder(3);
        let mut server = member(&mut office, 4, DeviceRole::Server);
        (0..entries).for_each(|_| office.receive_stock(1_000));
        Wire::dial(&mut office).run(&mut office, &mut server).unwrap();
        let mut again = Wire::dial(&mut office);
        again.run(&mut office, &mut server).unwrap();
        assert_in_step(&again, &mut office, &mut server);
        assert_eq!(again.dialed.counts().sent + again.dialed.counts().received, 0);
        again.dialed.counts().bytes_out + again.dialed.counts().bytes_in
    };
    let (few, many) = (cost(10), cost(500));
    assert!(many.abs_diff(few) <= 16, "{few} and {many} bytes");
}

#[test]
fn what_the_other_side_keeps_for_approval_is_not_sent_without_end() {
    let mut office = founder(31);
    let mut till = member_nobody_told_of(&office, 33);
    till.receive_stock(1_000);

    let mut wire = Wire::dial(&mut till);
    wire.run(&mut till, &mut office).unwrap();
    assert_eq!(office.replica.awaiting_count(), 1);
    assert_ne!(wire.dialed.state(), SessionState::InStep);
    assert!(wire.frames < 30, "{} frames for one entry", wire.frames);
    // Something new is offered at once all the same.
    let before = wire.frames;
    till.receive_stock(3_000);
    wire.run(&mut till, &mut office).unwrap();
    assert_eq!(office.replica.awaiting_count(), 2);
    assert!(wire.frames - before < 30, "{} frames for one entry more", wire.frames - before);
}

#[test]
fn a_device_taken_out_of_the_shop_hands_in_what_it_sold_and_is_told_nothing() {
    let mut office = founder(41);
    let mut server = member(&mut office, 42, DeviceRole::Server);
    let mut till = member(&mut office, 43, DeviceRole::Till);
    Wire::dial(&mut office).run(&mut office, &mut server).unwrap();
    till.receive_stock(1_000);
    Wire::dial(&mut till).run(&mut till, &mut server).unwrap();
    let last_valid = vec![(1, server.replica.vector().unwrap().seq(&till.replica.origin()))];
    let (replica, reason) = (till.replica.replica_id(), "lost".to_owned());
    let revoked = DeviceRevoked { replica, last_valid, reason, revoked_at: Timestamp::from_unix_ms(0) };
    server.record("device.revoke", FactBody::DeviceRevoked(revoked));
    (0..3).for_each(|_| till.receive_stock(2_000));
    let knew = till.replica.vector().unwrap();

    for sent in [3, 0] {
        let mut wire = Wire::dial(&mut till);
        wire.run(&mut till, &mut server).unwrap();
        assert_eq!((server.replica.awaiting_count(), wire.dialed.counts().sent), (3, sent));
        assert_eq!(till.replica.vector().unwrap(), knew, "it hears nothing");
        server.env.clock.monotonic_ms += 6_000;
        assert!(matches!(wire.run(&mut till, &mut server), Err(SyncError::Revoked)));
    }
}

#[test]
fn a_device_of_another_shop_is_turned_away() {
    let mut office = founder(5);
    let mut stranger = founder(6);
    let refused = Wire::dial(&mut stranger).run(&mut stranger, &mut office);
    assert!(matches!(refused, Err(SyncError::OtherShop)), "{refused:?}");
}

#[test]
fn a_device_with_a_stolen_certificate_and_another_key_is_turned_away() {
    let mut office = founder(7);
    let mut server = member(&mut office, 8, DeviceRole::Server);
    let folder = tempfile::tempdir().unwrap();
    let mut env = SimulatedEnvironment::new(9);
    let stolen = office.replica.membership().unwrap();
    let mut thief = match Replica::join(folder.path(), KEY, &SigningSeed([9; 32]), &stolen, &mut env) {
        Ok(replica) => Side { replica, env, signing: SigningSeed([9; 32]), folder },
        // A key that is not the certificate's is refused by the replica itself: there is nothing left to turn away.
        Err(_) => return,
    };
    let refused = Wire::dial(&mut thief).run(&mut thief, &mut server);
    assert!(matches!(refused, Err(SyncError::NotProven)), "{refused:?}");
}

#[test]
fn frames_of_other_programs_and_cut_frames_end_the_session_with_a_reason() {
    let mut office = founder(10);
    for frame in [b"GET / HTTP/1.1\r\n".as_slice(), &[], &[0xff; 64], b"<html>sign in</html>"] {
        let refused = Session::accept().receive(frame, &mut office.replica, &mut office.env);
        assert!(matches!(refused, Err(SyncError::NotOurProtocol)), "{frame:?}");
    }
}

#[test]
fn a_signed_request_is_read_once_its_words_are_proved() {
    let mut office = founder(11);
    let server = member(&mut office, 12, DeviceRole::Server);
    let request = PairCodeRequest { role: DeviceRole::Till, name: "Front till".to_owned(), till: None };
    let signed = pairing::sign_request(&office.replica, &request, &mut office.env).unwrap();
    let now_ms = office.env.clock().wall_ms;
    let mut tampered = signed.clone();
    tampered.body = tampered.body.replace("Front", "Other");

    let (device, read): (CertificateBody, PairCodeRequest) = pairing::open_request(&server.replica, &signed, now_ms).unwrap();
    assert_eq!((device.role, read.name.as_str()), (DeviceRole::BackOffice, "Front till"));
    assert!(pairing::open_request::<PairCodeRequest>(&server.replica, &tampered, now_ms).is_err());
}

#[test]
fn codes_are_compared_without_case_spaces_and_dashes() {
    let code = pairing::new_code(&mut SimulatedEnvironment::new(13));
    assert_eq!(code.len(), 9);
    assert_eq!(pairing::normalize_code(&format!(" {} ", code.to_lowercase().replace('-', " "))), pairing::normalize_code(&code));
}

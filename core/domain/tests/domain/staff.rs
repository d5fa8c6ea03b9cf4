//! Staff: PINs, what a role may do, and the pause after wrong PINs.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tradepost_domain::id::StaffId;
use tradepost_domain::staff::*;
use tradepost_domain::time::Timestamp;

#[test]
fn a_pin_fits_its_hash_and_no_other_does() {
    let hash = hash_pin("4711", [7; 16]).unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=3,p=1$"), "{hash}");
    assert!(verify_pin("4711", &hash));
    assert!(!verify_pin("4712", &hash));
    assert!(!verify_pin("", &hash));
    assert_ne!(hash, hash_pin("4711", [8; 16]).unwrap());
}

#[test]
fn a_pin_has_four_to_eight_digits() {
    for pin in ["", "123", "123456789", "12a4", "１２３４", "12 4"] {
        assert_eq!(hash_pin(pin, [0; 16]), Err(PinError::NotFourToEightDigits), "{pin}");
    }
}

#[test]
fn a_broken_or_greedy_hash_fits_no_pin() {
    let salt_and_hash = "c29tZXNhbHRzb21lc2FsdA$xSRIrOIpTxLZ3M8PpAqQ2kEq0Gf8CwE1e5YvHk3xU0o";
    for hash in [
        "",
        "4711",
        "$argon2id$",
        &format!("$argon2id$v=19$m=4194304,t=3,p=1${salt_and_hash}"),
        &format!("$argon2id$v=19$m=8192,t=4000000,p=1${salt_and_hash}"),
    ] {
        assert!(!verify_pin("4711", hash), "{hash}");
    }
}

fn member(role: Role, is_active: bool, extra: &[Permission]) -> StaffMember {
    let extra_permissions: BTreeSet<Permission> = extra.iter().copied().collect();
    StaffMember {
        id: StaffId::from_bytes([1; 16]),
        name: "Kim".to_owned(),
        role,
        pin_hash: String::new(),
        is_active,
        extra_permissions,
    }
}

#[test]
fn a_role_says_what_may_be_done() {
    assert!(Permission::ALL.iter().all(|permission| member(Role::Owner, true, &[]).may(*permission)));
    assert!(!member(Role::Manager, true, &[]).may(Permission::Administer));
    assert!(member(Role::Cashier, true, &[]).may(Permission::Sell));
    assert!(!member(Role::Cashier, true, &[]).may(Permission::Discount));
    assert!(member(Role::Cashier, true, &[Permission::Discount]).may(Permission::Discount));
    assert!(!member(Role::Owner, false, &[]).may(Permission::Sell), "who left may nothing");
}

fn at(unix_ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(unix_ms)
}

#[test]
fn wrong_pins_pause_longer_and_longer() {
    let mut lockout = PinLockout::default();
    let mut pauses = Vec::new();
    for _ in 0..12 {
        lockout = lockout.register_failure(at(0));
        pauses.push(lockout.may_try(at(0)).err().unwrap_or(0) / 1000);
    }
    assert_eq!(pauses, [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]);
    assert_eq!(lockout.may_try(at(899_999)), Err(1));
    assert_eq!(lockout.may_try(at(900_000)), Ok(()));
    assert_eq!(lockout.may_try(at(-86_400_000)), Ok(()), "a clock that was set back locks nobody out");
    assert_eq!(lockout.register_success().may_try(at(0)), Ok(()));
}

proptest! {
    #[test]
    fn a_pause_never_exceeds_fifteen_minutes(failures in any::<u32>(), then in crate::any::edge(), now in crate::any::edge()) {
        let lockout = PinLockout { failures, locked_until: None }.register_failure(at(then));
        prop_assert!(lockout.may_try(at(now)).err().unwrap_or(0) <= 900_000);
    }
}

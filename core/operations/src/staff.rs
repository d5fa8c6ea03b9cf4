//! Staff: who works here, signing in at a till with a PIN, and approval by somebody who may.

use tradepost_domain::id::StaffId;
use tradepost_domain::staff::{Permission, PinLockout, Role, StaffMember, hash_pin, verify_pin};
use tradepost_replica::Recorded;

use crate::by::By;
use crate::error::{OperationError, Outcome, Refusal};
use crate::shop::{Shop, Work, found};
use crate::text;

/// What becomes of a PIN when a staff member is saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PinChange {
    /// It stays.
    Keep,
    /// This one from now on.
    Set(String),
    /// None: the person cannot sign in at a till.
    Remove,
}

impl Shop {
    /// Makes or changes a staff member. Somebody who runs the shop always remains.
    pub fn save_staff(&self, by: &mut By<'_>, member: &StaffMember, pin: PinChange) -> Outcome<Option<Recorded>> {
        text::name(&member.name, "a name")?;
        let new_hash = match pin {
            PinChange::Keep => None,
            PinChange::Set(pin) => Some(hash_pin(&pin, by.new_id())?),
            PinChange::Remove => Some(String::new()),
        };
        let mut work = self.work_by(by, Permission::Administer)?;
        let stored = work.read.document::<StaffMember>(member.id.into())?;
        let kept_hash = stored.map(|stored| stored.pin_hash).unwrap_or_default();
        let member = StaffMember { pin_hash: new_hash.unwrap_or(kept_hash), ..member.clone() };
        keep_an_owner(&work, &member)?;
        work.save(by, "staff.save", &member)
    }

    /// Makes a staff member.
    pub fn add_staff(&self, by: &mut By<'_>, name: &str, role: Role, pin: Option<String>) -> Outcome<StaffMember> {
        let id = StaffId::from_bytes(by.new_id());
        let member = StaffMember {
            id,
            name: name.trim().to_owned(),
            role,
            pin_hash: String::new(),
            is_active: true,
            extra_permissions: Default::default(),
        };
        self.save_staff(by, &member, pin.map_or(PinChange::Keep, PinChange::Set))?;
        found(self.read().document::<StaffMember>(id.into())?, "this staff member")
    }

    /// Signs a staff member in. Takes some 50 ms of a processor's time, so not on the thread that draws; the replica is free meanwhile.
    ///
    /// Five wrong PINs in a row pause further tries on this machine, also across restarts.
    pub fn staff_sign_in(&self, by: &mut By<'_>, staff: StaffId, pin: &str) -> Outcome<StaffMember> {
        let now = tradepost_domain::time::Timestamp::from_unix_ms(by.env.clock().wall_ms);
        let key = lockout_key(staff);
        let (member, lockout) = {
            let work = self.work();
            let member = found(work.read.document::<StaffMember>(staff.into())?, "this staff member")?;
            (member, work.local::<PinLockout>(&key)?.unwrap_or_default())
        };
        if !member.is_active {
            return Err(Refusal::NotActive { name: member.name }.into());
        }
        if member.pin_hash.is_empty() {
            return Err(Refusal::NoPin { name: member.name }.into());
        }
        lockout.may_try(now).map_err(|wait_ms| Refusal::LockedOut { wait_seconds: wait_ms.div_ceil(1000) })?;
        let is_right = verify_pin(pin, &member.pin_hash);
        let mut work = self.work();
        if !is_right {
            let lockout = work.local::<PinLockout>(&key)?.unwrap_or_default();
            work.put_local(&key, &lockout.register_failure(now))?;
            return Err(Refusal::WrongPin.into());
        }
        if lockout != PinLockout::default() {
            work.put_local(&key, &lockout.register_success())?;
        }
        Ok(member)
    }

    /// Has somebody who may approve with their PIN what the person signed in may not do. What they approved is then done `By` them, or carries their id.
    pub fn approve(&self, by: &mut By<'_>, staff: StaffId, pin: &str, permission: Permission) -> Outcome<StaffMember> {
        let member = self.staff_sign_in(by, staff, pin)?;
        if member.may(permission) { Ok(member) } else { Err(OperationError::NotPermitted { permission }) }
    }
}

fn lockout_key(staff: StaffId) -> String {
    format!("pin_lockout/{staff}")
}

fn keep_an_owner(work: &Work<'_>, member: &StaffMember) -> Outcome<()> {
    let runs_shop = |member: &StaffMember| member.may(Permission::Administer);
    let others = work.read.staff()?;
    let is_known = others.iter().any(|other| other.id == member.id);
    if runs_shop(member) || !is_known || others.iter().any(|other| other.id != member.id && runs_shop(other)) {
        return Ok(());
    }
    Err(Refusal::LastOwner.into())
}

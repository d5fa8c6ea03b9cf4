//! Devices: what people call them, and taking one out of the shop.

use tradepost_domain::device::DeviceRevoked;
use tradepost_domain::fact::FactBody;
use tradepost_domain::id::{FactId, ReplicaId};
use tradepost_domain::staff::Permission;
use tradepost_replica::Recorded;
use tradepost_replica::read::DeviceRow;

use crate::by::By;
use crate::error::{Outcome, Refusal};
use crate::shop::{Shop, Work, found};
use crate::text;

impl Shop {
    /// Gives a device another name on every screen.
    pub fn rename_device(&self, by: &mut By<'_>, device: ReplicaId, name: &str) -> Outcome<Option<Recorded>> {
        text::name(name, "a name for the device")?;
        let mut work = self.work_by(by, Permission::Administer)?;
        find(&work, device)?;
        let mut settings = work.settings()?;
        settings.device_names.insert(device.to_string(), name.trim().to_owned());
        work.save(by, "device.rename", &settings)
    }

    /// Takes a device out of the shop. All that it did and that is known here counts; what it does afterwards, or did and never sent,
    /// waits for approval. Its programs can no longer exchange with anybody.
    pub fn revoke_device(&self, by: &mut By<'_>, device: ReplicaId, reason: &str) -> Outcome<Recorded> {
        text::reason(reason)?;
        let mut work = self.work_by(by, Permission::Administer)?;
        if device == work.replica.replica_id() {
            return Err(Refusal::OwnDevice.into());
        }
        if find(&work, device)?.is_revoked {
            return Err(Refusal::DeviceIsRevoked.into());
        }
        let positions = work.replica.vector()?;
        let own = positions.0.iter().filter(|(origin, _)| origin.replica == device);
        let last_valid = own.map(|(origin, position)| (origin.incarnation, position.seq)).collect();
        record(&mut work, by, "device.revoke", device, last_valid, reason)
    }

    /// Lets count what a revoked device did and what waits here.
    pub fn approve_device(&self, by: &mut By<'_>, device: ReplicaId) -> Outcome<Recorded> {
        let mut work = self.work_by(by, Permission::Administer)?;
        let row = find(&work, device)?;
        if !row.is_revoked || row.waiting.is_empty() {
            return Err(Refusal::NothingToApprove.into());
        }
        record(&mut work, by, "device.approve", device, row.waiting, "approved")
    }
}

fn find(work: &Work<'_>, device: ReplicaId) -> Outcome<DeviceRow> {
    let row = work.read.devices()?.into_iter().find(|row| row.certificate.replica == device);
    found(row, "this device")
}

fn record(
    work: &mut Work<'_>,
    by: &mut By<'_>,
    operation: &str,
    replica: ReplicaId,
    last_valid: Vec<(u32, u64)>,
    reason: &str,
) -> Outcome<Recorded> {
    let revoked = DeviceRevoked { replica, last_valid, reason: reason.trim().to_owned(), revoked_at: by.now() };
    let id = FactId::from_bytes(by.new_id());
    work.record_fact(by, operation, id, FactBody::DeviceRevoked(revoked))
}

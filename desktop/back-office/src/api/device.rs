//! Devices: who belongs to the shop, pairing with a one-time code, connecting to a server.

use serde::{Deserialize, Serialize};
use tradepost_domain::device::DeviceRole;
use tradepost_domain::id::{ReplicaId, TillId};
use tradepost_operations::lock;
use tradepost_operations::read::DeviceRow;
use ts_rs::TS;

use super::amount::{Mark, Moment, Tone};
use super::desk::{BackOffice, OpenShop, now_ms};
use super::error::{ApiError, ApiResult};

/// A device that was heard of this recently counts as in use.
const RECENT_MS: i64 = 48 * 60 * 60 * 1000;

/// The devices of the shop.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DevicesView {
    /// All of them, this one first.
    pub devices: Vec<DeviceLine>,
}

/// A device.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DeviceLine {
    /// Its replica.
    pub replica: String,
    /// What people call it.
    pub name: String,
    /// What it is for, in words.
    pub role: String,
    /// The till it is, or empty.
    pub till: String,
    /// When it was last heard of, in words.
    pub seen: String,
    /// Whether it belongs to the shop, and is in use.
    pub mark: Mark,
    /// Whether it is this computer.
    pub is_this: bool,
    /// Whether it no longer belongs to the shop.
    pub is_revoked: bool,
    /// What it did after it was removed and waits here for approval.
    pub waiting: u64,
}

/// A device to pair.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct PairInput {
    /// What it is for.
    #[ts(type = "'till' | 'back_office'")]
    pub role: DeviceRole,
    /// What people will call it.
    pub name: String,
    /// Which till, for one; empty: a new one of the device's name.
    pub till: String,
}

/// A one-time code.
#[derive(Debug, Clone, Serialize, TS)]
pub struct PairCodeView {
    /// For people: `4F7K-9Q2M`.
    pub code: String,
    /// The server to type it with.
    pub server_url: String,
    /// Until when.
    pub expires: Moment,
}

/// A server to connect to.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ConnectInput {
    /// Its address.
    pub url: String,
    /// Its operator's token; used once.
    pub admin_token: String,
}

/// All devices.
pub fn list(office: &BackOffice) -> ApiResult<DevicesView> {
    let open = office.shop()?;
    let own = lock(open.shop.replica()).replica_id();
    open.read(|reader| {
        let (zone, tills) = (reader.shop()?.utc_offset_minutes, reader.tills()?);
        let line = |row: DeviceRow| {
            let is_this = row.certificate.replica == own;
            let till = row.certificate.till.and_then(|id| tills.iter().find(|till| till.id == id));
            DeviceLine {
                replica: row.certificate.replica.to_string(),
                role: role_text(row.certificate.role).to_owned(),
                till: till.map(|till| till.code.clone()).unwrap_or_default(),
                seen: row
                    .last_entry_at
                    .map_or_else(|| "nothing done yet".to_owned(), |at| format!("last change {}", Moment::at(at, zone).text)),
                mark: mark_of(&row, is_this),
                is_revoked: row.is_revoked,
                waiting: row.waiting_count,
                name: row.name,
                is_this,
            }
        };
        let mut devices: Vec<DeviceLine> = reader.devices()?.into_iter().map(line).collect();
        devices.sort_by_key(|device| (device.is_revoked, !device.is_this, device.name.clone()));
        Ok(DevicesView { devices })
    })
}

/// Gives a device another name.
pub fn rename(office: &BackOffice, replica: &str, name: &str) -> ApiResult<()> {
    let device = device_of(replica)?;
    office.write(|write| Ok(write.shop.rename_device(&mut write.by, device, name).map(drop)?))
}

/// Takes a device out of the shop.
pub fn revoke(office: &BackOffice, replica: &str, reason: &str) -> ApiResult<()> {
    let device = device_of(replica)?;
    office.write(|write| Ok(write.shop.revoke_device(&mut write.by, device, reason).map(drop)?))
}

/// Lets count what a removed device did and what waits here.
pub fn approve(office: &BackOffice, replica: &str) -> ApiResult<()> {
    let device = device_of(replica)?;
    office.write(|write| Ok(write.shop.approve_device(&mut write.by, device).map(drop)?))
}

fn device_of(replica: &str) -> ApiResult<ReplicaId> {
    replica.parse().map_err(|_| ApiError::not_found("device"))
}

/// A one-time code for a new device. Asks the server.
pub fn pair_code(office: &BackOffice, input: &PairInput) -> ApiResult<PairCodeView> {
    let open = office.shop()?;
    let till = till_of(&open, input)?;
    let zone = open.read(|reader| Ok(reader.shop()?.utc_offset_minutes))?;
    let device = open.device();
    let code = device.pair_code(input.role, input.name.trim(), till)?;
    Ok(PairCodeView {
        code: code.code,
        server_url: device.server_url().unwrap_or_default(),
        expires: Moment::at(code.expires_at, zone),
    })
}

/// Publishes the shop to a server and starts to exchange.
pub fn connect(office: &BackOffice, input: &ConnectInput) -> ApiResult<()> {
    let open = office.shop()?;
    open.connect(input.url.trim(), input.admin_token.trim())?;
    office.start_sync(&open)
}

fn till_of(open: &OpenShop, input: &PairInput) -> ApiResult<Option<TillId>> {
    match input.role {
        DeviceRole::Till if input.till.is_empty() => new_till(open, input.name.trim()).map(Some),
        DeviceRole::Till => input.till.parse().map(Some).map_err(|_| ApiError::input("Choose which till it is.")),
        DeviceRole::BackOffice => Ok(None),
        DeviceRole::Server => Err(ApiError::input("A server is connected by its address and admin token.")),
    }
}

fn new_till(open: &OpenShop, name: &str) -> ApiResult<TillId> {
    open.write(|write| {
        let location = write.reader.locations()?.into_iter().next();
        let location = location.ok_or_else(|| ApiError::input("Add a location first: a till stands in one."))?;
        Ok(write.shop.add_till(&mut write.by, name, location.id)?.id)
    })
}

fn role_text(role: DeviceRole) -> &'static str {
    match role {
        DeviceRole::Till => "Till",
        DeviceRole::BackOffice => "Back office",
        DeviceRole::Server => "Server",
    }
}

fn mark_of(row: &DeviceRow, is_this: bool) -> Mark {
    let seen = row.last_entry_at.unwrap_or(row.certificate.issued_at);
    let is_recent = now_ms().saturating_sub(seen.unix_ms) < RECENT_MS;
    match (row.is_revoked, is_this || is_recent || row.certificate.role == DeviceRole::Server) {
        (true, _) => Mark::new("Removed", Tone::Neutral),
        (false, true) => Mark::new("In use", Tone::Good),
        (false, false) => Mark::new("Not seen lately", Tone::Soon),
    }
}

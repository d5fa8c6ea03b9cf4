//! `connect`, `pair-code`, `pair`, `sync`.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use tradepost_connection::{Device, SyncReport, SyncState, SyncStatus};
use tradepost_domain::device::DeviceRole;

use crate::answer::Answer;
use crate::args::{Connect, DeviceKind, Pair, PairCode, Sync};
use crate::error::CliError;
use crate::open::Open;

pub fn connect(data: &Path, connect: &Connect) -> Result<Answer, CliError> {
    let mut device = Device::open(data)?;
    device.connect(&connect.url, &connect.admin_token)?;
    let url = device.server_url().unwrap_or_default();
    Ok(Answer::new(json!({ "server": url }), format!("Connected to {url}. \"sync\" sends the shop there.")))
}

pub fn pair_code(data: &Path, pair_code: &PairCode) -> Result<Answer, CliError> {
    let mut open = Open::at(data)?;
    let (role, till) = match pair_code.role {
        DeviceKind::BackOffice => (DeviceRole::BackOffice, None),
        DeviceKind::Till => (DeviceRole::Till, Some(till(&mut open, pair_code)?)),
    };
    let usual = if role == DeviceRole::Till { "Till" } else { "Back office" };
    let name = pair_code.name.as_deref().unwrap_or(usual);
    let code = open.device.pair_code(role, name, till)?;
    open.close()?;
    let json = json!({ "code": code.code, "expires_at": code.expires_at.to_string() });
    Ok(Answer::new(json, code.code).with_message(format!("Good until {}, once.", code.expires_at)))
}

/// The till that a new device will be: the one named, or a new one.
fn till(open: &mut Open, pair_code: &PairCode) -> Result<tradepost_domain::id::TillId, CliError> {
    if let Some(code) = &pair_code.till {
        let known = open.read.tills()?.into_iter().find(|till| till.code.eq_ignore_ascii_case(code));
        return known.map(|till| till.id).ok_or_else(|| CliError::Refused(format!("there is no till with the code {code}")));
    }
    let (shop, location) = (open.shop.clone(), open.location(None)?.id);
    Ok(shop.add_till(&mut open.by(), pair_code.name.as_deref().unwrap_or("Till"), location)?.id)
}

pub fn pair(data: &Path, pair: &Pair) -> Result<Answer, CliError> {
    let device = Device::pair(data, &pair.url, &pair.code, &pair.name)?;
    let json = json!({ "role": device.role(), "till": device.till(), "server": device.server_url() });
    let mut answer = Answer::new(json, "This device belongs to the shop now. \"sync\" loads it.");
    if !device.keys_are_in_keyring() {
        answer =
            answer.with_message("There is no keyring here: the keys are in a file in the data folder that only you can read.");
    }
    Ok(answer)
}

pub fn sync(data: &Path, sync: &Sync) -> Result<Answer, CliError> {
    let device = Device::open(data)?;
    if sync.follow {
        return follow(&device);
    }
    let report = device.sync_once(Duration::from_secs(sync.timeout))?;
    let SyncReport { sent, received, bytes_out, bytes_in, in_step } = report;
    let json = json!({ "sent": sent, "received": received, "bytes_out": bytes_out, "bytes_in": bytes_in, "in_step": in_step });
    let step = if in_step { "in step" } else { "not in step yet" };
    Ok(Answer { is_refusal: !in_step, ..Answer::new(json, format!("Sent {sent}, received {received} entries; {step}.")) })
}

/// Exchanges until the program is stopped, and tells how it stands whenever that changes.
fn follow(device: &Device) -> Result<Answer, CliError> {
    let handle = device.start_sync()?;
    let (sender, changes) = std::sync::mpsc::sync_channel(64);
    // A change that finds the line full is dropped: the next one tells the newer state.
    handle.on_change(Box::new(move |status: &SyncStatus| drop(sender.try_send(told(status)))));
    while let Ok(line) = changes.recv() {
        drop(writeln!(std::io::stderr(), "{line}"));
    }
    Ok(Answer::default())
}

fn told(status: &SyncStatus) -> String {
    let state = match &status.state {
        SyncState::NotConnected => "no server set up".to_owned(),
        SyncState::Connecting => "connecting".to_owned(),
        SyncState::Loading { done, total } => format!("loading the shop: {done} of {total}"),
        SyncState::InStep => "in step".to_owned(),
        SyncState::Exchanging => "exchanging".to_owned(),
        SyncState::Offline { since, reason } => format!("offline since {since} ({reason}); everything is safe here"),
    };
    format!("{state}; {} entries wait", status.waiting_entries)
}

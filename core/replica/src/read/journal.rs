//! Devices, and what each of them did.

use std::collections::BTreeMap;

use rusqlite::params;
use tradepost_domain::device::CertificateBody;
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::ReplicaId;
use tradepost_domain::time::Timestamp;

use super::{DeviceRow, JournalRow, PAGE_MAX, Reader};
use crate::cbor;
use crate::entry::{EntryHeader, SectionKind};
use crate::error::ReplicaError;
use crate::journal::{Place, facts};
use crate::origin::{Hash, Origin};

struct Chain {
    origin: Origin,
    number: i64,
    seq: i64,
}

impl Reader {
    /// The shop's devices by name, with when each was last heard of.
    pub fn devices(&self) -> Result<Vec<DeviceRow>, ReplicaError> {
        let stored =
            self.rows(include_str!("../sql/devices.sql"), [], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, bool>(1)?)))?;
        let (last, names) = (self.last_entries()?, self.shop()?.device_names);
        let mut latest: BTreeMap<ReplicaId, DeviceRow> = BTreeMap::new();
        for (body, is_revoked) in stored {
            let certificate: CertificateBody = cbor::from_slice(&body)?;
            let last_entry_at = last.get(&certificate.replica).copied();
            let given = names.get(&certificate.replica.to_string()).filter(|name| !name.is_empty());
            let name = given.unwrap_or(&certificate.name).clone();
            let (waiting, waiting_count) = self.waiting_for_approval(&certificate.replica)?;
            let row = DeviceRow { certificate, name, last_entry_at, is_revoked, waiting, waiting_count };
            let known = latest.get(&row.certificate.replica).map(|known| known.certificate.issued_at);
            if known.is_none_or(|known| known <= row.certificate.issued_at) {
                latest.insert(row.certificate.replica, row);
            }
        }
        let mut devices: Vec<DeviceRow> = latest.into_values().collect();
        devices.sort_by(|a, b| (&a.name, a.certificate.replica).cmp(&(&b.name, b.certificate.replica)));
        Ok(devices)
    }

    /// The last seq of each incarnation of a device that waits for approval, and how many entries there are.
    fn waiting_for_approval(&self, replica: &ReplicaId) -> Result<(Vec<(u32, u64)>, u64), ReplicaError> {
        let stored = self.rows(include_str!("../sql/waiting_for_approval.sql"), [replica.as_bytes()], |row| {
            Ok(((row.get::<_, u32>(0)?, row.get::<_, u64>(1)?), row.get::<_, u64>(2)?))
        })?;
        let count = stored.iter().map(|(_, count)| count).sum();
        Ok((stored.into_iter().map(|(last, _)| last).collect(), count))
    }

    fn last_entries(&self) -> Result<BTreeMap<ReplicaId, Timestamp>, ReplicaError> {
        let mut last: BTreeMap<ReplicaId, Timestamp> = BTreeMap::new();
        for chain in self.chains()? {
            if let Some((_, row)) = self.entries_before(&chain, i64::MAX, 1)?.into_iter().next() {
                let at = last.entry(chain.origin.replica).or_insert(row.at);
                *at = (*at).max(row.at);
            }
        }
        Ok(last)
    }

    /// What was done, the latest first: by the order of entries. `before`: the `order` of the last row of the page before.
    pub fn journal(&self, limit: usize, before: Option<u64>) -> Result<Vec<JournalRow>, ReplicaError> {
        let limit = limit.min(PAGE_MAX);
        let before = before.and_then(|order| i64::try_from(order).ok()).unwrap_or(i64::MAX);
        let mut entries = Vec::new();
        for chain in self.chains()? {
            entries.extend(self.entries_before(&chain, before, limit)?);
        }
        entries.sort_by_key(|(_, row)| std::cmp::Reverse((row.order, row.origin, row.seq)));
        // Entries of one order stay on one page, so that `before` neither repeats nor skips.
        let last = limit.checked_sub(1).and_then(|index| entries.get(index)).map(|(_, row)| row.order);
        entries.retain(|(_, row)| last.is_none_or(|last| row.order >= last));
        entries.into_iter().map(|(header, row)| self.summarized(&header, row)).collect()
    }

    fn chains(&self) -> Result<Vec<Chain>, ReplicaError> {
        self.rows("select number, replica, incarnation, seq from origins", [], |row| {
            let origin = Origin { replica: ReplicaId::from_bytes(row.get(1)?), incarnation: row.get(2)? };
            Ok(Chain { origin, number: row.get(0)?, seq: row.get(3)? })
        })
    }

    fn entries_before(&self, chain: &Chain, lamport: i64, limit: usize) -> Result<Vec<(EntryHeader, JournalRow)>, ReplicaError> {
        let (first, last) = (Place::of(chain.number, 0).0, Place::of(chain.number, u64::try_from(chain.seq).unwrap_or(0)).0);
        let limit = i64::try_from(limit).unwrap_or(0);
        let stored = self.rows(include_str!("../sql/entries_before.sql"), params![first, last, lamport, limit], |row| {
            Ok((Hash(row.get(0)?), row.get::<_, Vec<u8>>(1)?))
        })?;
        stored.into_iter().map(|(hash, header)| Ok(journal_row(hash, EntryHeader::decode(&header)?))).collect()
    }

    fn summarized(&self, header: &EntryHeader, mut row: JournalRow) -> Result<JournalRow, ReplicaError> {
        let number = self.row(
            "select number from origins where replica = ? and incarnation = ?",
            params![row.origin.replica.as_bytes(), row.origin.incarnation],
            |row| row.get::<_, i64>(0),
        )?;
        let place = Place::of(number.unwrap_or(0), row.seq);
        let told = header.sections.iter().position(|section| section.kind == SectionKind::Fact);
        let fact: Option<Fact> = match told {
            Some(index) => facts::body(&self.connection, place.section(index))?.and_then(|bytes| cbor::from_slice(&bytes).ok()),
            None => None,
        };
        row.summary = fact.map_or_else(|| edited(header), |fact| summary(&fact.body));
        Ok(row)
    }
}

fn journal_row(hash: Hash, header: EntryHeader) -> (EntryHeader, JournalRow) {
    let row = JournalRow {
        origin: header.origin,
        seq: header.seq,
        order: header.lamport,
        hash,
        at: Timestamp::from_unix_ms(header.clock.corrected_ms()),
        staff: header.staff,
        operation: header.operation.clone(),
        summary: String::new(),
    };
    (header, row)
}

fn edited(header: &EntryHeader) -> String {
    match header.sections.as_slice() {
        [] => String::new(),
        [only] => format!("1 {}", only.scope),
        [first, ..] => format!("{} changes, first {}", header.sections.len(), first.scope),
    }
}

fn summary(body: &FactBody) -> String {
    match body {
        FactBody::SaleCompleted(sale) => format!("{}, {}", sale.receipt_number, sale.gross),
        FactBody::Refunded(refund) => format!("{}, {}", refund.receipt_number, refund.gross),
        FactBody::TillSessionOpened(opened) => format!("float {}", opened.opening_float),
        FactBody::CashMoved(moved) => format!("{}, {}", moved.amount, moved.reason),
        FactBody::TillSessionClosed(closed) => format!("Z report {}, variance {}", closed.z_number, closed.cash_variance),
        FactBody::StockReceived(received) => format!("{} variants, {}", received.lines.len(), received.reference),
        FactBody::StockAdjusted(adjusted) => format!("{} variants, {}", adjusted.lines.len(), adjusted.reason),
        FactBody::StockCounted(counted) => format!("{} variants", counted.lines.len()),
        FactBody::OrderPlaced(placed) => format!("{}, {}", placed.number, placed.gross),
        FactBody::OrderPaid(paid) => paid.amount.to_string(),
        FactBody::OrderFulfilled(fulfilled) => format!("{} lines {}", fulfilled.lines.len(), fulfilled.stage.word()),
        FactBody::OrderCanceled(canceled) => canceled.reason.clone(),
        FactBody::DeviceCertified(_) => String::new(),
        FactBody::DeviceRevoked(revoked) => revoked.reason.clone(),
    }
}

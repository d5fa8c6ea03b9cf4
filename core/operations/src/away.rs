//! After a reconnect, in plain words: what happened meanwhile, what was decided, what needs a person.

use std::collections::BTreeMap;

use serde::Serialize;
use tradepost_domain::device::DeviceRole;
use tradepost_domain::id::{DocumentId, FactId, ReplicaId};
use tradepost_domain::money::Currency;
use tradepost_domain::order::OrderStatus;
use tradepost_replica::read::{ConflictRow, DeviceRow, JournalRow, StockRow};
use tradepost_replica::{Reader, Vector};

use crate::conflict::{field_in_words, value_in_words};
use crate::error::Outcome;
use crate::home::over_refunded;
use crate::shop::Shop;

/// Entries looked at; what lies further back is counted no more.
const ENTRIES_MAX: usize = 5_000;
/// Entries read at once.
const PAGE: usize = 500;
/// Lines of each kind of thing that needs a person.
const LINES_MAX: usize = 20;

/// What a line of the report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AwayKind {
    /// What others did.
    Happened,
    /// What was settled without asking, and how.
    Decided,
    /// What a person has to look at.
    NeedsYou,
}

/// One sentence of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AwayLine {
    /// What it is about.
    pub kind: AwayKind,
    /// The sentence.
    pub text: String,
    /// The document it names.
    pub document: Option<DocumentId>,
    /// The fact it names.
    pub fact: Option<FactId>,
}

/// What happened while a device was away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AwayReport {
    /// Its sentences, in the order in which they are read.
    pub lines: Vec<AwayLine>,
}

impl Shop {
    /// What others did since this replica stood at `since`, what was decided, and what needs a person now.
    pub fn while_you_were_away(&self, since: &Vector) -> Outcome<AwayReport> {
        let own = tradepost_replica::lock(self.replica()).replica_id();
        let read = self.read();
        let mut lines = happened(&read, since, own)?;
        if lines.is_empty() {
            return Ok(AwayReport::default());
        }
        let conflicts = read.conflicts(LINES_MAX)?;
        let currency = read.shop()?.currency;
        lines.extend(conflicts.iter().filter_map(|conflict| decided(conflict, currency)));
        lines.extend(conflicts.iter().map(|conflict| needs_decision(conflict, currency)));
        lines.extend(read.stock_below_zero(LINES_MAX)?.iter().map(oversold));
        for over in over_refunded(&read)? {
            let text = format!("Receipt {} was refunded twice: {} too much was handed back.", over.receipt_number, over.over);
            lines.push(line(AwayKind::NeedsYou, text, None, Some(over.sale.into())));
        }
        let to_pack = read.order_count(OrderStatus::Open)?;
        if to_pack > 0 {
            let text = format!("{} to be packed.", counted(to_pack, "order waits", "orders wait"));
            lines.push(line(AwayKind::NeedsYou, text, None, None));
        }
        Ok(AwayReport { lines })
    }
}

/// What each other device did, counted by kind: "Till 2: 14 sales, 1 refund."
fn happened(read: &Reader, since: &Vector, own: ReplicaId) -> Outcome<Vec<AwayLine>> {
    let names: BTreeMap<ReplicaId, String> =
        read.devices()?.into_iter().map(|device| (device.certificate.replica, said_name(device))).collect();
    let mut counts: BTreeMap<ReplicaId, BTreeMap<&'static str, (u64, &'static str)>> = BTreeMap::new();
    for row in rows_since(read, since)? {
        let Some((one, many)) = words(&row.operation).filter(|_| row.origin.replica != own) else { continue };
        let count = counts.entry(row.origin.replica).or_default().entry(one).or_insert((0, many));
        count.0 = count.0.saturating_add(1);
    }
    let sentence = |(replica, done): (ReplicaId, BTreeMap<&'static str, (u64, &'static str)>)| {
        let name = names.get(&replica).map_or("Another device", String::as_str);
        let done: Vec<String> = done.into_iter().map(|(one, (count, many))| counted(count, one, many)).collect();
        line(AwayKind::Happened, format!("{name}: {}.", done.join(", ")), None, None)
    };
    Ok(counts.into_iter().map(sentence).collect())
}

/// What a person calls it. A server's own name is its address.
fn said_name(device: DeviceRow) -> String {
    match device.certificate.role {
        DeviceRole::Server => "The web shop".to_owned(),
        DeviceRole::Till | DeviceRole::BackOffice => device.name,
    }
}

fn rows_since(read: &Reader, since: &Vector) -> Outcome<Vec<JournalRow>> {
    let mut fresh = Vec::new();
    let (mut before, mut seen) = (None, 0);
    while seen < ENTRIES_MAX {
        let page = read.journal(PAGE, before)?;
        let Some(last) = page.last() else { break };
        before = Some(last.order);
        seen += page.len();
        fresh.extend(page.into_iter().filter(|row| row.seq > since.seq(&row.origin)));
    }
    Ok(fresh)
}

/// One and several of what an operation does; `None`: nothing that anybody asks about.
fn words(operation: &str) -> Option<(&'static str, &'static str)> {
    Some(match operation {
        "sale.complete" => ("sale", "sales"),
        "sale.refund" => ("refund", "refunds"),
        "till.open" => ("till opened", "tills opened"),
        "till.close" => ("till closed", "tills closed"),
        "till.move_cash" => ("cash movement", "cash movements"),
        "stock.receive" => ("delivery received", "deliveries received"),
        "stock.adjust" => ("stock adjustment", "stock adjustments"),
        "stock.count" => ("stock count", "stock counts"),
        "order.place" => ("new order", "new orders"),
        "order.record_payment" => ("payment for an order", "payments for orders"),
        "order.fulfill" => ("order packed or sent", "orders packed or sent"),
        "order.cancel" => ("order canceled", "orders canceled"),
        "catalog.import" => ("part of an import", "parts of imports"),
        "catalog.undo_import" => ("part of an import taken back", "parts of imports taken back"),
        "product.save" | "product.save_many" | "product.set_fields" | "product.archive" => ("product edit", "product edits"),
        "collection.save" => ("collection edit", "collection edits"),
        "customer.save" => ("customer edit", "customer edits"),
        "staff.save" => ("change of staff", "changes of staff"),
        "shop.edit" | "tax_table.save" | "shipping_table.save" | "location.save" | "till.save" => {
            ("change of settings", "changes of settings")
        }
        "device.rename" => ("device renamed", "devices renamed"),
        "device.revoke" => ("device removed", "devices removed"),
        "device.approve" => ("device's work approved", "devices' work approved"),
        "conflict.settle" => ("question settled", "questions settled"),
        "basket.park" => ("basket parked", "baskets parked"),
        _ => return None,
    })
}

/// A number with its noun: "1 sale", "2 sales".
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Which value stands until somebody says otherwise.
fn decided(conflict: &ConflictRow, currency: Currency) -> Option<AwayLine> {
    let current = conflict.values.iter().find(|value| value.is_current)?;
    let value = value_in_words(&conflict.path, current.value.as_ref(), currency);
    let text = format!("\"{}\": for now {} is {value}.", conflict.title, field_in_words(&conflict.path));
    Some(line(AwayKind::Decided, text, Some(conflict.document), None))
}

fn needs_decision(conflict: &ConflictRow, currency: Currency) -> AwayLine {
    let values: Vec<String> =
        conflict.values.iter().map(|value| value_in_words(&conflict.path, value.value.as_ref(), currency)).collect();
    let text = format!(
        "\"{}\": {} was set in several places at the same time ({}). Choose one.",
        conflict.title,
        field_in_words(&conflict.path),
        values.join(", ")
    );
    line(AwayKind::NeedsYou, text, Some(conflict.document), None)
}

fn oversold(row: &StockRow) -> AwayLine {
    let text = format!("{} was sold more often than it was there: {} available.", row.title, row.level.available());
    line(AwayKind::NeedsYou, text, None, None)
}

fn line(kind: AwayKind, text: String, document: Option<DocumentId>, fact: Option<FactId>) -> AwayLine {
    AwayLine { kind, text, document, fact }
}

//! What waits for a person, for the first screen of the back office.

use std::collections::BTreeSet;

use serde::Serialize;
use tradepost_domain::device::DeviceRole;
use tradepost_domain::id::{ReplicaId, SaleId};
use tradepost_domain::money::{Money, MoneyError};
use tradepost_domain::order::OrderStatus;
use tradepost_domain::quantity::Quantity;
use tradepost_domain::sale::{ReceiptNumber, Refund, Sale};
use tradepost_domain::time::Timestamp;
use tradepost_replica::Reader;
use tradepost_replica::read::{
    ConflictRow, OrderFilter, OrderRow, ProductFilter, ProductRow, ProductSort, StockRow, TillSessionRow,
};

use crate::by::By;
use crate::error::Outcome;
use crate::shop::Shop;

/// Rows of each list: what fits a screen; the lists themselves have the rest.
const ROWS_MAX: usize = 100;
/// A product of which there are so many pieces or fewer is running low.
const LOW_STOCK: Quantity = Quantity::from_thousandths(3_000);
/// Products looked at for low stock, those with the least first.
const LOW_STOCK_SCAN: usize = 500;
/// A device that wrote nothing for this long is named: two trading days and a night.
const NOT_SEEN_MS: i64 = 48 * 60 * 60 * 1000;

/// What waits for a person.
#[derive(Debug, Clone, Default, Serialize)]
pub struct HomeTasks {
    /// Paid or payable on collection, to be packed; oldest last.
    pub orders_to_pack: Vec<OrderRow>,
    /// Not paid yet.
    pub orders_unpaid: Vec<OrderRow>,
    /// Fields that several people set at the same time.
    pub conflicts: Vec<ConflictRow>,
    /// Sold or promised more than there is.
    pub oversold: Vec<StockRow>,
    /// Few left.
    pub low_stock: Vec<ProductRow>,
    /// Sales of which more was refunded than was sold: two tills refunded the same line apart.
    pub over_refunded: Vec<OverRefunded>,
    /// Devices that have not been heard of for two days.
    pub devices_not_seen: Vec<DeviceNotSeen>,
    /// Open drawers.
    pub open_sessions: Vec<TillSessionRow>,
}

/// A sale of which too much was refunded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OverRefunded {
    /// The sale.
    pub sale: SaleId,
    /// Its receipt.
    pub receipt_number: ReceiptNumber,
    /// How much too much.
    pub over: Money,
}

/// A device that has not been heard of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceNotSeen {
    /// Which.
    pub replica: ReplicaId,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub role: DeviceRole,
    /// Since when; `None`: never.
    pub last_entry_at: Option<Timestamp>,
}

impl Shop {
    /// What waits for a person.
    pub fn home(&self, by: &mut By<'_>) -> Outcome<HomeTasks> {
        let now = by.now();
        let own = tradepost_replica::lock(self.replica()).replica_id();
        let read = self.read();
        let open = orders(&read, OrderStatus::Open)?;
        let packed = orders(&read, OrderStatus::Packed)?;
        let is_unpaid = |order: &&OrderRow| order.paid.minor < order.gross.minor && !order.is_collection;
        let orders_unpaid = open.iter().chain(&packed).filter(is_unpaid).cloned().collect();
        let orders_to_pack = open.iter().filter(|order| !is_unpaid(order)).cloned().collect();
        Ok(HomeTasks {
            orders_to_pack,
            orders_unpaid,
            conflicts: read.conflicts(ROWS_MAX)?,
            oversold: read.stock_below_zero(ROWS_MAX)?,
            low_stock: low_stock(&read)?,
            over_refunded: over_refunded(&read)?,
            devices_not_seen: not_seen(&read, own, now)?,
            open_sessions: read.open_sessions()?,
        })
    }
}

fn orders(read: &Reader, status: OrderStatus) -> Outcome<Vec<OrderRow>> {
    Ok(read.orders(&OrderFilter { status: Some(status), search: String::new() }, ROWS_MAX, 0)?)
}

fn low_stock(read: &Reader) -> Outcome<Vec<ProductRow>> {
    let filter = ProductFilter { sort: ProductSort::AvailableAscending, ..ProductFilter::default() };
    let mut rows = read.product_at(&filter, 0, LOW_STOCK_SCAN)?;
    rows.retain(|row| row.available > Quantity::ZERO && row.available <= LOW_STOCK);
    rows.truncate(ROWS_MAX);
    Ok(rows)
}

/// Among the latest refunds: those whose sales were refunded beyond what was sold.
pub(crate) fn over_refunded(read: &Reader) -> Outcome<Vec<OverRefunded>> {
    let sales: BTreeSet<SaleId> = read.refunds(ROWS_MAX, 0)?.into_iter().filter_map(|refund| refund.sale).collect();
    let mut found = Vec::new();
    for id in sales {
        let Some(sale) = read.sale(id)? else { continue };
        let over = over_of(&sale, &read.refunds_of(id)?)?;
        if over.minor > 0 {
            found.push(OverRefunded { sale: id, receipt_number: sale.receipt_number, over });
        }
    }
    Ok(found)
}

/// What was handed back beyond what the lines were sold for.
fn over_of(sale: &Sale, refunds: &[Refund]) -> Result<Money, MoneyError> {
    let mut over = Money::zero(sale.gross.currency);
    for item in &sale.lines {
        let parts = refunds.iter().flat_map(|refund| &refund.lines).filter(|line| line.line == item.line.id);
        let beyond = Money::sum(over.currency, parts.map(|line| line.gross))?.checked_sub(item.gross)?;
        if beyond.minor > 0 {
            over = over.checked_add(beyond)?;
        }
    }
    Ok(over)
}

fn not_seen(read: &Reader, own: ReplicaId, now: Timestamp) -> Outcome<Vec<DeviceNotSeen>> {
    let devices = read.devices()?.into_iter().filter(|device| !device.is_revoked && device.certificate.replica != own);
    let is_silent =
        |last: Option<Timestamp>, issued: Timestamp| now.unix_ms.saturating_sub(last.unwrap_or(issued).unix_ms) > NOT_SEEN_MS;
    let silent = devices.filter(|device| is_silent(device.last_entry_at, device.certificate.issued_at));
    Ok(silent
        .map(|device| DeviceNotSeen {
            replica: device.certificate.replica,
            name: device.name,
            role: device.certificate.role,
            last_entry_at: device.last_entry_at,
        })
        .collect())
}

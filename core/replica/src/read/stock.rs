//! Stock by variant and location, and what moved it.

use rusqlite::{Row, params};
use tradepost_domain::fact::FactBody;
use tradepost_domain::id::{FactId, LocationId, StaffId, VariantId};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::stock::StockLevel;
use tradepost_domain::time::Timestamp;

use super::lists::{List, window};
use super::{PAGE_MAX, Reader, StockMovementRow, StockRow, page};
use crate::error::ReplicaError;

impl Reader {
    /// A variant's stock at every location, also where there is none.
    pub fn stock(&self, variant: VariantId) -> Result<Vec<StockRow>, ReplicaError> {
        let Some(row) = self.variant(variant)? else { return Ok(Vec::new()) };
        let title = titled(&row.product_title, &row.variant_title);
        let locations = self.locations()?;
        locations.iter().map(|location| self.stock_row(variant, &row.sku, &title, location.id)).collect()
    }

    /// A variant's stock at a location.
    pub fn stock_level(&self, variant: VariantId, location: LocationId) -> Result<StockLevel, ReplicaError> {
        let sql = include_str!("../sql/stock_level.sql");
        Ok(self.row(sql, [variant.as_bytes(), location.as_bytes()], level)?.unwrap_or_default())
    }

    /// The stock of listed variants by title; one row for each variant and location. `search` narrows as in a list of products.
    pub fn stock_list(
        &self,
        location: Option<LocationId>,
        search: &str,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<StockRow>, ReplicaError> {
        let locations = match location {
            Some(location) => vec![location],
            None => self.locations()?.into_iter().map(|location| location.id).collect(),
        };
        let Some(first) = offset.checked_div(locations.len()) else { return Ok(Vec::new()) };
        let limit = limit.min(PAGE_MAX);
        let skipped = offset - first * locations.len();
        let numbers = self.numbers(List::Variants { search: search.to_owned() })?;
        let mut rows = Vec::new();
        for number in window(&numbers, first, (limit + skipped).div_ceil(locations.len())) {
            let Some(variant) = self.variant_by_number(*number)? else { continue };
            let title = titled(&variant.product_title, &variant.variant_title);
            for location in &locations {
                rows.push(self.stock_row(variant.id, &variant.sku, &title, *location)?);
            }
        }
        Ok(rows.into_iter().skip(skipped).take(limit).collect())
    }

    /// How many rows [`Reader::stock_list`] has.
    pub fn stock_count(&self, location: Option<LocationId>, search: &str) -> Result<u64, ReplicaError> {
        let places = if location.is_some() { 1 } else { self.locations()?.len() };
        let variants = self.numbers(List::Variants { search: search.to_owned() })?.len();
        Ok((variants * places) as u64)
    }

    /// What is available of less than nothing or nothing: sold beyond what was there, or sold out and promised. Lowest first.
    pub fn stock_below_zero(&self, limit: usize) -> Result<Vec<StockRow>, ReplicaError> {
        self.rows(include_str!("../sql/stock_below_zero.sql"), [page(limit)], |row| {
            Ok(StockRow {
                variant: VariantId::from_bytes(row.get("variant")?),
                sku: row.get("sku")?,
                title: titled(row.get_ref("product_title")?.as_str()?, row.get_ref("title")?.as_str()?),
                location: LocationId::from_bytes(row.get("location")?),
                level: level(row)?,
            })
        })
    }

    /// What moved a variant's stock, newest first.
    pub fn stock_movements(&self, variant: VariantId, limit: usize) -> Result<Vec<StockMovementRow>, ReplicaError> {
        let sql = "select distinct location from stock_levels where variant = ?";
        let locations = self.rows(sql, [variant.as_bytes()], |row| row.get::<_, [u8; 16]>(0))?;
        let mut rows = Vec::new();
        for location in locations {
            rows.extend(self.rows(
                include_str!("../sql/stock_movements.sql"),
                params![variant.as_bytes(), location, page(limit)],
                movement_row,
            )?);
        }
        rows.sort_by_key(|row| std::cmp::Reverse((row.at, row.fact)));
        rows.truncate(limit.min(PAGE_MAX));
        for row in &mut rows {
            if let Some(fact) = self.fact(row.fact)? {
                row.fact_kind = fact.body.kind_name().to_owned();
                row.remark = remark(&fact.body);
            }
        }
        Ok(rows)
    }

    fn stock_row(&self, variant: VariantId, sku: &str, title: &str, location: LocationId) -> Result<StockRow, ReplicaError> {
        let level = self.stock_level(variant, location)?;
        Ok(StockRow { variant, sku: sku.to_owned(), title: title.to_owned(), location, level })
    }
}

fn titled(product: &str, variant: &str) -> String {
    if variant.is_empty() { product.to_owned() } else { format!("{product}, {variant}") }
}

fn level(row: &Row<'_>) -> rusqlite::Result<StockLevel> {
    Ok(StockLevel {
        on_hand: Quantity::from_thousandths(row.get("on_hand")?),
        committed: Quantity::from_thousandths(row.get("committed")?),
        unavailable: Quantity::from_thousandths(row.get("unavailable")?),
    })
}

fn movement_row(row: &Row<'_>) -> rusqlite::Result<StockMovementRow> {
    Ok(StockMovementRow {
        at: Timestamp::from_unix_ms(row.get("at")?),
        fact_kind: String::new(),
        fact: FactId::from_bytes(row.get("fact")?),
        quantity: Quantity::from_thousandths(row.get("amount")?),
        remark: String::new(),
        staff: row.get::<_, Option<[u8; 16]>>("staff")?.map(StaffId::from_bytes),
        location: LocationId::from_bytes(row.get("location")?),
    })
}

fn remark(body: &FactBody) -> String {
    match body {
        FactBody::SaleCompleted(sale) => sale.receipt_number.to_string(),
        FactBody::Refunded(refund) => refund.receipt_number.to_string(),
        FactBody::StockReceived(received) => received.reference.clone(),
        FactBody::StockAdjusted(adjusted) => adjusted.reason.clone(),
        FactBody::OrderFulfilled(fulfilled) => fulfilled.tracking_number.clone(),
        FactBody::OrderPlaced(placed) => placed.number.clone(),
        FactBody::TillSessionOpened(_)
        | FactBody::CashMoved(_)
        | FactBody::TillSessionClosed(_)
        | FactBody::StockCounted(_)
        | FactBody::OrderPaid(_)
        | FactBody::OrderCanceled(_)
        | FactBody::DeviceCertified(_)
        | FactBody::DeviceRevoked(_) => String::new(),
    }
}

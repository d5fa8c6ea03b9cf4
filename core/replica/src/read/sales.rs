//! Sales and refunds.

use rusqlite::{Row, ToSql, params};
use tradepost_domain::fact::FactBody;
use tradepost_domain::id::{RefundId, SaleId, StaffId, TillId, TillSessionId};
use tradepost_domain::money::Money;
use tradepost_domain::sale::{ReceiptNumber, Refund, Sale};
use tradepost_domain::time::{BusinessDay, Timestamp};

use super::{Reader, RefundRow, SaleFilter, SaleRow, count, money, page, position};
use crate::error::ReplicaError;
use crate::projections::text::fold;

impl Reader {
    /// A sale.
    pub fn sale(&self, id: SaleId) -> Result<Option<Sale>, ReplicaError> {
        Ok(self.fact(id.into())?.and_then(|fact| if let FactBody::SaleCompleted(sale) = fact.body { Some(*sale) } else { None }))
    }

    /// The sales of a receipt number; more than one only where a till was copied.
    pub fn sales_by_receipt(&self, number: &ReceiptNumber) -> Result<Vec<Sale>, ReplicaError> {
        let sql = "select id from sales where receipt_number = ? order by id limit ?";
        let ids = self.rows(sql, params![number.to_string(), page(usize::MAX)], |row| row.get(0).map(SaleId::from_bytes))?;
        ids.into_iter().filter_map(|id| self.sale(id).transpose()).collect()
    }

    /// Sales, newest first.
    pub fn sales(&self, filter: &SaleFilter, limit: usize, offset: usize) -> Result<Vec<SaleRow>, ReplicaError> {
        let SaleFilter { from, to, session, till, search } = filter;
        let search = search.trim();
        let receipts = format!("{}%", search.replace(['%', '_'], ""));
        let mut conditions = vec!["true"];
        let mut values: Vec<(&str, Box<dyn ToSql>)> = Vec::new();
        let mut narrow = |condition: &'static str, name: &'static str, value: Box<dyn ToSql>| {
            conditions.push(condition);
            values.push((name, value));
        };
        if let Some(from) = from {
            narrow("business_day >= :from", ":from", Box::new(from.unix_day));
        }
        if let Some(to) = to {
            narrow("business_day <= :to", ":to", Box::new(to.unix_day));
        }
        if let Some(session) = session {
            narrow("session = :session", ":session", Box::new(*session.as_bytes()));
        }
        if let Some(till) = till {
            narrow("till = :till", ":till", Box::new(*till.as_bytes()));
        }
        if !search.is_empty() {
            narrow("receipt_number like :receipt", ":receipt", Box::new(receipts));
        }
        values.push((":limit", Box::new(page(limit))));
        values.push((":offset", Box::new(position(offset))));
        let sql = format!(include_str!("../sql/sales.sql"), conditions = conditions.join(" and "));
        let params: Vec<(&str, &dyn ToSql)> = values.iter().map(|(name, value)| (*name, &**value)).collect();
        self.rows(&sql, params.as_slice(), sale_row)
    }

    /// The refunds of a sale, oldest first.
    pub fn refunds_of(&self, sale: SaleId) -> Result<Vec<Refund>, ReplicaError> {
        let sql = "select id from refunds where sale = ? order by refunded_at, id";
        let ids = self.rows(sql, [sale.as_bytes()], |row| row.get(0).map(RefundId::from_bytes))?;
        ids.into_iter().filter_map(|id| self.refund(id).transpose()).collect()
    }

    /// A refund.
    pub fn refund(&self, id: RefundId) -> Result<Option<Refund>, ReplicaError> {
        Ok(self.fact(id.into())?.and_then(|fact| if let FactBody::Refunded(refund) = fact.body { Some(*refund) } else { None }))
    }

    /// Refunds, newest first.
    pub fn refunds(&self, limit: usize, offset: usize) -> Result<Vec<RefundRow>, ReplicaError> {
        let sql = "select sale, id, refunded_at, receipt_number, gross, currency from refunds order by refunded_at desc, id desc limit ? offset ?";
        self.rows(sql, params![page(limit), position(offset)], refund_row)
    }

    /// The highest receipt number that a till's code has used in an incarnation, sales and refunds together; 0: none.
    pub fn last_receipt_number(&self, till_code: &str, incarnation: u32) -> Result<u64, ReplicaError> {
        let prefix = format!("{till_code}-{incarnation}-");
        let sql = include_str!("../sql/last_receipt.sql");
        let last: Option<String> = self.row(sql, [&prefix], |row| row.get(0))?.flatten();
        Ok(last.and_then(|number| number.parse().ok()).map_or(0, |number: ReceiptNumber| number.number))
    }
}

fn receipt(row: &Row<'_>) -> rusqlite::Result<ReceiptNumber> {
    let text = row.get_ref("receipt_number")?.as_str()?;
    Ok(text.parse().unwrap_or_else(|_| ReceiptNumber { till_code: fold(text), incarnation: 0, number: 0 }))
}

fn sale_row(row: &Row<'_>) -> rusqlite::Result<SaleRow> {
    let gross = money(row, "gross")?;
    Ok(SaleRow {
        id: SaleId::from_bytes(row.get("id")?),
        receipt_number: receipt(row)?,
        sold_at: Timestamp::from_unix_ms(row.get("sold_at")?),
        business_day: BusinessDay { unix_day: row.get("business_day")? },
        till: TillId::from_bytes(row.get("till")?),
        session: TillSessionId::from_bytes(row.get("session")?),
        staff: row.get::<_, Option<[u8; 16]>>("staff")?.map(StaffId::from_bytes),
        line_count: count(row, "line_count")?,
        gross,
        refunded_gross: Money { minor: row.get("refunded_gross")?, ..gross },
    })
}

fn refund_row(row: &Row<'_>) -> rusqlite::Result<RefundRow> {
    let sale: [u8; 16] = row.get("sale")?;
    Ok(RefundRow {
        id: RefundId::from_bytes(row.get("id")?),
        receipt_number: receipt(row)?,
        sale: (sale != crate::projections::NO_SALE).then(|| SaleId::from_bytes(sale)),
        refunded_at: Timestamp::from_unix_ms(row.get("refunded_at")?),
        gross: money(row, "gross")?,
    })
}

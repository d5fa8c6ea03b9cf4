//! Reports from the totals of days.

use std::collections::BTreeMap;

use rusqlite::params;
use tradepost_domain::id::VariantId;
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::sale::TenderType;
use tradepost_domain::time::BusinessDay;

use super::{Reader, SalesTotals, TaxTotals, TopVariantRow, page};
use crate::cbor;
use crate::error::ReplicaError;
use crate::projections::totals::{Totals, hour_of};

/// The most days of a report: ten years.
const DAYS_MAX: i64 = 3700;

impl Reader {
    /// Totals by trading day, both ends included. Days without anything are left out.
    pub fn sales_by_day(&self, from: BusinessDay, to: BusinessDay) -> Result<Vec<SalesTotals>, ReplicaError> {
        let currency = self.shop()?.currency;
        Ok(self.days(from, to)?.iter().map(|(day, totals)| sales_totals(*day, totals, currency)).collect())
    }

    /// Tax by rate, the highest first.
    pub fn taxes(&self, from: BusinessDay, to: BusinessDay) -> Result<Vec<TaxTotals>, ReplicaError> {
        let amounts = self.sum_of_days(from, to)?.tax_amounts(self.shop()?.currency);
        let totals = amounts.into_iter().map(|amount| TaxTotals {
            name: amount.name,
            rate_millionths: amount.rate_millionths,
            net: amount.net,
            tax: amount.tax,
        });
        Ok(totals.collect())
    }

    /// Takings by tender: handed over less change less refunds.
    pub fn tenders(&self, from: BusinessDay, to: BusinessDay) -> Result<Vec<(TenderType, Money)>, ReplicaError> {
        let (totals, currency) = (self.sum_of_days(from, to)?, self.shop()?.currency);
        Ok(totals.tenders.into_iter().map(|(tender, minor)| (tender, Money::from_minor(minor, currency))).collect())
    }

    /// Gross sales of a trading day by hour of the shop's clock; hours without a sale are left out.
    pub fn sales_by_hour(&self, day: BusinessDay) -> Result<Vec<(u8, Money)>, ReplicaError> {
        let shop = self.shop()?;
        let mut hours: BTreeMap<u8, i64> = BTreeMap::new();
        for (slot, gross) in self.sum_of_days(day, day)?.slots {
            let sum = hours.entry(hour_of(slot, shop.utc_offset_minutes)).or_default();
            *sum = sum.wrapping_add(gross);
        }
        Ok(hours.into_iter().map(|(hour, minor)| (hour, Money::from_minor(minor, shop.currency))).collect())
    }

    /// What sold best over the counter, less refunds, by takings.
    pub fn top_products(&self, from: BusinessDay, to: BusinessDay, limit: usize) -> Result<Vec<TopVariantRow>, ReplicaError> {
        let currency = self.shop()?.currency;
        self.rows(include_str!("../sql/top_variants.sql"), params![from.unix_day, to.unix_day, page(limit)], |row| {
            Ok(TopVariantRow {
                variant: VariantId::from_bytes(row.get("variant")?),
                sku: row.get("sku")?,
                product_title: row.get("product_title")?,
                variant_title: row.get("title")?,
                quantity: Quantity::from_thousandths(row.get("quantity")?),
                gross: Money::from_minor(row.get("gross")?, currency),
            })
        })
    }

    fn days(&self, from: BusinessDay, to: BusinessDay) -> Result<Vec<(BusinessDay, Totals)>, ReplicaError> {
        let sql = "select business_day, totals from sales_days where business_day between ? and ? order by business_day limit ?";
        let stored =
            self.rows(sql, params![from.unix_day, to.unix_day, DAYS_MAX], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)))?;
        stored.into_iter().map(|(unix_day, totals)| Ok((BusinessDay { unix_day }, cbor::from_slice(&totals)?))).collect()
    }

    fn sum_of_days(&self, from: BusinessDay, to: BusinessDay) -> Result<Totals, ReplicaError> {
        let mut sum = Totals::default();
        self.days(from, to)?.iter().for_each(|(_, totals)| sum.add_totals(totals));
        Ok(sum)
    }
}

fn sales_totals(business_day: BusinessDay, totals: &Totals, currency: Currency) -> SalesTotals {
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    let money = |minor| Money::from_minor(minor, currency);
    SalesTotals {
        business_day,
        sale_count: count(totals.sale_count),
        refund_count: count(totals.refund_count),
        order_count: count(totals.order_count),
        net: money(totals.net),
        tax: money(totals.tax),
        gross: money(totals.sales_gross.wrapping_sub(totals.refunds_gross)),
        orders_gross: money(totals.orders_gross),
    }
}

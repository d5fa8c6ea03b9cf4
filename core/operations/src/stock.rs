//! Stock received, adjusted and counted.

use tradepost_domain::fact::FactBody;
use tradepost_domain::id::{FactId, LocationId};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::staff::Permission;
use tradepost_domain::stock::{StockAdjusted, StockCounted, StockLine, StockReceived};
use tradepost_replica::Recorded;

use crate::by::By;
use crate::error::{Outcome, Refusal};
use crate::shop::{Shop, Work, found};
use crate::text;

/// Lines of one delivery or count: it fits an entry, and a screen.
pub(crate) const STOCK_LINES_MAX: usize = 5_000;

/// A change of stock that was recorded.
#[derive(Debug, Clone)]
pub struct StockChanged {
    /// The fact.
    pub fact: FactId,
    /// Its entry.
    pub recorded: Recorded,
}

impl Shop {
    /// Goods arrived at a location.
    pub fn receive(
        &self,
        by: &mut By<'_>,
        location: LocationId,
        lines: Vec<StockLine>,
        reference: &str,
    ) -> Outcome<StockChanged> {
        text::at_most(reference, "the reference", text::REMARK_CHARS_MAX)?;
        all(&lines, "a quantity received", |quantity| quantity > Quantity::ZERO, "it is more than zero")?;
        let work = stock_work(self, by, location, &lines)?;
        let received = StockReceived { location, lines, reference: reference.to_owned(), received_at: by.now() };
        record(work, by, "stock.receive", FactBody::StockReceived(received))
    }

    /// Stock is more or less than it was for a reason that somebody gives.
    pub fn adjust(&self, by: &mut By<'_>, location: LocationId, lines: Vec<StockLine>, reason: &str) -> Outcome<StockChanged> {
        text::reason(reason)?;
        all(&lines, "an adjustment", |quantity| quantity != Quantity::ZERO, "it is more or less than zero")?;
        let work = stock_work(self, by, location, &lines)?;
        let adjusted = StockAdjusted { location, lines, reason: reason.to_owned(), adjusted_at: by.now() };
        record(work, by, "stock.adjust", FactBody::StockAdjusted(adjusted))
    }

    /// This is what was there. Movements that the counter did not know of stay on top of it.
    pub fn count(&self, by: &mut By<'_>, location: LocationId, lines: Vec<StockLine>) -> Outcome<StockChanged> {
        all(&lines, "a counted quantity", |quantity| quantity >= Quantity::ZERO, "it cannot be negative")?;
        let work = stock_work(self, by, location, &lines)?;
        let counted = StockCounted { location, lines, counted_at: by.now() };
        record(work, by, "stock.count", FactBody::StockCounted(counted))
    }
}

fn stock_work<'a>(shop: &'a Shop, by: &By<'_>, location: LocationId, lines: &[StockLine]) -> Outcome<Work<'a>> {
    let work = shop.work_by(by, Permission::Stock)?;
    found(work.read.location(location)?, "this location")?;
    for line in lines {
        found(work.read.variant(line.variant)?, "a variant in the list")?;
    }
    Ok(work)
}

fn all(lines: &[StockLine], what: &'static str, holds: fn(Quantity) -> bool, expected: &'static str) -> Outcome<()> {
    if lines.is_empty() {
        return Err(Refusal::Missing { what: "at least one quantity" }.into());
    }
    if lines.len() > STOCK_LINES_MAX {
        return Err(Refusal::TooMany { what: "lines", count: lines.len(), max: STOCK_LINES_MAX }.into());
    }
    let mut variants: Vec<_> = lines.iter().map(|line| line.variant).collect();
    variants.sort_unstable();
    if variants.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(Refusal::NotValid { what: "the list", expected: "each variant stands in it once" }.into());
    }
    if lines.iter().all(|line| holds(line.quantity)) { Ok(()) } else { Err(Refusal::NotValid { what, expected }.into()) }
}

fn record(mut work: Work<'_>, by: &mut By<'_>, operation: &str, body: FactBody) -> Outcome<StockChanged> {
    let fact = FactId::from_bytes(by.new_id());
    let recorded = work.record_fact(by, operation, fact, body)?;
    Ok(StockChanged { fact, recorded })
}

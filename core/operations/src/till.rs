//! The till session: opened with a float, cash moved, counted and closed.

use tradepost_domain::fact::FactBody;
use tradepost_domain::id::{FactId, TillId, TillSessionId};
use tradepost_domain::money::Money;
use tradepost_domain::staff::Permission;
use tradepost_domain::till_session::{
    CashCount, CashMoved, CashMovementKind, CloseTillSession, TillSessionClosed, TillSessionError, TillSessionOpened,
};
use tradepost_replica::Recorded;
use tradepost_replica::read::TillSessionRow;

use crate::by::By;
use crate::error::{Outcome, Refusal};
use crate::print_queue::{self, PrintWhat};
use crate::shop::{Shop, Work, found, same_currency};
use crate::text;

/// A drawer that was opened.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "each says itself")]
pub struct SessionOpened {
    pub session: TillSessionOpened,
    pub recorded: Recorded,
}

/// A drawer that was closed.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "each says itself")]
pub struct SessionClosed {
    /// The Z report.
    pub report: TillSessionClosed,
    pub recorded: Recorded,
}

impl Shop {
    /// Opens a till's drawer. The trading date of its sales is today at the shop.
    pub fn open_session(&self, by: &mut By<'_>, till: TillId, opening_float: Money) -> Outcome<SessionOpened> {
        let mut work = self.work_by(by, Permission::RunTill)?;
        let till = found(work.read.till(till)?, "this till")?;
        let settings = work.settings()?;
        same_currency(&settings, opening_float)?;
        if opening_float.is_negative() {
            return Err(TillSessionError::NegativeCash.into());
        }
        if work.read.open_session(till.id)?.is_some() {
            return Err(Refusal::SessionIsOpen { till: till.name }.into());
        }
        let (id, opened_at) = (TillSessionId::from_bytes(by.new_id()), by.now());
        let business_day = opened_at.date_at_offset(settings.utc_offset_minutes);
        let (till, location) = (till.id, till.location);
        let session = TillSessionOpened { id, till, location, business_day, opened_at, staff: by.staff, opening_float };
        let recorded = work.record_fact(by, "till.open", id.into(), FactBody::TillSessionOpened(session.clone()))?;
        Ok(SessionOpened { session, recorded })
    }

    /// Moves cash into or out of an open drawer for another reason than a sale.
    pub fn cash_moved(
        &self,
        by: &mut By<'_>,
        session: TillSessionId,
        kind: CashMovementKind,
        amount: Money,
        reason: &str,
    ) -> Outcome<Recorded> {
        text::reason(reason)?;
        let mut work = self.work_by(by, Permission::RunTill)?;
        open(&work, session)?;
        same_currency(&work.settings()?, amount)?;
        let moved = CashMoved { session, kind, amount, reason: reason.to_owned(), staff: by.staff, moved_at: by.now() };
        moved.check()?;
        let fact = FactId::from_bytes(by.new_id());
        work.record_fact(by, "till.move_cash", fact, FactBody::CashMoved(moved))
    }

    /// Totals so far. Changes nothing.
    pub fn x_report(&self, session: TillSessionId) -> Outcome<TillSessionRow> {
        found(self.read().session(session)?, "this till session")
    }

    /// Closes a drawer with what was counted in it. The report's number follows the till's last one without a gap.
    pub fn close_session(&self, by: &mut By<'_>, session: TillSessionId, count: CashCount) -> Outcome<SessionClosed> {
        let mut work = self.work_by(by, Permission::RunTill)?;
        let row = open(&work, session)?;
        same_currency(&work.settings()?, count.counted)?;
        let report = TillSessionClosed::close(CloseTillSession {
            session,
            till: row.till,
            z_number: work.read.last_z_number(row.till)?.saturating_add(1),
            business_day: row.business_day,
            closed_at: by.now(),
            staff: by.staff,
            count,
            totals: row.totals,
        })?;
        let fact = FactId::from_bytes(by.new_id());
        let body = FactBody::TillSessionClosed(Box::new(report.clone()));
        let queue = print_queue::with_job(&work, by, PrintWhat::ZReport(session))?;
        let draft = tradepost_replica::Draft {
            facts: vec![tradepost_domain::fact::Fact { id: fact, body }],
            local: vec![queue],
            ..by.draft("till.close")
        };
        let recorded = work.record(draft, by.env)?;
        Ok(SessionClosed { report, recorded })
    }
}

/// The session, which must be open.
fn open(work: &Work<'_>, session: TillSessionId) -> Outcome<TillSessionRow> {
    let row = found(work.read.session(session)?, "this till session")?;
    if row.closed_at.is_some() { Err(Refusal::SessionIsClosed.into()) } else { Ok(row) }
}

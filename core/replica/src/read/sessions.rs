//! Till sessions and their reports.

use rusqlite::{Connection, OptionalExtension, Row, params};
use tradepost_domain::fact::FactBody;
use tradepost_domain::id::{FactId, TillId, TillSessionId};
use tradepost_domain::till_session::TillSessionClosed;
use tradepost_domain::time::{BusinessDay, Timestamp};

use super::{OpenSession, Reader, TillSessionRow, find_money, money, page, position};
use crate::cbor;
use crate::error::ReplicaError;
use crate::projections::totals::Totals;

const COLUMNS: &str =
    "id, till, business_day, opened_at, opening_float, currency, totals, closing, closed_at, z_number, cash_variance";

struct Stored {
    row: TillSessionRow,
    closing: Option<FactId>,
}

impl Reader {
    /// The session that is open at a till; of several the one opened last.
    pub fn open_session(&self, till: TillId) -> Result<Option<TillSessionRow>, ReplicaError> {
        open_session(&self.connection, till)?.map_or(Ok(None), |open| self.session(open.id))
    }

    /// Every session that is open.
    pub fn open_sessions(&self) -> Result<Vec<TillSessionRow>, ReplicaError> {
        let sql = format!(
            "select {COLUMNS} from till_sessions where z_number is null and opened_at is not null order by opened_at desc, id limit ?"
        );
        self.sessions_of(&sql, [page(usize::MAX)])
    }

    /// A session.
    pub fn session(&self, id: TillSessionId) -> Result<Option<TillSessionRow>, ReplicaError> {
        let sql = format!("select {COLUMNS} from till_sessions where id = ?");
        self.sessions_of(&sql, [id.as_bytes()]).map(|rows| rows.into_iter().next())
    }

    /// Sessions, the latest first.
    pub fn sessions(&self, limit: usize, offset: usize) -> Result<Vec<TillSessionRow>, ReplicaError> {
        let sql = format!(
            "select {COLUMNS} from till_sessions where opened_at is not null order by opened_at desc, id desc limit ? offset ?"
        );
        self.sessions_of(&sql, params![page(limit), position(offset)])
    }

    /// The Z report of a closed session.
    pub fn z_report(&self, id: TillSessionId) -> Result<Option<TillSessionClosed>, ReplicaError> {
        let sql = "select closing from till_sessions where id = ?";
        let closing = self.row(sql, [id.as_bytes()], |row| row.get::<_, Option<[u8; 16]>>(0))?.flatten();
        closing.map_or(Ok(None), |fact| self.closing(FactId::from_bytes(fact)))
    }

    /// The number of a till's last Z report; 0: none yet.
    pub fn last_z_number(&self, till: TillId) -> Result<u64, ReplicaError> {
        let sql = "select max(z_number) from till_sessions where till = ?";
        let last = self.row(sql, [till.as_bytes()], |row| row.get::<_, Option<i64>>(0))?.flatten();
        Ok(last.and_then(|number| u64::try_from(number).ok()).unwrap_or(0))
    }

    fn closing(&self, fact: FactId) -> Result<Option<TillSessionClosed>, ReplicaError> {
        Ok(self
            .fact(fact)?
            .and_then(|fact| if let FactBody::TillSessionClosed(closed) = fact.body { Some(*closed) } else { None }))
    }

    fn sessions_of(&self, sql: &str, params: impl rusqlite::Params) -> Result<Vec<TillSessionRow>, ReplicaError> {
        let stored = self.rows(sql, params, stored)?;
        let mut rows = Vec::with_capacity(stored.len());
        for Stored { mut row, closing } in stored {
            if let Some(fact) = closing
                && let Some(closed) = self.closing(fact)?
            {
                row.totals = closed.totals;
            }
            rows.push(row);
        }
        Ok(rows)
    }
}

/// The session that is open at a till; of several the one opened last.
pub(crate) fn open_session(connection: &Connection, till: TillId) -> Result<Option<OpenSession>, ReplicaError> {
    let mut statement = connection.prepare_cached(include_str!("../sql/open_session.sql"))?;
    let found = statement.query_row([till.as_bytes()], |row| {
        Ok(OpenSession {
            id: TillSessionId::from_bytes(row.get(0)?),
            business_day: BusinessDay { unix_day: row.get(1)? },
            opened_at: Timestamp::from_unix_ms(row.get(2)?),
        })
    });
    Ok(found.optional()?)
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let totals: Totals = cbor::from_slice(row.get_ref("totals")?.as_blob()?).unwrap_or_default();
    let time = |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_unix_ms));
    Ok(Stored {
        row: TillSessionRow {
            id: TillSessionId::from_bytes(row.get("id")?),
            till: TillId::from_bytes(row.get::<_, Option<[u8; 16]>>("till")?.unwrap_or_default()),
            business_day: BusinessDay { unix_day: row.get::<_, Option<i32>>("business_day")?.unwrap_or_default() },
            opened_at: time("opened_at")?.unwrap_or(Timestamp::from_unix_ms(0)),
            closed_at: time("closed_at")?,
            z_number: row.get::<_, Option<i64>>("z_number")?.and_then(|number| u64::try_from(number).ok()),
            totals: totals.of_session(money(row, "opening_float")?),
            cash_variance: find_money(row, "cash_variance")?,
        },
        closing: row.get::<_, Option<[u8; 16]>>("closing")?.map(FactId::from_bytes),
    })
}

//! Points in time and trading dates.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};

/// A point in time in milliseconds since 1970-01-01 UTC, as some wall clock told it. It annotates; nothing is refused for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp {
    /// Milliseconds since 1970-01-01 UTC.
    pub unix_ms: i64,
}

/// The text is not a time or date; the message says what is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not RFC 3339.
    #[error("not a time: write it like 2026-11-22T14:05:00Z")]
    Timestamp,
    /// Not a date.
    #[error("not a date: write it like 2026-11-22")]
    Date,
}

impl Timestamp {
    /// The time this many milliseconds after 1970-01-01 UTC.
    pub const fn from_unix_ms(unix_ms: i64) -> Self {
        Self { unix_ms }
    }

    /// The date at this moment at an offset from UTC, in minutes.
    pub fn date_at_offset(self, offset_minutes: i32) -> BusinessDay {
        let local_ms = self.unix_ms.saturating_add(i64::from(offset_minutes) * 60_000);
        let days = local_ms.div_euclid(86_400_000).clamp(BusinessDay::MIN_DAY, BusinessDay::MAX_DAY);
        BusinessDay { unix_day: i32::try_from(days).unwrap_or(0) }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.unix_ms) * 1_000_000)
            .ok()
            .and_then(|at| at.format(&Rfc3339).ok());
        match text {
            Some(text) => out.write_str(&text),
            None => write!(out, "{} ms", self.unix_ms),
        }
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| TimeError::Timestamp)?;
        let unix_ms = i64::try_from(at.unix_timestamp_nanos() / 1_000_000).map_err(|_| TimeError::Timestamp)?;
        Ok(Self { unix_ms })
    }
}

/// The trading date a sale counts towards; not always the calendar date. It comes from the till session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BusinessDay {
    /// Days since 1970-01-01.
    pub unix_day: i32,
}

impl BusinessDay {
    const MIN_DAY: i64 = -719_162;
    const MAX_DAY: i64 = 2_932_896;
}

impl fmt::Display for BusinessDay {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Date::from_julian_day(self.unix_day.saturating_add(2_440_588)) {
            Ok(date) => write!(out, "{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day()),
            Err(_) => write!(out, "day {}", self.unix_day),
        }
    }
}

impl FromStr for BusinessDay {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let format = time::macros::format_description!("[year]-[month]-[day]");
        let date = Date::parse(text, format).map_err(|_| TimeError::Date)?;
        Ok(Self { unix_day: date.to_julian_day() - 2_440_588 })
    }
}

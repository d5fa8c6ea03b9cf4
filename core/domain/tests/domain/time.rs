//! Times, days and ids: what is written is read.

use proptest::prelude::*;
use tradepost_domain::id::{DocumentId, ShopId};
use tradepost_domain::time::{BusinessDay, Timestamp};

use crate::samples::{DAY, NOON};

#[test]
fn times_and_days_are_written_as_people_read_them() {
    assert_eq!(NOON.to_string(), "2026-11-22T12:00:00Z");
    assert_eq!(DAY.to_string(), "2026-11-22");
    assert_eq!("2026-11-22".parse(), Ok(DAY));
    assert_eq!("2026-11-22T13:00:00+01:00".parse(), Ok(NOON));
    assert_eq!(Timestamp::from_unix_ms(i64::MAX).to_string(), "9223372036854775807 ms");
    assert!("2026-02-30".parse::<BusinessDay>().is_err() && "yesterday".parse::<Timestamp>().is_err());
}

#[test]
fn the_day_depends_on_the_place() {
    let late = Timestamp::from_unix_ms(NOON.unix_ms + 11 * 3_600_000 + 1_800_000);
    assert_eq!(late.date_at_offset(0), DAY);
    assert_eq!(late.date_at_offset(60).to_string(), "2026-11-23");
    assert_eq!(late.date_at_offset(-720), DAY);
}

proptest! {
    #[test]
    fn every_day_and_time_of_the_calendar_reads_back(day in -719_162_i32..=2_932_896, ms in -62_135_596_800_000_i64..253_402_300_799_999) {
        let day = BusinessDay { unix_day: day };
        prop_assert_eq!(day.to_string().parse(), Ok(day));
        let time = Timestamp::from_unix_ms(ms);
        prop_assert_eq!(time.to_string().parse(), Ok(time));
    }

    #[test]
    fn no_time_panics(ms in crate::any::edge(), offset in any::<i32>(), unix_day in any::<i32>()) {
        let day = Timestamp::from_unix_ms(ms).date_at_offset(offset);
        prop_assert!(day.to_string().parse() == Ok(day), "{day}");
        let far = BusinessDay { unix_day };
        prop_assert!(!far.to_string().is_empty());
    }

    #[test]
    fn ids_read_back(bytes in any::<[u8; 16]>(), text in crate::any::text()) {
        let id = DocumentId::from_bytes(bytes);
        prop_assert_eq!(id.to_string().parse(), Ok(id));
        prop_assert_eq!(id.to_string(), bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        prop_assert_eq!(DocumentId::from(ShopId::from(id)), id);
        prop_assert!(text.parse::<DocumentId>().is_err() || text.len() == 32);
    }
}

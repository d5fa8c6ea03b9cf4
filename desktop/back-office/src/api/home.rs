//! Home: what needs a person, today against a week ago, and what happened while nobody was here.

use serde::Serialize;
use tradepost_domain::device::DeviceRole;
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::time::{BusinessDay, Timestamp};
use tradepost_operations::read::{OrderFilter, PAGE_MAX, ProductFilter, ProductSort, Reader};
use tradepost_operations::{AwayKind, HomeTasks, Origin, Position, Vector, lock};
use ts_rs::TS;

use super::amount::{Amount, Tone};
use super::desk::{OpenShop, now_ms};
use super::error::{ApiError, ApiResult};
use super::report::{DayFigures, figures};

/// Under which name this machine remembers up to where somebody has read.
const SEEN_KEY: &str = "back_office/seen";
/// Names of the examples in a task.
const EXAMPLES_MAX: usize = 3;
/// Hours that the chart always shows; it grows where something was sold earlier or later.
const OPENING_HOURS: std::ops::RangeInclusive<u8> = 8..=19;

/// Pages of web orders that the chart of hours looks through: more than a small shop has in a week.
const ORDER_PAGES_MAX: usize = 10;
const DAY_MS: i64 = 24 * HOUR_MS;
const HOUR_MS: i64 = 60 * 60 * 1000;

/// The home screen.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Home {
    /// What needs a person, most pressing first.
    pub tasks: Vec<Task>,
    /// Today.
    pub today: DayFigures,
    /// Today against the same day a week ago, in words.
    pub comparison: String,
    /// By hour.
    pub hours: Vec<HourFigures>,
    /// The last seven days, today last.
    pub week: Vec<WeekDay>,
    /// Before the first sale: how far the shop is, shown instead of charts.
    pub first_steps: Option<FirstSteps>,
}

/// What a new shop does before it sells, and whether it has done so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct FirstSteps {
    /// There are products.
    pub has_products: bool,
    /// Something is on a shelf.
    pub has_stock: bool,
    /// A till was paired.
    pub has_till: bool,
}

/// Something that needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Task {
    /// How many.
    pub count: u64,
    /// What.
    pub title: String,
    /// Which, or what to do.
    pub detail: String,
    /// How pressing.
    pub tone: Tone,
    /// The screen that has it.
    pub screen: String,
    /// Where on that screen.
    pub part: String,
}

/// An hour of today and of the same day a week ago.
#[derive(Debug, Clone, Serialize, TS)]
pub struct HourFigures {
    /// `14`.
    pub label: String,
    /// Today.
    pub now: Amount,
    /// A week ago.
    pub before: Amount,
}

/// A day of the week.
#[derive(Debug, Clone, Serialize, TS)]
pub struct WeekDay {
    /// `Mon 16`.
    pub label: String,
    /// Sales with tax.
    pub gross: Amount,
    /// Whether it is today.
    pub is_today: bool,
}

/// What happened while nobody was here.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AwayView {
    /// In plain sentences.
    pub lines: Vec<AwaySentence>,
}

/// One sentence of it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AwaySentence {
    /// The sentence.
    pub text: String,
    /// What it asks for.
    pub tone: Tone,
}

/// The home screen.
pub fn show(open: &OpenShop) -> ApiResult<Home> {
    let tasks = open.write(|write| Ok(write.shop.home(&mut write.by)?))?;
    open.read(|reader| {
        let shop = reader.shop()?;
        let today = Timestamp::from_unix_ms(now_ms()).date_at_offset(shop.utc_offset_minutes);
        let week_ago = BusinessDay { unix_day: today.unix_day.saturating_sub(7) };
        let days = reader.sales_by_day(week_ago, today)?;
        let of = |day: BusinessDay| figures(day, days.iter().find(|totals| totals.business_day == day), shop.currency);
        let (now, before) = (of(today)?, of(week_ago)?);
        let is_new = days.is_empty() && reader.sales(&Default::default(), 1, 0)?.is_empty();
        let week = (0..7).rev().map(|back| {
            let day = BusinessDay { unix_day: today.unix_day.saturating_sub(back) };
            Ok(WeekDay { label: day_label(day), gross: of(day)?.gross, is_today: day == today })
        });
        Ok(Home {
            tasks: task_list(&tasks),
            comparison: comparison(&now.gross, &before.gross),
            hours: hours(reader, today, week_ago, shop.currency)?,
            week: week.collect::<ApiResult<_>>()?,
            first_steps: if is_new { Some(first_steps(reader)?) } else { None },
            today: now,
        })
    })
}

fn first_steps(reader: &Reader) -> ApiResult<FirstSteps> {
    let by_stock = ProductFilter { sort: ProductSort::AvailableDescending, ..ProductFilter::default() };
    let fullest = reader.product_at(&by_stock, 0, 1)?.pop();
    let has_till = reader.devices()?.iter().any(|device| !device.is_revoked && device.certificate.role == DeviceRole::Till);
    Ok(FirstSteps {
        has_products: fullest.is_some(),
        has_stock: fullest.is_some_and(|product| product.on_hand > Quantity::ZERO),
        has_till,
    })
}

/// What happened since somebody last said that they have read it; `None`: nothing.
pub fn away(open: &OpenShop) -> ApiResult<Option<AwayView>> {
    let Some(seen) = seen(open)? else {
        dismiss(open)?;
        return Ok(None);
    };
    let report = open.shop.while_you_were_away(&seen)?;
    let sentence = |line: tradepost_operations::AwayLine| AwaySentence { text: line.text, tone: tone_of(line.kind) };
    let lines: Vec<AwaySentence> = report.lines.into_iter().map(sentence).collect();
    Ok((!lines.is_empty()).then_some(AwayView { lines }))
}

/// Somebody has read it.
pub fn dismiss(open: &OpenShop) -> ApiResult<()> {
    let mut replica = lock(open.shop.replica());
    let seen: Vec<(Origin, Position)> = replica.vector()?.0.into_iter().collect();
    let bytes = serde_json::to_vec(&seen).unwrap_or_default();
    Ok(replica.put_local(SEEN_KEY, Some(&bytes))?)
}

fn seen(open: &OpenShop) -> ApiResult<Option<Vector>> {
    let bytes = lock(open.shop.replica()).local(SEEN_KEY)?;
    let read = bytes.and_then(|bytes| serde_json::from_slice::<Vec<(Origin, Position)>>(&bytes).ok());
    Ok(read.map(|positions| Vector(positions.into_iter().collect())))
}

fn tone_of(kind: AwayKind) -> Tone {
    match kind {
        AwayKind::Happened => Tone::Neutral,
        AwayKind::Decided => Tone::News,
        AwayKind::NeedsYou => Tone::Soon,
    }
}

fn task_list(tasks: &HomeTasks) -> Vec<Task> {
    let names = |names: Vec<&str>| names.into_iter().take(EXAMPLES_MAX).collect::<Vec<_>>().join(", ");
    let list = [
        task(
            tasks.conflicts.len(),
            ("change to decide", "changes to decide"),
            names(tasks.conflicts.iter().map(|row| row.title.as_str()).collect()),
            Tone::Soon,
            "conflicts",
            "",
        ),
        task(
            tasks.orders_to_pack.len(),
            ("order to pack", "orders to pack"),
            names(tasks.orders_to_pack.iter().map(|row| row.number.as_str()).collect()),
            Tone::News,
            "orders",
            "open",
        ),
        task(
            tasks.oversold.len(),
            ("product sold below zero", "products sold below zero"),
            names(tasks.oversold.iter().map(|row| row.title.as_str()).collect()),
            Tone::Bad,
            "products",
            "by-stock",
        ),
        task(
            tasks.orders_unpaid.len(),
            ("order waits for payment", "orders wait for payment"),
            names(tasks.orders_unpaid.iter().map(|row| row.number.as_str()).collect()),
            Tone::Neutral,
            "orders",
            "unpaid",
        ),
        task(
            tasks.over_refunded.len(),
            ("sale refunded twice", "sales refunded twice"),
            "Look at the receipts".to_owned(),
            Tone::Bad,
            "orders",
            "shop",
        ),
        task(
            tasks.low_stock.len(),
            ("product running low", "products running low"),
            names(tasks.low_stock.iter().map(|row| row.title.as_str()).collect()),
            Tone::Neutral,
            "products",
            "by-stock",
        ),
        task(
            tasks.devices_not_seen.len(),
            ("device not seen for two days", "devices not seen for two days"),
            names(tasks.devices_not_seen.iter().map(|device| device.name.as_str()).collect()),
            Tone::Soon,
            "settings",
            "devices",
        ),
    ];
    list.into_iter().flatten().collect()
}

fn task(count: usize, (one, many): (&str, &str), detail: String, tone: Tone, screen: &str, part: &str) -> Option<Task> {
    let title = if count == 1 { one } else { many };
    let mut letters = title.chars();
    let title = letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    (count > 0).then(|| Task { count: count as u64, title, detail, tone, screen: screen.to_owned(), part: part.to_owned() })
}

fn hours(reader: &Reader, today: BusinessDay, week_ago: BusinessDay, currency: Currency) -> ApiResult<Vec<HourFigures>> {
    let (mut now, mut before) = (reader.sales_by_hour(today)?, reader.sales_by_hour(week_ago)?);
    for (day, hour, gross) in web_orders(reader, week_ago)? {
        if day == today {
            now.push((hour, gross));
        } else if day == week_ago {
            before.push((hour, gross));
        }
    }
    let used = || now.iter().chain(&before).map(|(hour, _)| *hour);
    let first = used().min().unwrap_or(u8::MAX).min(*OPENING_HOURS.start());
    let last = used().max().unwrap_or(0).max(*OPENING_HOURS.end());
    let of = |hours: &[(u8, Money)], hour: u8| -> ApiResult<Amount> {
        let parts = hours.iter().filter(|(known, _)| *known == hour).map(|(_, gross)| *gross);
        Ok(Money::sum(currency, parts).map_err(|problem| ApiError::input(problem.to_string()))?.into())
    };
    (first..=last)
        .map(|hour| Ok(HourFigures { label: hour.to_string(), now: of(&now, hour)?, before: of(&before, hour)? }))
        .collect()
}

/// Day, hour and total of the web orders since a day.
fn web_orders(reader: &Reader, since: BusinessDay) -> ApiResult<Vec<(BusinessDay, u8, Money)>> {
    let offset_ms = i64::from(reader.shop()?.utc_offset_minutes) * 60_000;
    let mut found = Vec::new();
    for page in 0..ORDER_PAGES_MAX {
        let filter = OrderFilter { status: None, search: String::new() };
        let rows = reader.orders(&filter, PAGE_MAX, page * PAGE_MAX)?;
        let count = rows.len();
        for row in rows {
            let local_ms = row.placed_at.unix_ms.saturating_add(offset_ms);
            let Ok(unix_day) = i32::try_from(local_ms.div_euclid(DAY_MS)) else { continue };
            let hour = u8::try_from(local_ms.rem_euclid(DAY_MS) / HOUR_MS).unwrap_or(0);
            if unix_day < since.unix_day {
                return Ok(found);
            }
            found.push((BusinessDay { unix_day }, hour, row.gross));
        }
        if count < PAGE_MAX {
            break;
        }
    }
    Ok(found)
}

fn comparison(now: &Amount, before: &Amount) -> String {
    if before.minor <= 0 {
        return "no sales on this day a week ago".to_owned();
    }
    let percent = (i128::from(now.minor) - i128::from(before.minor)) * 100 / i128::from(before.minor);
    match percent {
        0 => format!("as on this day a week ago ({})", before.text),
        more if more > 0 => format!("{more} % more than the whole of this day a week ago ({})", before.text),
        less => format!("{} % of this day a week ago ({})", 100 + less, before.text),
    }
}

/// `Mon 16`. The first of January 1970 was a Thursday.
fn day_label(day: BusinessDay) -> String {
    let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    let index = usize::try_from(day.unix_day.rem_euclid(7)).unwrap_or(0);
    let name = names.get(index).copied().unwrap_or_default();
    let date = day.to_string();
    let of_month = date.rsplit('-').next().unwrap_or_default().trim_start_matches('0').to_owned();
    format!("{name} {of_month}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_called_by_its_weekday() {
        assert_eq!(day_label("2026-11-22".parse().unwrap()), "Sun 22");
        assert_eq!(day_label("1970-01-01".parse().unwrap()), "Thu 1");
    }

    #[test]
    fn a_task_is_singular_or_plural_and_absent_when_there_is_none() {
        let one = task(1, ("order to pack", "orders to pack"), String::new(), Tone::News, "orders", "open").unwrap();
        assert_eq!(one.title, "Order to pack");
        assert_eq!(task(0, ("order to pack", "orders to pack"), String::new(), Tone::News, "orders", ""), None);
    }
}

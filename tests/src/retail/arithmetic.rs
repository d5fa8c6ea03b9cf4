//! The same sums by plain arithmetic: whole numbers, no type of the product, so that a mistake in it is not made twice.
//!
//! Gross and stock come from the lines of the file alone. Tax also needs to know what stood on one receipt line (it is rounded by
//! receipt line, half up, and a part that comes back takes the difference of what is rounded before and after), so it follows the script.

use std::collections::{BTreeMap, HashMap};

use super::file::Invoice;
use super::script::{Script, Sold, Work, add};

const DAY_MS: i64 = 86_400_000;

/// Sums of one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DaySums {
    /// Sales.
    pub sales: u64,
    /// Refunds, with and without a receipt.
    pub refunds: u64,
    /// Sales less refunds with tax, pence.
    pub gross: i64,
    /// Of that, tax.
    pub tax: i64,
}

/// All sums.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums {
    /// By day since 1970.
    pub days: BTreeMap<i32, DaySums>,
    /// Pieces on hand by code, from nothing.
    pub stock: BTreeMap<String, i64>,
    /// Taken by card less handed back, pence.
    pub card: i64,
    /// Taken in cash less handed back, pence.
    pub cash: i64,
}

impl Sums {
    /// Over all days.
    pub fn total(&self) -> DaySums {
        self.days.values().fold(DaySums::default(), |sum, day| DaySums {
            sales: sum.sales + day.sales,
            refunds: sum.refunds + day.refunds,
            gross: sum.gross + day.gross,
            tax: sum.tax + day.tax,
        })
    }
}

/// Sums of what the tills do, where prices contain tax at `rate_percent`.
pub fn sums_of(invoices: &[Invoice], script: &Script, rate_percent: i64) -> Sums {
    let mut sums = Sums::default();
    for invoice in invoices.iter().filter(|invoice| !script.left_out.contains(&invoice.number)) {
        for line in &invoice.lines {
            sums.days.entry(day_of(invoice.at_ms)).or_default().gross += line.quantity * line.price_minor;
            // Outside of returns a negative quantity is goods written off, not goods that came back.
            let is_write_off = line.quantity < 0 && !invoice.number.starts_with('C');
            *sums.stock.entry(line.code.clone()).or_default() += if is_write_off { line.quantity } else { -line.quantity };
        }
    }
    sum_script(&mut sums, script, rate_percent);
    sums
}

fn sum_script(sums: &mut Sums, script: &Script, rate_percent: i64) {
    // What is left of the lines of a sale: quantity and tax.
    let mut left: HashMap<(usize, String, i64), (i64, i64)> = HashMap::new();
    for (index, step) in script.steps.iter().enumerate() {
        let day = sums.days.entry(day_of(step.at_ms)).or_default();
        match &step.work {
            Work::Sale { lines, by_card } => {
                day.sales += 1;
                for line in merged(lines) {
                    let tax = tax_in(line.quantity * line.price_minor, rate_percent);
                    day.tax += tax;
                    left.insert((index, line.code, line.price_minor), (line.quantity, tax));
                }
                *(if *by_card { &mut sums.card } else { &mut sums.cash }) += gross_of(lines);
            }
            Work::Refund { of, lines } => {
                day.refunds += 1;
                let sale = script.steps.get(*of).map(|step| &step.work);
                let Some(Work::Sale { lines: sold, by_card }) = sale else { continue };
                for line in lines {
                    let whole =
                        merged(sold).into_iter().find(|whole| whole.code == line.code && whole.price_minor == line.price_minor);
                    let (Some(whole), Some(rest)) = (whole, left.get_mut(&(*of, line.code.clone(), line.price_minor))) else {
                        continue;
                    };
                    let after = rest.0 - line.quantity;
                    let whole_tax = tax_in(whole.quantity * whole.price_minor, rate_percent);
                    let tax_after = half_up(whole_tax * after, whole.quantity);
                    day.tax -= rest.1 - tax_after;
                    *rest = (after, tax_after);
                }
                *(if *by_card { &mut sums.card } else { &mut sums.cash }) -= gross_of(lines);
            }
            Work::WithoutReceipt { lines } => {
                day.refunds += 1;
                day.tax -= merged(lines).iter().map(|line| tax_in(line.quantity * line.price_minor, rate_percent)).sum::<i64>();
                sums.cash -= gross_of(lines);
            }
            Work::Adjustment { .. } => {}
        }
    }
}

fn day_of(at_ms: i64) -> i32 {
    i32::try_from(at_ms.div_euclid(DAY_MS)).unwrap_or_default()
}

fn gross_of(lines: &[Sold]) -> i64 {
    lines.iter().map(|line| line.quantity * line.price_minor).sum()
}

/// As they stand on the receipt: one line for each code and price.
fn merged(lines: &[Sold]) -> Vec<Sold> {
    let mut merged = Vec::new();
    lines.iter().for_each(|line| add(&mut merged, line.clone()));
    merged
}

/// The tax in a gross amount.
fn tax_in(gross: i64, rate_percent: i64) -> i64 {
    half_up(gross * rate_percent, 100 + rate_percent)
}

/// A quotient of amounts that are not negative.
fn half_up(dividend: i64, divisor: i64) -> i64 {
    (2 * dividend + divisor).div_euclid(2 * divisor)
}

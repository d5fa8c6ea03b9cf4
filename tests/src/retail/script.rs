//! What two tills do with the invoices: invoices take turns at the tills; returns go to the till that sold the goods, where an earlier
//! line of the same customer, code and price has something left, and are taken without a receipt where none has.

use std::collections::{BTreeMap, HashMap};

use super::file::{Invoice, RetailLine};

/// Lines of one receipt; an invoice of more becomes several sales.
const LINES_MAX: usize = 500;

/// Goods of one code at one price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sold {
    /// The code.
    pub code: String,
    /// Pieces; more than none.
    pub quantity: i64,
    /// Of one piece, pence.
    pub price_minor: i64,
}

/// One thing that a till does.
#[derive(Debug, Clone)]
pub struct Step {
    /// At the first or the second till.
    pub till: usize,
    /// When.
    pub at_ms: i64,
    /// What.
    pub work: Work,
}

/// What a till does.
#[derive(Debug, Clone)]
pub enum Work {
    /// Sells. Known customers pay by card, others in cash.
    Sale {
        /// As the invoice has them, one by one.
        lines: Vec<Sold>,
        /// Whether the customer is known.
        by_card: bool,
    },
    /// Takes goods back to the sale of an earlier step.
    Refund {
        /// Which step.
        of: usize,
        /// What of it.
        lines: Vec<Sold>,
    },
    /// Takes goods back without a receipt, for cash.
    WithoutReceipt {
        /// What.
        lines: Vec<Sold>,
    },
    /// Writes goods off, or on.
    Adjustment {
        /// Pieces by code.
        lines: BTreeMap<String, i64>,
        /// Why.
        reason: String,
    },
}

/// All of it.
#[derive(Debug, Default)]
pub struct Script {
    /// In order.
    pub steps: Vec<Step>,
    /// Invoices that no till plays: accounting entries without goods.
    pub left_out: Vec<String>,
    /// Pieces that came back to a sale, and without one.
    pub returned: (i64, i64),
}

/// Who may bring back what.
type Key = (String, String, i64);

/// Turns invoices into what the tills do.
pub fn script(invoices: &[Invoice]) -> Script {
    let mut script = Script::default();
    let mut sold: HashMap<Key, Vec<(usize, i64)>> = HashMap::new();
    for (index, invoice) in invoices.iter().enumerate() {
        let till = index % 2;
        if invoice.number.starts_with('A') {
            script.left_out.push(invoice.number.clone());
        } else if invoice.number.starts_with('C') {
            take_back(&mut script, &mut sold, till, invoice);
        } else {
            sell(&mut script, &mut sold, till, invoice);
            write_off(&mut script, till, invoice);
        }
    }
    script
}

fn sell(script: &mut Script, sold: &mut HashMap<Key, Vec<(usize, i64)>>, till: usize, invoice: &Invoice) {
    let lines: Vec<&RetailLine> = invoice.lines.iter().filter(|line| line.quantity > 0).collect();
    for part in lines.chunks(LINES_MAX) {
        let step = script.steps.len();
        let by_card = part.iter().any(|line| !line.customer.is_empty());
        for line in part.iter().filter(|line| !line.customer.is_empty()) {
            sold.entry(key_of(line)).or_default().push((step, line.quantity));
        }
        let lines = part.iter().map(|line| sold_of(line, line.quantity)).collect();
        script.steps.push(Step { till, at_ms: invoice.at_ms, work: Work::Sale { lines, by_card } });
    }
}

fn write_off(script: &mut Script, till: usize, invoice: &Invoice) {
    let mut lines: BTreeMap<String, i64> = BTreeMap::new();
    for line in invoice.lines.iter().filter(|line| line.quantity < 0) {
        *lines.entry(line.code.clone()).or_default() += line.quantity;
    }
    if !lines.is_empty() {
        let title = invoice.lines.first().map(|line| line.title.clone()).unwrap_or_default();
        let reason = if title.is_empty() { "no reason given".to_owned() } else { title };
        script.steps.push(Step { till, at_ms: invoice.at_ms, work: Work::Adjustment { lines, reason } });
    }
}

fn take_back(script: &mut Script, sold: &mut HashMap<Key, Vec<(usize, i64)>>, till: usize, invoice: &Invoice) {
    let mut to_sales: BTreeMap<usize, Vec<Sold>> = BTreeMap::new();
    let mut without = Vec::new();
    for line in &invoice.lines {
        let mut wanted = -line.quantity;
        for (step, left) in sold.get_mut(&key_of(line)).into_iter().flatten() {
            let quantity = wanted.min(*left);
            if quantity > 0 {
                add(to_sales.entry(*step).or_default(), sold_of(line, quantity));
                (*left, wanted) = (*left - quantity, wanted - quantity);
                script.returned.0 += quantity;
            }
        }
        if wanted > 0 {
            without.push(sold_of(line, wanted));
            script.returned.1 += wanted;
        }
    }
    let at_ms = invoice.at_ms;
    for (of, lines) in to_sales {
        let till = script.steps.get(of).map_or(till, |sale| sale.till);
        script.steps.push(Step { till, at_ms, work: Work::Refund { of, lines } });
    }
    if !without.is_empty() {
        script.steps.push(Step { till, at_ms, work: Work::WithoutReceipt { lines: without } });
    }
}

/// Adds to the goods of the same code and price.
pub(super) fn add(lines: &mut Vec<Sold>, more: Sold) {
    match lines.iter_mut().find(|line| line.code == more.code && line.price_minor == more.price_minor) {
        Some(line) => line.quantity += more.quantity,
        None => lines.push(more),
    }
}

fn key_of(line: &RetailLine) -> Key {
    (line.customer.clone(), line.code.clone(), line.price_minor)
}

fn sold_of(line: &RetailLine, quantity: i64) -> Sold {
    Sold { code: line.code.clone(), quantity, price_minor: line.price_minor }
}

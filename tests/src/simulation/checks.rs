//! The checks: what must hold in a busy world, and what must hold when all is quiet.

use std::collections::BTreeSet;

use tradepost_domain::id::SaleId;
use tradepost_replica::lock;

use super::node::{Node, NodeKind};
use super::reference::Reference;
use super::work::Printed;

/// C3 in a busy world: no replica shows a sale without its lines, its payment and its postings. The newest sales are looked at.
pub fn while_busy(nodes: &[Node]) -> Vec<String> {
    let mut failures = Vec::new();
    for node in nodes {
        let Some(shop) = &node.shop else { continue };
        let reader = shop.reader().expect("a reader");
        for row in reader.sales(&Default::default(), 20, 0).expect("sales") {
            let Some(sale) = reader.sale(row.id).expect("a sale") else {
                failures.push(format!("C3: {} lists sale {} and does not have it", node.name, row.id));
                continue;
            };
            let lines: i64 = sale.lines.iter().map(|line| line.gross.minor).sum();
            let paid: i64 = sale.tenders.iter().map(|tender| tender.amount.minor).sum();
            if lines != sale.gross.minor || paid - sale.change_due.minor != sale.gross.minor + sale.cash_rounding.minor {
                failures.push(format!("C3: {} shows half of sale {}", node.name, row.id));
            }
        }
    }
    failures
}

/// Everything that must hold when no work is left and everyone is in step.
pub fn when_quiet(nodes: &mut [Node], printed: &[Printed]) -> Vec<String> {
    let mut failures = Vec::new();
    convergence(nodes, &mut failures);
    conservation(nodes, printed, &mut failures);
    chains_and_rebuild(nodes, &mut failures);
    failures
}

/// C1: equal vectors, digests and projection rows.
fn convergence(nodes: &[Node], failures: &mut Vec<String>) {
    let mut states = nodes.iter().filter_map(|node| {
        let replica = node.replica()?;
        let mut replica = lock(&replica);
        let rows = replica.reader().expect("a reader").projection_digests().expect("projection digests");
        Some((node.name.clone(), replica.vector().expect("a vector"), replica.digest().expect("a digest"), rows))
    });
    let Some((first, vector, digest, rows)) = states.next() else { return };
    for (name, other_vector, other_digest, other_rows) in states {
        if vector != other_vector {
            failures.push(format!("C1: {first} and {name} have read different entries"));
        }
        if digest != other_digest {
            failures.push(format!("C1: {first} and {name} differ in documents or facts: {digest:?} {other_digest:?}"));
        }
        for ((table, hash), (_, other_hash)) in rows.iter().zip(&other_rows) {
            if hash != other_hash {
                failures.push(format!("C1: {first} and {name} differ in table {table}"));
            }
        }
    }
}

/// C5: each printed receipt is at the server once, stock and takings are what the journal says.
fn conservation(nodes: &[Node], printed: &[Printed], failures: &mut Vec<String>) {
    let Some(server) = nodes.iter().find(|node| node.kind == NodeKind::Server) else { return };
    let Some(shop) = &server.shop else { return };
    let mut missing = 0;
    let reference = Reference::of(&lock(shop.replica()));
    let sales = reference.sales();
    let reader = shop.reader().expect("a reader");
    for receipt in printed {
        let kept = reader.sale(receipt.sale).expect("a sale");
        let is_whole = kept.is_some_and(|sale| sale.gross.minor == receipt.gross && sale.lines.len() == receipt.lines);
        if !is_whole || !sales.contains(&receipt.sale) {
            missing += 1;
        }
    }
    if missing > 0 {
        failures.push(format!("C5: {missing} printed sales are not at the server as they were printed"));
    }
    for ((location, variant), expected) in reference.on_hand() {
        let level = reader.stock_level(variant, location).expect("a stock level");
        if level.on_hand.thousandths != expected {
            failures
                .push(format!("C5: variant {variant} stands at {} and the journal says {expected}", level.on_hand.thousandths));
        }
    }
    let (from, to) = ("1990-01-01".parse().expect("a day"), "2100-01-01".parse().expect("a day"));
    let takings: i64 = reader.sales_by_day(from, to).expect("totals").iter().map(|day| day.gross.minor).sum();
    if takings != reference.takings() {
        failures.push(format!("C5: reports add up to {takings} and the journal to {}", reference.takings()));
    }
}

/// C6 and C2: every header verifies back to the first, and a rebuild gives the same rows.
fn chains_and_rebuild(nodes: &mut [Node], failures: &mut Vec<String>) {
    for node in nodes {
        let Some(replica) = node.replica() else { continue };
        let mut replica = lock(&replica);
        let before = replica.reader().expect("a reader").projection_digests().expect("digests");
        match replica.verify(&mut |_, _| {}) {
            Ok(report) if report.is_sound() => {}
            Ok(report) => failures.push(format!("C6: {} does not verify: {report:?}", node.name)),
            Err(error) => failures.push(format!("C6: {} cannot be verified: {error}", node.name)),
        }
        if let Err(error) = replica.rebuild(&mut |_, _| {}) {
            failures.push(format!("C2: {} cannot be rebuilt: {error}", node.name));
        }
        let after = replica.reader().expect("a reader").projection_digests().expect("digests");
        for ((table, hash), (_, again)) in before.iter().zip(&after) {
            if hash != again {
                failures.push(format!("C2: table {table} of {} is another after a rebuild", node.name));
            }
        }
    }
}

/// Sales that only this node has: what a restored backup cannot bring back.
pub fn unsent_sales(nodes: &[Node], index: usize) -> BTreeSet<SaleId> {
    let sales_of = |node: &Node| node.replica().map(|replica| Reference::of(&lock(&replica)).sales()).unwrap_or_default();
    let Some(node) = nodes.get(index) else { return BTreeSet::new() };
    let mut own = sales_of(node);
    for (other, node) in nodes.iter().enumerate() {
        if other != index {
            let theirs = sales_of(node);
            own.retain(|sale| !theirs.contains(sale));
        }
    }
    own
}

//! What waits for this machine's receipt printer. A job is queued in the transaction of its sale, so a power cut loses neither or both.

use serde::{Deserialize, Serialize};
use tradepost_domain::id::{RefundId, SaleId, TillSessionId};
use tradepost_domain::time::Timestamp;

use crate::by::By;
use crate::error::Outcome;
use crate::shop::{Shop, Work, json};

/// Jobs kept: hours of a printer out of paper. The oldest give way; every receipt can be printed again.
const JOBS_MAX: usize = 100;
const KEY: &str = "print_queue";

/// What is to be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrintWhat {
    /// A sale's receipt.
    Sale(SaleId),
    /// A refund's receipt.
    Refund(RefundId),
    /// A session's Z report.
    ZReport(TillSessionId),
    /// The totals of an open session, as they are when the paper comes out.
    XReport(TillSessionId),
}

/// Something that waits to be printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintJob {
    /// Its id.
    pub id: String,
    /// What.
    pub what: PrintWhat,
    /// Since when.
    pub queued_at: Timestamp,
    /// How often it was tried.
    pub tries: u32,
    /// Why the last try failed; empty: not tried yet.
    pub last_problem: String,
}

impl Shop {
    /// What waits, oldest first.
    pub fn print_queue(&self) -> Outcome<Vec<PrintJob>> {
        jobs(&self.work())
    }

    /// Queues a receipt or report once more.
    pub fn reprint(&self, by: &mut By<'_>, what: PrintWhat) -> Outcome<PrintJob> {
        let mut work = self.work();
        let mut queue = jobs(&work)?;
        let job = job(by, what);
        push(&mut queue, job.clone());
        work.put_local(KEY, &queue)?;
        Ok(job)
    }

    /// It is on paper. Harmless to repeat.
    pub fn mark_printed(&self, id: &str) -> Outcome<()> {
        let mut work = self.work();
        let mut queue = jobs(&work)?;
        queue.retain(|job| job.id != id);
        work.put_local(KEY, &queue)
    }

    /// The printer did not take it; it goes on waiting.
    pub fn mark_print_failed(&self, id: &str, why: &str) -> Outcome<()> {
        let mut work = self.work();
        let mut queue = jobs(&work)?;
        for job in queue.iter_mut().filter(|job| job.id == id) {
            job.tries = job.tries.saturating_add(1);
            job.last_problem = why.chars().take(crate::text::REMARK_CHARS_MAX).collect();
        }
        work.put_local(KEY, &queue)
    }
}

/// The local value of the queue with one job more, to be written in the transaction of what is printed.
pub(crate) fn with_job(work: &Work<'_>, by: &mut By<'_>, what: PrintWhat) -> Outcome<(String, Option<Vec<u8>>)> {
    let mut queue = jobs(work)?;
    push(&mut queue, job(by, what));
    Ok((KEY.to_owned(), json(&queue)))
}

fn jobs(work: &Work<'_>) -> Outcome<Vec<PrintJob>> {
    Ok(work.local(KEY)?.unwrap_or_default())
}

fn job(by: &mut By<'_>, what: PrintWhat) -> PrintJob {
    let id = by.new_id().iter().map(|byte| format!("{byte:02x}")).collect();
    PrintJob { id, what, queued_at: by.now(), tries: 0, last_problem: String::new() }
}

fn push(queue: &mut Vec<PrintJob>, job: PrintJob) {
    if queue.len() >= JOBS_MAX {
        queue.remove(0);
    }
    queue.push(job);
}

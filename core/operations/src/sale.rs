//! Completing a sale: one entry with the sale, this counter's next receipt number and the receipt to print.

use tradepost_domain::basket::Basket;
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{SaleId, TillId, TillSessionId};
use tradepost_domain::sale::{CompleteSale, ReceiptNumber, Sale, Tender};
use tradepost_domain::shop::Till;
use tradepost_domain::staff::Permission;
use tradepost_domain::time::{BusinessDay, Timestamp};
use tradepost_replica::read::OpenSession;
use tradepost_replica::{Draft, Recorded, lock};

use crate::basket::{self, PricingRules, discount_is_allowed};
use crate::by::By;
use crate::error::{Outcome, Refusal};
use crate::print_queue::{self, PrintWhat};
use crate::shop::{Shop, Work, json};
use crate::text;

/// A basket being paid.
#[derive(Debug, Clone)]
pub struct Checkout {
    /// What is sold.
    pub basket: Basket,
    /// How it is paid: in full, change from cash alone.
    pub tenders: Vec<Tender>,
    /// The till.
    pub till: TillId,
    /// Its open session.
    pub session: TillSessionId,
    /// Whether a receipt is printed.
    pub receipt: ReceiptChoice,
}

/// Whether a receipt goes to the printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptChoice {
    /// It is queued with the sale.
    Print,
    /// Nobody wants paper, or there is no printer; it can be printed later.
    NoPaper,
}

/// A sale that was completed.
#[derive(Debug, Clone)]
pub struct Completed {
    /// The sale.
    pub sale: Sale,
    /// Its entry. The first digits of its hash stand on the receipt.
    pub recorded: Recorded,
}

impl Shop {
    /// Completes a sale. When this returns it is on disk, and not before then is anything printed or a drawer opened.
    pub fn complete(&self, by: &mut By<'_>, checkout: Checkout) -> Outcome<Completed> {
        let completed = self.complete_ahead(by, checkout)?;
        self.apply_ahead();
        Ok(completed)
    }

    /// Completes a sale and leaves its stock, lists and totals for [`Self::apply_ahead`]: for a counter, where the drawer opens first. When this
    /// returns the sale is on disk.
    pub fn complete_ahead(&self, by: &mut By<'_>, checkout: Checkout) -> Outcome<Completed> {
        let Checkout { basket, tenders, till, session, receipt } = checkout;
        let mut work = self.work_by(by, Permission::Sell)?;
        let counter = Counter::open(&mut work, till, Some(session))?;
        let sale = counter.sale(&work, by, &basket, tenders, counter.next_receipt(&work)?)?;
        let mut local = vec![basket::emptied(), counter.advance(sale.receipt_number.number)];
        if receipt == ReceiptChoice::Print {
            local.push(print_queue::with_job(&work, by, PrintWhat::Sale(sale.id))?);
        }
        let recorded = work.replica.record_ahead(draft_of(&sale, by, local), by.env)?;
        Ok(Completed { sale, recorded })
    }

    /// Applies what a sale left to do. What cannot be applied now (the disk is full) is applied before the next thing is recorded: the sale
    /// is booked either way, so this is no failure of the sale.
    pub fn apply_ahead(&self) {
        // Whoever passes the sale on was woken, and may wait for this very processor.
        std::thread::yield_now();
        lock(self.replica()).apply_ahead().ok();
    }
}

/// What a sale records.
pub(crate) fn draft_of(sale: &Sale, by: &By<'_>, local: Vec<(String, Option<Vec<u8>>)>) -> Draft {
    let fact = Fact { id: sale.id.into(), body: FactBody::SaleCompleted(Box::new(sale.clone())) };
    Draft { facts: vec![fact], local, ..by.draft("sale.complete") }
}

/// An open till as it sells: its session, the shop's rules, its receipt numbers.
pub(crate) struct Counter {
    pub till: Till,
    pub session: OpenSession,
    pub rules: PricingRules,
    receipt_key: String,
    incarnation: u32,
}

impl Counter {
    /// The counter of an open till; `session` is the one that the caller believes to be open.
    pub fn open(work: &mut Work<'_>, till: TillId, session: Option<TillSessionId>) -> Outcome<Self> {
        let till = work.till(till)?;
        let open = work.replica.open_session(till.id)?;
        let row = open.filter(|row| session.is_none_or(|session| session == row.id));
        let session = row.ok_or_else(|| Refusal::NoOpenSession { till: till.name.clone() })?;
        let rules = work.pricing_rules(session.business_day)?;
        let incarnation = work.replica.origin().incarnation;
        let receipt_key = format!("receipt/{}/{incarnation}", till.id);
        Ok(Self { till, session, rules, receipt_key, incarnation })
    }

    /// The number that this till's next receipt gets: one more than the last that it gave, or that is known of its code.
    pub fn next_receipt(&self, work: &Work<'_>) -> Outcome<u64> {
        let last = match work.local::<u64>(&self.receipt_key)? {
            Some(last) => last,
            None => work.read.last_receipt_number(&self.till.code, self.incarnation)?,
        };
        Ok(last.saturating_add(1))
    }

    /// The local value that remembers a number as given, to be written in the transaction of its receipt.
    pub fn advance(&self, number: u64) -> (String, Option<Vec<u8>>) {
        (self.receipt_key.clone(), json(&number))
    }

    pub fn receipt_number(&self, number: u64) -> ReceiptNumber {
        ReceiptNumber { till_code: self.till.code.clone(), incarnation: self.incarnation, number }
    }

    /// The trading date of something done at `at`: its session's. What was done before the session opened and is recorded now
    /// counts on its own date.
    pub fn business_day(&self, at: Timestamp) -> BusinessDay {
        let date = at.date_at_offset(self.rules.settings.utc_offset_minutes);
        if at < self.session.opened_at { date.min(self.session.business_day) } else { self.session.business_day }
    }

    /// The rules on the day of `at`: tax rates go by the calendar, not by the trading date.
    pub fn rules_at(&self, at: Timestamp) -> PricingRules {
        PricingRules { day: at.date_at_offset(self.rules.settings.utc_offset_minutes), ..self.rules.clone() }
    }

    /// The sale of a basket, not recorded yet.
    pub fn sale(&self, work: &Work<'_>, by: &mut By<'_>, basket: &Basket, tenders: Vec<Tender>, number: u64) -> Outcome<Sale> {
        text::at_most(&basket.note, "the note", text::REMARK_CHARS_MAX)?;
        for tender in &tenders {
            text::at_most(&tender.reference, "the reference", text::NAME_CHARS_MAX)?;
        }
        let discounts = basket.lines.iter().filter_map(|line| line.discount.as_ref()).chain(&basket.discount);
        for discount in discounts {
            discount_is_allowed(&work.read, by.staff, discount)?;
        }
        let sold_at = by.now();
        let priced = self.rules_at(sold_at).price(basket)?;
        Ok(Sale::complete(CompleteSale {
            id: SaleId::from_bytes(by.new_id()),
            receipt_number: self.receipt_number(number),
            till: self.till.id,
            location: self.till.location,
            session: self.session.id,
            business_day: self.business_day(sold_at),
            sold_at,
            staff: by.staff,
            customer: basket.customer,
            priced,
            tenders,
            smallest_coin_minor: self.rules.settings.smallest_coin_minor,
            note: basket.note.clone(),
        })?)
    }
}

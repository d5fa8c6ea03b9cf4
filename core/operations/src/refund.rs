//! Money back: lines of a sale, to the tender they were paid with; or goods without a receipt.

use tradepost_domain::basket::Basket;
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{RefundId, SaleId, TillId, TillSessionId};
use tradepost_domain::money::{Money, MoneyError};
use tradepost_domain::refund::{CompleteRefund, PricedRefund, RefundRequest, RefundableLine, refundable};
use tradepost_domain::sale::{GoodsReturn, Refund, Sale, Tender, TenderType};
use tradepost_domain::staff::Permission;
use tradepost_replica::{Draft, Recorded};

use crate::basket;
use crate::by::By;
use crate::error::{Outcome, Refusal};
use crate::print_queue::{self, PrintWhat};
use crate::sale::{Counter, ReceiptChoice};
use crate::shop::{Shop, Work, found};
use crate::text;

/// How money is handed back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundTender {
    /// As it was paid: to cards and others first, as far as they were charged, and the rest in cash.
    Original,
    /// All in cash.
    Cash,
    /// All to a card on a terminal of its own.
    ExternalCard {
        /// The terminal's reference.
        reference: String,
    },
    /// All by another means.
    Other {
        /// Which.
        reference: String,
    },
}

/// What is refunded of a sale.
#[derive(Debug, Clone)]
pub struct RefundOrder {
    /// The sale.
    pub sale: SaleId,
    /// Which of its lines; empty: all that is left, sellable.
    pub lines: Vec<RefundRequest>,
    /// How it is handed back.
    pub tender: RefundTender,
    /// The till.
    pub till: TillId,
    /// Its open session.
    pub session: TillSessionId,
    /// Why.
    pub reason: String,
    /// Whether a receipt is printed.
    pub receipt: ReceiptChoice,
}

/// Goods that come back without a receipt, at today's prices.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in RefundOrder")]
pub struct UnreceiptedRefund {
    /// What comes back, gathered like a sale.
    pub basket: Basket,
    pub goods: GoodsReturn,
    pub tender: RefundTender,
    pub till: TillId,
    pub session: TillSessionId,
    pub reason: String,
    pub receipt: ReceiptChoice,
}

/// A refund that was paid out.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "each says itself")]
pub struct Refunded {
    pub refund: Refund,
    pub recorded: Recorded,
}

impl Shop {
    /// What is left to refund of each line of a sale, as far as is known here.
    pub fn refundable(&self, sale: SaleId) -> Outcome<Vec<RefundableLine>> {
        let read = self.read();
        let stored = found(read.sale(sale)?, "this sale")?;
        Ok(refundable(&stored, &read.refunds_of(sale)?)?)
    }

    /// What would be handed back, and how. Changes nothing.
    pub fn price_refund(&self, order: &RefundOrder) -> Outcome<(PricedRefund, Vec<Tender>)> {
        let work = self.work();
        let coin = work.settings()?.smallest_coin_minor;
        price(&work, order, coin)
    }

    /// Refunds lines of a sale. Two tills apart may refund the same line: both did hand money back, so both stand, and
    /// [`Shop::home`] shows the sale as refunded twice.
    pub fn refund(&self, by: &mut By<'_>, order: RefundOrder) -> Outcome<Refunded> {
        let mut work = self.work_by(by, Permission::Refund)?;
        let counter = Counter::open(&mut work, order.till, Some(order.session))?;
        let (priced, tenders) = price(&work, &order, counter.rules.settings.smallest_coin_minor)?;
        let number = counter.next_receipt(&work)?;
        let payout = Payout { priced, tenders, reason: order.reason, receipt: order.receipt, number };
        pay_out(&mut work, by, &counter, payout, Vec::new())
    }

    /// Takes goods back without a receipt. It takes the permission to change prices as well: nobody can check what was paid. The basket on
    /// the counter is empty afterwards.
    pub fn refund_without_receipt(&self, by: &mut By<'_>, order: UnreceiptedRefund) -> Outcome<Refunded> {
        text::reason(&order.reason)?;
        let mut work = self.work_by(by, Permission::Refund)?;
        work.require(by.staff, Permission::Discount)?;
        let counter = Counter::open(&mut work, order.till, Some(order.session))?;
        let basket = counter.rules_at(by.now()).price(&order.basket)?;
        let priced = PricedRefund::without_receipt(&basket, order.goods)?;
        let coin = counter.rules.settings.smallest_coin_minor;
        let tenders = match order.tender {
            RefundTender::Original | RefundTender::Cash => all_in_one(&priced, TenderType::Cash, "", coin)?,
            RefundTender::ExternalCard { reference } => all_in_one(&priced, TenderType::ExternalCard, &reference, coin)?,
            RefundTender::Other { reference } => all_in_one(&priced, TenderType::Other, &reference, coin)?,
        };
        let number = counter.next_receipt(&work)?;
        let payout = Payout { priced, tenders, reason: order.reason, receipt: order.receipt, number };
        pay_out(&mut work, by, &counter, payout, vec![basket::emptied()])
    }
}

/// A refund ready to be paid out.
pub(crate) struct Payout {
    pub priced: PricedRefund,
    pub tenders: Vec<Tender>,
    pub reason: String,
    pub receipt: ReceiptChoice,
    pub number: u64,
}

/// Pays it out; what else `local` keeps changes in the same transaction.
pub(crate) fn pay_out(
    work: &mut Work<'_>,
    by: &mut By<'_>,
    counter: &Counter,
    payout: Payout,
    mut local: Vec<(String, Option<Vec<u8>>)>,
) -> Outcome<Refunded> {
    text::at_most(&payout.reason, "the reason", text::REMARK_CHARS_MAX)?;
    let refunded_at = by.now();
    let refund = Refund::complete(CompleteRefund {
        id: RefundId::from_bytes(by.new_id()),
        receipt_number: counter.receipt_number(payout.number),
        till: counter.till.id,
        location: counter.till.location,
        session: counter.session.id,
        business_day: counter.business_day(refunded_at),
        refunded_at,
        staff: by.staff,
        priced: payout.priced,
        tenders: payout.tenders,
        smallest_coin_minor: counter.rules.settings.smallest_coin_minor,
        reason: payout.reason,
    })?;
    local.push(counter.advance(payout.number));
    if payout.receipt == ReceiptChoice::Print {
        local.push(print_queue::with_job(work, by, PrintWhat::Refund(refund.id))?);
    }
    let fact = Fact { id: refund.id.into(), body: FactBody::Refunded(Box::new(refund.clone())) };
    let draft = Draft { facts: vec![fact], local, ..by.draft("sale.refund") };
    let recorded = work.record(draft, by.env)?;
    Ok(Refunded { refund, recorded })
}

fn price(work: &Work<'_>, order: &RefundOrder, coin: i64) -> Outcome<(PricedRefund, Vec<Tender>)> {
    let sale = found(work.read.sale(order.sale)?, "this sale")?;
    let earlier = work.read.refunds_of(sale.id)?;
    let priced = if order.lines.is_empty() {
        PricedRefund::of_everything(&sale, &earlier, GoodsReturn::Sellable)?
    } else {
        PricedRefund::of_lines(&sale, &earlier, &order.lines)?
    };
    let tenders = tenders_for(&sale, &earlier, &priced, &order.tender, coin)?;
    Ok((priced, tenders))
}

pub(crate) fn tenders_for(
    sale: &Sale,
    earlier: &[Refund],
    priced: &PricedRefund,
    tender: &RefundTender,
    coin: i64,
) -> Outcome<Vec<Tender>> {
    match tender {
        RefundTender::Original => as_it_was_paid(sale, earlier, priced, coin),
        RefundTender::Cash => all_in_one(priced, TenderType::Cash, "", coin),
        RefundTender::ExternalCard { reference } => one_of(sale, earlier, priced, TenderType::ExternalCard, reference, coin),
        RefundTender::Other { reference } => one_of(sale, earlier, priced, TenderType::Other, reference, coin),
    }
}

/// To what was not cash first, as far as it was charged and not refunded yet; the rest in cash.
fn as_it_was_paid(sale: &Sale, earlier: &[Refund], priced: &PricedRefund, coin: i64) -> Outcome<Vec<Tender>> {
    let mut left = priced.gross;
    let mut tenders = Vec::new();
    for tender_type in [TenderType::ExternalCard, TenderType::Other] {
        let most = left_on(sale, earlier, tender_type)?;
        let amount = Money { minor: left.minor.min(most.minor).max(0), ..left };
        if amount.minor > 0 {
            tenders.push(Tender { tender_type, amount, reference: reference_of(sale, tender_type) });
            left = left.checked_sub(amount)?;
        }
    }
    if tenders.is_empty() {
        return all_in_one(priced, TenderType::Cash, "", coin);
    }
    if left.minor > 0 {
        tenders.push(Tender::cash(left));
    }
    Ok(tenders)
}

/// All to one means other than cash: no more than it was charged.
fn one_of(
    sale: &Sale,
    earlier: &[Refund],
    priced: &PricedRefund,
    kind: TenderType,
    reference: &str,
    coin: i64,
) -> Outcome<Vec<Tender>> {
    let left = left_on(sale, earlier, kind)?;
    if priced.gross.minor > left.minor {
        return Err(Refusal::TenderExceeded { amount: priced.gross, left }.into());
    }
    all_in_one(priced, kind, reference, coin)
}

fn all_in_one(priced: &PricedRefund, tender_type: TenderType, reference: &str, coin: i64) -> Outcome<Vec<Tender>> {
    text::at_most(reference, "the reference", text::NAME_CHARS_MAX)?;
    let tender = Tender { tender_type, amount: priced.gross, reference: reference.to_owned() };
    let due = priced.due(std::slice::from_ref(&tender), coin)?;
    Ok(if due.minor > 0 { vec![Tender { amount: due, ..tender }] } else { Vec::new() })
}

/// What was charged to a tender and not handed back yet.
fn left_on(sale: &Sale, earlier: &[Refund], tender_type: TenderType) -> Result<Money, MoneyError> {
    let sum = |tenders: &[Tender]| {
        let fitting = tenders.iter().filter(|tender| tender.tender_type == tender_type);
        Money::sum(sale.gross.currency, fitting.map(|tender| tender.amount))
    };
    earlier.iter().try_fold(sum(&sale.tenders)?, |left, refund| left.checked_sub(sum(&refund.tenders)?))
}

fn reference_of(sale: &Sale, tender_type: TenderType) -> String {
    let tender = sale.tenders.iter().find(|tender| tender.tender_type == tender_type);
    tender.map(|tender| tender.reference.clone()).unwrap_or_default()
}

//! Many sales and refunds one after another, from a script: each is an entry of its own, but the till, the rules and the codes are
//! looked up once.

use std::collections::HashMap;

use tradepost_domain::basket::{Basket, BasketLine, Discount, DiscountKind};
use tradepost_domain::id::{BasketId, LineId, SaleId, TillId};
use tradepost_domain::money::Money;
use tradepost_domain::quantity::{Quantity, Unit};
use tradepost_domain::refund::{PricedRefund, RefundRequest, refundable};
use tradepost_domain::sale::{GoodsReturn, Refund, Sale, Settlement, Tender, TenderType};
use tradepost_domain::staff::Permission;
use tradepost_domain::tax::TaxCategory;
use tradepost_replica::Durability;
use tradepost_replica::read::VariantRow;

use crate::basket::find_by_code;
use crate::by::By;
use crate::error::{Outcome, Refusal};
use crate::refund::{Payout, RefundTender, Refunded, pay_out, tenders_for};
use crate::sale::{Completed, Counter, ReceiptChoice, draft_of};
use crate::shop::{Shop, Work, found, same_currency};

/// Codes remembered: their variants take some 30 MB.
const CODES_MAX: usize = 50_000;

/// One line as a script gives it.
#[derive(Debug, Clone)]
pub struct BatchLine {
    /// A barcode or SKU.
    pub code: String,
    /// How much.
    pub quantity: Quantity,
    /// Another price than the catalog's. A code that nothing has is sold as an open line at this price.
    pub unit_price: Option<Money>,
}

/// How a sale of a script is paid.
#[derive(Debug, Clone)]
pub enum BatchTender {
    /// Exactly what is due, by this means.
    Exact(TenderType),
    /// These.
    Given(Vec<Tender>),
}

/// A sale as a script gives it.
#[derive(Debug, Clone)]
pub struct BatchSale {
    /// What is sold.
    pub lines: Vec<BatchLine>,
    /// A discount on all of it.
    pub discount: Option<DiscountKind>,
    /// How it is paid.
    pub tender: BatchTender,
}

/// A till that sells for a script. Holds the replica until it is dropped.
pub struct BatchSeller<'a> {
    work: Work<'a>,
    counter: Counter,
    codes: HashMap<String, Option<VariantRow>>,
    next_receipt: u64,
}

/// Whoever forgets to finish, or breaks off on an error, leaves a replica that puts each entry on disk at once again.
impl Drop for BatchSeller<'_> {
    fn drop(&mut self) {
        drop(self.work.replica.set_durability(Durability::EachEntry));
    }
}

impl Shop {
    /// Sells at an open till on behalf of a script.
    pub fn batch_seller(&self, by: &By<'_>, till: TillId) -> Outcome<BatchSeller<'_>> {
        let mut work = self.work_by(by, Permission::Sell)?;
        work.require(by.staff, Permission::Discount)?;
        work.require(by.staff, Permission::Refund)?;
        let counter = Counter::open(&mut work, till, None)?;
        let next_receipt = counter.next_receipt(&work)?;
        Ok(BatchSeller { work, counter, codes: HashMap::new(), next_receipt })
    }
}

impl BatchSeller<'_> {
    /// From here to [`BatchSeller::finish`] entries reach the disk in the order they are made, but not one by one: a power cut takes
    /// back the last of them, whole. For scripts that can be run again, never for a sale that somebody pays.
    pub fn relax(&mut self) -> Outcome<()> {
        Ok(self.work.replica.set_durability(Durability::AtTheEnd)?)
    }

    /// Ends the batch. When this returns everything is on disk.
    pub fn finish(mut self) -> Outcome<()> {
        Ok(self.work.replica.set_durability(Durability::EachEntry)?)
    }

    /// Completes one sale. Nothing is queued for printing.
    pub fn sell(&mut self, by: &mut By<'_>, sale: BatchSale) -> Outcome<Completed> {
        let basket = self.basket(by, &sale)?;
        let tenders = match sale.tender {
            BatchTender::Given(tenders) => tenders,
            BatchTender::Exact(tender_type) => self.exact(by, &basket, tender_type)?,
        };
        let sale = self.counter.sale(&self.work, by, &basket, tenders, self.next_receipt)?;
        let local = vec![self.counter.advance(self.next_receipt)];
        let recorded = self.work.record(draft_of(&sale, by, local), by.env)?;
        let completed = Completed { sale, recorded };
        self.next_receipt = self.next_receipt.saturating_add(1);
        Ok(completed)
    }

    /// Refunds lines of a sale by their codes, or all that is left of it, to the original tender.
    pub fn refund(&mut self, by: &mut By<'_>, sale: SaleId, lines: &[BatchLine], reason: &str) -> Outcome<Refunded> {
        let sale = found(self.work.read.sale(sale)?, "this sale")?;
        let earlier = self.work.read.refunds_of(sale.id)?;
        let priced = if lines.is_empty() {
            PricedRefund::of_everything(&sale, &earlier, GoodsReturn::Sellable)?
        } else {
            PricedRefund::of_lines(&sale, &earlier, &self.requests(&sale, &earlier, lines)?)?
        };
        let coin = self.counter.rules.settings.smallest_coin_minor;
        let tenders = tenders_for(&sale, &earlier, &priced, &RefundTender::Original, coin)?;
        let receipt = ReceiptChoice::NoPaper;
        let payout = Payout { priced, tenders, reason: reason.to_owned(), receipt, number: self.next_receipt };
        let refunded = pay_out(&mut self.work, by, &self.counter, payout, Vec::new())?;
        self.next_receipt = self.next_receipt.saturating_add(1);
        Ok(refunded)
    }

    fn basket(&mut self, by: &mut By<'_>, sale: &BatchSale) -> Outcome<Basket> {
        let mut basket = Basket::new(BasketId::from_bytes(by.new_id()));
        for line in &sale.lines {
            let line = self.line(by, line)?;
            basket.add(line)?;
        }
        basket.discount = sale.discount.map(|kind| Discount { kind, reason: String::new(), staff: by.staff });
        Ok(basket)
    }

    fn line(&mut self, by: &mut By<'_>, line: &BatchLine) -> Outcome<BasketLine> {
        if let Some(price) = line.unit_price {
            same_currency(&self.counter.rules.settings, price)?;
        }
        match (self.variant(&line.code)?, line.unit_price) {
            (Some(variant), None) => Shop::line_for(by, variant, line.quantity),
            (Some(variant), Some(unit_price)) => {
                let priced = VariantRow { list_price: Some(unit_price), ..variant.clone() };
                Shop::line_for(by, &priced, line.quantity)
            }
            (None, Some(unit_price)) => Ok(open_line(by, &line.code, unit_price, line.quantity)),
            (None, None) => Err(Refusal::UnknownCode { code: line.code.clone() }.into()),
        }
    }

    /// The variant with this code. Remembered, since scripts sell the same things again and again.
    fn variant(&mut self, code: &str) -> Outcome<Option<&VariantRow>> {
        if self.codes.len() >= CODES_MAX {
            self.codes.clear();
        }
        if !self.codes.contains_key(code) {
            let mut fitting = find_by_code(&self.work.read, code)?;
            if fitting.len() > 1 {
                return Err(Refusal::SeveralFit { code: code.to_owned(), count: fitting.len() }.into());
            }
            self.codes.insert(code.to_owned(), fitting.pop());
        }
        Ok(self.codes.get(code).and_then(Option::as_ref))
    }

    fn exact(&self, by: &mut By<'_>, basket: &Basket, tender_type: TenderType) -> Outcome<Vec<Tender>> {
        let gross = self.counter.rules_at(by.now()).price(basket)?.gross;
        let tender = Tender { tender_type, amount: gross, reference: String::new() };
        if gross.minor <= 0 {
            return Ok(Vec::new());
        }
        let due = Settlement::of(gross, std::slice::from_ref(&tender), self.counter.rules.settings.smallest_coin_minor)?.due;
        Ok(if due.minor > 0 { vec![Tender { amount: due, ..tender }] } else { Vec::new() })
    }

    /// The lines of the sale that the codes mean. A code that stands on several lines is taken from one after another.
    fn requests(&mut self, sale: &Sale, earlier: &[Refund], lines: &[BatchLine]) -> Outcome<Vec<RefundRequest>> {
        let mut left: HashMap<LineId, Quantity> =
            refundable(sale, earlier)?.into_iter().map(|line| (line.line, line.left)).collect();
        let mut requests = Vec::new();
        for line in lines {
            let variant = self.variant(&line.code)?.map(|variant| variant.id);
            let mut wanted = line.quantity;
            let mut last = None;
            for item in &sale.lines {
                let fits = item.line.sku == line.code || (variant.is_some() && item.line.variant == variant);
                let Some(rest) = left.get_mut(&item.line.id).filter(|_| fits) else { continue };
                last = Some(item.line.id);
                let quantity = wanted.min(*rest);
                if quantity > Quantity::ZERO {
                    requests.push(RefundRequest { line: item.line.id, quantity, goods: GoodsReturn::Sellable });
                    (wanted, *rest) = (wanted.checked_sub(quantity)?, rest.checked_sub(quantity)?);
                }
            }
            match last {
                None => return Err(Refusal::UnknownCode { code: line.code.clone() }.into()),
                // More than is left: the domain says so, with the line's title.
                Some(last) if wanted > Quantity::ZERO => {
                    requests.push(RefundRequest { line: last, quantity: wanted, goods: GoodsReturn::Sellable });
                }
                Some(_) => {}
            }
        }
        Ok(requests)
    }
}

/// Something sold under a code that the catalog does not know.
fn open_line(by: &mut By<'_>, code: &str, unit_price: Money, quantity: Quantity) -> BasketLine {
    BasketLine {
        id: LineId::from_bytes(by.new_id()),
        product: None,
        variant: None,
        sku: code.to_owned(),
        title: code.to_owned(),
        quantity,
        unit: Unit::Each,
        unit_price,
        tax_category: TaxCategory::default(),
        discount: None,
    }
}

//! Money back: how much of a sale is left to refund, and the refund itself.
//!
//! Refunding everything, in any order and any split of quantities, gives back every minor unit of net, tax and gross: a part is
//! taken from what earlier refunds have left, and the last part of a line takes the rest.

use crate::basket::{LineItem, PricedBasket};
use crate::id::{LineId, LocationId, RefundId, SaleId, StaffId, TillId, TillSessionId};
use crate::money::{Money, MoneyError};
use crate::quantity::Quantity;
use crate::sale::{GoodsReturn, ReceiptNumber, Refund, RefundLine, Sale, Tender};
use crate::time::{BusinessDay, Timestamp};

/// Why a refund could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefundError {
    /// Nothing was chosen.
    #[error("choose at least one line and a quantity to refund")]
    Nothing,
    /// The sale has no such line.
    #[error("this line does not stand on the receipt")]
    LineNotFound,
    /// More than is left of a line.
    #[error("only {left} of \"{title}\" is left to refund")]
    TooMuch {
        /// The line.
        title: String,
        /// What is left.
        left: Quantity,
    },
    /// The tenders are not what is due.
    #[error("{due} is to be handed back, but the tenders add up to {tendered}")]
    TendersMismatch {
        /// What is due.
        due: Money,
        /// What the tenders add up to.
        tendered: Money,
    },
    /// A tender of nothing or less.
    #[error("each tender must be more than zero")]
    TenderNotPositive,
    /// Too large, or of another currency.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// What is left to refund of one line of a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundableLine {
    /// The line.
    pub line: LineId,
    /// What is printed.
    pub title: String,
    /// How much of it was sold.
    pub sold: Quantity,
    /// How much of it is left.
    pub left: Quantity,
    /// What is left without tax.
    pub net: Money,
    /// Tax left.
    pub tax: Money,
    /// What is left with tax.
    pub gross: Money,
}

/// What somebody wants back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundRequest {
    /// The line of the sale.
    pub line: LineId,
    /// How much of it.
    pub quantity: Quantity,
    /// Where the goods go.
    pub goods: GoodsReturn,
}

/// A refund with everything computed, before it is paid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricedRefund {
    /// Of which sale; `None`: without a receipt.
    pub sale: Option<SaleId>,
    /// Its lines.
    pub lines: Vec<RefundLine>,
    /// Without tax.
    pub net: Money,
    /// Tax.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
}

/// What a refund is completed from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the field of the refund of the same name")]
pub struct CompleteRefund {
    pub id: RefundId,
    pub receipt_number: ReceiptNumber,
    pub till: TillId,
    pub location: LocationId,
    pub session: TillSessionId,
    pub business_day: BusinessDay,
    pub refunded_at: Timestamp,
    pub staff: Option<StaffId>,
    /// What comes back, priced.
    pub priced: PricedRefund,
    pub tenders: Vec<Tender>,
    /// The shop's setting of that name.
    pub smallest_coin_minor: i64,
    pub reason: String,
}

/// What is left to refund of each line of `sale` after `earlier` refunds. Refunds of other sales are ignored.
pub fn refundable(sale: &Sale, earlier: &[Refund]) -> Result<Vec<RefundableLine>, MoneyError> {
    sale.lines.iter().map(|item| Ok(Left::of(item, sale.id, earlier)?.into_line(item))).collect()
}

impl PricedRefund {
    /// What is to be handed back for these lines of a sale. A line may be requested several times, for instance partly damaged.
    pub fn of_lines(sale: &Sale, earlier: &[Refund], requests: &[RefundRequest]) -> Result<Self, RefundError> {
        let mut left: Vec<(&LineItem, Left)> = Vec::with_capacity(sale.lines.len());
        for item in &sale.lines {
            left.push((item, Left::of(item, sale.id, earlier)?));
        }
        let mut lines = Vec::with_capacity(requests.len());
        for request in requests {
            let (item, left) = left.iter_mut().find(|(item, _)| item.line.id == request.line).ok_or(RefundError::LineNotFound)?;
            lines.push(left.take(item, request)?);
        }
        Self::of_refund_lines(Some(sale.id), lines, sale.gross)
    }

    /// All that is left of a sale.
    pub fn of_everything(sale: &Sale, earlier: &[Refund], goods: GoodsReturn) -> Result<Self, RefundError> {
        let left = refundable(sale, earlier)?;
        let left = left.iter().filter(|line| line.left > Quantity::ZERO);
        let requests: Vec<_> = left.map(|line| RefundRequest { line: line.line, quantity: line.left, goods }).collect();
        Self::of_lines(sale, earlier, &requests)
    }

    /// A return without a receipt, at the prices of a basket that was gathered for it.
    pub fn without_receipt(priced: &PricedBasket, goods: GoodsReturn) -> Result<Self, RefundError> {
        let lines = priced.lines.iter().map(|item| refund_line(item, item.line.quantity, goods, item.net, item.tax, item.gross));
        Self::of_refund_lines(None, lines.collect(), priced.gross)
    }

    fn of_refund_lines(sale: Option<SaleId>, lines: Vec<RefundLine>, like: Money) -> Result<Self, RefundError> {
        if lines.is_empty() {
            return Err(RefundError::Nothing);
        }
        let sum = |part: fn(&RefundLine) -> Money| Money::sum(like.currency, lines.iter().map(part));
        let (net, tax, gross) = (sum(|line| line.net)?, sum(|line| line.tax)?, sum(|line| line.gross)?);
        Ok(Self { sale, lines, net, tax, gross })
    }

    /// What is to be handed back with these tenders: rounded to the smallest coin where all of them are cash.
    pub fn due(&self, tenders: &[Tender], smallest_coin_minor: i64) -> Result<Money, MoneyError> {
        if tenders.iter().all(Tender::is_cash) { self.gross.round_to_coin(smallest_coin_minor) } else { Ok(self.gross) }
    }
}

impl Refund {
    /// Completes a refund: the tenders are exactly what is due.
    pub fn complete(request: CompleteRefund) -> Result<Self, RefundError> {
        let CompleteRefund {
            id,
            receipt_number,
            till,
            location,
            session,
            business_day,
            refunded_at,
            staff,
            priced,
            tenders,
            smallest_coin_minor,
            reason,
        } = request;
        if tenders.iter().any(|tender| tender.amount.minor <= 0) {
            return Err(RefundError::TenderNotPositive);
        }
        let due = priced.due(&tenders, smallest_coin_minor)?;
        let tendered = Money::sum(due.currency, tenders.iter().map(|tender| tender.amount))?;
        if due != tendered {
            return Err(RefundError::TendersMismatch { due, tendered });
        }
        let PricedRefund { sale, lines, net, tax, gross } = priced;
        let cash_rounding = due.checked_sub(gross)?;
        Ok(Self {
            id,
            receipt_number,
            sale,
            till,
            location,
            session,
            business_day,
            refunded_at,
            staff,
            lines,
            net,
            tax,
            gross,
            cash_rounding,
            tenders,
            reason,
        })
    }
}

/// What is left of one line.
struct Left {
    quantity: Quantity,
    tax: Money,
    gross: Money,
}

impl Left {
    fn of(item: &LineItem, sale: SaleId, earlier: &[Refund]) -> Result<Self, MoneyError> {
        let mut left = Self { quantity: item.line.quantity, tax: item.tax, gross: item.gross };
        let refunded = earlier.iter().filter(|refund| refund.sale == Some(sale)).flat_map(|refund| &refund.lines);
        for line in refunded.filter(|line| line.line == item.line.id) {
            left.quantity = left.quantity.checked_sub(line.quantity).map_err(|_| MoneyError::Overflow)?;
            left.tax = left.tax.checked_sub(line.tax)?;
            left.gross = left.gross.checked_sub(line.gross)?;
        }
        Ok(left)
    }

    /// Nothing is left of a line that two tills refunded while apart, rather than less than nothing.
    fn into_line(self, item: &LineItem) -> RefundableLine {
        let zero = Money::zero(self.gross.currency);
        let Self { quantity, tax, gross } =
            if self.quantity < Quantity::ZERO { Self { quantity: Quantity::ZERO, tax: zero, gross: zero } } else { self };
        let net = gross.checked_sub(tax).unwrap_or(zero);
        RefundableLine {
            line: item.line.id,
            title: item.line.title.clone(),
            sold: item.line.quantity,
            left: quantity,
            net,
            tax,
            gross,
        }
    }

    fn take(&mut self, item: &LineItem, request: &RefundRequest) -> Result<RefundLine, RefundError> {
        if request.quantity <= Quantity::ZERO {
            return Err(RefundError::Nothing);
        }
        if request.quantity > self.quantity {
            return Err(RefundError::TooMuch { title: item.line.title.clone(), left: self.quantity.max(Quantity::ZERO) });
        }
        let after = self.quantity.checked_sub(request.quantity).map_err(|_| MoneyError::Overflow)?;
        let (gross, tax) = self.part(item, after)?;
        let net = gross.checked_sub(tax)?;
        *self = Self { quantity: after, tax: self.tax.checked_sub(tax)?, gross: self.gross.checked_sub(gross)? };
        Ok(refund_line(item, request.quantity, request.goods, net, tax, gross))
    }

    /// Gross and tax of what is taken when `after` remains: what is left now less what shall be left then.
    fn part(&self, item: &LineItem, after: Quantity) -> Result<(Money, Money), MoneyError> {
        let (sold, after) = (item.line.quantity.thousandths, after.thousandths);
        let part = |left: Money, whole: Money| -> Result<Money, MoneyError> {
            let part = left.checked_sub(whole.share(after, sold)?)?;
            Ok(Money { minor: clamp_between(part.minor, 0, left.minor), ..part })
        };
        let (gross, tax) = (part(self.gross, item.gross)?, part(self.tax, item.tax)?);
        // Neither the part's net nor the net that is left over may turn negative by a rounded cent.
        let gross_left = self.gross.checked_sub(gross)?;
        let tax_min = self.tax.checked_sub(gross_left)?.minor.max(0);
        Ok((gross, Money { minor: tax.minor.clamp(tax_min.min(gross.minor), gross.minor.max(tax_min)), ..tax }))
    }
}

fn clamp_between(value: i64, one: i64, other: i64) -> i64 {
    value.clamp(one.min(other), one.max(other))
}

fn refund_line(item: &LineItem, quantity: Quantity, goods: GoodsReturn, net: Money, tax: Money, gross: Money) -> RefundLine {
    RefundLine {
        line: item.line.id,
        variant: item.line.variant,
        sku: item.line.sku.clone(),
        title: item.line.title.clone(),
        quantity,
        goods,
        rate_millionths: item.rate_millionths,
        tax_name: item.tax_name.clone(),
        net,
        tax,
        gross,
    }
}

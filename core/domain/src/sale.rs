//! The completed sale and its refund.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::basket::LineItem;
use crate::id::{CustomerId, LineId, LocationId, RefundId, SaleId, StaffId, TillId, TillSessionId};
use crate::money::Money;
use crate::quantity::Quantity;
use crate::tax::TaxAmount;
use crate::time::{BusinessDay, Timestamp};

/// The number on a receipt: `T03-2-000147` is till T03, incarnation 2, number 147. Final the moment it is printed, offline.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReceiptNumber {
    /// The till's code.
    pub till_code: String,
    /// The incarnation of the till's replica.
    pub incarnation: u32,
    /// Counts from 1.
    pub number: u64,
}

impl fmt::Display for ReceiptNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{}-{:06}", self.till_code, self.incarnation, self.number)
    }
}

impl From<ReceiptNumber> for String {
    fn from(number: ReceiptNumber) -> Self {
        number.to_string()
    }
}

impl std::str::FromStr for ReceiptNumber {
    type Err = ReceiptNumberError;
    fn from_str(text: &str) -> Result<Self, ReceiptNumberError> {
        let mut parts = text.trim().rsplitn(3, '-');
        let (Some(number), Some(incarnation), Some(till_code)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(ReceiptNumberError);
        };
        Ok(Self {
            till_code: till_code.to_owned(),
            incarnation: incarnation.parse().map_err(|_| ReceiptNumberError)?,
            number: number.parse().map_err(|_| ReceiptNumberError)?,
        })
    }
}

impl TryFrom<String> for ReceiptNumber {
    type Error = ReceiptNumberError;
    fn try_from(text: String) -> Result<Self, ReceiptNumberError> {
        text.parse()
    }
}

/// The text is not a receipt number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a receipt number: it reads like T03-2-000147, at the top of the receipt")]
pub struct ReceiptNumberError;

/// A means of payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TenderType {
    /// Notes and coins.
    Cash,
    /// A card on a terminal of its own; recorded here, charged there.
    ExternalCard,
    /// Anything else the shop takes and notes down.
    Other,
}

/// A means of payment presented, and its amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tender {
    /// Which.
    pub tender_type: TenderType,
    /// What was handed over; for cash this may be more than what is due. Negative in a refund: handed back.
    pub amount: Money,
    /// The terminal's reference or the note, if any. Never a card number.
    pub reference: String,
}

/// A completed, paid, over-the-counter exchange. Immutable.
///
/// `gross + cash_rounding = sum(tenders) - change_due`; the lines' sums are the totals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sale {
    /// Its id.
    pub id: SaleId,
    /// Its receipt's number.
    pub receipt_number: ReceiptNumber,
    /// The till.
    pub till: TillId,
    /// Where the goods left.
    pub location: LocationId,
    /// The drawer.
    pub session: TillSessionId,
    /// The trading date.
    pub business_day: BusinessDay,
    /// When, by the till's clock.
    pub sold_at: Timestamp,
    /// Who sold.
    pub staff: Option<StaffId>,
    /// Who bought.
    pub customer: Option<CustomerId>,
    /// What.
    pub lines: Vec<LineItem>,
    /// The tax by rate.
    pub taxes: Vec<TaxAmount>,
    /// Discounts taken.
    pub discount: Money,
    /// Without tax.
    pub net: Money,
    /// Tax.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
    /// What cash rounding added (negative: took off).
    pub cash_rounding: Money,
    /// The means of payment.
    pub tenders: Vec<Tender>,
    /// Cash handed back.
    pub change_due: Money,
    /// A note for the receipt.
    pub note: String,
}

/// Where returned goods go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GoodsReturn {
    /// Back on the shelf.
    #[default]
    Sellable,
    /// Back, but not sellable.
    Damaged,
    /// The customer keeps them.
    NotReturned,
}

/// Money back, linked to a sale. Amounts are positive; the tenders are what was handed back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// Its own receipt's number.
    pub receipt_number: ReceiptNumber,
    /// The sale; `None`: a return without a receipt.
    pub sale: Option<SaleId>,
    /// The till.
    pub till: TillId,
    /// Where the goods come back.
    pub location: LocationId,
    /// The drawer that paid.
    pub session: TillSessionId,
    /// The trading date.
    pub business_day: BusinessDay,
    /// When, by the till's clock.
    pub refunded_at: Timestamp,
    /// Who refunded.
    pub staff: Option<StaffId>,
    /// What came back.
    pub lines: Vec<RefundLine>,
    /// Without tax.
    pub net: Money,
    /// Tax.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
    /// What cash rounding added to what was handed back.
    pub cash_rounding: Money,
    /// How it was handed back; amounts positive.
    pub tenders: Vec<Tender>,
    /// Why.
    pub reason: String,
}

/// One line of a refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundLine {
    /// The line of the sale, or a line of its own.
    pub line: LineId,
    /// The variant that comes back.
    pub variant: Option<crate::id::VariantId>,
    /// The SKU at that time.
    pub sku: String,
    /// What is printed.
    pub title: String,
    /// How much of it.
    pub quantity: Quantity,
    /// Where the goods go.
    pub goods: GoodsReturn,
    /// Without tax.
    pub net: Money,
    /// Tax.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
}
// OWNER domain: Sale::complete(CompleteSale{ids.., priced: PricedBasket, tenders, smallest_coin_minor}) -> Result<Sale, SaleError> (underpaid, change only from cash, empty basket);
// refundable(sale, earlier: &[Refund]) -> Vec<RefundableLine>; Refund::of_lines(sale, earlier, requested, ...) -> Result<Refund, RefundError>; last part of a line gets the remainder so that all refunds sum to the cent.

//! The completed sale and its refund.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::basket::{LineItem, PricedBasket};
use crate::id::{CustomerId, LineId, LocationId, RefundId, SaleId, StaffId, TillId, TillSessionId};
use crate::money::{Money, MoneyError};
use crate::quantity::Quantity;
use crate::tax::{RateMillionths, TaxAmount};
use crate::time::{BusinessDay, Timestamp};
use crate::word::words;

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
    /// The tax rate it was sold at.
    #[serde(default)]
    pub rate_millionths: RateMillionths,
    /// The rate's name.
    #[serde(default)]
    pub tax_name: String,
    /// Without tax.
    pub net: Money,
    /// Tax.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
}

words! { TenderType { Cash = "cash", ExternalCard = "external_card", Other = "other" } }
words! { GoodsReturn { Sellable = "sellable", Damaged = "damaged", NotReturned = "not_returned" } }

/// Why a sale could not be completed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SaleError {
    /// Nothing in the basket.
    #[error("the basket is empty: scan or enter something first")]
    EmptyBasket,
    /// Too little was handed over.
    #[error("{missing} is still to be paid")]
    Underpaid {
        /// What is missing.
        missing: Money,
    },
    /// Change would have to come out of a card or another tender.
    #[error("{excess} too much on a card or other tender: change is only given from cash")]
    ChangeNotFromCash {
        /// What is too much.
        excess: Money,
    },
    /// A tender of nothing or less.
    #[error("each tender must be more than zero")]
    TenderNotPositive,
    /// Too large, or of another currency.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// How tenders settle an amount: what the till shows while it is being paid, and what the sale records in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    /// What is to be paid with these tenders; rounded to the smallest coin where all of them are cash.
    pub due: Money,
    /// `due` less the gross amount.
    pub cash_rounding: Money,
    /// What was handed over.
    pub handed_over: Money,
    /// What is still to be paid.
    pub missing: Money,
    /// Cash to hand back.
    pub change_due: Money,
}

impl Settlement {
    /// How `tenders` settle `gross`. An underpaid amount is not an error here: see [`Settlement::missing`].
    pub fn of(gross: Money, tenders: &[Tender], smallest_coin_minor: i64) -> Result<Self, SaleError> {
        if tenders.iter().any(|tender| tender.amount.minor <= 0) {
            return Err(SaleError::TenderNotPositive);
        }
        let total_of = |kind: fn(&Tender) -> bool| {
            Money::sum(gross.currency, tenders.iter().filter(|tender| kind(tender)).map(|tender| tender.amount))
        };
        let (cash, other) = (total_of(Tender::is_cash)?, total_of(|tender| !tender.is_cash())?);
        let all_cash = tenders.iter().all(Tender::is_cash);
        let due = if all_cash { gross.round_to_coin(smallest_coin_minor)? } else { gross };
        let excess = other.checked_sub(due)?;
        if !all_cash && excess.minor > 0 {
            return Err(SaleError::ChangeNotFromCash { excess });
        }
        let handed_over = cash.checked_add(other)?;
        let left = due.checked_sub(handed_over)?;
        let at_least_zero = |minor: i64| Money { minor: minor.max(0), ..gross };
        Ok(Self {
            due,
            cash_rounding: due.checked_sub(gross)?,
            handed_over,
            missing: at_least_zero(left.minor),
            change_due: at_least_zero(left.checked_neg()?.minor),
        })
    }
}

impl Tender {
    /// Notes and coins.
    pub const fn cash(amount: Money) -> Self {
        Self { tender_type: TenderType::Cash, amount, reference: String::new() }
    }

    /// Whether it is cash.
    pub fn is_cash(&self) -> bool {
        self.tender_type == TenderType::Cash
    }
}

/// What a sale is completed from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the field of the sale of the same name")]
pub struct CompleteSale {
    pub id: SaleId,
    pub receipt_number: ReceiptNumber,
    pub till: TillId,
    pub location: LocationId,
    pub session: TillSessionId,
    pub business_day: BusinessDay,
    pub sold_at: Timestamp,
    pub staff: Option<StaffId>,
    pub customer: Option<CustomerId>,
    /// What is sold, priced.
    pub priced: PricedBasket,
    pub tenders: Vec<Tender>,
    /// The shop's setting of that name.
    pub smallest_coin_minor: i64,
    pub note: String,
}

impl Sale {
    /// Completes a sale: paid in full, change from cash alone, rounded to the smallest coin where it is paid wholly in cash.
    /// A sale of zero needs no tender.
    pub fn complete(request: CompleteSale) -> Result<Self, SaleError> {
        let CompleteSale {
            id,
            receipt_number,
            till,
            location,
            session,
            business_day,
            sold_at,
            staff,
            customer,
            priced,
            tenders,
            smallest_coin_minor,
            note,
        } = request;
        let PricedBasket { lines, taxes, discount, net, tax, gross } = priced;
        if lines.is_empty() {
            return Err(SaleError::EmptyBasket);
        }
        let Settlement { cash_rounding, missing, change_due, .. } = Settlement::of(gross, &tenders, smallest_coin_minor)?;
        if missing.minor > 0 {
            return Err(SaleError::Underpaid { missing });
        }
        Ok(Self {
            id,
            receipt_number,
            till,
            location,
            session,
            business_day,
            sold_at,
            staff,
            customer,
            lines,
            taxes,
            discount,
            net,
            tax,
            gross,
            cash_rounding,
            tenders,
            change_due,
            note,
        })
    }

    /// Whether it adds up: the lines' sums are the totals, net and tax are the gross, and the tenders settle it. True of every
    /// sale completed here; files and peers may say otherwise.
    pub fn adds_up(&self) -> bool {
        let sum = |part: fn(&LineItem) -> Money| Money::sum(self.gross.currency, self.lines.iter().map(part));
        let totals = sum(|line| line.net) == Ok(self.net)
            && sum(|line| line.tax) == Ok(self.tax)
            && sum(|line| line.gross) == Ok(self.gross);
        let handed_over = Money::sum(self.gross.currency, self.tenders.iter().map(|tender| tender.amount));
        let kept = handed_over.and_then(|amount| amount.checked_sub(self.change_due));
        let due = self.gross.checked_add(self.cash_rounding);
        totals && self.net.checked_add(self.tax) == Ok(self.gross) && due.is_ok() && kept == due
    }

    /// Cash that stayed in the drawer: tendered less change.
    pub fn cash_taken(&self) -> Result<Money, MoneyError> {
        cash_of(&self.tenders, self.gross)?.checked_sub(self.change_due)
    }
}

impl Refund {
    /// Whether it adds up, as [`Sale::adds_up`].
    pub fn adds_up(&self) -> bool {
        let sum = |part: fn(&RefundLine) -> Money| Money::sum(self.gross.currency, self.lines.iter().map(part));
        let totals = sum(|line| line.net) == Ok(self.net)
            && sum(|line| line.tax) == Ok(self.tax)
            && sum(|line| line.gross) == Ok(self.gross);
        let handed_back = Money::sum(self.gross.currency, self.tenders.iter().map(|tender| tender.amount));
        let due = self.gross.checked_add(self.cash_rounding);
        totals && self.net.checked_add(self.tax) == Ok(self.gross) && due.is_ok() && handed_back == due
    }

    /// Cash that left the drawer.
    pub fn cash_paid(&self) -> Result<Money, MoneyError> {
        cash_of(&self.tenders, self.gross)
    }
}

fn cash_of(tenders: &[Tender], like: Money) -> Result<Money, MoneyError> {
    Money::sum(like.currency, tenders.iter().filter(|tender| tender.is_cash()).map(|tender| tender.amount))
}

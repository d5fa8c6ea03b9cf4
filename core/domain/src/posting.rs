//! Postings: what a fact moves. A balance is the sum of the postings of one account and item.
//!
//! Two balances are not sums of postings. *Committed* is folded from each order's facts ([`crate::order::OrderState::commitments`]):
//! were it posted, a cancel and a fulfillment made apart would release the same goods twice. *On hand* after a stock count
//! is the count and the postings after it ([`crate::stock::StockCounted`]): a count is an observation and posts nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{LocationId, TillSessionId, VariantId};
use crate::money::MoneyError;
use crate::order::OrderFulfilled;
use crate::sale::{GoodsReturn, Refund, Sale};
use crate::stock::StockLine;
use crate::till_session::{CashMoved, CashMovementKind};

/// Where something is counted. Stock accounts hold thousandths of a variant's unit; cash accounts hold minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// Physically at a location.
    OnHand(LocationId, VariantId),
    /// Of those, promised to placed orders.
    Committed(LocationId, VariantId),
    /// Of those, not sellable.
    Unavailable(LocationId, VariantId),
    /// Sent from one location and not yet received at another; by the receiving location.
    InTransit(LocationId, VariantId),
    /// Counterpart: came from or went back to suppliers.
    Supplier(VariantId),
    /// Counterpart: went to or came back from customers.
    Customer(VariantId),
    /// Counterpart: lost, damaged, found.
    Shrinkage(VariantId),
    /// Counterpart of `Unavailable`: goods set aside that are still here.
    SetAside(VariantId),
    /// Cash in the drawer of a till session.
    Drawer(TillSessionId),
    /// Counterpart of cash: takings, float and safe together.
    CashOutside,
}

/// What a fact moves: `amount` onto `account` (negative: off it). The postings of one fact sum to zero per item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Posting {
    /// Where.
    pub account: Account,
    /// How much, in the account's unit.
    pub amount: i64,
}

/// Why a fact could not be posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PostingError {
    /// An amount or quantity is out of range.
    #[error("an amount or quantity is too large to be booked")]
    Overflow,
    /// The fact's amounts are not all of one currency.
    #[error("the amounts of one entry are of two currencies")]
    CurrencyMismatch,
}

impl From<MoneyError> for PostingError {
    fn from(error: MoneyError) -> Self {
        match error {
            MoneyError::CurrencyMismatch => Self::CurrencyMismatch,
            MoneyError::UnknownCurrency | MoneyError::NotAnAmount | MoneyError::TooManyDecimals | MoneyError::Overflow => {
                Self::Overflow
            }
        }
    }
}

/// What the postings of one fact sum to zero over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// A variant.
    Variant(VariantId),
    /// Cash.
    Cash,
}

impl Account {
    /// What it counts.
    pub const fn item(&self) -> Item {
        match self {
            Self::OnHand(_, variant)
            | Self::Committed(_, variant)
            | Self::Unavailable(_, variant)
            | Self::InTransit(_, variant)
            | Self::Supplier(variant)
            | Self::Customer(variant)
            | Self::Shrinkage(variant)
            | Self::SetAside(variant) => Item::Variant(*variant),
            Self::Drawer(_) | Self::CashOutside => Item::Cash,
        }
    }
}

/// Postings being gathered: each move has its counterpart, so they sum to zero by construction.
#[derive(Default)]
pub(crate) struct Moves(BTreeMap<Account, i128>);

impl Moves {
    fn between(&mut self, onto: Account, off: Account, amount: i64) {
        *self.0.entry(onto).or_default() += i128::from(amount);
        *self.0.entry(off).or_default() -= i128::from(amount);
    }

    pub(crate) fn cash(&mut self, session: TillSessionId, amount: i64) {
        self.between(Account::Drawer(session), Account::CashOutside, amount);
    }

    pub(crate) fn cash_out(&mut self, session: TillSessionId, amount: i64) {
        self.between(Account::CashOutside, Account::Drawer(session), amount);
    }

    pub(crate) fn cash_moved(&mut self, moved: &CashMoved) {
        match moved.kind {
            CashMovementKind::PaidIn => self.cash(moved.session, moved.amount.minor),
            CashMovementKind::PaidOut | CashMovementKind::SafeDrop => self.cash_out(moved.session, moved.amount.minor),
        }
    }

    pub(crate) fn stock(&mut self, location: LocationId, lines: &[StockLine], from: fn(VariantId) -> Account) {
        for StockLine { variant, quantity } in lines {
            self.between(Account::OnHand(location, *variant), from(*variant), quantity.thousandths);
        }
    }

    fn supply(&mut self, location: LocationId, variant: VariantId, thousandths: i64) {
        self.between(Account::Customer(variant), Account::OnHand(location, variant), thousandths);
    }

    fn take_back(&mut self, location: LocationId, variant: VariantId, thousandths: i64) {
        self.between(Account::OnHand(location, variant), Account::Customer(variant), thousandths);
    }

    pub(crate) fn sale(&mut self, sale: &Sale) -> Result<(), PostingError> {
        for line in sale.lines.iter().map(|item| &item.line) {
            if let Some(variant) = line.variant {
                self.supply(sale.location, variant, line.quantity.thousandths);
            }
        }
        self.cash(sale.session, sale.cash_taken()?.minor);
        Ok(())
    }

    pub(crate) fn refund(&mut self, refund: &Refund) -> Result<(), PostingError> {
        for line in &refund.lines {
            let (Some(variant), amount) = (line.variant, line.quantity.thousandths) else { continue };
            match line.goods {
                GoodsReturn::Sellable => self.take_back(refund.location, variant, amount),
                GoodsReturn::Damaged => {
                    self.take_back(refund.location, variant, amount);
                    self.between(Account::Unavailable(refund.location, variant), Account::SetAside(variant), amount);
                }
                GoodsReturn::NotReturned => {}
            }
        }
        self.cash_out(refund.session, refund.cash_paid()?.minor);
        Ok(())
    }

    pub(crate) fn fulfillment(&mut self, fulfilled: &OrderFulfilled) {
        if !fulfilled.stage.leaves_stock() {
            return;
        }
        for line in &fulfilled.lines {
            if let Some(variant) = line.variant {
                self.supply(fulfilled.location, variant, line.quantity.thousandths);
            }
        }
    }

    pub(crate) fn into_postings(self) -> Result<Vec<Posting>, PostingError> {
        let moved = self.0.into_iter().filter(|(_, amount)| *amount != 0);
        moved
            .map(|(account, amount)| {
                let amount = i64::try_from(amount).map_err(|_| PostingError::Overflow)?;
                Ok(Posting { account, amount })
            })
            .collect()
    }
}

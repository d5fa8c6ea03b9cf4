//! Taking money, and handing it back.

use tradepost_domain::money::Money;
use tradepost_domain::quantity::Quantity;
use tradepost_domain::sale::{Tender, TenderType};
use tradepost_domain::till_session::suggested_tenders;

use super::TillApp;
use crate::ask::Ask;
use crate::screens;
use crate::view::RefundPick;
use crate::widgets::Tone;
use crate::words::Shown;

impl TillApp {
    pub(super) fn take_cash(&mut self) {
        let due = screens::due(&self.model, &self.view);
        let typed = self.view.amount.money(due.currency);
        let amount = if self.view.amount.is_empty() { Some(due) } else { typed };
        if let Some(amount) = amount {
            self.take_amount(TenderType::Cash, amount);
        }
    }

    pub(super) fn take(&mut self, tender: TenderType) {
        let due = screens::due_by_card(&self.model, &self.view);
        let amount = if self.view.amount.is_empty() { Some(due) } else { self.view.amount.money(due.currency) };
        match amount {
            Some(amount) if amount.minor > due.minor => {
                self.view.say(
                    Tone::Bad,
                    format!("That is more than the {} still to pay: change is only given from cash.", due.shown()),
                );
            }
            Some(amount) => self.take_amount(tender, amount),
            None => {}
        }
    }

    pub(super) fn take_suggestion(&mut self, index: u8) {
        let due = screens::due(&self.model, &self.view);
        if let Some(amount) = suggested_tenders(due).get(usize::from(index)) {
            self.take_amount(TenderType::Cash, *amount);
        }
    }

    /// Takes a tender; completes the sale once nothing is missing.
    pub(super) fn take_amount(&mut self, tender_type: TenderType, amount: Money) {
        if self.view.is_waiting {
            return;
        }
        let is_free = self.model.gross().is_zero();
        if amount.minor <= 0 && !is_free {
            return self.view.say(Tone::Info, "Type the amount that was handed over.");
        }
        if amount.minor > 0 {
            self.view.tenders.push(Tender { tender_type, amount, reference: String::new() });
        }
        self.view.amount.clear();
        self.view.notice = None;
        let is_paid = is_free || screens::due(&self.model, &self.view).minor <= 0;
        if is_paid {
            self.view.is_waiting = true;
            self.ask(Ask::Complete { tenders: self.view.tenders.clone() });
        }
    }

    pub(super) fn refund_all(&mut self) {
        let Some(refunding) = self.model.refunding.clone() else { return };
        let left = refunding.lines.iter().filter(|line| line.left > Quantity::ZERO);
        self.view.refund = left.map(|line| (line.line, RefundPick { quantity: line.left, goods: Default::default() })).collect();
    }

    pub(super) fn next_refund_tender(&mut self) {
        self.view.refund_tender = match self.view.refund_tender {
            TenderType::Cash => TenderType::ExternalCard,
            TenderType::ExternalCard => TenderType::Other,
            TenderType::Other => TenderType::Cash,
        };
    }

    /// Takes what is in the basket back.
    pub(super) fn refund_goods(&mut self) {
        let reason = self.view.words.trim().to_owned();
        if self.model.basket.lines.is_empty() {
            return self.view.say(Tone::Info, "Scan what comes back first: it stands in the basket.");
        }
        if reason.is_empty() {
            return self.view.say(Tone::Info, "Say why it comes back, so that the books tell it later.");
        }
        self.view.is_waiting = true;
        self.ask(Ask::RefundGoods { goods: self.view.goods, tender: self.view.refund_tender, reason });
    }

    pub(super) fn refund(&mut self) {
        let Some(refunding) = self.model.refunding.clone() else { return };
        if self.view.refund.is_empty() {
            return self.view.say(Tone::Info, "Choose what comes back first.");
        }
        let lines = self.view.refund.iter().map(|(line, pick)| (*line, pick.quantity, pick.goods)).collect();
        let reason = self.view.words.trim().to_owned();
        self.view.is_waiting = true;
        self.ask(Ask::Refund { sale: refunding.sale.id, lines, tender: self.view.refund_tender, reason });
    }
}

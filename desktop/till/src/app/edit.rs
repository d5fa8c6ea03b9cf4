//! Changing lines of the basket, and discounts.

use tradepost_domain::basket::Discount;
use tradepost_domain::id::LineId;
use tradepost_domain::quantity::Quantity;

use tradepost_domain::staff::Permission;

use super::TillApp;
use crate::ask::{Ask, Step};
use crate::screens;
use crate::view::Panel;
use crate::widgets::Tone;

impl TillApp {
    pub(super) fn save_line(&mut self, id: LineId) {
        let currency = self.model.currency();
        let Some(line) = self.model.basket.find_line(id).cloned() else { return self.open(Panel::Finder) };
        let Some(quantity) = self.view.quantity.quantity().filter(|quantity| *quantity > Quantity::ZERO) else {
            return self.view.say(Tone::Bad, "The quantity has to be more than zero. To take the line out, press Remove line.");
        };
        if quantity != line.quantity {
            self.ask(Ask::SetQuantity { line: id, quantity });
        }
        if let Some(price) = self.view.price.money(currency).filter(|price| *price != line.unit_price) {
            self.ask(Ask::SetPrice { line: id, price });
        }
        let discount = self.typed_discount();
        if discount != line.discount {
            self.ask(Ask::SetLineDiscount { line: id, discount });
        }
        self.open(Panel::Finder);
    }

    pub(super) fn typed_discount(&self) -> Option<Discount> {
        let kind = self.view.typed_discount(&self.model)?;
        let staff = self.model.who_may(Permission::Discount);
        Some(Discount { kind, reason: self.view.words.trim().to_owned(), staff })
    }

    pub(super) fn give_discount(&mut self) {
        match self.typed_discount() {
            Some(discount) => self.ask(Ask::SetBasketDiscount(Some(discount))),
            None => self.view.say(Tone::Info, "Type how much comes off."),
        }
    }

    /// Adds what is not in the catalog: an amount with a name.
    pub(super) fn add_open_line(&mut self) {
        let Some(price) = self.view.amount.money(self.model.currency()).filter(|price| price.minor > 0) else {
            return self.view.say(Tone::Info, "Type the amount first.");
        };
        let typed = self.view.words.trim();
        let title = if typed.is_empty() { screens::OPEN_LINE_NAME.to_owned() } else { typed.to_owned() };
        let tax_category = self.model.tax_choices.get(self.view.tax).map(|choice| choice.category.clone()).unwrap_or_default();
        self.ask(Ask::AddOpenLine { title, price, tax_category });
    }

    pub(super) fn with_line(&mut self, work: impl FnOnce(&mut Self, LineId)) {
        let line = if let Panel::Line(line) = self.view.panel { Some(line) } else { self.view.selected };
        match line.or_else(|| self.model.basket.lines.last().map(|line| line.id)) {
            Some(line) => work(self, line),
            None => self.view.say(Tone::Info, "The basket is empty: scan something first."),
        }
    }

    /// One more or fewer of the chosen line. The worker counts: of two quick presses the second does not know yet what the first made of it.
    pub(super) fn step_quantity(&mut self, step: Step) {
        let line = self.view.selected.and_then(|id| self.model.basket.find_line(id));
        let Some(line) = line.or_else(|| self.model.basket.lines.last()) else { return };
        let line = line.id;
        self.view.selected = Some(line);
        self.ask(Ask::StepQuantity { line, step });
    }
}

//! Carrying commands out: opening panels, going back, and what Enter means on each.

use std::sync::Arc;

use tradepost_domain::money::Money;
use tradepost_domain::sale::TenderType;
use tradepost_domain::staff::Permission;
use tradepost_domain::till_session::{CashCount, CashMovementKind, denominations};

use super::{TillApp, preference};
use crate::ask::{Ask, Step, ThemeChoice};
use crate::command::Command;
use crate::model::{Stage, TileTarget};
use crate::screens;
use crate::view::{LineField, Panel, Wanted};
use crate::widgets::Tone;

impl TillApp {
    /// Carries a command out.
    pub(super) fn run(&mut self, command: Command, ctx: &egui::Context) {
        use Command as C;
        let has_lines = !self.model.basket.lines.is_empty();
        match command {
            C::Back => self.back(),
            C::Confirm => self.confirm(),
            C::Lock => self.ask(Ask::SignOut),
            C::Menu => self.open(Panel::Menu),
            C::Settings => self.open(Panel::Settings),
            C::Pay if has_lines && self.model.priced.is_ok() => self.open(Panel::Pay),
            C::DiscountBasket if has_lines => self.open_if_may(Permission::Discount, Panel::Discount),
            C::Note => self.open(Panel::Note),
            C::Park if has_lines => self.open(Panel::Park),
            C::Recall => self.open(Panel::Parked),
            C::Refund => {
                self.ask(Ask::ListSales);
                self.open_if_may(Permission::Refund, Panel::FindSale);
            }
            C::OpenLine => self.open(Panel::OpenLine),
            C::Customer => self.open(Panel::Customer),
            C::NewCustomer => self.open_new_customer(),
            C::RemoveCustomer => self.ask(Ask::SetCustomer(None)),
            C::AskApproval => self.ask_approval(Permission::Discount, self.view.panel),
            C::WithoutReceipt => self.open_if_may(Permission::Discount, Panel::ReturnGoods),
            C::GoodsNext => self.view.goods = screens::goods_word(self.view.goods).1,
            C::TaxNext => self.view.tax = (self.view.tax + 1) % self.model.tax_choices.len().max(1),
            C::MoveCash => self.open_if_may(Permission::RunTill, Panel::Cash),
            C::Reports => {
                self.ask(Ask::ShowXReport);
                self.open(Panel::Report);
            }
            C::PrintQueue => self.open(Panel::PrintQueue),
            C::AwayReport if self.model.away.is_some() => self.open(Panel::Away),
            C::AwayReport => {}
            C::PrintLast => self.ask(Ask::PrintLast),
            C::VoidBasket if has_lines => self.ask(Ask::VoidBasket),
            C::EditLine => self.with_line(|app, line| app.open(Panel::Line(line))),
            C::RemoveLine => self.with_line(|app, line| {
                app.ask(Ask::VoidLine(line));
                app.open(Panel::Finder);
            }),
            C::MoreOfLine => self.step_quantity(Step::More),
            C::LessOfLine => self.step_quantity(Step::Fewer),
            C::NextLine => self.step(true),
            C::PreviousLine => self.step(false),
            C::RemoveDiscount => self.ask(Ask::SetBasketDiscount(None)),
            C::TakeCash => self.take_cash(),
            C::TakeCard => self.take(TenderType::ExternalCard),
            C::TakeOther => self.take(TenderType::Other),
            C::RemoveTender => drop(self.view.tenders.pop()),
            C::Suggestion(index) => self.take_suggestion(index),
            C::PaidIn => self.view.cash_kind = CashMovementKind::PaidIn,
            C::PaidOut => self.view.cash_kind = CashMovementKind::PaidOut,
            C::SafeDrop => self.view.cash_kind = CashMovementKind::SafeDrop,
            C::KickDrawer => self.ask(Ask::KickDrawer),
            C::CloseSession if self.view.panel == Panel::Close => self.close_session(),
            C::CloseSession => self.open_if_may(Permission::RunTill, Panel::Close),
            C::PrintReport if self.view.panel == Panel::ZReport => self.ask(Ask::PrintZReport),
            C::PrintReport => self.ask(Ask::PrintXReport),
            C::NewSale => self.open(Panel::Finder),
            C::RefundAll => self.refund_all(),
            C::RefundTenderNext => self.next_refund_tender(),
            C::ThemeLight => self.set_theme(ThemeChoice::Light, ctx),
            C::ThemeDark => self.set_theme(ThemeChoice::Dark, ctx),
            C::ThemeSystem => self.set_theme(ThemeChoice::System, ctx),
            C::Pay | C::DiscountBasket | C::Park | C::VoidBasket => {
                self.view.say(Tone::Info, "The basket is empty: scan something first.")
            }
        }
    }

    pub(super) fn open(&mut self, panel: Panel) {
        self.view.open(panel, &self.model);
        // What was approved was approved for what stands on the screen, and ends with it.
        let is_for_this =
            matches!(panel, Panel::Line(_) | Panel::Discount | Panel::ReturnGoods | Panel::Refund | Panel::FindSale);
        if self.model.approval.is_some() && !is_for_this {
            self.ask(Ask::EndApproval);
        }
    }

    /// Has somebody who may enter their PIN, and goes on to `then`.
    pub(super) fn ask_approval(&mut self, permission: Permission, then: Panel) {
        self.view.wanted = Wanted { permission, then };
        self.open(Panel::Approve);
        let mut able = self.model.staff.iter().filter(|staff| staff.permissions.contains(&permission));
        if let (Some(only), None) = (able.next(), able.next()) {
            self.view.approver = Some(only.id);
        }
    }

    pub(super) fn open_if_may(&mut self, permission: Permission, panel: Panel) {
        if self.model.may(permission) {
            return self.open(panel);
        }
        self.ask_approval(permission, panel);
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "a panel goes back to the products unless it says otherwise")]
    pub(super) fn back(&mut self) {
        match self.view.panel {
            Panel::Finder if !self.view.search.is_empty() => self.view.search.clear(),
            Panel::Finder if self.model.choices.is_some() => self.ask(Ask::DropChoices),
            Panel::Finder => {
                self.view.notice = None;
                self.view.selected = None;
            }
            Panel::Refund => {
                self.ask(Ask::DropRefund);
                self.open(Panel::FindSale);
            }
            Panel::ReturnGoods => self.open(Panel::FindSale),
            Panel::NewCustomer => self.open(Panel::Customer),
            Panel::Approve if matches!(self.view.wanted.then, Panel::Line(_)) => self.open(self.view.wanted.then),
            Panel::Close => self.open(Panel::Report),
            Panel::ZReport => self.confirm(),
            Panel::Pay if !self.view.tenders.is_empty() => {
                self.view.say(Tone::Warn, "Part of it is paid already. Remove the part payments first, or go on.");
            }
            _ => self.open(Panel::Finder),
        }
    }

    pub(super) fn confirm(&mut self) {
        if self.view.is_waiting {
            return;
        }
        match self.model.stage {
            Stage::NoShop => return self.pair(),
            Stage::SignIn => return self.sign_in(),
            Stage::NoSession => return self.open_session(),
            Stage::Opening | Stage::Pairing | Stage::Broken(_) => return,
            Stage::Selling => {}
        }
        match self.view.panel {
            Panel::Finder => self.confirm_search(),
            Panel::Line(line) => self.save_line(line),
            Panel::Discount => self.give_discount(),
            Panel::Note => self.ask(Ask::SetNote(self.view.words.trim().to_owned())),
            Panel::Park => self.ask(Ask::Park { label: self.view.words.trim().to_owned() }),
            Panel::FindSale => {
                let words = self.view.words.trim().to_owned();
                if !words.is_empty() {
                    self.ask(Ask::FindReceipt(words));
                }
            }
            Panel::Refund => self.refund(),
            Panel::ReturnGoods => self.refund_goods(),
            Panel::OpenLine => self.add_open_line(),
            Panel::Customer => self.choose_customer(),
            Panel::NewCustomer => self.add_customer(),
            Panel::Approve => self.approve(),
            Panel::Cash => self.move_cash(),
            Panel::Settings => self.ask(Ask::SetPrinter { address: self.view.printer.trim().to_owned() }),
            Panel::Close => self.view.piece = (self.view.piece + 1).min(self.view.pieces.len().saturating_sub(1)),
            Panel::ZReport => self.ask(Ask::SignOut),
            Panel::Away => {
                self.ask(Ask::AwayRead);
                self.open(Panel::Finder);
            }
            Panel::Finished => self.open(Panel::Finder),
            Panel::Parked | Panel::Pay | Panel::Report | Panel::Menu | Panel::PrintQueue => {}
        }
    }

    /// Up and down: results, counted pieces, fields of a line, or lines of the basket.
    #[expect(clippy::wildcard_enum_match_arm, reason = "up and down walk the basket unless a panel has a list of its own")]
    pub(super) fn step(&mut self, is_down: bool) {
        let moved = |at: usize, count: usize| if is_down { (at + 1).min(count.saturating_sub(1)) } else { at.saturating_sub(1) };
        match self.view.panel {
            Panel::Finder if !self.view.search.trim().is_empty() => {
                self.view.highlighted = moved(self.view.highlighted, self.view.found.tiles.len());
            }
            Panel::Customer => self.view.highlighted = moved(self.view.highlighted, self.model.customers.rows.len()),
            Panel::Approve => {
                let able: Vec<_> =
                    self.model.staff.iter().filter(|staff| staff.permissions.contains(&self.view.wanted.permission)).collect();
                let at = self.view.approver.and_then(|id| able.iter().position(|staff| staff.id == id));
                self.view.approver = able.get(at.map_or(0, |at| moved(at, able.len()))).map(|staff| staff.id);
            }
            Panel::OpenLine => self.view.names_line = Some(is_down),
            Panel::Close => self.view.piece = moved(self.view.piece, self.view.pieces.len()),
            Panel::Line(_) => {
                self.view.line_field = next_field(self.view.line_field, is_down, self.model.may(Permission::Discount))
            }
            _ => {
                let lines = &self.model.basket.lines;
                let at = self.view.selected.and_then(|id| lines.iter().position(|line| line.id == id));
                let next = at.map_or(lines.len().saturating_sub(1), |at| moved(at, lines.len()));
                if let Some(line) = lines.get(next).map(|line| line.id) {
                    self.select(line);
                }
            }
        }
    }

    pub(super) fn set_theme(&mut self, theme: ThemeChoice, ctx: &egui::Context) {
        self.view.theme = theme;
        ctx.set_theme(preference(theme));
        self.ask(Ask::SetTheme(theme));
    }

    pub(super) fn pair(&mut self) {
        let (url, code) = (self.view.url.trim().to_owned(), self.view.code.trim().to_owned());
        if !url.is_empty() && !code.is_empty() {
            self.view.is_waiting = true;
            self.ask(Ask::Pair { url, code });
        }
    }

    pub(super) fn sign_in(&mut self) {
        let pin = self.view.pin.text().to_owned();
        match self.view.chosen_staff {
            None => self.view.say(Tone::Info, "Choose your name first."),
            Some(staff) if pin.len() >= 4 => {
                self.view.is_waiting = true;
                self.view.pin.clear();
                self.ask(Ask::SignIn { staff, pin });
            }
            Some(_) => self.view.say(Tone::Info, "A PIN has at least four digits."),
        }
    }

    fn approve(&mut self) {
        let pin = self.view.pin.text().to_owned();
        match self.view.approver {
            None => self.view.say(Tone::Info, "Choose who approves it first."),
            Some(staff) if pin.len() >= 4 => {
                self.view.is_waiting = true;
                self.view.pin.clear();
                self.ask(Ask::Approve { staff, pin, permission: self.view.wanted.permission });
            }
            Some(_) => self.view.say(Tone::Info, "A PIN has at least four digits."),
        }
    }

    /// Enter in the list of customers: the chosen one, as soon as the list is the one for what was typed.
    pub(super) fn choose_customer(&mut self) {
        let found = Arc::clone(&self.model.customers);
        if found.text != self.view.words.trim() {
            self.view.confirmed = Some(self.view.words.trim().to_owned());
            return;
        }
        match found.rows.get(self.view.highlighted) {
            Some(customer) => self.ask(Ask::SetCustomer(Some(customer.id))),
            None => self.open_new_customer(),
        }
    }

    fn open_new_customer(&mut self) {
        let name = self.view.words.trim().to_owned();
        self.open(Panel::NewCustomer);
        self.view.words = name;
    }

    fn add_customer(&mut self) {
        let [name, phone, email] = [&self.view.words, &self.view.phone, &self.view.email].map(|text| text.trim().to_owned());
        if name.is_empty() {
            return self.view.say(Tone::Info, "Type the customer's name first.");
        }
        self.view.is_waiting = true;
        self.ask(Ask::AddCustomer { name, phone, email });
    }

    pub(super) fn open_session(&mut self) {
        let currency = self.model.currency();
        let opening_float =
            if self.view.amount.is_empty() { Some(Money::zero(currency)) } else { self.view.amount.money(currency) };
        if let Some(opening_float) = opening_float {
            self.view.is_waiting = true;
            self.ask(Ask::OpenSession { opening_float });
        }
    }

    pub(super) fn close_session(&mut self) {
        if self.view.is_waiting {
            return;
        }
        let currency = self.model.currency();
        let counts = self.view.pieces.iter().map(|count| count.text().parse::<u32>().unwrap_or(0));
        let pieces: Vec<(i64, u32)> =
            denominations(currency).iter().copied().zip(counts).filter(|(_, count)| *count > 0).collect();
        match CashCount::from_pieces(currency, pieces) {
            Ok(count) => {
                self.view.is_waiting = true;
                self.ask(Ask::CloseSession { count });
            }
            Err(problem) => self.view.say(Tone::Bad, problem.to_string()),
        }
    }

    pub(super) fn move_cash(&mut self) {
        let Some(amount) = self.view.amount.money(self.model.currency()).filter(|amount| amount.minor > 0) else {
            return self.view.say(Tone::Info, "Type the amount first.");
        };
        if self.view.words.trim().is_empty() {
            return self.view.say(Tone::Info, "Say what it is for, so that the books tell it later.");
        }
        self.view.is_waiting = true;
        self.ask(Ask::MoveCash { kind: self.view.cash_kind, amount, reason: self.view.words.trim().to_owned() });
    }

    /// Enter in the search field: what was typed may be a code; otherwise the chosen result is meant.
    pub(super) fn confirm_search(&mut self) {
        let text = self.view.search.trim().to_owned();
        let found = Arc::clone(&self.view.found);
        if text.is_empty() {
            return;
        }
        let chosen = found.tiles.get(self.view.highlighted).filter(|_| found.text == text);
        let chosen = chosen.and_then(|tile| match tile.target {
            TileTarget::Variant(id) => Some(id),
            TileTarget::Product(_) => None,
        });
        self.ask(Ask::AddTyped { text, chosen });
    }
}

fn next_field(field: LineField, is_down: bool, may_discount: bool) -> LineField {
    match (field, is_down) {
        _ if !may_discount => LineField::Quantity,
        (LineField::Quantity, true) | (LineField::Discount, false) => LineField::Price,
        (LineField::Price, true) | (LineField::Discount, true) => LineField::Discount,
        (LineField::Quantity | LineField::Price, false) => LineField::Quantity,
    }
}

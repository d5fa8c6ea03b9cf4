//! The keyboard: what a scan means on each screen, where digits go, and which keys work now.

use tradepost_domain::barcode::Gtin;

use tradepost_domain::staff::Permission;

use super::TillApp;
use crate::ask::Ask;
use crate::command::Command;
use crate::keys;
use crate::model::Stage;
use crate::screens::{self, Out};
use crate::view::Panel;
use crate::widgets::{Entry, Tone, decimals_of};

impl TillApp {
    /// Whether fast keys are a scan. Before there is a shop they are typing: nothing could be done with a scan, and an address must not be lost.
    pub(super) fn takes_scans(&self) -> bool {
        matches!(self.model.stage, Stage::Selling | Stage::SignIn | Stage::NoSession)
    }

    /// A scan anywhere is a scan.
    pub(super) fn scanned(&mut self, code: String, out: &mut Out) {
        match self.model.stage {
            Stage::Selling if matches!(self.view.panel, Panel::FindSale) => out.asks.push(Ask::FindReceipt(code)),
            Stage::Selling if self.view.panel == Panel::Approve && is_pin(&code) => self.enter_pin(&code, out),
            Stage::Selling if self.view.is_waiting => {
                self.view.say(Tone::Warn, "The sale is being completed: scan again in a moment.")
            }
            Stage::Selling => out.asks.push(Ask::Scan(self.whole_code(code))),
            Stage::SignIn if is_pin(&code) => self.enter_pin(&code, out),
            Stage::SignIn => self.view.say(Tone::Info, "Sign in first, then scan it again."),
            Stage::NoSession => self.view.say(Tone::Info, "Open the drawer first, then scan it again."),
            Stage::Opening | Stage::NoShop | Stage::Pairing | Stage::Broken(_) => {}
        }
    }

    /// A slow frame can cut a scan in two: the first digits stand in the search field as if somebody had typed them. Where both parts together are a number
    /// with a right check digit, they are one scan.
    pub(super) fn whole_code(&mut self, code: String) -> String {
        let whole = format!("{}{code}", self.view.search.trim());
        if whole.len() == code.len() || Gtin::parse(&whole).is_err() {
            return code;
        }
        self.view.search.clear();
        whole
    }

    /// A PIN typed at once, as on a slow computer: it is a PIN all the same.
    pub(super) fn enter_pin(&mut self, code: &str, out: &mut Out) {
        if let Some((entry, decimals)) = self.active_entry() {
            code.chars().for_each(|digit| entry.push(digit, decimals));
            out.commands.push(Command::Confirm);
        }
    }

    pub(super) fn read_keys(&mut self, ctx: &egui::Context, out: &mut Out) {
        let is_typing = ctx.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Text(_))));
        if is_typing && self.model.stage == Stage::Selling && matches!(self.view.panel, Panel::Finished | Panel::Menu) {
            // Typing after a sale is looking for the next thing.
            self.view.open(Panel::Finder, &self.model);
            ctx.memory_mut(|memory| memory.request_focus(screens::search_id()));
        }
        let starts_a_name = self.model.stage == Stage::Selling
            && self.view.panel == Panel::OpenLine
            && ctx.input(|input| input.events.iter().any(is_letter))
            && ctx.memory(egui::Memory::focused).is_none();
        if starts_a_name {
            ctx.memory_mut(|memory| memory.request_focus(screens::words_id()));
        }
        let focused = ctx.memory(egui::Memory::focused);
        let has_text = focused.is_some_and(is_text_field);
        let keep_enter = focused.is_some() && !has_text;
        let pressed = keys::commands(ctx, &self.active_commands(), keep_enter);
        out.commands.extend(pressed);
        if !has_text && let Some((entry, decimals)) = self.active_entry() {
            for typed in keys::number_keys(ctx) {
                match typed {
                    '\u{8}' => entry.pop(),
                    typed => entry.push(typed, decimals),
                }
            }
        }
    }

    /// The number that digits go to.
    pub(super) fn active_entry(&mut self) -> Option<(&mut Entry, usize)> {
        let decimals = decimals_of(self.model.currency());
        let view = &mut self.view;
        match (&self.model.stage, view.panel) {
            (Stage::SignIn, _) => Some((&mut view.pin, 0)),
            (Stage::Selling, Panel::Approve) => Some((&mut view.pin, 0)),
            (Stage::NoSession, _) | (Stage::Selling, Panel::Pay | Panel::Cash | Panel::OpenLine) => {
                Some((&mut view.amount, decimals))
            }
            (Stage::Selling, Panel::Line(_)) => {
                let decimals = screens::line_decimals(view, decimals);
                Some((screens::line_entry(view), decimals))
            }
            (Stage::Selling, Panel::Discount) => {
                let decimals = screens::discount_decimals(view, decimals);
                Some((&mut view.discount, decimals))
            }
            (Stage::Selling, Panel::Close) => view.pieces.get_mut(view.piece).map(|piece| (piece, 0)),
            _ => None,
        }
    }

    /// Gives the keyboard to the field that a person would type into, where nothing else has it.
    pub(super) fn focus(&self, ctx: &egui::Context) {
        if ctx.memory(egui::Memory::focused).is_some() {
            return;
        }
        let field = match (&self.model.stage, self.view.panel) {
            (Stage::NoShop, _) => Some(screens::url_id()),
            (Stage::Selling, Panel::Finder) => Some(screens::search_id()),
            (Stage::Selling, Panel::Note | Panel::Park | Panel::Customer | Panel::NewCustomer | Panel::ReturnGoods) => {
                Some(screens::words_id())
            }
            (Stage::Selling, Panel::FindSale) => Some(screens::receipt_id()),
            _ => None,
        };
        if let Some(field) = field {
            ctx.memory_mut(|memory| memory.request_focus(field));
        }
    }

    /// The commands whose keys work now.
    pub fn active_commands(&self) -> Vec<Command> {
        use Command as C;
        let everywhere = [C::Lock];
        match self.model.stage {
            Stage::Opening | Stage::Broken(_) => vec![],
            Stage::NoShop | Stage::Pairing | Stage::SignIn => vec![C::Confirm],
            Stage::NoSession => vec![C::Confirm, C::Lock],
            Stage::Selling => everywhere.into_iter().chain(self.panel_commands()).collect(),
        }
    }

    pub(super) fn panel_commands(&self) -> Vec<Command> {
        use Command as C;
        const DAY: [Command; 16] = [
            C::Pay,
            C::OpenLine,
            C::Customer,
            C::DiscountBasket,
            C::Note,
            C::Park,
            C::Recall,
            C::Refund,
            C::MoveCash,
            C::Reports,
            C::PrintLast,
            C::PrintQueue,
            C::Menu,
            C::Settings,
            C::VoidBasket,
            C::AwayReport,
        ];
        let own: &[Command] = match self.view.panel {
            Panel::Finder if !self.view.search.trim().is_empty() => &[C::Back, C::Confirm, C::NextLine, C::PreviousLine],
            Panel::Finder => &[C::Back, C::EditLine, C::RemoveLine, C::MoreOfLine, C::LessOfLine, C::NextLine, C::PreviousLine],
            Panel::Finished => &[C::Back, C::NewSale],
            Panel::Menu | Panel::PrintQueue | Panel::Parked => &[C::Back, C::KickDrawer],
            Panel::Away => &[C::Back, C::Confirm],
            Panel::Line(_) if !self.model.may(Permission::Discount) => {
                return vec![C::Back, C::Confirm, C::RemoveLine, C::AskApproval];
            }
            Panel::Line(_) => return vec![C::Back, C::Confirm, C::RemoveLine, C::NextLine, C::PreviousLine],
            Panel::Approve => return vec![C::Back, C::Confirm, C::NextLine, C::PreviousLine],
            Panel::OpenLine => return vec![C::Back, C::Confirm, C::TaxNext, C::NextLine, C::PreviousLine],
            Panel::Customer => {
                return vec![C::Back, C::Confirm, C::NewCustomer, C::RemoveCustomer, C::NextLine, C::PreviousLine];
            }
            Panel::NewCustomer => return vec![C::Back, C::Confirm],
            Panel::ReturnGoods => return vec![C::Back, C::Confirm, C::RefundTenderNext, C::GoodsNext],
            Panel::FindSale => return vec![C::Back, C::Confirm, C::WithoutReceipt],
            Panel::Discount => return vec![C::Back, C::Confirm, C::RemoveDiscount],
            Panel::Note | Panel::Park => return vec![C::Back, C::Confirm],
            Panel::Pay => {
                let suggestions = (0..4).map(C::Suggestion);
                return [C::Back, C::TakeCash, C::TakeCard, C::TakeOther, C::RemoveTender]
                    .into_iter()
                    .chain(suggestions)
                    .collect();
            }
            Panel::Refund => return vec![C::Back, C::Confirm, C::RefundAll, C::RefundTenderNext],
            Panel::Cash => return vec![C::Back, C::Confirm, C::PaidIn, C::PaidOut, C::SafeDrop, C::KickDrawer],
            Panel::Report => return vec![C::Back, C::PrintReport, C::CloseSession],
            Panel::Close => return vec![C::Back, C::Confirm, C::NextLine, C::PreviousLine, C::CloseSession],
            Panel::ZReport => return vec![C::Confirm, C::Back, C::PrintReport],
            Panel::Settings => return vec![C::Back, C::Confirm, C::ThemeLight, C::ThemeDark, C::ThemeSystem],
        };
        own.iter().copied().chain(DAY).collect()
    }
}

/// Whether the focused control takes text, so that keys are its own.
fn is_text_field(id: egui::Id) -> bool {
    screens::text_fields().contains(&id)
}

fn is_letter(event: &egui::Event) -> bool {
    matches!(event, egui::Event::Text(text) if text.chars().any(char::is_alphabetic))
}

fn is_pin(code: &str) -> bool {
    (4..=8).contains(&code.len()) && code.bytes().all(|digit| digit.is_ascii_digit())
}

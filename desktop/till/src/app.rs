//! The window: takes what the worker left, reads the keyboard, draws, and carries out what was asked for.
//!
//! Nothing here waits: requests go into a bounded channel, answers come back through the [`Inbox`].

use std::sync::Arc;

use tradepost_domain::barcode::Gtin;
use tradepost_domain::basket::Discount;
use tradepost_domain::id::LineId;
use tradepost_domain::money::Money;
use tradepost_domain::quantity::Quantity;
use tradepost_domain::sale::{Tender, TenderType};
use tradepost_domain::staff::Permission;
use tradepost_domain::till_session::{CashCount, CashMovementKind, denominations, suggested_tenders};

use crate::ask::{Ask, News, ThemeChoice};
use crate::command::Command;
use crate::inbox::Inbox;
use crate::keys::{self, Scans};
use crate::model::{Model, Stage, TileTarget};
use crate::screens::{self, Out};
use crate::theme;
use crate::view::{LineField, Panel, RefundPick, View};
use crate::widgets::{Entry, Tone, decimals_of};

/// Where requests go.
pub trait Asks {
    /// Sends a request; `false`: the worker has so much to do that it cannot take one more now.
    fn ask(&self, ask: Ask) -> bool;
    /// Searches; a newer search replaces an older one.
    fn search(&self, text: &str);
}

/// The till's window.
pub struct TillApp {
    model: Arc<Model>,
    view: View,
    inbox: Inbox,
    asks: Box<dyn Asks>,
    scans: Scans,
    searched: String,
}

impl TillApp {
    /// A window over what the worker leaves in `inbox`.
    pub fn new(ctx: &egui::Context, inbox: Inbox, asks: Box<dyn Asks>, theme: ThemeChoice) -> Self {
        theme::install(ctx);
        ctx.set_theme(preference(theme));
        let view = View { theme, ..View::default() };
        Self { model: Arc::default(), view, inbox, asks, scans: Scans::default(), searched: String::new() }
    }

    /// Fills in the pairing form, from the command line.
    pub fn propose_pairing(&mut self, url: &str, code: &str) {
        url.clone_into(&mut self.view.url);
        code.clone_into(&mut self.view.code);
    }

    /// What is drawn: for tests and for the gallery of screens.
    pub fn state(&mut self) -> (&Model, &mut View) {
        (&self.model, &mut self.view)
    }

    /// One frame. `frame_seconds`: what the last one took to draw.
    pub fn frame(&mut self, ui: &mut egui::Ui, frame_seconds: f32) {
        self.take_inbox();
        let ctx = ui.ctx().clone();
        let mut out = Out::default();
        for code in self.scans.read(&ctx, frame_seconds) {
            self.scanned(code, &mut out);
        }
        self.read_keys(&ctx, &mut out);
        self.focus(&ctx);
        screens::show(ui, &self.model, &mut self.view, &mut out);
        let Out { commands, asks } = out;
        for command in commands {
            self.run(command, &ctx);
        }
        asks.into_iter().for_each(|ask| self.ask(ask));
        self.search();
    }

    fn take_inbox(&mut self) {
        let taken = self.inbox.take();
        if let Some(model) = taken.model {
            let stage_changed = model.stage != self.model.stage;
            let is_back = model.away.is_some() && self.model.away.is_none();
            self.model = model;
            if stage_changed {
                self.view = View {
                    theme: self.view.theme,
                    url: std::mem::take(&mut self.view.url),
                    code: std::mem::take(&mut self.view.code),
                    notice: self.view.notice.take().filter(|_| self.model.stage == Stage::NoShop),
                    chosen_staff: (self.model.staff.len() == 1).then(|| self.model.staff.first().map(|staff| staff.id)).flatten(),
                    ..View::default()
                };
            }
            // The report interrupts nobody: it opens where nothing is under way, and otherwise waits in the strip.
            let is_idle = self.view.panel == Panel::Finder && self.view.search.is_empty() && self.model.basket.lines.is_empty();
            if is_back && is_idle && self.model.stage == Stage::Selling {
                self.view.open(Panel::Away, &self.model);
            }
            self.view.selected = self.view.selected.filter(|id| self.model.basket.find_line(*id).is_some());
        }
        if let Some(found) = taken.found {
            self.view.found = found;
            self.view.highlighted = 0;
        }
        taken.news.into_iter().for_each(|news| self.hear(news));
    }

    fn hear(&mut self, news: News) {
        self.view.is_waiting = false;
        match news {
            News::SignedIn | News::SessionOpened => self.view.notice = None,
            News::Added(line) => {
                if matches!(self.view.panel, Panel::Finished) {
                    self.view.open(Panel::Finder, &self.model);
                }
                self.view.notice = None;
                self.view.search.clear();
                self.select(line);
            }
            News::NotFound(code) => {
                self.view.search.clear();
                let words = format!("Nothing has the code {code}. Search by name, or add it in the back office.");
                self.view.say(Tone::Warn, words);
            }
            News::BasketChanged => {
                if matches!(self.view.panel, Panel::Line(_) | Panel::Discount | Panel::Note) {
                    self.view.open(Panel::Finder, &self.model);
                }
            }
            News::Parked => {
                self.view.open(Panel::Finder, &self.model);
                self.view.say(Tone::Good, "The basket is parked. F5 brings it back.");
            }
            News::Recalled => self.view.open(Panel::Finder, &self.model),
            News::Finished => {
                self.view.open(Panel::Finished, &self.model);
                self.view.selected = None;
            }
            News::RefundOpened => self.view.open(Panel::Refund, &self.model),
            News::CashMoved(words) | News::Done(words) => {
                if matches!(self.view.panel, Panel::Cash) {
                    self.view.open(Panel::Finder, &self.model);
                }
                self.view.say(Tone::Good, words);
            }
            News::SessionClosed => self.view.open(Panel::ZReport, &self.model),
            News::Failed(words) => {
                self.view.pin.clear();
                self.view.say(Tone::Bad, words);
            }
        }
    }

    fn select(&mut self, line: LineId) {
        self.view.selected = Some(line);
        self.view.reveal_selected = true;
    }

    fn ask(&mut self, ask: Ask) {
        if let Ask::ShowCategory(category) = ask {
            self.view.category = category;
        }
        if !self.asks.ask(ask) {
            self.view.say(Tone::Warn, "The till is still busy with what you asked before. Wait a moment, then try again.");
        }
    }

    fn search(&mut self) {
        let text = self.view.search.trim();
        if text != self.searched {
            text.clone_into(&mut self.searched);
            self.asks.search(text);
        }
    }

    /// A scan anywhere is a scan.
    fn scanned(&mut self, code: String, out: &mut Out) {
        match self.model.stage {
            Stage::Selling if matches!(self.view.panel, Panel::FindSale) => out.asks.push(Ask::FindReceipt(code)),
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
    fn whole_code(&mut self, code: String) -> String {
        let whole = format!("{}{code}", self.view.search.trim());
        if whole.len() == code.len() || Gtin::parse(&whole).is_err() {
            return code;
        }
        self.view.search.clear();
        whole
    }

    /// A PIN typed at once, as on a slow computer: it is a PIN all the same.
    fn enter_pin(&mut self, code: &str, out: &mut Out) {
        if let Some((entry, decimals)) = self.active_entry() {
            code.chars().for_each(|digit| entry.push(digit, decimals));
            out.commands.push(Command::Confirm);
        }
    }

    fn read_keys(&mut self, ctx: &egui::Context, out: &mut Out) {
        let is_typing = ctx.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Text(_))));
        if is_typing && self.model.stage == Stage::Selling && matches!(self.view.panel, Panel::Finished | Panel::Menu) {
            // Typing after a sale is looking for the next thing.
            self.view.open(Panel::Finder, &self.model);
            ctx.memory_mut(|memory| memory.request_focus(screens::search_id()));
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
    fn active_entry(&mut self) -> Option<(&mut Entry, usize)> {
        let decimals = decimals_of(self.model.currency());
        let view = &mut self.view;
        match (&self.model.stage, view.panel) {
            (Stage::SignIn, _) => Some((&mut view.pin, 0)),
            (Stage::NoSession, _) | (Stage::Selling, Panel::Pay | Panel::Cash) => Some((&mut view.amount, decimals)),
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
    fn focus(&self, ctx: &egui::Context) {
        if ctx.memory(egui::Memory::focused).is_some() {
            return;
        }
        let field = match (&self.model.stage, self.view.panel) {
            (Stage::NoShop, _) => Some(screens::url_id()),
            (Stage::Selling, Panel::Finder) => Some(screens::search_id()),
            (Stage::Selling, Panel::Note | Panel::Park) => Some(screens::words_id()),
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

    fn panel_commands(&self) -> Vec<Command> {
        use Command as C;
        const DAY: [Command; 14] = [
            C::Pay,
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
            Panel::Line(_) => return vec![C::Back, C::Confirm, C::RemoveLine, C::NextLine, C::PreviousLine],
            Panel::Discount => return vec![C::Back, C::Confirm, C::RemoveDiscount],
            Panel::Note | Panel::Park | Panel::FindSale => return vec![C::Back, C::Confirm],
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

    /// Carries a command out.
    fn run(&mut self, command: Command, ctx: &egui::Context) {
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
            C::MoreOfLine => self.step_quantity(1000),
            C::LessOfLine => self.step_quantity(-1000),
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

    fn open(&mut self, panel: Panel) {
        self.view.open(panel, &self.model);
    }

    fn open_if_may(&mut self, permission: Permission, panel: Panel) {
        if self.model.may(permission) {
            return self.open(panel);
        }
        let words = match permission {
            Permission::Discount => "You may not give discounts. Ask somebody who may to sign in (F11).",
            Permission::Refund => "You may not refund. Ask somebody who may to sign in (F11).",
            Permission::Sell
            | Permission::RunTill
            | Permission::Stock
            | Permission::EditCatalog
            | Permission::Reports
            | Permission::Administer => "You may not do this at the till. Ask somebody who may to sign in (F11).",
        };
        self.view.say(Tone::Warn, words);
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "a panel goes back to the products unless it says otherwise")]
    fn back(&mut self) {
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
            Panel::Close => self.open(Panel::Report),
            Panel::ZReport => self.confirm(),
            Panel::Pay if !self.view.tenders.is_empty() => {
                self.view.say(Tone::Warn, "Part of it is paid already. Remove the part payments first, or go on.");
            }
            _ => self.open(Panel::Finder),
        }
    }

    fn confirm(&mut self) {
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

    fn pair(&mut self) {
        let (url, code) = (self.view.url.trim().to_owned(), self.view.code.trim().to_owned());
        if !url.is_empty() && !code.is_empty() {
            self.view.is_waiting = true;
            self.ask(Ask::Pair { url, code });
        }
    }

    fn sign_in(&mut self) {
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

    fn open_session(&mut self) {
        let currency = self.model.currency();
        let opening_float =
            if self.view.amount.is_empty() { Some(Money::zero(currency)) } else { self.view.amount.money(currency) };
        if let Some(opening_float) = opening_float {
            self.view.is_waiting = true;
            self.ask(Ask::OpenSession { opening_float });
        }
    }

    /// Enter in the search field: what was typed may be a code; otherwise the chosen result is meant.
    fn confirm_search(&mut self) {
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

    fn save_line(&mut self, id: LineId) {
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

    fn typed_discount(&self) -> Option<Discount> {
        let kind = self.view.typed_discount(&self.model)?;
        let staff = self.model.signed_in.as_ref().map(|staff| staff.id);
        Some(Discount { kind, reason: self.view.words.trim().to_owned(), staff })
    }

    fn give_discount(&mut self) {
        match self.typed_discount() {
            Some(discount) => self.ask(Ask::SetBasketDiscount(Some(discount))),
            None => self.view.say(Tone::Info, "Type how much comes off."),
        }
    }

    fn with_line(&mut self, work: impl FnOnce(&mut Self, LineId)) {
        let line = if let Panel::Line(line) = self.view.panel { Some(line) } else { self.view.selected };
        match line.or_else(|| self.model.basket.lines.last().map(|line| line.id)) {
            Some(line) => work(self, line),
            None => self.view.say(Tone::Info, "The basket is empty: scan something first."),
        }
    }

    fn step_quantity(&mut self, thousandths: i64) {
        let line = self.view.selected.and_then(|id| self.model.basket.find_line(id));
        let Some(line) = line.or_else(|| self.model.basket.lines.last()) else { return };
        let id = line.id;
        let quantity = Quantity::from_thousandths(line.quantity.thousandths.saturating_add(thousandths));
        self.view.selected = Some(id);
        if quantity > Quantity::ZERO {
            self.ask(Ask::SetQuantity { line: id, quantity });
        } else {
            self.ask(Ask::VoidLine(id));
        }
    }

    /// Up and down: results, counted pieces, fields of a line, or lines of the basket.
    #[expect(clippy::wildcard_enum_match_arm, reason = "up and down walk the basket unless a panel has a list of its own")]
    fn step(&mut self, is_down: bool) {
        let moved = |at: usize, count: usize| if is_down { (at + 1).min(count.saturating_sub(1)) } else { at.saturating_sub(1) };
        match self.view.panel {
            Panel::Finder if !self.view.search.trim().is_empty() => {
                self.view.highlighted = moved(self.view.highlighted, self.view.found.tiles.len());
            }
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

    fn take_cash(&mut self) {
        let due = screens::due(&self.model, &self.view);
        let typed = self.view.amount.money(due.currency);
        let amount = if self.view.amount.is_empty() { Some(due) } else { typed };
        if let Some(amount) = amount {
            self.take_amount(TenderType::Cash, amount);
        }
    }

    fn take(&mut self, tender: TenderType) {
        let due = screens::due_by_card(&self.model, &self.view);
        let amount = if self.view.amount.is_empty() { Some(due) } else { self.view.amount.money(due.currency) };
        match amount {
            Some(amount) if amount.minor > due.minor => {
                self.view.say(
                    Tone::Bad,
                    format!("That is more than the {} still to pay: change is only given from cash.", due.to_decimal()),
                );
            }
            Some(amount) => self.take_amount(tender, amount),
            None => {}
        }
    }

    fn take_suggestion(&mut self, index: u8) {
        let due = screens::due(&self.model, &self.view);
        if let Some(amount) = suggested_tenders(due).get(usize::from(index)) {
            self.take_amount(TenderType::Cash, *amount);
        }
    }

    /// Takes a tender; completes the sale once nothing is missing.
    fn take_amount(&mut self, tender_type: TenderType, amount: Money) {
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

    fn refund_all(&mut self) {
        let Some(refunding) = self.model.refunding.clone() else { return };
        let left = refunding.lines.iter().filter(|line| line.left > Quantity::ZERO);
        self.view.refund = left.map(|line| (line.line, RefundPick { quantity: line.left, goods: Default::default() })).collect();
    }

    fn next_refund_tender(&mut self) {
        self.view.refund_tender = match self.view.refund_tender {
            TenderType::Cash => TenderType::ExternalCard,
            TenderType::ExternalCard => TenderType::Other,
            TenderType::Other => TenderType::Cash,
        };
    }

    fn refund(&mut self) {
        let Some(refunding) = self.model.refunding.clone() else { return };
        if self.view.refund.is_empty() {
            return self.view.say(Tone::Info, "Choose what comes back first.");
        }
        let lines = self.view.refund.iter().map(|(line, pick)| (*line, pick.quantity, pick.goods)).collect();
        let reason = self.view.words.trim().to_owned();
        self.view.is_waiting = true;
        self.ask(Ask::Refund { sale: refunding.sale.id, lines, tender: self.view.refund_tender, reason });
    }

    fn move_cash(&mut self) {
        let Some(amount) = self.view.amount.money(self.model.currency()).filter(|amount| amount.minor > 0) else {
            return self.view.say(Tone::Info, "Type the amount first.");
        };
        if self.view.words.trim().is_empty() {
            return self.view.say(Tone::Info, "Say what it is for, so that the books tell it later.");
        }
        self.view.is_waiting = true;
        self.ask(Ask::MoveCash { kind: self.view.cash_kind, amount, reason: self.view.words.trim().to_owned() });
    }

    fn close_session(&mut self) {
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

    fn set_theme(&mut self, theme: ThemeChoice, ctx: &egui::Context) {
        self.view.theme = theme;
        ctx.set_theme(preference(theme));
        self.ask(Ask::SetTheme(theme));
    }
}

impl eframe::App for TillApp {
    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        let seconds = frame.info().cpu_usage.unwrap_or(0.0);
        self.frame(ui, seconds);
    }
}

fn preference(theme: ThemeChoice) -> egui::ThemePreference {
    match theme {
        ThemeChoice::System => egui::ThemePreference::System,
        ThemeChoice::Light => egui::ThemePreference::Light,
        ThemeChoice::Dark => egui::ThemePreference::Dark,
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

/// Whether the focused control takes text, so that keys are its own.
fn is_text_field(id: egui::Id) -> bool {
    screens::text_fields().contains(&id)
}

fn is_pin(code: &str) -> bool {
    (4..=8).contains(&code.len()) && code.bytes().all(|digit| digit.is_ascii_digit())
}

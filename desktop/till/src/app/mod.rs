//! The window: takes what the worker left, reads the keyboard, draws, and carries out what was asked for.
//!
//! Nothing here waits: requests go into a bounded channel, answers come back through the [`Inbox`].

mod edit;
mod keyboard;
mod pay;
mod run;

use std::sync::Arc;

use tradepost_domain::id::LineId;

use crate::ask::{Ask, News, ThemeChoice};
use crate::clicks::Clicks;
use crate::inbox::Inbox;
use crate::keys::Scans;
use crate::model::{Model, Stage};
use crate::screens::{self, Out};
use crate::theme;
use crate::view::{Panel, View};
use crate::widgets::Tone;

/// Where requests go.
pub trait Asks {
    /// Sends a request; `false`: the worker has so much to do that it cannot take one more now.
    fn ask(&self, ask: Ask) -> bool;
    /// Searches; a newer search replaces an older one.
    fn search(&self, text: &str);
    /// Asks for a product's picture; `false`: there is no room for another request now.
    fn picture(&self, url: &str) -> bool;
}

/// The till's window.
pub struct TillApp {
    model: Arc<Model>,
    view: View,
    inbox: Inbox,
    asks: Box<dyn Asks>,
    scans: Scans,
    clicks: Clicks,
    searched: String,
    /// The customers last searched for, while that panel is open.
    customers_searched: Option<String>,
}

impl TillApp {
    /// A window over what the worker leaves in `inbox`.
    pub fn new(ctx: &egui::Context, inbox: Inbox, asks: Box<dyn Asks>, theme: ThemeChoice) -> Self {
        theme::install(ctx);
        ctx.set_theme(preference(theme));
        let view = View { theme, ..View::default() };
        Self {
            model: Arc::default(),
            view,
            inbox,
            asks,
            scans: Scans::default(),
            clicks: Clicks::default(),
            searched: String::new(),
            customers_searched: None,
        }
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

    /// One frame.
    pub fn frame(&mut self, ui: &mut egui::Ui) {
        let ctx = ui.ctx().clone();
        self.take_inbox(&ctx);
        let mut out = Out::default();
        if self.takes_scans() {
            for code in self.scans.read(&ctx) {
                self.scanned(code, &mut out);
            }
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
        self.search_customers();
        for url in self.view.pictures.take_wanted() {
            self.asks.picture(&url);
        }
    }

    fn take_inbox(&mut self, ctx: &egui::Context) {
        let taken = self.inbox.take();
        if let Some(model) = taken.model {
            let stage_changed = model.stage != self.model.stage;
            let is_back = model.away.is_some() && self.model.away.is_none();
            self.model = model;
            if stage_changed {
                self.view = View {
                    theme: self.view.theme,
                    pictures: self.view.pictures.clone(),
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
                self.open(Panel::Away);
            }
            self.view.selected = self.view.selected.filter(|id| self.model.basket.find_line(*id).is_some());
        }
        for (url, image) in taken.pictures {
            self.view.pictures.put(ctx, url, image);
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
                if matches!(self.view.panel, Panel::Finished | Panel::OpenLine) {
                    self.open(Panel::Finder);
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
            News::Approved(words) => {
                self.open(self.view.wanted.then);
                self.view.say(Tone::Good, words);
            }
            News::BasketChanged => {
                if matches!(
                    self.view.panel,
                    Panel::Line(_) | Panel::Discount | Panel::Note | Panel::Customer | Panel::NewCustomer
                ) {
                    self.open(Panel::Finder);
                }
            }
            News::Parked => {
                self.open(Panel::Finder);
                self.view.say(Tone::Good, "The basket is parked. F5 brings it back.");
            }
            News::Recalled => self.open(Panel::Finder),
            News::Finished => {
                self.open(Panel::Finished);
                self.view.selected = None;
            }
            News::RefundOpened => self.open(Panel::Refund),
            News::CashMoved(words) | News::Done(words) => {
                if matches!(self.view.panel, Panel::Cash) {
                    self.open(Panel::Finder);
                }
                self.view.say(Tone::Good, words);
            }
            News::SessionClosed => self.open(Panel::ZReport),
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
            self.view.is_waiting = false;
            self.view.say(Tone::Warn, "The till is still busy with what you asked before. Wait a moment, then try again.");
        }
    }

    fn search_customers(&mut self) {
        if self.view.panel != Panel::Customer || self.model.stage != Stage::Selling {
            self.customers_searched = None;
            return;
        }
        let text = self.view.words.trim();
        if self.customers_searched.as_deref() != Some(text) {
            self.customers_searched = Some(text.to_owned());
            self.view.highlighted = 0;
            self.ask(Ask::FindCustomers(text.to_owned()));
        }
        let text = self.view.words.trim();
        if self.view.confirmed.take().is_some_and(|confirmed| confirmed == text) {
            self.choose_customer();
        }
    }

    fn search(&mut self) {
        let text = self.view.search.trim();
        if text != self.searched {
            text.clone_into(&mut self.searched);
            self.asks.search(text);
        }
    }
}

impl eframe::App for TillApp {
    fn raw_input_hook(&mut self, ctx: &egui::Context, input: &mut egui::RawInput) {
        if self.clicks.keep_in_place(input) {
            ctx.request_repaint();
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.frame(ui);
    }
}

fn preference(theme: ThemeChoice) -> egui::ThemePreference {
    match theme {
        ThemeChoice::System => egui::ThemePreference::System,
        ThemeChoice::Light => egui::ThemePreference::Light,
        ThemeChoice::Dark => egui::ThemePreference::Dark,
    }
}

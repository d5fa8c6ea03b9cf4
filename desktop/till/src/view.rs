//! What the screen itself remembers: which panel is open, what is being typed, which line is chosen. Nothing of the shop.

use std::collections::BTreeMap;
use std::sync::Arc;

use tradepost_domain::basket::DiscountKind;
use tradepost_domain::id::{CollectionId, LineId, StaffId};
use tradepost_domain::money::Money;
use tradepost_domain::quantity::Quantity;
use tradepost_domain::sale::{GoodsReturn, Tender, TenderType};
use tradepost_domain::staff::Permission;
use tradepost_domain::tax::RateMillionths;
use tradepost_domain::till_session::{CashMovementKind, denominations};

use crate::ask::ThemeChoice;
use crate::model::{Found, Model};
use crate::pictures::Pictures;
use crate::widgets::{Entry, Tone};

/// What stands on the right, beside the basket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the panel of that name")]
pub enum Panel {
    #[default]
    Finder,
    Line(LineId),
    Discount,
    Note,
    Park,
    Parked,
    Pay,
    Finished,
    FindSale,
    Refund,
    ReturnGoods,
    OpenLine,
    Customer,
    NewCustomer,
    Approve,
    Cash,
    Report,
    Close,
    ZReport,
    Menu,
    Settings,
    PrintQueue,
    Away,
}

/// What is to be approved, and what it opens then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each says itself")]
pub struct Wanted {
    pub permission: Permission,
    pub then: Panel,
}

/// Which number of a line is being typed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the field of that name")]
pub enum LineField {
    #[default]
    Quantity,
    Price,
    Discount,
}

/// Whether a discount is typed in percent or as an amount.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "each says itself")]
pub enum DiscountIn {
    #[default]
    Percent,
    Amount,
}

/// How much of a line comes back, and where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each says itself")]
pub struct RefundPick {
    pub quantity: Quantity,
    pub goods: GoodsReturn,
}

/// What the screen remembers.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "fields are what their names say; each panel uses its own")]
pub struct View {
    pub panel: Panel,
    pub notice: Option<(Tone, String)>,
    /// The worker was asked for something that must not be asked twice.
    pub is_waiting: bool,
    pub search: String,
    pub found: Arc<Found>,
    pub highlighted: usize,
    /// Enter was pressed on this search before its answer was here.
    pub confirmed: Option<String>,
    pub category: Option<CollectionId>,
    pub selected: Option<LineId>,
    /// Scroll the basket to the chosen line in the next frame.
    pub reveal_selected: bool,
    pub chosen_staff: Option<StaffId>,
    pub pin: Entry,
    pub url: String,
    pub code: String,
    pub amount: Entry,
    pub quantity: Entry,
    pub price: Entry,
    pub discount: Entry,
    pub discount_in: DiscountIn,
    pub line_field: LineField,
    pub words: String,
    pub tenders: Vec<Tender>,
    pub cash_kind: CashMovementKind,
    pub pieces: Vec<Entry>,
    pub piece: usize,
    pub refund: BTreeMap<LineId, RefundPick>,
    pub refund_tender: TenderType,
    pub printer: String,
    pub theme: ThemeChoice,
    pub wanted: Wanted,
    pub approver: Option<StaffId>,
    pub phone: String,
    pub email: String,
    /// Which of the model's tax choices.
    pub tax: usize,
    pub goods: GoodsReturn,
    /// The keyboard is to go to the name of an open line in the next frame, or to its amount.
    pub names_line: Option<bool>,
    pub pictures: Pictures,
}

impl Default for View {
    fn default() -> Self {
        Self {
            panel: Panel::Finder,
            notice: None,
            is_waiting: false,
            search: String::new(),
            found: Arc::default(),
            highlighted: 0,
            confirmed: None,
            category: None,
            selected: None,
            reveal_selected: false,
            chosen_staff: None,
            pin: Entry::default(),
            url: String::new(),
            code: String::new(),
            amount: Entry::default(),
            quantity: Entry::default(),
            price: Entry::default(),
            discount: Entry::default(),
            discount_in: DiscountIn::Percent,
            line_field: LineField::Quantity,
            words: String::new(),
            tenders: Vec::new(),
            cash_kind: CashMovementKind::PaidIn,
            pieces: Vec::new(),
            piece: 0,
            refund: BTreeMap::new(),
            refund_tender: TenderType::Cash,
            printer: String::new(),
            theme: ThemeChoice::System,
            wanted: Wanted { permission: Permission::Discount, then: Panel::Finder },
            approver: None,
            phone: String::new(),
            email: String::new(),
            tax: 0,
            goods: GoodsReturn::Sellable,
            names_line: None,
            pictures: Pictures::default(),
        }
    }
}

impl View {
    /// Opens a panel with fresh fields, filled from the shop where that helps.
    pub fn open(&mut self, panel: Panel, model: &Model) {
        self.panel = panel;
        self.notice = None;
        self.amount.clear();
        self.words.clear();
        self.confirmed = None;
        match panel {
            Panel::Line(line) => self.fill_line(line, model),
            Panel::Discount => {
                self.fill_discount(model.basket.discount.as_ref().map(|discount| (discount.kind, discount.reason.clone())))
            }
            Panel::Note => self.words.clone_from(&model.basket.note),
            Panel::Close => {
                self.pieces = vec![Entry::default(); denominations(model.currency()).len()];
                self.piece = 0;
            }
            Panel::Refund => {
                self.refund.clear();
                self.refund_tender = TenderType::Cash;
            }
            Panel::ReturnGoods => {
                self.refund_tender = TenderType::Cash;
                self.goods = GoodsReturn::Sellable;
            }
            Panel::OpenLine => {
                self.tax = 0;
                self.names_line = None;
                self.words = std::mem::take(&mut self.search).trim().to_owned();
            }
            Panel::Customer => self.highlighted = 0,
            Panel::NewCustomer => {
                self.phone.clear();
                self.email.clear();
            }
            Panel::Approve => {
                self.pin.clear();
                self.approver = None;
            }
            Panel::Settings => self.printer.clone_from(&model.printer.address),
            Panel::Pay => self.tenders.clear(),
            Panel::Finder
            | Panel::Park
            | Panel::Parked
            | Panel::Finished
            | Panel::FindSale
            | Panel::Cash
            | Panel::Report
            | Panel::ZReport
            | Panel::Menu
            | Panel::PrintQueue
            | Panel::Away => {}
        }
    }

    fn fill_line(&mut self, id: LineId, model: &Model) {
        let Some(line) = model.basket.find_line(id) else { return };
        self.line_field = LineField::Quantity;
        self.quantity = Entry::proposal(line.quantity.to_string());
        self.price = Entry::proposal(line.unit_price.to_decimal());
        self.fill_discount(line.discount.as_ref().map(|discount| (discount.kind, discount.reason.clone())));
    }

    fn fill_discount(&mut self, discount: Option<(DiscountKind, String)>) {
        self.discount.clear();
        self.discount_in = DiscountIn::Percent;
        let Some((kind, reason)) = discount else { return };
        self.words = reason;
        match kind {
            DiscountKind::Rate(rate) => self.discount = Entry::proposal(percent(rate)),
            DiscountKind::Amount(amount) => {
                self.discount = Entry::proposal(amount.to_decimal());
                self.discount_in = DiscountIn::Amount;
            }
        }
    }

    /// The discount being typed; `None` while there is none.
    pub fn typed_discount(&self, model: &Model) -> Option<DiscountKind> {
        let kind = match self.discount_in {
            DiscountIn::Percent => {
                // Percent with three decimals are thousandths; a rate counts millionths.
                let rate = self.discount.quantity()?.thousandths.checked_mul(10)?;
                DiscountKind::Rate(RateMillionths(rate))
            }
            DiscountIn::Amount => DiscountKind::Amount(self.discount.money(model.currency())?),
        };
        match kind {
            DiscountKind::Rate(rate) if rate.0 > 0 => Some(kind),
            DiscountKind::Amount(amount) if amount.minor > 0 => Some(kind),
            DiscountKind::Rate(_) | DiscountKind::Amount(_) => None,
        }
    }

    /// What was counted so far.
    pub fn counted(&self, model: &Model) -> Money {
        let currency = model.currency();
        let parts = denominations(currency).iter().zip(&self.pieces);
        let minor = parts.fold(0_i64, |sum, (piece, count)| {
            let count: i64 = count.text().parse().unwrap_or(0);
            sum.saturating_add(piece.saturating_mul(count))
        });
        Money::from_minor(minor, currency)
    }

    /// The sum of the tenders taken so far.
    pub fn tendered(&self, model: &Model) -> Money {
        let currency = model.currency();
        Money::sum(currency, self.tenders.iter().map(|tender| tender.amount)).unwrap_or(Money::zero(currency))
    }

    /// A sentence in its place.
    pub fn say(&mut self, tone: Tone, words: impl Into<String>) {
        self.notice = Some((tone, words.into()));
    }
}

/// A rate in percent without needless zeros: "12.5".
pub fn percent(rate: RateMillionths) -> String {
    Quantity::from_thousandths(rate.0 / 10).to_string()
}

//! The order book: web orders and shop sales in one list, and what may be done with each.

use serde::{Deserialize, Serialize};
use tradepost_domain::basket::LineItem;
use tradepost_domain::fact::FactBody;
use tradepost_domain::id::{OrderId, SaleId};
use tradepost_domain::money::Money;
use tradepost_domain::order::{DeliveryMethod, FulfillmentStage, OrderPlaced, OrderState, OrderStatus, OrderStep, PaymentMethod};
use tradepost_domain::sale::{Refund, Sale, TenderType};
use tradepost_domain::shop::ShopSettings;
use tradepost_operations::read::{OrderFilter, OrderRow, Reader, SaleFilter, SaleRow};
use ts_rs::TS;

use super::amount::{Amount, Mark, Moment, Tone, parse_money};
use super::customer::AddressDraft;
use super::error::{ApiError, ApiResult};
use super::product::Window;
use super::undo::Saved;
use super::write::Write;

/// How many of the newest rows the book shows of web orders and shop sales together; each alone has no limit.
pub const MIXED_MAX: usize = 500;

/// What the book is narrowed to.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct OrderQuery {
    /// `all`, `web`, `shop`.
    #[ts(type = "'all' | 'web' | 'shop'")]
    pub kind: String,
    /// Of web orders: `open`, `packed`, `fulfilled`, `canceled`, `unpaid`; empty: all.
    pub status: String,
    /// A number, name or email address.
    pub search: String,
}

/// A row of the book.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BookLine {
    /// `web:` or `shop:` and the id.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Who bought; empty for a sale over the counter.
    pub name: String,
    /// When.
    pub at: Moment,
    /// With tax.
    pub gross: Amount,
    /// Whether it is paid.
    pub payment: Mark,
    /// How far it got.
    pub fulfillment: Mark,
    /// "Web, ships", "Front till".
    pub channel: String,
    /// How many lines.
    pub line_count: u32,
}

/// An order or a sale in full.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BookView {
    /// `web:` or `shop:` and the id.
    pub id: String,
    /// Its number.
    pub number: String,
    /// "Web order" or "Sale on Front till".
    pub source: String,
    /// When.
    pub at: Moment,
    /// Its marks.
    pub marks: Vec<Mark>,
    /// What.
    pub lines: Vec<BookItem>,
    /// Totals from the goods to the amount due, as a receipt shows them.
    pub totals: Vec<TotalLine>,
    /// Who, how to reach them.
    pub buyer: Vec<String>,
    /// Where to, line by line; empty: not shipped.
    pub address: Vec<String>,
    /// "Ships by Standard", "Collected at Harbor Street".
    pub delivery: String,
    /// How it is paid.
    pub payment: String,
    /// The buyer's remark.
    pub note: String,
    /// What is still to be paid; as typed into a field.
    pub due: Option<Amount>,
    /// What may be done next.
    #[ts(type = "('take_payment' | 'pack' | 'ship' | 'hand_over' | 'cancel')[]")]
    pub steps: Vec<OrderStep>,
    /// What happened, newest first.
    pub timeline: Vec<Happening>,
}

/// A line of an order or a sale.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BookItem {
    /// What.
    pub title: String,
    /// Its SKU.
    pub sku: String,
    /// How much.
    pub quantity: String,
    /// The price of one.
    pub unit_price: Amount,
    /// The line's total with tax after discount.
    pub gross: Amount,
    /// "2 of 3 packed" or empty.
    pub progress: String,
}

/// A line of the totals.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TotalLine {
    /// Its name.
    pub name: String,
    /// Its amount.
    pub amount: Amount,
    /// Whether it is the total.
    pub is_total: bool,
}

/// Something that happened.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Happening {
    /// When.
    pub at: Moment,
    /// What.
    pub text: String,
}

/// A window of the book, newest first.
pub fn list(reader: &Reader, query: &OrderQuery, offset: usize, limit: usize) -> ApiResult<Window<BookLine>> {
    let book = Book::open(reader)?;
    match query.kind.as_str() {
        "web" => book.web(query, offset, limit),
        "shop" => book.shop(query, offset, limit),
        _ if !query.status.is_empty() => book.web(query, offset, limit),
        _ => book.mixed(query, offset, limit),
    }
}

/// One order or sale.
pub fn show(reader: &Reader, id: &str) -> ApiResult<BookView> {
    let book = Book::open(reader)?;
    match id.split_once(':') {
        Some(("web", id)) => book.order(parse_order(id)?),
        Some(("shop", id)) => book.sale(id.parse().map_err(|_| ApiError::not_found("sale"))?),
        _ => Err(ApiError::not_found("order")),
    }
}

/// Moves an order one step on.
pub fn step(write: &mut Write<'_, '_>, id: &str, input: &StepInput) -> ApiResult<Saved> {
    let id = parse_order(id.strip_prefix("web:").unwrap_or(id))?;
    match input {
        StepInput::Pack => write.fulfill(id, FulfillmentStage::Packed, ""),
        StepInput::Ship { tracking_number } => write.fulfill(id, FulfillmentStage::Shipped, tracking_number.trim()),
        StepInput::HandOver => write.fulfill(id, FulfillmentStage::HandedOver, ""),
        StepInput::TakePayment { amount, reference } => {
            let currency = write.reader.shop()?.currency;
            let amount = parse_money(amount, currency, "Amount")?;
            write.record_payment(id, amount, reference.trim())
        }
        StepInput::Cancel { reason } => write.cancel(id, reason.trim()),
    }
}

/// A step and what it needs.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(tag = "step", rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is the step of the same name")]
pub enum StepInput {
    Pack,
    Ship {
        /// The carrier's number, or empty.
        tracking_number: String,
    },
    HandOver,
    TakePayment {
        /// As typed.
        amount: String,
        /// The bank's or terminal's reference.
        reference: String,
    },
    Cancel {
        /// Why.
        reason: String,
    },
}

fn parse_order(id: &str) -> ApiResult<OrderId> {
    id.parse().map_err(|_| ApiError::not_found("order"))
}

/// The book with what its rows need to be read.
struct Book<'a> {
    reader: &'a Reader,
    shop: ShopSettings,
    tills: Vec<tradepost_domain::shop::Till>,
}

impl<'a> Book<'a> {
    fn open(reader: &'a Reader) -> ApiResult<Self> {
        Ok(Self { reader, shop: reader.shop()?, tills: reader.tills()? })
    }

    fn web(&self, query: &OrderQuery, offset: usize, limit: usize) -> ApiResult<Window<BookLine>> {
        if query.status == "unpaid" {
            return self.unpaid(query, offset, limit);
        }
        let filter = OrderFilter { status: OrderStatus::from_word(&query.status), search: query.search.trim().to_owned() };
        let rows = self.reader.orders(&filter, limit, offset)?;
        Ok(Window::open_ended(rows.into_iter().map(|row| self.order_line(row)).collect(), offset, limit))
    }

    /// Orders that wait for money: of those that are not done, at most [`MIXED_MAX`] of each status.
    fn unpaid(&self, query: &OrderQuery, offset: usize, limit: usize) -> ApiResult<Window<BookLine>> {
        let mut rows = Vec::new();
        for status in [OrderStatus::Open, OrderStatus::Packed] {
            let filter = OrderFilter { status: Some(status), search: query.search.trim().to_owned() };
            rows.extend(self.reader.orders(&filter, MIXED_MAX, 0)?);
        }
        rows.retain(|row| row.paid.minor < row.gross.minor);
        rows.sort_by_key(|row| std::cmp::Reverse(row.placed_at));
        let total = rows.len() as u64;
        Ok(Window { rows: rows.into_iter().skip(offset).take(limit).map(|row| self.order_line(row)).collect(), total })
    }

    fn shop(&self, query: &OrderQuery, offset: usize, limit: usize) -> ApiResult<Window<BookLine>> {
        let filter = SaleFilter { search: query.search.trim().to_owned(), ..SaleFilter::default() };
        let rows = self.reader.sales(&filter, limit, offset)?;
        Ok(Window::open_ended(rows.into_iter().map(|row| self.sale_line(row)).collect(), offset, limit))
    }

    fn mixed(&self, query: &OrderQuery, offset: usize, limit: usize) -> ApiResult<Window<BookLine>> {
        let needed = offset.saturating_add(limit).min(MIXED_MAX);
        let mut web = self.web(query, 0, needed)?;
        let shop = self.shop(query, 0, needed)?;
        web.rows.extend(shop.rows);
        web.rows.sort_by_key(|row| std::cmp::Reverse(row.at.unix_ms));
        let rows: Vec<BookLine> = web.rows.into_iter().take(MIXED_MAX).skip(offset).take(limit).collect();
        let is_end = offset.saturating_add(rows.len()) >= MIXED_MAX;
        Ok(if is_end { Window { total: MIXED_MAX as u64, rows } } else { Window::open_ended(rows, offset, limit) })
    }

    fn order_line(&self, row: OrderRow) -> BookLine {
        BookLine {
            id: format!("web:{}", row.id),
            at: self.moment(row.placed_at),
            payment: payment_mark(row.status, row.gross, row.paid),
            fulfillment: status_mark(row.status, row.is_collection),
            gross: row.gross.into(),
            channel: if row.is_collection { "Web, collected".to_owned() } else { "Web, shipped".to_owned() },
            line_count: row.line_count,
            name: if row.name.is_empty() { row.email } else { row.name },
            number: row.number,
        }
    }

    fn sale_line(&self, row: SaleRow) -> BookLine {
        BookLine {
            id: format!("shop:{}", row.id),
            at: self.moment(row.sold_at),
            payment: refund_mark(row.gross, row.refunded_gross),
            fulfillment: Mark::new("Handed over", Tone::Neutral),
            gross: row.gross.into(),
            channel: self.till_name(row.till),
            line_count: row.line_count,
            name: String::new(),
            number: row.receipt_number.to_string(),
        }
    }

    fn order(&self, id: OrderId) -> ApiResult<BookView> {
        let (placed, state) = self.reader.order(id)?.ok_or_else(|| ApiError::not_found("order"))?;
        let is_collection = matches!(placed.delivery, DeliveryMethod::Collect { .. });
        let due = state.amount_due();
        Ok(BookView {
            id: format!("web:{id}"),
            source: "Web order".to_owned(),
            at: self.moment(placed.placed_at),
            marks: vec![status_mark(state.status, is_collection), payment_mark(state.status, state.gross, state.paid)],
            lines: order_items(&placed, &state),
            totals: self.order_totals(&placed, &state),
            buyer: [&placed.name, &placed.email, &placed.phone].into_iter().filter(|text| !text.is_empty()).cloned().collect(),
            address: address_of(&placed.delivery),
            delivery: self.delivery_text(&placed.delivery)?,
            payment: payment_text(placed.payment_method).to_owned(),
            due: (!due.is_zero()).then(|| due.into()),
            steps: state.next_steps(),
            timeline: self.order_timeline(&placed)?,
            note: placed.note,
            number: placed.number,
        })
    }

    fn sale(&self, id: SaleId) -> ApiResult<BookView> {
        let sale = self.reader.sale(id)?.ok_or_else(|| ApiError::not_found("sale"))?;
        let refunds = self.reader.refunds_of(id)?;
        let refunded = Money::sum(sale.gross.currency, refunds.iter().map(|refund| refund.gross)).unwrap_or(sale.gross);
        Ok(BookView {
            id: format!("shop:{id}"),
            number: sale.receipt_number.to_string(),
            source: format!("Sale on {}", self.till_name(sale.till)),
            at: self.moment(sale.sold_at),
            marks: vec![refund_mark(sale.gross, refunded)],
            lines: sale.lines.iter().map(|line| item_of(line, String::new())).collect(),
            totals: sale_totals(&sale, refunded),
            buyer: self.buyer_of(&sale)?,
            address: Vec::new(),
            delivery: String::new(),
            payment: tender_text(&sale),
            note: sale.note.clone(),
            due: None,
            steps: Vec::new(),
            timeline: self.sale_timeline(&sale, &refunds)?,
        })
    }

    fn buyer_of(&self, sale: &Sale) -> ApiResult<Vec<String>> {
        let Some(id) = sale.customer else { return Ok(Vec::new()) };
        let customer = self.reader.customer(id)?;
        let parts = customer.map(|customer| [customer.name, customer.email, customer.phone]);
        Ok(parts.into_iter().flatten().filter(|text| !text.is_empty()).collect())
    }

    fn order_totals(&self, placed: &OrderPlaced, state: &OrderState) -> Vec<TotalLine> {
        let mut totals = Vec::new();
        if !placed.discount.is_zero() {
            totals.push(total("Discount", placed.discount.checked_neg().unwrap_or(placed.discount)));
        }
        if let Some(price) = placed.delivery.price() {
            totals.push(total("Delivery", price));
        }
        totals.extend(placed.taxes.iter().map(|tax| total(&tax.name, tax.tax)));
        totals.push(TotalLine { is_total: true, ..total("Total", placed.gross) });
        totals.push(total("Paid", state.paid));
        let back = state.amount_to_return();
        if !back.is_zero() {
            totals.push(total("To give back", back));
        }
        totals
    }

    fn delivery_text(&self, delivery: &DeliveryMethod) -> ApiResult<String> {
        Ok(match delivery {
            DeliveryMethod::Ship { rate_name, .. } => format!("Ships by {rate_name}"),
            DeliveryMethod::Collect { location } => {
                let name = self.reader.location(*location)?.map(|location| location.name).unwrap_or_default();
                format!("Collected at {name}")
            }
        })
    }

    fn order_timeline(&self, placed: &OrderPlaced) -> ApiResult<Vec<Happening>> {
        let mut timeline = vec![Happening { at: self.moment(placed.placed_at), text: "Ordered on the web".to_owned() }];
        for fact in self.reader.order_facts(placed.id)? {
            timeline.extend(self.happening(&fact.body));
        }
        timeline.sort_by_key(|happening| std::cmp::Reverse(happening.at.unix_ms));
        Ok(timeline)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "only an order's own facts belong on its timeline")]
    fn happening(&self, fact: &FactBody) -> Option<Happening> {
        let (at, text) = match fact {
            FactBody::OrderPaid(paid) => {
                (paid.paid_at, with_detail(format!("Paid {}", Amount::from(paid.amount).text), &paid.reference))
            }
            FactBody::OrderFulfilled(done) => {
                (done.fulfilled_at, with_detail(stage_text(done.stage).to_owned(), &done.tracking_number))
            }
            FactBody::OrderCanceled(canceled) => (canceled.canceled_at, with_detail("Canceled".to_owned(), &canceled.reason)),
            _ => return None,
        };
        Some(Happening { at: self.moment(at), text })
    }

    fn sale_timeline(&self, sale: &Sale, refunds: &[Refund]) -> ApiResult<Vec<Happening>> {
        let staff = self.reader.staff()?;
        let name = |id| {
            staff.iter().find(|member| Some(member.id) == id).map(|member| format!(" by {}", member.name)).unwrap_or_default()
        };
        let refund = |refund: &Refund| Happening {
            at: self.moment(refund.refunded_at),
            text: with_detail(format!("Refunded {}{}", Amount::from(refund.gross).text, name(refund.staff)), &refund.reason),
        };
        let mut timeline: Vec<_> = refunds.iter().map(refund).collect();
        timeline.push(Happening { at: self.moment(sale.sold_at), text: format!("Sold{}", name(sale.staff)) });
        timeline.sort_by_key(|happening| std::cmp::Reverse(happening.at.unix_ms));
        Ok(timeline)
    }

    fn moment(&self, at: tradepost_domain::time::Timestamp) -> Moment {
        Moment::at(at, self.shop.utc_offset_minutes)
    }

    fn till_name(&self, id: tradepost_domain::id::TillId) -> String {
        self.tills.iter().find(|till| till.id == id).map_or_else(|| "Till".to_owned(), |till| till.name.clone())
    }
}

fn order_items(placed: &OrderPlaced, state: &OrderState) -> Vec<BookItem> {
    let progress = |item: &LineItem| {
        let line = state.lines.iter().find(|line| line.line == item.line.id);
        line.map(|line| match (line.supplied.thousandths > 0, line.packed.thousandths > 0) {
            (true, _) => format!("{} of {} supplied", line.supplied, line.ordered),
            (false, true) => format!("{} of {} packed", line.packed, line.ordered),
            (false, false) => String::new(),
        })
    };
    placed.lines.iter().map(|item| item_of(item, progress(item).unwrap_or_default())).collect()
}

fn item_of(item: &LineItem, progress: String) -> BookItem {
    BookItem {
        title: item.line.title.clone(),
        sku: item.line.sku.clone(),
        quantity: item.line.quantity.with_unit(item.line.unit),
        unit_price: item.line.unit_price.into(),
        gross: item.gross.into(),
        progress,
    }
}

fn sale_totals(sale: &Sale, refunded: Money) -> Vec<TotalLine> {
    let mut totals = Vec::new();
    if !sale.discount.is_zero() {
        totals.push(total("Discount", sale.discount.checked_neg().unwrap_or(sale.discount)));
    }
    totals.extend(sale.taxes.iter().map(|tax| total(&tax.name, tax.tax)));
    if !sale.cash_rounding.is_zero() {
        totals.push(total("Rounding", sale.cash_rounding));
    }
    totals.push(TotalLine { is_total: true, ..total("Total", sale.gross) });
    if !refunded.is_zero() {
        totals.push(total("Refunded", refunded.checked_neg().unwrap_or(refunded)));
    }
    totals
}

fn total(name: &str, amount: Money) -> TotalLine {
    TotalLine { name: name.to_owned(), amount: amount.into(), is_total: false }
}

fn address_of(delivery: &DeliveryMethod) -> Vec<String> {
    match delivery {
        DeliveryMethod::Ship { address, .. } => AddressDraft::from(address.clone()).lines(),
        DeliveryMethod::Collect { .. } => Vec::new(),
    }
}

fn with_detail(text: String, detail: &str) -> String {
    if detail.is_empty() { text } else { format!("{text}: {detail}") }
}

/// How far a web order got, in words that fit its delivery.
pub fn status_mark(status: OrderStatus, is_collection: bool) -> Mark {
    match (status, is_collection) {
        (OrderStatus::Open, _) => Mark::new("To pack", Tone::Soon),
        (OrderStatus::Packed, false) => Mark::new("Packed", Tone::News),
        (OrderStatus::Packed, true) => Mark::new("Ready to collect", Tone::News),
        (OrderStatus::Canceled, _) => Mark::new("Canceled", Tone::Neutral),
        (OrderStatus::Fulfilled, false) => Mark::new("Shipped", Tone::Good),
        (OrderStatus::Fulfilled, true) => Mark::new("Handed over", Tone::Good),
    }
}

fn payment_mark(status: OrderStatus, gross: Money, paid: Money) -> Mark {
    match status {
        OrderStatus::Canceled if paid.minor > 0 => Mark::new("Give money back", Tone::Soon),
        OrderStatus::Canceled => Mark::new("Not charged", Tone::Neutral),
        OrderStatus::Open | OrderStatus::Packed | OrderStatus::Fulfilled if paid.minor >= gross.minor => {
            Mark::new("Paid", Tone::Good)
        }
        OrderStatus::Open | OrderStatus::Packed | OrderStatus::Fulfilled if paid.minor > 0 => Mark::new("Part paid", Tone::Soon),
        OrderStatus::Open | OrderStatus::Packed | OrderStatus::Fulfilled => Mark::new("Unpaid", Tone::Soon),
    }
}

fn refund_mark(gross: Money, refunded: Money) -> Mark {
    match refunded.minor {
        0 => Mark::new("Paid", Tone::Good),
        all if all >= gross.minor => Mark::new("Refunded", Tone::Neutral),
        _ => Mark::new("Part refunded", Tone::Neutral),
    }
}

fn payment_text(method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::PayOnCollection => "Pays when collecting",
        PaymentMethod::BankTransfer => "Pays by bank transfer",
    }
}

fn stage_text(stage: FulfillmentStage) -> &'static str {
    match stage {
        FulfillmentStage::Packed => "Packed",
        FulfillmentStage::Shipped => "Shipped",
        FulfillmentStage::HandedOver => "Handed over",
    }
}

/// A tender in words.
pub fn tender_name(tender: TenderType) -> &'static str {
    match tender {
        TenderType::Cash => "Cash",
        TenderType::ExternalCard => "Card",
        TenderType::Other => "Other",
    }
}

fn tender_text(sale: &Sale) -> String {
    let tenders =
        sale.tenders.iter().map(|tender| format!("{} {}", tender_name(tender.tender_type), Amount::from(tender.amount).text));
    let text = tenders.collect::<Vec<_>>().join(", ");
    if sale.change_due.is_zero() { text } else { format!("{text}, change {}", Amount::from(sale.change_due).text) }
}

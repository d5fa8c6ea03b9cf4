//! A shop of three tills on which things happen, and what its stock must be by definition.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "tests; each binary uses a part"
)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use tradepost_domain::basket::{BasketLine, LineItem};
use tradepost_domain::catalog::{Product, Variant};
use tradepost_domain::document::{Document, DocumentEdit};
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{FactId, LineId, LocationId, OrderId, ProductId, RefundId, SaleId, TillId, TillSessionId, VariantId};
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::order::{
    DeliveryMethod, FulfilledLine, FulfillmentStage, OrderCanceled, OrderFact, OrderFulfilled, OrderPlaced, OrderState,
    PaymentMethod,
};
use tradepost_domain::posting::Account;
use tradepost_domain::quantity::{Quantity, Unit};
use tradepost_domain::sale::{GoodsReturn, ReceiptNumber, Refund, RefundLine, Sale, Tender, TenderType};
use tradepost_domain::stock::{StockCounted, StockLine, StockReceived};
use tradepost_domain::tax::{RateMillionths, TaxAmount, TaxCategory};
use tradepost_domain::till_session::{
    CashCount, CashMoved, CashMovementKind, CloseTillSession, SessionTotals, TillSessionClosed, TillSessionOpened,
};
use tradepost_domain::time::{BusinessDay, Timestamp};
use tradepost_replica::read::Reader;
use tradepost_replica::{Draft, Origin, Vector};

use crate::common::{Device, Shop};

pub const LOCATION: LocationId = LocationId::from_bytes([1; 16]);
pub const DAY: BusinessDay = BusinessDay { unix_day: 20_779 };
pub const VARIANTS: [u8; 2] = [1, 2];

/// Something that happens on a till.
#[derive(Debug, Clone)]
pub enum Act {
    Sell {
        till: usize,
        variant: u8,
        quantity: i64,
    },
    Refund {
        till: usize,
        sale: usize,
    },
    Receive {
        till: usize,
        variant: u8,
        quantity: i64,
    },
    Count {
        till: usize,
        variant: u8,
        quantity: i64,
    },
    Place {
        till: usize,
        variant: u8,
        quantity: i64,
    },
    Fulfill {
        till: usize,
        order: usize,
    },
    Cancel {
        till: usize,
        order: usize,
    },
    MoveCash {
        till: usize,
        amount: i64,
    },
    Close {
        till: usize,
    },
    Retitle {
        till: usize,
        title: u8,
    },
    Reprice {
        till: usize,
        variant: u8,
        price: i64,
    },
    Tag {
        till: usize,
        tag: u8,
        is_set: bool,
    },
    RemoveVariant {
        till: usize,
        variant: u8,
    },
    /// The clock of a till jumps.
    Wait {
        till: usize,
        seconds: i64,
    },
    /// One till reads another.
    Pull {
        till: usize,
        from: usize,
    },
}

pub fn acts(tills: usize, count_max: usize) -> impl Strategy<Value = Vec<Act>> {
    let till = move || 0..tills;
    let quantity = || 1..6_i64;
    let act = prop_oneof![
        4 => (till(), 1..3_u8, quantity()).prop_map(|(till, variant, quantity)| Act::Sell { till, variant, quantity }),
        1 => (till(), 0..4_usize).prop_map(|(till, sale)| Act::Refund { till, sale }),
        2 => (till(), 1..3_u8, quantity()).prop_map(|(till, variant, quantity)| Act::Receive { till, variant, quantity }),
        3 => (till(), 1..3_u8, quantity()).prop_map(|(till, variant, quantity)| Act::Count { till, variant, quantity }),
        1 => (till(), 1..3_u8, quantity()).prop_map(|(till, variant, quantity)| Act::Place { till, variant, quantity }),
        1 => (till(), 0..3_usize).prop_map(|(till, order)| Act::Fulfill { till, order }),
        1 => (till(), 0..3_usize).prop_map(|(till, order)| Act::Cancel { till, order }),
        1 => (till(), 1..900_i64).prop_map(|(till, amount)| Act::MoveCash { till, amount }),
        1 => till().prop_map(|till| Act::Close { till }),
        1 => (till(), any::<u8>()).prop_map(|(till, title)| Act::Retitle { till, title }),
        1 => (till(), 1..3_u8, 1..999_i64).prop_map(|(till, variant, price)| Act::Reprice { till, variant, price }),
        1 => (till(), 0..3_u8, any::<bool>()).prop_map(|(till, tag, is_set)| Act::Tag { till, tag, is_set }),
        1 => (till(), 2..3_u8).prop_map(|(till, variant)| Act::RemoveVariant { till, variant }),
        2 => (till(), -5..5_i64).prop_map(|(till, seconds)| Act::Wait { till, seconds }),
        4 => (till(), till()).prop_map(|(till, from)| Act::Pull { till, from }),
    ];
    proptest::collection::vec(act, 1..count_max)
}

/// A fact as it was recorded, with what its author had read.
struct Told {
    fact: Fact,
    origin: Origin,
    seq: u64,
    lamport: u64,
    at_ms: i64,
    past: Vector,
}

pub struct World {
    pub shop: Shop,
    pub tills: Vec<Device>,
    pub till_ids: Vec<TillId>,
    sessions: Vec<Option<TillSessionId>>,
    receipts: Vec<u64>,
    z_numbers: Vec<u64>,
    told: Vec<Told>,
}

impl Shop {
    pub fn reader(&self) -> Reader {
        self.office.get().reader().unwrap()
    }
}

pub fn usd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::USD)
}

pub fn variant(number: u8) -> VariantId {
    VariantId::from_bytes([number; 16])
}

pub fn product_id() -> ProductId {
    ProductId::from_bytes([90; 16])
}

fn quantity(units: i64) -> Quantity {
    Quantity::from_thousandths(units * 1000)
}

pub fn product() -> Product {
    let mut product = Product::new(product_id(), "T-shirt");
    product.handle = "t-shirt".into();
    product.option_names = vec!["Size".into()];
    for number in VARIANTS {
        let mut new = Variant::new(variant(number));
        new.options = vec![format!("Size {number}")];
        new.sku = format!("TS-{number}");
        new.list_price = Some(usd(119));
        product.variants.push(new);
    }
    product
}

impl World {
    pub fn new() -> Self {
        let mut shop = Shop::found();
        let mut tills: Vec<Device> = ["T1", "T2", "T3"].into_iter().map(|name| shop.till(name)).collect();
        let edits = vec![product().edit_from(None).unwrap()];
        shop.office.record(Draft { operation: "product.save".into(), edits, ..Draft::default() });
        tills.iter_mut().for_each(|till| {
            till.pull(&shop.office);
        });
        let till_ids = (0..3).map(|index| TillId::from_bytes([50 + index; 16])).collect();
        Self { shop, tills, till_ids, sessions: vec![None; 3], receipts: vec![0; 3], z_numbers: vec![0; 3], told: Vec::new() }
    }

    /// Everybody reads everybody.
    pub fn meet(&mut self) {
        for _ in 0..2 {
            for till in &mut self.tills {
                self.shop.office.pull(till);
                till.pull(&self.shop.office);
            }
        }
    }

    pub fn act(&mut self, act: &Act) {
        match *act {
            Act::Sell { till, variant, quantity } => {
                let sale = self.sale(till, variant, quantity);
                self.tell(till, *sale.id.as_bytes(), FactBody::SaleCompleted(Box::new(sale)));
            }
            Act::Refund { till, sale } => self.refund(till, sale),
            Act::Receive { till, variant: number, quantity: units } => {
                let lines = vec![StockLine { variant: variant(number), quantity: quantity(units) }];
                let received_at = Timestamp::from_unix_ms(0);
                self.tell_new(
                    till,
                    FactBody::StockReceived(StockReceived { location: LOCATION, lines, reference: String::new(), received_at }),
                );
            }
            Act::Count { till, variant: number, quantity: units } => {
                let lines = vec![StockLine { variant: variant(number), quantity: quantity(units) }];
                let counted_at = Timestamp::from_unix_ms(0);
                self.tell_new(till, FactBody::StockCounted(StockCounted { location: LOCATION, lines, counted_at }));
            }
            Act::Place { till, variant, quantity } => {
                let placed = self.order(till, variant, quantity);
                self.tell(till, *placed.id.as_bytes(), FactBody::OrderPlaced(Box::new(placed)));
            }
            Act::Fulfill { till, order } => self.fulfill(till, order),
            Act::Cancel { till, order } => self.cancel(till, order),
            Act::MoveCash { till, amount } => {
                let session = self.session(till);
                let moved_at = Timestamp::from_unix_ms(0);
                let moved = CashMoved {
                    session,
                    kind: CashMovementKind::PaidOut,
                    amount: usd(amount),
                    reason: String::new(),
                    staff: None,
                    moved_at,
                };
                self.tell_new(till, FactBody::CashMoved(moved));
            }
            Act::Close { till } => self.close(till),
            Act::Retitle { till, title } => self.edit_product(till, |product| product.title = format!("T-shirt {title}")),
            Act::Reprice { till, variant: number, price } => self.edit_product(till, |product| {
                if let Some(found) = product.variants.iter_mut().find(|found| found.id == variant(number)) {
                    found.list_price = Some(usd(price));
                }
            }),
            Act::Tag { till, tag, is_set } => self.edit_product(till, |product| {
                let tag = format!("tag{tag}");
                if is_set {
                    product.tags.insert(tag)
                } else {
                    product.tags.remove(&tag)
                };
            }),
            Act::RemoveVariant { till, variant: number } => {
                self.edit_product(till, |product| product.variants.retain(|found| found.id != variant(number)))
            }
            Act::Wait { till, seconds } => self.tills[till].env.clock.wall_ms += seconds * 1000,
            Act::Pull { till, from } if till != from => {
                let (left, right) = self.tills.split_at_mut(till.max(from));
                let (low, high) = (&mut left[till.min(from)], &mut right[0]);
                if till < from {
                    low.pull(high)
                } else {
                    high.pull(low)
                };
            }
            Act::Pull { .. } => {}
        }
    }

    fn edit_product(&mut self, till: usize, change: impl FnOnce(&mut Product)) {
        let before = self.tills[till].reader().product(product_id()).unwrap().unwrap();
        let mut after = before.clone();
        change(&mut after);
        if let Some(edit) = after.edit_from(Some(&before)) {
            self.record_edit(till, edit);
        }
    }

    pub fn record_edit(&mut self, till: usize, edit: DocumentEdit) {
        self.tills[till].record(Draft { operation: "product.edit".into(), edits: vec![edit], ..Draft::default() });
    }

    fn tell_new(&mut self, till: usize, body: FactBody) {
        let id = self.tills[till].id();
        self.tell(till, id, body);
    }

    fn tell(&mut self, till: usize, id: [u8; 16], body: FactBody) {
        let device = &mut self.tills[till];
        let fact = Fact { id: FactId::from_bytes(id), body };
        let past = device.get().vector().unwrap();
        let draft = Draft { operation: "test".into(), facts: vec![fact.clone()], ..Draft::default() };
        // A sale stays ahead of what follows from it until somebody looks or something else happens.
        let recorded = device.replica.as_mut().unwrap().record_ahead(draft, &mut device.env).unwrap();
        let only = device.get().entries_after(&past, usize::MAX, usize::MAX).unwrap().pop().unwrap();
        let header = tradepost_replica::EntryHeader::decode(&only.header).unwrap();
        assert_eq!((header.origin, header.seq), (recorded.origin, recorded.seq));
        let at_ms = header.clock.corrected_ms();
        self.told.push(Told { fact, origin: recorded.origin, seq: recorded.seq, lamport: header.lamport, at_ms, past });
    }

    fn session(&mut self, till: usize) -> TillSessionId {
        if let Some(session) = self.sessions[till] {
            return session;
        }
        let id = TillSessionId::from_bytes(self.tills[till].id());
        let opened_at = Timestamp::from_unix_ms(self.tills[till].env.clock.wall_ms);
        let till_id = self.till_ids[till];
        let opened = TillSessionOpened {
            id,
            till: till_id,
            location: LOCATION,
            business_day: DAY,
            opened_at,
            staff: None,
            opening_float: usd(10_000),
        };
        self.tell(till, *id.as_bytes(), FactBody::TillSessionOpened(opened));
        self.sessions[till] = Some(id);
        id
    }

    fn close(&mut self, till: usize) {
        let Some(session) = self.sessions[till].take() else { return };
        self.z_numbers[till] += 1;
        let totals = self.totals_of(session);
        let count = CashCount::of_total(usd(9_000)).unwrap();
        let request = CloseTillSession {
            session,
            till: self.till_ids[till],
            z_number: self.z_numbers[till],
            business_day: DAY,
            closed_at: Timestamp::from_unix_ms(self.tills[till].env.clock.wall_ms),
            staff: None,
            count,
            totals,
        };
        self.tell_new(till, FactBody::TillSessionClosed(Box::new(TillSessionClosed::close(request).unwrap())));
    }

    /// The totals of a till's open session, counted by the domain.
    pub fn domain_totals(&self, till: usize) -> SessionTotals {
        self.totals_of(self.sessions[till].unwrap())
    }

    fn totals_of(&self, session: TillSessionId) -> SessionTotals {
        let mut totals = SessionTotals::empty(usd(10_000));
        for told in &self.told {
            match &told.fact.body {
                FactBody::SaleCompleted(sale) if sale.session == session => totals.add_sale(sale).unwrap(),
                FactBody::Refunded(refund) if refund.session == session => totals.add_refund(refund).unwrap(),
                FactBody::CashMoved(moved) if moved.session == session => totals.add_cash_movement(moved).unwrap(),
                _ => {}
            }
        }
        totals
    }

    fn line(&mut self, till: usize, number: u8, units: i64) -> LineItem {
        let line = BasketLine {
            id: LineId::from_bytes(self.tills[till].id()),
            product: Some(product_id()),
            variant: Some(variant(number)),
            sku: format!("TS-{number}"),
            title: "T-shirt".into(),
            quantity: quantity(units),
            unit: Unit::Each,
            unit_price: usd(119),
            tax_category: TaxCategory::default(),
            discount: None,
        };
        let (net, tax, gross) = (usd(100 * units), usd(19 * units), usd(119 * units));
        LineItem {
            line,
            discount: usd(0),
            rate_millionths: RateMillionths(190_000),
            tax_name: "VAT 19 %".into(),
            net,
            tax,
            gross,
        }
    }

    pub fn sale(&mut self, till: usize, variant: u8, units: i64) -> Sale {
        let session = self.session(till);
        let item = self.line(till, variant, units);
        self.receipts[till] += 1;
        let LineItem { net, tax, gross, .. } = item;
        Sale {
            id: SaleId::from(FactId::from_bytes(self.tills[till].id())),
            receipt_number: ReceiptNumber { till_code: format!("T0{till}"), incarnation: 1, number: self.receipts[till] },
            till: self.till_ids[till],
            location: LOCATION,
            session,
            business_day: DAY,
            sold_at: Timestamp::from_unix_ms(self.tills[till].env.clock.wall_ms),
            staff: None,
            customer: None,
            lines: vec![item],
            taxes: vec![TaxAmount { name: "VAT 19 %".into(), rate_millionths: RateMillionths(190_000), net, tax }],
            discount: usd(0),
            net,
            tax,
            gross,
            cash_rounding: usd(0),
            tenders: vec![Tender { tender_type: TenderType::Cash, amount: usd(1000), reference: String::new() }],
            change_due: usd(1000 - gross.minor),
            note: String::new(),
        }
    }

    /// Refunds a sale that the till has read of.
    fn refund(&mut self, till: usize, sale: usize) {
        let known = self.tills[till].reader().sales(&Default::default(), 100, 0).unwrap();
        let Some(row) = known.get(sale).or(known.first()) else { return };
        let sale = self.tills[till].reader().sale(row.id).unwrap().unwrap();
        let session = self.session(till);
        self.receipts[till] += 1;
        let lines = sale.lines.iter().map(|item| RefundLine {
            line: item.line.id,
            variant: item.line.variant,
            sku: item.line.sku.clone(),
            title: item.line.title.clone(),
            quantity: item.line.quantity,
            goods: GoodsReturn::Damaged,
            rate_millionths: item.rate_millionths,
            tax_name: item.tax_name.clone(),
            net: item.net,
            tax: item.tax,
            gross: item.gross,
        });
        let refund = Refund {
            id: RefundId::from(FactId::from_bytes(self.tills[till].id())),
            receipt_number: ReceiptNumber { till_code: format!("T0{till}"), incarnation: 1, number: self.receipts[till] },
            sale: Some(sale.id),
            till: self.till_ids[till],
            location: LOCATION,
            session,
            business_day: DAY,
            refunded_at: Timestamp::from_unix_ms(self.tills[till].env.clock.wall_ms),
            staff: None,
            lines: lines.collect(),
            net: sale.net,
            tax: sale.tax,
            gross: sale.gross,
            cash_rounding: usd(0),
            tenders: vec![Tender { tender_type: TenderType::Cash, amount: sale.gross, reference: String::new() }],
            reason: "test".into(),
        };
        self.tell(till, *refund.id.as_bytes(), FactBody::Refunded(Box::new(refund)));
    }

    fn order(&mut self, till: usize, variant: u8, units: i64) -> OrderPlaced {
        let item = self.line(till, variant, units);
        let placed = self.told.iter().filter(|told| matches!(told.fact.body, FactBody::OrderPlaced(_))).count();
        let LineItem { net, tax, gross, .. } = item;
        OrderPlaced {
            id: OrderId::from(FactId::from_bytes(self.tills[till].id())),
            number: format!("W-{}", placed + 1),
            customer: None,
            name: "Ada".into(),
            email: "ada@example.org".into(),
            phone: String::new(),
            lines: vec![item],
            taxes: Vec::new(),
            discount: usd(0),
            net,
            tax,
            gross,
            delivery: DeliveryMethod::Collect { location: LOCATION },
            payment_method: PaymentMethod::PayOnCollection,
            location: LOCATION,
            business_day: DAY,
            placed_at: Timestamp::from_unix_ms(self.tills[till].env.clock.wall_ms),
            note: String::new(),
        }
    }

    fn known_order(&mut self, till: usize, order: usize) -> Option<OrderPlaced> {
        let reader = self.tills[till].reader();
        let mut rows = reader.orders(&Default::default(), 100, 0).unwrap();
        rows.sort_by(|a, b| a.number.cmp(&b.number));
        let row = rows.get(order)?;
        Some(reader.order(row.id).unwrap().unwrap().0)
    }

    fn fulfill(&mut self, till: usize, order: usize) {
        let Some(placed) = self.known_order(till, order) else { return };
        let lines = placed.lines.iter().map(|item| FulfilledLine {
            line: item.line.id,
            variant: item.line.variant,
            quantity: item.line.quantity,
        });
        let fulfilled = OrderFulfilled {
            order: placed.id,
            location: LOCATION,
            lines: lines.collect(),
            stage: FulfillmentStage::HandedOver,
            tracking_number: String::new(),
            fulfilled_at: Timestamp::from_unix_ms(2),
        };
        self.tell_new(till, FactBody::OrderFulfilled(fulfilled));
    }

    fn cancel(&mut self, till: usize, order: usize) {
        let Some(placed) = self.known_order(till, order) else { return };
        let canceled_at = Timestamp::from_unix_ms(2);
        self.tell_new(till, FactBody::OrderCanceled(OrderCanceled { order: placed.id, reason: String::new(), canceled_at }));
    }

    pub fn on_hand(&mut self, till: usize, number: u8) -> i64 {
        let level = self.tills[till].reader().stock_level(variant(number), LOCATION).unwrap();
        level.on_hand.thousandths / 1000
    }

    /// What is on hand by the definition, from what everybody recorded and what they had read when they did.
    pub fn expected_on_hand(&self, number: u8) -> Quantity {
        let counts = self.told.iter().filter_map(|told| match &told.fact.body {
            FactBody::StockCounted(counted) => {
                let line = counted.lines.iter().find(|line| line.variant == variant(number))?;
                Some((told, line.quantity.thousandths))
            }
            _ => None,
        });
        let latest = counts.max_by_key(|(told, _)| (told.lamport, told.origin));
        let moved = |told: &&Told| latest.is_none_or(|(count, _)| told.is_later_than(count));
        let on_hand = |told: &Told| {
            let postings = told.fact.body.postings().unwrap();
            postings
                .iter()
                .filter(|posting| posting.account == Account::OnHand(LOCATION, variant(number)))
                .map(|posting| posting.amount)
                .sum::<i64>()
        };
        let sum: i64 = self.told.iter().filter(moved).map(on_hand).sum();
        Quantity::from_thousandths(latest.map_or(0, |(_, counted)| counted) + sum)
    }

    /// What is committed, folded by the domain.
    pub fn expected_committed(&self, number: u8) -> Quantity {
        let facts = || {
            self.told.iter().filter_map(|told| match &told.fact.body {
                FactBody::OrderFulfilled(fulfilled) => Some(OrderFact::Fulfilled(fulfilled)),
                FactBody::OrderCanceled(canceled) => Some(OrderFact::Canceled(canceled)),
                _ => None,
            })
        };
        let mut sums: BTreeMap<VariantId, i64> = BTreeMap::new();
        for told in &self.told {
            let FactBody::OrderPlaced(placed) = &told.fact.body else { continue };
            for commitment in OrderState::fold(placed, facts()).commitments() {
                *sums.entry(commitment.variant).or_default() += commitment.quantity.thousandths;
            }
        }
        Quantity::from_thousandths(sums.get(&variant(number)).copied().unwrap_or(0))
    }
}

impl Told {
    fn is_later_than(&self, count: &Told) -> bool {
        if self.past.seq(&count.origin) >= count.seq {
            return true;
        }
        let is_known = count.past.seq(&self.origin) >= self.seq;
        !is_known && self.at_ms > count.at_ms
    }
}

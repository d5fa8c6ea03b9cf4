//! The script, played at a till: a session for each day, sales one by one, as a shop's own script would.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::convert::Infallible;
use std::ops::ControlFlow;

use tradepost_domain::basket::Basket;
use tradepost_domain::catalog::{Product, Variant, handle_of};
use tradepost_domain::id::{BasketId, LineId, LocationId, ProductId, SaleId, TillId, TillSessionId, VariantId};
use tradepost_domain::import::ImportItem;
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::refund::RefundRequest;
use tradepost_domain::sale::{GoodsReturn, Sale, TenderType};
use tradepost_domain::stock::StockLine;
use tradepost_domain::till_session::CashCount;
use tradepost_domain::time::Timestamp;
use tradepost_operations::read::VariantRow;
use tradepost_operations::{
    BatchLine, BatchSale, BatchTender, By, ImportOptions, Outcome, ReceiptChoice, RefundOrder, RefundTender, Shop,
    UnreceiptedRefund,
};

use super::file::RetailLine;
use super::script::{Script, Sold, Step, Work};
use crate::setting::Side;

const DAY_MS: i64 = 86_400_000;

/// What was played.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Played {
    /// Sales.
    pub sales: u64,
    /// Refunds.
    pub refunds: u64,
    /// Adjustments.
    pub adjustments: u64,
    /// Till sessions.
    pub sessions: u64,
}

fn pence(minor: i64) -> Money {
    Money::from_minor(minor, Currency::GBP)
}

fn pieces(quantity: i64) -> Quantity {
    Quantity::from_whole(quantity).expect("a quantity of the file is small")
}

/// Takes every code of the lines into the catalog, through the import. Returns how many there are.
pub fn catalog(office: &mut Side, lines: &[RetailLine]) -> u64 {
    let mut products: BTreeMap<&str, (&str, i64)> = BTreeMap::new();
    for line in lines {
        let known = products.entry(&line.code).or_insert((&line.title, line.price_minor));
        if known.0.is_empty() {
            known.0 = &line.title;
        }
    }
    let count = products.len() as u64;
    let mut items =
        products.into_iter().zip(1_u64..).map(|((code, (title, price)), row)| Ok::<_, Infallible>(item(row, code, title, price)));
    let (shop, mut by) = office.work();
    let report = shop
        .run_import(&mut by, &mut items, &ImportOptions::default(), &mut |_| ControlFlow::Continue(()))
        .expect("the import runs");
    assert_eq!((report.created, report.problem_count), (count, 0), "{:?}", report.problems);
    count
}

fn item(row: u64, code: &str, title: &str, price_minor: i64) -> ImportItem {
    let id = u128::from(row).to_be_bytes();
    let mut product = Product::new(ProductId::from_bytes(id), if title.is_empty() { code } else { title });
    product.handle = handle_of(code);
    let mut variant = Variant::new(VariantId::from_bytes(id));
    (variant.sku, variant.list_price) = (code.to_owned(), Some(pence(price_minor.max(0))));
    product.variants.push(variant);
    ImportItem { row, rows: 1, product: Some(product), stock: Vec::new(), is_continuation: false, problems: Vec::new() }
}

/// A till at work.
struct Counter {
    shop: Shop,
    till: TillId,
    location: LocationId,
    /// Sales that goods come back to.
    wanted: HashSet<usize>,
    sales: HashMap<usize, (SaleId, Vec<Line>)>,
    variants: HashMap<String, VariantRow>,
    played: Played,
}

/// A line as it was sold: its code, how many, its id.
type Line = (String, i64, LineId);

/// Plays the steps of one of the two tills.
pub fn play(side: &mut Side, till: TillId, number: usize, script: &Script) -> Outcome<Played> {
    let (shop, mut by) = side.work();
    let location = shop.reader()?.till(till)?.map(|till| till.location).expect("the till is known");
    let wanted =
        script.steps.iter().filter_map(|step| if let Work::Refund { of, .. } = &step.work { Some(*of) } else { None }).collect();
    let (sales, variants) = (HashMap::new(), HashMap::new());
    let mut counter = Counter { shop, till, location, wanted, sales, variants, played: Played::default() };
    let steps: Vec<(usize, &Step)> = script.steps.iter().enumerate().filter(|(_, step)| step.till == number).collect();
    for day in steps.chunk_by(|(_, one), (_, next)| one.at_ms.div_euclid(DAY_MS) == next.at_ms.div_euclid(DAY_MS)) {
        counter.day(&mut by, day)?;
    }
    Ok(counter.played)
}

impl Counter {
    fn day(&mut self, by: &mut By<'_>, steps: &[(usize, &Step)]) -> Outcome<()> {
        by.at = steps.first().map(|(_, step)| Timestamp::from_unix_ms(step.at_ms));
        let session = self.shop.open_session(by, self.till, pence(10_000))?.session.id;
        let is_sale = |step: &Step| matches!(step.work, Work::Sale { .. });
        for run in steps.chunk_by(|(_, one), (_, next)| is_sale(one) && is_sale(next)) {
            match run {
                [(_, Step { work: Work::Sale { .. }, .. }), ..] => self.sell(by, run)?,
                others => others.iter().try_for_each(|(_, step)| self.other(by, session, step))?,
            }
        }
        by.at = steps.last().map(|(_, step)| Timestamp::from_unix_ms(step.at_ms));
        let counted = self.shop.x_report(session)?.totals.expected_cash;
        self.shop.close_session(by, session, CashCount { pieces: Vec::new(), counted })?;
        self.played.sessions += 1;
        Ok(())
    }

    /// Sales one after another.
    fn sell(&mut self, by: &mut By<'_>, run: &[(usize, &Step)]) -> Outcome<()> {
        let shop = self.shop.clone();
        let mut seller = shop.batch_seller(by, self.till)?;
        for (index, step) in run {
            let Work::Sale { lines, by_card } = &step.work else { continue };
            by.at = Some(Timestamp::from_unix_ms(step.at_ms));
            let tender = BatchTender::Exact(if *by_card { TenderType::ExternalCard } else { TenderType::Cash });
            let sale = seller.sell(by, BatchSale { lines: lines.iter().map(batch_line).collect(), discount: None, tender })?.sale;
            self.played.sales += 1;
            if self.wanted.contains(index) {
                self.sales.insert(*index, (sale.id, lines_of(&sale)));
            }
        }
        Ok(())
    }

    fn other(&mut self, by: &mut By<'_>, session: TillSessionId, step: &Step) -> Outcome<()> {
        by.at = Some(Timestamp::from_unix_ms(step.at_ms));
        match &step.work {
            Work::Sale { .. } => Ok(()),
            Work::Refund { of, lines } => self.refund(by, session, *of, lines),
            Work::WithoutReceipt { lines } => self.without_receipt(by, session, lines),
            Work::Adjustment { lines, reason } => {
                let lines = lines
                    .iter()
                    .map(|(code, quantity)| Ok(StockLine { variant: self.variant(code)?.id, quantity: pieces(*quantity) }));
                let lines = lines.collect::<Outcome<Vec<_>>>()?;
                self.shop.adjust(by, self.location, lines, reason)?;
                self.played.adjustments += 1;
                Ok(())
            }
        }
    }

    fn refund(&mut self, by: &mut By<'_>, session: TillSessionId, of: usize, lines: &[Sold]) -> Outcome<()> {
        let (sale, sold) = self.sales.get(&of).expect("the sale was played here, earlier");
        let requests = lines.iter().map(|line| {
            let fits = |(code, price, _): &&(String, i64, LineId)| *code == line.code && *price == line.price_minor;
            let (_, _, id) = sold.iter().find(fits).expect("the sale has the line");
            RefundRequest { line: *id, quantity: pieces(line.quantity), goods: GoodsReturn::Sellable }
        });
        let order = RefundOrder {
            sale: *sale,
            lines: requests.collect(),
            tender: RefundTender::Original,
            till: self.till,
            session,
            reason: "brought back".to_owned(),
            receipt: ReceiptChoice::NoPaper,
        };
        self.shop.refund(by, order)?;
        self.played.refunds += 1;
        Ok(())
    }

    fn without_receipt(&mut self, by: &mut By<'_>, session: TillSessionId, lines: &[Sold]) -> Outcome<()> {
        let mut basket = Basket::new(BasketId::from_bytes(by.new_id()));
        for line in lines {
            let row = VariantRow { list_price: Some(pence(line.price_minor)), ..self.variant(&line.code)? };
            basket.add(Shop::line_for(by, &row, pieces(line.quantity))?)?;
        }
        let order = UnreceiptedRefund {
            basket,
            goods: GoodsReturn::Sellable,
            tender: RefundTender::Cash,
            till: self.till,
            session,
            reason: "brought back without a receipt".to_owned(),
            receipt: ReceiptChoice::NoPaper,
        };
        self.shop.refund_without_receipt(by, order)?;
        self.played.refunds += 1;
        Ok(())
    }

    fn variant(&mut self, code: &str) -> Outcome<VariantRow> {
        if !self.variants.contains_key(code) {
            let row = self.shop.find_by_code(code)?.into_iter().next().expect("every code is in the catalog");
            self.variants.insert(code.to_owned(), row);
        }
        Ok(self.variants.get(code).cloned().expect("it was just kept"))
    }
}

fn batch_line(line: &Sold) -> BatchLine {
    BatchLine { code: line.code.clone(), quantity: pieces(line.quantity), unit_price: Some(pence(line.price_minor)) }
}

fn lines_of(sale: &Sale) -> Vec<Line> {
    sale.lines.iter().map(|item| (item.line.sku.clone(), item.line.unit_price.minor, item.line.id)).collect()
}

//! What people do in the simulated shop: each function is one thing one person does at one program, through the real operations.

use tradepost_domain::basket::{Basket, Discount, DiscountKind};
use tradepost_domain::document::{FieldChange, Scalar};
use tradepost_domain::id::{BasketId, LocationId, OrderId, ProductId, SaleId, TillId, TillSessionId, VariantId};
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::order::{DeliveryMethod, FulfillmentStage, OrderStatus, PaymentMethod};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::sale::{Tender, TenderType};
use tradepost_domain::stock::StockLine;
use tradepost_domain::tax::RateMillionths;
use tradepost_domain::till_session::{CashCount, CashMovementKind};
use tradepost_operations::{
    By, Checkout, Fulfillment, NewOrder, OperationError, Outcome, ReceiptChoice, RefundOrder, RefundTender, Shop,
};
use tradepost_replica::read::OrderFilter;

use super::rng::Rng;

/// The shop's fixed points.
#[derive(Debug, Clone)]
pub struct Ground {
    /// Its currency.
    pub currency: Currency,
    /// Its one location.
    pub location: LocationId,
    /// Its products, each with one variant.
    pub products: Vec<(ProductId, VariantId)>,
}

/// A sale whose receipt a customer took home.
#[derive(Debug, Clone)]
pub struct Printed {
    /// The sale.
    pub sale: SaleId,
    /// With tax, minor units.
    pub gross: i64,
    /// How many lines.
    pub lines: usize,
}

/// A few products in a basket, perhaps with a discount.
fn basket(shop: &Shop, ground: &Ground, by: &mut By<'_>, rng: &mut Rng) -> Outcome<Basket> {
    let mut basket = Basket::new(BasketId::from_bytes(by.new_id()));
    let reader = shop.reader()?;
    for _ in 0..1 + rng.below(5) {
        let Some((_, variant)) = rng.pick(&ground.products) else { continue };
        let Some(row) = reader.variant(*variant)? else { continue };
        let quantity = Quantity::from_thousandths(1_000 * (1 + rng.below(3) as i64));
        basket.add(Shop::line_for(by, &row, quantity)?).map_err(OperationError::from)?;
    }
    if rng.percent(20) {
        let kind = DiscountKind::Rate(RateMillionths(10_000 * (1 + rng.below(30) as i64)));
        basket.discount = Some(Discount { kind, reason: "regular".to_owned(), staff: None });
    }
    Ok(basket)
}

/// A sale over the counter, paid in cash or by card. What is printed is what `complete` answered.
pub fn sell(
    shop: &Shop,
    ground: &Ground,
    till: TillId,
    session: TillSessionId,
    by: &mut By<'_>,
    rng: &mut Rng,
) -> Outcome<Option<Printed>> {
    let basket = basket(shop, ground, by, rng)?;
    if basket.is_empty() {
        return Ok(None);
    }
    let due = shop.price(by, &basket)?.gross;
    let (tender_type, over) =
        if rng.percent(60) { (TenderType::Cash, rng.below(500) as i64) } else { (TenderType::ExternalCard, 0) };
    let amount = Money::from_minor(due.minor + over, ground.currency);
    let tenders = vec![Tender { tender_type, amount, reference: String::new() }];
    let completed = shop.complete(by, Checkout { basket, tenders, till, session, receipt: ReceiptChoice::NoPaper })?;
    let sale = completed.sale;
    Ok(Some(Printed { sale: sale.id, gross: sale.gross.minor, lines: sale.lines.len() }))
}

/// Refunds what is left of an earlier sale, if anything is.
pub fn refund(shop: &Shop, sale: SaleId, till: TillId, session: TillSessionId, by: &mut By<'_>) -> Outcome<()> {
    if shop.refundable(sale)?.iter().all(|line| line.left == Quantity::ZERO) {
        return Ok(());
    }
    let order = RefundOrder {
        sale,
        lines: Vec::new(),
        tender: RefundTender::Original,
        till,
        session,
        reason: "did not fit".to_owned(),
        receipt: ReceiptChoice::NoPaper,
    };
    shop.refund(by, order).map(drop)
}

/// Goods arrive.
pub fn receive(shop: &Shop, ground: &Ground, by: &mut By<'_>, rng: &mut Rng) -> Outcome<()> {
    let lines = stock_lines(ground, rng, 10);
    shop.receive(by, ground.location, lines, "delivery").map(drop)
}

/// Somebody counts a shelf.
pub fn count(shop: &Shop, ground: &Ground, by: &mut By<'_>, rng: &mut Rng) -> Outcome<()> {
    let lines = stock_lines(ground, rng, 40);
    shop.count(by, ground.location, lines).map(drop)
}

fn stock_lines(ground: &Ground, rng: &mut Rng, most: u64) -> Vec<StockLine> {
    let Some((_, variant)) = rng.pick(&ground.products) else { return Vec::new() };
    vec![StockLine { variant: *variant, quantity: Quantity::from_thousandths(1_000 * (1 + rng.below(most) as i64)) }]
}

/// Somebody renames a product or changes its price: few products and few fields, so that people meet in the same ones.
pub fn edit(shop: &Shop, ground: &Ground, by: &mut By<'_>, rng: &mut Rng) -> Outcome<()> {
    let few = ground.products.get(..5).unwrap_or(&ground.products);
    let Some((product, variant)) = rng.pick(few) else { return Ok(()) };
    let change = match rng.below(4) {
        0 => FieldChange { path: "title".to_owned(), value: Some(Scalar::Text(format!("Name {}", rng.below(1000)))) },
        1 => FieldChange {
            path: format!("variants/{variant}/list_price"),
            value: Some(Scalar::Int(100 + rng.below(5_000) as i64)),
        },
        2 => FieldChange { path: format!("tags/tag {}", rng.below(4)), value: rng.percent(70).then_some(Scalar::Bool(true)) },
        _ => FieldChange { path: "vendor".to_owned(), value: Some(Scalar::Text(format!("Maker {}", rng.below(5)))) },
    };
    shop.set_product_fields(by, *product, vec![change]).map(drop)
}

/// Somebody settles the first conflict there is.
pub fn settle(shop: &Shop, by: &mut By<'_>) -> Outcome<()> {
    let conflicts = shop.reader()?.conflicts(1)?;
    let Some(conflict) = conflicts.first() else { return Ok(()) };
    let Some(value) = conflict.values.first() else { return Ok(()) };
    shop.settle_conflict(by, conflict.document, &conflict.path, value.value.clone()).map(drop)
}

/// A buyer orders on the web; the number is the checkout's.
pub fn order(shop: &Shop, ground: &Ground, number: u64, by: &mut By<'_>, rng: &mut Rng) -> Outcome<Option<OrderId>> {
    let basket = basket(shop, ground, by, rng)?;
    if basket.is_empty() {
        return Ok(None);
    }
    let id = OrderId::from_bytes(by.new_id());
    let new = NewOrder {
        id,
        number: format!("W-{number}"),
        customer: None,
        name: "Ada Buyer".to_owned(),
        email: "ada@example.com".to_owned(),
        phone: String::new(),
        basket,
        delivery: DeliveryMethod::Collect { location: ground.location },
        payment_method: PaymentMethod::PayOnCollection,
        location: ground.location,
        note: String::new(),
    };
    let order = shop.draft_order(by, new)?;
    shop.place(by, order.clone())?;
    // A form sent twice is one order.
    shop.place(by, order)?;
    Ok(Some(id))
}

/// Somebody moves an open order on: packs it, hands it over, or cancels it.
pub fn work_order(shop: &Shop, by: &mut By<'_>, rng: &mut Rng) -> Outcome<()> {
    let filter = OrderFilter {
        status: Some(if rng.percent(50) { OrderStatus::Open } else { OrderStatus::Packed }),
        ..OrderFilter::default()
    };
    let orders = shop.reader()?.orders(&filter, 5, 0)?;
    let Some(order) = rng.pick(&orders) else { return Ok(()) };
    if order.status == OrderStatus::Open && rng.percent(20) {
        return shop.cancel(by, order.id, "changed their mind").map(drop);
    }
    let stage = if order.status == OrderStatus::Open && rng.percent(60) {
        FulfillmentStage::Packed
    } else {
        FulfillmentStage::HandedOver
    };
    shop.fulfill(by, order.id, Fulfillment { lines: None, stage, tracking_number: String::new(), location: None }).map(drop)
}

/// The till's open session; one is opened if there is none.
pub fn session(shop: &Shop, ground: &Ground, till: TillId, by: &mut By<'_>) -> Outcome<TillSessionId> {
    match shop.reader()?.open_session(till)? {
        Some(open) => Ok(open.id),
        None => Ok(shop.open_session(by, till, Money::from_minor(10_000, ground.currency))?.session.id),
    }
}

/// Cash into or out of the drawer.
pub fn move_cash(shop: &Shop, ground: &Ground, session: TillSessionId, by: &mut By<'_>, rng: &mut Rng) -> Outcome<()> {
    let kind = if rng.percent(50) { CashMovementKind::PaidIn } else { CashMovementKind::SafeDrop };
    let amount = Money::from_minor(1 + rng.below(2_000) as i64, ground.currency);
    shop.cash_moved(by, session, kind, amount, "change for the day").map(drop)
}

/// The drawer is counted, a little wrong, and closed.
pub fn close(shop: &Shop, ground: &Ground, session: TillSessionId, by: &mut By<'_>, rng: &mut Rng) -> Outcome<()> {
    let expected = shop.x_report(session)?.totals.expected_cash;
    let counted = Money::from_minor((expected.minor + rng.below(200) as i64 - 100).max(0), ground.currency);
    shop.close_session(by, session, CashCount { pieces: Vec::new(), counted }).map(drop)
}

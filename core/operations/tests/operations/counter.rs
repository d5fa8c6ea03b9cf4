use tradepost_domain::id::BasketId;
use tradepost_domain::quantity::Quantity;
use tradepost_domain::refund::RefundRequest;
use tradepost_domain::sale::{GoodsReturn, Tender, TenderType};
use tradepost_domain::stock::StockLine;
use tradepost_domain::tax::TaxCategory;
use tradepost_domain::till_session::{CashCount, CashMovementKind};
use tradepost_domain::time::{BusinessDay, Timestamp};
use tradepost_operations::{
    BatchLine, BatchSale, BatchTender, By, PrintWhat, ReceiptChoice, RefundOrder, RefundTender, Shop, UnreceiptedRefund,
};

use crate::world::{Open, World, card, code, eur, pieces};

struct Counter {
    world: World,
    shop: Shop,
    open: Open,
}

fn counter() -> Counter {
    let mut world = World::new();
    let location = world.location();
    world.office.product("Tea", "TEA", eur(595), Some((location, 10)));
    world.office.product("Pot", "POT", eur(2_000), Some((location, 3)));
    let open = world.office.open_till(location, eur(10_000));
    let shop = world.office.shop.clone();
    Counter { world, shop, open }
}

fn order(sale: &tradepost_domain::sale::Sale, lines: &[(usize, i64)], tender: RefundTender) -> RefundOrder {
    let lines = lines.iter().map(|(line, units)| RefundRequest {
        line: sale.lines[*line].line.id,
        quantity: pieces(*units),
        goods: GoodsReturn::Sellable,
    });
    let (till, session) = (sale.till, sale.session);
    RefundOrder {
        sale: sale.id,
        lines: lines.collect(),
        tender,
        till,
        session,
        reason: "too small".to_owned(),
        receipt: ReceiptChoice::Print,
    }
}

#[test]
fn a_sale_is_numbered_booked_and_queued_for_printing_at_once() {
    let Counter { mut world, shop, open } = counter();
    let sale = world.office.sell(open, &[("TEA", 2)], vec![Tender::cash(eur(2_000))]);
    assert_eq!((sale.gross, sale.tax, sale.change_due), (eur(1_190), eur(190), eur(810)));
    assert_eq!(sale.receipt_number.to_string(), "T01-1-000001");
    assert_eq!(world.office.on_hand("TEA"), pieces(8));
    let queue = shop.print_queue().unwrap();
    assert_eq!(queue.iter().map(|job| job.what).collect::<Vec<_>>(), [PrintWhat::Sale(sale.id)]);
    shop.mark_print_failed(&queue[0].id, "out of paper").unwrap();
    assert_eq!(shop.print_queue().unwrap()[0].last_problem, "out of paper");
    shop.mark_printed(&queue[0].id).unwrap();
    assert!(shop.print_queue().unwrap().is_empty());
    let second = world.office.sell(open, &[("POT", 1)], vec![card(eur(2_000))]);
    assert_eq!(second.receipt_number.to_string(), "T01-1-000002");
}

#[test]
fn what_cannot_be_sold_like_this_leaves_nothing_behind() {
    let Counter { mut world, shop, open } = counter();
    let table = [
        ("underpaid", vec![("TEA", 1)], vec![Tender::cash(eur(100))]),
        ("sale", vec![("TEA", 1)], vec![card(eur(600))]),
        ("sale", vec![], vec![Tender::cash(eur(100))]),
    ];
    for (expected, lines, tenders) in table {
        let checkout = world.office.checkout(open, &lines, tenders);
        assert_eq!(code(shop.complete(&mut world.office.by(), checkout)), expected);
    }
    let mut checkout = world.office.checkout(open, &[("TEA", 1)], vec![Tender::cash(eur(595))]);
    checkout.session = tradepost_domain::id::TillSessionId::from_bytes([9; 16]);
    assert_eq!(code(shop.complete(&mut world.office.by(), checkout)), "no_open_session");
    assert!(shop.print_queue().unwrap().is_empty());
    let sale = world.office.sell(open, &[("TEA", 1)], vec![Tender::cash(eur(595))]);
    assert_eq!(sale.receipt_number.number, 1, "refused sales use up no numbers");
}

#[test]
fn a_sale_is_never_refused_for_stock_and_home_names_it() {
    let Counter { mut world, shop, open } = counter();
    world.office.sell(open, &[("POT", 5)], vec![Tender::cash(eur(10_000))]);
    assert_eq!(world.office.on_hand("POT"), pieces(-2));
    let home = shop.home(&mut world.office.by()).unwrap();
    assert_eq!(home.oversold.iter().map(|row| row.sku.as_str()).collect::<Vec<_>>(), ["POT"]);
    assert_eq!(home.open_sessions.len(), 1);
}

#[test]
fn the_basket_on_the_counter_is_kept_parked_and_recalled() {
    let Counter { mut world, shop, .. } = counter();
    assert!(shop.current_basket(&mut world.office.by()).unwrap().is_empty());
    let basket = world.office.basket(&[("TEA", 2)]);
    shop.save_basket(&basket).unwrap();
    assert_eq!(shop.current_basket(&mut world.office.by()).unwrap(), basket);
    let parked = shop.park(&mut world.office.by(), &basket, "lady with the dog").unwrap();
    assert!(shop.current_basket(&mut world.office.by()).unwrap().is_empty());
    assert_eq!(shop.reader().unwrap().parked_baskets().unwrap()[0].label, "lady with the dog");
    let other = world.office.basket(&[("POT", 1)]);
    shop.save_basket(&other).unwrap();
    assert_eq!(code(shop.recall(&mut world.office.by(), parked.id)), "basket_in_use");
    shop.save_basket(&tradepost_domain::basket::Basket::new(BasketId::from_bytes([1; 16]))).unwrap();
    assert_eq!(shop.recall(&mut world.office.by(), parked.id).unwrap().basket, basket);
    assert_eq!(shop.current_basket(&mut world.office.by()).unwrap(), basket);
    assert_eq!(code(shop.drop_parked(&mut world.office.by(), parked.id)), "basket_is_taken");
}

#[test]
fn completing_a_sale_clears_the_counter() {
    let Counter { mut world, shop, open } = counter();
    let checkout = world.office.checkout(open, &[("TEA", 1)], vec![Tender::cash(eur(595))]);
    shop.save_basket(&checkout.basket).unwrap();
    shop.complete(&mut world.office.by(), checkout).unwrap();
    assert!(shop.current_basket(&mut world.office.by()).unwrap().is_empty());
}

#[test]
fn refunds_go_to_the_tender_that_was_charged() {
    let Counter { mut world, shop, open } = counter();
    let sale = world.office.sell(open, &[("TEA", 2), ("POT", 1)], vec![card(eur(2_500)), Tender::cash(eur(690))]);
    let refund = shop.refund(&mut world.office.by(), order(&sale, &[(1, 1)], RefundTender::Original)).unwrap().refund;
    assert_eq!(
        refund.tenders.iter().map(|t| (t.tender_type, t.amount)).collect::<Vec<_>>(),
        [(TenderType::ExternalCard, eur(2_000))]
    );
    assert_eq!(world.office.on_hand("POT"), pieces(3));
    let rest = shop.refund(&mut world.office.by(), order(&sale, &[], RefundTender::Original)).unwrap().refund;
    let tenders: Vec<_> = rest.tenders.iter().map(|t| (t.tender_type, t.amount)).collect();
    assert_eq!(tenders, [(TenderType::ExternalCard, eur(500)), (TenderType::Cash, eur(690))]);
    assert!(shop.refundable(sale.id).unwrap().iter().all(|line| line.left == Quantity::ZERO));
    assert_eq!(code(shop.refund(&mut world.office.by(), order(&sale, &[(0, 1)], RefundTender::Cash))), "refund");
    assert_eq!(rest.receipt_number.to_string(), "T01-1-000003");
}

#[test]
fn a_card_gets_back_no_more_than_it_was_charged() {
    let Counter { mut world, shop, open } = counter();
    let sale = world.office.sell(open, &[("TEA", 1)], vec![Tender::cash(eur(595))]);
    let to_card = RefundTender::ExternalCard { reference: String::new() };
    assert_eq!(code(shop.refund(&mut world.office.by(), order(&sale, &[(0, 1)], to_card))), "tender_exceeded");
    let (_, tenders) = shop.price_refund(&order(&sale, &[(0, 1)], RefundTender::Cash)).unwrap();
    assert_eq!(tenders, [Tender::cash(eur(595))]);
}

#[test]
fn goods_come_back_without_a_receipt_for_a_reason() {
    let Counter { mut world, shop, open } = counter();
    let basket = world.office.basket(&[("TEA", 1)]);
    let refund = |reason: &str| UnreceiptedRefund {
        basket: basket.clone(),
        goods: GoodsReturn::Damaged,
        tender: RefundTender::Cash,
        till: open.till,
        session: open.session,
        reason: reason.to_owned(),
        receipt: ReceiptChoice::NoPaper,
    };
    shop.save_basket(&basket).unwrap();
    assert_eq!(code(shop.refund_without_receipt(&mut world.office.by(), refund(""))), "missing");
    assert_eq!(shop.current_basket(&mut world.office.by()).unwrap(), basket);
    let refunded = shop.refund_without_receipt(&mut world.office.by(), refund("gift, broken")).unwrap().refund;
    assert_eq!((refunded.sale, refunded.gross), (None, eur(595)));
    assert!(shop.current_basket(&mut world.office.by()).unwrap().is_empty(), "the same goods cannot be taken back twice");
}

#[test]
fn a_drawer_closes_with_what_was_sold_refunded_and_moved() {
    let Counter { mut world, shop, open } = counter();
    let sale = world.office.sell(open, &[("TEA", 2)], vec![Tender::cash(eur(2_000))]);
    world.office.sell(open, &[("POT", 1)], vec![card(eur(2_000))]);
    shop.refund(&mut world.office.by(), order(&sale, &[(0, 1)], RefundTender::Original)).unwrap();
    shop.cash_moved(&mut world.office.by(), open.session, CashMovementKind::SafeDrop, eur(5_000), "to the safe").unwrap();
    assert_eq!(
        code(shop.cash_moved(&mut world.office.by(), open.session, CashMovementKind::PaidIn, eur(0), "x")),
        "till_session"
    );
    let x = shop.x_report(open.session).unwrap();
    assert_eq!(x.totals.expected_cash, eur(10_000 + 1_190 - 595 - 5_000));
    let count = CashCount::of_total(eur(5_600)).unwrap();
    let closed = shop.close_session(&mut world.office.by(), open.session, count.clone()).unwrap();
    assert_eq!((closed.report.z_number, closed.report.cash_variance, closed.report.totals.sale_count), (1, eur(5), 2));
    assert_eq!(code(shop.close_session(&mut world.office.by(), open.session, count)), "session_is_closed");
    let again = shop.open_session(&mut world.office.by(), open.till, eur(0)).unwrap().session;
    assert_eq!(code(shop.open_session(&mut world.office.by(), open.till, eur(0))), "session_is_open");
    let count = CashCount::of_total(eur(0)).unwrap();
    assert_eq!(shop.close_session(&mut world.office.by(), again.id, count).unwrap().report.z_number, 2);
}

#[test]
fn what_was_sold_before_the_till_opened_counts_on_its_own_day() {
    let Counter { mut world, shop, open } = counter();
    let day = shop.x_report(open.session).unwrap().business_day;
    let mut sell_at = |at: Option<&str>| {
        let checkout = world.office.checkout(open, &[("TEA", 1)], vec![Tender::cash(eur(595))]);
        let mut by = By { at: at.map(|at| at.parse::<Timestamp>().unwrap()), ..world.office.by() };
        shop.complete(&mut by, checkout).unwrap().sale.business_day
    };
    assert_eq!(sell_at(None), day);
    assert_eq!(sell_at(Some("2025-03-04T12:00:00Z")), "2025-03-04".parse::<BusinessDay>().unwrap());
    assert_eq!(sell_at(Some("2027-03-04T12:00:00Z")), day, "an open drawer keeps its day");
}

#[test]
fn stock_is_received_adjusted_and_counted_with_a_reason() {
    let Counter { mut world, shop, .. } = counter();
    let (location, tea) = (world.location(), shop.find_by_code("TEA").unwrap()[0].id);
    let line = |units| vec![StockLine { variant: tea, quantity: pieces(units) }];
    shop.adjust(&mut world.office.by(), location, line(-3), "spilled").unwrap();
    assert_eq!(world.office.on_hand("TEA"), pieces(7));
    shop.count(&mut world.office.by(), location, line(12)).unwrap();
    assert_eq!(world.office.on_hand("TEA"), pieces(12));
    let table = [
        ("missing", shop.adjust(&mut world.office.by(), location, line(1), " ")),
        ("not_valid", shop.receive(&mut world.office.by(), location, line(-1), "")),
        ("not_valid", shop.count(&mut world.office.by(), location, line(-1))),
        ("missing", shop.count(&mut world.office.by(), location, Vec::new())),
        ("not_valid", shop.count(&mut world.office.by(), location, [line(1), line(2)].concat())),
        ("not_found", shop.count(&mut world.office.by(), tradepost_domain::id::LocationId::from_bytes([3; 16]), line(1))),
    ];
    for (expected, outcome) in table {
        assert_eq!(code(outcome), expected);
    }
}

#[test]
fn a_script_sells_and_refunds_many_times_through_one_till() {
    let Counter { world, shop, open } = counter();
    let line = |code: &str, units, unit_price| BatchLine { code: code.to_owned(), quantity: pieces(units), unit_price };
    let exact = |lines| BatchSale { lines, discount: None, tender: BatchTender::Exact(TenderType::Cash) };
    let mut env = world.office.env.clone();
    let sale = {
        let mut seller = shop.batch_seller(&By::owner(&mut env), open.till).unwrap();
        let by = &mut By::owner(&mut env);
        let first = seller.sell(by, exact(vec![line("TEA", 2, None), line("XMAS-77", 1, Some(eur(300)))])).unwrap().sale;
        assert_eq!(first.gross, eur(1_490));
        assert!(first.lines[1].line.variant.is_none(), "a code that nothing has is an open line");
        assert_eq!(code(seller.sell(by, exact(vec![line("XMAS-77", 1, None)]))), "unknown_code");
        assert_eq!(code(seller.refund(by, first.id, &[line("TEA", 3, None)], "")), "refund");
        let refund = seller.refund(by, first.id, &[line("TEA", 1, None)], "").unwrap().refund;
        assert_eq!((refund.gross, refund.receipt_number.number), (eur(595), 2));
        first
    };
    assert_eq!(shop.refundable(sale.id).unwrap()[0].left, pieces(1));
    assert_eq!(world.office.on_hand("TEA"), pieces(9));
    assert!(shop.print_queue().unwrap().is_empty());
}

#[test]
fn an_open_line_is_sold_by_hand() {
    let Counter { mut world, shop, open } = counter();
    let line = Shop::open_line(&mut world.office.by(), "Gift wrap", eur(150), TaxCategory::default(), pieces(1)).unwrap();
    let mut checkout = world.office.checkout(open, &[], vec![Tender::cash(eur(150))]);
    checkout.basket.add(line).unwrap();
    assert_eq!(shop.price(&mut world.office.by(), &checkout.basket).unwrap().gross, eur(150));
    assert_eq!(shop.complete(&mut world.office.by(), checkout).unwrap().sale.lines[0].line.title, "Gift wrap");
}

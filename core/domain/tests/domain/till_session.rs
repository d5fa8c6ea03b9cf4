//! The till session: X and Z totals, counting, denominations.

use proptest::prelude::*;
use tradepost_domain::fact::FactBody;
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::posting::Account;
use tradepost_domain::refund::PricedRefund;
use tradepost_domain::sale::{GoodsReturn, Refund, Sale, Tender, TenderType};
use tradepost_domain::till_session::*;

use crate::any;
use crate::samples::{
    cash_moved, complete, complete_refund, eur, german_taxes, pricing, refund, sale, session_closed, session_opened, usd,
};

#[test]
fn totals_follow_the_drawer() {
    let mut totals = SessionTotals::empty(eur(10_000));
    let (sale, refund) = (sale(), refund());
    totals.add_sale(&sale).unwrap();
    totals.add_refund(&refund).unwrap();
    for (kind, minor) in
        [(CashMovementKind::PaidIn, 500), (CashMovementKind::PaidOut, 1_500), (CashMovementKind::SafeDrop, 2_000)]
    {
        totals.add_cash_movement(&cash_moved(kind, minor)).unwrap();
    }
    let cash = 5_000 - sale.change_due.minor - refund.gross.minor;
    assert_eq!(totals.expected_cash, eur(10_000 + cash + 500 - 1_500 - 2_000));
    assert_eq!(totals.tendered(TenderType::Cash), eur(cash));
    assert_eq!(totals.tendered(TenderType::ExternalCard), eur(2_000));
    assert_eq!((totals.sale_count, totals.refund_count), (1, 1));
    assert_eq!(totals.net.minor + totals.tax.minor, totals.sales_gross.minor - totals.refunds_gross.minor);
    assert_eq!(totals.taxes.iter().map(|tax| tax.tax.minor).sum::<i64>(), totals.tax.minor);
    assert_eq!(totals.taxes.iter().map(|tax| tax.name.as_str()).collect::<Vec<_>>(), ["VAT 19 %", "VAT 7 %"]);
}

#[test]
fn totals_do_not_depend_on_the_order() {
    let (mut one, mut other) = (SessionTotals::empty(eur(0)), SessionTotals::empty(eur(0)));
    one.add_sale(&sale()).unwrap();
    one.add_refund(&refund()).unwrap();
    other.add_refund(&refund()).unwrap();
    other.add_sale(&sale()).unwrap();
    assert_eq!(one, other);
}

#[test]
fn an_amount_that_does_not_fit_leaves_the_totals_as_they_were() {
    let mut totals = SessionTotals::empty(eur(i64::MAX - 100));
    let before = totals.clone();
    assert!(totals.add_sale(&sale()).is_err());
    assert!(totals.add_cash_movement(&cash_moved(CashMovementKind::PaidIn, 101)).is_err());
    assert_eq!(totals, before);
    let mut dollars = SessionTotals::empty(usd(0));
    assert!(dollars.add_sale(&sale()).is_err());
    assert_eq!(dollars, SessionTotals::empty(usd(0)));
}

#[test]
fn the_variance_is_counted_less_expected() {
    let closed = session_closed();
    assert_eq!(closed.count.counted, eur(11_300));
    assert_eq!(closed.cash_variance.minor, 11_300 - closed.totals.expected_cash.minor);
}

#[test]
fn a_count_of_pieces_is_their_sum() {
    assert_eq!(CashCount::from_pieces(Currency::EUR, vec![(5000, 3), (1, 7)]).unwrap().counted, eur(15_007));
    assert!(CashCount::from_pieces(Currency::EUR, vec![(i64::MAX, 2)]).is_err());
    assert_eq!(CashCount::of_total(eur(-1)), Err(TillSessionError::NegativeCash));
    assert_eq!(cash_moved(CashMovementKind::PaidIn, 0).check(), Err(TillSessionError::AmountNotPositive));
}

#[test]
fn a_closed_drawer_stands_at_zero() {
    let facts = [
        FactBody::TillSessionOpened(session_opened()),
        FactBody::SaleCompleted(Box::new(sale())),
        FactBody::Refunded(Box::new(refund())),
        FactBody::CashMoved(cash_moved(CashMovementKind::PaidOut, 1_500)),
    ];
    let drawer = |fact: &FactBody| {
        let postings = fact.postings().unwrap();
        postings.iter().filter(|posting| matches!(posting.account, Account::Drawer(_))).map(|posting| posting.amount).sum::<i64>()
    };
    let before: i64 = facts.iter().map(drawer).sum();
    let closed = session_closed();
    assert_eq!(before, closed.totals.expected_cash.minor, "the drawer's balance is what the report expects");
    assert_eq!(before + drawer(&FactBody::TillSessionClosed(Box::new(closed))), 0);
}

#[test]
fn likely_notes_are_suggested() {
    let check = |due: Money, expected: &[i64]| {
        assert_eq!(suggested_tenders(due).iter().map(|amount| amount.minor).collect::<Vec<_>>(), expected, "{due}");
    };
    check(usd(1250), &[1250, 1500, 2000, 5000]);
    check(eur(8730), &[8730, 9000, 10_000, 20_000]);
    check(usd(320), &[320, 400, 500, 1000]);
    check(Money::from_minor(1250, Currency::JPY), &[1250, 1500, 2000, 5000]);
    check(eur(10_000), &[10_000, 20_000, 50_000]);
    check(eur(0), &[]);
    check(eur(i64::MAX), &[i64::MAX]);
}

proptest! {
    #[test]
    fn takings_tie_out_with_sales_refunds_and_rounding(
        baskets in prop::collection::vec((any::shop_basket(Currency::EUR), any::<bool>(), any::<bool>()), 1..4),
        coin in 1_i64..=10,
    ) {
        let taxes = german_taxes();
        let mut totals = SessionTotals::empty(eur(10_000));
        for (basket, is_cash, is_refunded) in baskets {
            let tender_of = |due: Money| {
                let tender_type = if is_cash { TenderType::Cash } else { TenderType::ExternalCard };
                (!due.is_zero()).then(|| Tender { tender_type, amount: due, reference: String::new() })
            };
            let priced = basket.price(&pricing(&taxes)).unwrap();
            let due = if is_cash { priced.gross.round_to_coin(coin).unwrap() } else { priced.gross };
            let sale = Sale::complete(complete(priced, tender_of(due).into_iter().collect(), coin)).unwrap();
            totals.add_sale(&sale).unwrap();
            if is_refunded {
                let priced = PricedRefund::of_everything(&sale, &[], GoodsReturn::Sellable).unwrap();
                let tenders = tender_of(due).into_iter().collect();
                totals.add_refund(&Refund::complete(complete_refund(priced, tenders, coin)).unwrap()).unwrap();
            }
        }
        let takings: i64 = totals.tenders.iter().map(|(_, amount)| amount.minor).sum();
        prop_assert_eq!(takings, totals.sales_gross.minor - totals.refunds_gross.minor + totals.cash_rounding.minor);
        prop_assert_eq!(totals.expected_cash.minor, 10_000 + totals.tendered(TenderType::Cash).minor);
        prop_assert_eq!(totals.net.minor + totals.tax.minor, totals.sales_gross.minor - totals.refunds_gross.minor);
        prop_assert_eq!(totals.taxes.iter().map(|tax| tax.tax.minor).sum::<i64>(), totals.tax.minor);
    }

    #[test]
    fn every_suggestion_covers_what_is_due(minor in any::edge(), currency in any::currency()) {
        let due = Money { minor, currency };
        let suggested = suggested_tenders(due);
        prop_assert!(suggested.len() <= SUGGESTED_TENDERS_MAX);
        prop_assert!(suggested.iter().all(|amount| *amount == due || amount.minor > due.minor));
        prop_assert_eq!(suggested.first().copied(), (minor > 0).then_some(due));
    }

    #[test]
    fn denominations_fall_and_end_in_a_coin(currency in any::currency()) {
        let pieces = denominations(currency);
        prop_assert!(pieces.windows(2).all(|pair| pair[0] > pair[1]));
        prop_assert!(pieces.iter().all(|piece| *piece > 0));
    }
}

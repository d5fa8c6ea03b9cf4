//! Completing a sale.

use proptest::prelude::*;
use tradepost_domain::basket::PricedBasket;
use tradepost_domain::money::{Currency, Money, MoneyError};
use tradepost_domain::sale::{ReceiptNumber, Sale, SaleError, Settlement, Tender, TenderType};

use crate::any;
use crate::samples::{complete, eur, priced, receipt, sale};

fn card(minor: i64) -> Tender {
    Tender { tender_type: TenderType::ExternalCard, amount: eur(minor), reference: String::new() }
}

fn cash(minor: i64) -> Tender {
    Tender::cash(eur(minor))
}

/// (due, rounding, missing, change) in minor units.
fn check(gross: i64, tenders: &[Tender], coin: i64, expected: Result<(i64, i64, i64, i64), SaleError>) {
    let settled = Settlement::of(eur(gross), tenders, coin);
    let numbers = settled.map(|s| (s.due.minor, s.cash_rounding.minor, s.missing.minor, s.change_due.minor));
    assert_eq!(numbers, expected, "{gross} by {tenders:?}");
}

#[test]
fn tenders_settle_an_amount() {
    check(1250, &[cash(2000)], 1, Ok((1250, 0, 0, 750)));
    check(1250, &[card(1250)], 1, Ok((1250, 0, 0, 0)));
    check(1250, &[card(1000), cash(500)], 1, Ok((1250, 0, 0, 250)));
    check(1250, &[cash(1000)], 1, Ok((1250, 0, 250, 0)));
    check(0, &[], 1, Ok((0, 0, 0, 0)));
    check(1250, &[], 1, Ok((1250, 0, 1250, 0)));
}

#[test]
fn only_a_sale_paid_wholly_in_cash_is_rounded() {
    check(1252, &[cash(1250)], 5, Ok((1250, -2, 0, 0)));
    check(1253, &[cash(2000)], 5, Ok((1255, 2, 0, 745)));
    check(1252, &[card(1252)], 5, Ok((1252, 0, 0, 0)));
    check(1252, &[card(1000), cash(250)], 5, Ok((1252, 0, 2, 0)));
    check(2, &[], 5, Ok((0, -2, 0, 0)));
}

#[test]
fn change_comes_from_cash_alone() {
    check(1250, &[card(1300)], 1, Err(SaleError::ChangeNotFromCash { excess: eur(50) }));
    check(1250, &[card(1300), cash(100)], 1, Err(SaleError::ChangeNotFromCash { excess: eur(50) }));
    check(1250, &[cash(0)], 1, Err(SaleError::TenderNotPositive));
    check(1250, &[cash(-5)], 1, Err(SaleError::TenderNotPositive));
    check(i64::MAX, &[cash(i64::MAX), cash(1)], 1, Err(MoneyError::Overflow.into()));
    let dollars = Tender::cash(Money::from_minor(1250, Currency::USD));
    check(1250, &[dollars], 1, Err(MoneyError::CurrencyMismatch.into()));
}

#[test]
fn an_underpaid_sale_says_how_much_is_missing() {
    let error = Sale::complete(complete(priced(), vec![cash(1000)], 1)).unwrap_err();
    assert_eq!(error.to_string(), "48.90 EUR is still to be paid");
}

#[test]
fn an_empty_basket_is_not_sold() {
    let empty = PricedBasket { lines: Vec::new(), ..priced() };
    assert_eq!(Sale::complete(complete(empty, vec![cash(10_000)], 1)), Err(SaleError::EmptyBasket));
}

#[test]
fn a_sale_of_zero_needs_no_tender() {
    let mut basket = crate::samples::basket();
    basket.lines.iter_mut().for_each(|line| line.unit_price = eur(0));
    let taxes = crate::samples::german_taxes();
    let sale = Sale::complete(complete(basket.price(&crate::samples::pricing(&taxes)).unwrap(), vec![], 1)).unwrap();
    assert!(sale.adds_up() && sale.gross.is_zero() && sale.change_due.is_zero());
}

#[test]
fn a_sale_that_was_tampered_with_does_not_add_up() {
    let good = sale();
    assert!(good.adds_up());
    for change in [
        (|sale: &mut Sale| sale.gross.minor += 1) as fn(&mut Sale),
        |sale| sale.change_due.minor -= 1,
        |sale| sale.lines[0].tax.minor += 1,
        |sale| sale.tenders[0].amount.minor = i64::MAX,
        |sale| sale.tenders[0].amount.currency = Currency::USD,
    ] {
        let mut bad = good.clone();
        change(&mut bad);
        assert!(!bad.adds_up());
    }
}

#[test]
fn receipt_numbers_read_back() {
    assert_eq!(receipt(147).to_string(), "T03-2-000147");
    assert_eq!("T03-2-000147".parse(), Ok(receipt(147)));
    assert_eq!("A-B-1-1234567".parse::<ReceiptNumber>().unwrap().to_string(), "A-B-1-1234567");
    for text in ["", "T03", "T03-2", "T03-x-1", "T03-2-", "T03-2-99999999999999999999"] {
        assert!(text.parse::<ReceiptNumber>().is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn every_completed_sale_adds_up(basket in any::shop_basket(Currency::EUR), by_card in 0_i64..50_000, over in 0_i64..5_000, coin in 1_i64..=10) {
        let taxes = crate::samples::german_taxes();
        let priced = basket.price(&crate::samples::pricing(&taxes)).unwrap();
        let by_card = by_card.min(priced.gross.minor);
        let by_cash = priced.gross.minor - by_card + over + coin;
        let tenders: Vec<Tender> = [card(by_card), cash(by_cash)].into_iter().filter(|tender| tender.amount.minor > 0).collect();
        let sale = Sale::complete(complete(priced, tenders, coin)).unwrap();
        prop_assert!(sale.adds_up());
        prop_assert!(by_card == 0 || sale.cash_rounding.is_zero());
        prop_assert!(sale.cash_rounding.minor.abs() * 2 <= coin);
        prop_assert!(sale.change_due.minor >= 0);
    }

    #[test]
    fn settling_never_panics(gross in any::edge(), amounts in prop::collection::vec((any::edge(), any::<bool>()), 0..4), coin in any::edge()) {
        let tenders: Vec<Tender> = amounts.into_iter().map(|(minor, is_cash)| if is_cash { cash(minor) } else { card(minor) }).collect();
        if let Ok(settled) = Settlement::of(eur(gross), &tenders, coin) {
            let left = i128::from(settled.due.minor) - i128::from(settled.handed_over.minor);
            prop_assert_eq!(left, i128::from(settled.missing.minor) - i128::from(settled.change_due.minor));
        }
    }
}

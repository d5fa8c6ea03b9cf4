//! Pricing a basket: the parts sum to the whole, whatever is in it.

use proptest::prelude::*;
use tradepost_domain::basket::{Basket, BasketError, BasketLine, Discount, DiscountKind, LINES_MAX, PricedBasket, PricingError};
use tradepost_domain::id::{BasketId, LineId};
use tradepost_domain::money::{Currency, Money, MoneyError};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::tax::{RateMillionths, TaxInclusion, TaxRounding};

use crate::any;
use crate::samples::{basket, eur, german_taxes, line, pricing};

fn rate_off(millionths: i64) -> Option<Discount> {
    Some(Discount { kind: DiscountKind::Rate(RateMillionths(millionths)), reason: String::new(), staff: None })
}

fn amount_off(minor: i64) -> Option<Discount> {
    Some(Discount { kind: DiscountKind::Amount(eur(minor)), reason: String::new(), staff: None })
}

fn priced_as(basket: &Basket, inclusion: TaxInclusion, rounding: TaxRounding) -> Result<PricedBasket, PricingError> {
    let taxes = german_taxes();
    basket.price(&tradepost_domain::basket::Pricing { tax_inclusion: inclusion, tax_rounding: rounding, ..pricing(&taxes) })
}

fn one_line(line: BasketLine) -> Basket {
    let mut basket = Basket::new(BasketId::from_bytes([1; 16]));
    basket.add(line).unwrap();
    basket
}

#[test]
fn tax_is_inside_an_inclusive_price_and_on_top_of_an_exclusive_one() {
    let basket = one_line(line(1, "Shirt", 1000, eur(11_900)));
    let inside = priced_as(&basket, TaxInclusion::Inclusive, TaxRounding::ByLine).unwrap();
    assert_eq!((inside.net, inside.tax, inside.gross), (eur(10_000), eur(1_900), eur(11_900)));
    let on_top = priced_as(&basket, TaxInclusion::Exclusive, TaxRounding::ByLine).unwrap();
    assert_eq!((on_top.net, on_top.tax, on_top.gross), (eur(11_900), eur(2_261), eur(14_161)));
}

#[test]
fn rounding_by_total_taxes_each_rate_once() {
    let mut basket = Basket::new(BasketId::from_bytes([1; 16]));
    for n in 1..=3 {
        basket.add(line(n, "Sticker", 1000, eur(10))).unwrap();
    }
    let by_line = priced_as(&basket, TaxInclusion::Exclusive, TaxRounding::ByLine).unwrap();
    let by_total = priced_as(&basket, TaxInclusion::Exclusive, TaxRounding::ByTotal).unwrap();
    assert_eq!((by_line.tax, by_total.tax), (eur(6), eur(6)), "0.019 rounds up three times; 0.057 rounds up once");
    basket.lines.iter_mut().for_each(|line| line.unit_price = eur(13));
    let by_line = priced_as(&basket, TaxInclusion::Exclusive, TaxRounding::ByLine).unwrap();
    let by_total = priced_as(&basket, TaxInclusion::Exclusive, TaxRounding::ByTotal).unwrap();
    assert_eq!((by_line.tax, by_total.tax), (eur(6), eur(7)), "0.0247 rounds down three times; 0.0741 rounds down once");
    assert_eq!(by_total.lines.iter().map(|line| line.tax.minor).collect::<Vec<_>>(), [3, 2, 2]);
}

#[test]
fn discounts_are_taken_line_by_line_and_then_from_the_basket() {
    let mut basket = basket();
    basket.lines[0].discount = rate_off(500_000);
    basket.discount = amount_off(1000);
    let priced = priced_as(&basket, TaxInclusion::Inclusive, TaxRounding::ByLine).unwrap();
    // 39.98 halved, 12.99, 12.48; then 10.00 spread over 19.99 + 12.99 + 12.48.
    assert_eq!(priced.lines.iter().map(|line| line.gross.minor).collect::<Vec<_>>(), [1559, 1013, 974]);
    assert_eq!((priced.discount, priced.gross), (eur(2999), eur(3546)));
    assert_eq!(priced.undiscounted(), Ok(eur(6545)));
}

#[test]
fn a_discount_takes_off_no_more_than_there_is() {
    let mut basket = one_line(BasketLine { discount: amount_off(99_999), ..line(1, "Mug", 1000, eur(800)) });
    basket.discount = amount_off(500);
    let priced = priced_as(&basket, TaxInclusion::Inclusive, TaxRounding::ByTotal).unwrap();
    assert_eq!((priced.discount, priced.gross), (eur(800), eur(0)));
}

#[test]
fn what_makes_no_price_says_why() {
    let check = |change: fn(&mut Basket), expected: PricingError| {
        let mut basket = one_line(line(1, "Mug", 1000, eur(800)));
        change(&mut basket);
        assert_eq!(priced_as(&basket, TaxInclusion::Inclusive, TaxRounding::ByLine), Err(expected));
    };
    let mug = || "Mug".to_owned();
    check(|basket| basket.lines[0].quantity = Quantity::ZERO, PricingError::QuantityNotPositive { title: mug() });
    check(|basket| basket.lines[0].unit_price = eur(-1), PricingError::NegativePrice { title: mug() });
    check(|basket| basket.discount = rate_off(1_000_001), PricingError::DiscountOutOfRange);
    check(|basket| basket.discount = rate_off(-1), PricingError::DiscountOutOfRange);
    check(|basket| basket.lines[0].discount = amount_off(-1), PricingError::DiscountOutOfRange);
    check(|basket| basket.lines[0].unit_price = Money::from_minor(1, Currency::USD), MoneyError::CurrencyMismatch.into());
    check(
        |basket| (basket.lines[0].quantity, basket.lines[0].unit_price) = (Quantity::from_thousandths(i64::MAX), eur(2000)),
        MoneyError::Overflow.into(),
    );
}

#[test]
fn the_same_goods_on_the_same_terms_make_one_line() {
    let mut basket = Basket::new(BasketId::from_bytes([1; 16]));
    let first = basket.add(line(1, "Mug", 1000, eur(800))).unwrap();
    let same = BasketLine { id: LineId::from_bytes([9; 16]), ..line(1, "Mug", 2000, eur(800)) };
    assert_eq!(basket.add(same.clone()), Ok(first));
    assert_eq!(basket.find_line(first).unwrap().quantity, Quantity::from_thousandths(3000));
    for other in [
        BasketLine { discount: rate_off(1), ..same.clone() },
        BasketLine { unit_price: eur(799), ..same.clone() },
        BasketLine { variant: None, ..same.clone() },
    ] {
        let lines = basket.lines.len();
        basket.add(other).unwrap();
        assert_eq!(basket.lines.len(), lines + 1);
    }
}

#[test]
fn a_basket_is_changed_by_line() {
    let mut basket = basket();
    let id = basket.lines[1].id;
    basket.set_quantity(id, Quantity::from_thousandths(7000)).unwrap();
    basket.set_unit_price(id, eur(1)).unwrap();
    basket.set_line_discount(id, rate_off(10)).unwrap();
    assert_eq!(basket.set_quantity(id, Quantity::ZERO), Err(BasketError::QuantityNotPositive));
    let voided = basket.void_line(id).unwrap();
    assert_eq!((voided.quantity.thousandths, voided.unit_price, basket.lines.len()), (7000, eur(1), 2));
    assert_eq!(basket.void_line(id), Err(BasketError::LineNotFound));
}

#[test]
fn a_full_basket_says_so() {
    let mut basket = Basket::new(BasketId::from_bytes([1; 16]));
    for n in 0..LINES_MAX {
        basket.add(line(1, "Mug", 1000, eur(i64::try_from(n).unwrap()))).unwrap();
    }
    assert_eq!(basket.add(line(1, "Mug", 1000, eur(-1))), Err(BasketError::Full));
    assert!(basket.add(line(1, "Mug", 1000, eur(3))).is_ok(), "more of what is in it still fits");
    let priced = priced_as(&basket, TaxInclusion::Inclusive, TaxRounding::ByTotal).unwrap();
    assert_adds_up(&priced);
}

fn assert_adds_up(priced: &PricedBasket) {
    let sum =
        |part: fn(&tradepost_domain::basket::LineItem) -> Money| priced.lines.iter().map(|line| part(line).minor).sum::<i64>();
    assert_eq!(sum(|line| line.net), priced.net.minor);
    assert_eq!(sum(|line| line.tax), priced.tax.minor);
    assert_eq!(sum(|line| line.gross), priced.gross.minor);
    assert_eq!(sum(|line| line.discount), priced.discount.minor);
    assert_eq!(priced.net.minor + priced.tax.minor, priced.gross.minor);
    assert!(priced.lines.iter().all(|line| line.net.minor + line.tax.minor == line.gross.minor));
    assert!(priced.lines.iter().all(|line| line.net.minor >= 0 && line.tax.minor >= 0 && line.discount.minor >= 0));
    assert_eq!(priced.taxes.iter().map(|tax| tax.tax.minor).sum::<i64>(), priced.tax.minor);
}

fn any_pricing() -> impl Strategy<Value = (TaxInclusion, TaxRounding)> {
    (proptest::sample::select(TaxInclusion::ALL), proptest::sample::select(TaxRounding::ALL))
}

proptest! {
    #[test]
    fn the_parts_sum_to_the_whole(basket in any::shop_basket(Currency::EUR), (inclusion, rounding) in any_pricing()) {
        let priced = priced_as(&basket, inclusion, rounding).unwrap();
        assert_adds_up(&priced);
        let undiscounted: i64 = basket.lines.iter().map(|line| line.unit_price.times(line.quantity).unwrap().minor).sum();
        let priced_amount = match inclusion { TaxInclusion::Inclusive => priced.gross, TaxInclusion::Exclusive => priced.net };
        prop_assert_eq!(priced_amount.minor + priced.discount.minor, undiscounted);
    }

    #[test]
    fn tax_by_total_is_what_the_rate_says_of_the_total(basket in any::shop_basket(Currency::EUR)) {
        let priced = priced_as(&basket, TaxInclusion::Exclusive, TaxRounding::ByTotal).unwrap();
        for tax in &priced.taxes {
            prop_assert_eq!(tax.tax, tradepost_domain::tax::tax_on_net(tax.net, tax.rate_millionths).unwrap());
        }
    }

    #[test]
    fn prices_with_tax_of_an_exclusive_basket_give_the_same_tax(basket in any::shop_basket(Currency::EUR)) {
        let on_top = priced_as(&basket, TaxInclusion::Exclusive, TaxRounding::ByLine).unwrap();
        let gross = on_top.lines.iter().map(|item| BasketLine {
            unit_price: item.gross, quantity: Quantity::ONE, discount: None, ..item.line.clone()
        });
        let mut basket = Basket { discount: None, ..basket };
        basket.lines = gross.collect();
        let inside = priced_as(&basket, TaxInclusion::Inclusive, TaxRounding::ByLine).unwrap();
        for (one, other) in inside.lines.iter().zip(&on_top.lines) {
            prop_assert!((one.tax.minor - other.tax.minor).abs() <= 1);
        }
    }

    #[test]
    fn the_ends_of_the_numbers_give_errors_and_never_a_panic(basket in any::edge_basket(Currency::EUR), (inclusion, rounding) in any_pricing()) {
        if let Ok(priced) = priced_as(&basket, inclusion, rounding) {
            assert_adds_up(&priced);
        }
    }
}

//! Refunds: everything back, to the cent, in any order and any split.

use proptest::prelude::*;
use tradepost_domain::basket::{Basket, Pricing};
use tradepost_domain::id::LineId;
use tradepost_domain::money::Currency;
use tradepost_domain::quantity::Quantity;
use tradepost_domain::refund::{PricedRefund, RefundError, RefundRequest, refundable};
use tradepost_domain::sale::{GoodsReturn, Refund, Sale, Tender};
use tradepost_domain::tax::{TaxInclusion, TaxRounding};

use crate::any;
use crate::samples::{complete, complete_refund, eur, german_taxes, line, pricing, refund, sale};

fn request(n: u8, thousandths: i64) -> RefundRequest {
    RefundRequest {
        line: LineId::from_bytes([n; 16]),
        quantity: Quantity::from_thousandths(thousandths),
        goods: GoodsReturn::Sellable,
    }
}

fn sold(basket: &Basket, tax_inclusion: TaxInclusion, tax_rounding: TaxRounding) -> Sale {
    let taxes = german_taxes();
    let priced = basket.price(&Pricing { tax_inclusion, tax_rounding, ..pricing(&taxes) }).unwrap();
    let tender = Some(Tender::cash(priced.gross)).filter(|tender| !tender.amount.is_zero());
    Sale::complete(complete(priced, tender.into_iter().collect(), 1)).unwrap()
}

fn paid_out(priced: PricedRefund) -> Refund {
    let tender = Some(Tender::cash(priced.gross)).filter(|tender| !tender.amount.is_zero());
    Refund::complete(complete_refund(priced, tender.into_iter().collect(), 1)).unwrap()
}

#[test]
fn three_for_ten_are_refunded_one_by_one() {
    let mut basket = Basket::new(crate::samples::basket().id);
    basket.add(tradepost_domain::basket::BasketLine { discount: None, ..line(1, "Pen", 3000, eur(333)) }).unwrap();
    basket.lines[0].unit_price = eur(333);
    let mut sale = sold(&basket, TaxInclusion::Inclusive, TaxRounding::ByLine);
    // 10.00 for three: a price that thirds cannot give back evenly.
    sale.lines[0].gross = eur(1000);
    sale.lines[0].tax = eur(160);
    sale.lines[0].net = eur(840);
    let mut earlier = Vec::new();
    let mut parts = Vec::new();
    for _ in 0..3 {
        let priced = PricedRefund::of_lines(&sale, &earlier, &[request(1, 1000)]).unwrap();
        parts.push((priced.gross.minor, priced.tax.minor));
        earlier.push(paid_out(priced));
    }
    assert_eq!(parts, [(333, 53), (334, 54), (333, 53)]);
    assert_eq!(
        PricedRefund::of_lines(&sale, &earlier, &[request(1, 1)]),
        Err(RefundError::TooMuch { title: "Pen".to_owned(), left: Quantity::ZERO })
    );
}

/// 24 nails for 6 cents with 1 cent of tax: where the cent of tax falls, there is no cent of gross to take it from.
#[test]
fn no_part_of_a_refund_has_a_negative_net() {
    let mut basket = Basket::new(crate::samples::basket().id);
    basket.add(line(1, "Nail", 24_000, eur(1))).unwrap();
    let mut sale = sold(&basket, TaxInclusion::Inclusive, TaxRounding::ByLine);
    (sale.lines[0].gross, sale.lines[0].tax, sale.lines[0].net) = (eur(6), eur(1), eur(5));
    let mut earlier: Vec<Refund> = Vec::new();
    for _ in 0..24 {
        earlier.push(paid_out(PricedRefund::of_lines(&sale, &earlier, &[request(1, 1000)]).unwrap()));
    }
    assert!(earlier.iter().all(|refund| refund.net.minor >= 0 && refund.tax.minor >= 0));
    assert_eq!(
        earlier
            .iter()
            .map(|refund| (refund.net.minor, refund.tax.minor))
            .fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1)),
        (5, 1)
    );
}

/// Two tills that refund the same thing while apart take back more than was sold. That is shown as nothing left, and no more is given.
#[test]
fn what_was_refunded_twice_apart_leaves_nothing() {
    let sale = sale();
    let everything = || paid_out(PricedRefund::of_everything(&sale, &[], GoodsReturn::Sellable).unwrap());
    let both = [everything(), everything()];
    assert!(refundable(&sale, &both).unwrap().iter().all(|line| line.left == Quantity::ZERO && line.gross.is_zero()));
    assert_eq!(PricedRefund::of_everything(&sale, &both, GoodsReturn::Sellable), Err(RefundError::Nothing));
    let error = PricedRefund::of_lines(&sale, &both, &[request(1, 1)]).unwrap_err();
    assert_eq!(error, RefundError::TooMuch { title: "T-shirt, blue / M".to_owned(), left: Quantity::ZERO });
}

#[test]
fn a_refund_names_what_is_wrong() {
    let sale = sale();
    let check = |requests: &[RefundRequest], expected: &str| {
        assert_eq!(PricedRefund::of_lines(&sale, &[], requests).unwrap_err().to_string(), expected);
    };
    check(&[], "choose at least one line and a quantity to refund");
    check(&[request(1, 0)], "choose at least one line and a quantity to refund");
    check(&[request(1, -1)], "choose at least one line and a quantity to refund");
    check(&[request(9, 1000)], "this line does not stand on the receipt");
    check(&[request(1, 2500)], "only 2 of \"T-shirt, blue / M\" is left to refund");
    check(&[request(1, 1000), request(1, 1500)], "only 1 of \"T-shirt, blue / M\" is left to refund");
}

#[test]
fn the_tenders_are_what_is_due() {
    let priced = || PricedRefund::of_lines(&sale(), &[], &[request(1, 1000)]).unwrap();
    let gross = priced().gross;
    let too_little = complete_refund(priced(), vec![Tender::cash(eur(gross.minor - 1))], 1);
    assert_eq!(Refund::complete(too_little), Err(RefundError::TendersMismatch { due: gross, tendered: eur(gross.minor - 1) }));
    let rounded = gross.round_to_coin(5).unwrap();
    let refund = Refund::complete(complete_refund(priced(), vec![Tender::cash(rounded)], 5)).unwrap();
    assert_eq!(refund.cash_rounding, rounded.checked_sub(gross).unwrap());
    assert!(refund.adds_up());
    let negative = complete_refund(priced(), vec![Tender::cash(eur(-5))], 1);
    assert_eq!(Refund::complete(negative), Err(RefundError::TenderNotPositive));
}

#[test]
fn what_is_left_shrinks_with_each_refund() {
    let (sale, refund) = (sale(), refund());
    let left = refundable(&sale, std::slice::from_ref(&refund)).unwrap();
    assert_eq!((left[0].sold.thousandths, left[0].left.thousandths), (2000, 1000));
    assert_eq!(left[0].gross.minor + refund.gross.minor, sale.lines[0].gross.minor);
    let rest = PricedRefund::of_everything(&sale, &[refund], GoodsReturn::NotReturned).unwrap();
    assert_eq!(rest.lines.len(), 3);
}

#[test]
fn a_return_without_a_receipt_is_priced_by_a_basket() {
    let refund = PricedRefund::without_receipt(&crate::samples::priced(), GoodsReturn::Sellable).unwrap();
    assert_eq!((refund.sale, refund.gross, refund.lines.len()), (None, sale().gross, 3));
}

proptest! {
    #[test]
    fn refunding_everything_in_any_order_and_split_gives_back_every_cent(
        basket in any::shop_basket(Currency::EUR),
        inclusion in proptest::sample::select(TaxInclusion::ALL),
        rounding in proptest::sample::select(TaxRounding::ALL),
        cuts in prop::collection::vec((any::<proptest::sample::Index>(), 1_i64..=1000), 0..12),
    ) {
        let sale = sold(&basket, inclusion, rounding);
        let mut refunds: Vec<Refund> = Vec::new();
        for (which, part) in cuts {
            let left = refundable(&sale, &refunds).unwrap();
            let line = &left[which.index(left.len())];
            let quantity = Quantity::from_thousandths(line.left.thousandths * part / 1000);
            if quantity > Quantity::ZERO {
                let request = RefundRequest { line: line.line, quantity, goods: GoodsReturn::Sellable };
                refunds.push(paid_out(PricedRefund::of_lines(&sale, &refunds, &[request]).unwrap()));
            }
        }
        if refundable(&sale, &refunds).unwrap().iter().any(|line| line.left > Quantity::ZERO) {
            refunds.push(paid_out(PricedRefund::of_everything(&sale, &refunds, GoodsReturn::Damaged).unwrap()));
        }
        let sum = |part: fn(&Refund) -> i64| refunds.iter().map(part).sum::<i64>();
        prop_assert_eq!(sum(|refund| refund.gross.minor), sale.gross.minor);
        prop_assert_eq!(sum(|refund| refund.net.minor), sale.net.minor);
        prop_assert_eq!(sum(|refund| refund.tax.minor), sale.tax.minor);
        for refund in &refunds {
            prop_assert!(refund.adds_up());
            prop_assert!(refund.lines.iter().all(|line| line.net.minor >= 0 && line.tax.minor >= 0));
        }
        prop_assert!(refundable(&sale, &refunds).unwrap().iter().all(|line| line.left == Quantity::ZERO && line.gross.is_zero() && line.tax.is_zero()));
    }

    #[test]
    fn a_sale_of_any_numbers_never_panics(numbers in prop::array::uniform4(any::edge()), asked in any::edge()) {
        let mut sale = sale();
        let [quantity, gross, tax, net] = numbers;
        let item = &mut sale.lines[0];
        item.line.quantity = Quantity::from_thousandths(quantity);
        (item.gross, item.tax, item.net) = (eur(gross), eur(tax), eur(net));
        let id = item.line.id;
        let request = RefundRequest { line: id, quantity: Quantity::from_thousandths(asked), goods: GoodsReturn::Sellable };
        if let Ok(refund) = PricedRefund::of_lines(&sale, &[refund()], &[request]) {
            prop_assert_eq!(i128::from(refund.net.minor) + i128::from(refund.tax.minor), i128::from(refund.gross.minor));
        }
    }
}

//! A shop in Munich with a sale, a refund and a till session.

#![allow(dead_code, reason = "each test uses a part")]

use tradepost_domain::basket::{Basket, BasketLine, Discount, DiscountKind, Pricing};
use tradepost_domain::id::*;
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::quantity::{Quantity, Unit};
use tradepost_domain::refund::{CompleteRefund, PricedRefund, RefundRequest};
use tradepost_domain::sale::*;
use tradepost_domain::shop::ShopSettings;
use tradepost_domain::tax::{RateMillionths, TaxCategory, TaxInclusion, TaxRounding, TaxTable};
use tradepost_domain::till_session::*;
use tradepost_domain::time::{BusinessDay, Timestamp};
use tradepost_exchange::receipt::{ENGLISH, ReceiptContext};

pub const DAY: BusinessDay = BusinessDay { unix_day: 20_779 };
pub const NOON: Timestamp = Timestamp::from_unix_ms(1_795_348_800_000);

pub fn eur(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR)
}

pub fn shop() -> ShopSettings {
    ShopSettings {
        name: "Käthes Lädchen".to_owned(),
        receipt_header: "Marienplatz 1\n80331 München".to_owned(),
        receipt_footer: "Thank you! Returns within 14 days with this receipt.".to_owned(),
        utc_offset_minutes: 60,
        ..ShopSettings::new(ShopId::from_bytes([1; 16]), "Käthes Lädchen", Currency::EUR, "DE")
    }
}

pub fn context(shop: &ShopSettings) -> ReceiptContext<'_> {
    ReceiptContext {
        shop,
        words: &ENGLISH,
        till_name: "Front till",
        staff_name: "Ann",
        journal_code: "7F3A-91C2",
        qr: Some("https://shop.example/r/T03-2-000147"),
    }
}

pub fn line(n: u8, title: &str, thousandths: i64, unit_price: i64) -> BasketLine {
    BasketLine {
        id: LineId::from_bytes([n; 16]),
        product: None,
        variant: None,
        sku: format!("SKU-{n}"),
        title: title.to_owned(),
        quantity: Quantity::from_thousandths(thousandths),
        unit: Unit::Each,
        unit_price: eur(unit_price),
        tax_category: TaxCategory::default(),
        discount: None,
    }
}

pub fn sale_of(lines: Vec<BasketLine>) -> Sale {
    let mut basket = Basket::new(BasketId::from_bytes([1; 16]));
    for line in lines {
        basket.add(line).unwrap();
    }
    let taxes = TaxTable::for_country(DocumentId::from_bytes([7; 16]), "DE");
    let pricing = Pricing {
        taxes: &taxes,
        tax_inclusion: TaxInclusion::Inclusive,
        tax_rounding: TaxRounding::ByLine,
        country: "DE",
        region: "",
        day: DAY,
        currency: Currency::EUR,
    };
    let priced = basket.price(&pricing).unwrap();
    let cash = Tender::cash(eur((priced.gross.minor / 1000 + 1) * 1000));
    Sale::complete(CompleteSale {
        id: SaleId::from_bytes([20; 16]),
        receipt_number: ReceiptNumber { till_code: "T03".to_owned(), incarnation: 2, number: 147 },
        till: TillId::from_bytes([21; 16]),
        location: LocationId::from_bytes([22; 16]),
        session: TillSessionId::from_bytes([23; 16]),
        business_day: DAY,
        sold_at: NOON,
        staff: None,
        customer: None,
        priced,
        tenders: vec![cash],
        smallest_coin_minor: 5,
        note: String::new(),
    })
    .unwrap()
}

pub fn sale() -> Sale {
    let discount = Discount { kind: DiscountKind::Rate(RateMillionths(100_000)), reason: "Stain".to_owned(), staff: None };
    sale_of(vec![
        BasketLine { discount: Some(discount), ..line(1, "T-shirt, blue / M", 2000, 1999) },
        BasketLine {
            tax_category: TaxCategory::reduced(),
            ..line(2, "The long and winding history of bookbinding in Upper Bavaria, second edition", 1000, 1299)
        },
        BasketLine { unit: Unit::Kilogram, ..line(3, "Tea, loose", 250, 4990) },
    ])
}

pub fn refund() -> Refund {
    let request = RefundRequest { line: LineId::from_bytes([1; 16]), quantity: Quantity::ONE, goods: GoodsReturn::Sellable };
    let priced = PricedRefund::of_lines(&sale(), &[], &[request]).unwrap();
    let tenders = vec![Tender::cash(priced.gross)];
    Refund::complete(CompleteRefund {
        id: RefundId::from_bytes([30; 16]),
        receipt_number: ReceiptNumber { till_code: "T03".to_owned(), incarnation: 2, number: 148 },
        till: TillId::from_bytes([21; 16]),
        location: LocationId::from_bytes([22; 16]),
        session: TillSessionId::from_bytes([23; 16]),
        business_day: DAY,
        refunded_at: NOON,
        staff: None,
        priced,
        tenders,
        smallest_coin_minor: 1,
        reason: "Too small".to_owned(),
    })
    .unwrap()
}

pub fn totals() -> SessionTotals {
    let mut totals = SessionTotals::empty(eur(10_000));
    totals.add_sale(&sale()).unwrap();
    totals.add_refund(&refund()).unwrap();
    totals
}

pub fn opened() -> TillSessionOpened {
    TillSessionOpened {
        id: TillSessionId::from_bytes([23; 16]),
        till: TillId::from_bytes([21; 16]),
        location: LocationId::from_bytes([22; 16]),
        business_day: DAY,
        opened_at: NOON,
        staff: None,
        opening_float: eur(10_000),
    }
}

pub fn closed() -> TillSessionClosed {
    let totals = totals();
    let count = CashCount::of_total(eur(totals.expected_cash.minor - 5)).unwrap();
    TillSessionClosed::close(CloseTillSession {
        session: TillSessionId::from_bytes([23; 16]),
        till: TillId::from_bytes([21; 16]),
        z_number: 12,
        business_day: DAY,
        closed_at: NOON,
        staff: None,
        count,
        totals,
    })
    .unwrap()
}

//! One of everything, always the same.

use tradepost_domain::basket::{Basket, BasketLine, Discount, DiscountKind, PricedBasket, Pricing};
use tradepost_domain::device::{Certificate, DeviceCertified, DeviceRevoked};
use tradepost_domain::fact::FactBody;
use tradepost_domain::id::*;
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::order::*;
use tradepost_domain::quantity::{Quantity, Unit};
use tradepost_domain::refund::{CompleteRefund, PricedRefund, RefundRequest};
use tradepost_domain::sale::*;
use tradepost_domain::shop::Address;
use tradepost_domain::stock::*;
use tradepost_domain::tax::{RateMillionths, TaxCategory, TaxInclusion, TaxRounding, TaxTable};
use tradepost_domain::till_session::*;
use tradepost_domain::time::{BusinessDay, Timestamp};

pub const DAY: BusinessDay = BusinessDay { unix_day: 20_779 };
pub const NOON: Timestamp = Timestamp::from_unix_ms(1_795_348_800_000);

/// A file of real data that lies beside the tree on some computers, or `None` after saying so.
pub fn shared_data(path: &str) -> Option<String> {
    let path = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    match std::fs::read(&path) {
        Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => {
            println!("skipped: {}: {error}", path.display());
            None
        }
    }
}

pub fn eur(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR)
}

pub fn usd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::USD)
}

pub fn german_taxes() -> TaxTable {
    TaxTable::for_country(DocumentId::from_bytes([7; 16]), "DE")
}

pub fn pricing(taxes: &TaxTable) -> Pricing<'_> {
    Pricing {
        taxes,
        tax_inclusion: TaxInclusion::Inclusive,
        tax_rounding: TaxRounding::ByLine,
        country: "DE",
        region: "",
        day: DAY,
        currency: Currency::EUR,
    }
}

pub fn line(n: u8, title: &str, thousandths: i64, unit_price: Money) -> BasketLine {
    BasketLine {
        id: LineId::from_bytes([n; 16]),
        product: Some(ProductId::from_bytes([n.wrapping_add(100); 16])),
        variant: Some(VariantId::from_bytes([n.wrapping_add(150); 16])),
        sku: format!("SKU-{n}"),
        title: title.to_owned(),
        quantity: Quantity::from_thousandths(thousandths),
        unit: Unit::Each,
        unit_price,
        tax_category: TaxCategory::default(),
        discount: None,
    }
}

pub fn basket() -> Basket {
    let mut basket = Basket::new(BasketId::from_bytes([1; 16]));
    let book = BasketLine { tax_category: TaxCategory::reduced(), ..line(2, "Book", 1000, eur(1299)) };
    let tea = BasketLine { unit: Unit::Kilogram, ..line(3, "Tea, loose", 250, eur(4990)) };
    for line in [line(1, "T-shirt, blue / M", 2000, eur(1999)), book, tea] {
        basket.add(line).unwrap();
    }
    let kind = DiscountKind::Rate(RateMillionths(100_000));
    basket.discount = Some(Discount { kind, reason: "Summer".to_owned(), staff: Some(StaffId::from_bytes([5; 16])) });
    basket
}

pub fn priced() -> PricedBasket {
    basket().price(&pricing(&german_taxes())).unwrap()
}

pub fn receipt(number: u64) -> ReceiptNumber {
    ReceiptNumber { till_code: "T03".to_owned(), incarnation: 2, number }
}

pub fn complete(priced: PricedBasket, tenders: Vec<Tender>, smallest_coin_minor: i64) -> CompleteSale {
    CompleteSale {
        id: SaleId::from_bytes([20; 16]),
        receipt_number: receipt(147),
        till: TillId::from_bytes([21; 16]),
        location: LocationId::from_bytes([22; 16]),
        session: TillSessionId::from_bytes([23; 16]),
        business_day: DAY,
        sold_at: NOON,
        staff: Some(StaffId::from_bytes([5; 16])),
        customer: None,
        priced,
        tenders,
        smallest_coin_minor,
        note: String::new(),
    }
}

pub fn sale() -> Sale {
    let card = Tender { tender_type: TenderType::ExternalCard, amount: eur(2000), reference: "4711".to_owned() };
    Sale::complete(complete(priced(), vec![card, Tender::cash(eur(5000))], 1)).unwrap()
}

pub fn complete_refund(priced: PricedRefund, tenders: Vec<Tender>, smallest_coin_minor: i64) -> CompleteRefund {
    CompleteRefund {
        id: RefundId::from_bytes([30; 16]),
        receipt_number: receipt(148),
        till: TillId::from_bytes([21; 16]),
        location: LocationId::from_bytes([22; 16]),
        session: TillSessionId::from_bytes([23; 16]),
        business_day: DAY,
        refunded_at: NOON,
        staff: None,
        priced,
        tenders,
        smallest_coin_minor,
        reason: "Too small".to_owned(),
    }
}

pub fn refund() -> Refund {
    let request = RefundRequest { line: LineId::from_bytes([1; 16]), quantity: Quantity::ONE, goods: GoodsReturn::Damaged };
    let priced = PricedRefund::of_lines(&sale(), &[], &[request]).unwrap();
    let tender = Tender::cash(priced.gross);
    Refund::complete(complete_refund(priced, vec![tender], 1)).unwrap()
}

pub fn session_opened() -> TillSessionOpened {
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

pub fn cash_moved(kind: CashMovementKind, minor: i64) -> CashMoved {
    CashMoved {
        session: TillSessionId::from_bytes([23; 16]),
        kind,
        amount: eur(minor),
        reason: "Window cleaner".to_owned(),
        staff: None,
        moved_at: NOON,
    }
}

pub fn session_closed() -> TillSessionClosed {
    let mut totals = SessionTotals::empty(eur(10_000));
    totals.add_sale(&sale()).unwrap();
    totals.add_refund(&refund()).unwrap();
    totals.add_cash_movement(&cash_moved(CashMovementKind::PaidOut, 1500)).unwrap();
    let count = CashCount::from_pieces(Currency::EUR, vec![(5000, 2), (1000, 1), (100, 3)]).unwrap();
    TillSessionClosed::close(CloseTillSession {
        session: TillSessionId::from_bytes([23; 16]),
        till: TillId::from_bytes([21; 16]),
        z_number: 12,
        business_day: DAY,
        closed_at: NOON,
        staff: Some(StaffId::from_bytes([5; 16])),
        count,
        totals,
    })
    .unwrap()
}

pub fn stock_lines() -> Vec<StockLine> {
    vec![
        StockLine { variant: VariantId::from_bytes([151; 16]), quantity: Quantity::from_thousandths(12_000) },
        StockLine { variant: VariantId::from_bytes([153; 16]), quantity: Quantity::from_thousandths(2_500) },
    ]
}

pub fn order_placed() -> OrderPlaced {
    let priced = priced();
    let totals = OrderTotals::of(&priced, Some(eur(490)), RateMillionths(190_000), "VAT 19 %").unwrap();
    let address = Address {
        name: "Ada Byron".to_owned(),
        line1: "1 High Street".to_owned(),
        city: "Berlin".to_owned(),
        country: "DE".to_owned(),
        ..Address::default()
    };
    OrderPlaced {
        id: OrderId::from_bytes([40; 16]),
        number: "W-1001".to_owned(),
        customer: Some(CustomerId::from_bytes([41; 16])),
        name: "Ada Byron".to_owned(),
        email: "ada@example.com".to_owned(),
        phone: String::new(),
        lines: priced.lines,
        taxes: totals.taxes,
        discount: priced.discount,
        net: totals.net,
        tax: totals.tax,
        gross: totals.gross,
        delivery: DeliveryMethod::Ship { address, rate_name: "Standard".to_owned(), price: eur(490) },
        payment_method: PaymentMethod::BankTransfer,
        location: LocationId::from_bytes([22; 16]),
        business_day: DAY,
        placed_at: NOON,
        note: "Ring twice".to_owned(),
    }
}

pub fn order_paid(minor: i64) -> OrderPaid {
    OrderPaid { order: OrderId::from_bytes([40; 16]), amount: eur(minor), reference: "W-1001".to_owned(), paid_at: NOON }
}

pub fn order_fulfilled(stage: FulfillmentStage, lines: &[(u8, i64)]) -> OrderFulfilled {
    let lines = lines.iter().map(|(n, thousandths)| FulfilledLine {
        line: LineId::from_bytes([*n; 16]),
        variant: Some(VariantId::from_bytes([n.wrapping_add(150); 16])),
        quantity: Quantity::from_thousandths(*thousandths),
    });
    OrderFulfilled {
        order: OrderId::from_bytes([40; 16]),
        location: LocationId::from_bytes([22; 16]),
        lines: lines.collect(),
        stage,
        tracking_number: "00340434161094042557".to_owned(),
        fulfilled_at: NOON,
    }
}

pub fn order_canceled() -> OrderCanceled {
    OrderCanceled { order: OrderId::from_bytes([40; 16]), reason: "Changed their mind".to_owned(), canceled_at: NOON }
}

/// One fact of each kind.
pub fn facts() -> Vec<FactBody> {
    let location = LocationId::from_bytes([22; 16]);
    let certificate = Certificate { body: vec![1, 2, 3], issuer: Some(ReplicaId::from_bytes([50; 16])), signature: vec![9; 64] };
    vec![
        FactBody::SaleCompleted(Box::new(sale())),
        FactBody::Refunded(Box::new(refund())),
        FactBody::TillSessionOpened(session_opened()),
        FactBody::CashMoved(cash_moved(CashMovementKind::SafeDrop, 20_000)),
        FactBody::TillSessionClosed(Box::new(session_closed())),
        FactBody::StockReceived(StockReceived {
            location,
            lines: stock_lines(),
            reference: "LS-88".to_owned(),
            received_at: NOON,
        }),
        FactBody::StockAdjusted(StockAdjusted { location, lines: stock_lines(), reason: "Found".to_owned(), adjusted_at: NOON }),
        FactBody::StockCounted(StockCounted { location, lines: stock_lines(), counted_at: NOON }),
        FactBody::OrderPlaced(Box::new(order_placed())),
        FactBody::OrderPaid(order_paid(5_000)),
        FactBody::OrderFulfilled(order_fulfilled(FulfillmentStage::Shipped, &[(1, 2000), (2, 1000)])),
        FactBody::OrderCanceled(order_canceled()),
        FactBody::DeviceCertified(DeviceCertified { certificate }),
        FactBody::DeviceRevoked(DeviceRevoked {
            replica: ReplicaId::from_bytes([50; 16]),
            last_valid: vec![(1, 900), (2, 14)],
            reason: "Stolen".to_owned(),
            revoked_at: NOON,
        }),
    ]
}

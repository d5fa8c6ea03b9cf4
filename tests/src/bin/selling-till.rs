//! A cashier who never stops, for the crash test: opens the till in a data folder and sells until somebody pulls the plug. Each receipt is "printed" as a
//! line on standard output, after the sale was completed and not before, as the real till does it.

use std::io::Write;
use std::path::Path;

use tradepost_connection::{Device, SystemEnvironment};
use tradepost_domain::basket::Basket;
use tradepost_domain::id::BasketId;
use tradepost_domain::money::Money;
use tradepost_domain::quantity::Quantity;
use tradepost_domain::sale::{Tender, TenderType};
use tradepost_operations::{By, Checkout, ReceiptChoice, Shop};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: selling-till DATA")?;
    let device = Device::open(Path::new(&folder))?;
    let shop = Shop::new(device.replica())?;
    let reader = shop.reader()?;
    let till = reader.tills()?.first().ok_or("no till")?.id;
    let currency = shop.settings()?.currency;
    let mut env = SystemEnvironment::new();
    let session = match reader.open_session(till)? {
        Some(open) => open.id,
        None => shop.open_session(&mut By::owner(&mut env), till, Money::from_minor(10_000, currency))?.session.id,
    };
    let goods = reader.search_variants("honey", 10)?;
    let mut out = std::io::stdout();
    // The basket of before the power cut is still there: its lines are told first.
    let kept = shop.current_basket(&mut By::owner(&mut env))?;
    writeln!(out, "BASKET {}", kept.lines.len())?;
    let mut basket = kept;
    loop {
        while basket.lines.len() < 2 {
            let mut by = By::owner(&mut env);
            for variant in &goods {
                basket.add(Shop::line_for(&mut by, variant, Quantity::ONE)?)?;
                shop.save_basket(&basket)?;
                writeln!(out, "SAVED {}", basket.lines.len())?;
            }
        }
        let mut by = By::owner(&mut env);
        let due = shop.price(&mut by, &basket)?.gross;
        let tenders = vec![Tender { tender_type: TenderType::Cash, amount: due, reference: String::new() }];
        let done = shop.complete(&mut by, Checkout { basket, tenders, till, session, receipt: ReceiptChoice::Print })?;
        writeln!(out, "PRINTED {} {}", done.sale.receipt_number, done.sale.gross.minor)?;
        out.flush()?;
        basket = Basket::new(BasketId::from_bytes(By::owner(&mut env).new_id()));
    }
}

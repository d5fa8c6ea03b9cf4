//! Opens the real window once and saves a picture of every screen, light and dark, with made-up goods: for judging how they look.
//!
//! `xvfb-run -s "-screen 0 1280x800x24" cargo run -p tradepost-till --example gallery -- FOLDER`

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use eframe::egui;
use tradepost_domain::basket::{Basket, BasketLine, Discount, DiscountKind, ParkedBasket, Pricing};
use tradepost_domain::customer::Customer;
use tradepost_domain::id::*;
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::quantity::{Quantity, Unit};
use tradepost_domain::refund::RefundableLine;
use tradepost_domain::sale::{CompleteSale, Sale, Tender, TenderType};
use tradepost_domain::staff::{Role, StaffMember};
use tradepost_domain::tax::{RateMillionths, TaxCategory, TaxInclusion, TaxRounding, TaxTable};
use tradepost_domain::till_session::{CashCount, CashMovementKind, CloseTillSession, SessionTotals, TillSessionClosed};
use tradepost_domain::time::{BusinessDay, Timestamp};
use tradepost_till::app::{Asks, TillApp};
use tradepost_till::ask::{Ask, ThemeChoice};
use tradepost_till::inbox::Inbox;
use tradepost_till::model::*;
use tradepost_till::view::{Panel, View};

const USD: Currency = Currency::USD;

struct Deaf;
impl Asks for Deaf {
    fn ask(&self, _: Ask) -> bool {
        true
    }
    fn search(&self, _: &str) {}
    fn picture(&self, _: &str) -> bool {
        true
    }
}

fn id(n: u8) -> [u8; 16] {
    [n; 16]
}

fn usd(minor: i64) -> Money {
    Money::from_minor(minor, USD)
}

const GOODS: [(&str, &str, i64, i64); 12] = [
    ("Ethiopia Yirgacheffe whole bean coffee", "250 g · COF-ETH-250", 1450, 18),
    ("Stoneware mug", "Sea green · MUG-01", 1800, 7),
    ("Hand-poured soy candle with cedarwood, bergamot and a very long name that never ends", "CND-CED", 2400, 0),
    ("Linen tea towel", "Natural · TWL-NAT", 1250, 42),
    ("Sourdough loaf", "BRD-SD", 650, 9),
    ("Olive oil", "500 ml · OIL-500", 1690, 3),
    ("Greeting card", "CRD-BD", 450, 120),
    ("Canvas tote", "Black / Large · TOTE-BL", 2200, 15),
    ("Notebook, dotted", "A5 · NB-A5", 1600, 31),
    ("Chocolate bar 70 %", "CHO-70", 590, 64),
    ("Honey", "Wild flower · HNY-WF", 1120, 11),
    ("Gift wrapping", "SRV-WRAP", 300, 0),
];

fn tile(n: usize) -> Tile {
    let (title, subtitle, price, left) = GOODS[n % GOODS.len()];
    Tile {
        target: TileTarget::Variant(VariantId::from_bytes(id(n as u8 + 1))),
        title: title.into(),
        subtitle: subtitle.into(),
        picture: String::new(),
        price: usd(price).to_decimal(),
        stock: if left == 0 { "none left".into() } else { format!("{left} left") },
        is_out: left == 0,
    }
}

fn line(n: usize, quantity: i64) -> BasketLine {
    let (title, _, price, _) = GOODS[n % GOODS.len()];
    BasketLine {
        id: LineId::from_bytes((n as u128 + 1).to_be_bytes()),
        product: None,
        variant: None,
        sku: "SKU-1".into(),
        title: title.into(),
        quantity: Quantity::from_thousandths(quantity),
        unit: if n == 10 { Unit::Kilogram } else { Unit::Each },
        unit_price: usd(price),
        tax_category: TaxCategory::default(),
        discount: (n == 2).then(|| Discount {
            kind: DiscountKind::Rate(RateMillionths(100_000)),
            reason: "Damaged".into(),
            staff: None,
        }),
    }
}

fn basket(lines: usize) -> Basket {
    let mut basket = Basket::new(BasketId::from_bytes(id(7)));
    basket.lines = (0..lines).map(|n| line(n, if n == 10 { 1250 } else { 1000 * (1 + (n as i64 % 3)) })).collect();
    basket
}

fn priced(model: &mut Model, basket: Basket) {
    let taxes = TaxTable::for_country(DocumentId::from_bytes(id(1)), "DE");
    let pricing = Pricing {
        taxes: &taxes,
        tax_inclusion: TaxInclusion::Inclusive,
        tax_rounding: TaxRounding::ByLine,
        country: "DE",
        region: "",
        day: BusinessDay { unix_day: 20_779 },
        currency: USD,
    };
    model.priced = basket.price(&pricing).map(Arc::new).map_err(|problem| problem.to_string());
    model.basket = Arc::new(basket);
}

fn selling(lines: usize) -> Model {
    let at = |minutes: i64| Timestamp::from_unix_ms(1_795_338_000_000 + minutes * 60_000);
    let names = [
        ("Maya Lindqvist", Role::Owner),
        ("Tom Becker", Role::Manager),
        ("Aiyana Whitehorse-Fitzgerald", Role::Cashier),
        ("Li Wei", Role::Cashier),
    ];
    let staff: Vec<StaffTile> = names
        .iter()
        .enumerate()
        .map(|(n, (name, role))| StaffTile {
            id: StaffId::from_bytes(id(n as u8 + 1)),
            name: (*name).into(),
            role: match role {
                Role::Owner => "Owner",
                Role::Manager => "Manager",
                Role::Cashier => "Cashier",
            },
            permissions: role.permissions().iter().copied().collect(),
        })
        .collect();
    let owner = StaffMember {
        id: StaffId::from_bytes(id(1)),
        name: "Maya Lindqvist".into(),
        role: Role::Owner,
        pin_hash: "x".into(),
        is_active: true,
        extra_permissions: Default::default(),
    };
    let mut model = Model {
        stage: Stage::Selling,
        shop: Some(Arc::new(ShopFacts {
            name: "Harbor Street Goods".into(),
            currency: USD,
            includes_tax: true,
            smallest_coin_minor: 1,
            utc_offset_minutes: 0,
            till_name: "Front till".into(),
            till_code: "T01".into(),
        })),
        staff: staff.into(),
        signed_in: Some(Arc::new(owner)),
        session: Some(SessionFacts { business_day: BusinessDay { unix_day: 20_779 }, opened_at: at(0) }),
        categories: ["Best sellers", "Coffee and tea", "Kitchen", "Bakery", "Paper and cards", "Gifts", "Home fragrance"]
            .iter()
            .enumerate()
            .map(|(n, title)| Category {
                collection: (n > 0).then(|| CollectionId::from_bytes(id(n as u8))),
                title: (*title).into(),
            })
            .collect(),
        quick_keys: (0..24).map(tile).collect(),
        tax_choices: ["Standard, 8.25 %", "Food, 2 %", "Zero, no tax"]
            .iter()
            .map(|words| TaxChoice { category: TaxCategory::default(), words: (*words).into() })
            .collect(),
        sync: SyncFacts {
            sentence: "In step".into(),
            tone: SyncTone::Good,
            server_url: Some("https://shop.example.com".into()),
            loading: None,
        },
        recent_sales: (0..14)
            .map(|n| RecentSale {
                id: SaleId::from_bytes(id(n as u8 + 1)),
                receipt_number: format!("T01-1-{:06}", 147 - n),
                sold_at: at(-13 * n),
                line_count: 1 + (n as u32 % 5),
                gross: usd(1245 + n * 777),
                refunded: if n == 2 { usd(650) } else { usd(0) },
            })
            .collect(),
        parked: ["Lady with the dog", "", "Hotel Seestern, monthly order, collects on Friday"]
            .iter()
            .enumerate()
            .map(|(n, label)| ParkedBasket {
                basket: Basket { id: BasketId::from_bytes(id(n as u8 + 20)), ..basket(n * 3 + 1) },
                label: (*label).into(),
                staff: None,
                parked_at: at(5),
                is_taken: false,
            })
            .collect(),
        ..Model::default()
    };
    let mut basket = basket(lines);
    if lines == 6 {
        basket.note = "Gift, exchange until January 15".into();
    }
    priced(&mut model, basket);
    model
}

fn totals() -> SessionTotals {
    let mut totals = SessionTotals::empty(usd(20000));
    totals.sale_count = 48;
    totals.refund_count = 2;
    totals.sales_gross = usd(184_260);
    totals.refunds_gross = usd(4_850);
    totals.net = usd(150_765);
    totals.tax = usd(28_645);
    totals.discount = usd(3_120);
    totals.tenders = vec![(TenderType::Cash, usd(61_230)), (TenderType::ExternalCard, usd(118_180))];
    totals.paid_in = usd(5_000);
    totals.paid_out = usd(1_290);
    totals.safe_drops = usd(30_000);
    totals.expected_cash = usd(54_940);
    totals
}

fn finished(change: i64) -> Finished {
    Finished {
        kind: FinishedKind::Sale,
        receipt_number: "T01-1-000148".into(),
        gross: usd(4660),
        change_due: usd(change),
        tenders: vec![(TenderType::Cash, usd(4660 + change))],
        print_job: Some("1".into()),
    }
}

fn sale(model: &Model) -> Sale {
    Sale::complete(CompleteSale {
        id: SaleId::from_bytes(id(1)),
        receipt_number: "T01-1-000147".parse().unwrap(),
        till: TillId::from_bytes(id(1)),
        location: LocationId::from_bytes(id(1)),
        session: TillSessionId::from_bytes(id(1)),
        business_day: BusinessDay { unix_day: 20_779 },
        sold_at: Timestamp::from_unix_ms(0),
        staff: None,
        customer: None,
        priced: (**model.priced.as_ref().unwrap()).clone(),
        tenders: vec![Tender::cash(usd(100_000))],
        smallest_coin_minor: 1,
        note: String::new(),
    })
    .unwrap()
}

fn customers() -> Arc<FoundCustomers> {
    let people = [
        ("Ada Whitehorse-Fitzgerald of the Harbor Street Bakery", "+1 555 0100", "ada@example.com"),
        ("Alan Park", "", "alan.park@example.com"),
        ("Anna", "+1 555 0199", ""),
    ];
    let customer = |(n, (name, phone, email)): (usize, &(&str, &str, &str))| Customer {
        id: CustomerId::from_bytes(id(n as u8 + 1)),
        name: (*name).into(),
        email: (*email).into(),
        phone: (*phone).into(),
        address: Default::default(),
        note: String::new(),
    };
    Arc::new(FoundCustomers { text: "a".into(), rows: people.iter().enumerate().map(customer).collect() })
}

type Prepare = Box<dyn Fn(&Model, &mut View)>;
type Shot = (&'static str, Model, Prepare);

fn open(panel: Panel) -> Prepare {
    Box::new(move |model, view| view.open(panel, model))
}

fn shots() -> Vec<Shot> {
    let stage = |stage: Stage, lines: usize| Model { stage, ..selling(lines) };
    let printer = "Printer \"Receipts\" has no paper. Put in a new roll and print again; the sale is safe.";
    let offline = SyncFacts {
        sentence: "Offline since 9:12, 14 changes safe here".into(),
        tone: SyncTone::Waiting,
        server_url: None,
        loading: None,
    };
    let jobs: Arc<[PrintLine]> = Arc::from([
        PrintLine { job: "1".into(), title: "Receipt T01-1-000148".into(), state: PrintState::Failed(printer.into()) },
        PrintLine { job: "2".into(), title: "Receipt T01-1-000149".into(), state: PrintState::Waiting },
    ]);
    let mut with_discount = basket(8);
    with_discount.discount =
        Some(Discount { kind: DiscountKind::Rate(RateMillionths(50_000)), reason: "Regular customer".into(), staff: None });
    let mut discounted = selling(8);
    priced(&mut discounted, with_discount);
    let refunding = {
        let model = selling(6);
        let sale = sale(&model);
        let lines = sale.lines.iter().enumerate().map(|(n, item)| RefundableLine {
            line: item.line.id,
            title: item.line.title.clone(),
            sold: item.line.quantity,
            left: if n == 3 { Quantity::ZERO } else { item.line.quantity },
            net: item.net,
            tax: item.tax,
            gross: item.gross,
        });
        Refunding { lines: lines.collect(), sale: sale.clone() }
    };
    let closed = TillSessionClosed::close(CloseTillSession {
        session: TillSessionId::from_bytes(id(1)),
        till: TillId::from_bytes(id(1)),
        z_number: 214,
        business_day: BusinessDay { unix_day: 20_779 },
        closed_at: Timestamp::from_unix_ms(0),
        staff: None,
        count: CashCount::of_total(usd(54_820)).unwrap(),
        totals: totals(),
    })
    .unwrap();
    let found = Arc::new(Found { text: "c".into(), tiles: (0..9).map(tile).collect() });
    vec![
        ("start-opening", stage(Stage::Opening, 0), Box::new(|_, _| {})),
        ("start-pair", Model { stage: Stage::NoShop, ..Model::default() }, Box::new(|_, view| view.code = "4F7K-9Q".into())),
        ("start-broken", stage(Stage::Broken("This shop was written by a newer version of Tradepost. Update this till; nothing in the file was changed.".into()), 0), Box::new(|_, _| {})),
        ("sign-in", stage(Stage::SignIn, 0), Box::new(|model, view| { view.chosen_staff = Some(model.staff[2].id); view.pin.push('1', 0); view.pin.push('2', 0); })),
        ("sign-in-locked", stage(Stage::SignIn, 0), Box::new(|model, view| { view.chosen_staff = Some(model.staff[0].id); view.say(tradepost_till::Tone::Bad, "Too many wrong PINs: try again in 30 seconds."); })),
        ("open-drawer", Model { session: None, ..stage(Stage::NoSession, 0) }, Box::new(|_, view| "200".chars().for_each(|c| view.amount.push(c, 2)))),
        ("sell-empty", selling(0), open(Panel::Finder)),
        ("sell-offline", Model { sync: offline, print_jobs: jobs.clone(), ..selling(6) }, Box::new(|model, view| { view.open(Panel::Finder, model); view.selected = Some(model.basket.lines[2].id); })),
        ("sell-discount", discounted, open(Panel::Finder)),
        ("sell-loading", Model { sync: SyncFacts { sentence: "Loading the shop".into(), tone: SyncTone::Waiting, server_url: None, loading: Some((34, 100)) }, quick_keys: Arc::from([]), ..selling(1) }, open(Panel::Finder)),
        ("sell-search", selling(3), Box::new(move |model, view| { view.open(Panel::Finder, model); view.search = "c".into(); view.found = found.clone(); view.highlighted = 1; })),
        ("sell-not-found", selling(3), Box::new(|model, view| { view.open(Panel::Finder, model); view.say(tradepost_till::Tone::Warn, "Nothing has the code 4006381333931. Search by name, or add it in the back office."); })),
        ("sell-choices", Model { choices: Some(Arc::new(Choices { title: "Canvas tote".into(), tiles: (0..5).map(tile).collect() })), ..selling(2) }, open(Panel::Finder)),
        ("sell-500-lines", selling(500), Box::new(|model, view| { view.open(Panel::Finder, model); view.selected = Some(model.basket.lines[300].id); view.reveal_selected = true; })),
        ("line", selling(6), Box::new(|model, view| view.open(Panel::Line(model.basket.lines[2].id), model))),
        ("discount", selling(6), Box::new(|model, view| { view.open(Panel::Discount, model); view.discount.push('1', 2); view.discount.push('0', 2); view.words = "Staff".into(); })),
        ("note", selling(6), open(Panel::Note)),
        ("park", selling(6), open(Panel::Park)),
        ("parked", selling(0), open(Panel::Parked)),
        ("parked-none", Model { parked: Arc::from([]), ..selling(0) }, open(Panel::Parked)),
        ("pay", selling(6), open(Panel::Pay)),
        ("pay-split", selling(6), Box::new(|model, view| { view.open(Panel::Pay, model); view.tenders = vec![Tender { tender_type: TenderType::ExternalCard, amount: usd(5000), reference: String::new() }]; "200".chars().for_each(|c| view.amount.push(c, 2)); })),
        ("finished-change", Model { finished: Some(Arc::new(finished(340))), ..selling(0) }, open(Panel::Finished)),
        ("finished-no-paper", Model { finished: Some(Arc::new(finished(0))), print_jobs: jobs.clone(), ..selling(0) }, open(Panel::Finished)),
        ("refund-find", selling(0), open(Panel::FindSale)),
        ("refund-lines", Model { refunding: Some(Arc::new(refunding)), ..selling(0) }, Box::new(|model, view| {
            view.open(Panel::Refund, model);
            let line = &model.refunding.as_ref().unwrap().lines[1];
            view.refund.insert(line.line, tradepost_till::view::RefundPick { quantity: Quantity::ONE, goods: Default::default() });
        })),
        ("return-goods", selling(2), Box::new(|model, view| { view.open(Panel::ReturnGoods, model); view.words = "Gift".into(); })),
        ("open-line", selling(2), Box::new(|model, view| { view.open(Panel::OpenLine, model); view.amount.push('9', 2); view.words = "Repair".into(); })),
        ("approve", selling(2), Box::new(|model, view| { view.open(Panel::Approve, model); view.approver = Some(model.staff[1].id); view.pin.push('1', 0); })),
        ("customer", Model { customers: customers(), ..selling(2) }, Box::new(|model, view| { view.open(Panel::Customer, model); view.words = "a".into(); })),
        ("customer-new", selling(2), Box::new(|model, view| { view.open(Panel::NewCustomer, model); view.words = "Ada".into(); })),
        ("sell-customer", Model { customer: customers().rows.first().cloned().map(Arc::new), ..selling(3) }, open(Panel::Finder)),
        ("cash", selling(0), Box::new(|model, view| { view.open(Panel::Cash, model); view.cash_kind = CashMovementKind::PaidOut; })),
        ("x-report", Model { x_report: Some(Arc::new(totals())), ..selling(0) }, open(Panel::Report)),
        ("close", selling(0), Box::new(|model, view| { view.open(Panel::Close, model); for (n, count) in ["2", "5", "9", "14", "", "31"].iter().enumerate() { count.chars().for_each(|c| view.pieces[n].push(c, 0)); } view.piece = 4; })),
        ("z-report", Model { z_report: Some(Arc::new(closed)), session: None, ..selling(0) }, open(Panel::ZReport)),
        ("menu", selling(2), open(Panel::Menu)),
        ("settings", Model { printer: PrinterFacts { address: "192.168.1.50:9100".into(), problem: None }, key_warning: Some("This computer has no keyring, so the key to the shop's file is kept in a file that only this account can read.".into()), ..selling(0) }, open(Panel::Settings)),
        ("print-queue", Model { print_jobs: jobs, ..selling(0) }, open(Panel::PrintQueue)),
        ("away", Model { away: Some(Arc::new(AwayFacts {
            happened: vec!["Till 2: 14 sales, 1 refund.".into(), "Back office: 3 products edited, 12 prices changed.".into()],
            decided: vec!["The price of \"Stoneware mug\" was changed here and in the back office; the back office's 18.00 stands.".into()],
            needs_person: vec!["Hand-poured soy candle: 2 more were sold than were there.".into(), "3 orders wait to be packed.".into()],
        })), ..selling(0) }, open(Panel::Away)),
    ]
}

struct Gallery {
    app: TillApp,
    inbox: Inbox,
    shots: VecDeque<(String, ThemeChoice, Shot)>,
    folder: PathBuf,
    frames: u32,
    saved: Arc<Mutex<Option<Arc<egui::ColorImage>>>>,
}

impl eframe::App for Gallery {
    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        let saved = self.saved.lock().unwrap().take();
        if let Some(image) = saved
            && let Some((name, _, _)) = self.shots.pop_front()
        {
            let [width, height] = image.size;
            image::save_buffer(
                self.folder.join(format!("till-{name}.png")),
                image.as_raw(),
                width as u32,
                height as u32,
                image::ColorType::Rgba8,
            )
            .unwrap();
            self.frames = 0;
        }
        let Some((_, theme, (_, model, prepare))) = self.shots.front() else {
            ctx.send_viewport_cmd(egui::ViewportCommand::Close);
            return;
        };
        // A pointer in the middle of the screen would show hints.
        ui.ctx().input_mut(|input| input.events.push(egui::Event::PointerGone));
        if self.frames == 0 {
            ctx.set_theme(if *theme == ThemeChoice::Dark { egui::ThemePreference::Dark } else { egui::ThemePreference::Light });
            self.inbox.leave_model(Arc::new(model.clone()));
        }
        if self.frames == 1 {
            let (_, view) = self.app.state();
            *view = View { theme: *theme, ..View::default() };
            prepare(model, view);
        }
        self.app.frame(ui);
        self.frames += 1;
        if self.frames == 4 {
            let saved = Arc::clone(&self.saved);
            ctx.request_screenshot(move |image| *saved.lock().unwrap() = Some(image));
        }
        ctx.request_repaint();
    }
}

fn main() -> eframe::Result {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "shots".into()));
    std::fs::create_dir_all(&folder).unwrap();
    let only = std::env::args().nth(2).unwrap_or_default();
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default().with_inner_size([1280.0, 800.0]),
        renderer: eframe::Renderer::Glow,
        ..Default::default()
    };
    eframe::run_native(
        "gallery",
        options,
        Box::new(move |creation| {
            let inbox = Inbox::default();
            let app = TillApp::new(&creation.egui_ctx, inbox.clone(), Box::new(Deaf), ThemeChoice::Light);
            let themes = [(ThemeChoice::Light, "light"), (ThemeChoice::Dark, "dark")];
            let all = themes
                .into_iter()
                .flat_map(|(theme, word)| shots().into_iter().map(move |shot| (format!("{}-{word}", shot.0), theme, shot)));
            let shots = all.filter(|(name, _, _)| name.contains(&only)).collect();
            Ok(Box::new(Gallery { app, inbox, shots, folder, frames: 0, saved: Arc::default() }))
        }),
    )
}

//! A till on a bench: a shop with a few products, the worker, and the screen without a window.

use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use tradepost_connection::{Device, SystemEnvironment};
use tradepost_domain::catalog::ProductImage;
use tradepost_domain::device::DeviceRole;
use tradepost_domain::id::ImageId;
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::quantity::Unit;
use tradepost_domain::staff::Role;
use tradepost_operations::{By, NewShop, Shop};
use tradepost_till::app::TillApp;
use tradepost_till::ask::ThemeChoice;
use tradepost_till::inbox::Inbox;
use tradepost_till::pictures::Pictures;
use tradepost_till::worker::{Start, Worker};

/// How long anything may take before the test gives up. Nothing waits this long when it works.
pub const PATIENCE: Duration = Duration::from_secs(90);

pub const MUG: &str = "4006381333931";
pub const CARD: &str = "CRD-1";

/// A cheese sold by weight, at 12.90 a kilogram; the shop's labels are `28IIIIIWW.WWWC` and `02IIIIIKPPPPC`.
pub const CHEESE: &str = "00417";

/// Makes a shop in `folder`: three products, an owner with PIN 1234 and a cashier with PIN 5678.
pub fn make_shop(folder: &Path) {
    let device = Device::found(folder, "Test till", DeviceRole::Till).unwrap();
    let shop = Shop::new(device.replica()).unwrap();
    let mut env = SystemEnvironment::new();
    let mut by = By::owner(&mut env);
    let new = NewShop {
        owner_pin: Some("1234".into()),
        owner_name: "Maya".into(),
        ..NewShop::new("Harbor Street Goods", Currency::USD, "US")
    };
    shop.set_up(&mut by, new).unwrap();
    shop.add_staff(&mut by, "Tom", Role::Cashier, Some("5678".into())).unwrap();
    for (title, sku, barcode, minor) in [("Stoneware mug", "MUG-1", MUG, 1800), ("Greeting card", CARD, "", 450)] {
        let mut product = Shop::new_product(&mut by, title);
        let mut variant = Shop::new_variant(&mut by);
        variant.sku = sku.into();
        variant.barcodes = [barcode].into_iter().filter(|code| !code.is_empty()).map(str::to_owned).collect();
        variant.list_price = Some(Money::from_minor(minor, Currency::USD));
        variant.is_taxable = false;
        product.variants = vec![variant];
        shop.save_product(&mut by, &product).unwrap();
    }
    add_cheese(&shop, &mut by, &device);
}

fn add_cheese(shop: &Shop, by: &mut By<'_>, device: &Device) {
    let mut product = Shop::new_product(by, "Harbor cheese");
    let mut variant = Shop::new_variant(by);
    variant.sku = CHEESE.into();
    variant.unit = Unit::Kilogram;
    variant.list_price = Some(Money::from_minor(1290, Currency::USD));
    variant.is_taxable = false;
    product.variants = vec![variant];
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(64, 64, image::Rgb([230, 200, 90])).write_to(&mut png, image::ImageFormat::Png).unwrap();
    let hash = device.blobs().put(png.get_ref()).unwrap();
    product.images =
        vec![ProductImage { id: ImageId::from_bytes([1; 16]), url: format!("blob:{hash}"), alt_text: String::new() }];
    shop.save_product(by, &product).unwrap();
    let mut settings = shop.settings().unwrap();
    settings.embedded_codes = ["28IIIIIWW.WWWC", "02IIIIIKPPPPC"].map(|pattern| pattern.parse().unwrap()).to_vec();
    shop.edit_shop(by, &settings).unwrap();
}

/// The shop in `folder`, opened once the till is gone.
pub fn look_into(folder: &Path, look: impl FnOnce(&Shop)) {
    // The till's threads let go of the file one after the other.
    let deadline = std::time::Instant::now() + PATIENCE;
    let device = loop {
        match Device::open(folder) {
            Ok(device) => break device,
            Err(problem) => assert!(std::time::Instant::now() < deadline, "{problem}"),
        }
        std::thread::yield_now();
    };
    look(&Shop::new(device.replica()).unwrap());
}

/// A till and its screen.
pub struct Bench {
    pub harness: Harness<'static>,
    worker: Option<Worker>,
    pictures: Pictures,
    wakes: Receiver<()>,
}

impl Bench {
    /// Opens the till on a folder.
    pub fn open(folder: &Path, printer: &str) -> Self {
        let (wake, wakes) = sync_channel(1);
        let wake = Mutex::new(wake);
        // A wake that waits already is enough.
        let wake = move || {
            wake.lock().unwrap().try_send(()).ok();
        };
        let inbox = Inbox::default();
        let start = Start { folder: folder.to_owned(), printer: Some(printer.to_owned()), wake: Arc::new(wake) };
        let worker = Worker::start(start, inbox.clone()).unwrap();
        let mut asks = Some(worker.asks());
        let pictures = Pictures::default();
        let shelf = pictures.clone();
        let mut app: Option<TillApp> = None;
        let harness = Harness::builder().with_size([1280.0, 800.0]).with_context_setup(tradepost_till::theme::install).build_ui(
            move |ui| {
                let app = app.get_or_insert_with(|| {
                    let mut app = TillApp::new(ui.ctx(), inbox.clone(), asks.take().unwrap(), ThemeChoice::Light);
                    app.state().1.pictures = shelf.clone();
                    app
                });
                app.frame(ui);
            },
        );
        Self { harness, worker: Some(worker), pictures, wakes }
    }

    /// A till with a shop in a new folder, nobody signed in.
    pub fn new() -> (tempfile::TempDir, Self) {
        let root = tempfile::tempdir().unwrap();
        make_shop(root.path());
        let bench = Self::open(root.path(), "");
        (root, bench)
    }

    /// A till ready to sell: Maya signed in, the drawer open with 100.
    pub fn ready(printer: &str) -> (tempfile::TempDir, Self) {
        let root = tempfile::tempdir().unwrap();
        make_shop(root.path());
        let mut bench = Self::open(root.path(), printer);
        bench.sign_in("Maya, Owner", "1234");
        bench.until("Open the drawer");
        bench.type_keys("100");
        bench.press(Key::Enter);
        bench.until("Ready to scan");
        (root, bench)
    }

    pub fn sign_in(&mut self, name: &str, pin: &str) {
        self.until(name);
        self.harness.get_by_label(name).click();
        self.harness.step();
        self.type_keys(pin);
        self.press(Key::Enter);
    }

    /// Draws frames until something with this label is there.
    pub fn until(&mut self, label: &str) {
        self.until_it(label, |harness| harness.query_all_by_label_contains(label).next().is_some());
    }

    fn until_it(&mut self, what: &str, is_there: impl Fn(&Harness<'static>) -> bool) {
        let patience = PATIENCE.as_millis() / 100;
        for _ in 0..patience {
            self.harness.step();
            if is_there(&self.harness) {
                return;
            }
            // Wakes at once when the worker has something; the bound is for what has no wake, such as keys held back.
            let _woken = self.wakes.recv_timeout(Duration::from_millis(100));
        }
        panic!("waited in vain for {what:?}; on the screen: {:#?}", self.labels());
    }

    /// Draws frames until this many pictures of products can be shown.
    pub fn until_pictures(&mut self, count: usize) {
        let pictures = self.pictures.clone();
        self.until_it("the pictures", move |_| pictures.count() == count);
    }

    pub fn is_there(&self, label: &str) -> bool {
        self.harness.query_all_by_label_contains(label).next().is_some()
    }

    pub fn labels(&self) -> Vec<String> {
        use egui_kittest::kittest::NodeT;
        self.harness
            .query_all_by_label_contains("")
            .filter_map(|node| node.accesskit_node().label().or_else(|| node.value()))
            .collect()
    }

    pub fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.harness.step();
    }

    pub fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.harness.step();
        self.harness.step();
    }

    pub fn press_with(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.step();
        self.harness.step();
    }

    /// Types slowly, as a person does.
    pub fn type_keys(&mut self, text: &str) {
        for typed in text.chars() {
            self.harness.event(Event::Text(typed.to_string()));
            self.harness.step();
        }
        self.harness.step();
    }

    /// Types as fast as a scanner: all of it in one frame, with Enter.
    pub fn scan(&mut self, code: &str) {
        let press =
            |pressed| Event::Key { key: Key::Enter, physical_key: None, pressed, repeat: false, modifiers: Modifiers::NONE };
        let events = &mut self.harness.input_mut().events;
        events.extend(code.chars().map(|typed| Event::Text(typed.to_string())));
        events.extend([press(true), press(false)]);
        self.harness.step();
    }

    /// Closes the till as if its power was cut: nothing is asked of the worker any more.
    pub fn close(mut self) {
        drop(self.worker.take());
    }
}

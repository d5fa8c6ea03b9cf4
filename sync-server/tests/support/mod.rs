//! A shop on a device, published to a server under test, and a visitor who keeps cookies.
#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, header};
use tempfile::TempDir;
use tokio::sync::watch;
use tower::ServiceExt;
use tradepost_domain::catalog::{Collection, Product, ProductImage, StockPolicy};
use tradepost_domain::device::DeviceRole;
use tradepost_domain::id::{ImageId, LocationId, VariantId};
use tradepost_domain::money::{Currency, Money};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::shop::Address;
use tradepost_domain::stock::StockLine;
use tradepost_operations::{By, DatabaseKey, NewShop, Replica, SharedReplica, Shop, lock, share};
use tradepost_server::config::Config;
use tradepost_server::{App, Server, SystemEnvironment};
use tradepost_sync::pairing::{CertificateRequest, PairCodeRequest, PairRequest, PublishAnswer, PublishRequest, certify_device};
use tradepost_sync::{Output, Session};

/// A device that founded a shop.
pub struct Device {
    pub shop: Shop,
    pub replica: SharedReplica,
    pub location: LocationId,
    pub folder: TempDir,
}

pub fn env() -> SystemEnvironment {
    SystemEnvironment
}

impl Device {
    /// A shop with a location that ships and hands over, and a bank account.
    pub fn found(name: &str, currency: &str, country: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let founded =
            Replica::found(folder.path(), "Back office", DeviceRole::BackOffice, DatabaseKey([7; 32]), &mut env()).unwrap();
        let replica = share(founded.replica);
        let shop = Shop::new(Arc::clone(&replica)).unwrap();
        let mut env = env();
        let mut by = By::owner(&mut env);
        let new = NewShop {
            location_name: "Harbor Street".to_owned(),
            ..NewShop::new(name, currency.parse::<Currency>().unwrap(), country)
        };
        let set_up = shop.set_up(&mut by, new).unwrap();
        let mut settings = set_up.settings.clone();
        settings.tagline = "Good things for the house, made to be used".to_owned();
        settings.contact_email = "hello@shop.example".to_owned();
        settings.bank_details = "Harbor Bank\nIBAN DE00 0000 0000 0000 0000 00".to_owned();
        shop.edit_shop(&mut by, &settings).unwrap();
        let mut location = set_up.location.clone();
        location.address = Address {
            line1: "12 Harbor Street".to_owned(),
            city: "Portland".to_owned(),
            region: if country == "US" { "ME".to_owned() } else { String::new() },
            postal_code: "04101".to_owned(),
            country: country.to_owned(),
            ..Address::default()
        };
        shop.save_location(&mut by, &location).unwrap();
        Self { shop, replica, location: location.id, folder }
    }

    /// A product with one variant, and so many of it.
    pub fn product(&self, title: &str, minor: i64, pieces: i64) -> (Product, VariantId) {
        let mut env = env();
        let mut by = By::owner(&mut env);
        let mut product = Shop::new_product(&mut by, title);
        product.handle = title.to_lowercase().replace(' ', "-");
        let mut variant = Shop::new_variant(&mut by);
        variant.list_price = Some(Money::from_minor(minor, self.currency()));
        variant.sku = product.handle.to_uppercase();
        variant.stock_policy = StockPolicy::StopAtZero;
        variant.requires_shipping = true;
        variant.is_taxable = true;
        let id = variant.id;
        product.variants = vec![variant];
        self.shop.save_product(&mut by, &product).unwrap();
        if pieces > 0 {
            self.receive(id, pieces);
        }
        (product, id)
    }

    /// So many plain products, for measuring.
    pub fn take_many(&self, count: usize) {
        let mut env = env();
        let mut by = By::owner(&mut env);
        let numbers: Vec<usize> = (0..count).collect();
        for chunk in numbers.chunks(100) {
            let product = |number: &usize| {
                let mut product = Shop::new_product(&mut by, &format!("Measured product {number}"));
                product.handle = format!("measured-{number}");
                product.description_html =
                    "<p>Made to be measured, and described at the length that people describe things at.</p>".repeat(4);
                let mut variant = Shop::new_variant(&mut by);
                variant.list_price = Some(Money::from_minor(1_000, self.currency()));
                variant.stock_policy = StockPolicy::NotTracked;
                product.variants = vec![variant];
                product
            };
            let products: Vec<Product> = chunk.iter().map(product).collect();
            self.shop.save_products(&mut by, &products).unwrap();
        }
    }

    pub fn receive(&self, variant: VariantId, pieces: i64) {
        let mut env = env();
        let lines = vec![StockLine { variant, quantity: Quantity::from_whole(pieces).unwrap() }];
        self.shop.receive(&mut By::owner(&mut env), self.location, lines, "delivery").unwrap();
    }

    pub fn save(&self, product: &Product) {
        self.shop.save_product(&mut By::owner(&mut env()), product).unwrap();
    }

    pub fn take_out(&self, variant: VariantId, pieces: i64) {
        let lines = vec![StockLine { variant, quantity: Quantity::from_whole(-pieces).unwrap() }];
        self.shop.adjust(&mut By::owner(&mut env()), self.location, lines, "broken").unwrap();
    }

    pub fn rename(&self, name: &str) {
        let mut settings = self.shop.settings().unwrap();
        settings.name = name.to_owned();
        self.shop.edit_shop(&mut By::owner(&mut env()), &settings).unwrap();
    }

    pub fn currency(&self) -> Currency {
        self.shop.settings().unwrap().currency
    }

    /// The demo shop's products: from the set-up's file, its pictures into `blobs`.
    pub fn take_demo(&self, demo: &Path, blobs: &Path) -> usize {
        std::fs::create_dir_all(blobs).unwrap();
        let mut env = env();
        let mut by = By::owner(&mut env);
        let (mut products, mut stock): (Vec<Product>, Vec<StockLine>) = (Vec::new(), Vec::new());
        let mut reader = csv::Reader::from_path(demo.join("products.csv")).unwrap();
        for row in reader.deserialize::<BTreeMap<String, String>>() {
            let row = row.unwrap();
            let field = |name: &str| row.get(name).cloned().unwrap_or_default();
            if products.last().is_none_or(|product| product.handle != field("Handle")) {
                let mut product = Shop::new_product(&mut by, &field("Title"));
                product.handle = field("Handle");
                product.description_html = field("Body (HTML)");
                product.vendor = field("Vendor");
                product.product_type = field("Type");
                product.tags = field("Tags").split(',').map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
                product.option_names =
                    Some(field("Option1 Name")).filter(|name| name != "Title" && !name.is_empty()).into_iter().collect();
                products.push(product);
            }
            let product = products.last_mut().unwrap();
            let image = Some(field("Image Src")).filter(|src| !src.is_empty()).map(|src| {
                let bytes = std::fs::read(demo.join(src)).unwrap();
                let hash = tradepost_operations::Hash::of(&bytes);
                std::fs::write(blobs.join(hash.to_string()), bytes).unwrap();
                let mut id = [0; 16];
                id.copy_from_slice(&hash.0[..16]);
                let image =
                    ProductImage { id: ImageId::from_bytes(id), url: format!("blob:{hash}"), alt_text: field("Image Alt Text") };
                product.images.push(image);
                ImageId::from_bytes(id)
            });
            let mut variant = Shop::new_variant(&mut by);
            let money = |text: String| Money::parse(&text, self.currency()).ok();
            variant.options = if product.option_names.is_empty() { Vec::new() } else { vec![field("Option1 Value")] };
            variant.sku = field("Variant SKU");
            variant.list_price = money(field("Variant Price"));
            variant.compare_at_price = money(field("Variant Compare At Price"));
            variant.weight_grams = field("Variant Grams").parse().ok();
            variant.stock_policy =
                if field("Variant Inventory Tracker").is_empty() { StockPolicy::NotTracked } else { StockPolicy::StopAtZero };
            variant.requires_shipping = true;
            variant.is_taxable = true;
            variant.image = image;
            if let Some(pieces) = field("Variant Inventory Qty").parse().ok().filter(|pieces| *pieces > 0) {
                stock.push(StockLine { variant: variant.id, quantity: Quantity::from_whole(pieces).unwrap() });
            }
            product.variants.push(variant);
        }
        for chunk in products.chunks(20) {
            self.shop.save_products(&mut by, chunk).unwrap();
        }
        for chunk in stock.chunks(100) {
            self.shop.receive(&mut by, self.location, chunk.to_vec(), "opening stock").unwrap();
        }
        let mut kinds: BTreeMap<String, Collection> = BTreeMap::new();
        for product in &products {
            let collection = kinds.entry(product.product_type.clone()).or_insert_with(|| {
                let mut collection = Shop::new_collection(&mut by, &product.product_type);
                collection.handle = product.product_type.to_lowercase().replace([' ', '&'], "-");
                collection
            });
            collection.products.insert(product.id);
        }
        for collection in kinds.values() {
            self.shop.save_collection(&mut by, collection).unwrap();
        }
        products.len()
    }
}

/// A server under test.
pub struct TestServer {
    pub app: App,
    pub router: Router,
    pub folder: TempDir,
    pub stop: watch::Sender<bool>,
}

impl TestServer {
    pub async fn start() -> Self {
        Self::with(Config::default()).await
    }

    pub async fn with(config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (app, stop) = open(folder.path(), config).await;
        Self { router: tradepost_server::router(Arc::clone(&app)), app, folder, stop }
    }

    pub fn token(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("admin-token")).unwrap().trim().to_owned()
    }

    pub async fn publish(&self, device: &Device) -> String {
        publish(&self.router, &self.token(), device).await;
        sync(&self.app, device);
        self.app.shops.find(lock(&device.replica).shop()).unwrap().slug.clone()
    }

    pub fn visitor(&self) -> Visitor {
        Visitor { router: self.router.clone(), cookies: Arc::default() }
    }
}

pub async fn open(folder: &Path, config: Config) -> (App, watch::Sender<bool>) {
    let (stop, stopping) = watch::channel(false);
    (Server::open(folder, config, stopping).await.unwrap(), stop)
}

/// Publishes a device's shop as the back office does.
pub async fn publish(router: &Router, token: &str, device: &Device) {
    let membership = lock(&device.replica).membership().unwrap();
    let name = device.shop.settings().unwrap().name;
    let request = PublishRequest { shop: membership.shop, name, root_public_key: membership.root_public_key };
    let (status, answer) = post_json(router, "/api/shops", Some(token), &request).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let answer: PublishAnswer = serde_json::from_value(answer).unwrap();
    let pair =
        PairRequest { code: String::new(), replica: answer.replica, public_key: answer.public_key, name: "Server".to_owned() };
    let grant = PairCodeRequest { role: DeviceRole::Server, name: "Server".to_owned(), till: None };
    let membership = certify_device(&mut lock(&device.replica), &pair, &grant, &mut env()).unwrap();
    let (status, answer) = post_json(router, "/api/shops/certificate", Some(token), &CertificateRequest { membership }).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

/// Brings device and server in step, frame by frame.
pub fn sync(app: &App, device: &Device) {
    let hosted = app.shops.find(lock(&device.replica).shop()).unwrap();
    let mut env = env();
    let frames = |outputs: Vec<Output>| -> Vec<Vec<u8>> {
        outputs.into_iter().filter_map(|output| if let Output::Send(frame) = output { Some(frame) } else { None }).collect()
    };
    let (mut here, out) = Session::dial(&lock(&device.replica), &mut env).unwrap();
    let mut there = Session::accept();
    let mut to_server = frames(out);
    for _ in 0..10_000 {
        let mut to_device = Vec::new();
        for frame in to_server.drain(..) {
            to_device.extend(frames(there.receive(&frame, &mut lock(&hosted.replica), &mut env).unwrap()));
        }
        if to_device.is_empty() {
            return;
        }
        for frame in to_device {
            to_server.extend(frames(here.receive(&frame, &mut lock(&device.replica), &mut env).unwrap()));
        }
    }
    panic!("device and server never came in step");
}

pub async fn post_json<T: serde::Serialize>(
    router: &Router,
    path: &str,
    token: Option<&str>,
    body: &T,
) -> (StatusCode, serde_json::Value) {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, "shop.test")
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let response = router.clone().oneshot(request.body(Body::from(serde_json::to_vec(body).unwrap())).unwrap()).await.unwrap();
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_else(|_| serde_json::json!(String::from_utf8_lossy(&bytes))))
}

/// A browser without a script: keeps cookies, follows to other pages.
#[derive(Clone)]
pub struct Visitor {
    router: Router,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

/// A page as a visitor got it.
#[derive(Debug)]
pub struct Seen {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    pub path: String,
}

impl Seen {
    /// The value of a form's hidden field.
    pub fn hidden(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let start =
            self.body.find(&mark).unwrap_or_else(|| panic!("no field {name} on {}:\n{}", self.path, self.body)) + mark.len();
        self.body[start..].split('"').next().unwrap().to_owned()
    }

    pub fn location(&self) -> String {
        self.headers
            .get(header::LOCATION)
            .unwrap_or_else(|| panic!("{} does not lead on: {} {}", self.path, self.status, self.body))
            .to_str()
            .unwrap()
            .to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Visitor {
    pub async fn send(&self, request: axum::http::request::Builder, path: &str, body: Body) -> Seen {
        let cookies: Vec<String> = self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.uri(path).header(header::HOST, "shop.test").header(header::COOKIE, cookies.join("; "));
        let response: Response<Body> = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
        }
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 8 << 20).await.unwrap();
        Seen {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
            path: path.to_owned(),
        }
    }

    pub async fn get(&self, path: &str) -> Seen {
        self.send(Request::builder(), path, Body::empty()).await
    }

    /// Sends a form from the shop's own page.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let request = Request::builder().header("origin", "http://shop.test");
        self.post_with(request, path, fields).await
    }

    pub async fn post_with(&self, request: axum::http::request::Builder, path: &str, fields: &[(&str, &str)]) -> Seen {
        let body = fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect::<Vec<_>>().join("&");
        let request = request.method(Method::POST).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, path, Body::from(body)).await
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// The workspace's folder.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

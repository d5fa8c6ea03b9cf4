//! From answers to an order: draft it, keep its goods, place it once.

use std::sync::Arc;

use tradepost_domain::basket::Basket;
use tradepost_domain::catalog::{ProductStatus, StockPolicy};
use tradepost_domain::id::{BasketId, LocationId, OrderId, VariantId};
use tradepost_domain::money::Money;
use tradepost_domain::order::{DeliveryMethod, OrderPlaced, PaymentMethod};
use tradepost_domain::quantity::{Quantity, Unit};
use tradepost_operations::read::VariantRow;
use tradepost_operations::{By, NewOrder, OperationError, Reader, Shop};

use super::key::key_of;
use super::providers::{Parcel, ShippingOffer, ShippingProvider, TableRates};
use super::store::{Checkout, DeliveryChoice, Reserved, State};
use super::summary::Looks;
use crate::environment::{self, SystemEnvironment};
use crate::error::ServerError;
use crate::mail;
use crate::server::App;
use crate::shops::{HostedShop, Overview};
use crate::storefront::Site;
use crate::words;

/// An order drafted from a checkout, with what its pages show.
#[derive(Debug, Clone)]
pub struct Drafted {
    /// The order as it would be placed now; without a number.
    pub order: OrderPlaced,
    /// What its lines look like.
    pub looks: Looks,
    /// Whether anything of it has to be sent.
    pub requires_shipping: bool,
    /// What can be sent how, to the address given.
    pub offers: Vec<ShippingOffer>,
    /// What is no longer sold.
    pub gone: Vec<String>,
}

/// A line of which not enough is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// The variant.
    pub variant: VariantId,
    /// What it is called.
    pub title: String,
    /// What is left of it.
    pub left: Quantity,
    /// In this unit.
    pub unit: Unit,
}

impl Shortage {
    /// For the buyer.
    pub fn sentence(&self) -> String {
        if self.left <= Quantity::ZERO {
            return format!("{}: sold out here at this moment.", self.title);
        }
        format!("{}: {}.", self.title, words::only_left(self.left, self.unit).to_lowercase())
    }
}

/// Why an order could not be placed.
#[derive(Debug)]
pub enum NotPlaced {
    /// Something is no longer there.
    Short(Vec<Shortage>),
    /// It is not what the buyer saw.
    Changed,
    /// Not all was answered.
    Incomplete,
    /// The shop refused it, in words for the buyer.
    Refused(String),
    /// It failed.
    Failed(ServerError),
}

impl<E: Into<ServerError>> From<E> for NotPlaced {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Drafts the order of a checkout as far as its answers go.
pub fn draft(shop: &Shop, reader: &Reader, overview: &Overview, checkout: &Checkout) -> Result<Drafted, ServerError> {
    let mut env = SystemEnvironment;
    let mut by = By::owner(&mut env);
    let mut basket = Basket::new(BasketId::from_bytes(*checkout.id.as_bytes()));
    let (mut weight_grams, mut requires_shipping, mut gone) = (0_i64, false, Vec::new());
    for (variant, quantity) in &checkout.lines {
        let row = reader.variant(*variant)?.filter(|row| row.status == ProductStatus::Active && row.list_price.is_some());
        let Some(row) = row else {
            gone.push("Something in your basket is no longer sold.".to_owned());
            continue;
        };
        weight_grams = weight_grams.saturating_add(row.weight_grams.saturating_mul(quantity.thousandths) / 1000);
        requires_shipping |= row.requires_shipping;
        basket.add(Shop::line_for(&mut by, &row, *quantity)?).map_err(|error| ServerError::BadRequest(error.to_string()))?;
    }
    let details = &checkout.details;
    let goods = shop.price(&mut by, &basket)?.gross;
    let offers = TableRates(overview).offers(&Parcel { country: &details.address.country, weight_grams, goods_gross: goods });
    let offer = offers.iter().find(|offer| offer.key == details.rate).or_else(|| offers.first());
    let location =
        details.delivery.and_then(|delivery| location_of(reader, overview, delivery, checkout).transpose()).transpose()?;
    let (delivery, location) = match (details.delivery, location) {
        (Some(DeliveryChoice::Ship), Some(location)) => (ship(checkout, offer, goods), location),
        (Some(DeliveryChoice::Collect(place)), Some(location)) => (DeliveryMethod::Collect { location: place }, location),
        (_, _) => {
            let any = overview.locations.first().map_or(LocationId::from_bytes([0; 16]), |location| location.id);
            (DeliveryMethod::Collect { location: any }, any)
        }
    };
    let order = shop.draft_order(
        &mut by,
        NewOrder {
            id: checkout.id,
            number: String::new(),
            customer: None,
            name: details.name.clone(),
            email: details.email.clone(),
            phone: details.phone.clone(),
            basket,
            delivery,
            payment_method: details.payment.unwrap_or(PaymentMethod::PayOnCollection),
            location,
            note: details.note.clone(),
        },
    )?;
    let looks = Looks::of(reader, &order)?;
    Ok(Drafted { order, looks, requires_shipping, offers, gone })
}

fn ship(checkout: &Checkout, offer: Option<&ShippingOffer>, goods: Money) -> DeliveryMethod {
    let details = &checkout.details;
    let mut address = details.address.clone();
    address.name.clone_from(&details.name);
    address.phone.clone_from(&details.phone);
    DeliveryMethod::Ship {
        address,
        rate_name: offer.map_or_else(String::new, |offer| offer.name.clone()),
        price: offer.map_or(Money::zero(goods.currency), |offer| offer.price),
    }
}

/// Where the goods come from: where they are collected, or of the locations that ship the one that has the most of the lines whole.
fn location_of(
    reader: &Reader,
    overview: &Overview,
    delivery: DeliveryChoice,
    checkout: &Checkout,
) -> Result<Option<LocationId>, ServerError> {
    if let DeliveryChoice::Collect(location) = delivery {
        return Ok(overview.location(location).filter(|location| location.offers_collection).map(|location| location.id));
    }
    let mut best = None;
    for location in overview.locations.iter().filter(|location| location.ships_orders) {
        let mut whole = 0_usize;
        for (variant, quantity) in &checkout.lines {
            let Some(row) = reader.variant(*variant)? else { continue };
            let is_whole = row.stock_policy != StockPolicy::StopAtZero
                || reader.stock_level(*variant, location.id)?.available() >= *quantity;
            whole += usize::from(is_whole);
        }
        if best.is_none_or(|(most, _)| whole > most) {
            best = Some((whole, location.id));
        }
    }
    Ok(best.map(|(_, location)| location))
}

/// What is not there in full at the order's location, less what others keep.
fn shortages(
    reader: &Reader,
    location: LocationId,
    lines: &[(VariantId, Quantity)],
    reserved: &Reserved,
) -> Result<Vec<Shortage>, ServerError> {
    let mut short = Vec::new();
    for (variant, quantity) in lines {
        let Some(row) = reader.variant(*variant)? else { continue };
        if row.stock_policy != StockPolicy::StopAtZero {
            continue;
        }
        let available = reader.stock_level(*variant, location)?.available().thousandths;
        let left = Quantity::from_thousandths(available.saturating_sub(reserved.of(location, *variant)).max(0));
        if left < *quantity {
            short.push(Shortage { variant: *variant, title: full_title(&row), left, unit: row.unit });
        }
    }
    Ok(short)
}

fn full_title(row: &VariantRow) -> String {
    if row.variant_title.is_empty() { row.product_title.clone() } else { format!("{}, {}", row.product_title, row.variant_title) }
}

/// Drafts a checkout's order on a thread that may wait for the disk.
pub async fn drafted(shop: &Arc<HostedShop>, checkout: &Checkout) -> Result<(Arc<Overview>, Drafted), ServerError> {
    let overview = shop.overview().await?;
    let (about, checkout, verbs) = (Arc::clone(&overview), checkout.clone(), shop.shop.clone());
    let drafted = shop.read(move |reader| draft(&verbs, reader, &about, &checkout)).await?;
    Ok((overview, drafted))
}

/// Keeps a checkout's goods for some minutes. Nothing is kept where anything is short.
pub async fn reserve(
    app: &App,
    shop: &Arc<HostedShop>,
    checkout: &Checkout,
    location: LocationId,
) -> Result<Vec<Shortage>, ServerError> {
    let gate = shop.stock_gate.lock().await;
    let short = shortages_now(app, shop, checkout, location).await?;
    if short.is_empty() {
        let minutes = app.config.reservation_minutes.clamp(1, 24 * 60);
        let expires_at_ms = environment::now().unix_ms.saturating_add(minutes * 60_000);
        app.checkouts().reserve(checkout, location, &checkout.lines, expires_at_ms).await?;
        shop.reservations_changed(checkout.variants());
    }
    drop(gate);
    Ok(short)
}

async fn shortages_now(
    app: &App,
    shop: &Arc<HostedShop>,
    checkout: &Checkout,
    location: LocationId,
) -> Result<Vec<Shortage>, ServerError> {
    let reserved = app.checkouts().reserved(shop.id, Some(checkout.id)).await?;
    let lines = checkout.lines.clone();
    shop.read(move |reader| shortages(reader, location, &lines, &reserved)).await
}

/// A mark of what the buyer sees before ordering: lines, prices, delivery, total.
pub fn mark_of(order: &OrderPlaced) -> String {
    let mut hasher = blake3::Hasher::new();
    for item in &order.lines {
        hasher.update(item.line.variant.as_ref().map_or(&[0; 16], |variant| variant.as_bytes()));
        hasher.update(&item.line.quantity.thousandths.to_be_bytes());
        hasher.update(&item.gross.minor.to_be_bytes());
    }
    hasher.update(&order.gross.minor.to_be_bytes());
    hasher.update(format!("{:?}{:?}", order.delivery, order.payment_method).as_bytes());
    hasher.finalize().to_hex().get(..20).unwrap_or_default().to_owned()
}

/// Places a checkout's order: the one button. However often and from wherever it is pressed, there is one order.
pub async fn place(app: &App, site: &Site, id: OrderId, seen: &str) -> Result<String, NotPlaced> {
    let shop = &site.shop;
    let gate = shop.stock_gate.lock().await;
    let checkout = app.checkouts().find(id, shop.id).await?.ok_or(NotPlaced::Incomplete)?;
    let number = match &checkout.state {
        State::Placed { number } => number.clone(),
        State::Placing { draft } => finish(app, shop, (**draft).clone(), &site.canonical("")).await?,
        State::Gathering | State::Reserved => {
            let order = checked(app, shop, &checkout, seen).await?;
            if !app.checkouts().placing(&order).await? {
                return Err(NotPlaced::Changed);
            }
            finish(app, shop, order, &site.canonical("")).await?
        }
    };
    drop(gate);
    Ok(number)
}

/// The order as it is placed: complete, as the buyer saw it, and there.
async fn checked(app: &App, shop: &Arc<HostedShop>, checkout: &Checkout, seen: &str) -> Result<OrderPlaced, NotPlaced> {
    let (_, drafted) = drafted(shop, checkout).await?;
    if !is_complete(checkout, &drafted) {
        return Err(NotPlaced::Incomplete);
    }
    if mark_of(&drafted.order) != seen {
        return Err(NotPlaced::Changed);
    }
    let short = shortages_now(app, shop, checkout, drafted.order.location).await?;
    if !short.is_empty() {
        return Err(NotPlaced::Short(short));
    }
    let number = free_number(app, shop).await?;
    Ok(OrderPlaced { number, ..drafted.order })
}

/// Whether everything that an order needs was answered.
pub fn is_complete(checkout: &Checkout, drafted: &Drafted) -> bool {
    let details = &checkout.details;
    let ships = details.delivery == Some(DeliveryChoice::Ship);
    let has_goods = !drafted.order.lines.is_empty() && drafted.gone.is_empty();
    has_goods
        && !details.name.is_empty()
        && !details.email.is_empty()
        && details.delivery.is_some()
        && details.payment.is_some()
        && (!ships || (!drafted.offers.is_empty() && !details.address.line1.is_empty()))
}

/// A number that no order has, also after the server database was restored from a backup.
async fn free_number(app: &App, shop: &Arc<HostedShop>) -> Result<String, ServerError> {
    const TRIES_MAX: usize = 10_000;
    for _ in 0..TRIES_MAX {
        let number = app.checkouts().next_number(shop.id).await?;
        let asked = number.clone();
        if shop.read(move |reader| Ok(reader.order_by_number(&asked)?.is_none())).await? {
            return Ok(number);
        }
    }
    Err(ServerError::Internal("no free order number".to_owned()))
}

/// Records the order and notes that it stands. Both may have happened before.
pub async fn finish(app: &App, shop: &Arc<HostedShop>, order: OrderPlaced, link_base: &str) -> Result<String, NotPlaced> {
    let id = order.id;
    let placed = shop.work(move |shop| Ok(shop.shop.place(&mut By::owner(&mut SystemEnvironment), order))).await?;
    let placed = match placed {
        Ok(placed) => placed.order,
        Err(OperationError::Refused(refusal)) => {
            app.checkouts().not_placed(id).await?;
            return Err(NotPlaced::Refused(refusal.to_string()));
        }
        Err(error) => return Err(error.into()),
    };
    let link = format!("{link_base}/orders/{}", key_of(&app.signer, &shop.slug, id));
    let mail = if app.mailer.is_some() { Some(mail::order_mail(shop, &placed, &link).await?) } else { None };
    app.checkouts().placed(id, &link, mail.as_ref()).await?;
    app.mail_waits.notify_one();
    shop.reservations_changed(placed.lines.iter().filter_map(|item| item.line.variant).collect());
    metrics::counter!("tradepost_orders_placed_total").increment(1);
    Ok(placed.number)
}

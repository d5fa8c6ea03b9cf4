//! Tells buyers by mail that their order is on its way, waits for them, or was canceled: once for each.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use tradepost_domain::id::{OrderId, ShopId};
use tradepost_domain::order::{DeliveryMethod, OrderPlaced, OrderState, OrderStatus};

use crate::checkout::order_page::{headline, tracking_of};
use crate::checkout::summary::{Looks, Summary, SummaryLine};
use crate::error::ServerError;
use crate::mail::NewMail;
use crate::server::App;
use crate::shops::{HostedShop, Overview};
use crate::words;

/// Orders looked at in one round; the others follow in the next.
const ORDERS_MAX: usize = 500;

/// The revision of each shop up to which its orders were looked at.
pub type LookedAt = HashMap<ShopId, u64>;

/// Looks at the orders of every shop in which something changed. The mails it wrote.
pub async fn tell(app: &App, looked_at: &mut LookedAt) -> Result<u64, ServerError> {
    let mut told = 0;
    for shop in app.shops.all() {
        let revision = shop.settled().await?;
        if looked_at.get(&shop.id) == Some(&revision) {
            continue;
        }
        let orders = app.checkouts().to_tell(shop.id, ORDERS_MAX).await?;
        let is_all = orders.len() < ORDERS_MAX;
        for (order, before, link) in orders {
            told += u64::from(tell_of(app, &shop, order, before, link).await?);
        }
        if is_all {
            looked_at.insert(shop.id, revision);
        }
    }
    Ok(told)
}

async fn tell_of(
    app: &App,
    shop: &Arc<HostedShop>,
    order: OrderId,
    before: OrderStatus,
    link: String,
) -> Result<bool, ServerError> {
    let found = shop
        .read(move |reader| {
            let Some((placed, state)) = reader.order(order)? else { return Ok(None) };
            if state.status == before {
                return Ok(None);
            }
            let looks = Looks::of(reader, &placed)?;
            Ok(Some((placed, state, looks, tracking_of(&reader.order_facts(order)?))))
        })
        .await?;
    let Some((placed, state, looks, tracking)) = found else { return Ok(false) };
    let overview = shop.overview().await?;
    let mail = match app.mailer {
        Some(_) => news(shop, &overview, &About { placed: &placed, state: &state, looks: &looks, tracking, link })?,
        None => None,
    };
    app.checkouts().told(order, before, state.status, mail.as_ref()).await?;
    Ok(mail.is_some())
}

struct About<'a> {
    placed: &'a OrderPlaced,
    state: &'a OrderState,
    looks: &'a Looks,
    tracking: Option<String>,
    link: String,
}

#[derive(Serialize)]
struct NewsMail {
    shop_name: String,
    greeting: String,
    headline: String,
    number: String,
    tracking: Option<String>,
    place: Vec<String>,
    paid_back: Option<String>,
    lines: Vec<SummaryLine>,
    link: String,
}

/// The mail about where an order stands now; `None`: the buyer need not be told of it.
fn news(shop: &HostedShop, overview: &Overview, about: &About<'_>) -> Result<Option<NewMail>, ServerError> {
    let About { placed, state, looks, .. } = about;
    let Some(what) = subject_of(&placed.delivery, state.status) else { return Ok(None) };
    let place = match (&placed.delivery, state.status) {
        (DeliveryMethod::Collect { location }, OrderStatus::Packed) => overview
            .location(*location)
            .map(|location| [vec![location.name.clone()], crate::storefront::address_lines(&location.address)].concat()),
        (DeliveryMethod::Collect { .. } | DeliveryMethod::Ship { .. }, _) => None,
    };
    let is_paid_back = state.status == OrderStatus::Canceled && !state.paid.is_zero();
    let mail = NewsMail {
        shop_name: overview.settings.name.clone(),
        greeting: format!("Hello {},", placed.name),
        headline: headline(overview, placed, state),
        number: placed.number.clone(),
        tracking: about.tracking.clone().filter(|_| state.status == OrderStatus::Fulfilled),
        place: place.unwrap_or_default(),
        paid_back: is_paid_back.then(|| words::money(state.paid)),
        lines: Summary::lines_of(overview, "", placed, looks),
        link: about.link.clone(),
    };
    Ok(Some(NewMail {
        dedupe_key: format!("order-{}-{}", state.status.word(), placed.id),
        recipient: placed.email.clone(),
        subject: format!("{}: your order {} {what}", overview.settings.name, placed.number),
        body_text: shop.templates.render("mail_news.txt", &mail)?,
        body_html: shop.templates.render("mail_news.html", &mail)?,
    }))
}

/// What became of the order, as it stands in the subject. Packed parcels and collected orders are no news.
fn subject_of(delivery: &DeliveryMethod, status: OrderStatus) -> Option<&'static str> {
    match (delivery, status) {
        (DeliveryMethod::Ship { .. }, OrderStatus::Fulfilled) => Some("is on its way"),
        (DeliveryMethod::Collect { .. }, OrderStatus::Packed) => Some("is ready for you"),
        (DeliveryMethod::Ship { .. } | DeliveryMethod::Collect { .. }, OrderStatus::Canceled) => Some("was canceled"),
        (DeliveryMethod::Ship { .. } | DeliveryMethod::Collect { .. }, OrderStatus::Open)
        | (DeliveryMethod::Ship { .. }, OrderStatus::Packed)
        | (DeliveryMethod::Collect { .. }, OrderStatus::Fulfilled) => None,
    }
}

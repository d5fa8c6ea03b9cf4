//! The page of an order: where it stands.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::order::{DeliveryMethod, FulfillmentStage, OrderPlaced, OrderState, OrderStatus};

use super::key::id_of;
use super::providers::payment_of;
use super::review::{Row, rows};
use super::summary::{DeliveryKnown, Looks, Summary};
use crate::error::ServerError;
use crate::server::App;
use crate::shops::Overview;
use crate::storefront::{Frame, Site, Visit, private_html};
use crate::words;

/// Whether the order was just placed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct OrderQuery {
    new: String,
}

#[derive(Serialize)]
struct Milestone {
    title: &'static str,
    note: String,
    state: &'static str,
}

#[derive(Serialize)]
struct OrderPage {
    frame: Frame,
    is_new: bool,
    name: String,
    number: String,
    headline: String,
    mail_note: Option<String>,
    stages: Vec<Milestone>,
    tracking: Option<String>,
    bank_details: Option<String>,
    amount_due: String,
    rows: Vec<Row>,
    summary: Summary,
}

/// `GET /orders/<key>`: where an order stands. Whoever has the address may see it.
pub async fn order(
    State(app): State<App>,
    site: Site,
    visit: Visit,
    Path(key): Path<String>,
    Query(query): Query<OrderQuery>,
) -> Result<Response, ServerError> {
    let id = id_of(&app.signer, &site.shop.slug, &key)?;
    let overview = site.shop.overview().await?;
    let found = site
        .shop
        .read(move |reader| {
            let Some((placed, state)) = reader.order(id)? else { return Ok(None) };
            let looks = Looks::of(reader, &placed)?;
            let tracking = tracking_of(&reader.order_facts(id)?);
            Ok(Some((placed, state, looks, tracking)))
        })
        .await?;
    let Some((placed, state, looks, tracking)) = found else { return Err(ServerError::NotFound) };
    let due = state.amount_due();
    let bank_details =
        payment_of(placed.payment_method).and_then(|payment| payment.instructions(&overview.settings)).filter(|_| !due.is_zero());
    let is_new = query.new == "1";
    let page = OrderPage {
        frame: Frame::around(&site, &overview, &format!("Order {}", placed.number)).private(),
        is_new,
        name: placed.name.clone(),
        headline: headline(&overview, &placed, &state),
        mail_note: (is_new && app.mailer.is_some()).then(|| format!("A confirmation is on its way to {}.", placed.email)),
        stages: stages(&placed, &state),
        tracking,
        amount_due: words::money(due),
        bank_details,
        rows: rows(&overview, &placed, ""),
        summary: Summary::of(&overview, &site.base, &placed, &looks, DeliveryKnown::Chosen)?,
        number: placed.number,
    };
    private_html(&site, "order.html", &page, &visit)
}

/// The parcel's number, where it has one.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other fact says nothing about a parcel")]
pub fn tracking_of(facts: &[Fact]) -> Option<String> {
    facts.iter().rev().find_map(|fact| match &fact.body {
        FactBody::OrderFulfilled(fulfilled)
            if fulfilled.stage == FulfillmentStage::Shipped && !fulfilled.tracking_number.is_empty() =>
        {
            Some(fulfilled.tracking_number.clone())
        }
        _ => None,
    })
}

/// Where an order stands, in a sentence.
pub fn headline(overview: &Overview, order: &OrderPlaced, state: &OrderState) -> String {
    let place = match &order.delivery {
        DeliveryMethod::Collect { location } => overview.location(*location).map(|location| location.name.clone()),
        DeliveryMethod::Ship { .. } => None,
    };
    match (state.status, place) {
        (OrderStatus::Canceled, _) => "This order was canceled.".to_owned(),
        (OrderStatus::Fulfilled, None) => "Your order is on its way.".to_owned(),
        (OrderStatus::Fulfilled, Some(_)) => "You have collected your order. Enjoy!".to_owned(),
        (OrderStatus::Packed, None) => "Your order is packed and will be handed to the carrier.".to_owned(),
        (OrderStatus::Packed, Some(place)) => format!("Your order is ready for you in {place}."),
        (OrderStatus::Open, _)
            if !state.is_paid()
                && payment_of(order.payment_method).is_some_and(|payment| payment.instructions(&overview.settings).is_some()) =>
        {
            "We prepare your order as soon as your transfer has arrived.".to_owned()
        }
        (OrderStatus::Open, None) => "We are preparing your order.".to_owned(),
        (OrderStatus::Open, Some(place)) => format!("We are preparing your order in {place}."),
    }
}

fn stages(order: &OrderPlaced, state: &OrderState) -> Vec<Milestone> {
    let ships = matches!(order.delivery, DeliveryMethod::Ship { .. });
    let (packed, last) = if ships { ("Packed", "Shipped") } else { ("Ready to collect", "Collected") };
    if state.status == OrderStatus::Canceled {
        return vec![milestone("Ordered", day_of(order), "is-done"), milestone("Canceled", String::new(), "is-stopped")];
    }
    let reached = match state.status {
        OrderStatus::Open => 0,
        OrderStatus::Packed => 1,
        OrderStatus::Fulfilled | OrderStatus::Canceled => 2,
    };
    let at = |own: usize| match own {
        own if own <= reached => "is-done",
        own if own == reached + 1 => "is-now",
        _ => "",
    };
    let doing = |own: usize, note: &str| if own == reached + 1 { note.to_owned() } else { String::new() };
    let (packing, leaving) = if ships { ("being packed", "waits for the carrier") } else { ("being prepared", "kept for you") };
    vec![
        milestone("Ordered", day_of(order), at(0)),
        milestone(packed, doing(1, packing), at(1)),
        milestone(last, doing(2, leaving), at(2)),
    ]
}

fn milestone(title: &'static str, note: String, state: &'static str) -> Milestone {
    Milestone { title, note, state }
}

fn day_of(order: &OrderPlaced) -> String {
    words::day(order.business_day)
}

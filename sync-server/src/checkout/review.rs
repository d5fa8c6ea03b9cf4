//! The last step: everything once more, and the one button.

use std::sync::Arc;

use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Serialize;
use tradepost_domain::order::{DeliveryMethod, OrderPlaced};

use super::details::details_page;
use super::key::id_of;
use super::place::{self, NotPlaced, Shortage, mark_of};
use super::providers::payment_of;
use super::steps::{Answers, At, Found, StepFrame, Visiting, answer, find};
use super::store::Checkout;
use crate::error::ServerError;
use crate::server::App;
use crate::shops::Overview;
use crate::storefront::{Site, Visit, private_html, see_other};

#[derive(Serialize)]
pub(super) struct Row {
    name: &'static str,
    lines: Vec<String>,
    href: String,
}

#[derive(Serialize)]
struct ReviewPage {
    #[serde(flatten)]
    around: StepFrame,
    rows: Vec<Row>,
    seen: String,
    kept_text: String,
    payment_note: &'static str,
}

/// `GET /checkout/<key>/review`: the goods are kept from here on.
pub async fn review(State(app): State<App>, site: Site, visit: Visit, Path(key): Path<String>) -> Result<Response, ServerError> {
    match find(&app, &site, &key).await? {
        Found::Open(checkout) => review_page(&app, &site, &visit, &checkout, &key, None).await,
        Found::Elsewhere(response) => Ok(response),
    }
}

async fn review_page(
    app: &App,
    site: &Site,
    visit: &Visit,
    checkout: &Checkout,
    key: &str,
    message: Option<String>,
) -> Result<Response, ServerError> {
    let (overview, drafted) = place::drafted(&site.shop, checkout).await?;
    if !place::is_complete(checkout, &drafted) {
        return Ok(see_other(&format!("{}/checkout/{key}", site.base)));
    }
    let short = place::reserve(app, &site.shop, checkout, drafted.order.location).await?;
    if !short.is_empty() {
        return details_page(app, site, visit, checkout, Some(short_message(&short)), Vec::new()).await;
    }
    let visiting = Visiting { app, site, visit, overview: &overview, checkout, drafted: &drafted };
    let payment = payment_of(drafted.order.payment_method);
    let page = ReviewPage {
        rows: rows(&overview, &drafted.order, &visiting.here()),
        seen: mark_of(&drafted.order),
        kept_text: format!("These things are kept for you for {} minutes.", app.config.reservation_minutes),
        payment_note: payment.map_or("", |payment| payment.note()),
        around: visiting.around(At::Review, message, Vec::new())?,
    };
    private_html(site, "checkout_review.html", &page, visit)
}

fn short_message(short: &[Shortage]) -> String {
    let sentences: Vec<String> = short.iter().map(Shortage::sentence).collect();
    format!("{} Choose another delivery, or change the quantity in your basket.", sentences.join(" "))
}

/// What the buyer answered, each with the step where it is changed.
pub(super) fn rows(overview: &Overview, order: &OrderPlaced, here: &str) -> Vec<Row> {
    let mut contact = vec![order.name.clone(), order.email.clone()];
    contact.extend(Some(order.phone.clone()).filter(|phone| !phone.is_empty()));
    let delivery = match &order.delivery {
        DeliveryMethod::Ship { address, rate_name, .. } => {
            let mut lines = vec![address.name.clone()];
            lines.extend(crate::storefront::address_lines(address));
            lines.push(rate_name.clone());
            lines
        }
        DeliveryMethod::Collect { location } => match overview.location(*location) {
            Some(location) => std::iter::once(format!("Collect in {}", location.name))
                .chain(crate::storefront::address_lines(&location.address))
                .collect(),
            None => vec!["Collect in the shop".to_owned()],
        },
    };
    let payment = payment_of(order.payment_method).map_or_else(String::new, |payment| payment.title().to_owned());
    let mut rows = vec![
        Row { name: "Contact", lines: contact, href: here.to_owned() },
        Row { name: "Delivery", lines: delivery, href: here.to_owned() },
        Row { name: "Payment", lines: vec![payment], href: format!("{here}/payment") },
    ];
    if !order.note.is_empty() {
        rows.push(Row { name: "Remark", lines: vec![order.note.clone()], href: format!("{here}/payment") });
    }
    rows
}

/// `POST /checkout/<key>/place`: the one button.
pub async fn place(
    State(app): State<App>,
    site: Site,
    visit: Visit,
    headers: HeaderMap,
    Path(key): Path<String>,
    Form(answers): Form<Answers>,
) -> Result<Response, ServerError> {
    visit.check(answer(&answers, "token"), &app.signer)?;
    let id = id_of(&app.signer, &site.shop.slug, &key)?;
    // On a task of its own: a browser that goes away in the middle does not stop it half done.
    let (working, of, seen) = (Arc::clone(&app), site.clone(), answer(&answers, "seen").to_owned());
    let placed = tokio::spawn(async move { place::place(&working, &of, id, &seen).await }).await;
    let placed = placed.map_err(|error| ServerError::Internal(format!("placing an order broke off: {error}")))?;
    let message = match placed {
        Ok(_) => {
            let mut response = see_other(&format!("{}/orders/{key}?new=1", site.base));
            let basket = site.basket(&headers, &app.signer);
            if basket.checkout == Some(id) {
                site.keep_basket(response.headers_mut(), &Default::default(), &app.signer);
            }
            return Ok(response);
        }
        Err(NotPlaced::Failed(error)) => return Err(error),
        Err(NotPlaced::Short(short)) => short_message(&short),
        Err(NotPlaced::Changed) => {
            "Prices, stock or your basket changed since you looked. Please check and order again.".to_owned()
        }
        Err(NotPlaced::Incomplete) => return Ok(see_other(&format!("{}/checkout/{key}", site.base))),
        Err(NotPlaced::Refused(reason)) => reason,
    };
    let checkout = match find(&app, &site, &key).await? {
        Found::Open(checkout) => checkout,
        Found::Elsewhere(response) => return Ok(response),
    };
    let mut response = review_page(&app, &site, &visit, &checkout, &key, Some(message)).await?;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::CONFLICT;
    }
    Ok(response)
}

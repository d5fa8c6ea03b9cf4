//! The second step: how it is sent and paid.

use axum::extract::{Form, Path, State};
use axum::response::Response;
use serde::Serialize;

use super::details::details_problems;
use super::place::{self, Drafted};
use super::providers::PAYMENTS;
use super::steps::{Answers, At, FormView, Found, RadioView, StepFrame, Visiting, answer, find, kept};
use super::store::{Checkout, DeliveryChoice, Details};
use crate::error::ServerError;
use crate::server::App;
use crate::storefront::{Site, Visit, private_html, see_other};
use crate::words;

#[derive(Serialize)]
struct PaymentPage {
    #[serde(flatten)]
    around: StepFrame,
    form: FormView,
    rates: Vec<RadioView>,
    ship_to: String,
    payments: Vec<RadioView>,
}

/// `GET /checkout/<key>/payment`
pub async fn payment(State(app): State<App>, site: Site, visit: Visit, Path(key): Path<String>) -> Result<Response, ServerError> {
    match find(&app, &site, &key).await? {
        Found::Open(checkout) => payment_page(&app, &site, &visit, &checkout, &key, Vec::new()).await,
        Found::Elsewhere(response) => Ok(response),
    }
}

async fn payment_page(
    app: &App,
    site: &Site,
    visit: &Visit,
    checkout: &Checkout,
    key: &str,
    problems: Vec<(String, String)>,
) -> Result<Response, ServerError> {
    let (overview, drafted) = place::drafted(&site.shop, checkout).await?;
    let details = &checkout.details;
    let Some(delivery) = details.delivery.filter(|_| details_problems(&overview, details, &drafted).is_empty()) else {
        return Ok(see_other(&format!("{}/checkout/{key}", site.base)));
    };
    let visiting = Visiting { app, site, visit, overview: &overview, checkout, drafted: &drafted };
    let rates = if delivery == DeliveryChoice::Ship { rates(details, &drafted) } else { Vec::new() };
    let mut payments: Vec<RadioView> = PAYMENTS
        .iter()
        .filter(|payment| payment.is_offered(&overview.settings, delivery))
        .map(|payment| RadioView {
            value: payment.word().to_owned(),
            title: payment.title().to_owned(),
            note: payment.note().to_owned(),
            price: String::new(),
            icon: payment.icon(),
            is_on: details.payment == Some(payment.method()),
            is_disabled: false,
        })
        .collect();
    if !payments.iter().any(|payment| payment.is_on)
        && let Some(first) = payments.first_mut()
    {
        first.is_on = true;
    }
    let ship_to = format!("{}, {}", details.address.city, words::country_name(&details.address.country));
    let page = PaymentPage {
        around: visiting.around(At::Payment, None, problems)?,
        form: FormView::of(details),
        rates,
        ship_to,
        payments,
    };
    private_html(site, "checkout_payment.html", &page, visit)
}

fn rates(details: &Details, drafted: &Drafted) -> Vec<RadioView> {
    let chosen = drafted.offers.iter().find(|offer| offer.key == details.rate).or(drafted.offers.first()).map(|offer| &offer.key);
    let view = |offer: &super::providers::ShippingOffer| RadioView {
        value: offer.key.clone(),
        title: offer.name.clone(),
        note: String::new(),
        price: if offer.price.is_zero() { "Free".to_owned() } else { words::money(offer.price) },
        icon: "truck",
        is_on: chosen == Some(&offer.key),
        is_disabled: false,
    };
    drafted.offers.iter().map(view).collect()
}

/// `POST /checkout/<key>/payment`
pub async fn save_payment(
    State(app): State<App>,
    site: Site,
    visit: Visit,
    Path(key): Path<String>,
    Form(answers): Form<Answers>,
) -> Result<Response, ServerError> {
    visit.check(answer(&answers, "token"), &app.signer)?;
    let mut checkout = match find(&app, &site, &key).await? {
        Found::Open(checkout) => checkout,
        Found::Elsewhere(response) => return Ok(response),
    };
    let (overview, drafted) = place::drafted(&site.shop, &checkout).await?;
    let Some(delivery) = checkout.details.delivery else { return Ok(see_other(&format!("{}/checkout/{key}", site.base))) };
    let mut problems = Vec::new();
    let word = answer(&answers, "payment");
    let payment = PAYMENTS.iter().find(|payment| payment.word() == word && payment.is_offered(&overview.settings, delivery));
    if payment.is_none() {
        problems.push(("payment".to_owned(), "Choose how you pay.".to_owned()));
    }
    let rate = kept(&answers, "rate");
    if delivery == DeliveryChoice::Ship && !drafted.offers.iter().any(|offer| offer.key == rate) {
        problems.push(("rate".to_owned(), "Choose how it is shipped.".to_owned()));
    }
    checkout.details.payment = payment.map(|payment| payment.method());
    checkout.details.rate = rate;
    checkout.details.note = answer(&answers, "note").chars().take(500).collect();
    if !app.checkouts().change(checkout.id, &checkout.details, &checkout.lines).await? {
        return Ok(see_other(&format!("{}/orders/{key}", site.base)));
    }
    site.shop.reservations_changed(checkout.variants());
    if problems.is_empty() {
        return Ok(see_other(&format!("{}/checkout/{key}/review", site.base)));
    }
    payment_page(&app, &site, &visit, &checkout, &key, problems).await
}

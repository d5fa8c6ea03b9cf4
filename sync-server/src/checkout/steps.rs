//! What the steps of the checkout share: the frame around each, the way in, and the answers of a form.

use std::collections::BTreeMap;

use axum::extract::{Form, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use tradepost_domain::id::OrderId;

use super::address::ANSWER_CHARS_MAX;
use super::key::{id_of, key_of};
use super::place::Drafted;
use super::store::{Checkout, Details, State as Stage};
use super::summary::{DeliveryKnown, Summary};
use crate::environment;
use crate::error::ServerError;
use crate::server::App;
use crate::shops::Overview;
use crate::storefront::{Frame, Site, Visit, see_other};

pub(super) type Answers = BTreeMap<String, String>;

pub(super) fn answer<'a>(answers: &'a Answers, name: &str) -> &'a str {
    answers.get(name).map_or("", |value| value.trim())
}

pub(super) fn kept(answers: &Answers, name: &str) -> String {
    answer(answers, name).chars().filter(|letter| !letter.is_control()).take(ANSWER_CHARS_MAX).collect()
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Step {
    title: &'static str,
    state: &'static str,
    href: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Problem {
    field: String,
    text: String,
}

/// What stands around each step.
#[derive(Serialize)]
pub(super) struct StepFrame {
    pub frame: Frame,
    pub here: String,
    pub token: String,
    pub steps: Vec<Step>,
    pub message: Option<String>,
    pub problems: Vec<Problem>,
    pub problem_of: BTreeMap<String, String>,
    pub summary: Summary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    Details,
    Payment,
    Review,
}

pub(super) struct Visiting<'a> {
    pub app: &'a App,
    pub site: &'a Site,
    pub visit: &'a Visit,
    pub overview: &'a Overview,
    pub checkout: &'a Checkout,
    pub drafted: &'a Drafted,
}

impl Visiting<'_> {
    pub(super) fn here(&self) -> String {
        format!("{}/checkout/{}", self.site.base, key_of(&self.app.signer, &self.site.shop.slug, self.checkout.id))
    }

    pub(super) fn around(
        &self,
        at: At,
        message: Option<String>,
        problems: Vec<(String, String)>,
    ) -> Result<StepFrame, ServerError> {
        let here = self.here();
        let is_known = at == At::Review || (at == At::Payment && self.checkout.details.delivery.is_some());
        let known = if is_known { DeliveryKnown::Chosen } else { DeliveryKnown::NotYet };
        let step = |title, own: At, href: String| Step {
            title,
            state: if own == at { "is-now" } else { "" },
            href: ((own as u8) < at as u8).then_some(href),
        };
        let message = message.or_else(|| self.drafted.gone.first().cloned());
        Ok(StepFrame {
            frame: Frame::around(self.site, self.overview, "Checkout").private(),
            token: self.visit.token(&self.app.signer),
            steps: vec![
                step("Who and where", At::Details, here.clone()),
                step("Payment", At::Payment, format!("{here}/payment")),
                step("Review", At::Review, format!("{here}/review")),
            ],
            message,
            problem_of: problems.iter().cloned().collect(),
            problems: problems.into_iter().map(|(field, text)| Problem { field, text }).collect(),
            summary: Summary::of(self.overview, &self.site.base, &self.drafted.order, &self.drafted.looks, known)?,
            here,
        })
    }
}

/// `POST /checkout`: from the basket. Pressed again, also in another tab, it goes on with the same checkout.
pub async fn begin(
    State(app): State<App>,
    site: Site,
    visit: Visit,
    headers: HeaderMap,
    Form(answers): Form<Answers>,
) -> Result<Response, ServerError> {
    visit.check(answer(&answers, "token"), &app.signer)?;
    let mut basket = site.basket(&headers, &app.signer);
    if basket.lines.is_empty() {
        return Ok(see_other(&format!("{}/basket", site.base)));
    }
    let overview = site.shop.overview().await?;
    let known = match basket.checkout {
        Some(id) => app.checkouts().find(id, site.shop.id).await?,
        None => None,
    };
    let mut begun = None;
    if let Some(checkout) = known
        && (checkout.lines == basket.lines || app.checkouts().change(checkout.id, &checkout.details, &basket.lines).await?)
        && matches!(checkout.state, Stage::Gathering | Stage::Reserved)
    {
        // What was kept of the basket as it was is free again.
        site.shop.reservations_changed(checkout.variants());
        begun = Some(checkout.id);
    }
    let id = match begun {
        Some(id) => id,
        None => {
            let id = OrderId::from_bytes(environment::random_id());
            let mut details = Details::default();
            details.address.country.clone_from(&overview.settings.country);
            app.checkouts().begin(id, site.shop.id, &details, &basket.lines).await?;
            id
        }
    };
    basket.checkout = Some(id);
    let mut response = see_other(&format!("{}/checkout/{}", site.base, key_of(&app.signer, &site.shop.slug, id)));
    site.keep_basket(response.headers_mut(), &basket, &app.signer);
    Ok(response)
}

/// `GET /checkout`: back to the one that was begun.
pub async fn resume(State(app): State<App>, site: Site, headers: HeaderMap) -> Response {
    let basket = site.basket(&headers, &app.signer);
    match basket.checkout.filter(|_| !basket.lines.is_empty()) {
        Some(id) => see_other(&format!("{}/checkout/{}", site.base, key_of(&app.signer, &site.shop.slug, id))),
        None => see_other(&format!("{}/basket", site.base)),
    }
}

pub(super) enum Found {
    Open(Box<Checkout>),
    /// It is an order already: its page is shown instead.
    Elsewhere(Response),
}

pub(super) async fn find(app: &App, site: &Site, key: &str) -> Result<Found, ServerError> {
    let id = id_of(&app.signer, &site.shop.slug, key)?;
    let checkout = app.checkouts().find(id, site.shop.id).await?.ok_or(ServerError::NotFound)?;
    match checkout.state {
        Stage::Gathering | Stage::Reserved => Ok(Found::Open(Box::new(checkout))),
        Stage::Placing { .. } | Stage::Placed { .. } => Ok(Found::Elsewhere(see_other(&format!("{}/orders/{key}", site.base)))),
    }
}

#[derive(Serialize)]
pub(super) struct RadioView {
    pub value: String,
    pub title: String,
    pub note: String,
    pub price: String,
    pub icon: &'static str,
    pub is_on: bool,
    pub is_disabled: bool,
}

#[derive(Serialize)]
pub(super) struct FormView {
    email: String,
    name: String,
    phone: String,
    country: String,
    note: String,
}

impl FormView {
    pub(super) fn of(details: &Details) -> Self {
        Self {
            email: details.email.clone(),
            name: details.name.clone(),
            phone: details.phone.clone(),
            country: details.address.country.clone(),
            note: details.note.clone(),
        }
    }
}

//! The pages of the checkout and the order's own page. One column, guest first, everything clear before the last step.

use std::collections::BTreeMap;

use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tradepost_domain::fact::FactBody;
use tradepost_domain::id::{LocationId, OrderId};
use tradepost_domain::order::{DeliveryMethod, FulfillmentStage, OrderPlaced, OrderState, OrderStatus};

use super::address::{self, ANSWER_CHARS_MAX, FieldView};
use super::place::{self, Drafted, NotPlaced, Shortage, mark_of};
use super::providers::{PAYMENTS, payment_of};
use super::store::{Checkout, DeliveryChoice, Details, State as Stage};
use super::summary::{DeliveryKnown, Looks, Summary};
use crate::environment;
use crate::error::ServerError;
use crate::server::App;
use crate::shops::Overview;
use crate::signing::{Purpose, Signer};
use crate::storefront::{Frame, Site, Visit, private_html, see_other};
use crate::words;

/// The name of a checkout or order in addresses: its id, and a signature that nobody can guess.
pub fn key_of(signer: &Signer, site_slug: &str, id: OrderId) -> String {
    format!("{id}-{}", signer.sign(Purpose::Link, &format!("{site_slug}\0{id}")))
}

fn id_of(signer: &Signer, slug: &str, key: &str) -> Result<OrderId, ServerError> {
    let (id, signature) = key.split_at_checked(32).ok_or(ServerError::NotFound)?;
    let signature = signature.strip_prefix('-').ok_or(ServerError::NotFound)?;
    if !signer.is_signed(Purpose::Link, &format!("{slug}\0{id}"), signature) {
        return Err(ServerError::NotFound);
    }
    id.parse().map_err(|_| ServerError::NotFound)
}

type Answers = BTreeMap<String, String>;

fn answer<'a>(answers: &'a Answers, name: &str) -> &'a str {
    answers.get(name).map_or("", |value| value.trim())
}

fn kept(answers: &Answers, name: &str) -> String {
    answer(answers, name).chars().filter(|letter| !letter.is_control()).take(ANSWER_CHARS_MAX).collect()
}

#[derive(Debug, Clone, Serialize)]
struct Step {
    title: &'static str,
    state: &'static str,
    href: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct Problem {
    field: String,
    text: String,
}

/// What stands around each step.
#[derive(Serialize)]
struct StepFrame {
    frame: Frame,
    here: String,
    token: String,
    steps: Vec<Step>,
    message: Option<String>,
    problems: Vec<Problem>,
    problem_of: BTreeMap<String, String>,
    summary: Summary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Details,
    Payment,
    Review,
}

struct Visiting<'a> {
    app: &'a App,
    site: &'a Site,
    visit: &'a Visit,
    overview: &'a Overview,
    checkout: &'a Checkout,
    drafted: &'a Drafted,
}

impl Visiting<'_> {
    fn here(&self) -> String {
        format!("{}/checkout/{}", self.site.base, key_of(&self.app.signer, &self.site.shop.slug, self.checkout.id))
    }

    fn around(&self, at: At, message: Option<String>, problems: Vec<(String, String)>) -> Result<StepFrame, ServerError> {
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
    site.shop.touch();
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

enum Found {
    Open(Box<Checkout>),
    /// It is an order already: its page is shown instead.
    Elsewhere(Response),
}

async fn find(app: &App, site: &Site, key: &str) -> Result<Found, ServerError> {
    let id = id_of(&app.signer, &site.shop.slug, key)?;
    let checkout = app.checkouts().find(id, site.shop.id).await?.ok_or(ServerError::NotFound)?;
    match checkout.state {
        Stage::Gathering | Stage::Reserved => Ok(Found::Open(Box::new(checkout))),
        Stage::Placing { .. } | Stage::Placed { .. } => Ok(Found::Elsewhere(see_other(&format!("{}/orders/{key}", site.base)))),
    }
}

#[derive(Serialize)]
struct RadioView {
    value: String,
    title: String,
    note: String,
    price: String,
    icon: &'static str,
    is_on: bool,
    is_disabled: bool,
}

#[derive(Serialize)]
struct CountryView {
    code: &'static str,
    name: &'static str,
}

#[derive(Serialize)]
struct FormView {
    email: String,
    name: String,
    phone: String,
    country: String,
    note: String,
}

impl FormView {
    fn of(details: &Details) -> Self {
        Self {
            email: details.email.clone(),
            name: details.name.clone(),
            phone: details.phone.clone(),
            country: details.address.country.clone(),
            note: details.note.clone(),
        }
    }
}

#[derive(Serialize)]
struct DetailsPage {
    #[serde(flatten)]
    around: StepFrame,
    form: FormView,
    deliveries: Vec<RadioView>,
    has_shipping: bool,
    has_collection: bool,
    countries: Vec<CountryView>,
    address_fields: Vec<FieldView>,
}

/// `GET /checkout/<key>`
pub async fn details(State(app): State<App>, site: Site, visit: Visit, Path(key): Path<String>) -> Result<Response, ServerError> {
    match find(&app, &site, &key).await? {
        Found::Open(checkout) => details_page(&app, &site, &visit, &checkout, None, Vec::new()).await,
        Found::Elsewhere(response) => Ok(response),
    }
}

async fn details_page(
    app: &App,
    site: &Site,
    visit: &Visit,
    checkout: &Checkout,
    message: Option<String>,
    problems: Vec<(String, String)>,
) -> Result<Response, ServerError> {
    let (overview, drafted) = place::drafted(&site.shop, checkout).await?;
    let visiting = Visiting { app, site, visit, overview: &overview, checkout, drafted: &drafted };
    let has_problems = message.is_some() || !problems.is_empty();
    let around = visiting.around(At::Details, message, problems)?;
    let details = &checkout.details;
    let deliveries = deliveries(&overview, details, &drafted);
    let field = |field: address::Field| FieldView {
        name: field.name,
        label: field.label,
        autocomplete: field.autocomplete,
        is_optional: field.is_optional,
        inputmode: "",
        value: address::value(&details.address, field.name).to_owned(),
        problem: around.problem_of.get(field.name).cloned(),
    };
    let page = DetailsPage {
        form: FormView::of(details),
        has_shipping: deliveries.iter().any(|choice| choice.value == "ship" && !choice.is_disabled),
        has_collection: deliveries.iter().any(|choice| choice.value != "ship"),
        countries: words::COUNTRIES.iter().map(|(code, name)| CountryView { code, name }).collect(),
        address_fields: address::fields(&details.address.country).into_iter().map(field).collect(),
        deliveries,
        around,
    };
    let mut response = private_html(site, "checkout_details.html", &page, visit)?;
    if has_problems {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Shipping and every location that hands over, first the one that fits best.
fn deliveries(overview: &Overview, details: &Details, drafted: &Drafted) -> Vec<RadioView> {
    let mut choices = Vec::new();
    let ships = overview.locations.iter().any(|location| location.ships_orders) && !overview.shipping.rates.is_empty();
    let can_pay_shipping = PAYMENTS.iter().any(|payment| payment.is_offered(&overview.settings, DeliveryChoice::Ship));
    if ships && drafted.requires_shipping && can_pay_shipping {
        let cheapest = drafted.offers.first();
        choices.push(RadioView {
            value: "ship".to_owned(),
            title: "Ship to an address".to_owned(),
            note: cheapest.map_or_else(
                || "Not to this country yet".to_owned(),
                |_| format!("To {}", words::country_name(&details.address.country)),
            ),
            price: cheapest.map_or_else(String::new, |offer| {
                if offer.price.is_zero() { "Free".to_owned() } else { format!("from {}", words::money(offer.price)) }
            }),
            icon: "truck",
            is_on: details.delivery == Some(DeliveryChoice::Ship),
            is_disabled: false,
        });
    }
    for location in overview.locations.iter().filter(|location| location.offers_collection) {
        let lines = crate::storefront::address_lines(&location.address);
        choices.push(RadioView {
            value: location.id.to_string(),
            title: format!("Collect in {}", location.name),
            note: lines.join(", "),
            price: "Free".to_owned(),
            icon: "store",
            is_on: details.delivery == Some(DeliveryChoice::Collect(location.id)),
            is_disabled: false,
        });
    }
    if details.delivery.is_none()
        && let Some(first) = choices.first_mut()
    {
        first.is_on = true;
    }
    choices
}

/// `POST /checkout/<key>/details`
pub async fn save_details(
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
    take_details(&mut checkout.details, &answers);
    if !app.checkouts().change(checkout.id, &checkout.details, &checkout.lines).await? {
        return Ok(see_other(&format!("{}/orders/{key}", site.base)));
    }
    site.shop.touch();
    if answer(&answers, "change") == "country" {
        return Ok(see_other(&format!("{}/checkout/{key}#f-country", site.base)));
    }
    let (overview, drafted) = place::drafted(&site.shop, &checkout).await?;
    let problems = details_problems(&overview, &checkout.details, &drafted);
    if problems.is_empty() {
        return Ok(see_other(&format!("{}/checkout/{key}/payment", site.base)));
    }
    details_page(&app, &site, &visit, &checkout, None, problems).await
}

fn take_details(details: &mut Details, answers: &Answers) {
    details.email = kept(answers, "email");
    details.name = kept(answers, "name");
    details.phone = kept(answers, "phone");
    details.delivery = match answer(answers, "delivery") {
        "ship" => Some(DeliveryChoice::Ship),
        location => location.parse::<LocationId>().ok().map(DeliveryChoice::Collect),
    };
    let country = kept(answers, "country");
    if words::COUNTRIES.iter().any(|(code, _)| *code == country) {
        details.address.country = country;
    }
    for (name, field) in [
        ("line1", &mut details.address.line1),
        ("line2", &mut details.address.line2),
        ("city", &mut details.address.city),
        ("region", &mut details.address.region),
        ("postal_code", &mut details.address.postal_code),
    ] {
        if answers.contains_key(name) {
            *field = kept(answers, name);
        }
    }
}

fn details_problems(overview: &Overview, details: &Details, drafted: &Drafted) -> Vec<(String, String)> {
    let mut problems: Vec<(String, String)> = Vec::new();
    let mut add = |field: &str, text: &str| problems.push((field.to_owned(), text.to_owned()));
    if !address::is_email(&details.email) {
        add("email", "Enter an email address, such as ada@example.com.");
    }
    if details.name.is_empty() {
        add("name", "Enter your name.");
    }
    match details.delivery {
        None => add("delivery", "Choose how you get your order."),
        Some(DeliveryChoice::Collect(location)) => {
            if !overview.location(location).is_some_and(|location| location.offers_collection) {
                add("delivery", "Orders cannot be collected there any more. Choose another place.");
            }
        }
        Some(DeliveryChoice::Ship) => {
            address::problems(&details.address).iter().for_each(|(field, text)| add(field, text));
            if drafted.offers.is_empty() {
                add("country", "This shop does not ship this order to this country. Choose another country, or collect it.");
            }
        }
    }
    problems
}

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
    site.shop.touch();
    if problems.is_empty() {
        return Ok(see_other(&format!("{}/checkout/{key}/review", site.base)));
    }
    payment_page(&app, &site, &visit, &checkout, &key, problems).await
}

#[derive(Serialize)]
struct Row {
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

fn rows(overview: &Overview, order: &OrderPlaced, here: &str) -> Vec<Row> {
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
    let (working, of, seen) = (std::sync::Arc::clone(&app), site.clone(), answer(&answers, "seen").to_owned());
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

#[expect(clippy::wildcard_enum_match_arm, reason = "every other fact says nothing about a parcel")]
fn tracking_of(facts: &[tradepost_domain::fact::Fact]) -> Option<String> {
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
    let state_at = |own: usize| {
        if own <= reached {
            "is-done"
        } else if own == reached + 1 {
            "is-now"
        } else {
            ""
        }
    };
    vec![
        milestone("Ordered", day_of(order), state_at(0)),
        milestone(packed, String::new(), state_at(1)),
        milestone(last, String::new(), state_at(2)),
    ]
}

fn milestone(title: &'static str, note: String, state: &'static str) -> Milestone {
    Milestone { title, note, state }
}

fn day_of(order: &OrderPlaced) -> String {
    order.business_day.to_string()
}

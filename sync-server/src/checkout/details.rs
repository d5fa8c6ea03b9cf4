//! The first step: who, and where to.

use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use tradepost_domain::id::LocationId;

use super::address::{self, FieldView};
use super::place::{self, Drafted};
use super::providers::PAYMENTS;
use super::steps::{Answers, At, FormView, Found, RadioView, StepFrame, Visiting, answer, find, kept};
use super::store::{Checkout, DeliveryChoice, Details};
use crate::error::ServerError;
use crate::server::App;
use crate::shops::Overview;
use crate::storefront::{Site, Visit, private_html, see_other};
use crate::words;

#[derive(Serialize)]
struct CountryView {
    code: &'static str,
    name: &'static str,
}

#[derive(Serialize)]
struct DetailsPage {
    #[serde(flatten)]
    around: StepFrame,
    form: FormView,
    deliveries: Vec<RadioView>,
    /// What a buyer can do where nothing can be ordered.
    no_way: Option<String>,
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

pub(super) async fn details_page(
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
        no_way: deliveries.iter().all(|choice| choice.is_disabled).then(|| no_way(&overview)),
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

fn can_be_shipped_and_paid(overview: &Overview) -> bool {
    PAYMENTS.iter().any(|payment| payment.is_offered(&overview.settings, DeliveryChoice::Ship))
}

fn no_way(overview: &Overview) -> String {
    let email = &overview.settings.contact_email;
    let ask =
        if email.is_empty() { "Please ask in the shop.".to_owned() } else { format!("Write to {email}, and we find a way.") };
    format!("This order cannot be sent or collected at the moment. {ask} Your basket is kept.")
}

/// Shipping and every location that hands over, first the one that fits best.
fn deliveries(overview: &Overview, details: &Details, drafted: &Drafted) -> Vec<RadioView> {
    let mut choices = Vec::new();
    let ships = overview.locations.iter().any(|location| location.ships_orders) && !overview.shipping.rates.is_empty();
    let can_pay_shipping = can_be_shipped_and_paid(overview);
    if ships && drafted.requires_shipping && !can_pay_shipping {
        choices.push(RadioView {
            value: "ship".to_owned(),
            title: "Ship to an address".to_owned(),
            note: "Not possible yet: the shop has set up no way of paying for parcels.".to_owned(),
            price: String::new(),
            icon: "truck",
            is_on: false,
            is_disabled: true,
        });
    }
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
        && let Some(first) = choices.iter_mut().find(|choice| !choice.is_disabled)
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
    site.shop.reservations_changed(checkout.variants());
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

pub(super) fn details_problems(overview: &Overview, details: &Details, drafted: &Drafted) -> Vec<(String, String)> {
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
        Some(DeliveryChoice::Ship) if !can_be_shipped_and_paid(overview) => {
            add("delivery", "Parcels cannot be paid for here yet. Choose where you collect your order.");
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

//! The basket: a page, and the drawer that a script makes of it.

use axum::extract::{Form, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use tradepost_domain::basket::Basket;
use tradepost_domain::catalog::ProductStatus;
use tradepost_domain::id::{BasketId, VariantId};
use tradepost_domain::money::Money;
use tradepost_domain::quantity::Quantity;
use tradepost_operations::read::VariantRow;
use tradepost_operations::{By, Reader, Shop};

use super::cards::{Picture, picture_of};
use super::links::encoded;
use super::product::{left_by_location, tax_note};
use super::{Frame, Site, Visit, private_html, see_other};
use crate::basket_cookie::BasketCookie;
use crate::checkout::store::Reserved;
use crate::checkout::summary::shown;
use crate::environment::SystemEnvironment;
use crate::error::ServerError;
use crate::server::App;
use crate::shops::Overview;
use crate::words;

#[derive(Serialize)]
struct BasketPage {
    frame: Frame,
    #[serde(flatten)]
    part: BasketPart,
}

#[derive(Serialize)]
struct BasketPart {
    base: String,
    prefix: &'static str,
    token: String,
    message: Option<String>,
    lines: Vec<LineView>,
    goods: String,
    tax_note: &'static str,
    is_blocked: bool,
}

#[derive(Serialize)]
struct LineView {
    variant: String,
    title: String,
    variant_title: String,
    href: String,
    picture: Picture,
    quantity: String,
    unit_price: String,
    per_unit: &'static str,
    amount: String,
    problem: Option<String>,
}

/// A form's fields in order.
type Fields = Vec<(String, String)>;

fn field<'a>(form: &'a Fields, name: &str) -> &'a str {
    form.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.as_str())
}

/// `GET /basket`
pub async fn show(State(app): State<App>, site: Site, visit: Visit, headers: HeaderMap) -> Result<Response, ServerError> {
    let basket = site.basket(&headers, &app.signer);
    answer(&app, &site, &visit, &headers, basket, None).await
}

/// `POST /basket/add`. Stands on pages that are the same for everybody, so it carries no token; where it comes from is checked, and all it
/// can do is put something into the visitor's own cookie.
pub async fn add(
    State(app): State<App>,
    site: Site,
    visit: Visit,
    headers: HeaderMap,
    Form(form): Form<Fields>,
) -> Result<Response, ServerError> {
    let variant: VariantId =
        field(&form, "variant").parse().map_err(|_| ServerError::BadRequest("Choose what to add first.".to_owned()))?;
    let quantity = match field(&form, "quantity") {
        "" => Quantity::ONE,
        text => Quantity::parse(text)
            .ok()
            .filter(|quantity| *quantity > Quantity::ZERO)
            .ok_or_else(|| ServerError::BadRequest("Write the quantity as a number, such as 2.".to_owned()))?,
    };
    let known = site.shop.read(move |reader| Ok(reader.variant(variant)?)).await?;
    let row = known.filter(|row| row.status == ProductStatus::Active && row.list_price.is_some()).ok_or(ServerError::NotFound)?;
    let mut basket = site.basket(&headers, &app.signer);
    let message = match basket.add(variant, whole_of_pieces(&row, quantity)) {
        Ok(()) => format!("Added: {}", row.product_title),
        Err(full) => full.to_string(),
    };
    change(&app, &site, &visit, &headers, basket, Some(message)).await
}

/// `POST /basket/update`: quantities, or one line out.
pub async fn update(
    State(app): State<App>,
    site: Site,
    visit: Visit,
    headers: HeaderMap,
    Form(form): Form<Fields>,
) -> Result<Response, ServerError> {
    visit.check(field(&form, "token"), &app.signer)?;
    let mut basket = site.basket(&headers, &app.signer);
    let mut message = None;
    if let Ok(variant) = field(&form, "remove").parse::<VariantId>() {
        // Setting to nothing never fills a basket.
        basket.lines.retain(|(id, _)| *id != variant);
        message = Some("Removed.".to_owned());
    } else {
        for (name, value) in &form {
            let Some(Ok(variant)) = name.strip_prefix("q-").map(str::parse::<VariantId>) else { continue };
            let Ok(quantity) = Quantity::parse(value) else {
                message = Some("Write quantities as numbers, such as 2.".to_owned());
                continue;
            };
            if let Err(full) = basket.set(variant, quantity) {
                message = Some(full.to_string());
            }
        }
    }
    change(&app, &site, &visit, &headers, basket, message).await
}

/// Pieces are ordered whole.
fn whole_of_pieces(row: &VariantRow, quantity: Quantity) -> Quantity {
    let is_piece = words::per_unit(row.unit).is_empty();
    if is_piece { Quantity::from_thousandths((quantity.thousandths / 1000).max(1) * 1000) } else { quantity }
}

async fn change(
    app: &App,
    site: &Site,
    visit: &Visit,
    headers: &HeaderMap,
    basket: BasketCookie,
    message: Option<String>,
) -> Result<Response, ServerError> {
    let mut response = if is_part(headers) {
        answer(app, site, visit, headers, basket.clone(), message).await?
    } else {
        see_other(&format!("{}/basket", site.base))
    };
    site.keep_basket(response.headers_mut(), &basket, &app.signer);
    Ok(response)
}

fn is_part(headers: &HeaderMap) -> bool {
    headers.contains_key("x-part")
}

async fn answer(
    app: &App,
    site: &Site,
    visit: &Visit,
    headers: &HeaderMap,
    basket: BasketCookie,
    message: Option<String>,
) -> Result<Response, ServerError> {
    let overview = site.shop.overview().await?;
    let reserved = app.checkouts().reserved(site.shop.id, basket.checkout).await?;
    let (base, token, verbs, about) = (site.base.clone(), visit.token(&app.signer), site.shop.shop.clone(), overview.clone());
    let prefix = if is_part(headers) { "drawer-" } else { "" };
    let part = site
        .shop
        .read(move |reader| {
            let viewing = Viewing { reader, verbs: &verbs, overview: &about, reserved: &reserved, base: &base };
            let (lines, goods) = viewing.lines(&basket)?;
            let is_blocked = lines.iter().any(|line| line.problem.is_some());
            let goods = words::money(goods);
            Ok(BasketPart { prefix, token, message, lines, goods, tax_note: tax_note(&about), is_blocked, base: base.clone() })
        })
        .await?;
    if is_part(headers) {
        return private_html(site, "basket_lines.html", &part, visit);
    }
    let frame = Frame::around(site, &overview, "Basket").private();
    private_html(site, "basket.html", &BasketPage { frame, part }, visit)
}

struct Viewing<'a> {
    reader: &'a Reader,
    verbs: &'a Shop,
    overview: &'a Overview,
    reserved: &'a Reserved,
    base: &'a str,
}

impl Viewing<'_> {
    /// The lines with what they cost, and all of them together.
    fn lines(&self, cookie: &BasketCookie) -> Result<(Vec<LineView>, Money), ServerError> {
        let mut env = SystemEnvironment;
        let mut by = By::owner(&mut env);
        let inclusion = self.overview.settings.tax_inclusion;
        let mut basket = Basket::new(BasketId::from_bytes([0; 16]));
        let mut views = Vec::new();
        for (variant, quantity) in &cookie.lines {
            let row = self.reader.variant(*variant)?;
            let Some(row) = row.filter(|row| row.status == ProductStatus::Active && row.list_price.is_some()) else {
                views.push(gone(*variant, *quantity));
                continue;
            };
            basket.add(Shop::line_for(&mut by, &row, *quantity)?).map_err(|error| ServerError::BadRequest(error.to_string()))?;
            views.push(self.line(&row, *quantity)?);
        }
        let priced = self.verbs.price(&mut by, &basket)?;
        for item in &priced.lines {
            let id = item.line.variant.map_or_else(String::new, |variant| variant.to_string());
            if let Some(view) = views.iter_mut().find(|view| view.variant == id) {
                view.amount = words::money(shown(inclusion, item.net, item.gross));
            }
        }
        Ok((views, shown(inclusion, priced.net, priced.gross)))
    }

    fn line(&self, row: &VariantRow, quantity: Quantity) -> Result<LineView, ServerError> {
        let left = left_by_location(self.reader, self.overview, row, self.reserved)?;
        let most = left.iter().map(|at| at.left.map_or(i64::MAX, |left| left.thousandths)).max().unwrap_or(0);
        let problem = if most <= 0 {
            Some("Sold out at the moment. Please remove it.".to_owned())
        } else if most < quantity.thousandths {
            Some(format!("{}. Please change the quantity.", words::only_left(Quantity::from_thousandths(most), row.unit)))
        } else {
            None
        };
        let handle = self.reader.product(row.product)?.map_or_else(String::new, |product| product.handle);
        Ok(LineView {
            variant: row.id.to_string(),
            title: row.product_title.clone(),
            variant_title: row.variant_title.clone(),
            href: format!("{}/products/{}?variant={}", self.base, encoded(&handle), row.id),
            picture: picture_of(self.base, &row.image_url, &row.product_title, ""),
            quantity: quantity.to_string(),
            unit_price: row.list_price.map_or_else(String::new, words::money),
            per_unit: words::per_unit(row.unit),
            amount: String::new(),
            problem,
        })
    }
}

/// A line for something that is no longer sold.
fn gone(variant: VariantId, quantity: Quantity) -> LineView {
    LineView {
        variant: variant.to_string(),
        title: "No longer sold".to_owned(),
        variant_title: String::new(),
        href: String::new(),
        picture: Picture { src: String::from("data:,"), alt: String::new() },
        quantity: quantity.to_string(),
        unit_price: String::new(),
        per_unit: "",
        amount: String::new(),
        problem: Some("This is no longer sold. Please remove it.".to_owned()),
    }
}

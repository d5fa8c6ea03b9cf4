use std::sync::Arc;

use axum::http::StatusCode;
use tradepost_domain::id::OrderId;
use tradepost_domain::order::{DeliveryMethod, FulfillmentStage, OrderStatus, PaymentMethod};
use tradepost_operations::{By, Fulfillment, NewOrder, lock};

use crate::support::{Device, Seen, TestServer, Visitor, env, open, sync};

async fn tea_shop(pieces: i64) -> (TestServer, Device, String) {
    let server = TestServer::start().await;
    let device = Device::found("Tea", "EUR", "DE");
    let (_, variant) = device.product("Green tea", 900, pieces);
    server.publish(&device).await;
    (server, device, variant.to_string())
}

const CONTACT: [(&str, &str); 2] = [("email", "ada@example.com"), ("name", "Ada Lovelace")];

/// From the product to the last page before the order; the checkout's address and that page.
async fn to_review(visitor: &Visitor, variant: &str, quantity: &str, delivery: &[(&str, &str)]) -> (String, Seen) {
    visitor.post("/basket/add", &[("variant", variant), ("quantity", quantity)]).await;
    let token = visitor.get("/basket").await.hidden("token");
    let here = visitor.post("/checkout", &[("token", &token)]).await.location();
    let mut fields = vec![("token", token.as_str())];
    fields.extend(CONTACT);
    fields.extend(delivery);
    let payment = visitor.post(&format!("{here}/details"), &fields).await;
    assert_eq!(payment.status, StatusCode::SEE_OTHER, "{}", payment.body);
    let page = visitor.get(&payment.location()).await;
    let rate = if page.body.contains("name=\"rate\"") { page.hidden_radio("rate") } else { String::new() };
    let fields = [("token", token.as_str()), ("payment", "bank-transfer"), ("rate", &rate), ("note", "Ring twice")];
    let review = visitor.post(&format!("{here}/payment"), &fields).await;
    assert_eq!(review.status, StatusCode::SEE_OTHER, "{}", review.body);
    (here, visitor.get(&review.location()).await)
}

impl Seen {
    fn hidden_radio(&self, name: &str) -> String {
        self.hidden(name)
    }
}

fn ship() -> [(&'static str, &'static str); 5] {
    [("delivery", "ship"), ("country", "DE"), ("line1", "Hafenweg 1"), ("postal_code", "20457"), ("city", "Hamburg")]
}

fn orders(server: &TestServer, device: &Device) -> usize {
    let hosted = server.app.shops.find(lock(&device.replica).shop()).unwrap();
    hosted.shop.reader().unwrap().orders(&Default::default(), 100, 0).unwrap().len()
}

#[tokio::test]
async fn from_browsing_to_an_order_that_the_shop_sees_and_ships() {
    let (server, device, variant) = tea_shop(10).await;
    let visitor = server.visitor();
    assert!(visitor.get("/products/green-tea").await.body.contains("Add to basket"));
    let (here, review) = to_review(&visitor, &variant, "2", &ship()).await;
    for expected in ["Hafenweg 1", "20457 Hamburg", "Germany", "€18.00", "€5.00", "€23.00", "includes VAT 19 %", "Ring twice"]
    {
        assert!(review.body.contains(expected), "the review lacks {expected}:\n{}", review.body);
    }
    let placed =
        visitor.post(&format!("{here}/place"), &[("token", &review.hidden("token")), ("seen", &review.hidden("seen"))]).await;
    let status_page = placed.location();
    let status = visitor.get(&status_page).await;
    assert!(status.body.contains("Order W-1001") && status.body.contains("Harbor Bank"), "{}", status.body);
    assert!(visitor.get("/basket").await.body.contains("Your basket is empty"));
    sync(&server.app, &device);
    let reader = device.shop.reader().unwrap();
    let (order, _) = reader.order_by_number("W-1001").unwrap().unwrap();
    assert_eq!((order.gross.minor, order.name.as_str(), order.note.as_str()), (2300, "Ada Lovelace", "Ring twice"));
    assert!(matches!(order.delivery, DeliveryMethod::Ship { ref address, .. } if address.city == "Hamburg"));
    let level = reader.stock_level(variant.parse().unwrap(), device.location).unwrap();
    assert_eq!(level.committed.thousandths, 2000);
    let mut env = env();
    device.shop.record_payment(&mut By::owner(&mut env), order.id, order.gross, "transfer").unwrap();
    let shipped =
        Fulfillment { lines: None, stage: FulfillmentStage::Shipped, tracking_number: "JD0146".to_owned(), location: None };
    device.shop.fulfill(&mut By::owner(&mut env), order.id, shipped).unwrap();
    sync(&server.app, &device);
    let status = server.visitor().get(status_page.split('?').next().unwrap()).await;
    assert!(status.body.contains("on its way") && status.body.contains("JD0146"), "{}", status.body);
}

#[tokio::test]
async fn where_parcels_cannot_be_paid_the_page_says_so_and_what_can_be_chosen() {
    let (server, device, variant) = tea_shop(10).await;
    let mut env = env();
    let mut settings = device.shop.settings().unwrap();
    settings.bank_details.clear();
    device.shop.edit_shop(&mut By::owner(&mut env), &settings).unwrap();
    sync(&server.app, &device);
    let visitor = server.visitor();
    visitor.post("/basket/add", &[("variant", &variant), ("quantity", "1")]).await;
    let token = visitor.get("/basket").await.hidden("token");
    let here = visitor.post("/checkout", &[("token", &token)]).await.location();
    let page = visitor.get(&here).await;
    for expected in ["the shop has set up no way of paying for parcels", "Collect in Harbor Street", "Continue"] {
        assert!(page.body.contains(expected), "the page lacks {expected}:\n{}", page.body);
    }
    let mut fields = vec![("token", token.as_str())];
    fields.extend(CONTACT);
    fields.extend(ship());
    let refused = visitor.post(&format!("{here}/details"), &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("Choose where you collect your order"), "{}", refused.body);

    let mut place = device.shop.reader().unwrap().location(device.location).unwrap().unwrap();
    place.offers_collection = false;
    device.shop.save_location(&mut By::owner(&mut env), &place).unwrap();
    sync(&server.app, &device);
    let page = visitor.get(&here).await;
    assert!(page.body.contains("Write to hello@shop.example") && !page.body.contains(">Continue<"), "{}", page.body);
}

#[tokio::test]
async fn pressing_twice_and_in_two_tabs_is_one_order() {
    let (server, device, variant) = tea_shop(10).await;
    let visitor = server.visitor();
    let (here, review) = to_review(&visitor, &variant, "1", &ship()).await;
    let (token, seen) = (review.hidden("token"), review.hidden("seen"));
    let again = visitor.post("/checkout", &[("token", &token)]).await.location();
    assert_eq!(here, again, "the second tab goes on with the same checkout");
    let review = visitor.get(&format!("{here}/review")).await;
    assert_eq!(review.hidden("seen"), seen);
    let press = || {
        let (visitor, here, token, seen) = (visitor.clone(), here.clone(), token.clone(), seen.clone());
        async move { visitor.post(&format!("{here}/place"), &[("token", &token), ("seen", &seen)]).await }
    };
    let (one, two, three) = tokio::join!(press(), press(), press());
    assert_eq!((one.location(), two.location()), (three.location(), three.location()));
    assert_eq!(press().await.location(), three.location());
    assert_eq!(orders(&server, &device), 1);
}

#[tokio::test]
async fn the_last_piece_is_promised_once() {
    let (server, device, variant) = tea_shop(1).await;
    let (first, second) = (server.visitor(), server.visitor());
    let (here, review) = to_review(&first, &variant, "1", &ship()).await;
    assert_eq!(review.status, StatusCode::OK);
    let page = second.get("/products/green-tea").await;
    assert!(page.body.contains("Sold out"), "what somebody is just ordering is not offered:\n{}", page.body);
    let (_, refused) = to_review(&second, &variant, "1", &ship()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("sold out here at this moment"), "{}", refused.body);
    let placed =
        first.post(&format!("{here}/place"), &[("token", &review.hidden("token")), ("seen", &review.hidden("seen"))]).await;
    assert_eq!(placed.status, StatusCode::SEE_OTHER);
    assert_eq!(orders(&server, &device), 1);
}

#[tokio::test]
async fn more_than_is_there_is_said_in_the_basket() {
    let (server, _device, variant) = tea_shop(2).await;
    let visitor = server.visitor();
    visitor.post("/basket/add", &[("variant", &variant), ("quantity", "5")]).await;
    let basket = visitor.get("/basket").await;
    assert!(basket.body.contains("Only 2 left") && basket.body.contains("disabled"), "{}", basket.body);
}

#[tokio::test]
async fn a_price_that_changed_since_the_buyer_looked_is_shown_first() {
    let (server, device, variant) = tea_shop(10).await;
    let visitor = server.visitor();
    let (here, review) = to_review(&visitor, &variant, "1", &ship()).await;
    let mut env = env();
    let mut product = device.shop.reader().unwrap().product_by_handle("green-tea").unwrap().unwrap();
    product.variants[0].list_price.as_mut().unwrap().minor = 1_100;
    device.shop.save_product(&mut By::owner(&mut env), &product).unwrap();
    sync(&server.app, &device);
    let refused =
        visitor.post(&format!("{here}/place"), &[("token", &review.hidden("token")), ("seen", &review.hidden("seen"))]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("changed since you looked") && refused.body.contains("€16.00"), "{}", refused.body);
    assert_eq!(orders(&server, &device), 0);
}

#[tokio::test]
async fn answers_that_cannot_be_are_asked_again_in_place() {
    let (server, _device, variant) = tea_shop(10).await;
    let visitor = server.visitor();
    visitor.post("/basket/add", &[("variant", &variant)]).await;
    let token = visitor.get("/basket").await.hidden("token");
    let here = visitor.post("/checkout", &[("token", &token)]).await.location();
    let fields = [
        ("token", token.as_str()),
        ("email", "nonsense"),
        ("name", ""),
        ("delivery", "ship"),
        ("country", "DE"),
        ("postal_code", "12"),
    ];
    let seen = visitor.post(&format!("{here}/details"), &fields).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    for expected in ["Enter an email address", "Enter your name", "five digits", "aria-invalid=\"true\"", "value=\"nonsense\""] {
        assert!(seen.body.contains(expected), "{expected}:\n{}", seen.body);
    }
    assert_eq!(visitor.get(&format!("{here}/review")).await.status, StatusCode::SEE_OTHER, "nothing is skipped");
    let forged = format!("{}x", here);
    assert_eq!(visitor.get(&forged).await.status, StatusCode::NOT_FOUND);
}

/// A crash between writing the order down and noting that it stands, before and after it was recorded.
#[tokio::test]
async fn an_order_whose_placing_broke_off_stands_once_after_the_next_start() {
    for recorded_before_the_crash in [false, true] {
        let (server, device, variant) = tea_shop(10).await;
        let visitor = server.visitor();
        let (here, _) = to_review(&visitor, &variant, "1", &ship()).await;
        let key = here.rsplit('/').next().unwrap().to_owned();
        let id: OrderId = key[..32].parse().unwrap();
        let hosted = server.app.shops.find(lock(&device.replica).shop()).unwrap();
        let mut env = env();
        let mut by = By::owner(&mut env);
        let reader = hosted.shop.reader().unwrap();
        let row = reader.variant(variant.parse().unwrap()).unwrap().unwrap();
        let mut basket = tradepost_domain::basket::Basket::new(tradepost_domain::id::BasketId::from_bytes([1; 16]));
        basket
            .add(tradepost_operations::Shop::line_for(&mut by, &row, tradepost_domain::quantity::Quantity::ONE).unwrap())
            .unwrap();
        let new = NewOrder {
            id,
            number: "W-1001".to_owned(),
            customer: None,
            name: "Ada".to_owned(),
            email: "ada@example.com".to_owned(),
            phone: String::new(),
            basket,
            delivery: DeliveryMethod::Collect { location: device.location },
            payment_method: PaymentMethod::PayOnCollection,
            location: device.location,
            note: String::new(),
        };
        let draft = hosted.shop.draft_order(&mut by, new).unwrap();
        assert!(server.app.checkouts().placing(&draft).await.unwrap());
        if recorded_before_the_crash {
            hosted.shop.place(&mut by, draft).unwrap();
        }
        let shop_id = hosted.id;
        drop((hosted, reader));
        let TestServer { app, router, folder, stop } = server;
        app.close().await;
        drop((app, router, stop, visitor));

        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (ask, asked) = tokio::sync::oneshot::channel::<()>();
        let data = folder.path().to_owned();
        let serving = tokio::spawn(async move {
            let stop = async move { drop(asked.await) };
            tradepost_server::serve::serve_on(listener, &data, Default::default(), stop).await
        });
        let page = loop {
            let answer = reqwest::get(format!("http://{address}/orders/{key}")).await.unwrap();
            if answer.status().is_success() {
                break answer.text().await.unwrap();
            }
            tokio::task::yield_now().await;
        };
        assert!(page.contains("Order W-1001"));
        ask.send(()).unwrap();
        serving.await.unwrap().unwrap();
        let (app, _stop) = open(folder.path(), Default::default()).await;
        let hosted = app.shops.find(shop_id).unwrap();
        let reader = hosted.shop.reader().unwrap();
        let all = reader.orders(&Default::default(), 10, 0).unwrap();
        assert_eq!(all.len(), 1, "recorded before the crash: {recorded_before_the_crash}");
        assert_eq!(all[0].status, OrderStatus::Open);
        drop(Arc::clone(&app));
    }
}

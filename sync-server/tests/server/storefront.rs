use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::support::{Device, TestServer, workspace};

async fn demo() -> (TestServer, Device) {
    let server = TestServer::start().await;
    let device = Device::found("Harbor & Oak", "USD", "US");
    let blobs =
        server.folder.path().join("shops").join(tradepost_operations::lock(&device.replica).shop().to_string()).join("blobs");
    device.take_demo(&workspace().join("installers/demo"), &blobs);
    server.publish(&device).await;
    (server, device)
}

#[tokio::test]
async fn a_buyer_finds_a_product_by_every_way() {
    let (server, _device) = demo().await;
    let visitor = server.visitor();
    for (path, expected) in [
        ("/", "New in the shop"),
        ("/s/harbor-oak/", "New in the shop"),
        ("/products", "60 products"),
        ("/products?page=3", "Page 3 of 3"),
        ("/collections/kitchen", "12 products"),
        ("/products?type=Kitchen&sort=price", "12 products"),
        ("/products?min=1&max=3", "3 products"),
        ("/search?q=mug", "Harbor mug"),
        ("/search?q=harbr", "Here is what fits “harbor”"),
        ("/search?q=zzzzzz", "Nothing fits"),
        ("/products/harbor-mug", "In stock, ships to your address"),
        ("/search/suggestions?q=harb", "Harbor mug"),
        ("/sitemap.xml", "/sitemap/1.xml"),
        ("/sitemap/1.xml", "/products/harbor-mug"),
        ("/robots.txt", "Sitemap: http://shop.test/sitemap.xml"),
    ] {
        let seen = visitor.get(path).await;
        assert_eq!(seen.status, StatusCode::OK, "{path}");
        assert!(seen.body.contains(expected), "{path} lacks {expected}:\n{}", seen.body);
    }
}

#[tokio::test]
async fn pages_describe_themselves_to_search_engines() {
    let (server, _device) = demo().await;
    let body = server.visitor().get("/products/harbor-mug").await.body;
    let data: Vec<serde_json::Value> = body
        .split("application/ld+json\">")
        .skip(1)
        .map(|rest| serde_json::from_str(rest.split("</script>").next().unwrap()).unwrap())
        .collect();
    assert_eq!(data[0]["@type"], "Product");
    assert_eq!(data[0]["offers"][0]["price"], "18.00");
    assert_eq!(data[1]["@type"], "BreadcrumbList");
    assert!(body.contains("rel=\"canonical\"") && body.contains("og:image"));
    let narrowed = server.visitor().get("/products?tag=gift").await.body;
    assert!(narrowed.contains("name=\"robots\" content=\"noindex\""));
}

#[tokio::test]
async fn an_unchanged_page_is_not_sent_again_and_a_changed_one_is() {
    let server = TestServer::start().await;
    let device = Device::found("Tea", "EUR", "DE");
    let (_, variant) = device.product("Green tea", 900, 3);
    server.publish(&device).await;
    let visitor = server.visitor();
    let first = visitor.get("/products/green-tea").await;
    let etag = first.header("etag").to_owned();
    assert!(
        !etag.is_empty()
            && first.header("cache-control").contains("s-maxage")
            && first.header("surrogate-key").starts_with("shop-")
    );
    let again = visitor.send(Request::builder().header(header::IF_NONE_MATCH, &etag), "/products/green-tea", Body::empty()).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    device.receive(variant, 100);
    crate::support::sync(&server.app, &device);
    let changed =
        visitor.send(Request::builder().header(header::IF_NONE_MATCH, &etag), "/products/green-tea", Body::empty()).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert!(first.body.contains("Only 3 left") && changed.body.contains("In stock"));
}

#[tokio::test]
async fn a_page_is_made_anew_when_what_it_shows_changed_and_only_then() {
    let server = TestServer::start().await;
    let device = Device::found("Tea", "EUR", "DE");
    let (mut green, green_variant) = device.product("Green tea", 900, 30);
    let (_, black_variant) = device.product("Black coffee", 700, 30);
    server.publish(&device).await;
    let visitor = server.visitor();
    let made = async |path: &str| {
        let before = server.app.pages.made();
        let body = visitor.get(path).await.body;
        (body, server.app.pages.made() > before)
    };
    let (green_page, black_page) = ("/products/green-tea", "/products/black-coffee");
    assert!(made(green_page).await.1 && made(black_page).await.1 && made("/").await.1);
    assert!(!made(green_page).await.1 && !made(black_page).await.1 && !made("/").await.1, "nothing changed");

    // Stock of one product: its own page alone, and lists that show it.
    device.receive(black_variant, 5);
    crate::support::sync(&server.app, &device);
    assert!(!made(green_page).await.1, "the stock of another product is not on this page");
    assert!(made(black_page).await.1);
    assert!(made("/").await.1);

    // A price: visible with the next request.
    green.variants[0].list_price = Some(tradepost_domain::money::Money::from_minor(1_234, device.currency()));
    device.save(&green);
    crate::support::sync(&server.app, &device);
    assert!(made(green_page).await.0.contains("€12.34"));
    assert!(made("/").await.0.contains("€12.34"));
    assert!(!made(black_page).await.1, "the price of another product is not on this page");

    // Goods in somebody's checkout are not offered to others; when they are free again, they are.
    device.take_out(green_variant, 28);
    crate::support::sync(&server.app, &device);
    assert!(made(green_page).await.0.contains("Only 2 left"));

    // The frame of every page.
    device.rename("Tea and coffee");
    crate::support::sync(&server.app, &device);
    for path in [green_page, black_page, "/"] {
        assert!(made(path).await.0.contains("Tea and coffee"), "{path}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_protect() {
    let (server, _device) = demo().await;
    for path in ["/", "/nowhere", "/basket", "/healthz", "/assets/x/store.css", "/products/harbor-mug"] {
        let seen = server.visitor().get(path).await;
        assert!(seen.header("content-security-policy").contains("script-src 'self'"), "{path}");
        assert!(!seen.header("content-security-policy").contains("unsafe"), "{path}");
        assert_eq!(seen.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!seen.header("referrer-policy").is_empty(), "{path}");
        assert!(!seen.body.contains(" style=\"") && !seen.body.contains("onclick"), "{path} has code or style in the page");
    }
}

#[tokio::test]
async fn a_page_that_is_not_here_helps_on() {
    let (server, _device) = demo().await;
    for path in ["/products/nothing", "/collections/nothing", "/nowhere", "/orders/1234", "/products?page=9"] {
        let seen = server.visitor().get(path).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{path}");
        assert!(seen.body.contains("This page is not here") && seen.body.contains("Search"), "{path}");
    }
    assert_eq!(server.visitor().get("/s/nobody/").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_buyers_type_stays_text() {
    let (server, _device) = demo().await;
    let seen = server.visitor().get("/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E").await;
    assert!(!seen.body.contains("<script>alert"));
    let long = "x".repeat(5_000);
    assert_eq!(server.visitor().get(&format!("/search?q={long}")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_seller_replaces_a_page() {
    let (server, device) = demo().await;
    let theme =
        server.folder.path().join("shops").join(tradepost_operations::lock(&device.replica).shop().to_string()).join("theme");
    std::fs::create_dir_all(&theme).unwrap();
    std::fs::write(theme.join("home.html"), "<h1>{{ frame.shop_name }} by the sea</h1>").unwrap();
    assert_eq!(server.visitor().get("/").await.body, "<h1>Harbor &amp; Oak by the sea</h1>");
}

#[tokio::test]
async fn a_form_of_another_site_or_without_its_token_is_turned_away() {
    let server = TestServer::start().await;
    let device = Device::found("Tea", "EUR", "DE");
    let (_, variant) = device.product("Green tea", 900, 3);
    server.publish(&device).await;
    let visitor = server.visitor();
    let variant = variant.to_string();
    let fields = [("variant", variant.as_str()), ("quantity", "1")];
    for (name, value) in [("origin", "https://evil.test"), ("sec-fetch-site", "cross-site"), ("origin", "null")] {
        let seen = visitor.post_with(Request::builder().header(name, value), "/basket/add", &fields).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert_eq!(visitor.post("/basket/add", &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(visitor.post("/checkout", &[("token", "wrong")]).await.status, StatusCode::FORBIDDEN);
    let token = visitor.get("/basket").await.hidden("token");
    assert_eq!(server.visitor().post("/checkout", &[("token", &token)]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(visitor.post("/checkout", &[("token", &token)]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_basket_that_was_tampered_with_is_empty_and_adding_writes_nothing() {
    let server = TestServer::start().await;
    let device = Device::found("Tea", "EUR", "DE");
    let (_, variant) = device.product("Green tea", 900, 3);
    server.publish(&device).await;
    let visitor = server.visitor();
    visitor.post("/basket/add", &[("variant", &variant.to_string()), ("quantity", "2")]).await;
    assert!(visitor.get("/basket").await.body.contains("€18.00"));
    assert_eq!(visitor.cookie("basket_count").as_deref(), Some("2"));
    let checkouts: i64 =
        sqlx::query_scalar("select count(*) from checkouts").fetch_one(server.app.database.pool()).await.unwrap();
    assert_eq!(checkouts, 0);
    let mut value = visitor.cookie("basket").unwrap();
    value.replace_range(0..1, if value.starts_with('A') { "B" } else { "A" });
    visitor.set_cookie("basket", &value);
    assert!(visitor.get("/basket").await.body.contains("Your basket is empty"));
}

#[tokio::test]
async fn a_body_that_is_too_large_and_a_flood_of_forms_are_refused() {
    let (server, _device) = demo().await;
    let large = "x".repeat(100_000);
    let seen = server.visitor().post("/basket/add", &[("variant", &large)]).await;
    assert_eq!(seen.status, StatusCode::PAYLOAD_TOO_LARGE);
    let visitor = server.visitor();
    let mut last = StatusCode::OK;
    for _ in 0..130 {
        last = visitor.post("/basket/update", &[("token", "x")]).await.status;
    }
    assert_eq!(last, StatusCode::SERVICE_UNAVAILABLE);
}

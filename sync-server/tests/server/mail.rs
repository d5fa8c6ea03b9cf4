//! A real SMTP conversation with a small strict server: it takes commands in their order alone, each line ended as RFC 5321 says.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use tradepost_domain::order::FulfillmentStage;
use tradepost_operations::{By, Fulfillment};

use crate::support::{Device, TestServer, Visitor, env, sync};

type Inbox = Arc<Mutex<Vec<String>>>;

/// Answers the first `refused` mails with "try later".
async fn sink(refused: usize) -> (u16, Inbox) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let inbox: Inbox = Arc::default();
    let kept = Arc::clone(&inbox);
    tokio::spawn(async move {
        let mut left = refused;
        while let Ok((socket, _)) = listener.accept().await {
            let (read, mut write) = socket.into_split();
            let mut lines = BufReader::new(read);
            write.write_all(b"220 sink ready\r\n").await.unwrap();
            let mut expected = "EHLO";
            let mut line = String::new();
            while {
                line.clear();
                lines.read_line(&mut line).await.unwrap_or(0) > 0
            } {
                assert!(line.ends_with("\r\n"), "a bare line end: {line:?}");
                let verb = line.split([' ', ':', '\r']).next().unwrap().to_uppercase();
                if verb == "QUIT" {
                    write.write_all(b"221 bye\r\n").await.unwrap();
                    break;
                }
                assert_eq!(verb, expected, "{line}");
                let (answer, next) = match verb.as_str() {
                    "EHLO" => ("250 sink\r\n", "MAIL"),
                    "MAIL" if left > 0 => {
                        left -= 1;
                        ("451 try again later\r\n", "QUIT")
                    }
                    "MAIL" => ("250 ok\r\n", "RCPT"),
                    "RCPT" => ("250 ok\r\n", "DATA"),
                    _ => {
                        write.write_all(b"354 go on\r\n").await.unwrap();
                        let mut mail = String::new();
                        loop {
                            line.clear();
                            lines.read_line(&mut line).await.unwrap();
                            assert!(line.ends_with("\r\n") && line.len() <= 1000, "a line against RFC 5322: {line:?}");
                            if line == ".\r\n" {
                                break;
                            }
                            mail.push_str(&line);
                        }
                        kept.lock().unwrap().push(mail);
                        ("250 taken\r\n", "MAIL")
                    }
                };
                expected = next;
                write.write_all(answer.as_bytes()).await.unwrap();
            }
        }
    });
    (port, inbox)
}

#[tokio::test]
async fn an_order_is_confirmed_by_mail_once_with_a_link_that_works() {
    let (port, inbox) = sink(0).await;
    let config: tradepost_server::config::Config = toml::from_str(&format!(
        "[smtp]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\nfrom = \"Tea <orders@tea.example>\"\n"
    ))
    .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let device = Device::found("Tea", "EUR", "DE");
    let (_, variant) = device.product("Green tea", 900, 5);
    {
        let (app, _stop) = crate::support::open(folder.path(), Default::default()).await;
        let token = std::fs::read_to_string(folder.path().join("admin-token")).unwrap();
        crate::support::publish(&tradepost_server::router(Arc::clone(&app)), token.trim(), &device).await;
        crate::support::sync(&app, &device);
        app.close().await;
    }
    let (ask, asked) = tokio::sync::oneshot::channel::<()>();
    let data = folder.path().to_owned();
    let serving = tokio::spawn(async move {
        tradepost_server::serve::serve_on(listener, &data, config, async move { drop(asked.await) }).await
    });

    let browser = reqwest::Client::builder().cookie_store(true).build().unwrap();
    let at = |path: &str| format!("http://{address}{path}");
    let post = async |path: &str, fields: &[(&str, &str)]| browser.post(at(path)).form(fields).send().await.unwrap();
    post("/basket/add", &[("variant", &variant.to_string()), ("quantity", "1")]).await;
    let page = Page(browser.get(at("/basket")).send().await.unwrap().text().await.unwrap());
    let token = page.hidden("token");
    let details = post("/checkout", &[("token", &token)]).await;
    let here = details.url().path().to_owned();
    let place = device.location.to_string();
    post(
        &format!("{here}/details"),
        &[("token", &token), ("email", "ada@example.com"), ("name", "Ada Löwe"), ("delivery", &place)],
    )
    .await;
    let review =
        Page(post(&format!("{here}/payment"), &[("token", &token), ("payment", "on-collection")]).await.text().await.unwrap());
    let seen = review.hidden("seen");
    for _ in 0..2 {
        assert!(post(&format!("{here}/place"), &[("token", &token), ("seen", &seen)]).await.status().is_success());
    }
    while inbox.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    ask.send(()).unwrap();
    serving.await.unwrap().unwrap();
    let mails = inbox.lock().unwrap();
    assert_eq!(mails.len(), 1);
    let mail = mails[0].replace("=\r\n", "");
    for expected in ["To: ada@example.com", "W-1001", "multipart/alternative", "Green tea", "/orders/"] {
        assert!(mail.contains(expected), "the mail lacks {expected}:\n{mail}");
    }
}

/// What became of orders after they were placed: a parcel, one to collect, one canceled.
#[tokio::test]
async fn buyers_are_told_once_that_their_order_ships_waits_or_was_canceled() {
    let (port, inbox) = sink(0).await;
    let config: tradepost_server::config::Config = toml::from_str(&format!(
        "[smtp]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\nfrom = \"Tea <orders@tea.example>\"\n"
    ))
    .unwrap();
    let server = TestServer::with(config).await;
    let device = Device::found("Tea", "EUR", "DE");
    let (_, variant) = device.product("Green tea", 900, 9);
    server.publish(&device).await;
    let collect = device.location.to_string();
    let shipping =
        [("delivery", "ship"), ("country", "DE"), ("line1", "Hafenweg 1"), ("postal_code", "20457"), ("city", "Hamburg")];
    for delivery in [shipping.as_slice(), &[("delivery", &collect)], &shipping] {
        place(&server.visitor(), &variant.to_string(), delivery).await;
    }
    sync(&server.app, &device);
    let running = tokio::spawn(tradepost_server::jobs::run(Arc::clone(&server.app)));
    let arrived = async |count: usize| {
        while inbox.lock().unwrap().len() < count {
            server.app.mail_waits.notify_one();
            tokio::task::yield_now().await;
        }
    };
    arrived(3).await;

    let id_of = |number: &str| device.shop.reader().unwrap().order_by_number(number).unwrap().unwrap().0.id;
    let mut env = env();
    let mut by = By::owner(&mut env);
    let stage = |stage, tracking_number: &str| Fulfillment {
        lines: None,
        stage,
        tracking_number: tracking_number.to_owned(),
        location: None,
    };
    for number in ["W-1001", "W-1002"] {
        let order = device.shop.reader().unwrap().order_by_number(number).unwrap().unwrap().0;
        device.shop.record_payment(&mut by, order.id, order.gross, "transfer").unwrap();
    }
    device.shop.fulfill(&mut by, id_of("W-1001"), stage(FulfillmentStage::Packed, "")).unwrap();
    device.shop.fulfill(&mut by, id_of("W-1002"), stage(FulfillmentStage::Packed, "")).unwrap();
    let canceled = device.shop.reader().unwrap().order_by_number("W-1003").unwrap().unwrap().0;
    device.shop.record_payment(&mut by, canceled.id, canceled.gross, "transfer").unwrap();
    device.shop.cancel(&mut by, canceled.id, "asked to").unwrap();
    sync(&server.app, &device);
    arrived(5).await;
    device.shop.fulfill(&mut by, id_of("W-1001"), stage(FulfillmentStage::Shipped, "JD0146")).unwrap();
    device.shop.fulfill(&mut by, id_of("W-1002"), stage(FulfillmentStage::HandedOver, "")).unwrap();
    sync(&server.app, &device);
    arrived(6).await;
    // The last news of all: whatever was going to be told a second time was told before it.
    let (_, another) = device.product("Black tea", 800, 9);
    sync(&server.app, &device);
    place(&server.visitor(), &another.to_string(), &[("delivery", &collect)]).await;
    arrived(7).await;
    running.abort();

    let mails: Vec<String> = inbox.lock().unwrap().iter().map(|mail| mail.replace("=\r\n", "").replace("=3D", "=")).collect();
    assert_eq!(mails.len(), 7);
    for (number, subject, expected) in [
        ("W-1001", "is on its way", "Tracking number: JD0146"),
        ("W-1002", "is ready for you", "Harbor Street"),
        ("W-1003", "was canceled", "that you paid"),
    ] {
        let subject = format!("Subject: Tea: your order {number} {subject}");
        let found: Vec<&String> = mails.iter().filter(|mail| mail.contains(&subject)).collect();
        assert_eq!(found.len(), 1, "{subject}: {mails:#?}");
        for expected in [expected, "Green tea", "/orders/", "multipart/alternative"] {
            assert!(found[0].contains(expected), "{subject} lacks {expected}:\n{}", found[0]);
        }
    }
}

/// From the product to the order.
async fn place(visitor: &Visitor, variant: &str, delivery: &[(&str, &str)]) {
    visitor.post("/basket/add", &[("variant", variant), ("quantity", "1")]).await;
    let token = visitor.get("/basket").await.hidden("token");
    let here = visitor.post("/checkout", &[("token", &token)]).await.location();
    let mut fields = vec![("token", token.as_str()), ("email", "ada@example.com"), ("name", "Ada Lovelace")];
    fields.extend(delivery);
    let page = visitor.post(&format!("{here}/details"), &fields).await.location();
    let page = visitor.get(&page).await;
    let rate = if page.body.contains("name=\"rate\"") { page.hidden("rate") } else { String::new() };
    let review =
        visitor.post(&format!("{here}/payment"), &[("token", &token), ("payment", "bank-transfer"), ("rate", &rate)]).await;
    let review = visitor.get(&review.location()).await;
    let placed = visitor.post(&format!("{here}/place"), &[("token", &token), ("seen", &review.hidden("seen"))]).await;
    assert!(placed.location().contains("/orders/"), "{}", placed.body);
}

struct Page(String);

impl Page {
    fn hidden(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let start = self.0.find(&mark).unwrap_or_else(|| panic!("no {name} in {}", self.0)) + mark.len();
        self.0[start..].split('"').next().unwrap().to_owned()
    }
}

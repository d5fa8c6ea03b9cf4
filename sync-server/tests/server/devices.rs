use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use tradepost_domain::device::DeviceRole;
use tradepost_domain::id::ReplicaId;
use tradepost_operations::{Hash, lock};
use tradepost_sync::pairing::{
    PairAnswer, PairCodeAnswer, PairCodeRequest, PairRequest, PublishRequest, PutBlob, SignedRequest, sign_request,
};

use crate::support::{Device, TestServer, env, post_json};

fn code_request(device: &Device) -> SignedRequest {
    let request = PairCodeRequest { role: DeviceRole::Till, name: "Front till".to_owned(), till: None };
    sign_request(&lock(&device.replica), &request, &mut env()).unwrap()
}

fn pair_request(code: &str) -> PairRequest {
    // Any valid key will do: this one is the base point's neighbor made by the core.
    let key = tradepost_operations::public_key_of(&tradepost_operations::SigningSeed([9; 32]));
    PairRequest { code: code.to_owned(), replica: ReplicaId::from_bytes([5; 16]), public_key: key, name: String::new() }
}

async fn published() -> (TestServer, Device) {
    let server = TestServer::start().await;
    let device = Device::found("Tea", "EUR", "DE");
    server.publish(&device).await;
    (server, device)
}

#[tokio::test]
async fn publishing_takes_the_admin_token() {
    let server = TestServer::start().await;
    let device = Device::found("Tea", "EUR", "DE");
    let membership = lock(&device.replica).membership().unwrap();
    let request = PublishRequest { shop: membership.shop, name: "Tea".to_owned(), root_public_key: membership.root_public_key };
    for token in [None, Some("wrong")] {
        let (status, answer) = post_json(&server.router, "/api/shops", token, &request).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer["code"], "not_allowed");
    }
    assert_eq!(post_json(&server.router, "/api/shops", Some(&server.token()), &request).await.0, StatusCode::OK);
}

#[cfg(unix)]
#[tokio::test]
async fn secrets_are_readable_by_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (server, device) = published().await;
    let shop = server.folder.path().join("shops").join(lock(&device.replica).shop().to_string());
    for file in [server.folder.path().join("admin-token"), server.folder.path().join("cookie-key"), shop.join("keys.json")] {
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", file.display());
    }
}

#[tokio::test]
async fn a_code_pairs_one_device_once() {
    let (server, device) = published().await;
    let (status, answer) = post_json(&server.router, "/api/pair-codes", None, &code_request(&device)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let code: PairCodeAnswer = serde_json::from_value(answer).unwrap();
    let typed = code.code.to_lowercase().replace('-', " ");
    let (status, answer) = post_json(&server.router, "/api/pair", None, &pair_request(&typed)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let answer: PairAnswer = serde_json::from_value(answer).unwrap();
    assert_eq!(answer.shop_name, "Tea");
    assert_eq!(answer.membership.check().unwrap().role, DeviceRole::Till);
    let (status, answer) = post_json(&server.router, "/api/pair", None, &pair_request(&code.code)).await;
    assert_eq!((status, answer["code"].as_str()), (StatusCode::FORBIDDEN, Some("wrong_code")));
}

#[tokio::test]
async fn after_five_wrong_codes_even_the_right_one_waits() {
    let (server, device) = published().await;
    let (_, answer) = post_json(&server.router, "/api/pair-codes", None, &code_request(&device)).await;
    let code: PairCodeAnswer = serde_json::from_value(answer).unwrap();
    for _ in 0..5 {
        assert_eq!(post_json(&server.router, "/api/pair", None, &pair_request("2222-2222")).await.1["code"], "wrong_code");
    }
    let (status, answer) = post_json(&server.router, "/api/pair", None, &pair_request(&code.code)).await;
    assert_eq!((status, answer["code"].as_str()), (StatusCode::TOO_MANY_REQUESTS, Some("too_many_tries")));
}

#[tokio::test]
async fn a_signed_request_is_taken_once_and_only_unchanged() {
    let (server, device) = published().await;
    let request = code_request(&device);
    assert_eq!(post_json(&server.router, "/api/pair-codes", None, &request).await.0, StatusCode::OK);
    assert_eq!(post_json(&server.router, "/api/pair-codes", None, &request).await.0, StatusCode::FORBIDDEN);
    let mut changed = code_request(&device);
    changed.body = changed.body.replace("till", "server");
    assert_eq!(post_json(&server.router, "/api/pair-codes", None, &changed).await.0, StatusCode::FORBIDDEN);
    let stranger = Device::found("Other", "EUR", "DE");
    assert_eq!(post_json(&server.router, "/api/pair-codes", None, &code_request(&stranger)).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_picture_comes_in_by_its_content_and_stays() {
    let (server, device) = published().await;
    let shop = lock(&device.replica).shop();
    let picture = b"\x89PNG\r\n\x1a\nnot much of one".to_vec();
    let hash = Hash::of(&picture);
    let put = async |body: Vec<u8>, hash: Hash| {
        let claim = serde_json::to_string(&sign_request(&lock(&device.replica), &PutBlob { hash }, &mut env()).unwrap()).unwrap();
        let request = Request::builder().method(Method::PUT).header("x-tradepost-claim", claim);
        server.visitor().send(request, &format!("/api/shops/{shop}/blobs/{hash}"), Body::from(body)).await
    };
    assert_eq!(put(picture.clone(), hash).await.status, StatusCode::NO_CONTENT);
    assert_eq!(put(b"<svg onload=x>".to_vec(), Hash::of(b"<svg onload=x>")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(put(b"\x89PNG other".to_vec(), hash).await.status, StatusCode::BAD_REQUEST);
    let seen = server.visitor().get(&format!("/blobs/{hash}")).await;
    assert_eq!((seen.status, seen.header("content-type")), (StatusCode::OK, "image/png"));
    assert!(seen.header("cache-control").contains("immutable"));
    assert_eq!(server.visitor().get("/blobs/../keys.json").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_operator_sees_that_it_lives_and_what_it_did() {
    let (server, _device) = published().await;
    let visitor = server.visitor();
    assert_eq!(visitor.get("/healthz").await.body, "ok\n");
    assert_eq!(visitor.get("/readyz").await.body, "ready\n");
    visitor.get("/").await;
    let metrics = visitor.get("/metrics").await;
    assert!(metrics.body.contains("tradepost_shops 1"), "{}", metrics.body);
}

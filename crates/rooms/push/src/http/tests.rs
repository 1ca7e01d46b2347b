//! The native face through its router.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use face::{App, Identified};
use futures::StreamExt;
use kernel::{Caller, ShopperId};
use serde_json::{Value, json};
use std::sync::Arc;
use store::Store;
use tower::ServiceExt;

use crate::{
    NewNotice, Streams,
    testing::{
        AES_KEY, OTHER_SHOP, Receiver, SHOP, SHOPPER, TOKEN, Tell, developer, drain, open, queued, rooms,
    },
};

const ENDPOINT: &str = "/api/v1/developer/endpoints/21";

fn router(store: &Store, streams: &Arc<Streams>) -> Router {
    let app = App::over(store.clone()).with(Arc::clone(streams)).build();
    let (router, _) = super::routes().split_for_parts();
    router.with_state(app)
}

/// One request; an Idempotency-Key `key` goes with every POST.
async fn ask(store: &Store, caller: &Caller, method: &str, path: &str, body: &Value) -> (StatusCode, Value) {
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let mut request = Request::builder().method(method).uri(path).body(body).unwrap();
    if method == "POST" {
        request.headers_mut().insert("idempotency-key", "key".parse().unwrap());
    }
    request.extensions_mut().insert(Identified::As(caller.clone()));
    let response = router(store, &Arc::new(Streams::new())).oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

async fn get(store: &Store, caller: &Caller, path: &str) -> (StatusCode, Value) {
    ask(store, caller, "GET", path, &Value::Null).await
}

async fn told(store: &Store, subject: i64) -> String {
    let notice = NewNotice {
        kind: "order.paid",
        subject,
        dedupe: 0,
        title: "Paid".into(),
        body: "Thanks".into(),
        link: Some("/orders/1".into()),
    };
    store.write(&Caller::shopper(SHOPPER), Tell(notice)).await.unwrap().to_string()
}

fn input(url: &str) -> Value {
    json!({
        "appid": "wx0123456789abcdef", "original_id": "gh_0123456789ab", "url": url, "token": TOKEN,
        "aes_key": AES_KEY, "mode": "safe", "format": "json"
    })
}

store::on_both! {
    rooms = rooms();

    async fn a_shopper_lists_counts_and_reads_notices(kit) {
        let store = open(&kit).await;
        let me = Caller::shopper(SHOPPER);
        let (first, second) = (told(&store, 1).await, told(&store, 2).await);
        let (status, page) = get(&store, &me, "/api/v1/me/notices?size=1").await;
        assert_eq!((status, &page["items"][0]["id"]), (StatusCode::OK, &json!(second)));
        assert_eq!(page["items"][0]["subject"], "2");
        assert_eq!(page["items"][0]["link"], "/orders/1");
        let next = format!("/api/v1/me/notices?after={}", page["next"].as_str().unwrap());
        let (_, page) = get(&store, &me, &next).await;
        assert_eq!((&page["items"][0]["id"], &page["next"]), (&json!(first), &Value::Null));
        let (status, read) =
            ask(&store, &me, "PUT", &format!("/api/v1/me/notices/{first}/read"), &Value::Null).await;
        assert_eq!((status, read), (StatusCode::OK, json!({"unread": 1, "newest": second})));
        ask(&store, &me, "PUT", "/api/v1/me/notices/read", &Value::Null).await;
        let (_, unread) = get(&store, &me, "/api/v1/me/notices/unread").await;
        assert_eq!(unread["unread"], 0);
        let other = Caller::shopper(ShopperId(32));
        let path = format!("/api/v1/me/notices/{first}/read");
        let (status, problem) = ask(&store, &other, "PUT", &path, &Value::Null).await;
        assert_eq!((status, &problem["code"]), (StatusCode::NOT_FOUND, &json!("push.no_such_notice")));
    }

    async fn a_stream_is_server_sent_events_and_ends_with_the_program(kit) {
        let store = open(&kit).await;
        let id = told(&store, 1).await;
        let streams = Arc::new(Streams::new());
        let mut request =
            Request::builder().uri("/api/v1/me/notices/stream").body(Body::empty()).unwrap();
        request.extensions_mut().insert(Identified::As(Caller::shopper(SHOPPER)));
        let response = router(&store, &streams).oneshot(request).await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut body = response.into_body().into_data_stream();
        let event = body.next().await.unwrap().unwrap();
        let expected = format!("event: inbox\ndata: {{\"unread\":1,\"newest\":\"{id}\"}}\n\n");
        assert_eq!(String::from_utf8_lossy(&event), expected);
        streams.close();
        assert!(body.next().await.is_none());
        let (status, _) = get(&store, &developer(SHOP), "/api/v1/me/notices/stream").await;
        assert_eq!(status, StatusCode::FORBIDDEN);
    }

    async fn a_developer_sets_checks_and_removes_a_push_url(kit) {
        let store = open(&kit).await;
        let receiver = Receiver::willing().await;
        let me = developer(SHOP);
        let (status, set) = ask(&store, &me, "PUT", ENDPOINT, &input(&receiver.url)).await;
        assert_eq!((status, &set["state"]), (StatusCode::OK, &json!("unverified")));
        assert!(set.get("token").is_none() && set.get("aes_key").is_none());
        drain(&store).await;
        let (_, shown) = get(&store, &me, ENDPOINT).await;
        assert_eq!((&shown["state"], &shown["has_aes_key"]), (&json!("verified"), &json!(true)));
        let (status, again) = ask(&store, &me, "POST", &format!("{ENDPOINT}/verify"), &json!({})).await;
        assert_eq!((status, &again["state"]), (StatusCode::OK, &json!("unverified")));
        drain(&store).await;
        let (_, list) = get(&store, &me, "/api/v1/developer/endpoints").await;
        assert_eq!(list["items"][0]["state"], "verified");
        let (status, _) = ask(&store, &me, "DELETE", ENDPOINT, &Value::Null).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        let (status, problem) = get(&store, &me, ENDPOINT).await;
        assert_eq!((status, &problem["code"]), (StatusCode::NOT_FOUND, &json!("push.no_such_endpoint")));
    }

    async fn inputs_that_nobody_knows_are_refused(kit) {
        let store = open(&kit).await;
        let me = developer(SHOP);
        let mut unknown = input("https://merchant.example/");
        unknown["colour"] = json!("red");
        let (status, problem) = ask(&store, &me, "PUT", ENDPOINT, &unknown).await;
        assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &json!("request.invalid_body")));
        let (status, problem) = ask(&store, &me, "PUT", ENDPOINT, &input("nowhere")).await;
        assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &json!("push.bad_url")));
        let (status, _) = get(&store, &me, "/api/v1/developer/pushes?state=lost").await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }

    async fn a_developer_reads_the_log_and_sends_a_push_again_once_a_key(kit) {
        let store = open(&kit).await;
        let receiver = Receiver::willing().await;
        let me = developer(SHOP);
        ask(&store, &me, "PUT", ENDPOINT, &input(&receiver.url)).await;
        let push = queued(&store, 37).await;
        drain(&store).await;
        let (_, list) = get(&store, &me, "/api/v1/developer/pushes?state=delivered").await;
        assert_eq!(list["items"][0]["id"], push.to_string());
        let one = format!("/api/v1/developer/pushes/{push}");
        let (_, log) = get(&store, &me, &one).await;
        assert_eq!((&log["attempts"][0]["status"], &log["attempts"][0]["failure"]), (&json!(200), &Value::Null));
        for _ in 0..2 {
            let (status, again) = ask(&store, &me, "POST", &format!("{one}/replay"), &json!({})).await;
            assert_eq!((status, &again["series"]), (StatusCode::OK, &json!(2)));
            drain(&store).await;
        }
        assert_eq!(receiver.seen().len(), 2);
        let (status, problem) = get(&store, &developer(OTHER_SHOP), &one).await;
        assert_eq!((status, &problem["code"]), (StatusCode::NOT_FOUND, &json!("push.no_such_push")));
    }
}

#[test]
fn every_route_is_described() {
    let (_, api) = super::routes().split_for_parts();
    let paths = api.to_json().unwrap();
    for path in ["/api/v1/me/notices/stream", "/api/v1/developer/pushes/{push}/replay"] {
        assert!(paths.contains(path), "{path}");
    }
}

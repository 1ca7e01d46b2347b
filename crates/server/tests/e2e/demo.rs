use crate::kit::{TestApp, problem};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const HOUR_MS: i64 = 3_600_000;

async fn advance(app: &TestApp, ms: i64) -> i64 {
    let answer = app.post("/sandbox/clock", &json!({ "advance_ms": ms })).await;
    assert_eq!(answer.status(), 200);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["done"], true, "what fell due was run");
    body["now"].as_i64().unwrap()
}

#[tokio::test]
async fn the_clock_of_the_demo_goes_forwards_and_is_kept() {
    let app = TestApp::with(&[("demo.enabled", "true")]).await;
    let begun = advance(&app, 0).await;
    let later = advance(&app, 48 * HOUR_MS).await;
    assert!((48 * HOUR_MS..49 * HOUR_MS).contains(&(later - begun)));
    let (folder, running) = app.into_parts();
    running.stop().await.unwrap();
    let settings = [("data", folder.path().to_str().unwrap()), ("listen", "127.0.0.1:0")];
    let again = server::start(&server::Config::from_pairs(settings).unwrap()).await.unwrap();
    assert!(again.app.store.now().ms() >= later);
    again.stop().await.unwrap();
}

#[tokio::test]
async fn the_clock_does_not_go_backwards_nor_beyond_reason() {
    let app = TestApp::with(&[("demo.enabled", "true")]).await;
    for ms in [-1, 4000 * 24 * HOUR_MS, i64::MAX] {
        let answer = app.post("/sandbox/clock", &json!({ "advance_ms": ms })).await;
        assert_eq!(problem(answer, StatusCode::BAD_REQUEST).await, "sandbox.clock_out_of_range");
    }
    let answer = app.post("/sandbox/clock", &json!({ "advance_ms": 1, "extra": 1 })).await;
    assert_eq!(problem(answer, StatusCode::BAD_REQUEST).await, "request.invalid_body");
}

#[tokio::test]
async fn a_server_that_is_no_demo_has_no_sandbox() {
    let (demo, plain) = (TestApp::with(&[("demo.enabled", "true")]).await, TestApp::new().await);
    for (method, path) in [
        (Method::POST, "/sandbox/clock"),
        (Method::GET, "/sandbox/faults"),
        (Method::POST, "/sandbox/bills/1/approve"),
    ] {
        let there = demo.ask(method.clone(), path).body("{\"advance_ms\":0}").send().await.unwrap();
        let code = there.json::<Value>().await.unwrap()["code"].clone();
        assert_ne!(code, "request.not_found", "{path}");
        let answer = plain.ask(method, path).send().await.unwrap();
        assert_eq!(problem(answer, StatusCode::NOT_FOUND).await, "request.not_found", "{path}");
    }
}

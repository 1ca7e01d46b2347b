use crate::kit::{TestApp, failure, header, problem};
use reqwest::{Method, StatusCode};

#[tokio::test]
async fn who_asks_too_often_is_told_how_long_to_wait() {
    let app = TestApp::with(&[("limits.ip_per_second", "2")]).await;
    let mut last = app.get("/api/v1/nothing").await;
    for _ in 0..20 {
        last = app.get("/api/v1/nothing").await;
    }
    assert_eq!(header(&last, "retry-after"), "1");
    assert_eq!(problem(last, StatusCode::TOO_MANY_REQUESTS).await, "request.too_many");
    let told = failure(app.get("/cgi-bin/token").await).await;
    assert_eq!(told, (45011, "api minute-quota reach limit".to_owned()));
    assert_eq!(app.get("/healthz").await.status(), 200, "health is not counted");
}

#[tokio::test]
async fn addresses_behind_a_trusted_proxy_are_counted_apart() {
    let app = TestApp::with(&[("limits.ip_per_second", "1"), ("limits.trusted_proxies", "127.0.0.1")]).await;
    for i in 0..20 {
        let asked =
            app.ask(Method::GET, "/api/v1/nothing").header("x-forwarded-for", format!("198.51.100.{i}"));
        assert_eq!(asked.send().await.unwrap().status(), 404);
    }
}

#[tokio::test]
async fn a_limit_of_zero_is_none() {
    let app = TestApp::with(&[("limits.ip_per_second", "0")]).await;
    for _ in 0..500 {
        assert_eq!(app.get("/api/v1/nothing").await.status(), 404);
    }
}

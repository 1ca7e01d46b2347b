use crate::kit::{TestApp, header};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_server_is_alive_and_ready() {
    let app = TestApp::new().await;
    assert_eq!(app.get("/healthz").await.text().await.unwrap(), "ok\n");
    let ready = app.get("/readyz").await;
    assert_eq!(ready.status(), 200);
    assert_eq!(ready.json::<Value>().await.unwrap(), json!({ "ready": true }));
}

#[tokio::test]
async fn figures_count_requests_by_route_and_never_by_path() {
    let app = TestApp::new().await;
    app.get("/docs/errors/figures.first?access_token=hush").await;
    app.get("/figures-of-nobody").await;
    let figures = app.get("/metrics").await;
    assert_eq!(header(&figures, "content-type"), "text/plain; version=0.0.4");
    let figures = figures.text().await.unwrap();
    let counted = r#"kaidian_http_requests_total{method="GET",route="/docs/errors/{code}",status="200"}"#;
    assert!(figures.contains(counted), "{figures}");
    assert!(figures.contains(r#"route="-",status="404""#), "{figures}");
    assert!(figures.contains("kaidian_http_request_seconds_bucket"), "{figures}");
    for hidden in ["figures.first", "figures-of-nobody", "hush"] {
        assert!(!figures.contains(hidden), "{hidden}");
    }
}

#[tokio::test]
async fn figures_with_a_token_are_for_who_shows_it() {
    let app = TestApp::with(&[("metrics.token", "hush")]).await;
    assert_eq!(app.get("/metrics").await.status(), 403);
    for (token, status) in [("hush", 200), ("hus", 403), ("", 403)] {
        let asked = app.ask(Method::GET, "/metrics").bearer_auth(token);
        assert_eq!(asked.send().await.unwrap().status(), status, "{token:?}");
    }
}

#[tokio::test]
async fn figures_without_a_token_are_for_this_machine_alone() {
    let app = TestApp::with(&[("limits.trusted_proxies", "127.0.0.1")]).await;
    assert_eq!(app.get("/metrics").await.status(), 200);
    let asked = app.ask(Method::GET, "/metrics").header("x-forwarded-for", "198.51.100.7");
    assert_eq!(asked.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn a_process_without_the_role_api_shows_its_health_and_nothing_else() {
    let app = TestApp::with(&[("roles", "worker,dispatcher")]).await;
    assert_eq!(app.get("/readyz").await.status(), 200);
    assert_eq!(app.get("/api/openapi.json").await.status(), 404);
}

use crate::kit::{TestApp, failure, header, problem};
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn a_native_route_tells_who_is_not_logged_in() {
    let app = TestApp::new().await;
    assert_eq!(
        problem(app.get("/api/v1/staff").await, StatusCode::UNAUTHORIZED).await,
        "auth.unauthenticated"
    );
    let asked = app.ask(Method::GET, "/api/v1/staff").bearer_auth("nonsense");
    assert_eq!(problem(asked.send().await.unwrap(), StatusCode::UNAUTHORIZED).await, "auth.unauthenticated");
}

#[tokio::test]
async fn a_wire_route_tells_what_is_wrong_with_the_token() {
    let app = TestApp::new().await;
    for prefix in ["/channels/ec", "/shop/ec"] {
        let path = format!("{prefix}/order/get");
        assert_eq!(failure(app.post(&path, &json!({})).await).await.0, 41001);
        let told = failure(app.post(&format!("{path}?access_token=nonsense"), &json!({})).await).await;
        assert_eq!(told.0, 40001);
        assert_eq!(failure(app.get(&path).await).await, (43002, "require POST method".to_owned()));
    }
}

#[tokio::test]
async fn a_body_with_a_strange_field_is_refused() {
    let app = TestApp::new().await;
    let answer = app.post("/api/v1/auth/login", &json!({ "login": "a", "password": "b", "extra": 1 })).await;
    assert_eq!(header(&answer, "cache-control"), "no-store");
    assert_eq!(problem(answer, StatusCode::BAD_REQUEST).await, "request.invalid_body");
}

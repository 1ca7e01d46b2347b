use crate::kit::{TestApp, failure, header, problem};
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn an_unknown_native_path_is_a_problem() {
    let app = TestApp::new().await;
    for path in ["/nothing", "/api/v1/nothing", "/shop/economy", "/api/v1/%ff", "/cgi-binary"] {
        let code = problem(app.get(path).await, StatusCode::NOT_FOUND).await;
        assert_eq!(code, "request.not_found", "{path}");
    }
}

#[tokio::test]
async fn an_unknown_path_of_the_wechat_family_is_an_errcode() {
    let app = TestApp::new().await;
    for path in ["/cgi-bin/nothing", "/channels/ec/nothing", "/shop/ec/nothing", "/sns/nothing", "/channels"]
    {
        for answer in [app.get(path).await, app.post(path, &json!({})).await] {
            assert_eq!(failure(answer).await, (40066, "invalid url".to_owned()), "{path}");
        }
    }
}

#[tokio::test]
async fn the_wrong_method_is_told_which_ones_there_are() {
    let app = TestApp::new().await;
    let answer = app.ask(Method::DELETE, "/api/docs").send().await.unwrap();
    assert_eq!(header(&answer, "allow"), "GET,HEAD");
    assert_eq!(problem(answer, StatusCode::METHOD_NOT_ALLOWED).await, "request.method_not_allowed");
}

#[tokio::test]
async fn every_answer_tells_a_browser_how_little_it_may_do() {
    let app = TestApp::new().await;
    for path in ["/api/docs", "/api/openapi.json", "/healthz", "/nothing", "/cgi-bin/nothing"] {
        let answer = app.get(path).await;
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header(&answer, "referrer-policy"), "same-origin", "{path}");
        let policy = header(&answer, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("script"), "{path}: {policy}");
    }
}

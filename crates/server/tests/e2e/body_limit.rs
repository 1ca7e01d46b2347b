use crate::kit::{TestApp, failure, problem};
use reqwest::{Method, StatusCode};

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_in_the_form_of_its_family() {
    let app = TestApp::with(&[("limits.body", "1 KiB")]).await;
    let send = |path: &str, bytes: usize| app.ask(Method::POST, path).body(vec![b' '; bytes]).send();
    let code = problem(send("/api/v1/nothing", 1025).await.unwrap(), StatusCode::PAYLOAD_TOO_LARGE).await;
    assert_eq!(code, "request.body_too_large");
    let code = problem(send("/api/v1/nothing", 1024).await.unwrap(), StatusCode::NOT_FOUND).await;
    assert_eq!(code, "request.not_found");
    let told = failure(send("/channels/ec/nothing", 1025).await.unwrap()).await;
    assert_eq!(told, (45002, "content size out of limit".to_owned()));
}

#[tokio::test]
async fn a_file_in_parts_may_be_larger() {
    let app = TestApp::with(&[("limits.body", "1 KiB"), ("limits.upload", "64 KiB")]).await;
    let send = |bytes: usize| {
        let asked = app
            .ask(Method::POST, "/api/v1/nothing")
            .header("content-type", "Multipart/form-data; boundary=b");
        asked.body(vec![b' '; bytes]).send()
    };
    assert_eq!(send(64 * 1024).await.unwrap().status(), 404);
    assert_eq!(send(129 * 1024).await.unwrap().status(), 413);
}

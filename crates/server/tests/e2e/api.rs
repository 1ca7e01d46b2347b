use crate::kit::{TestApp, header};
use serde_json::Value;
use std::collections::BTreeSet;

#[tokio::test]
async fn the_description_is_openapi_with_title_version_and_credentials() {
    let app = TestApp::new().await;
    let answer = app.get("/api/openapi.json").await;
    assert_eq!(header(&answer, "content-type"), "application/json");
    let api: Value = answer.json().await.unwrap();
    assert!(api["openapi"].as_str().unwrap().starts_with("3.1."));
    assert_eq!(api["info"]["title"], "Kaidian");
    assert_eq!(api["info"]["version"], env!("CARGO_PKG_VERSION"));
    let schemes = &api["components"]["securitySchemes"];
    assert_eq!(schemes["bearer"]["scheme"], "bearer");
    assert_eq!(schemes["cookie"]["in"], "cookie");
    assert_eq!(api["components"]["schemas"]["ProblemBody"]["properties"]["code"]["type"], "string");
}

#[tokio::test]
async fn every_schema_that_is_named_is_described_and_operations_have_their_own_ids() {
    let app = TestApp::new().await;
    let text = app.get("/api/openapi.json").await.text().await.unwrap();
    let api: Value = serde_json::from_str(&text).unwrap();
    let schemas = api["components"]["schemas"].as_object().unwrap();
    for named in text.split("#/components/schemas/").skip(1) {
        let name = named.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name}");
    }
    let mut ids = BTreeSet::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no id"));
            assert!(ids.insert(id.to_owned()), "{method} {path}: another operation is {id} too");
        }
    }
}

#[tokio::test]
async fn the_page_lists_every_operation_and_loads_nothing_from_elsewhere() {
    let app = TestApp::new().await;
    let api: Value = app.get("/api/openapi.json").await.json().await.unwrap();
    let answer = app.get("/api/docs").await;
    assert_eq!(header(&answer, "content-type"), "text/html; charset=utf-8");
    let page = answer.text().await.unwrap();
    for (path, _) in api["paths"].as_object().unwrap() {
        assert!(page.contains(&format!("<code>{path}</code>")), "{path}");
    }
    for loaded in ["<script", "src=\"", "@import", "href=\"http"] {
        assert!(!page.contains(loaded), "{loaded}");
    }
    let style = page.split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let style = app.get(style).await;
    assert_eq!(header(&style, "content-type"), "text/css; charset=utf-8");
    assert!(!style.text().await.unwrap().contains("url("));
}

#[tokio::test]
async fn the_page_of_an_error_is_plain_and_takes_no_text_from_its_address() {
    let app = TestApp::new().await;
    let page = app.get("/docs/errors/auth.forbidden").await.text().await.unwrap();
    assert!(page.contains("This login may not do that.") && page.contains("HTTP status 403."), "{page}");
    assert_eq!(app.get("/docs/errors/room.new_error").await.status(), 200);
    for strange in ["x", "%3Cb%3E.x", "A.B"] {
        let answer = app.get(&format!("/docs/errors/{strange}")).await;
        assert_eq!(answer.status(), 404, "{strange}");
        assert!(!answer.text().await.unwrap().contains("<b>.x"));
    }
}

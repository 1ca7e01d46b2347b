//! The room's routes as a server has them, for the tests of both faces.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
    middleware,
};
use serde_json::Value;
use store::Store;
use tower::ServiceExt;

/// All routes, with the layers that a server puts around them.
pub(crate) fn server(store: &Store) -> Router {
    let app = crate::install(face::App::over(store.clone()), crate::Limits::relaxed()).build();
    let (native, _) = crate::routes().merge(crate::demo_routes()).split_for_parts();
    native
        .merge(crate::wire_routes())
        .layer(middleware::from_fn_with_state(app.clone(), crate::authenticate_layer))
        .layer(middleware::from_fn(face::assign_request_id))
        .with_state(app)
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// Sends `METHOD /path` with these headers and this body, and reads the answer.
pub(crate) async fn ask(server: &Router, request: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let (method, path) = request.split_once(' ').unwrap();
    let mut builder = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    let response = server.clone().oneshot(builder.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
}

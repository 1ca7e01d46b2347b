//! One log line and two figures for each request: never its path, its query or its body, which hold ids and tokens.

use axum::{
    extract::{MatchedPath, Request},
    http::Method,
    middleware::Next,
    response::Response,
};
use face::RequestId;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tracing::Instrument;

/// Middleware: measures the request and tells of it.
pub async fn record(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = name_of(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let id = request.extensions().get::<RequestId>().map_or_else(|| Arc::from(""), |id| Arc::clone(&id.0));
    // Lines of everything that happens on the way carry the request's id.
    let span = tracing::error_span!("request", %id);
    let response = next.run(request).instrument(span.clone()).await;
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    span.in_scope(|| tell(method, route, response.status().as_u16(), begun.elapsed()));
    response
}

fn tell(method: &'static str, route: &str, status: u16, took: Duration) {
    let ms = took.as_secs_f64() * 1000.0;
    tracing::info!(method, route, status, ms = format_args!("{ms:.1}"), "answered");
    let route = route.to_owned();
    metrics::histogram!("kaidian_http_request_seconds", "method" => method, "route" => route.clone())
        .record(took.as_secs_f64());
    metrics::counter!(
        "kaidian_http_requests_total",
        "method" => method, "route" => route, "status" => status.to_string()
    )
    .increment(1);
}

/// The usual methods by name; a stranger can't make up new rows among the figures.
fn name_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

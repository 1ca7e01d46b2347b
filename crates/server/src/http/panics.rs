//! A handler that panics answers like any other fault, and the process goes on.

use axum::{extract::Request, middleware::Next, response::Response};
use futures::FutureExt;
use std::panic::AssertUnwindSafe;

use super::refusal::{Asked, PANICKED};

/// Middleware: turns a panic into an answer. The log line is written where the panic happened.
pub async fn catch_panic(request: Request, next: Next) -> Response {
    let asked = Asked::by(&request);
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    answered.unwrap_or_else(|_| {
        metrics::counter!("kaidian_panics_total").increment(1);
        PANICKED.answer(&asked)
    })
}

//! A request that takes too long is answered; a command that it started runs to its end.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use std::time::Duration;

use super::refusal::{Asked, TIMED_OUT};

/// How long a request may take.
#[derive(Debug, Clone, Copy)]
pub struct Timeout(pub Duration);

/// Middleware: bounds the time until the answer's head is ready.
pub async fn limit_time(State(Timeout(within)): State<Timeout>, request: Request, next: Next) -> Response {
    let asked = Asked::by(&request);
    tokio::time::timeout(within, next.run(request)).await.unwrap_or_else(|_| TIMED_OUT.answer(&asked))
}

//! Bodies that say they are too large are not read at all. Those that don't say are cut off by the extractors.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};

use super::refusal::{Asked, BODY_TOO_LARGE};
use crate::config::Limits;

/// The longest bodies, in bytes.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimits {
    /// Of an ordinary request.
    pub plain: usize,
    /// Of one with a file in parts.
    pub upload: usize,
}

/// The frame of the parts around a file.
const FRAME_BYTES: usize = 64 * 1024;

impl BodyLimits {
    /// As configured.
    pub fn of(limits: &Limits) -> Self {
        Self { plain: limits.body.bytes(), upload: limits.upload.bytes().saturating_add(FRAME_BYTES) }
    }

    fn for_request(self, headers: &HeaderMap) -> usize {
        let kind = headers.get(header::CONTENT_TYPE).map_or(&b""[..], axum::http::HeaderValue::as_bytes);
        if kind.len() >= 10 && kind[..10].eq_ignore_ascii_case(b"multipart/") {
            self.upload
        } else {
            self.plain
        }
    }
}

/// Middleware: refuses a body by its declared length.
pub async fn limit_body(State(limits): State<BodyLimits>, request: Request, next: Next) -> Response {
    let declared = request.headers().get(header::CONTENT_LENGTH);
    let declared = declared.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|bytes| bytes > limits.for_request(request.headers())) {
        return BODY_TOO_LARGE.answer(&Asked::by(&request));
    }
    next.run(request).await
}

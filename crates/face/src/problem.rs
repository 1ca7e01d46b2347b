//! Errors of the native face: problem details (RFC 9457).

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use kernel::{Fault, Kind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::Failure;

/// An error on its way to a client of the native face.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    facts: Option<serde_json::Value>,
}

impl Problem {
    /// A problem that no use case has: of the request's form.
    pub fn new(kind: Kind, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status: Self::status(kind), code, detail: detail.into(), facts: None }
    }

    /// The body is longer than the limit, which shows only while it is read. No fault of a use case is of this kind.
    pub(crate) fn too_large() -> Self {
        Self {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            code: "request.body_too_large",
            detail: "the body is larger than this server takes".to_owned(),
            facts: None,
        }
    }

    /// Which status a kind has. The one place that says so.
    pub const fn status(kind: Kind) -> StatusCode {
        match kind {
            Kind::Invalid => StatusCode::BAD_REQUEST,
            Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::Conflict => StatusCode::CONFLICT,
            Kind::Gone => StatusCode::GONE,
            Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn body(&self, request_id: &str) -> ProblemBody {
        let status = self.status;
        ProblemBody {
            kind: format!("/docs/errors/{}", self.code),
            title: status.canonical_reason().unwrap_or("error").to_owned(),
            status: status.as_u16(),
            code: self.code.to_owned(),
            detail: self.detail.clone(),
            facts: self.facts.clone(),
            request_id: request_id.to_owned(),
        }
    }
}

impl<F: Fault> From<F> for Problem {
    fn from(fault: F) -> Self {
        let kind = fault.kind();
        if kind == Kind::Internal {
            tracing::error!(code = fault.code(), error = %chain(&fault), "internal fault");
            return Self::new(kind, fault.code(), "internal fault");
        }
        Self { facts: fault.facts(), ..Self::new(kind, fault.code(), fault.to_string()) }
    }
}

/// The fault with its causes, for the log.
pub(crate) fn chain(fault: &dyn std::error::Error) -> String {
    let mut text = fault.to_string();
    let mut next = fault.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// What a client reads.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProblemBody {
    /// Where the error is explained.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code, `room.what_went_wrong`.
    pub code: String,
    /// What happened, in words.
    pub detail: String,
    /// Facts to act on, such as which sku is sold out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    pub facts: Option<serde_json::Value>,
    /// The request's id, to be quoted when asking for help.
    pub request_id: String,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = render(&self, "");
        response.extensions_mut().insert(self);
        response
    }
}

fn render(problem: &Problem, request_id: &str) -> Response {
    let mut response = (problem.status, Json(problem.body(request_id))).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

/// Writes the request id into an error answer.
pub(crate) fn sign(mut response: Response, request_id: &str) -> Response {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let mut signed = render(&problem, request_id);
        // Headers that a layer has added, such as Retry-After, stay.
        for (name, value) in response.headers() {
            if !signed.headers().contains_key(name) && name != axum::http::header::CONTENT_LENGTH {
                signed.headers_mut().append(name.clone(), value.clone());
            }
        }
        return signed;
    }
    match response.extensions_mut().remove::<Failure>() {
        Some(failure) => failure.signed(request_id),
        None => response,
    }
}

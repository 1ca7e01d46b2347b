//! Answers that come before or instead of a handler's, in the form of the path's family.

use axum::{
    Json,
    extract::Request,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use face::{ProblemBody, RequestId, wire::Failure};

use super::Family;

/// One way in which a request is turned away.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: &'static str,
    detail: &'static str,
    errcode: i64,
    errmsg: &'static str,
    /// The WeChat family answers with HTTP 200, except where its clients would take the answer for a reason to
    /// send a write again.
    wechat_status: StatusCode,
}

/// The codes of `docs/wire/errcodes.md` that only this crate answers with.
mod errcode {
    pub(super) const UNKNOWN_PATH: i64 = 40066;
    pub(super) const NEEDS_POST: i64 = face::wire::code::NEEDS_POST;
    pub(super) const TOO_LONG: i64 = 45002;
    pub(super) const TOO_MANY: i64 = face::wire::code::TOO_MANY;
    pub(super) const BUSY: i64 = face::wire::code::BUSY;
}

pub(crate) const NOT_FOUND: Refusal = Refusal {
    status: StatusCode::NOT_FOUND,
    code: "request.not_found",
    detail: "there is no such thing",
    errcode: errcode::UNKNOWN_PATH,
    errmsg: "invalid url",
    wechat_status: StatusCode::OK,
};

pub(crate) const METHOD_NOT_ALLOWED: Refusal = Refusal {
    status: StatusCode::METHOD_NOT_ALLOWED,
    code: "request.method_not_allowed",
    detail: "this path has other methods: see the header Allow",
    errcode: errcode::NEEDS_POST,
    errmsg: "require POST method",
    wechat_status: StatusCode::OK,
};

pub(crate) const BODY_TOO_LARGE: Refusal = Refusal {
    status: StatusCode::PAYLOAD_TOO_LARGE,
    code: "request.body_too_large",
    detail: "the body is larger than this server takes",
    errcode: errcode::TOO_LONG,
    errmsg: "content size out of limit",
    wechat_status: StatusCode::OK,
};

pub(crate) const TOO_MANY: Refusal = Refusal {
    status: StatusCode::TOO_MANY_REQUESTS,
    code: "request.too_many",
    detail: "too many requests: wait as long as the header Retry-After says",
    errcode: errcode::TOO_MANY,
    errmsg: "api minute-quota reach limit",
    wechat_status: StatusCode::OK,
};

/// What was asked for may still happen, so the WeChat family answers with a status that its clients do not take for
/// an invitation to repeat.
pub(crate) const TIMED_OUT: Refusal = Refusal {
    status: StatusCode::GATEWAY_TIMEOUT,
    code: "request.timed_out",
    detail: "this took too long; it may still happen: repeat it with the same Idempotency-Key",
    errcode: errcode::BUSY,
    errmsg: "system timeout",
    wechat_status: StatusCode::GATEWAY_TIMEOUT,
};

pub(crate) const PANICKED: Refusal = Refusal {
    status: StatusCode::INTERNAL_SERVER_ERROR,
    code: "server.internal",
    detail: "internal fault",
    errcode: errcode::BUSY,
    errmsg: "system error",
    wechat_status: StatusCode::INTERNAL_SERVER_ERROR,
};

impl Refusal {
    /// The answer, in the form of its family.
    pub(crate) fn answer(self, to: &Asked) -> Response {
        match to.family {
            Family::Native => self.problem(&to.id),
            Family::Wechat => {
                let mut response =
                    Failure::new(self.errcode, format!("{} rid: {}", self.errmsg, to.id)).into_response();
                // The text is whole already: nobody need write it again on the way out.
                response.extensions_mut().remove::<Failure>();
                *response.status_mut() = self.wechat_status;
                response
            }
        }
    }

    /// Written here rather than by [`face::Problem`], which knows the statuses of faults alone.
    fn problem(self, request_id: &str) -> Response {
        let body = ProblemBody {
            kind: format!("/docs/errors/{}", self.code),
            title: self.status.canonical_reason().unwrap_or("error").to_owned(),
            status: self.status.as_u16(),
            code: self.code.to_owned(),
            detail: self.detail.to_owned(),
            facts: None,
            request_id: request_id.to_owned(),
        };
        let mut response = (self.status, Json(body)).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}

/// What a refusal needs to know of a request.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    family: Family,
    id: String,
}

impl Asked {
    pub(crate) fn by(request: &Request) -> Self {
        let id = request.extensions().get::<RequestId>().map(|id| id.0.to_string()).unwrap_or_default();
        Self { family: Family::of(request.uri().path()), id }
    }
}

/// The answer where no route has the path.
pub async fn not_found(request: Request) -> Response {
    NOT_FOUND.answer(&Asked::by(&request))
}

/// The answer where the path has no such method.
pub async fn method_not_allowed(request: Request) -> Response {
    METHOD_NOT_ALLOWED.answer(&Asked::by(&request))
}

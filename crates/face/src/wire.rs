//! The WeChat-compatible face: HTTP 200 with `errcode` and `errmsg`, lenient input, exact output.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{FromRequest, Request},
    handler::Handler,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use kernel::{Caller, Fault, Kind};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::borrow::Cow;

use crate::{App, Identified, TokenFault, identified::caller_of, problem::chain};

/// Codes that every route may answer (`docs/wire/errcodes.md`).
pub mod code {
    /// Busy; the client retries.
    pub const BUSY: i64 = -1;
    /// The credential is wrong or not the newest.
    pub const BAD_CREDENTIAL: i64 = 40001;
    /// The arguments are wrong.
    pub const BAD_ARGUMENTS: i64 = 40097;
    /// The access token is missing.
    pub const TOKEN_MISSING: i64 = 41001;
    /// The access token has expired.
    pub const TOKEN_EXPIRED: i64 = 42001;
    /// This route needs GET.
    pub const NEEDS_GET: i64 = 43001;
    /// This route needs POST.
    pub const NEEDS_POST: i64 = 43002;
    /// Too many requests a minute.
    pub const TOO_MANY: i64 = 45011;
    /// The body is not JSON, or not of the right types.
    pub const NOT_JSON: i64 = 47001;
    /// The account has no right to this API.
    pub const UNAUTHORISED: i64 = 48001;
}

/// An error answer of the WeChat family.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The published code.
    pub errcode: i64,
    /// Its text; the request id is added on the way out.
    pub errmsg: Cow<'static, str>,
    /// Further members of the answer, such as `delivery_resultcode`.
    pub more: Map<String, Value>,
}

impl Failure {
    /// This code with this text.
    pub fn new(errcode: i64, errmsg: impl Into<Cow<'static, str>>) -> Self {
        Self { errcode, errmsg: errmsg.into(), more: Map::new() }
    }

    /// The code that a kind has where a room knows no better one. Rooms map their own codes first.
    pub fn of(fault: &dyn Fault) -> Self {
        let errcode = match fault.kind() {
            Kind::Invalid | Kind::NotFound | Kind::Conflict | Kind::Gone => code::BAD_ARGUMENTS,
            Kind::Unauthenticated => code::BAD_CREDENTIAL,
            Kind::Forbidden => code::UNAUTHORISED,
            Kind::TooMany => code::TOO_MANY,
            Kind::Unavailable => code::BUSY,
            Kind::Internal => {
                tracing::error!(code = fault.code(), error = %chain(fault), "internal fault");
                return Self::new(code::BUSY, "system error");
            }
        };
        Self::new(errcode, fault.to_string())
    }

    pub(crate) fn signed(mut self, request_id: &str) -> Response {
        self.errmsg = format!("{} rid: {request_id}", self.errmsg).into();
        self.render()
    }

    fn render(self) -> Response {
        let mut body = Map::new();
        body.insert("errcode".into(), self.errcode.into());
        body.insert("errmsg".into(), self.errmsg.into());
        body.extend(self.more);
        Json(body).into_response()
    }
}

impl<F: Fault> From<F> for Failure {
    fn from(fault: F) -> Self {
        Self::of(&fault)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.clone().render();
        response.extensions_mut().insert(self);
        response
    }
}

/// What a handler of this face gives.
pub type Answered = Result<Json<Value>, Failure>;

/// A successful answer: the members of `body` with `errcode` 0 and `errmsg` `ok` before them.
pub fn ok(body: Value) -> Json<Value> {
    let mut out = Map::new();
    out.insert("errcode".into(), 0.into());
    out.insert("errmsg".into(), "ok".into());
    if let Value::Object(members) = body {
        out.extend(members);
    }
    Json(Value::Object(out))
}

/// A successful answer of a call that publishes no `errcode` on success.
pub fn bare(body: Value) -> Json<Value> {
    Json(body)
}

/// A call with an access token: who calls, and the body.
#[derive(Debug, Clone)]
pub struct Call<T> {
    /// The application that the token belongs to.
    pub caller: Caller,
    /// The body; unknown members are ignored.
    pub body: T,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Call<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        token_of(parts.extensions.get::<Identified>())?;
        let caller = caller_of(&parts);
        let Open(body) = Open::from_request(Request::from_parts(parts, body), state).await?;
        Ok(Self { caller, body })
    }
}

/// A body of a call that needs no token.
#[derive(Debug, Clone)]
pub struct Open<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Open<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| Failure::new(code::NOT_JSON, "the body is too large or was cut off"))?;
        let bytes: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        serde_json::from_slice(bytes)
            .map(Self)
            .map_err(|e| Failure::new(code::NOT_JSON, format!("data format error: {e}")))
    }
}

/// The failure that a token's state is, if it is one.
pub fn token_of(identified: Option<&Identified>) -> Result<(), Failure> {
    match identified {
        Some(Identified::As(_)) => Ok(()),
        None | Some(Identified::Nobody(TokenFault::Missing)) => {
            Err(Failure::new(code::TOKEN_MISSING, "access_token missing"))
        }
        Some(Identified::Nobody(TokenFault::Invalid)) => Err(Failure::new(
            code::BAD_CREDENTIAL,
            "invalid credential, access_token is invalid or not latest",
        )),
        Some(Identified::Nobody(TokenFault::Expired)) => {
            Err(Failure::new(code::TOKEN_EXPIRED, "access_token expired"))
        }
    }
}

/// A router of this face: every path under both prefixes, the wrong verb answered as published.
#[derive(Default)]
pub struct Routes(Router<App>);

impl Routes {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A POST route.
    #[must_use]
    pub fn post<H: Handler<T, App>, T: 'static>(self, path: &str, handler: H) -> Self {
        self.add(path, &post(handler).fallback(needs_post))
    }

    /// A GET route.
    #[must_use]
    pub fn get<H: Handler<T, App>, T: 'static>(self, path: &str, handler: H) -> Self {
        self.add(path, &get(handler).fallback(needs_get))
    }

    /// A route that clients call by either verb.
    #[must_use]
    pub fn either<H: Handler<T, App>, T: 'static>(self, path: &str, handler: H) -> Self {
        self.add(path, &get(handler.clone()).post(handler))
    }

    fn add(self, path: &str, method: &MethodRouter<App>) -> Self {
        let mut router = self.0;
        for path in both_prefixes(path) {
            router = router.route(&path, method.clone());
        }
        Self(router)
    }

    /// Done.
    pub fn into_router(self) -> Router<App> {
        self.0
    }
}

/// The path, and its twin: whatever lies under `/channels/ec/` is served under `/shop/ec/` too.
pub fn both_prefixes(path: &str) -> Vec<String> {
    match path.strip_prefix("/channels/ec/") {
        Some(rest) => vec![path.to_owned(), format!("/shop/ec/{rest}")],
        None => vec![path.to_owned()],
    }
}

async fn needs_post() -> Failure {
    Failure::new(code::NEEDS_POST, "require POST method")
}

async fn needs_get() -> Failure {
    Failure::new(code::NEEDS_GET, "require GET method")
}

/// An id that clients send as a JSON number or as a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Id(pub i64);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let wrong = || serde::de::Error::custom("an id is a number or a string of digits");
        match Value::deserialize(d)? {
            Value::Number(n) => n.as_i64().map(Self).ok_or_else(wrong),
            Value::String(s) => s.trim().parse().map(Self).map_err(|_| wrong()),
            _ => Err(wrong()),
        }
    }
}

/// A truth value that clients send as a JSON boolean or as 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flag(pub bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        match Value::deserialize(d)? {
            Value::Bool(b) => Ok(Self(b)),
            Value::Number(n) if n.as_i64() == Some(0) => Ok(Self(false)),
            Value::Number(n) if n.as_i64() == Some(1) => Ok(Self(true)),
            _ => Err(serde::de::Error::custom("a flag is true, false, 1 or 0")),
        }
    }
}

/// An integer that clients send as a JSON number or as a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Int(pub i64);

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Id::deserialize(d).map(|id| Self(id.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_as_numbers_or_strings_and_nothing_else() {
        let id = |s: &str| serde_json::from_str::<Id>(s).ok().map(|i| i.0);
        assert_eq!(id("37"), Some(37));
        assert_eq!(id("\"3705115058471208928\""), Some(3_705_115_058_471_208_928));
        assert_eq!(id("3.5"), None);
        assert_eq!(id("\"x\""), None);
        assert_eq!(id("null"), None);
    }

    #[test]
    fn the_store_paths_have_a_twin() {
        assert_eq!(both_prefixes("/channels/ec/order/get"), ["/channels/ec/order/get", "/shop/ec/order/get"]);
        assert_eq!(both_prefixes("/cgi-bin/token"), ["/cgi-bin/token"]);
    }
}

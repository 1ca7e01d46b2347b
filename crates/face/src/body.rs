//! Bodies of the native face.

use axum::{
    body::Bytes,
    extract::{
        FromRequest, MatchedPath, Request,
        rejection::{BytesRejection, FailedToBufferBody},
    },
};
use kernel::{Caller, Kind};
use serde::de::DeserializeOwned;
use store::Key;

use crate::{
    Problem,
    identified::{caller_of, credential_of},
    strict,
};

/// A JSON body. Inputs are declared with `deny_unknown_fields`: a field that nobody knows is refused.
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = read(request, state).await?;
        parse(&bytes).map(Self)
    }
}

/// A JSON body with the `Idempotency-Key` of the request, for a POST that creates or moves something.
#[derive(Debug, Clone)]
pub struct Keyed<T> {
    /// Who asks.
    pub caller: Caller,
    /// What makes a repeat of this request one.
    pub key: Key,
    /// The body.
    pub body: T,
}

/// Longest accepted key, in bytes.
const KEY_BYTES: usize = 255;

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Keyed<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let caller = caller_of(&parts);
        let key = parts
            .headers
            .get("idempotency-key")
            .ok_or_else(|| {
                Problem::new(
                    Kind::Invalid,
                    "request.idempotency_key_missing",
                    "the header Idempotency-Key is needed",
                )
            })?
            .to_str()
            .ok()
            .filter(|k| !k.is_empty() && k.len() <= KEY_BYTES)
            .map(str::to_owned)
            .ok_or_else(|| {
                Problem::new(
                    Kind::Invalid,
                    "request.idempotency_key_invalid",
                    "an Idempotency-Key is 1 to 255 visible characters",
                )
            })?;
        // The path itself, not its pattern: the same key for two objects is two requests.
        let pattern = parts.extensions.get::<MatchedPath>().map_or("", |p| p.as_str()).to_owned();
        let route = format!("{} {pattern}", parts.method);
        let path = parts.uri.path().to_owned();
        let bytes = read(Request::from_parts(parts, body), state).await?;
        let body = parse(&bytes)?;
        let content = [path.as_bytes(), b"\0", &bytes].concat();
        let key = Key::new(credential_of(&caller.actor), route, key, &content);
        Ok(Self { caller, key, body })
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|e| match e {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => Problem::too_large(),
        _ => Problem::new(Kind::Invalid, "request.body_unreadable", "the body was cut off"),
    })
}

/// Reads JSON; an empty body stands for `{}`, and a list never for an object.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    strict::from_slice(bytes).map_err(|e| {
        Problem::new(Kind::Invalid, "request.invalid_body", format!("the body is not as expected: {e}"))
    })
}

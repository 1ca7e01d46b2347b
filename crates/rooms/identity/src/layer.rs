//! The authentication middleware: finds out who asks, before any handler runs.
//!
//! Native paths take `Authorization: Bearer` with a session token or an access token, or the session cookie. A request
//! by cookie that may change something must come from this site: with the header `X-Kaidian-CSRF: 1`, which no other
//! site can set, or with an `Origin` of this host. Paths of the WeChat family take `access_token` from the query.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use face::{Identified, TokenFault, wire::Failure};
use kernel::Caller;
use store::Store;

use crate::{Error, Tokens, authenticate, authenticate_access_token, secret};

/// The name of the session cookie.
pub(crate) const COOKIE: &str = "kaidian_session";

/// Where the WeChat family lies.
const WIRE: [&str; 5] = ["/cgi-bin/", "/channels/ec/", "/shop/ec/", "/sns/", "/wxa/"];

/// Puts [`Identified`] into the request's extensions. Needs the service [`Tokens`]; to be used with
/// `axum::middleware::from_fn_with_state`.
pub async fn authenticate_layer(State(app): State<face::App>, mut request: Request, next: Next) -> Response {
    let tokens = match app.service::<Tokens>() {
        Ok(tokens) => tokens,
        Err(missing) => return face::Problem::from(missing).into_response(),
    };
    let wire = WIRE.iter().any(|prefix| request.uri().path().starts_with(prefix));
    let identified = if wire {
        by_query(&tokens, &app.store, request.uri().query().unwrap_or_default()).await
    } else {
        by_header(&tokens, &app.store, request.method(), request.headers()).await
    };
    match identified {
        Ok(identified) => {
            request.extensions_mut().insert(identified);
            next.run(request).await
        }
        Err(e) if wire => Failure::of(&e).into_response(),
        Err(e) => face::Problem::from(e).into_response(),
    }
}

async fn by_query(tokens: &Tokens, store: &Store, query: &str) -> Result<Identified, Error> {
    let token = query.split('&').find_map(|pair| pair.strip_prefix("access_token="));
    by_access_token(tokens, store, token.unwrap_or_default()).await
}

async fn by_access_token(tokens: &Tokens, store: &Store, token: &str) -> Result<Identified, Error> {
    Ok(match authenticate_access_token(tokens, store, token).await? {
        Ok(caller) => Identified::As(caller),
        Err(fault) => Identified::Nobody(fault),
    })
}

async fn by_header(
    tokens: &Tokens,
    store: &Store,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Identified, Error> {
    if let Some(token) = bearer(headers) {
        if secret::is_access_token(token) {
            return by_access_token(tokens, store, token).await;
        }
        return Ok(identified(authenticate(tokens, store, token).await?));
    }
    let Some(token) = cookie(headers) else { return Ok(Identified::Nobody(TokenFault::Missing)) };
    let identified = identified(authenticate(tokens, store, token).await?);
    if matches!(identified, Identified::As(_)) && !method.is_safe() && !from_this_site(headers) {
        return Err(Error::CrossSite);
    }
    Ok(identified)
}

fn identified(caller: Option<Caller>) -> Identified {
    caller.map_or(Identified::Nobody(TokenFault::Invalid), Identified::As)
}

/// The session token of a request: its bearer token or its cookie.
pub(crate) fn session_token(headers: &HeaderMap) -> Option<&str> {
    bearer(headers).or_else(|| cookie(headers))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}

pub(crate) fn from_this_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if text("x-kaidian-csrf") == Some("1") {
        return true;
    }
    let origin = text("origin").and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    origin.is_some() && origin == text("host")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_bearer_token_is_found_before_a_cookie() {
        let both = headers(&[("authorization", "bearer abc"), ("cookie", "a=b; kaidian_session=def")]);
        assert_eq!(session_token(&both), Some("abc"));
        assert_eq!(session_token(&headers(&[("cookie", "a=b; kaidian_session=def; c=d")])), Some("def"));
        assert_eq!(session_token(&headers(&[("authorization", "Basic abc"), ("cookie", "a=b")])), None);
    }

    #[test]
    fn a_request_is_of_this_site_by_header_or_by_origin() {
        assert!(from_this_site(&headers(&[("x-kaidian-csrf", "1")])));
        assert!(from_this_site(&headers(&[("origin", "https://shop.cn:8443"), ("host", "shop.cn:8443")])));
        for other in [
            &[("x-kaidian-csrf", "0")][..],
            &[("origin", "https://evil.cn"), ("host", "shop.cn")],
            &[("origin", "null"), ("host", "shop.cn")],
            &[("host", "shop.cn")],
            &[],
        ] {
            assert!(!from_this_site(&headers(other)));
        }
    }
}

//! A name for each request, which its log lines and its error answer carry.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// The id of the request that is being served.
#[derive(Debug, Clone)]
pub struct RequestId(pub Arc<str>);

static HEADER: HeaderName = HeaderName::from_static("x-request-id");
static NEXT: AtomicU64 = AtomicU64::new(1);
static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// Three groups of eight hexadecimal digits, the form that the WeChat family shows as `rid`. Not a secret.
fn fresh() -> Arc<str> {
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let h = SEED.hash_one(n);
    format!("{:08x}-{:08x}-{:08x}", h >> 32, h & 0xffff_ffff, n & 0xffff_ffff).into()
}

/// Middleware: names the request, and puts the name on its answer.
pub async fn assign_request_id(mut request: Request, next: Next) -> Response {
    let id = fresh();
    request.extensions_mut().insert(RequestId(Arc::clone(&id)));
    let response = next.run(request).await;
    let mut response = crate::problem::sign(response, &id);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER.clone(), value);
    }
    response
}

//! A request, before it is sent.

use axum::http::Method;
use serde_json::Value;

#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) method: Method,
    /// With its query.
    pub(super) path: String,
    pub(super) token: Option<String>,
    pub(super) is_keyed: bool,
    /// Instead of a fresh one.
    pub(super) key: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) body: Vec<u8>,
    /// Without saying how long the body is.
    pub(super) is_streamed: bool,
}

impl Ask {
    pub(super) fn new(method: Method, path: impl Into<String>) -> Self {
        let (path, body) = (path.into(), Vec::new());
        let is_keyed = false;
        Self { method, path, token: None, is_keyed, key: None, content_type: None, body, is_streamed: false }
    }

    pub(super) fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    pub(super) fn post(path: &str, body: &Value) -> Self {
        Self { is_keyed: true, ..Self::new(Method::POST, path).with(body) }
    }

    pub(super) fn put(path: &str, body: &Value) -> Self {
        Self::new(Method::PUT, path).with(body)
    }

    /// Shows this token.
    pub(super) fn by(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// Carries this body.
    pub(super) fn with(self, body: &Value) -> Self {
        self.with_bytes(body.to_string().into_bytes())
    }

    /// Carries these bytes as JSON.
    pub(super) fn with_bytes(mut self, bytes: Vec<u8>) -> Self {
        self.content_type = Some("application/json".to_owned());
        self.body = bytes;
        self
    }
}

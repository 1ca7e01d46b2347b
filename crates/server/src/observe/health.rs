//! `/healthz`, `/readyz` and `/metrics`: for whoever watches the process, not for its users.

use axum::{
    Json, Router,
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use store::Store;

use super::Figures;
use crate::config::Secret;

/// What the process knows of its own health. Cheap to clone.
#[derive(Clone)]
pub struct Health {
    store: Store,
    stopping: Arc<AtomicBool>,
    figures: Option<Figures>,
    token: Option<Secret>,
}

impl Health {
    /// Of a server over this store, which is migrated.
    pub fn of(store: Store, figures: Option<Figures>, token: Option<Secret>) -> Self {
        Self { store, stopping: Arc::default(), figures, token }
    }

    /// From now on no new work should be sent here.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Why no work should be sent here; `None` when it should.
    async fn hindrance(&self) -> Option<&'static str> {
        if self.stopping.load(Ordering::Relaxed) {
            return Some("stopping");
        }
        match self.store.ping().await {
            Ok(()) => None,
            Err(e) => {
                tracing::warn!(error = %e.for_log(), "not ready");
                Some("the database does not answer")
            }
        }
    }

    fn may_read_figures(&self, headers: &HeaderMap, peer: Option<SocketAddr>) -> bool {
        let Some(token) = &self.token else {
            return peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback());
        };
        let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let shown = shown.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        // Digests are compared, so that the time taken tells nothing of the token.
        Sha256::digest(shown) == Sha256::digest(token.0.as_str())
    }
}

/// The three routes.
pub fn routes(health: Health) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(health)
}

async fn readyz(State(health): State<Health>) -> Response {
    match health.hindrance().await {
        None => Json(json!({ "ready": true })).into_response(),
        Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "ready": false, "reason": reason })))
            .into_response(),
    }
}

async fn metrics(
    State(health): State<Health>,
    peer: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Response {
    let peer = peer.map(|axum::Extension(ConnectInfo(peer))| peer);
    match &health.figures {
        _ if !health.may_read_figures(&headers, peer) => StatusCode::FORBIDDEN.into_response(),
        Some(figures) => {
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], figures.render()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

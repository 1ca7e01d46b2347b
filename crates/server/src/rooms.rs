//! The rooms of the house, in the order of their levels: the one place that lists them.

use anyhow::Result;
use axum::Router;
use face::{App, AppBuilder};
use store::{Registry, Room};
use utoipa_axum::router::OpenApiRouter;

use crate::config::Config;

/// The tables of all rooms, lower levels first.
pub const MIGRATIONS: &[Room] = &[];

/// What rooms need besides the store.
pub struct Services {}

impl Services {
    /// Opens what the configuration names.
    pub fn open(_config: &Config) -> Result<Self> {
        Ok(Self {})
    }

    /// Fills in who listens to which events and who does which jobs.
    pub fn register(&self, _registry: &mut Registry) {}

    /// Puts the services where handlers find them.
    pub fn provide(self, app: AppBuilder) -> AppBuilder {
        app
    }
}

/// The native routes of all rooms, with their description.
pub fn native() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}

/// The WeChat-compatible routes of all rooms.
pub fn wire() -> Router<App> {
    Router::new()
}

/// Lets every request be known by its credential.
pub fn identify(router: Router, _app: &App) -> Router {
    router
}

//! The native face: `/api/v1/auth`, `/api/v1/staff`, `/api/v1/operators`, `/api/v1/apps`, `/api/v1/me/addresses`.

mod addresses;
mod apps;
mod auth;
mod demo;
mod operators;
mod peer;
#[cfg(test)]
pub(crate) mod server;
mod staff;
#[cfg(test)]
mod tests;

use face::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The hash of a request that holds a password, as its idempotency record may keep it: keyed, since a plain hash of a
/// few known words and a password could be tried through.
pub fn keyed_hash(app: &App, hash: &[u8; 32]) -> [u8; 32] {
    app.store.vault().derive("identity request", hash)
}

/// The room's native routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(auth::login))
        .routes(routes!(auth::request_code))
        .routes(routes!(auth::code_login))
        .routes(routes!(auth::logout))
        .routes(routes!(auth::me))
        .routes(routes!(auth::change_password))
        .routes(routes!(auth::js_code))
        .routes(routes!(staff::list, staff::add))
        .routes(routes!(staff::change_role, staff::remove))
        .routes(routes!(staff::reset_password))
        .routes(routes!(operators::list, operators::add))
        .routes(routes!(operators::remove))
        .routes(routes!(apps::list, apps::create))
        .routes(routes!(apps::rotate))
        .routes(routes!(apps::link))
        .routes(routes!(addresses::list, addresses::add))
        .routes(routes!(addresses::get, addresses::update, addresses::delete))
}

/// Routes of the demo alone: they show what otherwise goes to a phone. Never to be mounted elsewhere.
pub fn demo_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(demo::codes))
}

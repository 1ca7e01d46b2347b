//! The native face of this room.

mod developer;
mod inbox;
#[cfg(test)]
mod tests;

use face::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes: a shopper's inbox, and a merchant's developer pages.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(inbox::list_notices))
        .routes(routes!(inbox::count_unread))
        .routes(routes!(inbox::read_all_notices))
        .routes(routes!(inbox::read_notice))
        .routes(routes!(inbox::stream_notices))
        .routes(routes!(developer::list_endpoints))
        .routes(routes!(developer::get_endpoint, developer::put_endpoint, developer::delete_endpoint))
        .routes(routes!(developer::verify_endpoint))
        .routes(routes!(developer::list_pushes))
        .routes(routes!(developer::get_push))
        .routes(routes!(developer::replay_push))
}

//! The native face.

mod category;
mod merchant;
mod moves;
mod platform;
mod platform_tree;
mod public;
#[cfg(test)]
mod tests;

use face::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The native routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(public::page))
        .routes(routes!(public::shelf))
        .merge(tree_routes())
        .merge(merchant_routes())
        .merge(platform_routes())
}

fn tree_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(category::tree))
        .routes(routes!(category::usable))
        .routes(routes!(category::get))
        .routes(routes!(category::brands))
}

fn merchant_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(merchant::list, merchant::add))
        .routes(routes!(merchant::overwrite, merchant::change_free, moves::delete))
        .routes(routes!(merchant::copies))
        .routes(routes!(merchant::audits))
        .routes(routes!(moves::submit))
        .routes(routes!(moves::cancel_audit))
        .routes(routes!(moves::delist))
        .routes(routes!(moves::restore))
}

fn platform_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(platform::queue, platform::decide))
        .routes(routes!(platform::take_down))
        .routes(routes!(platform::set_auto_audit))
        .routes(routes!(platform::get))
        .routes(routes!(platform_tree::add_category))
        .routes(routes!(platform_tree::change_category, platform_tree::retire_category))
        .routes(routes!(platform_tree::grants))
        .routes(routes!(platform_tree::grant, platform_tree::revoke))
        .routes(routes!(platform_tree::add_brand))
        .routes(routes!(platform_tree::retire_brand))
}

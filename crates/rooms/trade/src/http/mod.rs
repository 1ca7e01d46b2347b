//! Native REST: the shopper's side and the shop's.

mod checkout;
mod dto;
mod input;
mod merchant;
mod shopper;

use face::App;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use dto::{ItemIn, LineOut, OrderOut, ParcelOut, StepOut};

/// The room's native routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(shopper::get_cart, shopper::put_in_cart))
        .routes(routes!(shopper::quote_order))
        .routes(routes!(shopper::place_order))
        .routes(routes!(checkout::check_out))
        .routes(routes!(shopper::list_my_orders))
        .routes(routes!(shopper::get_my_order))
        .routes(routes!(shopper::cancel_my_order))
        .routes(routes!(shopper::confirm_my_order))
        .routes(routes!(merchant::list_orders))
        .routes(routes!(merchant::get_order))
        .routes(routes!(merchant::get_order_history))
        .routes(routes!(merchant::ship_order))
        .routes(routes!(merchant::cancel_order))
        .routes(routes!(merchant::reprice_order))
        .routes(routes!(merchant::remark_order))
        .routes(routes!(merchant::refund_order))
}

//! The WeChat-compatible face: orders and their delivery (`docs/wire/orders.md`).

mod change;
mod delivery;
mod list;
mod order;
mod render;

use axum::Router;
use face::{
    App,
    wire::{Failure, Routes},
};

use crate::Error;

/// The room's wire routes.
pub fn wire_routes() -> Router<App> {
    Routes::new()
        .post("/channels/ec/order/list/get", list::list_orders)
        .post("/channels/ec/order/search", list::search_orders)
        .post("/channels/ec/order/get", order::get_order)
        .post("/channels/ec/order/sensitiveinfo/decode", order::decode_receiver)
        .post("/channels/ec/order/merchantnotes/update", order::update_merchant_notes)
        .post("/channels/ec/order/price/update", order::update_price)
        .post("/channels/ec/order/address/update", change::update_address)
        .post("/channels/ec/order/deliveryinfo/update", change::update_delivery)
        .post("/channels/ec/order/deliverycompanylist/get", delivery::list_companies)
        .post("/channels/ec/order/deliverycompanylist/new/get", delivery::list_companies)
        .post("/channels/ec/order/delivery/send", delivery::send)
        .into_router()
}

/// The published codes of this room's refusals (`docs/wire/errcodes.md`); whatever is not here has the code of its
/// kind.
fn failure(e: &Error) -> Failure {
    let code = match e {
        Error::NotFound => 100_002,
        Error::State { .. } | Error::PaymentBegun | Error::AddressChanges | Error::Changed => 101_100,
        Error::TooManyPieces { .. } | Error::Parcel => 109_002,
        Error::NewPrice { .. } => 108_021,
        Error::PriceChanges => 108_022,
        Error::Amount => 108_023,
        _ => return Failure::of(e),
    };
    Failure::new(code, e.to_string())
}

impl From<Error> for WireError {
    fn from(e: Error) -> Self {
        Self(failure(&e))
    }
}

impl From<store::Error> for WireError {
    fn from(e: store::Error) -> Self {
        Self(Failure::of(&e))
    }
}

impl From<Failure> for WireError {
    fn from(f: Failure) -> Self {
        Self(f)
    }
}

/// A failure on its way out, with this room's codes.
pub(crate) struct WireError(Failure);

impl axum::response::IntoResponse for WireError {
    fn into_response(self) -> axum::response::Response {
        self.0.into_response()
    }
}

/// What the handlers give.
type Answered = Result<axum::Json<serde_json::Value>, WireError>;

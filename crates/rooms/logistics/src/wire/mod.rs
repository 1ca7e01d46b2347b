//! The published face: `/cgi-bin/express/business/*` (`docs/wire/express.md`), and where carriers push to.

mod account;
mod callback;
mod failure;
mod input;
mod order;
mod printer;

use axum::{Router, routing::post};
use face::{App, wire::Routes};

/// The routes of this face.
pub fn wire_routes() -> Router<App> {
    Routes::new()
        .post("/cgi-bin/express/business/account/bind", account::bind)
        .either("/cgi-bin/express/business/account/getall", account::get_all)
        .either("/cgi-bin/express/business/delivery/getall", account::deliveries)
        .post("/cgi-bin/express/business/quota/get", account::quota_of)
        .post("/cgi-bin/express/business/order/add", order::add)
        .post("/cgi-bin/express/business/order/batchget", order::batch_get)
        .post("/cgi-bin/express/business/order/cancel", order::cancel)
        .post("/cgi-bin/express/business/order/get", order::get)
        .post("/cgi-bin/express/business/path/get", order::path)
        .post("/cgi-bin/express/business/test_update_order", order::test_update)
        .either("/cgi-bin/express/business/printer/getall", printer::get_all)
        .post("/cgi-bin/express/business/printer/update", printer::update)
        .into_router()
        .route("/callbacks/carriers/{id}", post(callback::take))
}

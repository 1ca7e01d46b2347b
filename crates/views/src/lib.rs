#![doc = include_str!("../README.md")]

mod frame;
mod pay_return;
mod track;

use axum::Router;
use face::App;

/// The pages.
pub fn routes() -> Router<App> {
    Router::new().merge(frame::routes()).merge(track::routes()).merge(pay_return::routes())
}

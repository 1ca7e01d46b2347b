//! The description of the native face, for programs and for people.

mod errors;
mod openapi;
mod operation;
mod page;
mod schema;

use axum::{
    Router,
    http::{HeaderName, header},
    response::Html,
    routing::get,
};
use bytes::Bytes;
use utoipa::openapi::OpenApi;

pub use openapi::describe;
pub(crate) use page::frame;

const STYLE: &str = include_str!("style.css");
/// Where the pages of this program find their style.
const STYLE_PATH: &str = "/assets/pages.css";

/// `/api/openapi.json`, `/api/docs`, `/docs/errors` and `/docs/errors/{code}`. Everything is written once, at the start.
pub fn routes(api: &OpenApi) -> Result<Router, serde_json::Error> {
    let value = serde_json::to_value(api)?;
    let text = Bytes::from(serde_json::to_vec(&value)?);
    let page = Bytes::from(page::render(&value).into_string());
    Ok(Router::new()
        .route("/api/openapi.json", get(move || async { (json_head(), text) }))
        .route("/api/docs", get(move || async { Html(page) }))
        .route(STYLE_PATH, get(|| async { (style_head(), STYLE) }))
        .merge(errors::routes()))
}

fn json_head() -> [(HeaderName, &'static str); 2] {
    [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")]
}

fn style_head() -> [(HeaderName, &'static str); 2] {
    [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=3600")]
}

//! Where payment channels send their notices.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};
use face::{App, Problem};
use pay::{Intake, RawNotice};

/// The callbacks of channels. Not part of the API: each channel has a form and a signature of its own.
pub fn callback_routes() -> Router<App> {
    Router::new().route("/callbacks/pay/{channel}", post(take_notice))
}

async fn take_notice(
    State(app): State<App>,
    Path(channel): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let intake = app.service::<Intake>()?;
    let headers = headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect();
    let raw = RawNotice { headers, body: body.to_vec(), wall: app.store.wall() };
    let receipt = intake.notice(&app.store, &channel, &raw).await?;
    let status = StatusCode::from_u16(receipt.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Ok((status, [(CONTENT_TYPE, receipt.content_type)], receipt.body).into_response())
}

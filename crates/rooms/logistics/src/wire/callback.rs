//! `POST /callbacks/carriers/{id}`: a carrier's push. It carries the carrier's own signature, no token of ours.

use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, header::CONTENT_TYPE},
    response::IntoResponse,
};
use face::{App, Problem};

use crate::{CarrierPush, Carriers, take_push};

pub(super) async fn take(
    State(app): State<App>,
    Path(carrier): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<impl IntoResponse, Problem> {
    let carriers = app.service::<Carriers>()?;
    let text = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
        value.to_str().ok().map(|value| (name.as_str().to_owned(), value.to_owned()))
    };
    let headers = headers.iter().filter_map(text).collect();
    let push = CarrierPush { headers, query: query.unwrap_or_default(), body: body.to_vec() };
    let taken = take_push(&app.store, &carriers, &carrier, &push).await?;
    Ok(([(CONTENT_TYPE, taken.content_type)], taken.receipt))
}

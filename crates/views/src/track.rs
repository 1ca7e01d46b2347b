//! The tracking page: where a parcel is, for whoever has the link.

use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header::CACHE_CONTROL},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use face::{App, Problem};
use jiff::tz::TimeZone;
use logistics::{PublicTrack, Stage};
use maud::{Markup, html};

use crate::frame::{Words, frame};

/// The page's route.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/t/{token}", get(show))
}

/// What stands over the page.
const HEADING: Words = ("物流跟踪", "Parcel");

async fn show(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Problem> {
    let track = match logistics::parcel_of_link(app.store.vault(), &token) {
        None => None,
        Some((shop, parcel)) => {
            let mut tx = app.store.read().await?;
            logistics::public_track(&mut tx, shop, parcel).await?
        }
    };
    let (status, page) = match &track {
        Some(track) => (StatusCode::OK, page(track)),
        None => (
            StatusCode::NOT_FOUND,
            frame("没有这个包裹 · No such parcel", HEADING, &html! { p { "链接无效或已过期。" } }),
        ),
    };
    Ok((status, [(CACHE_CONTROL, "no-store")], Html(page.into_string())).into_response())
}

fn page(track: &PublicTrack) -> Markup {
    let zone = TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC);
    let (chinese, english) = words(track.stage);
    frame(
        chinese,
        HEADING,
        &html! {
            p.stage { (chinese) " " span lang="en" { (english) } }
            p { (track.carrier) " · 尾号 " (track.number_ends) }
            @if track.steps.is_empty() {
                p { "暂无物流信息 · No news yet" }
            }
            ol.steps {
                @for step in &track.steps {
                    li { time { (step.at.local_text(&zone)) } " " span { (step.what) } }
                }
            }
        },
    )
}

/// What a stage is called.
const fn words(stage: Stage) -> Words {
    match stage {
        Stage::Created => ("已下单", "Created"),
        Stage::PickedUp => ("已揽收", "Picked up"),
        Stage::InTransit => ("运输中", "In transit"),
        Stage::OutForDelivery => ("派送中", "Out for delivery"),
        Stage::Signed => ("已签收", "Signed"),
        Stage::Failed(_) => ("派送异常", "Delivery problem"),
        Stage::Returned => ("已退回", "Returned"),
    }
}

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
use kernel::{ParcelId, ShopId};
use logistics::{PublicTrack, Stage};
use maud::{DOCTYPE, Markup, html};
use store::Vault;
use subtle::ConstantTimeEq;

/// What the seal of a link is derived for.
const PURPOSE: &str = "views.track";

/// The page's routes.
pub fn track_routes() -> Router<App> {
    Router::new().route("/t/{token}", get(show)).route("/t/track.css", get(style))
}

/// The path of a parcel's page. The seal (128 bits) can't be guessed.
pub fn track_path(vault: &Vault, shop: ShopId, parcel: ParcelId) -> String {
    format!("/t/{shop}.{parcel}.{}", seal(vault, shop, parcel))
}

fn seal(vault: &Vault, shop: ShopId, parcel: ParcelId) -> String {
    let of = [shop.0.to_be_bytes(), parcel.0.to_be_bytes()].concat();
    let seal = vault.derive(PURPOSE, &of);
    let (half, _) = seal.split_at(16);
    half.iter().fold(String::new(), |text, b| text + &format!("{b:02x}"))
}

/// The parcel of a token, if its seal is right.
fn opened(vault: &Vault, token: &str) -> Option<(ShopId, ParcelId)> {
    let mut parts = token.splitn(3, '.');
    let shop = parts.next()?.parse().ok()?;
    let parcel = parts.next()?.parse().ok()?;
    let right = seal(vault, shop, parcel);
    bool::from(right.as_bytes().ct_eq(parts.next()?.as_bytes())).then_some((shop, parcel))
}

async fn show(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Problem> {
    let track = match opened(app.store.vault(), &token) {
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
            frame("没有这个包裹 · No such parcel", &html! { p { "链接无效或已过期。" } }),
        ),
    };
    Ok((status, [(CACHE_CONTROL, "no-store")], Html(page.into_string())).into_response())
}

fn page(track: &PublicTrack) -> Markup {
    let zone = TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC);
    let (chinese, english) = words(track.stage);
    frame(
        chinese,
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
const fn words(stage: Stage) -> (&'static str, &'static str) {
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

fn frame(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) " · Kaidian" }
                link rel="stylesheet" href="/t/track.css";
            }
            body { main { h1 { "物流跟踪 " span lang="en" { "Parcel" } } (body) } }
        }
    }
}

async fn style() -> impl IntoResponse {
    ([("content-type", "text/css; charset=utf-8"), ("cache-control", "max-age=3600")], STYLE)
}

const STYLE: &str = "\
:root{color-scheme:light dark;font:16px/1.6 system-ui,sans-serif}
body{margin:0}main{max-width:34rem;margin:0 auto;padding:1rem}
h1{font-size:1.25rem}h1 span,.stage span{font-weight:400;opacity:.6;font-size:.9em}
.stage{font-size:1.5rem;font-weight:600;margin:.5rem 0}
.steps{list-style:none;padding:0;border-left:2px solid #07c160;margin-left:.4rem}
.steps li{padding:.4rem 0 .4rem 1rem}.steps li:first-child{font-weight:600}
time{opacity:.7;font-variant-numeric:tabular-nums}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_its_own_parcel_and_no_other() {
        let vault = Vault::new(&[1; 32]);
        let path = track_path(&vault, ShopId(7), ParcelId(8));
        let token = path.strip_prefix("/t/").unwrap();
        assert_eq!(opened(&vault, token), Some((ShopId(7), ParcelId(8))));
        assert_eq!(opened(&vault, &token.replace("7.8.", "7.9.")), None);
        assert_eq!(opened(&vault, "7.8."), None);
        assert_eq!(opened(&Vault::new(&[2; 32]), token), None);
    }
}

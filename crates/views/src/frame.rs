//! What the plain pages share: no script, nothing inline, nothing from elsewhere, in Chinese and English, for the width
//! of a phone.

use axum::{Router, http::header, response::IntoResponse, routing::get};
use face::App;
use maud::{DOCTYPE, Markup, html};

/// The same in Chinese and in English.
pub(crate) type Words = (&'static str, &'static str);

const STYLE_PATH: &str = "/t/plain.css";

/// The style of the pages.
pub(crate) fn routes() -> Router<App> {
    Router::new().route(STYLE_PATH, get(style))
}

/// A whole page.
pub(crate) fn frame(title: &str, (chinese, english): Words, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) " · Kaidian" }
                link rel="stylesheet" href=(STYLE_PATH);
            }
            body { main { h1 { (chinese) " " span lang="en" { (english) } } (body) } }
        }
    }
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=3600")], STYLE)
}

const STYLE: &str = "\
:root{color-scheme:light dark;font:16px/1.6 system-ui,sans-serif}
body{margin:0}main{max-width:34rem;margin:0 auto;padding:1rem}
h1{font-size:1.25rem}h1 span,.stage span{font-weight:400;opacity:.6;font-size:.9em}
.stage{font-size:1.5rem;font-weight:600;margin:.5rem 0}
.sum{font-size:2.25rem;font-weight:600;margin:.5rem 0 0;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;font-size:.85rem}
dt{opacity:.7}dd{margin:0;text-align:right;overflow-wrap:anywhere}
.again{display:block;padding:.75rem 1rem;border-radius:.5rem;background:#07c160;color:#fff;
text-align:center;text-decoration:none}
.steps{list-style:none;padding:0;border-left:2px solid #07c160;margin-left:.4rem}
.steps li{padding:.4rem 0 .4rem 1rem}.steps li:first-child{font-weight:600}
time{opacity:.7;font-variant-numeric:tabular-nums}";

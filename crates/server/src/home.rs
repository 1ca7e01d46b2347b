//! The page at `/`: what this is, and where to go from here.

use axum::{Router, response::Html, routing::get};
use bytes::Bytes;
use maud::{Markup, html};

use crate::{api, config::Config, demo};

/// The page's route. It is written once, at the start.
pub(crate) fn routes(config: &Config) -> Router {
    let page = Bytes::from(page(config.demo.enabled).into_string());
    Router::new().route("/", get(move || async { Html(page) }))
}

fn page(of_demo: bool) -> Markup {
    let body = html! {
        main {
            h1 { "Kaidian 开店" }
            p { "An open, self-hosted platform for social retail. This is its server: programs talk to it." }
            p lang="zh-CN" { "开放、可自行部署的社交零售平台。这里是服务端，供程序调用。" }
            ul {
                li { a href="/api/docs" { "The native API, to read" } }
                li { a href="/api/openapi.json" { "The same for programs: OpenAPI 3.1" } }
                li { a href="/docs/errors" { "What every error code means" } }
                li { "WeChat-compatible routes: " code { "/cgi-bin/…" } ", " code { "/channels/ec/…" } }
            }
            @if of_demo { (hints()) }
        }
    };
    api::frame("Kaidian", &body)
}

/// How to come in to the demo. Its passwords lie open anyway.
fn hints() -> Markup {
    html! {
        h2 { "This is a demo" }
        p {
            "Its clock can be moved and its logins are known: never put it where real money is. All credentials are in "
            code { "demo.json" } " in the data folder. With " code { "POST /api/v1/auth/login" }
            " everybody here has the password " code { (demo::PASSWORD) } ":"
        }
        table {
            @for (login, role, of) in demo::logins() {
                tr { td { code { (login) } } td { (role) } td { (of) } }
            }
        }
        p {
            "Shoppers log in by phone; the codes are at " a href="/api/v1/demo/codes" { "/api/v1/demo/codes" }
            ". Business time moves by " code { "POST /sandbox/clock {\"advance_ms\": …}" } "."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_demo_tells_logins() {
        let (plain, of_demo) = (page(false).into_string(), page(true).into_string());
        for link in ["href=\"/api/docs\"", "href=\"/api/openapi.json\"", "href=\"/docs/errors\""] {
            assert!(plain.contains(link) && of_demo.contains(link), "{link}");
        }
        for told in [demo::PASSWORD, "yunling.owner", "platform.admin", "/sandbox/clock", "demo.json"] {
            assert!(of_demo.contains(told) && !plain.contains(told), "{told}");
        }
    }
}

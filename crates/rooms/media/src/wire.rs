//! The WeChat-compatible face: `basics/img/upload` (`docs/wire/routes.jsonl`).

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, Multipart, Query, Request, State},
};
use face::{
    App, Identified, Who,
    wire::{Answered, Failure, Open, Routes, code, ok, token_of},
};
use kernel::Caller;
use serde::Deserialize;
use serde_json::json;

use crate::{
    Error, Files, Purpose, Stored,
    http::{BODY_BYTES, unreadable},
};

/// The routes of this face.
pub fn wire_routes() -> Router<App> {
    Routes::new()
        .post("/channels/ec/basics/img/upload", upload)
        .into_router()
        .layer(DefaultBodyLimit::max(BODY_BYTES))
}

/// What the query says. `height` and `width` may come too; the picture's own are taken.
#[derive(Deserialize)]
struct Mode {
    /// 0 a file, 1 an address.
    #[serde(default)]
    upload_type: u8,
    /// 0 answers with an id, 1 with an address.
    #[serde(default)]
    resp_type: u8,
}

#[derive(Deserialize)]
struct Address {
    img_url: Option<String>,
}

/// A file that is too large, as published for content of any kind.
const TOO_LONG: i64 = 45002;

async fn upload(State(app): State<App>, who: Who, request: Request) -> Answered {
    token_of(request.extensions().get::<Identified>())?;
    let Query(mode) = Query::<Mode>::try_from_uri(request.uri())
        .map_err(|_| Failure::new(code::BAD_ARGUMENTS, "upload_type and resp_type are 0 or 1"))?;
    let files = app.service::<Files>()?;
    let stored = match mode.upload_type {
        0 => store_part(&app, &files, &who.0, request).await,
        1 => {
            let Open(Address { img_url }) = Open::from_request(request, &()).await?;
            known(&app, &files, &who.0, img_url.as_deref().unwrap_or_default()).await
        }
        _ => Err(Error::NoFile),
    };
    let stored = stored.map_err(failure)?;
    Ok(ok(json!({ "pic_file": match mode.resp_type {
        0 => json!({ "media_id": stored.id }),
        _ => json!({ "img_url": files.absolute(&stored.url) }),
    } })))
}

/// Stores the part `media`; other parts are passed over.
async fn store_part(app: &App, files: &Files, caller: &Caller, request: Request) -> Result<Stored, Error> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Error::NoFile)?;
    let mut media: Option<Bytes> = None;
    while let Some(field) = form.next_field().await.map_err(|e| unreadable(&e))? {
        if field.name() == Some("media") {
            media = Some(field.bytes().await.map_err(|e| unreadable(&e))?);
        }
    }
    crate::put(files, &app.store, caller, media.ok_or(Error::NoFile)?, Purpose::Product).await
}

/// Nothing is fetched: the address must be one of a picture that the caller has stored here.
async fn known(app: &App, files: &Files, caller: &Caller, address: &str) -> Result<Stored, Error> {
    let path = files.path_of(address).ok_or(Error::NotOurs)?;
    let (ctx, mut tx) = (app.store.ctx(caller).await?, app.store.read().await?);
    crate::get_by_path(&mut tx, &ctx, &path).await
}

fn failure(error: Error) -> Failure {
    match error {
        Error::TooLarge => Failure::new(TOO_LONG, error.to_string()),
        other => Failure::of(&other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{app, form, send, staff};
    use axum::{body::Body, http::Request};
    use serde_json::Value;

    async fn answer(app: &App, request: Request<Body>) -> Value {
        let (status, _, body) = send(app, Some(staff(1)), request).await;
        assert_eq!(status, 200);
        let answer = serde_json::from_slice(&body).unwrap();
        let known = wirecheck::Routes::load().unwrap();
        let facts = known.get("POST", "/channels/ec/basics/img/upload").unwrap();
        assert_eq!(wirecheck::check_answer(facts, &answer), []);
        answer
    }

    fn by_address(address: &str, prefix: &str) -> Request<Body> {
        Request::post(format!("/{prefix}/ec/basics/img/upload?upload_type=1&resp_type=1"))
            .body(Body::from(json!({ "img_url": address }).to_string()))
            .unwrap()
    }

    store::on_both! {
        rooms = crate::testing::rooms();

        async fn a_file_is_answered_by_id_or_address_as_asked(kit) {
            let app = app(&kit).await;
            let picture = crate::demo_picture(1, "").unwrap();
            let send = |query: &str| form(&format!("/channels/ec/basics/img/upload{query}"), &[("media", &picture)], None);
            let by_id = answer(&app, send("?upload_type=0&resp_type=0&height=1&width=1")).await;
            assert_eq!((by_id["errcode"].clone(), by_id["errmsg"].clone()), (json!(0), json!("ok")));
            assert!(by_id["pic_file"]["media_id"].as_str().unwrap().parse::<i64>().is_ok());
            let by_url = answer(&app, send("?resp_type=1")).await;
            let url = by_url["pic_file"]["img_url"].as_str().unwrap();
            assert!(url.starts_with("https://shop.example/media/"));
            let again = answer(&app, by_address(url, "shop")).await;
            assert_eq!(again["pic_file"]["img_url"], url);
        }

        async fn an_address_elsewhere_is_refused_and_not_fetched(kit) {
            let app = app(&kit).await;
            for address in ["http://127.0.0.1:1/x.png", "https://evil.example/a.png", ""] {
                assert_eq!(answer(&app, by_address(address, "channels")).await["errcode"], 40097, "{address}");
            }
        }

        async fn a_bad_file_a_wrong_mode_and_a_missing_token_have_their_codes(kit) {
            let app = app(&kit).await;
            let path = "/channels/ec/basics/img/upload";
            let long = vec![0; crate::MAX_BYTES + 1];
            assert_eq!(answer(&app, form(path, &[("media", b"text")], None)).await["errcode"], 40097);
            assert_eq!(answer(&app, form(path, &[("other", b"text")], None)).await["errcode"], 40097);
            assert_eq!(answer(&app, form(path, &[("media", &long)], None)).await["errcode"], 45002);
            let wrong = form(&format!("{path}?upload_type=7"), &[("media", b"x")], None);
            assert_eq!(answer(&app, wrong).await["errcode"], 40097);
            let (_, _, body) = send(&app, None, form(path, &[("media", b"x")], None)).await;
            assert!(String::from_utf8_lossy(&body).contains("41001"));
        }
    }
}

//! The native face: send a picture, list one's own, and the pictures themselves.

use axum::{
    Json,
    body::Body,
    extract::{DefaultBodyLimit, Multipart, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use face::{App, IdPath, Paging, Problem, Rest, Who};
use kernel::{Cursor, Kind, MediaId, Page};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Error, Files, Purpose, Stored,
    picture::{Key, MAX_BYTES},
};

/// What a request may carry beside the picture: the frame of its parts.
pub(crate) const BODY_BYTES: usize = MAX_BYTES + 64 * 1024;

/// The native routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_files, upload))
        .routes(routes!(get_file))
        .routes(routes!(serve))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
}

/// A picture in parts.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form in the API document")]
struct UploadForm {
    /// The picture.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// What it is for; `product` when left out.
    purpose: Option<Purpose>,
}

/// Stores a picture of at most 10 MB: PNG, JPEG, WebP or GIF.
#[utoipa::path(post, path = "/api/v1/media", tag = "media",
    params(("Idempotency-Key" = String, Header, description = "Makes a repeat of this request one.")),
    request_body(content = inline(UploadForm), content_type = "multipart/form-data"),
    responses((status = 200, body = Stored)))]
async fn upload(State(app): State<App>, who: Who, headers: HeaderMap, form: Multipart) -> Rest<Stored> {
    let (bytes, purpose) = read_form(form).await?;
    let key = store::Key::new(who.credential(), "POST /api/v1/media", idempotency_key(&headers)?, &bytes);
    let files = app.service::<Files>()?;
    Ok(Json(crate::put_once(&files, &app.store, &who.0, key, bytes, purpose).await?))
}

fn idempotency_key(headers: &HeaderMap) -> Result<String, Problem> {
    let key = headers.get("idempotency-key").and_then(|k| k.to_str().ok());
    key.filter(|k| (1..=255).contains(&k.len())).map(str::to_owned).ok_or_else(|| {
        let said = "the header Idempotency-Key is needed: 1 to 255 visible characters";
        Problem::new(Kind::Invalid, "request.idempotency_key_missing", said)
    })
}

async fn read_form(mut form: Multipart) -> Result<(Bytes, Purpose), Error> {
    let (mut file, mut purpose) = (None, Purpose::default());
    while let Some(field) = form.next_field().await.map_err(|e| unreadable(&e))? {
        match field.name() {
            Some("file") => file = Some(field.bytes().await.map_err(|e| unreadable(&e))?),
            Some("purpose") => {
                let text = field.text().await.map_err(|e| unreadable(&e))?;
                purpose = Purpose::parse(&text).ok_or(Error::NoFile)?;
            }
            _ => return Err(Error::NoFile),
        }
    }
    Ok((file.ok_or(Error::NoFile)?, purpose))
}

/// Why a form could not be read.
pub(crate) fn unreadable(e: &axum::extract::multipart::MultipartError) -> Error {
    if e.status() == StatusCode::PAYLOAD_TOO_LARGE { Error::TooLarge } else { Error::NoFile }
}

/// The caller's pictures, the newest first.
#[utoipa::path(get, path = "/api/v1/media", tag = "media", params(Paging),
    responses((status = 200, body = FilePage)))]
async fn list_files(
    State(app): State<App>,
    who: Who,
    face::Params(paging): face::Params<Paging>,
) -> Rest<FilePage> {
    let (ctx, mut tx) = (app.store.ctx(&who.0).await?, app.store.read().await?);
    let after = paging.cursor(Cursor::NEWEST)?;
    let Page { items, next } = crate::list(&mut tx, &ctx, Some(after), paging.size()?).await?;
    Ok(Json(FilePage { items, next }))
}

/// A page of pictures.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = media::FilePage)]
struct FilePage {
    /// The pictures.
    items: Vec<Stored>,
    /// Where the next page begins; absent on the last.
    next: Option<String>,
}

/// One of the caller's pictures.
#[utoipa::path(get, path = "/api/v1/media/{id}", tag = "media", params(("id" = String, Path)),
    responses((status = 200, body = Stored)))]
async fn get_file(State(app): State<App>, who: Who, IdPath(id): IdPath<MediaId>) -> Rest<Stored> {
    let (ctx, mut tx) = (app.store.ctx(&who.0).await?, app.store.read().await?);
    Ok(Json(crate::get(&mut tx, &ctx, id).await?))
}

/// The picture itself.
#[utoipa::path(get, path = "/media/{key}", tag = "media", params(("key" = String, Path)),
    responses((status = 200, description = "The picture.", content_type = "image/*"),
        (status = 304, description = "The client has it already.")))]
async fn serve(
    State(app): State<App>,
    IdPath(key): IdPath<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let key: Key = key.parse()?;
    let tag = format!("\"{key}\"");
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|sent| sent.as_bytes() == tag.as_bytes());
    let object = app.service::<Files>()?.load(&key).await?;
    let (status, body) =
        if known { (StatusCode::NOT_MODIFIED, Body::empty()) } else { (StatusCode::OK, object.body) };
    let head = [
        (header::CONTENT_TYPE, key.format().content_type().to_owned()),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (header::ETAG, tag),
    ];
    let mut answer = (status, head, body).into_response();
    if !known {
        answer.headers_mut().insert(header::CONTENT_LENGTH, object.bytes.into());
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{app, form, send, staff};
    use axum::http::Request;

    fn get(path: &str) -> Request<Body> {
        Request::get(path).body(Body::empty()).unwrap()
    }

    fn post(parts: &[(&str, &[u8])]) -> Request<Body> {
        form("/api/v1/media", parts, Some("k"))
    }

    store::on_both! {
        rooms = crate::testing::rooms();

        async fn a_picture_that_was_sent_is_served_unchanged_and_cached_for_ever(kit) {
            let app = app(&kit).await;
            let picture = crate::demo_picture(1, "").unwrap();
            let (status, _, answer) = send(&app, Some(staff(1)), post(&[("file", &picture), ("purpose", b"profile")])).await;
            assert_eq!(status, 200);
            let stored: serde_json::Value = serde_json::from_slice(&answer).unwrap();
            assert_eq!(stored["purpose"], "profile");
            let path = stored["url"].as_str().unwrap();
            let (status, headers, body) = send(&app, None, get(path)).await;
            assert_eq!((status, body.as_ref()), (200, &picture[..]));
            assert_eq!(headers["content-type"], "image/png");
            assert_eq!(headers["x-content-type-options"], "nosniff");
            assert!(headers["cache-control"].to_str().unwrap().contains("immutable"));
            let mut again = get(path);
            again.headers_mut().insert("if-none-match", headers["etag"].clone());
            let (status, _, body) = send(&app, None, again).await;
            assert_eq!((status, body.len()), (304, 0));
        }

        async fn an_unknown_key_is_not_found_whatever_its_form(kit) {
            let app = app(&kit).await;
            let unknown = Key::of(b"x", crate::Format::Png).path();
            for path in [unknown.as_str(), "/media/x", "/media/..%2f..%2fetc%2fpasswd"] {
                assert_eq!(send(&app, None, get(path)).await.0, 404, "{path}");
            }
        }

        async fn a_form_without_a_picture_or_key_is_refused(kit) {
            let app = app(&kit).await;
            let picture = crate::demo_picture(1, "").unwrap();
            let too_large = vec![0; MAX_BYTES + 1];
            for (parts, code) in [
                (&[("purpose", &b"profile"[..])][..], "media.no_file"),
                (&[("file", &picture[..]), ("purpose", b"x")], "media.no_file"),
                (&[("file", &picture[..]), ("other", b"x")], "media.no_file"),
                (&[("file", b"<svg/>")], "media.not_a_picture"),
                (&[("file", &too_large)], "media.too_large"),
            ] {
                let (status, _, answer) = send(&app, Some(staff(1)), post(parts)).await;
                assert_eq!(status, 400);
                assert!(String::from_utf8_lossy(&answer).contains(code), "{code}");
            }
            let unkeyed = form("/api/v1/media", &[("file", &picture)], None);
            assert_eq!(send(&app, Some(staff(1)), unkeyed).await.0, 400);
            assert_eq!(send(&app, None, post(&[("file", &picture)])).await.0, 401);
        }
    }
}

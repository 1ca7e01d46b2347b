//! The page that an error's `type` points to.

use axum::{
    extract::Path,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use kernel::{Denied, Fault, Kind};
use maud::html;

use super::page::frame;

/// `/docs/errors/{code}`: what the code means, as far as it is known.
pub(super) async fn show(Path(code): Path<String>) -> Response {
    let plausible = code.len() <= 80 && code.bytes().all(|b| b.is_ascii_lowercase() || b"._".contains(&b));
    if !plausible || !code.contains('.') {
        let body = html! { main { h1 { "No such error" } p { "A code has the form " code { "room.what_went_wrong" } "." } } };
        return (StatusCode::NOT_FOUND, Html(frame("No such error", &body).into_string())).into_response();
    }
    let room = code.split('.').next().unwrap_or_default();
    let body = html! {
        main {
            h1 { code { (code) } }
            @match known(&code) {
                Some((status, meaning)) => { p { (meaning) } p { "HTTP status " (status) "." } }
                None => { p { "An error of the part " code { (room) } ". Its answer's " code { "detail" } " says what happened, and its "
                    code { "facts" } " what can be done about it." } }
            }
            p { "Quote the answer's " code { "request_id" } " when you ask for help: the log knows it." }
            p { a href="/api/docs" { "All operations" } }
        }
    };
    Html(frame(&code, &body).into_string()).into_response()
}

/// Status and meaning of codes that belong to no room.
fn known(code: &str) -> Option<(u16, String)> {
    let denied = [Denied::Unauthenticated, Denied::Forbidden];
    if let Some(fault) = denied.iter().find(|fault| fault.code() == code) {
        return Some((face::Problem::status(fault.kind()).as_u16(), sentence(&fault.to_string())));
    }
    let (kind, meaning) = match code {
        "request.not_found" => (Kind::NotFound, "There is no such thing, or it is not yours to see."),
        "request.idempotency_key_missing" | "request.idempotency_key_invalid" => (
            Kind::Invalid,
            "A POST that creates or moves something needs the header Idempotency-Key: 1 to 255 visible characters.",
        ),
        "request.invalid_body" => {
            (Kind::Invalid, "The body is not JSON, lacks a field, or has one that nobody knows.")
        }
        "request.body_unreadable" => (Kind::Invalid, "The body is too large or was cut off."),
        "request.invalid_query" => {
            (Kind::Invalid, "The query lacks a parameter, or has one that nobody knows.")
        }
        "request.invalid_size" => (Kind::Invalid, "A page has 1 to 100 rows."),
        "request.invalid_cursor" => (Kind::Invalid, "The cursor is not the next of an earlier page."),
        "request.too_many" => {
            (Kind::TooMany, "Too many requests: wait as long as the header Retry-After says.")
        }
        "idempotency.key_reused" => {
            (Kind::Conflict, "This Idempotency-Key came before, with another request.")
        }
        "store.unavailable" => {
            (Kind::Unavailable, "The database does not answer; nothing was changed. Try again.")
        }
        "store.full" => (Kind::Unavailable, "There is no room left; nothing was changed."),
        _ => return None,
    };
    Some((face::Problem::status(kind).as_u16(), meaning.to_owned()))
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}

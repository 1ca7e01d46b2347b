//! The pages that an error's `type` points to, and the list of them.

mod book;
#[cfg(test)]
mod tests;

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use maud::{Markup, html};
use std::{collections::BTreeMap, sync::Arc};

use self::book::{Book, Entry};
use super::page::frame;

/// `/docs/errors` and `/docs/errors/{code}`.
pub(super) fn routes() -> Router {
    let book = Arc::new(Book::read());
    Router::new().route("/docs/errors", get(list)).route("/docs/errors/{code}", get(show)).with_state(book)
}

/// Every code, by the part of the program that it comes from.
async fn list(State(book): State<Arc<Book>>) -> Html<String> {
    let mut parts: BTreeMap<&str, Vec<(&str, &Entry)>> = BTreeMap::new();
    for (code, entry) in book.iter() {
        parts.entry(entry.part).or_default().push((code, entry));
    }
    let body = html! {
        main {
            h1 { "Errors" }
            p { "Match on the code; the answer's " code { "detail" } " is for people." }
            @for (part, codes) in parts {
                h2 { (part) }
                table {
                    @for (code, entry) in codes {
                        tr {
                            td { a href={ "/docs/errors/" (code) } { code { (code) } } }
                            td { (entry.status) }
                            td { (inline(entry.meaning)) }
                        }
                    }
                }
            }
        }
    };
    Html(frame("Errors", &body).into_string())
}

/// What a code means, as far as it is known.
async fn show(State(book): State<Arc<Book>>, Path(code): Path<String>) -> Response {
    let plausible = code.len() <= 80 && code.bytes().all(|b| b.is_ascii_lowercase() || b"._".contains(&b));
    if !plausible || !code.contains('.') {
        let body = html! { main { h1 { "No such error" } p { "A code has the form " code { "room.what_went_wrong" } "." } } };
        return (StatusCode::NOT_FOUND, Html(frame("No such error", &body).into_string())).into_response();
    }
    let body = html! {
        main {
            h1 { code { (code) } }
            @match book.get(&code) {
                Some(entry) => (explained(entry)),
                None => { p { "An error of another version of this program." } }
            }
            p { "The answer's " code { "detail" } " says what happened. Quote its " code { "request_id" }
                " when you ask for help: the log knows it." }
            p { a href="/docs/errors" { "All errors" } " · " a href="/api/docs" { "All operations" } }
        }
    };
    Html(frame(&code, &body).into_string()).into_response()
}

fn explained(entry: &Entry) -> Markup {
    let (number, kind) = entry.status.split_once(' ').unwrap_or((entry.status, ""));
    html! {
        p { (inline(entry.meaning)) }
        p { "HTTP status " (number) "." @if !kind.is_empty() { " Kind: " (kind) "." } }
        @if !entry.facts.is_empty() { p { "Its " code { "facts" } " hold " (inline(entry.facts)) "." } }
    }
}

/// Markdown of which nothing is used but code.
fn inline(text: &str) -> Markup {
    html! {
        @for (n, part) in text.split('`').enumerate() {
            @if n % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

//! Schemas on the page: by name where they have one, in place where they have none.

use maud::{Markup, html};
use serde_json::Value;

use super::page::{items, members, text};

const PREFIX: &str = "#/components/schemas/";

/// The names of all schemas, as links.
pub(super) fn links(api: &Value) -> Markup {
    html! { @for (name, _) in members(&api["components"]["schemas"]) { (link(name)) } }
}

/// All schemas.
pub(super) fn articles(api: &Value) -> Markup {
    html! {
        @for (name, schema) in members(&api["components"]["schemas"]) {
            article id={ "schema-" (name) } {
                h3 { (name) }
                p { (text(&schema["description"])) }
                (whole(schema))
            }
        }
    }
}

/// A link to a schema by its name.
pub(super) fn link(name: &str) -> Markup {
    html! { a href={ "#schema-" (name) } { (name) } }
}

/// A schema in a few words.
pub(super) fn inline(schema: &Value) -> Markup {
    if let Some(name) = text(&schema["$ref"]).strip_prefix(PREFIX) {
        return link(name);
    }
    for (key, between) in [("allOf", " and "), ("oneOf", " or "), ("anyOf", " or ")] {
        let parts = items(&schema[key]);
        if !parts.is_empty() {
            return joined(parts, between);
        }
    }
    if schema["type"] == "array" {
        return html! { "list of " (inline(&schema["items"])) };
    }
    if schema["properties"].is_object() {
        return whole(schema);
    }
    html! { (kind(schema)) (choices(schema)) }
}

fn joined(parts: &[Value], between: &str) -> Markup {
    html! {
        @for (i, part) in parts.iter().enumerate() {
            @if i > 0 { (between) }
            (inline(part))
        }
    }
}

/// The type's name, with its format: `string`, `integer (int64)`, `string or null`.
fn kind(schema: &Value) -> String {
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(text).collect::<Vec<_>>().join(" or "),
        kind => text(kind).to_owned(),
    };
    let kind = if kind.is_empty() { "anything".to_owned() } else { kind };
    match text(&schema["format"]) {
        "" => kind,
        format => format!("{kind} ({format})"),
    }
}

fn choices(schema: &Value) -> Markup {
    let all = items(&schema["enum"]);
    html! {
        @if !all.is_empty() {
            ": "
            @for (i, choice) in all.iter().enumerate() {
                @if i > 0 { ", " }
                code { (choice.as_str().map_or_else(|| choice.to_string(), ToOwned::to_owned)) }
            }
        }
    }
}

/// The fields of an object; of anything else, what it is.
fn whole(schema: &Value) -> Markup {
    if !schema["properties"].is_object() {
        return html! { p { (inline(schema)) } };
    }
    let required = items(&schema["required"]);
    html! {
        table {
            @for (name, field) in members(&schema["properties"]) {
                tr {
                    td { code { (name) } }
                    td { (inline(field)) }
                    td { @if required.iter().any(|r| r == name) { "required" } @else { "optional" } }
                    td { (text(&field["description"])) }
                }
            }
        }
    }
}

//! One operation on the page.

use maud::{Markup, html};
use serde_json::Value;

use super::{
    page::{items, members, text},
    schema,
};

/// A method on a path.
pub(super) struct Operation<'a> {
    pub(super) method: &'static str,
    pub(super) path: &'a str,
    pub(super) body: &'a Value,
}

impl<'a> Operation<'a> {
    /// The group it stands in: its first tag.
    pub(super) fn tag(&self) -> &'a str {
        items(&self.body["tags"]).first().map_or("other", text)
    }

    fn anchor(&self) -> String {
        let named = text(&self.body["operationId"]);
        if named.is_empty() { format!("op-{}{}", self.method, self.path) } else { format!("op-{named}") }
    }

    /// Its line in the list.
    pub(super) fn link(&self) -> Markup {
        html! { a href={ "#" (self.anchor()) } { (method(self.method)) " " (self.path) } }
    }

    /// All about it.
    pub(super) fn article(&self) -> Markup {
        html! {
            article id=(self.anchor()) {
                h3 { (method(self.method)) " " code { (self.path) } }
                @for part in ["summary", "description"] {
                    @let words = text(&self.body[part]);
                    @if !words.is_empty() { p { (words) } }
                }
                (self.parameters())
                (self.request())
                (self.responses())
            }
        }
    }

    fn parameters(&self) -> Markup {
        let all = items(&self.body["parameters"]);
        html! {
            @if !all.is_empty() {
                h4 { "Parameters" }
                table {
                    @for one in all {
                        tr {
                            td { code { (text(&one["name"])) } }
                            td { (text(&one["in"])) }
                            td { (schema::inline(&one["schema"])) }
                            td { @if one["required"] == Value::Bool(true) { "required" } @else { "optional" } }
                            td { (text(&one["description"])) }
                        }
                    }
                }
            }
        }
    }

    fn request(&self) -> Markup {
        let content = &self.body["requestBody"]["content"];
        html! {
            @if content.is_object() {
                h4 { "Body" }
                (bodies(content))
            }
        }
    }

    fn responses(&self) -> Markup {
        html! {
            h4 { "Answers" }
            table {
                @for (status, response) in members(&self.body["responses"]) {
                    tr {
                        td { code { (status) } }
                        td { (text(&response["description"])) }
                        td { (bodies(&response["content"])) }
                    }
                }
                tr {
                    td { "errors" }
                    td { "A problem detail with a stable code." }
                    td { (schema::link("ProblemBody")) }
                }
            }
        }
    }
}

fn method(name: &str) -> Markup {
    html! { span class={ "method " (name) } { (name.to_uppercase()) } }
}

fn bodies(content: &Value) -> Markup {
    html! {
        @for (kind, body) in members(content) {
            div { code { (kind) } " " (schema::inline(&body["schema"])) }
        }
    }
}

//! The description as one page to read: no script, nothing from elsewhere.

use maud::{DOCTYPE, Markup, html};
use serde_json::Value;
use std::collections::BTreeMap;

use super::{STYLE_PATH, operation::Operation, schema};

/// A whole page with this title and body.
pub(crate) fn frame(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href=(STYLE_PATH);
            }
            body { (body) }
        }
    }
}

/// The page of a description.
pub(super) fn render(api: &Value) -> Markup {
    let groups = grouped(api);
    let title = format!("{} API {}", text(&api["info"]["title"]), text(&api["info"]["version"]));
    let body = html! {
        nav {
            strong { (title) }
            @for (tag, operations) in &groups {
                details {
                    summary { (tag) }
                    @for operation in operations { (operation.link()) }
                }
            }
            details { summary { "schemas" } (schema::links(api)) }
        }
        main {
            h1 { (title) }
            p { (text(&api["info"]["description"])) }
            p { "For programs: " a href="/api/openapi.json" { "/api/openapi.json" } " (OpenAPI " (text(&api["openapi"])) ")" }
            (credentials(api))
            @for (tag, operations) in &groups {
                h2 id={ "tag-" (tag) } { (tag) }
                @for operation in operations { (operation.article()) }
            }
            h2 id="schemas" { "Schemas" }
            (schema::articles(api))
        }
    };
    frame(&title, &body)
}

/// Operations by tag, each tag's in the order of paths.
fn grouped(api: &Value) -> BTreeMap<&str, Vec<Operation<'_>>> {
    let mut groups: BTreeMap<&str, Vec<Operation<'_>>> = BTreeMap::new();
    for (path, item) in members(&api["paths"]) {
        for method in ["get", "post", "put", "patch", "delete"] {
            if let Some(body) = item.get(method) {
                let operation = Operation { method, path, body };
                groups.entry(operation.tag()).or_default().push(operation);
            }
        }
    }
    groups
}

fn credentials(api: &Value) -> Markup {
    html! {
        h2 id="credentials" { "Who asks" }
        dl {
            @for (name, scheme) in members(&api["components"]["securitySchemes"]) {
                dt { code { (name) } }
                dd { (text(&scheme["description"])) }
            }
        }
    }
}

/// The members of an object; of anything else, none.
pub(super) fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The members of an array; of anything else, none.
pub(super) fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A text; of anything else, the empty one.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn page() -> String {
        let api = json!({
            "openapi": "3.1.0",
            "info": { "title": "T", "version": "1", "description": "a <b> c" },
            "paths": { "/api/v1/orders/{id}": { "get": {
                "tags": ["trade"], "operationId": "get_order", "summary": "One order.",
                "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
                "responses": { "200": { "description": "It.", "content": { "application/json": {
                    "schema": { "$ref": "#/components/schemas/Order" } } } },
                    "404": { "description": "None such." } } } } },
            "components": { "schemas": { "Order": { "type": "object", "required": ["id"], "properties": {
                "id": { "type": "string", "description": "Its number." },
                "lines": { "type": "array", "items": { "$ref": "#/components/schemas/Line" } } } },
                "Line": { "type": "string", "enum": ["a", "b"] } } }
        });
        render(&api).into_string()
    }

    #[test]
    fn every_operation_and_schema_has_an_anchor_that_something_links_to() {
        let page = page();
        for anchor in ["op-get_order", "schema-Order", "schema-Line"] {
            assert!(page.contains(&format!("id=\"{anchor}\"")), "{anchor}");
            assert!(page.contains(&format!("href=\"#{anchor}\"")), "{anchor}");
        }
        assert!(page.contains("None such."));
        assert!(page.contains("Its number."));
    }

    #[test]
    fn nothing_is_run_and_nothing_comes_from_elsewhere() {
        let page = page();
        assert!(!page.contains("<script"));
        assert!(!page.contains("http://") && !page.contains("https://"));
        assert!(page.contains("a &lt;b&gt; c"));
    }
}

//! The operations that `/api/openapi.json` describes.

use axum::http::Method;
use serde_json::Value;

use super::shape::{Schemas, Shape};

/// One operation.
pub(super) struct Operation {
    pub(super) method: Method,
    /// With `{names}`.
    pub(super) path: String,
    /// The names in the path, in order.
    pub(super) ids: Vec<String>,
    pub(super) query: Vec<Parameter>,
    pub(super) body: Option<Shape>,
    /// The body is a form in parts.
    pub(super) is_form: bool,
    /// It wants an `Idempotency-Key`.
    pub(super) is_keyed: bool,
}

/// A parameter of the query.
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) required: bool,
}

impl Operation {
    fn read(path: &str, method: &str, raw: &Value, schemas: &Schemas<'_>) -> Self {
        let method: Method = method.to_uppercase().parse().unwrap();
        let ids: Vec<String> = path.split('/').filter_map(name_in).map(str::to_owned).collect();
        let none = Vec::new();
        let parameters = raw["parameters"].as_array().unwrap_or(&none);
        let mut query = Vec::new();
        let mut is_keyed = false;
        for parameter in parameters {
            let name = parameter["name"].as_str().unwrap().to_owned();
            match parameter["in"].as_str().unwrap() {
                "path" => assert!(ids.contains(&name), "{method} {path}: the path has no {name}"),
                "query" => query.push(Parameter {
                    shape: schemas.shape(&parameter["schema"]),
                    required: parameter["required"] == true,
                    name,
                }),
                "header" if name == "Idempotency-Key" => is_keyed = true,
                place => panic!("{method} {path}: {name} lies in the {place}"),
            }
        }
        let content = raw["requestBody"]["content"].as_object();
        let is_form = content.is_some_and(|kinds| kinds.contains_key("multipart/form-data"));
        let body = content.and_then(|kinds| kinds.get("application/json"));
        assert_eq!(content.is_some(), is_form || body.is_some(), "{method} {path}: a body of another kind");
        let body = body.map(|kind| schemas.shape(&kind["schema"]));
        Self { method, path: path.to_owned(), ids, query, body, is_form, is_keyed }
    }
}

/// The name that a part of a path stands for.
fn name_in(part: &str) -> Option<&str> {
    part.strip_prefix('{')?.strip_suffix('}')
}

impl std::fmt::Display for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// All operations of a description.
pub(super) fn operations(api: &Value) -> Vec<Operation> {
    let schemas = Schemas::of(api);
    let mut all = Vec::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, raw) in item.as_object().unwrap() {
            all.push(Operation::read(path, method, raw, &schemas));
        }
    }
    assert!(all.len() > 100, "only {} operations are described", all.len());
    all
}

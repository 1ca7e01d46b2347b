//! What a value must look like, as a schema of the description says.

use serde_json::Value;

/// A schema, resolved.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// The name of the schema; empty where it has none.
    pub(super) name: String,
    pub(super) kind: Kind,
    /// `null` stands for nothing.
    pub(super) nullable: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Object(Vec<Field>),
    List(Box<Shape>),
    Text,
    /// One of these words.
    Choice(Vec<Value>),
    Integer,
    Number,
    Flag,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) required: bool,
}

/// The schemas of a description.
pub(super) struct Schemas<'a>(&'a Value);

impl<'a> Schemas<'a> {
    pub(super) fn of(api: &'a Value) -> Self {
        Self(&api["components"]["schemas"])
    }

    pub(super) fn shape(&self, raw: &Value) -> Shape {
        if let Some(reference) = raw["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap();
            return Shape { name: name.to_owned(), ..self.shape(&self.0[name]) };
        }
        if let Some(choices) = raw["oneOf"].as_array() {
            let (nothing, some): (Vec<_>, Vec<_>) = choices.iter().partition(|one| one["type"] == "null");
            let [one] = some[..] else { panic!("no single shape: {raw}") };
            let shape = self.shape(one);
            return Shape { nullable: shape.nullable || !nothing.is_empty(), ..shape };
        }
        let (kind, nullable) = match &raw["type"] {
            Value::String(kind) => (kind.as_str(), false),
            Value::Array(kinds) => {
                let kind = kinds.iter().find(|kind| *kind != "null").and_then(Value::as_str);
                (kind.unwrap(), kinds.iter().any(|kind| kind == "null"))
            }
            _ => panic!("a schema without a type: {raw}"),
        };
        Shape { name: String::new(), kind: self.kind(kind, raw), nullable }
    }

    fn kind(&self, kind: &str, raw: &Value) -> Kind {
        match kind {
            "string" if raw["enum"].is_array() => Kind::Choice(raw["enum"].as_array().unwrap().clone()),
            "string" => Kind::Text,
            "integer" => Kind::Integer,
            "number" => Kind::Number,
            "boolean" => Kind::Flag,
            "array" => Kind::List(Box::new(self.shape(&raw["items"]))),
            "object" => Kind::Object(self.fields(raw)),
            other => panic!("a schema of an unknown type: {other}"),
        }
    }

    fn fields(&self, raw: &Value) -> Vec<Field> {
        let Some(members) = raw["properties"].as_object() else { return Vec::new() };
        let required =
            |name: &str| raw["required"].as_array().is_some_and(|all| all.iter().any(|r| r == name));
        let field = |(name, raw): (&String, &Value)| Field {
            name: name.clone(),
            shape: self.shape(raw),
            required: required(name),
        };
        members.iter().map(field).collect()
    }
}

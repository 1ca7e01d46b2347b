//! The notation of a body: which fields it has, of which JSON type, and which of them must be there.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

/// The shape of one value.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub enum Tree {
    /// `s`: a JSON string.
    Text,
    /// `i`: a JSON integer.
    Integer,
    /// `I`: an integer that needs 64 bits, as a JSON number; also an id that the wire carries as a number.
    Long,
    /// `id`: a JSON string in answers and pushes, a number or a string in requests.
    Id,
    /// `b`: a JSON boolean.
    Bool,
    /// `b01`: the number 0 or 1.
    Bool01,
    /// `n`: any JSON number.
    Number,
    /// `file`: a part of a multipart body; never in an answer.
    File,
    /// `any`: whatever.
    Any,
    /// An object.
    Object(Fields),
    /// A one-element array: any number of values of that shape.
    List(Box<Tree>),
}

/// The fields of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    known: BTreeMap<String, Field>,
    open: bool,
}

/// One field of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The shape of its value.
    pub tree: Tree,
    /// False if the name is marked with `?`.
    pub required: bool,
}

/// A tree that isn't written in the notation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// A type word that the notation doesn't have.
    #[error("`{0}` is no type of the notation")]
    UnknownType(String),
    /// An array stands for "many of this" and has exactly one element.
    #[error("an array of the notation has one element, this one has {0}")]
    NotOneElement(usize),
    /// The open mark `*` takes only `any`.
    #[error("`*` takes `any` only")]
    BadOpenMark,
    /// Neither a type word nor an object nor an array.
    #[error("`{0}` is neither a type, nor an object, nor an array")]
    NotATree(String),
    /// `name` and `name?` in the same object.
    #[error("the field `{0}` is given twice")]
    Twice(String),
}

impl Fields {
    /// The field of that name.
    pub fn get(&self, name: &str) -> Option<&Field> {
        self.known.get(name)
    }

    /// Every field with its name, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Field)> {
        self.known.iter().map(|(name, field)| (name.as_str(), field))
    }

    /// True if the object may have fields that aren't listed (`"*": "any"`).
    pub const fn is_open(&self) -> bool {
        self.open
    }

    fn parse(object: Map<String, Value>) -> Result<Self, TreeError> {
        let mut fields = Self::default();
        for (name, value) in object {
            if name == "*" {
                fields.open = value.as_str() == Some("any");
                if !fields.open {
                    return Err(TreeError::BadOpenMark);
                }
                continue;
            }
            fields.add(name, Tree::try_from(value)?)?;
        }
        Ok(fields)
    }

    fn add(&mut self, name: String, tree: Tree) -> Result<(), TreeError> {
        let (name, required) = match name.strip_suffix('?') {
            Some(bare) => (bare.to_owned(), false),
            None => (name, true),
        };
        match self.known.insert(name.clone(), Field { tree, required }) {
            Some(_) => Err(TreeError::Twice(name)),
            None => Ok(()),
        }
    }
}

impl TryFrom<Value> for Tree {
    type Error = TreeError;

    fn try_from(value: Value) -> Result<Self, TreeError> {
        match value {
            Value::String(word) => Self::word(&word),
            Value::Object(object) => Ok(Self::Object(Fields::parse(object)?)),
            Value::Array(items) => Self::list(items),
            other => Err(TreeError::NotATree(other.to_string())),
        }
    }
}

impl Tree {
    fn word(word: &str) -> Result<Self, TreeError> {
        Ok(match word {
            "s" => Self::Text,
            "i" => Self::Integer,
            "I" => Self::Long,
            "id" => Self::Id,
            "b" => Self::Bool,
            "b01" => Self::Bool01,
            "n" => Self::Number,
            "file" => Self::File,
            "any" => Self::Any,
            _ => return Err(TreeError::UnknownType(word.to_owned())),
        })
    }

    fn list(items: Vec<Value>) -> Result<Self, TreeError> {
        match <[Value; 1]>::try_from(items) {
            Ok([item]) => Ok(Self::List(Box::new(Self::try_from(item)?))),
            Err(items) => Err(TreeError::NotOneElement(items.len())),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_words_objects_and_arrays() {
        let tree = Tree::try_from(json!({"a": "s", "b?": ["id"], "c": {"*": "any"}})).unwrap();
        let Tree::Object(fields) = tree else { panic!("an object") };
        assert_eq!(fields.get("a"), Some(&Field { tree: Tree::Text, required: true }));
        assert_eq!(fields.get("b"), Some(&Field { tree: Tree::List(Box::new(Tree::Id)), required: false }));
        let Some(Field { tree: Tree::Object(inner), .. }) = fields.get("c") else { panic!("an object") };
        assert!(inner.is_open() && !fields.is_open());
        assert_eq!(fields.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[test]
    fn refuses_what_the_notation_does_not_have() {
        let refused = |value| Tree::try_from(value).unwrap_err();
        assert_eq!(refused(json!("string")), TreeError::UnknownType("string".into()));
        assert_eq!(refused(json!(["s", "s"])), TreeError::NotOneElement(2));
        assert_eq!(refused(json!([])), TreeError::NotOneElement(0));
        assert_eq!(refused(json!({"*": "s"})), TreeError::BadOpenMark);
        assert_eq!(refused(json!({"a": 3})), TreeError::NotATree("3".into()));
        assert_eq!(refused(json!({"a": "s", "a?": "s"})), TreeError::Twice("a".into()));
    }
}

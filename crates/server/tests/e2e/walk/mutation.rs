//! Bodies that are almost right: each differs from a right one in one place.

use serde_json::{Value, json};

use super::{
    places::Context,
    sample::{member, sample},
    shape::{Field, Kind, Shape},
};

/// What a mutated request must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    /// 400, because the body is not of the described form.
    Malformed,
    /// Refused, by whatever rule.
    Refused,
    /// Taken or refused, as the rules of the place say.
    Either,
    /// Refused, or kept as it was sent.
    Unharmed,
}

/// A body, what is wrong with it, and what must come of it.
#[derive(Debug, Clone)]
pub(super) struct Mutation {
    /// Where, as a JSON pointer, and the schema's own name for it.
    pub(super) place: String,
    pub(super) named: String,
    pub(super) what: &'static str,
    pub(super) body: Value,
    pub(super) expect: Expect,
}

/// What a body with a strange member is called, and the member.
pub(super) const STRANGE: &str = "a field that nobody knows";
pub(super) const STRANGE_NAME: &str = "a_field_that_nobody_knows";
/// A text that no rule could take for a word.
pub(super) const EMOJI: &str = "开店🧧👩‍👩‍👧 é ok";
/// More characters than any text may have.
const OVERLONG: usize = 10_000;
/// More elements than any list may have.
const MANY: usize = 1_001;

/// Makes them.
pub(super) struct Mutations<'a> {
    context: &'a Context,
    right: &'a Value,
    made: Vec<Mutation>,
}

/// All mutations of a right body.
pub(super) fn mutations(shape: &Shape, right: &Value, context: &Context) -> Vec<Mutation> {
    let mut mutations = Mutations { context, right, made: Vec::new() };
    mutations.walk(shape, "", "");
    mutations.made
}

impl Mutations<'_> {
    /// Mutates the value at `place`, then what lies within.
    fn walk(&mut self, shape: &Shape, place: &str, named: &str) {
        self.wrong_types(shape, place, named);
        match &shape.kind {
            Kind::Object(fields) => self.object(shape, fields, place, named),
            Kind::List(item) => self.list(item, place, named),
            Kind::Text => self.text(place, named),
            Kind::Choice(_) => {
                self.put(place, named, "an unknown word", json!("no_such_word"), Expect::Malformed);
                self.put(place, named, "an empty word", json!(""), Expect::Malformed);
            }
            Kind::Integer => self.integer(place, named),
            Kind::Number => self.number(place, named),
            Kind::Flag => {}
        }
    }

    fn put(&mut self, place: &str, named: &str, what: &'static str, value: Value, expect: Expect) {
        let mut body = self.right.clone();
        set(&mut body, place, value);
        self.keep(place, named, what, body, expect);
    }

    fn keep(&mut self, place: &str, named: &str, what: &'static str, body: Value, expect: Expect) {
        let (place, named) = (place.to_owned(), named.to_owned());
        self.made.push(Mutation { place, named, what, body, expect });
    }

    fn wrong_types(&mut self, shape: &Shape, place: &str, named: &str) {
        let fits = |value: &Value| match (&shape.kind, value) {
            (_, Value::Null) => shape.nullable,
            (Kind::Object(_), Value::Object(_))
            | (Kind::List(_), Value::Array(_))
            | (Kind::Text | Kind::Choice(_), Value::String(_))
            | (Kind::Flag, Value::Bool(_))
            | (Kind::Number, Value::Number(_)) => true,
            (Kind::Integer, Value::Number(n)) => n.is_i64(),
            _ => false,
        };
        let wrong = [
            ("null", Value::Null),
            ("a number", json!(7)),
            ("a fraction", json!(1.5)),
            ("a text", json!("7")),
            ("a truth", json!(true)),
            ("a list", json!([])),
            ("a list with something", json!([{ "a": [1] }])),
            ("an object", json!({})),
        ];
        for (what, value) in wrong.into_iter().filter(|(_, value)| !fits(value)) {
            self.put(place, named, what, value, Expect::Malformed);
        }
    }

    fn object(&mut self, shape: &Shape, fields: &[Field], place: &str, named: &str) {
        let whole = sample(shape, self.context, false);
        let present = self.right.pointer(place).filter(|value| value.is_object()).unwrap_or(&whole).clone();
        let mut strange = present.clone();
        strange[STRANGE_NAME] = json!(1);
        self.put(place, named, STRANGE, strange, Expect::Malformed);
        for field in fields.iter().filter(|field| field.required) {
            let mut lacking = present.clone();
            if let Some(members) = lacking.as_object_mut() {
                members.remove(&field.name);
            }
            let at = (format!("{place}/{}", field.name), format!("{}.{}", shape.name, field.name));
            let mut body = self.right.clone();
            set(&mut body, place, lacking);
            self.keep(&at.0, &at.1, "left out", body, Expect::Malformed);
        }
        for field in fields {
            let at = format!("{place}/{}", field.name);
            let named = format!("{}.{}", shape.name, field.name);
            self.within(&present, place, &at, &named, shape, field);
        }
    }

    /// Walks a member; where the right body has none, one is put in first.
    fn within(&mut self, present: &Value, place: &str, at: &str, named: &str, shape: &Shape, field: &Field) {
        if self.right.pointer(at).is_some_and(|value| !value.is_null()) {
            return self.walk(&field.shape, at, named);
        }
        let mut filled = present.clone();
        filled[&field.name] = member(&shape.name, field, self.context);
        let mut right = self.right.clone();
        set(&mut right, place, filled);
        let mut deeper = Mutations { context: self.context, right: &right, made: Vec::new() };
        deeper.walk(&field.shape, at, named);
        self.made.append(&mut deeper.made);
    }

    fn list(&mut self, item: &Shape, place: &str, named: &str) {
        let first = self.right.pointer(&format!("{place}/0")).cloned();
        let first = first.unwrap_or_else(|| sample(item, self.context, false));
        self.put(place, named, "an empty list", json!([]), Expect::Either);
        self.put(place, named, "a list without end", json!(vec![first.clone(); MANY]), Expect::Refused);
        let mut right = self.right.clone();
        set(&mut right, place, json!([first]));
        let mut deeper = Mutations { context: self.context, right: &right, made: Vec::new() };
        deeper.walk(item, &format!("{place}/0"), named);
        self.made.append(&mut deeper.made);
    }

    fn text(&mut self, place: &str, named: &str) {
        self.put(place, named, "an over-long text", json!("x".repeat(OVERLONG)), Expect::Refused);
        self.put(place, named, "an empty text", json!(""), Expect::Either);
        self.put(place, named, "emoji", json!(EMOJI), Expect::Unharmed);
        for (what, text) in
            [("a NUL", "Te\u{0}xt"), ("a bell", "Te\u{7}xt"), ("an override of direction", "Te\u{202e}xt")]
        {
            self.put(place, named, what, json!(text), Expect::Refused);
        }
    }

    fn integer(&mut self, place: &str, named: &str) {
        self.put(place, named, "zero", json!(0), Expect::Either);
        for (what, value) in [
            ("less than nothing", json!(-1)),
            ("the least", json!(i64::MIN)),
            ("the most", json!(i64::MAX)),
            ("more than numbers of JSON carry", json!((1_i64 << 53) + 1)),
        ] {
            self.put(place, named, what, value, Expect::Refused);
        }
        self.put(place, named, "more than the most", json!(u64::MAX), Expect::Malformed);
        self.put(place, named, "far too much", json!(1e30), Expect::Malformed);
    }

    fn number(&mut self, place: &str, named: &str) {
        self.put(place, named, "far too much", json!(1e300), Expect::Refused);
        self.put(place, named, "far too little", json!(-1e300), Expect::Refused);
    }
}

/// Puts a value at a place; what leads there exists.
fn set(body: &mut Value, place: &str, value: Value) {
    if let Some(found) = body.pointer_mut(place) {
        *found = value;
        return;
    }
    let (parent, name) = place.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[name] = value;
}

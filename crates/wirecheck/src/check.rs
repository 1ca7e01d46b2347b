//! Walks a value along its tree and collects what doesn't fit.

use std::{fmt, sync::OnceLock};

use serde_json::{Map, Value};

use crate::{Events, Fields, RouteFacts, Tree};

/// One place where a value departs from the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// JSON pointer to the place; empty for the whole value.
    pub path: String,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "/" } else { &self.path };
        write!(f, "{path}: {}", self.message)
    }
}

/// Checks an answer: every field known and of the right type, and on success none of the required ones missing.
///
/// `errcode` and `errmsg` may always be there. An answer with an `errcode` other than 0 is a refusal, which needs no
/// other field.
pub fn check_answer(facts: &RouteFacts, answer: &Value) -> Vec<Mismatch> {
    let refused = answer.get("errcode").is_some_and(|code| code.as_i64() != Some(0));
    let mut walk = Walk { found: Vec::new(), strict: !refused };
    match (&facts.res, answer) {
        (Tree::Object(fields), Value::Object(object)) => walk.object("", fields, object, true),
        (tree, value) => walk.value("", tree, value),
    }
    walk.found
}

/// Checks a push in its JSON form, envelope included. An event that the facts don't have is itself a mismatch.
pub fn check_event(name: &str, body: &Value) -> Vec<Mismatch> {
    static EVENTS: OnceLock<Result<Events, String>> = OnceLock::new();
    match EVENTS.get_or_init(|| Events::load().map_err(|error| error.to_string())) {
        Ok(events) => match events.get(name) {
            Some(facts) => check_push(&facts.body, name, body),
            None => {
                vec![Mismatch { path: String::new(), message: format!("no facts on the event `{name}`") }]
            }
        },
        Err(error) => vec![Mismatch { path: String::new(), message: error.clone() }],
    }
}

fn check_push(tree: &Tree, name: &str, body: &Value) -> Vec<Mismatch> {
    let mut walk = Walk { found: Vec::new(), strict: true };
    walk.value("", tree, body);
    for (field, expected) in [("MsgType", "event"), ("Event", name)] {
        match body.get(field).and_then(Value::as_str) {
            Some(word) if word != expected => {
                walk.note(&format!("/{field}"), format!("expected `{expected}`, found `{word}`"));
            }
            _ => {}
        }
    }
    walk.found
}

struct Walk {
    found: Vec<Mismatch>,
    /// Whether a missing required field counts.
    strict: bool,
}

impl Walk {
    fn note(&mut self, path: &str, message: String) {
        self.found.push(Mismatch { path: path.to_owned(), message });
    }

    fn value(&mut self, path: &str, tree: &Tree, value: &Value) {
        match (tree, value) {
            (Tree::Object(fields), Value::Object(object)) => self.object(path, fields, object, false),
            (Tree::List(item), Value::Array(values)) => {
                for (at, value) in values.iter().enumerate() {
                    self.value(&format!("{path}/{at}"), item, value);
                }
            }
            _ if fits(tree, value) => {}
            _ => self.note(path, format!("expected {}, found {}", wanted(tree), shown(value))),
        }
    }

    fn object(&mut self, path: &str, fields: &Fields, object: &Map<String, Value>, is_answer: bool) {
        for (name, value) in object {
            let here = format!("{path}/{}", escaped(name));
            match fields.get(name) {
                Some(field) => self.value(&here, &field.tree, value),
                None if is_answer && name == "errcode" => self.value(&here, &Tree::Integer, value),
                None if is_answer && name == "errmsg" => self.value(&here, &Tree::Text, value),
                None if fields.is_open() => {}
                None => self.note(&here, format!("unknown field, found {}", shown(value))),
            }
        }
        if self.strict {
            self.missing(path, fields, object);
        }
    }

    fn missing(&mut self, path: &str, fields: &Fields, object: &Map<String, Value>) {
        for (name, field) in fields.iter() {
            if field.required && !object.contains_key(name) {
                let message = format!("missing, expected {}", wanted(&field.tree));
                self.note(&format!("{path}/{}", escaped(name)), message);
            }
        }
    }
}

/// Whether a value is of a type that has no parts.
fn fits(tree: &Tree, value: &Value) -> bool {
    match tree {
        Tree::Any => true,
        Tree::Text | Tree::Id => value.is_string(),
        Tree::Integer | Tree::Long => value.is_i64() || value.is_u64(),
        Tree::Bool => value.is_boolean(),
        Tree::Bool01 => matches!(value.as_u64(), Some(0 | 1)),
        Tree::Number => value.is_number(),
        Tree::File | Tree::Object(_) | Tree::List(_) => false,
    }
}

const fn wanted(tree: &Tree) -> &'static str {
    match tree {
        Tree::Text => "a string",
        Tree::Integer | Tree::Long => "an integer",
        Tree::Id => "a string (an id)",
        Tree::Bool => "a boolean",
        Tree::Bool01 => "0 or 1",
        Tree::Number => "a number",
        Tree::File => "nothing (a file goes into a request only)",
        Tree::Any => "a value",
        Tree::Object(_) => "an object",
        Tree::List(_) => "an array",
    }
}

/// The value in a few words: an object or an array would fill the report.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => format!("the boolean {flag}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the string {text:?}"),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// A name as a part of a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Family, Routes};

    fn route(res: Value) -> RouteFacts {
        let res = Tree::try_from(res).unwrap();
        let req = Tree::try_from(json!({})).unwrap();
        RouteFacts {
            method: "POST".into(),
            path: "/x".into(),
            family: Family::ChannelsEc,
            also: vec![],
            query: None,
            req,
            res,
            errcodes: vec![],
            quirks: vec![],
        }
    }

    fn report(res: Value, answer: &Value) -> Vec<String> {
        check_answer(&route(res), answer).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_type_takes_its_own_and_no_other() {
        let values = [
            json!("7"),
            json!(7),
            json!(i64::MAX),
            json!(1),
            json!(1.5),
            json!(true),
            json!(null),
            json!([]),
            json!({}),
        ];
        for (word, fitting) in [
            ("s", vec![0]),
            ("id", vec![0]),
            ("i", vec![1, 2, 3]),
            ("I", vec![1, 2, 3]),
            ("n", vec![1, 2, 3, 4]),
            ("b", vec![5]),
            ("b01", vec![3]),
            ("any", (0..values.len()).collect()),
            ("file", vec![]),
        ] {
            for (at, value) in values.iter().enumerate() {
                let found = report(json!({"a": word}), &json!({"a": value}));
                assert_eq!(found.is_empty(), fitting.contains(&at), "{word} with {value}: {found:?}");
            }
        }
    }

    #[test]
    fn unknown_and_missing_fields_are_named_by_pointer() {
        let res = json!({"a": [{"b": "s", "c?": "i"}], "d~e/f": "s"});
        let found = report(res, &json!({"a": [{"b": "x"}, {"c": "1", "g": {}}]}));
        assert_eq!(
            found,
            [
                "/a/1/c: expected an integer, found the string \"1\"",
                "/a/1/g: unknown field, found an object",
                "/a/1/b: missing, expected a string",
                "/d~0e~1f: missing, expected a string",
            ]
        );
    }

    #[test]
    fn a_refusal_needs_no_other_field_but_knows_no_foreign_one() {
        let res = json!({"data": {"num": "i"}});
        assert!(report(res.clone(), &json!({"errcode": 40097, "errmsg": "x"})).is_empty());
        assert!(report(res.clone(), &json!({"errcode": 1, "data": {}})).is_empty());
        assert_eq!(
            report(res.clone(), &json!({"errcode": 40097, "code": "shop.x"})),
            ["/code: unknown field, found the string \"shop.x\""]
        );
        assert_eq!(
            report(res.clone(), &json!({"errcode": "40097"})),
            ["/errcode: expected an integer, found the string \"40097\""]
        );
        assert_eq!(report(res, &json!({"errcode": 0})), ["/data: missing, expected an object"]);
    }

    #[test]
    fn errcode_is_free_only_at_the_top() {
        let found = report(json!({"data": {}}), &json!({"data": {"errcode": 0}}));
        assert_eq!(found, ["/data/errcode: unknown field, found the number 0"]);
    }

    #[test]
    fn an_open_object_takes_everything() {
        let res = json!({"*": "any", "a": "s"});
        assert!(report(res.clone(), &json!({"a": "", "b": [1]})).is_empty());
        assert_eq!(report(res, &json!({"b": 1})), ["/a: missing, expected a string"]);
    }

    #[test]
    fn an_answer_is_an_object() {
        assert_eq!(report(json!({}), &json!([1])), ["/: expected an object, found an array"]);
    }

    #[test]
    fn known_answers_pass() {
        let routes = Routes::load().unwrap();
        let good = [
            ("GET", "/cgi-bin/token", json!({"access_token": "t", "expires_in": 7200})),
            (
                "POST",
                "/shop/ec/product/add",
                json!({"errcode": 0, "errmsg": "ok",
                    "data": {"product_id": 23_423_523_452_345_235_i64, "create_time": "2020-03-25 12:05:25"}}),
            ),
            (
                "POST",
                "/channels/ec/order/list/get",
                json!({"errcode": 0, "errmsg": "ok", "order_id_list": ["3704612354559743232"],
                    "next_key": "k", "has_more": true}),
            ),
            (
                "GET",
                "/cgi-bin/express/business/printer/getall",
                json!({"count": 2, "openid": ["oABC", "oXYZ"], "tagid_list": ["123", "456"]}),
            ),
            (
                "POST",
                "/cgi-bin/express/business/order/add",
                json!({"errcode": 9_300_501, "errmsg": "delivery logic fail",
                    "delivery_resultcode": 10_002, "delivery_resultmsg": "no"}),
            ),
        ];
        for (method, path, answer) in good {
            assert_eq!(check_answer(routes.get(method, path).unwrap(), &answer), [], "{path}");
        }
    }

    #[test]
    fn known_traps_are_caught() {
        let routes = Routes::load().unwrap();
        let bad = [
            ("GET", "/cgi-bin/token", json!({"access_token": "t", "expires_in": "7200"}), "/expires_in"),
            (
                "POST",
                "/channels/ec/order/search",
                json!({"errcode": 0, "errmsg": "ok", "order_id_list": [], "next_key": "", "has_more": false}),
                "/orders",
            ),
            (
                "GET",
                "/cgi-bin/express/business/delivery/getall",
                json!({"count": 0, "data": [], "list": []}),
                "/list",
            ),
            ("POST", "/channels/ec/product/listing", json!({"errcode": 0}), "/errmsg"),
        ];
        for (method, path, answer, at) in bad {
            let found = check_answer(routes.get(method, path).unwrap(), &answer);
            let places: Vec<_> = found.iter().map(|mismatch| mismatch.path.as_str()).collect();
            assert_eq!(places, [at], "{path}");
        }
    }

    fn push(name: &str, order_info: &Value) -> Value {
        json!({"ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": 1_662_480_000, "MsgType": "event",
            "Event": name, "order_info": order_info})
    }

    #[test]
    fn the_id_of_an_order_is_a_number_in_some_pushes_and_text_in_others() {
        let number = json!({"order_id": 3_705_115_058_471_208_928_i64});
        let text = json!({"order_id": "3705115058471208928"});
        for (name, good, bad) in
            [("channels_ec_order_new", &number, &text), ("channels_ec_order_wait_shipping", &text, &number)]
        {
            assert_eq!(check_event(name, &push(name, good)), []);
            let found = check_event(name, &push(name, bad));
            assert_eq!(found.iter().map(|at| at.path.as_str()).collect::<Vec<_>>(), ["/order_info/order_id"]);
        }
    }

    #[test]
    fn a_push_names_itself() {
        let body = push("channels_ec_order_pay", &json!({"order_id": 1}));
        let found = check_event("channels_ec_order_new", &body);
        assert_eq!(
            found[0].to_string(),
            "/Event: expected `channels_ec_order_new`, found `channels_ec_order_pay`"
        );
        assert_eq!(check_event("no_such", &body)[0].to_string(), "/: no facts on the event `no_such`");
    }

    #[test]
    fn a_failed_binding_is_a_whole_push() {
        let mut body = json!({"ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": 1, "MsgType": "event",
            "Event": "update_business_bind_result", "errcode": 9_300_531, "errmsg": "no", "delivery_id": "EMS",
            "biz_id": "1234567"});
        assert_eq!(check_event("update_business_bind_result", &body), []);
        body.as_object_mut().unwrap().remove("biz_id");
        assert_eq!(check_event("update_business_bind_result", &body)[0].path, "/biz_id");
    }
}

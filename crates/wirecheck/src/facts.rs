//! The facts themselves: what `docs/wire/routes.jsonl` and `docs/wire/events.jsonl` say.

use std::collections::BTreeMap;

use serde::{Deserialize, de::DeserializeOwned};

use crate::Tree;

const ROUTES: &str = include_str!("../../../docs/wire/routes.jsonl");
const EVENTS: &str = include_str!("../../../docs/wire/events.jsonl");

/// The shop calls live under two prefixes; the facts name the older one.
const EC: &str = "/channels/ec/";
const EC_NEW: &str = "/shop/ec/";

/// A line that can't be read.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// Not JSON, a field that a fact doesn't have, or a tree outside the notation.
    #[error("{file}, line {line}: {source}")]
    Line {
        /// The file.
        file: &'static str,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The same route or event a second time.
    #[error("{file}: `{name}` is there twice")]
    Twice {
        /// The file.
        file: &'static str,
        /// The route or the event.
        name: String,
    },
}

/// Whose rules a route follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Tokens and login, at the host's level.
    Mp,
    /// The shop calls.
    ChannelsEc,
    /// The waybill calls.
    Express,
}

/// What is known of one route.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteFacts {
    /// The documented verb.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// Whose rules it follows.
    pub family: Family,
    /// Further verbs that clients use and a server accepts.
    #[serde(default)]
    pub also: Vec<String>,
    /// Query parameters beside `access_token` of a call that has a body too.
    pub query: Option<Tree>,
    /// The request: the body, or the query of a GET.
    pub req: Tree,
    /// The answer on success.
    pub res: Tree,
    /// The error codes that this call is known to answer with, beside the common ones.
    #[serde(default)]
    pub errcodes: Vec<i64>,
    /// What is easily got wrong.
    #[serde(default)]
    pub quirks: Vec<String>,
}

/// What is known of one push.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventFacts {
    /// The value of `Event`.
    pub event: String,
    /// The whole body, envelope included.
    pub body: Tree,
    /// What is easily got wrong.
    #[serde(default)]
    pub quirks: Vec<String>,
}

/// The facts of all routes.
#[derive(Debug, Clone)]
pub struct Routes(BTreeMap<(String, String), RouteFacts>);

/// The facts of all pushes.
#[derive(Debug, Clone)]
pub struct Events(BTreeMap<String, EventFacts>);

impl Routes {
    /// Reads the facts that were compiled in.
    pub fn load() -> Result<Self, FactsError> {
        Self::read("routes.jsonl", ROUTES)
    }

    fn read(file: &'static str, text: &str) -> Result<Self, FactsError> {
        let mut routes = BTreeMap::new();
        for facts in lines::<RouteFacts>(file, text)? {
            let key = (facts.path.clone(), facts.method.clone());
            let name = format!("{} {}", facts.method, facts.path);
            if routes.insert(key, facts).is_some() {
                return Err(FactsError::Twice { file, name });
            }
        }
        Ok(Self(routes))
    }

    /// The facts of a route, under either prefix of the shop calls and under every verb that is accepted. A query
    /// after `?` is ignored.
    pub fn get(&self, method: &str, path: &str) -> Option<&RouteFacts> {
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        let path = match path.strip_prefix(EC_NEW) {
            Some(rest) => format!("{EC}{rest}"),
            None => path.to_owned(),
        };
        let method = method.to_ascii_uppercase();
        self.0
            .range((path.clone(), String::new())..)
            .take_while(|((at, _), _)| *at == path)
            .map(|(_, facts)| facts)
            .find(|facts| facts.method == method || facts.also.contains(&method))
    }

    /// All routes, in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = &RouteFacts> {
        self.0.values()
    }
}

impl Events {
    /// Reads the facts that were compiled in.
    pub fn load() -> Result<Self, FactsError> {
        Self::read("events.jsonl", EVENTS)
    }

    fn read(file: &'static str, text: &str) -> Result<Self, FactsError> {
        let mut events = BTreeMap::new();
        for facts in lines::<EventFacts>(file, text)? {
            let name = facts.event.clone();
            if events.insert(name.clone(), facts).is_some() {
                return Err(FactsError::Twice { file, name });
            }
        }
        Ok(Self(events))
    }

    /// The facts of a push.
    pub fn get(&self, name: &str) -> Option<&EventFacts> {
        self.0.get(name)
    }

    /// All pushes, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &EventFacts> {
        self.0.values()
    }
}

fn lines<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<Vec<T>, FactsError> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| {
            serde_json::from_str(line).map_err(|source| FactsError::Line { file, line: at + 1, source })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_can_be_read() {
        assert_eq!(Routes::load().unwrap().iter().count(), ROUTES.lines().count());
        assert_eq!(Events::load().unwrap().iter().count(), EVENTS.lines().count());
    }

    #[test]
    fn families_follow_the_paths() {
        for route in Routes::load().unwrap().iter() {
            let expected = if route.path.starts_with(EC) {
                Family::ChannelsEc
            } else if route.path.starts_with("/cgi-bin/express/business/") {
                Family::Express
            } else {
                Family::Mp
            };
            assert_eq!(route.family, expected, "{}", route.path);
        }
    }

    #[test]
    fn shop_calls_always_send_errcode_and_errmsg() {
        for route in Routes::load().unwrap().iter().filter(|route| route.family == Family::ChannelsEc) {
            let Tree::Object(res) = &route.res else { panic!("{} answers with an object", route.path) };
            for name in ["errcode", "errmsg"] {
                assert!(res.get(name).is_some_and(|field| field.required), "{} {name}", route.path);
            }
        }
    }

    #[test]
    fn pushes_carry_the_envelope() {
        for event in Events::load().unwrap().iter() {
            let Tree::Object(body) = &event.body else { panic!("{} is an object", event.event) };
            for name in ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Event"] {
                assert!(body.get(name).is_some_and(|field| field.required), "{} {name}", event.event);
            }
        }
    }

    #[test]
    fn a_route_is_found_under_both_prefixes_and_every_verb() {
        let routes = Routes::load().unwrap();
        let path = |route: Option<&RouteFacts>| route.map(|facts| facts.path.clone());
        assert_eq!(
            path(routes.get("post", "/shop/ec/order/get?access_token=x")).as_deref(),
            Some("/channels/ec/order/get")
        );
        for verb in ["GET", "POST"] {
            assert!(routes.get(verb, "/cgi-bin/express/business/account/getall").is_some());
        }
        assert!(routes.get("GET", "/channels/ec/order/get").is_none());
        assert!(routes.get("POST", "/channels/ec/order").is_none());
    }

    #[test]
    fn a_bad_line_is_named() {
        let line = r#"{"method":"GET","path":"/x","family":"mp","req":{},"res":{"a":"text"}}"#;
        let error = Routes::read("routes.jsonl", &format!("\n{line}")).unwrap_err().to_string();
        assert!(error.starts_with("routes.jsonl, line 2: `text` is no type"), "{error}");
        let line = r#"{"method":"GET","path":"/x","family":"mp","req":{},"res":{}}"#;
        let error = Routes::read("routes.jsonl", &format!("{line}\n{line}")).unwrap_err().to_string();
        assert_eq!(error, "routes.jsonl: `GET /x` is there twice");
    }
}

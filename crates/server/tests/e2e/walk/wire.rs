//! The same on the wire: every documented route that is served, with requests that are wrong in one place. Here
//! strange members are ignored, and a refusal is status 200 with the published errcode.

use axum::http::{Method, StatusCode};
use serde_json::Value;
use wirecheck::{Family, RouteFacts, Routes, Tree, check_answer};

use super::{
    house::{BODY_BYTES, House, Told},
    mutation::{EMOJI, Expect, Mutation, STRANGE, STRANGE_NAME, mutations},
    places::{Context, contexts},
    request::Ask,
    sample::sample,
    shape::{Field, Kind, Shape},
    wire_excuses::takes,
};

/// Codes: of a path that nobody knows, of a fault of our own, of an expired token, of a body that is too long.
const UNKNOWN_PATH: i64 = 40066;
const OUR_FAULT: i64 = -1;
const EXPIRED: i64 = 42001;
const TOO_LONG: i64 = 45002;

/// Members that say how many or how much.
const AMOUNTS: [&str; 9] = [
    "num",
    "product_cnt",
    "change_price",
    "sale_price",
    "market_price",
    "stock_num",
    "limited_buy_num",
    "count",
    "insured_value",
];

/// The shape of a request, for those who make values of it. The wire's trees have no names.
fn shape(tree: &Tree) -> Shape {
    let kind = match tree {
        Tree::Object(fields) => {
            let sendable = fields.iter().filter(|(_, field)| !matches!(field.tree, Tree::File | Tree::Any));
            let field = |(name, field): (&str, &wirecheck::Field)| Field {
                name: name.to_owned(),
                shape: shape(&field.tree),
                required: field.required,
            };
            Kind::Object(sendable.map(field).collect())
        }
        Tree::List(item) => Kind::List(Box::new(shape(item))),
        Tree::Text | Tree::Id | Tree::File | Tree::Any => Kind::Text,
        Tree::Integer | Tree::Long | Tree::Bool01 => Kind::Integer,
        Tree::Number => Kind::Number,
        Tree::Bool => Kind::Flag,
    };
    Shape { name: "wire".to_owned(), kind, nullable: false }
}

/// A request of a route, and what it was answered with.
pub(super) struct Base {
    context: Context,
    body: Value,
    pub(super) ask: Ask,
    pub(super) told: Told,
}

pub(super) struct Wire {
    pub(super) house: House,
    contexts: Vec<Context>,
    faults: Vec<String>,
    cases: usize,
}

/// The errcode of an answer; 0 where a good answer has none.
pub(super) fn errcode(told: &Told) -> Option<i64> {
    let answer: Value = serde_json::from_str(&told.text).ok()?;
    answer.get("errcode").map_or(Some(0), Value::as_i64)
}

fn ask(facts: &RouteFacts, body: &Value, token: &str) -> Ask {
    let path = format!("{}?access_token={token}", facts.path);
    let method: Method = facts.method.parse().unwrap();
    Ask::new(method, path).with(body)
}

impl Wire {
    pub(super) async fn open() -> Self {
        let mut house = House::open().await;
        let contexts = contexts(&mut house).await;
        Self { house, contexts, faults: Vec::new(), cases: 0 }
    }

    /// The documented routes that take a body and are served.
    pub(super) async fn served(&mut self) -> Vec<RouteFacts> {
        let mut served = Vec::new();
        for facts in Routes::load().unwrap().iter().filter(|facts| facts.method == "POST") {
            let told = self.house.ask(&ask(facts, &Value::Null, "")).await;
            if errcode(&told) != Some(UNKNOWN_PATH) {
                served.push(facts.clone());
            }
        }
        assert!(served.len() > 35, "only {} of the documented routes are served", served.len());
        served
    }

    /// The first request that succeeds, of all that could; undone.
    pub(super) async fn find(&mut self, facts: &RouteFacts) -> Base {
        let shape = shape(&facts.req);
        let mut last = None;
        for context in self.contexts.clone().into_iter().filter(|context| context.shop < 2) {
            for full in [true, false] {
                let body = sample(&shape, &context, full);
                let ask = ask(facts, &body, &self.house.access[context.shop]);
                let told = self.house.ask(&ask).await;
                self.house.tables.restore();
                let done = errcode(&told) == Some(0);
                last = Some(Base { context: context.clone(), body, ask, told });
                if done {
                    return last.unwrap();
                }
            }
        }
        last.unwrap()
    }

    pub(super) fn expect(&mut self, holds: bool, facts: &RouteFacts, otherwise: &str) {
        self.cases += 1;
        if !holds {
            let otherwise: String = otherwise.chars().take(400).collect();
            self.faults.push(format!("{} {}: {otherwise}", facts.method, facts.path));
        }
    }

    pub(super) fn close(self, about: &str) {
        println!("{about}: {} cases, {} requests", self.cases, self.house.asked);
        assert!(self.faults.is_empty(), "{} faults\n{}", self.faults.len(), self.faults.join("\n"));
    }

    async fn try_one(&mut self, facts: &RouteFacts, base: &Base, mutation: &Mutation) {
        let told = self.house.ask(&base.ask.clone().with(&mutation.body)).await;
        let is_taken = errcode(&told) == Some(0);
        let mut wrong = flaw(facts, &told);
        if is_taken {
            wrong = wrong.or_else(|| self.is_kept_wrongly(facts, mutation));
        } else if !self.house.tables.harmed().is_empty() {
            wrong = wrong.or(Some("was refused and has changed something"));
        }
        self.house.tables.restore();
        if mutation.what == STRANGE {
            let mut body = mutation.body.clone();
            body.pointer_mut(&mutation.place).unwrap().as_object_mut().unwrap().remove(STRANGE_NAME).unwrap();
            let without = self.house.ask(&base.ask.clone().with(&body)).await;
            self.house.tables.restore();
            wrong = wrong.or_else(|| (errcode(&without) != errcode(&told)).then_some("was not ignored"));
        }
        let about = format!("{} {}: {wrong:?}: {}", mutation.place, mutation.what, told.text);
        self.expect(wrong.is_none(), facts, &about);
    }

    /// What is wrong with what a success has written down. A member that has no effect here may hold anything.
    fn is_kept_wrongly(&self, facts: &RouteFacts, mutation: &Mutation) -> Option<&'static str> {
        if takes(&facts.path, mutation) {
            return None;
        }
        let name = mutation.place.rsplit('/').next().unwrap();
        let value = mutation.body.pointer(&mutation.place);
        match (mutation.expect, value) {
            (Expect::Refused, Some(Value::String(text))) => {
                self.house.tables.hold(text).then_some("was kept")
            }
            (Expect::Refused, Some(Value::Number(n))) if n.is_i64() => {
                let is_huge = n.as_i64().is_some_and(|n| n.unsigned_abs() > 1 << 50);
                if AMOUNTS.contains(&name) {
                    return Some("is no amount, and was taken");
                }
                (is_huge && self.house.tables.hold_number(n.as_i64().unwrap())).then_some("was kept")
            }
            (Expect::Unharmed, _) => {
                let is_whole = self.house.tables.hold(EMOJI);
                let half = EMOJI.split(' ').next().unwrap();
                (self.house.tables.hold(&half[..6]) && !is_whole).then_some("was harmed")
            }
            _ => None,
        }
    }
}

/// What is wrong with the form of an answer.
pub(super) fn flaw(facts: &RouteFacts, told: &Told) -> Option<&'static str> {
    if told.status != StatusCode::OK {
        return Some("its status is not 200");
    }
    let Ok(answer) = serde_json::from_str::<Value>(&told.text) else { return Some("it is no JSON") };
    if !check_answer(facts, &answer).is_empty() {
        return Some("it is not as documented");
    }
    match errcode(told) {
        None | Some(OUR_FAULT) => Some("it is a fault of our own"),
        Some(0) => None,
        Some(_) if !answer["errmsg"].as_str().is_some_and(|text| text.ends_with("rid: ID")) => {
            Some("it has no request id")
        }
        Some(_) => None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wire_request_that_is_wrong_in_one_place_never_meets_a_fault_and_changes_nothing() {
    let mut wire = Wire::open().await;
    let (mut done, mut refused) = (0, Vec::new());
    for facts in wire.served().await {
        let base = wire.find(&facts).await;
        if errcode(&base.told) == Some(0) {
            done += 1;
        } else {
            refused.push(format!("{} {} {}", facts.path, base.told.text, base.body));
        }
        for mutation in mutations(&shape(&facts.req), &base.body, &base.context) {
            wire.try_one(&facts, &base, &mutation).await;
        }
    }
    assert!(done >= 30, "only {done} routes were asked rightly:\n{}", refused.join("\n"));
    println!("asked rightly: {done}, not: {}\n{}", refused.len(), refused.join("\n"));
    wire.close("wire bodies");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wire_body_that_cannot_be_read_is_refused_and_changes_nothing() {
    let mut wire = Wire::open().await;
    for facts in wire.served().await.into_iter().filter(|facts| facts.family != Family::Mp) {
        let base = wire.find(&facts).await;
        let nested = [vec![b'['; 1000], vec![b']'; 1000]].concat();
        for (what, bytes, code) in [
            ("broken UTF-8", b"{\"a\xff\xfe\":1}".to_vec(), None),
            ("a list within lists", nested, None),
            ("too much", vec![b' '; BODY_BYTES + 1], Some(TOO_LONG)),
        ] {
            let told = wire.house.ask(&base.ask.clone().with_bytes(bytes)).await;
            let fits = flaw(&facts, &told).is_none() && errcode(&told) != Some(0);
            wire.expect(fits, &facts, &format!("{what}: {}", told.text));
            wire.expect(code.is_none() || errcode(&told) == code, &facts, &format!("{what}: {}", told.text));
            let harmed = wire.house.tables.harmed();
            wire.expect(harmed.is_empty(), &facts, &format!("{what} changed {harmed:?}"));
        }
    }
    wire.close("unreadable wire bodies");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_access_token_that_has_expired_opens_nothing() {
    let mut wire = Wire::open().await;
    let expired = wire.house.access[2].clone();
    for facts in wire.served().await.into_iter().filter(|facts| facts.family != Family::Mp) {
        let base = wire.find(&facts).await;
        let told = wire.house.ask(&ask(&facts, &base.body, &expired)).await;
        wire.expect(flaw(&facts, &told).is_none() && errcode(&told) == Some(EXPIRED), &facts, &told.text);
        let harmed = wire.house.tables.harmed();
        wire.expect(harmed.is_empty(), &facts, &format!("changed {harmed:?}"));
    }
    wire.close("expired tokens");
}

//! Every documented route that is served, asked with whatever a broken client might send.

use serde_json::{Map, Value, json};
use wirecheck::{Family, RouteFacts, Routes, Tree};

use super::demo::{Demo, agrees};
use crate::kit::TestApp;

/// The code of a path that nobody knows, and of a fault of our own.
const UNKNOWN_PATH: i64 = 40066;
const OUR_FAULT: i64 = -1;

/// The served ones among the documented routes.
async fn served(app: &TestApp) -> Vec<RouteFacts> {
    let mut served = Vec::new();
    for facts in Routes::load().unwrap().iter() {
        let asked = if facts.method == "GET" {
            app.get(&facts.path).await
        } else {
            app.post(&facts.path, &json!({})).await
        };
        if asked.json::<Value>().await.unwrap()["errcode"] != UNKNOWN_PATH {
            served.push(facts.clone());
        }
    }
    assert!(served.len() > 40, "only {} of the documented routes are served", served.len());
    served
}

/// Bodies that are no JSON, no object, or an object of the wrong members.
const GARBAGE: [&str; 12] = [
    "",
    "{}",
    "null",
    "[]",
    "0",
    "\"\"",
    "\"text\"",
    "{\"",
    "{\"a\":}",
    "<xml></xml>",
    "\u{0}\u{7f}",
    "{\"strange\":[{}]}",
];

/// Values of which each is of the wrong type, or out of range, for most members.
fn wrong_values() -> Vec<Value> {
    vec![
        json!(null),
        json!([]),
        json!({}),
        json!(-1),
        json!(1e300),
        json!(true),
        json!("x"),
        json!([[{}]]),
        json!(i64::MIN),
    ]
}

/// An object that has every member of the request, all with the same value.
fn filled(facts: &RouteFacts, value: &Value) -> String {
    let Tree::Object(fields) = &facts.req else { return value.to_string() };
    let members: Map<String, Value> =
        fields.iter().map(|(name, _)| (name.to_owned(), value.clone())).collect();
    Value::Object(members).to_string()
}

fn query(facts: &RouteFacts, value: &str) -> String {
    let Tree::Object(fields) = &facts.req else { return facts.path.clone() };
    let members: Vec<String> = fields.iter().map(|(name, _)| format!("{name}={value}")).collect();
    format!("{}?{}", facts.path, members.join("&"))
}

async fn survives(demo: &Demo, facts: &RouteFacts, path: &str, token: &str, body: Option<String>) {
    let (status, text) = demo.call(&facts.method, path, token, body.clone()).await;
    let about = || format!("{} {path} {body:?}: {status} {text}", facts.method);
    assert_eq!(status, 200, "{}", about());
    let answer: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{}", about()));
    match answer.get("errcode") {
        Some(code) => assert!(code.as_i64().is_some_and(|code| code != OUR_FAULT), "{}", about()),
        // Tokens and waybills have none when all is well.
        None => assert_ne!(facts.family, Family::ChannelsEc, "{}", about()),
    }
    agrees(facts, &answer);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_is_answered_with_an_errcode_and_never_with_a_fault() {
    let demo = Demo::with(&[]).await;
    let token = demo.shop_token(0).await;
    for facts in served(&demo.app).await {
        if facts.method == "GET" {
            for value in ["", "x", "-1", "%00", "%ff", "99999999999999999999", "[]"] {
                survives(&demo, &facts, &query(&facts, value), &token, None).await;
            }
            continue;
        }
        let wrong = wrong_values().iter().map(|value| filled(&facts, value)).collect::<Vec<_>>();
        for body in GARBAGE.into_iter().map(str::to_owned).chain(wrong) {
            survives(&demo, &facts, &facts.path, &token, Some(body)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_shows_no_token_or_a_wrong_one_is_told_so() {
    let app = TestApp::with(&[("limits.ip_per_second", "0")]).await;
    for facts in served(&app).await.into_iter().filter(|facts| facts.family != Family::Mp) {
        for (token, code) in [("", 41001), ("?access_token=", 41001), ("?access_token=nonsense", 40001)] {
            let path = format!("{}{token}", facts.path);
            let told =
                if facts.method == "GET" { app.get(&path).await } else { app.post(&path, &json!({})).await };
            assert_eq!(told.status(), 200, "{path}");
            let told: Value = told.json().await.unwrap();
            assert_eq!(told["errcode"], code, "{} {path}: {told}", facts.method);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_wrong_verb_is_told_the_right_one() {
    let app = TestApp::with(&[("limits.ip_per_second", "0")]).await;
    for facts in served(&app).await {
        let takes = |verb: &str| facts.method == verb || facts.also.iter().any(|other| other == verb);
        let (told, code) = match (takes("GET"), takes("POST")) {
            (true, false) => (app.post(&facts.path, &json!({})).await, 43001),
            (false, true) => (app.get(&facts.path).await, 43002),
            _ => continue,
        };
        assert_eq!(told.status(), 200, "{}", facts.path);
        let told: Value = told.json().await.unwrap();
        assert_eq!(told["errcode"], code, "{} {}: {told}", facts.method, facts.path);
    }
}

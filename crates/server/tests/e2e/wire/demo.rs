//! A filled demo, and what one does to it over HTTP.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::demo::{Credentials, ShopKeys, Shopper};
use wirecheck::{RouteFacts, check_answer};

use crate::kit::TestApp;

/// A server whose demo is filled, without limits of rate.
pub(super) struct Demo {
    pub(super) app: TestApp,
    pub(super) credentials: Credentials,
}

impl Demo {
    /// With these settings beside those of a demo.
    pub(super) async fn with(settings: &[(&str, &str)]) -> Self {
        let demo =
            [("demo.enabled", "true"), ("limits.ip_per_second", "0"), ("limits.credential_per_second", "0")];
        let app = TestApp::with(&[&demo[..], settings].concat()).await;
        let credentials = Credentials::load(app.data()).unwrap().unwrap();
        Self { app, credentials }
    }

    /// One of the shops.
    pub(super) fn shop(&self, n: usize) -> &ShopKeys {
        &self.credentials.shops[n]
    }

    /// One of the shoppers.
    pub(super) fn shopper(&self, n: usize) -> &Shopper {
        &self.credentials.shoppers[n]
    }

    /// An access token of an application.
    pub(super) async fn access_token(&self, appid: &str, secret: &str) -> String {
        let path = format!("/cgi-bin/token?grant_type=client_credential&appid={appid}&secret={secret}");
        let answer: Value = self.app.get(&path).await.json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// An access token of a shop's application.
    pub(super) async fn shop_token(&self, n: usize) -> String {
        self.access_token(&self.shop(n).appid, &self.shop(n).secret).await
    }

    /// The session of a shop's owner.
    pub(super) async fn owner_token(&self, n: usize) -> String {
        let shop = self.shop(n).shop_id;
        let owner = self.credentials.staff.iter().find(|s| s.shop_id == shop && s.role == "owner").unwrap();
        let login = json!({ "login": owner.login, "password": owner.password });
        let answer: Value = self.app.post("/api/v1/auth/login", &login).await.json().await.unwrap();
        answer["token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// A call of the wire: the answer's status and bytes.
    pub(super) async fn call(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: Option<String>,
    ) -> (StatusCode, String) {
        let joint = if path.contains('?') { '&' } else { '?' };
        let path = format!("{path}{joint}access_token={token}");
        let mut asked = self.app.ask(Method::from_bytes(method.as_bytes()).unwrap(), &path);
        if let Some(body) = body {
            asked = asked.body(body);
        }
        let answer = asked.send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    /// The answer to a POST of the wire that must succeed.
    pub(super) async fn done(&self, path: &str, token: &str, body: &Value) -> Value {
        let (_, text) = self.call("POST", path, token, Some(body.to_string())).await;
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(answer["errcode"], 0, "{path} {body}: {text}");
        answer
    }

    /// A native request that must succeed.
    pub(super) async fn native(&self, method: Method, path: &str, token: &str, body: &Value) -> Value {
        let mut asked = self.app.ask(method.clone(), path).bearer_auth(token);
        if method != Method::GET {
            // No request of a test is sent twice to one path.
            asked = asked.header("Idempotency-Key", path).json(body);
        }
        let answer = asked.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path} {body}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }
}

/// Holds an answer against the facts of its route.
pub(super) fn agrees(facts: &RouteFacts, answer: &Value) {
    let found: Vec<String> = check_answer(facts, answer).iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{} {}: {found:#?}\n{answer:#}", facts.method, facts.path);
}

/// An answer without the id of its request, which is never the same.
pub(super) fn without_rid(text: &str) -> String {
    let Some((before, id)) = text.split_once(" rid: ") else { return text.to_owned() };
    let end = id.find('"').unwrap_or(id.len());
    format!("{before}{}", &id[end..])
}

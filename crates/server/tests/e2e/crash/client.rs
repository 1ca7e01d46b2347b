//! A shopper who orders, pays and now and then thinks better of it.

use rand::{RngExt, SeedableRng, rngs::StdRng};
use reqwest::{Client as Http, Method, StatusCode};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    model::{Deed, Kind, Model},
    seed::Shelf,
};

/// Answers that are asked for again after each start, beside those of the last life.
const SAMPLE: usize = 20;
/// The largest page.
const PAGE: usize = 100;
/// Between two tries of a patient client, and how long it tries.
const PAUSE: Duration = Duration::from_millis(20);
const BEARS: Duration = Duration::from_mins(1);

/// Answers 503, counted by their codes.
pub(crate) type Refusals = Arc<Mutex<BTreeMap<String, u64>>>;

/// One shopper.
pub(crate) struct Client {
    n: usize,
    token: String,
    random: StdRng,
    http: Http,
    keys: u64,
    /// Answers that have been asked for again.
    repeated: usize,
    /// An answer 503 is none, rather than a fault of the program.
    patient: bool,
    /// Answers 503 by their codes.
    refused: Refusals,
    pub(crate) model: Model,
}

impl Client {
    /// A shopper with a session.
    pub(crate) fn new(n: usize, token: String, random: StdRng) -> Self {
        let http = Http::builder().no_proxy().build().unwrap();
        let (refused, model) = (Refusals::default(), Model::default());
        Self { n, token, random, http, keys: 0, repeated: 0, patient: false, refused, model }
    }

    /// One who bears with a program that can do nothing for a while.
    pub(crate) fn patient(self) -> Self {
        Self { patient: true, ..self }
    }

    /// How often it was refused for the time being, and with which codes.
    pub(crate) fn refused(&self) -> Refusals {
        Arc::clone(&self.refused)
    }

    /// Buys until it is told to stop, whatever is refused in between.
    pub(crate) async fn shop_until(&mut self, base: &str, shelf: &Shelf, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            if self.buy(base, shelf).await.is_none() {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// The same shopper at another window, who looks and tries.
    pub(crate) fn reader(&self) -> Self {
        let random = StdRng::seed_from_u64(0);
        Self::new(self.n, self.token.clone(), random).patient()
    }

    /// True if the shopper's orders can be read.
    pub(crate) async fn reads(&self, base: &str) -> bool {
        self.ask(base, Method::GET, "/api/v1/me/orders", None, &Value::Null).await.is_some()
    }

    /// Buys until the program answers no more.
    pub(crate) async fn shop_until_it_dies(&mut self, base: &str, shelf: &Shelf) {
        while self.buy(base, shelf).await.is_some() {}
    }

    /// One order, as far as the program lives.
    async fn buy(&mut self, base: &str, shelf: &Shelf) -> Option<()> {
        let placed = self.send(base, Kind::Place, "/api/v1/orders".into(), None, self.wish(shelf)).await?;
        let order = placed["order_id"].as_str().unwrap().to_owned();
        match self.random.random_range(0..10) {
            0 => Some(()),
            1 => {
                self.model.may_be_cancelled(&order);
                let path = format!("/api/v1/me/orders/{}/{order}/cancel", shelf.shop);
                self.send(base, Kind::Cancel, path, Some(order), json!({})).await.map(drop)
            }
            _ => self.pay(base, &order, placed["payment_id"].as_str().unwrap()).await,
        }
    }

    fn wish(&self, shelf: &Shelf) -> Value {
        let sku = &shelf.skus[self.model.orders.len() % shelf.skus.len()];
        let receiver = json!({
            "user_name": "Crash", "tel_number": format!("1390000{:04}", self.n), "province_name": "Guangdong",
            "city_name": "Guangzhou", "county_name": "Haizhu", "detail_info": "1 Xingang Road",
            "postal_code": "510310", "national_code": "440105",
        });
        let quantity = 1 + self.n % 3;
        json!({ "shop_id": shelf.shop, "items": [{ "sku_id": sku, "quantity": quantity }], "receiver": receiver })
    }

    async fn pay(&mut self, base: &str, order: &str, payment: &str) -> Option<()> {
        let path = format!("/api/v1/payments/{payment}/start");
        let body = json!({ "channel": "sandbox" });
        let started = self.send(base, Kind::Start, path, Some(order.to_owned()), body).await?;
        let cashier = started["cashier_url"].as_str().unwrap();
        let bill = cashier.rsplit('/').next().unwrap();
        let notices = ["once", "twice", "lost"][self.random.random_range(0..3)];
        let path = format!("/sandbox/bills/{bill}/approve");
        let bill = self.ask(base, Method::POST, &path, None, &json!({ "notices": notices })).await?;
        assert_eq!(bill["state"], "paid", "{bill}");
        self.model.order(order).approved = true;
        // A lost notice is found when the shopper comes back; others may be left to arrive.
        if notices == "lost" || self.random.random_range(0..2) == 0 {
            let path = format!("/api/v1/payments/{payment}/query");
            let told = self.ask(base, Method::POST, &path, None, &json!({})).await?;
            if told["state"] == "captured" {
                self.model.paid(order);
            } else {
                assert!(self.patient, "{told}");
            }
        }
        Some(())
    }

    /// Sends a request under a new key. None: no answer came.
    async fn send(
        &mut self,
        base: &str,
        kind: Kind,
        path: String,
        order: Option<String>,
        body: Value,
    ) -> Option<Value> {
        self.keys += 1;
        let deed = Deed { kind, path, key: format!("{}-{}", self.n, self.keys), body, order };
        self.model.in_doubt.push(deed.clone());
        let answer = self.do_it(base, &deed).await?;
        self.model.in_doubt.pop();
        self.model.learn(deed, answer.clone());
        Some(answer)
    }

    async fn do_it(&self, base: &str, deed: &Deed) -> Option<Value> {
        self.ask(base, Method::POST, &deed.path, Some(&deed.key), &deed.body).await
    }

    /// The answer to a request; none if the program is dead. A refusal is a fault: nothing here can be refused.
    async fn ask(
        &self,
        base: &str,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: &Value,
    ) -> Option<Value> {
        let mut request = self.http.request(method.clone(), format!("{base}{path}")).bearer_auth(&self.token);
        if method != Method::GET {
            request = request.json(body);
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let answer = request.send().await.ok()?;
        let status = answer.status();
        let form = answer.headers().get("content-type").cloned();
        let text = answer.text().await.ok()?;
        if self.patient && status == StatusCode::SERVICE_UNAVAILABLE {
            assert_eq!(form.unwrap(), "application/problem+json");
            let problem: Value = serde_json::from_str(&text).unwrap();
            let code = problem["code"].as_str().unwrap().to_owned();
            *self.refused.lock().unwrap().entry(code).or_default() += 1;
            return None;
        }
        assert!(status.is_success(), "{method} {path} {body}: {status} {text}");
        Some(serde_json::from_str(&text).unwrap())
    }

    /// After a start: requests in doubt are repeated until they are answered, known ones are answered as before, and
    /// all orders are there.
    pub(crate) async fn look_after(&mut self, base: &str) {
        self.settle_doubts(base).await;
        self.repeat(base).await;
        self.look(base).await;
    }

    /// The answer, however often it has to be asked for.
    async fn insist(&self, base: &str, deed: &Deed) -> Value {
        let until = Instant::now() + if self.patient { BEARS } else { Duration::ZERO };
        loop {
            match self.do_it(base, deed).await {
                Some(answer) => return answer,
                None => assert!(Instant::now() < until, "no answer to {deed:?}"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Asks the program to look after the money of orders that were approved and are not paid: their notices may wait
    /// for a minute.
    pub(crate) async fn ask_after_money(&mut self, base: &str) {
        for payment in self.model.payments_of_unpaid() {
            let path = format!("/api/v1/payments/{payment}/query");
            self.ask(base, Method::POST, &path, None, &json!({})).await;
        }
    }

    async fn settle_doubts(&mut self, base: &str) {
        for deed in std::mem::take(&mut self.model.in_doubt) {
            let answer = self.insist(base, &deed).await;
            self.model.learn(deed, answer);
        }
    }

    /// Everything answered since the last start, and a sample of what is older.
    async fn repeat(&mut self, base: &str) {
        let older = (0..SAMPLE.min(self.repeated)).map(|_| self.random.random_range(0..self.repeated));
        let again: Vec<usize> = older.chain(self.repeated..self.model.answered.len()).collect();
        for at in again {
            let (deed, before) = &self.model.answered[at];
            let now = self.insist(base, deed).await;
            assert_eq!(&now, before, "{deed:?} is answered otherwise");
        }
        self.repeated = self.model.answered.len();
    }

    /// Reads all orders and holds them against the model.
    pub(crate) async fn look(&mut self, base: &str) {
        let (mut shown, mut after) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/me/orders?size={PAGE}{after}");
            let page = self.ask(base, Method::GET, &path, None, &Value::Null).await.unwrap();
            shown.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        self.model.compare(&shown);
    }
}

//! A shopper who orders, pays and now and then thinks better of it.

use rand::{RngExt, rngs::StdRng};
use reqwest::{Client as Http, Method};
use serde_json::{Value, json};

use super::{
    model::{Deed, Kind, Model},
    seed::Shelf,
};

/// Answers that are asked for again after each start, beside those of the last life.
const SAMPLE: usize = 20;
/// The largest page.
const PAGE: usize = 100;

/// One shopper.
pub(super) struct Client {
    n: usize,
    token: String,
    random: StdRng,
    http: Http,
    keys: u64,
    /// Answers that have been asked for again.
    repeated: usize,
    pub(super) model: Model,
}

impl Client {
    /// A shopper with a session.
    pub(super) fn new(n: usize, token: String, random: StdRng) -> Self {
        let http = Http::builder().no_proxy().build().unwrap();
        Self { n, token, random, http, keys: 0, repeated: 0, model: Model::default() }
    }

    /// Buys until the program answers no more.
    pub(super) async fn shop_until_it_dies(&mut self, base: &str, shelf: &Shelf) {
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
            assert_eq!(told["state"], "captured", "{told}");
            self.model.paid(order);
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
        let text = answer.text().await.ok()?;
        assert!(status.is_success(), "{method} {path} {body}: {status} {text}");
        Some(serde_json::from_str(&text).unwrap())
    }

    /// After a start: requests in doubt are repeated until they are answered, known ones are answered as before, and
    /// all orders are there.
    pub(super) async fn look_after(&mut self, base: &str) {
        self.settle_doubts(base).await;
        self.repeat(base).await;
        self.look(base).await;
    }

    async fn settle_doubts(&mut self, base: &str) {
        for deed in std::mem::take(&mut self.model.in_doubt) {
            let answer = self.do_it(base, &deed).await.unwrap();
            self.model.learn(deed, answer);
        }
    }

    /// Everything answered since the last start, and a sample of what is older.
    async fn repeat(&mut self, base: &str) {
        let older = (0..SAMPLE.min(self.repeated)).map(|_| self.random.random_range(0..self.repeated));
        let again: Vec<usize> = older.chain(self.repeated..self.model.answered.len()).collect();
        for at in again {
            let (deed, before) = &self.model.answered[at];
            let now = self.do_it(base, deed).await.unwrap();
            assert_eq!(&now, before, "{deed:?} is answered otherwise");
        }
        self.repeated = self.model.answered.len();
    }

    /// Reads all orders and holds them against the model.
    pub(super) async fn look(&mut self, base: &str) {
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

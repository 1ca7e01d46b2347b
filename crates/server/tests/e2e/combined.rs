//! A cart over three shops: ordered and paid at once, at the cashier of the sandbox.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::{demo::Credentials, doctor};

use crate::kit::TestApp;

/// A demo, and a shopper in it who buys from all of its shops.
struct Buyer {
    app: TestApp,
    credentials: Credentials,
}

/// Something on sale.
struct Thing {
    shop: String,
    sku: String,
    price: i64,
}

impl Buyer {
    async fn new() -> Self {
        let app = TestApp::with(&[("demo.enabled", "true")]).await;
        let credentials = Credentials::load(app.data()).unwrap().unwrap();
        Self { app, credentials }
    }

    /// A request of the first shopper; a POST under this key.
    async fn send(&self, method: Method, path: &str, key: &str, body: &Value) -> (StatusCode, Value) {
        self.send_as(0, method, path, key, body).await
    }

    async fn send_as(
        &self,
        shopper: usize,
        method: Method,
        path: &str,
        key: &str,
        body: &Value,
    ) -> (StatusCode, Value) {
        let token = &self.credentials.shoppers[shopper].token;
        let mut asked = self.app.ask(method.clone(), path).bearer_auth(token);
        if method != Method::GET {
            asked = asked.header("Idempotency-Key", key).json(body);
        }
        let answer = asked.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.send(Method::GET, path, "", &Value::Null).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.send(Method::POST, path, path, body).await;
        assert_eq!(status, 200, "{path} {body}: {answer}");
        answer
    }

    /// The first thing on the shelf of each shop.
    async fn things(&self) -> Vec<Thing> {
        let mut things = Vec::new();
        for shop in &self.credentials.shops {
            let shop = shop.shop_id.to_string();
            let shelf = self.get(&format!("/api/v1/shops/{shop}/products")).await;
            let product = shelf["items"][0]["id"].as_str().unwrap();
            let product = self.get(&format!("/api/v1/products/{product}")).await;
            let sku = product["skus"].as_array().unwrap().iter().find(|sku| sku["on_sale"] == true).unwrap();
            let sku = sku["id"].as_str().unwrap().to_owned();
            let items = json!([{ "sku_id": sku, "quantity": 1 }]);
            let quote = self.post("/api/v1/quotes", &json!({ "shop_id": shop, "items": items })).await;
            let price = quote["total"].as_i64().unwrap();
            things.push(Thing { shop, sku, price });
        }
        things
    }

    /// The whole cart, so many pieces of each thing.
    fn cart(&self, things: &[Thing], quantities: &[i64]) -> Value {
        let shops: Vec<Value> = things
            .iter()
            .zip(quantities)
            .map(|(t, n)| json!({ "shop_id": t.shop, "items": [{ "sku_id": t.sku, "quantity": n }] }))
            .collect();
        let receiver = json!({
            "user_name": "王小明", "tel_number": self.credentials.shoppers[0].phone, "province_name": "广东省",
            "city_name": "广州市", "county_name": "海珠区", "detail_info": "新港中路 397 号",
            "postal_code": "510310", "national_code": "440105",
        });
        json!({ "shops": shops, "receiver": receiver })
    }

    /// Begins to pay a combined payment; the cashier's path.
    async fn start(&self, combined: &str) -> String {
        let path = format!("/api/v1/me/combined-payments/{combined}/start");
        let started = self.post(&path, &json!({ "channel": "sandbox" })).await;
        let cashier = started["cashier_url"].as_str().unwrap().split_once("/sandbox/").unwrap().1;
        format!("/sandbox/{cashier}")
    }

    /// Presses a button of the cashier.
    async fn press(&self, cashier: &str, act: &str) {
        let form = ("content-type", "application/x-www-form-urlencoded");
        let pressed = self.app.ask(Method::POST, cashier).header(form.0, form.1).body(format!("act={act}"));
        assert_eq!(pressed.send().await.unwrap().status(), 303);
    }

    async fn order_states(&self, orders: &Value) -> Vec<String> {
        let mut states = Vec::new();
        for order in orders.as_array().unwrap() {
            let path = format!("/api/v1/me/orders/{}", of(order));
            states.push(self.get(&path).await["state"].as_str().unwrap().to_owned());
        }
        states
    }

    /// Looks again and again until the workers have come so far.
    async fn until(&self, path: &str, done: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..400 {
            let found = self.get(path).await;
            if done(&found) {
                return found;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("{path} stays as it is")
    }

    /// Waits until nothing is on its way, and asks the doctor.
    async fn healthy(&self) {
        let store = &self.app.running.app.store;
        for _ in 0..200 {
            doctor::drain(store).await.unwrap();
            // What the workers have in hand just now is not drained.
            if doctor::examine(store).await.unwrap().in_flight == 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let found = doctor::examine(store).await.unwrap();
        assert!(!found.has_violations(), "{:#?}", found.lines());
        assert_eq!(found.in_flight, 0, "{:#?}", found.lines());
    }
}

/// Shop and order as they stand in a path.
fn of(order: &Value) -> String {
    format!("{}/{}", order["shop_id"].as_str().unwrap(), order["order_id"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cart_over_three_shops_is_paid_once_and_a_part_of_it_goes_back() {
    let buyer = Buyer::new().await;
    let things = buyer.things().await;
    let cart = buyer.cart(&things, &[1, 2, 1]);
    let placed = buyer.post("/api/v1/me/checkouts", &cart).await;
    let total = things[0].price + 2 * things[1].price + things[2].price;
    assert_eq!(placed["total"], total);
    assert_eq!(buyer.post("/api/v1/me/checkouts", &cart).await, placed, "the same key, the same orders");
    let combined = placed["combined_id"].as_str().unwrap();

    let cashier = buyer.start(combined).await;
    let page = buyer.app.get(&cashier).await.text().await.unwrap();
    assert!(page.contains(&format!("¥{}.{:02}", total / 100, total % 100)), "the whole sum: {page}");
    buyer.press(&cashier, "twice").await;
    let path = format!("/api/v1/me/combined-payments/{combined}");
    let asked = buyer.post(&format!("{path}/query"), &json!({})).await;
    assert_eq!((&asked["state"], &asked["amount"]), (&json!("captured"), &json!(total)));
    buyer.healthy().await;
    assert_eq!(buyer.order_states(&placed["orders"]).await, ["to_ship"; 3]);

    // The second shop gives one of two pieces back; the others keep what they have.
    let shop = &buyer.credentials.shops[1];
    let owner =
        buyer.credentials.staff.iter().find(|s| s.shop_id == shop.shop_id && s.role == "owner").unwrap();
    let login = json!({ "login": owner.login, "password": owner.password });
    let session: Value = buyer.app.post("/api/v1/auth/login", &login).await.json().await.unwrap();
    let order = placed["orders"][1]["order_id"].as_str().unwrap();
    let refund = buyer.app.ask(Method::POST, &format!("/api/v1/orders/{order}/refunds"));
    let refund = refund
        .bearer_auth(session["token"].as_str().unwrap())
        .header("Idempotency-Key", "r")
        .json(&json!({ "amount": things[1].price, "reason": "chipped" }));
    let answer = refund.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    let path = format!("/api/v1/payments/{}", placed["orders"][1]["payment_id"].as_str().unwrap());
    let payment = buyer.until(&path, |payment| payment["refunding"] == 0).await;
    assert_eq!(payment["refunded"], things[1].price);
    assert_eq!(payment["combined_id"], combined);
    buyer.healthy().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_that_is_sold_out_refuses_the_whole_cart_and_nothing_stays() {
    let buyer = Buyer::new().await;
    let things = buyer.things().await;
    let before = buyer.get("/api/v1/me/orders").await["items"].as_array().unwrap().len();
    let cart = buyer.cart(&things, &[1, 9_999, 1]);
    let (status, problem) = buyer.send(Method::POST, "/api/v1/me/checkouts", "k", &cart).await;
    assert_eq!((status.as_u16(), &problem["code"]), (410, &json!("trade.sold_out")), "{problem}");
    let text = problem.to_string();
    assert!(text.contains(&things[1].shop) && text.contains(&things[1].sku), "{problem}");
    let after = buyer.get("/api/v1/me/orders").await;
    assert_eq!(after["items"].as_array().unwrap().len(), before, "{after}");
    // A refusal keeps no key; what was placed under it does.
    let smaller = buyer.cart(&things, &[1, 1, 1]);
    let (status, placed) = buyer.send(Method::POST, "/api/v1/me/checkouts", "k", &smaller).await;
    assert_eq!(status, 200, "{placed}");
    let (status, problem) = buyer.send(Method::POST, "/api/v1/me/checkouts", "k", &cart).await;
    assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("idempotency.key_reused")), "{problem}");
    buyer.healthy().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_cancelled_while_the_payer_is_at_the_cashier_gets_its_share_back() {
    let buyer = Buyer::new().await;
    let things = buyer.things().await;
    let placed = buyer.post("/api/v1/me/checkouts", &buyer.cart(&things, &[1, 1, 1])).await;
    let combined = placed["combined_id"].as_str().unwrap();
    let cashier = buyer.start(combined).await;
    // Paid, and the program has not heard of it yet.
    buyer.press(&cashier, "lose").await;
    let order = of(&placed["orders"][0]);
    buyer.post(&format!("/api/v1/me/orders/{order}/cancel"), &json!({})).await;
    let path = format!("/api/v1/me/combined-payments/{combined}");
    buyer.post(&format!("{path}/query"), &json!({})).await;
    buyer.healthy().await;
    assert_eq!(buyer.get(&path).await["state"], "captured");
    assert_eq!(buyer.order_states(&placed["orders"]).await, ["cancelled", "to_ship", "to_ship"]);
    let path = format!("/api/v1/payments/{}", placed["orders"][0]["payment_id"].as_str().unwrap());
    let payment = buyer.until(&path, |payment| payment["refunding"] == 0).await;
    assert_eq!((&payment["late"], &payment["refunded"]), (&json!(true), &json!(things[0].price)));
    buyer.healthy().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_are_combined_later_and_are_nobody_elses_business() {
    let buyer = Buyer::new().await;
    let things = buyer.things().await;
    let cart = buyer.cart(&things, &[1, 1, 1]);
    let mut orders = Vec::new();
    for shop in cart["shops"].as_array().unwrap() {
        let wish =
            json!({ "shop_id": shop["shop_id"], "items": shop["items"], "receiver": cart["receiver"] });
        let key = shop["shop_id"].as_str().unwrap();
        let (status, order) = buyer.send(Method::POST, "/api/v1/orders", key, &wish).await;
        assert_eq!(status, 200, "{order}");
        orders.push(json!({ "shop_id": order["shop_id"], "order_id": order["order_id"] }));
    }
    let wish = json!({ "orders": orders });
    let path = "/api/v1/me/combined-payments";
    let (status, problem) = buyer.send_as(1, Method::POST, path, "k", &wish).await;
    assert_eq!((status.as_u16(), &problem["code"]), (404, &json!("pay.not_found")), "{problem}");
    let combined = buyer.post(path, &wish).await;
    let id = combined["combined_id"].as_str().unwrap();
    for (method, below) in [(Method::GET, ""), (Method::POST, "/start"), (Method::POST, "/query")] {
        let path = format!("{path}/{id}{below}");
        let (status, problem) = buyer.send_as(1, method, &path, "k", &json!({ "channel": "sandbox" })).await;
        assert_eq!((status.as_u16(), &problem["code"]), (404, &json!("pay.not_found")), "{path}: {problem}");
    }
    // Whoever pays one of them by itself has given the whole up; the rest can still be paid.
    let cashier = buyer.start(id).await;
    let alone = buyer.get(&format!("/api/v1/me/combined-payments/{id}")).await["shares"][0].clone();
    let start = format!("/api/v1/payments/{}/start", alone["payment_id"].as_str().unwrap());
    buyer.post(&start, &json!({ "channel": "sandbox" })).await;
    assert_eq!(buyer.get(&format!("{path}/{id}")).await["state"], "closed");
    let page = buyer.app.get(&cashier).await.text().await.unwrap();
    assert!(page.contains("Closed") && !page.contains("<form"), "{page}");
    buyer.healthy().await;
}

//! What a shop's program may change about an order, over the wire.

use reqwest::Method;
use serde_json::{Value, json};
use server::demo::Credentials;
use wirecheck::{Routes, check_answer};

use crate::kit::TestApp;

/// A demo with a program of its first shop, and a shopper.
struct Shop {
    app: TestApp,
    shop: String,
    shopper: String,
    access: String,
    routes: Routes,
}

impl Shop {
    async fn new() -> Self {
        let off =
            [("demo.enabled", "true"), ("limits.ip_per_second", "0"), ("limits.credential_per_second", "0")];
        let app = TestApp::with(&off).await;
        let credentials = Credentials::load(app.data()).unwrap().unwrap();
        let keys = &credentials.shops[0];
        let path = format!(
            "/cgi-bin/token?grant_type=client_credential&appid={}&secret={}",
            keys.appid, keys.secret
        );
        let answer: Value = app.get(&path).await.json().await.unwrap();
        let access = answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
        let (shop, shopper) = (keys.shop_id.to_string(), credentials.shoppers[0].token.clone());
        Self { shop, shopper, access, routes: Routes::load().unwrap(), app }
    }

    /// The errcode of a call whose answer is held against the facts; and the answer.
    async fn call(&self, path: &str, body: &Value) -> (i64, Value) {
        let asked = format!("{path}?access_token={}", self.access);
        let answer: Value = self.app.post(&asked, body).await.json().await.unwrap();
        assert_eq!(check_answer(self.routes.get("POST", path).unwrap(), &answer), []);
        (answer["errcode"].as_i64().unwrap(), answer)
    }

    async fn done(&self, path: &str, body: &Value) -> Value {
        let (errcode, answer) = self.call(path, body).await;
        assert_eq!(errcode, 0, "{path} {body}: {answer}");
        answer
    }

    async fn native(&self, method: Method, path: &str, key: &str, body: &Value) -> Value {
        let mut asked = self.app.ask(method.clone(), path).bearer_auth(&self.shopper);
        if method == Method::POST {
            asked = asked.header("Idempotency-Key", key).json(body);
        }
        let answer = asked.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path} {body}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// An order of two pieces of one sku: the order with its payment.
    async fn placed(&self, key: &str) -> (String, String) {
        let list = format!("/api/v1/shops/{}/products", self.shop);
        let shelf = self.native(Method::GET, &list, "", &Value::Null).await;
        let product = format!("/api/v1/products/{}", shelf["items"][0]["id"].as_str().unwrap());
        let product = self.native(Method::GET, &product, "", &Value::Null).await;
        let sku = product["skus"].as_array().unwrap().iter().find(|sku| sku["on_sale"] == true).unwrap();
        let receiver = json!({
            "user_name": "王小明", "tel_number": "13800000001", "province_name": "广东省", "city_name": "广州市",
            "county_name": "海珠区", "detail_info": "新港中路 397 号", "postal_code": "510310", "national_code": "440105",
        });
        let wish = json!({ "shop_id": self.shop, "items": [{ "sku_id": sku["id"], "quantity": 2 }], "receiver": receiver });
        let order = self.native(Method::POST, "/api/v1/orders", key, &wish).await;
        let text = |member: &str| order[member].as_str().unwrap().to_owned();
        (text("order_id"), text("payment_id"))
    }

    async fn paid(&self, key: &str) -> String {
        let (order, payment) = self.placed(key).await;
        let start = format!("/api/v1/payments/{payment}/start");
        let started = self.native(Method::POST, &start, key, &json!({ "channel": "sandbox" })).await;
        let bill = started["cashier_url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        self.app.post(&format!("/sandbox/bills/{bill}/approve"), &json!({})).await;
        self.native(Method::POST, &format!("/api/v1/payments/{payment}/query"), key, &json!({})).await;
        order
    }

    async fn order(&self, order: &str) -> Value {
        self.done("/channels/ec/order/get", &json!({ "order_id": order })).await["order"].clone()
    }
}

const PRICE: &str = "/channels/ec/order/price/update";
const ADDRESS: &str = "/channels/ec/order/address/update";
const DELIVERY: &str = "/channels/ec/order/deliveryinfo/update";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_price_goes_down_fifty_times() {
    let shop = Shop::new().await;
    let (order, _) = shop.placed("price").await;
    let line = shop.order(&order).await["order_detail"]["product_infos"][0].clone();
    let to = |price: i64| {
        json!({ "order_id": order, "change_express": false, "change_order_infos":
            [{ "product_id": line["product_id"], "sku_id": line["sku_id"], "change_price": price }] })
    };
    for n in 0..50 {
        shop.done(PRICE, &to(200 - n)).await;
    }
    assert_eq!(shop.call(PRICE, &to(1)).await.0, 108_022);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_corrected_five_times_before_anything_leaves() {
    let shop = Shop::new().await;
    let order = shop.paid("address").await;
    let to = |city: &str| json!({ "order_id": order, "user_address": { "city_name": city } });
    for city in ["一", "二", "三", "四", "深圳市"] {
        shop.done(ADDRESS, &to(city)).await;
    }
    assert_eq!(shop.call(ADDRESS, &to("六")).await.0, 101_100);
    let decoded = shop.done("/channels/ec/order/sensitiveinfo/decode", &json!({ "order_id": order })).await;
    assert_eq!(decoded["address_info"]["city_name"], "深圳市");
    assert_eq!(decoded["address_info"]["province_name"], "广东省");
    let bad = json!({ "order_id": order, "user_address": { "tel_number": "call me" } });
    assert_ne!(shop.call(ADDRESS, &bad).await.0, 0);
    assert_eq!(shop.call(ADDRESS, &json!({ "order_id": "1", "user_address": {} })).await.0, 100_002);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parcel_gets_another_number_and_all_of_them_others() {
    let shop = Shop::new().await;
    let order = shop.paid("delivery").await;
    let line = shop.order(&order).await["order_detail"]["product_infos"][0].clone();
    let pieces =
        |n: i64| json!([{ "product_id": line["product_id"], "sku_id": line["sku_id"], "product_cnt": n }]);
    let parcel = |number: &str, n: i64| json!({ "delivery_id": "TEST", "waybill_id": number, "deliver_type": 1, "product_infos": pieces(n) });
    let all = |parcels: &[Value]| json!({ "order_id": order, "delivery_list": parcels });
    assert_eq!(shop.call(DELIVERY, &all(&[parcel("A", 2)])).await.0, 101_100, "nothing has left");
    shop.done("/channels/ec/order/delivery/send", &all(&[parcel("A", 2)])).await;
    let number = async || {
        let order = shop.order(&order).await;
        let parcels =
            order["order_detail"]["delivery_info"]["delivery_product_info"].as_array().unwrap().clone();
        let mut numbers: Vec<String> =
            parcels.iter().map(|p| p["waybill_id"].as_str().unwrap().to_owned()).collect();
        numbers.sort();
        numbers
    };
    assert_eq!(number().await, ["A"]);
    let old = json!({ "delivery_id": "TEST", "waybill_id": "A", "product_infos": pieces(2) });
    let new = json!({ "delivery_id": "TEST", "waybill_id": "B", "product_infos": pieces(2) });
    let each = json!({ "order_id": order, "change_infos": [{ "old": old, "new": new }] });
    shop.done(DELIVERY, &each).await;
    assert_eq!(number().await, ["B"]);
    assert_eq!(shop.call(DELIVERY, &each).await.0, 109_002, "there is no A any more");
    shop.done(DELIVERY, &all(&[parcel("C", 1), parcel("D", 1)])).await;
    assert_eq!(number().await, ["C", "D"]);
    assert_eq!(shop.call(DELIVERY, &all(&[parcel("E", 1)])).await.0, 109_002, "a piece is missing");
    assert_eq!(shop.call(DELIVERY, &json!({ "order_id": order })).await.0, 40_097);
    assert_eq!(
        shop.call(DELIVERY, &json!({ "order_id": "1", "delivery_list": [parcel("E", 1)] })).await.0,
        100_002
    );
}

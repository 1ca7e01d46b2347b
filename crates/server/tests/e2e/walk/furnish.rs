//! What the demo lacks: somebody of each kind who is logged in, and an object in each state that an operation needs.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{audience::Credential, house::House, request::Ask};

/// A phone that waits for its code.
pub(super) const PHONE: &str = "13800000777";

impl House {
    /// The token that a credential shows.
    pub(super) fn token(&self, credential: Credential) -> Option<String> {
        match credential {
            Credential::Nobody => None,
            Credential::Nonsense => Some("nonsense".to_owned()),
            Credential::Shopper(n) => Some(self.credentials.shoppers[n].token.clone()),
            kept => Some(self.sessions.iter().find(|(whose, _)| *whose == kept).unwrap().1.clone()),
        }
    }

    pub(super) async fn log_everybody_in(&mut self) {
        for n in 0..self.credentials.shops.len() {
            let shop = self.credentials.shops[n].shop_id;
            let owner = self.credentials.staff.iter().find(|s| s.shop_id == shop && s.role == "owner");
            let login = owner.unwrap().login.clone();
            let token = self.log_in(&login).await;
            self.sessions.push((Credential::Owner(n), token));
        }
        let admin = self.credentials.operators.iter().find(|o| o.role == "admin").unwrap().login.clone();
        let token = self.log_in(&admin).await;
        self.sessions.push((Credential::Admin, token));
        let owner = self.credentials.staff[0].login.clone();
        let token = self.log_in(&owner).await;
        self.done(&Ask::new(Method::POST, "/api/v1/auth/logout").by(&token)).await;
        self.sessions.push((Credential::LoggedOut, token));
        let before = self.tables.rows("SELECT hex(token_hash) FROM identity_session").concat();
        let token = self.log_in(&owner).await;
        let after = self.tables.rows("SELECT hex(token_hash) FROM identity_session").concat();
        let new = after.iter().find(|hash| !before.contains(hash)).unwrap();
        self.tables
            .run(&format!("UPDATE identity_session SET expires_wall = 1 WHERE hex(token_hash) = '{new}'"));
        self.sessions.push((Credential::Expired, token));
    }

    pub(super) async fn furnish(&mut self) {
        for shop in 0..self.credentials.shops.len() {
            let token = self.access_token(shop).await;
            self.access.push(token);
        }
        for shop in 0..2 {
            self.set_push_url(shop).await;
            self.bind_carrier(shop).await;
        }
        for (shop, shopper) in [(0, 0), (1, 1)] {
            self.sell(shop, shopper).await;
            self.combine(shop, shopper).await;
        }
        self.open_more_shops().await;
        self.remove_a_product().await;
        self.ask_for_code().await;
        self.settle().await;
        self.note_anomalies();
    }

    async fn set_push_url(&mut self, shop: usize) {
        let appid = &self.credentials.shops[shop].appid;
        let sql = format!("SELECT app_id, original_id FROM identity_app WHERE appid = '{appid}'");
        let app = self.tables.rows(&sql).remove(0);
        let body = json!({
            "appid": appid, "original_id": app[1], "url": "http://127.0.0.1:9/push", "token": "walktoken",
            "mode": "plain", "format": "json",
        });
        let token = self.token(Credential::Owner(shop)).unwrap();
        self.done(&Ask::put(&format!("/api/v1/developer/endpoints/{}", app[0]), &body).by(&token)).await;
    }

    /// A token for the wire.
    async fn access_token(&mut self, shop: usize) -> String {
        let keys = &self.credentials.shops[shop];
        let path = format!(
            "/cgi-bin/token?grant_type=client_credential&appid={}&secret={}",
            keys.appid, keys.secret
        );
        self.done(&Ask::get(&path)).await["access_token"].as_str().unwrap().to_owned()
    }

    async fn bind_carrier(&mut self, shop: usize) {
        let token = self.access[shop].clone();
        let body = json!({ "type": "bind", "biz_id": "test_biz_id", "delivery_id": "TEST" });
        let path = format!("/cgi-bin/express/business/account/bind?access_token={token}");
        let told = self.done(&Ask::post(&path, &body)).await;
        assert_eq!(told["errcode"], 0, "{told}");
    }

    /// An order of two pieces, not paid yet.
    async fn place(&mut self, shop: usize, shopper: usize) -> Value {
        let id = self.credentials.shops[shop].shop_id.to_string();
        let token = self.token(Credential::Shopper(shopper)).unwrap();
        let sql =
            format!("SELECT sku_id FROM stock_level WHERE shop_id = {id} AND available > 20 ORDER BY sku_id");
        let sku = self.tables.rows(&sql).remove(0).remove(0);
        let receiver = json!({
            "user_name": "走路的人", "tel_number": "13800000001", "province_name": "广东省", "city_name": "广州市",
            "county_name": "海珠区", "detail_info": "新港中路", "postal_code": "510310", "national_code": "440105",
        });
        let items = json!([{ "sku_id": sku, "quantity": 2 }]);
        let place = json!({ "shop_id": id, "items": items, "receiver": receiver });
        self.done(&Ask::post("/api/v1/orders", &place).by(&token)).await
    }

    /// One that waits to be paid together with others.
    async fn combine(&mut self, shop: usize, shopper: usize) {
        let placed = self.place(shop, shopper).await;
        let token = self.token(Credential::Shopper(shopper)).unwrap();
        let orders = json!([{ "shop_id": placed["shop_id"], "order_id": placed["order_id"] }]);
        self.done(&Ask::post("/api/v1/me/combined-payments", &json!({ "orders": orders })).by(&token)).await;
    }

    /// One that is paid: its push waits, for nobody listens.
    async fn sell(&mut self, shop: usize, shopper: usize) {
        let placed = self.place(shop, shopper).await;
        let token = self.token(Credential::Shopper(shopper)).unwrap();
        let path = format!("/api/v1/payments/{}", placed["payment_id"].as_str().unwrap());
        let start = json!({ "channel": "sandbox" });
        let started = self.done(&Ask::post(&format!("{path}/start"), &start).by(&token)).await;
        let bill = started["cashier_url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let approve = json!({ "notices": "lost" });
        self.done(&Ask::post(&format!("/sandbox/bills/{bill}/approve"), &approve)).await;
        self.done(&Ask::new(Method::POST, format!("{path}/query")).by(&token)).await;
        self.settle().await;
    }

    /// One that has applied, one that is closed; a grant.
    async fn open_more_shops(&mut self) {
        let admin = self.token(Credential::Admin).unwrap();
        let mut made = Vec::new();
        for name in ["Applied", "Closed"] {
            let body = json!({ "name": name, "subject_type": "company" });
            let shop = self.done(&Ask::post("/api/v1/platform/shops", &body).by(&admin)).await;
            made.push(shop["shop_id"].as_str().or(shop["id"].as_str()).unwrap().to_owned());
        }
        for step in ["admit", "close"] {
            let path = format!("/api/v1/platform/shops/{}/{step}", made[1]);
            self.done(&Ask::post(&path, &json!({})).by(&admin)).await;
        }
        let leaf = "SELECT category_id FROM catalog_category WHERE level = 3 ORDER BY category_id";
        let leaf = self.tables.rows(leaf).remove(0).remove(0);
        let shop = self.credentials.shops[0].shop_id;
        let path = format!("/api/v1/platform/shops/{shop}/categories/{leaf}");
        self.done(&Ask::new(Method::PUT, path).by(&admin)).await;
    }

    async fn remove_a_product(&mut self) {
        let shop = self.credentials.shops[0].shop_id;
        let sql = format!(
            "SELECT product_id FROM catalog_product WHERE shop_id = {shop} AND product_id NOT IN \
             (SELECT product_id FROM trade_line) ORDER BY product_id"
        );
        let product = self.tables.rows(&sql).remove(0).remove(0);
        let owner = self.token(Credential::Owner(0)).unwrap();
        let told =
            self.ask(&Ask::new(Method::DELETE, format!("/api/v1/products/{product}")).by(&owner)).await;
        assert_eq!(told.status, StatusCode::OK, "{}", told.text);
    }

    /// States that only a channel's misbehaviour brings about.
    fn note_anomalies(&self) {
        self.tables.run(
            "INSERT INTO pay_anomaly (shop_id, anomaly_id, payment_id, kind, channel, channel_txn, amount, currency, \
             noted_at) SELECT shop_id, payment_id + 500000, payment_id, 'paid_twice', 'sandbox', \
             'twice' || payment_id, amount, currency, opened_at FROM pay_payment",
        );
        self.tables.run(
            "INSERT INTO pay_refund (shop_id, refund_id, payment_id, order_id, amount, currency, source, reason, \
             state, attempt, failure, requested_at) SELECT shop_id, payment_id + 600000, payment_id, order_id, 1, \
             currency, 'pending', 'walk', 'failed', 1, 'refused', opened_at FROM pay_payment WHERE captured > refunded",
        );
        self.tables.run("UPDATE push_message SET state = 4");
        self.tables.run(
            "UPDATE identity_token SET expires_wall = 1 WHERE app_id = (SELECT max(app_id) FROM identity_app WHERE kind = 1)",
        );
        // The built-in carrier decides at once; others think about it.
        self.tables.run("UPDATE logistics_account SET state = 1");
    }

    async fn ask_for_code(&mut self) {
        self.done(&Ask::post("/api/v1/auth/codes", &json!({ "phone": PHONE }))).await;
    }

    /// The code that was sent to [`PHONE`].
    pub(super) async fn code(&mut self) -> String {
        let told: Value = self.done(&Ask::get("/api/v1/demo/codes")).await;
        let all = told.as_array().or(told["items"].as_array()).or(told["codes"].as_array()).unwrap();
        all.iter().find(|one| one["phone"] == PHONE).unwrap()["code"].as_str().unwrap().to_owned()
    }
}

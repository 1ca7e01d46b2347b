//! The page that a payer's browser comes back to from the cashier.

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use server::demo::Credentials;

use crate::kit::{TestApp, header};

/// A demo, and a shopper in it.
struct Payer {
    app: TestApp,
    shop: String,
    token: String,
    phone: String,
}

impl Payer {
    async fn new() -> Self {
        let app = TestApp::with(&[("demo.enabled", "true")]).await;
        let credentials = Credentials::load(app.data()).unwrap().unwrap();
        let shopper = &credentials.shoppers[0];
        let shop = credentials.shops[0].shop_id.to_string();
        Self { shop, token: shopper.token.clone(), phone: shopper.phone.clone(), app }
    }

    /// A request of the shopper that must succeed.
    async fn ask(&self, method: Method, path: &str, body: &Value) -> Value {
        let mut asked = self.app.ask(method.clone(), path).bearer_auth(&self.token);
        if method != Method::GET {
            asked = asked.header("Idempotency-Key", path).json(body);
        }
        let answer = asked.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path} {body}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Orders one piece and begins to pay: the order and the cashier's path.
    async fn order(&self) -> (Value, String) {
        let shelf =
            self.ask(Method::GET, &format!("/api/v1/shops/{}/products", self.shop), &Value::Null).await;
        let product = shelf["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{shelf}"));
        let product = self.ask(Method::GET, &format!("/api/v1/products/{product}"), &Value::Null).await;
        let sku = product["skus"].as_array().unwrap().iter().find(|sku| sku["on_sale"] == true);
        let sku = sku.unwrap_or_else(|| panic!("{product}"));
        let receiver = json!({
            "user_name": "王小明", "tel_number": self.phone, "province_name": "广东省", "city_name": "广州市",
            "county_name": "海珠区", "detail_info": "新港中路 397 号", "postal_code": "510310", "national_code": "440105",
        });
        let wish = json!({ "shop_id": self.shop, "items": [{ "sku_id": sku["id"], "quantity": 1 }], "receiver": receiver });
        let order = self.ask(Method::POST, "/api/v1/orders", &wish).await;
        let start = format!("/api/v1/payments/{}/start", order["payment_id"].as_str().unwrap());
        let started = self.ask(Method::POST, &start, &json!({ "channel": "sandbox" })).await;
        let cashier = started["cashier_url"].as_str().unwrap().split_once("/sandbox/").unwrap().1;
        (order, format!("/sandbox/{cashier}"))
    }

    /// What a browser sees that follows this link.
    async fn follow(&self, url: &str) -> (StatusCode, String) {
        shown(self.app.client.get(url).send().await.unwrap()).await
    }

    /// Presses a button of the cashier.
    async fn press(&self, cashier: &str, act: &str) -> Response {
        let form = ("content-type", "application/x-www-form-urlencoded");
        let pressed = self.app.ask(Method::POST, cashier).header(form.0, form.1).body(format!("act={act}"));
        pressed.send().await.unwrap()
    }
}

/// The text of a page that runs nothing, loads nothing from elsewhere and is kept by nobody.
async fn shown(answer: Response) -> (StatusCode, String) {
    let policy = header(&answer, "content-security-policy").to_owned();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("script"), "{policy}");
    assert_eq!(header(&answer, "cache-control"), "no-store");
    assert_eq!(header(&answer, "referrer-policy"), "no-referrer");
    assert_eq!(header(&answer, "content-type"), "text/html; charset=utf-8");
    (answer.status(), answer.text().await.unwrap())
}

/// Where the cashier sends the payer back to: its link on the page of a bill that is over.
async fn way_back(payer: &Payer, cashier: &str) -> String {
    let page = payer.app.get(cashier).await.text().await.unwrap();
    let link = page.split("href=\"http").nth(1).unwrap_or_else(|| panic!("{page}"));
    format!("http{}", link.split('"').next().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_payer_comes_back_to_a_page_that_knows_of_the_payment_although_the_notice_is_lost() {
    let payer = Payer::new().await;
    let (order, cashier) = payer.order().await;
    let pressed = payer.press(&cashier, "lose").await;
    assert_eq!(pressed.status(), 303);
    let back = header(&pressed, "location").to_owned();
    let (status, page) = payer.follow(&back).await;
    assert_eq!(status, 200);
    assert!(page.contains("付款成功") && page.contains("Paid"), "{page}");
    assert!(page.contains(order["order_id"].as_str().unwrap()), "{page}");
    let total = order["total"].as_i64().unwrap();
    assert!(page.contains(&format!("¥{}.{:02}", total / 100, total % 100)), "{page}");
    // It told this program as well: the order is paid, without the poll.
    let path = format!("/api/v1/payments/{}", order["payment_id"].as_str().unwrap());
    assert_eq!(payer.ask(Method::GET, &path, &Value::Null).await["state"], "captured");
    assert!(!page.contains(&payer.phone));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_who_did_not_pay_reads_so() {
    let payer = Payer::new().await;
    let (order, cashier) = payer.order().await;
    assert_eq!(payer.press(&cashier, "decline").await.status(), 303);
    let back = way_back(&payer, &cashier).await;
    assert!(payer.follow(&back).await.1.contains("Not paid yet"));
    let path = format!("/api/v1/me/orders/{}/{}/cancel", payer.shop, order["order_id"].as_str().unwrap());
    payer.ask(Method::POST, &path, &json!({})).await;
    let (status, page) = payer.follow(&back).await;
    assert_eq!(status, 200);
    assert!(page.contains("付款已关闭") && !page.contains("Ask again"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_was_not_made_here_shows_what_one_of_nobody_shows() {
    let payer = Payer::new().await;
    let (order, cashier) = payer.order().await;
    let pressed = payer.press(&cashier, "approve").await;
    let back = header(&pressed, "location").to_owned();
    let seal = back.rsplit_once('.').unwrap().1;
    let payment = order["payment_id"].as_str().unwrap();
    let mut pages = Vec::new();
    for token in [
        "1.2.00000000000000000000000000000000".to_owned(),
        format!("{}.{payment}.00000000000000000000000000000000", payer.shop),
        format!("{}.{}.{seal}", payer.shop, payment.parse::<i64>().unwrap() + 1),
        payment.to_owned(),
        String::new(),
    ] {
        pages.push(shown(payer.app.get(&format!("/pay/return?payment={token}")).await).await);
    }
    pages.push(shown(payer.app.get("/pay/return").await).await);
    pages.push(shown(payer.app.get("/pay/return?payment=a&payment=b").await).await);
    assert_eq!(pages[0].0, StatusCode::NOT_FOUND);
    for page in &pages {
        assert_eq!(page, &pages[0]);
    }
}

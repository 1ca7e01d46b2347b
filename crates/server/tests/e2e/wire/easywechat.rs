//! node-easywechat, as it is published, sells a product: only its base URL is another.

use reqwest::Method;
use serde_json::{Value, json};
use std::{fs, path::PathBuf, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};
use wirecheck::{Routes, check_event};

use super::demo::{Demo, agrees};

/// The files that make up the client.
const FILES: [(&str, &str); 3] = [
    ("package.json", include_str!("easywechat/package.json")),
    ("package-lock.json", include_str!("easywechat/package-lock.json")),
    ("run.mjs", include_str!("easywechat/run.mjs")),
];

/// Longer than anything takes that the client waits for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Installs the client beside the build; what is there already is kept.
async fn installed() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("easywechat");
    let mark = folder.join("installed.json");
    let current = fs::read_to_string(&mark).is_ok_and(|lock| lock == FILES[1].1);
    fs::create_dir_all(&folder).unwrap();
    for (name, text) in FILES {
        fs::write(folder.join(name), text).unwrap();
    }
    if !current {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
        let output = npm.output().await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::write(mark, FILES[1].1).unwrap();
    }
    folder
}

/// The running client.
struct EasyWeChat {
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    routes: Routes,
    /// Pushes that came while something else was waited for.
    pushes: Vec<Value>,
    /// The paths of all answers that were held against the facts.
    checked: Vec<String>,
    /// Where it listens for pushes.
    url: String,
    _child: Child,
}

impl EasyWeChat {
    /// With the credentials of the demo's first shop.
    async fn start(demo: &Demo, cache: &str) -> Self {
        let shop = demo.shop(0);
        let settings = json!({
            "app_id": shop.appid, "secret": shop.secret, "token": shop.push_token, "aes_key": shop.push_aes_key,
            "http": { "baseURL": format!("http://{}/", demo.app.address()), "proxy": false },
            "file_cache": { "path": cache },
        });
        let mut node = Command::new("node");
        node.arg("run.mjs").current_dir(installed().await).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = node.kill_on_drop(true).spawn().unwrap();
        let mut client = Self {
            input: child.stdin.take().unwrap(),
            output: BufReader::new(child.stdout.take().unwrap()).lines(),
            routes: Routes::load().unwrap(),
            pushes: Vec::new(),
            checked: Vec::new(),
            url: String::new(),
            _child: child,
        };
        client.tell(&settings).await;
        let port = client.line().await["port"].as_u64().unwrap();
        client.url = format!("http://127.0.0.1:{port}/push");
        client
    }

    async fn tell(&mut self, line: &Value) {
        self.input.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    /// The next line that it says.
    async fn line(&mut self) -> Value {
        let line = tokio::time::timeout(PATIENCE, self.output.next_line()).await;
        let line = line.unwrap().unwrap().unwrap_or_else(|| panic!("the client has ended"));
        let mut line: Value = serde_json::from_str(&line).unwrap();
        if let Some(text) = line["text"].as_str() {
            line["push"] = serde_json::from_str(text).unwrap();
        }
        assert!(line["failed"].is_null(), "{line}");
        line
    }

    /// Lets it call and gives the answer; every answer on the way is held against the facts.
    async fn call(&mut self, call: Value) -> Value {
        self.tell(&call).await;
        let wanted = call["post"].as_str().or(call["get"].as_str()).unwrap().to_owned();
        loop {
            let line = self.line().await;
            let Some(path) = line["path"].as_str() else {
                self.pushes.push(line);
                continue;
            };
            let facts = self.routes.get(line["method"].as_str().unwrap(), path);
            agrees(facts.unwrap_or_else(|| panic!("no facts on {path}")), &line["answer"]);
            self.checked.push(path.to_owned());
            if path == wanted {
                assert_eq!(line["answer"]["errcode"], 0, "{call}: {line}");
                return line["answer"].clone();
            }
        }
    }

    async fn post(&mut self, path: &str, body: Value) -> Value {
        self.call(json!({ "post": path, "json": body })).await
    }

    /// Waits for the push of an event about an order.
    async fn push(&mut self, event: &str, order: &str) -> Value {
        let about = |line: &Value| {
            let told = &line["push"]["order_info"]["order_id"];
            line["push"]["Event"] == event && (told == order || told.as_i64() == order.parse().ok())
        };
        loop {
            if let Some(at) = self.pushes.iter().position(about) {
                return self.pushes.remove(at);
            }
            let line = self.line().await;
            self.pushes.push(line);
        }
    }
}

/// Points the pushes of the first shop at the client, safely encrypted, and waits for the echo.
async fn listen(demo: &Demo, url: &str, format: &str) {
    let (keys, owner) = (demo.shop(0), demo.owner_token(0).await);
    let app = {
        let mut tx = demo.app.running.app.store.read().await.unwrap();
        identity::app_of_shop(&mut tx, keys.shop_id).await.unwrap().unwrap()
    };
    let path = format!("/api/v1/developer/endpoints/{}", app.app);
    let endpoint = json!({
        "appid": app.appid, "original_id": app.original_id, "url": url, "token": keys.push_token,
        "aes_key": keys.push_aes_key, "mode": "safe", "format": format,
    });
    demo.native(Method::PUT, &path, &owner, &endpoint).await;
    for _ in 0..300 {
        let now = demo.native(Method::GET, &path, &owner, &Value::Null).await;
        if now["state"] == "verified" {
            return;
        }
        assert_eq!(now["state"], "unverified", "{now}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the endpoint was never verified");
}

/// A chain of categories, from the top to the leaf.
fn chain(categories: &Value) -> Vec<Value> {
    let mut chain: Vec<&Value> =
        categories["cats_v2"][0]["cat_and_qua"].as_array().unwrap().iter().map(|each| &each["cat"]).collect();
    chain.sort_by_key(|cat| cat["level"].as_i64());
    chain.into_iter().map(|cat| json!({ "cat_id": cat["cat_id"] })).collect()
}

/// Uploads pictures, adds a product and puts it on sale; product and sku.
async fn offer(client: &mut EasyWeChat, picture: &str) -> (String, String) {
    let categories = client.call(json!({ "get": "/channels/ec/category/all" })).await;
    let mut images = Vec::new();
    for _ in 0..4 {
        let call = json!({
            "post": "/channels/ec/basics/img/upload", "upload": picture, "params": { "upload_type": 0, "resp_type": 1 },
        });
        images.push(client.call(call).await["pic_file"]["img_url"].clone());
    }
    let product = json!({
        "title": "一件由开源客户端上架的商品", "head_imgs": images, "desc_info": { "imgs": images, "desc": "说明" },
        "cats_v2": chain(&categories), "deliver_method": 0, "brand_id": "2100000000",
        "extra_service": { "seven_day_return": 1, "freight_insurance": 0 },
        "skus": [{ "thumb_img": images[0], "sale_price": 1_234, "market_price": 2_000, "stock_num": 9,
            "sku_attrs": [{ "attr_key": "颜色", "attr_value": "红" }] }],
    });
    let added = client.post("/channels/ec/product/add", product).await;
    let product = added["data"]["product_id"].as_i64().unwrap().to_string();
    client.post("/channels/ec/product/listing", json!({ "product_id": product })).await;
    let get = json!({ "product_id": product, "data_type": 1 });
    for _ in 0..100 {
        let got = client.post("/channels/ec/product/get", get.clone()).await;
        if got["product"]["status"] == 5 {
            return (product, got["product"]["skus"][0]["sku_id"].as_str().unwrap().to_owned());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the product never came on sale");
}

/// A shopper places an order of two pieces and pays it over the native face.
async fn buy(demo: &Demo, sku: &str) -> String {
    let token = &demo.shopper(0).token;
    let receiver = json!({
        "user_name": "Wire", "tel_number": "13800000001", "province_name": "Guangdong", "city_name": "Guangzhou",
        "county_name": "Haizhu", "detail_info": "1 Xingang Road", "postal_code": "510310", "national_code": "440105",
    });
    let items = json!([{ "sku_id": sku, "quantity": 2 }]);
    let place = json!({ "shop_id": demo.shop(0).shop_id, "items": items, "receiver": receiver });
    let placed = demo.native(Method::POST, "/api/v1/orders", token, &place).await;
    let path = format!("/api/v1/payments/{}/start", placed["payment_id"].as_str().unwrap());
    let started = demo.native(Method::POST, &path, token, &json!({ "channel": "sandbox" })).await;
    let bill = started["cashier_url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    demo.native(Method::POST, &format!("/sandbox/bills/{bill}/approve"), token, &json!({})).await;
    placed["order_id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn node_easywechat_sells_a_product_and_hears_of_its_payment() {
    let demo = Demo::with(&[("push.allow_private_targets", "true")]).await;
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("picture.png");
    fs::write(&picture, media::demo_picture(7, "Wire").unwrap()).unwrap();
    let mut client = EasyWeChat::start(&demo, folder.path().join("cache").to_str().unwrap()).await;
    listen(&demo, &client.url.clone(), "xml").await;

    let (product, sku) = offer(&mut client, picture.to_str().unwrap()).await;
    let order = buy(&demo, &sku).await;
    let paid = client.push("channels_ec_order_pay", &order).await;
    assert_eq!((&paid["format"], &paid["push"]["MsgType"]), (&json!("xml"), &json!("event")), "{paid}");
    assert_eq!(paid["push"]["FromUserName"], demo.shopper(0).openids[&demo.shop(0).appid]);

    let get = json!({ "order_id": order });
    let got = client.post("/channels/ec/order/get", get.clone()).await["order"].clone();
    assert_eq!((&got["status"], &got["order_id"]), (&json!(20), &json!(order)));
    assert_eq!(got["order_detail"]["price_info"]["order_price"], 2 * 1_234);
    assert_eq!(got["openid"], paid["push"]["FromUserName"]);

    listen(&demo, &client.url.clone(), "json").await;
    let pieces = json!([{ "product_id": product, "sku_id": sku, "product_cnt": 2 }]);
    let parcel = json!({ "delivery_id": "SF", "waybill_id": "SF0000000001", "deliver_type": 1, "product_infos": pieces });
    let send = json!({ "order_id": order, "delivery_list": [parcel] });
    client.post("/channels/ec/order/delivery/send", send).await;
    let told = client.push("channels_ec_order_deliver", &order).await;
    assert_eq!(told["format"], "json");
    assert_eq!(check_event("channels_ec_order_deliver", &told["push"]), [], "{told}");
    let got = client.post("/channels/ec/order/get", get).await;
    assert_eq!(got["order"]["status"], 30);

    assert!(client.checked.iter().any(|path| path == "/cgi-bin/token"), "it fetched its token by itself");
    assert!(client.checked.len() >= 12, "{:?}", client.checked);
}

//! The routes, and notices over a real connection.

use super::*;
use crate::{
    Delivery, Key, Sandbox, SandboxChannel, is_fresh,
    sign::{NONCE, SIGNATURE, TIMESTAMP},
    testing::{self, House},
};
use axum::{
    body::{Body as HttpBody, Bytes},
    http::{Request, request::Builder},
};
use parking_lot::Mutex;
use std::sync::Arc;
use tower::ServiceExt;

#[test]
fn the_way_back_is_named_by_its_origin_or_not_at_all() {
    assert_eq!(origin("https://shop.example:8443/return?x=1"), "https://shop.example:8443");
    assert_eq!(origin("https://shop.example"), "https://shop.example");
    assert_eq!(origin("https://a;b/"), "");
    assert_eq!(origin("/return"), "");
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

async fn send(house: &House, request: Builder, body: &str) -> Answer {
    let app = App::over(house.store.clone()).build();
    let request = request.body(HttpBody::from(body.to_owned())).unwrap();
    let answer = routes().with_state(app).oneshot(request).await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    Answer { status, headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
}

async fn press_on(house: &House, bill: i64, form: &str) -> Answer {
    let request = Request::post(format!("/sandbox/cashier/{bill}"))
        .header("content-type", "application/x-www-form-urlencoded");
    send(house, request, form).await
}

async fn post_json(house: &House, path: &str, body: &str) -> Answer {
    send(house, Request::post(path).header("content-type", "application/json"), body).await
}

/// A merchant on the network, who notes what it is sent and takes the second notice only.
async fn merchant() -> (String, Arc<Mutex<Vec<(HeaderMap, Bytes)>>>) {
    let seen: Arc<Mutex<Vec<(HeaderMap, Bytes)>>> = Arc::default();
    let notes = Arc::clone(&seen);
    let take = move |headers: HeaderMap, body: Bytes| async move {
        let mut notes = notes.lock();
        notes.push((headers, body));
        if notes.len() < 2 { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/callbacks/pay/sandbox", post(take));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, seen)
}

store::on_both! {
    rooms = testing::rooms();

    async fn a_person_pays_at_the_cashier_and_is_sent_back(kit) {
        let house = House::new(&kit).await;
        let bill = house.start().await;
        let page = send(&house, Request::get(format!("/sandbox/cashier/{bill}")), "").await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
        assert!(page.text.contains("¥12.34") && page.text.contains("two cups"));
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self' https://shop.example;"));
        let paid = press_on(&house, bill, "act=approve&seconds=10").await;
        assert_eq!(paid.status, 303);
        assert!(paid.header("location").starts_with("https://shop.example/pay/return?payment=7.500."));
        house.work().await;
        assert_eq!(house.payment().await.captured, 1_234);
        let over = press_on(&house, bill, "act=decline").await;
        assert_eq!(over.status, 409);
        assert!(over.text.contains("账单已结束"));
    }

    async fn every_button_does_what_it_says(kit) {
        for (act, state, notices) in [
            ("act=twice", BillState::Paid, 2),
            ("act=lose", BillState::Paid, 0),
            ("act=out_of_order", BillState::Paid, 2),
            ("act=delay&seconds=60", BillState::Paid, 1),
            ("act=decline", BillState::Declined, 0),
        ] {
            let kit = store::testkit::Kit::new(kit.engine, &testing::rooms()).await;
            let house = House::new(&kit).await;
            let bill = house.start().await;
            assert_eq!(press_on(&house, bill, act).await.status, 303, "{act}");
            assert_eq!(house.bill(bill).await.state, state, "{act}");
            let mut tx = house.store.read().await.unwrap();
            let written: i64 =
                tx.one("SELECT count(*) FROM sandbox_notice", store::p![], |r| r.get(0)).await.unwrap();
            assert_eq!(written, notices, "{act}");
        }
    }

    async fn what_is_no_button_and_no_bill_is_refused_in_words(kit) {
        let house = House::new(&kit).await;
        let bill = house.start().await;
        for odd in ["act=steal", "act=delay&seconds=3601", "act=delay&seconds=x", "act=delay&seconds=-1"] {
            assert_eq!(press_on(&house, bill, odd).await.status, 400, "{odd}");
        }
        assert_eq!(house.bill(bill).await.state, BillState::Waiting);
        for nowhere in ["1", "x", "%3Cscript%3E"] {
            let page = send(&house, Request::get(format!("/sandbox/cashier/{nowhere}")), "").await;
            assert_eq!(page.status, 404);
            assert!(page.text.contains("没有这张账单") && !page.text.contains("script"));
        }
        let style = send(&house, Request::get("/sandbox/cashier.css"), "").await;
        assert_eq!((style.status, style.header("content-type")), (200, "text/css; charset=utf-8"));
    }

    async fn a_program_approves_and_sets_faults(kit) {
        let house = House::new(&kit).await;
        let bill = house.start().await;
        let got = send(&house, Request::get(format!("/sandbox/bills/{bill}")), "").await;
        assert_eq!(got.json()["state"], "waiting");
        let faults = post_json(&house, &format!("/sandbox/bills/{bill}/faults"), r#"{"notices":"lost"}"#).await;
        assert_eq!(faults.status, 200);
        let paid = post_json(&house, &format!("/sandbox/bills/{bill}/approve"), "").await;
        assert_eq!((paid.status, paid.json()["state"].clone()), (200, "paid".into()));
        assert_eq!(paid.json()["amount"], 1_234);
        house.work().await;
        assert_eq!(house.sent().await, (0, 0), "the bill's own fault goes first");
        let unknown = post_json(&house, "/sandbox/bills/1/approve", "{}").await;
        assert_eq!((unknown.status, unknown.json()["code"].clone()), (404, "sandbox.no_such_bill".into()));
        let odd = post_json(&house, &format!("/sandbox/bills/{bill}/approve"), r#"{"notify":"twice"}"#).await;
        assert_eq!(odd.status, 400);
        let declined = post_json(&house, &format!("/sandbox/bills/{bill}/decline"), "").await;
        assert_eq!(declined.json()["code"], "sandbox.bill_over");
    }

    async fn the_faults_for_everything_are_read_back(kit) {
        let house = House::new(&kit).await;
        let wanted = r#"{"notices":"twice","refunds":"pending","calls":"unanswered","delay_ms":5}"#;
        let put = Request::put("/sandbox/faults").header("content-type", "application/json");
        assert_eq!(send(&house, put, wanted).await.status, 200);
        let got = send(&house, Request::get("/sandbox/faults"), "").await;
        assert_eq!(got.json(), serde_json::from_str::<serde_json::Value>(wanted).unwrap());
    }

    async fn a_notice_over_the_network_is_signed_anew_until_it_is_taken(kit) {
        let (address, seen) = merchant().await;
        let sandbox = Sandbox::new("https://pay.example", testing::key());
        let mut registry = store::Registry::new();
        crate::register(&mut registry, &sandbox, Delivery::http().unwrap());
        let store = kit.store(registry).await;
        sandbox.open(store.clone());
        let prepay = pay::Prepay {
            bill: testing::bill_no(1),
            amount: kernel::Money::fen(5),
            description: "cup".into(),
            notify_url: format!("{address}/callbacks/pay/sandbox"),
            return_url: String::new(),
        };
        let channel = SandboxChannel::new(&sandbox);
        let made = pay::Channel::prepay(channel.as_ref(), &prepay).await.unwrap();
        let bill = made.cashier_url.rsplit('/').next().unwrap().parse().unwrap();
        store.write(&caller(), Approve { bill, notices: None, delay_ms: None }).await.unwrap();
        store.drain(5).await.unwrap();
        store.write(&caller(), testing::Hurry).await.unwrap();
        store.drain(5).await.unwrap();
        let seen = seen.lock().clone();
        assert_eq!(seen.len(), 2, "refused once, then taken");
        let header = |i: usize, name: &str| seen[i].0.get(name).unwrap().to_str().unwrap().to_owned();
        for (i, (_, body)) in seen.iter().enumerate() {
            let (timestamp, nonce) = (header(i, TIMESTAMP), header(i, NONCE));
            assert!(is_fresh(&timestamp, store.wall()));
            assert!(testing::key().verifies(&timestamp, &nonce, body, &header(i, SIGNATURE)));
            assert!(!Key::new([9; 32]).verifies(&timestamp, &nonce, body, &header(i, SIGNATURE)));
        }
        assert_ne!(header(0, NONCE), header(1, NONCE));
        assert_eq!(seen[0].1, seen[1].1, "the news itself stays the same");
    }
}

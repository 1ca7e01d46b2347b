//! The routes, through the router.

use super::*;
use crate::testing::{self, House, bill, opening, paid, refund, refund_of};
use axum::{body::Body, http::Request};
use kernel::{Caller, Permission, ShopperId};
use tower::ServiceExt;

async fn send(
    house: &House,
    caller: Caller,
    (method, path): (&str, &str),
    key: Option<&str>,
    body: &str,
) -> (u16, serde_json::Value) {
    let app = App::over(house.store.clone()).with(std::sync::Arc::clone(&house.intake)).build();
    let mut request = Request::builder().method(method).uri(path).body(Body::from(body.to_owned())).unwrap();
    if let Some(key) = key {
        request.headers_mut().insert("idempotency-key", key.parse().unwrap());
    }
    request.extensions_mut().insert(face::Identified::As(caller));
    let (router, _) = routes().split_for_parts();
    let answer = router.with_state(app).oneshot(request).await.unwrap();
    let status = answer.status().as_u16();
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap())
}

const START: (&str, &str) = ("POST", "/api/v1/payments/500/start");
const QUERY: (&str, &str) = ("POST", "/api/v1/payments/500/query");
const SHOW: (&str, &str) = ("GET", "/api/v1/payments/500");
const BY_TILL: &str = r#"{"channel":"till"}"#;

store::on_both! {
    rooms = testing::rooms();

    async fn a_shopper_pays_and_sees_it(kit) {
        let house = House::new(&kit).await;
        testing::open(&house.store, opening(100)).await.unwrap();
        let (status, shown) = send(&house, testing::shopper(), SHOW, None, "").await;
        assert_eq!((status, &shown["state"], &shown["amount"]), (200, &"open".into(), &100.into()));
        assert_eq!(shown["channels"], serde_json::json!(["other_till", "till"]));
        let (status, started) = send(&house, testing::shopper(), START, Some("k"), BY_TILL).await;
        assert_eq!((status, &started["payment_id"]), (200, &"500".into()));
        let again = send(&house, testing::shopper(), START, Some("k"), BY_TILL).await;
        assert_eq!(again, (200, started));
        house.till.pay(&bill(1), 100);
        let (status, asked) = send(&house, testing::shopper(), QUERY, None, "").await;
        assert_eq!((status, &asked["state"], &asked["captured"]), (200, &"captured".into(), &100.into()));
        assert_eq!(asked["channels"], serde_json::json!([]));
    }

    async fn beginning_needs_a_key_and_no_unknown_field(kit) {
        let house = House::new(&kit).await;
        testing::open(&house.store, opening(100)).await.unwrap();
        let (status, problem) = send(&house, testing::shopper(), START, None, BY_TILL).await;
        assert_eq!((status, &problem["code"]), (400, &"request.idempotency_key_missing".into()));
        let odd = r#"{"channel":"till","amount":1}"#;
        let (status, problem) = send(&house, testing::shopper(), START, Some("k"), odd).await;
        assert_eq!((status, &problem["code"]), (400, &"request.invalid_body".into()));
        send(&house, testing::shopper(), START, Some("k"), BY_TILL).await;
        let other = r#"{"channel":"other_till"}"#;
        let (status, problem) = send(&house, testing::shopper(), START, Some("k"), other).await;
        assert_eq!((status, &problem["code"]), (409, &"idempotency.key_reused".into()));
    }

    async fn another_shoppers_payment_is_one_that_does_not_exist(kit) {
        let house = House::new(&kit).await;
        testing::open(&house.store, opening(100)).await.unwrap();
        let stranger = Caller::shopper(ShopperId(71));
        for (route, key, body) in [(SHOW, None, ""), (START, Some("k"), BY_TILL), (QUERY, None, "")] {
            let theirs = send(&house, stranger.clone(), route, key, body).await;
            let unknown = (route.0, route.1.replace("500", "501"));
            let unknown = send(&house, stranger.clone(), (unknown.0, &unknown.1), key, body).await;
            assert_eq!((theirs.0, &theirs.1), (404, &unknown.1), "{route:?}");
        }
    }

    async fn a_merchant_sees_failed_refunds_and_tries_them_again(kit) {
        let house = House::new(&kit).await;
        testing::captured(&house.store, 100).await;
        let refused = Err(crate::ChannelError::Refused("no".into()));
        house.till.answers.lock().unwrap().push_back(refused);
        refund(&house.store, refund_of(1, 60)).await.unwrap();
        house.work().await;
        let staff = testing::staff(&[Permission::MoneyRead, Permission::OrderRefund]);
        let failed = ("GET", "/api/v1/refunds?state=failed&size=5");
        let (status, page) = send(&house, staff.clone(), failed, None, "").await;
        assert_eq!((status, &page["items"][0]["failure"]), (200, &"no".into()));
        let retry = ("POST", "/api/v1/refunds/1/retry");
        let (status, again) = send(&house, staff.clone(), retry, Some("k"), "{}").await;
        assert_eq!((status, &again["state"], &again["attempt"]), (200, &"requested".into(), &2.into()));
        let repeated = send(&house, staff.clone(), retry, Some("k"), "{}").await;
        assert_eq!(repeated, (200, again));
        let (status, page) = send(&house, staff.clone(), failed, None, "").await;
        assert_eq!((status, &page["items"]), (200, &serde_json::json!([])));
        let (status, _) = send(&house, testing::shopper(), failed, None, "").await;
        assert_eq!(status, 403);
        let (status, _) = send(&house, staff, ("GET", "/api/v1/refunds?state=lost"), None, "").await;
        assert_eq!(status, 400);
    }

    async fn the_operator_settles_what_no_payment_took(kit) {
        let house = House::new(&kit).await;
        house.notice(serde_json::to_vec(&paid(7)).unwrap()).await.unwrap();
        let list = ("GET", "/api/v1/platform/payment-anomalies");
        let (status, page) = send(&house, testing::operator(), list, None, "").await;
        assert_eq!((status, &page["items"][0]["kind"]), (200, &"no_such_payment".into()));
        let id = page["items"][0]["anomaly_id"].as_str().unwrap();
        let resolve = format!("/api/v1/platform/payment-anomalies/7/{id}/resolve");
        let body = r#"{"resolution":"sent back by hand"}"#;
        let (status, _) = send(&house, testing::operator(), ("POST", &resolve), Some("k"), body).await;
        assert_eq!(status, 200);
        let (status, gone) = send(&house, testing::operator(), ("POST", &resolve), Some("k2"), body).await;
        assert_eq!((status, &gone["code"]), (404, &"pay.anomaly_not_found".into()));
        let (status, _) = send(&house, testing::staff(&[Permission::MoneyRead]), list, None, "").await;
        assert_eq!(status, 403);
    }
}

//! The native face: who may see what, and how it looks.

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use face::{App, Identified};
use kernel::{Actor, Caller, OperatorId, Permission, Permissions, Scope, ShopId, ShopperId, StaffId};
use serde_json::{Value, json};
use store::{Registry, Store};
use tower::ServiceExt;

use crate::testing::*;

fn staff(shop: i64, may: &[Permission]) -> Caller {
    let (shop, staff) = (ShopId(shop), StaffId(1));
    let actor = Actor::Staff { shop, staff, may: Permissions::of(may) };
    Caller { scope: Scope::Shop(shop), actor, request: "t".into() }
}

fn operator(may: &[Permission]) -> Caller {
    let actor = Actor::Operator { operator: OperatorId(1), may: Permissions::of(may) };
    Caller { scope: Scope::Platform, actor, request: "t".into() }
}

async fn get(store: &Store, caller: Option<Caller>, path: &str) -> (StatusCode, Value) {
    let (router, _) = crate::routes().split_for_parts();
    let mut request = Request::get(path).body(Body::empty()).unwrap();
    if let Some(caller) = caller {
        request.extensions_mut().insert(Identified::As(caller));
    }
    let router = router.with_state(App::over(store.clone()).build());
    let response = router.oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap())
}

const ROUTES: [&str; 4] = [
    "/api/v1/ledger/accounts",
    "/api/v1/ledger/statement?kind=shop_pending",
    "/api/v1/platform/ledger/trial-balance",
    "/api/v1/platform/ledger/statement?kind=fee_income",
];

store::on_both! {
    rooms = crate::testing::rooms();

    async fn staff_with_the_permission_sees_its_own_shop(kit) {
        let store = kit.store(Registry::new()).await;
        shift(&store, SHOP, PENDING, AVAILABLE, 100).await.unwrap();
        shift(&store, Scope::Shop(ShopId(8)), PENDING, AVAILABLE, 5).await.unwrap();
        authorise(&store, SHOP, hold(1, 60)).await.unwrap();
        let me = || Some(staff(7, &[Permission::MoneyRead]));
        let (status, body) = get(&store, me(), ROUTES[0]).await;
        assert_eq!(status, StatusCode::OK);
        let available = json!({
            "kind": "shop_available", "owner": "0", "currency": "CNY", "balance": 100, "available": 40
        });
        assert_eq!(body["items"][0], available);
        let (status, body) = get(&store, me(), "/api/v1/ledger/statement?kind=shop_pending&size=1").await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!((&body["items"][0]["amount"], &body["items"][0]["balance_after"]), (&json!(-100), &json!(-100)));
        assert!(body.get("next").is_none());
    }

    async fn others_are_refused(kit) {
        let store = kit.store(Registry::new()).await;
        for path in ROUTES {
            assert_eq!(get(&store, None, path).await.0, StatusCode::UNAUTHORIZED, "{path}");
            let shopper = Caller::shopper(ShopperId(3));
            assert_eq!(get(&store, Some(shopper), path).await.0, StatusCode::FORBIDDEN, "{path}");
            let clerk = staff(7, &[Permission::OrderRead]);
            assert_eq!(get(&store, Some(clerk), path).await.0, StatusCode::FORBIDDEN, "{path}");
            let auditor = operator(&[Permission::PlatformShops]);
            assert_eq!(get(&store, Some(auditor), path).await.0, StatusCode::FORBIDDEN, "{path}");
        }
    }

    async fn the_operator_sees_that_the_book_balances(kit) {
        let store = kit.store(Registry::new()).await;
        shift(&store, SHOP, PENDING, AVAILABLE, 100).await.unwrap();
        let fees = crate::Account::of(crate::AccountKind::FeeIncome);
        shift(&store, Scope::Platform, CHANNEL, fees, 3).await.unwrap();
        let me = || Some(operator(&[Permission::PlatformMoney]));
        let (status, body) = get(&store, me(), ROUTES[2]).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!((&body["balanced"], &body["in_flight"]), (&json!(true), &json!(0)));
        let sum: i64 = body["totals"].as_array().unwrap().iter().map(|t| t["balance"].as_i64().unwrap()).sum();
        assert_eq!(sum, 0);
        let (_, body) = get(&store, me(), ROUTES[3]).await;
        assert_eq!(body["items"][0]["balance_after"], 3);
    }

    async fn a_query_that_is_not_understood_is_refused(kit) {
        let store = kit.store(Registry::new()).await;
        let me = || Some(staff(7, &[Permission::MoneyRead]));
        for query in ["", "kind=purse", "kind=shop_pending&colour=red", "kind=shop_pending&size=101",
            "kind=shop_pending&after=x", "kind=shop_pending&currency=yuan"]
        {
            let (status, _) = get(&store, me(), &format!("/api/v1/ledger/statement?{query}")).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
        }
    }
}

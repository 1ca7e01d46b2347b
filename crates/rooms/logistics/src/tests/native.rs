//! The native face and the carriers' door.

use axum::{body::Body, http::Response};
use kernel::{Caller, ParcelId, Permission, ShopperId};
use serde_json::{Value, json};

use crate::{
    test_carrier::{SIGNATURE_HEADER, sign},
    testing::{
        OTHER_SHOP, SECRET, SHOP, World, anonymous, follow, follow_of, json_of, operator, record, rooms,
        staff, step,
    },
    wire_routes,
};

async fn get(world: &World, caller: &Caller, path: &str) -> (u16, Value) {
    status_and_json(world.send(caller, "GET", path, String::new()).await).await
}

async fn post(world: &World, caller: &Caller, path: &str, body: &Value) -> (u16, Value) {
    status_and_json(world.send(caller, "POST", path, body.to_string()).await).await
}

async fn status_and_json(answer: Response<Body>) -> (u16, Value) {
    (answer.status().as_u16(), json_of(answer).await)
}

store::on_both! {
    rooms = rooms();

    async fn a_parcel_is_shown_to_its_shop_and_its_shopper_alone(kit) {
        let world = World::new(&kit, &[]).await;
        follow(&world.store, SHOP, follow_of(1, "W1")).await.unwrap();
        record(&world.store, SHOP, "W1", &[step(10, 100_001)]).await.unwrap();
        let (status, shown) = get(&world, &staff(SHOP, &[Permission::OrderRead]), "/api/v1/parcels/1").await;
        assert_eq!(status, 200);
        let expected = json!({
            "id": "1", "order": "70", "delivery_id": "TEST", "carrier": "沙箱快递", "waybill_id": "W1", "goods": "杨梅",
            "stage": "picked_up", "followed_at": shown["followed_at"],
            "steps": [{"at": 10_000, "action_type": 100_001, "action": "揽件成功", "message": "第 10 秒"}],
            "tracking_path": crate::tracking_path(world.store.vault(), SHOP, ParcelId(1)),
        });
        assert_eq!(shown, expected);
        let (status, mine) = get(&world, &Caller::shopper(ShopperId(80)), "/api/v1/me/parcels/1").await;
        assert_eq!((status, mine), (200, expected));
        for (caller, path, status) in [
            (staff(OTHER_SHOP, &[Permission::OrderRead]), "/api/v1/parcels/1", 404),
            (staff(SHOP, &[Permission::OrderRead]), "/api/v1/parcels/2", 404),
            (staff(SHOP, &[Permission::ShopRead]), "/api/v1/parcels/1", 403),
            (anonymous(), "/api/v1/parcels/1", 401),
            (Caller::shopper(ShopperId(81)), "/api/v1/me/parcels/1", 404),
            (Caller::shopper(ShopperId(80)), "/api/v1/parcels/1", 403),
            (staff(SHOP, Permission::ALL), "/api/v1/me/parcels/1", 403),
        ] {
            assert_eq!(get(&world, &caller, path).await.0, status, "{caller:?} {path}");
        }
    }

    async fn somebody_who_ships_adds_a_step_once(kit) {
        let world = World::new(&kit, &[]).await;
        follow(&world.store, SHOP, follow_of(1, "W1")).await.unwrap();
        follow(&world.store, SHOP, follow_of(2, "W1")).await.unwrap();
        let shipper = staff(SHOP, &[Permission::OrderShip]);
        let path = "/api/v1/parcels/1/steps";
        let body = json!({"action_type": 300_002, "message": "我们的骑手已出发"});
        let (status, shown) = post(&world, &shipper, path, &body).await;
        assert_eq!((status, &shown["stage"]), (200, &json!("out_for_delivery")));
        assert_eq!(post(&world, &shipper, path, &body).await, (200, shown));
        let (_, other) = get(&world, &staff(SHOP, &[Permission::OrderRead]), "/api/v1/parcels/2").await;
        assert_eq!(other["steps"], json!([]));
        for (caller, body, status, code) in [
            (shipper.clone(), json!({"action_type": 1, "message": "x"}), 409, "idempotency.key_reused"),
            (staff(SHOP, &[Permission::OrderRead]), body.clone(), 403, "auth.forbidden"),
            (staff(OTHER_SHOP, &[Permission::OrderShip]), body.clone(), 404, "logistics.unknown_parcel"),
            (shipper.clone(), json!({"action_type": 1, "message": "x", "by": "me"}), 400, "request.invalid_body"),
        ] {
            let (got, problem) = post(&world, &caller, path, &body).await;
            assert_eq!((got, problem["code"].as_str()), (status, Some(code)));
        }
        let (got, problem) = post(&world, &shipper, "/api/v1/parcels/2/steps", &json!({"action_type": 1, "message": "x"})).await;
        assert_eq!((got, problem["code"].as_str()), (409, Some("idempotency.key_reused")));
    }

    async fn an_unknown_code_is_named(kit) {
        let world = World::new(&kit, &[]).await;
        follow(&world.store, SHOP, follow_of(1, "W1")).await.unwrap();
        let shipper = staff(SHOP, &[Permission::OrderShip]);
        let body = json!({"action_type": 1, "message": "x", "at": 5000});
        let (status, problem) = post(&world, &shipper, "/api/v1/parcels/1/steps", &body).await;
        assert_eq!((status, &problem["facts"]["action_type"]), (400, &json!(1)));
    }

    async fn an_operator_sees_which_carriers_are_connected(kit) {
        let world = World::new(&kit, &[]).await;
        let (status, all) = get(&world, &operator(&[Permission::PlatformOperate]), "/api/v1/carriers").await;
        assert_eq!((status, all["items"].as_array().unwrap().len()), (200, 16));
        let connected: Vec<&str> = all["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|c| c["connected"] == true)
            .map(|c| c["id"].as_str().unwrap())
            .collect();
        assert_eq!(connected, ["TEST"]);
        assert_eq!(get(&world, &staff(SHOP, Permission::ALL), "/api/v1/carriers").await.0, 403);
        let decision = json!({"app": "910", "biz_id": "b1", "approved": true});
        let (status, problem) =
            post(&world, &operator(&[Permission::PlatformOperate]), "/api/v1/carriers/EMS/bindings", &decision).await;
        assert_eq!((status, problem["code"].as_str()), (404, Some("logistics.nothing_to_decide")));
    }

    async fn a_carriers_push_comes_in_by_its_own_door(kit) {
        use axum::http::Request;
        use tower::ServiceExt;

        let world = World::new(&kit, &[]).await;
        follow(&world.store, SHOP, follow_of(1, "W1")).await.unwrap();
        let body = r#"{"waybill_id":"W1","steps":[{"action_time":20,"action_type":300003,"action_msg":"已签收"}]}"#;
        let send = |path: &'static str, signature: String| {
            let router = wire_routes().with_state(world.app.clone());
            let request = Request::post(path).header(SIGNATURE_HEADER, signature).body(Body::from(body)).unwrap();
            async move { status_and_json(router.oneshot(request).await.unwrap()).await }
        };
        let good = sign(SECRET, body.as_bytes()).unwrap();
        assert_eq!(send("/callbacks/carriers/TEST", "00".into()).await.0, 401);
        assert_eq!(send("/callbacks/carriers/NONE", good.clone()).await.0, 404);
        let (status, receipt) = send("/callbacks/carriers/TEST", good).await;
        assert_eq!((status, receipt), (200, json!({"errcode": 0, "errmsg": "ok"})));
        let (_, shown) = get(&world, &staff(SHOP, &[Permission::OrderRead]), "/api/v1/parcels/1").await;
        assert_eq!(shown["stage"], "signed");
    }
}

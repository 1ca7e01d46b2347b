//! The published face answers as published, with the values of the published samples.

use kernel::{AppId, Caller, Scope, ShopperId};
use serde_json::{Value, json};
use std::sync::Arc;
use store::p;

use crate::{
    test_carrier,
    testing::{APP, Desk, World, body_of, json_of, mini, own_app, rooms, run, sample_order},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// A printed label, decoded.
fn html(answer: &Value) -> String {
    String::from_utf8(STANDARD.decode(answer["print_html"].as_str().unwrap()).unwrap()).unwrap()
}

async fn bind(world: &World, caller: &Caller, delivery_id: &str, biz_id: &str) -> Value {
    let body = json!({
        "type": "bind", "biz_id": biz_id, "delivery_id": delivery_id, "password": "123456789123456789",
        "unknown": [1, 2],
    });
    world.call(caller, "account/bind", &body).await
}

/// The pushes that were queued for an application: event, FromUserName and body.
pub(crate) async fn pushes(world: &World, app: AppId) -> Vec<(String, String, Value)> {
    let mut tx = world.store.read().await.unwrap();
    let sql = "SELECT event, from_user, body FROM push_message WHERE app_id = $1 ORDER BY push_id";
    tx.all(sql, p![app], |r| Ok((r.get(0)?, r.get(1)?, r.json(2)?))).await.unwrap()
}

/// Gives an application a push URL in this scope: a row, since setting one by the use case schedules a call to the URL.
pub(crate) async fn endpoint(world: &World, scope: Scope, app: AppId) {
    let insert = "INSERT INTO push_endpoint (shop_id, app_id, appid, original_id, url, token, mode, format, state, version) \
        VALUES ($1, $2, 'wx0123456789abcdef', 'gh_0123456789ab', 'https://m.example', $3, 'plain', 'json', 'verified', 1)";
    let caller = Caller::system(scope);
    let set = run(&world.store, &caller, move |tx, ctx| {
        Box::pin(async move { Ok(tx.exec(insert, p![ctx.scope.key(), app, vec![0_u8]]).await?) })
    });
    assert_eq!(set.await.unwrap(), 1);
}

/// A push with its envelope, as a receiver reads it.
fn enveloped(event: &str, from_user: &str, body: &Value) -> Value {
    let mut whole = body.clone();
    whole["ToUserName"] = json!("gh_0123456789ab");
    whole["FromUserName"] = json!(from_user);
    whole["CreateTime"] = json!(1_700_000_000);
    whole["MsgType"] = json!("event");
    whole["Event"] = json!(event);
    whole
}

store::on_both! {
    rooms = rooms();

    async fn accounts_are_bound_listed_and_unbound(kit) {
        let world = World::new(&kit, &[&Arc::new(Desk::new("YUNDA"))]).await;
        let caller = own_app();
        let empty = world.call(&caller, "account/getall", &json!({})).await;
        assert_eq!(empty, json!({"count": 0, "list": []}));
        assert_eq!(bind(&world, &caller, "YUNDA", "123456").await, json!({"errcode": 0, "errmsg": "ok"}));
        assert_eq!(bind(&world, &caller, "YUNDA", "123456").await["errcode"], 9_300_529);
        let all = world.call(&caller, "account/getall", &json!("")).await;
        assert_eq!((all["count"].as_i64(), &all["list"][0]["biz_id"]), (Some(1), &json!("123456")));
        assert_eq!(all["list"][0]["status_code"], 0);
        assert_eq!(all["list"][0]["quota_num"], 210);
        assert_eq!(all["list"][0]["service_type"], json!([{"service_type": 0, "service_name": "标准快件"}]));
        assert!(!all.to_string().contains("123456789123456789"));
        let unbind = json!({"type": "unbind", "biz_id": "123456", "delivery_id": "YUNDA"});
        assert_eq!(world.call(&caller, "account/bind", &unbind).await["errcode"], 0);
        assert_eq!(world.call(&caller, "account/bind", &unbind).await["errcode"], 9_300_530);
        let numbered = json!({"type": 1, "biz_id": "123456", "delivery_id": "YUNDA"});
        assert_eq!(world.call(&caller, "account/bind", &numbered).await["errcode"], 40_097);
    }

    async fn all_carriers_are_listed_by_either_verb_and_whatever_the_body(kit) {
        let world = World::new(&kit, &[]).await;
        let all = world.call(&own_app(), "delivery/getall", &json!({})).await;
        assert_eq!(all["count"], 16);
        let sf = &all["data"][0];
        assert_eq!((&sf["delivery_id"], &sf["delivery_name"]), (&json!("SF"), &json!("顺丰速运")));
        assert_eq!((&sf["can_use_cash"], &sf["can_get_quota"]), (&json!(1), &json!(0)));
        assert_eq!(sf["cash_biz_id"], "SF_CASH");
        for (id, name) in [("EMS", "中国邮政速递物流"), ("YTO", "圆通速递"), ("ZTO", "中通快递")] {
            let carrier = all["data"].as_array().unwrap().iter().find(|c| c["delivery_id"] == id);
            assert_eq!(carrier.unwrap()["delivery_name"], name);
        }
        for (method, body) in [("GET", ""), ("POST", ""), ("POST", "{}")] {
            for tail in ["delivery/getall", "account/getall", "printer/getall"] {
                let path = format!("/cgi-bin/express/business/{tail}");
                let answer = world.send(&own_app(), method, &path, body.into()).await;
                let answer = json_of(answer).await;
                assert!(answer["count"].is_i64(), "{method} {tail}: {answer}");
            }
        }
        let wrong = world.send(&own_app(), "GET", "/cgi-bin/express/business/order/get", String::new()).await;
        assert_eq!(json_of(wrong).await["errcode"], 43_002);
    }

    async fn the_published_order_becomes_the_published_waybill(kit) {
        let desk = Arc::new(Desk::new("SF"));
        let world = World::new(&kit, &[&desk]).await;
        let caller = own_app();
        bind(&world, &caller, "SF", "xyz").await;
        let (_, openid) = world.shopper(APP, "13800000001").await;
        let mut body = body_of(&sample_order());
        body["openid"] = json!(openid);
        body.as_object_mut().unwrap().remove("add_source"); // as one SDK sends it
        let made = world.call(&caller, "order/add", &body).await;
        assert_eq!(made["order_id"], "01234567890123456789");
        assert_eq!(made["waybill_id"], "123456789");
        let data = json!([{"key": "SF_bagAddr", "value": "广州"}, {"key": "SF_mark", "value": "101- 07-03 509"}]);
        assert_eq!(made["waybill_data"], data);
        assert_eq!((&made["errcode"], &made["delivery_resultcode"]), (&json!(0), &json!(0)));
        assert_eq!(desk.calls(), ["check xyz", "create 123456789123456789 01234567890123456789"]);

        let key = json!({
            "order_id": "01234567890123456789", "openid": openid, "delivery_id": "SF", "waybill_id": "123456789",
            "print_type": 1,
        });
        let got = world.call(&caller, "order/get", &key).await;
        assert_eq!((&got["waybill_data"], &got["order_status"]), (&data, &json!(0)));
        assert_eq!(html(&got).matches("<section").count(), 1);
        let list = json!({"order_list": [
            {"order_id": "01234567890123456789", "delivery_id": "SF"},
            {"order_id": "unknown", "delivery_id": "SF", "waybill_id": "1"},
        ]});
        let batch = world.call(&caller, "order/batchget", &list).await;
        assert_eq!(html(&batch["order_list"][0]).matches("<section").count(), 2);
        assert_eq!(batch["order_list"][0]["errcode"], 0);
        assert_eq!(batch["order_list"][1]["errcode"], 40_199);
        assert_eq!(batch["order_list"][1]["order_id"], "unknown");
        let empty = world.call(&caller, "order/batchget", &json!({})).await;
        assert_eq!(empty["order_list"], json!([]));

        let cancelled = world.call(&caller, "order/cancel", &key).await;
        let expected = json!({"errcode": 0, "errmsg": "ok", "delivery_resultcode": 0, "delivery_resultmsg": ""});
        assert_eq!(cancelled, expected);
        assert_eq!(world.call(&caller, "order/cancel", &key).await["errcode"], 9_300_524);
        assert_eq!(world.call(&caller, "order/get", &key).await["order_status"], 1);
    }

    async fn a_carriers_refusal_comes_with_its_own_code_and_words(kit) {
        let desk = Arc::new(Desk::new("SF"));
        let world = World::new(&kit, &[&desk]).await;
        let caller = own_app();
        bind(&world, &caller, "SF", "xyz").await;
        let (_, openid) = world.shopper(APP, "13800000001").await;
        let mut body = body_of(&sample_order());
        body["openid"] = json!(openid);
        desk.refuse(10_002, "客户密码不正确");
        let refused = world.call(&caller, "order/add", &body).await;
        assert_eq!(refused["errcode"], 9_300_501);
        assert_eq!(refused["delivery_resultcode"], 10_002);
        assert_eq!(refused["delivery_resultmsg"], "客户密码不正确");
        // The order id is free again.
        assert_eq!(world.call(&caller, "order/add", &body).await["waybill_id"], "123456789");
        let elsewhere = bind(&world, &caller, "JDL", "x").await;
        assert_eq!(elsewhere["errcode"], 9_300_501);
    }

    async fn a_sandbox_parcel_travels_and_the_application_hears_all_of_it(kit) {
        let world = World::new(&kit, &[]).await;
        let caller = own_app();
        endpoint(&world, Scope::Shop(crate::testing::SHOP), APP).await;
        let (shopper, order) = world.sandbox_order("test201911271429004").await;
        let made = world.call(&caller, "order/add", &body_of(&order)).await;
        let waybill_id = made["waybill_id"].as_str().unwrap().to_owned();
        let unix = waybill_id.strip_prefix("test201911271429004_").unwrap().strip_suffix("_waybill_id").unwrap();
        assert!((unix.parse::<i64>().unwrap() - world.store.now().secs()).abs() < 60);
        let key = json!({"order_id": order.order_id, "delivery_id": "TEST", "waybill_id": waybill_id});
        let none = world.call(&caller, "path/get", &key).await;
        assert_eq!((&none["path_item_num"], &none["path_item_list"]), (&json!(0), &json!([])));
        for (at, code, text) in
            [(1_574_850_455, 300_001, "快递员出发"), (1_533_052_800, 100_001, "揽收"), (1_533_062_800, 200_001, "到达")]
        {
            let step = json!({
                "biz_id": test_carrier::BIZ_ID, "order_id": order.order_id, "delivery_id": "TEST",
                "waybill_id": waybill_id, "action_time": at, "action_type": code.to_string(), "action_msg": text,
            });
            assert_eq!(world.call(&caller, "test_update_order", &step).await, json!({"errcode": 0, "errmsg": "ok"}));
        }
        world.store.drain(3).await.unwrap();
        let path = world.call(&caller, "path/get", &key).await;
        assert_eq!((&path["openid"], &path["path_item_num"]), (&json!(order.openid), &json!(3)));
        let codes: Vec<i64> =
            path["path_item_list"].as_array().unwrap().iter().map(|s| s["action_type"].as_i64().unwrap()).collect();
        assert_eq!(codes, [100_001, 200_001, 300_001]);

        let pushed = pushes(&world, APP).await;
        assert_eq!(pushed.len(), 3);
        for ((event, from, body), version) in pushed.iter().zip(1..) {
            assert_eq!((event.as_str(), from), ("add_express_path", &order.openid));
            assert_eq!(wirecheck::check_event(event, &enveloped(event, from, body)), []);
            assert_eq!((&body["Version"], &body["Count"]), (&json!(version), &json!(version)));
            assert_eq!((&body["WayBillId"], &body["OrderId"]), (&json!(waybill_id), &json!(order.order_id)));
        }
        let first = json!([{
            "ActionTime": 1_574_850_455, "ActionType": 300_001, "ActionMsg": "快递员出发", "Lat": 0, "Lng": 0,
        }]);
        assert_eq!(pushed[0].2["Actions"], first);

        let mut tx = world.store.read().await.unwrap();
        let sql = "SELECT title FROM push_notice WHERE shopper_id = $1 ORDER BY notice_id";
        let titles: Vec<String> = tx.all(sql, p![shopper], |r| r.get(0)).await.unwrap();
        assert_eq!(titles, ["快递派送中"]); // the others came late
    }

    async fn a_mini_programs_push_goes_to_the_shop_that_has_set_its_url(kit) {
        let world = World::new(&kit, &[]).await;
        let program = crate::testing::mini_program(&world).await;
        let caller = mini(program);
        endpoint(&world, Scope::Shop(crate::testing::SHOP), program).await;
        let (_, openid) = world.shopper(program, "13800000001").await;
        let order = crate::NewWaybill { openid, ..crate::testing::sandbox_order("m1") };
        let made = world.call(&caller, "order/add", &body_of(&order)).await;
        let step = json!({
            "biz_id": "test_biz_id", "order_id": "m1", "delivery_id": "TEST", "waybill_id": made["waybill_id"],
            "action_time": 1_574_850_455, "action_type": 300_002, "action_msg": "开始派送",
        });
        assert_eq!(world.call(&caller, "test_update_order", &step).await["errcode"], 0);
        world.store.drain(3).await.unwrap();
        assert_eq!(pushes(&world, program).await.len(), 1);
    }

    async fn printers_are_bound_listed_and_unbound(kit) {
        let world = World::new(&kit, &[]).await;
        let caller = own_app();
        let empty = world.call(&caller, "printer/getall", &json!({})).await;
        assert_eq!(empty, json!({"count": 0, "openid": [], "tagid_list": []}));
        let (_, openid) = world.shopper(APP, "13800000001").await;
        let update = |kind: &str, tags: Value| json!({"openid": openid, "update_type": kind, "tagid_list": tags});
        assert_eq!(world.call(&caller, "printer/update", &update("bind", json!("9"))).await["errcode"], 0);
        let again = update("bind", json!(["123", "456"]));
        assert_eq!(world.call(&caller, "printer/update", &again).await["errcode"], 0);
        let all = world.call(&caller, "printer/getall", &json!({})).await;
        assert_eq!(all, json!({"count": 1, "openid": [openid], "tagid_list": ["123,456"]}));
        let world = &world;
        let refused = |body: Value| async move { world.call(&own_app(), "printer/update", &body).await["errcode"].clone() };
        assert_eq!(refused(update("rebind", json!("1"))).await, 9_300_517);
        assert_eq!(refused(update("bind", json!("1,2,3,4,5,6,7,8,9,10,11"))).await, 9_300_533);
        assert_eq!(refused(json!({"openid": "oABC", "update_type": "bind"})).await, 40_003);
        let unbind = json!({"openid": openid, "update_type": "unbind"});
        assert_eq!(world.call(&caller, "printer/update", &unbind).await["errcode"], 0);
        assert_eq!(world.call(&caller, "printer/getall", &json!({})).await["count"], 0);
    }

    async fn the_numbers_left_are_a_number(kit) {
        let world = World::new(&kit, &[&Arc::new(Desk::new("YTO"))]).await;
        let caller = own_app();
        bind(&world, &caller, "YTO", "xyz").await;
        let left = |biz: &str| json!({"delivery_id": "YTO", "biz_id": biz});
        assert_eq!(world.call(&caller, "quota/get", &left("xyz")).await, json!({"quota_num": 210}));
        assert_eq!(world.call(&caller, "quota/get", &left("abc")).await["errcode"], 9_300_525);
        let direct = json!({"delivery_id": "SF", "biz_id": "xyz"});
        assert_eq!(world.call(&caller, "quota/get", &direct).await["errcode"], 9_300_527);
    }

    async fn nobody_but_an_application_may_call(kit) {
        let world = World::new(&kit, &[]).await;
        let strangers = [
            Caller::shopper(ShopperId(80)),
            crate::testing::staff(crate::testing::SHOP, kernel::Permission::ALL),
            crate::testing::operator(kernel::Permission::ALL),
            crate::testing::shop_app(crate::testing::SHOP, APP, &[]),
        ];
        let routes = wirecheck::Routes::load().unwrap();
        let own: Vec<String> = routes
            .iter()
            .filter(|r| r.path.starts_with("/cgi-bin/express/business/"))
            .map(|r| r.path.clone())
            .collect();
        assert_eq!(own.len(), 12);
        let (_, order) = world.sandbox_order("t1").await;
        for caller in &strangers {
            for path in &own {
                let mut body = body_of(&order);
                body["type"] = json!("unbind");
                body["delivery_id"] = json!(if path.ends_with("quota/get") { "YTO" } else { "TEST" });
                let answer = world.send(caller, "POST", path, body.to_string()).await;
                assert_eq!(json_of(answer).await["errcode"], 48_001, "{path} {caller:?}");
            }
        }
        let nobody = world.send(&crate::testing::anonymous(), "POST", &own[0], "{}".into()).await;
        assert!(json_of(nobody).await["errcode"].as_i64() != Some(0));
    }
}

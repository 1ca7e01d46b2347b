//! The native routes, as personas use them.

use crate::testing::*;
use serde_json::{Value, json};

fn address_input() -> Value {
    json!({
        "address": {
            "user_name": "王小明", "tel_number": "020-81167888", "province_name": "广东省",
            "city_name": "广州市", "detail_info": "新港中路397号"
        },
        "name": "仓库", "sends": true, "default_send": true, "place": { "lat": 23.1, "lng": 113.3 }
    })
}

store::on_both! {
    rooms = rooms();

    async fn an_operator_enters_and_admits_a_shop_and_the_public_sees_it(kit) {
        let app = app(&kit).await;
        let input = json!({ "name": "山茶", "subject_type": "company" });
        let made = call(&app, Some(operator()), "POST", "/api/v1/platform/shops", Some(input.clone())).await;
        let id = made.ok()["id"].as_str().unwrap().to_owned();
        let again = call(&app, Some(operator()), "POST", "/api/v1/platform/shops", Some(input)).await;
        assert_eq!(again.ok()["id"], id.as_str());
        assert_eq!(call(&app, None, "GET", &format!("/api/v1/shops/{id}"), None).await.status, 404);
        let admit = format!("/api/v1/platform/shops/{id}/admit");
        let admitted = call(&app, Some(operator()), "POST", &admit, None).await;
        assert_eq!(admitted.ok()["state"], "admitted");
        let fee = format!("/api/v1/platform/shops/{id}/fee");
        assert_eq!(call(&app, Some(operator()), "PUT", &fee, Some(json!({ "fee_bps": 200 }))).await.status, 204);
        let auto = format!("/api/v1/platform/shops/{id}/auto-audit");
        assert_eq!(call(&app, Some(operator()), "PUT", &auto, Some(json!({ "on": true }))).await.status, 204);
        let seen = call(&app, Some(operator()), "GET", &format!("/api/v1/platform/shops/{id}"), None).await;
        assert_eq!((seen.ok()["fee_bps"].clone(), seen.ok()["auto_audit"].clone()), (json!(200), json!(true)));
        let public = call(&app, None, "GET", &format!("/api/v1/shops/{id}"), None).await;
        assert_eq!(public.ok(), &json!({ "id": id, "name": "山茶", "currency": "CNY", "headimg": "", "intro": "" }));
        let listed = call(&app, Some(operator()), "GET", "/api/v1/platform/shops?state=admitted&size=5", None).await;
        assert_eq!(listed.ok()["items"][0]["id"], id.as_str());
        assert_eq!(call(&app, None, "GET", "/api/v1/shops", None).await.ok()["items"][0]["id"], id.as_str());
        let close = format!("/api/v1/platform/shops/{id}/close");
        assert_eq!(call(&app, Some(operator()), "POST", &close, None).await.ok()["state"], "closed");
        let reopen = format!("/api/v1/platform/shops/{id}/reopen");
        assert_eq!(call(&app, Some(operator()), "POST", &reopen, None).await.ok()["state"], "admitted");
    }

    async fn an_operator_gives_a_shop_its_owner_once(kit) {
        let app = app(&kit).await;
        let shop = open_shop(&app.store).await;
        let path = format!("/api/v1/platform/shops/{shop}/owner");
        let input = json!({ "login": "lili", "password": "correct horse", "name": "李" });
        let made = call(&app, Some(operator()), "POST", &path, Some(input.clone())).await;
        let again = call(&app, Some(operator()), "POST", &path, Some(input.clone())).await;
        assert_eq!(again.ok(), made.ok(), "a repeat is answered as the first was");
        let other = open_shop(&app.store).await;
        let elsewhere = format!("/api/v1/platform/shops/{other}/owner");
        for (input, code) in [
            (json!({ "login": "wang", "password": "short", "name": "王" }), "identity.password_invalid"),
            (json!({ "login": "x", "password": "correct horse", "name": "王" }), "identity.login_invalid"),
            (json!({ "login": "wang", "password": "correct horse", "name": " " }), "identity.name_invalid"),
        ] {
            let refused = call(&app, Some(operator()), "POST", &elsewhere, Some(input)).await;
            assert_eq!(refused.code(), code);
        }
        let refused = call(&app, Some(staff(other.0)), "POST", &elsewhere, Some(input)).await;
        assert_eq!((refused.status, refused.code()), (403, "auth.forbidden"));
    }

    async fn staff_change_their_own_shop(kit) {
        let app = app(&kit).await;
        let shop = open_shop(&app.store).await;
        let seen = call(&app, Some(staff(shop.0)), "GET", "/api/v1/shop", None).await;
        assert_eq!(seen.ok()["id"], shop.to_string());
        let profile = json!({ "name": "新店", "intro": "好茶" });
        let changed = call(&app, Some(staff(shop.0)), "PATCH", "/api/v1/shop", Some(profile)).await;
        assert_eq!(changed.ok()["name"], "新店");
        let settings = json!({ "unpaid_close_minutes": 15 });
        let changed = call(&app, Some(staff(shop.0)), "PATCH", "/api/v1/shop/settings", Some(settings)).await;
        assert_eq!(changed.ok()["unpaid_close_minutes"], 15);
        let foreign = json!({ "headimg": "https://evil.example/a.png" });
        let refused = call(&app, Some(staff(shop.0)), "PATCH", "/api/v1/shop", Some(foreign)).await;
        assert_eq!((refused.status, refused.code()), (400, "shop.picture"));
        let unknown = json!({ "nam": "x" });
        assert_eq!(call(&app, Some(staff(shop.0)), "PATCH", "/api/v1/shop", Some(unknown)).await.status, 400);
        assert_eq!(call(&app, None, "GET", "/api/v1/shop", None).await.status, 401);
    }

    async fn staff_keep_addresses(kit) {
        let app = app(&kit).await;
        let shop = open_shop(&app.store).await;
        let me = || Some(staff(shop.0));
        let made = call(&app, me(), "POST", "/api/v1/shop/addresses", Some(address_input())).await;
        let path = format!("/api/v1/shop/addresses/{}", made.ok()["id"].as_str().unwrap());
        let seen = call(&app, me(), "GET", &path, None).await;
        assert_eq!(seen.ok()["address"]["city_name"], "广州市");
        assert_eq!((seen.ok()["default_send"].clone(), seen.ok()["place"]["lat"].clone()), (json!(true), json!(23.1)));
        let mut new = address_input();
        new["name"] = "新仓库".into();
        assert_eq!(call(&app, me(), "PUT", &path, Some(new)).await.ok()["name"], "新仓库");
        assert_eq!(call(&app, me(), "GET", "/api/v1/shop/addresses", None).await.ok().as_array().unwrap().len(), 1);
        let other = open_shop(&app.store).await;
        assert_eq!(call(&app, Some(staff(other.0)), "GET", &path, None).await.status, 404);
        assert_eq!(call(&app, me(), "DELETE", &path, None).await.status, 204);
        assert_eq!(call(&app, me(), "GET", &path, None).await.status, 404);
        let mut bad = address_input();
        bad["address"]["tel_number"] = "x".into();
        let refused = call(&app, me(), "POST", "/api/v1/shop/addresses", Some(bad)).await;
        assert_eq!((refused.status, refused.code()), (400, "shop.address"));
    }
}

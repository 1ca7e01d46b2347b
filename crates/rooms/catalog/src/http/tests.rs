//! The native routes, as personas use them.

use crate::testing::*;
use face::App;
use serde_json::{Value, json};

async fn product_input(app: &App) -> Value {
    let mut pictures = Vec::new();
    for seed in 1..=3 {
        pictures.push(files().absolute(&picture(&app.store, &staff(), seed).await));
    }
    let sku = |colour: &str, price: i64| {
        json!({ "content": { "sale_price": price, "market_price": 9900,
            "attrs": [{ "attr_key": "颜色", "attr_value": colour }] } })
    };
    json!({
        "content": { "title": "手工陶瓷马克杯", "category": leaf(&app.store).await, "head_imgs": pictures },
        "skus": [sku("红色", 4900), sku("蓝色", 3900)]
    })
}

store::on_both! {
    rooms = rooms();

    async fn a_product_goes_from_the_merchant_over_the_operator_to_the_buyer(kit) {
        let app = app(&kit).await;
        let made = call(&app, &staff(), "POST", "/api/v1/products", Some(product_input(&app).await)).await;
        let id = made.ok()["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/products/{id}");
        assert_eq!(call(&app, &stranger(), "GET", &path, None).await.status, 404);
        let sent = call(&app, &staff(), "POST", &format!("{path}/submit"), None).await;
        assert_eq!(sent.ok()["edit_status"], "auditing");
        let queue = call(&app, &operator(), "GET", "/api/v1/platform/products/audit", None).await;
        let waiting = &queue.ok()["items"][0];
        assert_eq!(waiting["product_id"], id.as_str());
        let verdict = json!({ "shop_id": waiting["shop_id"], "product_id": id, "round": waiting["round"], "pass": true });
        let passed = call(&app, &operator(), "POST", "/api/v1/platform/products/audit", Some(verdict)).await;
        assert_eq!(passed.ok()["status"], "listed");
        let page = call(&app, &stranger(), "GET", &path, None).await;
        assert_eq!((page.ok()["min_price"].clone(), page.ok()["shop_id"].clone()), (json!(3900), json!(SHOP)));
        assert!(page.ok()["head_imgs"][0].as_str().unwrap().starts_with("/media/"));
        assert!(page.ok().get("spu_code").is_none() && page.ok()["skus"][0].get("sku_code").is_none());
        let shelf = call(&app, &stranger(), "GET", &format!("/api/v1/shops/{SHOP}/products?q=陶瓷&size=5"), None).await;
        assert_eq!(shelf.ok()["items"][0]["id"], id.as_str());
        assert!(call(&app, &stranger(), "GET", &format!("/api/v1/shops/{OTHER}/products"), None).await.ok()["items"].as_array().unwrap().is_empty());
    }

    async fn a_merchant_edits_moves_and_removes(kit) {
        let app = app(&kit).await;
        let (product, skus) = listed(&app.store).await;
        let path = format!("/api/v1/products/{product}");
        let price = json!({ "skus": [{ "id": skus[0], "sale_price": 100 }], "limit": { "period": 1, "most": 2 } });
        assert!(call(&app, &staff(), "PATCH", &path, Some(price)).await.ok()["version"].as_i64().unwrap() > 1);
        let written = call(&app, &staff(), "PUT", &path, Some(product_input(&app).await)).await;
        assert_eq!((written.ok()["status"].clone(), written.ok()["edit_status"].clone()), (json!("listed"), json!("editing")));
        let copies = call(&app, &reader(), "GET", &format!("{path}/copies"), None).await;
        assert_eq!(copies.ok()["online"]["skus"][0]["content"]["sale_price"], 100);
        assert_eq!(copies.ok()["draft"]["skus"][0]["content"]["sale_price"], 4900);
        let list = call(&app, &reader(), "GET", "/api/v1/products?status=listed", None).await;
        assert_eq!(list.ok()["items"][0]["id"], product.to_string());
        let audits = call(&app, &reader(), "GET", &format!("{path}/audits"), None).await;
        assert_eq!(audits.ok()[0]["state"], "passed");
        assert_eq!(call(&app, &staff(), "POST", &format!("{path}/submit"), None).await.ok()["edit_status"], "auditing");
        assert_eq!(call(&app, &staff(), "POST", &format!("{path}/cancel-audit"), None).await.ok()["edit_status"], "editing");
        assert_eq!(call(&app, &staff(), "POST", &format!("{path}/delist"), None).await.ok()["status"], "delisted");
        assert_eq!(call(&app, &staff(), "DELETE", &path, None).await.ok()["status"], "binned");
        assert_eq!(call(&app, &staff(), "POST", &format!("{path}/restore"), None).await.ok()["status"], "delisted");
    }

    async fn what_is_sent_twice_happens_once(kit) {
        let app = app(&kit).await;
        let input = product_input(&app).await;
        let first = call(&app, &staff(), "POST", "/api/v1/products", Some(input.clone())).await;
        let again = call(&app, &staff(), "POST", "/api/v1/products", Some(input)).await;
        assert_eq!(first.ok(), again.ok());
        let list = call(&app, &staff(), "GET", "/api/v1/products", None).await;
        assert_eq!(list.ok()["items"].as_array().unwrap().len(), 1);
    }

    async fn another_shops_product_answers_as_an_unknown_one(kit) {
        let app = app(&kit).await;
        let (product, _) = listed(&app.store).await;
        let input = product_input(&app).await;
        for (method, tail, body) in [
            ("PUT", "", Some(input)),
            ("PATCH", "", Some(json!({}))),
            ("DELETE", "", None),
            ("GET", "/copies", None),
            ("POST", "/submit", None),
            ("POST", "/cancel-audit", None),
            ("POST", "/delist", None),
            ("POST", "/restore", None),
        ] {
            // The pictures in the body are the first shop's, so that a refusal for them would show it is there.
            let foreign = call(&app, &other_staff(), method, &format!("/api/v1/products/{product}{tail}"), body.clone()).await;
            let unknown = call(&app, &other_staff(), method, &format!("/api/v1/products/1{tail}"), body).await;
            assert_eq!(foreign.refusal(), unknown.refusal(), "{method} {tail}");
            assert_eq!(foreign.refusal(), (404, "catalog.not_found"), "{method} {tail}");
        }
    }

    async fn flaws_name_their_field_and_unknown_fields_are_refused(kit) {
        let app = app(&kit).await;
        let mut input = product_input(&app).await;
        input["content"]["title"] = "".into();
        let refused = call(&app, &staff(), "POST", "/api/v1/products", Some(input)).await;
        assert_eq!(refused.refusal(), (400, "catalog.title_empty"));
        let mut input = product_input(&app).await;
        input["content"]["head_imgs"][0] = "https://evil.example/a.png".into();
        let refused = call(&app, &staff(), "POST", "/api/v1/products", Some(input)).await;
        assert_eq!(refused.refusal(), (400, "catalog.picture"));
        let mut input = product_input(&app).await;
        input["content"]["colour"] = "red".into();
        let refused = call(&app, &staff(), "POST", "/api/v1/products", Some(input)).await;
        assert_eq!(refused.refusal(), (400, "request.invalid_body"));
        assert_eq!(call(&app, &stranger(), "GET", "/api/v1/products", None).await.status, 401);
        assert_eq!(call(&app, &staff(), "GET", "/api/v1/platform/products/audit", None).await.status, 403);
    }

    async fn the_tree_is_nested_in_its_order_and_kept_by_operators(kit) {
        let app = app(&kit).await;
        let flat = seeded(&app.store).await;
        let tree = call(&app, &stranger(), "GET", "/api/v1/categories", None).await;
        let tops = tree.ok().as_array().unwrap();
        let names: Vec<_> = tops.iter().map(|t| t["name"].as_str().unwrap()).collect();
        let expected: Vec<_> = flat.iter().filter(|c| c.level == 1).map(|c| c.name.as_str()).collect();
        assert_eq!(names, expected);
        assert_eq!(tops[0]["children"][0]["children"][0]["name"], "连衣裙");
        let usable = call(&app, &reader(), "GET", "/api/v1/categories/usable", None).await;
        assert!(usable.ok().to_string().len() < tree.ok().to_string().len());

        let category = json!({ "name": "旧书", "parent_id": tops[0]["id"] });
        let made = call(&app, &operator(), "POST", "/api/v1/platform/categories", Some(category)).await;
        let id = made.ok()["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/platform/categories/{id}");
        let change = json!({ "name": "古书", "position": 1, "rules": { "gift_allowed": false } });
        assert_eq!(call(&app, &operator(), "PUT", &path, Some(change)).await.status, 204);
        let seen = call(&app, &stranger(), "GET", &format!("/api/v1/categories/{id}"), None).await;
        assert_eq!((seen.ok()["name"].clone(), seen.ok()["rules"]["gift_allowed"].clone()), (json!("古书"), json!(false)));
        assert_eq!(call(&app, &operator(), "DELETE", &path, None).await.status, 204);
        assert_eq!(call(&app, &stranger(), "GET", &format!("/api/v1/categories/{id}"), None).await.status, 404);
    }

    async fn operators_keep_grants_brands_and_the_audit_setting_and_take_products_off(kit) {
        let app = app(&kit).await;
        let (product, _) = listed(&app.store).await;
        let guarded = seeded(&app.store).await.iter().find(|c| c.rules.permit_required).unwrap().id;
        let grants = format!("/api/v1/platform/shops/{SHOP}/categories");
        let grant = format!("{grants}/{guarded}");
        assert_eq!(call(&app, &operator(), "PUT", &grant, None).await.status, 204);
        assert_eq!(call(&app, &operator(), "GET", &grants, None).await.ok(), &json!([guarded]));
        assert_eq!(call(&app, &operator(), "DELETE", &grant, None).await.status, 204);
        assert_eq!(call(&app, &staff(), "GET", &grants, None).await.status, 403);

        let brand = call(&app, &operator(), "POST", "/api/v1/platform/brands", Some(json!({ "name": "山茶" }))).await;
        let brand = brand.ok()["id"].as_str().unwrap().to_owned();
        assert_eq!(call(&app, &stranger(), "GET", "/api/v1/brands?q=山", None).await.ok()["items"][0]["id"], brand.as_str());
        assert_eq!(call(&app, &operator(), "DELETE", &format!("/api/v1/platform/brands/{brand}"), None).await.status, 204);

        let switch = Some(json!({ "on": true }));
        assert_eq!(call(&app, &operator(), "PUT", "/api/v1/platform/products/auto-audit", switch).await.status, 204);
        let off = json!({ "shop_id": SHOP, "product_id": product, "reason": "假货" });
        let taken = call(&app, &operator(), "POST", "/api/v1/platform/products/take-down", Some(off)).await;
        assert_eq!((taken.ok()["status"].clone(), taken.ok()["reason"].clone()), (json!("violation"), json!("假货")));
        let seen = call(&app, &operator(), "GET", &format!("/api/v1/platform/shops/{SHOP}/products/{product}"), None).await;
        assert_eq!(seen.ok()["status"], "violation");
    }
}

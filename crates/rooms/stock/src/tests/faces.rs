//! The two faces: who may see and change what, and how it looks.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use catalog::{
    AddProduct, Attr, Audit, Content, SeedCategories, SkuContent, SkuInput, Submit, UpdateProduct, Verdict,
    default_categories,
};
use face::{App, Identified, TokenFault};
use kernel::{
    Actor, AppId, Caller, OperatorId, Permission, Permissions, ProductId, Scope, ShopId, ShopperId, SkuId,
    StaffId,
};
use serde_json::{Value, json};
use store::{Registry, Store};
use tower::ServiceExt;

use crate::testing::*;

const MAY: &[Permission] = &[Permission::ProductRead, Permission::ProductWrite, Permission::StockWrite];

fn staff(shop: i64, may: &[Permission]) -> Caller {
    let (shop, staff) = (ShopId(shop), StaffId(1));
    let actor = Actor::Staff { shop, staff, may: Permissions::of(may) };
    Caller { scope: Scope::Shop(shop), actor, request: "t".into() }
}

fn app(shop: i64, may: &[Permission]) -> Caller {
    let (shop, app) = (ShopId(shop), AppId(2));
    let actor = Actor::ShopApp { shop, app, may: Permissions::of(may) };
    Caller { scope: Scope::Shop(shop), actor, request: "t".into() }
}

/// A product of two skus.
async fn draft(store: &Store) -> AddProduct {
    store.write(&Caller::system(Scope::Platform), SeedCategories(default_categories())).await.unwrap();
    let mut tx = store.read().await.unwrap();
    let leaf = catalog::tree(&mut tx).await.unwrap().into_iter().find(|c| c.name == "杯子").unwrap().id;
    drop(tx);
    let mut content = Content::new("手工陶瓷马克杯", leaf);
    for seed in 1..=3 {
        let bytes = media::demo_picture(seed, "").unwrap().into();
        let files = media::Files::in_memory("");
        let stored = media::put(&files, store, &staff(7, MAY), bytes, media::Purpose::Product).await.unwrap();
        content.head_imgs.push(stored.url);
    }
    let sku = |colour: &str| {
        let attrs = vec![Attr::new("颜色", colour)];
        let content = SkuContent { sale_price: 4_900, market_price: 9_900, attrs, ..SkuContent::default() };
        SkuInput { id: None, content, stock: None }
    };
    AddProduct { content, skus: vec![sku("红色"), sku("蓝色")], chain: None, list_now: false }
}

/// A product of shop 7, not listed.
async fn product(store: &Store) -> (ProductId, Vec<SkuId>) {
    let added = store.write(&staff(7, MAY), draft(store).await).await.unwrap();
    (added.product, added.skus)
}

async fn submit(store: &Store, product: ProductId) -> i64 {
    store.write(&staff(7, MAY), Submit(product)).await.unwrap().round
}

async fn pass(store: &Store, product: ProductId, round: i64) {
    let may = Permissions::of(&[Permission::PlatformProducts]);
    let actor = Actor::Operator { operator: OperatorId(8), may };
    let operator = Caller { scope: Scope::Platform, actor, request: "t".into() };
    let audit = Audit { shop: ShopId(7), product, round, verdict: Verdict::Pass };
    store.write(&operator, audit).await.unwrap();
}

async fn listed(store: &Store) -> (ProductId, Vec<SkuId>) {
    let (id, skus) = product(store).await;
    let round = submit(store, id).await;
    pass(store, id, round).await;
    (id, skus)
}

async fn ask(
    router: Router<App>,
    store: &Store,
    who: Identified,
    mut request: Request<Body>,
) -> (StatusCode, Value) {
    request.extensions_mut().insert(who);
    let router = router.with_state(App::over(store.clone()).build());
    let response = router.oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap())
}

async fn get(store: &Store, who: Caller, path: &str) -> (StatusCode, Value) {
    let (router, _) = crate::routes().split_for_parts();
    let request = Request::get(path).body(Body::empty()).unwrap();
    ask(router, store, Identified::As(who), request).await
}

async fn post(store: &Store, who: Caller, key: &str, path: &str, body: Value) -> (StatusCode, Value) {
    let (router, _) = crate::routes().split_for_parts();
    let request =
        Request::post(path).header("idempotency-key", key).body(Body::from(body.to_string())).unwrap();
    ask(router, store, Identified::As(who), request).await
}

/// A call of the WeChat-compatible face; whatever it answers is as the facts say.
async fn call(store: &Store, who: Caller, name: &str, body: Value) -> Value {
    let path = format!("/channels/ec/product/stock/{name}");
    let request = Request::post(&path).body(Body::from(body.to_string())).unwrap();
    let (status, answer) = ask(crate::wire_routes(), store, Identified::As(who), request).await;
    assert_eq!(status, StatusCode::OK);
    let routes = wirecheck::Routes::load().unwrap();
    let mismatches = wirecheck::check_answer(routes.get("POST", &path).unwrap(), &answer);
    assert!(mismatches.is_empty(), "{mismatches:?}");
    answer
}

store::on_both! {
    rooms = crate::testing::rooms();

    async fn staff_receives_corrects_and_sees_the_stock_of_its_products(kit) {
        let store = kit.store(Registry::new()).await;
        let (product, skus) = product(&store).await;
        let me = || staff(7, MAY);
        let receipt = json!({ "product": product, "sku": skus[0], "quantity": 20, "note": "first" });
        let (status, level) = post(&store, me(), "k1", "/api/v1/stock/receipts", receipt.clone()).await;
        assert_eq!((status, &level["available"]), (StatusCode::OK, &json!(20)));
        let repeat = post(&store, me(), "k1", "/api/v1/stock/receipts", receipt).await;
        assert_eq!(repeat, (StatusCode::OK, level));
        let correction = json!({ "product": product, "sku": skus[0], "by": -3 });
        let (_, level) = post(&store, me(), "k2", "/api/v1/stock/corrections", correction).await;
        assert_eq!((&level["available"], &level["corrected"], &level["received"]), (&json!(17), &json!(-3), &json!(20)));
        let (status, levels) = get(&store, me(), &format!("/api/v1/stock/levels?product={product}")).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!((&levels["items"][0]["available"], &levels["items"][1]["available"]), (&json!(17), &json!(0)));
        let (_, flow) = get(&store, me(), &format!("/api/v1/stock/flow?sku={}&size=1", skus[0])).await;
        assert_eq!((&flow["items"][0]["reason"], &flow["items"][0]["before"]), (&json!("corrected"), &json!(20)));
        let next = flow["next"].as_str().unwrap();
        let path = format!("/api/v1/stock/flow?sku={}&after={next}&reason=received", skus[0]);
        let (_, flow) = get(&store, me(), &path).await;
        assert_eq!((&flow["items"][0]["note"], flow.get("next")), (&json!("first"), None));
    }

    async fn what_is_not_well_formed_is_refused(kit) {
        let store = kit.store(Registry::new()).await;
        let (product, skus) = product(&store).await;
        let (me, sku) = (|| staff(7, MAY), skus[0]);
        for (n, (extra, code)) in [
            (json!({}), "stock.change_unclear"),
            (json!({ "by": 1, "to": 1 }), "stock.change_unclear"),
            (json!({ "by": 0 }), "stock.nothing_to_change"),
            (json!({ "to": -1 }), "stock.quantity_invalid"),
            (json!({ "by": -1 }), "stock.not_enough"),
            (json!({ "by": 1, "colour": "red" }), "request.invalid_body"),
        ]
        .into_iter()
        .enumerate()
        {
            let mut body = json!({ "product": product, "sku": sku });
            body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            let (_, problem) = post(&store, me(), &format!("k{n}"), "/api/v1/stock/corrections", body).await;
            assert_eq!(problem["code"], code);
        }
        let (status, _) = get(&store, me(), "/api/v1/stock/flow?sku=x").await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }

    async fn another_shops_sku_is_as_unknown_as_none_and_costs_the_same(kit) {
        let store = kit.store(Registry::new()).await;
        let (product, skus) = product(&store).await;
        let other = || staff(8, MAY);
        let mut answers = Vec::new();
        for (product, sku) in [(product, skus[0]), (ProductId(99), SkuId(98))] {
            let before = store.statements();
            let body = json!({ "product": product, "sku": sku, "quantity": 1 });
            let received = post(&store, other(), &format!("k{sku}"), "/api/v1/stock/receipts", body).await;
            let levels = get(&store, other(), &format!("/api/v1/stock/levels?product={product}")).await;
            let body = json!({ "product_id": product, "sku_id": sku, "diff_type": 1, "num": 1 });
            let updated = call(&store, app(8, MAY), "update", body).await;
            assert_eq!((received.0, levels.0), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
            answers.push((received, levels, updated, store.statements() - before));
        }
        assert_eq!(answers[0], answers[1]);
        // A sku under another product of the same shop is unknown too.
        let body = json!({ "product": ProductId(99), "sku": skus[0], "quantity": 1 });
        let (status, _) = post(&store, staff(7, MAY), "k", "/api/v1/stock/receipts", body).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }

    async fn who_has_no_right_is_refused_on_both_faces(kit) {
        let store = kit.store(Registry::new()).await;
        let (product, skus) = product(&store).await;
        let sku = skus[0];
        let body = json!({ "product": product, "sku": sku, "quantity": 1 });
        let reader = staff(7, &[Permission::ProductRead]);
        let (status, _) = post(&store, reader, "k", "/api/v1/stock/receipts", body).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        for path in [format!("/api/v1/stock/levels?product={product}"), format!("/api/v1/stock/flow?sku={sku}")] {
            let shopper = Caller::shopper(ShopperId(3));
            assert_eq!(get(&store, shopper, &path).await.0, StatusCode::FORBIDDEN);
        }
        let which = json!({ "product_id": product, "sku_id": sku });
        let refused = call(&store, app(7, &[Permission::OrderRead]), "get", which.clone()).await;
        assert_eq!(refused["errcode"], 10_020_050);
        let request = Request::post("/channels/ec/product/stock/get").body(Body::from(which.to_string())).unwrap();
        let nobody = Identified::Nobody(TokenFault::Expired);
        let (_, answer) = ask(crate::wire_routes(), &store, nobody, request).await;
        assert_eq!(answer["errcode"], 42001);
    }

    async fn an_erp_reads_and_updates_stock_as_published(kit) {
        let store = kit.store(Registry::new()).await;
        let (product, skus) = listed(&store).await;
        let (me, sku) = (|| app(7, MAY), skus[0]);
        let update = |diff_type: i64, num: i64| {
            json!({ "product_id": product.get(), "sku_id": sku, "diff_type": diff_type, "num": num })
        };
        assert_eq!(call(&store, me(), "update", update(3, 100)).await["errmsg"], "ok");
        call(&store, me(), "update", update(1, 5)).await;
        call(&store, me(), "update", update(2, 7)).await;
        let which = json!({ "product_id": product, "sku_id": sku.get() });
        let answer = call(&store, me(), "get", which).await;
        assert_eq!((&answer["data"]["normal_stock_num"], &answer["data"]["total_stock_num"]), (&json!(98), &json!(98)));
        let answer = call(&store, me(), "batchget", json!({ "product_id": [product.get()] })).await;
        let listed = &answer["data"]["spu_stock_list"][0];
        assert_eq!((&listed["product_id"], &listed["sku_stock"][0]["normal_stock_num"]), (&json!(product), &json!(98)));
        assert_eq!(listed["sku_stock"].as_array().unwrap().len(), 2);
        for (diff_type, num, code) in
            [(1, 0, 10_020_218), (2, 99, 10_020_219), (4, 1, 10_020_051), (1, -1, 10_020_051), (3, 10_000_001, 10_020_051)]
        {
            assert_eq!(call(&store, me(), "update", update(diff_type, num)).await["errcode"], code);
        }
        assert_eq!(call(&store, me(), "batchget", json!({ "product_id": [1] })).await["errcode"], 10_020_052);
        let many: Vec<i64> = (1..=101).collect();
        assert_eq!(call(&store, me(), "batchget", json!({ "product_id": many })).await["errcode"], 10_020_051);
    }

    async fn stock_of_a_product_that_was_never_on_sale_or_waits_for_audit_stays(kit) {
        let store = kit.store(Registry::new()).await;
        let (product, skus) = product(&store).await;
        let update = || json!({ "product_id": product, "sku_id": skus[0], "diff_type": 1, "num": 5 });
        assert_eq!(call(&store, app(7, MAY), "update", update()).await["errcode"], 10_020_289);
        let round = submit(&store, product).await;
        assert_eq!(call(&store, app(7, MAY), "update", update()).await["errcode"], 10_020_289);
        pass(&store, product, round).await;
        assert_eq!(call(&store, app(7, MAY), "update", update()).await["errcode"], 0);
        let mut new = draft(&store).await;
        new.content.title = "手工陶瓷马克杯二代".into();
        store.write(&staff(7, MAY), UpdateProduct { product, new }).await.unwrap();
        assert_eq!(call(&store, app(7, MAY), "update", update()).await["errcode"], 0);
        submit(&store, product).await;
        assert_eq!(call(&store, app(7, MAY), "update", update()).await["errcode"], 10_020_217);
    }

    async fn the_published_flow_shows_orders_and_pages(kit) {
        let store = kit.store(Registry::new()).await;
        let (product, skus) = listed(&store).await;
        let sku = skus[0].get();
        receive(&store, &shop(7), sku, 10).await.unwrap();
        reserve(&store, &shop(7), 50, &[item(sku, 4)]).await.unwrap();
        release(&store, &shop(7), 50, &[item(sku, 4)]).await.unwrap();
        let now = store.now().secs();
        let ask_with = |extra: Value| {
            let mut body = json!({
                "product_id": product, "sku_id": sku, "stock_type": 0, "begin_time": now - 60,
                "end_time": now + 60, "page_size": 2
            });
            body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            let store = store.clone();
            async move { call(&store, app(7, MAY), "getflow", body).await["data"].clone() }
        };
        let first = ask_with(json!({})).await;
        let lines = &first["stock_flow_info_list"];
        assert_eq!((&lines[0]["op_type"], &lines[0]["ext_info"]["order_id"]), (&json!(103), &json!("50")));
        assert_eq!(
            (&lines[1]["op_type"], &lines[1]["amount"], &lines[1]["beginning_amount"], &lines[1]["ending_amount"]),
            (&json!(4), &json!(4), &json!(10), &json!(6))
        );
        let second = ask_with(json!({ "next_key": first["next_key"] })).await;
        assert_eq!((&second["stock_flow_info_list"][0]["op_type"], &second["next_key"]), (&json!(101), &json!("")));
        assert_eq!(second["stock_flow_info_list"][0]["ext_info"]["order_id"], "0");
        let sold = ask_with(json!({ "op_type_list": [4, 6] })).await;
        assert_eq!(sold["stock_flow_info_list"].as_array().unwrap().len(), 1);
        for nothing in [
            json!({ "op_type_list": [6] }),
            json!({ "stock_type": 1, "finder_id": "x" }),
            json!({ "begin_time": now + 30 }),
            json!({ "begin_time": 0, "end_time": now - 181 * 86_400 }),
        ] {
            assert_eq!(ask_with(nothing).await["stock_flow_info_list"], json!([]));
        }
        for (wrong, code) in [(json!({ "page_size": 0 }), 10_020_051), (json!({ "next_key": "x" }), 10_020_051)] {
            let mut body = json!({
                "product_id": product, "sku_id": sku, "stock_type": 0, "begin_time": 0, "end_time": now,
                "page_size": 1
            });
            body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
            assert_eq!(call(&store, app(7, MAY), "getflow", body).await["errcode"], code);
        }
    }
}

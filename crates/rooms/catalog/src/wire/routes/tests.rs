//! The routes as an ERP uses them; every answer is held against the facts.

use crate::testing::*;
use serde_json::{Value, json};

store::on_both! {
    rooms = rooms();

    async fn the_tree_is_shown_as_chains_children_and_details(kit) {
        let app = app(&kit).await;
        let tree = seeded(&app.store).await;
        let leaves = tree.iter().filter(|c| c.is_leaf()).count();
        let all = wire(&app, &shop_app(), "GET", "category/all", None).await;
        let chains = all["cats"].as_array().unwrap();
        assert_eq!(chains.len(), leaves);
        let chain = chains[0]["cat_and_qua"].as_array().unwrap();
        let levels: Vec<_> = chain.iter().map(|c| c["cat"]["level"].as_i64().unwrap()).collect();
        assert_eq!(levels, [3, 2, 1]);
        assert_eq!(chain[0]["cat"]["f_cat_id"], chain[1]["cat"]["cat_id"]);
        assert_eq!(chain[2]["cat"]["f_cat_id"], "0");

        let tops = wire(&app, &shop_app(), "POST", "category/availablesoncategories/get", Some(json!({ "f_cat_id": 0 }))).await;
        assert_eq!(tops["cat_list"].as_array().unwrap().len(), 12);
        let top = tops["cat_list"][0]["cat_id"].clone();
        let under = wire(&app, &shop_app(), "POST", "category/availablesoncategories/get", Some(json!({ "f_cat_id": top }))).await;
        assert!(under["cat_list"].as_array().unwrap().iter().all(|c| c["f_cat_id"] == top && c["leaf"] == false));

        let leaf = chain[0]["cat"]["cat_id"].as_str().unwrap().parse::<i64>().unwrap();
        let detail = wire(&app, &shop_app(), "POST", "category/detail", Some(json!({ "cat_id": leaf }))).await;
        assert_eq!(detail["info"]["cat_id"], leaf.to_string());
        assert!(detail["attr"]["sale_attr_list"][0]["value"].as_str().unwrap().contains(';'));
        let unknown = wire(&app, &shop_app(), "POST", "category/detail", Some(json!({ "cat_id": 1 }))).await;
        assert_eq!(unknown["errcode"], 10_020_017);

        let usable = wire(&app, &shop_app(), "GET", "category/list/get", None).await;
        let guarded = tree.iter().filter(|c| c.rules.permit_required).count();
        assert_eq!(usable["list"].as_array().unwrap().len(), leaves - guarded);
    }

    async fn a_product_goes_on_and_off_sale_and_away(kit) {
        let app = app(&kit).await;
        let product = app.store.write(&staff(), draft(&app.store).await).await.unwrap().product;
        let send = async |path: &str, id: Value| {
            wire(&app, &shop_app(), "POST", &format!("product/{path}"), Some(json!({ "product_id": id }))).await["errcode"].clone()
        };
        assert_eq!(send("delisting", json!(product.0)).await, 10_020_065);
        assert_eq!(send("listing", json!(product.0)).await, 0);
        assert_eq!(send("listing", json!(product)).await, 10_020_008);
        assert_eq!(send("audit/cancel", json!(product)).await, 0);
        assert_eq!(send("audit/cancel", json!(product)).await, 10_020_051);
        let round = submitted(&app.store, product).await;
        app.store.write(&operator(), verdict(product, round, crate::Verdict::Pass)).await.unwrap();
        assert_eq!(send("delisting", json!(product)).await, 0);
        assert_eq!(send("delete", json!(product)).await, 0);
        assert_eq!(send("delete", json!(product)).await, 10_020_052);
        assert_eq!(send("listing", json!(1)).await, 10_020_052);
    }

    async fn a_list_is_followed_by_its_key_and_counted(kit) {
        let app = app(&kit).await;
        let mut products = Vec::new();
        for _ in 0..3 {
            products.insert(0, app.store.write(&staff(), draft(&app.store).await).await.unwrap().product.to_string());
        }
        let list = async |body: Value| wire(&app, &shop_app(), "POST", "product/list/get", Some(body)).await;
        let first = list(json!({ "page_size": 2 })).await;
        assert_eq!((first["product_ids"].clone(), first["total_num"].clone()), (json!(products[..2]), json!(3)));
        let last = list(json!({ "page_size": 2, "next_key": first["next_key"] })).await;
        assert_eq!((last["product_ids"].clone(), last["next_key"].clone()), (json!(products[2..]), json!("")));
        assert_eq!(list(json!({ "status": 0 })).await["total_num"], 3);
        assert_eq!(list(json!({ "status": 5 })).await["product_ids"], json!([]));
        assert_eq!(list(json!({ "status": 14 })).await["total_num"], 0);
        assert_eq!(list(json!({ "page_size": 31 })).await["errcode"], 10_020_051);
        assert_eq!(list(json!({ "next_key": "x" })).await["errcode"], 10_020_051);
    }

    async fn both_prefixes_are_served_and_nothing_without_a_token(kit) {
        let app = app(&kit).await;
        let twin = call(&app, &shop_app(), "POST", "/shop/ec/product/list/get", None).await;
        assert_eq!(twin.ok()["errcode"], 0);
        let nobody = call(&app, &stranger(), "POST", "/shop/ec/product/list/get", None).await;
        assert_eq!(nobody.ok()["errcode"], 41001);
        let verb = call(&app, &shop_app(), "GET", "/channels/ec/product/list/get", None).await;
        assert_eq!(verb.ok()["errcode"], 43002);
        let operator = call(&app, &operator(), "POST", "/channels/ec/product/list/get", None).await;
        assert_eq!(operator.ok()["errcode"], 10_020_050);
    }
}

//! Requests in every form that clients send, and what comes back of them.

use super::*;
use crate::{
    Added, Product, Standing, Submit, Updated, Verdict,
    testing::*,
    wire::{added, product_answer, updated},
};
use kernel::Timestamp;
use serde_json::{Value, json};
use std::collections::HashMap;
use store::Store;

/// A request with everything in it, ids and numbers in the forms that SDKs send.
async fn full(store: &Store) -> Value {
    let leaf = leaf(store).await;
    let tree = seeded(store).await;
    let middle = tree.iter().find(|c| c.id == leaf).unwrap().parent.unwrap();
    let top = tree.iter().find(|c| c.id == middle).unwrap().parent.unwrap();
    let mut pictures = Vec::new();
    for seed in 1..=3 {
        pictures.push(files().absolute(&picture(store, &staff(), seed).await));
    }
    let begin = store.now().secs();
    json!({
        "out_product_id": "OUT-1", "title": "手工陶瓷马克杯", "short_title": "马克杯", "sub_title": "好杯",
        "head_imgs": pictures, "desc_info": { "imgs": [pictures[0]], "desc": "一杯好茶" },
        "cats": [{ "cat_id": top.0 }, { "cat_id": middle }, { "cat_id": leaf.0 }],
        "attrs": [{ "attr_key": "材质", "attr_value": "陶瓷" }], "spu_code": "SPU", "brand_id": "2100000000",
        "qualifications": [pictures[1]], "product_qua_infos": [{ "qua_id": "9", "qua_url": [pictures[2]] }],
        "deliver_method": 0, "express_info": { "template_id": 47_428_464_001_i64, "weight": "300" },
        "aftersale_desc": "七天无理由",
        "skus": [
            { "out_sku_id": "S-1", "thumb_img": pictures[0], "sale_price": 1300, "market_price": "1500",
              "stock_num": 7, "sku_code": "A24", "bar_code": "690",
              "sku_attrs": [{ "attr_key": "颜色", "attr_value": "红色" }],
              "sku_deliver_info": { "stock_type": 1, "full_payment_presale_delivery_type": 1,
                "presale_begin_time": begin, "presale_end_time": begin + 86_400,
                "full_payment_presale_delivery_time": 4, "spot_after_presale_end": 1 } },
            { "out_sku_id": "S-2", "thumb_img": "", "sale_price": 1400, "market_price": 1500,
              "sku_attrs": [{ "attr_key": "颜色", "attr_value": "蓝色" }] }
        ],
        "limited_info": { "period_type": 2, "limited_buy_num": 3 },
        "extra_service": { "seven_day_return": 1, "pay_after_use": 0, "freight_insurance": true, "exchange_support": 1 },
        "after_sale_info": { "after_sale_address_id": "12" },
        "size_chart": { "enable": true, "specification_list": [{ "name": "高", "unit": "cm", "is_range": false,
            "value_list": [{ "key": "均码", "value": "9" }] }] },
        "timing_onsale_info": { "status": 0 }, "spu_deliver_info": { "is_spu_range": 0 }, "release_mode": 0,
        "listing": false, "nobody_knows_this": {}
    })
}

fn parse<T: serde::de::DeserializeOwned>(body: &Value) -> T {
    serde_json::from_str(&body.to_string()).unwrap()
}

async fn add(store: &Store, body: &Value) -> Result<Added, Error> {
    let cmd = parse::<AddProduct>(body).command(&files())?;
    store.write(&shop_app(), cmd).await
}

async fn get(store: &Store, id: ProductId, data_type: Value) -> Value {
    let mut tx = store.read().await.unwrap();
    let product: Product = crate::product(&mut tx, SHOP, id).await.unwrap().unwrap();
    let stock: HashMap<SkuId, i64> = product.draft.skus.iter().zip([7, 8]).map(|(s, n)| (s.id, n)).collect();
    let request: GetProduct = parse(&json!({ "product_id": id, "data_type": data_type }));
    assert_eq!(request.product(), id);
    let mut answer = product_answer(&product, &request, &stock, &files());
    checked("product/get", &mut answer);
    answer
}

/// Holds the members of an answer against the facts.
fn checked(path: &str, members: &mut Value) {
    let known = wirecheck::Routes::load().unwrap();
    let facts = known.get("POST", &format!("/channels/ec/{path}")).unwrap();
    members["errcode"] = 0.into();
    members["errmsg"] = "ok".into();
    assert_eq!(wirecheck::check_answer(facts, members), []);
}

store::on_both! {
    rooms = rooms();

    async fn what_a_client_adds_comes_back_as_it_was(kit) {
        let store = kit.store(registry()).await;
        let sent = full(&store).await;
        let made = add(&store, &sent).await.unwrap();
        assert_eq!(made.initial_stock, [(made.skus[0], 7)]);
        let got = get(&store, made.product, json!(2)).await;
        let copy = &got["edit_product"];
        for field in [
            "out_product_id", "title", "short_title", "sub_title", "head_imgs", "desc_info", "attrs", "spu_code", "brand_id",
            "qualifications", "product_qua_infos", "deliver_method", "aftersale_desc", "limited_info", "after_sale_info",
            "size_chart", "release_mode",
        ] {
            assert_eq!(copy[field], sent[field], "{field}");
        }
        assert_eq!(copy["express_info"], json!({ "template_id": "47428464001", "weight": 300 }));
        assert_eq!(copy["extra_service"]["freight_insurance"], 1);
        assert_eq!((copy["status"].clone(), copy["edit_status"].clone(), copy["min_price"].clone()), (json!(0), json!(1), json!(1300)));
        let skus = copy["skus"].as_array().unwrap();
        assert_eq!(skus[0]["sku_deliver_info"], sent["skus"][0]["sku_deliver_info"]);
        assert_eq!((skus[0]["stock_num"].clone(), skus[1]["stock_num"].clone()), (json!(7), json!(8)));
        // A sku without a picture shows the product's.
        assert_eq!(skus[1]["thumb_img"], sent["head_imgs"][0]);
        let chain: Vec<_> = copy["cats_v2"].as_array().unwrap().iter().map(|c| c["cat_id"].as_str().unwrap().to_owned()).collect();
        assert_eq!((chain.len(), chain[1].as_str()), (3, sent["cats"][1]["cat_id"].as_str().unwrap()));
        let mut answer = added(&made);
        checked("product/add", &mut answer);
        assert_eq!(answer["data"]["product_id"], made.product.0);
    }

    async fn the_copies_are_shown_as_they_are_asked_for(kit) {
        let store = kit.store(registry()).await;
        let made = add(&store, &full(&store).await).await.unwrap();
        for data_type in [json!(1), Value::Null] {
            let got = get(&store, made.product, data_type).await;
            assert!(got.get("product").is_none() && got.get("edit_product").is_none());
        }
        assert!(get(&store, made.product, json!("3")).await.get("product").is_none());
        let sent: Standing = store.write(&shop_app(), Submit(made.product)).await.unwrap();
        store.write(&operator(), verdict(made.product, sent.round, Verdict::Pass)).await.unwrap();
        let both = get(&store, made.product, json!(3)).await;
        assert_eq!(both["product"], both["edit_product"]);
        assert_eq!((both["product"]["status"].clone(), both["product"]["edit_status"].clone()), (json!(5), json!(4)));
    }

    async fn an_update_names_its_product_and_sets_stock_of_known_skus(kit) {
        let store = kit.store(registry()).await;
        let mut body = full(&store).await;
        let made = add(&store, &body).await.unwrap();
        body["product_id"] = json!(made.product.0);
        body["title"] = "手工陶瓷马克杯 升级".into();
        body["skus"][1]["sku_id"] = json!(made.skus[1]);
        body["skus"][1]["stock_num"] = json!("20");
        let cmd = parse::<UpdateProduct>(&body).command(&files()).unwrap();
        let changed: Updated = store.write(&shop_app(), cmd).await.unwrap();
        assert_eq!((changed.skus.clone(), changed.initial_stock.len()), (made.skus.clone(), 0));
        assert_eq!(changed.set_stock, [(made.skus[0], 7), (made.skus[1], 20)]);
        let mut answer = updated(&changed);
        checked("product/update", &mut answer);
        assert_eq!(answer["data"]["product_id"], made.product.to_string());
    }

    async fn what_the_wire_alone_refuses_has_its_code(kit) {
        let store = kit.store(registry()).await;
        let good = full(&store).await;
        let refused = async |field: &str, value: Value| {
            let mut body = good.clone();
            body[field] = value;
            match add(&store, &body).await {
                Err(Error::Flaw(flaw)) => flaw,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(refused("title", json!("Ceramic mug 300ml!")).await, Flaw::TitleNoWords);
        assert_eq!(refused("title", json!("")).await, Flaw::TitleEmpty);
        assert_eq!(refused("cats", json!([])).await, Flaw::CategoryChain);
        assert_eq!(refused("cats_v2", json!([{ "cat_id": 1 }])).await, Flaw::CategoryUnknown);
        assert_eq!(refused("deliver_method", json!(2)).await, Flaw::Argument("deliver_method"));
        assert_eq!(refused("head_imgs", json!(["https://evil.example/a.png"])).await, Flaw::Picture);
        assert_eq!(refused("skus", json!([])).await, Flaw::NoSku);
    }
}

#[test]
fn a_change_without_audit_is_read_by_both_names_of_the_limit() {
    let body = json!({
        "product_id": "7", "spu_code": "P",
        "skus": [
            { "sku_id": 8, "sale_price": "990", "stock_info": { "diff_type": 1, "num": 5 }, "status": 11 },
            { "sku_id": "9", "stock_info": { "num": "3" }, "is_delete": 1, "sku_deliver_info": { "stock_type": 0 } }
        ],
        "limit_info": { "period_type": 1, "limited_buy_num": 2 },
        "express_info": { "template_id": "5", "weight": 0 },
        "timing_onsale_info": { "status": 1, "onsale_time": 1_700_000_000, "is_hide_price": 1 },
        "spu_deliver_info": { "is_spu_range": false }
    });
    let (cmd, stock) = parse::<AuditFree>(&body).command().unwrap();
    let change = |sku, diff_type, num| StockChange { sku: SkuId(sku), diff_type, num };
    assert_eq!(stock, [change(8, 1, 5), change(9, 3, 3)]);
    assert_eq!((cmd.product, cmd.spu_code.as_deref()), (ProductId(7), Some("P")));
    assert_eq!(cmd.limit.flatten().map(|l| (l.period, l.most)), Some((1, 2)));
    assert_eq!(cmd.timing.flatten().map(|t| t.onsale_at), Some(Timestamp::from_secs(1_700_000_000)));
    assert_eq!((cmd.presale, cmd.express.unwrap().weight_g), (Some(None), None));
    let first = SkuChange { sale_price: Some(990), on_sale: Some(false), ..SkuChange::of(SkuId(8)) };
    let second = SkuChange { presale: Some(None), delete: true, ..SkuChange::of(SkuId(9)) };
    assert_eq!(cmd.skus, [first, second]);
    let bad = json!({ "product_id": 7, "skus": [{ "sku_id": 8, "status": 6 }] });
    assert!(matches!(parse::<AuditFree>(&bad).command(), Err(Error::Flaw(Flaw::Argument("skus.status")))));
}

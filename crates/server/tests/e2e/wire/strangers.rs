//! What belongs to another shop is, for this one, not there.

use serde_json::{Value, json};
use wirecheck::{Field, RouteFacts, Routes, Tree};

use super::demo::{Demo, without_rid};

/// An id of the same length that nobody has: the demo counts its own from one million.
fn nobodys(theirs: &str) -> String {
    format!("8{}", &theirs[1..])
}

/// A well-formed value of a type.
fn sample(tree: &Tree) -> Value {
    match tree {
        Tree::Object(fields) => fields
            .iter()
            .filter(|(_, field)| field.required)
            .map(|(name, Field { tree, .. })| (name.to_owned(), sample(tree)))
            .collect(),
        Tree::List(item) => json!([sample(item)]),
        Tree::Text | Tree::Any | Tree::File => json!("text"),
        Tree::Id => json!("1"),
        Tree::Bool => json!(true),
        Tree::Integer | Tree::Long | Tree::Bool01 | Tree::Number => json!(1),
    }
}

/// Routes whose request names such an id, each with a request that is well-formed but for it.
fn routes_that_take(id: &str) -> Vec<(RouteFacts, Value)> {
    let takes = |facts: &&RouteFacts| match &facts.req {
        Tree::Object(fields) => facts.path.starts_with("/channels/ec/") && fields.get(id).is_some(),
        _ => false,
    };
    let routes = Routes::load().unwrap();
    routes.iter().filter(takes).map(|facts| (facts.clone(), sample(&facts.req))).collect()
}

/// Every route that takes such an id answers another shop's as it answers nobody's.
async fn is_as_nobodys(demo: &Demo, name: &str, theirs: &str) {
    let token = demo.shop_token(0).await;
    let routes = routes_that_take(name);
    assert!(routes.len() >= 5, "{} routes take {name}", routes.len());
    for (facts, mut body) in routes {
        let mut told = Vec::new();
        for id in [nobodys(theirs), theirs.to_owned()] {
            body[name] = if body[name].is_array() { json!([id]) } else { json!(id) };
            let (status, text) = demo.call(&facts.method, &facts.path, &token, Some(body.to_string())).await;
            told.push((status, without_rid(&text)));
        }
        assert_eq!(told[0], told[1], "{}", facts.path);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_shops_order_is_as_one_that_never_was() {
    let demo = Demo::with(&[]).await;
    let token = demo.shop_token(1).await;
    let now = demo.app.running.app.store.now().secs();
    let week = json!({ "start_time": now - 6 * 86_400, "end_time": now + 1 });
    let list = json!({ "create_time_range": week, "page_size": 10 });
    let orders = demo.done("/channels/ec/order/list/get", &token, &list).await;
    let order = orders["order_id_list"][0].as_str().unwrap_or_else(|| panic!("{orders}"));
    let get = json!({ "order_id": order });
    let before = demo.done("/channels/ec/order/get", &token, &get).await;
    is_as_nobodys(&demo, "order_id", order).await;
    assert_eq!(demo.done("/channels/ec/order/get", &token, &get).await, before);
    let (_, told) =
        demo.call("POST", "/channels/ec/order/get", &demo.shop_token(0).await, Some(get.to_string())).await;
    assert!(told.contains("\"errcode\":100002"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_shops_product_is_as_one_that_never_was() {
    let demo = Demo::with(&[]).await;
    let token = demo.shop_token(1).await;
    let list = json!({ "page_size": 10 });
    let products = demo.done("/channels/ec/product/list/get", &token, &list).await;
    let product = products["product_ids"][0].as_str().unwrap_or_else(|| panic!("{products}"));
    let get = json!({ "product_id": product, "data_type": 3 });
    let before = demo.done("/channels/ec/product/get", &token, &get).await;
    is_as_nobodys(&demo, "product_id", product).await;
    assert_eq!(demo.done("/channels/ec/product/get", &token, &get).await, before);
}

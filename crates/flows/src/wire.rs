//! The wire routes that speak of a product and of its stock at once (`docs/wire/products.md`).

use axum::{Router, extract::State};
use catalog::wire::{
    AddProduct, AuditFree, GetProduct, UpdateProduct, added, failure, product_answer, updated,
};
use face::{
    App,
    wire::{Answered, Call, Failure, Routes, ok},
};
use media::Files;
use serde_json::json;
use std::collections::HashMap;

use crate::{AddProductWithStock, ChangeFreeWithStock, Error, UpdateProductWithStock};

/// The wire routes of this level.
pub fn wire_routes() -> Router<App> {
    Routes::new()
        .post("/channels/ec/product/add", add_product)
        .post("/channels/ec/product/update", update_product)
        .post("/channels/ec/product/auditfree", change_free)
        .post("/channels/ec/product/get", get_product)
        .into_router()
}

async fn add_product(State(app): State<App>, call: Call<AddProduct>) -> Answered {
    let files = app.service::<Files>()?;
    let add = call.body.command(&files).map_err(failure)?;
    let done = app.store.write(&call.caller, AddProductWithStock(add)).await.map_err(refused)?;
    Ok(ok(added(&done)))
}

async fn update_product(State(app): State<App>, call: Call<UpdateProduct>) -> Answered {
    let files = app.service::<Files>()?;
    let update = call.body.command(&files).map_err(failure)?;
    let done = app.store.write(&call.caller, UpdateProductWithStock(update)).await.map_err(refused)?;
    Ok(ok(updated(&done)))
}

async fn change_free(State(app): State<App>, call: Call<AuditFree>) -> Answered {
    let (change, stock) = call.body.command().map_err(failure)?;
    app.store.write(&call.caller, ChangeFreeWithStock { change, stock }).await.map_err(refused)?;
    Ok(ok(json!({})))
}

async fn get_product(State(app): State<App>, call: Call<GetProduct>) -> Answered {
    let files = app.service::<Files>()?;
    let ctx = app.store.ctx(&call.caller).await?;
    let mut tx = app.store.read().await?;
    let product = catalog::own(&mut tx, &ctx, call.body.product()).await.map_err(failure)?;
    let skus = catalog::skus_of(&mut tx, product.shop, product.id).await?;
    let levels = stock::levels(&mut tx, product.shop, &skus).await?;
    let stock: HashMap<_, _> = levels.into_iter().map(|level| (level.sku, level.available)).collect();
    Ok(ok(product_answer(&product, &call.body, &stock, &files)))
}

/// The published codes of the rooms that a flow leads through.
fn refused(e: Error) -> Failure {
    match e {
        Error::Catalog(e) => failure(e),
        other => Failure::of(&other),
    }
}

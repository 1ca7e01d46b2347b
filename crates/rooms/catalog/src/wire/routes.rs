//! The routes of this face that need no other room.

use axum::{Router, extract::State};
use face::{
    App,
    wire::{Answered, Call, Id, Int, Routes, ok},
};
use kernel::{CategoryId, Cursor, PageSize, Permission, ProductId};
use serde::Deserialize;
use serde_json::json;

use super::{category, failure};
use crate::{CancelAudit, Delete, Delist, Error, Filter, Flaw, Status, Submit};

/// The routes of this face but those that speak of stock.
pub fn wire_routes() -> Router<App> {
    Routes::new()
        .get("/channels/ec/category/all", all_categories)
        .post("/channels/ec/category/detail", category_detail)
        .post("/channels/ec/category/availablesoncategories/get", child_categories)
        .get("/channels/ec/category/list/get", usable_categories)
        .post("/channels/ec/product/list/get", list_products)
        .post("/channels/ec/product/listing", list_product)
        .post("/channels/ec/product/delisting", delist_product)
        .post("/channels/ec/product/delete", delete_product)
        .post("/channels/ec/product/audit/cancel", cancel_audit)
        .into_router()
}

#[derive(Deserialize)]
struct Nothing {}

async fn all_categories(State(app): State<App>, _call: Call<Nothing>) -> Answered {
    let tree = crate::tree(&mut *app.store.read().await?).await?;
    Ok(ok(category::all(&tree)))
}

#[derive(Deserialize)]
struct OneCategory {
    cat_id: Id,
}

async fn category_detail(State(app): State<App>, call: Call<OneCategory>) -> Answered {
    let id = CategoryId(call.body.cat_id.0);
    let found = crate::category(&mut *app.store.read().await?, id).await?.filter(|c| !c.retired);
    Ok(ok(category::detail(&found.ok_or(Error::NoSuchCategory).map_err(failure)?)))
}

#[derive(Deserialize)]
struct Parent {
    #[serde(default)]
    f_cat_id: Id,
}

async fn child_categories(State(app): State<App>, call: Call<Parent>) -> Answered {
    let shop = app.store.ctx(&call.caller).await?.shop(Permission::ProductRead)?;
    let tree = crate::usable_by(&mut *app.store.read().await?, shop).await?;
    Ok(ok(category::children(&tree, call.body.f_cat_id.0)))
}

async fn usable_categories(State(app): State<App>, call: Call<Nothing>) -> Answered {
    let shop = app.store.ctx(&call.caller).await?.shop(Permission::ProductRead)?;
    let tree = crate::usable_by(&mut *app.store.read().await?, shop).await?;
    Ok(ok(category::usable(&tree)))
}

#[derive(Deserialize)]
struct OneProduct {
    product_id: Id,
}

impl OneProduct {
    const fn id(&self) -> ProductId {
        ProductId(self.product_id.0)
    }
}

async fn list_product(State(app): State<App>, call: Call<OneProduct>) -> Answered {
    app.store.write(&call.caller, Submit(call.body.id())).await.map_err(failure)?;
    Ok(ok(json!({})))
}

async fn delist_product(State(app): State<App>, call: Call<OneProduct>) -> Answered {
    app.store.write(&call.caller, Delist(call.body.id())).await.map_err(failure)?;
    Ok(ok(json!({})))
}

async fn delete_product(State(app): State<App>, call: Call<OneProduct>) -> Answered {
    app.store.write(&call.caller, Delete(call.body.id())).await.map_err(failure)?;
    Ok(ok(json!({})))
}

async fn cancel_audit(State(app): State<App>, call: Call<OneProduct>) -> Answered {
    app.store.write(&call.caller, CancelAudit(call.body.id())).await.map_err(failure)?;
    Ok(ok(json!({})))
}

#[derive(Deserialize)]
struct Wanted {
    status: Option<Int>,
    page_size: Option<Int>,
    next_key: Option<String>,
}

const USUAL_PAGE: i64 = 10;
const LARGEST_PAGE: i64 = 30;

impl Wanted {
    /// The size of the page and where it begins.
    fn span(&self) -> Result<(PageSize, Cursor), Flaw> {
        let size = self.page_size.map_or(USUAL_PAGE, |n| n.0);
        let size = PageSize::new(size).filter(|_| size <= LARGEST_PAGE).ok_or(Flaw::Argument("page_size"))?;
        let after = match self.next_key.as_deref() {
            None | Some("") => Cursor::NEWEST,
            Some(key) => Cursor::parse(key).ok_or(Flaw::Argument("next_key"))?,
        };
        Ok((size, after))
    }
}

async fn list_products(State(app): State<App>, call: Call<Wanted>) -> Answered {
    let (size, after) = call.body.span().map_err(|flaw| failure(flaw.into()))?;
    let status = call.body.status.map(|number| Status::of(number.0));
    if status == Some(None) {
        // A status that no product of this platform ever has.
        return Ok(ok(json!({ "product_ids": [], "next_key": "", "total_num": 0 })));
    }
    let filter = Filter { status: status.flatten(), text: String::new() };
    let (ctx, mut tx) = (app.store.ctx(&call.caller).await?, app.store.read().await?);
    let page = crate::list(&mut tx, &ctx, &filter, after, size).await.map_err(failure)?;
    let total = crate::count(&mut tx, &ctx, filter.status).await.map_err(failure)?;
    let ids: Vec<ProductId> = page.items.iter().map(|l| l.product).collect();
    Ok(ok(json!({ "product_ids": ids, "next_key": page.next.unwrap_or_default(), "total_num": total })))
}

#[cfg(test)]
mod tests;

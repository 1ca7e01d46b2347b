//! The WeChat-compatible face: `product/stock/*` (`docs/wire/products.md`).

use axum::{Router, extract::State};
use face::{
    App,
    wire::{Answered, Call, Failure, Id, Int, Routes, ok},
};
use kernel::{Cursor, Denied, PageSize, ProductId, SkuId, Timestamp, day_ms};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Change, Error, FlowFilter, FlowLine, Level, Reason, Update};

/// The routes of the room, under both prefixes.
pub fn wire_routes() -> Router<App> {
    Routes::new()
        .post("/channels/ec/product/stock/get", get)
        .post("/channels/ec/product/stock/batchget", batch_get)
        .post("/channels/ec/product/stock/update", update)
        .post("/channels/ec/product/stock/getflow", get_flow)
        .into_router()
}

/// Published codes (`docs/wire/errcodes.md`).
const NO_RIGHT: i64 = 10_020_050;
const ARGUMENT: i64 = 10_020_051;
const NO_PRODUCT: i64 = 10_020_052;
const IN_AUDIT: i64 = 10_020_217;
const DIFFERENCE_ZERO: i64 = 10_020_218;
const NOT_ENOUGH: i64 = 10_020_219;
const NEVER_LISTED: i64 = 10_020_289;

fn failure(e: Error) -> Failure {
    let code = match &e {
        Error::Denied(Denied::Forbidden) => NO_RIGHT,
        Error::SkuUnknown => NO_PRODUCT,
        Error::InAudit => IN_AUDIT,
        Error::NothingToChange => DIFFERENCE_ZERO,
        Error::NotEnough { .. } => NOT_ENOUGH,
        Error::NeverListed => NEVER_LISTED,
        Error::QuantityInvalid { .. } => ARGUMENT,
        _ => return e.into(),
    };
    Failure::new(code, e.to_string())
}

fn wrong(what: &'static str) -> Failure {
    Failure::new(ARGUMENT, what)
}

#[derive(Debug, Deserialize)]
struct Which {
    product_id: Id,
    sku_id: Id,
}

async fn get(State(app): State<App>, Call { caller, body }: Call<Which>) -> Answered {
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let (product, sku) = (ProductId(body.product_id.0), SkuId(body.sku_id.0));
    let level = crate::own_level(&mut tx, &ctx, product, sku).await.map_err(failure)?;
    Ok(ok(json!({ "data": numbers(&level) })))
}

/// What a level looks like: common stock only; there are no warehouses of regions and nothing set aside for creators or
/// limited-time offers.
fn numbers(level: &Level) -> Value {
    json!({
        "normal_stock_num": level.available,
        "limited_discount_stock_num": 0,
        "warehouse_stocks": [],
        "total_stock_num": level.available,
    })
}

/// The most products of a batch.
const MOST_PRODUCTS: usize = 100;

#[derive(Debug, Deserialize)]
struct Batch {
    /// A list under a singular name, as published.
    product_id: Vec<Id>,
}

async fn batch_get(State(app): State<App>, Call { caller, body }: Call<Batch>) -> Answered {
    if body.product_id.len() > MOST_PRODUCTS {
        return Err(wrong("too many products"));
    }
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let mut list = Vec::with_capacity(body.product_id.len());
    for Id(product) in body.product_id {
        let levels = crate::own_levels(&mut tx, &ctx, ProductId(product)).await.map_err(failure)?;
        let skus: Vec<Value> = levels.iter().map(of_sku).collect();
        list.push(json!({ "product_id": product.to_string(), "sku_stock": skus }));
    }
    Ok(ok(json!({ "data": { "spu_stock_list": list } })))
}

fn of_sku(level: &Level) -> Value {
    let mut numbers = numbers(level);
    if let Some(members) = numbers.as_object_mut() {
        members.insert("sku_id".into(), level.sku.to_string().into());
    }
    numbers
}

#[derive(Debug, Deserialize)]
struct UpdateBody {
    product_id: Id,
    sku_id: Id,
    diff_type: Int,
    num: Int,
}

async fn update(State(app): State<App>, Call { caller, body }: Call<UpdateBody>) -> Answered {
    let change = match (body.diff_type.0, body.num.0) {
        (1..=3, n) if n < 0 => return Err(wrong("num must not be negative")),
        (1, n) => Change::By(n),
        (2, n) => Change::By(-n),
        (3, n) => Change::To(n),
        _ => return Err(wrong("diff_type is 1, 2 or 3")),
    };
    let (product, sku) = (ProductId(body.product_id.0), SkuId(body.sku_id.0));
    app.store.write(&caller, Update { sku, product, change }).await.map_err(failure)?;
    Ok(ok(json!({})))
}

/// The flow reaches back so far.
const REACH_MS: i64 = day_ms(180);
/// The only kind of stock that there is; 1 would be a creator's.
const COMMON: i64 = 0;
/// `stock_sub_type` of common stock.
const COMMON_SUB_TYPE: i64 = 1;

#[derive(Debug, Deserialize)]
struct FlowBody {
    product_id: Id,
    sku_id: Id,
    stock_type: Int,
    begin_time: Int,
    end_time: Int,
    #[serde(default)]
    op_type_list: Vec<Int>,
    page_size: Int,
    #[serde(default)]
    next_key: String,
}

impl FlowBody {
    /// Which lines are asked for; `None` where there can't be any.
    fn filter(&self, now: Timestamp) -> Option<FlowFilter> {
        let reasons: Vec<Reason> = self.op_type_list.iter().filter_map(|t| Reason::of(t.0)).collect();
        if self.stock_type.0 != COMMON || (reasons.is_empty() && !self.op_type_list.is_empty()) {
            return None;
        }
        let from = Timestamp::from_secs(self.begin_time.0).max(now + -REACH_MS);
        // The last second is asked for as well.
        Some(FlowFilter { from, until: Timestamp::from_secs(self.end_time.0.saturating_add(1)), reasons })
    }

    fn size(&self) -> Result<PageSize, Failure> {
        PageSize::new(self.page_size.0.min(PageSize::MAX)).ok_or_else(|| wrong("page_size is at least 1"))
    }

    fn cursor(&self) -> Result<Cursor, Failure> {
        if self.next_key.is_empty() {
            return Ok(Cursor::NEWEST);
        }
        Cursor::parse(&self.next_key).ok_or_else(|| wrong("next_key is that of an earlier answer"))
    }
}

async fn get_flow(State(app): State<App>, Call { caller, body }: Call<FlowBody>) -> Answered {
    let (size, cursor) = (body.size()?, body.cursor()?);
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let (product, sku) = (ProductId(body.product_id.0), SkuId(body.sku_id.0));
    crate::own_level(&mut tx, &ctx, product, sku).await.map_err(failure)?;
    let Some(filter) = body.filter(ctx.now) else { return Ok(flow_page(&[], None)) };
    let page = crate::flow(&mut tx, &ctx, sku, &filter, cursor, size).await.map_err(failure)?;
    Ok(flow_page(&page.items, page.next))
}

fn flow_page(lines: &[FlowLine], next: Option<String>) -> axum::Json<Value> {
    let list: Vec<Value> = lines.iter().map(flow_line).collect();
    ok(json!({ "data": { "stock_flow_info_list": list, "next_key": next.unwrap_or_default() } }))
}

fn flow_line(line: &FlowLine) -> Value {
    let order = line.order.map_or(0, kernel::HoldId::get);
    json!({
        "amount": line.amount.abs(),
        "beginning_amount": line.before,
        "ending_amount": line.after,
        "stock_sub_type": COMMON_SUB_TYPE,
        "op_type": line.reason.op_type(),
        "update_time": line.at.secs(),
        "ext_info": { "order_id": order.to_string() },
    })
}

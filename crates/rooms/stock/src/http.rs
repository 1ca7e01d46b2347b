//! The native face: levels, receipts, corrections, the flow.

use axum::{Json, extract::State};
use face::{App, Keyed, Paging, Params, Rest, Who};
use kernel::{Cursor, Page, ProductId, SkuId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Change, Correction, Error, FlowFilter, FlowLine, Level, Movement, Reason};

/// The routes of the room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_stock_levels))
        .routes(routes!(receive_stock))
        .routes(routes!(correct_stock))
        .routes(routes!(list_stock_flow))
}

/// How many pieces of a sku there are; `received + corrected = available + reserved + sold - returned`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = stock::Level)]
struct LevelView {
    /// Which sku.
    #[schema(value_type = String)]
    sku: SkuId,
    /// Came in.
    received: i64,
    /// Was found to be more or, below zero, less.
    corrected: i64,
    /// May be sold.
    available: i64,
    /// Promised to orders that are not paid.
    reserved: i64,
    /// Went out with paid orders.
    sold: i64,
    /// Of those sold, came back.
    returned: i64,
}

impl From<Level> for LevelView {
    fn from(l: Level) -> Self {
        let Level { sku, received, corrected, available, reserved, sold, returned, .. } = l;
        Self { sku, received, corrected, available, reserved, sold, returned }
    }
}

/// The levels of a product.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = stock::Levels)]
struct LevelsView {
    /// By sku.
    items: Vec<LevelView>,
}

/// Which levels.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct LevelsQuery {
    /// The product.
    #[param(value_type = String)]
    product: ProductId,
}

/// Pieces that come in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = stock::Receipt)]
struct ReceiptBody {
    /// The product.
    #[schema(value_type = String)]
    product: ProductId,
    /// Its sku.
    #[schema(value_type = String)]
    sku: SkuId,
    /// Pieces, 1 to 10,000,000.
    quantity: i64,
    /// What is noted with it, at most 200 characters.
    note: Option<String>,
}

impl From<ReceiptBody> for Movement {
    fn from(b: ReceiptBody) -> Self {
        Self { sku: b.sku, product: b.product, quantity: b.quantity, note: b.note }
    }
}

/// A correction: `by` a difference, or `to` a number.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = stock::Correction)]
struct CorrectionBody {
    /// The product.
    #[schema(value_type = String)]
    product: ProductId,
    /// Its sku.
    #[schema(value_type = String)]
    sku: SkuId,
    /// So many pieces more, or below zero fewer.
    by: Option<i64>,
    /// So many pieces are available now.
    to: Option<i64>,
    /// What is noted with it, at most 200 characters.
    note: Option<String>,
}

impl TryFrom<CorrectionBody> for Correction {
    type Error = Error;
    fn try_from(b: CorrectionBody) -> Result<Self, Error> {
        let change = match (b.by, b.to) {
            (Some(by), None) => Change::By(by),
            (None, Some(to)) => Change::To(to),
            _ => return Err(Error::ChangeUnclear),
        };
        Ok(Self { sku: b.sku, product: b.product, change, note: b.note })
    }
}

/// Which lines of the flow.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct FlowQuery {
    /// The sku.
    #[param(value_type = String)]
    sku: SkuId,
    /// Only for this reason.
    reason: Option<Reason>,
    /// From this moment on, ms of business time.
    from: Option<i64>,
    /// Until before this moment, ms of business time.
    until: Option<i64>,
    /// Rows a page, 1 to 100; 20 when left out.
    size: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
}

impl FlowQuery {
    fn filter(&self) -> FlowFilter {
        let all = FlowFilter::ALL;
        FlowFilter {
            from: self.from.map_or(all.from, Timestamp::from_ms),
            until: self.until.map_or(all.until, Timestamp::from_ms),
            reasons: self.reason.into_iter().collect(),
        }
    }

    fn paging(&self) -> Paging {
        Paging { size: self.size, after: self.after.clone() }
    }
}

/// A change of what is available.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = stock::FlowLine)]
struct FlowLineView {
    /// Why.
    reason: Reason,
    /// Pieces: above zero more, below fewer.
    amount: i64,
    /// Available before it.
    before: i64,
    /// Available after it.
    after: i64,
    /// The order.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    /// What was noted with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// When, ms of business time.
    at: i64,
}

impl From<FlowLine> for FlowLineView {
    fn from(l: FlowLine) -> Self {
        let order = l.order.map(|order| order.to_string());
        let FlowLine { reason, amount, before, after, note, .. } = l;
        Self { reason, amount, before, after, order, note, at: l.at.ms() }
    }
}

/// A page of the flow, the newest line first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = stock::Flow)]
struct FlowView {
    /// The lines.
    items: Vec<FlowLineView>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl From<Page<FlowLine>> for FlowView {
    fn from(page: Page<FlowLine>) -> Self {
        let page = page.map(FlowLineView::from);
        Self { items: page.items, next: page.next }
    }
}

/// The levels of all skus of a product.
#[utoipa::path(get, path = "/api/v1/stock/levels", tag = "stock", params(LevelsQuery),
    responses((status = 200, body = LevelsView)))]
async fn list_stock_levels(
    State(app): State<App>,
    Who(caller): Who,
    Params(query): Params<LevelsQuery>,
) -> Rest<LevelsView> {
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let levels = crate::own_levels(&mut tx, &ctx, query.product).await?;
    Ok(Json(LevelsView { items: levels.into_iter().map(LevelView::from).collect() }))
}

/// Pieces come in.
#[utoipa::path(post, path = "/api/v1/stock/receipts", tag = "stock", request_body = ReceiptBody,
    params(("Idempotency-Key" = String, Header)), responses((status = 200, body = LevelView)))]
async fn receive_stock(
    State(app): State<App>,
    Keyed { caller, key, body }: Keyed<ReceiptBody>,
) -> Rest<LevelView> {
    let level = app.store.once(&caller, key, Movement::from(body)).await?;
    Ok(Json(level.into()))
}

/// Corrects what is available.
#[utoipa::path(post, path = "/api/v1/stock/corrections", tag = "stock", request_body = CorrectionBody,
    params(("Idempotency-Key" = String, Header)), responses((status = 200, body = LevelView)))]
async fn correct_stock(
    State(app): State<App>,
    Keyed { caller, key, body }: Keyed<CorrectionBody>,
) -> Rest<LevelView> {
    let level = app.store.once(&caller, key, Correction::try_from(body)?).await?;
    Ok(Json(level.into()))
}

/// Every change of what is available of a sku, the newest first.
#[utoipa::path(get, path = "/api/v1/stock/flow", tag = "stock", params(FlowQuery),
    responses((status = 200, body = FlowView)))]
async fn list_stock_flow(
    State(app): State<App>,
    Who(caller): Who,
    Params(query): Params<FlowQuery>,
) -> Rest<FlowView> {
    let (cursor, size) = (query.paging().cursor(Cursor::NEWEST)?, query.paging().size()?);
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let page = crate::flow(&mut tx, &ctx, query.sku, &query.filter(), cursor, size).await?;
    Ok(Json(page.into()))
}

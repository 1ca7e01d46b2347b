//! What a shop's staff and programs call.

use axum::{Json, extract::State};
use face::{App, Body, IdPath, Keyed, Paging, Params, ProblemBody, Rest, Who};
use kernel::{Cursor, Item, OrderId};

use super::{
    dto::{OrderOut, OrderPage, StepOut},
    input::{Done, OrderQuery, RefundIn, RefundOut, RemarkIn, RepriceIn, ShipIn, ShipParcelIn, ShippedOut},
    shopper::Nothing,
};
use crate::{Cancel, RefundOrder, Remark, Reprice, Ship, ShipParcel, find};

/// The shop's orders: in one state by when they were placed, else by their latest change; the latest first.
#[utoipa::path(get, path = "/api/v1/orders", tag = "order", params(OrderQuery), responses((status = 200, body = OrderPage), (status = "4XX", body = ProblemBody)))]
pub(super) async fn list_orders(
    State(app): State<App>,
    Who(caller): Who,
    Params(query): Params<OrderQuery>,
) -> Rest<OrderPage> {
    let paging = Paging { size: query.size, after: query.after };
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let page = find::list(&mut tx, &ctx, query.state, paging.cursor(Cursor::NEWEST)?, paging.size()?).await?;
    let page = page.map(|o| OrderOut::for_shop(&o, &[]));
    Ok(Json(OrderPage { items: page.items, next: page.next }))
}

/// One of the shop's orders, with its parcels.
#[utoipa::path(get, path = "/api/v1/orders/{order_id}", tag = "order", params(("order_id" = String, Path)), responses((status = 200, body = OrderOut), (status = "4XX", body = ProblemBody)))]
pub(super) async fn get_order(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(order): IdPath<OrderId>,
) -> Rest<OrderOut> {
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let order = find::get(&mut tx, &ctx, order).await?;
    let parcels = find::parcels(&mut tx, &order).await?;
    Ok(Json(OrderOut::for_shop(&order, &parcels)))
}

/// What has been done with an order, from the beginning.
#[utoipa::path(get, path = "/api/v1/orders/{order_id}/history", tag = "order", params(("order_id" = String, Path)), responses((status = 200, body = Vec<StepOut>), (status = "4XX", body = ProblemBody)))]
pub(super) async fn get_order_history(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(order): IdPath<OrderId>,
) -> Rest<Vec<StepOut>> {
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let order = find::get(&mut tx, &ctx, order).await?;
    let steps = find::history(&mut tx, &order).await?;
    Ok(Json(steps.into_iter().map(StepOut::from).collect()))
}

/// Ships an order: whole, split over parcels, or some pieces now.
#[utoipa::path(post, path = "/api/v1/orders/{order_id}/ship", tag = "order", request_body = ShipIn, params(("order_id" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ShippedOut), (status = "4XX", body = ProblemBody)))]
pub(super) async fn ship_order(
    State(app): State<App>,
    IdPath(order): IdPath<OrderId>,
    call: Keyed<ShipIn>,
) -> Rest<ShippedOut> {
    let parcels = call.body.parcels.into_iter().map(parcel).collect();
    let parcel_ids = app.store.once(&call.caller, call.key, Ship { order, parcels }).await?;
    Ok(Json(ShippedOut { parcel_ids }))
}

fn parcel(p: ShipParcelIn) -> ShipParcel {
    ShipParcel {
        delivery_id: p.delivery_id,
        waybill_id: p.waybill_id,
        deliver_type: if p.no_logistics { 3 } else { 1 },
        items: p.items.iter().map(Item::from).collect(),
    }
}

/// Cancels an order that is not paid.
#[utoipa::path(post, path = "/api/v1/orders/{order_id}/cancel", tag = "order", params(("order_id" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = Done), (status = "4XX", body = ProblemBody)))]
pub(super) async fn cancel_order(
    State(app): State<App>,
    IdPath(order): IdPath<OrderId>,
    call: Keyed<Nothing>,
) -> Rest<Done> {
    app.store.once(&call.caller, call.key, Cancel { order }).await?;
    Ok(Json(Done { done: true }))
}

/// Lowers the price of an order that is not paid.
#[utoipa::path(post, path = "/api/v1/orders/{order_id}/price", tag = "order", request_body = RepriceIn, params(("order_id" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = Done), (status = "4XX", body = ProblemBody)))]
pub(super) async fn reprice_order(
    State(app): State<App>,
    IdPath(order): IdPath<OrderId>,
    call: Keyed<RepriceIn>,
) -> Rest<Done> {
    let lines = call.body.lines.iter().map(|l| (l.sku_id, l.price)).collect();
    app.store.once(&call.caller, call.key, Reprice { order, lines, freight: call.body.freight }).await?;
    Ok(Json(Done { done: true }))
}

/// Sets the shop's own note. Repeating it changes nothing but the history.
#[utoipa::path(put, path = "/api/v1/orders/{order_id}/remark", tag = "order", request_body = RemarkIn, params(("order_id" = String, Path)), responses((status = 200, body = Done), (status = "4XX", body = ProblemBody)))]
pub(super) async fn remark_order(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(order): IdPath<OrderId>,
    Body(body): Body<RemarkIn>,
) -> Rest<Done> {
    app.store.write(&caller, Remark { order, notes: body.merchant_notes }).await?;
    Ok(Json(Done { done: true }))
}

/// Gives money back, in part or in full.
#[utoipa::path(post, path = "/api/v1/orders/{order_id}/refunds", tag = "order", request_body = RefundIn, params(("order_id" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RefundOut), (status = "4XX", body = ProblemBody)))]
pub(super) async fn refund_order(
    State(app): State<App>,
    IdPath(order): IdPath<OrderId>,
    call: Keyed<RefundIn>,
) -> Rest<RefundOut> {
    let refund = RefundOrder { order, amount: call.body.amount, reason: call.body.reason };
    let refund_id = app.store.once(&call.caller, call.key, refund).await?;
    Ok(Json(RefundOut { refund_id }))
}

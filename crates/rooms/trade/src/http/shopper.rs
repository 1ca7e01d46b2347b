//! What shoppers call.

use axum::{Json, extract::State};
use face::{App, Body, IdPath, Keyed, Paging, Params, ProblemBody, Rest, Who};
use kernel::{Cursor, Item, OrderId, Scope, ShopId};

use super::{
    dto::{OrderOut, OrderPage, PlaceIn, PlacedOut, QuoteIn, QuoteOut},
    input::{CartIn, CartLineOut, CartOut, Done},
};
use crate::{Cancel, Confirm, Place, PutInCart, cart, find, place};

/// The shopper's cart.
#[utoipa::path(get, path = "/api/v1/me/cart", tag = "cart", responses((status = 200, body = CartOut), (status = "4XX", body = ProblemBody)))]
pub(super) async fn get_cart(State(app): State<App>, Who(caller): Who) -> Rest<CartOut> {
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let lines = cart::cart(&mut tx, &ctx).await?;
    let line = |l: &crate::CartLine| CartLineOut {
        shop_id: l.shop,
        sku_id: l.sku,
        quantity: l.quantity,
        added_at: l.added_at,
    };
    Ok(Json(CartOut { lines: lines.iter().map(line).collect() }))
}

/// Sets how many of a sku lie in the cart. Repeating it changes nothing.
#[utoipa::path(put, path = "/api/v1/me/cart", tag = "cart", request_body = CartIn, responses((status = 200, body = Done), (status = "4XX", body = ProblemBody)))]
pub(super) async fn put_in_cart(
    State(app): State<App>,
    Who(caller): Who,
    Body(body): Body<CartIn>,
) -> Rest<Done> {
    let put = PutInCart { shop: body.shop_id, sku: body.sku_id, quantity: body.quantity };
    app.store.write(&caller, put).await?;
    Ok(Json(Done { done: true }))
}

/// What an order would cost now, explained line by line. Places nothing.
#[utoipa::path(post, path = "/api/v1/quotes", tag = "order", request_body = QuoteIn, responses((status = 200, body = QuoteOut), (status = "4XX", body = ProblemBody)))]
pub(super) async fn quote_order(State(app): State<App>, Body(body): Body<QuoteIn>) -> Rest<QuoteOut> {
    let items: Vec<Item> = body.items.iter().map(Item::from).collect();
    let mut tx = app.store.read().await?;
    Ok(Json(place::quote(&mut tx, body.shop_id, &items).await?.into()))
}

/// Places an order with one shop. A cart over several shops is checked out at once: `POST /api/v1/me/checkouts`.
#[utoipa::path(post, path = "/api/v1/orders", tag = "order", request_body = PlaceIn, params(("Idempotency-Key" = String, Header)), responses((status = 200, body = PlacedOut), (status = "4XX", body = ProblemBody)))]
pub(super) async fn place_order(State(app): State<App>, call: Keyed<PlaceIn>) -> Rest<PlacedOut> {
    let Keyed { caller, key, body } = call;
    let shop_id = body.shop_id;
    let place = Place {
        shopper: None,
        items: body.items.iter().map(Item::from).collect(),
        receiver: Some(body.receiver),
        customer_notes: body.customer_notes,
        discount: None,
        expected_total: body.expected_total,
    };
    let placed = app.store.once(&caller.within(Scope::Shop(shop_id)), key, place).await?;
    Ok(Json(PlacedOut { shop_id, order_id: placed.order, payment_id: placed.payment, total: placed.total }))
}

/// The shopper's orders with all shops, the latest first.
#[utoipa::path(get, path = "/api/v1/me/orders", tag = "order", params(Paging), responses((status = 200, body = OrderPage), (status = "4XX", body = ProblemBody)))]
pub(super) async fn list_my_orders(
    State(app): State<App>,
    Who(caller): Who,
    Params(paging): Params<Paging>,
) -> Rest<OrderPage> {
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let page = find::list_of_shopper(&mut tx, &ctx, paging.cursor(Cursor::NEWEST)?, paging.size()?).await?;
    let page = page.map(|o| OrderOut::for_shopper(&o, &[]));
    Ok(Json(OrderPage { items: page.items, next: page.next }))
}

/// One of the shopper's orders, with its parcels.
#[utoipa::path(get, path = "/api/v1/me/orders/{shop_id}/{order_id}", tag = "order", params(("shop_id" = String, Path), ("order_id" = String, Path)), responses((status = 200, body = OrderOut), (status = "4XX", body = ProblemBody)))]
pub(super) async fn get_my_order(
    State(app): State<App>,
    Who(caller): Who,
    IdPath((shop, order)): IdPath<(ShopId, OrderId)>,
) -> Rest<OrderOut> {
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let order = find::get_of_shopper(&mut tx, &ctx, shop, order).await?;
    let parcels = find::parcels(&mut tx, &order).await?;
    Ok(Json(OrderOut::for_shopper(&order, &parcels)))
}

/// Cancels an order that is not paid.
#[utoipa::path(post, path = "/api/v1/me/orders/{shop_id}/{order_id}/cancel", tag = "order", params(("shop_id" = String, Path), ("order_id" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = Done), (status = "4XX", body = ProblemBody)))]
pub(super) async fn cancel_my_order(
    State(app): State<App>,
    IdPath((shop, order)): IdPath<(ShopId, OrderId)>,
    call: Keyed<Nothing>,
) -> Rest<Done> {
    app.store.once(&call.caller.within(Scope::Shop(shop)), call.key, Cancel { order }).await?;
    Ok(Json(Done { done: true }))
}

/// Says that the goods have come: the order is finished and the shop gets its money.
#[utoipa::path(post, path = "/api/v1/me/orders/{shop_id}/{order_id}/confirm", tag = "order", params(("shop_id" = String, Path), ("order_id" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = Done), (status = "4XX", body = ProblemBody)))]
pub(super) async fn confirm_my_order(
    State(app): State<App>,
    IdPath((shop, order)): IdPath<(ShopId, OrderId)>,
    call: Keyed<Nothing>,
) -> Rest<Done> {
    app.store.once(&call.caller.within(Scope::Shop(shop)), call.key, Confirm { order }).await?;
    Ok(Json(Done { done: true }))
}

/// A request without a body.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

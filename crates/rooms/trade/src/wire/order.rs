//! One order: reading it, its receiver, its note, its price.

use axum::extract::State;
use face::{
    App,
    wire::{Call, Failure, Flag, Id, Int, code, ok},
};
use kernel::{Actor, OrderId, Permission, SkuId};
use media::Files;
use serde::Deserialize;
use serde_json::json;

use super::{Answered, WireError, render};
use crate::{Error, Remark, Reprice, find};

/// A call that names an order.
#[derive(Debug, Deserialize)]
pub(super) struct OrderIn {
    order_id: Id,
}

pub(super) async fn get_order(State(app): State<App>, call: Call<OrderIn>) -> Answered {
    let files = app.service::<Files>().map_err(|e| Failure::of(&e))?;
    let ctx = app.store.ctx(&call.caller).await?;
    let mut tx = app.store.read().await?;
    let order = find::get(&mut tx, &ctx, OrderId(call.body.order_id.0)).await?;
    let parcels = find::parcels(&mut tx, &order).await?;
    let payment = match order.payment {
        Some(payment) => pay::find(&mut tx, order.shop, payment).await.map_err(Error::from)?,
        None => None,
    };
    let openid = match call.caller.actor {
        Actor::ShopApp { app, .. } => {
            identity::openid(&mut tx, &ctx, app, order.shopper).await.map_err(|e| Failure::of(&e))?
        }
        _ => String::new(),
    };
    Ok(ok(json!({ "order": render::order(&order, &parcels, payment.as_ref(), &openid, &files) })))
}

/// The receiver in clear: whoever ships needs it.
pub(super) async fn decode_receiver(State(app): State<App>, call: Call<OrderIn>) -> Answered {
    let ctx = app.store.ctx(&call.caller).await?;
    ctx.shop(Permission::OrderShip).map_err(Error::from)?;
    let mut tx = app.store.read().await?;
    let order = find::get(&mut tx, &ctx, OrderId(call.body.order_id.0)).await?;
    let body =
        order.receiver.as_ref().map_or_else(|| json!({}), |r| json!({ "address_info": render::clear(r) }));
    Ok(ok(body))
}

/// What `order/merchantnotes/update` takes.
#[derive(Debug, Deserialize)]
pub(super) struct NotesIn {
    order_id: Id,
    merchant_notes: String,
}

pub(super) async fn update_merchant_notes(State(app): State<App>, call: Call<NotesIn>) -> Answered {
    let remark = Remark { order: OrderId(call.body.order_id.0), notes: call.body.merchant_notes };
    app.store.write(&call.caller, remark).await?;
    Ok(ok(json!({})))
}

/// What `order/price/update` takes.
#[derive(Debug, Deserialize)]
pub(super) struct PriceIn {
    order_id: Id,
    #[serde(default)]
    change_express: Flag,
    express_fee: Option<Int>,
    #[serde(default)]
    change_order_infos: Vec<LinePriceIn>,
}

#[derive(Debug, Deserialize)]
struct LinePriceIn {
    sku_id: Id,
    change_price: Int,
}

pub(super) async fn update_price(State(app): State<App>, call: Call<PriceIn>) -> Answered {
    let body = call.body;
    let freight = match (body.change_express.0, body.express_fee) {
        (true, None) => return Err(WireError(Failure::new(code::BAD_ARGUMENTS, "express_fee is needed"))),
        (true, Some(fee)) => Some(fee.0),
        (false, _) => None,
    };
    let lines = body.change_order_infos.iter().map(|l| (SkuId(l.sku_id.0), l.change_price.0)).collect();
    app.store.write(&call.caller, Reprice { order: OrderId(body.order_id.0), lines, freight }).await?;
    Ok(ok(json!({})))
}

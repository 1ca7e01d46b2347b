//! Who is told of what happens to orders: the shop's program by a push, the shopper in their inbox.

use kernel::{Ctx, OrderId, Scope, ShopId, ShopperId};
use serde_json::{Map, Value, json};
use store::{BoxFault, Event, Happened, Registry, Tx};

use crate::{
    AutoConfirm, CloseUnpaid, OrderCancelled, OrderChanged, OrderFinished, OrderPaid, OrderPlaced,
    OrderShipped, close, confirm,
};

/// What the shopper reads.
struct Notice {
    title: &'static str,
    body: &'static str,
}

/// Registers the room's jobs and subscribers.
pub fn register(registry: &mut Registry) {
    registry.on_job::<CloseUnpaid, _>(|tx, ctx, job| {
        Box::pin(async move { close::expire(tx, ctx, job).await.map_err(Into::into) })
    });
    registry.on_job::<AutoConfirm, _>(|tx, ctx, job| {
        Box::pin(async move { confirm::auto_confirm(tx, ctx, job).await.map_err(Into::into) })
    });
    registry.on_events(
        "trade.news",
        &[
            OrderPlaced::KIND,
            OrderPaid::KIND,
            OrderShipped::KIND,
            OrderFinished::KIND,
            OrderCancelled::KIND,
            OrderChanged::KIND,
        ],
        |tx, ctx, happened| Box::pin(tell(tx, ctx, happened)),
    );
    registry.on_events("trade.signed", &[logistics::StageReached::KIND], |tx, ctx, happened| {
        Box::pin(async move {
            let reached: logistics::StageReached = happened.read()?;
            if reached.stage == logistics::Stage::Signed {
                let at = reached.at.unwrap_or(happened.at);
                confirm::signed(tx, ctx, reached.order, reached.parcel, at).await?;
            }
            Ok(())
        })
    });
}

async fn tell(tx: &mut Tx, ctx: &Ctx, happened: &Happened) -> Result<(), BoxFault> {
    match happened.kind.as_str() {
        OrderPlaced::KIND => {
            let e: OrderPlaced = happened.read()?;
            push_order(tx, ctx, e.shop, e.shopper, "channels_ec_order_new", json!({ "order_id": e.order.0 }))
                .await
        }
        OrderPaid::KIND => {
            let e: OrderPaid = happened.read()?;
            paid(tx, ctx, &e, happened).await
        }
        OrderShipped::KIND => {
            let e: OrderShipped = happened.read()?;
            let info = json!({ "order_id": e.order.0, "finish_delivery": i64::from(e.all) });
            push_order(tx, ctx, e.shop, e.shopper, "channels_ec_order_deliver", info).await?;
            let notice = Notice {
                title: "订单已发货", body: "您购买的商品已发出，可随时查看物流。"
            };
            notify(tx, ctx, e.shopper, e.order, e.version, &notice).await
        }
        OrderFinished::KIND => {
            let e: OrderFinished = happened.read()?;
            let info = json!({ "order_id": e.order.to_string(), "confirm_type": e.confirm_type });
            push_order(tx, ctx, e.shop, e.shopper, "channels_ec_order_confirm", info).await
        }
        OrderCancelled::KIND => {
            let e: OrderCancelled = happened.read()?;
            let info = json!({ "order_id": e.order.to_string(), "cancel_type": e.cancel_type });
            push_order(tx, ctx, e.shop, e.shopper, "channels_ec_order_cancel", info).await?;
            let notice = Notice {
                title: "订单已取消", body: "您的订单已取消，已付款项将按原路退回。"
            };
            notify(tx, ctx, e.shopper, e.order, e.version, &notice).await
        }
        OrderChanged::KIND => {
            let e: OrderChanged = happened.read()?;
            if e.change == 0 {
                let notice = Notice {
                    title: "退款处理中", body: "商家已发起退款，款项将按原路退回。"
                };
                return notify(tx, ctx, e.shopper, e.order, e.version, &notice).await;
            }
            let info = json!({ "order_id": e.order.0, "type": e.change });
            push_order(tx, ctx, e.shop, e.shopper, "channels_ec_order_ext_info_update", info).await
        }
        _ => Ok(()),
    }
}

/// Paid, or free of charge: then it is news too that there is an order at all.
async fn paid(tx: &mut Tx, ctx: &Ctx, e: &OrderPaid, happened: &Happened) -> Result<(), BoxFault> {
    if e.version == 1 {
        push_order(tx, ctx, e.shop, e.shopper, "channels_ec_order_new", json!({ "order_id": e.order.0 }))
            .await?;
    }
    let info = json!({ "order_id": e.order.to_string(), "pay_time": happened.at.secs() });
    push_order(tx, ctx, e.shop, e.shopper, "channels_ec_order_pay", info).await?;
    let info = json!({ "order_id": e.order.to_string() });
    push_order(tx, ctx, e.shop, e.shopper, "channels_ec_order_wait_shipping", info).await?;
    let notice = Notice { title: "付款成功", body: "商家已收到您的订单，正在备货。" };
    notify(tx, ctx, e.shopper, e.order, e.version, &notice).await
}

async fn push_order(
    tx: &mut Tx,
    ctx: &Ctx,
    shop: ShopId,
    shopper: ShopperId,
    event: &'static str,
    info: Value,
) -> Result<(), BoxFault> {
    let Some(app) = identity::app_of_shop(tx, shop).await? else { return Ok(()) };
    let from_user = identity::openid(tx, ctx, app.app, shopper).await?;
    let mut body = Map::new();
    body.insert("order_info".into(), info);
    push::queue(tx, ctx, &push::Message { app: app.app, event, from_user, body }).await?;
    Ok(())
}

async fn notify(
    tx: &mut Tx,
    ctx: &Ctx,
    shopper: ShopperId,
    order: OrderId,
    version: i64,
    notice: &Notice,
) -> Result<(), BoxFault> {
    let within = ctx.as_system(Scope::Shopper(shopper));
    let shop = ctx.scope.key();
    push::tell(
        tx,
        &within,
        &push::NewNotice {
            kind: "trade.order",
            subject: order.0,
            dedupe: version,
            title: notice.title.to_owned(),
            body: notice.body.to_owned(),
            link: Some(format!("/orders/{shop}/{order}")),
        },
    )
    .await?;
    Ok(())
}

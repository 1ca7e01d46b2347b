//! What the room listens to.

use kernel::Ctx;
use serde_json::{Map, json};
use store::{BoxFault, Event, Happened, Registry, Tx};
use trade::OrderFinished;

use crate::{OrderSettled, platform_half, settle_order};

/// Registers the room's subscribers.
pub fn register(registry: &mut Registry) {
    registry.on_events("settle.orders", &[OrderFinished::KIND], |tx, ctx, happened| {
        Box::pin(async move {
            let finished: OrderFinished = happened.read()?;
            settle_order(tx, ctx, finished.shopper, finished.order).await?;
            Ok(())
        })
    });
    registry.on_events("settle.platform", &[OrderSettled::KIND], |tx, ctx, happened| {
        Box::pin(async move {
            let settled: OrderSettled = happened.read()?;
            platform_half(tx, ctx, &settled).await?;
            Ok(())
        })
    });
    registry.on_events("settle.news", &[OrderSettled::KIND], |tx, ctx, happened| {
        Box::pin(tell(tx, ctx, happened))
    });
}

async fn tell(tx: &mut Tx, ctx: &Ctx, happened: &Happened) -> Result<(), BoxFault> {
    let settled: OrderSettled = happened.read()?;
    let Some(app) = identity::app_of_shop(tx, settled.shop).await? else { return Ok(()) };
    let from_user = identity::openid(tx, ctx, app.app, settled.shopper).await?;
    let mut body = Map::new();
    body.insert(
        "order_info".into(),
        json!({ "order_id": settled.order.to_string(), "settle_time": settled.at.secs() }),
    );
    push::queue(tx, ctx, &push::Message { app: app.app, event: "channels_ec_order_settle", from_user, body })
        .await?;
    Ok(())
}

//! Tells an application's push URL what happened to its waybills: `add_express_path`, with all steps so far.

use kernel::{AppId, Ctx, Scope, ShopId};
use push::Message;
use serde_json::{Map, Value, json};
use store::{Tx, p};

use crate::{
    Error, Step, TrackGrew,
    door::{home, shops_of},
    merge::recorded,
    sql,
    waybill::one,
};

/// Queues the push for a track that grew.
pub(crate) async fn push_track(tx: &mut Tx, ctx: &Ctx, grew: &TrackGrew) -> Result<(), Error> {
    let Some(waybill) = one(tx, sql::waybill::BY_KEY, p![grew.app, grew.waybill]).await? else {
        return Ok(());
    };
    let recorded = recorded(tx, grew.app.0, grew.waybill.0).await?;
    // A later version may be there already; it has a push of its own.
    let steps: Vec<Step> =
        recorded.into_iter().filter(|r| r.version <= grew.version).map(|r| r.step).collect();
    let mut body = Map::new();
    body.insert("DeliveryID".into(), waybill.delivery_id.into());
    body.insert("WayBillId".into(), waybill.waybill_id.into());
    body.insert("Version".into(), grew.version.into());
    body.insert("Count".into(), steps.len().into());
    body.insert("Actions".into(), steps.iter().map(action_of).collect::<Vec<Value>>().into());
    body.insert("OrderId".into(), waybill.order_id.into());
    queue_for(tx, ctx, grew.app, waybill.shop, "add_express_path", &waybill.openid, body).await
}

fn action_of(step: &Step) -> Value {
    json!({
        "ActionTime": step.time.secs(),
        "ActionType": step.action_type,
        "ActionMsg": step.message,
        "Lat": coordinate(step.lat),
        "Lng": coordinate(step.lng),
    })
}

/// Unknown is a plain 0, as real pushes have it.
fn coordinate(degrees: Option<f64>) -> Value {
    degrees.map_or_else(|| 0.into(), Value::from)
}

/// Queues a push where the application's URL lies: in its shop's scope; for a mini program on the platform, or else with
/// the first of its shops that has set one.
pub(crate) async fn queue_for(
    tx: &mut Tx,
    ctx: &Ctx,
    app: AppId,
    shop: Option<ShopId>,
    event: &'static str,
    from_user: &str,
    body: Map<String, Value>,
) -> Result<(), Error> {
    let message = Message { app, event, from_user: from_user.to_owned(), body };
    if push::queue(tx, &ctx.as_system(home(shop)), &message).await?.is_some() || shop.is_some() {
        return Ok(());
    }
    for shop in shops_of(tx, app, None).await? {
        if push::queue(tx, &ctx.as_system(Scope::Shop(shop)), &message).await?.is_some() {
            break;
        }
    }
    Ok(())
}

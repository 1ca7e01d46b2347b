//! Who listens to what in this room.

use kernel::{Ctx, Scope};
use std::sync::Arc;
use store::{Event, Happened, Registry, Tx};

use crate::{
    Carriers, Error, ParcelFollowed, StageReached, TrackGrew,
    ask::{self, AskParcel, AskWaybill},
    door::shops_of,
    merge::recorded,
    news,
    parcel::by_number,
    push_app,
    record::add,
    sql,
    waybill::one,
};

/// Registers the room's subscribers and jobs: news for shoppers, pushes for applications, steps that waybills and
/// parcels share, and questions to carriers that do not push.
pub fn register(registry: &mut Registry, carriers: &Arc<Carriers>) {
    let news = [StageReached::KIND, TrackGrew::KIND];
    registry.on_events("logistics.news", &news, |tx, ctx, happened| {
        Box::pin(async move { Ok(tell(tx, ctx, happened).await?) })
    });
    registry.on_events("logistics.push", &[TrackGrew::KIND], |tx, ctx, happened| {
        Box::pin(async move {
            let grew: TrackGrew = happened.read()?;
            Ok(push_app::push_track(tx, ctx, &grew).await?)
        })
    });
    registry.on_events("logistics.parcels", &[TrackGrew::KIND], |tx, ctx, happened| {
        Box::pin(async move { Ok(share(tx, ctx, &happened.read()?).await?) })
    });
    let asked = Arc::clone(carriers);
    registry.on_task::<AskParcel, _>(move |store, caller, job| {
        Box::pin(ask::ask(Arc::clone(&asked), store, caller, job))
    });
    let asked = Arc::clone(carriers);
    registry.on_task::<AskWaybill, _>(move |store, caller, job| {
        Box::pin(ask::ask(Arc::clone(&asked), store, caller, job))
    });
    if carriers.any_is_asked() {
        let carriers = Arc::clone(carriers);
        registry.on_events("logistics.ask", &[ParcelFollowed::KIND], move |tx, ctx, happened| {
            let carriers = Arc::clone(&carriers);
            Box::pin(async move { Ok(ask::begin_parcel(tx, ctx, &carriers, happened).await?) })
        });
    }
}

async fn tell(tx: &mut Tx, ctx: &Ctx, happened: &Happened) -> Result<(), Error> {
    if happened.kind == StageReached::KIND {
        news::tell_parcel(tx, ctx, &happened.read()?).await
    } else {
        news::tell_waybill(tx, ctx, &happened.read()?).await
    }
}

/// Parcels of the shops that an application acts for learn what its waybill of the same number has learnt.
async fn share(tx: &mut Tx, ctx: &Ctx, grew: &TrackGrew) -> Result<(), Error> {
    let key = store::p![grew.app, grew.waybill];
    let Some(waybill) = one(tx, sql::waybill::BY_KEY, key).await? else { return Ok(()) };
    let mut steps = None;
    for shop in shops_of(tx, waybill.app, waybill.shop).await? {
        for parcel in by_number(tx, shop, &waybill.delivery_id, &waybill.waybill_id).await? {
            if steps.is_none() {
                let recorded = recorded(tx, waybill.app.0, waybill.key.0).await?;
                steps = Some(recorded.into_iter().map(|r| r.step).collect::<Vec<_>>());
            }
            let ctx = ctx.as_system(Scope::Shop(shop));
            add(tx, &ctx, &parcel, steps.as_deref().unwrap_or_default()).await?;
        }
    }
    Ok(())
}

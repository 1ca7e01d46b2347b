//! Asks a carrier that does not push where a parcel is, again and again until it has arrived.

use futures::future::BoxFuture;
use kernel::{AppId, Caller, Ctx, ParcelId, Scope, Timestamp, WaybillId, day_ms, minute_ms};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{BoxFault, Command, Happened, Job, Outcome, Store, Tx, p};

use crate::{
    Carriers, Error, ParcelFollowed, Stage,
    parcel::one,
    sql,
    take_push::record_everywhere,
    waybill::{self, WaybillState},
};

/// Asks about a parcel of an order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AskParcel {
    parcel: ParcelId,
    until: Timestamp,
}

impl Job for AskParcel {
    const KIND: &'static str = "logistics.ask_parcel";

    fn key(&self) -> i64 {
        self.parcel.0
    }
}

/// Asks about a waybill that an application made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AskWaybill {
    app: AppId,
    waybill: WaybillId,
    until: Timestamp,
}

impl Job for AskWaybill {
    const KIND: &'static str = "logistics.ask_waybill";

    fn key(&self) -> i64 {
        self.waybill.0
    }
}

/// A parcel that has not arrived by then is lost to us.
const ASK_FOR_MS: i64 = day_ms(30);
/// A carrier that can't be reached is asked again after so long, wall time.
const AGAIN_MS: i64 = minute_ms(10);

/// Begins to ask about a parcel whose carrier wants to be asked.
pub(crate) async fn begin_parcel(
    tx: &mut Tx,
    ctx: &Ctx,
    carriers: &Carriers,
    happened: &Happened,
) -> Result<(), Error> {
    let followed: ParcelFollowed = happened.read()?;
    let key = p![followed.shop, followed.parcel];
    let Some(parcel) = one(tx, sql::parcel::SELECT, key).await? else { return Ok(()) };
    if let Some(every) = carriers.get(&parcel.carrier).and_then(|c| c.query_every_ms()) {
        let job = AskParcel { parcel: parcel.id, until: ctx.now + ASK_FOR_MS };
        tx.later(ctx, ctx.now + every, &job)?;
    }
    Ok(())
}

/// Begins to ask about a waybill, every so many ms.
pub(crate) fn begin_waybill(
    tx: &mut Tx,
    ctx: &Ctx,
    every: i64,
    app: AppId,
    waybill: WaybillId,
) -> Result<(), Error> {
    let job = AskWaybill { app, waybill, until: ctx.now + ASK_FOR_MS };
    Ok(tx.later(ctx, ctx.now + every, &job)?)
}

/// What a job asks about: the carrier and its number.
type Number = (String, String);

/// A job that asks.
pub(crate) trait Asks: Job + Clone {
    /// Until when, in business time.
    fn until(&self) -> Timestamp;
    /// The number, while there is still something to ask.
    fn number<'a>(&'a self, tx: &'a mut Tx, scope: Scope) -> BoxFuture<'a, Result<Option<Number>, Error>>;
}

impl Asks for AskParcel {
    fn until(&self) -> Timestamp {
        self.until
    }

    fn number<'a>(&'a self, tx: &'a mut Tx, scope: Scope) -> BoxFuture<'a, Result<Option<Number>, Error>> {
        Box::pin(async move {
            let parcel = one(tx, sql::parcel::SELECT, p![scope.key(), self.parcel]).await?;
            let parcel = parcel.filter(|p| p.dropped_at.is_none() && !p.stage.is_final());
            Ok(parcel.map(|p| (p.carrier, p.waybill_id)))
        })
    }
}

impl Asks for AskWaybill {
    fn until(&self) -> Timestamp {
        self.until
    }

    fn number<'a>(&'a self, tx: &'a mut Tx, _scope: Scope) -> BoxFuture<'a, Result<Option<Number>, Error>> {
        Box::pin(async move {
            let waybill = waybill::one(tx, sql::waybill::BY_KEY, p![self.app, self.waybill]).await?;
            let waybill = waybill.filter(|w| {
                let arrived = w.reached.has(Stage::Signed) || w.reached.has(Stage::Returned);
                w.state != WaybillState::Cancelled && !arrived
            });
            Ok(waybill.map(|w| (w.delivery_id, w.waybill_id)))
        })
    }
}

/// Asks, records for everybody whose parcel it is, and plans the next time.
pub(crate) async fn ask<J: Asks>(
    carriers: Arc<Carriers>,
    store: Store,
    caller: Caller,
    job: J,
) -> Result<Outcome, BoxFault> {
    let number = {
        let mut tx = store.read().await?;
        job.number(&mut tx, caller.scope).await?
    };
    let Some((id, waybill_id)) = number.filter(|_| store.now() < job.until()) else {
        return Ok(Outcome::Done);
    };
    let Some(carrier) = carriers.get(&id) else { return Ok(Outcome::Done) };
    let Some(every) = carrier.query_every_ms() else { return Ok(Outcome::Done) };
    match carrier.query(&waybill_id).await {
        Ok(steps) => {
            record_everywhere(&store, &id, &waybill_id, &steps).await?;
            store.write(&caller, AskLater { job, every }).await?;
            Ok(Outcome::Done)
        }
        Err(e) => {
            tracing::warn!(carrier = id, error = %e, "a carrier did not say where a parcel is");
            Ok(Outcome::Again { in_ms: AGAIN_MS })
        }
    }
}

struct AskLater<J> {
    job: J,
    every: i64,
}

impl<J: Asks> Command for AskLater<J> {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "logistics.ask_later";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        // The same key: this replaces the job that is being done, whose removal then finds nothing.
        Ok(tx.later(ctx, ctx.now + self.every, &self.job)?)
    }
}

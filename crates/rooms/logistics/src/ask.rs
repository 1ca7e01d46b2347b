//! Asks a carrier that does not push where a parcel is, again and again until it has arrived.

use kernel::{Caller, Ctx, ParcelId, Scope, ShopId, Timestamp, day_ms, minute_ms};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{BoxFault, Command, Happened, Job, Outcome, Store, Tx, p};

use crate::{
    Carriers, Error, Parcel, ParcelFollowed, RecordSteps, sql,
    parcel::one,
};

/// Asks about one parcel.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AskCarrier {
    pub(crate) parcel: ParcelId,
}

impl Job for AskCarrier {
    const KIND: &'static str = "logistics.ask_carrier";

    fn key(&self) -> i64 {
        self.parcel.0
    }
}

/// A parcel that has not arrived by then is lost to us.
const ASK_FOR_MS: i64 = day_ms(30);
/// A carrier that can't be reached is asked again after so long, wall time.
const AGAIN_MS: i64 = minute_ms(10);

/// Begins to ask about a parcel whose carrier wants to be asked.
pub(crate) async fn begin(
    tx: &mut Tx,
    ctx: &Ctx,
    carriers: &Carriers,
    happened: &Happened,
) -> Result<(), Error> {
    let followed: ParcelFollowed = happened.read()?;
    let Some(parcel) = one(tx, sql::parcel::SELECT, p![followed.shop, followed.parcel]).await? else {
        return Ok(());
    };
    if let Some(every) = carriers.get(&parcel.carrier).and_then(|c| c.query_every_ms()) {
        tx.later(ctx, ctx.now + every, &AskCarrier { parcel: parcel.id })?;
    }
    Ok(())
}

/// Asks, records, and plans the next time.
pub(crate) async fn ask(
    carriers: Arc<Carriers>,
    store: Store,
    caller: Caller,
    job: AskCarrier,
) -> Result<Outcome, BoxFault> {
    let Scope::Shop(shop) = caller.scope else { return Ok(Outcome::Done) };
    let parcel = current(&store, shop, job.parcel).await?;
    let Some(parcel) = parcel.filter(|p| is_under_way(p, store.now())) else { return Ok(Outcome::Done) };
    let Some(carrier) = carriers.get(&parcel.carrier) else { return Ok(Outcome::Done) };
    let Some(every) = carrier.query_every_ms() else { return Ok(Outcome::Done) };
    let steps = match carrier.query(&parcel.waybill_id).await {
        Ok(steps) => steps,
        Err(e) => {
            tracing::warn!(carrier = parcel.carrier, error = %e, "a carrier did not say where a parcel is");
            return Ok(Outcome::Again { in_ms: AGAIN_MS });
        }
    };
    let record =
        RecordSteps { delivery_id: parcel.carrier.clone(), waybill_id: parcel.waybill_id.clone(), steps };
    store.write(&caller, record).await?;
    store.write(&caller, AskLater { parcel: parcel.id, every }).await?;
    Ok(Outcome::Done)
}

async fn current(store: &Store, shop: ShopId, parcel: ParcelId) -> Result<Option<Parcel>, Error> {
    let mut tx = store.read().await?;
    one(&mut tx, sql::parcel::SELECT, p![shop, parcel]).await
}

fn is_under_way(parcel: &Parcel, now: Timestamp) -> bool {
    parcel.dropped_at.is_none() && !parcel.stage.is_final() && now - parcel.followed_at < ASK_FOR_MS
}

struct AskLater {
    parcel: ParcelId,
    every: i64,
}

impl Command for AskLater {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "logistics.ask_later";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        // The same key: this replaces the job that is being done, whose removal then finds nothing.
        Ok(tx.later(ctx, ctx.now + self.every, &AskCarrier { parcel: self.parcel })?)
    }
}

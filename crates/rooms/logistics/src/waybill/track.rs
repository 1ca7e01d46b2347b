//! Records track steps of an application's waybill.

use kernel::{AppId, Ctx, WaybillId};
use store::{Command, Tx, p};

use super::{WaybillState, one};
use crate::{Error, Step, TrackGrew, merge::merge, sql};

/// Records steps of a waybill, as the program itself. The whole set is said once, whatever came new.
pub(crate) async fn record_waybill_steps(
    tx: &mut Tx,
    ctx: &Ctx,
    app: AppId,
    key: WaybillId,
    steps: &[Step],
) -> Result<(), Error> {
    ctx.system()?;
    let taken = one(tx, sql::waybill::TAKE, p![ctx.now, app, key]).await?;
    let waybill = taken.filter(|w| w.state != WaybillState::Creating).ok_or(Error::UnknownWaybill)?;
    let Some(grown) = merge(tx, &waybill.track(), steps).await? else { return Ok(()) };
    tx.exec(
        sql::waybill::PROGRESS,
        p![grown.stage, grown.reached.0, grown.version, app, key, waybill.version],
    )
    .await?;
    Ok(tx.say(ctx, &TrackGrew { app, waybill: key, news: grown.news, version: grown.version })?)
}

/// The same as a command.
#[derive(Debug, Clone)]
pub(crate) struct RecordWaybillSteps {
    pub(crate) app: AppId,
    pub(crate) key: WaybillId,
    pub(crate) steps: Vec<Step>,
}

impl Command for RecordWaybillSteps {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "logistics.record_waybill_steps";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        record_waybill_steps(tx, ctx, self.app, self.key, &self.steps).await
    }
}

//! Records track steps of a shop's parcels.

use kernel::{Ctx, ParcelId, Permission, ShopId};
use store::{Command, Tx, p};

use crate::{
    Error, Parcel, Stage, StageReached, Step,
    directory::canonical,
    merge::{Grown, merge},
    parcel::{self, one},
    sql,
};

/// Records `steps` of every parcel of the shop that travels under this number; the stage of each afterwards.
///
/// The steps are added to a set: known ones change nothing, and the order of telling means nothing. Each stage that
/// was reached for the first time is said as [`StageReached`].
pub async fn record_steps(
    tx: &mut Tx,
    ctx: &Ctx,
    delivery_id: &str,
    waybill_id: &str,
    steps: &[Step],
) -> Result<Vec<Stage>, Error> {
    let shop = ctx.shop(Permission::OrderShip)?;
    let parcels = parcel::by_number(tx, shop, canonical(delivery_id), waybill_id).await?;
    if parcels.is_empty() {
        return Err(Error::UnknownParcel);
    }
    let mut stages = Vec::with_capacity(parcels.len());
    for parcel in parcels {
        stages.push(add(tx, ctx, &parcel, steps).await?);
    }
    Ok(stages)
}

/// Adds steps to one parcel; where it stands then.
pub(crate) async fn add(tx: &mut Tx, ctx: &Ctx, parcel: &Parcel, steps: &[Step]) -> Result<Stage, Error> {
    let key = p![ctx.now, parcel.shop, parcel.id];
    let parcel = one(tx, sql::parcel::TAKE, key).await?.ok_or(Error::UnknownParcel)?;
    let Some(grown) = merge(tx, &parcel.track(), steps).await? else { return Ok(parcel.stage) };
    let version = last_version(&grown);
    tx.exec(
        sql::parcel::PROGRESS,
        p![grown.stage, grown.reached.0, version, parcel.shop, parcel.id, parcel.version],
    )
    .await?;
    for (version, news) in (grown.version..).zip(&grown.news) {
        let event = StageReached {
            shop: parcel.shop,
            parcel: parcel.id,
            order: parcel.order,
            shopper: parcel.shopper,
            stage: news.stage,
            late: news.late,
            at: news.at,
            version,
        };
        tx.say(ctx, &event)?;
    }
    Ok(grown.stage)
}

/// Each stage that is new takes a version of its own, the first that of the steps.
fn last_version(grown: &Grown) -> i64 {
    let further = grown.news.len().saturating_sub(1);
    grown.version + i64::try_from(further).unwrap_or(0)
}

/// Records steps that a carrier told.
#[derive(Debug, Clone)]
pub struct RecordSteps {
    /// The carrier.
    pub delivery_id: String,
    /// Its number.
    pub waybill_id: String,
    /// What it told.
    pub steps: Vec<Step>,
}

impl Command for RecordSteps {
    type Out = Vec<Stage>;
    type Err = Error;
    const NAME: &'static str = "logistics.record_steps";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Vec<Stage>, Error> {
        record_steps(tx, ctx, &self.delivery_id, &self.waybill_id, &self.steps).await
    }
}

/// The shops that have parcels with this number.
pub(crate) async fn shops_of_number(
    tx: &mut Tx,
    carrier: &str,
    waybill_id: &str,
) -> Result<Vec<ShopId>, Error> {
    Ok(tx.all(sql::parcel::SHOPS_OF_NUMBER, p![carrier, waybill_id], |r| r.get(0)).await?)
}

/// A parcel of the caller's shop, to which somebody who ships may add a step by hand.
pub(crate) async fn read_own(tx: &mut Tx, ctx: &Ctx, parcel: ParcelId) -> Result<Parcel, Error> {
    let shop = ctx.shop(Permission::OrderShip)?;
    let parcel = one(tx, sql::parcel::SELECT, p![shop, parcel]).await?.filter(|p| p.dropped_at.is_none());
    parcel.ok_or(Error::UnknownParcel)
}

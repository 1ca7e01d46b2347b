//! A parcel with its steps, for those who may see it.

use kernel::{Ctx, OrderId, ParcelId, Permission, ShopId};
use store::{Tx, p};

use crate::{
    Error, Parcel, Stage, Step,
    merge::recorded,
    parcel::{one, read},
    sql,
};

/// A parcel's track.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// Which parcel.
    pub parcel: ParcelId,
    /// The carrier, by the id that the order was shipped with.
    pub delivery_id: String,
    /// The carrier's number.
    pub waybill_id: String,
    /// Where it stands.
    pub stage: Stage,
    /// The steps, the oldest first.
    pub steps: Vec<Step>,
}

/// The track of a shop's parcel; `None` if the shop has no such parcel.
pub async fn timeline(tx: &mut Tx, shop: ShopId, parcel: ParcelId) -> Result<Option<Timeline>, Error> {
    match one(tx, sql::parcel::SELECT, p![shop, parcel]).await?.filter(|p| p.dropped_at.is_none()) {
        Some(parcel) => Ok(Some(with_steps(tx, parcel).await?.1)),
        None => Ok(None),
    }
}

/// The tracks of an order's parcels, in the order of their ids.
pub async fn timelines_of_order(tx: &mut Tx, shop: ShopId, order: OrderId) -> Result<Vec<Timeline>, Error> {
    let parcels = tx.all(sql::parcel::OF_ORDER, p![shop, order], read).await?;
    let mut timelines = Vec::with_capacity(parcels.len());
    for parcel in parcels {
        timelines.push(with_steps(tx, parcel).await?.1);
    }
    Ok(timelines)
}

/// A parcel of the caller's shop, with its track.
pub async fn parcel_of_shop(tx: &mut Tx, ctx: &Ctx, id: ParcelId) -> Result<(Parcel, Timeline), Error> {
    let shop = ctx.shop(Permission::OrderRead)?;
    let parcel = one(tx, sql::parcel::SELECT, p![shop, id]).await?.filter(|p| p.dropped_at.is_none());
    let parcel = parcel.ok_or(Error::UnknownParcel)?;
    with_steps(tx, parcel).await
}

/// A parcel that the calling shopper waits for, with its track.
pub async fn parcel_of_shopper(tx: &mut Tx, ctx: &Ctx, id: ParcelId) -> Result<(Parcel, Timeline), Error> {
    let shopper = ctx.shopper()?;
    let parcel = one(tx, sql::parcel::OF_SHOPPER, p![shopper, id]).await?.ok_or(Error::UnknownParcel)?;
    with_steps(tx, parcel).await
}

async fn with_steps(tx: &mut Tx, parcel: Parcel) -> Result<(Parcel, Timeline), Error> {
    let steps = recorded(tx, parcel.shop.0, parcel.id.0).await?;
    let timeline = Timeline {
        parcel: parcel.id,
        delivery_id: parcel.delivery_id.clone(),
        waybill_id: parcel.waybill_id.clone(),
        stage: parcel.stage,
        steps: steps.into_iter().map(|r| r.step).collect(),
    };
    Ok((parcel, timeline))
}

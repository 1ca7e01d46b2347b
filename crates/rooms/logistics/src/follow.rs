//! Begins to follow a parcel of an order, and stops.

use kernel::{Ctx, OrderId, ParcelId, Permission, ShopId, ShopperId};
use store::{Tx, p};

use crate::{
    Error, Parcel, ParcelFollowed, Stage, Step,
    directory::canonical,
    merge::recorded,
    parcel::one,
    record::add,
    sql,
    step::is_plain,
    waybill::{Waybill, of_number},
};

/// A parcel that has left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follow {
    /// Its id, made by the caller.
    pub parcel: ParcelId,
    /// Of which order.
    pub order: OrderId,
    /// Who waits for it, and gets the notices.
    pub shopper: ShopperId,
    /// The carrier.
    pub delivery_id: String,
    /// The carrier's number.
    pub waybill_id: String,
    /// What is in it, in a few words; may be empty.
    pub goods: String,
}

/// Bytes of a carrier's id.
const DELIVERY_ID_BYTES: usize = 128;
/// Bytes of a carrier's number: a sandbox number holds an order id of up to 512.
const WAYBILL_ID_BYTES: usize = 1024;
/// Characters of the goods that are kept.
const GOODS_CHARS: usize = 64;

/// Follows a parcel in the shop's scope: its steps are recorded from now on. Steps that one of the shop's own
/// applications has recorded for the number before are taken over. The same parcel again changes nothing.
pub async fn follow(tx: &mut Tx, ctx: &Ctx, cmd: &Follow) -> Result<(), Error> {
    let shop = ctx.shop(Permission::OrderShip)?;
    let fits = |text: &str, bytes: usize| (1..=bytes).contains(&text.len()) && is_plain(text);
    if !fits(&cmd.delivery_id, DELIVERY_ID_BYTES) {
        return Err(Error::Argument("delivery_id"));
    }
    if !fits(&cmd.waybill_id, WAYBILL_ID_BYTES) {
        return Err(Error::Argument("waybill_id"));
    }
    let goods: String = cmd.goods.chars().filter(|c| !c.is_control()).take(GOODS_CHARS).collect();
    let carrier = canonical(&cmd.delivery_id);
    let inserted = tx
        .exec(
            sql::parcel::INSERT,
            p![
                shop,
                cmd.parcel,
                cmd.order,
                cmd.shopper,
                &cmd.delivery_id,
                carrier,
                &cmd.waybill_id,
                goods,
                Stage::Created,
                ctx.now
            ],
        )
        .await?;
    if inserted == 0 {
        return repeated(tx, shop, cmd).await;
    }
    tx.say(ctx, &ParcelFollowed { shop, parcel: cmd.parcel, version: 1 })?;
    let known = steps_of_own_waybills(tx, shop, carrier, &cmd.waybill_id).await?;
    if !known.is_empty()
        && let Some(parcel) = one(tx, sql::parcel::SELECT, p![shop, cmd.parcel]).await?
    {
        add(tx, ctx, &parcel, &known).await?;
    }
    Ok(())
}

async fn repeated(tx: &mut Tx, shop: ShopId, cmd: &Follow) -> Result<(), Error> {
    let there = one(tx, sql::parcel::SELECT, p![shop, cmd.parcel]).await?;
    let same = |p: &Parcel| {
        p.dropped_at.is_none()
            && p.order == cmd.order
            && p.delivery_id == cmd.delivery_id
            && p.waybill_id == cmd.waybill_id
    };
    if there.is_some_and(|p| same(&p)) { Ok(()) } else { Err(Error::AlreadyFollowed) }
}

/// Only waybills of applications that act for this shop count: anybody may name any number.
async fn steps_of_own_waybills(
    tx: &mut Tx,
    shop: ShopId,
    carrier: &str,
    waybill_id: &str,
) -> Result<Vec<Step>, Error> {
    let mut steps = Vec::new();
    for waybill in of_number(tx, carrier, waybill_id).await? {
        if acts_for(tx, &waybill, shop).await? {
            let recorded = recorded(tx, waybill.app.0, waybill.key.0).await?;
            steps.extend(recorded.into_iter().map(|r| r.step));
        }
    }
    Ok(steps)
}

async fn acts_for(tx: &mut Tx, waybill: &Waybill, shop: ShopId) -> Result<bool, Error> {
    match waybill.shop {
        Some(own) => Ok(own == shop),
        None => Ok(identity::shops_of(tx, waybill.app).await?.contains(&shop)),
    }
}

/// Stops following a parcel whose number was wrong or replaced: it leaves the order's parcels, and what is told of
/// its number no longer reaches it. Doing it twice changes nothing.
pub async fn unfollow(tx: &mut Tx, ctx: &Ctx, parcel: ParcelId) -> Result<(), Error> {
    let shop = ctx.shop(Permission::OrderShip)?;
    if tx.exec(sql::parcel::DROP, p![ctx.now, shop, parcel]).await? == 1 {
        return Ok(());
    }
    one(tx, sql::parcel::SELECT, p![shop, parcel]).await?.map(drop).ok_or(Error::UnknownParcel)
}

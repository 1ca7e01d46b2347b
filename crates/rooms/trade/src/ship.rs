//! Ships an order: whole, split over parcels, or in part.

use kernel::{Ctx, Item, OrderId, ParcelId, Permission, Scope, SkuId, clean_text};
use std::collections::HashMap;
use store::{Batch, Command, Tx, p};

use crate::{
    AutoConfirm, Error, Order, OrderShipped, OrderState, confirm::AUTO_CONFIRM_AFTER_SHIPPING_MS, find,
    order::actor_word, sql,
};

/// Longest carrier code and waybill number, in characters.
const CODE_MAX: usize = 64;
/// Most parcels in one go.
const PARCELS_MAX: usize = 50;
/// Longest summary of the goods that a notice shows, in characters.
const GOODS_CHARS: usize = 40;

/// Ships parcels of an order.
#[derive(Debug, Clone)]
pub struct Ship {
    /// Of which order.
    pub order: OrderId,
    /// The parcels.
    pub parcels: Vec<ShipParcel>,
}

/// One parcel.
#[derive(Debug, Clone)]
pub struct ShipParcel {
    /// Carrier code, such as `SF`.
    pub delivery_id: String,
    /// Waybill number.
    pub waybill_id: String,
    /// 1 own express, 3 no logistics.
    pub deliver_type: i64,
    /// What is in it; empty stands for everything that is still to be shipped.
    pub items: Vec<Item>,
}

/// No parcel travels: virtual goods (`docs/wire/orders.md`).
pub(crate) const NO_LOGISTICS: i64 = 3;

impl Command for Ship {
    type Out = Vec<ParcelId>;
    type Err = Error;
    const NAME: &'static str = "trade.ship";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Vec<ParcelId>, Error> {
        ship(tx, ctx, self).await
    }
}

/// What goes into a parcel, by line.
struct Packed<'a> {
    id: ParcelId,
    parcel: &'a ShipParcel,
    items: Vec<(i64, i64)>,
}

/// Ships the parcels and has them followed. Refuses with `NotFound`, `State`, `Parcel`, `TooManyPieces` or
/// `Changed`.
pub async fn ship(tx: &mut Tx, ctx: &Ctx, cmd: &Ship) -> Result<Vec<ParcelId>, Error> {
    let shop = ctx.shop(Permission::OrderShip)?;
    let order = find::load(tx, Scope::Shop(shop), cmd.order).await?;
    if !matches!(order.state, OrderState::ToShip | OrderState::PartShipped) {
        return Err(Error::State { now: order.state.number() });
    }
    let packed = pack(ctx, &order, &cmd.parcels)?;
    let all = left(&order, &packed) == 0;
    let to = if all { OrderState::Shipped } else { OrderState::PartShipped };
    order.may_become(to)?;
    record(tx, ctx, &order, &packed, to).await?;
    for one in packed.iter().filter(|p| p.parcel.deliver_type != NO_LOGISTICS) {
        follow_parcel(tx, &ctx.as_system(Scope::Shop(shop)), &order, one.id, one.parcel).await?;
    }
    let version = order.version + 1;
    tx.say(ctx, &OrderShipped { shop, order: order.id, shopper: order.shopper, version, all })?;
    if all {
        let within = ctx.as_system(Scope::Shop(shop));
        tx.later(&within, ctx.now + AUTO_CONFIRM_AFTER_SHIPPING_MS, &AutoConfirm { order: order.id })?;
    }
    Ok(packed.into_iter().map(|p| p.id).collect())
}

/// Assigns the pieces to lines; a parcel without a list takes whatever is left.
fn pack<'a>(ctx: &Ctx, order: &Order, parcels: &'a [ShipParcel]) -> Result<Vec<Packed<'a>>, Error> {
    if parcels.is_empty() || parcels.len() > PARCELS_MAX {
        return Err(Error::Parcel);
    }
    let lines: HashMap<SkuId, usize> = order.lines.iter().enumerate().map(|(i, l)| (l.sku, i)).collect();
    let mut open: Vec<i64> = order.lines.iter().map(|l| l.quantity - l.shipped).collect();
    let mut packed = Vec::with_capacity(parcels.len());
    for parcel in parcels {
        check(parcel)?;
        let mut items = Vec::new();
        if parcel.items.is_empty() {
            items.extend((0_i64..).zip(&open).filter(|(_, n)| **n > 0).map(|(line, n)| (line, *n)));
            open.fill(0);
        }
        for item in &parcel.items {
            let refused = Error::TooManyPieces { sku: item.sku };
            let Some(line) = lines.get(&item.sku).copied() else { return Err(refused) };
            let Some(left) = open.get_mut(line) else { return Err(refused) };
            if item.quantity < 1 || item.quantity > *left {
                return Err(refused);
            }
            *left -= item.quantity;
            items.push((i64::try_from(line).unwrap_or(i64::MAX), item.quantity));
        }
        if items.is_empty() {
            return Err(Error::Parcel);
        }
        packed.push(Packed { id: ctx.id(), parcel, items });
    }
    Ok(packed)
}

pub(crate) fn check(parcel: &ShipParcel) -> Result<(), Error> {
    if parcel.deliver_type == NO_LOGISTICS {
        return Ok(());
    }
    let given = |text: &str| clean_text(text, CODE_MAX).is_ok_and(|t| !t.is_empty());
    if parcel.deliver_type == 1 && given(&parcel.delivery_id) && given(&parcel.waybill_id) {
        Ok(())
    } else {
        Err(Error::Parcel)
    }
}

/// Pieces that stay behind.
fn left(order: &Order, packed: &[Packed<'_>]) -> i64 {
    let open: i64 = order.lines.iter().map(|l| l.quantity - l.shipped).sum();
    let going: i64 = packed.iter().flat_map(|p| &p.items).map(|(_, n)| n).sum();
    open - going
}

async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    order: &Order,
    packed: &[Packed<'_>],
    to: OrderState,
) -> Result<(), Error> {
    let (shop, id, version) = (order.shop, order.id, order.version + 1);
    let done = (to == OrderState::Shipped).then_some(ctx.now);
    let mut batch = Batch::new();
    batch.add(sql::MARK_SHIPPED, p![to.number(), version, done, ctx.now, shop, id, order.version]);
    batch.add(
        sql::INSERT_HISTORY,
        p![shop, id, version, order.state.number(), to.number(), "ship", actor_word(ctx), ctx.now],
    );
    for one in packed {
        let parcel = one.parcel;
        batch.add(
            sql::INSERT_PARCEL,
            p![
                shop,
                id,
                one.id,
                parcel.delivery_id.trim(),
                parcel.waybill_id.trim(),
                parcel.deliver_type,
                ctx.now
            ],
        );
        for (line, quantity) in &one.items {
            batch.add(sql::INSERT_PARCEL_ITEM, p![shop, id, one.id, *line, *quantity]);
            batch.add(sql::ADD_SHIPPED, p![*quantity, shop, id, *line]);
        }
    }
    if tx.exec_all(batch).await?.first() == Some(&1) { Ok(()) } else { Err(Error::Changed) }
}

/// Has a parcel followed, in the scope of the shop.
pub(crate) async fn follow_parcel(
    tx: &mut Tx,
    within: &Ctx,
    order: &Order,
    id: ParcelId,
    parcel: &ShipParcel,
) -> Result<(), Error> {
    let title = order.lines.first().map_or("", |l| l.title.as_str());
    let follow = logistics::Follow {
        parcel: id,
        order: order.id,
        shopper: order.shopper,
        delivery_id: parcel.delivery_id.trim().to_owned(),
        waybill_id: parcel.waybill_id.trim().to_owned(),
        goods: title.chars().take(GOODS_CHARS).collect(),
    };
    logistics::follow(tx, within, &follow).await.map_err(below)
}

pub(crate) fn below(e: logistics::Error) -> Error {
    match e {
        logistics::Error::Store(e) => Error::Store(e),
        other => Error::Below(other.into()),
    }
}

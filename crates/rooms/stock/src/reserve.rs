//! Promises pieces to an order: all of them, or none.

use kernel::{Ctx, HoldId, Item, ShopId, SkuId};
use store::{Batch, Params, Tx, p};

use crate::{
    Error, HoldState, RanOut,
    flow::{Moved, moved},
    level::{MAIN, MOST_PIECES, by_sku, shop_of},
    sql,
};

/// Reserves the items in the scope's shop under the name `hold`. Two statements an item, in two round trips.
///
/// One conditional update an item decides; skus are taken in one order, so that two orders never wait for each other in
/// a circle. A failure leaves the transaction to be rolled back.
pub async fn reserve(tx: &mut Tx, ctx: &Ctx, hold: HoldId, items: &[Item]) -> Result<(), Error> {
    let shop = shop_of(ctx)?;
    let items = by_sku(items)?;
    let keys = items.iter().map(|item| p![shop, item.sku, MAIN, item.quantity]).collect();
    let levels = tx.opt_all(sql::RESERVE, keys, moved).await?;
    let mut batch = Batch::new();
    for (item, level) in items.iter().zip(levels) {
        let moved = level.ok_or(Error::SoldOut { sku: item.sku })?;
        batch.add(sql::INSERT_HOLD, hold_row(ctx, shop, hold, *item, moved));
        say_if_out(tx, ctx, item.sku, moved)?;
    }
    if tx.exec_all(batch).await?.contains(&0) {
        return Err(Error::HoldReused);
    }
    Ok(())
}

/// Reserves one sku for many holds at once; which of them got their pieces. Greedy in the given order, as if they had come
/// one after the other.
///
/// Three statements on PostgreSQL, however many holds there are: the level is locked by an update that reads it, decided
/// upon, and changed once; the holds go in as one.
pub async fn reserve_lot(
    tx: &mut Tx,
    ctx: &Ctx,
    sku: SkuId,
    wants: &[(HoldId, i64)],
) -> Result<Vec<bool>, Error> {
    let shop = shop_of(ctx)?;
    if wants.iter().any(|(_, quantity)| !(1..=MOST_PIECES).contains(quantity)) {
        return Err(Error::QuantityInvalid { sku });
    }
    let Some(level) = tx.opt(sql::LOCK_LEVEL, p![shop, sku, MAIN], moved).await? else {
        return Ok(vec![false; wants.len()]);
    };
    let mut left = level;
    let mut granted = Vec::with_capacity(wants.len());
    let mut rows = Vec::new();
    for (hold, quantity) in wants.iter().copied() {
        let fits = quantity <= left.available;
        granted.push(fits);
        if fits {
            left = Moved { available: left.available - quantity, version: left.version + 1, ..left };
            rows.push(hold_row(ctx, shop, hold, Item { sku, quantity }, left));
        }
    }
    if rows.is_empty() {
        return Ok(granted);
    }
    let (taken, steps) = (level.available - left.available, left.version - level.version);
    let changed = tx.exec(sql::RESERVE_LOT, p![shop, sku, MAIN, taken, steps]).await?;
    if changed != 1 {
        return Err(store::Error::internal("a locked level changed").into());
    }
    if tx.exec_many(sql::INSERT_HOLD, &rows).await? != rows.len() as u64 {
        return Err(Error::HoldReused);
    }
    say_if_out(tx, ctx, sku, left)?;
    Ok(granted)
}

fn hold_row<'a>(ctx: &Ctx, shop: ShopId, hold: HoldId, item: Item, moved: Moved) -> Params<'a> {
    let reserved = HoldState::Reserved as i64;
    p![shop, hold, item.sku, item.quantity, 0, reserved, ctx.now, moved.version, moved.available]
}

fn say_if_out(tx: &mut Tx, ctx: &Ctx, sku: SkuId, moved: Moved) -> Result<(), Error> {
    if moved.available == 0 {
        tx.say(ctx, &RanOut { product: moved.product, sku, version: moved.version })?;
    }
    Ok(())
}

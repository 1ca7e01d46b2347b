//! Promises pieces to an order: all of them, or none.

use kernel::{Ctx, HoldId, Item, ShopId, SkuId};
use store::{Batch, Params, Tx, p};

use crate::{
    Error, HoldState, RanOut,
    flow::{Moved, moved},
    level::{MAIN, by_sku, shop_of},
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

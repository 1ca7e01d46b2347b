//! Settles holds: what was promised is sold, or free again.

use kernel::{Ctx, HoldId, Item, ShopId};
use store::{Batch, Params, Tx, p};

use crate::{
    Error, HoldState,
    flow::{NewLine, Reason, moved},
    level::{MAIN, by_sku, shop_of},
    sql,
};

/// Reserved pieces are sold. Two statements an item. Items that are sold already change nothing.
pub async fn commit(tx: &mut Tx, ctx: &Ctx, hold: HoldId, items: &[Item]) -> Result<(), Error> {
    let shop = shop_of(ctx)?;
    let mut batch = Batch::new();
    for item in move_hold(tx, shop, hold, items, HoldState::Sold).await? {
        batch.add(sql::SELL, level_key(shop, item));
    }
    if tx.exec_all(batch).await?.contains(&0) {
        return Err(unaccounted().into());
    }
    Ok(())
}

/// Reserved pieces are available again. Items that were released already change nothing.
pub async fn release(tx: &mut Tx, ctx: &Ctx, hold: HoldId, items: &[Item]) -> Result<(), Error> {
    let shop = shop_of(ctx)?;
    let released = move_hold(tx, shop, hold, items, HoldState::Released).await?;
    let keys = released.iter().map(|item| level_key(shop, *item)).collect();
    let levels = tx.opt_all(sql::RELEASE, keys, moved).await?;
    let mut batch = Batch::new();
    for (item, level) in released.iter().zip(levels) {
        let moved = level.ok_or_else(unaccounted)?;
        let (sku, amount) = (item.sku, item.quantity);
        let line = NewLine { sku, reason: Reason::Released, amount, moved, hold: Some(hold), note: None };
        line.write(&mut batch, shop, ctx.now);
    }
    tx.exec_all(batch).await?;
    Ok(())
}

/// Compares and swaps the states, in the order of skus; which items moved just now. One that stands where it should go is
/// left out, any other that can't move is an error.
async fn move_hold(
    tx: &mut Tx,
    shop: ShopId,
    hold: HoldId,
    items: &[Item],
    to: HoldState,
) -> Result<Vec<Item>, Error> {
    let items = by_sku(items)?;
    let mut batch = Batch::new();
    for item in &items {
        batch.add(sql::MOVE_HOLD, p![shop, hold, item.sku, item.quantity, to as i64]);
    }
    let counts = tx.exec_all(batch).await?;
    let mut moved = Vec::with_capacity(items.len());
    for (item, count) in items.into_iter().zip(counts) {
        if count == 1 {
            moved.push(item);
        } else {
            settled_before(tx, shop, hold, item, to).await?;
        }
    }
    Ok(moved)
}

/// Why a hold did not move: no error if it had moved the same way before.
async fn settled_before(
    tx: &mut Tx,
    shop: ShopId,
    hold: HoldId,
    item: Item,
    to: HoldState,
) -> Result<(), Error> {
    let sku = item.sku;
    let found = tx
        .opt(sql::FIND_HOLD, p![shop, hold, sku], |r| Ok((r.get::<i64>(0)?, r.get::<HoldState>(1)?)))
        .await?;
    match found {
        None => Err(Error::HoldUnknown { sku }),
        Some((quantity, _)) if quantity != item.quantity => Err(Error::HoldReused),
        Some((_, state)) if state == to => Ok(()),
        Some(_) => Err(Error::HoldSettled { sku }),
    }
}

fn level_key<'a>(shop: ShopId, item: Item) -> Params<'a> {
    p![shop, item.sku, MAIN, item.quantity]
}

/// A hold whose pieces its level does not know of: a fault of the program.
fn unaccounted() -> store::Error {
    store::Error::internal("a level holds less than its holds")
}

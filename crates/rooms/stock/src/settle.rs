//! Settles holds: what was promised is sold, or free again.

use kernel::{Ctx, HoldId, Item, ShopId, SkuId};
use std::collections::BTreeMap;
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
    let moved = move_holds(tx, shop, &listed(&[(hold, items)])?, HoldState::Sold).await?;
    sell(tx, shop, moved).await
}

/// Sells many holds at once, with one update of a level for each sku.
pub async fn commit_lot(tx: &mut Tx, ctx: &Ctx, holds: &[(HoldId, Vec<Item>)]) -> Result<(), Error> {
    let shop = shop_of(ctx)?;
    let holds: Vec<(HoldId, &[Item])> = holds.iter().map(|(hold, items)| (*hold, items.as_slice())).collect();
    let moved = move_holds(tx, shop, &listed(&holds)?, HoldState::Sold).await?;
    sell(tx, shop, moved).await
}

/// Reserved pieces are available again. Items that were released already change nothing.
pub async fn release(tx: &mut Tx, ctx: &Ctx, hold: HoldId, items: &[Item]) -> Result<(), Error> {
    let shop = shop_of(ctx)?;
    let released = move_holds(tx, shop, &listed(&[(hold, items)])?, HoldState::Released).await?;
    let keys = released.iter().map(|(_, item)| level_key(shop, *item)).collect();
    let levels = tx.opt_all(sql::RELEASE, keys, moved).await?;
    let mut batch = Batch::new();
    for ((hold, item), level) in released.iter().zip(levels) {
        let moved = level.ok_or_else(unaccounted)?;
        let (sku, amount) = (item.sku, item.quantity);
        let line = NewLine { sku, reason: Reason::Released, amount, moved, hold: Some(*hold), note: None };
        line.write(&mut batch, shop, ctx.now);
    }
    tx.exec_all(batch).await?;
    Ok(())
}

/// Every hold with each of its skus.
fn listed(holds: &[(HoldId, &[Item])]) -> Result<Vec<(HoldId, Item)>, Error> {
    let mut out = Vec::new();
    for (hold, items) in holds {
        out.extend(by_sku(items)?.into_iter().map(|item| (*hold, item)));
    }
    Ok(out)
}

/// Compares and swaps the states; which holds moved just now. One that stands where it should go is left out, any other
/// that can't move is an error.
async fn move_holds(
    tx: &mut Tx,
    shop: ShopId,
    holds: &[(HoldId, Item)],
    to: HoldState,
) -> Result<Vec<(HoldId, Item)>, Error> {
    let mut batch = Batch::new();
    for (hold, item) in holds {
        batch.add(sql::MOVE_HOLD, p![shop, *hold, item.sku, item.quantity, to as i64]);
    }
    let counts = tx.exec_all(batch).await?;
    let mut moved = Vec::with_capacity(holds.len());
    for ((hold, item), count) in holds.iter().zip(counts) {
        if count == 1 {
            moved.push((*hold, *item));
        } else {
            settled_before(tx, shop, *hold, *item, to).await?;
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

/// Takes sold pieces off the levels: one update a sku, in the order of skus.
async fn sell(tx: &mut Tx, shop: ShopId, sold: Vec<(HoldId, Item)>) -> Result<(), Error> {
    let mut by_sku: BTreeMap<SkuId, i64> = BTreeMap::new();
    for (_, item) in sold {
        *by_sku.entry(item.sku).or_default() += item.quantity;
    }
    let mut batch = Batch::new();
    for (sku, quantity) in by_sku {
        batch.add(sql::SELL, level_key(shop, Item { sku, quantity }));
    }
    if tx.exec_all(batch).await?.contains(&0) {
        return Err(unaccounted().into());
    }
    Ok(())
}

fn level_key<'a>(shop: ShopId, item: Item) -> Params<'a> {
    p![shop, item.sku, MAIN, item.quantity]
}

/// A hold whose pieces its level does not know of: a fault of the program.
fn unaccounted() -> store::Error {
    store::Error::internal("a level holds less than its holds")
}

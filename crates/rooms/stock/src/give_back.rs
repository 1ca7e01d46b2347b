//! Sold pieces come back and may be sold again.

use kernel::{Ctx, HoldId, Item, ShopId};
use store::{Batch, Tx, p};

use crate::{
    Error,
    flow::{NewLine, Reason, moved},
    level::{MAIN, by_sku, shop_of},
    sql,
};

/// Gives sold pieces of a hold back. `reference` names the return (the id of a refund): the same items under the same
/// reference change nothing the second time.
pub async fn give_back(
    tx: &mut Tx,
    ctx: &Ctx,
    reference: i64,
    hold: HoldId,
    items: &[Item],
) -> Result<(), Error> {
    let shop = shop_of(ctx)?;
    let items = by_sku(items)?;
    let mut batch = Batch::new();
    for item in &items {
        batch.add(sql::INSERT_RETURN, p![shop, hold, reference, item.sku, item.quantity, ctx.now]);
    }
    let counts = tx.exec_all(batch).await?;
    let mut new = Vec::with_capacity(items.len());
    for (item, count) in items.into_iter().zip(counts) {
        if count == 1 {
            new.push(item);
        } else {
            returned_before(tx, shop, reference, hold, item).await?;
        }
    }
    put_back(tx, ctx, shop, hold, &new).await
}

async fn returned_before(
    tx: &mut Tx,
    shop: ShopId,
    reference: i64,
    hold: HoldId,
    item: Item,
) -> Result<(), Error> {
    let before = tx.opt(sql::FIND_RETURN, p![shop, hold, reference, item.sku], |r| r.get::<i64>(0)).await?;
    if before == Some(item.quantity) { Ok(()) } else { Err(Error::ReturnReused) }
}

async fn put_back(tx: &mut Tx, ctx: &Ctx, shop: ShopId, hold: HoldId, items: &[Item]) -> Result<(), Error> {
    let mut batch = Batch::new();
    for item in items {
        batch.add(sql::RETURN_TO_HOLD, p![shop, hold, item.sku, item.quantity]);
    }
    let counts = tx.exec_all(batch).await?;
    if let Some((item, _)) = items.iter().zip(counts).find(|(_, count)| *count == 0) {
        return Err(Error::ReturnTooMuch { sku: item.sku });
    }
    let keys = items.iter().map(|item| p![shop, item.sku, MAIN, item.quantity]).collect();
    let levels = tx.opt_all(sql::GIVE_BACK, keys, moved).await?;
    let mut batch = Batch::new();
    for (item, level) in items.iter().zip(levels) {
        let moved = level.ok_or_else(|| store::Error::internal("a level has sold less than its holds"))?;
        let (sku, amount) = (item.sku, item.quantity);
        let line = NewLine { sku, reason: Reason::Returned, amount, moved, hold: Some(hold), note: None };
        line.write(&mut batch, shop, ctx.now);
    }
    tx.exec_all(batch).await?;
    Ok(())
}

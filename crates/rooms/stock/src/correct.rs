//! Corrects what is available: a count found more or less, or the merchant sets it.

use kernel::{Ctx, Permission, ProductId, SkuId};
use serde::{Deserialize, Serialize};
use store::{Batch, Tx, p};

use crate::{
    Error, RanOut,
    flow::{NewLine, Reason, moved},
    level::{MAIN, MOST_PIECES},
    receive::{clean_note, open_level},
    sql,
};

/// How a correction is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// So many more, or below zero fewer.
    By(i64),
    /// So many are available now. It overwrites what orders take meanwhile: a difference is better.
    To(i64),
}

/// A correction of a sku's level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Which sku.
    pub sku: SkuId,
    /// Its product.
    pub product: ProductId,
    /// To what.
    pub change: Change,
    /// What is noted with it, at most 200 characters.
    pub note: Option<String>,
}

/// Corrects the level; the number of pieces that are available then. Needs [`Permission::StockWrite`].
pub async fn correct(tx: &mut Tx, ctx: &Ctx, cmd: &Correction) -> Result<i64, Error> {
    let shop = ctx.shop(Permission::StockWrite)?;
    let sku = cmd.sku;
    let in_range = match cmd.change {
        Change::By(0) => return Err(Error::NothingToChange),
        Change::By(n) => (-MOST_PIECES..=MOST_PIECES).contains(&n),
        Change::To(n) => (0..=MOST_PIECES).contains(&n),
    };
    if !in_range {
        return Err(Error::QuantityInvalid { sku });
    }
    let note = clean_note(cmd.note.as_deref())?;
    open_level(tx, shop, sku, cmd.product).await?;
    let level = tx.one(sql::LOCK_LEVEL, p![shop, sku, MAIN], moved).await?;
    let amount = match cmd.change {
        Change::By(n) => n,
        Change::To(n) => n - level.available,
    };
    let available = level.available + amount;
    if available < 0 {
        return Err(Error::NotEnough { sku, available: level.available });
    }
    if amount == 0 {
        return Ok(available);
    }
    // Nothing below may refuse: the level is locked.
    let moved = crate::flow::Moved { available, ..level };
    let mut batch = Batch::new();
    batch.add(sql::CORRECT_LEVEL, p![shop, sku, MAIN, amount]);
    let note = note.as_deref();
    let line = NewLine { sku, reason: Reason::Corrected, amount, moved, hold: None, note };
    line.write(&mut batch, shop, ctx.now);
    tx.exec_all(batch).await?;
    if available == 0 {
        tx.say(ctx, &RanOut { product: level.product, sku, version: level.version })?;
    }
    Ok(available)
}

//! Pieces come in.

use kernel::{Ctx, Permission, ProductId, ShopId, SkuId, clean_text};
use serde::{Deserialize, Serialize};
use store::{Batch, Tx, p};

use crate::{
    Error,
    flow::{NewLine, Reason, moved},
    level::{MAIN, MOST_PIECES},
    sql,
};

/// Pieces that come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// Which sku.
    pub sku: SkuId,
    /// Its product.
    pub product: ProductId,
    /// Pieces, 1 to [`MOST_PIECES`].
    pub quantity: i64,
    /// What is noted with it, at most 200 characters.
    pub note: Option<String>,
}

/// Adds the pieces to what is available. Needs [`Permission::StockWrite`].
///
/// It does not ask whether the sku exists: that is the face's check, and a seed's business.
pub async fn receive(tx: &mut Tx, ctx: &Ctx, cmd: &Movement) -> Result<(), Error> {
    receive_all(tx, ctx, std::slice::from_ref(cmd)).await
}

/// Adds the pieces of many skus, in two round trips. Needs [`Permission::StockWrite`].
pub async fn receive_all(tx: &mut Tx, ctx: &Ctx, movements: &[Movement]) -> Result<(), Error> {
    let shop = ctx.shop(Permission::StockWrite)?;
    let mut movements = movements.iter().map(checked).collect::<Result<Vec<_>, _>>()?;
    movements.sort_by_key(|(m, _)| m.sku);
    let keys = movements.iter().map(|(m, _)| p![shop, m.sku, MAIN, m.product, m.quantity]).collect();
    let levels = tx.opt_all(sql::RECEIVE, keys, moved).await?;
    let mut batch = Batch::new();
    for ((m, note), level) in movements.iter().zip(levels) {
        let moved = level.ok_or_else(|| store::Error::internal("an upsert gave no row"))?;
        let (sku, amount, note) = (m.sku, m.quantity, note.as_deref());
        let line = NewLine { sku, reason: Reason::Received, amount, moved, hold: None, note };
        line.write(&mut batch, shop, ctx.now);
    }
    tx.exec_all(batch).await?;
    Ok(())
}

/// The movement with its note made clean.
fn checked(m: &Movement) -> Result<(&Movement, Option<String>), Error> {
    if !(1..=MOST_PIECES).contains(&m.quantity) {
        return Err(Error::QuantityInvalid { sku: m.sku });
    }
    Ok((m, clean_note(m.note.as_deref())?))
}

/// The longest note, in characters.
const NOTE_MAX: usize = 200;

pub(crate) fn clean_note(note: Option<&str>) -> Result<Option<String>, Error> {
    let clean = note.map(|note| clean_text(note, NOTE_MAX)).transpose().map_err(Error::NoteInvalid)?;
    Ok(clean.filter(|note| !note.is_empty()))
}

/// Makes sure that there is a level to change.
pub(crate) async fn open_level(
    tx: &mut Tx,
    shop: ShopId,
    sku: SkuId,
    product: ProductId,
) -> Result<(), Error> {
    tx.exec(sql::OPEN_LEVEL, p![shop, sku, MAIN, product]).await?;
    Ok(())
}

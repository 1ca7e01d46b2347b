//! The shop's own note on an order.

use kernel::{Ctx, OrderId, Permission, Scope, clean_text};
use store::{Batch, Command, Tx, p};

use crate::{Error, OrderChanged, find, order::actor_word, sql};

/// Longest note, in characters.
const NOTES_MAX: usize = 500;

/// The published number of this change (`docs/wire/events.jsonl`).
const NOTE_CHANGED: i64 = 3;

/// Sets the note.
#[derive(Debug, Clone)]
pub struct Remark {
    /// On which order.
    pub order: OrderId,
    /// The note; empty takes it away.
    pub notes: String,
}

impl Command for Remark {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "trade.remark";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        remark(tx, ctx, self).await
    }
}

/// Sets the note. Refuses with `NotFound`, `Text` or `Changed`.
pub async fn remark(tx: &mut Tx, ctx: &Ctx, cmd: &Remark) -> Result<(), Error> {
    let shop = ctx.shop(Permission::OrderWrite)?;
    let notes = clean_text(&cmd.notes, NOTES_MAX).map_err(|_| Error::Text)?;
    let order = find::load(tx, Scope::Shop(shop), cmd.order).await?;
    let version = order.version + 1;
    let state = order.state.number();
    let mut batch = Batch::new();
    batch.add(sql::SET_MERCHANT_NOTES, p![version, &notes, ctx.now, shop, order.id, order.version]);
    batch.add(
        sql::INSERT_HISTORY,
        p![shop, order.id, version, state, state, "remark", actor_word(ctx), ctx.now],
    );
    if tx.exec_all(batch).await?.first() != Some(&1) {
        return Err(Error::Changed);
    }
    tx.say(
        ctx,
        &OrderChanged { shop, order: order.id, shopper: order.shopper, version, change: NOTE_CHANGED },
    )?;
    Ok(())
}

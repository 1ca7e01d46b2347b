//! The goods have come: the shopper says so, or time does.

use kernel::{Actor, Ctx, OrderId, Scope, Timestamp, day_ms};
use serde::{Deserialize, Serialize};
use store::{Batch, Command, Job, Tx, p};

use crate::{ConfirmType, Error, Order, OrderFinished, OrderState, find, order::actor_word, sql};
use shop::AUTO_CONFIRM_DAYS;

/// Where no news of a signature comes at all, this long after everything was shipped: the money must not
/// wait for ever on a carrier's silence.
pub const AUTO_CONFIRM_AFTER_SHIPPING_MS: i64 = day_ms(30);

/// Confirms an order when its time is over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AutoConfirm {
    /// Which.
    pub order: OrderId,
}

impl Job for AutoConfirm {
    const KIND: &'static str = "trade.auto_confirm";
    fn key(&self) -> i64 {
        self.order.0
    }
}

/// The shopper confirms.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// Which order.
    pub order: OrderId,
}

impl Command for Confirm {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "trade.confirm";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        let (order, by) = match ctx.actor {
            Actor::System => (find::load(tx, ctx.scope, self.order).await?, ConfirmType::Timeout),
            _ => (find::load_own(tx, ctx, self.order).await?, ConfirmType::Shopper),
        };
        confirm(tx, ctx, order, by).await
    }
}

/// Finishes the order. Refuses with `State` unless everything is shipped.
pub async fn confirm(tx: &mut Tx, ctx: &Ctx, order: Order, by: ConfirmType) -> Result<(), Error> {
    order.may_become(OrderState::Done)?;
    let (version, confirm_type) = (order.version + 1, by as i64);
    let mut batch = Batch::new();
    batch.add(
        sql::MARK_FINISHED,
        p![OrderState::Done.number(), version, confirm_type, ctx.now, order.shop, order.id, order.version],
    );
    batch.add(
        sql::INSERT_HISTORY,
        p![
            order.shop,
            order.id,
            version,
            order.state.number(),
            OrderState::Done.number(),
            "confirm",
            actor_word(ctx),
            ctx.now
        ],
    );
    if tx.exec_all(batch).await?.first() != Some(&1) {
        return Err(Error::Changed);
    }
    let within = ctx.as_system(Scope::Shop(order.shop));
    tx.cancel::<AutoConfirm>(&within, order.id.0);
    tx.say(
        &within,
        &OrderFinished { shop: order.shop, order: order.id, shopper: order.shopper, version, confirm_type },
    )?;
    Ok(())
}

/// The job.
pub(crate) async fn auto_confirm(tx: &mut Tx, ctx: &Ctx, job: AutoConfirm) -> Result<(), Error> {
    let order = find::load(tx, ctx.scope, job.order).await?;
    if order.state != OrderState::Shipped {
        return Ok(());
    }
    confirm(tx, ctx, order, ConfirmType::Timeout).await
}

/// A parcel of the order was signed for at `at`: when all of them are, the ten days begin.
pub(crate) async fn signed(
    tx: &mut Tx,
    ctx: &Ctx,
    order: OrderId,
    parcel: kernel::ParcelId,
    at: Timestamp,
) -> Result<(), Error> {
    let order = find::load(tx, ctx.scope, order).await?;
    tx.exec(sql::MARK_SIGNED, p![at, order.shop, order.id, parcel]).await?;
    let open: i64 = tx.one(sql::COUNT_UNSIGNED, p![order.shop, order.id], |r| r.get(0)).await?;
    if order.state == OrderState::Shipped && open == 0 {
        let days = shop::for_order(tx, order.shop).await?.map_or(AUTO_CONFIRM_DAYS, |t| t.auto_confirm_days);
        tx.later(ctx, at + day_ms(days), &AutoConfirm { order: order.id })?;
    }
    Ok(())
}

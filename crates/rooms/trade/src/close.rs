//! Closes an unpaid order: by its shopper, by the shop, or when its time is over.

use kernel::{Actor, Ctx, OrderId, Permission, Scope};
use serde::{Deserialize, Serialize};
use store::{Batch, Command, Job, Tx, p};

use crate::{CancelType, Error, Order, OrderCancelled, OrderState, find, order::actor_word, sql};

/// Closes an order when its time is over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CloseUnpaid {
    /// Which.
    pub order: OrderId,
}

impl Job for CloseUnpaid {
    const KIND: &'static str = "trade.close_unpaid";
    fn key(&self) -> i64 {
        self.order.0
    }
}

/// The shopper or the shop cancels an order that is not paid.
#[derive(Debug, Clone)]
pub struct Cancel {
    /// Which.
    pub order: OrderId,
}

impl Command for Cancel {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "trade.cancel";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        let by = match ctx.actor {
            Actor::Shopper(_) => CancelType::Shopper,
            _ => CancelType::Merchant,
        };
        let order = if by == CancelType::Shopper {
            find::load_own(tx, ctx, self.order).await?
        } else {
            let shop = ctx.shop(Permission::OrderWrite)?;
            find::load(tx, Scope::Shop(shop), self.order).await?
        };
        close(tx, ctx, order, by).await
    }
}

/// Closes the order, gives its stock back and closes its payment. Refuses with `State` unless it is unpaid.
pub async fn close(tx: &mut Tx, ctx: &Ctx, order: Order, by: CancelType) -> Result<(), Error> {
    order.may_become(OrderState::Cancelled)?;
    let version = order.version + 1;
    let mut batch = Batch::new();
    batch.add(
        sql::MARK_CLOSED,
        p![OrderState::Cancelled.number(), version, by as i64, ctx.now, order.shop, order.id, order.version],
    );
    batch.add(
        sql::INSERT_HISTORY,
        p![
            order.shop,
            order.id,
            version,
            order.state.number(),
            OrderState::Cancelled.number(),
            "close",
            actor_word(ctx),
            ctx.now
        ],
    );
    if tx.exec_all(batch).await?.first() != Some(&1) {
        return Err(Error::Changed);
    }
    let within = ctx.as_system(Scope::Shop(order.shop));
    stock::release(tx, &within, order.hold(), &order.items()).await?;
    if let Some(payment) = order.payment {
        pay::close(tx, &within, payment).await?;
    }
    tx.cancel::<CloseUnpaid>(&within, order.id.0);
    tx.say(
        &within,
        &OrderCancelled {
            shop: order.shop,
            order: order.id,
            shopper: order.shopper,
            version,
            cancel_type: by as i64,
        },
    )?;
    Ok(())
}

/// The job: an order that was paid or cancelled meanwhile is left alone.
pub(crate) async fn expire(tx: &mut Tx, ctx: &Ctx, job: CloseUnpaid) -> Result<(), Error> {
    let order = find::load(tx, ctx.scope, job.order).await?;
    if order.state != OrderState::Unpaid {
        return Ok(());
    }
    close(tx, ctx, order, CancelType::Timeout).await
}

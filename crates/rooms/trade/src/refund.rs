//! The shop gives money back, in part or in full.

use kernel::{Ctx, Money, OrderId, Permission, RefundId, Scope, clean_text};
use store::{Batch, Command, Tx, p};

use crate::{
    CancelType, Error, Order, OrderCancelled, OrderChanged, OrderState, find, order::actor_word, sql,
};

/// Longest reason, in characters.
const REASON_MAX: usize = 80;

/// Gives money back for an order.
#[derive(Debug, Clone)]
pub struct RefundOrder {
    /// For which.
    pub order: OrderId,
    /// How much, minor units.
    pub amount: i64,
    /// Why.
    pub reason: String,
}

impl Command for RefundOrder {
    type Out = RefundId;
    type Err = Error;
    const NAME: &'static str = "trade.refund";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<RefundId, Error> {
        refund(tx, ctx, self).await
    }
}

/// Asks the payment room for the refund. An order of which nothing is shipped and everything refunded is over, and
/// its pieces go back on sale. Refuses with `NotFound`, `State`, `RefundAmount`, `Text` or `Changed`.
pub async fn refund(tx: &mut Tx, ctx: &Ctx, cmd: &RefundOrder) -> Result<RefundId, Error> {
    let shop = ctx.shop(Permission::OrderRefund)?;
    let reason = clean_text(&cmd.reason, REASON_MAX).map_err(|_| Error::Text)?;
    let order = find::load(tx, Scope::Shop(shop), cmd.order).await?;
    if !order.state.is_paid() || order.state == OrderState::Refunded {
        return Err(Error::State { now: order.state.number() });
    }
    let Some(payment) = order.payment else { return Err(Error::RefundAmount) };
    if cmd.amount < 1 || cmd.amount > order.total - order.refunded {
        return Err(Error::RefundAmount);
    }
    let within = ctx.as_system(Scope::Shop(shop));
    let settled = order.state == OrderState::Done;
    let refund = ctx.id();
    let source = if settled { pay::RefundSource::Available } else { pay::RefundSource::Pending };
    let amount = Money::new(cmd.amount, order.currency);
    pay::refund(tx, &within, &pay::NewRefund { refund, payment, amount, reason, from: source }).await?;
    record(tx, ctx, &order, cmd.amount).await?;
    Ok(refund)
}

async fn record(tx: &mut Tx, ctx: &Ctx, order: &Order, amount: i64) -> Result<(), Error> {
    let over = order.state == OrderState::ToShip && order.refunded + amount == order.total;
    let to = if over { OrderState::Refunded } else { order.state };
    let version = order.version + 1;
    let closed = over.then_some(ctx.now);
    let cancel = over.then_some(CancelType::AllRefunded as i64);
    let mut batch = Batch::new();
    batch.add(
        sql::ADD_REFUND,
        p![to.number(), version, amount, cancel, closed, ctx.now, order.shop, order.id, order.version],
    );
    batch.add(
        sql::INSERT_HISTORY,
        p![
            order.shop,
            order.id,
            version,
            order.state.number(),
            to.number(),
            "refund",
            actor_word(ctx),
            ctx.now
        ],
    );
    if tx.exec_all(batch).await?.first() != Some(&1) {
        return Err(Error::Changed);
    }
    let within = ctx.as_system(Scope::Shop(order.shop));
    let (shop, id, shopper) = (order.shop, order.id, order.shopper);
    if over {
        stock::give_back(tx, &within, version, order.hold(), &order.items()).await?;
        let cancel_type = CancelType::AllRefunded as i64;
        tx.say(&within, &OrderCancelled { shop, order: id, shopper, version, cancel_type })?;
    } else {
        tx.say(&within, &OrderChanged { shop, order: id, shopper, version, change: 0 })?;
    }
    Ok(())
}

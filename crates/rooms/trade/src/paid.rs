//! An order is paid: the one thing that follows a captured payment.

use kernel::{Ctx, OrderId};
use store::{Batch, Tx, p};

use crate::{CloseUnpaid, Error, Order, OrderPaid, OrderState, find, order::actor_word, sql};

/// Marks the order paid, sells its reservation and takes back its closing. The caller has captured the payment in
/// the same transaction. Refuses with `NotFound`, or `State` where the order was closed meanwhile.
pub async fn paid(tx: &mut Tx, ctx: &Ctx, order: OrderId) -> Result<Order, Error> {
    ctx.system()?;
    let mut order = find::load(tx, ctx.scope, order).await?;
    order.may_become(OrderState::ToShip)?;
    let was = order.version;
    order.version += 1;
    let mut batch = Batch::new();
    batch.add(
        sql::MARK_PAID,
        p![OrderState::ToShip.number(), order.version, ctx.now, order.shop, order.id, was],
    );
    batch.add(
        sql::INSERT_HISTORY,
        p![
            order.shop,
            order.id,
            order.version,
            order.state.number(),
            OrderState::ToShip.number(),
            "pay",
            actor_word(ctx),
            ctx.now
        ],
    );
    let touched = tx.exec_all(batch).await?;
    if touched.first() != Some(&1) {
        return Err(Error::Changed);
    }
    stock::commit(tx, ctx, order.hold(), &order.items()).await?;
    tx.cancel::<CloseUnpaid>(ctx, order.id.0);
    tx.say(
        ctx,
        &OrderPaid {
            shop: order.shop,
            order: order.id,
            shopper: order.shopper,
            version: order.version,
            total: order.total,
        },
    )?;
    order.state = OrderState::ToShip;
    order.paid_at = Some(ctx.now);
    Ok(order)
}

//! The shop lowers the price of an order before it is paid. The last change replaces all before.

use kernel::{Ctx, Money, OrderId, Permission, Scope, SkuId};
use store::{Batch, Command, Tx, p};

use crate::{Error, Order, OrderChanged, OrderState, find, order::actor_word, sql};

/// The published number of this change (`docs/wire/events.jsonl`).
const PRICE_CHANGED: i64 = 12;

/// How often it may be done (`docs/wire/orders.md`).
pub(crate) const MOST_CHANGES: i64 = 50;

/// What the history calls it.
const DEED: &str = "reprice";

/// Sets new totals for lines and a new freight.
#[derive(Debug, Clone)]
pub struct Reprice {
    /// Of which order.
    pub order: OrderId,
    /// New totals of lines by sku, minor units; the others stay.
    pub lines: Vec<(SkuId, i64)>,
    /// New freight, minor units.
    pub freight: Option<i64>,
}

impl Command for Reprice {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "trade.reprice";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        reprice(tx, ctx, self).await
    }
}

/// Sets the new price. Refuses with `NotFound`, `State` unless unpaid, `PriceChanges`, `NewPrice`, `Amount` (an order
/// that has a payment must keep costing something), `PaymentBegun` or `Changed`.
pub async fn reprice(tx: &mut Tx, ctx: &Ctx, cmd: &Reprice) -> Result<(), Error> {
    let shop = ctx.shop(Permission::OrderWrite)?;
    let order = find::load(tx, Scope::Shop(shop), cmd.order).await?;
    if order.state != OrderState::Unpaid {
        return Err(Error::State { now: order.state.number() });
    }
    let changes: i64 = tx.one(sql::COUNT_DEEDS, p![shop, order.id, DEED], |r| r.get(0)).await?;
    if changes >= MOST_CHANGES {
        return Err(Error::PriceChanges);
    }
    let quote = requote(&order, cmd)?;
    let payment = order.payment.filter(|_| quote.total > 0).ok_or(Error::Amount)?;
    pay::change_amount(
        tx,
        &ctx.as_system(Scope::Shop(shop)),
        payment,
        Money::new(quote.total, order.currency),
    )
    .await
    .map_err(|e| match e {
        pay::Error::Store(e) => Error::Store(e),
        _ => Error::PaymentBegun,
    })?;
    record(tx, ctx, &order, &quote).await
}

/// The order priced anew, its own unit prices and discount kept.
fn requote(order: &Order, cmd: &Reprice) -> Result<promo::Quote, Error> {
    for (sku, price) in &cmd.lines {
        let line = order.lines.iter().find(|l| l.sku == *sku).ok_or(Error::NewPrice { sku: *sku })?;
        if !(1..=line.unit_price * line.quantity - line.discount).contains(price) {
            return Err(Error::NewPrice { sku: *sku });
        }
    }
    let line = |l: &crate::Line| promo::LineIn {
        sku: l.sku,
        quantity: l.quantity,
        unit_price: l.unit_price,
        market_price: l.market_price,
    };
    let order_discount =
        order.discount_reason.clone().map(|reason| promo::Discount { reason, amount: order.discount });
    let lines = cmd.lines.iter().map(|(sku, total)| promo::LineChange { sku: *sku, total: *total }).collect();
    Ok(promo::quote(&promo::Inputs {
        currency: order.currency,
        lines: order.lines.iter().map(line).collect(),
        order_discount,
        freight: order.original_freight,
        price_change: Some(promo::PriceChange { lines, freight: cmd.freight }),
    })?)
}

async fn record(tx: &mut Tx, ctx: &Ctx, order: &Order, quote: &promo::Quote) -> Result<(), Error> {
    let version = order.version + 1;
    let state = order.state.number();
    let mut batch = Batch::new();
    batch.add(
        sql::SET_PRICE,
        p![
            version,
            quote.change_down,
            quote.freight,
            quote.total,
            ctx.now,
            order.shop,
            order.id,
            order.version
        ],
    );
    batch.add(
        sql::INSERT_HISTORY,
        p![order.shop, order.id, version, state, state, DEED, actor_word(ctx), ctx.now],
    );
    for (index, (line, priced)) in (0_i64..).zip(order.lines.iter().zip(&quote.lines)) {
        if (line.change_price, line.payable) != (priced.changed, priced.payable) {
            batch.add(sql::SET_LINE_PRICE, p![priced.changed, priced.payable, order.shop, order.id, index]);
        }
    }
    if tx.exec_all(batch).await?.first() != Some(&1) {
        return Err(Error::Changed);
    }
    tx.say(
        ctx,
        &OrderChanged {
            shop: order.shop,
            order: order.id,
            shopper: order.shopper,
            version,
            change: PRICE_CHANGED,
        },
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fixture, rooms};

    store::on_both! {
        rooms = rooms();

        async fn a_price_is_changed_fifty_times_and_no_more(kit) {
            let f = Fixture::new(&kit).await;
            let order = f.placed(&[1]).await.order;
            let to = |price| Reprice { order, lines: vec![(f.skus[0], price)], freight: None };
            for n in 0..MOST_CHANGES {
                f.store.write(&f.owner(), to(900 - n)).await.unwrap();
            }
            assert!(matches!(f.store.write(&f.owner(), to(1)).await, Err(Error::PriceChanges)));
            assert_eq!(f.order(order).await.total, 900 - MOST_CHANGES + 1);
        }
    }
}

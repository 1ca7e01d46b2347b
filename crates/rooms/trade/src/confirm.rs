//! The goods have come: the shopper says so, or time does.

use kernel::{Actor, Ctx, OrderId, Scope, Timestamp, day_ms};
use serde::{Deserialize, Serialize};
use store::{Batch, Command, Job, Row, Tx, p};

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

/// A parcel of the order was signed for at `at`, by the carrier's clock: when all of them are, the ten days begin at the
/// last signature. A moment in the future counts as now, one before the parcel left as that.
pub(crate) async fn signed(
    tx: &mut Tx,
    ctx: &Ctx,
    order: OrderId,
    parcel: kernel::ParcelId,
    at: Timestamp,
) -> Result<(), Error> {
    let order = find::load(tx, ctx.scope, order).await?;
    tx.exec(sql::MARK_SIGNED, p![at.min(ctx.now), order.shop, order.id, parcel]).await?;
    let signatures = |r: &Row<'_>| Ok((r.get::<i64>(0)?, r.get::<Option<Timestamp>>(1)?));
    let (open, last) = tx.one(sql::SIGNATURES, p![order.shop, order.id], signatures).await?;
    if let (OrderState::Shipped, 0, Some(at)) = (order.state, open, last) {
        let days = shop::for_order(tx, order.shop).await?.map_or(AUTO_CONFIRM_DAYS, |t| t.auto_confirm_days);
        tx.later(ctx, at + day_ms(days), &AutoConfirm { order: order.id })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Ship, ShipParcel,
        testing::{Fixture, rooms},
    };
    use kernel::{hour_ms, minute_ms};
    use logistics::{RecordSteps, Step};

    const SIGNED: i64 = 300_003;

    /// An order in two parcels, A and B, that has just left.
    async fn shipped(f: &Fixture) -> OrderId {
        let order = f.bought(&[1, 1]).await.order;
        let parcel = |waybill: &str, items| ShipParcel {
            delivery_id: "TEST".into(),
            waybill_id: waybill.into(),
            deliver_type: 1,
            items,
        };
        let parcels = vec![parcel("A", f.items(&[1, 0])), parcel("B", f.items(&[0, 1]))];
        f.store.write(&f.owner(), Ship { order, parcels }).await.unwrap();
        order
    }

    async fn signs(f: &Fixture, waybill: &str, at: Timestamp) {
        let steps = vec![Step::new(at, SIGNED, "signed")];
        let told = RecordSteps { delivery_id: "TEST".into(), waybill_id: waybill.into(), steps };
        f.store.write(&f.owner(), told).await.unwrap();
        while !f.store.drain(100).await.unwrap() {}
    }

    /// The order is confirmed then, and not a minute before.
    async fn is_confirmed_at(f: &Fixture, order: OrderId, at: Timestamp) {
        for (moment, state) in
            [(at + -minute_ms(1), OrderState::Shipped), (at + minute_ms(1), OrderState::Done)]
        {
            f.store.advance(moment - f.store.now()).await.unwrap();
            while !f.store.drain(100).await.unwrap() {}
            assert_eq!(f.order(order).await.state, state);
        }
    }

    store::on_both! {
        rooms = rooms();

        async fn the_ten_days_count_from_the_last_signature_by_the_carriers_clock(kit) {
            let f = Fixture::new(&kit).await;
            let (order, left) = (shipped(&f).await, f.store.now());
            f.store.advance(day_ms(5)).await.unwrap();
            // They are told late, and the later one first.
            signs(&f, "B", left + day_ms(3)).await;
            signs(&f, "A", left + day_ms(2)).await;
            is_confirmed_at(&f, order, left + day_ms(13)).await;
        }

        async fn a_signature_of_tomorrow_counts_as_of_now(kit) {
            let f = Fixture::new(&kit).await;
            let order = shipped(&f).await;
            f.store.advance(day_ms(1)).await.unwrap();
            let told = f.store.now();
            signs(&f, "A", told + day_ms(300)).await;
            signs(&f, "B", told + hour_ms(1)).await;
            is_confirmed_at(&f, order, told + day_ms(10)).await;
        }

        async fn nobody_signs_before_it_left(kit) {
            let f = Fixture::new(&kit).await;
            let (order, left) = (shipped(&f).await, f.store.now());
            f.store.advance(day_ms(2)).await.unwrap();
            for waybill in ["A", "B"] {
                signs(&f, waybill, left + -day_ms(30)).await;
            }
            is_confirmed_at(&f, order, left + day_ms(10)).await;
        }
    }
}

//! The replay itself: day by day, the purchases of a day side by side.

use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt, stream};
use kernel::{Caller, Item, Money, OrderId, Scope, ShopId, Timestamp, hour_ms};
use logistics::{RecordSteps, Step};
use std::{collections::HashMap, sync::Arc};
use store::{Key, Roles, Store};
use trade::{OrderDiscount, Place, Placed, Ship, ShipParcel};

use super::{Purchase, Report, seed};

/// How many purchases are under way at once.
#[derive(Debug, Clone, Copy)]
pub struct Clients(pub usize);

/// Longer than the ten days after which a received order confirms itself.
const AFTERWARDS_MS: i64 = kernel::day_ms(11);

/// The route that the idempotency keys of a replay belong to.
const ROUTE: &str = "replay cdnow";

/// Codes of the tracking steps that a purchase goes through (`docs/wire/express.md`).
const PICKED_UP: i64 = 100_001;
const SIGNED: i64 = 300_003;

/// Sends the purchases, which must be in the order of their days, through a database in which nothing has happened
/// yet, or one that was filled by the same replay. `progress` hears how many are done.
pub async fn replay(
    store: &Store,
    files: &media::Files,
    purchases: &[Purchase],
    clients: Clients,
    progress: impl Fn(usize) + Sync,
) -> Result<Report> {
    let started = std::time::Instant::now();
    if let Some(first) = purchases.first() {
        store.begin_at(first.day).await?;
    }
    let world = Arc::new(seed::world(store, files, purchases).await?);
    let work = store.start_work(Roles::ALL);
    let mut done = 0;
    for day in purchases.chunk_by(|a, b| a.day == b.day) {
        move_to_noon(store, day[0].day).await?;
        stream::iter(day)
            .map(Ok)
            .try_for_each_concurrent(clients.0, |purchase| one(store, &world, purchase))
            .await?;
        done += day.len();
        progress(done);
    }
    work.and_wait().await;
    settle_down(store).await?;
    store.advance(AFTERWARDS_MS).await?;
    settle_down(store).await?;
    Report::of(store, &world, purchases, started.elapsed()).await
}

async fn move_to_noon(store: &Store, day: Timestamp) -> Result<()> {
    let ahead = (day + hour_ms(12)) - store.now();
    if ahead > 0 {
        store.advance(ahead).await?;
    }
    Ok(())
}

/// Events and jobs until nothing is due.
async fn settle_down(store: &Store) -> Result<()> {
    while !store.drain(1_000).await? {}
    Ok(())
}

/// What the purchases stand on.
pub(super) struct World {
    pub(super) shop: ShopId,
    pub(super) sku_of_price: HashMap<i64, kernel::SkuId>,
    pub(super) shopper_of: HashMap<i64, kernel::ShopperId>,
}

/// The unit price and the discount that make a line's amount. What costs nothing is sold at one cent a piece with
/// all of it taken off.
pub(super) fn split(purchase: &Purchase) -> (i64, i64) {
    match promo::unit_price_up(purchase.cents, purchase.pieces) {
        Ok((unit, discount)) if unit > 0 => (unit, discount),
        _ => (1, purchase.pieces),
    }
}

async fn one(store: &Store, world: &World, purchase: &Purchase) -> Result<()> {
    let caller = Caller::system(Scope::Shop(world.shop));
    let placed = place(store, world, &caller, purchase).await?;
    if let Some(payment) = placed.payment {
        let paid = pay::Paid {
            shop: world.shop,
            payment,
            channel: "replay".into(),
            channel_txn: format!("cdnow-{}", purchase.line),
            amount: Money::new(purchase.cents, kernel::Currency::USD),
            paid_at: store.now(),
        };
        store.write(&caller, flows::PaymentCompleted(paid)).await.with_context(|| name(purchase))?;
    }
    deliver(store, &caller, placed.order, purchase).await
}

async fn place(store: &Store, world: &World, caller: &Caller, purchase: &Purchase) -> Result<Placed> {
    let (unit, discount) = split(purchase);
    let missing = || format!("{}: not seeded", name(purchase));
    let sku = *world.sku_of_price.get(&unit).with_context(missing)?;
    let shopper = *world.shopper_of.get(&purchase.customer).with_context(missing)?;
    let discount = (discount > 0).then(|| OrderDiscount { reason: "exact amount".into(), amount: discount });
    let place = Place {
        shopper: Some(shopper),
        items: vec![Item { sku, quantity: purchase.pieces }],
        receiver: None,
        customer_notes: String::new(),
        discount,
        expected_total: Some(purchase.cents),
    };
    // Two equal lines are two purchases: the line number is the key.
    let content = format!("{purchase:?}");
    let key = Key::new(0, ROUTE, purchase.line.to_string(), content.as_bytes());
    store.once(caller, key, place).await.with_context(|| name(purchase))
}

async fn deliver(store: &Store, caller: &Caller, order: OrderId, purchase: &Purchase) -> Result<()> {
    let waybill_id = format!("CDNOW{}", purchase.line);
    let parcel = ShipParcel {
        delivery_id: "TEST".into(),
        waybill_id: waybill_id.clone(),
        deliver_type: 1,
        items: Vec::new(),
    };
    match store.write(caller, Ship { order, parcels: vec![parcel] }).await {
        // Shipped by an earlier run of the same replay.
        Ok(_) | Err(trade::Error::State { .. }) => {}
        Err(e) => return Err(e).with_context(|| name(purchase)),
    }
    let now = store.now();
    let steps = vec![Step::new(now, PICKED_UP, "picked up"), Step::new(now + 1, SIGNED, "signed for")];
    let news = RecordSteps { delivery_id: "TEST".into(), waybill_id, steps };
    store.write(caller, news).await.map(drop).with_context(|| name(purchase))
}

fn name(purchase: &Purchase) -> String {
    format!("line {}", purchase.line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_its_unit_price_rounded_up_less_the_rest() {
        let purchase =
            |pieces, cents| Purchase { line: 2, customer: 1, day: Timestamp::from_ms(0), pieces, cents };
        for (pieces, cents) in [(1, 1177), (5, 7700), (3, 1000), (2, 0), (99, 1)] {
            let (unit, discount) = split(&purchase(pieces, cents));
            assert!(unit > 0);
            assert_eq!(unit * pieces - discount, cents);
        }
    }
}

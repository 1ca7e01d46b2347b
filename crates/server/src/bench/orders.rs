//! Orders, as fast as they go.

use anyhow::{Result, ensure};
use futures::future::join_all;
use kernel::{Caller, Item, Money, Scope, ShopId, SkuId};
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};
use store::Key;
use trade::Place;

use super::{Plan, world::World};

/// Places and pays orders of one piece from many clients over all shops; orders a second. Ends with the database
/// looked over by `doctor`.
pub(super) async fn placed_and_paid(world: &World, plan: Plan) -> Result<f64> {
    let work = world.dispatch();
    let done = AtomicUsize::new(0);
    let started = Instant::now();
    let until = started + Duration::from_secs(plan.seconds);
    let clients = (0..plan.clients).map(|first| buy_until(world, first, plan.clients, until, &done));
    join_all(clients).await.into_iter().collect::<Result<()>>()?;
    let rate = per_second(done.load(Ordering::Relaxed), started.elapsed());
    work.and_wait().await;
    healthy(world).await?;
    Ok(rate)
}

async fn buy_until(
    world: &World,
    first: usize,
    step: usize,
    until: Instant,
    done: &AtomicUsize,
) -> Result<()> {
    let mut turn = first;
    while Instant::now() < until {
        let (shop, skus) = &world.shops[turn % world.shops.len()];
        order(world, *shop, skus[turn % skus.len()], turn).await?;
        done.fetch_add(1, Ordering::Relaxed);
        turn += step;
    }
    Ok(())
}

async fn order(world: &World, shop: ShopId, sku: SkuId, turn: usize) -> Result<()> {
    let caller = Caller::system(Scope::Shop(shop));
    let key = Key::new(turn.try_into()?, "bench", turn.to_string(), b"");
    let placed = world.store.once(&caller, key, wish(world, sku, turn)).await?;
    let Some(payment) = placed.payment else { return Ok(()) };
    let paid = pay::Paid {
        shop,
        payment,
        channel: "bench".into(),
        channel_txn: payment.to_string(),
        amount: Money::fen(placed.total),
        paid_at: world.store.now(),
    };
    world.store.write(&caller, flows::PaymentCompleted(paid)).await?;
    Ok(())
}

fn wish(world: &World, sku: SkuId, turn: usize) -> Place {
    Place {
        shopper: Some(world.shoppers[turn % world.shoppers.len()]),
        items: vec![Item { sku, quantity: 1 }],
        receiver: None,
        customer_notes: String::new(),
        discount: None,
        expected_total: None,
    }
}

/// Many clients want the same sku; attempts a second. Exactly as many are sold as there are, and whoever gets none
/// hears that it is sold out.
pub(super) async fn one_sku(world: &World, clients: usize, pieces: i64, attempts: usize) -> Result<f64> {
    let (shop, skus) = &world.shops[0];
    let (caller, sku) = (Caller::system(Scope::Shop(*shop)), skus[0]);
    let (next, sold) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let started = Instant::now();
    let clients = (0..clients).map(|_| async {
        loop {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            if turn >= attempts {
                return anyhow::Ok(());
            }
            match world.store.write(&caller, wish(world, sku, turn)).await {
                Ok(_) => drop(sold.fetch_add(1, Ordering::Relaxed)),
                Err(trade::Error::SoldOut { .. }) => {}
                Err(e) => return Err(e.into()),
            }
        }
    });
    join_all(clients).await.into_iter().collect::<Result<()>>()?;
    let rate = per_second(attempts, started.elapsed());
    let sold = i64::try_from(sold.load(Ordering::Relaxed))?;
    ensure!(sold == pieces, "{sold} were sold of {pieces}");
    healthy(world).await?;
    Ok(rate)
}

async fn healthy(world: &World) -> Result<()> {
    let diagnosis = crate::doctor::examine(&world.store).await?;
    ensure!(!diagnosis.has_violations(), "{}", diagnosis.lines().join("\n"));
    Ok(())
}

fn per_second(n: usize, took: Duration) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX)) / took.as_secs_f64()
}

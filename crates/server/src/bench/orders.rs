//! Orders in process, as fast as they go.

use anyhow::{Context, Result, ensure};
use futures::future::{join_all, try_join_all};
use kernel::{Caller, Item, Money, Scope, ShopId, ShopperId, SkuId};
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};
use store::{Key, Roles, Store, p};
use trade::{Place, Placed};

use super::{
    Plan,
    goods::{Goods, settle_down},
    ground::Ground,
    times::{per_second, real},
};
use crate::observe::figures;

/// How orders went.
pub(super) struct Pace {
    /// Placed and paid a second.
    pub(super) orders: f64,
    /// Orders that shared a commit, on average; 1 where every command has a commit of its own.
    pub(super) per_commit: f64,
    /// Deliveries of events while it ran, and those that were still open when the last order was paid.
    pub(super) deliveries: f64,
    pub(super) open: f64,
    /// How long the open ones took, in ms.
    pub(super) behind_ms: f64,
}

/// When clients stop.
#[derive(Clone, Copy)]
pub(super) enum Until {
    Over(Duration),
    Orders(usize),
}

/// Who orders, where, and for how long.
#[derive(Clone, Copy)]
pub(super) struct Crowd {
    pub(super) clients: usize,
    pub(super) shops: usize,
    pub(super) until: Until,
}

impl Crowd {
    /// The clients of the plan, over all shops.
    pub(super) const fn of(plan: &Plan, until: Until) -> Self {
        Self { clients: plan.clients, shops: plan.shops, until }
    }
}

/// Places and pays orders of one piece from many clients, while events are carried and jobs are done.
/// Ends with the database looked over by `doctor`.
pub(super) async fn placed_and_paid(ground: &Ground, crowd: Crowd) -> Result<Pace> {
    let store = ground.open(None).await?;
    // Connections are opened and statements prepared before the clock runs, as they are for the limit.
    try_join_all((0..crowd.clients).map(|n| order(&store, &ground.goods, n, crowd.shops))).await?;
    settle_down(&store).await?;
    let before = (commits(), deliveries(&store).await?.0);
    let work = store.start_work(Roles::ALL);
    let (turns, done) = (AtomicUsize::new(1), AtomicUsize::new(0));
    let started = Instant::now();
    let clients = (0..crowd.clients).map(|_| async {
        loop {
            let turn = turns.fetch_add(1, Ordering::Relaxed);
            let over = match crowd.until {
                Until::Over(time) => started.elapsed() >= time,
                Until::Orders(most) => turn > most,
            };
            if over {
                return anyhow::Ok(());
            }
            order(&store, &ground.goods, turn, crowd.shops).await?;
            done.fetch_add(1, Ordering::Relaxed);
        }
    });
    join_all(clients).await.into_iter().collect::<Result<()>>()?;
    let (took, done) = (started.elapsed(), done.load(Ordering::Relaxed));
    let stopped = Instant::now();
    let (after, (all, open)) = (commits(), deliveries(&store).await?);
    work.and_wait().await;
    settle_down(&store).await?;
    let behind_ms = stopped.elapsed().as_secs_f64() * 1000.0;
    healthy(&store).await?;
    let shared = if store.is_postgres() { real(done) } else { after - before.0 };
    let (orders, per_commit) = (per_second(done, took), real(done) / shared.max(1.0));
    store.close().await;
    Ok(Pace { orders, per_commit, deliveries: real(all - before.1), open: real(open), behind_ms })
}

/// Places an order under an idempotency key and pays it, as two commands.
pub(super) async fn order(store: &Store, goods: &Goods, turn: usize, shops: usize) -> Result<()> {
    let (shop, sku) = goods.pick(turn, shops)?;
    let placed = place(store, goods, shop, sku, turn).await??;
    pay(store, shop, &placed).await
}

/// Places an order of one piece.
pub(super) async fn place(
    store: &Store,
    goods: &Goods,
    shop: ShopId,
    sku: SkuId,
    turn: usize,
) -> Result<Result<Placed, trade::Error>> {
    let caller = Caller::system(Scope::Shop(shop));
    let shopper = *goods.shoppers.get(turn % goods.shoppers.len().max(1)).context("there are shoppers")?;
    // A key as clients make them: one that nobody has used.
    let key = store.ctx(&caller).await?.id::<i64>().to_string();
    let key = Key::new(shopper.0, "POST /api/v1/orders", key, b"");
    Ok(store.once(&caller, key, wish(goods, shopper, sku, 1)).await)
}

fn wish(goods: &Goods, shopper: ShopperId, sku: SkuId, quantity: i64) -> Place {
    Place {
        shopper: Some(shopper),
        items: vec![Item { sku, quantity }],
        receiver: Some(goods.receiver.clone()),
        customer_notes: String::new(),
        discount: None,
        expected_total: None,
    }
}

/// Pays an order, as the news of a channel does.
pub(super) async fn pay(store: &Store, shop: ShopId, placed: &Placed) -> Result<()> {
    let payment = placed.payment.context("there is something to pay")?;
    let paid = pay::Paid {
        shop,
        payment,
        channel: "bench".into(),
        channel_txn: payment.to_string(),
        amount: Money::fen(placed.total),
        paid_at: store.now(),
    };
    let outcome = store.write(&Caller::system(Scope::Shop(shop)), flows::PaymentCompleted(paid)).await?;
    ensure!(outcome == flows::PaymentOutcome::Paid, "an order was paid twice or too late: {outcome:?}");
    Ok(())
}

/// Asks for more than there can be, which is refused as sold out.
pub(super) async fn refused(store: &Store, goods: &Goods, pieces: i64) -> Result<()> {
    let (shop, sku) = goods.scarce()?;
    let shopper = *goods.shoppers.first().context("there are shoppers")?;
    let caller = Caller::system(Scope::Shop(shop));
    let key = Key::new(shopper.0, "POST /api/v1/orders", "refused", b"");
    match store.once(&caller, key, wish(goods, shopper, sku, pieces)).await {
        Err(trade::Error::SoldOut { .. }) => Ok(()),
        other => anyhow::bail!("more was ordered than there is: {other:?}"),
    }
}

/// Many clients want the same sku; attempts a second. Exactly as many are sold as there are, and whoever gets none
/// hears that it is sold out.
pub(super) async fn one_sku(ground: &Ground, plan: &Plan, clients: usize) -> Result<f64> {
    let store = ground.open(None).await?;
    let goods = &ground.goods;
    let (shop, sku) = goods.scarce()?;
    order(&store, goods, 0, 1).await?;
    let work = store.start_work(Roles::ALL);
    let (next, sold) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let started = Instant::now();
    let clients = (0..clients).map(|_| async {
        loop {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            if turn >= plan.attempts {
                return anyhow::Ok(());
            }
            match place(&store, goods, shop, sku, turn).await? {
                Ok(_) => drop(sold.fetch_add(1, Ordering::Relaxed)),
                Err(trade::Error::SoldOut { .. }) => {}
                Err(e) => return Err(e.into()),
            }
        }
    });
    join_all(clients).await.into_iter().collect::<Result<()>>()?;
    let rate = per_second(plan.attempts, started.elapsed());
    let sold = i64::try_from(sold.load(Ordering::Relaxed))?;
    ensure!(sold == plan.pieces, "{sold} were sold of {}", plan.pieces);
    work.and_wait().await;
    settle_down(&store).await?;
    healthy(&store).await?;
    store.close().await;
    Ok(rate)
}

/// Statements of one order that is placed and paid, without what follows later.
pub(super) async fn statements(ground: &Ground) -> Result<f64> {
    let store = ground.open(None).await?;
    order(&store, &ground.goods, 0, 1).await?;
    settle_down(&store).await?;
    let before = store.statements();
    order(&store, &ground.goods, 1, 1).await?;
    let counted = real(usize::try_from(store.statements() - before)?);
    store.close().await;
    Ok(counted)
}

/// `doctor` finds no contradiction.
pub(super) async fn healthy(store: &Store) -> Result<()> {
    let diagnosis = crate::doctor::examine(store).await?;
    ensure!(!diagnosis.has_violations(), "{}", diagnosis.lines().join("\n"));
    Ok(())
}

/// All deliveries, and those that wait.
async fn deliveries(store: &Store) -> Result<(usize, usize)> {
    let mut tx = store.read().await?;
    let (all, open) = tx.one(COUNT_DELIVERIES, p![], |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?))).await?;
    Ok((usize::try_from(all)?, usize::try_from(open)?))
}

const COUNT_DELIVERIES: &str = "\
SELECT count(*), CAST(COALESCE(sum(CASE WHEN done_wall IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT)
FROM store_delivery";

const COMMITS: &str = "kaidian_store_commands_per_commit_count ";

/// Commits of this process so far, by its own figures.
fn commits() -> f64 {
    let text = figures().map(|figures| figures.render()).unwrap_or_default();
    text.lines().find_map(|line| line.strip_prefix(COMMITS)?.trim().parse().ok()).unwrap_or(0.0)
}

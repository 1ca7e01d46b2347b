//! Snapshots: they change no balance and no statement, and spare what may still grow.

use kernel::{Caller, Ctx, Scope, Timestamp, minute_ms};
use store::{Registry, Store, p};

use super::statements::{all_lines, assert_running};
use crate::{snapshot, testing::*};

/// Posts `count` times one fen into the pending account, written `age_ms` before now.
async fn post_aged(store: &Store, count: i64, age_ms: i64) {
    write(store, SHOP, move |tx, ctx| {
        Box::pin(async move {
            let aged = Ctx { wall: ctx.wall + -age_ms, ..ctx.clone() };
            for _ in 0..count {
                crate::post(tx, &aged, &posting(vec![CHANNEL.debit(1), PENDING.credit(1)])).await?;
            }
            Ok(())
        })
    })
    .await
    .unwrap();
}

async fn take(store: &Store) -> usize {
    let until = store.wall() + -snapshot::MARGIN_MS;
    snapshot::take(store, &Caller::system(Scope::Platform), until).await.unwrap()
}

async fn newest_until(store: &Store) -> Timestamp {
    let mut tx = store.read().await.unwrap();
    tx.one("SELECT max(until) FROM ledger_snapshot", p![], |r| r.get(0)).await.unwrap()
}

store::on_both! {
    rooms = crate::testing::rooms();

    async fn a_snapshot_covers_old_entries_only_and_changes_no_balance(kit) {
        let store = kit.store(Registry::new()).await;
        post_aged(&store, snapshot::ENTRIES, minute_ms(30)).await;
        post_aged(&store, 5, 0).await;
        let before = all_lines(&store, PENDING, 100).await;
        assert_eq!(take(&store).await, 2);
        assert!(newest_until(&store).await + minute_ms(9) < store.wall());
        assert_eq!(balance(&store, SHOP, PENDING).await, snapshot::ENTRIES + 5);
        assert_eq!(balance(&store, SHOP, CHANNEL).await, -snapshot::ENTRIES - 5);
        assert_eq!(all_lines(&store, PENDING, 100).await, before);
        assert_running(&all_lines(&store, PENDING, 7).await);
    }

    async fn a_late_transaction_within_the_margin_is_not_lost(kit) {
        let store = kit.store(Registry::new()).await;
        post_aged(&store, snapshot::ENTRIES, minute_ms(30)).await;
        // A transaction that began just inside the margin and commits after the snapshot was taken.
        let late_ms = snapshot::MARGIN_MS - 5_000;
        take(&store).await;
        post_aged(&store, 1, late_ms).await;
        assert_eq!(balance(&store, SHOP, PENDING).await, snapshot::ENTRIES + 1);
        let mut tx = store.read().await.unwrap();
        assert_eq!(crate::check(&mut tx).await.unwrap(), []);
    }

    async fn an_entry_beyond_the_margin_is_found_by_doctor(kit) {
        let store = kit.store(Registry::new()).await;
        post_aged(&store, snapshot::ENTRIES, minute_ms(30)).await;
        take(&store).await;
        post_aged(&store, 1, minute_ms(20)).await;
        let mut tx = store.read().await.unwrap();
        let found: Vec<_> = crate::check(&mut tx).await.unwrap().into_iter().map(|f| f.check).collect();
        assert_eq!(found, ["ledger.snapshots", "ledger.snapshots"]);
    }

    async fn a_second_snapshot_builds_on_the_first_and_few_entries_need_none(kit) {
        let store = kit.store(Registry::new()).await;
        post_aged(&store, snapshot::ENTRIES, minute_ms(60)).await;
        let caller = Caller::system(Scope::Platform);
        let earlier = store.wall() + -minute_ms(40);
        assert_eq!(snapshot::take(&store, &caller, earlier).await.unwrap(), 2);
        assert_eq!(snapshot::take(&store, &caller, earlier).await.unwrap(), 0);
        post_aged(&store, snapshot::ENTRIES - 1, minute_ms(30)).await;
        assert_eq!(take(&store).await, 0);
        // One more in a later window: the two windows together are enough.
        let tick = || tokio::time::sleep(std::time::Duration::from_millis(20));
        tick().await;
        post_aged(&store, 1, snapshot::MARGIN_MS).await;
        tick().await;
        assert_eq!(take(&store).await, 2);
        assert_eq!(balance(&store, SHOP, PENDING).await, 2 * snapshot::ENTRIES);
        let mut tx = store.read().await.unwrap();
        assert_eq!(crate::check(&mut tx).await.unwrap(), []);
    }

    async fn the_job_takes_snapshots_and_schedules_itself_again(kit) {
        let mut registry = Registry::new();
        crate::register(&mut registry);
        let store = kit.store(registry).await;
        post_aged(&store, snapshot::ENTRIES, minute_ms(30)).await;
        write(&store, SHOP, |tx, ctx| Box::pin(async move { crate::schedule(tx, ctx) })).await.unwrap();
        assert!(store.drain(10).await.unwrap());
        assert!(newest_until(&store).await > Timestamp::from_ms(0));
        let waiting = |store: &Store| {
            let store = store.clone();
            async move {
                let mut tx = store.read().await.unwrap();
                let sql = "SELECT due FROM store_job WHERE kind = 'ledger.snapshot' AND parked_wall IS NULL";
                tx.opt(sql, p![], |r| r.get::<Timestamp>(0)).await.unwrap()
            }
        };
        let first = waiting(&store).await.unwrap();
        assert!(first > store.now());
        store.advance(minute_ms(11)).await.unwrap();
        assert!(store.drain(10).await.unwrap());
        assert!(waiting(&store).await.unwrap() > first);
    }
}

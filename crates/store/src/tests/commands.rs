//! Commands: wholly or not at all, answered after the commit, each for itself.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use super::*;
use crate::{Registry, testkit::Engine, testkit::Kit};

const SAME: &str = "SELECT a, b FROM thing_thing WHERE id = $1";

crate::on_both! {
    rooms = [THINGS];

    async fn a_parameter_is_bound_by_its_number_and_not_by_its_first_appearance(kit) {
        let store = kit.store(Registry::new()).await;
        let put = doing(|tx, ctx| Box::pin(async move {
            tx.exec(
                "INSERT INTO thing_thing (scope, id, b, a) VALUES ($4, $3, $1, $2)",
                p![10, 20, 3, ctx.scope.key()],
            )
            .await?;
            tx.exec("UPDATE thing_thing SET a = a + $2, b = b + $2 WHERE id = $1 AND $2 > 0", p![3, 5]).await
        }));
        assert_eq!(store.write(&caller(), put).await.unwrap(), 1);
        let mut tx = store.read().await.unwrap();
        let read = tx.one(SAME, p![3], |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?))).await.unwrap();
        assert_eq!(read, (25, 15));
    }

    async fn a_command_that_fails_leaves_its_neighbours_alone(kit) {
        let store = kit.store(Registry::new()).await;
        let writes = (0..100).map(|id| {
            let store = store.clone();
            async move { store.write(&caller(), Put { id, fail: id % 3 == 0 }).await.is_ok() }
        });
        let done = futures::future::join_all(writes).await;
        let succeeded: Vec<i64> = (0..100).filter(|id| id % 3 != 0).collect();
        assert_eq!(done.iter().filter(|ok| **ok).count(), succeeded.len());
        assert_eq!(ids(&store).await, succeeded);
    }

    async fn a_statement_that_failed_has_failed_its_command_whatever_the_command_makes_of_it(kit) {
        let store = kit.store(Registry::new()).await;
        store.write(&caller(), Put::new(1)).await.unwrap();
        let takes_it_lightly = doing(|tx, ctx| Box::pin(async move {
            tx.exec(INSERT, row(ctx, 2)).await?;
            assert!(matches!(tx.exec(INSERT, row(ctx, 1)).await, Err(Error::Constraint(_))));
            // The transaction is lost: what comes now does not run either.
            assert!(matches!(tx.exec(INSERT, row(ctx, 3)).await, Err(Error::Constraint(_))));
            Ok(())
        }));
        let done = store.write(&caller(), takes_it_lightly).await;
        assert!(matches!(done, Err(Error::Constraint(_))), "{done:?}");
        assert_eq!(ids(&store).await, [1]);
        store.write(&caller(), Put::new(4)).await.unwrap();
        assert_eq!(ids(&store).await, [1, 4]);
    }

    async fn a_command_that_panics_is_a_fault_of_the_program_and_leaves_nothing(kit) {
        let store = kit.store(Registry::new()).await;
        let panics = doing::<(), _>(|tx, ctx| Box::pin(async move {
            tx.exec(INSERT, row(ctx, 1)).await?;
            panic!("as the test wants it");
        }));
        let done = store.write(&caller(), panics).await;
        let Err(e @ Error::Internal(_)) = done else { panic!("{done:?}") };
        assert!(e.for_log().contains("thing.do panicked"), "{}", e.for_log());
        assert_nothing_open(&kit).await;
        assert_eq!(count(&store).await, 0);
        for id in 0..40 {
            store.write(&caller(), Put::new(id)).await.unwrap();
        }
        assert_eq!(count(&store).await, 40);
    }

    async fn a_command_whose_caller_went_away_still_ends(kit) {
        let store = kit.store(Registry::new()).await;
        store.ids().await.unwrap();
        let ended = Arc::new(AtomicU32::new(0));
        for id in 0..4 {
            let ended = Arc::clone(&ended);
            let slow = doing(move |tx, ctx| {
                let ended = Arc::clone(&ended);
                Box::pin(async move {
                    let waits = if tx.is_pg() { "SELECT 1 FROM pg_sleep(0.2)" } else { "SELECT 1" };
                    tx.exec(waits, p![]).await?;
                    tx.exec(INSERT, row(ctx, id)).await?;
                    ended.fetch_add(1, Ordering::Relaxed);
                    if id % 2 == 0 { Ok(()) } else { Err(Error::internal("told to")) }
                })
            });
            let caller = caller();
            let mut asking = Box::pin(store.write(&caller, slow));
            let _ = futures::poll!(&mut asking);
            tokio::time::sleep(Duration::from_millis(20)).await;
            drop(asking);
        }
        until(|| async { ended.load(Ordering::Relaxed) == 4 }).await;
        until(|| async { ids(&store).await == [0, 2] }).await;
        assert_nothing_open(&kit).await;
    }

    async fn what_a_snapshot_sees_does_not_change(kit) {
        let store = kit.store(Registry::new()).await;
        store.write(&caller(), Put::new(1)).await.unwrap();
        let mut tx = store.read().await.unwrap();
        assert_eq!(tx.one(COUNT, p![], |r| r.get::<i64>(0)).await.unwrap(), 1);
        store.write(&caller(), Put::new(2)).await.unwrap();
        assert_eq!(tx.one(COUNT, p![], |r| r.get::<i64>(0)).await.unwrap(), 1);
        drop(tx);
        assert_eq!(count(&store).await, 2);
    }

    async fn a_snapshot_writes_says_and_schedules_nothing(kit) {
        let store = kit.store(Registry::new()).await;
        let ctx = store.ctx(&caller()).await.unwrap();
        let mut tx = store.read().await.unwrap();
        assert!(tx.later(&ctx, ctx.now, &super::jobs::Chore::new(1)).is_err());
        assert!(tx.say(&ctx, &super::events::Moved::new(1, 1)).is_err());
        assert!(tx.exec(INSERT, row(&ctx, 1)).await.is_err());
        drop(tx);
        assert_eq!(count(&store).await, 0);
    }

    async fn a_reader_that_went_away_leaves_no_transaction_open(kit) {
        let store = kit.store(Registry::new()).await;
        // Once to the end, so that the next reads begin their transaction at once.
        assert!(ids(&store).await.is_empty());
        for _ in 0..40 {
            let mut tx = store.read().await.unwrap();
            let mut reading = Box::pin(async move { tx.all(IDS, p![], |r| r.get::<i64>(0)).await });
            let _ = futures::poll!(&mut reading);
        }
        assert_eq!(count(&store).await, 0);
        assert_nothing_open(&kit).await;
    }

    async fn the_last_handle_may_go_while_commands_are_under_way(kit) {
        for id in 0..20 {
            let store = kit.store(Registry::new()).await;
            let writing = tokio::spawn({
                let store = store.clone();
                async move { store.write(&caller(), Put::new(id)).await }
            });
            drop(store);
            assert_eq!(writing.await.unwrap().unwrap(), id);
        }
        let store = kit.store(Registry::new()).await;
        store.ids().await.unwrap();
        let caller = caller();
        let mut asking = Box::pin(store.write(&caller, Put::new(20)));
        let _ = futures::poll!(&mut asking);
        drop(asking);
        drop(store);
        let store = kit.store(Registry::new()).await;
        until(|| async { count(&store).await == 21 }).await;
    }
}

const OPEN: &str = "\
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'";

/// No connection to a server stays within a transaction.
async fn assert_nothing_open(kit: &Kit) {
    if kit.engine == Engine::Sqlite {
        return;
    }
    // From outside: the store's own connection, found idle in its pool, would look at itself.
    let beside = Store::open(&kit.options, Registry::new()).unwrap();
    until(|| async { number(&beside, OPEN).await == 0 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_waits_for_more_than_its_transaction_is_refused_and_rolled_back() {
    let kit = Kit::new(Engine::Sqlite, &[THINGS]).await;
    let store = kit.store(Registry::new()).await;
    let waits = doing(|tx, ctx| {
        Box::pin(async move {
            tx.exec(INSERT, row(ctx, 1)).await?;
            tokio::task::yield_now().await;
            tx.exec(INSERT, row(ctx, 2)).await
        })
    });
    let caller = caller();
    let (waited, neighbour) = futures::join!(store.write(&caller, waits), store.write(&caller, Put::new(3)));
    let e = waited.unwrap_err();
    assert!(matches!(e, Error::Internal(_)));
    assert!(e.for_log().contains("waited for more than its transaction"), "{}", e.for_log());
    assert_eq!(neighbour.unwrap(), 3);
    assert_eq!(ids(&store).await, [3]);
}

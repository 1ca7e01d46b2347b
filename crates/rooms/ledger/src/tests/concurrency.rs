//! Many writers at once.

use futures::future::join_all;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use store::{Registry, testkit};
use tokio::sync::Barrier;

use crate::testing::*;

store::on_both! {
    rooms = crate::testing::rooms();

    async fn thirty_two_tasks_never_overdraw_a_guarded_account(kit) {
        let store = kit.store(Registry::new()).await;
        shift(&store, SHOP, PENDING, AVAILABLE, 100).await.unwrap();
        let tasks = (0..32).map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut taken = 0;
                for step in 0..4_i64 {
                    // A quarter by hold and capture, the rest by plain debits; credits in between.
                    let amount = 3 + (n + step) % 5;
                    let done = if n % 4 == 0 {
                        let id = n * 10 + step;
                        match authorise(&store, SHOP, hold(id, amount)).await {
                            Ok(()) => take(&store, SHOP, capture(id, amount)).await,
                            Err(e) => Err(e),
                        }
                    } else {
                        shift(&store, SHOP, AVAILABLE, OUT, amount).await
                    };
                    match done {
                        Ok(_) => taken += amount,
                        Err(crate::Error::Overdraft { .. }) => {}
                        Err(e) => panic!("{e:?}"),
                    }
                    if n == 1 {
                        shift(&store, SHOP, PENDING, AVAILABLE, 10).await.unwrap();
                    }
                }
                taken
            })
        });
        let taken: i64 = join_all(tasks).await.into_iter().map(|t| t.unwrap()).sum();
        let left = balance(&store, SHOP, AVAILABLE).await;
        assert_eq!(taken + left, 140);
        assert!(left >= 0 && taken > 90, "128 attempts of 3 to 7 on 100 and more took {taken}, left {left}");
        assert_eq!(balance(&store, SHOP, OUT).await, taken);
        let mut tx = store.read().await.unwrap();
        assert_eq!(crate::check(&mut tx).await.unwrap(), []);
    }

    async fn the_same_hold_asked_for_by_many_at_once_is_one(kit) {
        let store = kit.store(Registry::new()).await;
        shift(&store, SHOP, PENDING, AVAILABLE, 100).await.unwrap();
        let all = join_all((0..16).map(|_| authorise(&store, SHOP, hold(1, 60)))).await;
        assert!(all.into_iter().all(|r| r.is_ok()));
        assert_eq!(available(&store, SHOP, AVAILABLE).await, 40);
        let all = join_all((0..16).map(|_| take(&store, SHOP, capture(1, 60)))).await;
        let postings: Vec<_> = all.into_iter().map(|r| r.unwrap()).collect();
        assert!(postings.iter().all(|p| *p == postings[0]));
        assert_eq!(balance(&store, SHOP, OUT).await, 60);
    }
}

/// Eight transactions post to the same two accounts, and none commits before all have posted: if one waited for
/// another, this would never end. None is run twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unguarded_posts_to_one_account_wait_for_nobody_on_postgres() {
    const WRITERS: usize = 8;
    const ROUNDS: usize = 5;
    let kit = testkit::Kit::new(testkit::Engine::Postgres, &rooms()).await;
    let store = kit.store(Registry::new()).await;
    let runs = Arc::new(AtomicU64::new(0));
    for _ in 0..ROUNDS {
        let barrier = Arc::new(Barrier::new(WRITERS));
        let posts = (0..WRITERS).map(|_| {
            let (store, runs, barrier) = (store.clone(), Arc::clone(&runs), Arc::clone(&barrier));
            async move {
                write(&store, SHOP, move |tx, ctx| {
                    let (runs, barrier) = (Arc::clone(&runs), Arc::clone(&barrier));
                    Box::pin(async move {
                        runs.fetch_add(1, Ordering::Relaxed);
                        let legs = vec![CHANNEL.debit(1), PENDING.credit(1)];
                        crate::post(tx, ctx, &posting(legs)).await?;
                        barrier.wait().await;
                        Ok(())
                    })
                })
                .await
            }
        });
        let done = tokio::time::timeout(Duration::from_secs(30), join_all(posts)).await;
        assert!(done.expect("the writers waited for each other").into_iter().all(|r| r.is_ok()));
    }
    assert_eq!(runs.load(Ordering::Relaxed), (WRITERS * ROUNDS) as u64);
    assert_eq!(balance(&store, SHOP, PENDING).await, (WRITERS * ROUNDS) as i64);
}

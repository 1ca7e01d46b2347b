//! The same key with the same content runs once.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use super::*;
use crate::{Key, Registry, work};

fn key(text: &str, body: &str) -> Key {
    Key::new(1, "POST /things", text, body.as_bytes())
}

/// Puts the next thing, and counts how often it was run.
fn next(runs: &Arc<AtomicU32>) -> impl Command<Out = i64, Err = Error> + use<> {
    let runs = Arc::clone(runs);
    doing(move |tx, ctx| {
        runs.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let id = tx.one("SELECT count(*) FROM thing_thing", p![], |r| r.get::<i64>(0)).await?;
            tx.exec(INSERT, row(ctx, id)).await?;
            Ok(id)
        })
    })
}

/// Something that there is only one of: whoever comes second is refused.
fn claim(runs: &Arc<AtomicU32>) -> impl Command<Out = i64, Err = Error> + use<> {
    let runs = Arc::clone(runs);
    doing(move |tx, ctx| {
        runs.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let slow = if tx.is_pg() { "SELECT 1 FROM pg_sleep(0.05)" } else { "SELECT 1" };
            tx.exec(slow, p![]).await?;
            let free = tx
                .exec(
                    "INSERT INTO thing_thing (scope, id, a, b) VALUES ($1, 1, 0, 0) ON CONFLICT DO NOTHING",
                    p![ctx.scope.key()],
                )
                .await?;
            if free == 0 { Err(Error::internal("it is gone")) } else { Ok(1) }
        })
    })
}

const RECORDS: &str = "SELECT count(*) FROM store_idempotency";

crate::on_both! {
    rooms = [THINGS];

    async fn a_repeat_gets_the_stored_answer_also_after_the_database_was_opened_again(kit) {
        let runs = Arc::default();
        for _ in 0..3 {
            let store = kit.store(Registry::new()).await;
            for _ in 0..2 {
                assert_eq!(store.once(&caller(), key("k", "body"), next(&runs)).await.unwrap(), 0);
            }
        }
        assert_eq!(runs.load(Ordering::Relaxed), 1);
        assert_eq!(count(&kit.store(Registry::new()).await).await, 1);
    }

    async fn the_same_key_with_another_content_is_refused(kit) {
        let store = kit.store(Registry::new()).await;
        let runs = Arc::default();
        store.once(&caller(), key("k", "body"), next(&runs)).await.unwrap();
        let other = store.once(&caller(), key("k", "other"), next(&runs)).await;
        assert!(matches!(other, Err(Error::KeyReused)), "{other:?}");
        assert_eq!(runs.load(Ordering::Relaxed), 1);
    }

    async fn twenty_at_once_are_one_execution(kit) {
        let store = kit.store(Registry::new()).await;
        let runs = Arc::default();
        let asking = (0..20).map(|_| {
            let (store, next) = (store.clone(), next(&runs));
            async move { store.once(&caller(), key("k", "body"), next).await }
        });
        for answer in futures::future::join_all(asking).await {
            assert_eq!(answer.unwrap(), 0);
        }
        assert_eq!(runs.load(Ordering::Relaxed), 1);
        assert_eq!(count(&store).await, 1);
    }

    async fn a_repeat_that_comes_while_the_first_runs_never_meets_what_the_first_did(kit) {
        let store = kit.store(Registry::new()).await;
        let runs = Arc::default();
        let asking = (0..8).map(|_| {
            let (store, claim) = (store.clone(), claim(&runs));
            async move { store.once(&caller(), key("k", "body"), claim).await }
        });
        for answer in futures::future::join_all(asking).await {
            assert_eq!(answer.unwrap(), 1, "nobody is told that it is gone");
        }
        assert_eq!(runs.load(Ordering::Relaxed), 1);
    }

    async fn a_command_that_failed_leaves_no_record_and_may_be_repeated(kit) {
        let store = kit.store(Registry::new()).await;
        assert!(store.once(&caller(), key("k", "body"), Put { id: 1, fail: true }).await.is_err());
        assert_eq!(number(&store, RECORDS).await, 0);
        assert_eq!(store.once(&caller(), key("k", "other body"), Put::new(1)).await.unwrap(), 1);
        assert_eq!(number(&store, RECORDS).await, 1);
    }

    async fn another_credential_route_scope_or_key_is_another_request(kit) {
        let store = kit.store(Registry::new()).await;
        let runs = Arc::default();
        let same = |credential, route, text| Key::new(credential, route, text, b"body");
        let elsewhere = Caller::system(Scope::Shop(ShopId(8)));
        for (i, (caller, key)) in [
            (caller(), same(1, "POST /things", "k")),
            (caller(), same(2, "POST /things", "k")),
            (caller(), same(1, "POST /others", "k")),
            (caller(), same(1, "POST /things", "K")),
            (elsewhere, same(1, "POST /things", "k")),
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(store.once(&caller, key.clone(), next(&runs)).await.unwrap(), i64::try_from(i).unwrap());
            assert_eq!(store.once(&caller, key, next(&runs)).await.unwrap(), i64::try_from(i).unwrap());
        }
        assert_eq!(runs.load(Ordering::Relaxed), 5);
    }

    async fn a_record_is_forgotten_thirty_days_later_and_not_before(kit) {
        let store = kit.store(Registry::new()).await;
        let before = store.wall();
        for id in 0..25 {
            store.once(&caller(), key(&id.to_string(), "body"), Put::new(id)).await.unwrap();
        }
        let days = |n| kernel::day_ms(n);
        assert_eq!(work::forget_answers(&store, before + days(30), 10).await.unwrap(), 0);
        assert_eq!(number(&store, RECORDS).await, 25);
        let after = store.wall() + days(30) + 1;
        assert_eq!(work::forget_answers(&store, after, 10).await.unwrap(), 25);
        assert_eq!(number(&store, RECORDS).await, 0);
    }
}

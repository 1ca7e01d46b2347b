//! A database that is full, and a commit that one of many spoils.

use kernel::{Fault, Kind};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use super::*;
use crate::{
    Options, Registry,
    testkit::{Engine, Kit},
};

const NOTE: &str = "INSERT INTO thing_note (id, words) VALUES ($1, $2)";
const NOTES: &str = "SELECT count(*) FROM thing_note";
const BUSY: &str = "\
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
SELECT count(*) FROM n";

/// Writes a note of so many KiB in rows of one; after the first row nothing that it does must be left if it fails.
fn note(id: i64, kib: i64, runs: &Arc<AtomicU32>) -> impl Command<Out = i64, Err = Error> + use<> {
    let runs = Arc::clone(runs);
    doing(move |tx, _| {
        runs.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            for i in 0..kib {
                tx.exec(NOTE, p![id * 10_000 + i, "x".repeat(1024)]).await?;
            }
            Ok(id)
        })
    })
}

/// Keeps the writer busy, so that what comes meanwhile shares the next commit.
fn busy() -> impl Command<Out = u64, Err = Error> {
    doing(|tx, _| Box::pin(tx.exec(BUSY, p![300_000])))
}

/// A database with room for about so many KiB.
async fn small(kib: i64) -> (Kit, Store) {
    let mut kit = Kit::new(Engine::Sqlite, &[THINGS]).await;
    drop(kit.store(Registry::new()).await);
    let size = std::fs::metadata(kit.folder().unwrap().join("kaidian.db")).unwrap().len();
    kit.options.max_pages = Some(i64::try_from(size / 4096).unwrap() + kib / 4);
    let store = kit.store(Registry::new()).await;
    store.ids().await.unwrap();
    (kit, store)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_database_refuses_the_command_wholly_and_goes_on_reading() {
    let (kit, store) = small(400).await;
    let runs = Arc::default();
    store.write(&caller(), note(1, 100, &runs)).await.unwrap();
    let e = store.write(&caller(), note(2, 1000, &runs)).await.unwrap_err();
    assert!(matches!(e, Error::Full(_)), "{e:?}");
    assert_eq!((e.kind(), e.code()), (Kind::Unavailable, "store.full"));
    assert_eq!(number(&store, NOTES).await, 100);
    // What fits still goes in.
    store.write(&caller(), note(3, 50, &runs)).await.unwrap();
    assert!(store.write(&caller(), note(4, 1000, &runs)).await.is_err());
    assert_eq!(number(&store, NOTES).await, 150);
    // Room that is made is used.
    script(&store, "DELETE FROM thing_note").await;
    store.write(&caller(), note(5, 150, &runs)).await.unwrap();
    assert_eq!(number(&store, NOTES).await, 150);
    drop(store);
    let wider = Options { max_pages: None, ..kit.options.clone() };
    let store = Store::open(&wider, Registry::new()).unwrap();
    store.write(&caller(), note(6, 1000, &runs)).await.unwrap();
    assert_eq!(number(&store, NOTES).await, 1150);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_fills_the_database_takes_no_neighbour_along() {
    let (_kit, store) = small(800).await;
    let runs = Arc::default();
    let slow = tokio::spawn({
        let store = store.clone();
        async move { store.write(&caller(), busy()).await }
    });
    let writes = (0..40).map(|id| {
        let (store, note) = (store.clone(), note(id, if id == 20 { 2000 } else { 2 }, &runs));
        async move { store.write(&caller(), note).await }
    });
    let done = futures::future::join_all(writes).await;
    slow.await.unwrap().unwrap();
    for (id, one) in done.iter().enumerate() {
        assert_eq!(matches!(one, Err(Error::Full(_))), id == 20, "{id}: {one:?}");
        assert_eq!(one.is_ok(), id != 20);
    }
    assert_eq!(number(&store, NOTES).await, 39 * 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_little_fits_whatever_was_answered_is_what_is_there() {
    let (_kit, store) = small(120).await;
    let runs = Arc::default();
    let writes = (0..60).map(|id| {
        let (store, note) = (store.clone(), note(id, 1 + (id * 7) % 11, &runs));
        async move { store.write(&caller(), note).await }
    });
    let done = futures::future::join_all(writes).await;
    let mut expected: Vec<i64> = Vec::new();
    for (id, one) in (0..).zip(&done) {
        match one {
            Ok(_) => expected.extend((0..=(id * 7) % 11).map(|i| id * 10_000 + i)),
            Err(e) => assert_eq!(e.kind(), Kind::Unavailable),
        }
    }
    assert!(done.iter().any(Result::is_ok) && done.iter().any(Result::is_err), "{done:?}");
    let mut tx = store.read().await.unwrap();
    let there = tx.all("SELECT id FROM thing_note ORDER BY id", p![], |r| r.get::<i64>(0)).await.unwrap();
    assert_eq!(there, expected);
}

const LATE: Room = Room {
    name: "late",
    files: &[(
        "V1__late",
        "CREATE TABLE late_late (
            id BIGINT NOT NULL PRIMARY KEY,
            other BIGINT NOT NULL REFERENCES late_late (id) DEFERRABLE INITIALLY DEFERRED);",
    )],
};

crate::on_both! {
    rooms = [LATE];

    async fn a_constraint_that_is_looked_at_last_hits_only_the_command_that_broke_it(kit) {
        let store = kit.store(Registry::new()).await;
        let writes = (0..60).map(|id| {
            let other = if id % 20 == 13 { 1000 + id } else { id };
            let put = doing(move |tx, _| {
                Box::pin(tx.exec("INSERT INTO late_late (id, other) VALUES ($1, $2)", p![id, other]))
            });
            let store = store.clone();
            async move { store.write(&caller(), put).await }
        });
        let done = futures::future::join_all(writes).await;
        for (id, one) in done.iter().enumerate() {
            assert_eq!(matches!(one, Err(Error::Constraint(_))), id % 20 == 13, "{id}: {one:?}");
        }
        assert_eq!(number(&store, "SELECT count(*) FROM late_late").await, 57);
    }
}

//! The embedded engine: durable commits, a log that stays small, readers that scale.

use parking_lot::Mutex;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::*;
use crate::{
    Registry,
    lite::Checkpoints,
    testkit::{Engine, Kit},
};

async fn embedded() -> Kit {
    Kit::new(Engine::Sqlite, &[THINGS]).await
}

async fn open(kit: &Kit, checkpoints: Checkpoints) -> Store {
    let store = Store::open_with(&kit.options, Registry::new(), checkpoints).unwrap();
    store.migrate(&[THINGS]).await.unwrap();
    store
}

/// What a pragma says on the writer's connection.
async fn pragma(store: &Store, sql: &'static str) -> i64 {
    let rows =
        run::internal(store, move |tx| Box::pin(tx.all_dynamic(sql, |r| r.get::<i64>(0)))).await.unwrap();
    rows[0]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_is_on_the_disk_before_it_is_answered() {
    let kit = embedded().await;
    let store = open(&kit, Checkpoints::default()).await;
    assert_eq!(pragma(&store, "PRAGMA synchronous").await, 2, "FULL: NORMAL may lose the last commits");
    let mode =
        run::internal(&store, |tx| Box::pin(tx.all_dynamic("PRAGMA journal_mode", |r| r.get::<String>(0))));
    assert_eq!(mode.await.unwrap(), ["wal"]);
    assert_eq!(pragma(&store, "PRAGMA foreign_keys").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_writer_leaves_checkpoints_to_the_background() {
    let kit = embedded().await;
    let store = open(&kit, Checkpoints::default()).await;
    // Far above what the background checkpointer lets the log grow to.
    assert!(pragma(&store, "PRAGMA wal_autocheckpoint").await >= 2 * Checkpoints::default().most_pages);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_engine_keeps_no_memory_statistics_so_that_readers_scale() {
    let kit = embedded().await;
    let store = open(&kit, Checkpoints::default()).await;
    let mut tx = store.read().await.unwrap();
    let options = tx.all_dynamic("PRAGMA compile_options", |r| r.get::<String>(0)).await.unwrap();
    assert!(options.iter().any(|o| o == "DEFAULT_MEMSTATUS=0"), "{options:?}");
}

/// Writes without a pause, a few pages a command; the log's largest and last size in bytes.
async fn log_sizes(checkpoints: Checkpoints) -> (u64, u64) {
    let kit = embedded().await;
    let store = open(&kit, checkpoints).await;
    let log = kit.folder().unwrap().join("kaidian.db-wal");
    let size = || std::fs::metadata(&log).map_or(0, |m| m.len());
    let mut largest = 0;
    for lot in 0..200 {
        let writes = (0..8).map(|i| {
            let note = doing(move |tx, _| {
                Box::pin(tx.exec(
                    "INSERT INTO thing_note (id, words) VALUES ($1, $2)",
                    p![lot * 8 + i, "x".repeat(16_000)],
                ))
            });
            let store = store.clone();
            async move { store.write(&caller(), note).await.unwrap() }
        });
        futures::future::join_all(writes).await;
        largest = largest.max(size());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // One page more for a checkpoint to find; then the log is emptied.
    let settled =
        Instant::now() + if checkpoints.every < Duration::from_secs(1) { SOON } else { Duration::ZERO };
    while size() > 4096 * 200 && Instant::now() < settled {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    (largest, size())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_stays_small_under_writes_that_never_pause() {
    let (largest, last) = log_sizes(Checkpoints { every: Duration::from_millis(5), most_pages: 100 }).await;
    // Without a checkpointer it would hold all that was written.
    let (everything, all) = log_sizes(Checkpoints { every: Duration::from_hours(1), most_pages: 100 }).await;
    assert!(everything > 25_000_000 && all == everything, "{everything} {all}");
    assert!(largest < everything / 2, "{largest} of {everything}");
    assert!(last <= 4096 * 200, "{last}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_takes_its_time_does_not_hold_up_the_writer() {
    let kit = embedded().await;
    let store = open(&kit, Checkpoints { every: Duration::from_millis(1), most_pages: 0 }).await;
    store.write(&caller(), Put::new(0)).await.unwrap();
    let mut slow = store.read().await.unwrap();
    assert_eq!(slow.one(COUNT, p![], |r| r.get::<i64>(0)).await.unwrap(), 1);
    let begun = Instant::now();
    for id in 1..=20 {
        store.write(&caller(), Put::new(id)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    // Every cut of the log gives up soon; without that each would wait ten seconds for the reader.
    assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
    assert_eq!(slow.one(COUNT, p![], |r| r.get::<i64>(0)).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_readers_than_connections_take_turns() {
    let kit = embedded().await;
    let store = open(&kit, Checkpoints::default()).await;
    let reads = (0..200).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut tx = store.read().await.unwrap();
            tokio::time::sleep(Duration::from_millis(1)).await;
            tx.one(COUNT, p![], |r| r.get::<i64>(0)).await.unwrap()
        })
    });
    for read in futures::future::join_all(reads).await {
        assert_eq!(read.unwrap(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_handle_may_go_with_the_last_command_on_the_writers_own_thread() {
    let kit = embedded().await;
    let blamed: Arc<Mutex<Vec<String>>> = Arc::default();
    let before = std::panic::take_hook();
    let noted = Arc::clone(&blamed);
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() == Some("kaidian-writer") {
            noted.lock().push(panic.to_string());
        }
        before(panic);
    }));
    let store = open(&kit, Checkpoints::default()).await;
    store.ids().await.unwrap();
    let gone = Arc::new(());
    let (held, watched) = (Arc::clone(&gone), Arc::downgrade(&gone));
    drop(gone);
    let inside = store.clone();
    let put = doing(move |tx, ctx| {
        let _ = (&inside, &held);
        std::thread::park_timeout(Duration::from_millis(100));
        Box::pin(tx.exec(INSERT, row(ctx, 1)))
    });
    let caller = caller();
    let mut asking = Box::pin(store.write(&caller, put));
    let _ = futures::poll!(&mut asking);
    drop(asking);
    drop(store);
    until(|| async { watched.upgrade().is_none() }).await;
    let store = open(&kit, Checkpoints::default()).await;
    assert_eq!(count(&store).await, 1);
    let joins: Vec<String> = blamed.lock().iter().filter(|p| p.contains("join")).cloned().collect();
    assert_eq!(joins, Vec::<String>::new());
}

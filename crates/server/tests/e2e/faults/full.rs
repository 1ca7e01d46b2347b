//! There is no room left: by the limit that the database was given, or because a file can't grow any more.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use super::{all_is_there, refusals, shop_during, sum};
use crate::crash::{
    client::Client,
    process::{Launch, Process, free_address},
    seed_of_run, shoppers,
};

/// What the database may grow by.
const ROOM: u64 = 1024 * 1024;
/// The room is used up after this time at most.
const FULL_WITHIN: Duration = Duration::from_mins(1);
/// The program goes on for this long without room.
const FULL_FOR: Duration = Duration::from_secs(2);

/// How the room is limited.
#[derive(Clone, Copy)]
enum Limit {
    /// The setting `db_max`.
    Database,
    /// The size of any file of the process.
    Files,
}

/// The size of the database, with what is still in its log.
fn size(folder: &Path) -> u64 {
    let of = |name: &str| folder.join("data").join(name).metadata().map_or(0, |file| file.len());
    of("kaidian.db") + of("kaidian.db-wal")
}

async fn fill_up_and_go_on(limit: Limit) {
    let folder = tempfile::tempdir().unwrap();
    let (shelf, clients) = shoppers(folder.path(), None, seed_of_run()).await;
    let mut clients: Vec<Client> = clients.into_iter().map(Client::patient).collect();
    let most = size(folder.path()) + ROOM;
    let (settings, most_bytes) = match limit {
        Limit::Database => (vec![format!("db_max={} KiB", most / 1024)], None),
        Limit::Files => (Vec::new(), Some(most)),
    };
    let wide = Launch::new(folder.path(), free_address(), None);
    let process = Process::start(&Launch { settings: &settings, most_bytes, ..wide }).await;
    let base = process.base.clone();
    let reader = clients[0].reader();
    let refused: Vec<_> = clients.iter().map(Client::refused).collect();
    shop_during(&mut clients, &base, &shelf, async {
        let started = Instant::now();
        while sum(&refused).is_empty() {
            assert!(started.elapsed() < FULL_WITHIN, "the room is never used up");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::time::sleep(FULL_FOR).await;
        assert!(reader.reads(&base).await, "what is there can't be read while there is no room");
    })
    .await;
    let refused = refusals(&clients);
    let wanted = match limit {
        Limit::Database => "store.full",
        Limit::Files => "store.unavailable",
    };
    assert!(refused.contains_key(wanted), "{refused:?}");
    process.end().await;
    let process = Process::start(&wide).await;
    all_is_there(&wide, process, &mut clients).await;
}

#[tokio::test]
async fn a_full_database_refuses_goes_on_reading_and_loses_nothing() {
    fill_up_and_go_on(Limit::Database).await;
}

#[tokio::test]
async fn files_that_cannot_grow_refuse_go_on_being_read_and_lose_nothing() {
    fill_up_and_go_on(Limit::Files).await;
}

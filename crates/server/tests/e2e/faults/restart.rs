//! The PostgreSQL server is restarted under load, in order and at once; the program stays.

use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::time::Duration;

use super::{all_is_there, cluster::Cluster, refusals, shop_during};
use crate::crash::{
    client::Client,
    process::{Launch, Process, free_address},
    seed_of_run, shoppers,
};

/// How the server goes down: it ends its sessions and writes everything back, or it stops dead and recovers.
const MODES: [&str; 6] = ["fast", "immediate", "immediate", "fast", "immediate", "fast"];
/// Between two restarts, at least and at most.
const PAUSE_MS: std::ops::Range<u64> = 100..1_500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_may_be_restarted_under_load() {
    let (seed, cluster) = (seed_of_run(), Cluster::start());
    println!("KAIDIAN_CRASH_SEED={seed}");
    let folder = tempfile::tempdir().unwrap();
    let (shelf, clients) = shoppers(folder.path(), Some(&cluster.url), seed).await;
    let mut clients: Vec<Client> = clients.into_iter().map(Client::patient).collect();
    let launch = Launch::new(folder.path(), free_address(), Some(&cluster.url));
    let process = Process::start(&launch).await;
    let base = process.base.clone();
    let mut random = StdRng::seed_from_u64(seed);
    shop_during(&mut clients, &base, &shelf, async {
        for mode in MODES {
            tokio::time::sleep(Duration::from_millis(random.random_range(PAUSE_MS))).await;
            cluster.restart(mode).await;
        }
        // It goes on by itself.
        tokio::time::sleep(Duration::from_secs(1)).await;
    })
    .await;
    let refused = refusals(&clients);
    assert!(refused.contains_key("store.unavailable"), "nobody has noticed anything: {refused:?}");
    all_is_there(&launch, process, &mut clients).await;
}

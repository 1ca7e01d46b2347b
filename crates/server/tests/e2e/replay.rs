//! The first 500 customers of the CDNOW file, through the use cases, on both engines.

use server::replay::{Clients, Purchase, Report, read, replay};
use std::path::Path;
use store::testkit::{Engine, Kit};

/// Purchases of the file that PostgreSQL gets: it asks over a socket.
const SOME: usize = 300;

fn purchases() -> Vec<Purchase> {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cdnow_500.txt")).unwrap()
}

/// Replays them on the database that `settings` name; all sums agree and no invariant is broken.
async fn replayed(settings: &[(&str, &str)], purchases: &[Purchase]) -> Report {
    let config = server::Config::from_pairs(settings.iter().copied()).unwrap();
    let (store, services) = server::open_store(&config).await.unwrap();
    let report = replay(&store, services.files(), purchases, Clients(64), |_| ()).await.unwrap();
    let diagnosis = server::doctor::examine(&store).await.unwrap();
    store.close().await;
    assert!(report.agrees, "{}", report.lines().join("\n"));
    assert_eq!(diagnosis.exit_code(), 0, "{}", diagnosis.lines().join("\n"));
    report
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_customers_come_to_the_sums_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let report = replayed(&[("data", folder.path().to_str().unwrap())], &purchases()).await;
    assert_eq!(
        (report.purchases, report.customers, report.pieces, report.amount, report.free),
        (1_766, 500, 4_323, 6_496_569, 1)
    );
    let orders = report.orders;
    assert_eq!(
        (orders.orders, orders.shoppers, orders.pieces, orders.total, orders.free),
        (1_766, 500, 4_323, 6_496_569, 1)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_purchases_come_to_the_same_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    let kit = Kit::new(Engine::Postgres, server::rooms::MIGRATIONS).await;
    let settings = [("data", folder.path().to_str().unwrap()), ("db", kit.options.url.as_str())];
    let some = &purchases()[..SOME];
    let report = replayed(&settings, some).await;
    assert_eq!(report.orders.orders, 300);
    assert_eq!(report.orders.total, some.iter().map(|purchase| purchase.cents).sum::<i64>());
}
